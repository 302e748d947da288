"""The order of the pages of one draft: steps of the catalogue, papers, check."""

from django.urls import reverse

from casework.catalogue import Step
from casework.catalogue.flow import missing_answers, visible_steps
from channels.models import Draft
from channels.web.drafts import service_of


def steps_of(draft: Draft) -> tuple[Step, ...]:
    """The steps still asked. Whoever gave the number of a case is known and asked nothing."""
    return () if draft.number or draft.sent_by_id else visible_steps(service_of(draft), draft.answers)


def length(draft: Draft) -> int:
    return len(steps_of(draft)) + 2


def position(draft: Draft, step: Step) -> int | None:
    """Place of a step, from 1; None if the answers do not lead to it (any more)."""
    keys = [one.key for one in steps_of(draft)]
    return keys.index(step.key) + 1 if step.key in keys else None


def after(draft: Draft, step: Step) -> str:
    return _neighbour(draft, step, +1)


def before(draft: Draft, step: Step) -> str:
    return _neighbour(draft, step, -1)


def _neighbour(draft: Draft, step: Step, way: int) -> str:
    """The visible step beside this one, in the order of the service: also if an answer just hid this one."""
    order = [one.key for one in service_of(draft).steps]
    here = order.index(step.key)
    visible = [one.key for one in steps_of(draft)]
    found = [key for key in visible if (order.index(key) - here) * way > 0]
    if found:
        return reverse("web:step", args=[draft.public_id, found[0] if way > 0 else found[-1]])
    if way > 0:
        return reverse("web:draft_papers", args=[draft.public_id])
    return reverse("web:start")


def last_step(draft: Draft) -> str:
    """Where "back" leads from the papers."""
    steps = steps_of(draft)
    if draft.sent_by is not None:
        return reverse("helping:case", args=[draft.sent_by.public_id])
    if not steps:
        return reverse("web:number", args=[draft.public_id])
    return reverse("web:step", args=[draft.public_id, steps[-1].key])


def where_it_stopped(draft: Draft) -> str:
    """The first step with a question that still needs an answer, else the papers."""
    steps = steps_of(draft)
    if steps and not set(draft.answers) - {"birth_date"}:
        return reverse("web:step", args=[draft.public_id, steps[0].key])
    if steps:
        for missing in missing_answers(service_of(draft), draft.answers):
            return reverse("web:step", args=[draft.public_id, missing.step.key])
    return reverse("web:draft_papers", args=[draft.public_id])
