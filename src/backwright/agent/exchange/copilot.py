"""GitHub Copilot: `.github/agents/NAME.agent.md`, with tools by aliases that join some of ours."""

from __future__ import annotations

from backwright.agent.definition import TOOLS, Definition, Tool
from backwright.agent.exchange.format import Format, Taken, Written, foreign_fields, made, words
from backwright.agent.exchange.writing import front_matter
from backwright.agent.front_matter import read_document

_ALIASES: dict[str, tuple[Tool, ...]] = {
    "read": ("Read",),
    "edit": ("Write", "Edit"),
    "search": ("Glob", "Grep"),
    "execute": ("Bash",),
}
_SAME = {
    "notebookread": "read", "multiedit": "edit", "write": "edit", "notebookedit": "edit",
    "grep": "search", "glob": "search", "shell": "execute", "bash": "execute", "powershell": "execute",
}  # fmt: skip
_DROPPED = frozenset({
    "argument-hint", "disable-model-invocation", "handoffs", "infer", "mcp-servers", "metadata",
    "model", "target", "user-invocable",
})  # fmt: skip


def _write(definition: Definition) -> Written:
    kept = [alias for alias, tools in _ALIASES.items() if set(tools) <= set(definition.tools)]
    missing = set(definition.tools) - {tool for alias in kept for tool in _ALIASES[alias]}
    keys = {"name": definition.name, "description": definition.description, "tools": kept}
    lost = ["network: false is not said: what a command may reach is a matter of its firewall"]
    lost += [f"{tool} cannot be allowed by itself there" for tool in TOOLS if tool in missing]
    return Written(f"{front_matter(keys)}\n{definition.body}", tuple(lost))


def _read(data: bytes, file: str) -> Taken:
    document = read_document(data, file)
    keys, notes = foreign_fields(document, ("name", "description", "tools"), _DROPPED, {})
    tools: set[str] = set()
    named = words(document, keys["tools"]) if "tools" in keys else [(1, "*")]
    for _, word in named:
        if word == "*":
            tools |= set(TOOLS)
            notes.append(f"all tools are allowed there: narrowed to {', '.join(TOOLS)}")
            continue
        alias = _SAME.get(word.lower(), word.lower())
        tools |= set(_ALIASES.get(alias, ()))
        if alias not in _ALIASES:
            notes.append(f"{word} is not carried over")
    return made(document, keys, tools, notes)


FORMAT = Format(
    name="copilot",
    title="GitHub Copilot",
    place=".github/agents/{name}.agent.md",
    documentation="docs.github.com/copilot/reference/custom-agents-configuration",
    write=_write,
    read=_read,
)
