"""The transcript of a run: lines of JSON that anybody can read, chained by their hashes.

Each line has the hash of the one before it, so that a line that is changed, taken out or put in
breaks the chain from there on. The hash of the last line stands in the report and in the project's
history: a chain that was made anew as a whole does not end in it.
"""

from __future__ import annotations

import datetime
import hashlib
import json
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from backwright.errors import UsageError
from backwright.values import Place

_BEGINNING = "0" * 64
_OURS = ("n", "time", "kind", "prev", "hash")


@dataclass(frozen=True, slots=True)
class Record:
    """One line: its number from 0, its time in UTC, what it is about, what it says, its hash."""

    n: int
    time: str
    kind: str
    data: Mapping[str, Any]
    prev: str
    hash: str


class Transcript:
    """A transcript that is written on; every line is on the disk before anything follows from it.

    Attributes:
        path: The file.
        records: What it holds.
    """

    def __init__(self, path: Path) -> None:
        """Read what is there, or begin. Half a line, as a kill leaves it, is cut off.

        Raises:
            UsageError: the chain is broken.
        """
        self.path = path
        self.records: list[Record] = []
        if path.exists():
            data = path.read_bytes()
            whole = data[: data.rfind(b"\n") + 1]
            if whole != data:
                os.truncate(path, len(whole))
            self.records = list(read_transcript(path))

    @property
    def head(self) -> str:
        """The hash of the last line."""
        return self.records[-1].hash if self.records else _BEGINNING

    def append(self, kind: str, **data: Any) -> Record:  # noqa: ANN401 - whatever JSON can hold
        """Write one line, and return it when it is on the disk."""
        now = datetime.datetime.now(datetime.UTC).isoformat(timespec="milliseconds")
        plain = json.loads(json.dumps(data))
        held = {"n": len(self.records), "time": now, "kind": kind, **plain, "prev": self.head}
        record = Record(len(self.records), now, kind, plain, self.head, _digest(held))
        line = json.dumps({**held, "hash": record.hash}, ensure_ascii=True)
        with self.path.open("ab") as file:
            file.write(f"{line}\n".encode())
            file.flush()
            os.fsync(file.fileno())
        self.records.append(record)
        return record


def read_transcript(path: Path) -> tuple[Record, ...]:
    """Return the lines of a transcript, each of which fits to the one before it.

    Raises:
        UsageError: it cannot be read, or was tampered with: the first line that does not fit.
    """
    try:
        text = path.read_text(encoding="utf-8")
        lines = text[: text.rfind("\n") + 1].split("\n")[:-1]  # half a line is left by a kill
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(f"{path} cannot be read: {error}") from error
    found: list[Record] = []
    for number, line in enumerate(lines):
        prev = found[-1].hash if found else _BEGINNING
        try:
            held: dict[str, Any] = json.loads(line)
            told = held.pop("hash")
            fits = told == _digest(held) and held["prev"] == prev and held["n"] == number
        except (ValueError, KeyError, TypeError, AttributeError):
            fits = False
        if not fits:
            raise UsageError(
                f"the transcript was changed: line {number + 1} does not fit to those before it",
                place=Place(path.name, number + 1),
                remedy="what stands from there on is not what happened",
            )
        data = {name: value for name, value in held.items() if name not in _OURS}
        found.append(Record(number, held["time"], held["kind"], data, prev, told))
    return tuple(found)


def _digest(held: Mapping[str, Any]) -> str:
    text = json.dumps(held, sort_keys=True, separators=(",", ":"), ensure_ascii=True)
    return hashlib.sha256(text.encode()).hexdigest()
