"""Her own data: a new address counts once staff confirmed it, the old one is kept; wishes are hers."""

from datetime import date

import pytest

from casework import details
from casework.envelope import Actor, Role
from casework.models import AddressChange, Case, Event
from tests import cast

pytestmark = pytest.mark.django_db
CLAIMANT = Actor(Role.CLAIMANT)


def deniz() -> Actor:
    return Actor(Role.CASEWORKER, cast.deniz().pk)


@pytest.fixture
def case() -> Case:
    return cast.case_of(cast.receive())


def told(case: Case) -> AddressChange:
    arrived = cast.submission(cast.receive(service="VAEM", number=case.code))
    new = {"street": "Neuer Weg 1", "postcode": "54321", "city": "Neustadt", "valid_from": date(2026, 12, 1)}
    change = details.tell_address(case, arrived, **new, actor=CLAIMANT)  # type: ignore[arg-type]
    assert details.tell_address(case, arrived, **new, actor=CLAIMANT) == change  # type: ignore[arg-type]
    return change


def test_a_new_address_changes_nothing_until_staff_confirm_it_and_the_old_one_is_kept(case: Case) -> None:
    change = told(case)
    case.person.refresh_from_db()
    assert case.person.street == "Lindenweg 4"
    details.confirm_address(change, deniz())
    case.person.refresh_from_db()
    change.refresh_from_db()
    assert (case.person.street, case.person.city) == ("Neuer Weg 1", "Neustadt")
    assert change.before == {"street": "Lindenweg 4", "postcode": "12345", "city": "Musterstadt"}
    assert change.decided_by == cast.deniz()


def test_a_refused_address_changes_nothing_and_nobody_decides_twice(case: Case) -> None:
    change = told(case)
    details.refuse_address(change, deniz())
    with pytest.raises(details.Decided):
        details.confirm_address(change, deniz())
    case.person.refresh_from_db()
    assert case.person.street == "Lindenweg 4"


def test_the_log_holds_no_address(case: Case) -> None:
    details.confirm_address(told(case), deniz())
    kinds = ("address_told", "address_confirmed")
    rows = list(Event.objects.filter(kind__in=kinds).values_list("data", flat=True))
    assert len(rows) == 2
    assert "Neuer Weg" not in str(rows)


def test_a_wish_is_kept_and_told_once(case: Case) -> None:
    details.choose_wish(case, "email", "amira@example.org", CLAIMANT)
    details.choose_wish(case, "email", "amira@example.org", CLAIMANT)
    case.person.refresh_from_db()
    assert (case.person.contact_wish, case.person.email) == ("email", "amira@example.org")
    assert [e.data for e in Event.objects.filter(kind="contact_wish_changed")] == [{"wish": "email"}]
    details.choose_wish(case, "none", "", CLAIMANT)
    case.person.refresh_from_db()
    assert (case.person.contact_wish, case.person.email) == ("none", "amira@example.org")


@pytest.mark.parametrize(("wish", "email"), [("pigeon", ""), ("email", ""), ("", "")])
def test_an_impossible_wish_is_refused(case: Case, wish: str, email: str) -> None:
    with pytest.raises(ValueError, match=f"^{wish}$"):
        details.choose_wish(case, wish, email, CLAIMANT)
