"""Signing in, for claimants: code by e-mail, passkey, identity provider; and always without an account.

Open to everybody. Says the same, and sends a mail, whether an address is known or not.
"""

from typing import Any

from allauth.core import ratelimit
from allauth.mfa.webauthn.views import LoginWebAuthnView
from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from casework import accounts
from portal.accounts import code, provider
from portal.accounts.forms import CodeForm, EmailForm

NEXT = "sign_in_next"


@never_cache
def sign_in(request: HttpRequest) -> HttpResponse:
    if request.user.is_authenticated:
        return redirect("account:start" if request.user.claimant else "team:start")
    if "next" in request.GET:
        request.session[NEXT] = _inside(request, request.GET["next"])
    form = EmailForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        if code.send(request, form.cleaned_data["email"]):
            return redirect("entry:code")
        form.add_error(
            "email",
            _(
                "An diese Adresse oder aus diesem Netz wurden gerade viele Codes angefordert. "
                "Bitte warten Sie eine Stunde, oder gehen Sie ohne Konto weiter."
            ),
        )
    return render(
        request, "konto/sign_in.html", {"form": form, "provider_name": provider.name()}, status=_status(form)
    )


def _status(form: Any) -> int:
    return 400 if form.errors else 200


def _inside(request: HttpRequest, address: str) -> str:
    """The address if it is one of this portal, else none: nobody is sent elsewhere after signing in."""
    good = url_has_allowed_host_and_scheme(
        address, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    )
    return address if good else ""


@never_cache
def enter_code(request: HttpRequest) -> HttpResponse:
    kept = code.pending(request)
    if kept is None:
        return redirect("entry:sign_in")
    if request.method == "POST" and "again" in request.POST:
        if code.send(request, kept.email):
            messages.success(
                request, _("Wir haben Ihnen einen neuen Code geschickt. Der alte gilt nicht mehr.")
            )
        else:
            messages.warning(request, _("Bitte warten Sie etwas, bevor Sie noch einen Code anfordern."))
        return redirect("entry:code")
    form = CodeForm(request.POST if request.method == "POST" else None)
    if form.is_bound and form.is_valid():
        if code.check(request, form.cleaned_data["code"]):
            try:
                return code.sign_in(request, request.session.pop(NEXT, ""))
            except accounts.BelongsToStaff:
                return redirect("entry:sign_in")
        if code.pending(request) is None:
            messages.warning(
                request,
                _("Der Code war zu oft falsch oder ist zu alt. Bitte fordern Sie einen neuen Code an."),
            )
            return redirect("entry:sign_in")
        form.say_wrong()
    return render(request, "konto/code.html", {"form": form, "email": kept.email}, status=_status(form))


# --- passkey


class Passkey(LoginWebAuthnView):
    """GET (by script): the options for the browser. POST: what it signed. Only accounts of claimants."""

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        answer = super().get(request, *args, **kwargs)
        if answer.status_code == 302:
            return redirect("entry:sign_in")
        return answer

    def form_valid(self, form: Any) -> HttpResponse:
        if not form.cleaned_data["credential"].user.claimant:
            return self.form_invalid(form)
        return super().form_valid(form)

    def form_invalid(self, form: Any) -> HttpResponse:
        messages.warning(
            self.request,
            _(
                "Der Passkey hat nicht geklappt. "
                "Versuchen Sie es noch einmal, oder nehmen Sie die E-Mail-Adresse."
            ),
        )
        return redirect("entry:sign_in")


# --- identity provider


@require_safe
@never_cache
def to_provider(request: HttpRequest) -> HttpResponse:
    """A link, not a form: the security policy lets no form lead to another host."""
    if not ratelimit.consume(request, action="sign_in_provider"):
        return ratelimit.respond_429(request)
    try:
        return provider.begin(request, settings.PUBLIC_URL + reverse("entry:provider_answer"))
    except provider.Unavailable:
        return _provider_failed(request)


@require_safe
@never_cache
def provider_answer(request: HttpRequest) -> HttpResponse:
    try:
        person = provider.finish(request)
    except provider.Refused:
        return _provider_failed(request)
    return provider.sign_in(request, person, request.session.pop(NEXT, ""))


def _provider_failed(request: HttpRequest) -> HttpResponse:
    words = _("Die Anmeldung mit %(name)s hat nicht geklappt. Es ist nichts verloren.")
    messages.warning(request, words % {"name": provider.name()})
    return redirect("entry:sign_in")
