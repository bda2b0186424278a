"""A declaration: one `name: annotation = Field(…)` and the imports that it needs."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

Import = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Declaration:
    """A class attribute: `name: annotation = value`, with the `(module, name)` pairs it uses.

    Without an annotation it is `name = value`. `typing_imports` are for type checkers only.
    """

    name: str
    annotation: str
    value: str | None = None
    imports: frozenset[Import] = frozenset()
    typing_imports: frozenset[Import] = frozenset()

    @property
    def code(self) -> str:
        """The line of code, without indentation and not wrapped."""
        value = f" = {self.value}" if self.value is not None else ""
        annotation = f": {self.annotation}" if self.annotation else ""
        return f"{self.name}{annotation}{value}"


@dataclass(frozen=True, slots=True)
class Definition:
    """A top-level statement, such as an enum or a link table, and what it uses."""

    name: str
    code: str
    imports: frozenset[Import] = frozenset()
    typing_imports: frozenset[Import] = frozenset()


def field_call(arguments: Iterable[str]) -> str | None:
    """Return `Field(a, b)`, or None where there is nothing to say."""
    inner = ", ".join(arguments)
    return f"Field({inner})" if inner else None


def once(imports: Iterable[Import]) -> set[Import]:
    """Return imports of which none binds a name again: a package's own `from . import Base` goes before its full path."""
    bound: dict[str, Import] = {}
    for pair in sorted(imports):
        bound.setdefault(pair[1] or pair[0], pair)
    return set(bound.values())


def wanted_imports(imports: Iterable[Import]) -> dict[str, set[str]]:
    """Group `(module, name)` pairs by module; of what an object has (`db.session`), the object."""
    wanted: dict[str, set[str]] = defaultdict(set)
    for module, name in imports:
        wanted[module].add(name.partition(".")[0])
    return dict(wanted)


def import_of(name: str, origin: str) -> Import:
    """Return the import that gives a name its meaning: `from MODULE import NAME`, or a module."""
    module, _, last = origin.rpartition(".")
    return (module, name) if module and last == name else (origin, "")
