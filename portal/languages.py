"""Which language a page speaks: the one the visitor chose, on pages for staff one of STAFF_LANGUAGES."""

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.middleware.locale import LocaleMiddleware
from django.utils import translation

from portal.access import is_for_staff


class LanguageMiddleware(LocaleMiddleware):
    """Django's choice (cookie, then what the browser asks for), as far as the page is translated."""

    def process_view(
        self, request: HttpRequest, view: object, args: object, kwargs: object
    ) -> HttpResponse | None:
        if translation.get_language() not in dict(offered(request)):
            translation.activate(settings.LANGUAGE_CODE)
            request.LANGUAGE_CODE = settings.LANGUAGE_CODE
        return None


def offered(request: HttpRequest) -> list[tuple[str, str]]:
    """Code and own name of each language the page can be read in."""
    of_staff = request.resolver_match is not None and is_for_staff(request.resolver_match)
    return [
        (code, name) for code, name in settings.LANGUAGES if not of_staff or code in settings.STAFF_LANGUAGES
    ]
