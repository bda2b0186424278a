"""Fields of data classes, Pydantic models and settings: defaults and environment variables."""

from __future__ import annotations

import ast

from backwright.project.interpret import ancestry, core
from backwright.project.interpret.values import (
    Annotation,
    Call,
    Class,
    External,
    Frame,
    Instance,
    Unknown,
    is_external,
    settle,
)
from backwright.project.interpret.world import unknown_variable

_FIELD_CALLS = ("Field", "field", "PrivateAttr", "Form", "Body", "Query", "attrib", "ib")


def declared(cls: Class, name: str) -> tuple[Class, Annotation] | None:
    """Return the annotation that declares a field, and the class whose body it stands in."""
    for one in ancestry.ancestors(cls):
        if isinstance(one, Class):
            for annotation in reversed(one.annotations):
                if annotation.name == name:
                    return one, annotation
    return None


def is_settings(cls: Class) -> bool:
    """Tell whether a class reads its fields from the environment."""
    return ancestry.inherits(cls, "BaseSettings")


def value_of(cls: Class, where: tuple[Class, Annotation], bound: object, frame: Frame) -> object:
    """Return a field's value where no one gave it: the environment's, or its default."""
    owner, annotation = where
    default = _default(bound, frame) if annotation.assigned else Unknown("the field has no default")
    if not is_settings(cls):
        return default
    for variable in variables(cls, annotation.name, bound):
        given = frame.world.environment(variable)
        if given is not None:
            return _converted(given, annotation.node)
    del owner
    if annotation.assigned:
        return default
    why = f"the setting {annotation.name} has no default"
    for variable in variables(cls, annotation.name, bound):
        if (shown := frame.world.examples(variable)) is not None:
            value = _converted(shown[0], annotation.node)
            return Unknown(f"{why}; {shown[1]} shows {shown[0]}", (value,))
    return Unknown(why)


def variables(cls: Class, name: str, bound: object) -> list[str]:
    """Return the environment variables that a settings field is read from, first one first."""
    names: list[str] = []
    if isinstance(bound, Instance) and is_external(bound.cls, *_FIELD_CALLS):
        for key in ("validation_alias", "alias", "env"):
            alias = settle(bound.kwargs.get(key))
            if isinstance(alias, Instance):
                names.extend(one for one in alias.args if isinstance(one, str))
            elif isinstance(alias, (str, list, tuple)):
                names.extend([alias] if isinstance(alias, str) else [str(one) for one in alias])
    prefix = configuration(cls, "env_prefix")
    return names or [f"{prefix if isinstance(prefix, str) else ''}{name}"]


def configuration(cls: Class, key: str) -> object:
    """Return an entry of `model_config` or of the inner class `Config`."""
    modern = settle(ancestry.find(cls, "model_config"))
    if isinstance(modern, Instance) and key in modern.kwargs:
        return settle(modern.kwargs[key])
    if isinstance(modern, dict) and key in modern:
        return settle(modern[key])
    inner = ancestry.find(cls, "Config")
    return settle(ancestry.find(inner, key)) if isinstance(inner, Class) else None


def model_fields(cls: Class) -> dict[object, object]:
    """Return what Pydantic's `model_fields` gives: each field's type, default and aliases."""
    found: dict[object, object] = {}
    for owner in reversed(ancestry.ancestors(cls)):
        if isinstance(owner, Class):
            for one in owner.annotations:
                if not one.name.startswith("_") and "ClassVar" not in ast.unparse(one.node):
                    found[one.name] = _field_info(owner, one)
    return found


def _field_info(owner: Class, one: Annotation) -> Instance:
    frame = Frame(owner.frame.world, owner.module, owner.names, "class", parent=owner.frame)
    bound = settle(owner.names.get(one.name)) if one.assigned else None
    told = dict(bound.kwargs) if isinstance(bound, Instance) else {}
    known = {"alias": None, "validation_alias": None, "description": None, **told}
    known["annotation"] = core.evaluate(one.node, frame)
    known["default"] = _default(bound, frame) if one.assigned else Unknown("it has no default")
    return Instance(External("pydantic.fields.FieldInfo"), attributes=known)


def _default(bound: object, frame: Frame) -> object:
    bound_value = settle(bound)
    if not (isinstance(bound_value, Instance) and is_external(bound_value.cls, *_FIELD_CALLS)):
        return bound
    if "default" in bound_value.kwargs:
        return bound_value.kwargs["default"]
    factory = bound_value.kwargs.get("default_factory")
    if factory is not None:
        return core.call_value(factory, [], {}, frame, None)
    if bound_value.args and settle(bound_value.args[0]) is not Ellipsis:
        return bound_value.args[0]
    return Unknown("the field has no default")


def _converted(given: str, annotation: ast.expr) -> object:
    """Return an environment variable's text as the type that the field is declared with."""
    shown = ast.unparse(annotation)
    if "bool" in shown:
        return given.strip().lower() in {"1", "true", "yes", "on", "t", "y"}
    if "int" in shown and given.strip().lstrip("-").isdigit():
        return int(given)
    if "list" in shown.lower() or "dict" in shown.lower():
        try:
            return ast.literal_eval(given)
        except (ValueError, SyntaxError):
            return Unknown("the variable is not a literal")
    return given


def fill(made: Instance, call: Call) -> None:
    """Give the fields of a data class or Pydantic model the arguments of its call."""
    if not isinstance(made.cls, Class):
        return
    for name, value in call.kwargs.items():
        made.attributes[name] = value
    if call.args:
        names: list[str] = []
        for one in reversed(ancestry.ancestors(made.cls)):
            if isinstance(one, Class):
                names.extend(a.name for a in one.annotations if a.name not in names)
        made.attributes.update(zip(names, call.args, strict=False))


def environment_read(call: Call, callee: External) -> object:
    """Model `os.getenv(name, default)` and its kin."""
    del callee
    variable = settle(call.argument(0, "key"))
    if not isinstance(variable, str):
        return Unknown("the name of an environment variable is not known")
    given = call.frame.world.environment(variable)
    if given is not None:
        return given
    default = call.argument(1, "default", call.argument(1, "fallback"))
    if default is not None or "default" in call.kwargs:
        return default
    return unknown_variable(variable)
