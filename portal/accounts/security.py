"""E-mails about the way into an account: so that she notices what she did not do herself.

They say what was changed, never by whom or for whom. Claimants only; staff have their superiors for that.
"""

import logging
from smtplib import SMTPException

from django.utils.translation import get_language

from casework import mailing
from casework.catalogue import catalogue
from casework.models import User

logger = logging.getLogger(__name__)
CHANGES = frozenset(
    {
        "passkey_added",
        "passkey_removed",
        "app_on",
        "app_off",
        "emergency_codes",
        "email_added",
        "email_changed",
    }
)
"""What templates/emails/security.* have words for."""


def tell(user: User, change: str, *, to: str = "") -> None:
    """Write to the address of the account, or to `to` (the one it had before).

    What was done stays done if no mail server answers. Errors: ValueError for a change without words.
    """
    if change not in CHANGES:
        raise ValueError(change)
    address = to or user.email
    if not user.claimant or not address:
        return
    try:
        context = {"change": change, "office_phone": catalogue().office.phone}
        mailing.send(address, "security", context, get_language() or "de")
    except (OSError, SMTPException):
        logger.exception("no e-mail about %s of account %d", change, user.pk)
