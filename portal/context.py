"""What every page knows without asking: the office and how to reach a person there (F5)."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest

from portal import languages


def office(request: HttpRequest) -> dict[str, Any]:
    """Context processor: ``office`` (the catalogue's Office), the languages of the page and the switch for
    the official header.

    The text "Offizielle Website" marks offers of German authorities, so it is off unless an office sets
    OFFICIAL_WEBSITE: a demonstration must not claim it.
    """
    from casework.catalogue import catalogue  # here: error pages must render before the catalogue is loaded

    user = getattr(request, "user", None)
    return {
        "office": catalogue().office,
        "languages": languages.offered(request),
        # Pages of django-allauth that staff and claimants share, each in their own frame.
        "account_base": "konto/base.html" if getattr(user, "claimant", False) else "base_staff.html",
        "official_website": settings.OFFICIAL_WEBSITE,
        "demo": settings.MODE == "demo",
    }
