"""Keeping files as they come in: whole, for all channels, or piece by piece, for phones on a bad line.

The pieces come as the protocol tus 1.0 says (tus.io/protocols/resumable-upload): core, creation, checksum,
expiration, termination. A view checks who may do this, and says where an upload has its address.
"""

import base64
import binascii
import hashlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from django.conf import settings
from django.core.files import File
from django.http import HttpRequest, HttpResponse, UnreadablePostError
from django.utils.http import http_date
from django.utils.translation import gettext as _

from casework import filestore
from casework.envelope import Actor
from casework.models import StoredFile
from casework.models.files import CHUNK_BYTES
from channels import incoming
from channels.drafts import AlreadySent
from channels.models import HINTS, Draft, IncomingFile

VERSION = "1.0.0"
EXTENSIONS = "creation,expiration,checksum,termination"
CHECKSUMS = {"sha256": hashlib.sha256, "sha1": hashlib.sha1}
MISMATCH = 460  # a status of the protocol's own
# Read so much at a time: what is here when a line breaks is kept.
SIP = 64 * 1024
LONGEST_NAME = 255


class TooLarge(Exception):
    """More bytes than one file may have; the message names sizes in bytes."""

    def __init__(self, size: int, limit: int) -> None:
        super().__init__(f"{size} bytes, at most {limit}")
        self.size, self.limit = size, limit


def keep(
    uploaded: "File[bytes]",
    actor: Actor,
    *,
    limit: int | None = None,
    stack: bool = False,
    sha256: str = "",
) -> StoredFile:
    """Keep a file as it comes in, byte for byte. Errors: TooLarge (nothing is kept then).

    `sha256` as in filestore.keep.
    """
    limit = limit or settings.MAX_FILE_BYTES
    if uploaded.size is not None and uploaded.size > limit:
        raise TooLarge(uploaded.size, limit)
    return filestore.keep(
        uploaded.chunks(CHUNK_BYTES), uploaded.name or "", actor, stack=stack, sha256=sha256
    )


# --- piece by piece


class Refused(Exception):
    """An answer of the protocol that is not the one hoped for; `words` may be shown to the person."""

    def __init__(self, status: int, words: str = "", **headers: str) -> None:
        super().__init__(f"{status} {words}")
        self.status, self.words = status, words
        self.headers = {name.replace("_", "-"): value for name, value in headers.items()}


def collection(
    request: HttpRequest, draft: Draft, kind: str, actor: Actor, address: str, locate: Callable[..., str]
) -> HttpResponse:
    """POST: expect a file for this paper. OPTIONS: what we can do."""
    return _spoken(request, {"POST": lambda: _create(request, draft, kind, actor, address, locate)})


def one(request: HttpRequest, draft: Draft, upload: IncomingFile | None, actor: Actor) -> HttpResponse:
    """HEAD: how much is here. PATCH: more of it. DELETE: not wanted after all."""

    def found() -> IncomingFile:
        if upload is None:
            raise Refused(404)
        return upload

    return _spoken(
        request,
        {
            "HEAD": lambda: _state(found()),
            "PATCH": lambda: _more(request, draft, found(), actor),
            "DELETE": lambda: _withdraw(draft, found()),
        },
    )


def _spoken(request: HttpRequest, acts: dict[str, Callable[[], HttpResponse]]) -> HttpResponse:
    method = request.method or ""
    if method == "POST":  # never for GET: forms of other sites could say it then
        method = request.headers.get("X-HTTP-Method-Override", method)
    try:
        if method == "OPTIONS":
            answer = _abilities()
        elif request.headers.get("Tus-Resumable") != VERSION:
            raise Refused(412, Tus_Version=VERSION)
        elif method not in acts:
            raise Refused(405, Allow=", ".join(["OPTIONS", *acts]))
        else:
            answer = acts[method]()
    except AlreadySent:
        words = _("Diese Sendung war schon abgesendet. Die neue Datei gehört nicht dazu.")
        answer = _refusal(Refused(410, words))
    except Refused as refused:
        answer = _refusal(refused)
    answer["Tus-Resumable"] = VERSION
    answer["Cache-Control"] = "no-store"
    return answer


def _refusal(refused: Refused) -> HttpResponse:
    answer = HttpResponse(refused.words, status=refused.status, content_type="text/plain; charset=utf-8")
    for name, value in refused.headers.items():
        answer[name] = value
    return answer


def _abilities() -> HttpResponse:
    answer = HttpResponse(status=204)
    answer["Tus-Version"], answer["Tus-Extension"] = VERSION, EXTENSIONS
    answer["Tus-Max-Size"] = str(settings.MAX_FILE_BYTES)
    answer["Tus-Checksum-Algorithm"] = ",".join(CHECKSUMS)
    return answer


def _create(
    request: HttpRequest, draft: Draft, kind: str, actor: Actor, address: str, locate: Callable[..., str]
) -> HttpResponse:
    length = _whole_number(request, "Upload-Length")
    if length > settings.MAX_FILE_BYTES:
        words = _("Die Datei ist zu groß. Eine Datei darf höchstens %(limit)d MB haben.")
        limit = settings.MAX_FILE_BYTES // (1024 * 1024)
        raise Refused(413, words % {"limit": limit}, Tus_Max_Size=str(settings.MAX_FILE_BYTES))
    told = _metadata(request)
    try:
        upload = incoming.begin(
            draft,
            kind,
            told.name,
            length,
            actor,
            announced=told.sha256,
            hints=told.hints,
            address=incoming.hidden(address),
        )
    except incoming.Full as full:
        raise Refused(413, full_words()) from full
    answer = _state(upload, status=201)
    answer["Location"] = locate(upload)
    return answer


def full_words() -> str:
    return _(
        "In eine Sendung passt nicht noch mehr. Senden Sie zuerst ab, was da ist. "
        "Den Rest schicken Sie danach in einer neuen Sendung."
    )


def _state(upload: IncomingFile, status: int = 200) -> HttpResponse:
    answer = HttpResponse(status=status, content_type="text/plain; charset=utf-8")
    answer["Upload-Offset"], answer["Upload-Length"] = str(upload.file.size), str(upload.length)
    if not upload.complete:
        answer["Upload-Expires"] = http_date(incoming.expires(upload).timestamp())
    return answer


def _more(request: HttpRequest, draft: Draft, upload: IncomingFile, actor: Actor) -> HttpResponse:
    if request.content_type != "application/offset+octet-stream":
        raise Refused(415)
    offset = _whole_number(request, "Upload-Offset")
    if offset != upload.file.size:  # said before the body is read; asked again, locked, before it is written
        raise Refused(409, Upload_Offset=str(upload.file.size))
    try:
        for piece in _pieces(request):
            offset = incoming.append(draft, upload.public_id, offset, piece, actor)
    except incoming.WrongOffset as wrong:
        raise Refused(409, Upload_Offset=str(wrong.offset)) from wrong
    except incoming.Differs as differs:
        raise Refused(MISMATCH, Upload_Offset="0") from differs
    except incoming.TooMuch as more:
        raise Refused(413) from more
    except incoming.TooSmall as small:
        raise Refused(400, f"at least {incoming.SMALLEST_PIECE} bytes, or the end") from small
    except IncomingFile.DoesNotExist as gone:
        raise Refused(404) from gone
    upload.refresh_from_db()
    return _state(upload, status=204)


def _pieces(request: HttpRequest) -> Iterator[bytes]:
    """The body in pieces to be kept one by one; with a checksum only as a whole, and only if it is right."""
    given = request.headers.get("Upload-Checksum")
    if given is None:
        while piece := _read(request, incoming.LARGEST_PIECE):
            yield piece
        return
    algorithm, _space, coded = given.partition(" ")
    try:
        digest = base64.b64decode(coded, validate=True)
        make = CHECKSUMS[algorithm]
    except (KeyError, binascii.Error) as error:
        raise Refused(400, "checksums: " + ", ".join(CHECKSUMS)) from error
    if _whole_number(request, "Content-Length") > incoming.LARGEST_PIECE:
        raise Refused(413, f"with a checksum at most {incoming.LARGEST_PIECE} bytes at once")
    body = _read(request, incoming.LARGEST_PIECE)
    if make(body).digest() != digest:
        raise Refused(MISMATCH)
    if body:
        yield body


def _read(request: HttpRequest, at_most: int) -> bytes:
    """The next bytes of the body; fewer at its end, or where the line broke."""
    data = bytearray()
    try:
        while len(data) < at_most and (sip := request.read(min(SIP, at_most - len(data)))):
            data += sip
    except UnreadablePostError:
        pass
    return bytes(data)


def _withdraw(draft: Draft, upload: IncomingFile) -> HttpResponse:
    incoming.withdraw(draft, upload.public_id)
    return HttpResponse(status=204)


@dataclass(frozen=True)
class _Told:
    name: str
    sha256: str
    hints: str


def _metadata(request: HttpRequest) -> _Told:
    """What the sender says of the file: filename, sha256 (hexadecimal digits), hints. All may be missing."""
    values = {}
    for pair in filter(None, request.headers.get("Upload-Metadata", "").split(",")):
        key, _space, coded = pair.strip().partition(" ")
        try:
            values[key] = base64.b64decode(coded, validate=True).decode(errors="replace")
        except binascii.Error as error:
            raise Refused(400, "Upload-Metadata") from error
    sha256 = values.get("sha256", "").lower()
    if sha256 and (len(sha256) != 64 or set(sha256) - set("0123456789abcdef")):
        raise Refused(400, "sha256")
    hints = " ".join(hint for hint in HINTS if hint in values.get("hints", "").split())
    return _Told(values.get("filename", "")[-LONGEST_NAME:], sha256, hints)


def _whole_number(request: HttpRequest, header: str) -> int:
    text = request.headers.get(header, "")
    if not (text.isascii() and text.isdigit() and len(text) < 16):
        raise Refused(400, header)
    return int(text)
