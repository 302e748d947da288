"""Every page for claimants in every look: accessible, nothing wider than the screen, well-formed, quiet.

One visitor goes through all pages; what can be changed on an open page (size, colours) is changed there, so
that a page is loaded once for each language.
"""

import pytest
from django.urls import get_resolver
from playwright.sync_api import Page, ViewportSize

from tests.browser.places import NO_PAGES, World, world
from tests.browser.test_components import AXE, NARROW, RULES, SMALL_TARGETS
from tests.browser.wellformed import mistakes
from tests.browsing import DESKTOP, PHONE, Pages

OVERFLOW = "document.documentElement.scrollWidth - window.innerWidth"
RUN = """([type, values]) => axe.run(document, {runOnly: {type, values}, resultTypes: ["violations"]})
  .then(found => found.violations.map(v => v.id + ": " + v.nodes[0].html.slice(0, 200)))"""


@pytest.fixture
def places(transactional_db: None, pages: Pages) -> World:
    pages.expect(r"status of 40[034]")  # pages with errors, and the ones that are not there
    return world(pages.url)


def test_every_page_for_claimants_is_in_the_list(transactional_db: None) -> None:
    listed = {place.name.split("-")[0] for place in world("").places}
    for namespace, without in NO_PAGES.items():
        names = {
            str(key)
            for key in get_resolver().namespace_dict[namespace][1].reverse_dict
            if isinstance(key, str)
        }
        assert {f"{namespace}:{name}" for name in names - without} - listed == set()


def sizes(page: Page, name: str) -> list[str]:
    """What is wider than the screen at 320 px (a desktop at 400 %), and at 640 px with large text."""
    found = [f"{name}: {page.evaluate(OVERFLOW)} px too wide"] if page.evaluate(OVERFLOW) > 0 else []
    found += [f"{name}: small target {html}" for html in page.evaluate(SMALL_TARGETS)]
    page.set_viewport_size({"width": 640, "height": 900})
    page.evaluate("document.documentElement.style.fontSize = '200%'")
    if page.evaluate(OVERFLOW) > 0:
        found.append(f"{name}: {page.evaluate(OVERFLOW)} px too wide with large text")
    page.evaluate("document.documentElement.style.fontSize = ''")
    return found


@pytest.mark.parametrize("language", ["de", "de-simple", "ar"])
def test_every_page_is_accessible_in_every_look(pages: Pages, places: World, language: str) -> None:
    """Narrow and light in every language, then the dark colours; wide and with forced colours in German."""
    page = pages.open(NARROW, bypass_csp=True, reduced_motion="reduce")
    places.speak(page.context, language)
    wrong: list[str] = []
    for place in places.places:
        page.set_viewport_size(ViewportSize(width=NARROW.width, height=NARROW.height))
        places.visit(page, place)
        page.evaluate(AXE)
        wrong += [f"{place.name}: {line}" for line in page.evaluate(RUN, ["tag", RULES])]
        page.emulate_media(color_scheme="dark")
        wrong += [f"{place.name}, dark: {line}" for line in page.evaluate(RUN, ["rule", ["color-contrast"]])]
        page.emulate_media(color_scheme="light")
        if language == "de":
            page.emulate_media(forced_colors="active")
            page.set_viewport_size({"width": DESKTOP.width, "height": DESKTOP.height})
            wrong += [f"{place.name}, wide: {line}" for line in page.evaluate(RUN, ["tag", RULES])]
            page.emulate_media(forced_colors="none")
            page.set_viewport_size(ViewportSize(width=NARROW.width, height=NARROW.height))
        wrong += sizes(page, place.name)
    assert wrong == []


@pytest.mark.parametrize("language", ["en", "uk", "ru", "tr"])
def test_every_page_is_accessible_and_keeps_the_content_policy(
    pages: Pages, places: World, language: str
) -> None:
    """The policy is on here: `pages` fails the test if the browser complains."""
    page = pages.open(NARROW)
    places.speak(page.context, language)
    wrong: list[str] = []
    for place in places.places:
        page.set_viewport_size(ViewportSize(width=NARROW.width, height=NARROW.height))
        places.visit(page, place)
        page.evaluate(AXE)
        wrong += [f"{place.name}: {line}" for line in page.evaluate(RUN, ["tag", RULES])]
        wrong += sizes(page, place.name)
    assert wrong == []


def test_every_page_is_well_formed(pages: Pages, places: World) -> None:
    page = pages.open(PHONE)
    places.speak(page.context, "ar")
    wrong = []
    for place in places.places:
        if place.press:
            continue
        places.visit(page, place)
        html = page.request.get(place.address).text()
        wrong += [f"{place.name}: {line}" for line in mistakes(html)]
    assert wrong == []


def test_the_first_page_works_with_the_keyboard_only(pages: Pages) -> None:
    """What can be pressed is reached in the order of the page, is seen then, and Enter opens it."""
    page = pages.open(DESKTOP)
    page.goto("/")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    seen = []
    for _ in range(40):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement === document.body"):
            break
        seen.append(
            page.evaluate(
                """() => { const at = document.activeElement;
                const shown = (e) => getComputedStyle(e).outlineStyle !== "none";
                return [at.textContent.trim(), shown(at) || shown(at.closest(".card-link") || at)]; }"""
            )
        )
    assert [text for text, visible in seen if not visible] == []
    order = page.evaluate(
        """() => [...document.querySelectorAll("a:not(.skip), summary, button")]
        .filter((e) => e.checkVisibility()).map((e) => e.textContent.trim())"""
    )
    assert [text for text, _ in seen] == order
    page.locator(".languages summary").focus()
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.value") == "de"
