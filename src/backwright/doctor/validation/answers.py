"""Answers that their own response model refuses."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass

from backwright.doctor.edits import rewritten
from backwright.doctor.evidence import Evidence, Ground
from backwright.doctor.masking import masked
from backwright.doctor.registry import diagnosis
from backwright.doctor.sources import literal
from backwright.doctor.validation.configuring import (
    Schema,
    configured,
    configured_as_before,
    field_of,
    nullable,
    schema_of,
)
from backwright.doctor.validation.handlers import (
    Handler,
    endpoint_of,
    forgotten,
    found_nothing,
    handler_of,
    unwrapped,
)
from backwright.report.doctor_types import Cause, Repair
from backwright.source.syntax import nodes
from backwright.values import Place

_COMPLAINT = re.compile(
    r"\{'type': '(?P<type>\w+)', 'loc': \((?P<loc>[^)]*)\), 'msg': (?P<quote>['\"])(?P<message>.*?)(?P=quote), "
    r"'input': (?P<input>.*?)(?:, 'ctx': |, 'url': |\}\]?\s*(?:\n|$)|\}, \{)", re.DOTALL
)  # fmt: skip
_OLD = re.compile(
    r"^response(?: -> (?P<loc>[^\n]*))?\n\s+(?P<message>[^\n]*?) \(type=(?P<type>[\w.]+)", re.MULTILINE
)  # fmt: skip
_PROOF = "repeat the request: it must answer as its schema says"
# What a value's text begins with, and the type and import of a field that takes it.
_TYPES = (
    (r"(?:True|False)$", "bool", ""), (r"-?\d+$", "int", ""), (r"-?\d+\.\d+", "float", ""),
    (r"['\"]", "str", ""), (r"datetime\.datetime\(", "datetime", "datetime"),
    (r"datetime\.date\(", "date", "datetime"), (r"UUID\(", "UUID", "uuid"),
    (r"Decimal\(", "Decimal", "decimal"),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class _Complaint:
    """What a response model refuses: where, why, and what it was given (None: not known)."""

    kind: str
    fields: tuple[str, ...]
    message: str
    given: str | None


@dataclass(frozen=True, slots=True)
class _Answer:
    """An answer that was refused: the schema's name and class, and the function that gave it."""

    ground: Ground
    name: str
    schema: Schema | None
    handler: Handler | None

    @property
    def place(self) -> Place | None:
        """Return the function's line."""
        return Place(self.handler[0], self.handler[1].lineno) if self.handler else self.ground.place


@diagnosis
def response(evidence: Evidence) -> Iterator[Cause]:
    """Tell which field of an answer its schema refuses."""
    for ground, raised, match in evidence.raised(
        r"ResponseValidationError|ValidationError: \d+ validation errors? for (?P<owner>\w+)\nresponse\b"
    ):
        complaint = _complaint(raised.message)
        if complaint is None:
            continue
        endpoint = endpoint_of(evidence, ground)
        name = (
            match["owner"]
            or (endpoint.response_model if endpoint else None)
            or "the response model"
        )
        answer = _Answer(
            ground, name, schema_of(evidence, name), handler_of(evidence, ground, endpoint)
        )
        yield _cause(evidence, answer, complaint)


def _complaint(message: str) -> _Complaint | None:
    if found := _COMPLAINT.search(message):
        where = [one.strip().strip("'\"") for one in found["loc"].split(",") if one.strip()]
        fields = tuple(one for one in where[1:] if not one.isdigit())
        return _Complaint(found["type"], fields, found["message"], found["input"])
    if found := _OLD.search(message):
        fields = tuple(
            one for one in (found["loc"] or "").split(" -> ") if one and not one.isdigit()
        )
        given = "None" if "none.not_allowed" in found["type"] else None
        return _Complaint(found["type"], fields, found["message"], given)
    return None


def _cause(evidence: Evidence, answer: _Answer, one: _Complaint) -> Cause:
    if not one.fields:
        return _whole(evidence, answer, one)
    if "missing" in one.kind:
        return _missing(evidence, answer, one)
    field = one.fields[-1]
    schema = answer.schema
    node = field_of(schema[1], field) if schema else None
    place = Place(schema[0], node.lineno) if schema and node else answer.place
    shown = f"{answer.name}.{field}"
    if one.given == "None":
        return _made(
            answer, one, "response-null", f"{shown} is null in what is returned, and must not be",
            f"{field}: … | None = None", place, nullable(evidence, schema, field) if schema else (),
        )  # fmt: skip
    given = masked(field, one.given[:60]) if one.given else "a value of another type"
    declared = f"declared as {ast.unparse(node.annotation)}" if node else "of another type"
    return _made(
        answer, one, "response-type", f"{shown} is {declared}, and {given} is returned",
        "give the field the type that the table's column has", place,
        _retyped(evidence, schema, node, one.given or "") if schema and node else (),
    )  # fmt: skip


def _whole(evidence: Evidence, answer: _Answer, one: _Complaint) -> Cause:
    """Return the cause where the answer as a whole is refused."""
    if one.given == "None":
        return _nothing(evidence, answer, one)
    if one.given and one.given.startswith("["):
        return _made(
            answer, one, "response-list", f"a list is returned, and {answer.name} is one object",
            f"response_model=list[{answer.name}], or return one of them", answer.place,
        )  # fmt: skip
    return attributes_cause(
        evidence, answer.ground, answer.name, answer.schema, one.message, old="." in one.kind
    )


def _nothing(evidence: Evidence, answer: _Answer, one: _Complaint) -> Cause:
    """Return the cause where None is returned: a look-up's, or because `return` is missing."""
    lost = forgotten(evidence, answer.handler) if answer.handler else None
    if lost is not None and answer.handler:
        return _made(
            answer, one, "return-forgotten",
            f"{answer.handler[1].name} returns nothing, and must return {answer.name}",
            "return what was made", lost[0], lost[1],
        )  # fmt: skip
    found = found_nothing(evidence, answer.handler) if answer.handler else None
    return _made(
        answer, one, "response-none",
        f"None is returned, and {answer.name} must be an object: nothing was found, and nobody asks",
        'if … is None: raise HTTPException(status_code=404, detail="Not found")',
        found[0] if found else answer.place, found[1] if found else (),
    )  # fmt: skip


def _missing(evidence: Evidence, answer: _Answer, one: _Complaint) -> Cause:
    names = _fields(answer.schema)
    found = (
        unwrapped(evidence, answer.handler, names, one.given or "")
        if answer.handler and names
        else None
    )
    if found is not None and len(one.fields) == 1:
        return _made(
            answer, one, "response-wrapped",
            f"what {answer.name} describes is returned within a dictionary of another name",
            "return it itself; or describe the dictionary by a schema of its own", *found,
        )  # fmt: skip
    return _made(
        answer, one, "response-field-missing",
        f"what is returned has no {one.fields[-1]}, and {answer.name} requires it",
        "return it, or give the field a default in the schema", answer.place,
        _called_right(evidence, answer, one.fields[-1], names),
    )  # fmt: skip


def _called_right(
    evidence: Evidence, answer: _Answer, field: str, names: list[str]
) -> tuple[Repair, ...]:
    """Return the repair that calls a key of the returned dictionary as the schema calls the field."""
    if answer.handler is None:
        return ()
    file, function = answer.handler
    for one in nodes(*function.body):
        if isinstance(one, ast.Return) and isinstance(one.value, ast.Dict):
            keys = [
                key for key in one.value.keys if key is not None and isinstance(literal(key), str)
            ]
            near = [key for key in keys if literal(key) not in names
                    and (str(literal(key)) in field or field in str(literal(key)))]  # fmt: skip
            if len(near) == 1:
                return rewritten(evidence, file, [(near[0], f'"{field}"')])
    return ()


def _fields(schema: Schema | None) -> list[str]:
    body = schema[1].body if schema else []
    return [ast.unparse(one.target) for one in body if isinstance(one, ast.AnnAssign)]


def _retyped(
    evidence: Evidence, schema: Schema, node: ast.AnnAssign, given: str
) -> tuple[Repair, ...]:
    """Return the repair that gives a field the type of what is returned."""
    found = next(((name, module) for begin, name, module in _TYPES if re.match(begin, given)), None)
    inner = node.annotation
    if isinstance(inner, ast.BinOp):
        inner = inner.left
    elif isinstance(inner, ast.Subscript) and ast.unparse(inner.value).endswith("Optional"):
        inner = inner.slice
    if found is None or not isinstance(inner, ast.Name | ast.Attribute):
        return ()
    imports = {found[1]: {found[0]}} if found[1] else None
    return rewritten(evidence, schema[0], [(inner, found[0])], imports)


def _made(
    answer: _Answer, one: _Complaint, name: str, text: str, remedy: str, place: Place | None,
    repairs: tuple[Repair, ...] = (),
) -> Cause:  # fmt: skip
    where = ".".join(("response", *one.fields))
    return Cause(
        "validation", name, text, (f"{where}: {one.message}",), place, remedy, _PROOF,
        repairs=repairs, failure=answer.ground.number, count=answer.ground.count,
    )  # fmt: skip


def attributes_cause(
    evidence: Evidence, ground: Ground, name: str, schema: Schema | None, message: str, *, old: bool
) -> Cause:
    """Return the cause where a schema is filled from an object, and does not read attributes."""
    repairs: tuple[Repair, ...] = ()
    if schema is not None and old:
        repairs = configured_as_before(evidence, schema, "orm_mode = True")
    elif schema is not None:
        repairs = configured(evidence, schema, "from_attributes=True")
    return Cause(
        "validation", "from-attributes",
        f"{name} is filled from an object, and does not read attributes", (message,),
        Place(schema[0], schema[1].lineno) if schema else ground.place,
        "class Config: orm_mode = True" if old else "model_config = ConfigDict(from_attributes=True)",
        _PROOF, repairs=repairs, failure=ground.number, count=ground.count,
    )  # fmt: skip


@diagnosis
def from_objects(evidence: Evidence) -> Iterator[Cause]:
    """Tell of model_validate and parse_obj of an object, by a schema that does not read attributes."""
    pattern = (
        r"ValidationError: \d+ validation errors? for (?P<name>\w+)\n(?:__root__\n)?\s+"
        r"(?P<message>Input should be a valid dictionary or (?:instance|object)[^\n\[]*|"
        r"(?P<owner>\w+) expected dict not \w+)[^\n]*"
    )
    for ground, raised, match in evidence.raised(pattern):
        given = re.search(r"input_type=(\w+)", raised.message)
        if given is None or given[1] in ("dict", "str", "list", "int", "NoneType", "bytes"):
            continue
        schema = schema_of(evidence, match["name"])
        yield attributes_cause(
            evidence,
            ground,
            match["name"],
            schema,
            match["message"].strip(),
            old=bool(match["owner"]),
        )
