from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from channels import fields
from channels.web.forms import CodeForm, code_field


class HelperCodeForm(CodeForm):
    code = code_field(
        gettext_lazy("Code zum Helfen"),
        gettext_lazy("Er steht in der Einladung. Nach dem ersten Mal nehmen Sie Ihren eigenen Code."),
        gettext_lazy("Geben Sie den Code ein."),
    )

    def say_unknown(self) -> None:
        self.add_error("code", _("Dieser Code gilt nicht oder nicht mehr. Fragen Sie die Person."))


class TakeUpForm(forms.Form):
    use_required_attribute = False

    name = fields.TextField(
        limit=120,
        label=gettext_lazy("Ihr eigener Name"),
        help_text=gettext_lazy("Vorname und Nachname. Er steht auf den Belegen und im Verlauf."),
        error_messages={"required": gettext_lazy("Geben Sie Ihren eigenen Namen ein.")},
        widget=forms.TextInput({"autocomplete": "name"}),
    )
