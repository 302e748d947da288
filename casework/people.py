"""People the office knows: look-ups by strong keys and making a new one."""

from collections.abc import Collection
from dataclasses import asdict
from uuid import UUID

from django.db import transaction

from casework import likeness
from casework.envelope import Sender
from casework.matching.names import fold
from casework.matching.strong import Known
from casework.models import Household, Person, Team


def name_key(given_name: str, family_name: str) -> str:
    return f"{fold(given_name)} {fold(family_name)}"


def known(person: Person) -> Known:
    return Known(person.pk, person.given_name, person.family_name, person.birth_name, person.birth_date)


def by_customer_number(number: str) -> Known | None:
    person = Person.objects.filter(customer_number=number).first() if number else None
    return known(person) if person else None


def by_household_number(number: str) -> list[Known]:
    return [known(p) for p in Person.objects.filter(household__number=number)] if number else []


def namesakes(sender: Sender) -> list[Known]:
    if not sender.name or not sender.birth_date:
        return []
    key = name_key(sender.given_name, sender.family_name)
    return [known(p) for p in Person.objects.filter(name_key=key, birth_date=sender.birth_date)[:20]]


def lock(sender: Sender, iban: str = "") -> None:
    """Two who make the same person known, by whatever channel and spelling, wait for each other."""
    likeness.lock(likeness.details_of_sender(sender, iban))


def create(sender: Sender, language: str = "de", *, iban: str = "") -> Person:
    """A new person from what was given; the household is made known if its number is."""
    fields = asdict(sender)
    number = fields.pop("household_number")
    household = Household.objects.get_or_create(number=number)[0] if number else None
    fields["customer_number"] = fields["customer_number"] or None
    person = Person.objects.create(
        **fields,
        household=household,
        iban=iban,
        language=language,
        name_key=name_key(sender.given_name, sender.family_name),
    )
    likeness.index_person(person)
    return person


class PersonKnown(Exception):
    """People with this name and birth date, or the holder of this customer number, exist already."""

    def __init__(self, known: list[Person], *, number_taken: bool) -> None:
        super().__init__(f"{len(known)} known already")
        self.known, self.number_taken = known, number_taken


@transaction.atomic
def create_unless_known(sender: Sender, language: str, *, others: Collection[UUID] = ()) -> Person:
    """A new person; never silently a second one.

    ``others``: public ids of people of the same name and birth date whom staff looked at and found to be
    somebody else. Errors: PersonKnown, also when two try at the same time; nothing is made then.
    """
    lock(sender)
    holder = by_customer_number(sender.customer_number)
    if holder is not None:
        raise PersonKnown([Person.objects.get(pk=holder.person)], number_taken=True)
    same = list(Person.objects.filter(pk__in=[k.person for k in namesakes(sender)]).order_by("pk"))
    if any(person.public_id not in others for person in same):
        raise PersonKnown(same, number_taken=False)
    return create(sender, language)


def team_for(person: Person) -> Team | None:
    """The team whose letters the family name falls into; none if no team fits."""
    initial = fold(person.family_name)[:1].upper()
    return Team.objects.filter(first_letter__lte=initial, last_letter__gte=initial).order_by("pk").first()
