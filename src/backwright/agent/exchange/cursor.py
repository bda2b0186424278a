"""Cursor: `.cursor/agents/NAME.md`, which knows no list of tools, only `readonly`."""

from __future__ import annotations

from backwright.agent.definition import TOOLS, Definition
from backwright.agent.exchange.format import (
    READING,
    Format,
    Taken,
    Written,
    foreign_fields,
    made,
    only_reading,
)
from backwright.agent.exchange.writing import front_matter
from backwright.agent.front_matter import Scalar, read_document

_DROPPED = frozenset({"is_background", "model"})


def _write(definition: Definition) -> Written:
    readonly = only_reading(definition, "Cursor")
    keys = {
        "name": definition.name,
        "description": definition.description,
        "model": "inherit",
        "readonly": readonly,
    }
    lost = ["there is no list of tools: what is not readonly may use all, the network and MCP too"]
    if readonly and set(definition.tools) - set(READING):
        lost.append("not all six tools are allowed, so it is readonly")
    return Written(f"{front_matter(keys)}\n{definition.body}", tuple(lost))


def _read(data: bytes, file: str) -> Taken:
    document = read_document(data, file)
    keys, notes = foreign_fields(document, ("name", "description", "readonly"), _DROPPED, {})
    readonly = keys.pop("readonly", Scalar(1, "false", plain=True))
    if not isinstance(readonly, Scalar) or readonly.text not in ("true", "false"):
        document.fault(readonly.line, "readonly is neither true nor false", "write one of them")
    if readonly.text == "true":
        return made(document, keys, READING, notes)
    notes.append(f"it may use all tools there: narrowed to {', '.join(TOOLS)}")
    return made(document, keys, TOOLS, notes)


FORMAT = Format(
    name="cursor",
    title="Cursor",
    place=".cursor/agents/{name}.md",
    documentation="cursor.com/docs/subagents",
    write=_write,
    read=_read,
)
