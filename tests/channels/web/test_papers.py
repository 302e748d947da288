"""Files of a draft: kept as they come, never twice, what is wrong with them said at once."""

import pytest
from django.conf import LazySettings
from django.test import Client

from casework.models import Event, Page, Part, StoredFile
from channels.models import Draft, DraftFile
from channels.web import adapter
from tests import files
from tests.channels.web.walking import ANSWERS, at, begin, file, receipt_of, text

pytestmark = pytest.mark.django_db
PAYSLIP = "unterlagen/payslip/"


@pytest.fixture
def draft(client: Client) -> Draft:
    return begin(client)


def kept() -> list[str]:
    return [one.file.name for one in DraftFile.objects.select_related("file")]


def test_files_are_kept_at_once_with_an_event_each(client: Client, draft: Draft) -> None:
    answer = client.post(
        at(draft, PAYSLIP), {"files": [file("a.jpg", files.jpeg("a")), file("b.pdf", files.pdf(2))]}
    )
    assert answer["Location"] == at(draft, PAYSLIP)
    assert kept() == ["a.jpg", "b.pdf"]
    assert Event.objects.filter(kind="file_kept").count() == 2
    page = text(client.get(at(draft, PAYSLIP)))
    assert "Gespeichert" in page
    assert "b.pdf" in page


def test_the_same_file_again_is_not_kept_twice_and_says_so(client: Client, draft: Draft) -> None:
    for _ in range(2):
        answer = client.post(at(draft, PAYSLIP), {"files": [file("a.jpg", files.jpeg())]}, follow=True)
    assert "„a.jpg“ ist schon da." in text(answer)
    assert StoredFile.objects.count() == 1
    client.post(at(draft, "unterlagen/lease/"), {"files": [file("a.jpg", files.jpeg())]})
    assert kept() == ["a.jpg", "a.jpg"]  # the same photo for another paper is meant


def test_empty_files_are_kept_and_said_to_be_empty(client: Client, draft: Draft) -> None:
    answer = client.post(at(draft, PAYSLIP), {"files": [file("a.pdf", b""), file("b.pdf", b"")]}, follow=True)
    assert kept() == ["a.pdf", "b.pdf"]
    assert text(answer).count("aber sie ist leer") == 2


@pytest.mark.parametrize(
    ("problem", "words"), [("encrypted", "mit einem Kennwort"), ("damaged", "beschädigt")]
)
def test_what_reading_found_is_said_with_what_to_do(
    client: Client, draft: Draft, problem: str, words: str
) -> None:
    client.post(at(draft, PAYSLIP), {"files": [file("a.pdf", files.pdf())]})
    StoredFile.objects.update(problem=problem, read_at=draft.created_at)
    for page in (PAYSLIP, "pruefen/"):
        assert words in text(client.get(at(draft, page)))
    assert "Bitte prüfen" in text(client.get(at(draft, "unterlagen/")))


def test_any_type_of_file_is_kept(client: Client, draft: Draft) -> None:
    client.post(at(draft, PAYSLIP), {"files": [file("brief.exe", b"MZ\x00 no paper")]})
    assert kept() == ["brief.exe"]


def test_a_file_that_is_too_large_is_named_and_the_others_are_kept(
    client: Client, draft: Draft, settings: LazySettings
) -> None:
    settings.MAX_FILE_BYTES = 1024 * 1024
    answer = client.post(
        at(draft, PAYSLIP), {"files": [file("film.mp4", b"x" * 1024 * 1025), file("a.jpg", files.jpeg())]}
    )
    page = text(answer)
    assert page.count("„film.mp4“ ist zu groß: 2 MB. Eine Datei darf höchstens 1 MB haben.") == 2
    assert "<title>Fehler: " in page
    assert "a.jpg" in page
    assert kept() == ["a.jpg"]


def test_saving_without_a_file_says_what_to_do(client: Client, draft: Draft) -> None:
    page = text(client.post(at(draft, PAYSLIP)))
    assert page.count("Wählen Sie eine Datei aus oder machen Sie ein Foto.") == 2


def test_too_many_files_at_once_say_so_in_plain_words(
    client: Client, draft: Draft, settings: LazySettings
) -> None:
    settings.DATA_UPLOAD_MAX_NUMBER_FILES = 2
    many = [file(f"{number}.jpg", files.jpeg()) for number in range(3)]
    answer = client.post(at(draft, PAYSLIP), {"files": many})
    assert answer.status_code == 400
    assert "zu viele Dateien auf einmal" in text(answer)


def test_a_removed_file_is_gone_and_removing_it_twice_is_harmless(client: Client, draft: Draft) -> None:
    client.post(at(draft, PAYSLIP), {"files": [file("a.jpg", files.jpeg()), file("b.pdf", files.pdf())]})
    first = DraftFile.objects.get(file__name="a.jpg")
    for _ in range(2):
        assert client.post(at(draft, f"{PAYSLIP}seiten/"), {"remove": first.pk}).status_code == 302
    assert kept() == ["b.pdf"]
    assert StoredFile.objects.count() == 1


def test_nobody_removes_a_file_of_another_draft(client: Client, draft: Draft) -> None:
    client.post(at(draft, PAYSLIP), {"files": [file("a.jpg", files.jpeg())]})
    stranger = Client()
    theirs = begin(stranger)
    stranger.post(at(theirs, f"{PAYSLIP}seiten/"), {"remove": DraftFile.objects.get().pk})
    assert kept() == ["a.jpg"]


def test_pictures_of_pages_are_for_the_draft_they_belong_to(client: Client, draft: Draft) -> None:
    client.post(at(draft, PAYSLIP), {"files": [file("a.jpg", files.jpeg())]})
    one = DraftFile.objects.get()
    Page.objects.create(file=one.file, number=1, width=1, height=1, picture=b"big", thumbnail=b"small")
    assert client.get(at(draft, f"bild/{one.pk}/1/klein/")).content == b"small"
    assert client.get(at(draft, f"bild/{one.pk}/1/")).content == b"big"
    assert client.get(at(draft, f"bild/{one.pk}/2/")).status_code == 404
    stranger = Client()
    theirs = begin(stranger)
    assert stranger.get(at(theirs, f"bild/{one.pk}/1/")).status_code == 404
    assert stranger.get(at(draft, f"bild/{one.pk}/1/")).status_code == 404


def test_a_file_after_sending_leads_to_the_receipt_and_says_that_it_is_not_part_of_it(
    client: Client, draft: Draft
) -> None:
    ack = adapter.submit(draft)
    answer = client.post(at(draft, PAYSLIP), {"files": [file("a.jpg", files.jpeg())]})
    assert receipt_of(answer).number == ack.number
    assert "Die neue Datei gehört nicht dazu" in text(client.get(answer["Location"]))


def test_the_list_follows_from_the_answers_and_takes_other_papers(client: Client, draft: Draft) -> None:
    Draft.objects.filter(pk=draft.pk).update(answers={**ANSWERS, "change": ["move"]})
    assert at(draft, "unterlagen/lease/") in text(client.get(at(draft, "unterlagen/")))
    chosen = client.post(at(draft, "unterlagen/"), {"kind": "birth_certificate"})
    assert chosen["Location"] == at(draft, "unterlagen/birth_certificate/")
    assert "Wählen Sie aus" in text(client.post(at(draft, "unterlagen/"), {"kind": ""}))
    assert client.get(at(draft, "unterlagen/nix/")).status_code == 404


def upright(one: DraftFile, number: int = 1) -> Page:
    picture, thumbnail = files.webp((40, 60)), files.webp((20, 30))
    return Page.objects.create(
        file=one.file, number=number, width=40, height=60, picture=picture, thumbnail=thumbnail
    )


def test_pages_are_put_in_order_one_place_at_a_time(client: Client, draft: Draft) -> None:
    client.post(at(draft, PAYSLIP), {"files": [file(f"{n}.jpg", files.jpeg(n)) for n in "abc"]})
    last = DraftFile.objects.get(file__name="c.jpg")
    for order in (["a.jpg", "c.jpg", "b.jpg"], ["c.jpg", "a.jpg", "b.jpg"], ["c.jpg", "a.jpg", "b.jpg"]):
        assert client.post(at(draft, f"{PAYSLIP}seiten/"), {"forward": last.pk}).status_code == 302
        assert kept() == order
    submission = adapter.submit(draft)
    parts = Part.objects.filter(document__submission__public_id=submission.submission_id)
    assert [part.file.name for part in parts.order_by("position")] == ["c.jpg", "a.jpg", "b.jpg"]


def test_a_page_is_turned_and_its_picture_gets_another_address(client: Client, draft: Draft) -> None:
    client.post(at(draft, PAYSLIP), {"files": [file("a.jpg", files.jpeg())]})
    one = DraftFile.objects.get()
    upright(one)
    digest = one.file.sha256
    client.post(at(draft, f"{PAYSLIP}seiten/"), {"turn": f"{one.pk}.1"})
    page = Page.objects.get()
    assert (page.width, page.height, page.turned) == (60, 40, 90)
    assert f"bild/{one.pk}/1/?90" in text(client.get(at(draft, f"{PAYSLIP}ansehen/{one.pk}/1/")))
    assert StoredFile.objects.get().sha256 == digest


def test_pages_are_seen_large_one_after_the_other(client: Client, draft: Draft) -> None:
    client.post(at(draft, PAYSLIP), {"files": [file("a.jpg", files.jpeg()), file("b.pdf", files.pdf(2))]})
    first, second = DraftFile.objects.all()
    for one, number in ((first, 1), (second, 1), (second, 2)):
        upright(one, number)
    page = text(client.get(at(draft, f"{PAYSLIP}ansehen/{first.pk}/1/")))
    assert "Seite 1 von 3" in page
    assert at(draft, f"{PAYSLIP}ansehen/{second.pk}/1/") in page
    assert "Ja, alles gut lesbar" in text(client.get(at(draft, f"{PAYSLIP}ansehen/{second.pk}/2/")))
    assert client.get(at(draft, f"{PAYSLIP}ansehen/{second.pk}/3/"))["Location"] == at(draft, PAYSLIP)


@pytest.mark.parametrize("act", ["forward", "turn", "remove"])
def test_nobody_changes_a_file_of_another_draft(client: Client, draft: Draft, act: str) -> None:
    client.post(
        at(draft, PAYSLIP), {"files": [file("a.jpg", files.jpeg("a")), file("b.jpg", files.jpeg("b"))]}
    )
    one = DraftFile.objects.last()
    assert one is not None
    upright(one)
    stranger = Client()
    theirs = begin(stranger)
    value = f"{one.pk}.1" if act == "turn" else one.pk
    assert stranger.post(at(theirs, f"{PAYSLIP}seiten/"), {act: value}).status_code == 302
    assert stranger.post(at(draft, f"{PAYSLIP}seiten/"), {act: value}).status_code == 404
    assert kept() == ["a.jpg", "b.jpg"]
    assert Page.objects.get().turned == 0


@pytest.mark.parametrize("value", ["", "x", "1", "1.", ".1", "1.x", "9999.1", "\u0661.1", "1.1.1"])
def test_an_odd_page_number_changes_nothing(client: Client, draft: Draft, value: str) -> None:
    assert client.post(at(draft, f"{PAYSLIP}seiten/"), {"turn": value}).status_code == 302


def test_a_hint_is_shown_with_the_page_and_only_known_ones_are_kept(client: Client, draft: Draft) -> None:
    client.post(at(draft, PAYSLIP), {"files": [file("a.jpg", files.jpeg())]})
    DraftFile.objects.update(hints="blurred")
    assert "vielleicht unscharf" in text(client.get(at(draft, PAYSLIP)))
