"""Talking with a person (F5): times the office offers, who took which, and who wants to be called back."""

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta

from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.db.models.functions import Now

from casework import events, outbox
from casework.clock import BERLIN, database_now
from casework.envelope import Actor, Role
from casework.models import Appointment, CallBack, Case, Slot, User
from casework.queries import cases_visible_to

REMIND_BEFORE = timedelta(days=1)
# A time that begins so soon is not offered any more: nobody would be ready.
SOONEST = timedelta(hours=2)
OFFERED = 60  # times shown at once
MOST_SLOTS = 60  # made at once


class Taken(Exception):
    """Somebody else was quicker, the time is over, or this case has an appointment already."""


STANDING = Appointment.objects.filter(slot=OuterRef("pk"), cancelled_at=None)


def free_slots(case: Case) -> QuerySet[Slot]:
    """Times this case's team offers and nobody took, the soonest first."""
    offered = Slot.objects.filter(Q(team=case.team_id) | Q(team=None), starts_at__gte=Now() + SOONEST)
    return offered.filter(~Exists(STANDING)).order_by("starts_at", "pk")


def standing(case: Case) -> Appointment | None:
    """The appointment to come, if there is one."""
    coming = case.appointments.filter(cancelled_at=None, slot__starts_at__gte=Now())
    return coming.select_related("slot").first()


@transaction.atomic
def book(case: Case, slot: Slot, actor: Actor, *, phone: str = "", about: str = "") -> Appointment:
    """Take a time. Two at once: one gets it. Errors: Taken."""
    case = Case.objects.select_for_update(of=("self",)).get(pk=case.pk)
    slot = Slot.objects.select_for_update(of=("self",)).get(pk=slot.pk)
    if standing(case) is not None or not free_slots(case).filter(pk=slot.pk).exists():
        raise Taken
    made = Appointment.objects.create(
        slot=slot, case=case, phone=phone, about=about, booked_at=database_now()
    )
    events.record(events.AppointmentBooked(made.pk), actor, case=case)
    remind_at = slot.starts_at - REMIND_BEFORE
    if remind_at > made.booked_at:
        outbox.add("remind", str(made.pk), later=remind_at)
    return made


@transaction.atomic
def cancel(appointment: Appointment, actor: Actor) -> None:
    """By the claimant or by the office; its time is free again. Does nothing if it was cancelled before."""
    found = Appointment.objects.select_for_update(of=("self",)).select_related("case").get(pk=appointment.pk)
    if found.cancelled_at is not None:
        return
    found.cancelled_at = database_now()
    found.save(update_fields=["cancelled_at"])
    by_office = actor.role not in (Role.CLAIMANT, Role.HELPER)
    events.record(events.AppointmentCancelled(found.pk, by_office), actor, case=found.case)


# --- the office's times


def slots_visible_to(user: User) -> QuerySet[Slot]:
    """Those of her team and those of no team."""
    if not user.is_active or Role.CASEWORKER not in user.roles:
        return Slot.objects.none()
    return Slot.objects.filter(Q(team=None) | Q(team=user.team_id))


def appointments_visible_to(user: User) -> QuerySet[Appointment]:
    return Appointment.objects.filter(case__in=cases_visible_to(user)).select_related("slot", "case__person")


@transaction.atomic
def offer(
    user: User, day: date, begin: time, end: time, minutes: int, way: str, place: str
) -> Sequence[Slot]:
    """Times one after the other from `begin` to `end`; one that stands already is not made again."""
    at = datetime.combine(day, begin, BERLIN)
    until = datetime.combine(day, end, BERLIN)
    made: list[Slot] = []
    while at + timedelta(minutes=minutes) <= until and len(made) < MOST_SLOTS:
        known = Slot.objects.filter(team=user.team_id, starts_at=at, way=way, place=place, made_by=user)
        if not known.exists():
            made.append(
                Slot.objects.create(
                    team_id=user.team_id, starts_at=at, minutes=minutes, way=way, place=place, made_by=user
                )
            )
        at += timedelta(minutes=minutes)
    return made


@transaction.atomic
def withdraw(slot: Slot) -> None:
    """Take back a time nobody has. Errors: Taken if somebody has it, or had it: then it stays as history."""
    found = Slot.objects.select_for_update(of=("self",)).get(pk=slot.pk)
    if found.appointments.exists():
        raise Taken
    found.delete()


# --- calling back


@transaction.atomic
def ask_call(case: Case, phone: str, at: str, about: str, actor: Actor) -> CallBack:
    """Ask to be called; asked again before somebody called, the newest number and words count."""
    case = Case.objects.select_for_update(of=("self",)).get(pk=case.pk)
    call = case.calls.filter(done_at=None).first()
    if call is not None:
        call.phone, call.at, call.about = phone, at, about
        call.save(update_fields=["phone", "at", "about"])
        return call
    call = CallBack.objects.create(case=case, phone=phone, at=at, about=about, asked_at=database_now())
    events.record(events.CallAsked(call.pk), actor, case=case)
    return call


@transaction.atomic
def call_done(call: CallBack, actor: Actor) -> None:
    """Somebody called. Does nothing the second time."""
    found = CallBack.objects.select_for_update(of=("self",)).select_related("case").get(pk=call.pk)
    if found.done_at is not None:
        return
    found.done_at, found.done_by_id = database_now(), actor.user_id
    found.save(update_fields=["done_at", "done_by"])
    events.record(events.CallDone(found.pk), actor, case=found.case)


def calls_visible_to(user: User) -> QuerySet[CallBack]:
    return CallBack.objects.filter(case__in=cases_visible_to(user)).select_related("case__person")
