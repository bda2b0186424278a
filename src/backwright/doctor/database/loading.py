"""Repairs that load relationships with their rows."""

from __future__ import annotations

import ast

from backwright.doctor.edits import rewritten, segment, with_argument
from backwright.doctor.evidence import Evidence
from backwright.doctor.sources import FunctionNode, called, last_name
from backwright.report.doctor_types import Repair
from backwright.source.syntax import nodes
from backwright.values import Place


def loaded_with(evidence: Evidence, place: Place | None, attribute: str) -> tuple[Repair, ...]:
    """Return the repair that loads a relationship with the rows of the function around a place."""
    function = evidence.sources.function_at(place) if place else None
    owners = [
        one.name for one in evidence.project.models
        if any(relation.name == attribute for relation in one.relationships)
    ]  # fmt: skip
    if place is None or function is None or len(owners) != 1:
        return ()
    model = owners[0]
    made = _loaded_in(evidence, place.file, function, model, attribute)
    if made:
        return made
    found = [
        (file, node) for file in evidence.sources.own for node in evidence.sources.nodes(file)
        if isinstance(node, FunctionNode) and node is not function and _gives(node, model)
    ]  # fmt: skip
    for file, node in found:  # a dependency that finds the row for the handler
        if made := _loaded_in(evidence, file, node, model, attribute):
            return made
    return ()


def _gives(function: FunctionNode, model: str) -> bool:
    return function.returns is not None and last_name(function.returns) == model


def _loaded_in(
    evidence: Evidence, file: str, function: FunctionNode, model: str, attribute: str
) -> tuple[Repair, ...]:
    option = f"selectinload({model}.{attribute})"
    imports = {"sqlalchemy.orm": {"selectinload"}}
    for call in _calls(function):
        first = last_name(call.args[0]) if call.args else ""
        if called(call) in ("select", "query") and first == model:
            written = segment(evidence, file, call)
            return rewritten(evidence, file, [(call, f"{written}.options({option})")], imports)
        if called(call) == "get" and first == model and len(call.args) > 1:
            return with_argument(evidence, file, call, f"options=[{option}]", imports)
    return ()


def _calls(function: FunctionNode) -> list[ast.Call]:
    return [one for one in nodes(*function.body) if isinstance(one, ast.Call)]
