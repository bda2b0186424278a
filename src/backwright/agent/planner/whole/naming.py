"""What a new project is called, wherever a text says it."""

from __future__ import annotations

from backwright.agent.planner.lexicon import lexicon, patterns

_MARKS = "`\"*'"


def project_name(text: str) -> tuple[str, str]:
    """Return the project's name and the text without it; no name where none is given."""
    for one in patterns("whole", "project", "named"):
        for match in one.finditer(text):
            name = match["name"].strip("`\"'* ")
            if name.lower() in _ordinary() or not name:
                continue
            start, end = match.span("name")
            return name, f"{text[:start].rstrip(_MARKS)}it{text[end:].lstrip(_MARKS)}"
    return "", text


def _ordinary() -> frozenset[str]:
    """Return words that stand behind `project` and are no name of one."""
    return frozenset(lexicon("whole")["project"]["ordinary"])
