"""What programs read from data files of the project: JSON, TOML and YAML, as plain values."""

from __future__ import annotations

import os.path
from functools import lru_cache
from pathlib import Path

from backwright.project.files import decoded
from backwright.project.interpret import knowing
from backwright.project.interpret.limits import LARGEST_TEXT
from backwright.project.interpret.values import (
    NATIVE,
    Call,
    External,
    Unknown,
    settle,
    why_unknown,
)
from backwright.project.interpret.world import Handler, World

_MOST_PARTS = 100_000
_DEEPEST = 40


def text_of(world: World, path: Path) -> str | None:
    """Return what a file of the project holds, `None` if it lies outside, or cannot be read."""
    root = str(world.modules.root)
    shown = os.path.normpath(path)
    if not shown.startswith(root + os.sep):
        return None
    content = world.modules.tree.content(shown[len(root) + 1 :].replace(os.sep, "/"))
    return decoded(content) if content is not None and len(content) < LARGEST_TEXT else None


def data_of(world: World, path: Path) -> object:
    """Return what a file of the project holds, by the ending of its name; `None` if nothing."""
    text, library = text_of(world, path), _BY_ENDING.get(path.suffix)
    if text is None or library is None:
        return None
    try:
        return _Plain().of(_parsed(text, library))
    except ValueError:
        return None


def _open(call: Call, callee: External) -> object:  # noqa: ARG001
    """Model `open`: the file stays a path until somebody reads or loads it."""
    shown = knowing.text(call.argument(0, "file"))
    return Unknown("a file is not known") if shown is None else Path(shown)


def _load(call: Call, callee: External) -> object:
    """Model loading from a file of the project, or from text."""
    given = settle(call.args[0] if call.args else next(iter(call.kwargs.values()), None))
    if isinstance(given, Path):
        given = text_of(call.frame.world, given)
        if given is None:
            return Unknown("a file that is not in the project is loaded")
    if not isinstance(given, str):
        return Unknown(why_unknown(given))
    try:
        loaded = _parsed(given, callee.root)
    except ValueError:
        return Unknown("a file cannot be loaded")
    return _Plain().of(loaded)


@lru_cache(maxsize=8)
def _parsed(text: str, library: str) -> object:
    """Return what a text means to a library.

    Raises:
        ValueError: it cannot be read so.
    """
    if library in {"yaml", "ruamel"}:
        import yaml

        loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
        try:
            return yaml.load(text, loader)  # noqa: S506 - both are the safe one
        except (yaml.YAMLError, RecursionError) as error:
            raise ValueError from error
    if library == "json":
        import json

        return json.loads(text)
    import tomllib

    return tomllib.loads(text)


class _Plain:
    """Loaded data as values of the interpreter: bounded, since YAML's aliases may be endless."""

    def __init__(self) -> None:
        self._left = _MOST_PARTS

    def of(self, loaded: object, depth: int = 0) -> object:
        """Return lists, dictionaries, text and numbers; dates and the like are not known."""
        self._left -= 1
        if self._left <= 0 or depth > _DEEPEST:
            return Unknown("a file holds too much")
        if isinstance(loaded, dict):
            return {key: self.of(one, depth + 1) for key, one in loaded.items()}
        if isinstance(loaded, list):
            return [self.of(one, depth + 1) for one in loaded]
        return loaded if isinstance(loaded, NATIVE) else Unknown("a file holds what is no text")


_BY_ENDING = {".toml": "tomllib", ".yaml": "yaml", ".yml": "yaml", ".json": "json"}
_LOADERS = ("json", "tomllib", "tomli", "toml", "rtoml", "yaml")
_VERBS = ("load", "loads", "safe_load", "full_load", "unsafe_load")

HANDLERS: dict[str, Handler] = {
    **{f"{name}.{verb}": _load for name in _LOADERS for verb in _VERBS},
    "builtins.open": _open,
    "io.open": _open,
    "ruamel.yaml.YAML().load": _load,
}
