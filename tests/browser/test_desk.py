"""Carla at the desk: finds Amira, takes two papers, prints the receipt; makes a new person who applies."""

from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import FilePayload, Page, expect

from casework.codes import grouped
from casework.models import Person, Submission
from tests import cast, files
from tests.browser.test_components import SMALL_TARGETS, violations
from tests.browsing import DESKTOP, PHONE, Device, Pages, Way


def sign_in(page: Page) -> Page:
    """Carla, signed in, in front of the search field."""
    cast.carla()
    page.goto("/schalter/")
    page.get_by_label("E-Mail").fill("carla@example.org")
    page.get_by_label("Passwort").first.fill(cast.PASSWORD)
    page.get_by_role("button", name="Anmelden").last.click()
    expect(page.get_by_role("heading", name="Schalter", exact=True)).to_be_visible()
    return page


@pytest.fixture
def carla(page: Page) -> Page:
    return sign_in(page)


def search(page: Page, text: str) -> None:
    page.get_by_label("Name, Geburtsdatum oder Nummer").fill(text)
    page.get_by_role("button", name="Suchen").click()


def fits(page: Page) -> bool:
    """Nothing sticks out at the side."""
    return page.locator("html").evaluate("e => e.scrollWidth <= e.clientWidth")


def test_desk_takes_papers_of_somebody_known_from_the_web(carla: Page, pages: Pages, way: Way) -> None:
    page = carla
    case = cast.case_of(cast.receive(cast.paper("lease"), service="FORMLESS"))
    search(page, "haddad 3.7.91")
    pages.shot(page, "found")
    page.get_by_role("link", name="Amira Haddad").click()
    expect(page.get_by_text("fehlt noch").first).to_be_visible()
    pages.shot(page, "person")
    page.get_by_role("link", name="Unterlagen aufnehmen").click()
    expect(page.get_by_text("Ein Widerspruch ist kein gewöhnliches Papier")).to_be_visible()
    if way.javascript:
        assert fits(page)
    first, second = page.get_by_role("group", name="Papier 1"), page.get_by_role("group", name="Papier 2")
    photo = FilePayload(name="lohn-oktober.jpg", mimeType="image/jpeg", buffer=files.jpeg())
    first.get_by_label("Fotos oder Scan").set_input_files([photo])
    second.get_by_label("Papier", exact=True).select_option("identity_card")
    second.get_by_label("gezeigt, nicht kopiert").check()
    page.get_by_label("Jemand anderes gibt ab oder hilft").check()
    page.get_by_label("Name der Begleitung").fill("Sami Haddad")
    page.get_by_label("In welcher Rolle?").fill("Sohn")
    page.get_by_role("button", name="Aufnehmen und Beleg geben").click()

    # The kind of the first paper was forgotten: said next to it, and the photo is still there.
    expect(
        page.get_by_role("alert").get_by_text("Wählen Sie aus, was für ein Papier das ist.")
    ).to_be_visible()
    assert page.title().startswith("Fehler: ")
    expect(first.get_by_text("lohn-oktober.jpg")).to_be_visible()
    pages.shot(page, "error")
    first.get_by_label("Papier", exact=True).select_option("payslip")
    page.get_by_role("button", name="Aufnehmen und Beleg geben").click()

    expect(page.get_by_role("heading", name="Aufgenommen")).to_be_visible()
    found = Submission.objects.get(channel="desk")
    assert found.case == case
    assert [(d.kind, d.shown) for d in found.documents.all()] == [("payslip", False), ("identity_card", True)]
    assert (found.helper_name, found.helper_relation) == ("Sami Haddad", "Sohn")
    expect(page.get_by_text(grouped(found.number)).first).to_be_visible()
    pages.shot(page, "done")
    done = page.url
    for name, shot in (("Beleg drucken (A4)", "a4"), ("Beleg drucken (80 mm)", "80mm")):
        page.get_by_role("link", name=name).click()
        expect(page.get_by_text(grouped(found.number)).first).to_be_visible()
        pages.shot(page, shot)
        page.goto(done)
    page.get_by_role("link", name="Nächste Person").click()
    expect(page.get_by_role("link", name=grouped(found.number))).to_be_visible()
    pages.shot(page, "today")


def test_desk_makes_a_new_person_who_applies_without_a_form(carla: Page, pages: Pages, way: Way) -> None:
    page = carla
    search(page, "Zoe Zander 5.1.1980")
    expect(page.get_by_text("Nichts gefunden")).to_be_visible()
    page.get_by_role("link", name="Person neu anlegen").click()
    expect(page.get_by_label("Nachname", exact=True)).to_have_value("Zander")
    expect(page.get_by_label("Tag", exact=True)).to_have_value("5")
    pages.shot(page, "new")
    page.get_by_role("button", name="Person anlegen").click()
    expect(page.get_by_role("heading", name="Zoe Zander")).to_be_visible()
    page.get_by_role("link", name="Sofort Antrag stellen").click()
    if way.javascript:
        assert fits(page)
    page.get_by_label("Möchten Sie uns noch etwas sagen?").fill("Seit gestern ohne Arbeit")
    page.get_by_label("Die Person hat die Angaben gesehen").check()
    pages.shot(page, "apply")
    page.get_by_role("button", name="Aufnehmen und Beleg geben").click()
    expect(page.get_by_role("heading", name="Aufgenommen")).to_be_visible()
    pages.shot(page, "done")
    zoe = Person.objects.get(family_name="Zander")
    assert zoe.cases.get().application_day == timezone.localdate()

    # The same once more: she is found, not made a second time.
    page.goto("/schalter/neu/")
    page.get_by_label("Vorname").fill("Zoe")
    page.get_by_label("Nachname", exact=True).fill("Zander")
    for part, value in (("Tag", "5"), ("Monat", "1"), ("Jahr", "1980")):
        page.get_by_label(part, exact=True).fill(value)
    page.get_by_role("button", name="Person anlegen").click()
    expect(page.get_by_text("Ist es diese Person?")).to_be_visible()
    pages.shot(page, "known")
    page.get_by_role("link", name="Ja, das ist die Person").click()
    expect(page.get_by_role("heading", name="Zoe Zander")).to_be_visible()
    assert Person.objects.count() == 1


@pytest.mark.parametrize("device", [PHONE, DESKTOP], ids=["phone", "desktop"])
def test_desk_pages_are_accessible(pages: Pages, device: Device) -> None:
    amira = cast.case_of(cast.receive(cast.paper("lease"), service="FORMLESS")).person
    page = sign_in(pages.open(device, bypass_csp=True, reduced_motion="reduce"))
    search(page, "Haddad")
    here = f"/schalter/person/{amira.public_id}"
    addresses = [
        page.url,
        "/schalter/neu/",
        "/schalter/ohne-namen/",
        f"{here}/",
        f"{here}/unterlagen/",
        f"{here}/antrag/HA/",
        f"{here}/hilfe/",
    ]
    for number, address in enumerate(addresses):
        page.goto(address)
        pages.shot(page, f"{number}")
        assert (violations(page), page.evaluate(SMALL_TARGETS), fits(page)) == ([], [], True), address
    page.goto(f"{here}/unterlagen/")
    page.get_by_role("button", name="Aufnehmen und Beleg geben").click()
    expect(page.get_by_role("alert")).to_be_focused()
    assert (violations(page), fits(page)) == ([], True)
    page.goto(f"{here}/hilfe/")  # somebody who helps from now on
    page.get_by_label("Name der Person oder Stelle, die hilft").fill("Samir")
    page.locator("[name=helper-scope][value=status]").check(force=True)
    day = timezone.localdate() + timedelta(days=30)
    for part, number in (("day", day.day), ("month", day.month), ("year", day.year)):
        page.locator(f"[name=helper-ends_on_{part}]").fill(str(number))
    page.get_by_role("button", name="Einladung machen").click()
    expect(page.get_by_role("heading", name="Einladung für Samir")).to_be_visible()
    pages.shot(page, "invitation")
    assert (violations(page), page.evaluate(SMALL_TARGETS), fits(page)) == ([], [], True)
