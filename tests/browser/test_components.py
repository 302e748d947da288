"""The page of all components in Chromium: accessible in every look, light, and with a script that helps."""

import gzip
import re
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.browsing import DESKTOP, PHONE, Device, Pages

AXE = (Path(__file__).parent.parent / "vendor" / "axe.min.js").read_text()
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
NARROW = Device("narrow", 320, 640, touch=True)
# The first page, and the first on which papers can be sent: all of it, compressed.
BUDGET_BYTES = 30_000
SCRIPT_BYTES = 5_000
REQUESTS = 5

LOOKS = {
    "phone": (PHONE, "", {}),
    "desktop": (DESKTOP, "?errors", {}),
    "narrow-errors": (NARROW, "?errors", {}),
    "dark": (PHONE, "?errors", {"color_scheme": "dark"}),
    "forced-colours": (PHONE, "?errors", {"forced_colors": "active"}),
    "right-to-left": (PHONE, "?errors&lang=ar", {}),
    "right-to-left-desktop": (DESKTOP, "?lang=ar", {}),
    "staff": (DESKTOP, "?staff", {}),
    "staff-narrow-dark": (NARROW, "?staff&errors", {"color_scheme": "dark"}),
}
SMALL_TARGETS = """() => [...document.querySelectorAll("a, button, input, select, summary")]
  .filter((e) => !e.matches("p a, .skip, [type=hidden]") && e.checkVisibility())
  .map((e) => [e.outerHTML.slice(0, 100), e.getBoundingClientRect()])
  .filter(([, box]) => box.width && (box.width < 24 || box.height < 24)).map(([html]) => html)"""


def violations(page: Page) -> list[str]:
    """What axe finds, one line per rule. The page must have been opened with bypass_csp."""
    page.evaluate(AXE)
    found = page.evaluate("rules => axe.run(document, {runOnly: {type: 'tag', values: rules}})", RULES)
    return [f"{v['id']}: {v['nodes'][0]['html'][:200]}" for v in found["violations"]]


@pytest.mark.parametrize("look", LOOKS)
def test_components_are_accessible_in_every_look(pages: Pages, look: str) -> None:
    device, query, options = LOOKS[look]
    page = pages.open(device, bypass_csp=True, reduced_motion="reduce", **options)  # type: ignore[arg-type]
    page.goto(f"/bausteine/{query}")
    assert violations(page) == []
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    assert page.evaluate(SMALL_TARGETS) == []
    pages.shot(page, "components")


@pytest.mark.parametrize("javascript", [True, False])
@pytest.mark.parametrize("device", [PHONE, DESKTOP], ids=["phone", "desktop"])
def test_components_keep_the_content_policy(pages: Pages, device: Device, javascript: bool) -> None:
    """`pages` fails the test if the browser complains; this one is opened with the policy on."""
    page = pages.open(device, javascript=javascript)
    page.goto("/bausteine/?errors")
    expect(page.get_by_role("heading", name="Bausteine")).to_be_visible()
    pages.shot(page, "components")


@pytest.mark.parametrize("address", ["/", "/antrag/unterlagen/", "unterlagen/payslip/"])
def test_a_page_for_claimants_stays_within_its_weight(phone: Page, address: str) -> None:
    if not address.startswith("/"):  # the page on which files are chosen
        phone.goto("/antrag/neu/VAEM/")
        phone.get_by_role("button", name="Beginnen").click()
        phone.wait_for_url("**/schritt/**")
        address = phone.url.split("schritt")[0] + address
    loaded: list[str] = []
    phone.on("request", lambda request: loaded.append(request.url))
    phone.goto(address, wait_until="networkidle")
    sizes = {
        url.rsplit("/", 1)[-1] or "page": len(gzip.compress(phone.request.get(url).body(), 9))
        for url in set(loaded)
        if not url.startswith("data:")
    }
    assert "angekommen.js" in sizes
    assert sum(size for name, size in sizes.items() if name.endswith(".js")) <= SCRIPT_BYTES, sizes
    assert sum(sizes.values()) <= BUDGET_BYTES, sizes
    assert len(sizes) <= REQUESTS, sizes


def test_the_error_summary_takes_the_focus_and_leads_to_the_field(desktop: Page) -> None:
    desktop.goto("/bausteine/?errors")
    expect(desktop).to_have_title(re.compile("^Fehler: Bausteine – Angekommen$"))
    expect(desktop.locator(".errors")).to_be_focused()
    desktop.get_by_role("link", name="Bitte wählen Sie eine Antwort.").click()
    expect(desktop.get_by_label("Ich wohne allein")).to_be_focused()


def stay(page: Page) -> None:
    """Answer what is sent with "no content": the page stays as it is while a form is on its way."""
    page.route("**/*", lambda r: r.fulfill(status=204) if r.request.method == "POST" else r.continue_())


def test_a_form_sent_twice_arrives_once(desktop: Page) -> None:
    sent: list[str] = []
    desktop.goto("/bausteine/")
    desktop.on("request", lambda request: sent.append(request.url) if request.method == "POST" else None)
    stay(desktop)
    button = desktop.get_by_role("button", name="Weiter").last
    button.click(no_wait_after=True)
    busy = desktop.get_by_role("button", name="Wird gesendet …")
    expect(busy).to_have_attribute("aria-disabled", "true")
    busy.click(no_wait_after=True, force=True)
    expect(busy).to_be_visible()
    assert len(sent) == 1


def test_a_chosen_file_is_sent_at_once_and_the_page_says_so(phone: Page) -> None:
    phone.goto("/bausteine/")
    stay(phone)
    expect(phone.get_by_role("button", name="Hochladen")).to_be_hidden()
    with phone.expect_request(lambda request: request.method == "POST"):
        phone.locator("#id_files").set_input_files(
            {"name": "Vertrag.pdf", "mimeType": "application/pdf", "buffer": b"%PDF-1.7"}
        )
    expect(phone.locator("[data-upload-state]")).to_contain_text("Vertrag.pdf – Wird gespeichert.")


def test_without_script_files_are_sent_by_a_button(pages: Pages) -> None:
    page = pages.open(PHONE, javascript=False)
    page.goto("/bausteine/")
    expect(page.get_by_role("button", name="Hochladen")).to_be_visible()


def test_a_region_is_fetched_again_under_trusted_types(desktop: Page) -> None:
    desktop.clock.install()
    answers = ["alt", "neu"]

    def answer(route: Any) -> None:
        response = route.fetch()
        text = answers.pop(0) if answers else "neu"
        region = f'<p id="state" data-refresh="20">{text}</p>'
        route.fulfill(response=response, body=response.text().replace("<h1>", f"{region}<h1>", 1))

    desktop.route("**/bausteine/", answer)
    desktop.goto("/bausteine/")
    expect(desktop.locator("#state")).to_have_text("alt")
    desktop.clock.fast_forward(21_000)
    expect(desktop.locator("#state")).to_have_text("neu")


def test_the_language_is_changed_on_the_same_page(pages: Pages) -> None:
    page = pages.open(PHONE, javascript=False)
    page.goto("/bausteine/?errors")
    page.locator(".languages summary").click()
    page.get_by_role("button", name="English").click()
    expect(page).to_have_url(re.compile(r"/bausteine/\?errors$"))
    expect(page.locator("html")).to_have_attribute("lang", "en")


def test_the_sign_in_of_staff_is_in_our_layout_and_accessible(pages: Pages) -> None:
    page = pages.open(PHONE, bypass_csp=True)
    page.goto("/konto/login/")
    page.get_by_role("button", name="Anmelden").click()
    expect(page).to_have_title(re.compile("^Fehler: Anmelden"))
    expect(page.locator(".errors")).to_be_focused()
    assert violations(page) == []
    pages.shot(page, "sign-in")
