"""Pictures of every page, to be looked at: `make screenshots`. Not part of the tests (no name with test_)."""

import pytest
from playwright.sync_api import Browser

from tests.browser.places import world
from tests.browsing import DESKTOP, PHONE, Device
from tests.environment import screenshot_folder
from tests.servers import Portal


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("device", [PHONE, DESKTOP], ids=["phone", "desktop"])
@pytest.mark.parametrize("language", ["de", "ar"])
def test_pictures_for_claimants(
    chromium: Browser, portal_server: Portal, language: str, device: Device, scheme: str
) -> None:
    made = world(portal_server.url)
    context = chromium.new_context(
        base_url=portal_server.url,
        viewport={"width": device.width, "height": device.height},
        is_mobile=device.touch,
        has_touch=device.touch,
        color_scheme=scheme,  # type: ignore[arg-type]
    )
    made.speak(context, language)
    folder = screenshot_folder() / "claimant" / f"{language}-{device.width}-{scheme}"
    page = context.new_page()
    for place in made.places:
        made.visit(page, place)
        page.screenshot(path=folder / f"{place.name.replace(':', '-')}.png", full_page=True)
    context.close()
