"""What the counter sees of the ways for scans."""

import re
from pathlib import Path

import pytest
from django.conf import LazySettings
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from casework.models import Batch
from channels.models import NOTE_KINDS, InletNote
from channels.post.inlets import notes
from channels.post.inlets.taking import Thing
from channels.post.scanning import TROUBLE
from tests import files
from tests.channels.post import mail
from tests.channels.post.inlets.escl_server import Scanner
from tests.channels.post.inlets.test_folder import folder, put
from tests.channels.post.inlets.test_scanner import device

__all__ = ["device"]  # a fixture
pytestmark = pytest.mark.django_db
SCAN = {"scanner": "Poststelle", "sides": "both", "arrived_on": "30.10.2026", "sheets": "2"}
SCAN["key"] = "7b0f3c9e-6a0e-4f51-9c53-0c6b8f6f2d11"


def test_clerk_scans_a_stack_and_lands_on_it(device: Scanner) -> None:
    device.documents = [files.pdf(4)]
    browser = mail.browser()
    assert 'name="scanner"' in browser.get(reverse("post:scan")).content.decode()
    answer = browser.post(reverse("post:scan"), SCAN)
    batch = Batch.objects.get()
    assert answer["Location"] == reverse("post:batch", args=[batch.public_id])
    assert (batch.sheets, str(batch.arrived_on), device.orders[0]["Duplex"]) == (2, "2026-10-30", "true")
    assert browser.post(reverse("post:scan"), SCAN)["Location"] == answer["Location"]  # a double click
    assert len(device.orders) == 1


def test_scanner_without_paper_is_said_next_to_the_field_and_nothing_typed_is_lost(device: Scanner) -> None:
    page = mail.browser().post(reverse("post:scan"), SCAN).content.decode()
    assert "<title>Fehler: " in page
    assert page.count("Im Scanner liegt kein Papier. Legen Sie die Blätter ein.") == 2
    assert 'value="30.10.2026"' in page
    assert not Batch.objects.exists()


def test_scanner_not_of_this_office_is_refused(device: Scanner) -> None:
    page = mail.browser().post(reverse("post:scan"), {**SCAN, "scanner": device.url}).content.decode()
    assert "Wählen Sie einen Scanner aus." in page
    assert device.requests == []


def test_office_without_scanners_is_told_what_to_do(settings: LazySettings) -> None:
    settings.SCANNERS = {}
    page = mail.browser().get(reverse("post:scan")).content.decode()
    assert "Kein Scanner ist eingetragen" in page
    assert reverse("post:batch_add") in page


def test_every_reason_of_the_scanner_has_words() -> None:
    text = Path(__file__).parents[4].joinpath("channels/post/inlets").glob("*.py")
    used = {
        reason for path in text for reason in re.findall(r'ScannerError\(\s*"(\w+)"', path.read_text("utf-8"))
    }
    assert used <= set(TROUBLE)


@pytest.mark.parametrize("kind", NOTE_KINDS)
def test_every_note_has_words(kind: str) -> None:
    notes.write(Thing("folder", kind, f"{kind}.pdf", "Scanner 2"), kind)
    page = mail.browser().get(reverse("post:inlets")).content.decode()
    assert "Ordner: Scanner 2" in page
    words = re.findall(rf"{kind}\.pdf · ([^<]+)</span>", page)
    assert words
    assert words[0].strip()
    needs_somebody = kind not in notes.QUIET
    assert ("Erledigt" in page) is needs_somebody


def test_note_waits_on_the_start_page_until_somebody_settles_it(tmp_path: Path) -> None:
    put(tmp_path, "scan.pdf.part", files.pdf(), age=4000)
    list(folder(tmp_path).look())
    browser = mail.browser()
    assert "Wege für Scans <span" in browser.get(reverse("post:start")).content.decode()
    note = InletNote.objects.get()
    answer = browser.post(reverse("post:inlet_settle", args=[note.pk]))
    assert answer["Location"] == reverse("post:inlets")
    note.refresh_from_db()
    assert note.settled_by_id == mail.actor().user_id
    assert "erledigt von" in browser.get(reverse("post:inlets")).content.decode()
    assert "Wege für Scans <span" not in browser.get(reverse("post:start")).content.decode()


def test_list_asks_the_database_as_often_for_three_as_for_one(tmp_path: Path) -> None:
    browser = mail.browser()
    counts = []
    for number in range(3):
        put(tmp_path, f"{number}.pdf", files.pdf(text=f"Brief {number}"))
        put(tmp_path, f"{number}.pdf.part", files.pdf(), age=4000)
        list(folder(tmp_path).look())
        with CaptureQueriesContext(connection) as queries:
            browser.get(reverse("post:inlets"))
        counts.append(len(queries))
    assert counts[0] == counts[2]


def test_batch_says_by_itself_how_it_came(tmp_path: Path) -> None:
    put(tmp_path, "scan.pdf", files.pdf())
    list(folder(tmp_path).look())
    batch = Batch.objects.get()
    page = mail.browser().get(reverse("post:batch", args=[batch.public_id])).content.decode()
    assert "aus dem Ordner" in page
    assert "None" not in page


@pytest.mark.parametrize("who", ["carla@example.org", "deniz@example.org"])
def test_only_the_counter_sees_the_ways_for_scans(who: str) -> None:
    assert mail.browser(who).get(reverse("post:inlets")).status_code == 403
    assert mail.browser(who).post(reverse("post:scan"), SCAN).status_code == 403
