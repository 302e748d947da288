"""A client for network scanners without drivers: eSCL (Mopria eSCL Technical Specification 2.97).

Plain HTTP and XML: ask what the scanner can do, start a job, fetch pages until there are none, end the job.
Only the host that was configured is ever talked to, whatever the scanner answers.
"""

import http.client
import time
from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import urlsplit
from xml.etree import ElementTree as ET

TIMEOUT_SECONDS = 30
PAGE_SECONDS = 180  # how long one page, or a whole stack sent as one file, may take
MOST_XML = 1024 * 1024
PIECE = 256 * 1024

SCAN_SETTINGS = """<?xml version="1.0" encoding="UTF-8"?>
<scan:ScanSettings xmlns:scan="http://schemas.hp.com/imaging/escl/2011/05/03" \
xmlns:pwg="http://www.pwg.org/schemas/2010/12/sm">
  <pwg:Version>2.0</pwg:Version>
  <scan:Intent>Document</scan:Intent>
  <pwg:DocumentFormat>application/pdf</pwg:DocumentFormat>
  <scan:DocumentFormatExt>application/pdf</scan:DocumentFormatExt>
  <pwg:InputSource>{source}</pwg:InputSource>
  <scan:XResolution>{resolution}</scan:XResolution>
  <scan:YResolution>{resolution}</scan:YResolution>
  <scan:ColorMode>{colour}</scan:ColorMode>
  <scan:Duplex>{duplex}</scan:Duplex>
</scan:ScanSettings>
"""


class ScannerError(Exception):
    """It was not scanned. `reason`: unreachable, busy, empty, no_duplex, refused, too_large or protocol."""

    def __init__(self, reason: str, detail: str = "") -> None:
        super().__init__(f"{reason}: {detail}" if detail else reason)
        self.reason = reason


@dataclass(frozen=True)
class Capabilities:
    """What a scanner says it can do. `feeder`: it draws in sheets; else they are laid on the glass."""

    name: str
    feeder: bool
    duplex: bool
    resolution: int
    colour: str


def capabilities(url: str) -> Capabilities:
    """Ask the scanner. Errors: ScannerError."""
    with _connection(url) as (connection, base):
        status, _location, body = _ask(connection, "GET", f"{base}/ScannerCapabilities")
    if status != 200:
        raise ScannerError("protocol", f"status {status}")
    root = _parsed(body)
    feeder = _find(root, "Adf")
    source = feeder if feeder is not None else _find(root, "Platen")
    if source is None:
        raise ScannerError("protocol", "no input source")
    if "application/pdf" not in {(one.text or "").strip() for one in _all(source, "DocumentFormat")} | {
        (one.text or "").strip() for one in _all(source, "DocumentFormatExt")
    }:
        raise ScannerError("protocol", "makes no PDF")
    modes = {(one.text or "").strip() for one in _all(source, "ColorMode")}
    offered = sorted(int(one.text or 0) for one in _all(source, "XResolution") if (one.text or "").isdigit())
    name = _find(root, "MakeAndModel")
    return Capabilities(
        name=(name.text or "").strip()[:120] if name is not None else "",
        feeder=feeder is not None,
        duplex=feeder is not None and _find(feeder, "AdfDuplexInputCaps") is not None,
        # 300 dpi, as the reading of text wants it; the next best otherwise.
        resolution=min(offered, key=lambda one: (abs(one - 300), -one)) if offered else 300,
        colour="Grayscale8" if "Grayscale8" in modes or not modes else sorted(modes)[0],
    )


def scan(url: str, able: Capabilities, *, duplex: bool, limit: int) -> Iterator[bytes]:
    """Scan what lies in it; yield the PDF files it sends, one or one for each page.

    The job is ended whatever happens. Errors: ScannerError; too_large beyond `limit` bytes in all.
    """
    if duplex and not able.duplex:
        raise ScannerError("no_duplex")
    order = SCAN_SETTINGS.format(
        source="Feeder" if able.feeder else "Platen",
        resolution=able.resolution,
        colour=able.colour,
        duplex="true" if duplex else "false",
    )
    with _connection(url) as (connection, base):
        headers = {"Content-Type": "text/xml"}
        status, location, _body = _ask(connection, "POST", f"{base}/ScanJobs", order.encode(), headers)
        if status == 503:
            raise ScannerError("busy")
        if status == 409:
            raise ScannerError("empty")
        # Only the path counts: a job elsewhere is not followed.
        job = urlsplit(location).path.rstrip("/")
        if status != 201 or not job.startswith(f"{base}/ScanJobs/"):
            raise ScannerError("refused" if status != 201 else "protocol", f"status {status}")
        try:
            total = 0
            for document in _documents(connection, job, limit):
                total += len(document)
                if total > limit:
                    raise ScannerError("too_large")
                yield document
            if not total:
                raise ScannerError("empty")
        finally:
            _end(url, job)


def _documents(connection: http.client.HTTPConnection, job: str, limit: int) -> Iterator[bytes]:
    waited = time.monotonic()
    while True:
        status, _location, body = _ask(connection, "GET", f"{job}/NextDocument", most=limit)
        if status in (404, 410):  # no further page
            return
        if status == 200:
            waited = time.monotonic()
            yield body
        elif status == 503 and time.monotonic() - waited < PAGE_SECONDS:  # the page is not there yet
            time.sleep(0.5)
        else:
            raise ScannerError("busy" if status == 503 else "refused", f"status {status}")


def _end(url: str, job: str) -> None:
    """Tell the scanner that nobody waits any more; on a line of its own, the other may be broken."""
    try:
        with _connection(url) as (connection, _base):
            _ask(connection, "DELETE", job)
    except ScannerError:
        pass


class _connection:  # noqa: N801  used like a function
    """A connection to the configured host, and the path of eSCL on it."""

    def __init__(self, url: str) -> None:
        parts = urlsplit(url)
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise ScannerError("protocol", "the address must begin with http:// or https://")
        kind = http.client.HTTPSConnection if parts.scheme == "https" else http.client.HTTPConnection
        self.connection = kind(parts.hostname, parts.port, timeout=TIMEOUT_SECONDS)
        self.base = parts.path.rstrip("/")

    def __enter__(self) -> tuple[http.client.HTTPConnection, str]:
        return self.connection, self.base

    def __exit__(self, *error: object) -> None:
        self.connection.close()


def _ask(
    connection: http.client.HTTPConnection,
    method: str,
    path: str,
    body: bytes | None = None,
    headers: dict[str, str] | None = None,
    *,
    most: int = MOST_XML,
) -> tuple[int, str, bytes]:
    """Status, Location and body of one request. Errors: ScannerError unreachable or too_large."""
    try:
        connection.request(method, path, body, headers or {})
        if connection.sock is not None and path.endswith("/NextDocument"):
            connection.sock.settimeout(PAGE_SECONDS)
        answer = connection.getresponse()
        found = bytearray()
        while piece := answer.read(PIECE):
            found += piece
            if len(found) > most:
                connection.close()
                raise ScannerError("too_large")
        return answer.status, answer.getheader("Location") or "", bytes(found)
    except (OSError, http.client.HTTPException) as error:
        connection.close()
        raise ScannerError("unreachable", str(error)) from error


def _parsed(body: bytes) -> ET.Element:
    if b"<!DOCTYPE" in body or b"<!ENTITY" in body:
        raise ScannerError("protocol", "XML with a DTD")
    try:
        return ET.fromstring(body)  # noqa: S314  no DTD, at most MOST_XML bytes
    except ET.ParseError as error:
        raise ScannerError("protocol", str(error)) from error


def _all(root: ET.Element, name: str) -> list[ET.Element]:
    """Every element of this name, in whatever namespace: scanners differ."""
    return [one for one in root.iter() if one.tag.rpartition("}")[2] == name]


def _find(root: ET.Element, name: str) -> ET.Element | None:
    return next(iter(_all(root, name)), None)
