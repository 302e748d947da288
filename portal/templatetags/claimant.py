"""Words and colours for states, the same on every page. The words are templates."""

import json
from datetime import datetime
from functools import cache
from typing import Any
from urllib.parse import quote

from django import template
from django.conf import settings
from django.db.models import Q
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.safestring import SafeString
from django.utils.translation import get_language

from casework.clock import BERLIN
from casework.models import Submission
from portal.templatetags.components import berlin_date

register = template.Library()

TONES = {
    "received": "info",
    "in_case": "info",
    "opened": "info",
    "accepted": "success",
    "resend": "warning",
    "missing": "warning",
    "elsewhere": "neutral",
    "waived": "neutral",
    "unassigned": "info",
    "forwarded": "neutral",
    "mistaken": "neutral",
    "open": "info",
    "closed": "neutral",
}


@register.filter
def state_words(state: str) -> SafeString:
    """What a state means, in a claimant's words."""
    return render_to_string("citizen/state.html", {"state": state}).strip()  # type: ignore[return-value]


@register.filter
def state_tone(state: str) -> str:
    return TONES[state]


@register.filter
def arrival(arrived: Any) -> str:
    """When a submission (or its receipt) arrived: to the second, or the day if only that is known."""
    if arrived.day_only:
        return berlin_date(arrived.received_at)
    return berlin_exact(arrived.received_at)


@register.filter
def berlin_exact(at: datetime) -> str:
    """12. November 2026, 14:03:27 Uhr (MEZ): for what may serve as proof."""
    at = timezone.localtime(at, BERLIN)
    return render_to_string("components/berlin_time.html", {"at": at, "exact": True}).strip()


@register.simple_tag
def channel_words(channel: str) -> SafeString:
    return render_to_string("components/channel_name.html", {"channel": channel}).strip()  # type: ignore[return-value]


@register.simple_tag
def arrived_words(arrived: Any) -> SafeString:
    """When and on which way something reached us (a submission), as a phrase."""
    return render_to_string("citizen/arrived.html", {"arrived": arrived}).strip()  # type: ignore[return-value]


@register.simple_tag
def role_words(role: str) -> SafeString:
    """In which role somebody at the office acted; no names (CJEU C-579/21)."""
    return render_to_string("citizen/role.html", {"role": role}).strip()  # type: ignore[return-value]


@register.filter
@cache
def kind_picture(kind: str) -> str:
    """The drawing of a kind of paper as a data: address; empty if there is none (an office's own kind).

    Small drawings of ours: one request less on the page that people open on a bad line.
    """
    path = settings.BASE_DIR / "static/img/papers" / f"{kind}.svg"
    return f"data:image/svg+xml,{quote(path.read_text(encoding='utf-8'))}" if path.exists() else ""


@register.filter
def kind_name(kind: str) -> str:
    """The catalogue's name of a kind of paper."""
    from casework.catalogue import catalogue

    return str(catalogue().document_kind(kind).name)


@register.filter
def service_name(key: str) -> str:
    from casework.catalogue import catalogue

    return str(next(s for s in catalogue().all_services if s.key == key).name)


@register.filter
def question_words(submission: Any, key: str) -> str:
    """What was asked under this key of the catalogue, in the version of the submission."""
    from casework.applications import label
    from casework.catalogue import catalogue

    service = catalogue().service(submission.service, version=submission.service_version)
    return label(service, key, get_language() or "de")


@register.filter
def reason(key: str, group: str) -> object:
    """A reason of the catalogue: `{{ code|reason:"reject" }}`; groups: reject, request, problem, unclear."""
    from casework.catalogue import catalogue

    cat = catalogue()
    find = {
        "reject": cat.reject_reason,
        "request": cat.request_reason,
        "problem": cat.problem,
        "unclear": cat.unclear_reason,
    }
    return find[group](key)


@register.filter
def language_name(code: str) -> str:
    """A language by its own name; an unknown code stays as it is."""
    return dict(settings.LANGUAGES).get(code, code)


@register.filter
def berlin_day_time(at: datetime) -> str:
    """Montag, 30. November 2026, 09:30 Uhr: when to be somewhere."""
    at = timezone.localtime(at, BERLIN)
    return render_to_string("components/day_time.html", {"at": at}).strip()


@register.filter
def as_json(value: Any) -> str:
    """For a data-* attribute that a script reads."""
    return json.dumps(value)


@register.simple_tag
def in_account(user: Any, submission: Submission) -> bool:
    """Whether this account shows that receipt, or the case it shows, already."""
    held = Q(submission=submission)
    if submission.case_id is not None and submission.shows_case:
        held |= Q(case=submission.case_id) | Q(
            submission__case=submission.case_id, submission__shows_case=True
        )
    return bool(user.is_authenticated and user.holdings.filter(held).exists())
