"""The entity diagram as Mermaid text (mermaid.js.org/syntax/entityRelationshipDiagram)."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from backwright.report.inspect_layout import LARGE, target_of
from backwright.report.inspect_types import ColumnEntry, ModelEntry

_NO_WORD = re.compile(r"[^A-Za-z0-9_]+")
_NO_TYPE = re.compile(r"[^A-Za-z0-9_\-\[\]()]+")


def mermaid_diagram(models: Sequence[ModelEntry]) -> str:
    """Return an `erDiagram`; more than twenty tables show their keys only."""
    names = _names(models)
    lines = ["erDiagram"]
    for name, model in zip(names, models, strict=True):
        lines += _entity(name, model, brief=len(models) > LARGE)
    lines += _references(names, models)
    return "\n".join(lines) + "\n"


def _names(models: Sequence[ModelEntry]) -> list[str]:
    """Return a word of its own for each table; two tables may bear one name."""
    taken: set[str] = set()
    names = []
    for model in models:
        word = _word(model["table"], "t")
        name, number = word, 2
        while name in taken:
            name, number = f"{word}_{number}", number + 1
        taken.add(name)
        names.append(name)
    return names


def _word(text: str, prefix: str) -> str:
    """Return text as one word that begins with a letter."""
    word = _NO_WORD.sub("_", text).strip("_")
    return word if word[:1].isalpha() else f"{prefix}_{word}"


def _entity(name: str, model: ModelEntry, *, brief: bool) -> list[str]:
    columns = [
        one for one in model["columns"] if not brief or one["primary_key"] or one["foreign_key"]
    ]
    if not columns:
        return [f"    {name}"]
    return [f"    {name} {{", *(f"        {_attribute(one)}" for one in columns), "    }"]


def _attribute(column: ColumnEntry) -> str:
    """Return `type name KEYS "remark"`."""
    name, _, size = column["type"].partition("(")
    sized = f"({size}" if re.fullmatch(r"\d+(, ?\d+)?\)", size) else ""
    kind = _NO_TYPE.sub("_", name + sized).strip("_") or "unknown"
    kind = kind if kind[0].isalpha() else f"t_{kind}"
    keys = [
        word
        for word, held in (
            ("PK", column["primary_key"]),
            ("FK", column["foreign_key"]),
            ("UK", column["unique"] and not column["primary_key"]),
        )
        if held
    ]
    own = _word(column["name"], "c")
    return " ".join(
        filter(None, [kind, own, ", ".join(keys), '"nullable"' if column["nullable"] else ""])
    )


def _references(names: Sequence[str], models: Sequence[ModelEntry]) -> Iterator[str]:
    """Yield `parent ||--o{ child : column`; of two tables of one name the first is meant."""
    tables = {
        model["table"]: name for name, model in reversed(list(zip(names, models, strict=True)))
    }
    for name, model in zip(names, models, strict=True):
        keys = [one for one in model["columns"] if one["primary_key"]]
        for column in model["columns"]:
            parent = tables.get(target_of(column))
            if parent is None:
                continue
            left = "|o" if column["nullable"] else "||"
            single = column["unique"] or (column["primary_key"] and len(keys) == 1)
            right = "o|" if single else "o{"
            yield f"    {parent} {left}--{right} {name} : {_word(column['name'], 'c')}"
