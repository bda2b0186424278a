"""A filter of system calls (seccomp(2)) for what no namespace holds back.

Sockets of other families than the four below: vsock leads to the machine's host past every
network namespace. io_uring makes sockets past a filter of socket(2). Key rings are the user's.
The program is classic BPF, written here since bubblewrap takes it as bytes and makes none itself.
"""

from __future__ import annotations

import platform
import struct
from dataclasses import dataclass

from backwright.errors import MissingError

_LOAD, _EQUAL, _AT_LEAST, _RETURN = 0x20, 0x15, 0x35, 0x06
_NUMBER, _MACHINE, _FIRST_ARGUMENT = 0, 4, 16  # struct seccomp_data
_ALLOW, _ERRNO = 0x7FFF0000, 0x00050000
_NOT_PERMITTED, _NO_SUCH_CALL, _NO_SUCH_FAMILY = 1, 38, 97
_FAMILIES = (1, 2, 10, 16)  # unix, IPv4, IPv6, netlink (which the namespace holds)
_FOREIGN_NUMBERS = 0x40000000  # the x32 calls of x86-64, which have numbers of their own


@dataclass(frozen=True, slots=True)
class _Machine:
    """The numbers of a kind of processor: its own, socket(2), and of the calls that are refused.

    Refused are keyctl, add_key, request_key, the three of io_uring, and those that make and
    enter namespaces, mount, trace and load code into the kernel.
    """

    number: int
    socket: int
    refused: tuple[int, ...]


_MACHINES = {
    "x86_64": _Machine(
        0xC000003E, 41,
        (248, 249, 250, 425, 426, 427, 272, 308, 165, 166, 155, 101, 310, 311, 321, 298, 323, 428, 429,
         430, 431, 432, 433, 442),
    ),
    "aarch64": _Machine(
        0xC00000B7, 198,
        (217, 218, 219, 425, 426, 427, 97, 268, 40, 39, 41, 117, 270, 271, 280, 241, 282, 428, 429,
         430, 431, 432, 433, 442),
    ),
}  # fmt: skip


def system_call_filter() -> bytes:
    """Return the filter for this machine.

    Raises:
        MissingError: it is written for x86-64 and 64-bit ARM only.
    """
    machine = _MACHINES.get(platform.machine())
    if machine is None:
        raise MissingError(
            f"the boundary knows no filter of system calls for {platform.machine()}",
            remedy="run it on x86-64 or 64-bit ARM",
        )
    refused = [part for number in machine.refused for part in _if_equal(number, _NOT_PERMITTED)]
    families = [part for family in _FAMILIES for part in _allow_if_equal(family)]
    return b"".join([
        _code(_LOAD, _MACHINE),
        *_unless_equal(machine.number, _NO_SUCH_CALL),
        _code(_LOAD, _NUMBER),
        _code(_AT_LEAST, _FOREIGN_NUMBERS, 0, 1),
        _code(_RETURN, _ERRNO | _NO_SUCH_CALL),
        *refused,
        _code(_EQUAL, machine.socket, 1, 0),
        _code(_RETURN, _ALLOW),
        _code(_LOAD, _FIRST_ARGUMENT),
        *families,
        _code(_RETURN, _ERRNO | _NO_SUCH_FAMILY),
    ])  # fmt: skip


def _code(operation: int, value: int, if_so: int = 0, if_not: int = 0) -> bytes:
    """Return one instruction (struct sock_filter)."""
    return struct.pack("<HBBI", operation, if_so, if_not, value)


def _if_equal(value: int, error: int) -> tuple[bytes, bytes]:
    return _code(_EQUAL, value, 0, 1), _code(_RETURN, _ERRNO | error)


def _unless_equal(value: int, error: int) -> tuple[bytes, bytes]:
    return _code(_EQUAL, value, 1, 0), _code(_RETURN, _ERRNO | error)


def _allow_if_equal(value: int) -> tuple[bytes, bytes]:
    return _code(_EQUAL, value, 0, 1), _code(_RETURN, _ALLOW)
