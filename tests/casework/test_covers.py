"""Cover sheets and separator sheets as they come out of the printer."""

import io
from datetime import date

import pikepdf
import pypdfium2
import pytest
from django.test import Client
from django.urls import reverse

from casework import actions, covers
from casework.envelope import Actor, Role
from casework.models import Case, CoverSheet, Event, Requirement
from tests import cast
from tests.channels.post import mail

pytestmark = pytest.mark.django_db


def deniz() -> Actor:
    return Actor(Role.CASEWORKER, cast.deniz().pk)


@pytest.fixture
def case() -> Case:
    cast.teams()
    found = cast.case_of(cast.receive())
    found.requirements.all().delete()
    for kind in ("payslip", "lease"):
        actions.request_paper(found, kind, "needed_for_decision", date(2026, 12, 1), deniz())
    return found


def words(pdf: bytes) -> list[str]:
    document = pypdfium2.PdfDocument(pdf)
    try:
        return [page.get_textpage().get_text_range() for page in document]
    finally:
        document.close()


def test_sheet_names_paper_day_person_and_office(case: Case) -> None:
    sheets = actions.print_cover_sheets(case, covers.to_come(case), deniz())
    pages = words(covers.cover_sheets_pdf(sheets))
    assert len(pages) == 2
    for text, paper in zip(pages, ("Lohnabrechnung", "Mietvertrag"), strict=True):
        for part in (paper, "1. Dezember 2026", "Amira Haddad", "Beispielallee 12", "Legen Sie dieses Blatt"):
            assert part in " ".join(text.split())


def test_separators_are_as_many_as_wanted() -> None:
    assert len(pikepdf.open(io.BytesIO(covers.separators_pdf(3))).pages) == 3
    assert len(pikepdf.open(io.BytesIO(covers.separators_pdf(0))).pages) == 1


def test_caseworker_prints_sheets_for_the_papers_she_ticks(case: Case) -> None:
    client = mail.browser("deniz@example.org")
    address = reverse("review:covers", args=[case.public_id])
    page = client.get(address).content.decode()
    assert page.count('type="checkbox"') == 2
    lease = case.requirements.get(kind="lease")
    answer = client.post(address, {"paper": [str(lease.public_id)]})
    assert answer["Content-Type"] == "application/pdf"
    assert len(words(answer.content)) == 1
    sheet = CoverSheet.objects.get()
    assert (sheet.requirement, sheet.printed_by) == (lease, cast.deniz())
    assert Event.objects.get(kind="cover_sheets_printed").data == {"papers": ["lease"]}
    assert (
        "Deckblätter gedruckt" in client.get(reverse("review:case", args=[case.public_id])).content.decode()
    )


def test_ticking_nothing_is_said_beside_the_ticks(case: Case) -> None:
    answer = mail.browser("deniz@example.org").post(reverse("review:covers", args=[case.public_id]))
    assert answer.status_code == 400
    assert "Wählen Sie mindestens eine Unterlage aus." in answer.content.decode()
    assert not CoverSheet.objects.exists()


def test_paper_of_another_case_cannot_be_ticked(case: Case) -> None:
    other = cast.case_of(cast.receive(sender=cast.amira(given_name="Nora", family_name="Weiß")))
    strange = Requirement.objects.create(case=other, kind="lease")
    address = reverse("review:covers", args=[case.public_id])
    answer = mail.browser("deniz@example.org").post(address, {"paper": [str(strange.public_id)]})
    assert answer.status_code == 400
    assert not CoverSheet.objects.exists()


def test_other_team_gets_no_sheets(case: Case) -> None:
    address = reverse("review:covers", args=[case.public_id])
    assert mail.browser("emil@example.org").get(address).status_code == 404


def test_desk_prints_all_sheets_of_a_case(case: Case) -> None:
    carla = mail.browser("carla@example.org")
    address = reverse("desk:covers", args=[case.person.public_id, case.public_id])
    assert address in carla.get(reverse("desk:person", args=[case.person.public_id])).content.decode()
    assert len(words(carla.post(address).content)) == 2
    assert Event.objects.filter(kind="cover_sheets_printed", actor_role="desk").count() == 1


def test_claimant_prints_sheets_for_what_is_missing(case: Case, client: Client) -> None:
    submission = case.submissions.get()
    address = reverse("my:covers", args=[submission.secret])
    assert address in client.get(reverse("my:status", args=[submission.secret])).content.decode()
    for _ in range(2):
        assert len(words(client.get(address).content)) == 2
    assert CoverSheet.objects.count() == 2


def test_receipt_that_does_not_show_the_case_prints_no_sheets(case: Case, client: Client) -> None:
    submission = case.submissions.get()
    submission.shows_case = False
    submission.save(update_fields=["shows_case"])
    address = reverse("my:covers", args=[submission.secret])
    assert address not in client.get(reverse("my:status", args=[submission.secret])).content.decode()
    assert client.get(address).status_code == 404
    assert not CoverSheet.objects.exists()


def test_counter_prints_separators() -> None:
    bernd = mail.browser()
    assert bernd.get(reverse("post:separators")).status_code == 200
    answer = bernd.get(reverse("post:separators"), {"anzahl": "2"})
    assert answer["Content-Type"] == "application/pdf"
    assert len(words(answer.content)) == 2


@pytest.mark.parametrize("typed", ["0", "101", "viele"])
def test_number_of_separators_is_checked(typed: str) -> None:
    answer = mail.browser().get(reverse("post:separators"), {"anzahl": typed})
    assert answer.status_code == 400
    assert "Geben Sie eine Zahl von 1 bis 100 ein." in answer.content.decode()
