"""A program of the host that answers orders: one line of JSON each way."""

from __future__ import annotations

import contextlib
import json
import queue
import subprocess
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import IO, Any

from backwright.errors import BackwrightError
from backwright.host.process import OUTPUT_LIMIT, Bounded, Processes, close_streams


class DialogueError(BackwrightError):
    """The program answered that an order failed, ended, or did not answer in time."""


class EndedError(DialogueError):
    """The program ended, or did not answer in time: no later order will be answered."""


class Dialogue:
    """The other end of a running program."""

    def __init__(self, process: subprocess.Popen[bytes], timeout: float) -> None:
        """Begin to listen to both of its streams."""
        self._process = process
        self._timeout = timeout
        self._answers: queue.Queue[bytes] = queue.Queue()
        self._said = Bounded(OUTPUT_LIMIT)
        self.seconds: dict[str, float] = {}
        for target, stream in (
            (self._read_answers, process.stdout),
            (self._read_words, process.stderr),
        ):
            threading.Thread(target=target, args=(stream,), daemon=True).start()

    def ask(self, order: Mapping[str, Any]) -> dict[str, Any]:
        """Send an order and return the answer.

        Raises:
            DialogueError: with what the program said of the failure.
            EndedError: it does not answer any more.
        """
        started = time.monotonic()
        stdin = self._process.stdin
        with contextlib.suppress(OSError, ValueError):
            if stdin is not None:
                stdin.write(json.dumps(order).encode() + b"\n")
                stdin.flush()
        try:
            line = self._answers.get(timeout=self._timeout)
        except queue.Empty:
            raise EndedError(f"no answer within {self._timeout:.0f} s\n{self.said()}") from None
        name = str(order.get("do"))
        self.seconds[name] = self.seconds.get(name, 0.0) + time.monotonic() - started
        if not line:
            self._answers.put(line)  # and so it is with every later order
            raise EndedError(f"the program ended\n{self.said()}".rstrip())
        answer: dict[str, Any] = json.loads(line)
        if "error" in answer:
            raise DialogueError(_explained(answer))
        return answer

    def said(self) -> str:
        """Return what the program has written to stderr."""
        return self._said.text().strip()

    def _read_answers(self, stream: IO[bytes]) -> None:
        """Pass on each line; an empty one at the end."""
        with contextlib.suppress(OSError, ValueError):
            for line in stream:
                self._answers.put(line)
        self._answers.put(b"")

    def _read_words(self, stream: IO[bytes]) -> None:
        """Keep what it says on stderr."""
        with contextlib.suppress(OSError, ValueError):
            for line in stream:
                self._said.add(line)


def _explained(answer: Mapping[str, Any]) -> str:
    """Return an error with the last places of its trace, which are the nearest to its cause."""
    places = [line for line in str(answer.get("trace", "")).splitlines() if line.startswith("  ")]
    return "\n".join([str(answer["error"]).strip(), *places[-6:]])


@contextlib.contextmanager
def converse(
    argv: Sequence[str],
    *,
    cwd: Path,
    env: Mapping[str, str],
    timeout: float = 120.0,
    processes: Processes | None = None,
) -> Iterator[Dialogue]:
    """Start a program to converse with; its group is ended afterwards.

    Raises:
        MissingError: the program cannot be started.
    """
    owner = processes or Processes()
    process = owner.start(argv, cwd=cwd, env=env, stdin=subprocess.PIPE)
    try:
        yield Dialogue(process, timeout)
    finally:
        with contextlib.suppress(OSError):
            if process.stdin is not None:
                process.stdin.close()
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(1.0)
        owner.end(process)
        close_streams(process)
