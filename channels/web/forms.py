"""Forms beside those of the catalogue: files, numbers, and what is asked when sending."""

import math
import uuid
from typing import Any

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from casework.catalogue import catalogue
from casework.codes import is_number, tidy
from channels import fields

MIB = 1024 * 1024


class PlainForm(forms.Form):
    use_required_attribute = False  # errors are ours to word, not the browser's


class ManyInput(forms.ClearableFileInput):
    allow_multiple_selected = True


class ManyFiles(forms.Field):
    """Any number of files. What fits is kept even if another one is too large: see `fitting`."""

    widget = ManyInput(attrs={"multiple": True})

    def clean(self, value: Any) -> list[UploadedFile]:
        chosen: list[UploadedFile] = list(value or [])
        if not chosen and self.required:
            raise ValidationError(_("Wählen Sie eine Datei aus oder machen Sie ein Foto."), "required")
        large = [file for file in chosen if not _fits(file)]
        if large:
            raise ValidationError([_too_large(file) for file in large], "too_large")
        return chosen


def _fits(file: UploadedFile) -> bool:
    return (file.size or 0) <= settings.MAX_FILE_BYTES


def _too_large(file: UploadedFile) -> str:
    return _(
        "„%(name)s“ ist zu groß: %(size)d MB. Eine Datei darf höchstens %(limit)d MB haben. "
        "Teilen Sie die Datei oder fotografieren Sie die Seiten einzeln."
    ) % {
        "name": file.name,
        "size": math.ceil((file.size or 0) / MIB),
        "limit": settings.MAX_FILE_BYTES // MIB,
    }


class FilesForm(PlainForm):
    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        # Not a class attribute: a form's own uploads are called "files" as well.
        self.fields["files"] = ManyFiles(label=_("Dateien"))

    @property
    def fitting(self) -> list[UploadedFile]:
        """The files that can be kept, whatever else is wrong in this form."""
        chosen = self.files.getlist("files") if hasattr(self.files, "getlist") else []
        return [file for file in chosen if _fits(file)]


class KeyForm(PlainForm):
    """A form that makes something: its key is made with the page, so that a double click makes one thing."""

    key = forms.UUIDField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, **options: Any) -> None:
        options["initial"] = {"key": uuid.uuid4(), **(options.get("initial") or {})}
        super().__init__(*args, **options)

    def clean_key(self) -> uuid.UUID:
        """Errors never: a form that lost its key is a new one."""
        return self.cleaned_data.get("key") or uuid.uuid4()


class KindForm(PlainForm):
    """Which kind of paper: all the catalogue knows today."""

    kind = forms.ChoiceField(
        label=gettext_lazy("Was ist das für ein Dokument?"),
        help_text=gettext_lazy("Wenn Sie unsicher sind, wählen Sie „Anderes Dokument“."),
        error_messages={"required": gettext_lazy("Wählen Sie aus, was für ein Dokument das ist.")},
    )

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["kind"].choices = kinds()  # type: ignore[attr-defined]


def kinds() -> list[tuple[str, str]]:
    return [("", _("Bitte wählen")), *((kind.key, str(kind.name)) for kind in catalogue().kinds())]


class NumberForm(PlainForm):
    """Case code or receipt number, and birth date: together they find a case, neither is needed."""

    number = forms.CharField(
        required=False,
        label=gettext_lazy("Eingangs-Nummer oder Fall-Code"),
        help_text=gettext_lazy(
            "Die Eingangs-Nummer steht oben auf Ihrem Beleg. "
            "Wenn Sie keine Nummer haben, lassen Sie das Feld leer."
        ),
        widget=forms.TextInput(
            {"autocomplete": "off", "autocapitalize": "characters", "spellcheck": "false"}
        ),
    )
    birth_date = fields.DateField(
        rule="birth",
        required=False,
        label=gettext_lazy("Geburtsdatum"),
        help_text=gettext_lazy("Von der Person, der die Unterlagen gehören."),
        autocomplete="bday",
    )

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["number"].example = "A7K2-9QXM-3TFB"  # type: ignore[attr-defined]
        self.fields["birth_date"].example = "3 7 1991"  # type: ignore[attr-defined]

    def clean_number(self) -> str:
        if "without" in self.data:  # the button that goes on without it
            return ""
        number = tidy(self.cleaned_data["number"])
        if number and not is_number(number):
            raise ValidationError(
                _("Prüfen Sie die Nummer. Ein Zeichen ist anders als auf Ihrem Beleg."), "check_symbol"
            )
        return number

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or self.cleaned_data
        if data.get("number") and "birth_date" in data and not data["birth_date"]:
            self.add_error("birth_date", _("Geben Sie auch das Geburtsdatum an."))
        return data

    def say_unknown(self) -> None:
        """The same words for an unknown number and for a birth date that does not fit."""
        self.add_error(
            "number",
            _(
                "Nummer und Geburtsdatum passen nicht zusammen. "
                "Prüfen Sie beides, oder gehen Sie ohne Nummer weiter."
            ),
        )

    def say_wait(self, seconds: int) -> None:
        minutes = -(-seconds // 60)
        self.add_error(
            "number",
            ngettext(
                "Es gab mehrere falsche Versuche. "
                "Bitte warten Sie eine Minute, oder gehen Sie ohne Nummer weiter.",
                "Es gab mehrere falsche Versuche. "
                "Bitte warten Sie %(minutes)d Minuten, oder gehen Sie ohne Nummer weiter.",
                minutes,
            )
            % {"minutes": minutes},
        )


class PapersForm(FilesForm, NumberForm, KeyForm):
    """The first page of sending papers; with files chosen here it is also the last."""

    given_name = fields.TextField(
        limit=120,
        required=False,
        label=gettext_lazy("Vorname"),
        widget=forms.TextInput({"autocomplete": "given-name"}),
    )
    family_name = fields.TextField(
        limit=120,
        required=False,
        label=gettext_lazy("Nachname"),
        widget=forms.TextInput({"autocomplete": "family-name"}),
    )
    kind = forms.ChoiceField(required=False, label=gettext_lazy("Was ist das für ein Dokument?"))

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["files"].required = False
        self.fields["kind"].choices = kinds()  # type: ignore[attr-defined]

    @property
    def sent_kind(self) -> str:
        """The kind chosen, else "other": a paper without a name is a paper all the same."""
        return getattr(self, "cleaned_data", {}).get("kind") or "other"

    def answers(self) -> dict[str, Any]:
        given = {name: self.cleaned_data.get(name) for name in ("given_name", "family_name", "birth_date")}
        return {name: value for name, value in given.items() if value}


class HelperForm(PlainForm):
    """Who helps (F9): her own name, which then stands on the receipt."""

    helper_name = fields.TextField(
        limit=120,
        required=False,
        label=gettext_lazy("Ihr Name"),
        help_text=gettext_lazy("Der Name der Person, die hilft."),
    )
    helper_relation = fields.TextField(
        limit=40,
        required=False,
        label=gettext_lazy("Wer sind Sie für die Person?"),
        help_text=gettext_lazy("Zum Beispiel: Tochter, Freund, Beratungsstelle."),
    )

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or self.cleaned_data
        if data.get("helper_relation") and not data.get("helper_name") and "helper_name" not in self.errors:
            self.add_error("helper_name", _("Geben Sie auch Ihren Namen an, oder lassen Sie beides leer."))
        return data


class SendForm(HelperForm):
    """The last questions before sending, all optional."""

    notice_email = forms.CharField(
        required=False,
        label=gettext_lazy("E-Mail-Adresse für den Beleg"),
        help_text=gettext_lazy(
            "In der E-Mail stehen Nummer und Uhrzeit, aber keine Namen. "
            "Den ganzen Beleg sehen Sie gleich hier."
        ),
        widget=forms.EmailInput({"autocomplete": "email", "spellcheck": "false", "autocapitalize": "none"}),
    )
    field_order = ("notice_email", "helper_name", "helper_relation")

    def clean_notice_email(self) -> str:
        typed = self.cleaned_data["notice_email"]
        return fields.email(typed) if typed else ""


class FormlessForm(HelperForm, KeyForm):
    """Beside the questions of the catalogue: the receipt by e-mail, and who helps."""

    by_email = forms.BooleanField(
        required=False,
        label=gettext_lazy("Schicken Sie mir den Beleg auch per E-Mail, ohne Namen und ohne Dateinamen."),
    )


def code_field(label: Any, help_text: Any, required: Any) -> forms.CharField:
    return forms.CharField(
        label=label,
        help_text=help_text,
        error_messages={"required": required},
        widget=forms.TextInput(
            {"autocomplete": "off", "autocapitalize": "characters", "spellcheck": "false"}
        ),
    )


class CodeForm(PlainForm):
    """A code that opens something, by itself: wrong ones are counted (casework.guessing)."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["code"].example = "A7K2-9QXM-3TFB"  # type: ignore[attr-defined]

    def clean_code(self) -> str:
        code = tidy(self.cleaned_data["code"])
        if not is_number(code):
            raise ValidationError(
                _("Prüfen Sie den Code. Ein Zeichen fehlt oder ist anders."), "check_symbol"
            )
        return code

    def say_wait(self, seconds: int) -> None:
        minutes = -(-seconds // 60)
        self.add_error(
            "code",
            ngettext(
                "Es gab mehrere falsche Versuche. Bitte warten Sie eine Minute.",
                "Es gab mehrere falsche Versuche. Bitte warten Sie %(minutes)d Minuten.",
                minutes,
            )
            % {"minutes": minutes},
        )


class ResumeForm(CodeForm):
    code = code_field(
        gettext_lazy("Ihr Code"),
        gettext_lazy("12 Zeichen in drei Gruppen. Groß oder klein geschrieben, mit oder ohne Striche."),
        gettext_lazy("Geben Sie Ihren Code ein."),
    )

    def say_unknown(self) -> None:
        self.add_error("code", _("Diesen Code kennen wir nicht. Prüfen Sie, ob alle Zeichen stimmen."))
