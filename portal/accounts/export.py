"""Everything kept about an account, as plain values. What it holds of a case is the case's own download."""

from typing import Any

from allauth.mfa.models import Authenticator

from casework import accounts, helping
from casework.codes import grouped
from casework.models import User
from channels.models import Draft


def of_account(user: User) -> dict[str, Any]:
    return {
        "e_mail": user.email,
        "angelegt_am": user.date_joined.isoformat(),
        "zuletzt_angemeldet_am": user.last_login.isoformat() if user.last_login else None,
        "anmeldung_ueber": [
            {"anbieter": identity.issuer, "kennung": identity.subject, "seit": identity.since.isoformat()}
            for identity in user.identities.order_by("pk")
        ],
        "passkeys": [
            {
                "name": key.wrap().name,
                "seit": key.created_at.isoformat(),
                "zuletzt_benutzt": key.last_used_at.isoformat() if key.last_used_at else None,
            }
            for key in Authenticator.objects.filter(user=user, type=Authenticator.Type.WEBAUTHN)
        ],
        "app_codes_eingerichtet": Authenticator.objects.filter(
            user=user, type=Authenticator.Type.TOTP
        ).exists(),
        "faelle": [
            {
                "fall_code": grouped(held.case.code) if held.case else None,
                "eingangs_nummer": grouped(held.submission.number),
                "nachgewiesen_durch": held.holding.proof,
                "seit": held.holding.since.isoformat(),
            }
            for held in accounts.held_by(user)
        ],
        "entwuerfe": [
            {"code": grouped(draft.code), "zuletzt_geaendert": draft.updated_at.isoformat()}
            for draft in Draft.objects.filter(account=user, sent_at=None).order_by("pk")
        ],
        "hilft": [
            {
                "name": person.name,
                "umfang": person.helper.scope,
                "bis": person.helper.ends_on.isoformat(),
                "seit": person.joined_at.isoformat(),
            }
            for person in helping.of_account(user)
        ],
    }
