import pytest
from django.db import transaction
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from casework import outbox
from casework.effects.failed import notice
from casework.models import Case, Event, Outbox

FAILURES = "/faelle/stoerungen/"
# Session, user, failed rows, causes, when they failed, submissions (their own), team of the user.
QUERIES = 9


def failed(effect: str, event: Event) -> Outbox:
    row = outbox.add(effect, str(event.submission or event.file), event=event.pk)
    Outbox.objects.filter(pk=row.pk).update(state="failed", attempts=3, last_error="OSError: no answer")
    row.refresh_from_db()
    return row


@pytest.fixture
def failure(case: Case) -> Outbox:
    """Amira's receipt could not be sent."""
    row = failed("mail_receipt", Event.objects.get(kind="received"))
    with transaction.atomic():
        notice(row)
    return row


def test_failure_is_shown_in_words_with_the_detail_folded(failure: Outbox, deniz: Client) -> None:
    page = deniz.get(FAILURES).content.decode()
    assert "Beleg per E-Mail schicken" in page
    assert "3-mal versucht" in page
    assert "<details><summary>Technische Einzelheiten" in page
    assert "mail_receipt" not in page


def test_failure_is_pointed_out_in_the_inbox(failure: Outbox, deniz: Client) -> None:
    assert "Eine Aufgabe im Hintergrund ist gescheitert." in deniz.get("/faelle/").content.decode()


def test_failure_of_another_teams_case_is_not_shown(failure: Outbox, emil: Client) -> None:
    assert emil.get(FAILURES).context["failures"] == []
    assert emil.post(reverse("review:retry", args=[failure.pk])).status_code == 404


def test_failure_to_read_a_file_of_another_teams_case_is_not_shown(
    case: Case, deniz: Client, emil: Client
) -> None:
    failed("read", Event.objects.filter(kind="file_kept").first())  # type: ignore[arg-type]
    assert len(deniz.get(FAILURES).context["failures"]) == 1
    assert emil.get(FAILURES).context["failures"] == []


def test_retry_puts_it_back_on_the_list_of_work(failure: Outbox, deniz: Client) -> None:
    deniz.post(reverse("review:retry", args=[failure.pk]))
    failure.refresh_from_db()
    assert (failure.state, failure.attempts) == ("due", 0)
    assert "Alles läuft" in deniz.get(FAILURES).content.decode()


def test_retry_of_what_did_not_fail_is_not_found(case: Case, deniz: Client) -> None:
    row = Outbox.objects.filter(state="due").first()
    assert row is not None
    assert deniz.post(reverse("review:retry", args=[row.pk])).status_code == 404


@pytest.mark.parametrize("failures", [1, 3])
def test_failures_ask_the_same_number_of_queries_whatever_the_rows(
    failures: int, case: Case, deniz: Client, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    cause = Event.objects.get(kind="received")
    for _ in range(failures):
        failed("mail_receipt", cause)
    deniz.get(FAILURES)
    with django_assert_num_queries(QUERIES):
        assert len(deniz.get(FAILURES).context["failures"]) == failures
