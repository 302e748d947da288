"""Effects that failed three times, as staff see them: what, about what, since when, how often."""

from dataclasses import dataclass
from datetime import datetime

from casework.models import Case, Event, Outbox, Submission, User
from casework.queries import failed_effects, submissions_visible_to

LIMIT = 200


@dataclass(frozen=True)
class Failure:
    row: Outbox
    since: datetime | None  # when it was given up for the last time
    case: Case | None
    submission: Submission | None


def failures_visible_to(user: User) -> list[Failure]:
    """Oldest first. What concerns only submissions the user may not see is left out; what concerns none
    (a case without papers, a scanned stack) is everybody's.
    """
    rows = list(failed_effects()[:LIMIT])
    causes = Event.objects.in_bulk([row.event for row in rows if row.event is not None])
    notices = Event.objects.filter(kind="effect_failed", data__outbox__in=[row.pk for row in rows])
    since = {event.data["outbox"]: event.at for event in notices.order_by("id")}
    about = _submissions(list(causes.values()))
    visible = {
        s.pk: s
        for s in submissions_visible_to(user)
        .filter(pk__in={pk for found in about.values() for pk in found})
        .select_related("case")
    }
    failures = []
    for row in rows:
        concerned = about.get(row.event or 0, set())
        seen = [visible[pk] for pk in sorted(concerned) if pk in visible]
        if concerned and not seen:
            continue
        submission = seen[0] if seen else None
        failures.append(Failure(row, since.get(row.pk), submission.case if submission else None, submission))
    return failures


def _submissions(causes: list[Event]) -> dict[int, set[int]]:
    """For every event the submissions it is about: its own, those of its file, or those of its case."""
    found: dict[int, set[int]] = {event.pk: set() for event in causes}
    by_file: dict[object, set[int]] = {}
    files = [event.file for event in causes if event.file is not None]
    pairs = Submission.objects.filter(documents__parts__file__in=files)
    for pk, file in pairs.values_list("pk", "documents__parts__file"):
        by_file.setdefault(file, set()).add(pk)
    by_case: dict[object, set[int]] = {}
    cases = [event.case for event in causes if event.case is not None]
    for pk, case in Submission.objects.filter(case__in=cases).values_list("pk", "case"):
        by_case.setdefault(case, set()).add(pk)
    for event in causes:
        if event.submission is not None:
            found[event.pk].add(event.submission)
        elif event.file is not None:
            found[event.pk] |= by_file.get(event.file, set())
        elif event.case is not None:
            found[event.pk] |= by_case.get(event.case, set())
    return found
