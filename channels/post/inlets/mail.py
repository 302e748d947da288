"""Scan-to-mail: what scanners send to a mailbox becomes batches, one for each file attached.

A mail leaves its folder only when its files are committed: to `Erledigt`, or to `Nicht verstanden` with a
note for people. Anybody can write to a mailbox and any sender can be forged, so only mails of named senders
are opened, and the mailbox should take mail from inside the house only (docs/operations.md).
"""

import email
import email.header
import email.utils
import hashlib
import imaplib
import io
import ssl
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from email.message import Message
from typing import Any

from django.conf import settings
from django.db import transaction

from casework import locks
from casework.models import Batch
from casework.reading.sniff import media_type
from channels.post.inlets import notes
from channels.post.inlets.taking import Thing, day_of, take

DONE = "Erledigt"
NOT_UNDERSTOOD = "Nicht verstanden"
SCANS = {"application/pdf", "image/tiff", "image/jpeg"}
SIGNATURES = {"application/pkcs7-signature", "application/x-pkcs7-signature", "application/pgp-signature"}
TIMEOUT_SECONDS = 60


class MailboxError(Exception):
    """The mailbox is not set up, cannot be reached, or refused what it was asked."""


@dataclass(frozen=True)
class Mailbox:
    """Where scanners send to, and whose mails are opened: addresses, or @domain for all of one."""

    host: str
    port: int
    user: str
    password: str
    folder: str
    tls: str  # tls, starttls or no
    senders: tuple[str, ...]

    def allows(self, sender: str) -> bool:
        address = sender.lower()
        domain = "@" + address.rpartition("@")[2]
        return bool(address) and any(one.lower() in (address, domain) for one in self.senders)


@dataclass(frozen=True)
class Outcome:
    """What became of one mail. `kind` as in InletNote, or "again": its files were kept before."""

    subject: str
    kind: str
    batches: tuple[Batch, ...] = ()


def mailbox() -> Mailbox:
    """The mailbox of the settings. Errors: MailboxError naming what is missing."""
    for name in ("MAIL_IMAP_HOST", "MAIL_IMAP_USER", "MAIL_SENDERS"):
        if not getattr(settings, name):
            raise MailboxError(f"{name} is not set")
    local = settings.MAIL_IMAP_HOST in ("localhost", "127.0.0.1", "::1")
    if settings.PRODUCTION and settings.MAIL_IMAP_TLS == "no" and not local:
        raise MailboxError("MAIL_IMAP_TLS=no would send the password and the letters in the clear")
    return Mailbox(
        host=settings.MAIL_IMAP_HOST,
        port=settings.MAIL_IMAP_PORT,
        user=settings.MAIL_IMAP_USER,
        password=settings.MAIL_IMAP_PASSWORD,
        folder=settings.MAIL_IMAP_FOLDER,
        tls=settings.MAIL_IMAP_TLS,
        senders=tuple(settings.MAIL_SENDERS),
    )


def fetch(box: Mailbox) -> Iterator[Outcome]:
    """Take in every mail that lies in the folder now; one fetcher at a time.

    Errors: MailboxError; what was yielded before is done, the rest still lies where it was.
    """
    with locks.held(f"inlet:{box.user}@{box.host}/{box.folder}"), _connected(box) as server:
        _ask(server.select(_quoted(box.folder)))
        (found,) = _ask(server.uid("SEARCH", "UNDELETED"))
        for uid in (found or b"").decode().split():
            yield _deal_with(server, box, uid)


@contextmanager
def _connected(box: Mailbox) -> Iterator[imaplib.IMAP4]:
    context = ssl.create_default_context()
    try:
        if box.tls == "tls":
            server: imaplib.IMAP4 = imaplib.IMAP4_SSL(
                box.host, box.port, ssl_context=context, timeout=TIMEOUT_SECONDS
            )
        else:
            server = imaplib.IMAP4(box.host, box.port, timeout=TIMEOUT_SECONDS)
        try:
            if box.tls == "starttls":
                server.starttls(context)
            server.login(box.user, box.password)
            for folder in (DONE, NOT_UNDERSTOOD):
                server.create(_quoted(folder))  # says no if it is there already
            yield server
        finally:
            with suppress(OSError, imaplib.IMAP4.error):
                server.logout()
            with suppress(OSError):
                server.shutdown()
    except (OSError, imaplib.IMAP4.error) as error:
        raise MailboxError(f"{box.host}: {error}") from error


def _deal_with(server: imaplib.IMAP4, box: Mailbox, uid: str) -> Outcome:
    head = _fetched(server, uid, "(RFC822.SIZE INTERNALDATE BODY.PEEK[HEADER])")
    header = email.message_from_bytes(head.content)
    subject, sender = _words(header, "Subject"), _sender(header)
    shown = notes.readable(sender or _words(header, "From"))
    mail = Thing("mail", f"header:{hashlib.sha256(head.content).hexdigest()}:{head.size}", subject, shown)
    # In base64 a file is a third longer than it is.
    too_large = head.size > settings.MAX_FILE_BYTES * 3 // 2
    if too_large or not box.allows(sender):
        kind = "too_large" if box.allows(sender) else "stranger"
        notes.write(mail, kind)
        _move(server, uid, NOT_UNDERSTOOD)
        return Outcome(subject, kind)
    whole = _fetched(server, uid, "(BODY.PEEK[])").content
    scans, others = attached(email.message_from_bytes(whole))
    digest = hashlib.sha256(whole).hexdigest()
    kinds, batches = [], []
    with transaction.atomic():
        for number, (name, content) in enumerate(scans, start=1):
            thing = Thing("mail", f"{digest}:{number}", name or subject, shown)
            found = hashlib.sha256(content).hexdigest()
            taken = take(thing, io.BytesIO(content), found, day_of(head.arrived_at))
            batches.append(taken.batch)
            kinds.append("taken" if taken.first else "again" if taken.note.kind == "taken" else "duplicate")
        if not scans:
            kinds = ["nothing"]
            notes.write(mail, "nothing")
        elif others:
            kinds.append("partly")
            notes.write(mail, "partly", batches[0])
    _move(server, uid, DONE if scans else NOT_UNDERSTOOD)
    most_telling = next(
        kind for kind in ("nothing", "partly", "taken", "duplicate", "again") if kind in kinds
    )
    return Outcome(subject, most_telling, tuple(batches))


def attached(mail: Message) -> tuple[list[tuple[str, bytes]], list[str]]:
    """The scans in a mail as names and bytes, told by content; and the names of what else is attached.

    Pictures shown inside the text (a logo) and signatures are neither.
    """
    scans, others = [], []
    for part in mail.walk():
        if part.is_multipart() or part.get_content_type() in SIGNATURES:
            continue
        payload = part.get_payload(decode=True)
        content = payload if isinstance(payload, bytes) else b""
        name = _file_name(part)
        if part.get_content_disposition() != "attachment" and part.get("Content-ID") and not name:
            continue
        if part.get_content_disposition() == "inline" and part.get("Content-ID"):
            continue
        if media_type(content) in SCANS:
            scans.append((name, content))
        elif name or part.get_content_disposition() == "attachment":
            others.append(name)
    return scans, others


@dataclass(frozen=True)
class _Fetched:
    content: bytes
    size: int
    arrived_at: datetime


def _fetched(server: imaplib.IMAP4, uid: str, what: str) -> _Fetched:
    answer = _ask(server.uid("FETCH", uid, what))
    literals = [part for part in answer if isinstance(part, tuple)]
    if not literals:
        raise MailboxError(f"mail {uid} could not be fetched")
    said, content = literals[0]
    # What the server says about a mail may stand before or after its bytes.
    around = b" ".join([said, *(part for part in answer if isinstance(part, bytes))])
    words = around.replace(b"(", b" ").replace(b")", b" ").split()
    size = int(words[words.index(b"RFC822.SIZE") + 1]) if b"RFC822.SIZE" in words else len(content)
    at = imaplib.Internaldate2tuple(around)
    arrived = datetime.fromtimestamp(time.mktime(at), UTC) if at else datetime.now(UTC)
    return _Fetched(content, size, arrived)


def _move(server: imaplib.IMAP4, uid: str, folder: str) -> None:
    """Move one mail. Without the command for it: copy, then remove; a copy too many is the worst."""
    abilities = _ask(server.capability())[0].decode().upper().split()
    if "MOVE" in abilities:
        _ask(server.uid("MOVE", uid, _quoted(folder)))
        return
    _ask(server.uid("COPY", uid, _quoted(folder)))
    _ask(server.uid("STORE", uid, "+FLAGS.SILENT", "(\\Deleted)"))
    if "UIDPLUS" in abilities:
        _ask(server.uid("EXPUNGE", uid))
    else:
        _ask(server.expunge())


def _ask(answer: tuple[str, list[Any]]) -> list[Any]:
    """What the server sent. Errors: MailboxError if it said anything but OK."""
    said, data = answer
    if said != "OK":
        raise MailboxError(f"the server said {said}: {data!r}")
    return data


def _quoted(folder: str) -> str:
    return '"' + folder.replace("\\", "\\\\").replace('"', '\\"') + '"'


def _sender(header: Message) -> str:
    """The one address in From; empty if there is none, or more than one."""
    given = [str(value) for value in header.get_all("From", [])]
    addresses = [address for _name, address in email.utils.getaddresses(given)]
    return addresses[0] if len(addresses) == 1 else ""


def _words(header: Message, name: str) -> str:
    """A header as text, whatever its coding; broken ones as they are."""
    value = str(header.get(name, ""))
    try:
        return str(email.header.make_header(email.header.decode_header(value)))
    except (LookupError, ValueError):
        return value


def _file_name(part: Message) -> str:
    try:
        name = part.get_filename() or ""
        return str(email.header.make_header(email.header.decode_header(name)))
    except (LookupError, ValueError):
        return ""
