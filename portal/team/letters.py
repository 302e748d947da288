"""Letters to people: print them as one PDF, say that they were posted, or that one came back."""

from uuid import UUID

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from casework import covers, notices
from casework.envelope import Actor, Role
from casework.models import Notice, User

ROWS = 100


def _user(request: HttpRequest) -> User:
    """The mailroom and caseworkers. Errors: PermissionDenied."""
    user = request.user
    assert isinstance(user, User), "portal.access lets only staff in"
    if not {Role.COUNTER, Role.CASEWORKER} & set(user.roles):
        raise PermissionDenied
    return user


def actor_of(user: User) -> Actor:
    return Actor(Role.COUNTER if Role.COUNTER in user.roles else Role.CASEWORKER, user.pk)


@require_safe
def letters(request: HttpRequest) -> HttpResponse:
    seen = notices.notices_visible_to(_user(request)).filter(way="letter")
    context = {
        "to_print": seen.filter(state="to_print")[:ROWS],
        "waiting": seen.filter(state="to_print").count(),
        "printed": seen.filter(state="printed")[:ROWS],
        "failed": seen.filter(state__in=["failed", "returned"]).order_by("-changed_at")[:ROWS],
        "posted": seen.filter(state="posted").order_by("-changed_at")[:ROWS],
        "section": "letters",
    }
    return render(request, "team/letters.html", context)


def _chosen(request: HttpRequest, state: str) -> list[Notice]:
    """The letters ticked, of those she may see in this state; none ticked means all of them."""
    seen = notices.notices_visible_to(_user(request)).filter(way="letter", state=state)
    ticked = []
    for text in request.POST.getlist("letter"):
        try:
            ticked.append(UUID(text))
        except ValueError:
            raise Http404 from None
    return list(seen.filter(public_id__in=ticked) if ticked else seen[:ROWS])


@require_POST
def make(request: HttpRequest) -> HttpResponse:
    count = notices.make_letters(_chosen(request, "to_print"))
    if count:
        text = ngettext("Ein Brief ist fertig zum Drucken.", "%(n)d Briefe sind fertig zum Drucken.", count)
        messages.success(request, text % {"n": count})
    else:
        messages.info(request, _("Es gibt keinen Brief zu drucken. Vielleicht war jemand schneller."))
    return redirect("team:letters")


@require_POST
def as_pdf(request: HttpRequest) -> HttpResponse:
    """All letters made and not yet posted as one PDF, or those ticked."""
    pdf = notices.open_letters(_chosen(request, "printed"), actor_of(_user(request)))
    if not pdf:
        messages.info(request, _("Es gibt keinen Brief zu drucken. Vielleicht war jemand schneller."))
        return redirect("team:letters")
    return covers.as_file(pdf, "briefe.pdf")


@require_POST
def posted(request: HttpRequest) -> HttpResponse:
    count = notices.mark_posted(_chosen(request, "printed"), actor_of(_user(request)))
    text = ngettext("Eingetragen: ein Brief ist zur Post.", "Eingetragen: %(n)d Briefe sind zur Post.", count)
    messages.success(request, text % {"n": count})
    return redirect("team:letters")


def _one(request: HttpRequest, public_id: UUID) -> Notice:
    return get_object_or_404(notices.notices_visible_to(_user(request)), public_id=public_id)


@require_POST
def open_one(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """One letter as it was printed."""
    pdf = notices.open_letters([_one(request, public_id)], actor_of(_user(request)))
    if not pdf:
        raise Http404
    return covers.as_file(pdf, "brief.pdf")


@require_POST
def not_posted(request: HttpRequest, public_id: UUID) -> HttpResponse:
    try:
        notices.not_posted(_one(request, public_id), actor_of(_user(request)))
        messages.success(request, _("Eingetragen: Der Brief ist noch nicht zur Post."))
    except notices.WrongState:
        messages.warning(request, _("Jemand hat das inzwischen geändert. Bitte sehen Sie nach."))
    return redirect("team:letters")


@require_POST
def came_back(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """An e-mail or letter came back, and why."""
    found = _one(request, public_id)
    try:
        notices.came_back(found, request.POST.get("problem", ""), actor_of(_user(request)))
        messages.success(request, _("Eingetragen: Das kam zurück. Bitte prüfen Sie die Adresse."))
    except notices.WrongState:
        messages.warning(request, _("Jemand hat das inzwischen geändert. Bitte sehen Sie nach."))
    except ValueError:
        messages.warning(request, _("Wählen Sie aus, warum es zurückkam."))
    if request.POST.get("back") == "case" and Role.CASEWORKER in _user(request).roles:
        return redirect("review:case", found.case.public_id)
    return redirect("team:letters")
