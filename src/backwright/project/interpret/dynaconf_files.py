"""The model of Dynaconf: settings from files beside the program, those of one environment on top."""

from __future__ import annotations

from pathlib import Path

from backwright.project.interpret import knowing
from backwright.project.interpret.data_files import data_of
from backwright.project.interpret.values import (
    Call,
    External,
    Instance,
    Unknown,
    settle,
)
from backwright.project.interpret.world import Handler

_KINDS = ("dynaconf.Dynaconf", "dynaconf.LazySettings", "dynaconf.base.LazySettings")
_BOX = External("dynaconf.DynaBox")
_USUAL = tuple(f"{name}.{kind}" for name in ("settings", ".secrets") for kind in ("toml", "yaml"))
_FILES = ("settings_files", "settings_file", "SETTINGS_FILE_FOR_DYNACONF", "preload", "includes")


def _settings(call: Call, callee: External) -> object:
    made = Instance(callee, call.args, call.kwargs, {}, call.frame.module.file, call.line)
    held: dict[str, object] = {}
    for name in _wanted(call):
        for folder in _folders(call):
            loaded = data_of(call.frame.world, folder / name)
            if isinstance(loaded, dict):
                _add(held, _of_environment(loaded, call))
                break
    for name, value in held.items():
        made.attributes.update({name: value, name.upper(): value, name.lower(): value})
    _overrule(made, held, call)
    return made


def _wanted(call: Call) -> list[str]:
    given = [settle(call.kwargs[key]) for key in _FILES if key in call.kwargs]
    named = [one for part in given for one in ([part] if isinstance(part, str) else _all(part))]
    return [text for one in named or _USUAL if (text := knowing.text(one)) is not None]


def _told(call: Call, name: str) -> str | None:
    return knowing.text(call.kwargs[name]) if name in call.kwargs else None


def _all(value: object) -> list[object]:
    return knowing.elements(value) or []


def _folders(call: Call) -> list[Path]:
    """Return where files are looked for: what is told, the module's folder, and those above it."""
    root = call.frame.world.modules.root
    told = _told(call, "root_path")
    above = [one for one in call.frame.module.path.parents if one == root or root in one.parents]
    return [*([Path(told)] if told else []), *above]


def _of_environment(loaded: dict[object, object], call: Call) -> dict[object, object]:
    """Return what counts of a file: all of it, or the default part and that of one environment."""
    if not knowing.truth(call.kwargs.get("environments", False)):
        return loaded
    read = call.frame.world.environment
    chosen = _told(call, "env") or read("ENV_FOR_DYNACONF") or "development"
    parts = (loaded.get(name) for name in ("default", chosen, "global"))
    found: dict[object, object] = {}
    for part in parts:
        found.update(part if isinstance(part, dict) else {})
    return found


def _add(held: dict[str, object], loaded: dict[object, object]) -> None:
    for name, value in loaded.items():
        held[str(name)] = _boxed(value)


def _boxed(value: object) -> object:
    """Return a table as an object with attributes; what Dynaconf computes is not known."""
    if isinstance(value, dict):
        inner = {str(name): _boxed(one) for name, one in value.items()}
        both = {**inner, **{name.lower(): one for name, one in inner.items()}}
        return Instance(_BOX, attributes=both, state=inner)
    if isinstance(value, str) and value.startswith("@"):
        return Unknown("Dynaconf computes it")
    return value


def _overrule(made: Instance, held: dict[str, object], call: Call) -> None:
    """Let variables of the environment, with their prefix, overrule what files say."""
    prefix = settle(call.kwargs.get("envvar_prefix", "DYNACONF"))
    start = f"{prefix}_" if isinstance(prefix, str) else ""
    for name in held:
        given = call.frame.world.environment(f"{start}{name}".upper())
        if given is not None:
            made.attributes.update({name: given, name.upper(): given, name.lower(): given})


def _get(call: Call, callee: External) -> object:
    """Model `settings.get("NAME", default)`, also of a table."""
    name, owner = settle(call.argument(0, "key")), callee.owner
    if not isinstance(owner, Instance) or not isinstance(name, str):
        return Unknown("a setting is not known")
    return _found(owner, name, call.argument(1, "default"))


def _found(owner: Instance, dotted: str, default: object) -> object:
    value: object = owner
    for part in dotted.split("."):
        held = value.attributes if isinstance(value, Instance) else {}
        if part not in held and part.lower() not in held:
            return default
        value = held.get(part, held.get(part.lower()))
    return value


def _of_box(call: Call, callee: External) -> object:  # noqa: ARG001
    """Model what a table has of a dictionary: its items, keys and values."""
    held = callee.owner.state if isinstance(callee.owner, Instance) else None
    if not isinstance(held, dict):
        return Unknown("a table of settings is not known")
    return list(getattr(held, callee.last)())


HANDLERS: dict[str, Handler] = {
    **dict.fromkeys(_KINDS, _settings),
    **{f"{kind}().get": _get for kind in (*_KINDS, _BOX.name)},
    **{f"{_BOX.name}().{name}": _of_box for name in ("items", "keys", "values")},
}
