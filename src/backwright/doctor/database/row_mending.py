"""Repairs of rows that are made: of a schema, with a key for the row it leads to."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from backwright.doctor.edits import finished, rewritten, segment
from backwright.doctor.evidence import Evidence
from backwright.doctor.sources import called
from backwright.project.types import Model, Relationship
from backwright.report.doctor_types import Repair
from backwright.values import Place

_ADDS = ("add", "merge")
_KEYS = ("int", "str", "UUID")


def made_of_schema(evidence: Evidence, place: Place) -> tuple[Repair, ...]:
    """Return the repair that makes the model of a schema before it is added to a session."""
    model = _model_of(evidence, place)
    call = evidence.sources.call_at(place, *_ADDS)
    if model is None or call is None or len(call.args) != 1:
        return ()
    given = call.args[0]
    written = segment(evidence, place.file, given)
    made = f"{model.name}(**{written}.{_dump(evidence)}())"
    imports = {_module(model.file): {model.name}} if model.file != place.file else None
    text = evidence.sources.text(place.file)
    if not isinstance(given, ast.Name):
        return rewritten(evidence, place.file, [(given, made)], imports)
    lines = text.splitlines(keepends=True)  # what comes behind it wants the row, too
    lines.insert(call.lineno - 1, f"{' ' * call.col_offset}{given.id} = {made}\n")
    return finished(place.file, text, "".join(lines), imports)


def _model_of(evidence: Evidence, place: Place) -> Model | None:
    """Return the model that a schema speaks for which an error at a place names."""
    pattern = r"Class '(?:[\w.]+\.)?(?P<name>\w+)' is not mapped"
    name = next(
        (m["name"] for ground, _, m in evidence.raised(pattern) if ground.place == place), ""
    )
    told = {one.model for one in evidence.project.schemas if one.name == name}
    models = [
        one for one in evidence.project.models
        if one.name in told or (name.startswith(one.name) and name != one.name)
    ]  # fmt: skip
    return max(models, key=lambda one: len(one.name), default=None)


def _dump(evidence: Evidence) -> str:
    """Return the method by which this project's Pydantic gives a schema's values."""
    texts = [evidence.sources.text(one) for one in evidence.sources.own]
    is_old = any(re.search(r"\.dict\(", one) for one in texts)
    return "dict" if is_old and not any("model_dump" in one for one in texts) else "model_dump"


def _module(file: str) -> str:
    return file.removesuffix(".py").removesuffix("/__init__").replace("/", ".")


def by_foreign_key(evidence: Evidence, place: Place) -> tuple[Repair, ...]:
    """Return the repair that gives a key to the column of the foreign key, not to the relationship."""
    pattern = r"'(?P<type>\w+)' object has no attribute '_sa_instance_state'"
    kinds = {m["type"] for ground, _, m in evidence.raised(pattern) if ground.place == place}
    if not kinds & set(_KEYS):
        return ()
    for model in evidence.project.models:
        for call in _made(evidence, place, model.name):
            given = {one.arg for one in call.keywords}
            for one in call.keywords:
                column = _column(evidence, model, one.arg or "")
                if column and column not in given:
                    written = segment(evidence, place.file, call)
                    after = re.sub(rf"\b{one.arg}(?=\s*=)", column, written, count=1)
                    return rewritten(evidence, place.file, [(call, after)])
    return _assigned(evidence, place)


def _made(evidence: Evidence, place: Place, name: str) -> Iterator[ast.Call]:
    for node in evidence.sources.nodes(place.file):
        if not isinstance(node, ast.Call) or called(node) != name:
            continue
        if node.lineno <= place.line <= (node.end_lineno or 0):
            yield node


def _column(evidence: Evidence, model: Model, name: str) -> str:
    """Return the column of the key by which a relationship to one row goes; nothing for others."""
    found = next((one for one in model.relationships if one.name == name), None)
    return _key(evidence, model, found) if found is not None else ""


def _key(evidence: Evidence, model: Model, relation: Relationship) -> str:
    tables = {one.table for one in evidence.project.models if one.name == relation.target}
    keys = [
        one.name for one in model.columns
        if one.foreign_key and one.foreign_key.rpartition(".")[0].rpartition(".")[2] in tables
    ]  # fmt: skip
    named = [one for one in keys if one == f"{relation.name}_id"] or keys
    return named[0] if len(named) == 1 else ""


def _assigned(evidence: Evidence, place: Place) -> tuple[Repair, ...]:
    """Return the repair of `row.relationship = key`, where one model alone has such a relationship."""
    for node in evidence.sources.nodes(place.file):
        target = node.targets[0] if isinstance(node, ast.Assign) else None
        if not isinstance(target, ast.Attribute) or node.lineno != place.line:  # type: ignore[attr-defined]
            continue
        columns = {
            column for model in evidence.project.models
            if (column := _column(evidence, model, target.attr))
        }  # fmt: skip
        if len(columns) == 1:
            inner = segment(evidence, place.file, target.value)
            return rewritten(evidence, place.file, [(target, f"{inner}.{columns.pop()}")])
    return ()
