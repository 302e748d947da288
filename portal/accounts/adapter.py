"""What django-allauth asks us: nobody signs up by its forms, and claimants and staff never mix.

Staff sign in with e-mail address and password at /konto/login/; claimants at /konto/anmelden/ with a code
sent by e-mail, a passkey or an identity provider, and have no password at all.
"""

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.forms import ResetPasswordForm
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from allauth.mfa.stages import AuthenticateStage
from allauth.mfa.utils import is_mfa_enabled
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, resolve_url
from django.urls import reverse
from django.utils.translation import gettext as _

from portal.accounts import security

SECOND_STEP = "allauth.mfa.stages.AuthenticateStage"


class Adapter(DefaultAccountAdapter):
    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Never by allauth's forms; claimants get an account by proving an address or an identity."""
        return False

    def get_login_stages(self) -> list[str]:
        ours = "portal.accounts.adapter.SecondStep"
        return [ours if stage == SECOND_STEP else stage for stage in super().get_login_stages()]

    def get_login_redirect_url(self, request: HttpRequest) -> str:
        claimant = getattr(request.user, "claimant", False)
        return reverse("account:start") if claimant else resolve_url("team:start")

    def respond_user_inactive(self, request: HttpRequest, user: Any) -> HttpResponse:
        return redirect("account_inactive")


class SecondStep(AuthenticateStage):
    """For claimants only who set up codes of an app.

    A passkey is her quick way in, not a second lock: whoever loses her phone still gets in by e-mail.
    """

    def _should_handle(self, request: HttpRequest) -> bool:
        user = self.login.user
        if user is not None and user.claimant and not is_mfa_enabled(user, [Authenticator.Type.TOTP]):
            return False
        return bool(super()._should_handle(request))


class StaffResetPasswordForm(ResetPasswordForm):
    """A claimant has no password, and must not get one this way. The answer is the same for everybody."""

    def clean_email(self) -> str:
        email: str = super().clean_email()
        self.users: list[Any] = [user for user in self.users if not user.claimant]
        return email


# What allauth reports -> what the person is told.
REPORTS = {
    "mfa/email/totp_activated": "app_on",
    "mfa/email/totp_deactivated": "app_off",
    "mfa/email/recovery_codes_generated": "emergency_codes",
    "mfa/email/webauthn_added": "passkey_added",
    "mfa/email/webauthn_removed": "passkey_removed",
}


class MFAAdapter(DefaultMFAAdapter):
    def send_notification_mail(self, template_prefix: str, user: Any, *args: Any, **kwargs: Any) -> None:
        security.tell(user, REPORTS[template_prefix])

    def generate_authenticator_name(self, user: Any, type: Any) -> str:
        number = Authenticator.objects.filter(user=user, type=type).count() + 1
        return _("Passkey %(number)d") % {"number": number}
