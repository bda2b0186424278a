"""Showing a transcript, and holding it against the project's history."""

from __future__ import annotations

import re
from pathlib import Path

from backwright.agent.loop.places import known_run
from backwright.agent.loop.transcript import Record, read_transcript
from backwright.errors import UsageError
from backwright.report.transcript_text import TranscriptLine, TranscriptReport
from backwright.workshop import history

_SHOWN = 160
_SAYS = ("text", "what", "undo", "value", "task", "step", "tree")


def show(run: str) -> TranscriptReport:
    """Return what happened in a run, by its name or by the file of its transcript.

    Raises:
        UsageError: there is no such run, or its transcript was changed.
    """
    file = Path(run)
    path = file if file.suffix == ".jsonl" else known_run(run) / "transcript.jsonl"
    records = read_transcript(path)
    undo = next((one.data["undo"] for one in records if one.kind == "moved"), None)
    head = records[-1].hash if records else ""
    lines = tuple(TranscriptLine(one.n, one.time, one.kind, _text(one)) for one in records)
    return TranscriptReport(str(path), lines, head, undo, _attested(records))


def _attested(records: tuple[Record, ...]) -> bool:
    """Tell whether the history of the project that it is of names a hash of this chain.

    Raises:
        UsageError: it names one for this run that is not in it: the chain was made anew.
    """
    begun = records[0].data if records else {}
    root, name = Path(begun.get("project", "")), begun.get("run", "")
    for change in history(root):
        found = re.search(r"\(transcript ([0-9a-f]{16})\) \(run (\S+)\)", change.command)
        if found is None or found[2] != name:
            continue
        if not any(one.hash.startswith(found[1]) for one in records):
            raise UsageError(
                f"the transcript was changed: the project's history knows of this run that it "
                f"came to {found[1]}…, and no line here has that hash"
            )
        return True
    return False


def _text(record: Record) -> str:
    data = record.data
    if record.kind == "judged":
        checks = data["evidence"]["checks"]
        return ", ".join(f"{one['check']} {one['verdict']}" for one in checks)
    if record.kind == "question":
        return str(data["question"]["text"])
    told = next((data[name] for name in _SAYS if data.get(name)), "")
    line = " ".join(str(told).split())
    return line[:_SHOWN]
