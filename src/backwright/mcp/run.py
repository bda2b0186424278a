"""Running a command in a process of its own, following its events, and ending it when cancelled."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import anyio
from anyio.abc import ByteReceiveStream, Process
from anyio.streams.buffered import BufferedByteReceiveStream

from backwright.host import watchdog
from backwright.mcp.inputs import CommandLine

_GRACE_SECONDS = 60.0  # for ending what it runs and taking back what it had begun
_KEPT_LINES = 20
_LONGEST_LINE = 1_000_000
Follow = Callable[[str], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of a command: its exit code and its document."""

    exit_code: int
    document: dict[str, Any]


async def run_command(line: CommandLine, folder: Path, follow: Follow) -> Outcome:
    """Run a command and return what it said; a cancelled one has ended when this is left.

    Args:
        line: The command.
        folder: Where it is run.
        follow: Told each step and check, in a line.
    """
    async with _started(line, folder) as process:
        said: list[bytes] = []
        strays: list[str] = []
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(_feed, process, line.text.encode())
            tasks.start_soon(_collect, process.stdout, said)
            await _follow(process.stderr, follow, strays)
        code = await process.wait()
    return Outcome(code, _document(line, code, b"".join(said), strays))


@contextlib.asynccontextmanager
async def _started(line: CommandLine, folder: Path) -> AsyncIterator[Process]:
    """Give the running process; leave no process behind, however this is left."""
    variables = {**os.environ, **line.variables, "BACKWRIGHT_PROGRESS": "json"}
    process = await anyio.open_process(
        [sys.executable, "-m", "backwright", *line.words],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        cwd=folder,
        env=variables,
        start_new_session=True,
    )
    watchdog.end_when_orphaned(process.pid, signal.SIGTERM, group=True)
    try:
        yield process
    finally:
        with anyio.CancelScope(shield=True):
            await _end(process)
        watchdog.spare(process.pid, signal.SIGTERM, group=True)


async def _end(process: Process) -> None:
    """End a process that may run: the command takes SIGTERM for an interrupt and cleans up."""
    with contextlib.suppress(ProcessLookupError):
        process.terminate()
    with anyio.move_on_after(_GRACE_SECONDS):
        await process.wait()
    if process.returncode is None:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
    await process.aclose()


async def _feed(process: Process, text: bytes) -> None:
    if process.stdin is None:
        return
    with contextlib.suppress(anyio.BrokenResourceError, anyio.ClosedResourceError):
        await process.stdin.send(text)
    await process.stdin.aclose()


async def _collect(stream: ByteReceiveStream | None, said: list[bytes]) -> None:
    if stream is not None:
        said += [chunk async for chunk in stream]


async def _follow(stream: ByteReceiveStream | None, follow: Follow, strays: list[str]) -> None:
    """Tell each event; keep the last of what is none, to explain a command that breaks."""
    if stream is None:
        return
    lines = BufferedByteReceiveStream(stream)
    with contextlib.suppress(anyio.EndOfStream, anyio.IncompleteRead):
        while True:
            text = (await lines.receive_until(b"\n", _LONGEST_LINE)).decode("utf-8", "replace")
            event = _event(text)
            if event is None:
                strays.append(text)
                del strays[:-_KEPT_LINES]
            elif message := _message(event):
                await follow(message)


def _event(text: str) -> Mapping[str, Any] | None:
    with contextlib.suppress(ValueError):
        event = json.loads(text)
        if isinstance(event, dict) and "event" in event:
            return event
    return None


def _message(event: Mapping[str, Any]) -> str:
    """Say an event in a line; the beginning of a check is not said."""
    if event["event"] == "step":
        return str(event["step"])
    if event["event"] == "check-ended":
        check = event["result"]
        detail = str(check["detail"]).partition("\n")[0]
        return f"{check['check']}: {check['verdict']}" + (f" ({detail})" if detail else "")
    return ""


def _document(line: CommandLine, code: int, said: bytes, strays: list[str]) -> dict[str, Any]:
    """Read the document; a command that wrote none has broken, and what it said instead is told."""
    with contextlib.suppress(ValueError):
        document = json.loads(said)
        if isinstance(document, dict):
            return document
    told = " ".join("".join(strays).split())[-1000:]
    message = f"the command ended with {code} and without a document" + (
        f": {told}" if told else ""
    )
    fault = {"message": message, "file": None, "line": None, "remedy": "report it"}
    return {"schema": 1, "command": " ".join(line.words[:1]), "error": fault}
