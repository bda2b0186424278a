"""Claude Code: `.claude/agents/NAME.md`, with the same six names of tools in one line."""

from __future__ import annotations

from backwright.agent.definition import TOOLS, Definition
from backwright.agent.exchange.format import Format, Taken, Written, foreign_fields, made, words
from backwright.agent.exchange.writing import front_matter
from backwright.agent.front_matter import Document, Node, read_document

_DROPPED = frozenset({
    "background", "color", "effort", "initialPrompt", "isolation", "maxTurns", "mcpServers", "memory",
    "model", "skills",
})  # fmt: skip
_REFUSED = {
    "hooks": "a hook may forbid what the tools allow",
    "permissionMode": "it says how far the tools may go",
}
_LOST = ("network: false is not said: what its Bash may reach is a matter of its own sandbox",)


def _write(definition: Definition) -> Written:
    keys = {
        "name": definition.name,
        "description": definition.description,
        "tools": ", ".join(definition.tools),
    }
    return Written(f"{front_matter(keys)}\n{definition.body}", _LOST)


def _read(data: bytes, file: str) -> Taken:
    document = read_document(data, file)
    taken = ("name", "description", "tools", "disallowedTools")
    keys, notes = foreign_fields(document, taken, _DROPPED, _REFUSED)
    if "tools" in keys:
        tools = _tools(document, keys["tools"], notes)
    else:
        tools = set[str](TOOLS)
        notes.append(f"no tools are named, which means all: narrowed to {', '.join(TOOLS)}")
    if "disallowedTools" in keys:
        tools -= {word.partition("(")[0] for _, word in words(document, keys["disallowedTools"])}
    return made(document, keys, tools, notes)


def _tools(document: Document, node: Node, notes: list[str]) -> set[str]:
    """Return the tools that are ours; a pattern would be widened to the whole tool."""
    found: set[str] = set()
    for line, word in words(document, node):
        name, pattern, _ = word.partition("(")
        if pattern and name in TOOLS:
            document.fault(
                line, f"{word!r} allows a part of {name}", f"allow {name} as a whole, or not at all"
            )
        if word in TOOLS:
            found.add(word)
        else:
            notes.append(f"{word} is not carried over")
    return found


FORMAT = Format(
    name="claude",
    title="Claude Code",
    place=".claude/agents/{name}.md",
    documentation="code.claude.com/docs/en/sub-agents",
    write=_write,
    read=_read,
)
