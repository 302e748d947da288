"""Notices: what is told, how, in one go, and what became of it."""

import io
import re
import smtplib
import uuid
from collections.abc import Sequence
from datetime import date, timedelta

import pypdfium2 as pdfium
import pytest
from django.core import mail
from django.core.mail.backends.locmem import EmailBackend
from django.db.models import F
from django.test import override_settings

from casework import access, actions, helping, notices, outbox
from casework import messages as messaging
from casework.clock import berlin_day, database_now
from casework.envelope import Actor, Channel, Role
from casework.helpscope import Scope
from casework.models import Case, Event, Notice, Outbox
from casework.reactions import REACTIONS
from tests import cast

pytestmark = pytest.mark.django_db


class Refusing(EmailBackend):
    """A mail server that does not take this recipient."""

    def send_messages(self, email_messages: Sequence[mail.EmailMessage]) -> int:
        raise smtplib.SMTPRecipientsRefused({"x@example.org": (550, b"no such user")})


class Down(EmailBackend):
    def send_messages(self, email_messages: Sequence[mail.EmailMessage]) -> int:
        raise ConnectionRefusedError


def server(backend: type) -> override_settings:
    return override_settings(EMAIL_BACKEND=f"{__name__}.{backend.__name__}")


def sent() -> mail.EmailMultiAlternatives:
    """The newest e-mail."""
    newest = mail.outbox[-1]
    assert isinstance(newest, mail.EmailMultiAlternatives)
    return newest


def deniz() -> Actor:
    return Actor(Role.CASEWORKER, cast.deniz().pk)


def bernd() -> Actor:
    return Actor(Role.COUNTER, cast.bernd().pk)


@pytest.fixture
def case() -> Case:
    cast.teams()
    case = cast.case_of(cast.receive(cast.paper("payslip"), cast.paper("lease")))
    work_off()
    return case


def wish(case: Case, way: str, **more: str) -> None:
    for name, value in {"contact_wish": way, **more}.items():
        setattr(case.person, name, value)
    case.person.save()


def work_off() -> None:
    while outbox.sweep():
        pass


def request(case: Case, kind: str = "bank_statement") -> None:
    due = berlin_day(database_now()) + timedelta(days=14)
    actions.request_paper(case, kind, "needed_for_decision", due, deniz(), note="Bitte auch August.")


def answer(case: Case, text: str = "Bis Freitag.") -> None:
    messaging.write(case, text, deniz(), key=uuid.uuid4())


def text_of(pdf: bytes) -> str:
    with pdfium.PdfDocument(io.BytesIO(pdf)) as document:
        return " ".join("".join(page.get_textpage().get_text_range() for page in document).split())


def test_the_table_of_notices_and_the_table_of_reactions_name_the_same_events() -> None:
    reacting = {kind for kind, effects in REACTIONS.items() if ("notify", "event") in effects}
    assert reacting == set(notices.NOTICES)


# --- e-mail


def test_an_email_says_what_happened_without_any_personal_data(case: Case) -> None:
    wish(case, "email", email="amira@example.org")
    request(case)
    answer(case, "Ihr Sohn Karim ist jetzt mit dabei.")
    work_off()
    assert sent().to == ["amira@example.org"]
    whole = " ".join(str(part) for part in (sent().subject, sent().body, sent().alternatives[0][0]))
    assert "Wir brauchen noch eine Unterlage von Ihnen." in whole
    for secret in ("Amira", "Haddad", "Karim", "Kontoausz", case.code, "August", "1991", "Lindenweg"):
        assert secret not in whole
    for submission in case.submissions.all():
        assert submission.number not in whole
        assert submission.secret not in whole
    assert Notice.objects.get(case=case).state == "sent"
    assert Event.objects.filter(kind="notice_sent", case=case.pk).count() == 1


def test_an_email_speaks_the_persons_language_and_german_beside(case: Case) -> None:
    wish(case, "email", email="amira@example.org", language="en")
    request(case)
    work_off()
    text, html = str(sent().body), str(sent().alternatives[0][0])
    assert text.index("We still need a paper from you.") < text.index("Wir brauchen noch eine")
    assert re.search(r'<div lang="en" dir="ltr">.*<div lang="de" dir="ltr">', html, re.S)


def test_who_begins_and_ends_to_help_is_told_without_a_name(case: Case) -> None:
    wish(case, "email", email="amira@example.org")
    helper = helping.invite(
        case,
        name="Samir",
        relation="Bruder",
        organisation=False,
        scope=Scope.STATUS,
        ends_on=berlin_day(database_now()),
        actor=cast.CLAIMANT,
    )
    person = helping.take_up(helper, "Samir Haddad", None)
    work_off()
    assert "Jemand hat die Einladung zum Helfen angenommen." in str(sent().body)
    helping.leave(person)
    work_off()
    assert "Jemand, der Ihnen geholfen hat, hat das beendet." in str(sent().body)
    assert "Samir" not in str(sent().body)


def test_what_happens_within_the_window_is_one_email(case: Case, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(notices, "WINDOW", timedelta(minutes=10))
    wish(case, "email", email="amira@example.org")
    before = len(mail.outbox)
    for kind in ("bank_statement", "identity_card", "pension_number"):
        request(case, kind)
        work_off()
    answer(case)
    work_off()
    assert len(mail.outbox) == before
    notice = Notice.objects.get(case=case)
    assert (notice.state, notice.items.count()) == ("collecting", 4)
    assert Outbox.objects.filter(effect="deliver").count() == 1
    Outbox.objects.filter(effect="deliver").update(due_at=F("due_at") - timedelta(minutes=11))
    work_off()
    assert len(mail.outbox) == before + 1
    request(case, "school_certificate")  # after it: the next one
    work_off()
    assert sorted(Notice.objects.values_list("state", flat=True)) == ["collecting", "sent"]


def test_what_was_taken_back_within_the_window_is_not_told(
    case: Case, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(notices, "WINDOW", timedelta(minutes=10))
    wish(case, "email", email="amira@example.org")
    before = len(mail.outbox)
    document = case.submissions.get().documents.first()
    assert document is not None
    actions.accept(document, deniz())
    work_off()
    actions.undo_decision(document, deniz())
    Outbox.objects.filter(effect="deliver").update(due_at=F("due_at") - timedelta(minutes=11))
    work_off()
    assert len(mail.outbox) == before
    assert Notice.objects.get().state == "dropped"


def test_running_the_effects_again_tells_nothing_twice(case: Case) -> None:
    wish(case, "email", email="amira@example.org")
    request(case)
    work_off()
    before = len(mail.outbox)
    Outbox.objects.update(state="due", attempts=0)
    work_off()
    assert len(mail.outbox) == before
    assert Notice.objects.count() == 1


def test_a_refused_address_is_seen_by_staff_and_becomes_a_letter(case: Case) -> None:
    wish(case, "email", email="amira@example.org")
    with server(Refusing):
        answer(case)
        work_off()
    failed, letter = Notice.objects.order_by("pk")
    assert (failed.way, failed.state, failed.problem) == ("email", "failed", "refused")
    assert (letter.way, letter.state) == ("letter", "to_print")
    assert Event.objects.get(kind="notice_failed").data == {"notice": failed.pk, "problem": "refused"}


def test_a_mail_server_that_is_down_fails_after_three_tries_and_only_what_must_be_told_becomes_a_letter(
    case: Case,
) -> None:
    wish(case, "email", email="amira@example.org")
    with server(Down):
        answer(case)
        request(case)
        work_off()
        for _ in range(3):
            Outbox.objects.filter(effect="deliver", state="due").update(
                due_at=F("due_at") - timedelta(hours=1)
            )
            work_off()
    failed, letter = Notice.objects.order_by("pk")
    assert (failed.state, failed.problem) == ("failed", "unreachable")
    assert [item.kind for item in letter.items.all()] == ["paper_requested"]
    # Somebody looked and tries again.
    outbox.retry(Outbox.objects.get(effect="deliver").pk)
    work_off()
    failed.refresh_from_db()
    assert failed.state == "sent"


def test_a_message_she_has_read_meanwhile_is_not_told(case: Case, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(notices, "WINDOW", timedelta(minutes=10))
    wish(case, "email", email="amira@example.org")
    before = len(mail.outbox)
    answer(case)
    work_off()
    messaging.read_by_claimant(case)
    Outbox.objects.filter(effect="deliver").update(due_at=F("due_at") - timedelta(minutes=11))
    work_off()
    assert len(mail.outbox) == before


# --- who wants what


@pytest.mark.parametrize(
    ("wanted", "email", "optional", "must"),
    [
        ("email", "amira@example.org", "email", "email"),
        ("email", "", "letter", "letter"),
        ("letter", "amira@example.org", "letter", "letter"),
        ("none", "amira@example.org", "", "letter"),
        ("", "", "", "letter"),
        ("", "amira@example.org", "", "letter"),  # an address on a form is no wish
    ],
)
def test_the_persons_wish_decides_the_way(
    case: Case, wanted: str, email: str, optional: str, must: str
) -> None:
    wish(case, wanted, email=email)
    assert notices.way_of(case, notices.Telling())[0] == optional
    assert notices.way_of(case, notices.Telling(must=True))[0] == must


def test_who_wanted_the_receipt_by_email_is_told_by_email() -> None:
    case = cast.case_of(cast.receive(cast.paper(), notice_email="amira@example.org"))
    assert notices.way_of(case, notices.Telling()) == ("email", "amira@example.org", "")


def test_the_wish_of_the_application_counts_until_another_one_is_chosen() -> None:
    case = cast.case_of(cast.receive(answers={"contact_wish": "letter"}))
    assert notices.wish_of(case) == "letter"
    wish(case, "none")
    assert notices.wish_of(case) == "none"


def test_the_address_of_a_stranger_joined_by_customer_number_is_never_used() -> None:
    case = cast.case_of(cast.receive(sender=cast.amira(customer_number="123A456789")))
    cast.receive(
        cast.paper(),
        service="PAPERS",
        sender=cast.amira(customer_number="123A456789"),
        notice_email="stranger@example.org",
    )
    assert case.submissions.count() == 2
    assert notices.email_of(case) == ""


def test_without_an_address_staff_see_that_nothing_can_be_told_until_there_is_one(case: Case) -> None:
    wish(case, "letter", street="")
    request(case)
    work_off()
    assert [(n.state, n.problem) for n in Notice.objects.all()] == [("failed", "no_address")]
    wish(case, "letter", street="Lindenweg 4")
    notices.address_is_known(case.person)
    assert [n.state for n in Notice.objects.order_by("pk")] == ["dropped", "to_print"]


def test_a_registered_letter_is_told_by_email_but_not_by_letter(case: Case) -> None:
    wish(case, "email", email="amira@example.org")
    cast.receive(channel=Channel.POST, service="PAPERS", number=case.code, sheets=2)
    work_off()
    assert "Ihr Brief ist angekommen" in mail.outbox[-1].body
    wish(case, "letter")
    cast.receive(channel=Channel.POST, service="PAPERS", number=case.code, sheets=2)
    work_off()
    assert Notice.objects.count() == 1


# --- letters


def test_a_letter_says_everything_and_brings_a_cover_sheet_for_each_paper(case: Case) -> None:
    wish(case, "letter", language="en")
    request(case)
    answer(case, "Ihr Sohn Karim ist jetzt mit dabei.")
    work_off()
    (letter,) = Notice.objects.all()
    assert letter.items.count() == 2
    assert notices.make_letters([letter]) == 1
    text = text_of(notices.open_letters([letter], bernd()))
    for expected in (
        "Amira Haddad Lindenweg 4 12345 Musterstadt",
        "Bitte auch August.",
        "Ihr Sohn Karim",
        "§ 66 SGB I",
        "We need from you",
        "Es gilt der deutsche Text",
        "Wir brauchen von Ihnen",
        case.code[:4],
    ):
        assert expected in text
    assert case.cover_sheets.filter(kind="bank_statement").count() == 1


def test_a_letter_that_was_printed_takes_nothing_more_and_stays_what_it_was(case: Case) -> None:
    wish(case, "letter")
    request(case)
    work_off()
    (letter,) = Notice.objects.all()
    notices.make_letters([letter])
    first = notices.open_letters([letter], bernd())
    answer(case)
    work_off()
    assert [n.state for n in Notice.objects.order_by("pk")] == ["printed", "to_print"]
    assert notices.make_letters([letter]) == 0
    assert notices.open_letters([letter], bernd()) == first


def test_the_state_of_a_letter_goes_from_print_to_post_and_back(case: Case) -> None:
    wish(case, "letter")
    request(case)
    work_off()
    letter = Notice.objects.get()
    assert notices.mark_posted([letter], bernd()) == 0  # not printed yet
    notices.make_letters([letter])
    assert notices.mark_posted([letter], bernd()) == 1
    letter.refresh_from_db()
    assert (letter.state, letter.posted_on) == ("posted", berlin_day(database_now()))
    notices.not_posted(letter, bernd())
    with pytest.raises(notices.WrongState):
        notices.not_posted(letter, bernd())
    notices.mark_posted([letter], bernd())
    notices.came_back(letter, "moved", bernd())
    letter.refresh_from_db()
    assert (letter.state, letter.problem) == ("returned", "moved")
    with pytest.raises(ValueError, match="weather"):
        notices.came_back(letter, "weather", bernd())


def test_an_email_that_came_back_becomes_a_letter(case: Case) -> None:
    wish(case, "email", email="amira@example.org")
    request(case)
    work_off()
    notices.came_back(Notice.objects.get(), "unknown_address", deniz())
    assert [(n.way, n.state) for n in Notice.objects.order_by("pk")] == [
        ("email", "returned"),
        ("letter", "to_print"),
    ]


def test_who_prints_a_letter_is_told_to_the_person(case: Case) -> None:
    wish(case, "letter")
    request(case)
    work_off()
    notices.make_letters(Notice.objects.all())
    notices.open_letters(Notice.objects.all(), bernd())
    look = access.looks(case, [])[0]
    assert (look.what, look.role, look.purpose) == ("letter", "counter", "print")


def test_a_hostile_message_fetches_nothing_and_breaks_no_letter(case: Case) -> None:
    wish(case, "letter")
    answer(case, '<img src="file:///etc/passwd"><link rel=attachment href="file:///x">\u202e{{ x }}')
    work_off()
    notices.make_letters(Notice.objects.all())
    pdf = notices.open_letters(Notice.objects.all(), bernd())
    assert "<img src=" in text_of(pdf)
    assert b"/EmbeddedFile" not in pdf


# --- deadlines


@pytest.mark.parametrize(("days", "told"), [(0, 0), (1, 1), (5, 1), (6, 0)])
def test_a_paper_is_reminded_of_some_days_before_it_is_due_and_only_once(
    case: Case, days: int, told: int
) -> None:
    today = date(2026, 11, 20)
    case.requirements.all().delete()
    case.requirements.create(kind="bank_statement", due_on=today + timedelta(days=days))
    assert notices.look_ahead(today) == told
    assert notices.look_ahead(today) == 0


def test_no_reminder_of_what_is_there_waived_or_closed(case: Case) -> None:
    today = date(2026, 11, 20)
    case.requirements.all().delete()
    waiting = case.requirements.create(kind="bank_statement", due_on=today + timedelta(days=2), waived=True)
    assert notices.look_ahead(today) == 0
    waiting.waived = False
    waiting.save()
    actions.close_case(case, deniz())
    assert notices.look_ahead(today) == 0


# --- who may see them


def test_the_mailroom_sees_letters_and_caseworkers_their_cases_only(case: Case) -> None:
    wish(case, "email", email="amira@example.org")
    answer(case)
    work_off()
    wish(case, "letter")
    request(case)
    work_off()

    def seen(user: object) -> list[str]:
        return sorted(notice.way for notice in notices.notices_visible_to(user))  # type: ignore[arg-type]

    assert seen(cast.bernd()) == ["letter"]
    assert seen(cast.deniz()) == ["email", "letter"]
    assert seen(cast.emil()) == []
    assert seen(cast.carla()) == []
