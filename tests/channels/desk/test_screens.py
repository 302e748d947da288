"""The desk's pages over HTTP: who may look, finding people, making a new one, what was recorded today."""

import uuid
from datetime import date
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from casework import people
from casework.codes import grouped
from casework.models import Event, Person, Submission
from channels.desk import views
from tests import cast
from tests.channels.desk.pages import case_of, given, handover, record_url, search

pytestmark = pytest.mark.django_db


# --- who may look


@pytest.mark.parametrize("who", [cast.bernd, cast.deniz, cast.emil])
def test_desk_is_closed_to_other_roles(client: Client, who: Any) -> None:
    client.force_login(who())
    assert client.get(reverse("desk:start")).status_code == 403


def test_desk_asks_strangers_to_sign_in(client: Client) -> None:
    answer = client.get(reverse("desk:start"))
    assert answer.status_code == 302
    assert answer.headers["Location"].startswith(reverse("account_login"))


def test_receipt_page_of_a_colleague_is_not_found(desk: Client, amira: Person) -> None:
    other = cast.User.objects.create_user("cem@example.org", cast.PASSWORD, roles=["desk"])
    ack = cast.receive(
        channel=cast.Channel.DESK, actor=cast.Actor(cast.Role.DESK, other.pk), service="PAPERS"
    )
    assert desk.get(reverse("desk:done", args=[ack.submission_id])).status_code == 404


# --- finding


@pytest.mark.parametrize("text", ["amira haddad", "Haddad, Amira", "hadd", "3.7.1991", "Haddad 03.07.1991"])
def test_person_is_found_by_name_or_birth_date(desk: Client, amira: Person, text: str) -> None:
    assert search(desk, text).context["found"] == [amira]


def test_person_is_found_with_a_slip_in_the_birth_date_but_not_with_quite_another(
    desk: Client, amira: Person
) -> None:
    assert search(desk, "Haddad 4.7.1991").context["found"] == [amira]
    assert search(desk, "Haddad 14.12.1958").context["found"] == []


def test_number_of_case_or_receipt_leads_straight_to_the_person(desk: Client, amira: Person) -> None:
    case = amira.cases.get()
    receipt = case.submissions.get()
    for text in (grouped(case.code), receipt.number.lower(), f"https://portal.example/s/{receipt.secret}"):
        answer = search(desk, text)
        assert answer.redirect_chain[-1][0] == reverse("desk:person", args=[amira.public_id])


def test_customer_number_stands_before_people_of_similar_name(desk: Client, amira: Person) -> None:
    holder = people.create(cast.amira(family_name="Zander", customer_number="123A456789"))
    assert search(desk, "123 A 456789").redirect_chain[-1][0] == reverse(
        "desk:person", args=[holder.public_id]
    )


def test_exact_name_stands_before_longer_names(desk: Client) -> None:
    longer = people.create(cast.amira(family_name="Haddad-Abel"))
    exact = people.create(cast.amira())
    assert search(desk, "Amira Haddad").context["found"] == [exact, longer]


def test_more_than_twenty_results_are_cut_and_said(desk: Client) -> None:
    for day in range(1, 23):
        people.create(cast.amira(birth_date=date(1990, 1, day)))
    answer = search(desk, "Haddad")
    assert len(answer.context["found"]) == views.FEW
    assert answer.context["more"]


@pytest.mark.parametrize("count", [1, 3])
def test_search_takes_the_same_number_of_queries_for_any_number_of_people(
    desk: Client, count: int, django_assert_max_num_queries: Any
) -> None:
    for day in range(1, count + 1):
        people.create(cast.amira(birth_date=date(1990, 1, day)))
    with django_assert_max_num_queries(16):
        assert len(search(desk, "Haddad").context["found"]) == count


def test_search_text_stands_in_no_address(desk: Client, amira: Person) -> None:
    answer = search(desk, "Amira Haddad")
    assert "addad" not in answer.redirect_chain[-1][0]


def test_receipt_still_in_the_tray_is_said_to_be_there(desk: Client) -> None:
    ack = cast.receive(service="PAPERS")
    answer = search(desk, ack.number)
    assert answer.context["waiting"].number == ack.number
    assert "geht nicht verloren" in answer.content.decode()


def test_search_for_nothing_says_what_to_type(desk: Client) -> None:
    answer = search(desk, "  ")
    assert answer.context["form"].errors["text"] == ["Geben Sie einen Namen, ein Datum oder eine Nummer ein."]
    assert "<title>Fehler: " in answer.content.decode()


@pytest.mark.parametrize("text", ["\x00", "%' OR 1=1", "31.02.1990", "a" * 200, "🙂 \u202e"])
def test_search_survives_odd_input(desk: Client, text: str) -> None:
    assert search(desk, text).status_code == 200


def test_search_field_is_ready_for_a_scanner(desk: Client) -> None:
    assert " autofocus" in desk.get(reverse("desk:start")).content.decode()


# --- the person


def test_person_page_says_what_is_missing_and_what_is_there(desk: Client, amira: Person) -> None:
    cast.receive(cast.paper("lease"), service="PAPERS", keys=cast.Keys(person_id=amira.public_id))
    page = desk.get(reverse("desk:person", args=[amira.public_id])).content.decode()
    assert "fehlt noch" in page
    assert "Mietvertrag" in page
    assert "haben wir" in page


def test_looking_at_a_person_leaves_a_line_in_the_log_of_her_case(desk: Client, amira: Person) -> None:
    desk.get(reverse("desk:person", args=[amira.public_id]))
    seen = Event.objects.get(kind="case_viewed", case=amira.cases.get().pk)
    assert (seen.actor_role, seen.actor_user) == ("desk", cast.carla().pk)


def test_unknown_person_or_service_is_not_found(desk: Client, amira: Person) -> None:
    assert desk.get(reverse("desk:person", args=[uuid.uuid4()])).status_code == 404
    assert desk.get(reverse("desk:apply", args=[amira.public_id, "NONSENSE"])).status_code == 404


# --- a new person


def test_new_person_is_made_and_shown(desk: Client) -> None:
    answer = desk.post(reverse("desk:new_person"), given(customer_number="123 a 456789", city="Musterstadt"))
    made = Person.objects.get()
    assert answer.headers["Location"] == reverse("desk:person", args=[made.public_id])
    assert (made.name, made.birth_date, made.customer_number) == (
        "Amira Haddad",
        date(1991, 7, 3),
        "123A456789",
    )


def test_same_name_and_birth_date_asks_before_a_second_person_is_made(desk: Client, amira: Person) -> None:
    answer = desk.post(reverse("desk:new_person"), given(given_name="AMIRA"))
    assert Person.objects.get() == amira
    assert answer.context["known"] == [amira]
    assert "Ist es diese Person?" in answer.content.decode()


def test_second_person_of_the_same_name_can_be_made_on_purpose(desk: Client, amira: Person) -> None:
    desk.post(reverse("desk:new_person"), given() | {"other": str(amira.public_id)})
    assert Person.objects.count() == 2


def test_double_click_on_purpose_makes_only_one_more(desk: Client, amira: Person) -> None:
    sent = given() | {"other": str(amira.public_id)}
    desk.post(reverse("desk:new_person"), sent)
    answer = desk.post(reverse("desk:new_person"), sent)
    assert Person.objects.count() == 2
    assert len(answer.context["known"]) == 2


def test_customer_number_of_somebody_else_is_never_given_twice(desk: Client, amira: Person) -> None:
    Person.objects.filter(pk=amira.pk).update(customer_number="123A456789")
    sent = given(family_name="Zander", customer_number="123A456789") | {"other": str(amira.public_id)}
    answer = desk.post(reverse("desk:new_person"), sent)
    assert (answer.status_code, answer.context["known"]) == (200, [amira])


def test_new_person_starts_with_what_was_searched_for(desk: Client) -> None:
    found = search(desk, "Zoe Zander 3.7.1991")
    page = desk.get(reverse("desk:new_person"), {"suche": found.context["search"]})
    assert page.context["form"].initial == {
        "given_name": "Zoe",
        "family_name": "Zander",
        "birth_date": date(1991, 7, 3),
        "customer_number": "",
        "household_number": "",
    }


def test_impossible_birth_date_is_said_next_to_the_field_and_nothing_is_lost(desk: Client) -> None:
    answer = desk.post(reverse("desk:new_person"), given(birth_date_day="31", birth_date_month="2"))
    page = answer.content.decode()
    assert answer.context["form"].errors == {
        "birth_date": ["Prüfen Sie Tag und Monat. Diesen Tag gibt es nicht."]
    }
    assert 'value="Haddad"' in page
    assert 'value="31"' in page
    assert "<title>Fehler: " in page


# --- what I recorded today


def test_start_lists_what_i_recorded_today_and_nothing_of_others(desk: Client, amira: Person) -> None:
    desk.post(
        record_url(amira), handover(case=case_of(amira)) | {"papier-0-kind": "lease", "papier-0-sheets": "2"}
    )
    mine = Submission.objects.get(channel="desk")
    other = cast.User.objects.create_user("cem@example.org", cast.PASSWORD, roles=["desk"])
    cast.receive(channel=cast.Channel.DESK, actor=cast.Actor(cast.Role.DESK, other.pk), service="PAPERS")
    assert list(desk.get(reverse("desk:start")).context["today"]) == [mine]
