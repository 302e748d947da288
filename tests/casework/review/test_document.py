from datetime import date, timedelta
from uuid import uuid4

import pytest
from django.test import Client
from django.urls import reverse

from casework import actions, filestore
from casework.catalogue import catalogue
from casework.clock import berlin_day, database_now
from casework.effects import read
from casework.envelope import Actor, Channel, Paper, Role, Upload
from casework.models import Batch, Case, Document, Event, StoredFile
from tests import cast, files


def address(name: str, document: Document, *more: object) -> str:
    return reverse(f"review:{name}", args=[document.public_id, *more])


def deniz_acts() -> Actor:
    return Actor(Role.CASEWORKER, cast.deniz().pk)


def file_of(document: Document) -> StoredFile:
    return document.parts.get().file


def in_three_weeks() -> date:
    return berlin_day(database_now()) + timedelta(days=21)


def kinds_of(document: Document) -> list[str]:
    return list(Event.objects.filter(document=document.pk).values_list("kind", flat=True))


def test_first_look_is_logged_and_told_to_the_claimant(payslip: Document, deniz: Client) -> None:
    assert deniz.get(address("document", payslip)).status_code == 200
    payslip.refresh_from_db()
    assert payslip.state == "opened"
    assert kinds_of(payslip) == ["document_opened", "document_viewed"]


def test_second_look_is_logged_too(payslip: Document, deniz: Client) -> None:
    deniz.get(address("document", payslip))
    deniz.get(address("document", payslip))
    assert kinds_of(payslip).count("document_viewed") == 2
    assert kinds_of(payslip).count("document_opened") == 1


def test_pages_are_shown_as_pictures_with_words(statement: Document, deniz: Client) -> None:
    read.run(str(file_of(statement).pk))
    response = deniz.get(address("document", statement))
    page = response.content.decode()
    assert [sheet.number for sheet in response.context["sheets"]] == [1, 2]
    assert address("page", statement, 2) in page
    assert 'loading="lazy"' in page
    assert "Seite 2 von 2" in page
    picture = deniz.get(address("page", statement, 2))
    assert picture.headers["Content-Type"] == "image/webp"
    assert deniz.get(address("page", statement, 3)).status_code == 404


def test_picture_fetched_directly_is_logged_as_opening(statement: Document, deniz: Client) -> None:
    read.run(str(file_of(statement).pk))
    assert deniz.get(address("page", statement, 1)).status_code == 200
    assert "document_viewed" in kinds_of(statement)


def test_pages_of_a_batch_are_only_those_of_the_letter(case: Case, deniz: Client) -> None:
    file = filestore.keep([files.pdf(4)], "stapel.pdf", deniz_acts())
    read.run(str(file.pk))
    Batch.objects.create(key=uuid4(), file=file, arrived_on=date(2026, 11, 20), scanned_by=cast.bernd())
    ack = cast.receive(
        Paper("letter", (Upload(file.pk, first_page=2, last_page=3),)),
        channel=Channel.POST,
        service="PAPERS",
        number=case.code,
    )
    document = Document.objects.get(submission__public_id=ack.submission_id)
    response = deniz.get(address("document", document))
    assert [sheet.in_file for sheet in response.context["sheets"]] == [2, 3]
    assert deniz.get(address("page", document, 2)).status_code == 200
    assert deniz.get(address("page", document, 3)).status_code == 404
    # The whole stack holds letters of other people.
    assert deniz.get(address("original", document, 0)).status_code == 404


def test_file_with_a_virus_is_neither_shown_nor_given_out(statement: Document, deniz: Client) -> None:
    read.run(str(file_of(statement).pk))
    StoredFile.objects.filter(pk=file_of(statement).pk).update(virus="found")
    page = deniz.get(address("document", statement)).content.decode()
    assert "Schadprogramm gefunden" in page
    assert address("page", statement, 1) not in page
    assert deniz.get(address("page", statement, 1)).status_code == 404
    assert deniz.get(address("original", statement, 0)).status_code == 404
    assert deniz.post(address("original", statement, 0)).status_code == 404


def test_problem_of_a_file_is_said_in_words(case: Case, deniz: Client) -> None:
    ack = cast.receive(
        cast.paper("lease", files.encrypted_pdf(), "geheim.pdf"),
        service="PAPERS",
        number=case.code,
        sender=cast.amira(),
    )
    document = Document.objects.get(submission__public_id=ack.submission_id)
    read.run(str(file_of(document).pk))
    page = deniz.get(address("document", document)).content.decode()
    assert str(catalogue().problem("encrypted").label) in page
    assert "geheim.pdf" in page
    assert file_of(document).sha256 in page


def test_empty_page_is_pointed_out(case: Case, deniz: Client) -> None:
    ack = cast.receive(cast.paper("lease", files.pdf(2, blank=[2])), service="PAPERS", number=case.code)
    document = Document.objects.get(submission__public_id=ack.submission_id)
    read.run(str(file_of(document).pk))
    page = deniz.get(address("document", document)).content.decode()
    assert "Seite 2 sieht leer aus" in page
    assert "Seite 1 sieht leer aus" not in page


def test_paper_shown_at_the_desk_says_there_is_no_copy(case: Case, deniz: Client) -> None:
    ack = cast.receive(Paper("identity_card", shown=True), service="PAPERS", number=case.code)
    document = Document.objects.get(submission__public_id=ack.submission_id)
    assert "Es gibt keine Kopie" in deniz.get(address("document", document)).content.decode()


def test_accept_leads_to_the_next_paper_to_check(
    payslip: Document, statement: Document, deniz: Client
) -> None:
    response = deniz.post(address("accept", payslip))
    assert response.headers["Location"] == address("document", statement) + "#main"
    payslip.refresh_from_db()
    assert payslip.state == "accepted"


def test_last_decision_leads_back_to_the_case(
    case: Case, payslip: Document, statement: Document, deniz: Client
) -> None:
    deniz.post(address("accept", statement))
    response = deniz.post(address("accept", payslip), follow=True)
    assert response.redirect_chain[-1][0] == reverse("review:case", args=[case.public_id]) + "#main"
    assert "alle Papiere geprüft" in response.content.decode()


def test_reject_asks_again_with_reason_and_date(payslip: Document, deniz: Client) -> None:
    due = in_three_weeks()
    deniz.post(address("reject", payslip), {"reason": "cut_off", "due_on": due.isoformat()})
    payslip.refresh_from_db()
    assert (payslip.state, payslip.reject_reason) == ("resend", "cut_off")
    assert payslip.requirement is not None
    assert payslip.requirement.due_on == due
    assert payslip.requirement.state == "resend"


def test_reject_offers_the_offices_usual_date(payslip: Document, deniz: Client) -> None:
    page = deniz.get(address("document", payslip)).content.decode()
    usual = berlin_day(database_now()) + timedelta(days=catalogue().office.due_days)
    assert f'value="{usual:%d.%m.%Y}"' in page


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"due_on": "2027-03-01"}, "Wählen Sie einen Grund."),
        ({"reason": "ugly", "due_on": "2027-03-01"}, "Wählen Sie einen Grund."),
        ({"reason": "cut_off", "due_on": ""}, "Geben Sie ein Datum ein."),
        ({"reason": "cut_off", "due_on": "2020-01-01"}, "Wählen Sie einen Tag nach heute."),
    ],
)
def test_reject_with_a_mistake_says_so_and_decides_nothing(
    given: dict[str, str], words: str, payslip: Document, deniz: Client
) -> None:
    response = deniz.post(address("reject", payslip), given)
    page = response.content.decode()
    assert response.status_code == 400
    assert page.count(words) == 2
    assert "<details open>" in page
    payslip.refresh_from_db()
    assert payslip.state == "opened"


def test_stale_acceptance_says_what_was_decided_and_changes_nothing(payslip: Document, deniz: Client) -> None:
    actions.reject(payslip, "unreadable", in_three_weeks(), deniz_acts())
    response = deniz.post(address("accept", payslip))
    page = response.content.decode()
    assert response.status_code == 409
    assert "Inzwischen hat sich etwas geändert" in page
    assert "Noch einmal angefordert" in page
    assert "Deniz Demir" in page
    payslip.refresh_from_db()
    assert payslip.state == "resend"


def test_stale_rejection_keeps_what_was_wanted_in_sight(payslip: Document, deniz: Client) -> None:
    actions.accept(payslip, deniz_acts())
    due = in_three_weeks()
    response = deniz.post(address("reject", payslip), {"reason": "cut_off", "due_on": due.isoformat()})
    page = response.content.decode()
    assert response.status_code == 409
    assert "Sie wollten das Papier noch einmal anfordern: Rand abgeschnitten" in page
    payslip.refresh_from_db()
    assert payslip.state == "accepted"


def test_undo_opens_the_question_again(payslip: Document, deniz: Client) -> None:
    deniz.post(address("accept", payslip))
    deniz.post(address("undo", payslip), {"seen": "accepted"})
    payslip.refresh_from_db()
    assert payslip.state == "opened"


def test_undo_of_a_decision_nobody_showed_her_is_refused(payslip: Document, deniz: Client) -> None:
    """She saw "accepted"; meanwhile somebody undid that and rejected: her click must not undo that one."""
    actions.reject(payslip, "unreadable", in_three_weeks(), deniz_acts())
    response = deniz.post(address("undo", payslip), {"seen": "accepted"})
    assert response.status_code == 409
    payslip.refresh_from_db()
    assert payslip.state == "resend"


def test_corrected_kind_answers_the_requirement_of_that_kind(
    case: Case, payslip: Document, deniz: Client
) -> None:
    wanted = case.requirements.filter(documents=None).exclude(kind="payslip").first()
    assert wanted is not None
    deniz.post(address("kind", payslip), {"kind": wanted.kind})
    payslip.refresh_from_db()
    assert (payslip.kind, payslip.requirement) == (wanted.kind, wanted)


def test_unknown_kind_changes_nothing(payslip: Document, deniz: Client) -> None:
    response = deniz.post(address("kind", payslip), {"kind": "moon_dust"}, follow=True)
    assert "Es wurde nichts geändert" in response.content.decode()
    payslip.refresh_from_db()
    assert payslip.kind == "payslip"


def test_original_is_behind_an_extra_step_and_logged(payslip: Document, deniz: Client) -> None:
    page = deniz.get(address("original", payslip, 0))
    assert page.status_code == 200
    assert "original_taken" not in kinds_of(payslip)
    response = deniz.post(address("original", payslip, 0))
    assert response.headers["Content-Disposition"].startswith("attachment")
    assert b"".join(response.streaming_content) == b"".join(filestore.read(file_of(payslip)))  # type: ignore[attr-defined]
    assert "original_taken" in kinds_of(payslip)


def test_document_of_the_tray_can_be_looked_at_but_not_decided(db: None, deniz: Client) -> None:
    ack = cast.receive(cast.paper("lease"), service="PAPERS", sender=cast.amira())
    document = Document.objects.get(submission__public_id=ack.submission_id)
    page = deniz.get(address("document", document)).content.decode()
    assert "liegt noch in keinem Fall" in page
    assert deniz.post(address("accept", document)).status_code == 409
    document.refresh_from_db()
    assert document.state == "received"


def test_neighbours_lead_through_the_papers_of_the_case(
    payslip: Document, statement: Document, deniz: Client
) -> None:
    first = deniz.get(address("document", payslip))
    assert (first.context["before"], first.context["after"]) == (None, statement)
    second = deniz.get(address("document", statement))
    assert (second.context["before"], second.context["after"]) == (payslip, None)
