"""What people type on the pages of their case. Errors are worded in German, the language of the source."""

from datetime import date
from typing import Any

from django import forms
from django.template.loader import render_to_string
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from casework import messages
from casework.codes import is_number, tidy
from casework.models import Slot
from channels.fields import DateField, TextField
from channels.web.forms import KeyForm, ManyFiles


class BirthDateForm(forms.Form):
    """The second half of the proof, after a QR code."""

    use_required_attribute = False

    birth_date = DateField(
        label=gettext_lazy("Geburtsdatum"),
        help_text=gettext_lazy("Das Geburtsdatum der Person, um die es geht."),
        rule="birth",
        error_messages={"required": gettext_lazy("Geben Sie das Geburtsdatum ein.")},
    )

    def clean_birth_date(self) -> date:
        return date.fromisoformat(self.cleaned_data["birth_date"])


class LookupForm(BirthDateForm):
    field_order = ("number", "birth_date")

    number = forms.CharField(
        label=gettext_lazy("Eingangs-Nummer oder Fall-Code"),
        help_text=gettext_lazy("Sie steht oben auf Ihrem Beleg."),
        max_length=60,
        error_messages={"required": gettext_lazy("Geben Sie die Nummer von Ihrem Beleg ein.")},
        widget=forms.TextInput(
            attrs={"autocomplete": "off", "spellcheck": "false", "autocapitalize": "characters"}
        ),
    )

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        self.fields["number"].example = "A7K2-9QXM-3TFB"  # type: ignore[attr-defined]

    def clean_number(self) -> str:
        number = tidy(self.cleaned_data["number"])
        if not is_number(number):
            message = _("In der Nummer ist ein Tippfehler. Sie hat 12 Zeichen, wie auf Ihrem Beleg.")
            raise forms.ValidationError(message)
        return number


class MessageForm(KeyForm):
    """A message to the office, with papers if there are any."""

    text = TextField(
        limit=messages.LIMIT,
        label=gettext_lazy("Ihre Nachricht"),
        help_text=gettext_lazy("Schreiben Sie mit Ihren Worten, in der Sprache, die Sie können."),
        widget=forms.Textarea(attrs={"rows": 5}),
        error_messages={"required": gettext_lazy("Schreiben Sie eine Nachricht.")},
    )

    def __init__(self, *args: object, **options: object) -> None:
        super().__init__(*args, **options)
        self.fields["files"] = ManyFiles(label=_("Dateien"), required=False)


class AddressForm(KeyForm):
    """Where she lives from when on."""

    street = TextField(
        limit=200,
        label=gettext_lazy("Straße und Hausnummer"),
        widget=forms.TextInput(attrs={"autocomplete": "address-line1"}),
        error_messages={"required": gettext_lazy("Geben Sie Straße und Hausnummer ein.")},
    )
    postcode = forms.RegexField(
        r"^\d{5}$",
        label=gettext_lazy("Postleitzahl"),
        widget=forms.TextInput(attrs={"autocomplete": "postal-code", "inputmode": "numeric"}),
        error_messages={
            "required": gettext_lazy("Geben Sie die Postleitzahl ein."),
            "invalid": gettext_lazy("Eine Postleitzahl hat fünf Ziffern, zum Beispiel 12345."),
        },
    )
    city = TextField(
        limit=100,
        label=gettext_lazy("Ort"),
        widget=forms.TextInput(attrs={"autocomplete": "address-level2"}),
        error_messages={"required": gettext_lazy("Geben Sie den Ort ein.")},
    )
    valid_from = DateField(
        label=gettext_lazy("Ab wann wohnen Sie dort?"),
        rule="any",
        error_messages={"required": gettext_lazy("Geben Sie ein Datum ein.")},
    )


class WishForm(forms.Form):
    """How she hears of news."""

    use_required_attribute = False

    wish = forms.ChoiceField(
        label=gettext_lazy("Wie sollen wir Ihnen Bescheid geben, wenn es etwas Neues gibt?"),
        choices=[
            ("email", gettext_lazy("Mit einer E-Mail, ohne persönliche Angaben")),
            ("letter", gettext_lazy("Mit einem Brief")),
            ("none", gettext_lazy("Gar nicht, ich sehe selbst nach")),
        ],
        widget=forms.RadioSelect,
        help_text=gettext_lazy("Bescheide und was schriftlich sein muss, kommen immer als Brief."),
        error_messages={"required": gettext_lazy("Wählen Sie aus, wie wir Ihnen Bescheid geben sollen.")},
    )
    email = forms.EmailField(
        required=False,
        label=gettext_lazy("E-Mail-Adresse"),
        help_text=gettext_lazy("Nur nötig, wenn Sie E-Mails möchten."),
        max_length=254,
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
        error_messages={"invalid": gettext_lazy("Prüfen Sie die Adresse, zum Beispiel name@example.org.")},
    )

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        if given.get("wish") == "email" and not given.get("email") and "email" not in self.errors:
            self.add_error("email", _("Geben Sie Ihre E-Mail-Adresse ein."))
        return given


class CallForm(forms.Form):
    """Please call me."""

    use_required_attribute = False

    phone = forms.RegexField(
        r"^[0-9+()/ .-]{5,40}$",
        label=gettext_lazy("Ihre Telefonnummer"),
        widget=forms.TextInput(attrs={"autocomplete": "tel", "inputmode": "tel"}),
        error_messages={
            "required": gettext_lazy("Geben Sie Ihre Telefonnummer ein."),
            "invalid": gettext_lazy("Schreiben Sie die Nummer nur mit Ziffern, zum Beispiel 0151 0000123."),
        },
    )
    at = forms.ChoiceField(
        label=gettext_lazy("Wann passt es Ihnen?"),
        choices=[
            ("any", gettext_lazy("Egal")),
            ("morning", gettext_lazy("Vormittags")),
            ("afternoon", gettext_lazy("Nachmittags")),
        ],
        initial="any",
        widget=forms.RadioSelect,
    )
    about = TextField(
        limit=300,
        required=False,
        label=gettext_lazy("Worum geht es?"),
        help_text=gettext_lazy("Ein Stichwort reicht. Auch, welche Sprache Sie sprechen."),
    )


class BookForm(forms.Form):
    """Which of the free times."""

    use_required_attribute = False

    about = TextField(
        limit=300,
        required=False,
        label=gettext_lazy("Worum geht es?"),
        help_text=gettext_lazy("Ein Stichwort reicht. Auch, welche Sprache Sie sprechen."),
    )
    phone = forms.RegexField(
        r"^[0-9+()/ .-]{5,40}$",
        required=False,
        label=gettext_lazy("Ihre Telefonnummer"),
        help_text=gettext_lazy("Nur nötig, wenn wir Sie anrufen sollen."),
        widget=forms.TextInput(attrs={"autocomplete": "tel", "inputmode": "tel"}),
        error_messages={
            "invalid": gettext_lazy("Schreiben Sie die Nummer nur mit Ziffern, zum Beispiel 0151 0000123.")
        },
    )

    def __init__(self, *args: Any, slots: list[Slot], **options: Any) -> None:
        super().__init__(*args, **options)
        self.slots = {str(slot.public_id): slot for slot in slots}
        self.fields["slot"] = forms.ChoiceField(
            label=_("Freie Zeiten"),
            choices=[(key, _time(slot)) for key, slot in self.slots.items()],
            widget=forms.RadioSelect,
            error_messages={
                "required": _("Wählen Sie eine Zeit aus."),
                "invalid_choice": _("Diese Zeit ist nicht mehr frei. Wählen Sie bitte eine andere."),
            },
        )
        self.order_fields(["slot", "about", "phone"])

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        slot = self.slots.get(given.get("slot", ""))
        if slot is not None and slot.way == "phone" and not given.get("phone") and "phone" not in self.errors:
            self.add_error("phone", _("Geben Sie die Nummer ein, unter der wir Sie anrufen sollen."))
        return given


def _time(slot: Slot) -> str:
    return render_to_string("citizen/slot.html", {"slot": slot}).strip()
