"""Words and colours for states, the same on every page. The words are templates."""

from datetime import datetime
from typing import Any

from django import template
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.safestring import SafeString

from casework.clock import BERLIN
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
def role_words(role: str) -> SafeString:
    """In which role somebody at the office acted; no names (CJEU C-579/21)."""
    return render_to_string("citizen/role.html", {"role": role}).strip()  # type: ignore[return-value]


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
