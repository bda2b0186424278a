"""Reading annotations: string annotations, `Optional`, `Annotated`, `Mapped`, aliases."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass, replace

from backwright.project.interpret import core
from backwright.project.interpret.values import (
    NATIVE,
    Class,
    External,
    Frame,
    Function,
    Instance,
    Unknown,
    is_external,
    settle,
)

_LISTS = frozenset({"list", "List", "set", "Set", "Sequence", "Collection", "DynamicMapped"})
_LISTS_MORE = frozenset({"WriteOnlyMapped", "Iterable", "frozenset", "tuple", "MutableSequence"})


@dataclass(frozen=True, slots=True)
class Type:
    """A type: what is left of an annotation without `Optional`, `Annotated`, `Mapped`, lists.

    `node` is the innermost expression, `frame` where its names are looked up, `extras` what
    `Annotated` adds (evaluated).
    """

    node: ast.expr
    frame: Frame
    optional: bool = False
    many: bool = False
    mapped: bool = False
    class_variable: bool = False
    extras: tuple[object, ...] = ()

    @property
    def shown(self) -> str:
        """The type as it is written."""
        return ast.unparse(self.node)


def read_type(node: ast.expr, frame: Frame) -> Type:
    """Unwrap an annotation down to the type that it is about."""
    return _unwrap(Type(node, frame), 0)


def _unwrap(known: Type, depth: int) -> Type:
    node = parsed(known.node)
    known = _with(known, node=node)
    if depth > 12:
        return known
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.BitOr):
        return _union(known, [node.left, node.right], depth)
    if isinstance(node, ast.Subscript):
        return _subscript(known, node, depth)
    if isinstance(node, (ast.Name, ast.Attribute, ast.Call)):
        return _alias(known, node, depth)
    return known


def parsed(node: ast.expr) -> ast.expr:
    """Return the expression of a string annotation, or the node itself."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        try:
            return ast.parse(node.value.strip(), mode="eval").body
        except (SyntaxError, ValueError):
            return node
    return node


def _with(known: Type, **changes: object) -> Type:
    values = {name: getattr(known, name) for name in Type.__dataclass_fields__}
    return Type(**(values | changes))


def _union(known: Type, parts: list[ast.expr], depth: int) -> Type:
    inner = [parsed(one) for one in parts]
    kept = [one for one in inner if not (isinstance(one, ast.Constant) and one.value is None)]
    optional = known.optional or len(kept) < len(inner)
    if len(kept) == 1:
        return _unwrap(_with(known, node=kept[0], optional=optional), depth + 1)
    first = _unwrap(_with(known, node=kept[0], optional=optional), depth + 1) if kept else known
    return _with(known, optional=first.optional or optional)


def last_name(node: ast.expr) -> str:
    """Return the last part of a dotted name, an empty string for anything else."""
    if isinstance(node, ast.Attribute):
        return node.attr
    return node.id if isinstance(node, ast.Name) else ""


def _subscript(known: Type, node: ast.Subscript, depth: int) -> Type:
    name = _meant(node.value, known.frame)
    parts = list(node.slice.elts) if isinstance(node.slice, ast.Tuple) else [node.slice]
    if name == "Optional":
        return _unwrap(_with(known, node=parts[0], optional=True), depth + 1)
    if name == "Union":
        return _union(known, parts, depth)
    if name == "Annotated":
        extras = tuple(settle(core.evaluate(one, known.frame)) for one in parts[1:])
        return _unwrap(_with(known, node=parts[0], extras=known.extras + extras), depth + 1)
    if name in {"Mapped", "Required", "NotRequired", "Final"}:
        mapped = known.mapped or name == "Mapped"
        return _unwrap(_with(known, node=parts[0], mapped=mapped), depth + 1)
    if name == "ClassVar":
        return _with(known, class_variable=True)
    if name in {"DynamicMapped", "WriteOnlyMapped"}:
        return _unwrap(_with(known, node=parts[0], mapped=True, many=True), depth + 1)
    if name in _LISTS | _LISTS_MORE and not known.many:
        return _in_list(known, parts, depth)
    return known


def _in_list(known: Type, parts: list[ast.expr], depth: int) -> Type:
    inner = _unwrap(_with(known, node=parts[0], many=True, optional=False), depth + 1)
    return _with(inner, optional=known.optional)


def _meant(node: ast.expr, frame: Frame) -> str:
    """Return the name of the generic that is subscripted, past import aliases."""
    value = core.evaluate(node, frame)
    return value.last if isinstance(value, External) else last_name(node)


def _alias(known: Type, node: ast.Name | ast.Attribute | ast.Call, depth: int) -> Type:
    """Follow an alias of a type, also one that a function gives.

    `SessionDep = Annotated[Session, Depends(get_session)]`, `Caller(scopes=["notes"])`.
    """
    if last_name(node) == "ClassVar":
        return _with(known, class_variable=True)
    value = settle(core.evaluate(node, known.frame))
    if not (isinstance(value, Instance) and isinstance(value.cls, External)):
        return known
    if value.cls.name.endswith(("Annotated[]",)) and value.args:
        inner = _from_value(known, value.args[0], depth)
        return _with(inner, extras=inner.extras + tuple(settle(one) for one in value.args[1:]))
    if is_external(value.cls, "Optional[]", "Union", "Union[]"):
        kept = [one for one in value.args if one is not None]
        optional = len(kept) < len(value.args) or value.cls.last == "Optional[]"
        inner = _from_value(known, kept[0], depth) if len(kept) == 1 else _several(known, kept)
        return _with(inner, optional=known.optional or inner.optional or optional)
    return known


def _from_value(known: Type, value: object, depth: int) -> Type:
    """Go on from the value of an alias; what it shows is the value's own name."""
    value = settle(value)
    if isinstance(value, Instance) and isinstance(value.cls, External) and value.args:
        last = value.cls.last
        if last in {"Annotated[]", "Optional[]", "Union[]", "Union"}:
            if last.startswith("Union") and (union := _several(known, value.args)) is not known:
                return _with(union, optional=known.optional or None in value.args)
            inner = _from_value(known, value.args[0], depth + 1)
            extras = tuple(settle(one) for one in value.args[1:]) if last == "Annotated[]" else ()
            optional = last == "Optional[]" or (last != "Annotated[]" and None in value.args)
            return _with(inner, extras=inner.extras + extras, optional=inner.optional or optional)
        if last.removesuffix("[]") in _LISTS | _LISTS_MORE:
            return _with(_from_value(known, value.args[0], depth + 1), many=True)
    if isinstance(value, Class):
        return replace(type_of_class(value), optional=known.optional, many=known.many)
    if isinstance(value, External):
        node = ast.Name(value.last, ast.Load())
        return _with(known, node=node)
    if isinstance(value, str):
        return _unwrap(_with(known, node=parsed(ast.Constant(value))), depth + 1)
    return known


def _several(known: Type, values: list[object]) -> Type:
    """Return the type that is one of several classes of the project, written as `A | B`."""
    given = list(_members(values))
    classes = [one for one in given if isinstance(one, Class)]
    if len(classes) < 2 or len(classes) < len(given):
        return known
    names, first = {one.name: one for one in classes}, classes[0]
    node = ast.parse(" | ".join(names), mode="eval").body
    frame = Frame(first.frame.world, first.module, dict(names), "function", "", first.frame)
    return _with(known, node=node, frame=frame)


def _members(values: list[object]) -> Iterator[object]:
    """Yield what a union is made of; in `A | B | C` there is one inside of another."""
    for one in map(settle, values):
        if isinstance(one, Instance) and is_external(one.cls, "Union", "Union[]"):
            yield from _members(one.args)
        elif one is not None:
            yield one


def type_of_class(cls: Class) -> Type:
    """Return the type that a class is."""
    return Type(ast.Name(cls.name, ast.Load()), _holding(cls))


def _holding(cls: Class) -> Frame:
    """Return a frame in which the class's own name means the class."""
    frame = cls.frame
    if cls.name in frame.names:
        return frame
    return Frame(frame.world, cls.module, {cls.name: cls}, "function", "", frame)


def class_of(known: Type) -> object:
    """Return the class that a type names: of the project, of a library, or `Unknown`."""
    node = known.node
    if isinstance(node, ast.Subscript):
        node = node.value
    value = settle(core.evaluate(node, known.frame))
    if isinstance(value, (Class, External)):
        return value
    if isinstance(value, Instance) and isinstance(value.cls, External):
        return value
    return value if isinstance(value, Unknown) else Unknown("the type is not a class")


def shown_value(value: object) -> str:
    """Write an evaluated type as source would: `String(50)`, `DateTime(timezone=True)`."""
    value = settle(value)
    if isinstance(value, External):
        return value.last
    if isinstance(value, Class):
        return value.name
    if isinstance(value, Instance):
        name = value.cls.last if isinstance(value.cls, External) else value.cls.name
        if "_value_" in value.attributes:
            return f"{name}.{value.attributes.get('name')}"
        if name in {"Union", "Union[]"}:
            return " | ".join(shown_value(one) for one in value.args)
        if name.endswith("[]"):
            return f"{name[:-2]}[{', '.join(shown_value(one) for one in value.args)}]"
        args = [shown_value(one) for one in value.args]
        args += [f"{key}={shown_value(one)}" for key, one in value.kwargs.items()]
        return f"{name}({', '.join(args)})" if args else name
    if isinstance(value, (list, tuple)):
        return ", ".join(shown_value(one) for one in value)
    if isinstance(value, Function):
        return value.name
    return repr(value) if isinstance(value, NATIVE) else "…"
