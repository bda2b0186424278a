"""Validators that return nothing: the value becomes None; and fields that hide their own type."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from backwright.doctor.edits import finished, with_return
from backwright.doctor.evidence import Evidence
from backwright.doctor.registry import diagnosis
from backwright.doctor.sources import FunctionNode, called, keyword, last_name, literal
from backwright.report.doctor_types import Cause, Repair
from backwright.source.syntax import nodes
from backwright.values import Place

_OF_FIELDS = ("field_validator", "validator")
_OF_MODELS = ("model_validator", "root_validator")


@diagnosis
def returning_nothing(evidence: Evidence) -> Iterator[Cause]:
    """Tell of a validator that checks a value and forgets to give it back."""
    for file in evidence.sources.own:
        if "validator" not in evidence.sources.text(file):
            continue
        for node in evidence.sources.nodes(file):
            mark = _mark(node)
            if not isinstance(node, FunctionNode) or mark is None or not _returns_nothing(node):
                continue
            fields = [str(value) for one in mark.args if isinstance(value := literal(one), str)]
            what = ", ".join(fields) or "the model"
            hit = next((one for one in evidence.grounds if "None" in one.failure.last.text), None)
            yield Cause(
                "validation", "validator-returns-nothing",
                f"the validator {node.name} returns nothing, so that {what} becomes None whatever is sent",
                (hit.failure.last.text[:200],) if hit else (), Place(file, node.lineno),
                "return the value at its end", "repeat the request", "happened" if hit else "source",
                _returning(evidence, file, node, mark), hit.number if hit else None, hit.count if hit else 1,
            )  # fmt: skip


def _mark(node: ast.AST) -> ast.Call | None:
    """Return the decorator that makes a function a validator whose result is used."""
    for one in getattr(node, "decorator_list", ()):
        if isinstance(one, ast.Call) and called(one) in (*_OF_FIELDS, *_OF_MODELS):
            return one
    return None


def _returns_nothing(function: FunctionNode) -> bool:
    inside = list(nodes(*function.body))
    if any(isinstance(one, ast.Return) and one.value is not None for one in inside):
        return False
    if any(isinstance(one, ast.Yield | FunctionNode) for one in inside):
        return False
    return not isinstance(function.body[-1], ast.Raise)


def _returning(
    evidence: Evidence, file: str, function: FunctionNode, mark: ast.Call
) -> tuple[Repair, ...]:
    names = [one.arg for one in function.args.args]
    is_after = called(mark) == "model_validator" and literal(keyword(mark, "mode")) == "after"
    given = names[0] if is_after and names else names[1] if len(names) > 1 else ""
    if not given:
        return ()
    return with_return(evidence, file, function, given)


@diagnosis
def hiding_its_type(evidence: Evidence) -> Iterator[Cause]:
    """Tell of a field with the name of its own type: its default hides the type, and only None is taken."""
    for file in evidence.sources.own:
        text = evidence.sources.text(file)
        if "from __future__ import annotations" in text:
            continue
        classes = [one for one in evidence.sources.nodes(file) if isinstance(one, ast.ClassDef)]
        for cls in classes:
            for one in cls.body:
                if (
                    not isinstance(one, ast.AnnAssign)
                    or one.value is None
                    or literal(one.value) is not None
                ):
                    continue
                name = last_name(one.target)
                inner = [
                    each
                    for each in ast.walk(one.annotation)
                    if isinstance(each, ast.Name) and each.id == name
                ]
                is_field = isinstance(one.value, ast.Call) and called(one.value) == "Field"
                if not inner or not (isinstance(one.value, ast.Constant) or is_field):
                    continue
                yield _hidden(evidence, file, cls.name, name, one)


def _hidden(evidence: Evidence, file: str, owner: str, name: str, node: ast.AnnAssign) -> Cause:
    hit = next(
        (
            one
            for one in evidence.refusals
            if one.kind == "none_required" and one.where[-1:] == (name,)
        ),
        None,
    )
    return Cause(
        "validation", "field-hides-type",
        f"{owner}.{name} has the name of its type: its default stands under that name before the type is read, so that "
        "nothing but None is taken", (f"{name}: {hit.message}",) if hit else (), Place(file, node.lineno),
        f"import the type by another name, or name the field otherwise: from datetime import {name} as {name}_type",
        "repeat the request", "happened" if hit else "source", _by_another_name(evidence, file, name, node),
    )  # fmt: skip


def _by_another_name(
    evidence: Evidence, file: str, name: str, node: ast.AnnAssign
) -> tuple[Repair, ...]:
    """Return the repair that imports the type of the field by another name."""
    tree = evidence.sources.syntax(file)
    for one in tree.body if tree else ():
        if isinstance(one, ast.ImportFrom) and any(
            each.name == name and not each.asname for each in one.names
        ):
            text = evidence.sources.text(file)
            lines = text.splitlines(keepends=True)
            number = node.annotation.lineno - 1
            start, end = node.annotation.col_offset, node.annotation.end_col_offset
            line = lines[number].encode()
            new = ast.unparse(node.annotation).replace(name, f"{name}_type")
            lines[number] = (line[:start] + new.encode() + line[end:]).decode()
            lines.insert(
                one.end_lineno or one.lineno, f"from {one.module} import {name} as {name}_type\n"
            )
            return finished(file, text, "".join(lines))
    return ()
