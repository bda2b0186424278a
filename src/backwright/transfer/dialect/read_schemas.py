"""Reading how request and response classes are written."""

from __future__ import annotations

import ast
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from backwright.project.types import Model, Project, Schema
from backwright.transfer.dialect.columns import (
    Sources,
    keyword,
    last_word,
    majority,
)
from backwright.transfer.dialect.facts import Constraint, SchemaHabits, version_of
from backwright.transfer.dialect.read_models import optional_form, optional_habit
from backwright.transfer.dialect.spelling import Spelling, meant

Role = Literal["base", "create", "update", "public"]
_BOUNDS = ("min_length", "max_length", "ge", "le", "gt", "lt", "regex", "pattern")
_CONSTRAINED = ("constr", "conint", "confloat", "condecimal")


@dataclass(frozen=True)
class SchemaCode:
    """One annotated field of a schema class."""

    name: str
    node: ast.AnnAssign
    words: Spelling

    @property
    def field(self) -> ast.Call | None:
        """Its `Field(…)`, assigned or in an `Annotated`."""
        for part in (self.node.value, *self._extras()):
            if isinstance(part, ast.Call) and last_word(part) == "Field":
                return part
        return None

    def _extras(self) -> list[ast.expr]:
        node = self.node.annotation
        if isinstance(node, ast.Subscript) and last_word(node.value) == "Annotated":
            return list(node.slice.elts[1:]) if isinstance(node.slice, ast.Tuple) else []
        return []

    @property
    def is_annotated(self) -> bool:
        """Tell whether it is `Annotated[X, Field(…)]`."""
        return bool(self._extras())


def schema_fields(cls: ast.ClassDef, words: Spelling) -> list[SchemaCode]:
    """Return the annotated fields of a class's own body."""
    return [
        SchemaCode(node.target.id, node, words)
        for node in cls.body
        if isinstance(node, ast.AnnAssign)
        and isinstance(node.target, ast.Name)
        and node.target.id != "model_config"
    ]


def schema_role(cls: ast.ClassDef, own_fields: Collection[str]) -> Role:
    """Return the role of a schema class by what it declares of the exemplar's own fields.

    All of them optional, with None: a partial change. With an id or a stamp: an answer.
    """
    fields = [f for f in schema_fields(cls, Spelling()) if f.name in own_fields]
    if fields and all(_may_be_left_out(f) for f in fields):
        return "update"
    return "public" if any(n in cls.name for n in _PUBLIC_WORDS) else "create"


_PUBLIC_WORDS = ("Public", "Read", "Out", "Response", "Detail", "View", "Show", "Get", "InDB")


def _may_be_left_out(field: SchemaCode) -> bool:
    call = field.field
    value = keyword(call, "default") if call else field.node.value
    if call and value is None and call.args:
        value = call.args[0]
    is_none = isinstance(value, ast.Constant) and value.value is None
    return is_none and optional_form(field.node.annotation) is not None


def read_schema_habits(
    sources: Sources,
    project: Project,
    exemplar: Model,
    versions: Mapping[str, str],
    *,
    sqlmodel: bool,
) -> SchemaHabits:
    """Return the habits of the exemplar's schemas, then those of the rest."""
    own = [s for s in project.schemas if s.model == exemplar.name]
    others = [s for s in project.schemas if s not in own]
    mine, rest = _codes(sources, own), _codes(sources, others)
    file = majority([s.file for s in own], "") or majority([s.file for s in others], "")
    words = sources.words(file) if file else Spelling()
    return SchemaHabits(
        words=words,
        pydantic=_pydantic(sources, project, versions),
        sqlmodel=_inherits_sqlmodel(sources, own or others) if own or others else sqlmodel,
        constraint=_constraint(mine, rest),
        optional=optional_habit(_first(_optionals(mine), _optionals(rest), "")),
        list_type=_first(_lists(mine), _lists(rest), "list"),
        email=_has_email(sources, project, versions),
        descriptions=_most_say(mine, "description"),
        examples=_most_say(mine, "examples"),
        aliased=_most_say(mine, "alias"),
        positional_default=_first(_positional(mine), _positional(rest), "no") == "yes",
        dots=_first(_dots(mine), _dots(rest), "no") == "yes",
    )


def _codes(sources: Sources, schemas: Iterable[Schema]) -> list[SchemaCode]:
    found = []
    for schema in schemas:
        cls = sources.class_at(schema.file, schema.line)
        found += schema_fields(cls, sources.words(schema.file)) if cls else []
    return found


def _first(own: Sequence[str], rest: Sequence[str], default: str) -> str:
    return majority(own or rest, default)


def _optionals(codes: Iterable[SchemaCode]) -> list[str]:
    return [form for c in codes if (form := optional_form(c.node.annotation))]


def _lists(codes: Iterable[SchemaCode]) -> list[str]:
    subscripts = (
        n for c in codes for n in ast.walk(c.node.annotation) if isinstance(n, ast.Subscript)
    )
    return [name for n in subscripts if (name := last_word(n.value)) in ("list", "List")]


def _positional(codes: Iterable[SchemaCode]) -> list[str]:
    """Tell how defaults are given to `Field`: `Field(None, …)` or `Field(default=None, …)`."""
    calls = [c.field for c in codes if c.field is not None]
    votes = []
    for call in calls:
        if call.args and not (isinstance(call.args[0], ast.Constant) and call.args[0].value is ...):
            votes.append("yes")
        elif keyword(call, "default") is not None:
            votes.append("no")
    return votes


def _dots(codes: Iterable[SchemaCode]) -> list[str]:
    """Tell whether a required field says so: `Field(..., min_length=1)`."""
    votes = []
    for call in (c.field for c in codes if c.field is not None):
        given = call.args[0] if call.args else keyword(call, "default")
        if given is None:
            votes.append("no" if keyword(call, "default_factory") is None else "")
        elif isinstance(given, ast.Constant) and given.value is ...:
            votes.append("yes")
    return [vote for vote in votes if vote]


def _constraint(mine: Sequence[SchemaCode], rest: Sequence[SchemaCode]) -> Constraint:
    votes = _constraints(mine) or _constraints(rest)
    found = majority(votes, "none")
    known: dict[str, Constraint] = {"Field": "Field", "Annotated": "Annotated", "constr": "constr"}
    return known.get(found, "none")


def _constraints(codes: Iterable[SchemaCode]) -> list[str]:
    votes = []
    for code in codes:
        if any(
            isinstance(n, ast.Call) and last_word(n) in _CONSTRAINED
            for n in ast.walk(code.node.annotation)
        ):
            votes.append("constr")
        elif code.field is not None and any(keyword(code.field, b) for b in _BOUNDS):
            votes.append("Annotated" if code.is_annotated else "Field")
    return votes


def _most_say(codes: Sequence[SchemaCode], name: str) -> bool:
    said = sum(c.field is not None and keyword(c.field, name) is not None for c in codes)
    return bool(codes) and said * 2 > len(codes)


def _pydantic(sources: Sources, project: Project, versions: Mapping[str, str]) -> int:
    """Return Pydantic's major version: the installed one, else by what the code uses."""
    installed = version_of(versions, "pydantic", default=())
    if installed:
        return installed[0]
    for file in dict.fromkeys(s.file for s in project.schemas):
        tree = sources.tree(file)
        text = ast.unparse(tree) if tree else ""
        if "ConfigDict" in text or "from_attributes" in text or "field_validator" in text:
            return 2
        if "orm_mode" in text:
            return 1
    return 2


def _inherits_sqlmodel(sources: Sources, schemas: Sequence[Schema]) -> bool:
    """Tell whether schemas are SQLModel classes: those of most files are."""
    votes = []
    for schema in schemas:
        cls = sources.class_at(schema.file, schema.line)
        words = sources.words(schema.file)
        bases = {meant(b, words) for b in cls.bases} if cls else set()
        if "sqlmodel.SQLModel" in bases:
            votes.append("sqlmodel")
        elif "pydantic.BaseModel" in bases:
            votes.append("pydantic")
    return majority(votes, "pydantic") == "sqlmodel"


def _has_email(sources: Sources, project: Project, versions: Mapping[str, str]) -> bool:
    """Tell whether `EmailStr` works here: its library is there, or the project uses it."""
    if any(name in versions for name in ("email-validator", "email_validator")):
        return True
    files = dict.fromkeys([*(s.file for s in project.schemas), *(m.file for m in project.models)])
    return any(sources.words(f).knows("pydantic", "EmailStr") for f in files)


def places_of_bases(sources: Sources, project: Project, model: Model) -> set[tuple[str, int]]:
    """Return where columns stand in schema classes that were made for one model."""
    places: set[tuple[str, int]] = set()
    for schema in project.schemas:
        if schema.model != model.name:
            continue
        cls = sources.class_at(schema.file, schema.line)
        places |= {
            (schema.file, node.lineno)
            for node in (cls.body if cls else ())
            if isinstance(node, ast.AnnAssign)
        }
    return places
