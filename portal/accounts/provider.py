"""Signing in by an identity provider (OpenID Connect), as BundID is reached through a broker.

Authorization code flow with PKCE (RFC 7636), state and nonce; the signature of the id_token, its issuer,
audience, nonce and time are verified by Authlib against the keys the provider publishes. An account is
found by issuer and subject alone, never by an e-mail address.

What the provider says of the person is kept in the session only, and only if it vouches for it at a level
the office named as strong (OIDC_STRONG_LEVELS, compared with the claim acr).
"""

from dataclasses import asdict, dataclass
from datetime import date
from typing import Any

import requests
from allauth.account.internal.flows.login import record_authentication
from allauth.account.utils import perform_login
from authlib.common.errors import AuthlibBaseError
from authlib.integrations.django_client import OAuth
from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from joserfc.errors import JoseError

from casework import accounts
from casework.matching.identity import Attributes

KEY = "identity"
# Symmetric signatures would make our own secret a key to every account; "none" none at all.
SIGNATURES = ["RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA"]
WAIT_SECONDS = 10


class Unavailable(Exception):
    """The provider does not answer."""


class Refused(Exception):
    """Cancelled, not ours, forged, too old or unreadable: nobody is signed in."""


@dataclass(frozen=True)
class Vouched:
    """Whom the provider names, and what it vouches for strongly (None: nothing)."""

    issuer: str
    subject: str
    attributes: Attributes | None


def name() -> str:
    """What the button calls it; empty: no provider is set up."""
    return str(settings.OIDC_NAME) if settings.OIDC_ISSUER else ""


def _client() -> Any:
    """Errors: Http404 if no provider is set up."""
    if not settings.OIDC_ISSUER:
        raise Http404
    oauth = OAuth()
    oauth.register(
        "provider",
        server_metadata_url=f"{settings.OIDC_ISSUER}/.well-known/openid-configuration",
        client_id=settings.OIDC_CLIENT_ID,
        client_secret=settings.OIDC_CLIENT_SECRET,
        client_kwargs={
            "scope": settings.OIDC_SCOPES,
            "code_challenge_method": "S256",
            "default_timeout": WAIT_SECONDS,
        },
    )
    return oauth.provider


def begin(request: HttpRequest, answer_at: str) -> HttpResponse:
    """Send the visitor to the provider. Errors: Unavailable, Http404."""
    client = _client()
    try:
        _metadata(client)
        response: HttpResponse = client.authorize_redirect(request, answer_at)
    except (requests.RequestException, ValueError, Refused, AuthlibBaseError) as error:
        raise Unavailable from error
    return response


def _metadata(client: Any) -> dict[str, Any]:
    """What the provider says of itself. Errors: Refused if it says it is another one (RFC 8414, 3.3)."""
    found: dict[str, Any] = client.load_server_metadata()
    if found.get("issuer") != settings.OIDC_ISSUER:
        raise Refused("the provider's document names another issuer")
    offered = found.get("id_token_signing_alg_values_supported") or ["RS256"]
    found["id_token_signing_alg_values_supported"] = [alg for alg in offered if alg in SIGNATURES]
    return found


def finish(request: HttpRequest) -> Vouched:
    """Whom the provider vouches for. Errors: Refused, Http404."""
    client = _client()
    try:
        _metadata(client)
        token = client.authorize_access_token(request, leeway=30)
        claims = dict(token.get("userinfo") or {})
        if not claims.get("sub"):
            raise Refused("no id_token")
        if claims.get("acr") in settings.OIDC_STRONG_LEVELS and "birthdate" not in claims:
            more = client.userinfo(token=token)
            claims = {**more, **claims} if more.get("sub") == claims["sub"] else claims
    except (requests.RequestException, AuthlibBaseError, JoseError, ValueError, KeyError) as error:
        raise Refused from error
    return Vouched(settings.OIDC_ISSUER, str(claims["sub"])[:255], _strong(claims))


def _strong(claims: dict[str, Any]) -> Attributes | None:
    """Name and birth date, if they are vouched for at a level the office named, and complete."""
    if claims.get("acr") not in settings.OIDC_STRONG_LEVELS:
        return None
    address = claims.get("address")
    address = address if isinstance(address, dict) else {}
    try:
        born = date.fromisoformat(str(claims.get("birthdate", "")))
    except ValueError:
        return None
    found = Attributes(
        given_name=_text(claims.get("given_name")),
        family_name=_text(claims.get("family_name")),
        birth_date=born,
        street=_text(address.get("street_address")),
        postcode=_text(address.get("postal_code")),
    )
    return found if found.given_name and found.family_name else None


def _text(value: Any) -> str:
    return value.strip()[:200] if isinstance(value, str) else ""


def sign_in(request: HttpRequest, person: Vouched, next_url: str) -> HttpResponse:
    user = accounts.open_by_identity(person.issuer, person.subject)
    if person.attributes is not None:  # counts only once this user is signed in, second step included
        kept = asdict(person.attributes)
        request.session[KEY] = {**kept, "birth_date": kept["birth_date"].isoformat(), "user": user.pk}
    record_authentication(request, user, method="identity")
    response: HttpResponse = perform_login(request, user, redirect_url=next_url or None)
    return response


def strong_identity(request: HttpRequest) -> Attributes | None:
    """What the provider vouched for when this session of this account began."""
    kept = dict(request.session.get(KEY) or {})
    if kept.pop("user", None) != request.user.pk:
        return None
    return Attributes(**{**kept, "birth_date": date.fromisoformat(kept["birth_date"])})
