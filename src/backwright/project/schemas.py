"""Pydantic schemas: which part they play, and the model that each speaks for."""

from __future__ import annotations

import re
from functools import lru_cache

from backwright.project.interpret import ancestry
from backwright.project.interpret.values import Class
from backwright.project.interpret.world import World
from backwright.project.models import is_sqlmodel_table
from backwright.project.types import Endpoint, Model, Schema, SchemaRole

_CREATE = re.compile(
    r"(Create|Creation|New|Register|Signup|SignUp|Add|Insert)(?![a-z])|^(Create|New|Add)[A-Z]"
)
_UPDATE = re.compile(r"(Update|Patch|Edit|Modify|Change)(?![a-z])|^(Update|Patch|Edit)[A-Z]")
_PUBLIC = re.compile(
    r"(Public|Read|Out|Output|Response|Resp|View|Detail|Details|List|Page|Result|DTO)(?![a-z])"
    r"|^(Show|Get|Read|Display|Public)[A-Z]"
)
_PARTS = re.compile(r"[A-Z]+(?=[A-Z][a-z])|[A-Z]?[a-z0-9]+|[A-Z]+")
_NO_SCHEMA = ("BaseSettings", "Enum", "Exception", "Protocol", "ABC")


def read_schemas(world: World, models: list[Model], endpoints: list[Endpoint]) -> list[Schema]:
    """Return the Pydantic classes (and SQLModel ones without a table) of the project."""
    tables = {model.name for model in models}
    requests = {one.request_model: one.method for one in endpoints if one.request_model}
    responses = {name for one in endpoints for name in _names(one.response_model)}
    bases = _table_bases(world, tables)
    found: dict[tuple[str, int], Schema] = {}
    for cls in world.classes:
        if not is_schema(cls) or cls.frame.kind == "function":
            continue
        role = _role(cls.name, requests, responses)
        model = _by_base(cls, bases) or by_name(cls.name, tables)
        schema = Schema(cls.name, cls.module.file, cls.node.lineno, role, model)
        found.setdefault((schema.file, schema.line), schema)
    return sorted(found.values(), key=lambda one: (one.file, one.line))


def is_schema(cls: Class) -> bool:
    """Tell whether a class is a schema of requests or responses."""
    if not ancestry.inherits(cls, "BaseModel", "SQLModel", "GenericModel", "RootModel"):
        return False
    return not ancestry.inherits(cls, *_NO_SCHEMA) and not is_sqlmodel_table(cls)


def _names(shown: str | None) -> list[str]:
    return re.findall(r"\w+", shown) if shown else []


def _role(name: str, requests: dict[str, str], responses: set[str]) -> SchemaRole:
    """Return the part a schema plays: by its name, else by how endpoints use it."""
    if _UPDATE.search(name):
        return "update"
    if _CREATE.search(name):
        return "create"
    if _PUBLIC.search(name):
        return "public"
    if name in requests:
        return {"POST": "create", "PUT": "update", "PATCH": "update"}.get(requests[name], "other")  # type: ignore[return-value]
    return "public" if name in responses else "other"


def _table_bases(world: World, tables: set[str]) -> dict[int, str]:
    """Return the classes that exactly one table inherits from, with that table's name."""
    heirs: dict[int, set[str]] = {}
    for cls in world.classes:
        if cls.name in tables:
            for base in ancestry.ancestors(cls)[1:]:
                if isinstance(base, Class):
                    heirs.setdefault(id(base), set()).add(cls.name)
    return {key: next(iter(names)) for key, names in heirs.items() if len(names) == 1}


def _by_base(cls: Class, bases: dict[int, str]) -> str | None:
    line = ancestry.ancestors(cls)
    return next((bases[id(one)] for one in line if id(one) in bases), None)


def by_name(name: str, models: set[str]) -> str | None:
    """Return the model whose words a name begins (or ends) with: the longest one."""
    words = _words(name)
    held = set(words)
    best: tuple[int, str] | None = None
    for model, stem in _all_stems(frozenset(models)):
        if held.issuperset(stem):
            starts = words[: len(stem)] == stem or words[-len(stem) :] == stem
            inside = any(words[i : i + len(stem)] == stem for i in range(len(words)))
            score = len(stem) * 2 + starts
            if inside and (best is None or score > best[0]):
                best = (score, model)
    return best[1] if best else None


@lru_cache(maxsize=16)
def _all_stems(models: frozenset[str]) -> tuple[tuple[str, tuple[str, ...]], ...]:
    """Return what stands for each model, by the models' names."""
    return tuple((model, stem) for model in sorted(models) for stem in _stems(model))


@lru_cache(maxsize=4096)
def _words(name: str) -> tuple[str, ...]:
    return tuple(word.lower() for word in _PARTS.findall(name))


@lru_cache(maxsize=4096)
def _stems(model: str) -> tuple[tuple[str, ...], ...]:
    """Return the words that stand for a model: its own, in the plural, without `Model`."""
    wanted = _words(model)
    if not wanted:
        return ()
    stems = {wanted, (*wanted[:-1], _plural(wanted[-1]))}
    if wanted[-1] in {"model", "table", "orm", "entity", "db"} and len(wanted) > 1:
        stems |= {wanted[:-1], (*wanted[:-2], _plural(wanted[-2]))}
    return tuple(sorted(stems))


def _plural(word: str) -> str:
    if word.endswith("y") and word[-2:-1] not in "aeiou":
        return word[:-1] + "ies"
    return word + ("es" if word.endswith(("s", "x", "ch", "sh")) else "s")
