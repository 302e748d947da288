"""What the pages around an account ask."""

from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from casework import numbers
from channels import fields
from portal.my.forms import LookupForm


class EmailForm(forms.Form):
    use_required_attribute = False

    email = forms.CharField(
        label=gettext_lazy("E-Mail-Adresse"),
        max_length=254,
        error_messages={"required": gettext_lazy("Geben Sie Ihre E-Mail-Adresse ein.")},
        widget=forms.EmailInput(
            {"autocomplete": "email webauthn", "spellcheck": "false", "autocapitalize": "none"}
        ),
    )

    def clean_email(self) -> str:
        return fields.email(self.cleaned_data["email"])


class NewEmailForm(EmailForm):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["email"].label = _("Neue E-Mail-Adresse")
        self.fields["email"].widget.attrs["autocomplete"] = "email"


class CodeForm(forms.Form):
    use_required_attribute = False

    code = forms.CharField(
        label=gettext_lazy("Code aus der E-Mail"),
        help_text=gettext_lazy("8 Ziffern. Die Lücke in der Mitte können Sie weglassen."),
        max_length=40,
        error_messages={"required": gettext_lazy("Geben Sie den Code aus der E-Mail ein.")},
        widget=forms.TextInput({"autocomplete": "one-time-code", "inputmode": "numeric"}),
    )

    def say_wrong(self) -> None:
        self.add_error("code", _("Der Code stimmt nicht. Prüfen Sie die Ziffern."))


class GatherForm(LookupForm):
    """Number and birth date: the same proof as for looking up a receipt without an account."""


class IdentityForm(forms.Form):
    """With a strong identity the customer number says whose cases are meant; else the address has to fit."""

    use_required_attribute = False

    customer_number = forms.CharField(
        label=gettext_lazy("Kundennummer"),
        help_text=gettext_lazy(
            "Sie steht auf unseren Briefen. Wenn Sie keine haben, lassen Sie das Feld leer."
        ),
        required=False,
        max_length=40,
        widget=forms.TextInput(
            {"autocomplete": "off", "spellcheck": "false", "autocapitalize": "characters"}
        ),
    )

    def clean_customer_number(self) -> str:
        typed = self.cleaned_data["customer_number"]
        if not typed:
            return ""
        try:
            return numbers.customer_number(typed)
        except numbers.NumberError:
            message = _("Prüfen Sie die Kundennummer. Sie sieht aus wie 123A456789.")
            raise forms.ValidationError(message) from None


class DeleteForm(forms.Form):
    use_required_attribute = False

    sure = forms.BooleanField(
        label=gettext_lazy("Ja, mein Konto soll gelöscht werden."),
        error_messages={
            "required": gettext_lazy("Setzen Sie den Haken, wenn Sie Ihr Konto löschen möchten.")
        },
    )


def day(form: forms.Form, name: str) -> date:
    found: Any = form.cleaned_data[name]
    assert isinstance(found, date)
    return found
