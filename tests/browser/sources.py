"""The HTML of every page for claimants, for the Nu validator: `make sources` (docs/development.md).

Not part of the tests (no name with test_).
"""

import pytest
from django.conf import settings
from django.test import Client

from tests.browser.places import world
from tests.environment import screenshot_folder


@pytest.mark.django_db
@pytest.mark.parametrize("language", ["de", "ar"])
def test_sources_for_claimants(language: str) -> None:
    folder = screenshot_folder().parent / "sources" / language
    folder.mkdir(parents=True, exist_ok=True)
    for place in world("").places:
        client = Client()
        client.cookies[settings.LANGUAGE_COOKIE_NAME] = language
        if place.session:
            client.cookies[settings.SESSION_COOKIE_NAME] = place.session
        answer = (
            client.post(place.address, follow=True) if place.press else client.get(place.address, follow=True)
        )
        name = place.name.replace(":", "-")
        (folder / f"{name}.html").write_bytes(answer.content)
