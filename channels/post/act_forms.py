"""Forms for what is done with a letter beside scanning it: forward, recount, receipts, troubles."""

from datetime import date, timedelta
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from casework.catalogue import catalogue
from casework.mailroom import MISTAKES
from casework.models import Submission
from channels import fields
from channels.post.typed import read_day, read_past_day

NOTE = 300
MISTAKE_WORDS = {
    "twice": gettext_lazy("Der Brief war schon registriert"),
    "no_letter": gettext_lazy("Es war kein Brief"),
    "training": gettext_lazy("Zur Übung eingetragen"),
    "other": gettext_lazy("Anderer Grund"),
}
OUTCOME_WORDS = {
    "scanned_again": gettext_lazy("Noch einmal eingelesen"),
    "copy_came": gettext_lazy("Eine neue Kopie ist da"),
    "other_way": gettext_lazy("Anders gelöst"),
    "nothing_to_do": gettext_lazy("Nichts mehr zu tun"),
}
KEEP_AT_MOST = timedelta(days=3660)


def written(day: date) -> str:
    """As typed here, in every language of the page: the field reads it again."""
    return day.strftime("%d.%m.%Y")


def _line(**attrs: str) -> forms.TextInput:
    return forms.TextInput({"autocomplete": "off", **attrs})


class ActForm(forms.Form):
    use_required_attribute = False


class ForwardForm(ActForm):
    """To whom a letter that is not ours was handed on, and when (SGB I § 16 (2))."""

    to = fields.TextField(
        label=gettext_lazy("Weitergeleitet an"),
        limit=200,
        widget=_line(),
        error_messages={"required": gettext_lazy("Geben Sie ein, an welche Stelle der Brief geht.")},
    )
    on = fields.ReadField(
        label=gettext_lazy("Weitergeleitet am"),
        read=read_past_day,
        widget=_line(placeholder="TT.MM.JJJJ", inputmode="numeric"),
        error_messages={"required": gettext_lazy("Geben Sie ein, wann der Brief weitergeht.")},
    )

    def __init__(self, *args: Any, arrived_on: date, **options: Any) -> None:
        super().__init__(*args, **{"initial": {"on": written(timezone.localdate())}, **options})
        self.arrived_on = arrived_on

    def clean_on(self) -> date:
        day: date = self.cleaned_data["on"]
        if day < self.arrived_on:
            raise ValidationError(_("Prüfen Sie das Datum. Es liegt vor dem Eingang bei uns."), "too_early")
        return day


class MistakeForm(ActForm):
    reason = forms.ChoiceField(
        label=gettext_lazy("Warum?"),
        choices=[("", gettext_lazy("Bitte wählen")), *((key, MISTAKE_WORDS[key]) for key in MISTAKES)],
        error_messages={"required": gettext_lazy("Wählen Sie einen Grund aus.")},
    )


class SheetsForm(ActForm):
    sheets = fields.ReadField(
        label=gettext_lazy("Blätter"),
        read=fields.whole_number(1, 5000),
        widget=_line(inputmode="numeric"),
        error_messages={"required": gettext_lazy("Geben Sie ein, wie viele Blätter es sind.")},
    )


class OriginalForm(ActForm):
    """Where the paper lies, until when, and whether the sender wants it back."""

    place = fields.TextField(
        label=gettext_lazy("Wo liegt das Papier?"), limit=120, required=False, widget=_line()
    )
    keep_until = fields.ReadField(
        label=gettext_lazy("Aufbewahren bis"),
        read=read_day,
        required=False,
        help_text=gettext_lazy("Leer: so lange wie üblich."),
        widget=_line(placeholder="TT.MM.JJJJ", inputmode="numeric"),
    )
    asked_back = forms.BooleanField(
        label=gettext_lazy("Die Person möchte das Original zurück"), required=False
    )

    def clean_keep_until(self) -> date | None:
        day: date | None = self.cleaned_data["keep_until"]
        if day is not None and day > timezone.localdate() + KEEP_AT_MOST:
            raise ValidationError(_("Prüfen Sie das Jahr. Der Tag liegt weit in der Zukunft."), "too_late")
        return day

    @classmethod
    def of(cls, letter: Submission) -> "OriginalForm":
        row = getattr(letter, "original", None)
        if row is None:
            return cls()
        until = written(row.keep_until) if row.keep_until else ""
        return cls(initial={"place": row.place, "keep_until": until, "asked_back": row.asked_back})


class GiveBackForm(ActForm):
    to = fields.TextField(
        label=gettext_lazy("Zurückgegeben an"),
        limit=120,
        widget=_line(),
        error_messages={"required": gettext_lazy("Geben Sie ein, wer das Original bekommen hat.")},
    )
    on = fields.ReadField(
        label=gettext_lazy("Zurückgegeben am"),
        read=read_past_day,
        widget=_line(placeholder="TT.MM.JJJJ", inputmode="numeric"),
        error_messages={"required": gettext_lazy("Geben Sie ein, wann es zurückgegeben wurde.")},
    )

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **{"initial": {"on": written(timezone.localdate())}, **options})


class PlaceForm(ActForm):
    place = fields.TextField(
        label=gettext_lazy("Die Papiere des Tages liegen in"),
        limit=120,
        widget=_line(),
        error_messages={"required": gettext_lazy("Geben Sie ein, wo die Papiere liegen.")},
    )


class EmailForm(ActForm):
    email = forms.EmailField(
        label=gettext_lazy("E-Mail"),
        widget=forms.EmailInput({"autocomplete": "off"}),
        error_messages={
            "required": gettext_lazy("Geben Sie die E-Mail-Adresse ein."),
            "invalid": gettext_lazy("Prüfen Sie die E-Mail-Adresse, zum Beispiel name@example.org."),
        },
    )


class AddressForm(ActForm):
    """Where the receipt goes as a letter; taken from the letter or the person, and only printed."""

    name = fields.TextField(
        label=gettext_lazy("Name"),
        limit=120,
        widget=_line(),
        error_messages={"required": gettext_lazy("Geben Sie den Namen ein.")},
    )
    street = fields.TextField(
        label=gettext_lazy("Straße und Hausnummer"),
        limit=120,
        widget=_line(),
        error_messages={"required": gettext_lazy("Geben Sie die Straße ein.")},
    )
    postcode = fields.TextField(
        label=gettext_lazy("Postleitzahl"),
        limit=10,
        widget=_line(inputmode="numeric"),
        error_messages={"required": gettext_lazy("Geben Sie die Postleitzahl ein.")},
    )
    city = fields.TextField(
        label=gettext_lazy("Ort"),
        limit=100,
        widget=_line(),
        error_messages={"required": gettext_lazy("Geben Sie den Ort ein.")},
    )

    @classmethod
    def of(cls, letter: Submission) -> "AddressForm":
        """What the letter says; where it says nothing, what is known of the person."""
        given, person = letter.given, letter.person
        known = given if given.street or person is None else person
        return cls(
            initial={
                "name": given.name or (person.name if person else ""),
                "street": known.street,
                "postcode": known.postcode,
                "city": known.city,
            }
        )


class ReportForm(ActForm):
    """What is wrong with a letter."""

    problem = forms.ChoiceField(
        label=gettext_lazy("Was stimmt nicht?"),
        error_messages={"required": gettext_lazy("Wählen Sie aus, was nicht stimmt.")},
    )

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        found = [(p.key, str(p.label)) for p in catalogue().problems if p.key.startswith("letter_")]
        self.fields["problem"].choices = [("", _("Bitte wählen")), *found]  # type: ignore[attr-defined]


class SettleForm(ActForm):
    """How a trouble ended."""

    outcome = forms.ChoiceField(
        label=gettext_lazy("Wie ist es ausgegangen?"),
        choices=[("", gettext_lazy("Bitte wählen")), *OUTCOME_WORDS.items()],
        error_messages={"required": gettext_lazy("Wählen Sie aus, wie es ausgegangen ist.")},
    )
    note = fields.TextField(
        label=gettext_lazy("Grund"),
        limit=NOTE,
        widget=_line(),
        error_messages={"required": gettext_lazy("Schreiben Sie kurz auf, was geschehen ist.")},
    )


class CloseForm(ActForm):
    """Closing a day; with open points only with a reason."""

    reason = fields.TextField(
        label=gettext_lazy("Warum schließen Sie den Tag mit offenen Punkten ab?"),
        limit=NOTE,
        widget=_line(),
        error_messages={"required": gettext_lazy("Schreiben Sie kurz auf, warum.")},
    )

    def __init__(self, *args: Any, needs_reason: bool, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["reason"].required = needs_reason
