"""Every event a caseworker can meet has its line; the whole story of a case can be read."""

from datetime import date

import pytest
from django.db import transaction
from django.template.loader import get_template
from django.test import Client
from django.urls import reverse

from casework import actions, outbox
from casework.effects import mail_receipt, read, tell_unreadable
from casework.effects.failed import notice
from casework.envelope import Actor, Channel, Role
from casework.models import Case, Document, Event
from casework.timeline import STAFF_KINDS
from tests import cast, files


@pytest.mark.parametrize("kind", STAFF_KINDS)
def test_every_kind_has_its_line(kind: str) -> None:
    assert get_template(f"timeline/staff/{kind}.html")


def everything_happens() -> Case:
    user = cast.deniz()
    deniz = Actor(Role.CASEWORKER, user.pk)
    due = date(2027, 1, 15)
    ack = cast.receive(
        cast.paper("payslip"),
        cast.paper("bank_statement", files.encrypted_pdf(), "geheim.pdf"),
        notice_email="amira@example.org",
    )
    case, submission = cast.case_of(ack), cast.submission(ack)
    payslip, statement = Document.objects.filter(submission=submission).order_by("position")
    mail_receipt.run(str(submission.pk))
    file = str(statement.parts.get().file_id)
    read.run(file)
    tell_unreadable.run(file)
    actions.view_case(case, deniz)
    actions.open_document(payslip, deniz)
    actions.take_original(payslip, deniz)
    actions.assign(case, user, deniz)
    actions.accept(payslip, deniz)
    actions.undo_decision(payslip, deniz)
    actions.correct_kind(payslip, "identity_card", deniz)
    actions.accept(payslip, deniz)
    actions.reject(statement, "password", due, deniz)
    actions.waive(actions.request_paper(case, "pension_number", "contradiction", due, deniz), deniz)
    actions.assign(case, None, deniz)
    letter = cast.submission(
        cast.receive(
            service="PAPERS",
            channel=Channel.POST,
            sheets=2,
            actor=Actor(Role.COUNTER, cast.bernd().pk),
            sender=cast.amira(birth_date=None),
        )
    )
    actions.link(letter, case, deniz)
    actions.separate(letter, deniz)
    actions.link(letter, case, deniz)
    actions.close_case(case, deniz)
    actions.reopen_case(case, deniz)
    for requirement in case.requirements.all():
        actions.waive(requirement, deniz)
    row = outbox.add("render_receipt", str(submission.pk), event=Event.objects.filter(kind="received")[0].pk)
    with transaction.atomic():
        notice(row)
    return case


ACTS_OF_CASEWORK = {
    "trouble_found",
    "trouble_settled",
    "received",
    "joined",
    "separated",
    "left_unassigned",
    "case_opened",
    "case_assigned",
    "case_complete",
    "case_closed",
    "case_reopened",
    "case_viewed",
    "document_opened",
    "document_viewed",
    "document_accepted",
    "document_rejected",
    "decision_undone",
    "kind_corrected",
    "original_taken",
    "paper_requested",
    "paper_waived",
    "receipt_mailed",
    "unreadable_mailed",
    "effect_failed",
    "likeness_judged",
    "likeness_answered",
}


def test_whole_story_of_a_case_can_be_read(db: None, deniz: Client) -> None:
    case = everything_happens()
    response = deniz.get(reverse("review:case", args=[case.public_id]))
    assert response.status_code == 200
    shown = {line.kind for line in (*response.context["lines"], *response.context["looks"])}
    assert shown == ACTS_OF_CASEWORK
    assert set(STAFF_KINDS) > ACTS_OF_CASEWORK  # the mailroom's own are made by its tests
    page = response.content.decode()
    for words in (
        "Angenommen: Ausweis oder Pass.",
        "Grund: Mit Kennwort geschützt.",
        "Art geändert: „Lohnabrechnung“ ist „Ausweis oder Pass“.",
        "Zugewiesen an Deniz Demir.",
        "Gescheitert:",
        "Alle nötigen Papiere sind da und angenommen.",
    ):
        assert words in page


def test_looks_are_apart_from_what_was_done(case: Case, deniz: Client) -> None:
    for _ in range(3):
        response = deniz.get(reverse("review:case", args=[case.public_id]))
    assert [line.kind for line in response.context["looks"]] == ["case_viewed"]
    assert "case_viewed" not in [line.kind for line in response.context["lines"]]
