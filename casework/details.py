"""A person's own data, as she changes them: a new address that staff confirm, and how she hears of news."""

from datetime import date

from django.db import transaction

from casework import events, likeness, notices
from casework.clock import database_now
from casework.envelope import Actor
from casework.models import AddressChange, Case, Person, Submission
from casework.models.people import CONTACT_WISHES


class Decided(Exception):
    """Somebody decided on it meanwhile."""


@transaction.atomic
def tell_address(
    case: Case, submission: Submission, street: str, postcode: str, city: str, valid_from: date, actor: Actor
) -> AddressChange:
    """A new address arrived as a submission; nothing changes until staff confirm it."""
    change, new = AddressChange.objects.get_or_create(
        submission=submission,
        defaults={
            "person": case.person,
            "case": case,
            "street": street,
            "postcode": postcode,
            "city": city,
            "valid_from": valid_from,
            "asked_at": database_now(),
        },
    )
    if new:
        events.record(events.AddressTold(change.pk), actor, case=case, submission=submission)
    return change


def _locked(change: AddressChange) -> AddressChange:
    found = AddressChange.objects.select_for_update(of=("self",)).select_related("case").get(pk=change.pk)
    if found.state != "asked":
        raise Decided
    return found


@transaction.atomic
def confirm_address(change: AddressChange, actor: Actor) -> None:
    """It counts from now on; what it was before is kept. Errors: Decided."""
    found = _locked(change)
    person = Person.objects.select_for_update().get(pk=found.person_id)
    found.before = {"street": person.street, "postcode": person.postcode, "city": person.city}
    found.state, found.decided_at, found.decided_by_id = "confirmed", database_now(), actor.user_id
    found.save(update_fields=["before", "state", "decided_at", "decided_by"])
    person.street, person.postcode, person.city = found.street, found.postcode, found.city
    person.save(update_fields=["street", "postcode", "city"])
    likeness.index_person(person)
    events.record(events.AddressConfirmed(found.pk), actor, case=found.case)
    notices.address_is_known(person)


@transaction.atomic
def refuse_address(change: AddressChange, actor: Actor) -> None:
    """Not hers, or wrong: the address stays what it was. Errors: Decided."""
    found = _locked(change)
    found.state, found.decided_at, found.decided_by_id = "refused", database_now(), actor.user_id
    found.save(update_fields=["state", "decided_at", "decided_by"])
    events.record(events.AddressRefused(found.pk), actor, case=found.case)


@transaction.atomic
def choose_wish(case: Case, wish: str, email: str, actor: Actor) -> None:
    """How she hears of news from now on. Errors: ValueError."""
    if wish not in CONTACT_WISHES or (wish == "email" and not email):
        raise ValueError(wish)
    person = Person.objects.select_for_update().get(pk=case.person_id)
    if (person.contact_wish, person.email) == (wish, email or person.email):
        return
    person.contact_wish, person.email = wish, email or person.email
    person.save(update_fields=["contact_wish", "email"])
    likeness.index_person(person)
    events.record(events.ContactWishChanged(wish), actor, case=case)
