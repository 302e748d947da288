"""Rules of the mailroom: what counts is the day of arrival; a page belongs to one letter only."""

import uuid
from concurrent.futures import ThreadPoolExecutor
from datetime import date, datetime
from threading import Barrier

import pytest
from django.db import connection

from casework import actions, events, queries, register
from casework.clock import BERLIN, berlin_day
from casework.models import Batch, Document, Event, Outbox, Requirement, StoredFile, Submission
from casework.receipts import receipt_of
from casework.workflow import DOCUMENT, DocumentState, IllegalTransition, SubmissionState, replayed
from channels import uploads
from channels.post import adapter
from channels.post.adapter import PagesTaken
from tests import cast, files
from tests.channels.post import mail

pytestmark = pytest.mark.django_db


# --- dates


def test_letter_counts_from_the_emptying_on_its_day_of_arrival() -> None:
    emptied = datetime(2026, 10, 31, 7, 30, tzinfo=BERLIN)
    letter = mail.registered(arrived_on=mail.ARRIVED, emptied_at=emptied)
    assert (letter.received_at, letter.emptied_at, letter.day_only) == (emptied, emptied, False)


def test_letter_without_emptying_counts_from_the_beginning_of_its_day() -> None:
    letter = mail.registered(arrived_on=mail.ARRIVED)
    assert letter.received_at == datetime(2026, 10, 31, 0, 0, tzinfo=BERLIN)
    assert letter.day_only


def test_letter_of_the_last_day_of_the_month_emptied_the_day_after_keeps_its_month() -> None:
    emptied = datetime(2026, 11, 1, 6, 0, tzinfo=BERLIN)
    letter = mail.registered(arrived_on=mail.ARRIVED, emptied_at=emptied, service="FORMLESS")
    assert berlin_day(letter.received_at) == date(2026, 10, 31)
    assert letter.application_day == date(2026, 10, 31)
    assert letter.emptied_at == emptied


def test_application_that_was_at_another_office_first_counts_from_there() -> None:
    letter = mail.registered(
        arrived_on=date(2026, 11, 2),
        service="FORMLESS",
        other_office="Rathaus",
        other_office_on=date(2026, 10, 30),
    )
    assert letter.application_day == date(2026, 10, 30)
    assert berlin_day(letter.received_at) == date(2026, 11, 2)


def test_papers_have_no_day_of_application() -> None:
    assert mail.registered(arrived_on=mail.ARRIVED).application_day is None


def test_scanning_later_does_not_move_the_arrival() -> None:
    letter = mail.registered(arrived_on=mail.ARRIVED)
    before = letter.received_at
    adapter.split(mail.batch(arrived_on=date(2026, 11, 20)), mail.scan("payslip", 1), letter, mail.actor())
    letter.refresh_from_db()
    assert letter.received_at == before


def test_letter_older_than_the_service_gets_the_version_of_today() -> None:
    letter = mail.registered(arrived_on=date(2020, 1, 31), service="FORMLESS")
    assert letter.application_day == date(2020, 1, 31)


# --- registering


def test_letter_registered_twice_with_one_key_is_one_letter() -> None:
    key, letter = uuid.uuid4(), adapter.Letter(arrived_on=mail.ARRIVED, sender=cast.amira())
    first = adapter.register_letter(letter, mail.actor(), key=key)
    second = adapter.register_letter(letter, mail.actor(), key=key)
    assert (second.number, second.repeated) == (first.number, True)
    assert Submission.objects.count() == 1


def test_letter_joins_by_customer_number_and_birth_date() -> None:
    case = cast.case_of(cast.receive(sender=cast.amira(customer_number="123A456789")))
    letter = mail.registered(sender=cast.amira(customer_number="123A456789"))
    assert (letter.case, letter.join_reason) == (case, "customer_number")


def test_letter_with_a_case_code_but_no_birth_date_is_still_found_by_customer_number() -> None:
    case = cast.case_of(cast.receive(sender=cast.amira(customer_number="123A456789")))
    sender = cast.amira(customer_number="123A456789", birth_date=None)
    letter = mail.registered(sender=sender, number=case.code)
    assert (letter.case, letter.join_reason) == (case, "customer_number")
    assert letter.answers == {"number": case.code}


def test_letter_with_case_code_and_birth_date_joins_that_case() -> None:
    case = cast.case_of(cast.receive())
    letter = mail.registered(number=case.code)
    assert (letter.case, letter.join_reason) == (case, "case_code")


def test_case_chosen_by_the_clerk_stands_above_a_number_on_the_letter() -> None:
    case = cast.case_of(cast.receive())
    other = cast.case_of(cast.receive(sender=cast.amira(given_name="Yara", birth_date=date(2001, 2, 3))))
    letter = mail.registered(number=other.code, case_id=case.public_id)
    assert (letter.case, letter.join_reason) == (case, "staff")


def test_letter_without_a_sender_is_received_and_stays_unassigned() -> None:
    letter = mail.registered(sender=adapter.NOBODY)
    assert (letter.state, letter.unclear) == (SubmissionState.UNASSIGNED, "no_number")
    assert receipt_of(letter).sheets == 2


# --- batches


@pytest.mark.parametrize(
    ("data", "problem"),
    [
        (files.EMPTY, "empty"),
        (files.encrypted_pdf(), "encrypted"),
        (files.broken_pdf(), "damaged"),
        (files.WORD, "unknown_type"),
        (b"just text", "unknown_type"),
    ],
)
def test_batch_that_cannot_be_read_is_kept_and_names_its_problem(data: bytes, problem: str) -> None:
    batch = mail.batch(data)
    assert (batch.file.problem, batch.file.size) == (problem, len(data))


def test_batch_of_several_tiff_pages_is_read() -> None:
    batch = mail.batch(files.tiff(3))
    assert (batch.file.page_count, batch.file.pages.count()) == (3, 3)


def test_batch_sent_twice_with_one_key_is_one_batch() -> None:
    key = uuid.uuid4()
    first = adapter.keep_batch(mail.uploaded(), mail.ARRIVED, 3, mail.actor(), key=key)
    second = adapter.keep_batch(mail.uploaded(), mail.ARRIVED, 3, mail.actor(), key=key)
    assert first == second
    assert (Batch.objects.count(), StoredFile.objects.count()) == (1, 1)


def test_batch_over_the_limit_is_refused_before_anything_is_kept(settings: object) -> None:
    settings.MAX_BATCH_BYTES = 10  # type: ignore[attr-defined]
    with pytest.raises(uploads.TooLarge):
        adapter.keep_batch(mail.uploaded(), mail.ARRIVED, None, mail.actor(), key=uuid.uuid4())
    assert StoredFile.objects.count() == 0


# --- splitting


def open_pages(batch: Batch) -> int:
    found = queries.open_batches(cast.bernd()).filter(pk=batch.pk).first()
    return int(found.open_pages) if found else 0  # type: ignore[attr-defined]  # annotated


def test_pages_not_beside_each_other_are_one_paper() -> None:
    letter, batch = mail.registered(), mail.batch()
    adapter.split(batch, mail.scan("payslip", 1, 2, 4), letter, mail.actor())
    document = letter.documents.get()
    assert [(p.first_page, p.last_page) for p in document.parts.all()] == [(1, 2), (4, 4)]
    assert document.page_count == 3
    assert open_pages(batch) == 2


def test_batch_is_done_when_every_page_has_a_letter_or_lies_aside() -> None:
    letter, batch = mail.registered(), mail.batch()
    adapter.split(batch, mail.scan("payslip", 1, 2), letter, mail.actor())
    adapter.split(batch, mail.scan("lease", 3, 4), letter, mail.actor())
    assert open_pages(batch) == 1
    actions.set_aside(batch, 5)
    assert open_pages(batch) == 0
    actions.put_back(batch, 5)
    assert open_pages(batch) == 1


def test_page_of_another_letter_is_refused_and_nothing_changes() -> None:
    first, second, batch = mail.registered(), mail.registered(), mail.batch()
    adapter.split(batch, mail.scan("payslip", 1, 2), first, mail.actor())
    with pytest.raises(PagesTaken):
        adapter.split(batch, mail.scan("lease", 2, 3), second, mail.actor())
    assert second.documents.count() == 0
    assert open_pages(batch) == 3


@pytest.mark.django_db(transaction=True)
def test_two_clerks_at_once_get_a_page_once() -> None:
    letters, batch, actor = [mail.registered(), mail.registered()], mail.batch(), mail.actor()
    together = Barrier(2)

    def clerk(letter: Submission) -> bool:
        try:
            together.wait(timeout=10)
            adapter.split(batch, mail.scan("payslip", 1, 2), letter, actor)
        except PagesTaken:
            return False
        finally:
            connection.close()
        return True

    with ThreadPoolExecutor(2) as clerks:
        done = list(clerks.map(clerk, letters))
    assert sorted(done) == [False, True]
    assert Document.objects.count() == 1
    assert open_pages(batch) == 3


def test_page_set_aside_is_refused_until_it_is_put_back() -> None:
    letter, batch = mail.registered(), mail.batch()
    actions.set_aside(batch, 5)
    with pytest.raises(PagesTaken):
        adapter.split(batch, mail.scan("payslip", 5), letter, mail.actor())
    actions.put_back(batch, 5)
    adapter.split(batch, mail.scan("payslip", 5), letter, mail.actor())
    assert letter.documents.count() == 1


def test_same_paper_assigned_twice_is_one_paper() -> None:
    letter, batch = mail.registered(), mail.batch()
    adapter.split(batch, mail.scan("payslip", 1, 2), letter, mail.actor())
    adapter.split(batch, mail.scan("payslip", 1, 2), letter, mail.actor())
    assert letter.documents.count() == 1


def test_new_letter_arrives_with_its_pages_in_one_act() -> None:
    batch = mail.batch()
    letter = adapter.Letter(arrived_on=batch.arrived_on, sender=cast.amira(), service="FORMLESS")
    key = uuid.uuid4()
    ack = adapter.split_new_letter(batch, mail.scan("form_ha", 1, 2), letter, mail.actor(), key=key)
    found = cast.submission(ack)
    assert found.application_day == mail.ARRIVED
    assert [(d.kind, d.pages) for d in receipt_of(found).documents] == [("form_ha", 2)]
    assert adapter.split_new_letter(batch, mail.scan("form_ha", 1, 2), letter, mail.actor(), key=key).repeated
    assert Submission.objects.count() == 1


def test_new_letter_with_a_page_that_is_taken_is_not_registered() -> None:
    letter, batch = mail.registered(), mail.batch()
    adapter.split(batch, mail.scan("payslip", 1), letter, mail.actor())
    new = adapter.Letter(arrived_on=batch.arrived_on)
    with pytest.raises(PagesTaken):
        adapter.split_new_letter(batch, mail.scan("lease", 1), new, mail.actor(), key=uuid.uuid4())
    assert Submission.objects.count() == 1


# --- putting right


def test_withdrawn_scan_lies_in_its_batch_again_and_on_no_receipt() -> None:
    wrong, right, batch = mail.registered(), mail.registered(), mail.batch()
    adapter.split(batch, mail.scan("payslip", 1, 2), wrong, mail.actor())
    document = wrong.documents.get()
    actions.withdraw_scan(document, mail.actor())
    assert open_pages(batch) == 5
    assert receipt_of(wrong).documents == ()
    adapter.split(batch, mail.scan("payslip", 1, 2), right, mail.actor())
    adapter.split(batch, mail.scan("lease", 3), wrong, mail.actor())
    assert [d.kind for d in wrong.documents.all()] == ["lease"]
    assert [d.kind for d in right.documents.all()] == ["payslip"]


def test_withdrawn_scan_stays_in_the_log_and_the_register() -> None:
    letter, batch = mail.registered(), mail.batch()
    adapter.split(batch, mail.scan("payslip", 1), letter, mail.actor())
    document = letter.documents.get()
    actions.withdraw_scan(document, mail.actor())
    kinds = list(Event.objects.filter(document=document.pk).values_list("kind", flat=True))
    assert kinds[-1] == events.ScanWithdrawn.kind
    kept = Document.with_withdrawn.get(pk=document.pk)
    assert kept.state == DocumentState.WITHDRAWN == replayed(DOCUMENT, ["scanned", *kinds])
    assert list(register.verify()) == []
    assert Outbox.objects.filter(effect="render_receipt", subject=str(letter.pk)).exists()


def test_withdrawn_scan_answers_its_requirement_no_longer() -> None:
    case = cast.case_of(cast.receive())
    Requirement.objects.create(case=case, kind="payslip")
    letter = mail.registered(case_id=case.public_id)
    adapter.split(mail.batch(), mail.scan("payslip", 1), letter, mail.actor())
    requirement = Requirement.objects.get(case=case, kind="payslip", documents__isnull=False)
    assert requirement.state == "received"
    actions.withdraw_scan(letter.documents.get(), mail.actor())
    assert Requirement.objects.get(pk=requirement.pk).state == "missing"


def test_letter_with_a_withdrawn_scan_can_be_separated_and_joined_again() -> None:
    case = cast.case_of(cast.receive())
    letter = mail.registered(case_id=case.public_id)
    adapter.split(mail.batch(), mail.scan("payslip", 1), letter, mail.actor())
    document = letter.documents.get()
    actions.withdraw_scan(document, mail.actor())
    actions.separate(letter, mail.actor())
    actions.link(letter, case, mail.actor())
    assert Document.with_withdrawn.get(pk=document.pk).state == DocumentState.WITHDRAWN


def test_paper_decided_on_cannot_be_withdrawn() -> None:
    case = cast.case_of(cast.receive())
    letter = mail.registered(case_id=case.public_id)
    adapter.split(mail.batch(), mail.scan("payslip", 1), letter, mail.actor())
    document = letter.documents.get()
    actions.accept(document, mail.actor())
    with pytest.raises(IllegalTransition):
        actions.withdraw_scan(document, mail.actor())
    assert letter.documents.count() == 1


def test_paper_that_was_sent_cannot_be_withdrawn() -> None:
    document = cast.submission(cast.receive(cast.paper())).documents.get()
    with pytest.raises(ValueError, match="batch"):
        actions.withdraw_scan(document, mail.actor())


def test_letter_that_turns_out_to_be_an_application_counts_from_its_arrival() -> None:
    letter = mail.registered(arrived_on=mail.ARRIVED, sender=cast.amira())
    actions.declare_application(letter, "FORMLESS", mail.actor())
    letter.refresh_from_db()
    assert (letter.service, letter.application_day) == ("FORMLESS", mail.ARRIVED)
    person = actions.create_person(cast.amira())
    case = actions.link_to_new_case(letter, person, letter.service, mail.actor())
    case.refresh_from_db()
    assert (case.service, case.application_day) == ("HA", mail.ARRIVED)


def test_letter_in_a_case_cannot_be_declared_an_application() -> None:
    case = cast.case_of(cast.receive())
    letter = mail.registered(case_id=case.public_id)
    with pytest.raises(ValueError, match="unassigned"):
        actions.declare_application(letter, "FORMLESS", mail.actor())
