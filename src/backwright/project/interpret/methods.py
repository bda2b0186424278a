"""Attributes and methods of text, lists, dictionaries, paths and libraries' values."""

from __future__ import annotations

import ast
from pathlib import Path
from typing import Any

from backwright.project.interpret import core, data_files, knowing
from backwright.project.interpret.limits import LONGEST, bounded, is_wide
from backwright.project.interpret.sections import Sections
from backwright.project.interpret.values import (
    NATIVE,
    Call,
    External,
    Frame,
    Instance,
    Native,
    Unknown,
    same,
    settle,
    why_unknown,
)

_TEXT = frozenset(name for name in dir(str) if not name.startswith("_")) - {
    "format_map",
    "maketrans",
    "translate",
    "expandtabs",
    "zfill",
    "ljust",
    "rjust",
    "center",
}
_PATH_VALUES = frozenset({"name", "stem", "suffix", "suffixes", "parts", "parent", "parents"})
_PATH_SAME = frozenset({"resolve", "absolute", "expanduser"})
_PATH_QUESTIONS = frozenset({"exists", "is_file", "is_dir", "as_posix"})
_PATH_PURE = frozenset({"joinpath", "relative_to", "with_suffix", "with_name", "is_relative_to"})
_PATH_LISTS = frozenset({"iterdir", "glob", "rglob"})
MANY_FILES = 5_000
_NAMED_ENTRIES = frozenset({"ConfigDict", "SettingsConfigDict"})


class ModuleInfo(tuple[object, ...]):
    """What `pkgutil` lists: a tuple of finder, name and whether it is a package."""

    __slots__ = ()


def of_external(value: External, attr: str) -> object:
    """Return an attribute of a library's name: a longer name, or a fact of the standard library."""
    if value.name == "os" and attr in {"sep", "linesep", "curdir"}:
        return {"sep": "/", "linesep": "\n", "curdir": "."}[attr]
    if attr == "__name__":
        return value.last
    return External(f"{value.name}.{attr}", value.owner)


def external_item(value: External, key: object, frame: Frame) -> object:
    """Return `Library[key]`: an environment variable, a module, or a subscripted type."""
    if value.name == "os.environ" and isinstance(key, str):
        handler = frame.world.calls["os.environ.get"]
        return handler(Call(frame, frame.module.tree or ast.Pass(), [key], {}), value)
    if value.name == "sys.modules" and isinstance(key, str):
        found = frame.world.modules.by_name(key, frame.module)
        return found or External(key)
    args = list(key) if isinstance(key, tuple) else [key]
    return Instance(External(f"{value.name}[]", value.owner), args)


def of_library_instance(instance: Instance, attr: str) -> object:
    """Return an attribute of what a library made."""
    external = instance.cls
    assert isinstance(external, External)  # noqa: S101 - the caller looked
    if attr in instance.kwargs and external.last in {"SimpleNamespace", "Namespace"}:
        return instance.kwargs[attr]
    if external.last in _NAMED_ENTRIES and attr in _DICT_METHODS:
        return of_native(instance.kwargs, attr)
    if external.last == "AliasChoices" and attr == "choices":
        return list(instance.args)
    if external.name.endswith("[]"):
        return External(f"{external.name[:-2]}.{attr}", instance)
    return External(f"{external.name}().{attr}", instance)


def instance_item(value: Instance, key: object) -> object:
    """Return `instance[key]` for what a library made."""
    external = value.cls
    if isinstance(value.state, Sections):
        held = isinstance(key, str) and key in value.state
        return value.state.options(str(key)) if held else Unknown("there is no such section")
    if isinstance(external, External):
        if external.root == "dynaconf" and isinstance(key, str) and key in value.attributes:
            return value.attributes[key]
        if external.name.endswith("[]"):
            args = list(key) if isinstance(key, tuple) else [key]
            return Instance(external, [*value.args, *args])
        return External(f"{external.name}()[]", value)
    return Unknown(why_unknown(value))


def of_native(value: Any, attr: str) -> object:  # noqa: ANN401 - any of Python's simple types
    """Return an attribute of text, a list, a dictionary or a path: mostly a method."""
    if isinstance(value, Path):
        return _of_path(value, attr)
    if isinstance(value, str) and attr in _TEXT:
        return Native(f"str.{attr}", lambda call: _text_method(value, attr, call))
    if isinstance(value, list) and attr in _LIST_METHODS:
        return Native(f"list.{attr}", lambda call: _list_method(value, attr, call))
    if isinstance(value, dict) and attr in _DICT_METHODS:
        return Native(f"dict.{attr}", lambda call: _dict_method(value, attr, call))
    if isinstance(value, ModuleInfo) and attr in {"name", "ispkg"}:
        return value[1 if attr == "name" else 2]
    if value is None:
        return Unknown(f"None has no {attr}")
    return External(
        f"builtins.{type(value).__name__}.{attr}", Instance(External("builtins.object"))
    )


def _text_method(value: str, attr: str, call: Call) -> object:
    args = [_known(one) for one in call.args]
    named = {key: one for key, one in call.kwargs.items() if attr != "format" or key in value}
    kwargs = {key: _known(one) for key, one in named.items()}
    unknown = next((one for one in (*args, *kwargs.values()) if isinstance(one, Unknown)), None)
    if unknown is not None:
        return unknown
    if _grows(value, attr, args):
        return Unknown("it is too long")
    try:
        return bounded(getattr(value, attr)(*args, **kwargs))
    except (TypeError, ValueError, LookupError, AttributeError, OverflowError, MemoryError):
        return Unknown(f"str.{attr} fails on it")


def _grows(value: str, attr: str, args: list[object]) -> bool:
    """Tell whether a method would make a very long text of a short one."""
    if (
        attr == "replace"
        and len(args) > 1
        and isinstance(args[0], str)
        and isinstance(args[1], str)
    ):
        return value.count(args[0]) * len(args[1]) > LONGEST
    if attr == "join" and args and isinstance(args[0], (list, tuple)):
        parts = [one for one in args[0] if isinstance(one, str)]
        return sum(map(len, parts)) + len(value) * len(parts) > LONGEST
    return attr == "format" and is_wide(value)


def _known(value: object) -> object:
    """Return a value as plain Python, as a method of text takes it."""
    value = settle(value)
    if isinstance(value, (list, tuple, set)):
        inner = [_known(one) for one in value]
        missing = next((one for one in inner if isinstance(one, Unknown)), None)
        return inner if missing is None else missing
    if isinstance(value, NATIVE):
        return value
    shown = knowing.text(value)
    return Unknown(why_unknown(value)) if shown is None else shown


_LIST_METHODS = frozenset(
    {"append", "extend", "insert", "pop", "remove", "copy", "index", "sort", "reverse", "clear"}
    | {"add", "update", "discard"}  # a set is a list without a thing twice
)


def _list_method(value: list[object], attr: str, call: Call) -> object:
    first = call.argument(0, "object")
    if attr == "append":
        value.append(first)
    elif attr in {"extend", "update", "add"}:
        given = [first] if attr == "add" else knowing.elements(first) or []
        value.extend(one for one in given if attr == "extend" or not _has(value, one))
    elif attr == "insert":
        position = settle(first)
        value.insert(position if isinstance(position, int) else len(value), call.argument(1, ""))
    elif attr in {"remove", "discard"}:
        wanted = settle(first)
        kept = [one for one in value if not (one is wanted or _equal(one, wanted))]
        value[:] = kept
    elif attr == "pop":
        position = settle(call.argument(0, "index", -1))
        in_range = isinstance(position, int) and -len(value) <= position < len(value)
        return value.pop(position) if in_range else Unknown("the list is empty")  # type: ignore[arg-type]
    elif attr == "sort":
        value[:] = ordered(value, call)
    elif attr == "reverse":
        value.reverse()
    elif attr == "clear":
        value.clear()
    elif attr == "copy":
        return list(value)
    return None


def _has(value: list[object], wanted: object) -> bool:
    return any(same(one, wanted) for one in value)


def _equal(left: object, right: object) -> bool:
    return isinstance(left, NATIVE) and isinstance(right, NATIVE) and left == right


def ordered(values: list[object], call: Call) -> list[object]:
    """Sort as `sorted` would where the keys are known; otherwise keep the order."""
    key = call.kwargs.get("key")
    keys = [_sort_key(one, key, call) for one in values]
    try:
        order = sorted(range(len(values)), key=lambda index: keys[index])
    except TypeError:
        return list(values)
    if knowing.truth(call.kwargs.get("reverse", False)):
        order.reverse()
    return [values[index] for index in order]


def _sort_key(value: object, key: object, call: Call) -> Any:  # noqa: ANN401 - only compared
    if key is not None:
        value = core.call_value(key, [value], {}, call.frame, call.node)
    return _known(value)


_DICT_METHODS = frozenset(
    {"get", "items", "keys", "values", "setdefault", "update", "pop", "copy", "clear"}
)


def _dict_method(value: dict[object, object], attr: str, call: Call) -> object:
    if attr in {"items", "keys", "values", "copy"}:
        if attr == "items":
            return list(value.items())
        return dict(value) if attr == "copy" else list(getattr(value, attr)())
    if attr == "update":
        given = settle(call.argument(0, "")) if call.args else {}
        value.update(given if isinstance(given, dict) else {})
        value.update(call.kwargs)
        return None
    if attr == "clear":
        value.clear()
        return None
    key = settle(call.argument(0, "key"))
    default = call.argument(1, "default")
    try:
        if attr == "get":
            return value.get(key, default)
        return value.setdefault(key, default) if attr == "setdefault" else value.pop(key, default)
    except TypeError:
        return Unknown("the key is not known")


def _of_path(value: Path, attr: str) -> object:
    if attr in _PATH_VALUES:
        found: object = getattr(value, attr)
        return list(value.parents) if attr == "parents" else found
    if attr in _PATH_SAME:
        return Native(attr, lambda _: value)
    if attr in _PATH_QUESTIONS | _PATH_PURE:
        return Native(attr, lambda call: _path_method(value, attr, call))
    if attr in {"read_text", "read"}:  # an open file is its path
        return Native(attr, lambda call: _text_of(value, call))
    if attr == "open":
        return Native(attr, lambda _: value)
    if attr in _PATH_LISTS:
        return Native(attr, lambda call: _listed(value, attr, call))
    return External(f"pathlib.Path().{attr}", Instance(External("pathlib.Path")))


def _path_method(value: Path, attr: str, call: Call) -> object:
    args = [_known(one) for one in call.args]
    try:
        result: object = getattr(value, attr)(*args)
    except (TypeError, ValueError, OSError):
        return Unknown("the path is not known")
    return result


def _text_of(value: Path, call: Call) -> object:
    text = data_files.text_of(call.frame.world, value)
    return Unknown("a file is not read") if text is None else text


def _listed(value: Path, attr: str, call: Call) -> object:
    """List files inside the project, sorted, so that a reading is the same everywhere."""
    root = call.frame.world.modules.root
    if value != root and root not in value.parents:
        return Unknown("the folder is outside of the project")
    pattern = settle(call.argument(0, "pattern", "*"))
    if attr != "iterdir" and not isinstance(pattern, str):
        return Unknown("the pattern is not known")
    try:
        found = value.iterdir() if attr == "iterdir" else getattr(value, attr)(pattern)
        return sorted(one for one, _ in zip(found, range(MANY_FILES), strict=False))
    except (OSError, ValueError, NotImplementedError):
        return []
