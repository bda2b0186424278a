"""What a setting takes, by the type that its class declares: told apart as far as a value needs it."""

from __future__ import annotations

import ast

from backwright.project.annotations import class_of, read_type
from backwright.project.interpret import ancestry
from backwright.project.interpret.knowing import text
from backwright.project.interpret.values import Annotation, Class, External, Frame, Instance, settle
from backwright.project.types import Shape

_ENUMS = ("Enum", "StrEnum", "IntEnum")
_BY_NAME: dict[str, Shape] = {
    "str": "text", "SecretStr": "text", "bytes": "text", "SecretBytes": "text",
    "int": "integer", "PositiveInt": "integer", "NonNegativeInt": "integer", "timedelta": "integer",
    "float": "number", "Decimal": "number", "PositiveFloat": "number",
    "bool": "boolean", "StrictBool": "boolean",
    "dict": "object", "Dict": "object", "Mapping": "object", "Json": "object",
    "EmailStr": "email", "NameEmail": "email",
    "AnyUrl": "url", "HttpUrl": "url", "AnyHttpUrl": "url", "AnyWebsocketUrl": "url",
    "PostgresDsn": "database", "MultiHostUrl": "database", "MySQLDsn": "database",
    "RedisDsn": "redis", "AmqpDsn": "broker",
    "UUID": "uuid", "UUID4": "uuid", "date": "date",
}  # fmt: skip


def shape_of(annotation: Annotation, frame: Frame) -> tuple[Shape, tuple[str, ...]]:
    """Return what a setting takes, and the words that it may be where it is a choice."""
    known = read_type(annotation.node, frame)
    if known.many:
        return "list", ()
    node = known.node
    name = node.value if isinstance(node, ast.Subscript) else node
    last = name.attr if isinstance(name, ast.Attribute) else getattr(name, "id", "")
    if last == "Literal" and isinstance(node, ast.Subscript):
        parts = node.slice.elts if isinstance(node.slice, ast.Tuple) else [node.slice]
        return "choice", tuple(str(one.value) for one in parts if isinstance(one, ast.Constant))
    cls = class_of(known)
    if isinstance(cls, Class):
        return ("choice", _members(cls)) if ancestry.inherits(cls, *_ENUMS) else ("nested", ())
    return _BY_NAME.get(cls.last if isinstance(cls, External) else last, ""), ()


def nested_class(annotation: Annotation, frame: Frame) -> Class | None:
    """Return the class of the project that a setting takes, None for anything else."""
    cls = class_of(read_type(annotation.node, frame))
    return cls if isinstance(cls, Class) else None


def _members(cls: Class) -> tuple[str, ...]:
    """Return the values of an enum's members, as a variable gives them."""
    members = (one for one in cls.names.values() if isinstance(one, Instance) and one.cls is cls)
    values = (text(settle(one.attributes.get("_value_"))) for one in members)
    return tuple(value for value in values if value is not None)
