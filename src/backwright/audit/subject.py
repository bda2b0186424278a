"""What is audited: the project's facts and its modules, with the views that several rules share."""

from __future__ import annotations

import ast
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

from backwright.audit.names import Meaning, Names
from backwright.audit.sources import FunctionNode, Source
from backwright.project.apps import is_test
from backwright.project.files import Tree
from backwright.project.interpret.values import Module
from backwright.project.modules import Modules
from backwright.project.tooling import read_tooling
from backwright.project.types import Endpoint, Model, Project

_ASIDE = re.compile(
    r"(^|/)(versions|alembic|migrations?|revisions|docs?|docs_src|examples?|scripts?|benchmarks?)/"
    r"|(^|/)(setup|noxfile|fabfile|tasks)\.py$"
)


def _tests(text: str, tree: ast.Module) -> bool:
    """Tell whether a module holds tests, wherever it stands: cases of unittest, or functions for pytest."""
    if "unittest" not in text and "pytest" not in text:
        return False
    kept = [one for one in tree.body if isinstance(one, FunctionNode | ast.ClassDef)]
    return bool(kept) and all(
        one.name.startswith("test_")
        or (
            isinstance(one, ast.ClassDef) and any("TestCase" in ast.unparse(it) for it in one.bases)
        )
        for one in kept
    )


@dataclass(frozen=True, slots=True)
class Handler:
    """A function that answers requests, and the endpoints that it answers."""

    source: Source
    node: FunctionNode
    endpoints: tuple[Endpoint, ...]


@dataclass(frozen=True, slots=True)
class Text:
    """A literal text, and whether it is only the default of a setting."""

    value: str
    setting: bool


class Subject:
    """A project under audit. Each file is parsed once; everything else is found when asked for."""

    def __init__(self, project: Project, tree: Tree) -> None:
        """Take in a project that was read from `tree`."""
        self.project = project
        self.tree = tree
        self.modules = Modules(tree, read_tooling(tree).libraries)
        self.refusals: dict[
            tuple[str, int], Literal["administrators", "others", "either", "owner", ""]
        ] = {}
        self.refused_at: dict[
            tuple[FunctionNode, frozenset[str], bool],
            frozenset[Literal["administrators", "others", "either", "owner", ""]],
        ] = {}

    @cached_property
    def all(self) -> dict[str, Source]:
        """Every module that can be parsed, by its file."""
        found = {}
        for file in self.tree.python:
            parsed = self.modules.parse(self.modules.module(file))
            if parsed is not None:
                found[file] = Source(
                    file,
                    text := self.tree.text(file) or "",
                    parsed,
                    is_test(file) or _tests(text, parsed),
                )
        return found

    @cached_property
    def names(self) -> Names:
        """What names mean."""
        return Names(self.modules, self.all)

    @cached_property
    def sources(self) -> tuple[Source, ...]:
        """The modules that the team writes to be run: no tests, migrations, scripts, documents."""
        told = self._told
        return tuple(
            one
            for one in self.all.values()
            if not one.is_test and (one.file in told or not _ASIDE.search(one.file))
        )

    @cached_property
    def program(self) -> tuple[Source, ...]:
        """The modules that the applications reach by imports; all where there is no application."""
        if not self.project.apps:
            return self.sources
        reached = self.reached(self._told)
        return tuple(one for one in self.sources if one.file in reached)

    def reached(self, files: Iterable[str]) -> frozenset[str]:
        """Return the files of modules that some modules reach by imports, and their own."""
        reached = set[str]()
        waiting = list(files)
        while waiting:
            file = waiting.pop()
            if file not in reached and file in self.all:
                reached.add(file)
                waiting.extend(self._imported_by(self.all[file]))
        return frozenset(reached)

    @cached_property
    def tests(self) -> tuple[Source, ...]:
        """The modules of tests."""
        return tuple(one for one in self.all.values() if one.is_test)

    @cached_property
    def _told(self) -> set[str]:
        known = self.project
        facts = (known.apps, known.endpoints, known.models, known.services)
        return {one.file for facts_of in facts for one in facts_of if not is_test(one.file)}

    def _imported_by(self, source: Source) -> Iterator[str]:
        importer = self.modules.module(source.file)
        for one in [*source.imports.values(), *source.stars]:
            if one.level:
                module = self.modules.relative(importer, one.level, one.module)
            else:
                module = self.modules.absolute(importer, one.module)
            if module is None:
                continue
            inner = self.modules.child(module, one.name) if one.name else None
            for found in (module, inner):
                if isinstance(found, Module):
                    yield found.file

    @cached_property
    def handlers(self) -> tuple[Handler, ...]:
        """The functions that answer requests, by place."""
        by_place: dict[tuple[str, int], list[Endpoint]] = defaultdict(list)
        for one in self.project.endpoints:
            by_place[one.file, one.line].append(one)
        found = []
        for (file, line), endpoints in sorted(by_place.items()):
            node = self.functions_at.get((file, line))
            if node is not None:
                found.append(Handler(self.all[file], node, tuple(endpoints)))
        return tuple(found)

    @cached_property
    def handled(self) -> frozenset[tuple[str, int]]:
        """The places of the functions that answer requests."""
        return frozenset((one.file, one.line) for one in self.project.endpoints)

    @cached_property
    def functions_at(self) -> dict[tuple[str, int], FunctionNode]:
        """The functions of the project by the file and line of their `def`."""
        return {
            (one.file, node.lineno): node for one in self.all.values() for node in one.functions
        }

    @cached_property
    def functions_by_name(self) -> dict[str, FunctionNode]:
        """The functions of the program by their names; of several one."""
        return {node.name: node for one in self.program for node in one.functions}

    @cached_property
    def functions_named(self) -> dict[str, list[FunctionNode]]:
        """The functions of the program by their names; of several all."""
        found: dict[str, list[FunctionNode]] = defaultdict(list)
        for one in self.program:
            for node in one.functions:
                found[node.name].append(node)
        return found

    @cached_property
    def classes_by_name(self) -> dict[str, ast.ClassDef]:
        """The classes of the program by their names; of several one."""
        return {node.name: node for one in self.program for node in one.nodes(ast.ClassDef)}

    @cached_property
    def homes(self) -> dict[FunctionNode, Source]:
        """The modules of the program's functions."""
        return {node: one for one in self.program for node in one.functions}

    @cached_property
    def uses_unions(self) -> bool:
        """Whether the project writes `X | None`, which older interpreters do not read."""
        return any(re.search(r"\w\]? \| None\b", one.text) for one in self.sources)

    @cached_property
    def mentions(self) -> dict[str, list[tuple[Source, ast.Name | ast.Attribute]]]:
        """Where names and attributes are read, in the program and elsewhere, by their last part."""
        found: dict[str, list[tuple[Source, ast.Name | ast.Attribute]]] = defaultdict(list)
        for source in self.all.values():
            for one in source.nodes(ast.Name):
                found[one.id].append((source, one))
            for it in source.nodes(ast.Attribute):
                found[it.attr].append((source, it))
        return found

    @cached_property
    def models(self) -> dict[tuple[str, int], Model]:
        """The models by the file and line of their class."""
        return {(one.file, one.line): one for one in self.project.models}

    def model_of(self, meaning: Meaning) -> Model | None:
        """Return the model that a class of the project declares."""
        if meaning.source is None or not isinstance(meaning.node, ast.ClassDef):
            return None
        return self.models.get((meaning.source.file, meaning.node.lineno))

    def calls(self, *endings: str) -> Iterator[tuple[Source, ast.Call, str]]:
        """Yield the program's calls of library things whose dotted name ends in one of `endings`."""
        yield from (one for one in self._library_calls if one[2].endswith(endings or ("",)))

    @cached_property
    def _library_calls(self) -> list[tuple[Source, ast.Call, str]]:
        return [
            (source, call, name)
            for source in self.program
            for call in source.nodes(ast.Call)
            if (name := self.names.library(source, call.func))
        ]

    def constant(self, source: Source, node: ast.AST | None) -> object:
        """Return the literal that an expression is or leads to; `...` if there is none."""
        found = self.names.meaning(source, node).node if node is not None else None
        return found.value if isinstance(found, ast.Constant) else ...

    def texts(self, source: Source, node: ast.AST | None) -> list[Text]:
        """Return the literal texts that a list, tuple, set or a single text holds."""
        found = self.names.meaning(source, node)
        at = found.source or source
        held = found.node if found.node is not None else node
        parts = held.elts if isinstance(held, ast.List | ast.Tuple | ast.Set) else [held]
        texts = []
        for one in parts:
            known = self.names.meaning(at, one)
            if isinstance(known.node, ast.Constant) and isinstance(known.node.value, str):
                texts.append(Text(known.node.value, self.is_setting(known)))
        return texts

    def is_setting(self, meaning: Meaning) -> bool:
        """Tell whether a literal is the default of a setting, which the environment overrides."""
        if meaning.source is None or meaning.node is None:
            return False
        cls = meaning.source.class_around(meaning.node)
        return cls is not None and "BaseSettings" in self.names.bases(meaning.source, cls)
