"""Whose is it? What stands beside the page, and what the keys and forms do."""

import re
import uuid
from datetime import date

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from casework import actions, outbox, queries, register
from casework.envelope import Actor, Role
from casework.matching.suggest import Certainty
from casework.models import CoverSheet, Event, Page, Submission
from casework.whose import likely, pages_of_letter
from casework.workflow import SubmissionState
from tests import cast
from tests.channels.post import mail
from tests.channels.post.unplaced import NUMBER, amiras_case, found, letter

pytestmark = pytest.mark.django_db
INDEX = "/post/zuordnen/"


def suggested(one: Submission) -> list[tuple[str, Certainty]]:
    loaded = queries.with_documents(Submission.objects.filter(pk=one.pk)).get()
    return [(s.person.given_name, s.certainty) for s in likely(loaded, pages_of_letter(loaded), cast.bernd())]


def shown(html: str) -> str:
    """The letter a page of the index is about."""
    match = re.search(r'name="letter" value="([0-9a-f-]{36})"', html)
    return match[1] if match else ""


# --- what is suggested


def test_suggestion_of_number_and_birth_date_is_clear() -> None:
    amiras_case()
    assert suggested(letter(number=NUMBER, born="1991-07-03")) == [("Amira", Certainty.CLEAR)]


def test_suggestion_of_number_alone_is_only_possible() -> None:
    amiras_case()
    assert suggested(letter(number=NUMBER)) == [("Amira", Certainty.POSSIBLE)]


def test_suggestion_counts_a_name_among_the_words() -> None:
    amiras_case()
    one = letter(number=NUMBER)
    words = [["Frau", 0.1, 0.3, 0.1, 0.02, 0.9], ["Haddad,", 0.2, 0.3, 0.1, 0.02, 0.9]]
    Page.objects.filter(number=1).update(words=words)
    assert suggested(one) == [("Amira", Certainty.CLEAR)]


def test_suggestion_of_a_printed_case_code_and_of_our_receipt_and_cover_sheet() -> None:
    case = amiras_case()
    receipt = Submission.objects.get(case=case)
    sheet = CoverSheet.objects.create(case=case)
    code = "-".join((case.code[:4], case.code[4:8], case.code[8:]))
    one = letter(born="1991-07-03")
    pages = Page.objects.filter(file__parts__document__submission=one)
    for change, certainty in (
        ({"words": [[code, 0.1, 0.3, 0.1, 0.02, 0.9]]}, Certainty.CLEAR),
        ({"codes": [_qr(f"http://127.0.0.1:8000/status/{receipt.secret}/")]}, Certainty.CLEAR),
        ({"codes": [_qr(f"ANGK1:{sheet.code}")], "fields": []}, Certainty.CLEAR),
        ({"codes": [_qr("ANGK1:0000000000")], "fields": []}, None),
    ):
        pages.update(**{"words": [], "codes": [], **change})
        assert suggested(one) == ([("Amira", certainty)] if certainty else []), change


def _qr(content: str) -> dict[str, object]:
    return {"format": "QRCode", "content": content, "place": [0.1, 0.1, 0.1, 0.1]}


def test_suggestion_knows_what_was_typed_when_the_letter_was_registered() -> None:
    amiras_case()
    one = mail.registered(
        sender=cast.amira(given_name="", birth_date=date(1970, 1, 1), customer_number=NUMBER)
    )
    assert suggested(one) == [("Amira", Certainty.POSSIBLE)]


def test_suggestion_names_the_paper_that_is_waited_for() -> None:
    case = amiras_case()
    due = date(2027, 1, 31)
    asked = actions.request_paper(case, "lease", "needed_for_decision", due, Actor(Role.CASEWORKER))
    one = letter(kind="lease", number=NUMBER, born="1991-07-03")
    loaded = queries.with_documents(Submission.objects.filter(pk=one.pk)).get()
    (found_one,) = likely(loaded, pages_of_letter(loaded), cast.bernd())
    assert found_one.requirement == asked


# --- the screen


def test_index_shows_the_oldest_letter_with_pages_and_marks_what_was_found() -> None:
    amiras_case()
    letter(arrived_on=date(2026, 10, 2))
    oldest = letter(arrived_on=date(2026, 10, 1), number=NUMBER, born="1991-07-03")
    mail.registered(arrived_on=date(2026, 9, 1), sender=cast.Sender())  # not scanned yet
    html = mail.browser().get(INDEX).content.decode()
    assert shown(html) == str(oldest.public_id)
    assert html.count('<rect class="index__mark"') == 2
    page = Page.objects.filter(file__parts__document__submission=oldest).get()
    assert f'x="{round(0.1 * page.width)}" y="{round(0.2 * page.height)}"' in html
    assert "Kundennummer: 123A456789" in html
    assert re.search(r'name="case" value="[^"]+" checked', html)
    assert "style=" not in html


def test_index_chooses_nothing_beforehand_that_is_not_clear() -> None:
    amiras_case()
    letter(number=NUMBER)
    html = mail.browser().get(INDEX).content.decode()
    assert 'name="case"' in html
    assert "checked" not in html


def test_accepting_links_the_letter_and_goes_on_to_the_next() -> None:
    case = amiras_case()
    first = letter(arrived_on=date(2026, 10, 1), number=NUMBER, born="1991-07-03")
    second = letter(arrived_on=date(2026, 10, 1))
    client = mail.browser()
    answer = client.post(
        INDEX, {"letter": first.public_id, "case": case.public_id, "act": "link"}, follow=True
    )
    first.refresh_from_db()
    assert (first.case, first.join_reason, first.shows_case) == (case, "staff", True)
    html = answer.content.decode()
    assert shown(html) == str(second.public_id)
    assert "Zugeordnet: Brief" in html
    assert Event.objects.get(kind="joined", submission=first.pk).actor_role == "counter"


def test_dont_know_keeps_the_letter_in_the_tray_and_does_not_show_it_again() -> None:
    one = letter()
    html = (
        mail.browser().post(INDEX, {"letter": one.public_id, "act": "unsure"}, follow=True).content.decode()
    )
    one.refresh_from_db()
    assert (one.state, one.unclear) == (SubmissionState.UNASSIGNED, "nobody_found")
    assert "Kein Brief wartet" in html
    assert Event.objects.filter(kind="looked_in_vain", submission=one.pk).count() == 1
    assert one in queries.tray(cast.deniz())


def test_letter_looked_at_in_vain_is_still_placed_when_its_case_is_opened() -> None:
    waiting = mail.registered(sender=cast.amira(customer_number=NUMBER))
    actions.leave_unassigned(waiting, mail.actor())
    amiras_case()
    while outbox.sweep():
        pass
    waiting.refresh_from_db()
    assert waiting.state == SubmissionState.IN_CASE


def test_accepting_nothing_says_so_and_stays_at_the_letter() -> None:
    one = letter()
    letter()
    html = mail.browser().post(INDEX, {"letter": one.public_id, "act": "link"}, follow=True).content.decode()
    assert "Bitte wählen Sie zuerst" in html
    assert shown(html) == str(one.public_id)


def test_letter_somebody_placed_meanwhile_is_not_moved() -> None:
    case, other = amiras_case(), cast.case_of(cast.receive(sender=cast.amira(given_name="Samira")))
    one = letter()
    actions.link(one, other, mail.actor())
    answer = mail.browser().post(INDEX, {"letter": one.public_id, "case": case.public_id, "act": "link"})
    assert answer.status_code == 404
    one.refresh_from_db()
    assert one.case == other


def test_search_offers_the_cases_of_the_people_found() -> None:
    case = amiras_case()
    one = letter()
    html = mail.browser().get(INDEX, {"brief": str(one.public_id), "suche": "Haddad"}).content.decode()
    assert f'value="{case.public_id}" data-number="1"' in html
    assert "checked" not in html


def test_page_of_the_letter_and_neighbours_can_be_reached() -> None:
    before = letter(arrived_on=date(2026, 10, 1))
    one = letter(3, arrived_on=date(2026, 10, 2))
    after = letter(arrived_on=date(2026, 10, 3))
    html = mail.browser().get(INDEX, {"brief": str(one.public_id), "seite": "2"}).content.decode()
    assert "Seite 2 von 3" in html
    assert f'data-step="page-after" href="?brief={one.public_id}&amp;seite=3"' in html
    assert f'data-step="letter-before" href="?brief={before.public_id}"' in html
    assert f'data-step="letter-after" href="?brief={after.public_id}"' in html
    ahead = re.search(r'data-ahead="([^"]*)"', html)
    assert ahead
    assert len(ahead[1].split()) == 2


@pytest.mark.parametrize("address", [f"{INDEX}?brief=x&seite=99999999", f"{INDEX}?brief=&seite=-1&zuletzt=1"])
def test_address_that_makes_no_sense_shows_the_first_letter(address: str) -> None:
    one = letter()
    answer = mail.browser().get(address)
    assert answer.status_code == 200
    assert shown(answer.content.decode()) == str(one.public_id)


def test_single_keys_can_be_switched_off_for_the_session() -> None:
    letter()
    client = mail.browser()
    assert "data-index-keys" in client.get(INDEX).content.decode()
    client.post(reverse("post:index_keys"), {"off": "1"})
    assert "data-index-keys" not in client.get(INDEX).content.decode()
    client.post(reverse("post:index_keys"), {"on": "1"})
    assert "data-index-keys" in client.get(INDEX).content.decode()


@pytest.mark.parametrize("email", ["carla@example.org", "deniz@example.org"])
def test_index_is_for_the_counter(email: str) -> None:
    assert mail.browser(email).get(INDEX).status_code == 403


def test_next_letter_takes_as_many_queries_however_many_wait() -> None:
    amiras_case()
    client = mail.browser()
    counts = []
    for _ in range(2):
        for _ in range(3):
            letter(2, number=NUMBER, born="1991-07-03")
        with CaptureQueriesContext(connection) as asked:
            assert client.get(INDEX).status_code == 200
        counts.append(len(asked))
    assert counts[0] == counts[1]


def test_fields_of_another_letter_in_the_same_stack_say_nothing() -> None:
    amiras_case()
    one = letter(2)
    actions.withdraw_scan(one.documents.get(), mail.actor())
    file = Page.objects.first()
    assert file is not None
    found(file.file_id, [("customer_number", [0, 0, 1, 1], NUMBER)], number=2)
    assert suggested(one) == []


def test_placing_is_taken_back_and_the_letter_shown_again() -> None:
    case = amiras_case()
    one = letter()
    client = mail.browser()
    client.post(INDEX, {"letter": one.public_id, "act": "link", "case": case.public_id})
    one.refresh_from_db()
    assert one.case == case
    html = client.post(INDEX, {"done": one.public_id, "act": "undo"}, follow=True).content.decode()
    assert shown(html) == str(one.public_id)
    one.refresh_from_db()
    assert (one.case, one.state) == (None, SubmissionState.UNASSIGNED)


def test_not_knowing_is_taken_back_and_the_letter_waits_again() -> None:
    one = letter()
    client = mail.browser()
    client.post(INDEX, {"letter": one.public_id, "act": "unsure"})
    assert "Kein Brief wartet" in client.get(INDEX).content.decode()
    for _ in range(2):  # a second press changes nothing
        client.post(INDEX, {"done": one.public_id, "act": "undo"})
    assert shown(client.get(INDEX).content.decode()) == str(one.public_id)
    assert Event.objects.filter(kind="look_again").count() == 1


def test_undo_of_what_is_not_the_mailrooms_is_not_found() -> None:
    other = cast.submission(cast.receive())
    for letter_id in (other.public_id, uuid.uuid4(), "x"):
        assert mail.browser().post(INDEX, {"done": letter_id, "act": "undo"}).status_code == 404
    other.refresh_from_db()
    assert other.case is not None


# --- two letters taken for one


def test_next_letter_begins_at_the_page_shown() -> None:
    one = letter(3, arrived_on=date(2026, 10, 2), number=NUMBER)
    client = mail.browser()
    assert "ein neuer Brief" not in client.get(INDEX, {"brief": str(one.public_id)}).content.decode()
    assert (
        "ein neuer Brief" in client.get(INDEX, {"brief": str(one.public_id), "seite": "2"}).content.decode()
    )
    sent = {"letter": one.public_id, "page": "2", "act": "divide", "key": str(uuid.uuid4())}
    for _ in range(2):  # a second press finds nothing left to divide
        html = client.post(INDEX, sent, follow=True).content.decode()
        assert shown(html) == str(one.public_id)
    begun = Submission.objects.exclude(pk=one.pk).get()
    assert (begun.received_at, begun.state) == (one.received_at, SubmissionState.UNASSIGNED)
    spans = [
        [(part.first_page, part.last_page) for part in letter_.documents.get().parts.all()]
        for letter_ in (one, begun)
    ]
    assert spans == [[(1, 1)], [(2, 3)]]
    assert list(register.verify()) == []


def test_letter_of_one_page_cannot_be_divided() -> None:
    one = letter()
    sent = {"letter": one.public_id, "page": "1", "act": "divide"}
    assert "nicht teilen" in mail.browser().post(INDEX, sent, follow=True).content.decode()
    assert Submission.objects.count() == 1
