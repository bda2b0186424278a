"""What built-in and standard library functions do, as far as programs are put together with them."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable

from backwright.project.interpret import ancestry, calls, core, fields, knowing, lookup, methods
from backwright.project.interpret.pure import known_arguments, pure
from backwright.project.interpret.values import (
    NATIVE,
    Bound,
    Call,
    Class,
    External,
    Function,
    Instance,
    Module,
    Native,
    Super,
    Unknown,
    settle,
    why_unknown,
)
from backwright.project.interpret.world import Handler


def _collection(make: Callable[[list[object]], object]) -> Handler:
    def model(call: Call, callee: External) -> object:  # noqa: ARG001
        if not call.args:
            return make([])
        known = knowing.elements(call.args[0])
        return Unknown(why_unknown(call.args[0])) if known is None else make(known)

    return model


def _dict(call: Call, callee: External) -> object:  # noqa: ARG001
    first = settle(call.args[0]) if call.args else {}
    if isinstance(first, list):
        pairs = [one for one in first if isinstance(one, (tuple, list)) and len(one) == 2]
        first = {settle(key): value for key, value in pairs}
    return {**first, **call.kwargs} if isinstance(first, dict) else Unknown("not known")


def _str(call: Call, callee: External) -> object:  # noqa: ARG001
    shown = knowing.text(call.args[0]) if call.args else ""
    return Unknown(why_unknown(call.args[0])) if shown is None else shown


def _bool(call: Call, callee: External) -> object:  # noqa: ARG001
    verdict = knowing.truth(call.args[0]) if call.args else False
    return Unknown("a condition is not known") if verdict is None else verdict


def _len(call: Call, callee: External) -> object:  # noqa: ARG001
    value = settle(call.args[0])
    return len(value) if isinstance(value, (str, list, tuple, dict, set)) else Unknown("not known")


def _sorted(call: Call, callee: External) -> object:  # noqa: ARG001
    known = knowing.elements(call.args[0]) if call.args else None
    return Unknown("what is sorted is not known") if known is None else methods.ordered(known, call)


def _reversed(call: Call, callee: External) -> object:  # noqa: ARG001
    known = knowing.elements(call.args[0])
    return Unknown("not known") if known is None else list(reversed(known))


def _zip(call: Call, callee: External) -> object:  # noqa: ARG001
    columns = [knowing.elements(one) for one in call.args]
    if any(one is None for one in columns):
        return Unknown("what is zipped is not known")
    return [tuple(row) for row in zip(*[one or [] for one in columns], strict=False)]


def _enumerate(call: Call, callee: External) -> object:  # noqa: ARG001
    known = knowing.elements(call.args[0])
    start = settle(call.argument(1, "start", 0))
    if known is None or not isinstance(start, int):
        return Unknown("what is counted is not known")
    return [(index, one) for index, one in enumerate(known, start)]


def _range(call: Call, callee: External) -> object:  # noqa: ARG001
    values = [settle(one) for one in call.args]
    whole = [one for one in values if isinstance(one, int)]
    if len(whole) != len(values) or not whole or (len(whole) > 2 and whole[2] == 0):
        return Unknown("a range is not known")
    return list(range(*whole)[: knowing.ELEMENTS])


def _map(call: Call, callee: External) -> object:
    known = knowing.elements(call.args[1]) if len(call.args) > 1 else None
    if known is None:
        return Unknown("what is mapped is not known")
    made = [core.call_value(call.args[0], [one], {}, call.frame, call.node) for one in known]
    if callee.last == "map":
        return made
    return [one for one, keep in zip(known, made, strict=True) if knowing.truth(keep)]


def _any_all(call: Call, callee: External) -> object:
    known = knowing.elements(call.args[0]) if call.args else None
    verdicts = {knowing.truth(one) for one in known or []}
    decisive = callee.last == "any"
    if known is None or (None in verdicts and decisive not in verdicts):
        return Unknown("a condition is not known")
    return decisive if decisive in verdicts else not decisive


def _getattr(call: Call, callee: External) -> object:  # noqa: ARG001
    attr = settle(call.argument(1, "name"))
    if not isinstance(attr, str):
        return Unknown("which attribute is asked for is not known")
    found = core.attribute(call.args[0], attr, call.frame)
    missing = isinstance(found, Unknown) or _only_object(found)
    return call.args[2] if missing and len(call.args) > 2 else found


def _only_object(value: object) -> bool:
    return isinstance(value, External) and value.name.startswith("builtins.object.")


def _hasattr(call: Call, callee: External) -> object:  # noqa: ARG001
    attr = settle(call.argument(1, "name"))
    owner = settle(call.args[0])
    if not isinstance(attr, str) or isinstance(owner, Unknown):
        return Unknown("a condition is not known")
    found = core.attribute(owner, attr, call.frame)
    if isinstance(owner, (Module, Class, Instance, Function)):
        if isinstance(found, External) and not _only_object(found):
            return Unknown("a condition is not known")
        return not (isinstance(found, Unknown) or _only_object(found))
    return Unknown("a condition is not known")


def _setattr(call: Call, callee: External) -> object:  # noqa: ARG001
    attr = settle(call.argument(1, "name"))
    if isinstance(attr, str) and len(call.args) > 2:
        lookup.set_attribute(call.args[0], attr, call.args[2], call.frame)
    elif call.frame.world.witness is not None and len(call.args) > 2:
        call.frame.world.witness.put(settle(call.args[0]), None, call.args[2])
    return None


def _isinstance(call: Call, callee: External) -> object:
    value, wanted = settle(call.args[0]), settle(call.argument(1, "type"))
    kinds = list(wanted) if isinstance(wanted, (tuple, list)) else [wanted]
    verdicts = {_is_of(value, kind, of_class=callee.last == "issubclass") for kind in kinds}
    if True in verdicts:
        return True
    return Unknown("a condition is not known") if None in verdicts else False


_HEIRS = {"BaseModel": ("SQLModel", "BaseSettings", "GenericModel", "RootModel")}
_NATIVE_NAMES = {"str", "int", "float", "bool", "bytes", "list", "tuple", "dict", "set", "Path"}


def _is_of(value: object, kind: object, *, of_class: bool) -> bool | None:
    kind = settle(kind)
    if isinstance(value, Unknown) or isinstance(kind, Unknown):
        return None
    cls = value if of_class else value.cls if isinstance(value, Instance) else None
    if isinstance(cls, Class):
        if isinstance(kind, Class):
            return kind in ancestry.ancestors(cls)
        return isinstance(kind, External) and ancestry.inherits(
            cls, kind.last, *_HEIRS.get(kind.last, ())
        )
    if isinstance(cls, External):
        return _external_is(cls, kind)
    if isinstance(value, (*NATIVE, list, tuple, dict, set)):
        names = {one.__name__ for one in type(value).__mro__}
        return isinstance(kind, External) and kind.last in names
    if isinstance(kind, External) and kind.last == "type":
        return isinstance(value, Class)
    return False


def _external_is(cls: External, kind: object) -> bool | None:
    if not isinstance(kind, External):
        return False
    if cls.last == kind.last:
        return True
    families = ({"APIRouter", "FastAPI", "Starlette", "Router"}, _NATIVE_NAMES)
    related = {("FastAPI", "Starlette"), ("APIRouter", "Router"), ("APIRoute", "Route")}
    if (cls.last, kind.last) in related or kind.last == "BaseRoute":
        return True
    if any(cls.last in family or kind.last in family for family in families):
        return False
    return False if cls.last[:1].isupper() or cls.name.endswith("[]") else None


def _type(call: Call, callee: External) -> object:
    if len(call.args) == 3:
        return _made_class(call)
    value = settle(call.args[0]) if call.args else None
    if isinstance(value, Instance):
        return value.cls
    if isinstance(value, (*NATIVE, list, tuple, dict)):
        return External(f"builtins.{type(value).__name__}")
    return calls.library_instance(callee, call)


def _made_class(call: Call) -> object:
    name, bases, body = (settle(one) for one in call.args[:3])
    if not isinstance(name, str) or not isinstance(bases, tuple):
        return Unknown("a class is made of parts that are not known")
    node = ast.ClassDef(name, [], [], [ast.Pass()], [])
    node.lineno = call.line
    frame = call.frame
    cls = Class(name, name, frame.module, node, frame, list(bases), dict(call.kwargs))
    cls.names.update({str(k): v for k, v in body.items()} if isinstance(body, dict) else {})
    frame.world.classes.append(cls)
    return cls


def _super(call: Call, callee: External) -> object:
    frame = call.frame
    owner, receiver = frame.owner, frame.receiver
    if len(call.args) == 2:
        named = settle(call.args[0])
        owner, receiver = named if isinstance(named, Class) else owner, call.args[1]
    if owner is None or receiver is None:
        return calls.library_instance(callee, call)
    return Super(owner, receiver)


def _object_new(call: Call, callee: External) -> object:
    cls = settle(call.args[0]) if call.args else None
    if isinstance(cls, Class):
        return Instance(cls, [], {}, {}, call.frame.module.file, call.line)
    return calls.library_instance(callee, call)


def _nothing(call: Call, callee: External) -> object:  # noqa: ARG001
    return None


def _is_a(*kinds: type) -> Handler:
    def model(call: Call, callee: External) -> object:  # noqa: ARG001
        return isinstance(settle(call.args[0]), kinds)

    return model


def _regular(call: Call, callee: External) -> object:
    """Model `re.sub` and its kin on known text; replacement functions are not followed."""
    values = known_arguments(call)
    if values is None:
        return Unknown("a regular expression works on something not known")
    if callee.last == "compile":
        return calls.library_instance(callee, call)
    try:
        result: object = getattr(re, callee.last)(*values)
    except (TypeError, ValueError, LookupError, re.error):
        return Unknown("a regular expression fails")
    if isinstance(result, re.Match):
        return Instance(External("re.Match"))
    return result


def _compiled(call: Call, callee: External) -> object:
    owner = callee.owner
    pattern = owner.args[0] if isinstance(owner, Instance) and owner.args else None
    inner = Call(call.frame, call.node, [pattern, *call.args], call.kwargs)
    return _regular(inner, External(f"re.{callee.last}"))


def _first(call: Call, callee: External) -> object:
    """Model functions that give back (or pass on) their first argument."""
    if not call.args:
        return calls.library_instance(callee, call)
    return call.args[-1] if callee.last == "cast" else call.args[0]


def _context_variable(call: Call, callee: External) -> object:
    """Model a `ContextVar` while the program is put together: requests set their own."""
    owner = callee.owner
    if not isinstance(owner, Instance) or not call.frame.world.notes:
        return calls.library_instance(callee, call)
    if callee.last == "set":
        owner.attributes["set"] = call.argument(0, "value")
    elif callee.last == "reset":
        owner.attributes.pop("set", None)
    else:
        default = call.argument(0, "default", owner.kwargs.get("default"))
        told = bool(call.args or "default" in {**call.kwargs, **owner.kwargs})
        known = default if told else Unknown("a context variable is not set")
        return owner.attributes.get("set", known)
    return None


_PATTERN_METHODS = ("match", "search", "fullmatch", "sub", "split", "findall")
_ENVIRONS = ("str", "bool", "int", "float", "list", "dict", "url", "path", "json", "get")


HANDLERS: dict[str, Handler] = {
    **{f"re.{name}": _regular for name in (*_PATTERN_METHODS, "escape", "compile")},
    **{f"re.compile().{name}": _compiled for name in _PATTERN_METHODS},
    **{f"builtins.{name}": _any_all for name in ("any", "all")},
    **{f"builtins.{name}": _map for name in ("map", "filter")},
    **{f"builtins.{name}": _isinstance for name in ("isinstance", "issubclass")},
    "builtins.int": pure(int),
    "builtins.float": pure(float),
    "builtins.abs": pure(abs),
    "builtins.repr": pure(repr),
    "builtins.min": pure(min),
    "builtins.max": pure(max),
    "builtins.str": _str,
    "builtins.bool": _bool,
    "builtins.len": _len,
    "builtins.list": _collection(list),
    "builtins.tuple": _collection(tuple),
    "builtins.iter": _collection(list),
    "builtins.set": _collection(list),
    "builtins.frozenset": _collection(list),
    "builtins.dict": _dict,
    "builtins.sorted": _sorted,
    "builtins.reversed": _reversed,
    "builtins.zip": _zip,
    "builtins.enumerate": _enumerate,
    "builtins.range": _range,
    "builtins.getattr": _getattr,
    "builtins.hasattr": _hasattr,
    "builtins.setattr": _setattr,
    "builtins.callable": _is_a(Function, Bound, Class, Native),
    "builtins.type": _type,
    "builtins.super": _super,
    "builtins.print": _nothing,
    "builtins.object.__new__": _object_new,
    "builtins.object.__init__": _nothing,
    "builtins.object.__setattr__": _setattr,
    "collections.OrderedDict": _dict,
    **{f"contextvars.ContextVar().{name}": _context_variable for name in ("get", "set", "reset")},
    "inspect.isclass": _is_a(Class),
    "inspect.isfunction": _is_a(Function),
    "inspect.ismodule": _is_a(Module),
    "itertools.chain": lambda call, _: [
        one for part in call.args for one in knowing.elements(part) or []
    ],
    **{f"environs.Env().{name}": fields.environment_read for name in _ENVIRONS},
    "decouple.config": fields.environment_read,
    "environs.Env()": fields.environment_read,
    "os.environ.get": fields.environment_read,
    "starlette.config.Config()": fields.environment_read,
    "os.fspath": _str,
    "os.getenv": fields.environment_read,
    "typing.cast": _first,
    "copy.copy": _first,
    "copy.deepcopy": _first,
    "asyncio.run": _first,
}
