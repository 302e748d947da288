"""Scanned stacks: what a cover sheet of ours says is done by itself, everything else is only proposed."""

import uuid

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction
from django.utils import timezone

from casework import actions, events, placing, suggestions
from casework.clock import start_of_day
from casework.effects import read, suggest
from casework.envelope import SYSTEM, Actor, Role
from casework.models import Batch, Case, CoverSheet, Event, Outbox, Page, Requirement, Submission
from casework.receipts import receipt_of
from casework.workflow import RequirementState
from channels.post import adapter
from tests import cast, files

pytestmark = pytest.mark.django_db


def bernd() -> Actor:
    return Actor(Role.COUNTER, cast.bernd().pk)


def amiras_case() -> Case:
    return cast.case_of(cast.receive())


def sheet(case: Case, kind: str = "payslip") -> CoverSheet:
    asked = actions.request_paper(
        case, kind, "needed_for_decision", timezone.localdate(), Actor(Role.CASEWORKER, cast.deniz().pk)
    )
    return actions.print_cover_sheets(case, [asked], Actor(Role.CASEWORKER, cast.deniz().pk))[0]


def stack(*pages: str | CoverSheet) -> Batch:
    """A stack whose pages were read and recognised: "" text, "_" blank, "?" nothing found, else a code."""
    scanned = SimpleUploadedFile("stapel.pdf", files.pdf(len(pages)))
    batch = adapter.keep_batch(scanned, timezone.localdate(), None, bernd(), key=uuid.uuid4())
    read.run(str(batch.file_id))
    for number, page in enumerate(pages, start=1):
        content = f"ANGK1:{page.code}" if isinstance(page, CoverSheet) else page.strip("_?")
        codes = [{"format": "QRCode", "content": content, "place": [0, 0, 1, 1]}] if content else []
        Page.objects.filter(file=batch.file_id, number=number).update(
            codes=codes, blank=page == "_", recognised_at=timezone.now(), text="" if page == "?" else "Text"
        )
    batch.refresh_from_db()
    return batch


def papers(letter: Submission) -> list[tuple[str, list[tuple[int | None, int | None]]]]:
    return [
        (document.kind, [(part.first_page, part.last_page) for part in document.parts.all()])
        for document in letter.documents.all()
    ]


def aside(batch: Batch) -> dict[int, str]:
    return dict(batch.set_aside.values_list("page", "reason"))


def test_pages_behind_a_cover_sheet_become_a_letter_of_its_case() -> None:
    case = amiras_case()
    printed = sheet(case)
    batch = stack(printed, "", "_", "")
    done = suggestions.take_certain(batch)
    (letter,) = done.letters
    letter.refresh_from_db()
    assert (letter.case, letter.join_reason, letter.shows_case) == (case, "cover_sheet", True)
    assert letter.received_at == start_of_day(batch.arrived_on)
    assert papers(letter) == [("payslip", [(2, 2), (4, 4)])]
    assert aside(batch) == {1: "cover_sheet", 3: "blank"}
    assert letter.documents.get().requirement == printed.requirement
    assert printed.requirement is not None
    assert printed.requirement.state == RequirementState.RECEIVED
    assert receipt_of(letter).name == "Amira Haddad"


def test_letter_is_registered_and_the_register_still_verifies() -> None:
    from casework import register

    suggestions.take_certain(stack(sheet(amiras_case()), ""))
    assert not list(register.verify())


def test_two_cover_sheets_of_one_case_are_one_letter() -> None:
    case = amiras_case()
    suggestions.take_certain(stack(sheet(case), "", sheet(case, "lease"), "", ""))
    letter = Submission.objects.get(channel="post")
    assert papers(letter) == [("payslip", [(2, 2)]), ("lease", [(4, 5)])]


def test_document_answers_the_paper_its_sheet_was_printed_for() -> None:
    case = amiras_case()
    Requirement.objects.create(case=case, kind="payslip")
    asked = Requirement.objects.create(case=case, kind="payslip")
    (printed,) = actions.print_cover_sheets(case, [asked], bernd())
    (letter,) = suggestions.take_certain(stack(printed, "")).letters
    assert letter.documents.get().requirement == asked


def test_letter_registered_before_for_that_case_and_day_gets_the_pages() -> None:
    case = amiras_case()
    registered = adapter.register_letter(
        adapter.Letter(timezone.localdate(), sheets=1, case_id=case.public_id), bernd(), key=uuid.uuid4()
    )
    batch = stack(sheet(case), "")
    (letter,) = suggestions.take_certain(batch).letters
    assert letter == cast.submission(registered)
    assert Submission.objects.filter(channel="post").count() == 1
    assert papers(letter) == [("payslip", [(2, 2)])]


def test_two_letters_registered_before_are_not_guessed_between() -> None:
    case = amiras_case()
    for _ in range(2):
        letter = adapter.Letter(timezone.localdate(), case_id=case.public_id)
        adapter.register_letter(letter, bernd(), key=uuid.uuid4())
    suggestions.take_certain(stack(sheet(case), ""))
    assert Submission.objects.filter(channel="post").count() == 3


def test_sheet_of_a_closed_case_waits_for_a_person() -> None:
    case = amiras_case()
    batch = stack(sheet(case), "")
    actions.close_case(case, Actor(Role.CASEWORKER, cast.deniz().pk))
    assert suggestions.take_certain(batch).letters == ()
    (letter,) = suggestions.take_over(batch, bernd()).letters
    assert letter.case == case


def test_sheet_used_before_waits_for_a_person() -> None:
    printed = sheet(amiras_case())
    assert len(suggestions.take_certain(stack(printed, "")).letters) == 1
    again = stack(printed, "", "")
    assert suggestions.take_certain(again).letters == ()
    assert aside(again) == {}
    assert [flag.what for flag in suggestions.open_proposal(again).flags] == ["sheet_twice"]
    (letter,) = suggestions.take_over(again, bernd()).letters
    assert papers(letter) == [("payslip", [(2, 3)])]


def test_code_nobody_printed_does_nothing() -> None:
    batch = stack("ANGK1:0123456789AB", "")
    assert suggestions.take_certain(batch) == suggestions.Taken((), 0, 0)
    assert suggestions.open_proposal(batch).left_over == (1, 2)


def test_stack_not_recognised_yet_is_left_alone() -> None:
    batch = stack(sheet(amiras_case()), "")
    Page.objects.filter(file=batch.file_id).update(recognised_at=None)
    assert suggestions.take_certain(batch) == suggestions.Taken((), 0, 0)


def test_page_recognising_failed_on_makes_its_letter_wait_for_a_person() -> None:
    batch = stack(sheet(amiras_case()), "", "?", "")
    assert suggestions.take_certain(batch).letters == ()
    assert suggestions.open_proposal(batch).left_over == (3,)


def test_separators_and_blanks_are_laid_aside_and_the_letters_only_proposed() -> None:
    batch = stack("", "PATCHT", "", "_")
    done = suggestions.take_certain(batch)
    assert done == suggestions.Taken((), 0, 2)
    assert aside(batch) == {2: "separator", 4: "blank"}
    assert [letter.pages for letter in suggestions.open_proposal(batch).letters] == [(1,), (3,)]
    assert not Submission.objects.filter(channel="post").exists()


def test_proposal_taken_over_makes_letters_without_a_case() -> None:
    batch = stack("", "ANGK1:TRENNBLATT", "", "")
    done = suggestions.take_over(batch, bernd())
    assert [papers(letter) for letter in done.letters] == [[("other", [(1, 1)])], [("other", [(3, 4)])]]
    assert all(letter.case is None for letter in done.letters)
    assert suggestions.open_proposal(batch).numbers == ()


def test_doing_it_twice_does_nothing_more() -> None:
    batch = stack(sheet(amiras_case()), "", "PATCHT", "")
    suggestions.take_certain(batch)
    assert suggestions.take_certain(batch).letters == ()
    suggestions.take_over(batch, bernd())
    assert suggestions.take_over(batch, bernd()) == suggestions.Taken((), 0, 0)
    assert Submission.objects.filter(channel="post").count() == 2


def test_what_a_person_took_out_is_not_put_back_by_itself() -> None:
    batch = stack(sheet(amiras_case()), "")
    (letter,) = suggestions.take_certain(batch).letters
    actions.withdraw_scan(letter.documents.get(), bernd())
    assert suggestions.take_certain(batch).letters == ()
    assert [one.pages for one in suggestions.open_proposal(batch).letters] == [(2,)]


def test_letter_taken_over_again_is_the_same_letter() -> None:
    batch = stack("PATCHT", "", "")
    (letter,) = suggestions.take_over(batch, bernd()).letters
    actions.withdraw_scan(letter.documents.get(), bernd())
    (again,) = suggestions.take_over(batch, bernd()).letters
    assert again == letter
    assert papers(letter) == [("other", [(2, 3)])]


def test_page_given_to_a_letter_by_hand_is_not_proposed_any_more() -> None:
    batch = stack("PATCHT", "", "")
    adapter.split_new_letter(
        batch,
        [adapter.ScannedPaper("lease", (3,))],
        adapter.Letter(batch.arrived_on),
        bernd(),
        key=uuid.uuid4(),
    )
    assert [letter.pages for letter in suggestions.open_proposal(batch).letters] == [(2,)]


def test_receipt_of_a_letter_with_a_cover_sheet_shows_the_case() -> None:
    case = amiras_case()
    (letter,) = suggestions.take_certain(stack(sheet(case), "")).letters
    assert placing.case_shown_by(letter.number, cast.AMIRA.birth_date) == case


def test_sheet_not_used_yet_is_given_out_again() -> None:
    case = amiras_case()
    printed = sheet(case)
    assert printed.requirement is not None
    assert actions.print_cover_sheets(case, [printed.requirement], bernd()) == [printed]
    assert Event.objects.filter(kind="cover_sheets_printed").count() == 1
    suggestions.take_certain(stack(printed, ""))
    assert actions.print_cover_sheets(case, [printed.requirement], bernd()) != [printed]


def test_sheet_for_another_case_is_refused() -> None:
    case = amiras_case()
    other = cast.case_of(cast.receive(sender=cast.amira(given_name="Nora", family_name="Weiß")))
    asked = Requirement.objects.create(case=other, kind="lease")
    with pytest.raises(ValueError, match="asked for"):
        actions.print_cover_sheets(case, [asked], bernd())
    assert not CoverSheet.objects.exists()


def test_effect_takes_what_is_certain_once_a_stack_is_recognised() -> None:
    case = amiras_case()
    batch = stack(sheet(case), "")
    with transaction.atomic():
        row = events.record(events.FileRecognised(2), SYSTEM, file=batch.file)
    assert "suggest" in Outbox.objects.filter(event=row.pk).values_list("effect", flat=True)
    for _ in range(2):
        suggest.run(str(batch.file_id))
    assert Submission.objects.get(channel="post").case == case


def test_effect_leaves_files_alone_that_are_no_stack() -> None:
    ack = cast.receive(cast.paper())
    part = cast.submission(ack).documents.get().parts.get()
    suggest.run(str(part.file_id))
    assert Submission.objects.count() == 1


# --- a stack no code divides


def say(batch: Batch, *texts: str) -> None:
    """What is read on the pages, from the first on."""
    for number, text in enumerate(texts, start=1):
        Page.objects.filter(file=batch.file_id, number=number).update(text=text)


def two_letters() -> Batch:
    batch = stack("", "", "")
    say(
        batch,
        "Sehr geehrte Damen und Herren,\nanbei\nSeite 1 von 2",
        "Mit freundlichen Grüßen\nSeite 2 von 2",
        "Guten Tag,",
    )
    return batch


def test_guess_is_never_done_by_itself() -> None:
    batch = two_letters()
    suggestions.take_certain(batch)
    suggestions.take_over(batch, bernd())
    assert not Submission.objects.exists()
    assert [one.letter.pages for one in suggestions.guesses_of(batch)] == [(1, 2), (3,)]


def test_guessed_letters_are_taken_as_the_clerk_chose_them() -> None:
    batch = two_letters()
    done = suggestions.take_guesses(batch, {(3,)}, bernd())
    (letter,) = done.letters
    assert papers(letter) == [("other", [(3, 3)])]
    assert [one.letter.pages for one in suggestions.guesses_of(batch)] == [(1, 2)]
    with pytest.raises(suggestions.PagesTaken):
        suggestions.take_guesses(batch, {(3,)}, bernd())
    assert Submission.objects.count() == 1


def test_stack_that_codes_divide_is_not_guessed_at() -> None:
    batch = stack("", "PATCHT", "", "")
    say(batch, "Guten Tag,", "", "Guten Tag,", "Guten Tag,")
    assert suggestions.guesses_of(batch) == ()


def test_torn_cover_sheet_keeps_what_follows_from_the_case_before() -> None:
    """The next person's papers lie behind a sheet whose code cannot be read: a person has to look."""
    batch = stack(sheet(amiras_case()), "", "", "")
    say(batch, "", "Text", "Deckblatt\nLegen Sie dieses Blatt auf Ihre Unterlagen.", "Text")
    assert suggestions.take_certain(batch).letters == ()
    assert [flag.what for flag in suggestions.open_proposal(batch).flags] == ["worn_sheet"]
