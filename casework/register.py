"""The register of arrivals: a gapless sequence, each entry chained to the one before and signed (Ed25519).

An entry holds salted hashes only. Changing, removing or swapping any entry is found by `verify`; a signed
entry lets a third party check a receipt.
"""

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from django.conf import settings
from django.db import connection

from casework.models import Document, RegisterEntry, RegisterHead, Submission

GENESIS = "0" * 64


@lru_cache(maxsize=1)
def private_key() -> Ed25519PrivateKey:
    """From the setting REGISTER_KEY (PEM); outside production made on first use and kept in a file."""
    pem = settings.REGISTER_KEY.encode()
    if not pem:
        pem = _own_key()
    key = serialization.load_pem_private_key(pem, password=None)
    if not isinstance(key, Ed25519PrivateKey):
        raise ValueError("REGISTER_KEY must be an Ed25519 private key in PEM")
    return key


def _own_key() -> bytes:
    path = settings.REGISTER_KEY_FILE
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        with path.open("xb") as file:
            path.chmod(0o600)
            file.write(
                Ed25519PrivateKey.generate().private_bytes(
                    serialization.Encoding.PEM,
                    serialization.PrivateFormat.PKCS8,
                    serialization.NoEncryption(),
                )
            )
    except FileExistsError:
        pass
    return path.read_bytes()


def key_id(public: Ed25519PublicKey) -> str:
    raw = public.public_bytes(serialization.Encoding.Raw, serialization.PublicFormat.Raw)
    return hashlib.sha256(raw).hexdigest()[:16]


def canonical(value: object) -> str:
    """One text for one value: sorted keys, no spaces, no escapes beyond JSON's own."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def commitment(salt: bytes | memoryview, value: object) -> str:
    """A hash that says nothing once the salt is gone (deletion and the chain agree)."""
    return hashlib.sha256(bytes(salt) + canonical(value).encode()).hexdigest()


def describe(document: Document) -> dict[str, object]:
    """What a register entry binds about one document."""
    return {
        "kind": document.kind,
        "shown": document.shown,
        "parts": [
            [part.file.sha256, part.file.size, part.first_page, part.last_page]
            for part in document.parts.all()
        ],
    }


def append(submission: Submission, documents: list[Document], what: str) -> RegisterEntry:
    """Write the next entry; must be the last step of its transaction, for it locks the register.

    `what` is "arrival" or "scan" (pages added to a letter registered before).
    """
    RegisterHead.objects.get_or_create(pk=1)
    head = RegisterHead.objects.select_for_update().get(pk=1)
    with connection.cursor() as cursor:
        cursor.execute("SELECT clock_timestamp()")
        now: datetime = cursor.fetchone()[0]
    if head.recorded_at is not None and now < head.recorded_at:
        now = head.recorded_at  # the register never goes back, whatever the clock does
    seq = head.seq + 1
    text = canonical(
        {
            "v": 1,
            "seq": seq,
            "previous": head.hash or GENESIS,
            "what": what,
            "number": submission.number,
            "channel": submission.channel,
            "received_at": submission.received_at.astimezone(UTC).isoformat(),
            "recorded_at": now.astimezone(UTC).isoformat(),
            "content": commitment(
                submission.salt,
                {"sender": submission.sender, "answers": submission.answers, "note": submission.note},
            ),
            "documents": [commitment(document.salt, describe(document)) for document in documents],
        }
    )
    digest = hashlib.sha256(text.encode()).hexdigest()
    key = private_key()
    entry = RegisterEntry.objects.create(
        seq=seq,
        number=submission.number,
        text=text,
        hash=digest,
        signature=key.sign(bytes.fromhex(digest)).hex(),
        key_id=key_id(key.public_key()),
    )
    head.seq, head.hash, head.recorded_at = seq, digest, now
    head.save(update_fields=["seq", "hash", "recorded_at"])
    return entry


@dataclass(frozen=True)
class Fault:
    seq: int
    what: str  # "gap", "chain", "hash", "signature", "head", "unknown_key"


def verify(public: Ed25519PublicKey | None = None) -> Iterator[Fault]:
    """Every entry against its predecessor, its hash and its signature; then the head against the last."""
    public = public or private_key().public_key()
    own = key_id(public)
    expected, previous = 1, GENESIS
    for entry in RegisterEntry.objects.order_by("seq").iterator(chunk_size=5000):
        if entry.seq != expected:
            yield Fault(expected, "gap")
            expected = entry.seq
        if hashlib.sha256(entry.text.encode()).hexdigest() != entry.hash:
            yield Fault(entry.seq, "hash")
        said = json.loads(entry.text)
        if said["previous"] != previous or said["seq"] != entry.seq or said["number"] != entry.number:
            yield Fault(entry.seq, "chain")
        if entry.key_id != own:
            yield Fault(entry.seq, "unknown_key")
        else:
            try:
                public.verify(bytes.fromhex(entry.signature), bytes.fromhex(entry.hash))
            except (InvalidSignature, ValueError):
                yield Fault(entry.seq, "signature")
        previous, expected = entry.hash, expected + 1
    head = RegisterHead.objects.filter(pk=1).first() or RegisterHead()
    if head.seq != expected - 1 or (head.hash or GENESIS) != previous:
        yield Fault(head.seq, "head")
