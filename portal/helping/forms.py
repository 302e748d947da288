from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from casework.codes import is_number, tidy
from channels import fields


class HelperCodeForm(forms.Form):
    use_required_attribute = False

    code = forms.CharField(
        label=gettext_lazy("Code zum Helfen"),
        help_text=gettext_lazy(
            "Er steht in der Einladung. Nach dem ersten Mal nehmen Sie Ihren eigenen Code."
        ),
        max_length=60,
        error_messages={"required": gettext_lazy("Geben Sie den Code ein.")},
        widget=forms.TextInput(
            {"autocomplete": "off", "autocapitalize": "characters", "spellcheck": "false"}
        ),
    )

    def clean_code(self) -> str:
        code = tidy(self.cleaned_data["code"])
        if not is_number(code):
            raise forms.ValidationError(_("Prüfen Sie den Code. Ein Zeichen fehlt oder ist anders."))
        return code

    def say_unknown(self) -> None:
        self.add_error("code", _("Dieser Code gilt nicht oder nicht mehr. Fragen Sie die Person."))

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


class TakeUpForm(forms.Form):
    use_required_attribute = False

    name = fields.TextField(
        limit=120,
        label=gettext_lazy("Ihr eigener Name"),
        help_text=gettext_lazy("Vorname und Nachname. Er steht auf den Belegen und im Verlauf."),
        error_messages={"required": gettext_lazy("Geben Sie Ihren eigenen Namen ein.")},
        widget=forms.TextInput({"autocomplete": "name"}),
    )
