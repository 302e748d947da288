"""The log and the register: frozen, chained, signed, and enough to tell every state again."""

import json
from collections import defaultdict

import pytest
from django.conf import settings
from django.db import DatabaseError, connection, transaction

from casework import actions, events, register
from casework.clock import database_now
from casework.envelope import SYSTEM, Actor, Role
from casework.models import Case, Document, Event, RegisterEntry, RegisterHead, Submission
from casework.workflow import CASE, DOCUMENT, SUBMISSION, replayed
from tests import cast

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("table", ["casework_event", "casework_registerentry"])
@pytest.mark.parametrize("statement", ["UPDATE {} SET {} = {}", "DELETE FROM {}"])
def test_log_refuses_change_and_deletion(table: str, statement: str) -> None:
    cast.receive()
    column = "kind" if table == "casework_event" else "hash"
    with pytest.raises(DatabaseError, match="frozen"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement.format(table, column, column))


@pytest.mark.parametrize("table", ["casework_event", "casework_registerentry"])
def test_log_refuses_truncate_unless_the_tests_opened_the_switch(table: str) -> None:
    assert settings.LOG_MAY_BE_FLUSHED
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL angekommen.flush = 'off'")
        with pytest.raises(DatabaseError, match="frozen"), transaction.atomic():
            cursor.execute(f"TRUNCATE {table} CASCADE")


def test_record_outside_a_transaction_is_refused(transactional_db: None) -> None:
    with pytest.raises(RuntimeError):
        events.record(events.FileRead(1), SYSTEM)


def test_events_hold_no_names_and_no_free_text() -> None:
    sender = cast.amira(customer_number="123A456789", email="amira@example.org")
    ack = cast.receive(cast.paper(name="Haddad Lohn.jpg"), sender=sender, note="Bitte rufen Sie an")
    deniz = Actor(Role.CASEWORKER, cast.deniz().pk)
    day = database_now().date()
    actions.request_paper(cast.case_of(ack), "lease", "needed_for_decision", day, deniz, note="Frau Haddad")
    log = json.dumps([e.data for e in Event.objects.all()])
    for personal in ("Haddad", "Amira", "123A456789", "example.org", "rufen", "1991"):
        assert personal not in log


def test_register_is_gapless_chained_and_signed() -> None:
    for _ in range(3):
        cast.receive(cast.paper(), service="PAPERS")
    entries = list(RegisterEntry.objects.order_by("seq"))
    assert [e.seq for e in entries] == [1, 2, 3]
    assert json.loads(entries[0].text)["previous"] == register.GENESIS
    assert [json.loads(e.text)["previous"] for e in entries[1:]] == [e.hash for e in entries[:-1]]
    assert list(register.verify()) == []


def _tamper(sql: str) -> list[str]:
    """Do as the owner of the database what the trigger refuses, then verify."""
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE casework_registerentry DISABLE TRIGGER frozen")
        cursor.execute(sql)
        cursor.execute("ALTER TABLE casework_registerentry ENABLE TRIGGER frozen")
    return [fault.what for fault in register.verify()]


@pytest.mark.parametrize(
    ("sql", "found"),
    [
        ("UPDATE casework_registerentry SET text = replace(text, 'web', 'post') WHERE seq = 2", ["hash"]),
        ("DELETE FROM casework_registerentry WHERE seq = 2", ["gap", "chain"]),
        ("DELETE FROM casework_registerentry WHERE seq = 3", ["head"]),
        ("UPDATE casework_registerentry SET signature = repeat('00', 64) WHERE seq = 2", ["signature"]),
        ("UPDATE casework_registerentry SET number = 'AAAAAAAAAAAA' WHERE seq = 1", ["chain"]),
        ("UPDATE casework_registerhead SET seq = 2", ["head"]),
    ],
)
def test_verify_finds_what_was_changed_behind_its_back(sql: str, found: list[str]) -> None:
    for _ in range(3):
        cast.receive(service="PAPERS")
    assert _tamper(sql) == found


def test_register_never_goes_back_when_the_clock_does() -> None:
    cast.receive(service="PAPERS")
    head = RegisterHead.objects.get()
    assert head.recorded_at
    RegisterHead.objects.update(recorded_at=head.recorded_at.replace(year=2090))
    cast.receive(service="PAPERS")
    assert json.loads(RegisterEntry.objects.get(seq=2).text)["recorded_at"].startswith("2090")


def test_register_entry_binds_sender_answers_and_documents() -> None:
    ack = cast.receive(cast.paper())
    submission = cast.submission(ack)
    said = json.loads(RegisterEntry.objects.get().text)
    content = {"sender": submission.sender, "answers": submission.answers, "note": submission.note}
    assert said["content"] == register.commitment(submission.salt, content)
    document = submission.documents.get()
    assert said["documents"] == [register.commitment(document.salt, register.describe(document))]


def test_replaying_the_log_gives_every_state() -> None:
    first = cast.receive(cast.paper("payslip"), cast.paper("identity_card"))
    second = cast.receive(cast.paper("lease"), service="PAPERS", number=first.number)
    cast.receive(cast.paper(), service="PAPERS")
    deniz = Actor(Role.CASEWORKER, cast.deniz().pk)
    payslip, card = cast.submission(first).documents.all()
    actions.open_document(payslip, deniz)
    actions.accept(payslip, deniz)
    actions.reject(card, "unreadable", database_now().date(), deniz)
    actions.undo_decision(card, deniz)
    actions.separate(cast.submission(second), deniz)
    actions.link(cast.submission(second), cast.case_of(first), deniz)
    actions.close_case(cast.case_of(first), deniz)

    told: dict[tuple[str, int | None], list[str]] = defaultdict(list)
    whose = dict(Document.objects.values_list("pk", "submission_id"))
    for event in Event.objects.order_by("id"):
        if event.kind in ("case_opened", "case_closed", "case_reopened"):
            told["case", event.case].append(event.kind)
        for pk in event.data.get("documents", []):
            told["document", pk].append(event.kind)
        if event.document is not None:
            told["document", event.document].append(event.kind)
        elif event.submission is not None:
            told["submission", event.submission].append(event.kind)
            if event.kind in ("joined", "separated"):
                for pk, owner in whose.items():
                    if owner == event.submission:
                        told["document", pk].append(event.kind)
    for document in Document.objects.all():
        assert replayed(DOCUMENT, told["document", document.pk]) == document.state
    for submission in Submission.objects.all():
        assert replayed(SUBMISSION, told["submission", submission.pk]) == submission.state
    for case in Case.objects.all():
        assert replayed(CASE, told["case", case.pk]) == case.state
