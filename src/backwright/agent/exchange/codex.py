"""Codex: `.codex/agents/NAME.toml`, with a sandbox instead of tools."""

from __future__ import annotations

import json
import re
import tomllib
from typing import Any

from backwright.agent.definition import TOOLS, Definition
from backwright.agent.exchange.format import READING, Format, Taken, Written, made, only_reading
from backwright.agent.front_matter import Document, Mapping, Node, Scalar, utf8_text
from backwright.spec.fields import nearest

_TAKEN = ("name", "description", "developer_instructions", "sandbox_mode")
_DROPPED = (
    "mcp_servers", "model", "model_reasoning_effort", "model_reasoning_summary", "model_verbosity",
    "nickname_candidates", "sandbox_workspace_write", "skills", "web_search",
)  # fmt: skip
_WHOLE = "workspace-write"
_SANDBOXES = ("read-only", _WHOLE, "danger-full-access")


def _write(definition: Definition) -> Written:
    readonly = only_reading(definition, "Codex")
    lines = [
        f"name = {_text(definition.name)}",
        f"description = {_text(definition.description)}",
        f'sandbox_mode = "{"read-only" if readonly else _WHOLE}"',
        'web_search = "disabled"',
        f'developer_instructions = """\n{_lines(definition.body)}"""',
    ]
    if not readonly:
        lines += ["", "[sandbox_workspace_write]", "network_access = false"]
    lost = ["there is no list of tools: the sandbox says what may be written", "MCP is not denied"]
    if readonly and set(definition.tools) - set(READING):
        lost.append("not all six tools are allowed, so it is read-only")
    return Written("\n".join(lines) + "\n", tuple(lost))


def _text(text: str) -> str:
    """Return a text as TOML's basic string, whose escapes are those of JSON."""
    return json.dumps(text, ensure_ascii=False)


def _lines(text: str) -> str:
    return text.replace("\\", "\\\\").replace('"""', '""\\"')


def _read(data: bytes, file: str) -> Taken:
    text = utf8_text(data, file)
    nowhere = Document(file, Mapping(1, (), flow=False), "")
    try:
        keys = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        line = re.search(r"line (\d+)", str(error))
        nowhere.fault(int(line[1]) if line else 1, f"this is no TOML: {error}", "mend it")
    notes = [f"{name} is not carried over" for name in keys if name in _DROPPED]
    for name in keys:
        if name not in _TAKEN and name not in _DROPPED:
            remedy = "take it out first"
            nowhere.fault(_line(text, name), f"{name!r} is unknown{nearest(name, _TAKEN)}", remedy)
    body = str(keys.get("developer_instructions", ""))
    document = Document(file, nowhere.root, body)
    sandbox = keys.get("sandbox_mode", "danger-full-access")
    if sandbox not in _SANDBOXES:
        nowhere.fault(
            _line(text, "sandbox_mode"),
            f"{sandbox!r} is no sandbox",
            f"one of {', '.join(_SANDBOXES)}",
        )
    if sandbox == "danger-full-access":
        notes.append(f"its sandbox lets everything through: narrowed to {', '.join(TOOLS)}")
    nodes: dict[str, Node] = {
        name: _node(text, name, keys) for name in ("name", "description") if name in keys
    }
    return made(document, nodes, READING if sandbox == "read-only" else TOOLS, notes)


def _node(text: str, name: str, keys: dict[str, Any]) -> Scalar:
    value = keys[name]
    return Scalar(_line(text, name), value if isinstance(value, str) else "", plain=False)


def _line(text: str, name: str) -> int:
    """Return the line of a key, as far as it stands at the beginning of one."""
    found = re.search(rf"(?m)^\s*\[*{re.escape(name)}\b", text)
    return text[: found.end()].count("\n") + 1 if found else 1


FORMAT = Format(
    name="codex",
    title="Codex",
    place=".codex/agents/{name}.toml",
    documentation="developers.openai.com/codex/subagents",
    write=_write,
    read=_read,
)
