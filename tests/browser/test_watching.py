"""The watch over the browser itself: what a page must not do is noticed, in each of the ways."""

import pytest
from playwright.sync_api import Page

from tests.browsing import DESKTOP, PHONE, Pages, Way
from tests.servers import Portal


def test_start_page_opens_without_a_complaint(page: Page, pages: Pages, way: Way) -> None:
    answer = page.goto("/")
    assert answer is not None
    assert answer.status == 200
    assert page.viewport_size == {"width": way.device.width, "height": way.device.height}
    width = page.evaluate("document.documentElement.scrollWidth") if way.javascript else way.device.width
    assert width <= way.device.width, "the page scrolls sideways"
    pages.shot(page, "start")


def test_script_error_is_noticed(phone: Page, pages: Pages) -> None:
    phone.goto("/")
    with phone.expect_event("pageerror"):
        phone.evaluate("setTimeout(() => { throw new Error('planted') }, 0)")
    assert [line for line in pages.complaints if "planted" in line]
    pages.expect("planted")


@pytest.mark.parametrize("javascript", [True, False])
def test_violation_of_the_security_policy_is_noticed(pages: Pages, javascript: bool) -> None:
    page = pages.open(DESKTOP, javascript=javascript)
    planted = '<img src="https://elsewhere.example/x.png"></body>'
    page.route("**/hilfe/", lambda route: route.fulfill(
        response=(real := route.fetch()), body=real.text().replace("</body>", planted)
    ))  # fmt: skip
    page.goto("/hilfe/")
    assert [line for line in pages.complaints if "elsewhere.example" in line]
    pages.expect("elsewhere.example")


def test_broken_link_to_a_file_is_noticed(phone: Page, pages: Pages) -> None:
    phone.goto("/static/missing.css")
    assert [line for line in pages.complaints if "404" in line]
    pages.expect("404")


def test_two_visitors_share_no_cookies(pages: Pages, portal_server: Portal) -> None:
    first, second = pages.open(PHONE), pages.open(DESKTOP)
    first.context.add_cookies([{"name": "mine", "value": "1", "url": portal_server.url}])
    assert [cookie.get("name") for cookie in first.context.cookies()] == ["mine"]
    assert second.context.cookies() == []
