"""What a format of another coding agent is: where its files lie, how they are written and read."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath

from backwright.agent.definition import (
    TOOLS,
    Definition,
    Tool,
    read_body,
    read_description,
    read_name,
    read_text,
)
from backwright.agent.front_matter import Document, Node, Scalar
from backwright.agent.front_matter import Sequence as Listed
from backwright.errors import UsageError
from backwright.spec.fields import nearest

READING: tuple[Tool, ...] = ("Read", "Glob", "Grep")


@dataclass(frozen=True, slots=True)
class Written:
    """A definition in another format, and what that format cannot say."""

    text: str
    lost: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Taken:
    """A definition out of another format, and what was not carried over."""

    definition: Definition
    notes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Format:
    """A format of definition files.

    Attributes:
        name: As `--to` and `--from` have it.
        title: The agent's name.
        place: Where its files lie in a project, with `{name}`.
        documentation: Where it is described.
        write: A definition to its text.
        read: Bytes and file name to a definition; it never has more tools than they allow there.
    """

    name: str
    title: str
    place: str
    documentation: str
    write: Callable[[Definition], Written]
    read: Callable[[bytes, str], Taken]


def only_reading(definition: Definition, title: str) -> bool:
    """Tell whether a format without a list of tools must say that nothing may be written.

    Raises:
        UsageError: it may not even read all that such a format lets it read.
    """
    kept_out = [tool for tool in READING if not definition.allows(tool)]
    if kept_out:
        raise UsageError(
            f"{title} has no list of tools and would allow {', '.join(kept_out)}",
            remedy="allow them, or take a format with a list of tools",
        )
    return set(definition.tools) != set(TOOLS)


def foreign_fields(
    document: Document, taken: Collection[str], dropped: Collection[str], refused: Mapping[str, str]
) -> tuple[dict[str, Node], list[str]]:
    """Return the values of the keys that are carried over, and a note for each that is not.

    Args:
        document: The file.
        taken: Keys that are carried over.
        dropped: Keys that allow nothing, or allow what a delegate of ours never gets.
        refused: Keys that restrict in a way that would be lost, and why.

    Raises:
        UsageError: a key is unknown, given twice, or restricts in a way that would be lost.
    """
    found: dict[str, Node] = {}
    notes = []
    known = [*taken, *dropped, *refused]
    for key, value in document.root.items:
        name = key.text
        if name in found:
            document.fault(key.line, f"{name!r} stands twice", "leave one of them")
        if name in refused:
            document.fault(
                key.line, f"{name!r} would be lost: {refused[name]}", "take it out first"
            )
        if name not in known:
            document.fault(
                key.line, f"{name!r} is unknown{nearest(name, known)}", "take it out first"
            )
        found[name] = value
        if name in dropped:
            notes.append(f"{name} is not carried over")
    return {name: node for name, node in found.items() if name in taken}, notes


def words(document: Document, node: Node) -> list[tuple[int, str]]:
    """Return a list, or a text with commas, as words with their lines.

    Raises:
        UsageError: it is neither.
    """
    if isinstance(node, Scalar):
        return [(node.line, word.strip()) for word in node.text.split(",") if word.strip()]
    if not isinstance(node, Listed):
        document.fault(node.line, "this is no list", "write a list of names")
    return [(item.line, read_text(document, item, "a tool")) for item in node.items]


def made(
    document: Document, keys: Mapping[str, Node], tools: Collection[str], notes: Sequence[str]
) -> Taken:
    """Return the definition that a file of another agent is.

    Raises:
        UsageError: it has no tools left, no description or no text.
    """
    if "description" not in keys:
        document.fault(1, "'description' is missing", "write when the delegate is to be called")
    allowed = tuple(tool for tool in TOOLS if tool in tools)
    if not allowed:
        document.fault(1, "no tool is left", f"allow some of {', '.join(TOOLS)}")
    definition = Definition(
        name=_name(document, keys.get("name")),
        description=read_description(document, keys["description"]),
        tools=allowed,
        body=read_body(document),
        file=document.file,
    )
    return Taken(definition, tuple(notes))


def _name(document: Document, node: Node | None) -> str:
    """Return the name; where there is none, the file's."""
    stem = PurePosixPath(document.file).name.partition(".")[0]
    return read_name(document, node or Scalar(1, stem, plain=True))
