"""Rules of scanners started from the portal: eSCL against a real server, SANE with its own test device."""

import uuid
from collections.abc import Iterator
from datetime import date

import pytest
from django.conf import LazySettings

from casework import filestore
from casework.effects import read
from casework.models import Batch
from channels.models import InletNote
from channels.post.inlets import escl
from channels.post.inlets.escl import ScannerError
from channels.post.inlets.scanner import scan, scanners
from tests import files
from tests.channels.post import mail
from tests.channels.post.inlets.escl_server import Scanner
from tests.conftest import program

pytestmark = pytest.mark.django_db
ARRIVED = date(2026, 10, 30)


@pytest.fixture
def device(settings: LazySettings) -> Iterator[Scanner]:
    scanner = Scanner()
    settings.SCANNERS = {"Poststelle": scanner.url}
    yield scanner
    scanner.stop()


@pytest.fixture
def sane(settings: LazySettings) -> None:
    program("scanimage", "sane-utils")
    settings.SCANNERS = {"Nebenraum": "sane:test:0"}


def scanned(name: str = "Poststelle", *, duplex: bool = False, sheets: int | None = None) -> list[Batch]:
    return scan(name, ARRIVED, sheets, mail.actor(), duplex=duplex, job=uuid.uuid4())


def refused(name: str = "Poststelle", *, duplex: bool = False) -> str:
    with pytest.raises(ScannerError) as error:
        scanned(name, duplex=duplex)
    assert not Batch.objects.exists()
    return error.value.reason


def pages(batch: Batch) -> int:
    read.run(str(batch.file_id))
    batch.file.refresh_from_db()
    assert not batch.file.problem
    return batch.file.page_count


def test_stack_in_the_scanner_becomes_a_batch_of_the_clerk(device: Scanner) -> None:
    content = files.pdf(3)
    device.documents = [content]
    (batch,) = scanned(sheets=3)
    assert b"".join(filestore.read(batch.file)) == content
    assert (batch.source, batch.arrived_on, batch.sheets) == ("scanner", ARRIVED, 3)
    assert batch.scanned_by_id == mail.actor().user_id
    assert InletNote.objects.get().place == "Poststelle"
    assert device.requests == [
        ("GET", "/eSCL/ScannerCapabilities"),
        ("POST", "/eSCL/ScanJobs"),
        ("GET", "/eSCL/ScanJobs/17/NextDocument"),
        ("GET", "/eSCL/ScanJobs/17/NextDocument"),
        ("DELETE", "/eSCL/ScanJobs/17"),
    ]


@pytest.mark.parametrize("duplex", [True, False])
def test_order_says_how_to_scan(device: Scanner, duplex: bool) -> None:
    device.documents = [files.pdf()]
    scanned(duplex=duplex)
    (order,) = device.orders
    wanted = ("InputSource", "DocumentFormat", "XResolution", "ColorMode", "Duplex")
    assert [order[name] for name in wanted] == [
        "Feeder",
        "application/pdf",
        "300",
        "Grayscale8",
        "true" if duplex else "false",
    ]


def test_pages_sent_one_by_one_become_one_batch_in_their_order(device: Scanner) -> None:
    device.documents = [files.pdf(1, text=f"Blatt {n}") for n in range(4)]
    device.pauses = 1
    (batch,) = scanned(sheets=4)
    assert (pages(batch), batch.sheets) == (4, 4)


def test_files_that_cannot_be_joined_are_kept_each(device: Scanner) -> None:
    device.documents = [files.pdf(), files.broken_pdf()]
    assert len(scanned(sheets=2)) == 2
    assert {batch.sheets for batch in Batch.objects.all()} == {None}


def test_empty_feeder_and_busy_scanner_are_said(device: Scanner) -> None:
    assert refused() == "empty"
    device.busy = True
    assert refused() == "busy"


def test_scanner_that_cannot_turn_sheets_is_not_asked_to(device: Scanner) -> None:
    device.duplex, device.documents = False, [files.pdf()]
    assert refused(duplex=True) == "no_duplex"
    assert device.orders == []


def test_stack_too_large_is_refused_and_its_job_ended(device: Scanner, settings: LazySettings) -> None:
    settings.MAX_BATCH_BYTES, device.documents = 1000, [files.pdf()]
    assert refused() == "too_large"
    assert device.requests[-1] == ("DELETE", "/eSCL/ScanJobs/17")


def test_job_is_looked_for_on_the_configured_host_only(device: Scanner) -> None:
    other = Scanner()
    try:
        device.documents, device.location = [files.pdf()], f"{other.url}/ScanJobs/17"
        assert len(scanned()) == 1
        assert other.requests == []
    finally:
        other.stop()
    device.documents, device.location = [files.pdf(2)], "http://127.0.0.1/elsewhere"
    with pytest.raises(ScannerError, match="protocol"):
        scanned()


@pytest.mark.parametrize(
    "body",
    [
        b"no xml",
        b"<a/>",
        b'<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>',
        b"<a>" + b" " * (escl.MOST_XML + 1) + b"</a>",
    ],
    ids=["broken", "nothing", "dtd", "huge"],
)
def test_strange_capabilities_are_an_error(device: Scanner, body: bytes) -> None:
    device.capabilities, device.documents = body, [files.pdf()]
    assert refused() in ("protocol", "too_large")
    assert device.orders == []


def test_scanner_that_is_off_is_said(device: Scanner, settings: LazySettings) -> None:
    settings.SCANNERS = {"Poststelle": "http://127.0.0.1:9/eSCL"}
    assert refused() == "unreachable"


def test_only_scanners_of_the_settings_are_used(device: Scanner) -> None:
    assert [one.name for one in scanners()] == ["Poststelle"]
    assert refused(device.url) == "refused"
    assert device.requests == []


def test_same_job_again_scans_nothing(device: Scanner) -> None:
    job = uuid.uuid4()
    device.documents = [files.pdf(2)]
    first = scan("Poststelle", ARRIVED, None, mail.actor(), duplex=False, job=job)
    device.documents = [files.pdf(3)]
    assert scan("Poststelle", ARRIVED, None, mail.actor(), duplex=False, job=job) == first
    assert (len(device.orders), InletNote.objects.count()) == (1, 1)


def test_sane_scans_until_the_feeder_is_empty(sane: None) -> None:
    (batch,) = scanned("Nebenraum", sheets=10)
    assert pages(batch) == 10  # so many sheets SANE's test device holds
    assert batch.source == "scanner"


def test_sane_device_that_cannot_turn_sheets_is_said(sane: None) -> None:
    assert refused("Nebenraum", duplex=True) == "no_duplex"


def test_sane_device_that_is_not_there_is_said(sane: None, settings: LazySettings) -> None:
    settings.SCANNERS = {"Nebenraum": "sane:nirgends:0"}
    assert refused("Nebenraum") == "unreachable"
