"""A visitor without a browser: plain HTTP over one connection that is kept, as cheap as Python can.

For faults and figures: it knows when the last byte of a request left, can hang up at any moment, and
sends the page "Unterlagen schicken" as its form does without JavaScript.
"""

import re
import socket
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Self
from urllib.parse import urlencode
from uuid import UUID

PAPERS = "/antrag/unterlagen/"
LOOKUP = "/status/"
_TOKEN = re.compile(rb'name="csrfmiddlewaretoken" value="([^"]+)"')
_COOKIE = re.compile(rb"set-cookie: csrftoken=([^;]+)", re.IGNORECASE)
_LENGTH = re.compile(rb"content-length: (\d+)", re.IGNORECASE)
_LOCATION = re.compile(rb"location: (\S+)", re.IGNORECASE)
_NUMBER = re.compile(rb'class="receipt-number"[^>]*>\s*([^<]+?)\s*<')


class HungUp(OSError):
    """The other side closed the connection before the answer was whole."""


@dataclass(frozen=True)
class Answer:
    status: int
    head: bytes
    body: bytes
    seconds: float  # from the last byte sent to the last byte received

    @property
    def location(self) -> str:
        found = _LOCATION.search(self.head)
        return found.group(1).decode() if found else ""

    @property
    def receipt_number(self) -> str:
        """The number on a receipt page, without separators. Errors: AssertionError if there is none."""
        found = _NUMBER.search(self.body)
        assert found, self.body[:2000]
        return "".join(c for c in found.group(1).decode() if c.isalnum())


class Visitor:
    """One visitor with one cookie. Not for use by two threads at once."""

    def __init__(self, port: int, seconds: float = 30) -> None:
        self.port, self.seconds = port, seconds
        self.line: socket.socket | None = None
        self.token = self.cookie = ""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        self.hang_up()

    def hang_up(self) -> None:
        if self.line is not None:
            self.line.close()
        self.line = None

    def get(self, path: str) -> Answer:
        self._send(self._head("GET", path))
        return self._answer()

    def post(self, path: str, body: bytes, content_type: str) -> Answer:
        self._send(self._head("POST", path, len(body), content_type) + body)
        return self._answer()

    def fetch_token(self, path: str = PAPERS) -> None:
        """Open a page with a form: cookie and token are good for every later form."""
        answer = self.get(path)
        token, cookie = _TOKEN.search(answer.body), _COOKIE.search(answer.head)
        assert answer.status == 200, answer
        assert token, answer
        assert cookie, answer
        self.token, self.cookie = token.group(1).decode(), cookie.group(1).decode()

    def send_paper(self, key: UUID, name: str, content: bytes, **fields: str) -> Answer:
        """Send one file at once. Good answers: 302 to the receipt."""
        body, content_type = self.paper(key, name, content, **fields)
        return self.post(PAPERS, body, content_type)

    def send_paper_and_hang_up(self, key: UUID, name: str, content: bytes, **fields: str) -> None:
        """As when the phone goes into a tunnel right after the last byte."""
        body, content_type = self.paper(key, name, content, **fields)
        self._send(self._head("POST", PAPERS, len(body), content_type) + body)
        self.hang_up()

    def paper(self, key: UUID, name: str, content: bytes, **fields: str) -> tuple[bytes, str]:
        if not self.token:
            self.fetch_token()
        given = {"csrfmiddlewaretoken": self.token, "key": str(key), "kind": "payslip", "send": "1"}
        return multipart({**given, **fields}, name, content)

    def look_up(self, number: str, day: int, month: int, year: int) -> Answer:
        """Ask for the status by receipt number and birth date. Good answers: 302 to the status page."""
        if not self.token:
            self.fetch_token(LOOKUP)
        born = {"birth_date_day": day, "birth_date_month": month, "birth_date_year": year}
        form = {"csrfmiddlewaretoken": self.token, "number": number, **born}
        return self.post(LOOKUP, urlencode(form).encode(), "application/x-www-form-urlencoded")

    def trickle(self, path: str, body: bytes, content_type: str, *, piece: int, pause: float) -> Answer:
        """Send slowly: `piece` bytes, then `pause` seconds, and so on."""
        self._send(self._head("POST", path, len(body), content_type))
        for start in range(0, len(body), piece):
            self._send(body[start : start + piece])
            time.sleep(pause)
        return self._answer()

    def _head(self, method: str, path: str, length: int = 0, content_type: str = "") -> bytes:
        lines = [f"{method} {path} HTTP/1.1", f"Host: 127.0.0.1:{self.port}", "Accept-Language: de"]
        if self.cookie:
            lines.append(f"Cookie: csrftoken={self.cookie}")
        if method == "POST":
            lines += [f"Content-Length: {length}", f"Content-Type: {content_type}"]
        return "\r\n".join([*lines, "", ""]).encode()

    def _send(self, data: bytes) -> None:
        if self.line is None:
            self.line = socket.create_connection(("127.0.0.1", self.port), timeout=self.seconds)
            self.line.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        try:
            self.line.sendall(data)
        except OSError:
            self.hang_up()
            raise
        self._sent_at = time.perf_counter()

    def _answer(self) -> Answer:
        assert self.line is not None
        data = bytearray()
        try:
            while (end := data.find(b"\r\n\r\n")) < 0:
                self._receive(data)
            head = bytes(data[:end])
            length = _LENGTH.search(head)
            assert length, head  # every answer of ours says how long it is
            whole = end + 4 + int(length.group(1))
            while len(data) < whole:
                self._receive(data)
        except OSError:
            self.hang_up()
            raise
        seconds = time.perf_counter() - self._sent_at
        if b"connection: close" in head.lower():
            self.hang_up()
        return Answer(int(head[9:12]), head, bytes(data[end + 4 :]), seconds)

    def _receive(self, data: bytearray) -> None:
        assert self.line is not None
        piece = self.line.recv(1 << 18)
        if not piece:
            raise HungUp("closed in mid-answer")
        data += piece


def multipart(fields: Mapping[str, str], name: str, content: bytes) -> tuple[bytes, str]:
    """Body and content type of a form with one file in the field `files`."""
    mark = "----angekommen7f3a9c"
    parts = [
        f'--{mark}\r\nContent-Disposition: form-data; name="{field}"\r\n\r\n{value}\r\n'.encode()
        for field, value in fields.items()
    ]
    file = f'--{mark}\r\nContent-Disposition: form-data; name="files"; filename="{name}"\r\n'
    parts += [file.encode(), b"Content-Type: image/jpeg\r\n\r\n", content, f"\r\n--{mark}--\r\n".encode()]
    return b"".join(parts), f"multipart/form-data; boundary={mark}"
