"""A door that speaks TLS, before a PostgreSQL that does not."""

from __future__ import annotations

import contextlib
import socket
import ssl
import struct
import subprocess
import tempfile
import threading
from collections.abc import Iterator
from pathlib import Path

_ASKS_FOR_TLS = struct.pack("!ii", 8, 80877103)


@contextlib.contextmanager
def speaking_tls(port: int) -> Iterator[int]:
    """Listen on a port of its own, take connections that ask for TLS, and hand on what they say.

    Args:
        port: The PostgreSQL's. Who does not ask for TLS is turned away.
    """
    with tempfile.TemporaryDirectory() as name, socket.create_server(("127.0.0.1", 0)) as door:
        context = _context(Path(name))
        threading.Thread(target=_accept, args=(door, context, port), daemon=True).start()
        yield door.getsockname()[1]
        door.shutdown(socket.SHUT_RDWR)


def _context(folder: Path) -> ssl.SSLContext:
    key, certificate = folder / "key.pem", folder / "certificate.pem"
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "1", "-subj",
         "/CN=localhost", "-keyout", str(key), "-out", str(certificate)],
        check=True, capture_output=True,
    )  # fmt: skip
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    return context


def _accept(door: socket.socket, context: ssl.SSLContext, port: int) -> None:
    with contextlib.suppress(OSError):
        while True:
            asking, _ = door.accept()
            threading.Thread(target=_serve, args=(asking, context, port), daemon=True).start()


def _serve(asking: socket.socket, context: ssl.SSLContext, port: int) -> None:
    with contextlib.suppress(OSError), asking:
        if asking.recv(8) != _ASKS_FOR_TLS:
            return
        asking.sendall(b"S")
        with (
            context.wrap_socket(asking, server_side=True) as client,
            socket.create_connection(("127.0.0.1", port)) as server,
        ):
            back = threading.Thread(target=_hand_on, args=(server, client), daemon=True)
            back.start()
            _hand_on(client, server)
            back.join()


def _hand_on(from_: socket.socket, to: socket.socket) -> None:
    with contextlib.suppress(OSError):
        while data := from_.recv(65_536):
            to.sendall(data)
    with contextlib.suppress(OSError):
        to.shutdown(socket.SHUT_WR)
