"""The tools that a model is given: those of the six that the definition allows, and no other.

A file is read before it is edited; an edit is refused where the file is no longer as it was read,
by the hash of its bytes, and where the text to replace does not stand there exactly once. Several
edits of one call are made all or none.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from backwright.agent.definition import Tool
from backwright.agent.sandbox import Boundary, Replacement
from backwright.host.dialogue import DialogueError, EndedError

_MOST_LINES = 1000
_MOST_CHARACTERS = 30_000
_LONGEST_COMMAND = 900


class _Arguments(BaseModel):
    model_config = ConfigDict(extra="forbid")


class _Read(_Arguments):
    path: str = Field(description="Relative to the project's folder.")
    first_line: int = Field(1, ge=1)
    lines: int = Field(_MOST_LINES, ge=1, le=_MOST_LINES)


class _Write(_Arguments):
    path: str = Field(description="Relative to the project's folder.")
    text: str = Field(description="The whole text of the file.")


class _OneEdit(_Arguments):
    path: str = Field(description="Relative to the project's folder; it was read before.")
    old: str = Field(description="Stands in the file exactly once, with its indentation.")
    new: str = Field(description="Comes in its place.")


class _Edit(_Arguments):
    edits: list[_OneEdit] = Field(min_length=1, description="All are made, or none.")


class _Bash(_Arguments):
    command: str = Field(description="Runs in the project's folder.")
    seconds: int = Field(120, ge=1, le=_LONGEST_COMMAND)


class _Glob(_Arguments):
    pattern: str = Field(description="Such as app/**/*.py")


class _Grep(_Arguments):
    pattern: str = Field(description="A regular expression of Python's.")
    files: str = Field("**/*", description="Which files, as a pattern of Glob.")


@dataclass(frozen=True, slots=True)
class Kind:
    """A tool as a model is told of it, and what performs it."""

    description: str
    arguments: type[BaseModel]
    perform: Callable[[Toolbox, Any], str]

    def schema(self) -> dict[str, Any]:
        """Return the JSON schema of its arguments."""
        return self.arguments.model_json_schema()


class Toolbox:
    """The tools of one run.

    Attributes:
        seen: The hash that each file had when it was last read or written through a tool.
    """

    def __init__(
        self, inside: Boundary, workspace: Path, allowed: Sequence[Tool], seen: Mapping[str, str]
    ) -> None:
        """Work inside a boundary, and know what was seen before."""
        self.inside = inside
        self.seen = dict(seen)
        self._workspace = workspace
        self._allowed = tuple(allowed)

    def perform(self, tool: str, arguments: Mapping[str, Any]) -> str:
        """Perform a call, and return what the model is told; a refusal is told, too.

        Raises:
            EndedError: the boundary is gone.
        """
        kind = KINDS.get(tool) if tool in self._allowed else None
        if kind is None:
            return f"refused: there is no tool {tool!r}; there are {', '.join(self._allowed)}"
        try:
            return kind.perform(self, kind.arguments.model_validate(dict(arguments)))
        except ValidationError as error:
            wrong = (f"{'.'.join(map(str, one['loc']))}: {one['msg']}" for one in error.errors())
            return f"refused: {'; '.join(wrong)}"
        except EndedError:
            raise
        except DialogueError as error:
            return f"refused: {error.message}"

    def plain(self, path: str) -> str:
        """Return a path as it is known by, however it was written."""
        whole = os.path.normpath(self._workspace / path)
        within = Path(whole).is_relative_to(self._workspace)
        return os.path.relpath(whole, self._workspace) if within else path


def _read(box: Toolbox, asked: _Read) -> str:
    path = box.plain(asked.path)
    text, box.seen[path] = box.inside.read(path)
    lines = text.splitlines(keepends=True)
    first = asked.first_line - 1
    part = lines[first : first + asked.lines]
    shown = _bounded("".join(part))
    return f"{path}, lines {asked.first_line}-{first + len(part)} of {len(lines)}:\n{shown}"


def _write(box: Toolbox, asked: _Write) -> str:
    path = box.plain(asked.path)
    box.seen[path] = box.inside.write(path, asked.text, expected=box.seen.get(path, ""))
    return f"{path} was written"


def _edit(box: Toolbox, asked: _Edit) -> str:
    edits = [(box.plain(one.path), one.old, one.new) for one in asked.edits]
    for path, _, _ in edits:
        if path not in box.seen:
            return f"refused: {path} was not read; read it first. No edit was made"
    box.seen |= box.inside.edits([Replacement(p, old, new, box.seen[p]) for p, old, new in edits])
    return f"edited: {', '.join(dict.fromkeys(path for path, _, _ in edits))}"


def _bash(box: Toolbox, asked: _Bash) -> str:
    code, said = box.inside.bash(asked.command, seconds=asked.seconds)
    ended = f"no end within {asked.seconds} s" if code is None else f"exit code {code}"
    return f"{ended}\n{_bounded(said)}"


def _glob(box: Toolbox, asked: _Glob) -> str:
    return _bounded("\n".join(box.inside.glob(asked.pattern)) or "no file fits")


def _grep(box: Toolbox, asked: _Grep) -> str:
    return _bounded("\n".join(box.inside.grep(asked.pattern, asked.files)) or "nothing was found")


def _bounded(text: str) -> str:
    left = len(text) - _MOST_CHARACTERS
    return text if left <= 0 else f"{text[:_MOST_CHARACTERS]}\n… {left} characters more"


KINDS: Mapping[str, Kind] = {
    "Read": Kind("Read a text file, or a part of it.", _Read, _read),
    "Write": Kind("Write a new file, or a whole file that was read.", _Write, _write),
    "Edit": Kind("Replace texts in files that were read.", _Edit, _edit),
    "Bash": Kind(
        "Run a command. Servers and the database (psql, DATABASE_URL) are on loopback; there is "
        "no other network. What is left in the background goes on until the task ends.",
        _Bash, _bash,
    ),
    "Glob": Kind("List the files that fit a pattern.", _Glob, _glob),
    "Grep": Kind("Find lines by a regular expression.", _Grep, _grep),
}  # fmt: skip
