"""Defining classes and making instances of them."""

from __future__ import annotations

import ast

from backwright.project.interpret import ancestry, calls, core, fields, knowing
from backwright.project.interpret.values import (
    Bound,
    Call,
    Class,
    External,
    Frame,
    Function,
    Instance,
    Unknown,
    settle,
)

_ENUMS = ("Enum", "StrEnum", "IntEnum", "Flag", "IntFlag")


def define(node: ast.ClassDef, frame: Frame) -> object:
    """Run a class statement: bases, body, decorators, `__init_subclass__`."""
    bases = [_base(settle(core.evaluate(base, frame))) for base in node.bases]
    keywords = {
        keyword.arg: core.evaluate(keyword.value, frame)
        for keyword in node.keywords
        if keyword.arg is not None
    }
    between = ".<locals>." if frame.kind == "function" else "." if frame.kind == "class" else ""
    qualname = frame.qualname + between + node.name
    cls = Class(node.name, qualname, frame.module, node, frame, bases, keywords)
    body = Frame(frame.world, frame.module, cls.names, "class", qualname, frame, owner=cls)
    if not frame.world.anonymous:
        frame.world.classes.append(cls)
    core.run(node.body, body)
    if ancestry.inherits(cls, *_ENUMS):
        _make_members(cls)
    _tell_parents(cls, frame)
    return calls.decorated(node, cls, frame)


def _base(value: object) -> object:
    """Return a base class without the arguments of a subscript: `Generic[T]` is `Generic`."""
    if isinstance(value, Instance) and isinstance(value.cls, External):
        if value.cls.name.endswith("[]"):
            return External(value.cls.name[:-2])
        if value.cls.last in {"with_metaclass", "AsyncAttrs"} and value.args:
            return value.args[-1]
    return value


def _make_members(cls: Class) -> None:
    for name, value in list(cls.names.items()):
        hidden = name.startswith("_") or isinstance(value, (Function, Class))
        if hidden or knowing.is_member(value):
            continue
        if isinstance(value, Instance) and getattr(value.cls, "last", "") == "auto":
            value = name.lower() if ancestry.inherits(cls, "StrEnum") else len(cls.names)
        member = Instance(cls, attributes={"_value_": value, "name": name, "_name_": name})
        cls.names[name] = member


def _tell_parents(cls: Class, frame: Frame) -> None:
    for parent in ancestry.ancestors(cls)[1:]:
        if isinstance(parent, Class) and "__init_subclass__" in parent.names:
            hook = parent.names["__init_subclass__"]
            if isinstance(hook, Function):
                known = {k: v for k, v in cls.keywords.items() if k != "metaclass"}
                core.call_value(Bound(hook, cls), [], known, frame, cls.node)
            return


def instantiate(cls: Class, call: Call) -> object:
    """Make an instance: `__new__` and `__init__` are followed, fields get their values."""
    if ancestry.inherits(cls, *_ENUMS) and call.args:
        return _member(cls, call.args[0])
    maker = ancestry.find(cls, "__new__")
    if isinstance(maker, Function):
        made = settle(core.call_value(maker, [cls, *call.args], call.kwargs, call.frame, call.node))
        if not isinstance(made, Instance):
            made = _blank(cls, call)
    else:
        made = _blank(cls, call)
    initialize(made, call)
    if call.frame.world.witness is not None:
        call.frame.world.witness.made(made)
    return made


def _blank(cls: Class, call: Call) -> Instance:
    made = Instance(cls, call.args, call.kwargs, {}, call.frame.module.file, call.line)
    call.frame.world.instances.append(made)
    return made


def _member(cls: Class, value: object) -> object:
    for one in cls.names.values():
        if knowing.is_member(one) and isinstance(one, Instance):
            held = one.attributes["_value_"]
            if isinstance(held, (str, int)) and held == value:
                return one
    return Unknown(f"which {cls.name} is not known")


def initialize(made: Instance, call: Call) -> None:
    """Run `__init__`: the project's, or the model of the library's that it inherits."""
    initializer = ancestry.find(made.cls, "__init__")
    if isinstance(initializer, Function):
        bound = Bound(initializer, made)
        core.call_value(bound, call.args, call.kwargs, call.frame, call.node)
        return
    if not isinstance(made.cls, Class):
        return
    for base in ancestry.ancestors(made.cls):
        if isinstance(base, External):
            known = call.frame.world.calls
            kind = "APIRouter" if base.last.endswith("Router") else base.last
            handler = known.get(f".{base.last}.__init__") or known.get(f".{kind}.__init__")
            if handler is not None:
                handler(call, External(f"{base.name}.__init__", made))
                return
    fields.fill(made, call)
    after = ancestry.find(made.cls, "__post_init__") or ancestry.find(made.cls, "model_post_init")
    if isinstance(after, Function):
        core.call_value(Bound(after, made), [], {}, call.frame, call.node)
