"""Adding and removing a passkey: django-allauth's own views, with our pages around them."""

import json
from typing import Any

from allauth.mfa.webauthn.forms import AddWebAuthnForm
from allauth.mfa.webauthn.internal import auth
from allauth.mfa.webauthn.views import AddWebAuthnView, RemoveWebAuthnView
from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse_lazy
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from portal.accounts import security


class PasskeyForm(AddWebAuthnForm):
    """`passwordless` is always on: a key that cannot tell who holds it is no passkey."""

    use_required_attribute = False

    name = forms.CharField(
        label=gettext_lazy("Name für diesen Passkey"),
        help_text=gettext_lazy("Damit Sie ihn wiedererkennen, zum Beispiel: mein Telefon."),
        required=False,
        max_length=80,
    )
    passwordless = forms.BooleanField(initial=True, widget=forms.HiddenInput)

    def clean_passwordless(self) -> bool:
        return True


class Add(AddWebAuthnView):
    template_name = "konto/passkey_add.html"

    def get_form_class(self) -> type[forms.Form]:
        return PasskeyForm

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context: dict[str, Any] = super().get_context_data(**kwargs)
        options = json.loads(json.dumps(context["js_data"]["creation_options"]))
        # A passkey: kept by the phone, opened by finger, face or PIN; found again without a name.
        options["publicKey"]["authenticatorSelection"] |= {
            "residentKey": "required",
            "requireResidentKey": True,
            "userVerification": "required",
        }
        context["options"] = json.dumps(options)
        return context

    def form_valid(self, form: Any) -> HttpResponse:
        # Not by allauth's flow: that would make emergency codes, which belong to the codes of an app.
        auth.WebAuthn.add(self.request.user, form.cleaned_data["name"], form.cleaned_data["credential"])
        security.tell(self.request.user, "passkey_added")
        messages.success(self.request, _("Der Passkey ist angelegt."))
        return redirect("mfa_index")


class Remove(RemoveWebAuthnView):
    template_name = "konto/passkey_remove.html"
    success_url = reverse_lazy("mfa_index")
