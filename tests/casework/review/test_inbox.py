from datetime import UTC, date, datetime

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from casework import actions
from casework.envelope import Actor, Channel, Role
from casework.models import Case
from tests import cast

INBOX = "/faelle/"
# Session, user, day, failed effects, count, rows, team of the user.
EXPECTED_QUERIES = 9


def names(client: Client, query: str = "") -> list[str]:
    response = client.get(f"{INBOX}?{query}")
    assert response.status_code == 200
    return [row.case.person.name for row in response.context["rows"]]


def somebody(given_name: str, received_at: datetime | None = None, **more: object) -> Case:
    sender = cast.amira(
        given_name=given_name, birth_date=date(1930 + 9 * len(given_name), len(given_name), 20)
    )
    return cast.case_of(cast.receive(sender=sender, received_at=received_at, **more))


def at(day: int) -> datetime:
    return datetime(2026, 11, day, 9, tzinfo=UTC)


def test_inbox_shows_cases_in_order_of_arrival_whatever_the_channel(deniz: Client) -> None:
    somebody("Bea", at(5), channel=Channel.POST)
    somebody("Anna", at(7), channel=Channel.WEB)
    somebody("Chris", at(3), channel=Channel.DESK)
    assert names(deniz) == ["Chris Haddad", "Bea Haddad", "Anna Haddad"]


def test_inbox_of_another_team_is_empty(case: Case, emil: Client) -> None:
    assert names(emil) == []
    assert "Im Moment ist kein Fall offen" in emil.get(INBOX).content.decode()


@pytest.mark.parametrize("cases", [1, 3])
def test_inbox_asks_the_same_number_of_queries_whatever_the_rows(
    cases: int, deniz: Client, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    for name in ["Anna", "Beatrice", "Chris"][:cases]:
        somebody(name)
    deniz.get(INBOX)  # session and catalogue are loaded
    with django_assert_num_queries(EXPECTED_QUERIES):
        assert len(names(deniz)) == cases


def test_inbox_row_says_channels_new_papers_and_what_is_missing(case: Case, deniz: Client) -> None:
    cast.receive(cast.paper("lease"), channel=Channel.POST, service="PAPERS", number=case.code)
    row = deniz.get(INBOX).context["rows"][0].case
    assert sorted(row.channels) == ["post", "web"]
    assert row.new_documents == 3
    missing = [r for r in case.requirements.all() if r.state in ("missing", "elsewhere", "resend")]
    assert row.missing_papers == len(missing) > 0


def test_inbox_counts_a_rejected_paper_as_missing(case: Case, deniz: Client) -> None:
    actor = Actor(Role.CASEWORKER, cast.deniz().pk)
    document = case.submissions.get().documents.get(kind="bank_statement")
    before = deniz.get(INBOX).context["rows"][0].case.missing_papers
    actions.reject(document, "unreadable", date(2026, 12, 24), actor)
    assert deniz.get(INBOX).context["rows"][0].case.missing_papers == before + 1


def test_inbox_filters_by_whose_case_it_is(deniz: Client) -> None:
    mine, _ = somebody("Anna"), somebody("Bea")
    user = cast.deniz()
    actions.assign(mine, user, Actor(Role.CASEWORKER, user.pk))
    assert names(deniz, "wer=mine") == ["Anna Haddad"]
    assert names(deniz, "wer=nobody") == ["Bea Haddad"]
    assert sorted(names(deniz, "wer=all")) == ["Anna Haddad", "Bea Haddad"]


def test_inbox_filters_by_service(deniz: Client) -> None:
    somebody("Anna", service="HA")
    somebody("Bea", service="WBA")
    assert names(deniz, "leistung=WBA") == ["Bea Haddad"]


def test_inbox_filters_by_state(case: Case, deniz: Client) -> None:
    closed = somebody("Bea")
    actions.close_case(closed, Actor(Role.CASEWORKER, cast.deniz().pk))
    assert names(deniz) == ["Amira Haddad"]
    assert names(deniz, "stand=new") == ["Amira Haddad"]
    assert names(deniz, "stand=missing") == ["Amira Haddad"]
    assert names(deniz, "stand=complete") == []
    assert names(deniz, "stand=closed") == ["Bea Haddad"]


@pytest.mark.parametrize("query", ["amira", "Haddad, Amira", "HADDAD 3.7.1991", "123a 456789"])
def test_inbox_finds_by_name_birth_date_and_number(query: str, deniz: Client) -> None:
    cast.receive(sender=cast.amira(customer_number="123A456789"))
    somebody("Bea")
    assert names(deniz, f"q={query}") == ["Amira Haddad"]


def test_inbox_finds_by_case_code_and_receipt_number(case: Case, deniz: Client) -> None:
    somebody("Bea")
    assert names(deniz, f"q={case.code}") == ["Amira Haddad"]
    assert names(deniz, f"q={case.submissions.get().number}") == ["Amira Haddad"]


def test_inbox_that_finds_nothing_says_what_to_do(case: Case, deniz: Client) -> None:
    response = deniz.get(f"{INBOX}?q=Niemand")
    assert response.context["rows"] == []
    assert "Kein Fall passt zu dieser Auswahl" in response.content.decode()


def test_inbox_takes_an_unknown_filter_as_none(case: Case, deniz: Client) -> None:
    assert names(deniz, "wer=x&stand=x&leistung=x&page=x") == ["Amira Haddad"]


def test_inbox_shows_50_rows_a_page(deniz: Client) -> None:
    somebody("Bea")
    template = Case.objects.get()
    Case.objects.bulk_create(
        Case(person=template.person, service="HA", service_version=1, team=template.team, received_at=at(1))
        for _ in range(50)
    )
    assert len(names(deniz)) == 50
    assert len(names(deniz, "page=2")) == 1
    assert "page=2" in deniz.get(f"{INBOX}?stand=open").content.decode()


def test_inbox_shows_the_clock_of_an_application(deniz: Client) -> None:
    somebody("Bea", datetime(2026, 1, 15, 9, tzinfo=UTC))
    row = deniz.get(INBOX).context["rows"][0]
    assert row.clock.ends_on == date(2026, 7, 15)
