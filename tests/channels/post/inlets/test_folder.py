"""Rules of the watched folder: nothing leaves it before it is kept, nothing is kept twice."""

import math
import os
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

import pytest
from django.conf import LazySettings
from django.db import connection
from django.utils import timezone

from casework import filestore, outbox
from casework.envelope import Role
from casework.models import Batch, Event, Outbox, Page, StoredFile
from channels.models import InletNote
from channels.post.inlets import notes
from channels.post.inlets.completeness import looks_complete
from channels.post.inlets.folder import Folder, is_being_written
from tests import cast, files

pytestmark = pytest.mark.django_db


def folder(root: Path, *, settle: float = 0, patience: float = 60) -> Folder:
    return Folder(root, settle=settle, patience=patience)


def kinds(watcher: Folder) -> list[str]:
    return [outcome.kind for outcome in watcher.look()]


def put(root: Path, name: str, content: bytes, *, age: float = 0) -> Path:
    """A file as somebody put it there, last changed `age` seconds ago."""
    path = root / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    then = time.time() - age
    os.utime(path, (then, then))
    return path


def names(root: Path) -> list[str]:
    """What still lies in the folder itself, apart from where done things go."""
    return sorted(
        str(path.relative_to(root))
        for path in root.rglob("*")
        if not path.is_dir() and path.relative_to(root).parts[0] not in ("erledigt", "zu-gross")
    )


def done(root: Path) -> list[Path]:
    return sorted((root / "erledigt" / timezone.localdate().isoformat()).iterdir())


def bytes_of(batch: Batch) -> bytes:
    return b"".join(filestore.read(batch.file))


def test_file_becomes_a_batch_of_the_same_bytes_and_is_put_away(tmp_path: Path) -> None:
    content = files.pdf(2)
    put(tmp_path, "scan.pdf", content)
    assert kinds(folder(tmp_path)) == ["taken"]
    batch = Batch.objects.get()
    assert (bytes_of(batch), batch.source, batch.scanned_by, batch.file.name) == (
        content,
        "folder",
        None,
        "scan.pdf",
    )
    assert names(tmp_path) == []
    assert [(path.name, path.read_bytes()) for path in done(tmp_path)] == [("scan.pdf", content)]
    assert Event.objects.get(kind="batch_scanned").actor_role == Role.SYSTEM
    assert Outbox.objects.filter(effect="read", subject=str(batch.file_id)).count() == 1


def test_file_is_deleted_where_the_office_wants_no_second_copy(tmp_path: Path) -> None:
    put(tmp_path, "scan.pdf", files.pdf())
    assert kinds(Folder(tmp_path, settle=0, delete=True)) == ["taken"]
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []
    assert Batch.objects.count() == 1


def test_day_of_arrival_is_the_day_the_file_was_written(tmp_path: Path) -> None:
    put(tmp_path, "old.pdf", files.pdf(text="old"), age=timedelta(days=3).total_seconds())
    put(tmp_path, "wrong-clock.pdf", files.pdf(text="new"), age=-timedelta(days=2).total_seconds())
    watcher = folder(tmp_path)
    list(watcher.look())
    today = timezone.localdate()
    assert {b.file.name: b.arrived_on for b in Batch.objects.all()} == {
        "old.pdf": today - timedelta(days=3),
        "wrong-clock.pdf": today,
    }


def test_file_that_was_changed_just_now_has_to_rest_first(tmp_path: Path) -> None:
    put(tmp_path, "scan.pdf", files.pdf())
    watcher = folder(tmp_path, settle=0.4)
    assert (kinds(watcher), watcher.waiting, names(tmp_path)) == ([], 1, ["scan.pdf"])
    time.sleep(0.5)
    assert (kinds(watcher), watcher.waiting) == (["taken"], 0)


def test_watcher_knows_when_the_first_file_will_have_settled(tmp_path: Path) -> None:
    watcher = folder(tmp_path, settle=2)
    assert (kinds(watcher), watcher.soonest) == ([], math.inf)
    put(tmp_path, "scan.pdf", files.pdf())
    assert kinds(watcher) == []
    assert 0 < watcher.soonest <= 2
    time.sleep(watcher.soonest)
    assert kinds(watcher) == ["taken"]


def test_file_that_changes_and_looks_as_before_is_hashed_again(tmp_path: Path) -> None:
    """Times of files are coarse: two writings may bear the same one."""
    before, after = files.pdf(text="vorher"), files.pdf(text="später")
    before, after = before.ljust(len(after), b"\n"), after.ljust(len(before), b"\n")
    path = put(tmp_path, "scan.pdf", before)
    watcher = folder(tmp_path, settle=20)
    assert kinds(watcher) == []
    assert watcher.sights[path].digest
    changed = path.stat().st_mtime_ns
    path.write_bytes(after)
    os.utime(path, ns=(changed, changed))
    watcher.settle = 0
    assert (kinds(watcher), Batch.objects.count(), StoredFile.objects.count()) == ([], 0, 0)
    assert kinds(watcher) == ["taken"]
    assert bytes_of(Batch.objects.get()) == after


def test_first_page_of_a_big_stack_is_there_with_its_bytes(tmp_path: Path) -> None:
    content = files.heavy_pdf()
    put(tmp_path, "stapel.pdf", content)
    assert kinds(folder(tmp_path)) == ["taken"]
    file = Batch.objects.get().file
    page = Page.objects.get(file=file)
    assert (page.number, page.width > 0, bytes(page.picture)[8:12]) == (1, True, b"WEBP")
    assert (file.read_at, bytes_of(Batch.objects.get()) == content) == (None, True)
    outbox.run(Outbox.objects.get(effect="read", subject=str(file.pk)).pk)
    assert list(Page.objects.order_by("number").values_list("number", flat=True)) == [1, 2]
    assert Page.objects.get(number=1).pk == page.pk


def test_big_stack_whose_first_page_cannot_be_drawn_is_taken_all_the_same(tmp_path: Path) -> None:
    content = files.broken_pdf() + os.urandom(17 << 20) + b"%%EOF"
    put(tmp_path, "stapel.pdf", content)
    assert kinds(folder(tmp_path)) == ["taken"]
    assert (bytes_of(Batch.objects.get()) == content, Page.objects.count()) == (True, 0)


def test_file_still_open_for_writing_is_left_alone(tmp_path: Path) -> None:
    content = files.pdf(3)
    path = tmp_path / "scan.pdf"
    watcher = folder(tmp_path)
    with path.open("wb") as writer:
        for piece in (content[:1000], content[1000:]):
            writer.write(piece)
            writer.flush()
            assert (kinds(watcher), watcher.waiting) == ([], 1)
    assert kinds(watcher) == ["taken"]
    assert bytes_of(Batch.objects.get()) == content


def test_writer_who_comes_while_it_is_asked_does_no_harm(tmp_path: Path) -> None:
    path = put(tmp_path, "scan.pdf", files.pdf())
    stop = threading.Event()

    def write() -> None:
        while not stop.is_set():
            with path.open("ab"):
                pass

    writer = threading.Thread(target=write)
    writer.start()
    try:
        with path.open("rb") as handle:
            answers = {is_being_written(handle) for _ in range(2000)}
    finally:
        stop.set()
        writer.join()
    assert answers <= {True, False}


@pytest.mark.parametrize(
    ("name", "content"),
    [("scan.pdf", files.pdf(2)), ("scan.jpg", files.jpeg()), ("scan.tif", files.tiff(2)), ("leer.pdf", b"")],
)
def test_file_cut_off_in_mid_copy_gets_more_patience(tmp_path: Path, name: str, content: bytes) -> None:
    half = content[: len(content) // 2]
    path = put(tmp_path, name, half)
    watcher = folder(tmp_path, patience=30)
    assert (kinds(watcher), watcher.waiting) == ([], 1)
    whole = content or files.pdf()
    path.write_bytes(whole)
    assert kinds(watcher) == ["taken"]
    assert bytes_of(Batch.objects.get()) == whole


def test_file_that_stays_cut_off_is_kept_with_its_problem(tmp_path: Path) -> None:
    half = files.pdf(2)[:700]
    put(tmp_path, "scan.pdf", half, age=31)
    assert kinds(folder(tmp_path, patience=30)) == ["taken"]
    assert bytes_of(Batch.objects.get()) == half


@pytest.mark.parametrize(
    "name", ["scan.pdf.part", "scan.tmp", ".scan.pdf", "scan.PDF.filepart", "~$scan.pdf", "Thumbs.db"]
)
def test_name_of_an_unfinished_file_is_not_looked_at(tmp_path: Path, name: str) -> None:
    put(tmp_path, name, files.pdf())
    watcher = folder(tmp_path)
    assert (kinds(watcher), watcher.waiting, names(tmp_path)) == ([], 0, [name])


def test_file_renamed_into_place_is_taken(tmp_path: Path) -> None:
    path = put(tmp_path, "scan.pdf.part", files.pdf())
    watcher = folder(tmp_path)
    assert kinds(watcher) == []
    path.rename(tmp_path / "scan.pdf")
    assert kinds(watcher) == ["taken"]


def test_unfinished_file_that_nobody_finishes_is_shown(tmp_path: Path) -> None:
    put(tmp_path, "scan.pdf.part", files.pdf(), age=4000)
    watcher = folder(tmp_path)
    assert [kinds(watcher), kinds(watcher)] == [["unfinished"], []]
    assert [(n.kind, n.name) for n in notes.waiting()] == [("unfinished", "scan.pdf.part")]
    assert names(tmp_path) == ["scan.pdf.part"]


def test_same_bytes_again_are_the_same_batch_with_a_note(tmp_path: Path) -> None:
    content = files.pdf(2)
    watcher = folder(tmp_path)
    put(tmp_path, "scan.pdf", content)
    assert kinds(watcher) == ["taken"]
    put(tmp_path, "scan.pdf", content)
    put(tmp_path, "noch einmal.pdf", content)
    assert kinds(watcher) == ["duplicate", "duplicate"]
    assert (Batch.objects.count(), StoredFile.objects.count()) == (1, 1)
    assert Outbox.objects.filter(effect="read").count() == 1
    assert names(tmp_path) == []
    assert [path.name for path in done(tmp_path)] == ["noch einmal.pdf", "scan (2).pdf", "scan.pdf"]
    batch = Batch.objects.get()
    found = [(note.name, note.kind, note.batch) for note in InletNote.objects.order_by("pk")]
    assert found == [
        ("scan.pdf", "taken", batch),
        ("noch einmal.pdf", "duplicate", batch),
        ("scan.pdf", "duplicate", batch),
    ]


def test_file_whose_bytes_were_committed_before_a_crash_is_only_moved(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(tmp_path, "scan.pdf", files.pdf())

    class PowerCut(BaseException):
        """Nothing catches it, as nothing catches the end of a process."""

    def cut(*args: object) -> None:
        raise PowerCut

    with monkeypatch.context() as patched:
        patched.setattr("channels.post.inlets.folder.move", cut)
        with pytest.raises(PowerCut):
            list(folder(tmp_path).look())
    assert (Batch.objects.count(), names(tmp_path)) == (1, ["scan.pdf"])
    assert kinds(folder(tmp_path)) == ["again"]
    assert (Batch.objects.count(), names(tmp_path)) == (1, [])
    assert [note.kind for note in InletNote.objects.all()] == ["taken"]


@pytest.mark.parametrize(
    ("name", "content"),
    [("leer.pdf", b""), ("kaputt.pdf", files.broken_pdf()), ("brief.docx", files.WORD), ("x", b"\x00\x01")],
)
def test_what_is_no_scan_is_kept_all_the_same(tmp_path: Path, name: str, content: bytes) -> None:
    put(tmp_path, name, content, age=100)
    assert kinds(folder(tmp_path)) == ["taken"]
    assert (bytes_of(Batch.objects.get()), names(tmp_path)) == (content, [])


def test_subfolder_names_the_source(tmp_path: Path) -> None:
    put(tmp_path, "Poststelle Süd/2026/scan.pdf", files.pdf())
    assert kinds(folder(tmp_path)) == ["taken"]
    assert InletNote.objects.get().place == "Poststelle Süd/2026"
    assert names(tmp_path) == []


@pytest.mark.parametrize(
    "name",
    [
        b"Stra\xdfe.pdf",  # not UTF-8
        b"zwei\nZeilen.pdf",
        "Ünïcödé 📎 \u202efdp.exe.pdf".encode(),
        b"-rf *.pdf",
        b"$(touch x);'\".pdf",
        b"a" * 251 + b".pdf",
        b"  .pdf",
    ],
)
def test_odd_name_does_no_harm(tmp_path: Path, name: bytes) -> None:
    path = Path(os.fsdecode(os.fsencode(tmp_path) + b"/" + name))
    content = files.pdf()
    for _ in range(2):  # the second time under a name that is taken in erledigt
        path.write_bytes(content)
        assert len(list(folder(tmp_path).look())) == 1
    assert names(tmp_path) == []
    assert os.fsencode(done(tmp_path)[0].name) == name or os.fsencode(done(tmp_path)[1].name) == name
    shown = Batch.objects.get().file.name
    assert "\n" not in shown
    assert shown.encode("utf-8").decode("utf-8") == shown


def test_links_are_refused_and_shown(tmp_path: Path) -> None:
    outside = put(tmp_path, "anderswo/geheim.pdf", files.pdf())
    root = tmp_path / "posteingang"
    root.mkdir()
    (root / "link.pdf").symlink_to(outside)
    (root / "ordner").symlink_to(outside.parent)
    os.mkfifo(root / "pipe.pdf")
    watcher = folder(root)
    assert [kinds(watcher), kinds(watcher)] == [["refused"] * 3, []]
    assert [note.name for note in notes.waiting()] == ["link.pdf", "ordner", "pipe.pdf"]
    assert Batch.objects.count() == 0
    assert outside.exists()


def test_file_too_large_is_put_apart_and_shown(tmp_path: Path, settings: LazySettings) -> None:
    settings.MAX_BATCH_BYTES = 1000
    content = files.pdf()
    put(tmp_path, "scan.pdf", content)
    watcher = folder(tmp_path)
    assert [kinds(watcher), kinds(watcher)] == [["too_large"], []]
    assert (tmp_path / "zu-gross" / "scan.pdf").read_bytes() == content
    assert [(n.kind, n.name) for n in notes.waiting()] == [("too_large", "scan.pdf")]
    assert (Batch.objects.count(), names(tmp_path)) == (0, [])


def test_file_that_cannot_be_moved_is_kept_once_and_shown(tmp_path: Path) -> None:
    put(tmp_path, "scan.pdf", files.pdf())
    (tmp_path / "erledigt").write_text("a file where the folder should be", encoding="utf-8")
    (tmp_path / "erledigt").rename(tmp_path / "erledigt.txt")
    (tmp_path / "erledigt").symlink_to("/proc/nirgends")
    watcher = folder(tmp_path)
    assert "stuck" in kinds(watcher)
    assert kinds(watcher) == []
    assert Batch.objects.filter(file__name="scan.pdf").count() == 1
    assert "scan.pdf" in names(tmp_path)
    assert ("stuck", "scan.pdf") in [(n.kind, n.name) for n in notes.waiting()]


def test_folder_that_is_not_there_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        list(folder(tmp_path / "nirgends").look())


def test_note_is_settled_by_a_person_once(tmp_path: Path) -> None:
    put(tmp_path, "scan.pdf.part", files.pdf(), age=4000)
    list(folder(tmp_path).look())
    note = notes.waiting().get()
    assert notes.settle(note.pk, cast.bernd())
    assert not notes.settle(note.pk, cast.bernd())
    assert list(notes.waiting()) == []


@contextmanager
def own_connection() -> Iterator[None]:
    try:
        yield
    finally:
        connection.close()


@pytest.mark.django_db(transaction=True)
def test_several_watchers_at_once_take_every_file_once(tmp_path: Path) -> None:
    letters = [files.pdf(text=f"Brief {number} ") for number in range(8)]
    for number in range(12):
        put(tmp_path, f"{number}.pdf", letters[number % 8])
    barrier = threading.Barrier(3)
    outcomes: list[str] = []

    def watch() -> None:
        with own_connection():
            barrier.wait()
            outcomes.extend(kinds(folder(tmp_path)))

    threads = [threading.Thread(target=watch) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == ["duplicate"] * 4 + ["taken"] * 8
    assert (Batch.objects.count(), StoredFile.objects.count(), InletNote.objects.count()) == (8, 8, 12)
    assert (names(tmp_path), len(done(tmp_path))) == ([], 12)


@pytest.mark.parametrize(
    ("content", "whole"),
    [
        (b"", False),
        (b"%PDF-1.7\n1 0 obj", False),
        (b"%PDF-1.7\n%%EOF\n", True),
        (b"\xff\xd8\xff\xe0 no end", False),
        (b"\xff\xd8\xff\xe0 end \xff\xd9", True),
        (b"II*\x00\x00\x00\x00\x00" + b"\x00" * 20, False),  # its writer fills in the directory at the end
        (b"II*\x00\xff\x00\x00\x00" + b"\x00" * 20, False),
        (b"MM\x00*\x00\x00\x00\x08" + b"\x00" * 20, True),
        (b"MM\x00*\x00\x00\x00\x08" + b"\x00\x00\x00\x00\x00\x08" + b"\x00" * 20, True),  # in a circle
        (b"MM\x00*\x00", False),
        (b"anything else", True),
    ],
)
def test_looks_complete(tmp_path: Path, content: bytes, whole: bool) -> None:
    path = put(tmp_path, "file", content)
    with path.open("rb") as handle:
        assert looks_complete(handle, len(content)) is whole
        assert handle.tell() == 0
