"""OpenCode 2: `.opencode/agents/NAME.md`, with rules of which the last that matches holds."""

from __future__ import annotations

from collections.abc import Iterator

from backwright.agent.definition import TOOLS, Definition, Tool, fields, read_text
from backwright.agent.exchange.format import Format, Taken, Written, foreign_fields, made
from backwright.agent.exchange.writing import front_matter
from backwright.agent.front_matter import Document, Node, read_document
from backwright.agent.front_matter import Sequence as Listed

_ACTIONS: dict[str, tuple[Tool, ...]] = {
    "read": ("Read",),
    "edit": ("Write", "Edit"),
    "shell": ("Bash",),
    "glob": ("Glob",),
    "grep": ("Grep",),
}
_DROPPED = frozenset({
    "color", "hidden", "maxSteps", "mode", "model", "steps", "temperature", "top_p", "variant",
})  # fmt: skip
_FIRST_VERSION = "it is of OpenCode 1; write `permissions`, a list of rules"
_REFUSED = {"permission": _FIRST_VERSION, "tools": _FIRST_VERSION, "disabled": "it must not run"}


def _write(definition: Definition) -> Written:
    kept = [action for action, tools in _ACTIONS.items() if set(tools) <= set(definition.tools)]
    missing = set(definition.tools) - {tool for action in kept for tool in _ACTIONS[action]}
    rules = [_rule("*", "deny"), *(_rule(action, "allow") for action in kept)]
    keys = {"description": definition.description, "mode": "subagent", "permissions": rules}
    lost = ["network: false is not said of commands: only its own tools for the web are denied"]
    lost += [f"{tool} cannot be allowed by itself there" for tool in TOOLS if tool in missing]
    return Written(f"{front_matter(keys)}\n{definition.body}", tuple(lost))


def _rule(action: str, effect: str) -> dict[str, str]:
    return {"action": action, "resource": "*", "effect": effect}


def _read(data: bytes, file: str) -> Taken:
    document = read_document(data, file)
    keys, notes = foreign_fields(document, ("description", "permissions"), _DROPPED, _REFUSED)
    rules = list(_rules(document, keys["permissions"])) if "permissions" in keys else []
    tools = set()
    for action, ours in _ACTIONS.items():
        effects = [effect for matched, effect in rules if matched in ("*", action)]
        if effects and effects[-1] == "allow":
            tools |= set(ours)
    notes += [
        f"{action} is not carried over"
        for action, effect in rules
        if effect == "allow" and action not in ("*", *_ACTIONS)
    ]
    return made(document, keys, tools, notes)


def _rules(document: Document, node: Node) -> Iterator[tuple[str, str]]:
    """Give actions with their effect; a rule for some resources would be widened to all."""
    if not isinstance(node, Listed):
        document.fault(
            node.line, "permissions is no list of rules", "write action, resource, effect"
        )
    for item in node.items:
        rule = fields(document, item, ("action", "resource", "effect"), "permissions")
        action, resource, effect = (read_text(document, one, "a rule") for one in rule.values())
        if effect not in ("allow", "ask", "deny"):
            document.fault(item.line, f"{effect!r} is no effect", "allow, ask or deny")
        if "?" in action or "*" in action.removeprefix("*"):
            document.fault(item.line, f"{action!r} is a pattern", "name each action by itself")
        if resource != "*" and action in ("*", *_ACTIONS):
            document.fault(
                item.line,
                f"a rule for {resource!r} alone",
                'allow or deny it as a whole: resource: "*"',
            )
        yield action, effect


FORMAT = Format(
    name="opencode",
    title="OpenCode",
    place=".opencode/agents/{name}.md",
    documentation="opencode.ai/docs/agents",
    write=_write,
    read=_read,
)
