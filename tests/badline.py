"""A bad line: a TCP proxy on loopback that cuts, stalls and slows what goes through it, and counts it."""

import socket
import struct
import threading
import time
from types import TracebackType
from typing import Self

SIP = 16 * 1024
# Small buffers, so that what the proxy took is what the other side has, give or take.
BUFFER = 64 * 1024


class BadLine:
    """From its own port to the port of a server. `rate`: bytes a second towards the server; 0: no limit.

    `sent`: bytes that went towards the server so far, heads of requests included. `cut_at`: once so many
    have gone, everything is cut.
    """

    def __init__(self, server: int, rate: float = 0) -> None:
        self.server, self.rate = server, rate
        self.sent = self.cuts = 0
        self.cut_at: int | None = None
        self.stalled = threading.Event()
        self._pairs: list[tuple[socket.socket, socket.socket]] = []
        self._lock = threading.Lock()
        self._door = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
        self._door.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, BUFFER)
        self._door.bind(("127.0.0.1", 0))
        self._door.listen(64)
        self.port = int(self._door.getsockname()[1])
        self.url = f"http://127.0.0.1:{self.port}"

    def __enter__(self) -> Self:
        threading.Thread(target=self._welcome, daemon=True).start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._door.close()
        self.stalled.clear()
        self.cut()

    def cut(self) -> None:
        """As when a phone leaves the cell: every connection is reset, with all that is under way."""
        with self._lock:
            pairs, self._pairs = self._pairs, []
        for pair in pairs:
            for line in pair:
                try:
                    line.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
                    line.shutdown(socket.SHUT_RDWR)
                except OSError:
                    pass
                line.close()

    def stall(self) -> None:
        """As in a tunnel: connections stay, nothing moves any more; `go_on` ends it."""
        self.stalled.set()

    def go_on(self) -> None:
        self.stalled.clear()

    def _welcome(self) -> None:
        while True:
            try:
                visitor, _ = self._door.accept()
            except OSError:
                return
            try:
                server = socket.create_connection(("127.0.0.1", self.server))
            except OSError:
                visitor.close()
                continue
            server.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, BUFFER)
            for line in (visitor, server):
                line.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            with self._lock:
                self._pairs.append((visitor, server))
            threading.Thread(target=self._carry, args=(visitor, server, True), daemon=True).start()
            threading.Thread(target=self._carry, args=(server, visitor, False), daemon=True).start()

    def _carry(self, source: socket.socket, target: socket.socket, counted: bool) -> None:
        try:
            while data := source.recv(SIP):
                while self.stalled.is_set():
                    time.sleep(0.02)
                if counted and self.rate:
                    time.sleep(len(data) / self.rate)
                target.sendall(data)
                if counted:
                    self.sent += len(data)
                    if self.cut_at is not None and self.sent >= self.cut_at:
                        self.cut_at = None
                        self.cuts += 1
                        self.cut()
            target.shutdown(socket.SHUT_WR)
        except OSError:
            for line in (source, target):
                line.close()
