"""Two questions: which number, and which birth date."""

from datetime import date

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from casework.codes import is_number, tidy
from channels.fields import DateField


class LookupForm(forms.Form):
    use_required_attribute = False

    number = forms.CharField(
        label=gettext_lazy("Eingangs-Nummer oder Fall-Code"),
        help_text=gettext_lazy("Sie steht oben auf Ihrem Beleg."),
        max_length=60,
        error_messages={"required": gettext_lazy("Geben Sie die Nummer von Ihrem Beleg ein.")},
        widget=forms.TextInput(
            attrs={"autocomplete": "off", "spellcheck": "false", "autocapitalize": "characters"}
        ),
    )
    birth_date = DateField(
        label=gettext_lazy("Geburtsdatum"),
        help_text=gettext_lazy("Das Geburtsdatum der Person, um die es geht."),
        rule="birth",
        error_messages={"required": gettext_lazy("Geben Sie das Geburtsdatum ein.")},
    )

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        self.fields["number"].example = "A7K2-9QXM-3TFB"  # type: ignore[attr-defined]

    def clean_birth_date(self) -> date:
        return date.fromisoformat(self.cleaned_data["birth_date"])

    def clean_number(self) -> str:
        number = tidy(self.cleaned_data["number"])
        if not is_number(number):
            message = _("In der Nummer ist ein Tippfehler. Sie hat 12 Zeichen, wie auf Ihrem Beleg.")
            raise forms.ValidationError(message)
        return number
