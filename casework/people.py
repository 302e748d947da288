"""People the office knows: look-ups by strong keys and making a new one."""

from dataclasses import asdict

from casework.envelope import Sender
from casework.matching.strong import Known, fold
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


def create(sender: Sender, language: str = "de") -> Person:
    """A new person from what was given; the household is made known if its number is."""
    fields = asdict(sender)
    number = fields.pop("household_number")
    household = Household.objects.get_or_create(number=number)[0] if number else None
    fields["customer_number"] = fields["customer_number"] or None
    return Person.objects.create(
        **fields,
        household=household,
        language=language,
        name_key=name_key(sender.given_name, sender.family_name),
    )


def team_for(person: Person) -> Team | None:
    """The team whose letters the family name falls into; none if no team fits."""
    initial = fold(person.family_name)[:1].upper()
    return Team.objects.filter(first_letter__lte=initial, last_letter__gte=initial).order_by("pk").first()
