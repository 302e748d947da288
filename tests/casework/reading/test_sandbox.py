"""What a process behind the walls can no longer do, started as root and as an ordinary user."""

from __future__ import annotations

import os
import socket
import struct
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from casework.reading import run
from casework.reading.sandbox import seccomp_program

ROOT = Path(__file__).resolve().parents[3]

PREAMBLE = """
import ctypes, encodings.idna, mmap, os, resource, signal, socket, subprocess, sys, threading
from casework.reading.sandbox import raise_walls
if {ordinary} and os.geteuid() == 0:
    os.setgroups([]); os.setresgid(12345, 12345, 12345); os.setresuid(12345, 12345, 12345)
walls = raise_walls(cpu_seconds=2, memory_bytes=1 << 30, parent=os.getppid())
def refused(call):
    try:
        call()
    except (PermissionError, BlockingIOError) as error:
        return True
    return False
"""


@pytest.fixture(params=[False, True], ids=["as started", "as an ordinary user"])
def ordinary(request: pytest.FixtureRequest) -> bool:
    return bool(request.param)


def behind_walls(code: str, *, ordinary: bool) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", PREAMBLE.format(ordinary=ordinary) + code],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )


def said(code: str, *, ordinary: bool) -> str:
    result = behind_walls(code, ordinary=ordinary)
    assert result.returncode == 0, result.stderr
    return result.stdout.strip()


@pytest.fixture
def listener() -> Iterator[tuple[int, list[str]]]:
    """A server on this machine, and who called it."""
    callers: list[str] = []
    with socket.create_server(("127.0.0.1", 0)) as server:

        def answer() -> None:
            while True:
                try:
                    connection, address = server.accept()
                except OSError:
                    return
                callers.append(str(address))
                connection.close()

        thread = threading.Thread(target=answer, daemon=True)
        thread.start()
        yield server.getsockname()[1], callers
        server.shutdown(socket.SHUT_RDWR)
        thread.join(5)


@pytest.fixture
def open_folder() -> Iterator[Path]:
    """A folder in which the file system lets everybody do everything."""
    with tempfile.TemporaryDirectory() as folder:
        os.chmod(folder, 0o777)  # noqa: S103
        yield Path(folder)


def test_listener_of_this_test_can_be_reached_without_walls(listener: tuple[int, list[str]]) -> None:
    port, callers = listener
    with socket.create_connection(("127.0.0.1", port), timeout=5) as connection:
        assert connection.recv(1) == b""
    assert len(callers) == 1


def test_listener_cannot_be_reached(listener: tuple[int, list[str]], ordinary: bool) -> None:
    port, callers = listener
    code = f"print(walls.network_cut, refused(lambda: socket.create_connection(('127.0.0.1', {port}), 2)))"
    assert said(code, ordinary=ordinary) == "True True"
    assert callers == []


@pytest.mark.parametrize("family", ["AF_INET", "AF_INET6", "AF_UNIX", "AF_NETLINK", "AF_PACKET", "AF_VSOCK"])
def test_no_socket_of_any_family(family: str) -> None:
    code = f"print(refused(lambda: socket.socket(socket.{family}, socket.SOCK_DGRAM)))"
    assert said(code, ordinary=False) == "True"


def test_kernel_call_past_the_library_is_refused(ordinary: bool) -> None:
    # io_uring could open a socket without the call "socket".
    code = """
libc = ctypes.CDLL(None, use_errno=True)
print(libc.syscall(425, 8, ctypes.create_string_buffer(256)), ctypes.get_errno())
"""
    assert said(code, ordinary=ordinary) == "-1 1"


def test_no_new_process(ordinary: bool) -> None:
    code = "print(refused(os.fork), refused(lambda: subprocess.run(['/bin/true'])))"
    assert said(code, ordinary=ordinary) == "True True"


def test_threads_may_start(ordinary: bool) -> None:
    code = "t = threading.Thread(target=print, args=('ran',)); t.start(); t.join()"
    assert said(code, ordinary=ordinary) == "ran"


def test_no_signal_to_others(ordinary: bool) -> None:
    code = """
libc = ctypes.CDLL(None, use_errno=True)
parent = os.getppid()
tgkill = {"x86_64": 234, "aarch64": 131}[os.uname().machine]
print(refused(lambda: os.kill(parent, 0)), libc.syscall(tgkill, parent, parent, 0))
print(refused(lambda: resource.prlimit(parent, resource.RLIMIT_CPU, (1, 1))))
"""
    assert said(code, ordinary=ordinary).split() == ["True", "-1", "True"]


def test_no_file_can_be_read_or_written(open_folder: Path, ordinary: bool) -> None:
    secret = open_folder / "secret"
    secret.write_text("master key")
    secret.chmod(0o666)
    code = f"""
print(walls.files_cut, refused(lambda: open({str(secret)!r})), refused(lambda: open({str(secret)!r}, "a")))
print(refused(lambda: open({str(open_folder / "new")!r}, "w")), refused(lambda: os.unlink({str(secret)!r})))
print(refused(lambda: open("/proc/%d/environ" % os.getppid())), refused(lambda: os.listdir("/etc")))
"""
    assert said(code, ordinary=ordinary).split() == ["True"] * 7
    assert secret.read_text() == "master key"


def test_root_becomes_nobody() -> None:
    code = """
print(walls.unprivileged, 0 in (*os.getresuid(), *os.getresgid(), *os.getgroups()))
print(refused(lambda: os.setuid(0)) or os.getuid() != 0)
"""
    assert said(code, ordinary=False).split() == ["True", "False", "True"]


def test_memory_ends_at_the_limit(ordinary: bool) -> None:
    code = """
try:
    mmap.mmap(-1, 1 << 30)
except OSError as error:
    print(error.errno)
"""
    assert said(code, ordinary=ordinary) == "12"


def test_processor_time_ends_at_the_limit(ordinary: bool) -> None:
    result = behind_walls("while True: pass", ordinary=ordinary)
    assert result.returncode == -24  # SIGXCPU


def test_no_core_dump(ordinary: bool) -> None:
    code = "print(resource.getrlimit(resource.RLIMIT_CORE), resource.getrlimit(resource.RLIMIT_FSIZE))"
    assert said(code, ordinary=ordinary) == "(0, 0) (0, 0)"


def test_abort_still_ends_the_process(ordinary: bool) -> None:
    assert behind_walls("os.abort()", ordinary=ordinary).returncode == -6  # SIGABRT


def test_process_without_its_parent_does_not_begin() -> None:
    code = "import os; from casework.reading.sandbox import raise_walls\n"
    code += "raise_walls(cpu_seconds=2, memory_bytes=1 << 30, parent=1 << 22)\nprint('began')"
    result = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert (result.returncode, result.stdout) == (1, "")


def test_all_walls_stand_on_this_machine() -> None:
    walls = run.walls()
    assert walls.network_cut
    assert walls.processes_cut
    assert walls.files_cut
    assert walls.unprivileged


# What a kernel does with the filter, in few lines: enough to try the numbers of a machine we do not have.
def verdict(program: bytes, *, architecture: int, number: int, argument: int = 0) -> int:
    data = struct.pack("<IIQQ", number, architecture, 0, argument)
    steps = list(struct.iter_unpack("=HBBI", program))
    value = at = 0
    while True:
        code, yes, no, operand = steps[at]
        at += 1
        match code:
            case 0x20:
                (value,) = struct.unpack_from("<I", data, operand)
            case 0x15:
                at += yes if value == operand else no
            case 0x35:
                at += yes if value >= operand else no
            case 0x45:
                at += yes if value & operand else no
            case 0x06:
                return int(operand)
            case _:
                raise AssertionError(code)


KILL, ALLOW, REFUSE, ABSENT = 0x80000000, 0x7FFF0000, 0x00050001, 0x00050026
X86, ARM = 0xC000003E, 0xC00000B7


@pytest.mark.parametrize(
    ("machine", "architecture", "number", "argument", "expected"),
    [
        ("x86_64", X86, 0, 0, ALLOW),  # read
        ("x86_64", X86, 41, 2, REFUSE),  # socket
        ("x86_64", X86, 56, 0x00010F00, ALLOW),  # clone of a thread
        ("x86_64", X86, 56, 17, REFUSE),  # clone of a process
        ("x86_64", X86, 435, 0, ABSENT),  # clone3
        ("x86_64", X86, 234, 77, ALLOW),  # tgkill to ourselves
        ("x86_64", X86, 234, 78, REFUSE),
        ("x86_64", X86, 0x40000000 + 41, 0, KILL),  # x32
        ("x86_64", 0x40000003, 102, 0, KILL),  # 32-bit socketcall
        ("x86_64", X86, 302, 0, ALLOW),  # prlimit64 of ourselves
        ("x86_64", X86, 302, 1, REFUSE),
        ("aarch64", ARM, 63, 0, ALLOW),  # read
        ("aarch64", ARM, 198, 2, REFUSE),  # socket
        ("aarch64", ARM, 203, 0, REFUSE),  # connect
        ("aarch64", ARM, 221, 0, REFUSE),  # execve
        ("aarch64", ARM, 220, 0x00010F00, ALLOW),
        ("aarch64", ARM, 220, 17, REFUSE),
        ("aarch64", ARM, 131, 77, ALLOW),
        ("aarch64", ARM, 131, 78, REFUSE),
        ("aarch64", 0x40000028, 281, 0, KILL),  # 32-bit ARM
    ],
)
def test_filter(machine: str, architecture: int, number: int, argument: int, expected: int) -> None:
    program = seccomp_program(machine, 77)
    assert verdict(program, architecture=architecture, number=number, argument=argument) == expected
