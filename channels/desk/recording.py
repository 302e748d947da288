"""One page of the desk: who hands over what. Puts the forms together and hands clean data to the adapter."""

import uuid
from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from typing import Any

from django import forms
from django.http import QueryDict
from django.utils.datastructures import MultiValueDict
from django.utils.translation import gettext as _

from casework.catalogue import Service
from casework.catalogue.flow import relevant_answers
from casework.envelope import Ack, Actor, BytesDiffer, Helper, Sender
from casework.models import Case, Person
from casework.workflow import CaseState
from channels.desk import adapter
from channels.desk.forms import NO_CASE, HandoverForm, PersonForm
from channels.desk.papers import empty_rows, kinds_for, rows_of
from channels.desk.steps import CONTACT, Told


class Recording:
    """The page for a person (or nobody named) and a service; ``data`` is None when it is first opened.

    What was pressed (``do``): "send"; "more" rows; "questions" that follow; "entry:<step>" one more entry.
    """

    def __init__(
        self,
        *,
        actor: Actor,
        person: Person | None,
        cases: Sequence[Case],
        service: Service,
        language: str,
        data: QueryDict | None = None,
        files: MultiValueDict[str, Any] | None = None,
    ) -> None:
        self.actor, self.person, self.cases, self.service = actor, person, list(cases), service
        self.applies = service.opens_case
        self.do = data.get("do", "more") if data is not None else ""
        self.problem = ""
        choosable = self.cases if self.cases and not self.applies else None
        options: dict[str, Any] = {"cases": choosable, "applies": self.applies}
        kinds = kinds_for([case for case in self.cases if case.state == CaseState.OPEN])
        self.sender_form: PersonForm | None = None
        if person is None:
            self.sender_form = PersonForm(data, everything_optional=True, prefix="sender")
        if data is None:
            initial = {"key": uuid.uuid4(), "language": language, "case": self._likely_case()}
            self.handover = HandoverForm(initial=initial, **options)
            self.rows = empty_rows(kinds)
        else:
            self.handover = HandoverForm(data, **options)
            self.rows = rows_of(data, files or MultiValueDict(), kinds, actor, more=self.do == "more")
        self.told = self._told(data)
        self.asks_more = self.told is not None and data is not None and self.told.unseen(data)
        if self.do != "send":
            self._quiet()

    def _likely_case(self) -> str:
        """The only open case; among several the clerk chooses."""
        open_cases = [case for case in self.cases if case.state == CaseState.OPEN]
        return str(open_cases[0].public_id) if len(open_cases) == 1 else ""

    def _told(self, data: QueryDict | None) -> Told | None:
        if not self.applies or self.person is None:
            return None
        more_of = self.do.removeprefix("entry:") if self.do.startswith("entry:") else ""
        return Told(self.service, adapter.sender_of(self.person), data, more_of=more_of)

    def _quiet(self) -> None:
        self.handover.quiet()
        for row in self.rows:
            row.quiet()
        if self.sender_form is not None:
            self.sender_form.quiet()
        if self.told is not None:
            self.told.quiet()

    @property
    def all_forms(self) -> list[forms.Form]:
        first: list[forms.Form] = [self.sender_form] if self.sender_form is not None else []
        told: list[forms.Form] = list(self.told.all_forms) if self.told is not None else []
        return [*first, *told, *(row.form for row in self.rows), self.handover]

    @property
    def error_lines(self) -> list[dict[str, str]]:
        """Every error with the id of its control, for the summary on top of the page."""
        lines = [{"text": self.problem, "target": ""}] if self.problem else []
        for form in self.all_forms:
            if not form.is_bound:
                continue
            lines += [{"text": str(text), "target": ""} for text in form.non_field_errors()]
            for bound in form:
                target = bound.id_for_label or f"{bound.auto_id}_0"
                lines += [{"text": str(text), "target": target} for text in bound.errors]
        return lines

    def is_valid(self) -> bool:
        """Whether everything can be received now. Wrong or missing things are then said next to them."""
        if self.do != "send":
            return False
        wrong = [form for form in self.all_forms if form.is_bound and not form.is_valid()]
        papers = [row for row in self.rows if row.form.is_bound and not row.form.is_empty]
        if not (wrong or papers or self.applies):
            self.rows[0].form.add_error("kind", _("Nehmen Sie mindestens ein Papier auf."))
            return False
        return not wrong and not self.asks_more

    def receive(self) -> Ack | None:
        """Hand it to the office. None if a file was damaged on its way; nothing was received then."""
        try:
            return adapter.record(**self._cleaned())
        except BytesDiffer as error:
            self.problem = _(
                "Eine Datei konnte nicht sicher gespeichert werden. Wählen Sie sie noch einmal aus."
            )
            for row in self.rows:
                row.kept = [kept for kept in row.kept if kept.file.pk != error.file_id]
            return None

    def _cleaned(self) -> dict[str, Any]:
        data = self.handover.cleaned_data
        rows = [row for row in self.rows if row.form.is_bound and not row.form.is_empty]
        sheets = sum(row.form.cleaned_data["sheets"] or 0 for row in rows)
        answers: dict[str, Any] = {}
        if self.told is not None:
            answers = relevant_answers(self.service, self.told.answers)
            if data.get("seen"):
                answers["seen_by_person"] = True
        chosen = data.get("case", NO_CASE)
        day = data.get("application_day")
        return {
            "actor": self.actor,
            "key": data["key"],
            "service": self.service.key,
            "sender": self._sender(answers),
            "person_id": self.person.public_id if self.person is not None else None,
            "case_id": uuid.UUID(chosen) if chosen != NO_CASE else None,
            "papers": [row.paper() for row in rows],
            "answers": answers,
            "received_at": self.handover.received_at,
            "application_day": date.fromisoformat(day) if day else None,
            "note": data["note"],
            "helper": Helper(data["helper_name"], data["helper_relation"])
            if data["who"] == "helper"
            else None,
            "notice_email": data["notice_email"] or "",
            "language": data["language"],
            "sheets": sheets or None,
        }

    def _sender(self, answers: dict[str, Any]) -> Sender:
        if self.sender_form is not None:
            return self.sender_form.sender()
        assert self.person is not None
        told = {key: str(answers[key]) for key in CONTACT if answers.get(key)}
        return replace(adapter.sender_of(self.person), **told)  # type: ignore[arg-type]  # all of them texts
