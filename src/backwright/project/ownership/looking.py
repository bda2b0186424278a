"""Following one endpoint as its caller runs it, and noting what is done to whose rows."""

from __future__ import annotations

import ast
import re
from dataclasses import dataclass, field

from backwright.project.interpret import ancestry, core
from backwright.project.interpret.values import (
    Bound,
    Call,
    Class,
    External,
    Function,
    Instance,
    Unknown,
    settle,
)
from backwright.project.interpret.world import World
from backwright.project.ownership.callers import ModelIndex
from backwright.project.ownership.terms import (
    CALLER_NAME,
    COLUMN_NAME,
    COMBINED,
    COMPARED,
    NEGATED,
    caller,
    column,
    compared,
    given,
    is_term,
    walk,
)
from backwright.project.types import Model

_SAME = frozenset(
    {"str", "int", "UUID", "list", "tuple", "set", "frozenset", "iter", "sorted", "reversed"}
    | {"cast", "deepcopy", "copy", "jsonable_encoder", "dict", "ObjectId", "aiter", "next", "anext"}
)
_MAKERS = frozenset({"model_validate", "parse_obj", "from_orm", "validate", "construct"})
CREDENTIAL = re.compile(
    r"(?i)auth|user|token|claim|identity|session_?(id|key)|account|principal|jwt"
)
REQUEST = "backwright.request"
_KEYS = frozenset({"id", "sub", "user_id"})
_SURE = frozenset({CALLER_NAME, COMPARED, COMBINED, NEGATED})
_SAID = re.compile(r"\.(query_params|path_params|json|form|body|stream|url|client)\b")
_SIGNS: dict[type[ast.cmpop], str] = {
    ast.Eq: "==",
    ast.NotEq: "!=",
    ast.In: "in",
    ast.NotIn: "not in",
    ast.Is: "==",
    ast.IsNot: "!=",
}


@dataclass(frozen=True, slots=True, eq=False)
class Set:
    """An attribute or item that is set, under which conditions."""

    owner: object
    name: str | None
    value: object


@dataclass(frozen=True, slots=True, eq=False)
class Test:
    """A condition that decides; `refuses` if an error is raised where it holds."""

    condition: object
    refuses: bool


@dataclass(slots=True, eq=False)
class Seen:
    """Everything that was noted while one endpoint was followed.

    `early` is what its dependencies made, before the endpoint itself ran.
    """

    made: list[Instance] = field(default_factory=list)
    under: dict[int, tuple[object, ...]] = field(default_factory=dict)
    tests: list[Test] = field(default_factory=list)
    sets: list[Set] = field(default_factory=list)
    lost: list[Call] = field(default_factory=list)
    result: object = None
    early: set[int] = field(default_factory=set)

    def since(self, before: Seen) -> Seen:
        """Return what was noted after `before` was taken (by `copy`)."""
        made = self.made[len(before.made) :]
        under = {id(one): self.under[id(one)] for one in made}
        sets, lost = self.sets[len(before.sets) :], self.lost[len(before.lost) :]
        return Seen(made, under, self.tests[len(before.tests) :], sets, lost)

    def copy(self) -> Seen:
        """Return what was noted up to now."""
        return Seen([*self.made], {}, [*self.tests], [*self.sets], [*self.lost])

    def add(self, other: Seen) -> None:
        """Note what was noted elsewhere."""
        self.made += other.made
        self.under |= other.under
        self.tests += other.tests
        self.sets += other.sets
        self.lost += other.lost


class Onlooker:
    """The witness of one request: it turns models and the caller into terms, and notes."""

    def __init__(self, world: World, index: ModelIndex, user: Model | None) -> None:
        """Look on in `world`, whose users are rows of `user`."""
        self.world = world
        self.index = index
        self.user = user
        self.seen = Seen()
        self._methods = index.methods(world.classes)
        columns = user.columns if user is not None else ()
        self._caller_keys = _KEYS | {one.name for one in columns if one.primary_key}
        self._path: list[object] = []
        self._spoken: dict[int, tuple[bool, object]] = {}

    def attribute(self, value: object, attr: str) -> object:
        """Answer columns of models, what a request carries, and methods of rows."""
        if isinstance(value, Unknown):
            return self._of_several(value, attr)
        if isinstance(value, Class):
            model = self.index.of(value)
            return column(value, attr) if model is not None and _has(model, attr) else None
        if isinstance(value, Instance) and isinstance(value.cls, Class):
            return self._of_row_made(value, attr)
        if not is_term(value):
            return None
        if attr.lstrip("-").isdigit():
            return value
        if isinstance(value, External) and value.name.endswith(".path_params"):
            return given(attr)
        if attr != "session" and self._speaks_of_request(value) and CREDENTIAL.search(attr):
            return caller()
        found = self._of_row(value, attr) or _item(value, attr)
        if isinstance(found, External) and _is_caller(value) and attr in self._caller_keys:
            found.sure = True
        return found

    def _of_several(self, value: Unknown, attr: str) -> object:
        """Answer an attribute of one of several queries: of all of them."""
        terms = [one for one in value.candidates if is_term(one)]
        if len(terms) < 2:
            chosen = terms[0] if terms else settle(value)
            return None if isinstance(chosen, Unknown) else self.attribute(chosen, attr)
        first = terms[0]
        name = first.cls.name + "()" if isinstance(first, Instance) else getattr(first, "name", "")
        return External(f"{name}.{attr}", Unknown(value.why, tuple(terms)))

    def _of_row_made(self, value: Instance, attr: str) -> object:
        """Answer a column that nobody gave to a row that was just made."""
        model = self.index.of(value.cls)
        if model is None or attr in value.attributes or not _has(model, attr):
            return None
        return External(f"backwright.made.{attr}", value)

    def _of_row(self, value: object, attr: str) -> object:
        """Answer a method or property that the project gave to its model."""
        if attr not in self._methods:
            return None
        cls = self._row_class(value)
        found = ancestry.find(cls, attr) if cls is not None else None
        if not isinstance(found, Function) or found.kind in {"staticmethod", "declared_attr"}:
            return None
        if found.kind == "classmethod":
            return Bound(found, cls)
        bound = Bound(found, value)
        if found.kind != "property":
            return bound
        return core.call_value(bound, [], {}, found.frame, None)

    def _row_class(self, value: object) -> Class | None:
        if isinstance(value, Instance) and isinstance(value.cls, External):
            if value.cls.name == CALLER_NAME:
                return self._class_of(self.user)
            found = {id(one): one for one in walk(value) if isinstance(one, Class)}
            rows = [one for one in found.values() if self.index.of(one) is not None]
            return rows[0] if len(rows) == 1 else None
        return None

    def _class_of(self, model: Model | None) -> Class | None:
        return self.index.class_of(model, self.world.classes) if model is not None else None

    def compared(self, left: object, sign: ast.cmpop, right: object) -> object:
        """Keep a comparison that a term takes part in."""
        shown = _SIGNS.get(type(sign))
        if not (_matters(left) or _matters(right)):
            return None
        if shown is None:
            return Unknown("a condition is not known")
        if right is None or left is None:
            if shown in {"==", "!="} and _is_sure(left if right is None else right):
                return shown == "!="
            return Unknown("a condition is not known") if not _is_column(left, right) else None
        return compared(shown, left, right)

    def combined(self, left: object, right: object, *, either: bool) -> object:
        """Keep both sides of `&` and `|`."""
        if is_term(left) or is_term(right):
            return Instance(External(COMBINED), [left, right], {"either": either})
        return None

    def negated(self, value: object) -> object:
        """Keep what is negated."""
        return Instance(External(NEGATED), [value]) if is_term(value) else None

    def element(self, value: object) -> object:
        """An element of rows is a row."""
        return value if is_term(value) else None

    def called(self, callee: External, call: Call) -> object:
        """Answer conversions with what they convert, and a request's credentials."""
        first = call.args[0] if call.args else None
        if callee.last in _SAME and is_term(first) and not isinstance(callee.owner, Instance):
            return first
        if callee.name == "builtins.isinstance" and is_term(first):
            return Unknown("a condition is not known")
        if isinstance(first, str) and self._speaks_of_request(callee.owner):
            return caller() if CREDENTIAL.search(first) else None
        cls = callee.owner
        if callee.last in _MAKERS and isinstance(cls, Class) and self.index.of(cls) is not None:
            return self._validated(cls, call)
        return None

    def _validated(self, cls: Class, call: Call) -> Instance:
        """Make the row of `Model.model_validate(data, update={…})`."""
        update = settle(call.argument(-1, "update"))
        known = {str(name): one for name, one in update.items()} if isinstance(update, dict) else {}
        data = settle(call.args[0]) if call.args else settle(call.kwargs.get("obj"))
        if isinstance(data, dict):
            known = {str(name): one for name, one in data.items()} | known
        else:
            known["**"] = data
        made = Instance(cls, [], known, dict(known), call.frame.module.file, call.line)
        self.made(made)
        return made

    def lost(self, call: Call) -> None:
        """Note a call that is not followed."""
        self.seen.lost.append(call)

    def _speaks_of_request(self, value: object) -> bool:
        """Tell what a request carries about the caller from what it says in its path and body."""
        if not isinstance(value, (External, Instance)):
            return False
        known = self._spoken.get(id(value))
        if known is None:
            known = self._spoken[id(value)] = (self._leads_to_request(value), value)
        return known[0]

    def _leads_to_request(self, value: External | Instance) -> bool:
        if isinstance(value, External):
            return not _SAID.search(value.name) and self._speaks_of_request(value.owner)
        if isinstance(value.cls, External) and value.cls.name == REQUEST:
            return True
        return self._speaks_of_request(value.cls)

    def made(self, instance: Instance) -> None:
        """Note an instance, and under which conditions it is made."""
        self.seen.made.append(instance)
        self.seen.under[id(instance)] = tuple(self._path)

    def put(self, owner: object, name: str | None, value: object) -> None:
        """Note what is set on rows and on what the request gives."""
        if is_term(owner) or isinstance(owner, Instance):
            self.seen.sets.append(Set(owner, name, value))
        by_library = isinstance(owner, Instance) and isinstance(owner.cls, External)
        if by_library and name is not None:
            owner.attributes[f"item {name}"] = value  # type: ignore[attr-defined]

    def tested(self, condition: object, node: ast.If | ast.Assert) -> None:
        """Note a condition that decides whether the rest runs."""
        if isinstance(node, ast.Assert) or _decides(node.body) or _decides(node.orelse):
            refuses = isinstance(node, ast.If) and _raises(node.body)
            self.seen.tests.append(Test(condition, refuses))

    def enter(self, condition: object) -> None:
        """Go under a condition."""
        self._path.append(condition)

    def leave(self) -> None:
        """Come out from under a condition."""
        self._path.pop()


_DECISIONS = frozenset({ast.Raise, ast.Return, ast.Continue, ast.Break, ast.Expr})


def _decides(body: list[ast.stmt]) -> bool:
    """Tell whether a branch ends the function or does something, rather than noting a value."""
    return not _DECISIONS.isdisjoint(map(type, body))


def _raises(body: list[ast.stmt]) -> bool:
    return any(isinstance(one, ast.Raise) for one in body)


def _has(model: Model, attr: str) -> bool:
    if any(one.name == attr for one in model.columns):
        return True
    return any(one.name == attr for one in model.relationships)


def _is_caller(value: object) -> bool:
    cls = value.cls if isinstance(value, Instance) else None
    return isinstance(cls, External) and cls.name == CALLER_NAME


def _is_sure(value: object) -> bool:
    """Tell whether a value is certainly something: the caller or their key, or a condition."""
    if isinstance(value, Instance) and isinstance(value.cls, External):
        return value.cls.name in _SURE
    return isinstance(value, External) and value.sure


def _matters(value: object) -> bool:
    return is_term(value) or (isinstance(value, External) and value.name.startswith(COLUMN_NAME))


def _is_column(*values: object) -> bool:
    return any(isinstance(v, External) and v.name.startswith(COLUMN_NAME) for v in values)


def _item(value: object, attr: str) -> object:
    """Answer what was set before, and `row["name"]` as `row.name`."""
    if isinstance(value, Instance) and f"item {attr}" in value.attributes:
        return value.attributes[f"item {attr}"]
    if isinstance(value, Instance) and attr in value.attributes:
        return value.attributes[attr]
    name = value.cls.name + "()" if isinstance(value, Instance) else getattr(value, "name", "")
    if isinstance(value, Unknown):
        return None
    return External(f"{name}.{attr}", value)
