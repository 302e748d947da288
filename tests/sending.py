"""Sending a file over a bad line from a browser: our own script, and a foreign client of tus 1.0."""

import hashlib
import random
import re
import tempfile
from pathlib import Path

from playwright.sync_api import Page, expect

from casework import filestore
from channels.models import DraftFile, IncomingFile
from tests.badline import BadLine

VENDOR = Path(__file__).parent / "vendor"
MIB = 1024 * 1024
# Files to choose; they stay as long as this process, because the browser reads them when it needs them.
FOLDER = tempfile.TemporaryDirectory(prefix="sending-")
FOREIGN = """
(address) => new Promise((done, fail) => {
  const chosen = document.querySelector("#foreign").files[0];
  new tus.Upload(chosen, {
    endpoint: address,
    metadata: { filename: chosen.name },
    headers: { "X-CSRFToken": /csrftoken=([^;]+)/.exec(document.cookie)[1] },
    retryDelays: Array(200).fill(200),
    chunkSize: 1024 * 1024,  // else one request carries all the rest; what lies in buffers is lost with it
    onSuccess: () => done("sent"),
    onError: (error) => fail(error),
  }).start();
})
"""


def content(seed: int, size: int) -> bytes:
    """As good as random; the same seed, the same bytes."""
    return random.Random(seed).randbytes(size)


def open_paper(page: Page, line: BadLine) -> None:
    """A new draft, on the page of one paper, over this line."""
    page.goto(f"{line.url}/antrag/neu/VAEM/")
    page.get_by_role("button", name="Beginnen").click()
    page.wait_for_url("**/schritt/**")
    page.goto(page.url.split("schritt")[0] + "unterlagen/payslip/")


def choose(page: Page, name: str, data: bytes) -> None:
    _give(page, "#id_files", name, data)


def _give(page: Page, field: str, name: str, data: bytes) -> None:
    """By way of the disk: handed over as bytes, 10 MB take the browser's driver seconds."""
    file = Path(FOLDER.name) / name
    file.write_bytes(data)
    page.locator(field).set_input_files(file)


def send_foreign(page: Page, name: str, data: bytes) -> None:
    """With tus-js-client as it is; blocks until it says that the file is sent. Needs bypass_csp."""
    address = page.locator("form[data-uploads]").get_attribute("data-uploads")
    if not page.evaluate("() => Boolean(window.tus)"):
        page.add_script_tag(path=VENDOR / "tus.min.js")
        page.evaluate(
            """() => document.body.append(Object.assign(document.createElement("input"),
            { type: "file", id: "foreign" }))"""
        )
    _give(page, "#foreign", name, data)
    assert page.evaluate(FOREIGN, address) == "sent"


def kept(page: Page, count: int, seconds: float = 60) -> None:
    expect(page.locator("#kept-files").get_by_role("button", name="Entfernen")).to_have_count(
        count, timeout=seconds * 1000
    )


def sha256_here(name: str) -> str:
    """What the server reads back of the file of this name."""
    file = DraftFile.objects.select_related("file").get(file__name=name).file
    digest = hashlib.sha256()
    for piece in filestore.read(file):
        digest.update(piece)
    assert digest.hexdigest() == file.sha256
    return file.sha256


def here(name: str) -> int:
    """Bytes of a file that are committed."""
    found = IncomingFile.objects.select_related("file").filter(file__name=name).first()
    return found.file.size if found else 0


def draft_of(page: Page) -> str:
    found = re.search(r"/antrag/([0-9a-f-]{36})/", page.url)
    assert found
    return found[1]
