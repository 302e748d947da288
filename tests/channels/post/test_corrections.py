"""Putting scanned pages right: each act is done at once, told, and can be undone."""

import uuid

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from casework import actions, filestore, register
from casework.models import Batch, Document, Event, Page, Submission
from channels.post import adapter
from tests import cast, files
from tests.channels.post import mail

pytestmark = pytest.mark.django_db


@pytest.fixture
def bernd() -> Client:
    return mail.browser()


@pytest.fixture
def batch() -> Batch:
    return mail.batch(files.pdf(6))


def letter_with(batch: Batch, *papers: adapter.ScannedPaper) -> Submission:
    letter = mail.registered(sheets=None)
    adapter.split(batch, papers, letter, mail.actor())
    return letter


def paper(kind: str, *pages: int) -> adapter.ScannedPaper:
    return adapter.ScannedPaper(kind, pages)


def papers(letter: Submission) -> list[tuple[str, list[int]]]:
    return [
        (
            document.kind,
            [
                n
                for part in document.parts.all()
                for n in range(part.first_page or 0, (part.last_page or 0) + 1)
            ],
        )
        for document in letter.documents.order_by("position")
    ]


def test_paper_is_split_before_the_page_chosen(bernd: Client, batch: Batch) -> None:
    letter = letter_with(batch, paper("payslip", 1, 2, 3))
    document = letter.documents.get()
    assert bernd.get(reverse("post:correct", args=[document.public_id])).status_code == 200
    answer = bernd.post(reverse("post:split", args=[document.public_id]), {"page": "3"}, follow=True)
    assert "Geändert." in answer.content.decode()
    assert papers(letter) == [("payslip", [1, 2]), ("payslip", [3])]
    assert not list(register.verify())


def test_split_is_undone_and_done_again(bernd: Client, batch: Batch) -> None:
    letter = letter_with(batch, paper("payslip", 1, 2, 3))
    bernd.post(reverse("post:split", args=[letter.documents.get().public_id]), {"page": "2"})
    back = reverse("post:undo", args=[batch.public_id])
    assert "Rückgängig gemacht." in bernd.post(back, follow=True).content.decode()
    assert papers(letter) == [("payslip", [1, 2, 3])]
    bernd.post(back)
    assert papers(letter) == [("payslip", [1]), ("payslip", [2, 3])]


def test_two_papers_of_a_letter_are_joined(bernd: Client, batch: Batch) -> None:
    letter = letter_with(batch, paper("payslip", 1, 2), paper("lease", 3))
    second = letter.documents.get(kind="lease")
    page = bernd.get(reverse("post:correct", args=[second.public_id])).content.decode()
    assert "Mit dem Papier davor verbinden" in page
    bernd.post(reverse("post:join", args=[second.public_id]))
    assert papers(letter) == [("payslip", [1, 2, 3])]
    bernd.post(reverse("post:undo", args=[batch.public_id]))
    assert papers(letter) == [("payslip", [1, 2]), ("lease", [3])]


def test_page_moves_to_another_letter(bernd: Client, batch: Batch) -> None:
    letter, other = letter_with(batch, paper("payslip", 1, 2, 3)), mail.registered()
    document = letter.documents.get()
    given = {"pages": ["2"], "letter": str(other.public_id), "kind": "lease"}
    bernd.post(reverse("post:move", args=[document.public_id]), given)
    assert papers(letter) == [("payslip", [1, 3])]
    assert papers(other) == [("lease", [2])]
    bernd.post(reverse("post:undo", args=[batch.public_id]))
    assert (papers(letter), papers(other)) == ([("payslip", [1, 2, 3])], [])


def test_page_goes_back_into_the_stack(bernd: Client, batch: Batch) -> None:
    letter = letter_with(batch, paper("payslip", 1, 2))
    address = reverse("post:move", args=[letter.documents.get().public_id])
    bernd.post(address, {"pages": ["2"], "letter": "stack"})
    assert papers(letter) == [("payslip", [1])]


def test_moving_without_pages_or_target_is_said_beside_the_fields(bernd: Client, batch: Batch) -> None:
    letter = letter_with(batch, paper("payslip", 1, 2))
    answer = bernd.post(reverse("post:move", args=[letter.documents.get().public_id]))
    assert answer.status_code == 400
    for words in ("Haken Sie an, welche Seiten", "Wählen Sie aus, wohin"):
        assert words in answer.content.decode()
    assert papers(letter) == [("payslip", [1, 2])]


def test_paper_decided_on_is_not_changed(bernd: Client, batch: Batch) -> None:
    case = cast.case_of(cast.receive())
    letter = letter_with(batch, paper("payslip", 1, 2))
    if letter.case is None:
        actions.link(letter, case, mail.actor())
    document = letter.documents.get()
    actions.accept(document, mail.actor())
    answer = bernd.post(reverse("post:split", args=[document.public_id]), {"page": "2"}, follow=True)
    assert "schon entschieden" in answer.content.decode()
    assert papers(letter) == [("payslip", [1, 2])]


@pytest.mark.parametrize("page", ["1", "9", "", "x"])
def test_page_that_cannot_divide_the_paper_changes_nothing(bernd: Client, batch: Batch, page: str) -> None:
    letter = letter_with(batch, paper("payslip", 1, 2))
    bernd.post(reverse("post:split", args=[letter.documents.get().public_id]), {"page": page})
    assert papers(letter) == [("payslip", [1, 2])]


def test_undo_after_somebody_else_changed_it_does_nothing(bernd: Client, batch: Batch) -> None:
    letter = letter_with(batch, paper("payslip", 1, 2, 3))
    bernd.post(reverse("post:split", args=[letter.documents.get().public_id]), {"page": "2"})
    actions.withdraw_scan(letter.documents.first(), mail.actor())  # type: ignore[arg-type]
    answer = bernd.post(reverse("post:undo", args=[batch.public_id]), follow=True)
    assert "inzwischen geändert" in answer.content.decode()
    assert papers(letter) == [("payslip", [2, 3])]


def test_every_correction_stands_in_the_log_with_who_did_it(bernd: Client, batch: Batch) -> None:
    letter = letter_with(batch, paper("payslip", 1, 2))
    bernd.post(reverse("post:split", args=[letter.documents.get().public_id]), {"page": "2"})
    told = Event.objects.filter(submission=letter.pk, kind__in=("scan_withdrawn", "scanned"))
    assert [e.kind for e in told] == ["scanned", "scan_withdrawn", "scanned", "scanned"]
    assert {e.actor_user for e in told} == {cast.bernd().pk}
    assert Document.with_withdrawn.filter(submission=letter).count() == 3


@pytest.mark.parametrize("name", ["correct", "split", "join", "move"])
def test_paper_that_came_from_no_stack_is_not_found(bernd: Client, name: str) -> None:
    ack = cast.receive(cast.paper())
    document = cast.submission(ack).documents.get()
    address = reverse(f"post:{name}", args=[document.public_id])
    assert (bernd.get(address) if name == "correct" else bernd.post(address)).status_code == 404


def recognised(batch: Batch, **codes: str) -> None:
    Page.objects.filter(file=batch.file_id).update(recognised_at=timezone.now(), text="Text")
    for number, content in codes.items():
        Page.objects.filter(file=batch.file_id, number=int(number[1:])).update(
            codes=[{"format": "QRCode", "content": content, "place": [0, 0, 1, 1]}]
        )


def test_proposal_is_shown_taken_over_by_one_button_and_undone(bernd: Client, batch: Batch) -> None:
    recognised(batch, p1="PATCHT", p4="PATCHT")
    address = reverse("post:batch", args=[batch.public_id])
    assert "Vorschlag: 2 Briefe" in bernd.get(address).content.decode()
    answer = bernd.post(reverse("post:take_over", args=[batch.public_id]), follow=True)
    assert "Übernommen: 2 Briefe." in answer.content.decode()
    assert "Vorschlag" not in answer.content.decode()
    first, second = Submission.objects.order_by("pk")
    assert (papers(first), papers(second)) == ([("other", [2, 3])], [("other", [5, 6])])
    bernd.post(reverse("post:undo", args=[batch.public_id]))
    assert "Vorschlag: 2 Briefe" in bernd.get(address).content.decode()
    bernd.post(reverse("post:take_over", args=[batch.public_id]))
    assert Submission.objects.count() == 2


def test_cover_sheet_nobody_printed_is_named_on_the_screen(bernd: Client, batch: Batch) -> None:
    recognised(batch, p2="ANGK1:0123456789AB")
    page = bernd.get(reverse("post:batch", args=[batch.public_id])).content.decode()
    assert "Dieses Deckblatt kennen wir nicht, vielleicht ist es von einer anderen Stelle." in page
    assert "So übernehmen" not in page


def test_stack_without_codes_has_no_proposal(bernd: Client, batch: Batch) -> None:
    recognised(batch)
    assert "Vorschlag" not in bernd.get(reverse("post:batch", args=[batch.public_id])).content.decode()


def test_guessed_letters_are_shown_with_reasons_taken_over_and_undone(bernd: Client, batch: Batch) -> None:
    recognised(batch)
    salutation = "Sehr geehrte Damen und Herren,\nanbei die Unterlagen."
    Page.objects.filter(file=batch.file_id, number__in=(1, 4)).update(text=salutation)
    shown = bernd.get(reverse("post:batch", args=[batch.public_id])).content.decode()
    assert "Vermutung: 2 Briefe" in shown
    assert "Beginnt mit einer Anrede." in shown
    assert not Submission.objects.exists()
    take = reverse("post:take_guesses", args=[batch.public_id])
    for hostile in ("", "x", "4-5-6-7", "9" * 400):
        bernd.post(take, {"guess": hostile})
    assert not Submission.objects.exists()
    answer = bernd.post(take, {"guess": "4-5-6"}, follow=True).content.decode()
    assert "Übernommen: 1 Brief." in answer
    assert papers(Submission.objects.get()) == [("other", [4, 5, 6])]
    bernd.post(reverse("post:undo", args=[batch.public_id]))
    assert "Vermutung: 2 Briefe" in bernd.get(reverse("post:batch", args=[batch.public_id])).content.decode()


def test_codes_of_others_are_named_on_the_screen_without_their_content(bernd: Client, batch: Batch) -> None:
    recognised(batch, p2="BCD\n002\nGEHEIM", p3="ADAR-NEXTDOC")
    page = bernd.get(reverse("post:batch", args=[batch.public_id])).content.decode()
    assert "Zum Bezahlen (Überweisung): Seite 2" in page
    assert "Trennblatt oder Deckblatt einer anderen Stelle: Seite 3" in page
    assert "GEHEIM" not in page


def test_black_page_is_not_offered_as_an_empty_one(bernd: Client, batch: Batch) -> None:
    """All of one colour, but not blank: the scanner saw nothing, or too much."""
    recognised(batch)
    Page.objects.filter(file=batch.file_id, number=3).update(empty=True, blank=False, text="")
    Page.objects.filter(file=batch.file_id, number=4).update(empty=True, blank=True, text="")
    page = bernd.get(reverse("post:batch", args=[batch.public_id])).content.decode()
    assert page.count("kein Text erkannt") == 1
    assert "1 leere Seite beiseite legen" in page
    bernd.post(reverse("post:aside", args=[batch.public_id]), {"empty": "1"})
    assert list(batch.set_aside.values_list("page", flat=True)) == [4]


def test_torn_separator_is_named_on_the_screen(bernd: Client, batch: Batch) -> None:
    recognised(batch)
    text = "Trennblatt\nLegen Sie dieses Blatt zwischen zwei Briefe."
    Page.objects.filter(file=batch.file_id, number=3).update(text=text)
    page = bernd.get(reverse("post:batch", args=[batch.public_id])).content.decode()
    assert "Das sieht aus wie ein Trennblatt. Sein Code ist nicht lesbar" in page


def test_kind_read_on_a_page_is_taken_unless_another_is_chosen(bernd: Client, batch: Batch) -> None:
    recognised(batch)
    Page.objects.filter(file=batch.file_id, number=2).update(kind="lease")
    Page.objects.filter(file=batch.file_id, number=5).update(kind="no such kind")
    address = reverse("post:batch", args=[batch.public_id])
    assert '<option value="as_read" selected>' in bernd.get(address).content.decode()
    bernd.post(address, {"page": [1, 2], "kind": "as_read", "letter": "new", "key": uuid.uuid4()})
    assert papers(Submission.objects.get()) == [("lease", [1, 2])]
    said = bernd.post(address, {"page": [5], "kind": "as_read", "letter": "new", "key": uuid.uuid4()})
    assert "Wählen Sie aus, was für ein Papier das ist." in said.content.decode()
    aside = reverse("post:aside", args=[batch.public_id])
    assert bernd.post(aside, {"page": 5, "kind": "as_read"})["Location"] == address


def test_corrections_are_closed_to_everybody_else(batch: Batch) -> None:
    document = letter_with(batch, paper("payslip", 1, 2)).documents.get()
    for name, subject in (
        ("correct", document.public_id),
        ("take_over", batch.public_id),
        ("take_guesses", batch.public_id),
    ):
        assert (
            mail.browser("emil@example.org").get(reverse(f"post:{name}", args=[subject])).status_code == 403
        )
    assert mail.browser().post(reverse("post:take_over", args=[uuid.uuid4()])).status_code == 404


def test_page_is_turned_and_turned_back_while_the_file_stays(bernd: Client, batch: Batch) -> None:
    page = Page.objects.get(file=batch.file_id, number=2)
    page.words = [["Miete", 0.1, 0.2, 0.3, 0.05, 0.9]]
    page.codes = [{"format": "QRCode", "content": "x", "place": [0.0, 0.0, 0.2, 0.1]}]
    page.save()
    before, sha = (page.width, page.height), batch.file.sha256
    address = reverse("post:turn", args=[batch.public_id, 2])
    answer = bernd.post(address, {"degrees": "90"}, follow=True)
    assert "?v=90" in answer.content.decode()
    page.refresh_from_db()
    assert ((page.width, page.height), page.turned) == (before[::-1], 90)
    assert page.words[0][1:5] == pytest.approx([0.75, 0.1, 0.05, 0.3])
    assert page.codes[0]["place"] == pytest.approx([0.9, 0.0, 0.1, 0.2])
    bernd.post(address, {"degrees": "270"})
    page.refresh_from_db()
    assert ((page.width, page.height), page.turned) == (before, 0)
    assert page.words[0][1:5] == pytest.approx([0.1, 0.2, 0.3, 0.05])
    assert [e.data["degrees"] for e in Event.objects.filter(kind="page_turned")] == [90, 270]
    assert filestore.hash_read_back(batch.file) == sha


@pytest.mark.parametrize("degrees", ["45", "0", "-90", "viel", "360"])
def test_page_is_turned_by_quarters_only(bernd: Client, batch: Batch, degrees: str) -> None:
    address = reverse("post:turn", args=[batch.public_id, 2])
    assert bernd.post(address, {"degrees": degrees}).status_code == 404
    assert bernd.post(reverse("post:turn", args=[batch.public_id, 99])).status_code == 404
    assert not Event.objects.filter(kind="page_turned").exists()
