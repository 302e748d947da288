"""Rules of scan-to-mail, against a real IMAP server."""

import io
from collections.abc import Iterator
from dataclasses import replace
from email.message import EmailMessage

import pytest
from django.conf import LazySettings
from django.core.management import CommandError, call_command
from django.utils import timezone

from casework import filestore
from casework.models import Batch, Outbox, StoredFile
from channels.models import InletNote
from channels.post.inlets import mail, notes
from channels.post.inlets.mail import Mailbox, MailboxError, fetch
from tests import files
from tests.channels.post.inlets import imap_server
from tests.channels.post.inlets.imap_server import ImapServer

pytestmark = pytest.mark.django_db
SCANNER = "scanner@poststelle.example"


@pytest.fixture(scope="module")
def running() -> Iterator[ImapServer]:
    server = ImapServer()
    try:
        server.start()
        yield server
    finally:
        server.stop()


@pytest.fixture
def server(running: ImapServer) -> ImapServer:
    running.empty()
    return running


@pytest.fixture
def box(server: ImapServer) -> Mailbox:
    return Mailbox(
        host="127.0.0.1",
        port=server.port,
        user=imap_server.USER,
        password=imap_server.PASSWORD,
        folder="INBOX",
        tls="no",
        senders=(SCANNER, "@drucker.example"),
    )


def message(
    *attached: tuple[str, bytes], subject: str = "Scan", sender: str = SCANNER, text: str = "Ihr Scan"
) -> EmailMessage:
    made = EmailMessage()
    made["From"], made["To"], made["Subject"] = sender, "post@amt.example", subject
    made.set_content(text)
    for name, content in attached:
        made.add_attachment(content, maintype="application", subtype="octet-stream", filename=name)
    return made


def kinds(box: Mailbox) -> list[str]:
    return [outcome.kind for outcome in fetch(box)]


def kept() -> dict[str, bytes]:
    return {batch.file.name: b"".join(filestore.read(batch.file)) for batch in Batch.objects.all()}


def test_every_scan_attached_becomes_a_batch_and_the_mail_is_done(server: ImapServer, box: Mailbox) -> None:
    scans = {"a.pdf": files.pdf(2), "b.tif": files.tiff(2), "c.jpg": files.jpeg()}
    server.deliver(message(*scans.items(), subject="Scan 1"))
    assert kinds(box) == ["taken"]
    assert kept() == scans
    batches = Batch.objects.all()
    assert {(b.source, b.scanned_by, b.arrived_on) for b in batches} == {("mail", None, timezone.localdate())}
    assert Outbox.objects.filter(effect="read").count() == 3
    assert (server.subjects(), server.subjects(mail.DONE)) == ([], ["Scan 1"])
    assert {(n.kind, n.place) for n in InletNote.objects.all()} == {("taken", SCANNER)}


def test_scan_without_a_name_is_told_by_its_content(server: ImapServer, box: Mailbox) -> None:
    made = EmailMessage()
    made["From"], made["Subject"] = SCANNER, "nur ein Bild"
    made.set_content(files.jpeg(), maintype="image", subtype="jpeg")
    server.deliver(made)
    assert kinds(box) == ["taken"]
    assert list(kept()) == ["nur ein Bild"]


@pytest.mark.parametrize(
    "made",
    [
        message(),
        message(("brief.docx", files.WORD)),
        message(("falsch.pdf", b"not what its name says")),
        message(("leer.pdf", b"")),
    ],
    ids=["nothing", "word", "disguised", "empty"],
)
def test_mail_without_a_scan_is_put_apart_and_shown(
    server: ImapServer, box: Mailbox, made: EmailMessage
) -> None:
    server.deliver(made)
    assert kinds(box) == ["nothing"]
    assert (server.subjects(), server.subjects(mail.NOT_UNDERSTOOD)) == ([], ["Scan"])
    assert [(n.kind, n.name, n.place) for n in notes.waiting()] == [("nothing", "Scan", SCANNER)]
    assert Batch.objects.count() == 0


def test_mail_with_a_scan_and_something_else_is_taken_and_shown(server: ImapServer, box: Mailbox) -> None:
    server.deliver(message(("a.pdf", files.pdf()), ("b.docx", files.WORD)))
    assert kinds(box) == ["partly"]
    assert (list(kept()), server.subjects(mail.DONE)) == (["a.pdf"], ["Scan"])
    assert [note.kind for note in notes.waiting()] == ["partly"]


@pytest.mark.parametrize(
    "sender",
    [
        "fremd@example.org",
        "fremd@drucker.example.org",
        f"{SCANNER}.evil.example",
        f'"{SCANNER}" <fremd@example.org>',
        f"{SCANNER}, fremd@example.org",
        "kein Absender",
    ],
)
def test_mail_of_a_stranger_is_not_opened(server: ImapServer, box: Mailbox, sender: str) -> None:
    raw = bytes(message(("a.pdf", files.pdf()))).replace(
        f"From: {SCANNER}".encode(), f"From: {sender}".encode()
    )
    server.deliver(raw)
    assert kinds(box) == ["stranger"]
    assert (Batch.objects.count(), server.subjects(mail.NOT_UNDERSTOOD)) == (0, ["Scan"])
    assert [note.kind for note in notes.waiting()] == ["stranger"]


@pytest.mark.parametrize("sender", [SCANNER.upper(), f"Kopierer 2 <{SCANNER}>", "k7@drucker.example"])
def test_sender_is_known_by_address_or_domain(server: ImapServer, box: Mailbox, sender: str) -> None:
    server.deliver(message(("a.pdf", files.pdf()), sender=sender))
    assert kinds(box) == ["taken"]


def test_same_scan_mailed_again_is_the_same_batch(server: ImapServer, box: Mailbox) -> None:
    content = files.pdf()
    server.deliver(message(("a.pdf", content), subject="eins"))
    server.deliver(message(("a.pdf", content), subject="zwei"))
    assert kinds(box) == ["taken", "duplicate"]
    assert (Batch.objects.count(), StoredFile.objects.count()) == (1, 1)
    assert server.subjects(mail.DONE) == ["eins", "zwei"]


def test_mail_whose_files_were_committed_before_a_crash_is_only_moved(
    server: ImapServer, box: Mailbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    server.deliver(message(("a.pdf", files.pdf()), ("b.pdf", files.pdf(2))))

    class PowerCut(BaseException):
        """Nothing catches it, as nothing catches the end of a process."""

    def cut(*args: object) -> None:
        raise PowerCut

    with monkeypatch.context() as patched:
        patched.setattr(mail, "_move", cut)
        with pytest.raises(PowerCut):
            list(fetch(box))
    assert (Batch.objects.count(), server.subjects()) == (2, ["Scan"])
    assert kinds(box) == ["again"]
    assert (Batch.objects.count(), InletNote.objects.count(), server.subjects()) == (2, 2, [])


def test_mail_too_large_is_put_apart_and_shown(
    server: ImapServer, box: Mailbox, settings: LazySettings
) -> None:
    settings.MAX_FILE_BYTES = 1000
    server.deliver(message(("a.pdf", files.pdf())))
    assert kinds(box) == ["too_large"]
    assert server.subjects(mail.NOT_UNDERSTOOD) == ["Scan"]
    assert [note.kind for note in notes.waiting()] == ["too_large"]


def test_logo_in_the_text_is_no_scan(server: ImapServer, box: Mailbox) -> None:
    made = message(("a.pdf", files.pdf()))
    made.add_attachment(
        files.jpeg(),
        maintype="image",
        subtype="jpeg",
        filename="logo.jpg",
        disposition="inline",
        cid="<logo>",
    )
    server.deliver(made)
    assert kinds(box) == ["taken"]
    assert list(kept()) == ["a.pdf"]


@pytest.mark.parametrize(
    "raw",
    [
        b"From: %s\r\nSubject: =?broken?x?=\r\n\r\nno mail at all" % SCANNER.encode(),
        b"From: %s\r\nContent-Type: multipart/mixed; boundary=x\r\n\r\n--x\r\nnever ends" % SCANNER.encode(),
        b"From: %s\r\nSubject: \xff\xfe\r\nContent-Transfer-Encoding: base64\r\n\r\n!!!" % SCANNER.encode(),
    ],
)
def test_broken_mail_is_put_apart(server: ImapServer, box: Mailbox, raw: bytes) -> None:
    server.deliver(raw)
    assert kinds(box) == ["nothing"]
    assert (server.subjects(), len(server.subjects(mail.NOT_UNDERSTOOD))) == ([], 1)


def test_server_without_the_command_to_move_is_used_as_well() -> None:
    server = ImapServer(capability="IMAP4rev1 UIDPLUS")
    try:
        server.start()
        server.deliver(message(("a.pdf", files.pdf())))
        box = Mailbox(
            "127.0.0.1", server.port, imap_server.USER, imap_server.PASSWORD, "INBOX", "no", (SCANNER,)
        )
        assert kinds(box) == ["taken"]
        assert (server.subjects(), server.subjects(mail.DONE)) == ([], ["Scan"])
    finally:
        server.stop()


@pytest.mark.parametrize("tls", ["tls", "starttls"])
def test_connection_is_encrypted_and_its_certificate_checked(
    server: ImapServer, box: Mailbox, tls: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    port = server.tls_port if tls == "tls" else server.port
    safe = replace(box, port=port, tls=tls)
    server.deliver(message(("a.pdf", files.pdf())))
    with pytest.raises(MailboxError, match="certificate"):
        kinds(safe)
    monkeypatch.setenv("SSL_CERT_FILE", str(server.certificate))
    assert kinds(safe) == ["taken"]


def test_wrong_password_is_an_error(box: Mailbox) -> None:
    with pytest.raises(MailboxError, match=r"127\.0\.0\.1"):
        kinds(replace(box, password="wrong"))


def test_command_fetches_with_the_settings(server: ImapServer, settings: LazySettings) -> None:
    settings.MAIL_IMAP_HOST, settings.MAIL_IMAP_PORT = "127.0.0.1", server.port
    settings.MAIL_IMAP_USER, settings.MAIL_IMAP_PASSWORD = imap_server.USER, imap_server.PASSWORD
    settings.MAIL_IMAP_TLS, settings.MAIL_SENDERS = "no", [SCANNER]
    server.deliver(message(("a.pdf", files.pdf()), subject="Größe ä"))
    said = io.StringIO()
    call_command("fetch_mail", stdout=said)
    assert said.getvalue() == "taken: Gr\\xf6\\xdfe \\xe4\n"
    settings.MAIL_IMAP_PORT = 1
    with pytest.raises(CommandError, match=r"127\.0\.0\.1"):
        call_command("fetch_mail")


def test_command_names_the_setting_that_is_missing(settings: LazySettings) -> None:
    settings.MAIL_IMAP_HOST, settings.MAIL_IMAP_USER, settings.MAIL_SENDERS = "mail.example", "scans", []
    with pytest.raises(CommandError, match="MAIL_SENDERS is not set"):
        call_command("fetch_mail")


def test_password_is_not_sent_in_the_clear_in_production(settings: LazySettings) -> None:
    settings.MAIL_IMAP_HOST, settings.MAIL_IMAP_USER = "mail.example", "scans"
    settings.MAIL_SENDERS, settings.MAIL_IMAP_TLS, settings.PRODUCTION = [SCANNER], "no", True
    with pytest.raises(MailboxError, match="in the clear"):
        mail.mailbox()
