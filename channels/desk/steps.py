"""The questions of a service on one page, for a clerk who types what is told. Nothing has to be answered.

Which questions there are follows from the answers; "show further questions" sends the page for that, and
no script is needed.
"""

from dataclasses import dataclass
from typing import Any

from django import forms
from django.http import QueryDict

from casework.catalogue import Service, Step
from casework.catalogue.flow import is_answered, visible_steps
from casework.envelope import Sender
from channels.forms import StepForm, answers_from_form, form_class

# What stands in the person's record already is not asked again (F12) …
IDENTITY = ("given_name", "family_name", "birth_name", "birth_date", "customer_number", "household_number")
# … but addresses and phone numbers change: they are shown, filled in.
CONTACT = ("street", "postcode", "city", "phone", "email")


@dataclass(frozen=True)
class Section:
    """One step: a form, or for a repeated step one form per entry."""

    step: Step
    forms: tuple[StepForm, ...]

    @property
    def entries_name(self) -> str:
        return f"{self.step.key}-entries" if self.step.repeat else ""


class Told:
    """The answers given at the desk for one service."""

    def __init__(
        self, service: Service, sender: Sender, data: QueryDict | None = None, *, more_of: str = ""
    ) -> None:
        """more_of: key of a repeated step that gets a further empty entry."""
        self.known = {key: value for key in IDENTITY if (value := _as_answer(sender, key))}
        contact = {key: value for key in CONTACT if (value := _as_answer(sender, key))}
        self.answers: dict[str, Any] = {**self.known, **contact}
        self.sections: list[Section] = []
        asked: set[str] = set()
        while step := next((s for s in visible_steps(service, self.answers) if s.key not in asked), None):
            asked.add(step.key)
            # A section that was not on the page yet is shown as it is known, not as left empty.
            sent = data if data is not None and step.key in data.getlist("asked") else None
            section = self._section(step, sent, more_of)
            if section is not None:
                self.sections.append(section)

    def _section(self, step: Step, data: QueryDict | None, more_of: str) -> Section | None:
        if step.repeat:
            return self._repeated(step, data, step.repeat, more=step.key == more_of)
        form = form_class(step, self.answers, everything_optional=True)(data, prefix=step.key)
        for key in self.known:
            form.fields.pop(key, None)
        _shorten(form)
        if not form.fields:
            return None
        if data is not None:
            form.full_clean()
            self.answers = {**answers_from_form(form, self.answers), **self.known}
        return Section(step, (form,))

    def _repeated(self, step: Step, data: QueryDict | None, most: int, *, more: bool) -> Section:
        sent = data.get(f"{step.key}-entries", "1") if data is not None else "1"
        count = min(int(sent) if sent.isdecimal() and len(sent) < 3 else 1, most)
        made = form_class(step, self.answers, everything_optional=True)
        entries = [made(data, prefix=f"{step.key}-{number}") for number in range(count)]
        if data is not None:
            given = []
            for form in entries:
                form.full_clean()
                if form.cleaned_answers():
                    given.append(form.cleaned_answers())
            self.answers = {**self.answers, step.key: given}
        if more and count < most:
            entries.append(made(prefix=f"{step.key}-{count}"))
        for form in entries:
            _shorten(form)
        return Section(step, tuple(entries))

    @property
    def all_forms(self) -> list[StepForm]:
        return [form for section in self.sections for form in section.forms]

    def unseen(self, data: QueryDict) -> bool:
        """Whether the answers led to questions that were not on the page that was sent."""
        on_page = set(data.getlist("asked"))
        return any(section.step.key not in on_page for section in self.sections)

    def quiet(self) -> None:
        for form in self.all_forms:
            form._errors = forms.utils.ErrorDict()  # type: ignore[attr-defined]  # not in the stubs


def _shorten(form: StepForm) -> None:
    """A clerk needs no example at each field; help and the reason stay, she may be asked for them."""
    for field in form.fields.values():
        field.example = ""  # type: ignore[attr-defined]  # a note of channels.forms


def _as_answer(sender: Sender, key: str) -> str:
    value = getattr(sender, key)
    if not is_answered(value):
        return ""
    return str(value.isoformat()) if key == "birth_date" else str(value)
