"""What is typed at the desk: the search, a person, who hands over what and when, one row per paper."""

import re
from collections.abc import Sequence
from datetime import date, datetime, time
from typing import Any

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.datastructures import MultiValueDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from casework.catalogue import catalogue
from casework.clock import BERLIN, database_now, start_of_day
from casework.codes import grouped
from casework.envelope import Sender
from casework.models import Case
from casework.workflow import CaseState
from channels import fields

EARLIEST = 366  # days back that something may have been left at the desk; further back it is a typing error
MOST_SHEETS = 2000
NO_CASE = "none"
ROW_FIELD = "desk/row_field.html"


class DeskForm(forms.Form):
    use_required_attribute = False

    def quiet(self) -> None:
        """Keep what was typed without saying what is wrong yet: the form is only shown again."""
        self.full_clean()
        self._errors = forms.utils.ErrorDict()


class SearchForm(DeskForm):
    text = fields.TextField(
        limit=200,
        label=gettext_lazy("Name, Geburtsdatum oder Nummer"),
        widget=forms.TextInput({"autocomplete": "off", "spellcheck": "false", "class": "wide"}),
        error_messages={"required": gettext_lazy("Geben Sie einen Namen, ein Datum oder eine Nummer ein.")},
    )


class PersonForm(DeskForm):
    """A person. With ``everything_optional`` (nothing is known for sure) no field has to be filled in."""

    given_name = fields.TextField(limit=120, label=gettext_lazy("Vorname"), required=False)
    family_name = fields.TextField(
        limit=120,
        label=gettext_lazy("Nachname"),
        error_messages={"required": gettext_lazy("Geben Sie den Nachnamen an.")},
    )
    birth_name = fields.TextField(limit=120, label=gettext_lazy("Früherer Nachname"), required=False)
    birth_date = fields.DateField(
        rule="birth",
        label=gettext_lazy("Geburtsdatum"),
        error_messages={"required": gettext_lazy("Geben Sie das Geburtsdatum an.")},
    )
    customer_number = fields.ReadField(
        read=fields.customer_number,
        label=gettext_lazy("Kundennummer"),
        help_text=gettext_lazy("Zum Beispiel 123A456789"),
        required=False,
    )
    household_number = fields.ReadField(
        read=fields.household_number,
        label=gettext_lazy("Nummer der Bedarfsgemeinschaft"),
        help_text=gettext_lazy("Zum Beispiel 12345//0001234"),
        required=False,
    )
    street = fields.TextField(limit=200, label=gettext_lazy("Straße und Hausnummer"), required=False)
    postcode = fields.ReadField(read=fields.postcode, label=gettext_lazy("Postleitzahl"), required=False)
    city = fields.TextField(limit=100, label=gettext_lazy("Ort"), required=False)
    phone = fields.ReadField(read=fields.phone, label=gettext_lazy("Telefonnummer"), required=False)
    email = fields.ReadField(read=fields.email, label=gettext_lazy("E-Mail-Adresse"), required=False)

    def __init__(self, *args: Any, everything_optional: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            field.widget.attrs["autocomplete"] = "off"  # the clerk's browser knows other people
            if everything_optional:
                field.required = False

    def sender(self) -> Sender:
        given = {name: value or "" for name, value in self.cleaned_data.items()}
        born = given.pop("birth_date")
        return Sender(**given, birth_date=date.fromisoformat(born) if born else None)


class HandoverForm(DeskForm):
    """Everything about the handing over except papers and answers."""

    key = forms.UUIDField(widget=forms.HiddenInput)
    case = forms.ChoiceField(
        label=gettext_lazy("Zu welchem Fall?"),
        widget=forms.RadioSelect,
        error_messages={
            "required": gettext_lazy("Wählen Sie aus, zu welchem Fall das gehört."),
            "invalid_choice": gettext_lazy("Wählen Sie aus, zu welchem Fall das gehört."),
        },
    )
    who = forms.ChoiceField(
        label=gettext_lazy("Wer ist da?"),
        choices=[
            ("self", gettext_lazy("Die Person selbst")),
            ("helper", gettext_lazy("Jemand anderes gibt ab oder hilft")),
        ],
        widget=forms.RadioSelect,
        initial="self",
        error_messages={"required": gettext_lazy("Wählen Sie aus, wer da ist.")},
    )
    helper_name = fields.TextField(limit=120, label=gettext_lazy("Name der Begleitung"), required=False)
    helper_relation = fields.TextField(
        limit=40,
        label=gettext_lazy("In welcher Rolle?"),
        help_text=gettext_lazy("Zum Beispiel Sohn, Nachbarin, Beratungsstelle, Betreuer"),
        required=False,
    )
    received_day = fields.DateField(
        rule="past",
        label=gettext_lazy("Tag der Abgabe"),
        help_text=gettext_lazy(
            "Leer lassen: jetzt. Ausfüllen, wenn Papiere zum Beispiel gestern im Kasten lagen."
        ),
        required=False,
    )
    received_time = fields.TextField(
        limit=8,
        label=gettext_lazy("Uhrzeit der Abgabe"),
        help_text=gettext_lazy("Zum Beispiel 16:30. Leer lassen, wenn nur der Tag bekannt ist."),
        required=False,
    )
    application_day = fields.DateField(
        rule="past",
        label=gettext_lazy("Tag der Antragstellung, wenn früher"),
        help_text=gettext_lazy("Zum Beispiel, wenn der Antrag schon am Telefon gestellt wurde."),
        required=False,
    )
    note = fields.TextField(
        limit=1000,
        label=gettext_lazy("Notiz"),
        help_text=gettext_lazy("Steht am Fall und auf dem Beleg."),
        widget=forms.Textarea({"rows": "3"}),
        required=False,
    )
    notice_email = fields.ReadField(
        read=fields.email,
        label=gettext_lazy("Beleg auch an diese E-Mail-Adresse"),
        help_text=gettext_lazy("Nur auf Wunsch. In der E-Mail stehen keine Namen."),
        widget=forms.TextInput({"autocomplete": "off", "inputmode": "email"}),
        required=False,
    )
    language = forms.ChoiceField(
        label=gettext_lazy("Sprache des Belegs"), choices=settings.LANGUAGES, widget=forms.Select
    )
    seen = forms.BooleanField(
        label=gettext_lazy("Die Person hat die Angaben gesehen oder vorgelesen bekommen."), required=False
    )

    def __init__(self, *args: Any, cases: Sequence[Case] | None, applies: bool, **kwargs: Any) -> None:
        """cases: to choose from, None where there is nothing to choose; applies: this is an application."""
        super().__init__(*args, **kwargs)
        self.fields["language"].initial = "de"
        for name in ("helper_name", "helper_relation"):
            self.fields[name].template_name = ROW_FIELD  # type: ignore[attr-defined]  # not in the stubs
        if cases is None:
            del self.fields["case"]
        else:
            choices = [(str(case.public_id), case_label(case)) for case in cases]
            unsure = (NO_CASE, _("Unklar: in die Zuordnung geben"))
            self.fields["case"].choices = [*choices, unsure]  # type: ignore[attr-defined]
        if not applies:
            del self.fields["application_day"], self.fields["seen"]

    def clean_received_time(self) -> time | None:
        text = self.cleaned_data["received_time"].lower().removesuffix("uhr").strip()
        found = re.fullmatch(r"([01]?[0-9]|2[0-3])(?:[:.]([0-5][0-9]))?", text)
        if text and not found:
            raise ValidationError(_("Geben Sie die Uhrzeit in Stunden und Minuten an, zum Beispiel 16:30."))
        return time(int(found[1]), int(found[2] or 0)) if found else None

    def clean(self) -> None:
        data = self.cleaned_data
        if data.get("who") == "helper" and not data.get("helper_name") and "helper_name" not in self.errors:
            message = _("Geben Sie den Namen an. Möchte die Begleitung ihn nicht sagen: „unbekannt“.")
            self.add_error("helper_name", message)
        if data.get("received_time") and not data.get("received_day") and "received_day" not in self.errors:
            self.add_error("received_day", _("Geben Sie zur Uhrzeit auch den Tag an."))
        received = self.received_at
        if received is not None and received > database_now():
            self.add_error("received_time", _("Prüfen Sie die Uhrzeit. Sie liegt in der Zukunft."))
        elif (
            received is not None
            and (timezone.localdate() - received.astimezone(BERLIN).date()).days > EARLIEST
        ):
            self.add_error("received_day", _("Prüfen Sie das Jahr. Der Tag liegt mehr als ein Jahr zurück."))
        applied = data.get("application_day")
        day = data.get("received_day") or timezone.localdate().isoformat()
        if applied and applied > day:
            message = _("Prüfen Sie das Datum. Der Tag der Antragstellung liegt nach dem Tag der Abgabe.")
            self.add_error("application_day", message)

    @property
    def received_at(self) -> datetime | None:
        """None: now. A day without a time counts from its beginning, like a stamp."""
        day = self.cleaned_data.get("received_day")
        if not day:
            return None
        at = self.cleaned_data.get("received_time")
        start = date.fromisoformat(day)
        return datetime.combine(start, at, BERLIN) if at else start_of_day(start)

    @property
    def earlier_filled(self) -> bool:
        """Whether anything stands in the part about earlier days, so that it is shown open."""
        names = ("received_day", "received_time", "application_day")
        there = [self[name] for name in names if name in self.fields]
        return any(field.errors or any(_texts(field.value())) for field in there)


def case_label(case: Case) -> str:
    service = catalogue().service(case.service, version=case.service_version)
    values = {"service": str(service.name), "code": grouped(case.code)}
    if case.state == CaseState.OPEN:
        return _("%(service)s, Fall %(code)s") % values
    return _("%(service)s, Fall %(code)s (abgeschlossen)") % values


def _texts(value: Any) -> list[str]:
    return [str(part) for part in (value if isinstance(value, list | tuple) else [value]) if part]


class FilesInput(forms.FileInput):
    allow_multiple_selected = True

    def value_from_datadict(self, data: Any, files: Any, name: str) -> list[Any]:
        return files.getlist(name) if isinstance(files, MultiValueDict) else []


class PaperForm(DeskForm):
    """One paper: its kind, and files, or shown and handed back, or sheets kept to be scanned later."""

    kind = forms.ChoiceField(label=gettext_lazy("Papier"), required=False)
    copies = forms.Field(
        label=gettext_lazy("Fotos oder Scan"),
        widget=FilesInput({"multiple": True, "accept": "image/*,application/pdf"}),
        required=False,
    )
    shown = forms.BooleanField(label=gettext_lazy("gezeigt, nicht kopiert"), required=False)
    sheets = fields.ReadField(
        read=fields.whole_number(1, MOST_SHEETS),
        label=gettext_lazy("Blätter (werden noch eingelesen)"),
        widget=forms.TextInput({"inputmode": "numeric", "autocomplete": "off"}),
        required=False,
    )

    def __init__(self, *args: Any, kinds: Sequence[Any], kept: int = 0, **kwargs: Any) -> None:
        """kinds: choices in groups; kept: how many files of this paper are kept already."""
        super().__init__(*args, **kwargs)
        self.kept = kept
        for name in ("kind", "copies", "sheets"):
            self.fields[name].template_name = ROW_FIELD  # type: ignore[attr-defined]  # not in the stubs
        self.fields["kind"].choices = [("", _("Bitte auswählen")), *kinds]  # type: ignore[attr-defined]
        self.fields["kind"].error_messages["invalid_choice"] = _("Wählen Sie eine Art aus der Liste.")

    @property
    def is_empty(self) -> bool:
        data = self.cleaned_data
        return not (data.get("kind") or data.get("shown") or data.get("sheets") or self.kept)

    def clean(self) -> None:
        data = self.cleaned_data
        if "sheets" in self.errors or "kind" in self.errors or self.is_empty:
            return
        kind, shown, sheets = data["kind"], data["shown"], data["sheets"]
        if not kind:
            self.add_error("kind", _("Wählen Sie aus, was für ein Papier das ist."))
            return
        if shown and (self.kept or sheets):
            self.add_error("shown", _("Entweder gezeigt oder dabehalten: Wählen Sie nur eines aus."))
        elif shown and kind not in {one.key for one in catalogue().shown_kinds}:
            message = _("„%(kind)s“ muss kopiert werden. Zeigen reicht bei diesem Papier nicht.")
            name = str(catalogue().document_kind(kind).name)
            self.add_error("shown", ValidationError(message, "copy", {"kind": name}))
        elif not (shown or sheets or self.kept):
            message = _("Wählen Sie Fotos oder einen Scan aus, oder „gezeigt“, oder zählen Sie die Blätter.")
            self.add_error("copies", message)
