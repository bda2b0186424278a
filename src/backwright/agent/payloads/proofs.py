"""Attempts to get out of the boundary, made from inside before anything else is done there.

Each returns what it saw: nothing where the boundary held. Standard library only.
"""

from __future__ import annotations

import contextlib
import ctypes
import errno
import os
import socket
from pathlib import Path
from typing import Any

_LIBC = ctypes.CDLL(None, use_errno=True)
_NOWHERE = ("192.0.2.1", "2001:db8::1")  # kept for documentation: nobody answers there
_MS_REMOUNT_BIND = 32 | 4096
_NEW_USER, _NEW_NET = 0x10000000, 0x40000000
_SECONDS = 2.0


def run(workspace: Path, order: dict[str, Any]) -> list[dict[str, str]]:
    """Make every attempt; `saw` is empty where it failed as it must."""
    attempts = {
        "egress over TCP": lambda: _reaches(socket.SOCK_STREAM),
        "egress over UDP": lambda: _reaches(socket.SOCK_DGRAM),
        "names of hosts": _resolves,
        "other interfaces": _interfaces,
        "other families of sockets": _families,
        "the host's loopback": lambda: _loopback(order["port"]),
        "the host's sockets": lambda: _sockets(order["socket"]),
        "writing elsewhere": lambda: _writes(order["elsewhere"]),
        "remounting": lambda: _remounts(workspace),
        "namespaces of one's own": _namespaces,
        "capabilities": _capabilities,
        "the host's processes": _processes,
        "the kernel's settings": _settings,
        "what is hidden": lambda: _hidden(order["hidden"]),
        "the caller's environment": lambda: _environment(order["secret"]),
        "what is protected": lambda: _protected(order["protected"]),
        "the workspace": lambda: _workspace(workspace),
        "loopback inside": _own_loopback,
    }
    return [{"proof": name, "saw": attempt()} for name, attempt in attempts.items()]


def _reaches(kind: int) -> str:
    for family, address in zip((socket.AF_INET, socket.AF_INET6), _NOWHERE, strict=True):
        with contextlib.suppress(OSError), socket.socket(family, kind) as out:
            out.settimeout(_SECONDS)
            try:
                out.connect((address, 9))
            except OSError as error:
                if error.errno in (errno.ENETUNREACH, errno.EADDRNOTAVAIL):
                    continue
                return f"{address}: {error}"  # a time-out, too: a packet may have gone out
            return f"a way to {address}"
    return ""


def _resolves() -> str:
    try:
        found = socket.getaddrinfo("example.com", 80)
    except OSError:
        return ""
    return f"example.com is {found[0][4][0]}"


def _interfaces() -> str:
    names = {name for _, name in socket.if_nameindex()}
    return ", ".join(sorted(names - {"lo"}))


def _families() -> str:
    """Families that no network namespace holds back (vsock leads to the machine's host)."""
    open_ones = []
    for name in ("AF_VSOCK", "AF_PACKET", "AF_BLUETOOTH", "AF_ALG", "AF_CAN", "AF_TIPC"):
        family = getattr(socket, name, None)
        if family is not None:
            with contextlib.suppress(OSError):
                socket.socket(
                    family, socket.SOCK_STREAM if name == "AF_VSOCK" else socket.SOCK_RAW
                ).close()
                open_ones.append(name)
    return ", ".join(open_ones)


def _loopback(port: int) -> str:
    with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), _SECONDS):
        return f"port {port} of the host"
    return ""


def _sockets(name: str) -> str:
    for address in (name, f"\0{name}"):
        with contextlib.suppress(OSError), socket.socket(socket.AF_UNIX) as out:
            out.connect(address)
            return f"the socket {name}"
    return ""


def _writes(folders: list[str]) -> str:
    open_ones = []
    for folder in folders:
        with contextlib.suppress(OSError):
            path = Path(folder) / ".backwright-was-here"
            path.write_bytes(b"")
            path.unlink()
            open_ones.append(folder)
    return ", ".join(open_ones)


def _remounts(workspace: Path) -> str:
    for flags, target in (
        (_MS_REMOUNT_BIND, b"/"),
        (_MS_REMOUNT_BIND, b"/usr"),
        (0, bytes(workspace)),
    ):
        if _LIBC.mount(b"none", target, b"tmpfs", flags, None) == 0:
            return f"{target.decode()} can be mounted"
    return "/ can be left" if _LIBC.umount2(b"/usr", 2) == 0 else ""


def _namespaces() -> str:
    for name, flag in (("user", _NEW_USER), ("network", _NEW_NET)):
        child = os.fork()
        if child == 0:
            os._exit(0 if _LIBC.unshare(flag) == 0 else 1)
        if os.waitpid(child, 0)[1] == 0:
            return f"a {name} namespace"
    return ""


def _capabilities() -> str:
    status = dict(
        line.split(":\t", 1)
        for line in Path("/proc/self/status").read_text().splitlines()
        if ":\t" in line
    )
    held = [name for name in ("CapEff", "CapPrm", "CapBnd", "CapAmb") if int(status[name], 16)]
    if status["NoNewPrivs"].strip() != "1":
        held.append("new privileges")
    return ", ".join(held)


def _processes() -> str:
    """The first process is the boundary's own."""
    first = Path("/proc/1/comm").read_text().strip()
    return "" if first == "bwrap" else f"the first process is {first}"


def _settings() -> str:
    """Tell what of the kernel's could be written; nothing is, to see that."""
    names = [
        "sysrq-trigger",
        "sys/kernel/core_pattern",
        "sys/kernel/hostname",
        "sys/vm/drop_caches",
    ]
    names += [name for name in os.listdir("/proc") if not name.isdigit()]  # noqa: PTH208 - the names
    open_ones = {
        name
        for name in names
        if not Path("/proc", name).is_symlink() and os.access(f"/proc/{name}", os.W_OK)
    }
    return ", ".join(sorted(open_ones))


def _hidden(paths: list[str]) -> str:
    return ", ".join(path for path in paths if os.path.lexists(path))


def _environment(secret: str) -> str:
    for entry in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            if secret.encode() in (entry / "environ").read_bytes():
                return f"in process {entry.name}"
    return ""


def _protected(paths: list[str]) -> str:
    open_ones = []
    for name in paths:
        path = Path(name)
        with contextlib.suppress(OSError):
            if path.is_dir():
                (path / ".backwright-was-here").write_bytes(b"")
                (path / ".backwright-was-here").unlink()
            else:
                with path.open("ab"):
                    pass
            open_ones.append(name)
    return ", ".join(open_ones)


def _workspace(workspace: Path) -> str:
    path = workspace / ".backwright-was-here"
    try:
        path.write_bytes(b"")
        path.unlink()
    except OSError as error:
        return f"it cannot be written: {error}"
    return ""


def _own_loopback() -> str:
    try:
        with (
            socket.create_server(("127.0.0.1", 0)) as server,
            socket.create_connection(server.getsockname(), _SECONDS),
        ):
            return ""
    except OSError as error:
        return f"it does not work: {error}"
