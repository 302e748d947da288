"""What the web hands to the office, without a request."""

import uuid
from datetime import date

import pytest

from casework import guessing
from casework.codes import new_number
from casework.envelope import BytesDiffer, Helper
from casework.models import Chunk, StoredFile, Submission
from channels.drafts import AlreadySent
from channels.models import Draft, DraftFile
from channels.web import adapter, drafts
from tests import cast, files
from tests.channels.web.walking import ANSWERS, file

pytestmark = pytest.mark.django_db

BORN = date(1991, 7, 3)
ADDRESS = "192.0.2.7"


def draft(service: str = "VAEM", **answers: object) -> Draft:
    return drafts.begin(cast.catalogue().service(service), uuid.uuid4(), "de", {**ANSWERS, **answers})


def test_send_keeps_files_in_the_order_given() -> None:
    ack = adapter.send(
        service="FORMLESS",
        answers=ANSWERS,
        papers=[("payslip", [("1.jpg", files.jpeg("eins")), ("2.jpg", [files.jpeg("zwei")])])],
        helper=Helper("Lina", "Tochter"),
    )
    sent = cast.submission(ack)
    document = sent.documents.get()
    assert (sent.channel, sent.helper_name, document.kind) == ("web", "Lina", "payslip")
    assert [part.file.name for part in document.parts.all()] == ["1.jpg", "2.jpg"]


def test_send_with_the_same_key_is_the_same_submission_and_keeps_its_files_once() -> None:
    key = uuid.uuid4()
    sent = {"service": "PAPERS", "answers": ANSWERS, "papers": [("other", [("a.jpg", files.jpeg())])]}
    first, second = adapter.send(key=key, **sent), adapter.send(key=key, **sent)  # type: ignore[arg-type]
    assert (first.number, first.repeated, second.repeated) == (second.number, False, True)
    assert StoredFile.objects.count() == 1


def test_submit_sends_only_answers_that_are_still_asked() -> None:
    mine = draft(change=["other"], street="Alte Straße 1")
    sent = cast.submission(adapter.submit(mine))
    assert sent.answers == {**ANSWERS, "change": ["other"]}


def test_submit_twice_gives_the_same_receipt() -> None:
    mine = draft()
    first, second = adapter.submit(mine), adapter.submit(mine)
    mine.refresh_from_db()
    assert first.secret == second.secret == mine.secret
    assert Submission.objects.count() == 1


def test_papers_without_files_are_not_sent() -> None:
    mine = draft()
    drafts.attach(mine, "payslip", file("a.jpg", files.jpeg()))
    drafts.attach(mine, "lease", file("b.jpg", files.jpeg("Mietvertrag")))
    drafts.detach(mine, DraftFile.objects.get(paper__kind="lease").pk)
    sent = cast.submission(adapter.submit(mine))
    assert [document.kind for document in sent.documents.all()] == ["payslip"]


def test_a_file_that_reads_back_differently_leaves_the_draft_to_be_sent_again() -> None:
    mine = draft()
    drafts.attach(mine, "payslip", file("a.jpg", files.jpeg()))
    Chunk.objects.update(data=b"something else")
    with pytest.raises(BytesDiffer):
        adapter.submit(mine)
    mine.refresh_from_db()
    assert (mine.sent_at, Submission.objects.count()) == (None, 0)


def test_a_sent_draft_takes_no_more_files() -> None:
    mine = draft()
    adapter.submit(mine)
    with pytest.raises(AlreadySent):
        drafts.attach(mine, "payslip", file("a.jpg", files.jpeg()))
    assert StoredFile.objects.count() == 0


def test_number_and_birth_date_of_a_case_fit() -> None:
    ack = adapter.send(service="HA", answers=ANSWERS)
    case = cast.case_of(ack)
    assert adapter.fits(case.code, BORN, ADDRESS)
    assert adapter.fits(ack.number.lower(), BORN, ADDRESS)


def test_a_receipt_that_is_not_in_a_case_yet_fits_with_its_own_birth_date() -> None:
    ack = adapter.send(service="PAPERS", answers=ANSWERS, papers=[("other", [("a.jpg", files.jpeg())])])
    assert cast.submission(ack).case is None
    assert adapter.fits(ack.number, BORN, ADDRESS)
    assert not adapter.fits(ack.number, date(1991, 7, 4), ADDRESS)


@pytest.mark.parametrize("known", [True, False])
def test_wrong_tries_lead_to_a_pause_whether_the_number_is_known_or_not(known: bool) -> None:
    number = adapter.send(service="HA", answers=ANSWERS).number if known else new_number()
    for _ in range(guessing.FREE_TRIES):
        assert not adapter.fits(number, date(1980, 1, 1), ADDRESS)
    with pytest.raises(adapter.Wait) as wait:
        adapter.fits(number, BORN, ADDRESS)
    assert 0 < wait.value.seconds <= 60


def test_papers_of_a_known_number_go_into_its_case() -> None:
    first = adapter.send(service="HA", answers=ANSWERS)
    second = adapter.send(
        service="PAPERS",
        answers={"birth_date": "1991-07-03"},
        number=first.number,
        papers=[("payslip", [("a.jpg", files.jpeg())])],
    )
    assert cast.case_of(second) == cast.case_of(first)


def test_a_receipt_that_a_customer_number_alone_joined_opens_nothing_by_its_number() -> None:
    case = cast.case_of(adapter.send(service="HA", answers={**ANSWERS, "customer_number": "123A456789"}))
    one_paper = [("payslip", [("a.jpg", files.jpeg())])]
    known = {"customer_number": "123A456789", "birth_date": "1991-07-03"}
    stranger = adapter.send(service="PAPERS", answers=known, papers=one_paper)
    again = adapter.send(
        service="PAPERS", answers={"birth_date": "1991-07-03"}, number=stranger.number, papers=one_paper
    )
    for ack in (stranger, again):
        sent = cast.submission(ack)
        assert (sent.case, sent.shows_case) == (case, False)
    mine = draft("PAPERS")
    drafts.set_number(mine, stranger.number, "1991-07-03")
    assert adapter.case_of(mine) is None
    drafts.set_number(mine, case.code, "1991-07-03")
    assert adapter.case_of(mine) == case


def test_beginning_again_after_sending_is_a_new_draft() -> None:
    service, key = cast.catalogue().service("VAEM"), uuid.uuid4()
    first = drafts.begin(service, key, "de", {})
    adapter.submit(first)
    assert drafts.begin(service, key, "de", {}).pk != first.pk


def test_a_number_given_after_going_back_counts() -> None:
    service, key = cast.catalogue().service("PAPERS"), uuid.uuid4()
    drafts.begin(service, key, "de", {})
    again = drafts.begin(service, key, "de", {"birth_date": "1991-07-03"}, "A7K29QXM3TF0")
    again.refresh_from_db()
    assert (again.number, again.answers) == ("A7K29QXM3TF0", {"birth_date": "1991-07-03"})
