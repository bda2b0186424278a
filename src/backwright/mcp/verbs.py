"""Which tools there are: a command of the command line each, with what may be said of it.

A hint is about the user's files and servers, with the options that the tool has: a probe of a copy
reads, a probe of a running server writes.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

from backwright.mcp.commands import commands
from backwright.mcp.documents import (
    AuditDocument,
    ChangeDocument,
    DelegatedDocument,
    DoctorDocument,
    HistoryDocument,
    ProbeDocument,
    RuleDocument,
)
from backwright.report.inspect_types import InspectDocument


@dataclass(frozen=True, slots=True)
class Hints:
    """What a tool does to its surroundings (MCP's tool annotations).

    Attributes:
        reads: It changes nothing.
        destroys: It may remove or overwrite what is there.
        repeatable: The same call again has no further effect.
        reaches_out: It speaks to a server that the caller names.
    """

    reads: bool = False
    destroys: bool = False
    repeatable: bool = False
    reaches_out: bool = False


@dataclass(frozen=True, slots=True)
class Verb:
    """A tool: the command that it runs, what it takes and gives.

    Attributes:
        name: Its name as a tool.
        command: The command's words.
        title: Its name for people.
        document: The type of the JSON document that it gives.
        hints: What it does to its surroundings.
        about: What is to be said beyond the command's own help.
        without: Options that the tool does not have.
        only: The options that it has; all of them where this is empty.
        required: Options that must be given.
        words: What the command is always given.
        told: What is said of options instead of the command line's help.
        input_text: The option that is sent as text on standard input.
        in_sections: Whether the caller may ask for parts of the document.
    """

    name: str
    command: tuple[str, ...]
    title: str
    document: type
    hints: Hints
    about: str = ""
    without: frozenset[str] = frozenset()
    only: frozenset[str] = frozenset()
    required: frozenset[str] = frozenset()
    words: tuple[str, ...] = ()
    told: tuple[tuple[str, str], ...] = ()
    input_text: str = ""
    in_sections: bool = False


_READS = Hints(reads=True, repeatable=True)
_ADDS = Hints(repeatable=True)
_MENDS = Hints(destroys=True)
_UNDOABLE = (
    "Proved in a copy on a throw-away database before a file is touched; `undo` takes it back. "
    "A question comes back as `question`: ask the user, then call again with `answers`. "
    "With `dry_run` only the plan and the diff."
)
_PROVEN = "Starts a copy of the project on a throw-away database; the project stays as it is."
_LOG = ("log", "The text of what the server has said, as much of it as there is.")
_AREAS = ("only", "Areas: endpoints, auth, isolation, errors; all of them without it.")
_PARENT = ("project", "The folder to make it in; without it the one the server was started in.")

# What only reads names each option that it has: one that is new on the command line may write.
_TABLE: tuple[Verb, ...] = (
    Verb(
        "inspect", ("inspect",), "Understand a project", InspectDocument, _READS,
        "Call it first. Of a large project ask for `sections`.",
        only=frozenset({"project", "static"}), in_sections=True,
    ),
    Verb(
        "audit", ("audit",), "Judge the quality checklist", AuditDocument, _READS,
        only=frozenset({"project", "baseline"}),
    ),
    Verb(
        "audit_fix", ("audit",), "Mend what the audit finds", AuditDocument, _MENDS, _UNDOABLE,
        without=frozenset({"fail_on", "explain", "write_baseline", "fix"}), words=("--fix",),
    ),
    Verb(
        "explain_rule", ("audit",), "Explain a rule of the audit", RuleDocument, _READS,
        "`all` lists the rules.", only=frozenset({"explain"}), required=frozenset({"explain"}),
    ),
    Verb(
        "probe", ("probe",), "Test a copy of the API", ProbeDocument, _READS, _PROVEN,
        only=frozenset({"project", "only", "seconds"}), told=(_AREAS,),
    ),
    Verb(
        "probe_server", ("probe",), "Test a server that runs", ProbeDocument,
        Hints(destroys=True, reaches_out=True),
        "It makes users and rows there and attacks it: only a server that is the user's own.",
        only=frozenset({"project", "url", "openapi", "only", "seconds", "allow_remote"}),
        required=frozenset({"url"}), told=(("url", "Where it runs."), _AREAS),
    ),
    Verb(
        "doctor", ("doctor",), "Say why an API fails", DoctorDocument,
        Hints(reads=True, repeatable=True, reaches_out=True),
        only=frozenset({"project", "log", "url", "token", "origin", "database_url", "allow_remote"}),
        told=(_LOG,), input_text="log",
    ),
    Verb(
        "doctor_fix", ("doctor",), "Mend why an API fails", DoctorDocument, _MENDS,
        "Diagnoses and mends the first cause, through staging; `undo` takes it back.",
        without=frozenset({"fix", "dry_run"}), words=("--fix",), told=(_LOG,), input_text="log",
    ),
    Verb(
        "new", ("new",), "Make a project", ChangeDocument, _ADDS, _UNDOABLE, told=(_PARENT,)
    ),
    Verb(
        "history", ("history",), "List what was changed", HistoryDocument, _READS,
        only=frozenset({"project"}),
    ),
    Verb(
        "do", ("do",), "Do a task in plain words", DelegatedDocument, _MENDS,
        "The task is English, such as \"add comments to posts\"; it becomes the other tools' work, as "
        f"one change. {_UNDOABLE}",
        only=frozenset({"task", "project", "yes", "answer", "dry_run"}),
        required=frozenset({"task"}),
    ),
    Verb(
        "undo", ("undo",), "Take a change back", ChangeDocument, _MENDS,
        "Byte for byte; refused where a file was edited since.",
    ),
)  # fmt: skip


@cache
def verbs() -> tuple[Verb, ...]:
    """Return all tools: those of the table, and one for each command of `add`."""
    known = commands()
    added = [path for path in known if path[0] == "add"]
    return (*(one for one in _TABLE if one.command in known), *(_adds(path) for path in added))


def _adds(command: tuple[str, ...]) -> Verb:
    words = " ".join(command)
    return Verb(
        name=words.replace(" ", "_").replace("-", "_"),
        command=command,
        title=words.capitalize(),
        document=ChangeDocument,
        hints=_ADDS,
        about=_UNDOABLE,
    )
