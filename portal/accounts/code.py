"""The code sent by e-mail: one way in for those who have an account and those who get one by it, and the
proof of a new address of an account.

Everybody who types an address gets the same page, and a mail goes to every address, so that nobody learns
here who has an account. The code counts only in the browser that asked for it, for a quarter of an hour,
and dies after five wrong tries; how many mails go to an address or from a network is limited.
"""

import secrets
import time
from dataclasses import dataclass

from allauth.account.internal.flows.login import record_authentication
from allauth.account.utils import perform_login
from allauth.core import ratelimit
from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.utils.crypto import constant_time_compare, salted_hmac

from casework import accounts, guessing
from casework.catalogue import catalogue

DIGITS = 8
VALID_SECONDS = 15 * 60
KEY = "sign_in_code"
NEW_ADDRESS = "new_address_code"


@dataclass(frozen=True)
class Pending:
    """What the session remembers of a code: whom it was sent to and its hash, never the code."""

    email: str
    digest: str
    until: float


def pending(request: HttpRequest, key: str = KEY) -> Pending | None:
    """The code that was sent, while it counts; `key`: what for (KEY, NEW_ADDRESS)."""
    kept = request.session.get(key)
    found = Pending(**kept) if kept else None
    return found if found is not None and time.time() < found.until else None


def send(request: HttpRequest, email: str) -> bool:
    """Send a code to this address, whoever it is. False if there were too many; the old code stays then."""
    email = email.lower()
    if not ratelimit.consume(request, action="sign_in_code", key=email):
        return False
    known = accounts.with_email(email)
    of_staff = known is not None and not known.claimant
    _send(request, KEY, email, "staff_address" if of_staff else "sign_in_code", fits=not of_staff)
    return True


def send_to_new_address(request: HttpRequest, email: str) -> bool:
    """The same for an address that an account shall have; if another account has it, the mail says so."""
    email = email.lower()
    if not ratelimit.consume(request, action="sign_in_code", key=email):
        return False
    taken = accounts.with_email(email) is not None
    _send(request, NEW_ADDRESS, email, "address_taken" if taken else "new_address_code", fits=not taken)
    return True


def _send(request: HttpRequest, key: str, email: str, name: str, *, fits: bool) -> None:
    """Mail a new code; the old one ends. Unless `fits` the mail holds none, so none fits."""
    code = "".join(secrets.choice("0123456789") for _ in range(DIGITS))
    _mail(email, code, name)
    digest = _digest(email, code if fits else secrets.token_hex(16))
    request.session[key] = vars(Pending(email, digest, time.time() + VALID_SECONDS))


def check(request: HttpRequest, typed: str, key: str = KEY) -> bool:
    """Whether this is the code. Wrong ones are counted in PostgreSQL; after five the code is dead."""
    kept = pending(request, key)
    if kept is None:
        return False
    name, address = f"code:{kept.digest}", guessing.address_of(request)
    if guessing.pause(name, address):
        return False
    if constant_time_compare(_digest(kept.email, _digits(typed)), kept.digest):
        return True
    guessing.wrong(name, address)
    if guessing.pause(name, address):
        forget(request, key)
    return False


def sign_in(request: HttpRequest, next_url: str) -> HttpResponse:
    """After `check`: into the account of that address, which is made now if there was none.

    Errors: accounts.BelongsToStaff, if the address became one of staff meanwhile.
    """
    kept = pending(request)
    assert kept is not None
    forget(request)
    user = accounts.open_by_email(kept.email)
    # A code that was just typed is as good a proof as asking for another one.
    record_authentication(request, user, method="code", email=kept.email, reauthenticated=True)
    return perform_login(request, user, redirect_url=next_url or None, email=kept.email)


def forget(request: HttpRequest, key: str = KEY) -> None:
    request.session.pop(key, None)


def _digits(typed: str) -> str:
    return "".join(str(int(char)) for char in typed if char.isdecimal())


def _digest(email: str, code: str) -> str:
    return salted_hmac("sign-in code", f"{email}:{code}", algorithm="sha256").hexdigest()


def _mail(email: str, code: str, name: str) -> None:
    context = {
        "code": f"{code[:4]} {code[4:]}",
        "minutes": VALID_SECONDS // 60,
        "public_url": settings.PUBLIC_URL,
        "office": catalogue().office,
    }
    subject = " ".join(render_to_string(f"emails/{name}.subject.txt", context).split())
    message = EmailMultiAlternatives(subject, render_to_string(f"emails/{name}.txt", context), to=[email])
    message.attach_alternative(render_to_string(f"emails/{name}.html", context), "text/html")
    message.send()
