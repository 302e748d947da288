"""Who may use which part of the portal: one table from URL namespace to roles.

A view outside the table is refused, so a new channel or page is closed until somebody decides.
Which *objects* a person may see is decided by casework.queries.visible_to, not here.
"""

from collections.abc import Callable

from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.utils.cache import add_never_cache_headers

EVERYONE = "everyone"
STAFF = "staff"  # any signed-in member of staff, whatever the role

ACCESS: dict[str, frozenset[str]] = {
    "pages": frozenset({EVERYONE}),
    "my": frozenset({EVERYONE}),
    "web": frozenset({EVERYONE}),
    "team": frozenset({STAFF}),
    "post": frozenset({"counter"}),
    "desk": frozenset({"desk"}),
    "review": frozenset({"caseworker"}),
    # allauth's own addresses carry no namespace; its adapter closes sign-up.
    "": frozenset({EVERYONE}),
}
# Views without a namespace that may be used: only allauth's and Django's language switch.
BARE_NAMES = ("account_", "mfa_", "set_language")


class AccessMiddleware:
    """Refuses what the table does not allow; keeps personal pages out of every cache."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        match = request.resolver_match
        if match is not None and match.namespace != "pages" and not response.has_header("Cache-Control"):
            add_never_cache_headers(response)
        return response

    def process_view(
        self, request: HttpRequest, view: object, args: object, kwargs: object
    ) -> HttpResponse | None:
        match = request.resolver_match
        assert match is not None
        if not match.namespace and not (match.url_name or "").startswith(BARE_NAMES):
            raise PermissionDenied
        allowed = ACCESS.get(match.namespace)
        if allowed is None:
            raise PermissionDenied
        if EVERYONE in allowed:
            return None
        if not request.user.is_authenticated:
            return redirect_to_login(request.get_full_path())
        roles = request.user.roles if request.user.is_active else []
        if (STAFF in allowed and roles) or allowed.intersection(roles):
            return None
        raise PermissionDenied
