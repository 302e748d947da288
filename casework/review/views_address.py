"""A new address a claimant told: taken over or not."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.views.decorators.http import require_POST

from casework import details, queries
from casework.models import AddressChange
from casework.review.common import actor_of, say, to, user_of


def _found(request: HttpRequest, public_id: UUID) -> AddressChange:
    changes = AddressChange.objects.filter(case__in=queries.cases_visible_to(user_of(request)))
    return get_object_or_404(changes.select_related("case"), public_id=public_id)


@require_POST
def confirm(request: HttpRequest, public_id: UUID) -> HttpResponse:
    change = _found(request, public_id)
    try:
        details.confirm_address(change, actor_of(request))
        say(request, "address_confirmed")
    except details.Decided:
        say(request, "decided_meanwhile", level=messages.WARNING)
    return to("case", change.case.public_id)


@require_POST
def refuse(request: HttpRequest, public_id: UUID) -> HttpResponse:
    change = _found(request, public_id)
    try:
        details.refuse_address(change, actor_of(request))
        say(request, "address_refused")
    except details.Decided:
        say(request, "decided_meanwhile", level=messages.WARNING)
    return to("case", change.case.public_id)
