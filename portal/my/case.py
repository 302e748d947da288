"""My case: what only she may see who named the birth date as well."""

import json
from datetime import date
from uuid import uuid5

from django.contrib import messages as flash
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from casework import access, everything, guessing, notices
from casework import appointments as talks
from casework import details as own_details
from casework.models import Case, Submission
from casework.sight import Sight
from casework.status import find, submissions_of
from channels.web import access as drafts_of_device
from channels.web import adapter
from portal.my import visit
from portal.my.forms import AddressForm, BirthDateForm, BookForm, CallForm, WishForm

# Where the birth date leads; also what an address may name.
PAGES = ("opened", "messages", "details", "appointments", "download", "correct", "helpers")
ROWS = 50


@require_http_methods(["GET", "HEAD", "POST"])
def confirm(request: HttpRequest, key: str) -> HttpResponse:
    """The birth date to a receipt. Wrong tries are counted like those of a number."""
    seen = visit.sight_or_404(request, key)
    page = request.GET.get("seite", "")
    target = reverse(f"my:{page}" if page in PAGES else "my:status", args=[key])
    if seen.confirmed:
        return redirect(target)
    form = BirthDateForm(request.POST if request.method == "POST" else None)
    status, wait, wrong = 200, 0, False
    if form.is_bound and form.is_valid():
        number, address = seen.submission.number, guessing.address_of(request)
        wait = guessing.pause(number, address)
        if not wait:
            if find(number, form.cleaned_data["birth_date"]) is not None:
                guessing.right(number)
                visit.confirm(request, seen.submission)
                return redirect(target)
            guessing.wrong(number, address)
            wrong = True
        status = 403
    elif form.is_bound:
        status = 400
    context = {"form": form, "seen": seen, "wrong": wrong, "minutes": -(-wait // 60)}
    return render(request, "citizen/confirm.html", context, status=status)


@require_POST
def leave(request: HttpRequest) -> HttpResponse:
    """Done on this device: the next one at it has to name the birth date, or the code of a draft, again."""
    visit.forget(request)
    drafts_of_device.forget(request)
    response = redirect("pages:start")
    response["Clear-Site-Data"] = '"storage"'  # files the browser still keeps (static/js/send.js)
    return response


@visit.whole_case
@require_safe
def opened(request: HttpRequest, seen: Sight) -> HttpResponse:
    """Who opened my file: when, in which role, what for (F4)."""
    found = access.looks(seen.case, submissions_of(seen.submission, seen.case))
    page = Paginator(found, ROWS).get_page(request.GET.get("page"))
    return render(request, "citizen/opened.html", {"seen": seen, "page": page, "here": "opened"})


# --- her own data


@visit.whole_case
@require_http_methods(["GET", "HEAD", "POST"])
def details(request: HttpRequest, seen: Sight) -> HttpResponse:
    """Address and wishes: what we have, what she told, and how it can be changed."""
    case = seen.case
    assert case is not None
    person = case.person
    sent = request.POST if request.method == "POST" else None
    address = AddressForm(sent if sent is not None and "street" in sent else None)
    now = {"wish": notices.wish_of(case) or None, "email": notices.email_of(case) or person.email}
    wish = WishForm(sent if sent is not None and "street" not in sent else None, initial=now)
    if address.is_bound and address.is_valid():
        _tell_address(case, address, seen)
        flash.success(request, _("Ihre neue Adresse ist angekommen. Eine Person bei uns prüft sie noch."))
        return redirect("my:details", seen.key)
    if wish.is_bound and wish.is_valid():
        given = wish.cleaned_data
        own_details.choose_wish(
            case, given["wish"], given["email"] if given["wish"] == "email" else "", seen.actor
        )
        flash.success(request, _("Gespeichert."))
        return redirect("my:details", seen.key)
    context = {
        "seen": seen,
        "person": person,
        "changes": person.address_changes.all()[:10],
        "address": address,
        "wish": wish,
        "form": address if address.errors else wish,
        "here": "details",
    }
    status = 400 if address.errors or wish.errors else 200
    return render(request, "citizen/details.html", context, status=status)


def _tell_address(case: Case, form: AddressForm, seen: Sight) -> None:
    """A move is a change that has to be told (SGB I § 60): it arrives with a number and a receipt."""
    given, person = form.cleaned_data, case.person
    place = {name: given[name] for name in ("street", "postcode", "city")}
    ack = adapter.send(
        service="VAEM",
        answers={
            "given_name": person.given_name,
            "family_name": person.family_name,
            "birth_date": person.birth_date.isoformat() if person.birth_date else "",
            "change": ["move"],
            "change_from": given["valid_from"],
            **place,
        },
        key=uuid5(given["key"], json.dumps([*place.values(), given["valid_from"]])),
        number=case.code,
        language=get_language() or "de",
        actor=seen.actor,
    )
    submission = Submission.objects.get(public_id=ack.submission_id)
    own_details.tell_address(
        case, submission, **place, valid_from=date.fromisoformat(given["valid_from"]), actor=seen.actor
    )


# --- talking


@visit.whole_case
@require_http_methods(["GET", "HEAD", "POST"])
def appointments(request: HttpRequest, seen: Sight) -> HttpResponse:
    """Choose a time for a talk, cancel it, or ask to be called."""
    case = seen.case
    assert case is not None
    sent = request.POST if request.method == "POST" else None
    act = sent.get("act") if sent is not None else ""
    booked = talks.standing(case)
    if act == "cancel":
        if booked is not None:
            talks.cancel(booked, seen.actor)
            flash.success(request, _("Der Termin ist abgesagt."))
        return redirect("my:appointments", seen.key)
    slots = list(talks.free_slots(case)[: talks.OFFERED]) if booked is None else []
    book = BookForm(sent if act == "book" else None, slots=slots)
    waiting = case.calls.filter(done_at=None).first()
    known = {"phone": waiting.phone, "at": waiting.at, "about": waiting.about} if waiting else {}
    # Both ask for a number and what it is about: each field needs an id of its own.
    call = CallForm(sent if act == "call" else None, initial=known, auto_id="call_%s")
    if book.is_bound and book.is_valid():
        given = book.cleaned_data
        try:
            talks.book(
                case, book.slots[given["slot"]], seen.actor, phone=given["phone"], about=given["about"]
            )
        except talks.Taken:
            book.add_error("slot", _("Diese Zeit ist nicht mehr frei. Wählen Sie bitte eine andere."))
        else:
            flash.success(request, _("Ihr Termin ist eingetragen."))
            return redirect("my:appointments", seen.key)
    if call.is_bound and call.is_valid():
        given = call.cleaned_data
        talks.ask_call(case, given["phone"], given["at"], given["about"], seen.actor)
        flash.success(request, _("Wir rufen Sie an."))
        return redirect("my:appointments", seen.key)
    context = {
        "seen": seen,
        "booked": booked,
        "slots": slots,
        "book": book,
        "call": call,
        "waiting": waiting,
        "form": call if call.errors else book,
        "here": "appointments",
    }
    status = 400 if book.errors or call.errors else 200
    return render(request, "citizen/appointments.html", context, status=status)


# --- everything at once


@visit.whole_case
@require_http_methods(["GET", "HEAD", "POST"])
def download(request: HttpRequest, seen: Sight) -> HttpResponseBase:
    """A page that says what comes, then the ZIP; taking it is logged."""
    if request.method != "POST":
        count = len(submissions_of(seen.submission, seen.case))
        return render(request, "citizen/download.html", {"seen": seen, "count": count, "here": "download"})
    access.record_access("download", seen.actor, case=seen.case, helper=seen.helper)
    pieces = everything.zipped(seen.submission, seen.case, get_language() or "de")
    response = StreamingHttpResponse(pieces, content_type="application/zip")
    response["Content-Disposition"] = 'attachment; filename="meine-unterlagen.zip"'
    response["Content-Encoding"] = "identity"  # it is packed already
    response["X-Content-Type-Options"] = "nosniff"
    response["Cache-Control"] = "no-store"
    return response
