"""Bernd says whose the letters are: by keyboard alone, and with plain forms where no script runs."""

from datetime import date

import pytest
from playwright.sync_api import expect

from casework.models import Submission
from casework.workflow import SubmissionState
from tests import cast
from tests.browser.test_components import violations
from tests.browser.test_post import sign_in
from tests.browsing import DESKTOP, Pages
from tests.channels.post.unplaced import NUMBER, amiras_case, letter
from tests.servers import Portal

INDEX = "/post/zuordnen/"


@pytest.fixture
def letters(portal_server: Portal) -> list[Submission]:
    """Clear, unclear, hopeless."""
    amiras_case()
    cast.receive(
        sender=cast.amira(given_name="Samir", birth_date=date(1989, 2, 1), customer_number="123A456790")
    )
    return [
        letter(3, arrived_on=date(2026, 10, 1), number=NUMBER, born="1991-07-03", family="Haddad"),
        letter(1, arrived_on=date(2026, 10, 2), number=NUMBER, given="Samir", family="Haddad"),
        letter(1, arrived_on=date(2026, 10, 3)),
    ]


def of(letters: list[Submission]) -> list[tuple[str, str]]:
    rows = (
        Submission.objects.filter(pk__in=[one.pk for one in letters]).select_related("person").order_by("pk")
    )
    return [(row.state, row.person.given_name if row.person else row.unclear) for row in rows]


WANTED = [
    (SubmissionState.IN_CASE, "Amira"),
    (SubmissionState.IN_CASE, "Samir"),
    (SubmissionState.UNASSIGNED, "nobody_found"),
]


def test_three_letters_by_keyboard_alone(pages: Pages, letters: list[Submission]) -> None:
    page = pages.open(DESKTOP)
    sign_in(page)
    page.goto(INDEX)
    expect(page.get_by_role("heading", name="Vorschlag")).to_be_visible()
    expect(page.locator("svg .index__mark")).to_have_count(3)
    pages.shot(page, "clear")
    assert violations(page) == []
    page.keyboard.press("ArrowRight")
    expect(page.get_by_role("heading", name="Seite 2 von 3")).to_be_visible()
    page.keyboard.press("ArrowRight")
    expect(page.get_by_role("heading", name="Seite 3 von 3")).to_be_visible()
    page.keyboard.press("ArrowLeft")
    expect(page.get_by_role("heading", name="Seite 2 von 3")).to_be_visible()
    page.keyboard.press("j")
    expect(page.get_by_role("heading", name="Seite 1 von 1")).to_be_visible()
    page.keyboard.press("k")
    expect(page.get_by_role("heading", name="Seite 1 von 3")).to_be_visible()
    page.keyboard.press("?")
    expect(page.get_by_text("einen anderen Fall wählen")).to_be_visible()
    pages.shot(page, "keys")

    page.keyboard.press("Enter")  # also on the summary that has the focus now: it only closes the list
    expect(page.get_by_text("einen anderen Fall wählen")).to_be_hidden()
    page.keyboard.press("1")
    page.keyboard.press("Enter")
    expect(page.get_by_text("zu Amira Haddad.")).to_be_visible()

    expect(page.get_by_role("heading", name="Bitte wählen Sie")).to_be_visible()
    pages.shot(page, "choose")
    page.keyboard.press("Enter")  # nothing chosen: nothing happens
    samir = page.locator(".index__choice", has_text="Samir")
    number = samir.locator("input").get_attribute("data-number")
    assert number == "2"
    page.keyboard.press(number)
    expect(samir.locator("input")).to_be_checked()
    page.keyboard.press("Enter")
    expect(page.get_by_text("zu Samir Haddad.")).to_be_visible()

    expect(page.get_by_role("heading", name="Kein Vorschlag")).to_be_visible()
    page.keyboard.press("/")
    expect(page.get_by_label("Person oder Fall suchen")).to_be_focused()
    page.keyboard.type("Haddud?us")  # in a field keys are letters
    page.keyboard.press("Enter")
    expect(page.get_by_text("Niemand gefunden.")).to_be_visible()
    pages.shot(page, "nobody")
    page.keyboard.press("u")
    expect(page.get_by_text("Kein Brief wartet")).to_be_visible()
    assert of(letters) == WANTED

    page.keyboard.press("z")  # also when no letter waits any more
    expect(page.get_by_role("heading", name="Kein Vorschlag")).to_be_visible()
    page.keyboard.press("u")
    expect(page.get_by_text("Kein Brief wartet")).to_be_visible()
    assert of(letters) == WANTED


def test_three_letters_without_script(pages: Pages, letters: list[Submission]) -> None:
    page = pages.open(DESKTOP, javascript=False)
    sign_in(page)
    page.goto(INDEX)
    page.keyboard.press("Enter")  # the button has the focus, as the suggestion is clear
    expect(page.get_by_text("zu Amira Haddad.")).to_be_visible()
    page.get_by_label("Samir Haddad").check()
    page.get_by_role("button", name="Zuordnen").click()
    expect(page.get_by_text("zu Samir Haddad.")).to_be_visible()
    pages.shot(page, "without-script")
    page.get_by_role("button", name="Weiß ich nicht").click()
    expect(page.get_by_text("Kein Brief wartet")).to_be_visible()
    assert of(letters) == WANTED


def test_one_key_begins_another_letter_and_keys_can_be_switched_off(
    pages: Pages, letters: list[Submission]
) -> None:
    page = pages.open(DESKTOP)
    sign_in(page)
    page.goto(f"{INDEX}?seite=2")
    page.locator("summary").last.click()
    page.get_by_role("button", name="Einzelne Tasten ausschalten").click()
    expect(page.get_by_role("heading", name="Seite 2 von 3")).to_be_visible()
    page.keyboard.press("s")
    page.keyboard.press("u")
    page.keyboard.press("ArrowRight")
    expect(page.get_by_role("heading", name="Seite 2 von 3")).to_be_visible()
    assert Submission.objects.filter(channel="post").count() == 3

    page.locator("summary").last.click()
    page.get_by_role("button", name="Einzelne Tasten einschalten").click()
    expect(page.locator("[data-index-keys]")).to_have_count(1)
    page.keyboard.press("s")
    expect(page.get_by_text("sind jetzt ein eigener Brief")).to_be_visible()
    expect(page.get_by_role("heading", name="Seite 1 von 1")).to_be_visible()
    assert Submission.objects.filter(channel="post").count() == 4
