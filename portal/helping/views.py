"""For helpers: taking up an invitation under one's own name, sending papers, seeing how it stands.

A helper never gets an address that opens the case for whoever has it. What she may do is asked anew at every
request, so that taking it back works at once; every look at the case is logged.
"""

import uuid
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from casework import actions, guessing, helping
from casework.catalogue import catalogue
from casework.codes import is_number, tidy
from casework.envelope import Actor, Role
from casework.helpscope import Act, may
from casework.models import CaseHelper, HelperPerson
from casework.status import status_of
from channels.models import Draft
from channels.web import drafts
from channels.web.access import grant
from portal.helping.forms import HelperCodeForm, TakeUpForm
from portal.helping.visit import account_of, as_helper, remember


@never_cache
def enter(request: HttpRequest) -> HttpResponse:
    """The code of an invitation, or the one a helper got for herself. Wrong ones are counted."""
    form = HelperCodeForm(request.POST if request.method == "POST" else None)
    if form.is_bound and form.is_valid():
        code, address = form.cleaned_data["code"], guessing.address_of(request)
        wait = guessing.pause(code, address)
        # Both look-ups, whatever the first one finds.
        person, invited = helping.by_code(code), helping.invitation(code)
        if wait:
            form.say_wait(wait)
        elif person is not None:
            guessing.right(code)
            remember(request, person)
            return redirect("helping:case", person.public_id)
        elif invited is not None:
            guessing.right(code)
            return redirect("helping:invitation", code)
        else:
            guessing.wrong(code, address)
            form.say_unknown()
    account = account_of(request)
    mine = helping.of_account(account) if account is not None else []
    status = 400 if form.errors else 200
    return render(request, "helping/enter.html", {"form": form, "mine": mine}, status=status)


@never_cache
def invitation(request: HttpRequest, code: str) -> HttpResponse:
    """GET says what it means and changes nothing (messengers open links by themselves); POST takes it up."""
    helper = _invited(request, code)
    if helper is None:
        return render(request, "helping/over.html", status=404)
    account = account_of(request)
    initial = {"name": "" if helper.organisation else helper.name}
    form = TakeUpForm(request.POST if request.method == "POST" else None, initial=initial)
    if form.is_bound and form.is_valid() and not _is_staff(request):
        try:
            person = helping.take_up(helper, form.cleaned_data["name"], account)
        except helping.NotPossible:
            return render(request, "helping/over.html", status=404)
        if account is not None:
            return redirect("helping:case", person.public_id)
        remember(request, person)
        return redirect("helping:code", person.public_id)
    context = {"helper": helper, "form": form, "account": account, "staff": _is_staff(request)}
    return render(request, "helping/invitation.html", context, status=400 if form.errors else 200)


def _is_staff(request: HttpRequest) -> bool:
    """Staff act by their role, never as helpers."""
    return request.user.is_authenticated and account_of(request) is None


def _invited(request: HttpRequest, code: str) -> CaseHelper | None:
    """Codes in addresses are counted like typed ones."""
    code, address = tidy(code), guessing.address_of(request)
    wait = guessing.pause(code, address)
    found = helping.invitation(code)
    if wait or not is_number(code):
        return None
    if found is None:
        guessing.wrong(code, address)
    return found


@require_safe
@as_helper()
def code(request: HttpRequest, person: HelperPerson) -> HttpResponse:
    """Her own code to come back with; not for those who come back by their account."""
    if person.user_id is not None:
        raise Http404
    return render(request, "helping/code.html", {"person": person})


@require_safe
@as_helper()
def case(request: HttpRequest, person: HelperPerson) -> HttpResponse:
    helper = person.helper
    actions.view_case(helper.case, Actor(Role.HELPER, person.user_id), helper=person)
    sees, sends = may(helper.scope, Act.SEE), may(helper.scope, Act.SEND)
    opener = helper.case.submissions.filter(shows_case=True).order_by("received_at", "pk").first()
    context = {
        "person": person,
        "helper": helper,
        "sends": sends,
        "sees": sees,
        "status": status_of(opener) if sees and opener is not None else None,
        "sent": helping.sent_by(person),
        "drafts": Draft.objects.filter(sent_by=person, sent_at=None) if sends else [],
        "key": uuid.uuid4(),
    }
    return render(request, "helping/case.html", context)


@require_POST
@as_helper(Act.SEND)
def send(request: HttpRequest, person: HelperPerson) -> HttpResponse:
    """Begin to send papers; the key of the page makes a double click one draft."""
    try:
        key = UUID(request.POST.get("key", ""))
    except ValueError:
        key = uuid.uuid4()
    draft = drafts.begin_for(person, catalogue().service("PAPERS"), key, get_language() or "de")
    grant(request, draft)
    return redirect("web:draft", draft.public_id)


@require_safe
@as_helper(Act.SEND)
def go_on(request: HttpRequest, person: HelperPerson, draft: UUID) -> HttpResponse:
    found = Draft.objects.filter(public_id=draft, sent_by=person).first()
    if found is None:
        raise Http404
    grant(request, found)
    return redirect("web:draft", found.public_id)


@as_helper()
def leave(request: HttpRequest, person: HelperPerson) -> HttpResponse:
    """GET asks, POST does."""
    if request.method == "POST":
        helping.leave(person)
        messages.success(request, _("Sie helfen hier nicht mehr. Was Sie geschickt haben, bleibt."))
        return redirect("pages:start")
    return render(request, "helping/leave.html", {"person": person, "helper": person.helper})
