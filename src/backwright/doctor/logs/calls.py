"""Functions that are called with other arguments than they take."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence

from backwright.doctor.edits import rewritten, segment
from backwright.doctor.evidence import Evidence
from backwright.doctor.registry import diagnosis
from backwright.doctor.sources import FunctionNode, last_name
from backwright.report.doctor_types import Cause, Repair
from backwright.values import Place

_CALLED = (
    r"TypeError: (?:(?P<owner>\w+)\.)?(?P<name>\w+)\(\) "
    r"(?:missing \d+ required (?:positional|keyword-only) arguments?: (?P<missing>.+)"
    r"|takes (?:from \d+ to )?\d+ positional arguments? but \d+ (?:was|were) given"
    r"|got (?:an unexpected keyword argument|multiple values for argument) '(?P<keyword>\w+)')"
)


@diagnosis
def calls(evidence: Evidence) -> Iterator[Cause]:
    """Tell what a function of the project takes, and what it is given."""
    for ground, raised, match in evidence.raised(_CALLED):
        owner = match["owner"] if match["name"] == "__init__" else None
        found = _definition(evidence, match["name"], owner)
        if found is None:
            continue
        call = evidence.sources.call_at(ground.place, owner or match["name"])
        parameters = _parameters(found)
        takes = f"{owner or match['name']}({', '.join(parameters)})"
        absent = _absent(parameters, call) if call else []
        what = f"without {', '.join(absent)}" if absent else "with other arguments"
        written = f": {ast.unparse(call)}" if call else ""
        yield Cause(
            "logs", "arguments", f"{takes} is called {what}{written}", (raised.text,), ground.place,
            f"give it what it takes: {takes}", "repeat the request",
            repairs=_given(evidence, ground.place, call, parameters, absent)
            if call and ground.place else (),
            failure=ground.number, count=ground.count,
        )  # fmt: skip


def _definition(evidence: Evidence, name: str, owner: str | None) -> FunctionNode | None:
    """Return the project's only function of a name, or a class's way of being made."""
    if owner is not None:
        bodies = [one.body for _, one in evidence.sources.classes(owner)]
        made = [
            one for body in bodies for one in body
            if isinstance(one, FunctionNode) and one.name == name
        ]  # fmt: skip
        return made[0] if len(made) == 1 else None
    found = [
        node for file in evidence.sources.own if f"def {name}" in evidence.sources.text(file)
        for node in evidence.sources.nodes(file)
        if isinstance(node, FunctionNode) and node.name == name
    ]  # fmt: skip
    return found[0] if len(found) == 1 else None


def _parameters(function: FunctionNode) -> list[str]:
    names = [one.arg for one in (*function.args.posonlyargs, *function.args.args)]
    names += [one.arg for one in function.args.kwonlyargs]
    return names[1:] if names[:1] in (["self"], ["cls"]) else names


def _absent(parameters: Sequence[str], call: ast.Call) -> list[str]:
    """Return the parameters that a call does not give; none where its arguments do not tell."""
    given = [last_name(one) for one in call.args]
    named = [one.arg for one in call.keywords]
    if not all(one in parameters for one in (*given, *named)):
        return []
    return [one for one in parameters if one not in (*given, *named)]


def _given(
    evidence: Evidence, place: Place, call: ast.Call, parameters: Sequence[str],
    absent: Sequence[str],
) -> tuple[Repair, ...]:  # fmt: skip
    """Return the repair that gives what is missing, where the caller has it by that name."""
    caller = evidence.sources.function_at(place)
    if caller is None or not absent or not set(absent) <= set(_parameters(caller)):
        return ()
    given = {last_name(one): segment(evidence, place.file, one) for one in call.args}
    given |= {one: one for one in absent}
    named = {one.arg: segment(evidence, place.file, one.value) for one in call.keywords}
    words = [given[one] for one in parameters if one in given]
    words += [f"{name}={value}" for name, value in named.items()]
    function = segment(evidence, place.file, call.func)
    return rewritten(evidence, place.file, [(call, f"{function}({', '.join(words)})")])
