"""What staff do: change and event together, stale decisions refused, every join undone with one act."""

import threading
from datetime import date, datetime
from zoneinfo import ZoneInfo

import pytest
from django.db import connection

from casework import actions
from casework.catalogue import UnknownEntry
from casework.envelope import Actor, Role
from casework.models import Case, Document, Event, Requirement
from casework.workflow import IllegalTransition, RequirementState
from tests import cast

pytestmark = pytest.mark.django_db
DUE = date(2026, 12, 6)
BERLIN = ZoneInfo("Europe/Berlin")


def deniz() -> Actor:
    return Actor(Role.CASEWORKER, cast.deniz().pk)


def document_of_a_new_case(kind: str = "payslip") -> Document:
    return cast.submission(cast.receive(cast.paper(kind))).documents.get()


def kinds(case: Case) -> list[str]:
    return list(Event.objects.filter(case=case.pk).values_list("kind", flat=True))


def test_first_look_is_told_once_and_every_look_is_logged() -> None:
    document = document_of_a_new_case()
    actions.open_document(document, deniz())
    actions.open_document(document, deniz())
    case = document.submission.case
    assert case is not None
    assert kinds(case).count("document_opened") == 1
    assert kinds(case).count("document_viewed") == 2


def test_two_decisions_contradict_and_the_second_is_refused() -> None:
    document = document_of_a_new_case()
    actions.accept(document, deniz())
    with pytest.raises(IllegalTransition):
        actions.reject(document, "unreadable", DUE, deniz())
    document.refresh_from_db()
    assert (document.state, document.reject_reason) == ("accepted", "")


@pytest.mark.django_db(transaction=True)
def test_two_decisions_at_the_same_moment_leave_one() -> None:
    document, actor = document_of_a_new_case(), deniz()
    refused = []

    def decide(accept: bool) -> None:
        try:
            if accept:
                actions.accept(document, actor)
            else:
                actions.reject(document, "unreadable", DUE, actor)
        except IllegalTransition as error:
            refused.append(error.event)
        connection.close()

    threads = [threading.Thread(target=decide, args=(n % 2 == 0,)) for n in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    decisions = Event.objects.filter(kind__in=["document_accepted", "document_rejected"])
    assert (decisions.count(), len(refused)) == (1, 3)


def test_reject_needs_a_reason_of_the_catalogue() -> None:
    document = document_of_a_new_case()
    with pytest.raises(UnknownEntry):
        actions.reject(document, "because", DUE, deniz())
    document.refresh_from_db()
    assert document.state == "in_case"


def test_reject_asks_for_the_paper_again_until_the_date_even_if_nobody_had_asked() -> None:
    document = document_of_a_new_case("letter")
    actions.reject(document, "cut_off", DUE, deniz())
    requirement = Requirement.objects.get(kind="letter")
    assert (requirement.state, requirement.due_on) == (RequirementState.RESEND, DUE)


def test_paper_sent_again_answers_the_rejected_one() -> None:
    first = cast.receive(cast.paper("identity_card"))
    actions.reject(cast.submission(first).documents.get(), "cut_off", DUE, deniz())
    cast.receive(cast.paper("identity_card"), service="PAPERS", number=first.number)
    assert Requirement.objects.get(kind="identity_card").state == RequirementState.RECEIVED


def test_undo_takes_the_decision_back() -> None:
    document = document_of_a_new_case()
    actions.reject(document, "cut_off", DUE, deniz())
    actions.undo_decision(document, deniz())
    document.refresh_from_db()
    assert (document.state, document.reject_reason) == ("opened", "")


def test_case_is_complete_on_the_day_the_last_needed_paper_arrived() -> None:
    first = cast.receive(cast.paper("identity_card"), received_at=datetime(2026, 11, 2, 10, tzinfo=BERLIN))
    cast.receive(
        cast.paper("bank_statement"),
        service="PAPERS",
        number=first.number,
        received_at=datetime(2026, 11, 9, 23, 59, tzinfo=BERLIN),
    )
    case = cast.case_of(first)
    for document in Document.objects.all():
        actions.accept(document, deniz())
        case.refresh_from_db()
    open_ones = [r for r in case.requirements.all() if r.state == RequirementState.MISSING]
    for requirement in open_ones:
        actions.waive(requirement, deniz())
    case.refresh_from_db()
    assert case.complete_on == date(2026, 11, 9)
    assert kinds(case).count("case_complete") == 1


def test_case_is_no_longer_complete_when_something_is_asked_for() -> None:
    test_case_is_complete_on_the_day_the_last_needed_paper_arrived()
    case = Case.objects.get()
    actions.request_paper(case, "lease", "contradiction", DUE, deniz())
    case.refresh_from_db()
    assert case.complete_on is None


def test_request_names_paper_reason_and_date() -> None:
    case = cast.case_of(cast.receive())
    requirement = actions.request_paper(case, "lease", "contradiction", DUE, deniz(), note="Seite 3")
    assert (requirement.kind, requirement.reason, requirement.due_on) == ("lease", "contradiction", DUE)
    event = Event.objects.get(kind="paper_requested")
    assert event.data == {
        "requirement": requirement.pk,
        "paper": "lease",
        "reason": "contradiction",
        "due_on": "2026-12-06",
    }


def test_request_of_a_paper_already_accepted_is_a_new_one() -> None:
    first = cast.receive(cast.paper("identity_card"))
    actions.accept(cast.submission(first).documents.get(), deniz())
    case = cast.case_of(first)
    actions.request_paper(case, "identity_card", "contradiction", DUE, deniz())
    states = [r.state for r in case.requirements.filter(kind="identity_card")]
    assert states == [RequirementState.ACCEPTED, RequirementState.MISSING]


def test_link_and_separate_and_link_again_keep_the_dates() -> None:
    first = cast.receive(received_at=datetime(2026, 11, 9, 12, tzinfo=BERLIN))
    early = datetime(2026, 10, 30, 12, tzinfo=BERLIN)
    no_day = cast.amira(birth_date=None)
    second = cast.receive(cast.paper(), service="PAPERS", sender=no_day, received_at=early)
    case = cast.case_of(first)
    actions.link(cast.submission(second), case, deniz())
    case.refresh_from_db()
    assert case.received_at == early
    actions.separate(cast.submission(second), deniz())
    case.refresh_from_db()
    assert case.received_at == datetime(2026, 11, 9, 12, tzinfo=BERLIN)
    actions.link(cast.submission(second), case, deniz())
    assert cast.case_of(second) == case
    assert cast.submission(second).received_at == early


def test_link_twice_is_refused() -> None:
    first = cast.receive()
    second = cast.receive(service="PAPERS", sender=cast.amira(birth_date=None))
    actions.link(cast.submission(second), cast.case_of(first), deniz())
    with pytest.raises(IllegalTransition):
        actions.link(cast.submission(second), cast.case_of(first), deniz())


def test_separated_submission_is_joined_again_by_no_machine() -> None:
    from casework import outbox

    number = cast.amira(customer_number="123A456789")
    first = cast.receive(sender=number)
    second = cast.receive(cast.paper(), service="PAPERS", sender=number)
    actions.separate(cast.submission(second), deniz())
    actions.close_case(cast.case_of(first), deniz())
    cast.receive(sender=number)
    while outbox.sweep():
        pass
    assert cast.submission(second).unclear == "separated"


def test_correct_kind_moves_the_paper_to_the_requirement_of_its_kind() -> None:
    document = document_of_a_new_case("letter")
    actions.correct_kind(document, "identity_card", deniz())
    document.refresh_from_db()
    assert document.requirement is not None
    assert document.requirement.kind == "identity_card"


def test_close_twice_is_refused_and_reopening_opens() -> None:
    case = cast.case_of(cast.receive())
    actions.close_case(case, deniz())
    with pytest.raises(IllegalTransition):
        actions.close_case(case, deniz())
    actions.reopen_case(case, deniz())
    case.refresh_from_db()
    assert case.state == "open"


def test_confirmed_join_shows_the_case_and_says_who_confirmed() -> None:
    number = cast.amira(customer_number="123A456789")
    cast.receive(sender=number)
    second = cast.receive(cast.paper(), service="PAPERS", sender=number)
    actor = deniz()
    actions.confirm_join(cast.submission(second), actor)
    actions.confirm_join(cast.submission(second), actor)
    assert cast.submission(second).shows_case is True
    assert Event.objects.get(kind="join_confirmed").actor_user == actor.user_id


def test_separated_paper_takes_the_completeness_back() -> None:
    test_case_is_complete_on_the_day_the_last_needed_paper_arrived()
    case = Case.objects.get()
    last = case.submissions.order_by("-received_at").first()
    assert last is not None
    actions.separate(last, deniz())
    case.refresh_from_db()
    assert case.complete_on is None
