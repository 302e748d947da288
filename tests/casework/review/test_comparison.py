"""One application by web and on paper: differing answers side by side, and the caseworker's choice."""

import re
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from casework.applications import Row
from casework.clock import database_now
from casework.envelope import Actor, Channel, Role
from casework.models import Case, Event, Page, Submission
from casework.workflow import SUBMISSION, replayed
from tests import cast, files

BY_WEB = {
    "given_name": "Amira",
    "family_name": "Haddad",
    "housing_kind": "rent",
    "rent": "480.00",
    "city": "Musterstadt",
}


@pytest.fixture
def case(db: None) -> Case:
    """By web, and three days later written down at the desk with another rent."""
    cast.deniz(), cast.emil()
    first = cast.receive(answers=BY_WEB, received_at=database_now() - timedelta(days=3))
    at_desk(cast.case_of(first), rent="520.00")
    return cast.case_of(first)


def at_desk(case: Case, **changes: Any) -> Submission:
    ack = cast.receive(
        answers={**BY_WEB, **changes}, channel=Channel.DESK, actor=Actor(Role.DESK, cast.carla().pk)
    )
    sent = cast.submission(ack)
    assert sent.case == case
    return sent


def rows(client: Client, case: Case) -> tuple[Row, ...]:
    found: tuple[Row, ...] = (
        client.get(reverse("review:case", args=[case.public_id])).context["comparison"].rows
    )
    return found


def post(client: Client, case: Case, row: Row, submission: Submission | None) -> Any:
    data = {
        "question": row.key,
        "seen": row.mark,
        "submission": submission.public_id if submission else "",
    }
    return client.post(reverse("review:choose_answer", args=[case.public_id]), data, follow=True)


def test_web_and_desk_are_one_case_with_the_differing_answers_side_by_side(case: Case, deniz: Client) -> None:
    assert case.submissions.count() == 2
    (row,) = rows(deniz, case)
    assert [answer.words for answer in row.answers] == [("480,00 €",), ("520,00 €",)]
    page = deniz.get(reverse("review:case", args=[case.public_id])).content.decode()
    panel = re.search(r'aria-labelledby="differing".*?</section>', page, re.S)
    assert panel
    for words in ("Miete ohne Nebenkosten", "480,00 €", "520,00 €", "Internet", "Schalter", "offen"):
        assert words in panel[0]


def test_nothing_different_is_said_and_one_application_has_no_panel(db: None, deniz: Client) -> None:
    first = cast.receive(answers=BY_WEB)
    case = cast.case_of(first)
    address = reverse("review:case", args=[case.public_id])
    assert "Angaben im Vergleich" not in deniz.get(address).content.decode()
    at_desk(case)
    assert "Die Angaben widersprechen sich nicht." in deniz.get(address).content.decode()


def test_choice_is_an_event_with_its_actor_and_touches_no_submission(case: Case, deniz: Client) -> None:
    before = list(case.submissions.order_by("pk").values())
    (row,) = rows(deniz, case)
    chosen = row.answers[1].submission
    page = post(deniz, case, row, chosen).content.decode()
    assert "Diese Angabe gilt. Die andere bleibt" in page
    event = Event.objects.get(kind="answer_chosen")
    assert (event.case, event.submission) == (case.pk, chosen.pk)
    assert (event.actor_role, event.actor_user) == ("caseworker", cast.deniz().pk)
    assert event.data == {"question": "rent", "among": sorted(s["id"] for s in before)}
    assert list(case.submissions.order_by("pk").values()) == before
    (row,) = rows(deniz, case)
    assert (row.standing, row.chosen_by, [a.holds for a in row.answers]) == (
        "decided",
        cast.deniz(),
        [False, True],
    )
    assert "Festgelegt, was bei „Miete ohne Nebenkosten im Monat“ gilt" in page


def test_choice_is_taken_back_by_a_later_event(case: Case, deniz: Client) -> None:
    (row,) = rows(deniz, case)
    post(deniz, case, row, row.answers[0].submission)
    (row,) = rows(deniz, case)
    post(deniz, case, row, None)
    (row,) = rows(deniz, case)
    assert (row.standing, [a.holds for a in row.answers]) == ("open", [False, False])
    kinds = Event.objects.filter(kind__startswith="answer_cho").order_by("id").values_list("kind", flat=True)
    assert list(kinds) == ["answer_chosen", "answer_choice_undone"]


def test_newer_submission_that_differs_asks_again_and_keeps_what_was_chosen(
    case: Case, deniz: Client
) -> None:
    (row,) = rows(deniz, case)
    post(deniz, case, row, row.answers[1].submission)
    newest = at_desk(case, rent="499.00")
    (row,) = rows(deniz, case)
    assert (row.standing, [a.holds for a in row.answers]) == ("again", [False, True, False])
    assert [source.newer for answer in row.answers for source in answer.sources] == [False, False, True]
    post(deniz, case, row, newest)
    (row,) = rows(deniz, case)
    assert (row.standing, [a.holds for a in row.answers]) == ("decided", [False, False, True])


def test_correction_of_the_claimant_is_a_submission_like_the_others(case: Case, deniz: Client) -> None:
    first = case.submissions.earliest("pk")
    cast.receive(answers={**BY_WEB, "rent": "530.00"}, number=first.number, corrects=first.number)
    (row,) = rows(deniz, case)
    assert [answer.words for answer in row.answers] == [("480,00 €",), ("520,00 €",), ("530,00 €",)]


def test_choice_on_a_stale_page_changes_nothing(case: Case, deniz: Client) -> None:
    (row,) = rows(deniz, case)
    at_desk(case, rent="499.00")
    assert "Es wurde nichts geändert." in post(deniz, case, row, row.answers[0].submission).content.decode()
    assert not Event.objects.filter(kind="answer_chosen").exists()


def test_second_choice_from_the_same_page_changes_nothing(case: Case, deniz: Client) -> None:
    (row,) = rows(deniz, case)
    post(deniz, case, row, row.answers[0].submission)
    assert "Es wurde nichts geändert." in post(deniz, case, row, row.answers[1].submission).content.decode()
    assert Event.objects.filter(kind="answer_chosen").count() == 1


def test_choice_needs_a_post_and_a_caseworker_of_the_case(case: Case, deniz: Client, emil: Client) -> None:
    (row,) = rows(deniz, case)
    address = reverse("review:choose_answer", args=[case.public_id])
    assert deniz.get(address).status_code == 405
    assert emil.post(address, {"question": row.key, "seen": row.mark}).status_code == 404
    carla = Client()
    carla.force_login(cast.carla())
    assert carla.post(address, {"question": row.key, "seen": row.mark}).status_code == 403
    strange = cast.submission(
        cast.receive(answers=BY_WEB, sender=cast.amira(given_name="Zoe", family_name="Zander"))
    )
    assert post(deniz, case, row, strange).status_code == 404
    assert not Event.objects.filter(kind="answer_chosen").exists()


def test_separated_submission_takes_its_answer_and_the_choice_of_it_along(case: Case, deniz: Client) -> None:
    (row,) = rows(deniz, case)
    desk = row.answers[1].submission
    post(deniz, case, row, desk)
    deniz.post(reverse("review:separate", args=[desk.public_id]), {"case": case.public_id})
    response = deniz.get(reverse("review:case", args=[case.public_id]))
    assert response.context["comparison"].rows == ()
    assert "Ihr Eingang liegt nicht mehr in diesem Fall." in response.content.decode()


def test_states_told_by_the_log_stay_the_same_with_a_choice_in_it(case: Case, deniz: Client) -> None:
    (row,) = rows(deniz, case)
    post(deniz, case, row, row.answers[1].submission)
    for submission in case.submissions.all():
        kinds = Event.objects.filter(submission=submission.pk, document=None).order_by("id")
        assert replayed(SUBMISSION, list(kinds.values_list("kind", flat=True))) == submission.state


def test_numbers_on_a_scanned_form_and_what_the_mailroom_typed_are_compared(db: None, deniz: Client) -> None:
    iban = "DE02120300000000202051"
    case = cast.case_of(cast.receive(answers={**BY_WEB, "street": "Lindenweg 4", "iban": iban}))
    letter = cast.receive(
        cast.paper("form_ha", files.pdf(1, "Hauptantrag"), "scan.pdf"),
        channel=Channel.POST,
        actor=Actor(Role.COUNTER, cast.bernd().pk),
        sender=cast.amira(street="Lindenweg 14"),
        number=case.code,
    )
    part = cast.submission(letter).documents.get().parts.get()
    fields = [
        {"name": "iban", "value": "DE89370400440532013000", "confidence": 0.97},
        {"name": "customer_number", "value": "123A456789", "confidence": 0.5},
    ]
    Page.objects.create(file=part.file, number=1, width=1, height=1, fields=fields)
    found = {row.key: row for row in rows(deniz, case)}
    assert set(found) == {"street", "iban"}
    assert [s.read for answer in found["iban"].answers for s in answer.sources] == [False, True]
    assert found["street"].answers[1].words == ("Lindenweg 14",)
