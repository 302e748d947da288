"""Walls around a child process that opens a file somebody sent. Linux only; called inside the child, once.

Order matters: everything needed is imported before, no byte of the file is parsed before. Each wall works for
root and for an ordinary user in a container, without capabilities:

* limits of the kernel on processor time, memory, written files, core dumps;
* the child dies with its parent;
* root becomes nobody, for good;
* Landlock: no file outside the font folders and Python's own libraries can be opened, none written;
* seccomp: no sockets (of any family), no new processes, no signals to or memory of others.

What the kernel refuses is reported in `Walls`, not passed over in silence.
"""

from __future__ import annotations

import ctypes
import os
import platform
import resource
import signal
import struct
from collections.abc import Iterable
from dataclasses import dataclass

NOBODY = 65534

FONT_FOLDERS = (
    "/usr/share/fonts",
    "/usr/local/share/fonts",
    "/usr/share/X11/fonts",
    "/usr/share/ghostscript/fonts",
)

_PR_SET_PDEATHSIG = 1
_PR_SET_DUMPABLE = 4
_PR_SET_SECCOMP = 22
_PR_SET_NO_NEW_PRIVS = 38
_CLONE_NEWUSER = 0x10000000
_CLONE_NEWNET = 0x40000000
_CLONE_THREAD = 0x00010000


@dataclass(frozen=True, slots=True)
class Walls:
    """Which walls stand. `network_cut` must be true in production; a system check asks for it."""

    network_cut: bool
    processes_cut: bool
    files_cut: bool
    unprivileged: bool


def raise_walls(*, cpu_seconds: int, memory_bytes: int, parent: int, readable: Iterable[str] = ()) -> Walls:
    """Shut this process in. `readable`: folders that may still be read (Python's libraries).

    `parent` is the process id that started us; if it is gone already we end at once.
    Raises OSError if root cannot become nobody: a parser must never run as root.
    """
    libc = ctypes.CDLL(None, use_errno=True)
    _limit(cpu_seconds, memory_bytes)
    _become_nobody()
    # After the change of user, which would reset both.
    libc.prctl(_PR_SET_DUMPABLE, 0, 0, 0, 0)
    libc.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
    if os.getppid() != parent:
        os._exit(1)
    private = libc.prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0
    files_cut = private and _landlock(libc, (*FONT_FOLDERS, *readable))
    filtered = private and _seccomp(libc)
    network_cut = filtered or _own_network(libc)
    return Walls(network_cut, processes_cut=filtered, files_cut=files_cut, unprivileged=os.geteuid() != 0)


def _limit(cpu_seconds: int, memory_bytes: int) -> None:
    def lower(which: int, soft: int, hard: int) -> None:
        ceiling = resource.getrlimit(which)[1]
        if ceiling != resource.RLIM_INFINITY:
            soft, hard = min(soft, ceiling), min(hard, ceiling)
        resource.setrlimit(which, (soft, hard))

    signal.signal(signal.SIGXCPU, signal.SIG_DFL)
    lower(resource.RLIMIT_CORE, 0, 0)
    lower(resource.RLIMIT_FSIZE, 0, 0)  # pictures leave through a pipe
    lower(resource.RLIMIT_AS, memory_bytes, memory_bytes)
    lower(resource.RLIMIT_NOFILE, 64, 64)
    lower(resource.RLIMIT_CPU, cpu_seconds, cpu_seconds + 2)


def _become_nobody() -> None:
    if os.geteuid() != 0:
        return
    os.setgroups([])
    os.setresgid(NOBODY, NOBODY, NOBODY)
    os.setresuid(NOBODY, NOBODY, NOBODY)


def _own_network(libc: ctypes.CDLL) -> bool:
    """An empty network of our own, where the kernel has no seccomp. May be refused (containers)."""
    return bool(libc.unshare(_CLONE_NEWUSER | _CLONE_NEWNET) == 0)


# --- Landlock (Linux 5.13 and later) ---

_LANDLOCK_CREATE, _LANDLOCK_ADD_RULE, _LANDLOCK_RESTRICT = 444, 445, 446  # the same on all architectures
_READ_FILE, _READ_DIR = 1 << 2, 1 << 3


def _landlock(libc: ctypes.CDLL, readable: Iterable[str]) -> bool:
    version = libc.syscall(_LANDLOCK_CREATE, None, ctypes.c_size_t(0), 1)
    if version < 1:
        return False
    # Handle every right this kernel knows; what is handled and not granted below is refused.
    files = (1 << (13 if version < 2 else 14 if version < 3 else 15 if version < 5 else 16)) - 1
    tcp = 0b11 if version >= 4 else 0
    scopes = 0b11 if version >= 6 else 0  # abstract sockets, signals
    attributes = struct.pack("=QQQ", files, tcp, scopes)
    size = 8 if version < 4 else 16 if version < 6 else 24
    rules = libc.syscall(_LANDLOCK_CREATE, attributes, ctypes.c_size_t(size), 0)
    if rules < 0:
        return False
    try:
        for folder in readable:
            try:
                handle = os.open(folder, os.O_PATH | os.O_CLOEXEC | os.O_DIRECTORY)
            except OSError:
                continue
            try:
                rule = struct.pack("=Qi", _READ_FILE | _READ_DIR, handle)
                if libc.syscall(_LANDLOCK_ADD_RULE, rules, 1, rule, 0) != 0:
                    return False
            finally:
                os.close(handle)
        return bool(libc.syscall(_LANDLOCK_RESTRICT, rules, 0) == 0)
    finally:
        os.close(rules)


# --- seccomp ---

# Refused with EPERM: name -> number on x86_64, number on aarch64 (-1: does not exist there).
_REFUSED: dict[str, tuple[int, int]] = {
    "socket": (41, 198),
    "socketpair": (53, 199),
    "connect": (42, 203),
    "bind": (49, 200),
    "listen": (50, 201),
    "accept": (43, 202),
    "accept4": (288, 242),
    "sendto": (44, 206),
    "sendmsg": (46, 211),
    "sendmmsg": (307, 269),
    "recvfrom": (45, 207),
    "recvmsg": (47, 212),
    "io_uring_setup": (425, 425),  # would open sockets past this filter
    "io_uring_enter": (426, 426),
    "io_uring_register": (427, 427),
    "fork": (57, -1),
    "vfork": (58, -1),
    "execve": (59, 221),
    "execveat": (322, 281),
    "ptrace": (101, 117),
    "process_vm_readv": (310, 270),
    "process_vm_writev": (311, 271),
    "pidfd_open": (434, 434),
    "pidfd_getfd": (438, 438),
    "pidfd_send_signal": (424, 424),
    "kill": (62, 129),
    "tkill": (200, 130),
    "unshare": (272, 97),
    "setns": (308, 268),
    "mount": (165, 40),
    "bpf": (321, 280),
    "perf_event_open": (298, 241),
    "userfaultfd": (323, 282),
    "keyctl": (250, 219),
    "add_key": (248, 217),
    "request_key": (249, 218),
    "open_by_handle_at": (304, 265),
    "memfd_create": (319, 279),
    "setsid": (112, 157),  # the parent kills the process group
    "setpgid": (109, 154),
}
_CLONE, _CLONE3, _TGKILL, _PRLIMIT = (56, 220), (435, 435), (234, 131), (302, 261)

_ARCHITECTURES: dict[str, tuple[int, int]] = {"x86_64": (0, 0xC000003E), "aarch64": (1, 0xC00000B7)}

_LOAD, _EQUAL, _AT_LEAST, _ANY_BIT, _RETURN = 0x20, 0x15, 0x35, 0x45, 0x06
_KILL, _ALLOW, _ERRNO = 0x80000000, 0x7FFF0000, 0x00050000
_EPERM, _ENOSYS = 1, 38
_NUMBER_AT, _ARCHITECTURE_AT, _ARGUMENTS_AT = 0, 4, 16  # offsets in struct seccomp_data; little endian


def _seccomp(libc: ctypes.CDLL) -> bool:
    """Install the filter on this process; False where the kernel or the architecture has none."""
    if platform.machine() not in _ARCHITECTURES:
        return False
    program = seccomp_program(platform.machine(), os.getpid())
    code = ctypes.create_string_buffer(program, len(program))
    header = struct.pack("@HP", len(program) // 8, ctypes.addressof(code))
    return bool(libc.prctl(_PR_SET_SECCOMP, 2, header, 0, 0) == 0)


def seccomp_program(machine: str, pid: int) -> bytes:
    """The filter as classic BPF, 8 bytes an instruction. Pure.

    Threads may be started (decoders of HEIC do), processes not; signals and limits only for ourselves
    (abort() and the C library need them).
    """
    column, architecture = _ARCHITECTURES[machine]

    def step(code: int, value: int, yes: int = 0, no: int = 0) -> bytes:
        return struct.pack("=HBBI", code, yes, no, value)

    steps = [
        step(_LOAD, _ARCHITECTURE_AT),
        step(_EQUAL, architecture, yes=1),
        step(_RETURN, _KILL),  # 32-bit calls on a 64-bit machine have other numbers
        step(_LOAD, _NUMBER_AT),
    ]
    if machine == "x86_64":
        steps += [step(_AT_LEAST, 0x40000000, no=1), step(_RETURN, _KILL)]  # the x32 numbers
    for numbers in _REFUSED.values():
        if numbers[column] >= 0:
            steps += [step(_EQUAL, numbers[column], no=1), step(_RETURN, _ERRNO | _EPERM)]
    # The C library falls back from clone3, whose flags a filter cannot see, to clone.
    steps += [step(_EQUAL, _CLONE3[column], no=1), step(_RETURN, _ERRNO | _ENOSYS)]
    steps += [
        step(_EQUAL, _CLONE[column], no=4),
        step(_LOAD, _ARGUMENTS_AT),
        step(_ANY_BIT, _CLONE_THREAD, yes=1),
        step(_RETURN, _ERRNO | _EPERM),
        step(_RETURN, _ALLOW),
    ]
    for numbers, own in ((_TGKILL, pid), (_PRLIMIT, 0)):
        steps += [
            step(_EQUAL, numbers[column], no=4),
            step(_LOAD, _ARGUMENTS_AT),
            step(_EQUAL, own, yes=1),
            step(_RETURN, _ERRNO | _EPERM),
            step(_RETURN, _ALLOW),
        ]
    steps.append(step(_RETURN, _ALLOW))
    return b"".join(steps)
