"""Parameters: a function that takes each of the exemplar's fields takes each of the new ones."""

from __future__ import annotations

import re
from collections.abc import Sequence

import libcst as cst
import libcst.matchers as m

from backwright.spec.types import FieldSpec
from backwright.transfer.carry.bodies import filters_all
from backwright.transfer.carry.items import is_literal, spread
from backwright.transfer.carry.marks import code_of, field_of, unmarked
from backwright.transfer.carry.mentions import purpose
from backwright.transfer.carry.types import Role
from backwright.transfer.carry.values import Work, made_in_tests

_BOUNDS = {"int": ("ge", "le"), "str": ("min_length", "max_length")}
_GIVEN = re.compile(r"""parametrize\(\s*["'](\w+)["']\s*,""")
_ROLES: dict[str, Role] = {"make": "create", "change": "update", "list": "filter", "show": "filter"}


def filled(
    work: Work, params: cst.Parameters, function: cst.FunctionDef, owner: str = ""
) -> cst.Parameters:
    """Return a function's parameters, those for the old fields being for the new ones."""
    for group in ("params", "kwonly_params"):
        old: Sequence[cst.Param] = getattr(params, group)
        slots = [i for i, p in enumerate(old) if field_of(p.name.value) is not None]
        numbers = {n for i in slots if (n := field_of(old[i].name.value)) is not None}
        if not slots or not _are_all(work, numbers, function, purpose(function, owner)):
            continue
        if work.extends and work.has_samples and _are_given_apart(work, function):
            continue
        made = spread(
            old,
            slots,
            _made(work, [old[i] for i in slots], purpose(function, owner)),
            function.whitespace_before_params,
            keep=work.extends,
        )
        if group == "params":
            made = _in_legal_order(made)
        params = params.with_changes(**{group: made})
    return params


def _are_all(work: Work, numbers: set[int], function: cst.FunctionDef, aim: str) -> bool:
    """Where a function reads rows, only parameters that all filter alike are all the fields."""
    if not work.likeness.is_whole(numbers):
        return False
    if aim in ("make", "change") or work.has_samples:
        return True
    return filters_all(work, function)


def _are_given_apart(work: Work, function: cst.FunctionDef) -> bool:
    """Tell whether a test is given its fields by a decorator for each: none gives it the new ones."""
    names = {f.name for f in work.facts.fields}
    codes = [unmarked(code_of(one), work.facts) for one in function.decorators]
    told = (_GIVEN.search(code) for code in codes)
    return any(one[1] in names for one in told if one)


def _made(work: Work, old: Sequence[cst.Param], aim: str) -> list[cst.Param]:
    if work.has_samples:
        fields = [f for f in made_in_tests(work.likeness.columns) if f.kind != "ref"]
        return [cst.Param(cst.Name(f.column)) for f in fields]
    role = _ROLES.get(aim, "create")
    if role == "update" and not any(_is_none(p.default) for p in old):
        role = "create"
    made = [_param(work, f, old, role) for f in work.likeness.columns]
    return [p for p in made if p is not None]


def _param(work: Work, new: FieldSpec, old: Sequence[cst.Param], role: Role) -> cst.Param | None:
    """Return the parameter of a field: its type is that of a schema, its default as the others'."""
    declared = _declared(work, new, "public" if role == "create" else role)
    if declared is None:
        return None
    like = next((p for p in old if isinstance(p.default, cst.Call)), old[0])
    default = like.default
    if isinstance(default, cst.Call):
        is_update = role != "create"
        given = cst.Name("None") if is_update else _default(work, new)
        default = _wrapped(
            default, new, cst.Ellipsis() if new.required and not is_update else given
        )
    elif new.required and role == "create":
        default = None
    else:
        default = _default(work, new) if role == "create" else cst.Name("None")
    annotation = _plainly(work, new, declared.annotation) if like.annotation else None
    equal = cst.AssignEqual() if annotation else _tight()
    return cst.Param(
        cst.Name(new.column),
        annotation=annotation,
        default=default,
        equal=equal if default is not None else cst.MaybeSentinel.DEFAULT,
    )


def _plainly(work: Work, new: FieldSpec, said: cst.Annotation) -> cst.Annotation:
    """Return a type without the bounds that only a schema asks for: `conint(ge=1) | None`."""
    code = code_of(said.annotation)
    plain = _declared(work, new, "public")
    if "(" not in code or "Depends(" in code or plain is None or "(" in code_of(plain.annotation):
        return said
    kind = code_of(plain.annotation.annotation)
    if re.search(r"\b(?:None|Optional)\b", code) and not re.search(r"\b(?:None|Optional)\b", kind):
        kind = f"Optional[{kind}]" if "Optional[" in code else f"{kind} | None"
    return cst.Annotation(cst.parse_expression(kind))


def _declared(work: Work, new: FieldSpec, role: Role) -> cst.AnnAssign | None:
    pieces = work.writer.declare(new, role, ())
    if not pieces:
        return None
    line = cst.ensure_type(cst.parse_statement(work.use(pieces[0])), cst.SimpleStatementLine)
    return line.body[0] if isinstance(line.body[0], cst.AnnAssign) else None


def _default(work: Work, new: FieldSpec) -> cst.BaseExpression:
    """Return the default that a schema gives, where a function can give it, too."""
    declared = _declared(work, new, "create")
    value = declared.value if declared else None
    if isinstance(value, cst.Call):
        said = [a.value for a in value.args if a.keyword and a.keyword.value == "default"]
        value = next(iter([*said, *(a.value for a in value.args[:1] if a.keyword is None)]), None)
    plain = isinstance(value, cst.Name | cst.Attribute | cst.SimpleString | cst.Integer | cst.Float)
    plain = plain or _is_of_literals(value)
    return value if plain and value is not None else cst.Name("None")


def _is_of_literals(value: cst.BaseExpression | None) -> bool:
    """Tell whether a value is one for all calls, and never changed: `Decimal("1")`."""
    return (
        isinstance(value, cst.Call)
        and bool(value.args)
        and all(is_literal(a.value) for a in value.args)
    )


def _wrapped(old: cst.Call, new: FieldSpec, given: cst.BaseExpression) -> cst.Call:
    """Return `Form(...)` for a required field, `Form(3)` or `Form(None)` for another; its bounds."""
    words = _BOUNDS.get(new.kind, ())
    bounds = [
        cst.Arg(cst.Integer(str(int(bound))), cst.Name(word), _tight())
        for word, bound in zip(words, (new.low, new.high), strict=False)
        if bound is not None and bound >= 0
    ]
    return old.with_changes(args=[cst.Arg(given), *bounds])


def _tight() -> cst.AssignEqual:
    return cst.AssignEqual(cst.SimpleWhitespace(""), cst.SimpleWhitespace(""))


def _is_none(node: cst.BaseExpression | None) -> bool:
    return m.matches(node, m.Name("None")) if node is not None else False


def _in_legal_order(params: list[cst.Param]) -> list[cst.Param]:
    """Parameters without a default stand before those with one."""
    ordered = sorted(params, key=lambda p: p.default is not None)
    return [p.with_changes(comma=old.comma) for p, old in zip(ordered, params, strict=True)]
