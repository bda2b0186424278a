"""Services, repositories and CRUD units, and the resource that each serves."""

from __future__ import annotations

import ast
import re
from collections import Counter

from backwright.project.interpret import ancestry
from backwright.project.interpret.values import Class, Module
from backwright.project.interpret.world import World
from backwright.project.schemas import by_name, is_schema
from backwright.project.types import Model, Service

_UNIT = re.compile(r"(Service|Services|Repository|Repo|CRUD|Crud|Manager|DAO|Dao|UseCase|Store)$")
_UNIT_START = re.compile(r"^(CRUD|Crud)[A-Z]")
_FOLDER = re.compile(r"(^|/)(services?|repositor(y|ies)|cruds?|daos?|usecases?|use_cases|stores?)/")
_FILE = re.compile(r"(^|[/_])(services?|repositor(y|ies)|repo|crud|dao|store)(_\w+)?\.py$")


def read_services(world: World, models: list[Model]) -> list[Service]:
    """Return classes named as services, and modules of functions that are services."""
    names = {model.name for model in models}
    found: list[Service] = []
    with_classes: set[str] = set()
    for cls in world.classes:
        if cls.frame.kind != "module" or cls.name in names or is_schema(cls) or not _is_unit(cls):
            continue
        with_classes.add(cls.module.file)
        resource = _by_arguments(cls, names) or by_name(cls.name, names)
        found.append(Service(cls.name, cls.module.file, cls.node.lineno, resource))
    for module in world.modules.known():
        if module.file in with_classes or module.tree is None:
            continue
        line = _first_function(module)
        if line and (_FILE.search(module.file) or _FOLDER.search(module.file)):
            found.append(_of_module(world, module, line, names))
    distinct = dict.fromkeys(found)
    return sorted(distinct, key=lambda one: (one.file, one.line))


def _is_unit(cls: Class) -> bool:
    if ancestry.inherits(cls, "Exception", "Enum", "BaseSettings"):
        return False
    return bool(_UNIT.search(cls.name) or _UNIT_START.search(cls.name))


def _by_arguments(cls: Class, names: set[str]) -> str | None:
    """Return the model among a generic base's arguments: `CRUDBase[User, UserCreate]`."""
    for base in cls.node.bases:
        if isinstance(base, ast.Subscript):
            for node in ast.walk(base.slice):
                shown = node.id if isinstance(node, ast.Name) else getattr(node, "attr", "")
                if shown in names:
                    return shown
    return None


def _first_function(module: Module) -> int:
    body = module.tree.body if module.tree is not None else []
    kinds = (ast.FunctionDef, ast.AsyncFunctionDef)
    public = [one for one in body if isinstance(one, kinds) and not one.name.startswith("_")]
    return public[0].lineno if public else 0


def _of_module(world: World, module: Module, line: int, names: set[str]) -> Service:
    full = world.modules.name(module)
    parts = full.split(".")
    words = "".join(word.title() for word in re.split(r"[_]", parts[-1]))
    resource = by_name(words, names)
    if resource is None and len(parts) > 1:
        resource = by_name("".join(word.title() for word in parts[-2].split("_")), names)
    resource = resource or _most_spoken_of(module, names)
    return Service(full, module.file, line, resource)


def _most_spoken_of(module: Module, names: set[str]) -> str | None:
    """Return the model that a module speaks of more often than of all others together."""
    tree = module.tree
    words = (getattr(one, "id", "") for one in ast.walk(tree)) if tree is not None else ()
    found = Counter(word for word in words if word in names)
    best, count = next(iter(found.most_common(1)), ("", 0))
    return best if count > found.total() / 2 else None
