"""The nouns of a project: what its models are called, and of which model an identifier speaks."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from backwright.project.types import Model
from backwright.spec.names import Names, names_of, pluralize, singularize, split_words

# Words that say what a class is, not what it is of: `TaskModel`, `DBTask`, `SysUser`.
_DECORATION = frozenset({"model", "table", "orm", "entity", "db", "sql", "record", "tbl", "t"})
_AFTER = frozenset({"by", "for", "of", "with", "from", "in", "to", "on", "per", "and", "at", "as"})


@dataclass(frozen=True, eq=False)
class Nouns:
    """The names of every model, and who is meant by an identifier."""

    names: Mapping[str, Names]

    def mentioned(self, identifier: str) -> tuple[str, ...]:
        """Return the models whose nouns stand in an identifier, in order, longest nouns first."""
        return tuple(model for _, model in self._spots(_words(identifier)))

    def owner(self, identifier: str) -> str | None:
        """Return the model that an identifier is about: `get_tasks_by_user` is about tasks.

        The noun that the words before a preposition end with counts: in `user_tasks` the last.
        """
        words = _words(identifier)
        cut = next((i for i, w in enumerate(words) if i and w in _AFTER), len(words))
        spots = self._spots(words)
        before = [model for i, model in spots if i < cut]
        if before:
            return before[-1]
        return spots[0][1] if spots else None

    def _spots(self, words: Sequence[str]) -> list[tuple[int, str]]:
        found: list[tuple[int, str]] = []
        i = 0
        while i < len(words):
            for size in range(min(self._longest, len(words) - i), 0, -1):
                model = self._forms.get(tuple(words[i : i + size]))
                if model is not None:
                    found.append((i, model))
                    i += size - 1
                    break
            i += 1
        return found

    @cached_property
    def _forms(self) -> dict[tuple[str, ...], str]:
        forms: dict[tuple[str, ...], str] = {}
        for model, names in self.names.items():
            for form in (names.snake, names.plural_snake):
                forms.setdefault(tuple(form.split("_")), model)
                forms.setdefault((form.replace("_", ""),), model)
        for model, names in self.names.items():  # a plural as many write it: `heros`
            forms.setdefault(
                (*names.snake.split("_")[:-1], f"{names.snake.split('_')[-1]}s"), model
            )
        return forms

    @cached_property
    def _longest(self) -> int:
        return max((len(form) for form in self._forms), default=0)


def read_nouns(models: Iterable[Model]) -> Nouns:
    """Return the nouns of a project's models."""
    found = list(models)
    taken = {m.name for m in found}
    return Nouns({m.name: _names(m, taken) for m in found})


def _names(model: Model, taken: set[str]) -> Names:
    """Return the names of a model: its class without decoration, its plural as its table has it."""
    words = split_words(model.name) or [model.name]
    while len(words) > 1 and words[-1].lower() in _DECORATION and "".join(words[:-1]) not in taken:
        words = words[:-1]
    while len(words) > 1 and words[0].lower() in _DECORATION and "".join(words[1:]) not in taken:
        words = words[1:]
    last = words[-1].lower()
    single = singularize(last)
    if single and single != last:  # a class named in the plural: `class Users(Base)`
        return names_of("_".join([*words[:-1], single]), plural="_".join(words))
    return names_of("_".join(words), plural=_plural_of_table(model.table, words))


def _plural_of_table(table: str, words: Sequence[str]) -> str | None:
    """Return the plural that a table's name ends with, where it is not the usual one."""
    stem = "_".join(w.lower() for w in words)
    usual = "_".join([*(w.lower() for w in words[:-1]), pluralize(words[-1].lower())])
    bare = table.rpartition(".")[2].lower()
    if bare in (usual, stem) or len(stem) < 4:
        return None
    return bare if bare.startswith(stem[:-2]) and bare.endswith("s") and "_" not in bare else None


def _words(identifier: str) -> list[str]:
    return [w.lower() for w in split_words(re.sub(r"[^A-Za-z0-9]+", "_", identifier))]
