"""The codes of an app, in plain words: django-allauth's own forms with our labels."""

from typing import Any

from allauth.mfa.base.forms import AuthenticateForm, ReauthenticateForm
from allauth.mfa.totp.forms import ActivateTOTPForm
from django import forms
from django.utils.translation import gettext_lazy

OF_THE_APP = gettext_lazy("Code aus der App")
OR_EMERGENCY = gettext_lazy("Code aus der App, oder ein Notfallcode")


def _name(form: forms.Form, label: Any) -> None:
    form.use_required_attribute = False
    form.fields["code"].label = label
    form.fields["code"].widget.attrs.pop("placeholder", None)


class Activate(ActivateTOTPForm):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _name(self, OF_THE_APP)


class Authenticate(AuthenticateForm):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _name(self, OR_EMERGENCY)


class Reauthenticate(ReauthenticateForm):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _name(self, OR_EMERGENCY)
