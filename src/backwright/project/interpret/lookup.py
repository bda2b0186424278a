"""Looking up and binding names, attributes and items."""

from __future__ import annotations

import ast
import builtins
from collections.abc import Callable
from pathlib import Path
from typing import Any

from backwright.project.interpret import core, fields, imports, knowing, methods
from backwright.project.interpret.ancestry import ancestors as ancestors
from backwright.project.interpret.ancestry import find, has
from backwright.project.interpret.ancestry import inherits as inherits
from backwright.project.interpret.core import bind
from backwright.project.interpret.flow import Raised
from backwright.project.interpret.imports import MISSING, module_special, of_module, resolved
from backwright.project.interpret.methods import ModuleInfo
from backwright.project.interpret.values import (
    NATIVE,
    Bound,
    Class,
    External,
    Frame,
    Function,
    Instance,
    Module,
    Namespace,
    Super,
    Unknown,
    is_external,
    settle,
    why_unknown,
)

_BUILTINS = frozenset(dir(builtins))
_MODELS = ("BaseModel", "BaseSettings", "SQLModel")


def name(frame: Frame, identifier: str) -> object:
    """Return the value of a bare name, as scoping rules find it."""
    current: Frame | None = frame
    while current is not None:
        if (current is frame or current.kind != "class") and identifier in current.names:
            return resolved(current.names, identifier)
        current = current.parent
    names = frame.module.names
    if identifier in names:
        return resolved(names, identifier)
    special = module_special(frame.module, identifier, frame)
    if special is MISSING and identifier in _BUILTINS:
        return External(f"builtins.{identifier}")
    if special is MISSING and frame.module.stars:
        return External(f"{frame.module.stars[0]}.{identifier}")
    return Unknown(f"the name {identifier} is not found") if special is MISSING else special


def _of_namespace(value: Namespace, attr: str, frame: Frame) -> object:
    child = frame.world.modules.child(value, attr)
    return imports.executed(frame.world, child) if child else Unknown(f"no module {attr}")


def _of_native(value: object, attr: str, frame: Frame) -> object:
    if value is None and frame.world.anonymous:
        raise Raised(External("builtins.AttributeError"), 0)
    return methods.of_native(value, attr)


def _of_unknown(value: Unknown, attr: str, frame: Frame) -> object:  # noqa: ARG001
    return Unknown(value.why, unset=value.unset and attr in {"lower", "upper", "strip"})


def _of_external(value: External, attr: str, frame: Frame) -> object:  # noqa: ARG001
    return methods.of_external(value, attr)


def of_class(cls: Class, attr: str, frame: Frame) -> object:
    """Return a class attribute; functions stay unbound, class methods are bound."""
    if has(cls, attr):
        return _of_body(cls, attr, frame)
    if attr in {"__name__", "__qualname__"}:
        return cls.name if attr == "__name__" else cls.qualname
    if attr == "__members__":
        return {key: one for key, one in cls.names.items() if knowing.is_member(one)}
    if attr == "__module__":
        return frame.world.modules.name(cls.module)
    if attr == "__tablename__" and inherits(cls, "SQLModel"):
        return cls.name.lower()
    if attr in {"__mro__", "__bases__"}:
        return tuple(ancestors(cls) if attr == "__mro__" else cls.bases)
    if attr == "__dict__":
        return dict(cls.names)
    is_fields = attr in {"model_fields", "__fields__"} and inherits(cls, *_MODELS)
    return fields.model_fields(cls) if is_fields else _of_library_base(ancestors(cls), attr, cls)


def _of_body(cls: Class, attr: str, frame: Frame) -> object:
    value = find(cls, attr)
    if isinstance(value, Function):
        if value.kind in {"classmethod", "declared_attr"}:
            bound = Bound(value, cls)
            is_method = value.kind == "classmethod"
            return bound if is_method else core.call_value(bound, [], {}, frame, None)
        return value
    return value if attr in cls.names else _inherited(value, cls, attr)


def _inherited(value: object, cls: Class, attr: str) -> object:
    """Return what a class inherits; of a column each class has one of its own."""
    if not (isinstance(value, Instance) and is_external(value.cls, "Column", "mapped_column")):
        return value
    own = {**value.attributes, "_owner": f"{cls.name}.{attr}"}
    return Instance(value.cls, value.args, value.kwargs, own, value.file, value.line)


def _of_library_base(line: list[object], attr: str, owner: object) -> object:
    for one in line:
        if isinstance(one, External) and one.root != "builtins" and one.last != "Generic":
            return External(f"{one.name}.{attr}", owner)
        if isinstance(one, Instance) and isinstance(one.cls, External):
            return External(f"{one.cls.name}.{attr}", owner)
    if any(isinstance(one, Unknown) for one in line):
        return Unknown("a base class is not known")
    return External(f"builtins.object.{attr}", owner)


def of_instance(instance: Instance, attr: str, frame: Frame) -> object:
    """Return an instance's attribute: its own, its class's (bound), or a library's."""
    if attr in instance.attributes:
        return instance.attributes[attr]
    if attr == "__class__":
        return instance.cls
    if attr == "__dict__":
        return instance.attributes
    if isinstance(instance.cls, External):
        return methods.of_library_instance(instance, attr)
    if knowing.is_member(instance) and attr in {"value", "_value_"}:
        return instance.attributes["_value_"]
    if has(instance.cls, attr):
        return _bind(find(instance.cls, attr), instance, attr, frame)
    declared = fields.declared(instance.cls, attr)
    if declared is not None:
        return fields.value_of(instance.cls, declared, MISSING, frame)
    fallback = find(instance.cls, "__getattr__")
    if isinstance(fallback, Function):
        return core.call_value(Bound(fallback, instance), [attr], {}, frame, None)
    return _of_library_base(ancestors(instance.cls), attr, instance)


def _bind(value: object, instance: Instance, attr: str, frame: Frame) -> object:
    if isinstance(value, Function):
        if value.kind == "property":
            return _property(value, instance, attr, frame)
        if value.kind == "staticmethod":
            return value
        return Bound(value, instance.cls if value.kind == "classmethod" else instance)
    if isinstance(instance.cls, Class) and (one := fields.declared(instance.cls, attr)):
        return fields.value_of(instance.cls, one, value, frame)
    if isinstance(value, Instance) and isinstance(value.cls, Class):
        getter = find(value.cls, "__get__")
        if isinstance(getter, Function):
            return core.call_value(Bound(getter, value), [instance, instance.cls], {}, frame, None)
    return value


def _property(value: Function, instance: Instance, attr: str, frame: Frame) -> object:
    """Return a property's value; that of a cached one is kept as in Python."""
    found = core.call_value(Bound(value, instance), [], {}, frame, None)
    kept = any(is_external(one, "cached_property") for one in value.decorators)
    if kept and frame.world.notes:
        instance.attributes[attr] = found
    return found


def _of_super(value: Super, attr: str, frame: Frame) -> object:
    receiver = value.receiver
    cls = receiver.cls if isinstance(receiver, Instance) else receiver
    line = ancestors(cls) if isinstance(cls, Class) else []
    rest = line[line.index(value.after) + 1 :] if value.after in line else line
    for one in rest:
        if isinstance(one, Class) and attr in one.names:
            found = one.names[attr]
            if isinstance(found, Function) and found.kind != "staticmethod":
                bound = Bound(found, receiver)
                is_property = found.kind == "property"
                return core.call_value(bound, [], {}, frame, None) if is_property else bound
            return found
    return _of_library_base(rest, attr, receiver)


def _of_function(value: Function | Bound, attr: str, frame: Frame) -> object:
    function = value.function if isinstance(value, Bound) else value
    if attr == "__self__" and isinstance(value, Bound):
        return value.receiver
    if attr == "__func__":
        return function
    if attr in function.attributes:
        return function.attributes[attr]
    if attr in {"__name__", "__qualname__"}:
        return function.name if attr == "__name__" else function.qualname
    if attr == "__wrapped__":
        return function.wraps or Unknown("it wraps nothing")
    if attr == "__module__":
        return frame.world.modules.name(function.module)
    if attr == "__doc__":
        node = function.node
        return None if isinstance(node, ast.Lambda) else ast.get_docstring(node)
    return External(f"builtins.function.{attr}", value)


def assign(target: ast.expr, value: object, frame: Frame) -> None:
    """Bind a target of an assignment: a name, an attribute, an item, or several."""
    if isinstance(target, ast.Name):
        bind(frame, target.id, value)
    elif isinstance(target, ast.Attribute):
        set_attribute(core.evaluate(target.value, frame), target.attr, value, frame)
    elif isinstance(target, ast.Subscript):
        _set_item(target, value, frame)
    elif isinstance(target, (ast.Tuple, ast.List)):
        _unpack(target.elts, value, frame)
    elif isinstance(target, ast.Starred):
        assign(target.value, value, frame)


def set_attribute(owner: object, attr: str, value: object, frame: Frame) -> None:
    """Set an attribute of an instance, class, function or module."""
    owner = settle(owner)
    if frame.world.witness is not None:
        frame.world.witness.put(owner, attr, value)
    if isinstance(owner, Instance):
        setter = find(owner.cls, "__setattr__")
        if isinstance(setter, Function) and frame.receiver is not owner:
            core.call_value(Bound(setter, owner), [attr, value], {}, frame, None)
            return
        owner.attributes[attr] = value
    elif isinstance(owner, (Class, Module)):
        owner.names[attr] = value
    elif isinstance(owner, (Function, Bound)):
        function = owner.function if isinstance(owner, Bound) else owner
        if attr == "__wrapped__":
            function.wraps = value
        function.attributes[attr] = value


def _set_item(target: ast.Subscript, value: object, frame: Frame) -> None:
    container = settle(core.evaluate(target.value, frame))
    if isinstance(target.slice, ast.Slice):
        known = knowing.elements(value)
        if isinstance(container, list) and known is not None and target.slice.lower is None:
            container[:] = known
        return
    key = settle(core.evaluate(target.slice, frame))
    if frame.world.witness is not None:
        frame.world.witness.put(container, key if isinstance(key, str) else None, value)
    if isinstance(container, Instance):
        setter = find(container.cls, "__setitem__")
        if isinstance(setter, Function):
            core.call_value(Bound(setter, container), [key, value], {}, frame, None)
        return
    in_list = isinstance(container, list) and isinstance(key, int) and key < len(container)
    if in_list or (isinstance(container, dict) and _hashable(key)):
        container[key] = value  # type: ignore[index]


def _hashable(key: object) -> bool:
    return not isinstance(key, (list, dict, set))


def _unpack(targets: list[ast.expr], value: object, frame: Frame) -> None:
    known = knowing.elements(value)
    if known is None:
        witness = frame.world.witness
        told = witness.element(value) if witness is not None else None
        known = [Unknown(why_unknown(value)) if told is None else told for _ in targets]
    starred = next((i for i, one in enumerate(targets) if isinstance(one, ast.Starred)), None)
    if starred is not None:
        after = len(targets) - starred - 1
        middle = known[starred : len(known) - after]
        known = [*known[:starred], middle, *known[len(known) - after :]]
    for target, one in zip(targets, known, strict=False):
        assign(target, one, frame)


ATTRIBUTES: dict[type, Callable[[Any, str, Frame], object]] = {
    External: _of_external,
    Instance: of_instance,
    Class: of_class,
    Module: of_module,
    Function: _of_function,
    Bound: _of_function,
    Namespace: _of_namespace,
    Super: _of_super,
    Unknown: _of_unknown,
    **dict.fromkeys((*NATIVE, list, dict, tuple, set, type(Path()), ModuleInfo), _of_native),
}
