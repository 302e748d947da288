"""The pages of an account: my cases, adding one by proof, what is kept here, deleting. Claimants only.

Every view shows the account of the session and nothing else: no address holds the id of an account.
"""

import time
from uuid import UUID

from allauth.account.internal.flows.login import get_authentication_records
from django.contrib import messages
from django.contrib.auth import logout
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from casework import accounts, guessing, helping, placing
from casework.codes import tidy
from casework.models import User
from casework.status import by_secret, find, status_of
from channels.models import Draft
from channels.web.access import grant
from portal.accounts import code, export, provider, security
from portal.accounts.forms import CodeForm, DeleteForm, GatherForm, IdentityForm, NewEmailForm, day

FRESH_SECONDS = 15 * 60


def _user(request: HttpRequest) -> User:
    assert isinstance(request.user, User), "portal.access lets only claimants in"
    return request.user


@require_safe
def start(request: HttpRequest) -> HttpResponse:
    user = _user(request)
    cases = [(held, status_of(held.submission)) for held in accounts.held_by(user)]
    context = {
        "cases": cases,
        "drafts": Draft.objects.filter(account=user, sent_at=None).order_by("-updated_at"),
        "helping": helping.of_account(user),
    }
    return render(request, "konto/start.html", context)


# --- adding a case


def gather(request: HttpRequest) -> HttpResponse:
    """By number and birth date, guesses counted as everywhere; or by a strong identity."""
    identity = provider.strong_identity(request)
    form = GatherForm(request.POST if "number" in request.POST else None)
    by_identity = IdentityForm(request.POST if "identity" in request.POST else None)
    if form.is_bound and form.is_valid() and _gathered_by_number(request, form):
        return redirect("account:start")
    if (
        identity is not None
        and by_identity.is_bound
        and by_identity.is_valid()
        and _gathered_by_identity(request, identity, by_identity)
    ):
        return redirect("account:start")
    context = {
        "form": form,
        "by_identity": by_identity if identity is not None else None,
        "identity": identity,
        "provider_name": provider.name(),
    }
    return render(
        request, "konto/gather.html", context, status=400 if form.errors or by_identity.errors else 200
    )


def _gathered_by_number(request: HttpRequest, form: GatherForm) -> bool:
    user, number, born = _user(request), tidy(form.cleaned_data["number"]), day(form, "birth_date")
    address = guessing.address_of(request)
    if wait := guessing.pause(number, address):
        form.add_error("number", _wait(wait))
        return False
    # Both look-ups whatever the first one finds: unknown numbers must not be told by their time.
    case = placing.case_shown_by(number, born)
    submission = find(number, born)
    if submission is None or submission.sent_by_id is not None:
        guessing.wrong(number, address)
        form.add_error(
            "number", _("Nummer und Geburtsdatum passen nicht zusammen. Bitte prüfen Sie beides noch einmal.")
        )
        return False
    guessing.right(number)
    if case is not None and case.code == number:
        new = accounts.gather(user, "case_code", case=case)
    else:
        new = accounts.gather(user, "receipt_number", submission=submission)
    _say_gathered(request, int(new))
    return True


def _gathered_by_identity(request: HttpRequest, identity: accounts.Attributes, form: IdentityForm) -> bool:
    user, number = _user(request), form.cleaned_data["customer_number"]
    name, address = f"identity:{user.pk}", guessing.address_of(request)
    if wait := guessing.pause(name, address):
        form.add_error("customer_number", _wait(wait))
        return False
    cases = accounts.cases_of_identity(identity, number)
    if not cases:
        guessing.wrong(name, address)
        form.add_error(
            "customer_number",
            _("So finden wir keinen Fall. Nehmen Sie die Nummer von Ihrem Beleg, oder rufen Sie uns an."),
        )
        return False
    _say_gathered(request, sum(accounts.gather(user, "identity", case=case) for case in cases))
    return True


def _wait(seconds: int) -> str:
    minutes = -(-seconds // 60)
    return ngettext(
        "Es gab mehrere falsche Versuche. Bitte warten Sie eine Minute.",
        "Es gab mehrere falsche Versuche. Bitte warten Sie %(minutes)d Minuten.",
        minutes,
    ) % {"minutes": minutes}


def _say_gathered(request: HttpRequest, new: int) -> None:
    if new:
        messages.success(
            request,
            ngettext("Der Fall ist jetzt in Ihrem Konto.", "Ihre Fälle sind jetzt in Ihrem Konto.", new),
        )
    else:
        messages.info(request, _("Das ist schon in Ihrem Konto."))


@require_POST
def gather_by_link(request: HttpRequest, secret: str) -> HttpResponse:
    """From the page of a receipt, opened by its QR code: the secret is the proof."""
    submission = by_secret(secret)
    if submission is None or submission.sent_by_id is not None:
        raise Http404
    _say_gathered(request, int(accounts.gather(_user(request), "receipt_link", submission=submission)))
    return redirect("account:start")


def let_go(request: HttpRequest, holding: int) -> HttpResponse:
    """GET asks, POST does. The id of another account's holding is not found."""
    found = accounts.holding_of(_user(request), holding)
    if found is None:
        raise Http404
    if request.method == "POST":
        accounts.let_go(found)
        messages.success(request, _("Der Fall ist nicht mehr in Ihrem Konto. Bei uns ist er weiter da."))
        return redirect("account:start")
    return render(request, "konto/let_go.html", {"holding": found})


# --- drafts


@require_safe
def draft(request: HttpRequest, draft: UUID) -> HttpResponse:
    """Go on with a draft of this account, on any device."""
    found = Draft.objects.filter(public_id=draft, account=_user(request)).first()
    if found is None:
        raise Http404
    grant(request, found)
    return redirect("web:draft", found.public_id)


# --- another e-mail address


def email(request: HttpRequest) -> HttpResponse:
    """Where the code goes that proves the new address. The same answer whether another account has it."""
    if not _fresh(request):
        return _again(request, reverse("account:email"))
    form = NewEmailForm(request.POST if request.method == "POST" else None)
    if form.is_bound and form.is_valid():
        if code.send_to_new_address(request, form.cleaned_data["email"]):
            return redirect("account:email_code")
        form.add_error(
            "email",
            _("An diese Adresse wurden gerade viele Codes geschickt. Bitte warten Sie eine Stunde."),
        )
    return render(request, "konto/email.html", {"form": form}, status=400 if form.errors else 200)


def email_code(request: HttpRequest) -> HttpResponse:
    if not _fresh(request):
        return _again(request, reverse("account:email"))
    kept = code.pending(request, code.NEW_ADDRESS)
    if kept is None:
        return redirect("account:email")
    form = CodeForm(request.POST if request.method == "POST" else None)
    if form.is_bound and form.is_valid():
        if code.check(request, form.cleaned_data["code"], code.NEW_ADDRESS):
            code.forget(request, code.NEW_ADDRESS)
            return _changed_email(request, kept.email)
        if code.pending(request, code.NEW_ADDRESS) is None:
            messages.warning(
                request,
                _("Der Code war zu oft falsch oder ist zu alt. Bitte fordern Sie einen neuen Code an."),
            )
            return redirect("account:email")
        form.say_wrong()
    return render(
        request,
        "konto/email_code.html",
        {"form": form, "email": kept.email},
        status=400 if form.errors else 200,
    )


def _changed_email(request: HttpRequest, new: str) -> HttpResponse:
    user = _user(request)
    before = user.email or ""
    try:
        accounts.change_email(user, new)
    except accounts.Taken:  # meanwhile
        messages.warning(
            request, _("Diese Adresse gehört schon zu einem Konto. Es hat sich nichts geändert.")
        )
        return redirect("account:email")
    if before:
        security.tell(user, "email_changed", to=before)
    else:
        security.tell(user, "email_added", to=new)
    messages.success(request, _("Diese E-Mail-Adresse gilt jetzt für Ihr Konto."))
    return redirect("mfa_index")


# --- what is kept, and the end


@require_safe
def data(request: HttpRequest) -> HttpResponse:
    """Everything kept about the account (GDPR Art. 15 and 20), as a file a program can read."""
    if not _fresh(request):
        return _again(request, reverse("account:data"))
    response = JsonResponse(
        export.of_account(_user(request)), json_dumps_params={"ensure_ascii": False, "indent": 2}
    )
    response["Content-Disposition"] = 'attachment; filename="konto.json"'
    return response


def delete(request: HttpRequest) -> HttpResponse:
    if not _fresh(request):
        return _again(request, reverse("account:delete"))
    user = _user(request)
    form = DeleteForm(request.POST if request.method == "POST" else None)
    if form.is_bound and form.is_valid():
        accounts.delete(user)
        logout(request)
        return render(request, "konto/deleted.html")
    return render(request, "konto/delete.html", {"form": form}, status=400 if form.errors else 200)


def _fresh(request: HttpRequest) -> bool:
    """Whether she proved who she is lately: a phone left lying about must not be enough."""
    records = get_authentication_records(request, _user(request))
    return any(time.time() - record["at"] < FRESH_SECONDS for record in records)


def _again(request: HttpRequest, back: str) -> HttpResponse:
    return render(request, "konto/again.html", {"back": back})
