"""Where staff land after signing in: the first place her roles have."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

from casework.envelope import Role

PLACES = {Role.CASEWORKER: "review:inbox", Role.COUNTER: "post:start", Role.DESK: "desk:start"}


def start(request: HttpRequest) -> HttpResponse:
    for role, place in PLACES.items():
        if role in request.user.roles:  # type: ignore[union-attr]  # portal.access lets only staff in
            return redirect(place)
    return redirect("pages:start")
