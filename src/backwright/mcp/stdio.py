"""Serving on standard input and output until the client closes them or a signal comes."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any, cast

import anyio
from mcp.server.stdio import stdio_server

from backwright.mcp.server import build_server

_CHUNK = 65_536


def serve(folder: Path) -> None:
    """Serve until the client leaves; whatever still runs then is ended.

    Args:
        folder: The project that is meant where a call names none.

    Raises:
        KeyboardInterrupt: SIGINT or SIGTERM came; nothing runs any more.
    """
    if anyio.run(_serve, folder):
        raise KeyboardInterrupt


async def _serve(folder: Path) -> bool:
    """Serve; tell whether a signal ended it."""
    server = build_server(folder)
    stopped = False

    async def wait_for_signal() -> None:
        nonlocal stopped
        with anyio.open_signal_receiver(signal.SIGINT, signal.SIGTERM) as signals:
            async for _ in signals:
                stopped = True
                tasks.cancel_scope.cancel()

    async with anyio.create_task_group() as tasks:
        tasks.start_soon(wait_for_signal)
        async with stdio_server(stdin=cast("Any", _lines())) as (reading, writing):
            await server.run(reading, writing, server.create_initialization_options())
        tasks.cancel_scope.cancel()
    return stopped


async def _lines() -> AsyncIterator[str]:
    """Give the lines of standard input.

    A thread that reads, as the library has it, cannot be interrupted: a signal would wait until
    the client writes.
    """
    descriptor, rest = sys.stdin.fileno(), b""
    while data := await _read(descriptor):
        *lines, rest = (rest + data).split(b"\n")
        for line in lines:
            yield line.decode("utf-8", "replace")
    if rest:
        yield rest.decode("utf-8", "replace")


async def _read(descriptor: int) -> bytes:
    """Wait for bytes; a file, which cannot be waited for, always has them."""
    try:
        await anyio.wait_readable(descriptor)
    except PermissionError:
        await anyio.lowlevel.checkpoint()
    return os.read(descriptor, _CHUNK)
