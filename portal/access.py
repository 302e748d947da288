"""Who may use which part of the portal: one table from URL namespace to roles.

A view outside the table is refused, so a new channel or page is closed until somebody decides.
Which *objects* a person may see is decided by casework.queries.visible_to, not here.
"""

from collections.abc import Callable

from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.urls import ResolverMatch, reverse
from django.utils.cache import add_never_cache_headers

from casework.models import User

EVERYONE = "everyone"
STAFF = "staff"  # any signed-in member of staff, whatever the role
CLAIMANT = "claimant"  # signed in to an account of a claimant; such an account never has a role
NOBODY: frozenset[str] = frozenset()

ACCESS: dict[str, frozenset[str]] = {
    "pages": frozenset({EVERYONE}),
    "my": frozenset({EVERYONE}),
    "web": frozenset({EVERYONE}),
    "demo": frozenset({EVERYONE}),  # only in the demo, see portal/demo/views.py
    "entry": frozenset({EVERYONE}),
    "account": frozenset({CLAIMANT}),
    "helping": frozenset({EVERYONE}),  # by an invitation, a code of one's own, or an account
    "team": frozenset({STAFF}),
    "post": frozenset({"counter"}),
    "desk": frozenset({"desk"}),
    "review": frozenset({"caseworker"}),
}
# Views without a namespace: Django's language switch and those of django-allauth, one by one.
BARE: dict[str, frozenset[str]] = {
    "set_language": frozenset({EVERYONE}),
    # Signing in of staff.
    "account_login": frozenset({EVERYONE}),
    "account_logout": frozenset({EVERYONE}),
    "account_inactive": frozenset({EVERYONE}),
    "account_signup": frozenset({EVERYONE}),  # says that it is closed
    "account_reset_password": frozenset({EVERYONE}),
    "account_reset_password_done": frozenset({EVERYONE}),
    "account_reset_password_from_key": frozenset({EVERYONE}),
    "account_reset_password_from_key_done": frozenset({EVERYONE}),
    "account_change_password": frozenset({STAFF}),
    "account_reauthenticate": frozenset({STAFF}),
    # Claimants have no password: they prove themselves again by a code or a passkey.
    "account_request_reauthentication_code": frozenset({CLAIMANT}),
    "account_confirm_reauthentication_code": frozenset({CLAIMANT}),
    "mfa_reauthenticate_webauthn": frozenset({CLAIMANT}),
    # The second step.
    "mfa_authenticate": frozenset({EVERYONE}),  # in the middle of signing in
    "mfa_reauthenticate": frozenset({STAFF, CLAIMANT}),
    "mfa_index": frozenset({STAFF, CLAIMANT}),
    "mfa_activate_totp": frozenset({STAFF, CLAIMANT}),
    "mfa_deactivate_totp": frozenset({STAFF, CLAIMANT}),
    "mfa_view_recovery_codes": frozenset({STAFF, CLAIMANT}),
    "mfa_generate_recovery_codes": frozenset({STAFF, CLAIMANT}),
    "mfa_download_recovery_codes": frozenset({STAFF, CLAIMANT}),
    # Not offered: addresses do not change by themselves, and passkeys have pages of ours.
    "account_email": NOBODY,
    "account_email_verification_sent": NOBODY,
    "account_confirm_email": NOBODY,
    "account_set_password": NOBODY,
    "account_confirm_login_code": NOBODY,
    "mfa_list_webauthn": NOBODY,
    "mfa_add_webauthn": NOBODY,
    "mfa_remove_webauthn": NOBODY,
    "mfa_edit_webauthn": NOBODY,
    "mfa_login_webauthn": NOBODY,
}


# Of the pages of django-allauth that are open to everybody, these are met by claimants, too.
ALSO_CLAIMANTS = frozenset({"mfa_authenticate", "account_inactive", "account_logout"})


def is_for_staff(match: ResolverMatch) -> bool:
    """Whether the page speaks the languages of staff only: their parts, and their pages of django-allauth."""
    if match.namespace:
        return not ACCESS.get(match.namespace, NOBODY).intersection({EVERYONE, CLAIMANT})
    name = match.url_name or ""
    return CLAIMANT not in BARE.get(name, NOBODY) and name not in ALSO_CLAIMANTS


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
        allowed = ACCESS.get(match.namespace) if match.namespace else BARE.get(match.url_name or "")
        if not allowed:
            raise PermissionDenied
        if EVERYONE in allowed:
            return None
        if not request.user.is_authenticated:
            login = "entry:sign_in" if CLAIMANT in allowed else "account_login"
            return redirect_to_login(request.get_full_path(), reverse(login))
        if allowed.intersection(groups_of(request.user)):
            return None
        raise PermissionDenied


def groups_of(user: User) -> set[str]:
    """What the table may name for this user: her roles, or that she is a claimant; never both."""
    if not user.is_active:
        return set()
    if user.claimant:
        return {CLAIMANT}
    return {*user.roles, STAFF} if user.roles else set()
