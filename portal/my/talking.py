"""Writing with the office. Papers that come along go through the door of the web channel."""

from uuid import UUID, uuid5

from django.contrib import messages as flash
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from casework import messages as messaging
from casework.envelope import BytesDiffer
from casework.models import Case, Submission
from casework.sight import Sight
from channels.web import adapter
from portal.my import visit
from portal.my.forms import MessageForm


@visit.whole_case
@require_http_methods(["GET", "HEAD", "POST"])
def messages(request: HttpRequest, seen: Sight) -> HttpResponse:
    """The thread of the case, and a form for the next message."""
    case = seen.case
    assert case is not None
    form = MessageForm(
        request.POST if request.method == "POST" else None,
        request.FILES if request.method == "POST" else None,
    )
    if form.is_bound and form.is_valid():
        try:
            if not messaging.may_write(case):
                raise messaging.TooMany
            _send(case, form, seen)
        except messaging.TooMany:
            form.add_error(
                None, _("Sie haben gerade viele Nachrichten geschrieben. Bitte warten Sie eine Stunde.")
            )
        except BytesDiffer:
            form.add_error("files", _("Eine Datei kam nicht richtig an. Wählen Sie sie bitte noch einmal."))
        else:
            flash.success(request, _("Ihre Nachricht ist bei uns angekommen."))
            return redirect("my:messages", seen.key)
    thread = messaging.thread(case)  # before they count as read: new ones are marked on this page
    messaging.read_by_claimant(case)
    context = {"seen": seen, "thread": thread, "form": form, "here": "messages"}
    return render(request, "citizen/messages.html", context, status=400 if form.errors else 200)


def _send(case: Case, form: MessageForm, seen: Sight) -> None:
    given = form.cleaned_data
    submission = _papers(case, form, seen) if given["files"] else None
    messaging.write(
        case, given["text"], seen.actor, key=given["key"], submission=submission, helper=seen.helper
    )


def _papers(case: Case, form: MessageForm, seen: Sight) -> Submission:
    """Files of a message arrive like all papers: with number, time, hash and receipt."""
    person, key = case.person, form.cleaned_data["key"]
    assert isinstance(key, UUID)
    ack = adapter.send(
        service="PAPERS",
        answers={
            "given_name": person.given_name,
            "family_name": person.family_name,
            "birth_date": person.birth_date.isoformat() if person.birth_date else "",
        },
        papers=[("other", [(file.name or "", file.chunks()) for file in form.cleaned_data["files"]])],
        key=uuid5(key, "papers"),
        number=case.code,
        language=get_language() or "de",
        actor=seen.actor,
    )
    return Submission.objects.get(public_id=ack.submission_id)
