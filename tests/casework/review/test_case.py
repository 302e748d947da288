from collections.abc import Callable
from datetime import date

import pytest
from django.db import DatabaseError, connection
from django.test import Client
from django.urls import reverse

from casework import actions
from casework.clock import berlin_day, database_now, start_of_day
from casework.envelope import Actor, Channel, Role
from casework.models import Case, Document, Event, Requirement, Submission, User
from tests import cast


def address(name: str, of: Case | Document | Submission | Requirement) -> str:
    return reverse(f"review:{name}", args=[of.public_id])


def seen(client: Client, case: Case) -> str:
    response = client.get(address("case", case))
    assert response.status_code == 200
    return str(response.content.decode())


def deniz_acts() -> Actor:
    return Actor(Role.CASEWORKER, cast.deniz().pk)


def test_case_is_logged_before_it_is_shown(case: Case, deniz: Client) -> None:
    seen(deniz, case)
    event = Event.objects.get(kind="case_viewed")
    assert (event.case, event.actor_user, event.actor_role) == (case.pk, cast.deniz().pk, "caseworker")
    assert event.data == {"purpose": "decide", "helper": None}


def test_case_is_not_shown_without_its_log_row(case: Case, deniz: Client) -> None:
    """The log refuses the row (here by a rule of the database): nothing is shown."""
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE casework_event ADD CONSTRAINT no_views CHECK (kind <> 'case_viewed')")
    with pytest.raises(DatabaseError):
        deniz.get(address("case", case))


def test_case_shows_the_three_dates_apart(case: Case, deniz: Client) -> None:
    case.complete_on = date(2026, 12, 1)
    case.save()
    page = seen(deniz, case)
    for label in ("Eingang", "Tag der Antragstellung", "Vollständig am"):
        assert label in page
    assert "1. Dezember 2026" in page


def test_case_shows_who_else_is_looking(case: Case, deniz: Client) -> None:
    colleague = cast._staff("dora@example.org", "Dora", "Dahl", ["caseworker"], cast.teams()[0])
    assert "Gerade auch hier" not in seen(deniz, case)
    actions.view_case(case, Actor(Role.CASEWORKER, colleague.pk))
    page = seen(deniz, case)
    assert "Gerade auch hier" in page
    assert "Dora Dahl" in page


def test_case_groups_papers_with_those_to_check_first(
    case: Case, payslip: Document, statement: Document, deniz: Client
) -> None:
    actions.accept(payslip, deniz_acts())
    groups = deniz.get(address("case", case)).context["groups"]
    assert [(g.state, [d.kind for d in g.documents]) for g in groups] == [
        ("open", ["bank_statement"]),
        ("accepted", ["payslip"]),
    ]


def test_case_shows_every_submission_with_its_own_date_and_channel(case: Case, deniz: Client) -> None:
    cast.receive(
        cast.paper("lease"), channel=Channel.POST, service="PAPERS", number=case.code, note="bitte eilig"
    )
    response = deniz.get(address("case", case))
    assert [a.submission.channel for a in response.context["arrivals"]] == ["web", "post"]
    assert "bitte eilig" in response.content.decode()


def test_case_shows_answers_as_given(db: None, deniz: Client) -> None:
    cast.teams()
    case = cast.case_of(cast.receive(answers={"given_name": "Amira", "family_name": "Haddad"}))
    page = seen(deniz, case)
    assert "Angaben ansehen" in page


def test_assign_to_me_and_to_nobody(case: Case, deniz: Client) -> None:
    me = cast.deniz()
    response = deniz.post(address("assign", case), {"assignee": me.pk})
    assert response.status_code == 302
    case.refresh_from_db()
    assert case.assigned_to == me
    deniz.post(address("assign", case), {"assignee": "nobody"})
    case.refresh_from_db()
    assert case.assigned_to is None


@pytest.mark.parametrize("who", [cast.emil, cast.bernd])
def test_assign_to_somebody_of_another_team_or_role_is_not_possible(
    who: Callable[[], User], case: Case, deniz: Client
) -> None:
    response = deniz.post(address("assign", case), {"assignee": who().pk})
    assert response.status_code == 404
    case.refresh_from_db()
    assert case.assigned_to is None


def test_request_names_paper_reason_date_and_own_words(case: Case, deniz: Client) -> None:
    due = date(berlin_day(database_now()).year + 1, 1, 15)
    given = {
        "kind": "pension_number",
        "reason": "contradiction",
        "due_on": due.isoformat(),
        "note": "Bitte die Vorderseite.",
        "someone_else": "on",
    }
    response = deniz.post(address("request", case), given)
    assert response.status_code == 302
    requirement = case.requirements.get(kind="pension_number")
    assert (requirement.reason, requirement.due_on, requirement.note, requirement.comes_from) == (
        "contradiction",
        due,
        "Bitte die Vorderseite.",
        "someone_else",
    )
    event = Event.objects.get(kind="paper_requested")
    assert "Vorderseite" not in str(event.data)


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"kind": ""}, "Wählen Sie ein Papier."),
        ({"kind": "moon_dust"}, "Wählen Sie ein Papier."),
        ({"reason": ""}, "Wählen Sie einen Grund."),
        ({"due_on": ""}, "Geben Sie ein Datum ein."),
        ({"due_on": "31.02.2027"}, "Geben Sie das Datum so ein"),
        ({"due_on": "2020-01-01"}, "Wählen Sie einen Tag nach heute."),
        ({"due_on": "2099-01-01"}, "Wählen Sie einen Tag innerhalb eines Jahres."),
        ({"note": "x" * 301}, "Kürzen Sie den Text"),
    ],
)
def test_request_with_a_mistake_keeps_what_was_typed(
    wrong: dict[str, str], words: str, case: Case, deniz: Client
) -> None:
    given = {"kind": "lease", "reason": "contradiction", "due_on": "2027-01-15", "note": "Bitte alles."}
    before = case.requirements.count()
    response = deniz.post(address("request", case), {**given, **wrong})
    page = response.content.decode()
    assert response.status_code == 400
    assert page.count(words) == 2  # in the summary and next to the field
    assert "<title>Fehler: " in page
    assert wrong.get("note", "Bitte alles.") in page
    assert case.requirements.count() == before


def test_request_form_knows_the_paper_of_the_checklist(case: Case, deniz: Client) -> None:
    page = deniz.get(address("request", case) + "?papier=lease").content.decode()
    assert '<option value="lease" selected>' in page


def test_waive_takes_a_paper_off_the_checklist(case: Case, deniz: Client) -> None:
    requirement = case.requirements.filter(documents=None).first()
    assert requirement is not None
    deniz.post(address("waive", requirement))
    requirement.refresh_from_db()
    assert requirement.state == "waived"
    assert "Doch anfordern" in seen(deniz, case)


def test_close_says_what_is_still_open_and_closes(case: Case, deniz: Client) -> None:
    page = deniz.get(address("close", case)).content.decode()
    assert "Über 2 Papiere ist noch nicht entschieden" in page
    case.refresh_from_db()
    assert case.state == "open"
    deniz.post(address("close", case))
    case.refresh_from_db()
    assert case.state == "closed"


def test_close_twice_says_so_and_changes_nothing(case: Case, deniz: Client) -> None:
    deniz.post(address("close", case))
    response = deniz.post(address("close", case), follow=True)
    assert "inzwischen schon abgeschlossen" in response.content.decode()
    assert Event.objects.filter(kind="case_closed").count() == 1


def test_reopen_brings_a_case_back(case: Case, deniz: Client) -> None:
    deniz.post(address("close", case))
    deniz.post(address("reopen", case))
    case.refresh_from_db()
    assert case.state == "open"


def test_separate_asks_first_and_says_what_happens(case: Case, deniz: Client) -> None:
    submission = case.submissions.get()
    page = deniz.get(address("separate", submission)).content.decode()
    assert "Es ist der einzige Eingang" in page
    submission.refresh_from_db()
    assert submission.case == case


def test_separate_puts_the_submission_into_the_tray_with_its_date(case: Case, deniz: Client) -> None:
    submission = case.submissions.get()
    response = deniz.post(address("separate", submission), {"case": case.public_id})
    assert response.headers["Location"].startswith(address("link", submission))
    after = Submission.objects.get(pk=submission.pk)
    assert (after.case, after.unclear, after.received_at) == (None, "separated", submission.received_at)


def test_separate_from_a_case_it_has_left_meanwhile_changes_nothing(case: Case, deniz: Client) -> None:
    """Somebody moved it to another case while the page was open."""
    submission = case.submissions.get()
    other = cast.case_of(cast.receive(sender=cast.amira(given_name="Bea", birth_date=date(1980, 1, 1))))
    actions.separate(submission, deniz_acts())
    actions.link(submission, other, deniz_acts())
    response = deniz.post(address("separate", submission), {"case": case.public_id}, follow=True)
    assert "Es wurde nichts geändert" in response.content.decode()
    submission.refresh_from_db()
    assert submission.case == other


def test_join_by_customer_number_waits_for_confirmation(db: None, deniz: Client) -> None:
    """The number stands on every letter: it does not prove who is looking."""
    cast.teams()
    sender = cast.amira(customer_number="123A456789")
    case = cast.case_of(cast.receive(sender=sender))
    later = cast.submission(cast.receive(cast.paper("lease"), sender=sender, service="PAPERS"))
    assert (later.case, later.join_reason, later.shows_case) == (case, "customer_number", False)
    assert "Gehört das wirklich zu dieser Person?" in seen(deniz, case)
    deniz.post(address("confirm_join", later))
    later.refresh_from_db()
    assert later.shows_case
    assert "Gehört das wirklich zu dieser Person?" not in seen(deniz, case)


def test_letter_of_which_only_the_day_is_known_shows_no_hour(case: Case, deniz: Client) -> None:
    day = start_of_day(date(2026, 11, 19))
    ack = cast.receive(
        cast.paper("lease"), channel=Channel.POST, service="PAPERS", number=case.code, received_at=day
    )
    assert cast.submission(ack).case == case
    page = seen(deniz, case)
    assert "19. November 2026" in page
    assert "00:00" not in page


@pytest.mark.parametrize("name", ["request", "close", "covers", "separate"])
def test_every_page_about_a_case_is_a_look_into_it(name: str, case: Case, deniz: Client) -> None:
    submission = case.submissions.get()
    about = submission.public_id if name == "separate" else case.public_id
    before = Event.objects.filter(kind="case_viewed", case=case.pk).count()
    assert deniz.get(reverse(f"review:{name}", args=[about])).status_code == 200
    assert Event.objects.filter(kind="case_viewed", case=case.pk).count() == before + 1
