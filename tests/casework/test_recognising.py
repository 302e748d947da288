"""What recognising leaves in the rows of pages, and what it makes possible."""

import json
import threading
from pathlib import Path

import psycopg
import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from PIL import Image

from casework import events, filestore, outbox
from casework.effects import recognise
from casework.envelope import SYSTEM, Actor, Role
from casework.models import Event, Outbox, Page, StoredFile
from tests import files
from tests.casework.reading.sheets import LETTER, PAYSLIP, saved, sheet, with_code
from tests.servers import database_url

pytestmark = pytest.mark.django_db(transaction=True)


def kept(pages: list[Image.Image], tmp_path: Path) -> StoredFile:
    content = saved(pages, tmp_path / "file").read_bytes()
    return filestore.keep([content], "brief.pdf", SYSTEM)


def do_all() -> None:
    while outbox.sweep():
        pass


def test_read_file_is_recognised_and_the_event_says_so(tmp_path: Path) -> None:
    cover = with_code(sheet(["Deckblatt"]), "ANGK1:A7K29QXM3TFB", "qr")
    file = kept([cover, sheet(LETTER), sheet()], tmp_path)
    do_all()
    first, letter, back = Page.objects.filter(file=file)
    assert [code["content"] for code in first.codes] == ["ANGK1:A7K29QXM3TFB"]
    assert (letter.kind, letter.language, letter.blank) == ("letter", "de", False)
    assert {"name": "household_number", "value": "12345//0001234"}.items() <= next(
        field.items() for field in letter.fields if field["name"] == "household_number"
    )
    assert back.blank
    assert Page.objects.filter(file=file, search="grundmiete").get() == letter
    (event,) = Event.objects.filter(kind=events.FileRecognised.kind, file=file.pk)
    assert event.data == {"pages": 3}


def test_page_upside_down_gets_an_upright_picture_and_the_file_stays(tmp_path: Path) -> None:
    file = kept([sheet(PAYSLIP).transpose(Image.Transpose.ROTATE_90)], tmp_path)
    before = (file.sha256, filestore.hash_read_back(file))
    do_all()
    page = Page.objects.get(file=file)
    assert page.turned == 90
    assert page.height > page.width
    assert page.kind == "payslip"
    assert (file.sha256, filestore.hash_read_back(file)) == before


def test_recognising_again_changes_nothing(tmp_path: Path) -> None:
    file = kept([sheet(LETTER).transpose(Image.Transpose.ROTATE_180)], tmp_path)
    do_all()
    before = Page.objects.values().get(file=file)
    recognise.run(str(file.pk))
    assert Page.objects.values().get(file=file) == before
    assert Event.objects.filter(kind=events.FileRecognised.kind, file=file.pk).count() == 1


def stack(pages: int) -> StoredFile:
    return filestore.keep([files.pdf(pages)], "stapel.pdf", Actor(Role.COUNTER), stack=True)


def test_several_workers_share_the_pages_of_a_stack() -> None:
    file = stack(40)
    outbox.run(Outbox.objects.get(effect="read").pk)
    started = threading.Barrier(2, timeout=60)

    def work() -> None:
        started.wait()
        try:
            do_all()
        finally:
            connection.close()

    threads = [threading.Thread(target=work) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not Page.objects.filter(file=file, recognised_at=None).exists()
    assert Event.objects.filter(kind=events.FileRecognised.kind, file=file.pk).count() == 1
    rows = Outbox.objects.filter(effect="recognise")
    assert rows.count() > 1
    assert not rows.exclude(state="done").exists()


def test_pages_somebody_is_at_are_left_to_him() -> None:
    file = stack(recognise.BLOCK * 2)
    outbox.run(Outbox.objects.get(effect="read").pk)
    name = f"recognise:{file.pk}:0"
    with psycopg.connect(database_url()) as other:
        other.execute("SELECT pg_advisory_lock(hashtextextended(%s, 0))", [name])
        do_all()
        left = Page.objects.filter(file=file, recognised_at=None).values_list("number", flat=True)
        assert list(left) == list(range(1, recognise.BLOCK + 1))
        assert not Event.objects.filter(kind=events.FileRecognised.kind, file=file.pk).exists()
    recognise.run(str(file.pk))
    assert Event.objects.filter(kind=events.FileRecognised.kind, file=file.pk).exists()


def test_recognising_begins_while_the_last_pages_are_still_drawn() -> None:
    file = stack(recognise.BLOCK + 2)
    outbox.run(Outbox.objects.get(effect="read").pk)
    StoredFile.objects.filter(pk=file.pk).update(read_at=None)
    recognise.run(str(file.pk))
    # The last two may not be all of their block yet.
    left = Page.objects.filter(file=file, recognised_at=None).values_list("number", flat=True)
    assert list(left) == [recognise.BLOCK + 1, recognise.BLOCK + 2]
    assert not Event.objects.filter(kind=events.FileRecognised.kind).exists()
    StoredFile.objects.filter(pk=file.pk).update(read_at=file.created_at)
    recognise.run(str(file.pk))
    assert Event.objects.filter(kind=events.FileRecognised.kind).count() == 1


def test_page_turned_by_hand_keeps_its_picture_and_places_fit_it(tmp_path: Path) -> None:
    file = kept([sheet(LETTER)], tmp_path)
    outbox.run(Outbox.objects.get(effect="read").pk)
    Page.objects.filter(file=file).update(turned=180, width=7)
    do_all()
    page = Page.objects.get(file=file)
    assert (page.turned, page.width) == (180, 7)
    assert page.words[0][2] > 0.8  # the first line stands at the foot of the picture


def test_missing_engine_is_a_failure_people_see(
    tmp_path: Path, settings: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.OCR_LANGUAGES = "xyz"  # type: ignore[attr-defined]
    monkeypatch.setattr(outbox, "MAX_ATTEMPTS", 1)
    file = kept([sheet(LETTER)], tmp_path)
    do_all()
    assert Page.objects.filter(file=file).exists()  # its picture is there all the same
    row = Outbox.objects.get(effect="recognise")
    assert row.state == "failed"
    assert "tesseract-ocr-xyz" in row.last_error


def test_read_pages_prints_one_object_a_page(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    import json

    path = saved([sheet(LETTER), sheet()], tmp_path / "brief.pdf")
    call_command("read_pages", path, "--json")
    first, second = map(json.loads, capsys.readouterr().out.splitlines())
    assert (first["file"], first["page"], first["rotation"], first["blank"]) == (str(path), 1, 0, False)
    assert (first["kind"], second["blank"]) == ("letter", True)
    assert first["seconds"] > 0


def test_read_pages_ends_with_an_error_for_a_file_that_is_none(tmp_path: Path) -> None:
    (tmp_path / "leer.pdf").write_bytes(b"")
    with pytest.raises(CommandError, match="empty"):
        call_command("read_pages", tmp_path / "leer.pdf")


def test_read_pages_reads_the_other_files_when_one_is_missing(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "da.pdf").write_bytes(files.pdf(1))
    with pytest.raises(CommandError, match=r"weg\.pdf"):
        call_command("read_pages", str(tmp_path / "weg.pdf"), str(tmp_path / "da.pdf"), "--json")
    (line,) = capsys.readouterr().out.splitlines()
    assert json.loads(line)["page"] == 1
