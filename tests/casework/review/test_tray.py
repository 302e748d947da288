from datetime import UTC, date, datetime

import pytest
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from casework import actions
from casework.envelope import Actor, Role, Sender
from casework.models import Case, Event, Person, Submission
from tests import cast

TRAY = "/faelle/zuordnung/"
# Session, user, count, submissions, documents, parts (with files), team of the user.
EXPECTED_QUERIES = 7
# Without a birth date it may be a parent or child of the same name: nobody is linked by the machine.
NO_DAY = cast.amira(birth_date=None)


def address(name: str, submission: Submission) -> str:
    return reverse(f"review:{name}", args=[submission.public_id])


def unclear(sender: Sender | None = None, **more: object) -> Submission:
    """Papers without any number: nobody's until somebody looks."""
    ack = cast.receive(cast.paper("lease"), service="PAPERS", sender=sender or cast.amira(), **more)
    found = cast.submission(ack)
    assert found.case is None
    return found


def test_tray_shows_the_oldest_first_with_why(db: None, deniz: Client) -> None:
    new = unclear(received_at=datetime(2026, 11, 20, 9, tzinfo=UTC))
    old = unclear(received_at=datetime(2026, 11, 2, 9, tzinfo=UTC))
    response = deniz.get(TRAY)
    assert list(response.context["page"]) == [old, new]
    page = response.content.decode()
    assert "Keine Nummer angegeben" in page
    assert "Amira Haddad" in page


@pytest.mark.parametrize("submissions", [1, 3])
def test_tray_asks_the_same_number_of_queries_whatever_the_rows(
    submissions: int, deniz: Client, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    for _ in range(submissions):
        unclear()
    deniz.get(TRAY)
    with django_assert_num_queries(EXPECTED_QUERIES):
        assert len(deniz.get(TRAY).context["page"]) == submissions


def test_empty_tray_says_so(db: None, deniz: Client) -> None:
    assert "Alles ist zugeordnet" in deniz.get(TRAY).content.decode()


def test_who_is_like_the_sender_is_proposed_with_the_reasons(case: Case, deniz: Client) -> None:
    rows = deniz.get(address("link", unclear(NO_DAY))).context["rows"]
    assert [(c.person, c.reasons, c.cases) for c, _ in rows] == [
        (case.person, ("given_equal", "family_equal", "address_equal"), (case,))
    ]


def test_person_of_another_team_is_not_shown_but_its_team_is_named(case: Case, emil: Client) -> None:
    response = emil.get(address("link", unclear(NO_DAY)))
    assert response.context["rows"] == []
    assert "Team Nord" in response.content.decode()
    assert str(case.public_id) not in response.content.decode()


def test_search_finds_a_person_nobody_proposed(case: Case, deniz: Client) -> None:
    submission = unclear(cast.amira(given_name="", family_name="", birth_date=None, street=""))
    assert deniz.get(address("link", submission)).context["rows"] == []
    rows = deniz.get(address("link", submission) + "?q=amira 3.7.1991").context["rows"]
    assert [c.person for c, _ in rows] == [case.person]


def test_letter_with_nothing_but_an_address_is_proposed_to_those_who_live_there(
    case: Case, deniz: Client
) -> None:
    submission = unclear(cast.amira(given_name="", family_name="", birth_date=None))
    found = deniz.get(address("link", submission)).context["rows"]
    assert [(c.person, c.reasons) for c, _ in found] == [(case.person, ("address_equal",))]


def test_link_to_an_existing_case(case: Case, deniz: Client) -> None:
    submission = unclear(NO_DAY)
    response = deniz.post(address("link_case", submission), {"case": case.public_id})
    assert response.headers["Location"] == reverse("review:case", args=[case.public_id]) + "#main"
    submission.refresh_from_db()
    assert (submission.case, submission.join_reason, submission.shows_case) == (case, "staff", True)


@pytest.mark.parametrize(
    "given", [{}, {"case": "nonsense"}, {"case": "6f1c1c52-0000-4000-8000-000000000000"}]
)
def test_link_to_no_case_of_hers_is_not_found(given: dict[str, str], case: Case, deniz: Client) -> None:
    submission = unclear(NO_DAY)
    assert deniz.post(address("link_case", submission), given).status_code == 404
    submission.refresh_from_db()
    assert submission.case is None


def test_link_to_a_case_of_another_team_is_not_found(case: Case, emil: Client) -> None:
    submission = unclear(NO_DAY)
    assert emil.post(address("link_case", submission), {"case": case.public_id}).status_code == 404
    submission.refresh_from_db()
    assert submission.case is None


def test_link_twice_says_so_and_links_once(case: Case, deniz: Client) -> None:
    submission = unclear(NO_DAY)
    deniz.post(address("link_case", submission), {"case": case.public_id})
    response = deniz.post(address("link_case", submission), {"case": case.public_id}, follow=True)
    assert "inzwischen schon zugeordnet" in response.content.decode()
    assert Event.objects.filter(kind="joined", submission=submission.pk).count() == 1


def test_link_to_a_new_case_of_a_known_person(case: Case, deniz: Client) -> None:
    submission = unclear(NO_DAY)
    key = f"{case.person.public_id}-service"
    deniz.post(address("link_new_case", submission), {"person": case.person.public_id, key: "WBA"})
    submission.refresh_from_db()
    assert submission.case is not None
    assert (submission.case.person, submission.case.service) == (case.person, "WBA")


def test_new_case_is_not_offered_for_a_service_with_an_open_one(case: Case, deniz: Client) -> None:
    rows = deniz.get(address("link", unclear(NO_DAY))).context["rows"]
    assert "HA" not in [service.key for service in rows[0][0].new_services]


def test_new_case_without_a_service_says_so(case: Case, deniz: Client) -> None:
    submission = unclear(NO_DAY)
    response = deniz.post(address("link_new_case", submission), {"person": case.person.public_id})
    page = response.content.decode()
    assert response.status_code == 400
    assert page.count("Wählen Sie, wofür der neue Fall ist.") == 2
    submission.refresh_from_db()
    assert submission.case is None


def test_link_to_a_new_person_takes_the_sender_as_given(db: None, deniz: Client) -> None:
    cast.teams()
    submission = unclear()
    deniz.post(address("link_new_person", submission), {"new-service": "HA"})
    submission.refresh_from_db()
    person = submission.person
    assert person is not None
    assert (person.name, person.birth_date, person.city) == ("Amira Haddad", date(1991, 7, 3), "Musterstadt")


def test_new_person_does_not_get_a_number_somebody_else_holds(db: None, deniz: Client) -> None:
    cast.teams()
    holder = cast.case_of(cast.receive(sender=cast.amira(customer_number="123A456789"))).person
    submission = unclear(
        cast.amira(given_name="Bea", birth_date=date(1980, 2, 2), customer_number="123A456789")
    )
    assert submission.unclear == "customer_number_contradicts"
    deniz.post(address("link_new_person", submission), {"new-service": "HA"})
    submission.refresh_from_db()
    assert submission.person is not None
    assert submission.person != holder
    assert submission.person.customer_number is None
    assert submission.sender["customer_number"] == "123A456789"


def test_new_person_twice_is_made_once(db: None, deniz: Client) -> None:
    cast.teams()
    submission = unclear()
    for _ in range(2):
        deniz.post(address("link_new_person", submission), {"new-service": "HA"})
    assert Person.objects.count() == 1
    assert Case.objects.count() == 1


def test_new_person_of_another_team_leads_back_to_the_tray(db: None, deniz: Client) -> None:
    cast.teams()
    submission = unclear(cast.amira(family_name="Sommer"))
    response = deniz.post(address("link_new_person", submission), {"new-service": "HA"}, follow=True)
    assert response.redirect_chain[-1][0] == TRAY + "#main"
    assert "Team Süd" in response.content.decode()


def test_separated_submission_can_be_linked_again(case: Case, deniz: Client) -> None:
    submission = unclear(NO_DAY)
    deniz.post(address("link_case", submission), {"case": case.public_id})
    actions.separate(submission, Actor(Role.CASEWORKER, cast.deniz().pk))
    page = deniz.get(address("link", submission)).content.decode()
    assert "Aus einem Fall wieder herausgenommen" in page
    deniz.post(address("link_case", submission), {"case": case.public_id})
    submission.refresh_from_db()
    assert submission.case == case


def test_link_page_of_something_linked_meanwhile_leads_to_its_case(case: Case, deniz: Client) -> None:
    response = deniz.get(address("link", case.submissions.get()), follow=True)
    assert "inzwischen schon zugeordnet" in response.content.decode()
