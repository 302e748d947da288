"""News for the person: which event is told, how, and what became of it.

One table says what is told (NOTICES); what happens within some minutes becomes one e-mail, what happens until
the mailroom prints becomes one letter. E-mails hold no personal data; letters say everything.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from smtplib import SMTPRecipientsRefused
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import Q, QuerySet
from django.db.models.functions import Now

from casework import events, locks, mailing, outbox
from casework.clock import berlin_day, database_now
from casework.envelope import SYSTEM, Actor, Channel, Role
from casework.models import Case, Document, Event, Notice, NoticeItem, Person, Requirement, Submission, User
from casework.queries import cases_visible_to, waiting_requirements
from casework.workflow import CaseState


@dataclass(frozen=True)
class Telling:
    """How an event is told.

    `must`: in writing whatever the person wishes, because something depends on it (SGB I §§ 36a (3), 66 (3)).
    `letter`: also worth a letter for who gets letters; else only an e-mail.
    """

    must: bool = False
    letter: bool = True


NOTICES: Mapping[str, Telling] = {
    "joined": Telling(letter=False),  # a letter of hers was registered in her case
    "paper_requested": Telling(must=True),
    "document_accepted": Telling(),
    "document_rejected": Telling(must=True),
    "copy_asked": Telling(must=True),
    "case_complete": Telling(),
    "case_closed": Telling(),
    "message_answered": Telling(),
    "deadline_near": Telling(),
    "appointment_booked": Telling(),
    "appointment_cancelled": Telling(must=True),
    "appointment_near": Telling(letter=False),  # a letter would come too late
    # Somebody else sees or sends now, or does not any more: she hears of it even if another had the link.
    "helper_joined": Telling(),
    "helper_left": Telling(letter=False),
}
WINDOW = timedelta(seconds=settings.NOTICE_WINDOW_SECONDS)
# How long before a paper is due she is reminded: time for a letter there and one back.
DEADLINE_DAYS = 5
OPEN = ("collecting", "to_print")
BROUGHT_BACK = ("unknown_address", "moved", "not_taken")


class WrongState(Exception):
    """Somebody else did it meanwhile, or it cannot be done (yet)."""


# --- collecting


def collect(event: Event) -> Notice | None:
    """Put what happened into the notice being collected for its case; None if nobody is to be told."""
    telling = NOTICES[event.kind]
    case = Case.objects.filter(pk=event.case or 0).select_related("person").first()
    if case is None or not _is_news(event):
        return None
    way, email, problem = way_of(case, telling)
    if not way:
        return None
    with transaction.atomic():
        locks.hold(f"notice:{case.pk}")
        told = NoticeItem.objects.filter(event=event.pk, notice__case=case).order_by("pk").first()
        if told is not None:
            return told.notice
        return _open(case, way, email, problem, [event])


def _open(case: Case, way: str, email: str, problem: str, about: Sequence[Event]) -> Notice:
    """The notice being collected, or a new one. The caller holds the lock of the case."""
    notice = None
    if not problem:  # locked: what is being printed or sent at this moment takes in nothing more
        open_ones = Notice.objects.select_for_update().filter(case=case, way=way, state__in=OPEN)
        notice = open_ones.first()
    if notice is None:
        state = "failed" if problem else "collecting" if way == "email" else "to_print"
        now = database_now()
        notice = Notice.objects.create(
            case=case,
            person=case.person,
            way=way,
            state=state,
            problem=problem,
            language=case.person.language,
            email=email,
            made_at=now,
            changed_at=now,
        )
        if state == "collecting":
            outbox.add("deliver", str(notice.pk), event=about[0].pk, later=now + WINDOW)
        if problem:
            events.record(events.NoticeFailed(notice.pk, problem), SYSTEM, case=case)
    for one in about:
        NoticeItem.objects.get_or_create(notice=notice, event=one.pk, defaults={"kind": one.kind})
    return notice


def _is_news(event: Event) -> bool:
    """A joining is news only for letters; who asked for the receipt by e-mail gets that one instead.
    What the claimant cancelled herself is no news to her.
    """
    if event.kind == events.AppointmentCancelled.kind:
        return bool(event.data["by_office"])
    if event.kind != events.Joined.kind:
        return True
    letters = Submission.objects.filter(pk=event.submission or 0, channel=Channel.POST, notice_email="")
    return letters.exists()


def wish_of(case: Case) -> str:
    """How the person wants to hear of news: what she chose on her page, else in her application, else "".

    An application also offers a call or a talk; then letters tell what has to be told.
    """
    if case.person.contact_wish:
        return case.person.contact_wish
    said = case.submissions.filter(shows_case=True).order_by("-received_at")
    for answers in said.values_list("answers", flat=True):
        wish = answers.get("contact_wish")
        if wish in ("email", "letter"):
            return str(wish)
    return ""


def email_of(case: Case) -> str:
    """The address she gave for this, empty if none: her own, or where she last wanted a receipt sent."""
    if case.person.email and wish_of(case) == "email":
        return case.person.email
    asked = case.submissions.filter(shows_case=True).exclude(notice_email="").order_by("-received_at")
    return asked.values_list("notice_email", flat=True).first() or ""


def way_of(case: Case, telling: Telling) -> tuple[str, str, str]:
    """Way ("email", "letter" or "" for not at all), the e-mail address, and why it cannot be told."""
    wish, email = wish_of(case), email_of(case)
    if wish not in ("letter", "none") and email:
        return "email", email, ""
    wanted = telling.letter and wish in ("letter", "email")
    if not (wanted or telling.must):
        return "", "", ""
    return "letter", "", "" if has_address(case.person) else "no_address"


def has_address(person: Person) -> bool:
    return bool(person.name and person.street and person.postcode and person.city)


# --- what it tells


def items_of(notice: Notice) -> list[dict[str, Any]]:
    """What the notice tells, as templates need it, without what is no longer so. The same thing once."""
    rows = list(notice.items.order_by("pk"))
    found = Event.objects.in_bulk([row.event for row in rows])
    documents = Document.with_withdrawn.in_bulk([e.document for e in found.values() if e.document])
    requirements = Requirement.objects.in_bulk(
        [e.data["requirement"] for e in found.values() if "requirement" in e.data]
    )
    case_messages = {message.pk: message for message in notice.case.messages.all()}
    appointments = {one.pk: one for one in notice.case.appointments.select_related("slot")}
    lines: dict[tuple[object, ...], dict[str, Any]] = {}
    for row in rows:
        event = found.get(row.event)
        if event is None:
            continue
        line = {
            "kind": event.kind,
            "event": event,
            "data": event.data,
            "document": documents.get(event.document or 0),
            "requirement": requirements.get(event.data.get("requirement", 0)),
            "message": case_messages.get(event.data.get("message", 0)),
            "appointment": appointments.get(event.data.get("appointment", 0)),
        }
        if _still_so(line):
            about = [event.data.get(name) for name in ("requirement", "message", "appointment")]
            letter = event.submission if event.kind == "joined" else None
            lines[(event.kind, event.document, letter, *about)] = line
    return list(lines.values())


def _still_so(line: dict[str, Any]) -> bool:
    """What was taken back within the window, or answered meanwhile, is not told any more."""
    kind, document, requirement = line["kind"], line["document"], line["requirement"]
    if kind == "document_accepted":
        return document is not None and document.state == "accepted"
    if kind == "document_rejected":
        return document is not None and document.state == "resend"
    if kind in ("paper_requested", "deadline_near"):
        waiting = ("missing", "resend", "elsewhere")
        return requirement is not None and requirement.state in waiting
    if kind == "message_answered":  # read meanwhile: she knows
        return line["message"] is not None and line["message"].read_at is None
    if kind in ("appointment_booked", "appointment_near"):
        return line["appointment"] is not None and line["appointment"].cancelled_at is None
    case: Case | None = Case.objects.filter(pk=line["event"].case or 0).first()
    if kind == "case_closed":
        return case is not None and case.state == CaseState.CLOSED
    if kind == "case_complete":
        return case is not None and case.complete_on is not None
    return True


# --- delivering


def deliver(notice_id: int) -> None:
    """Send an e-mail that was collected. Temporary failures are raised, so that it is tried again."""
    with transaction.atomic():
        notice = (
            Notice.objects.select_for_update(of=("self",)).select_related("case__person").get(pk=notice_id)
        )
        again = notice.state == "failed" and notice.problem == "unreachable"
        if notice.way != "email" or not (notice.state == "collecting" or again):
            return
        lines = items_of(notice)
        if not lines:
            _move(notice, "dropped")
            return
        context = {"kinds": list(dict.fromkeys(line["kind"] for line in lines))}
        try:
            # Sent inside the transaction, as receipts are: the worst case is a second e-mail, never none.
            mailing.send(notice.email, "notice", context, notice.language)
        except SMTPRecipientsRefused:
            _fail(notice, "refused")
            return
        _move(notice, "sent")
        events.record(events.NoticeSent(notice.pk), SYSTEM, case=notice.case)


@transaction.atomic
def give_up(notice_id: int) -> None:
    """The mail server could not be reached three times: staff see it, what must be told goes as a letter."""
    notice = _locked(notice_id)
    if notice.state == "collecting":
        _fail(notice, "unreachable", only_must=True)


def _locked(pk: int) -> Notice:
    return Notice.objects.select_for_update(of=("self",)).select_related("case__person").get(pk=pk)


def _move(notice: Notice, state: str, problem: str = "") -> None:
    notice.state, notice.problem, notice.changed_at = state, problem, database_now()
    notice.save(update_fields=["state", "problem", "changed_at", "posted_on"])


def _fail(notice: Notice, problem: str, *, only_must: bool = False, actor: Actor = SYSTEM) -> None:
    """It did not reach her: say so, and send a letter instead if it was an e-mail and an address is known."""
    _move(notice, "returned" if problem in BROUGHT_BACK else "failed", problem)
    events.record(events.NoticeFailed(notice.pk, problem), actor, case=notice.case)
    if notice.way != "email" or not has_address(notice.person):
        return
    about = [
        line["event"]
        for line in items_of(notice)
        if NOTICES[line["kind"]].must or (NOTICES[line["kind"]].letter and not only_must)
    ]
    if about:
        locks.hold(f"notice:{notice.case_id}")
        _open(notice.case, "letter", "", "", about)


@transaction.atomic
def came_back(notice: Notice, problem: str, actor: Actor) -> None:
    """Staff note that an e-mail or letter came back. Errors: WrongState; ValueError (unknown problem)."""
    if problem not in BROUGHT_BACK:
        raise ValueError(problem)
    notice = _locked(notice.pk)
    if notice.state not in ("sent", "posted"):
        raise WrongState(notice.state)
    _fail(notice, problem, actor=actor)


# --- letters


def notices_visible_to(user: User) -> QuerySet[Notice]:
    """The mailroom sees all letters, caseworkers what goes to the people of their cases."""
    seen = Q(pk__in=[])
    if user.is_active and Role.COUNTER in user.roles:
        seen |= Q(way="letter")
    if user.is_active and Role.CASEWORKER in user.roles:
        seen |= Q(case__in=cases_visible_to(user))
    return Notice.objects.filter(seen).defer("pdf").select_related("case", "person")


def make_letters(notices: Iterable[Notice]) -> int:
    """Render letters, one transaction each; returns how many. What is no longer so is dropped."""
    from casework.notice_letters import letter_pdf

    count = 0
    for pk in sorted(notice.pk for notice in notices):
        with transaction.atomic():
            notice = _locked(pk)
            if notice.state != "to_print":  # somebody else was quicker
                continue
            lines = items_of(notice)
            if not lines:
                _move(notice, "dropped")
                continue
            notice.pdf = letter_pdf(notice, lines)
            notice.save(update_fields=["pdf"])
            _move(notice, "printed")
            count += 1
    return count


@transaction.atomic
def open_letters(notices: Iterable[Notice], actor: Actor) -> bytes:
    """Letters that were made, as one PDF; empty if there is none. Who opens it can read it: it is logged."""
    from casework.notice_letters import together

    pks = [notice.pk for notice in notices]
    made = []
    for notice in Notice.objects.filter(pk__in=pks).select_related("case").order_by("pk"):
        if notice.pdf is None:
            continue
        event = events.LetterPrinted(purpose="print", notice=notice.pk)
        events.record(event, actor, case=notice.case)
        made.append(bytes(notice.pdf))
    return together(made) if made else b""


@transaction.atomic
def mark_posted(notices: Iterable[Notice], actor: Actor) -> int:
    """Printed letters were handed to the post today; returns how many."""
    today = berlin_day(database_now())
    rows = Notice.objects.select_for_update(of=("self",)).filter(pk__in=[n.pk for n in notices])
    count = 0
    for notice in rows.filter(state="printed").order_by("pk"):
        notice.posted_on = today
        _move(notice, "posted")
        events.record(events.LetterPosted(notice.pk, today.isoformat()), actor, case=notice.case)
        count += 1
    return count


@transaction.atomic
def not_posted(notice: Notice, actor: Actor) -> None:
    """It was marked as posted by mistake. Errors: WrongState."""
    notice = _locked(notice.pk)
    if notice.state != "posted":
        raise WrongState(notice.state)
    notice.posted_on = None
    _move(notice, "printed")
    events.record(events.LetterNotPosted(notice.pk), actor, case=notice.case)


@transaction.atomic
def address_is_known(person: Person) -> None:
    """She has an address now: what waited for one becomes a letter."""
    waiting = Notice.objects.select_for_update().filter(person=person, state="failed", problem="no_address")
    for notice in waiting:
        about = [line["event"] for line in items_of(notice)]
        _move(notice, "dropped")
        if about and has_address(person):
            locks.hold(f"notice:{notice.case_id}")
            _open(notice.case, "letter", "", "", about)


# --- time


def look_ahead(today: date) -> int:
    """Remind of papers that are due soon and still missing, each day of theirs once; returns how many."""
    soon = waiting_requirements().filter(
        due_on__gt=today, due_on__lte=today + timedelta(days=DEADLINE_DAYS), case__state=CaseState.OPEN
    )
    # Asked for only now: she knows.
    soon = soon.filter(Q(requested_at=None) | Q(requested_at__lt=Now() - timedelta(days=DEADLINE_DAYS)))
    count = 0
    for requirement in soon.select_related("case"):
        assert requirement.due_on is not None
        event = events.DeadlineNear(requirement.pk, requirement.kind, requirement.due_on.isoformat())
        with transaction.atomic():
            locks.hold(f"notice:{requirement.case_id}")
            told = Event.objects.filter(case=requirement.case_id, kind=event.kind)
            if told.filter(data__requirement=requirement.pk, data__due_on=event.due_on).exists():
                continue
            events.record(event, SYSTEM, case=requirement.case)
            count += 1
    return count
