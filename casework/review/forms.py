"""What caseworkers type. The messages are German, the source language of the translations."""

import uuid
from datetime import date, time, timedelta
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from casework import messages
from casework.catalogue import catalogue
from casework.models import Requirement

NOTE_LIMIT = 300
FURTHEST = timedelta(days=366)
CHOOSE = gettext_lazy("Bitte wählen")


class DueField(forms.DateField):
    """A day until which something is asked for: not in the past, at most a year ahead."""

    # Typed, not picked: the browser would show the day in the order of its own language.
    widget = forms.DateInput(format="%d.%m.%Y", attrs={"inputmode": "numeric", "autocomplete": "off"})

    def __init__(self, *, today: date, **options: Any) -> None:
        self.today = today
        super().__init__(
            input_formats=["%d.%m.%Y", "%d.%m.%y", "%Y-%m-%d"],
            help_text=_("Zum Beispiel 24.12.2026"),
            error_messages={
                "required": _("Geben Sie ein Datum ein."),
                "invalid": _("Geben Sie das Datum so ein: 24.12.2026."),
            },
            **options,
        )

    def validate(self, value: date | None) -> None:
        super().validate(value)
        if value is not None and value <= self.today:
            raise ValidationError(_("Wählen Sie einen Tag nach heute."), "past")
        if value is not None and value > self.today + FURTHEST:
            raise ValidationError(_("Wählen Sie einen Tag innerhalb eines Jahres."), "far")


class PlainForm(forms.Form):
    use_required_attribute = False  # errors are ours to word, not the browser's


class RejectForm(PlainForm):
    """Why a paper has to be sent again, and until when."""

    def __init__(self, *args: Any, today: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        due = today + timedelta(days=catalogue().office.due_days)
        self.fields["reason"] = forms.ChoiceField(
            label=_("Grund"),
            choices=[(reason.key, str(reason.label)) for reason in catalogue().reject_reasons],
            widget=forms.RadioSelect,
            error_messages={
                "required": _("Wählen Sie einen Grund."),
                "invalid_choice": _("Wählen Sie einen Grund."),
            },
        )
        self.fields["due_on"] = DueField(label=_("Bis wann"), today=today, initial=due)


class RequestForm(PlainForm):
    """Which paper is asked for, why, until when and from whom (SGB I §§ 60, 65)."""

    def __init__(self, *args: Any, today: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        cat = catalogue()
        wrong = {"required": _("Wählen Sie ein Papier."), "invalid_choice": _("Wählen Sie ein Papier.")}
        kinds = [(kind.key, str(kind.name)) for kind in cat.kinds(today)]
        self.fields["kind"] = forms.ChoiceField(
            label=_("Papier"), choices=[("", CHOOSE), *kinds], error_messages=wrong
        )
        self.fields["reason"] = forms.ChoiceField(
            label=_("Warum"),
            choices=[(reason.key, str(reason.label)) for reason in cat.request_reasons],
            widget=forms.RadioSelect,
            error_messages={
                "required": _("Wählen Sie einen Grund."),
                "invalid_choice": _("Wählen Sie einen Grund."),
            },
        )
        self.fields["due_on"] = DueField(
            label=_("Bis wann"), today=today, initial=today + timedelta(days=cat.office.due_days)
        )
        self.fields["note"] = forms.CharField(
            label=_("In eigenen Worten"),
            help_text=_("Das liest die Person so, wie Sie es schreiben. Höchstens 300 Zeichen."),
            required=False,
            max_length=NOTE_LIMIT,
            widget=forms.Textarea(attrs={"rows": 3, "maxlength": False}),
            error_messages={"max_length": _("Kürzen Sie den Text auf höchstens 300 Zeichen.")},
        )
        self.fields["someone_else"] = forms.BooleanField(
            label=_("Das Papier kommt von jemand anderem, zum Beispiel vom Arbeitgeber"), required=False
        )


class MessageForm(PlainForm):
    """What the office writes to the claimant."""

    key = forms.UUIDField(required=False, widget=forms.HiddenInput({"autocomplete": "off"}))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **{**kwargs, "initial": {"key": uuid.uuid4()}})
        self.fields["text"] = forms.CharField(
            label=_("Ihre Nachricht"),
            help_text=_("Schreiben Sie in kurzen Sätzen. Die Person liest den Text so, wie er hier steht."),
            max_length=messages.LIMIT,
            widget=forms.Textarea(attrs={"rows": 6, "maxlength": False}),
            error_messages={
                "required": _("Schreiben Sie einen Text."),
                "max_length": _("Kürzen Sie den Text auf höchstens %(limit_value)d Zeichen."),
            },
        )

    def clean_key(self) -> uuid.UUID:
        """A form that lost its key is a new one."""
        return self.cleaned_data.get("key") or uuid.uuid4()


class SlotsForm(PlainForm):
    """Times for talks, one after the other."""

    def __init__(self, *args: Any, today: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["day"] = DueField(label=_("Tag"), today=today)
        for name, label, first in (("begin", _("Von"), "09:00"), ("end", _("Bis"), "12:00")):
            self.fields[name] = forms.TimeField(
                label=label,
                initial=first,
                input_formats=["%H:%M", "%H.%M", "%H"],
                widget=forms.TimeInput(format="%H:%M", attrs={"inputmode": "numeric", "autocomplete": "off"}),
                error_messages={
                    "required": _("Geben Sie eine Uhrzeit ein."),
                    "invalid": _("Geben Sie die Uhrzeit so ein: 09:30."),
                },
            )
        self.fields["minutes"] = forms.IntegerField(
            label=_("Minuten für jedes Gespräch"),
            initial=30,
            min_value=5,
            max_value=240,
            widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
            error_messages={
                "required": _("Geben Sie an, wie lange ein Gespräch dauert."),
                "invalid": _("Geben Sie die Minuten als Zahl ein."),
                "min_value": _("Ein Gespräch dauert 5 bis 240 Minuten."),
                "max_value": _("Ein Gespräch dauert 5 bis 240 Minuten."),
            },
        )
        self.fields["way"] = forms.ChoiceField(
            label=_("Wo"),
            choices=[("office", _("Im Jobcenter")), ("phone", _("Am Telefon"))],
            initial="office",
            widget=forms.RadioSelect,
            error_messages={"required": _("Wählen Sie aus, wo das Gespräch ist.")},
        )
        self.fields["place"] = forms.CharField(label=_("Raum"), required=False, max_length=120)

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        begin, end, minutes = given.get("begin"), given.get("end"), given.get("minutes")
        if begin and end and minutes and _minutes(end) - _minutes(begin) < minutes:
            self.add_error(
                "end", _("Zwischen „Von“ und „Bis“ passt kein Gespräch. Wählen Sie ein späteres Ende.")
            )
        return given


def _minutes(at: time) -> int:
    return at.hour * 60 + at.minute


class KindForm(PlainForm):
    """What kind of paper it really is."""

    def __init__(self, *args: Any, today: date, kind: str, **kwargs: Any) -> None:
        super().__init__(*args, **{**kwargs, "initial": {"kind": kind}})
        cat = catalogue()
        kinds = {one.key: str(one.name) for one in (cat.document_kind(kind), *cat.kinds(today))}
        by_name = sorted(kinds.items(), key=lambda pair: pair[1].casefold())
        self.fields["kind"] = forms.ChoiceField(
            label=_("Art des Papiers"),
            choices=by_name,
            error_messages={"invalid_choice": _("Wählen Sie eine Art.")},
        )


class ServiceForm(PlainForm):
    """Of which service a new case is."""

    def __init__(self, *args: Any, services: list[tuple[str, str]], likely: str = "", **kwargs: Any) -> None:
        super().__init__(*args, **{**kwargs, "initial": {"service": likely}})
        self.fields["service"] = forms.ChoiceField(
            label=_("Neuer Fall für"),
            choices=[("", CHOOSE), *services],
            error_messages={
                "required": _("Wählen Sie, wofür der neue Fall ist."),
                "invalid_choice": _("Wählen Sie, wofür der neue Fall ist."),
            },
        )


WHOSE = ("all", "mine", "nobody")


class FilterForm(PlainForm):
    """The filters of the inbox, kept in the address; what does not fit is as if it were not there."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        states = [
            ("open", _("Alle offenen")),
            ("new", _("Mit neuen Papieren")),
            ("message", _("Mit neuer Nachricht")),
            ("missing", _("Es fehlt noch etwas")),
            ("complete", _("Vollständig")),
            ("closed", _("Abgeschlossen")),
        ]
        services = [
            (s.key, str(s.name)) for s in catalogue().services() if s.opens_case and not s.opens_case_of
        ]
        self.fields["q"] = forms.CharField(
            label=_("Name, Geburtsdatum oder Nummer"), required=False, max_length=120
        )
        self.fields["leistung"] = forms.ChoiceField(
            label=_("Anliegen"), choices=[("", _("Alle")), *services], required=False
        )
        self.fields["stand"] = forms.ChoiceField(label=_("Stand"), choices=states, required=False)
        self.fields["wer"] = forms.ChoiceField(
            choices=[(whose, whose) for whose in WHOSE], required=False, widget=forms.HiddenInput
        )

    def chosen(self, name: str) -> str:
        """The value if it fits, else nothing."""
        return str(self.cleaned_data.get(name) or "") if self.is_bound else ""


class CoversForm(PlainForm):
    """For which papers a cover sheet is printed; all that are missing, unless some are unticked."""

    def __init__(self, *args: Any, requirements: list[Requirement], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.requirements = {str(requirement.public_id): requirement for requirement in requirements}
        message = _("Wählen Sie mindestens eine Unterlage aus.")
        self.fields["paper"] = forms.MultipleChoiceField(
            label=_("Unterlagen"),
            choices=[(key, _paper(requirement)) for key, requirement in self.requirements.items()],
            initial=list(self.requirements),
            widget=forms.CheckboxSelectMultiple,
            error_messages={"required": message, "invalid_choice": message},
        )

    def chosen(self) -> list[Requirement]:
        return [self.requirements[key] for key in self.cleaned_data["paper"]]


def _paper(requirement: Requirement) -> str:
    name = str(catalogue().document_kind(requirement.kind).name)
    if requirement.due_on is None:
        return name
    return _("%(paper)s, bis %(day)s") % {"paper": name, "day": requirement.due_on.strftime("%d.%m.%Y")}
