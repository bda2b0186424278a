"""Repairs of a schema's configuration and of its fields."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from backwright.doctor.edits import Imports, finished, rewritten, with_argument
from backwright.doctor.evidence import Evidence
from backwright.doctor.sources import called, last_name, literal
from backwright.report.doctor_types import Repair

Schema = tuple[str, ast.ClassDef]
_DEEPEST = 4


def schema_of(evidence: Evidence, name: str | None) -> Schema | None:
    """Return the class of a schema, of `list[Name]` too."""
    inner = re.findall(r"\w+", name or "")
    return next(evidence.sources.classes(inner[-1]), None) if inner else None


def configured(evidence: Evidence, schema: Schema, argument: str) -> tuple[Repair, ...]:
    """Return the repair that adds a word to a schema's configuration of Pydantic 2."""
    file, cls = schema
    for node in cls.body:
        value = getattr(node, "value", None)
        if isinstance(value, ast.Call) and called(value).endswith("ConfigDict"):
            if argument.partition("=")[0] in (one.arg for one in value.keywords):
                return ()
            return with_argument(evidence, file, value, argument)
        if isinstance(node, ast.ClassDef) and node.name == "Config":
            return _before(evidence, file, node.body[0], argument.replace("=", " = "))
    imports = {"pydantic": {"ConfigDict"}}
    return _before(evidence, file, _first(cls), f"model_config = ConfigDict({argument})\n", imports)


def configured_as_before(evidence: Evidence, schema: Schema, line: str) -> tuple[Repair, ...]:
    """Return the repair that adds a line to a schema's configuration of Pydantic 1."""
    file, cls = schema
    for node in cls.body:
        if isinstance(node, ast.ClassDef) and node.name == "Config":
            return _before(evidence, file, node.body[0], line)
    indent = " " * (cls.body[0].col_offset * 2)
    return _before(evidence, file, _first(cls), f"class Config:\n{indent}{line}\n")


def _first(cls: ast.ClassDef) -> ast.stmt:
    """Return the first statement of a class behind its docstring."""
    first = cls.body[0]
    is_docstring = isinstance(first, ast.Expr) and isinstance(literal(first.value), str)
    return cls.body[1] if is_docstring and len(cls.body) > 1 else first


def _before(
    evidence: Evidence, file: str, node: ast.stmt, text: str, imports: Imports | None = None
) -> tuple[Repair, ...]:
    code = evidence.sources.text(file)
    lines = code.splitlines(keepends=True)
    lines.insert(node.lineno - 1, f"{' ' * node.col_offset}{text}\n")
    return finished(file, code, "".join(lines), imports)


def field_of(cls: ast.ClassDef, name: str) -> ast.AnnAssign | None:
    """Return a field of a schema."""
    for one in cls.body:
        if isinstance(one, ast.AnnAssign) and last_name(one.target) == name:
            return one
    return None


def reachable(evidence: Evidence, name: str | None) -> Iterator[Schema]:
    """Yield a schema, its bases, and those that its fields name."""
    waiting, seen = [(one, 0) for one in re.findall(r"\w+", name or "")], set[str]()
    while waiting:
        name, depth = waiting.pop(0)
        if name in seen or depth > _DEEPEST:
            continue
        seen.add(name)
        for file, cls in evidence.sources.classes(name):
            yield file, cls
            shown = [*map(ast.unparse, cls.bases),
                     *(ast.unparse(n.annotation) for n in cls.body if isinstance(n, ast.AnnAssign))]  # fmt: skip
            waiting += [(word, depth + 1) for one in shown for word in re.findall(r"\w+", one)]


def nullable(evidence: Evidence, schema: Schema, name: str) -> tuple[Repair, ...]:
    """Return the repair that lets a field be null, and absent."""
    file, cls = schema
    field = field_of(cls, name)
    if field is None or may_be_none(field.annotation):
        return ()
    text = ast.get_source_segment(evidence.sources.text(file), field.annotation) or ""
    optional = re.search(r"\bOptional\[", evidence.sources.text(file))
    new = f"Optional[{text}]" if optional else f"{text} | None"
    if field.value is None:
        new += " = None"
    return rewritten(evidence, file, [(field.annotation, new)])


def without_default(evidence: Evidence, schema: Schema, name: str) -> tuple[Repair, ...]:
    """Return the repair that gives None as default to a field that may be null, and has none."""
    file, cls = schema
    field = field_of(cls, name)
    if field is None or not may_be_none(field.annotation):
        return ()
    if field.value is None:
        text = ast.get_source_segment(evidence.sources.text(file), field.annotation) or ""
        return rewritten(evidence, file, [(field.annotation, f"{text} = None")])
    if (
        isinstance(field.value, ast.Call)
        and field.value.args
        and literal(field.value.args[0]) is Ellipsis
    ):
        return rewritten(evidence, file, [(field.value.args[0], "None")])
    named = {one.arg for one in getattr(field.value, "keywords", ())}
    if isinstance(field.value, ast.Call) and called(field.value) == "Field" and not (
        field.value.args or named & {"default", "default_factory"}
    ):  # fmt: skip
        return with_argument(evidence, file, field.value, "default=None")
    return ()


def may_be_none(annotation: ast.expr) -> bool:
    """Tell whether an annotation lets a value be null."""
    text = ast.unparse(annotation)
    return re.search(r"\bOptional\[|\bNone\b", text) is not None
