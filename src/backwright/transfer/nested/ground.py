"""What nested endpoints are written into, and what is known of both sides of a relation."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable
from copy import deepcopy
from dataclasses import dataclass, field
from functools import cached_property

from backwright.project.types import Auth, Endpoint, Model, Project
from backwright.source.text import Splice, indent_by, splice
from backwright.spec.names import Names
from backwright.spec.types import FieldSpec
from backwright.transfer.carry.quotes import in_quotes_of
from backwright.transfer.draft import Draft
from backwright.transfer.example.chain import read_chain
from backwright.transfer.example.clearing import verbs
from backwright.transfer.example.needs import add_needs
from backwright.transfer.example.ownership import Ownership
from backwright.transfer.guarding.program import Program
from backwright.transfer.nested.handlers import UnsaidError
from backwright.values import Note

Import = tuple[str, str]
Kept = tuple[dict[str, dict[int, list[str]]], dict[str, set[Import]]]


@dataclass(frozen=True, slots=True)
class Relation:
    """A relation that stands in the models by now.

    Attributes:
        keeper: The model that keeps it: of the many rows, or the left one of a many-to-many.
        target: The other one.
        field: How the keeper declares it.
        there: The attribute of the target that gives the keeper's rows, if it has one.
    """

    keeper: str
    target: str
    field: FieldSpec
    there: str = ""


@dataclass(frozen=True, eq=False)
class Side:
    """One side of a relation: its model, how it is called, and which endpoints it has."""

    model: Model
    names: Names
    verbs: dict[str, Endpoint]

    def endpoint(self, verb: str) -> Endpoint:
        """Return the endpoint that does something with rows.

        Raises:
            UnsaidError: there is none.
        """
        if verb not in self.verbs:
            raise UnsaidError(f"{self.model.name} has no endpoint to {verb} rows")
        return self.verbs[verb]

    @property
    def key(self) -> str:
        """The column that tells one row from another, of one owner's.

        Raises:
            UnsaidError: there are several.
        """
        owner = self.model.owner.column if self.model.owner else ""
        keys = [c.name for c in self.model.columns if c.primary_key and c.name != owner]
        if len(keys) != 1:
            raise UnsaidError(f"the key of {self.model.name} is {len(keys)} columns")
        return keys[0]


@dataclass
class Nested:
    """What was written: endpoints, files, and what to say of it.

    `guards` tells for each endpoint what it must ask of its caller at least; `tests` is the file of
    their tests.
    """

    endpoints: list[tuple[str, str]] = field(default_factory=list)
    guards: list[Auth] = field(default_factory=list)
    files: dict[str, list[str]] = field(default_factory=dict)
    notes: list[Note] = field(default_factory=list)
    tests: str = ""

    def answer(self, method: str, path: str, *guarded: Endpoint) -> None:
        """Note an endpoint, and those that it must be guarded like."""
        order: tuple[Auth, ...] = ("required", "optional", "none")
        self.endpoints.append((method, path.rstrip("/")))
        self.guards.append(next(one for one in order if one in {e.auth for e in guarded}))

    def add(self, step: str, path: str) -> None:
        """Note a file that changes."""
        paths = self.files.setdefault(step, [])
        if path not in paths:
            paths.append(path)


@dataclass(frozen=True, eq=False)
class Ground:
    """The host that is written into.

    `is_typed` tells whether its models are SQLModel's and a type checker looks on, `is_house` whether
    it is a project in the house style.
    """

    draft: Draft
    project: Project
    program: Program
    owners: Ownership
    width: int
    is_typed: bool = False
    is_house: bool = False
    inserts: dict[str, dict[int, list[str]]] = field(default_factory=dict)
    needs: dict[str, set[Import]] = field(default_factory=dict)

    def side(self, name: str) -> Side:
        """Return what there is of a model."""
        model = next(m for m in self.project.models if m.name == name)
        chain = read_chain(self.owners, model)
        own = [e for e in chain.endpoints if e.path.count("{") == e.path.rstrip("/").endswith("}")]
        return Side(model, self.owners.nouns.names[name], dict(verbs(own)))

    def code(self, path: str) -> str:
        """Return a file as it is now."""
        return self.draft.text(path)

    def put(self, path: str, behind: ast.stmt, code: str, needs: Iterable[Import] = ()) -> None:
        """Keep a definition that is to stand behind another one, in its quotes, and what it needs."""
        margin = " " * behind.col_offset
        line = behind.end_lineno or behind.lineno
        quoted = in_quotes_of(self.code(path), code)
        text = ("\n" if margin else "\n\n") + indent_by(quoted, margin)
        self.inserts.setdefault(path, {}).setdefault(line, []).append(text)
        self.needs.setdefault(path, set()).update(needs)

    @cached_property
    def is_pydantic_two(self) -> bool:
        """Whether the project speaks of Pydantic as from version 2 on."""
        words = re.compile(r"model_(?:copy|dump|validate|config)\b|ConfigDict|field_validator")
        return any(words.search(self.draft.text(path)) for path in self.owners.modules.paths)

    def mark(self) -> Kept:
        """Return what is kept by now."""
        return deepcopy((self.inserts, self.needs))

    def forget(self, kept: Kept) -> None:
        """Keep no more than was kept at a mark."""
        self.inserts.clear()
        self.inserts.update(kept[0])
        self.needs.clear()
        self.needs.update(kept[1])

    def flush(self) -> list[str]:
        """Write what was kept; return the files."""
        modules = self.owners.modules
        for path, lines in self.inserts.items():
            parts = [Splice(n + 1, n + 1, "".join(texts)) for n, texts in lines.items()]
            self.draft.write(path, splice(self.draft.text(path), parts))
        for path, needs in self.needs.items():
            add_needs(self.draft, modules, path, path, sorted(needs), width=self.width)
        return list(self.inserts)
