"""What the tools give: the contract's JSON documents, with the exit code and a question beside them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Literal, NotRequired, TypedDict

from backwright.report.audit_types import ChecklistEntry, Ignored, Level
from backwright.report.change import FileChange, PlanStep
from backwright.report.doctor_types import CheckName, CheckResult, Group, Seen
from backwright.report.inspect_types import InspectDocument
from backwright.report.json_schema import Schema, json_schema
from backwright.report.probe_types import ProbeCell, ProbeCheck, ProbePhase
from backwright.values import Check, Note, Question
from backwright.workshop import Change


class ChangeDocument(TypedDict):
    """A change: `new`, `add …`, `undo`."""

    schema: Literal[1]
    command: str
    summary: str
    plan: Sequence[PlanStep]
    files: Sequence[FileChange]
    verified: Sequence[Check]
    notes: Sequence[Note]
    undo: str | None
    dry_run: bool
    next_steps: Sequence[str]
    diff: NotRequired[str]


UnderstoodEntry = TypedDict("UnderstoodEntry", {"part": str, "from": str})


class DelegatedDocument(ChangeDocument):
    """A task in plain words: what was understood, and what came of each step."""

    understood: Sequence[UnderstoodEntry]
    commands: Sequence[str]
    aside: Sequence[str]
    results: Sequence[Mapping[str, Any]]


class FindingEntry(TypedDict):
    """A fault, its place and its remedy."""

    rule: str
    item: int | None
    level: Level
    file: str
    line: int
    message: str
    remedy: str
    seen: str
    fixable: bool
    cause: str
    fix: str | None
    why: NotRequired[str]


class AuditDocument(TypedDict):
    """The checklist and its findings; what was mended, where that was asked for."""

    schema: Literal[1]
    command: str
    project: str
    findings: Sequence[FindingEntry]
    checklist: Sequence[ChecklistEntry]
    beyond: Sequence[FindingEntry]
    ignored: Sequence[Ignored]
    notes: Sequence[str]
    fixed: NotRequired[Sequence[FindingEntry]]
    dropped: NotRequired[Sequence[FindingEntry]]
    files: NotRequired[Sequence[FileChange]]
    verified: NotRequired[Sequence[Check]]
    undo: NotRequired[str | None]
    diff: NotRequired[str]
    unproved: NotRequired[Sequence[Note]]


class RuleDocument(TypedDict):
    """The documentation of a rule."""

    schema: Literal[1]
    command: str
    explained: str


class ProbeDocument(TypedDict):
    """What a probe tried, and what came of it."""

    schema: Literal[1]
    command: str
    target: str
    endpoints: int
    requests: int
    seconds: float
    checks: Sequence[ProbeCheck]
    matrix: Sequence[ProbeCell]
    notes: Sequence[str]
    phases: Sequence[ProbePhase]


class CauseEntry(TypedDict):
    """Why something fails, and what mends it."""

    check: CheckName
    name: str
    text: str
    file: str | None
    line: int | None
    evidence: Sequence[str]
    remedy: str
    proof: str
    seen: Seen
    count: int
    fixable: bool


class DoctorDocument(TypedDict):
    """The likeliest cause, the others, and what was looked at."""

    schema: Literal[1]
    command: str
    cause: CauseEntry | None
    causes: Sequence[CauseEntry]
    checks: Sequence[CheckResult]
    groups: Sequence[Group]
    notes: Sequence[str]
    diff: str
    undo: str | None


class HistoryDocument(TypedDict):
    """What was changed, the newest first."""

    schema: Literal[1]
    command: str
    changes: Sequence[Change]


SECTIONS = tuple(
    name
    for name in InspectDocument.__annotations__
    if name not in ("schema", "command", "project", "unresolved")
)


def output_schema(document: Any, *, in_sections: bool) -> Schema:  # noqa: ANN401 - a typed dictionary
    """Return the schema of a tool's result: the document, or the question that stands before it.

    Args:
        document: The type of the document.
        in_sections: Whether the caller may ask for some of its keys only.
    """
    schema = json_schema(document)
    properties, required = schema["properties"], schema["required"]
    if not isinstance(properties, dict) or not isinstance(required, list):
        raise TypeError(f"{document} is no document")
    if in_sections:
        required = [name for name in required if name not in SECTIONS]
    properties["exit_code"] = {"enum": [0, 1, 3]}
    properties["question"] = json_schema(Question)
    return {
        "type": "object",
        "properties": properties,
        "required": ["schema", "command", "exit_code"],
        "oneOf": [{"required": required}, {"required": ["question"]}],
    }
