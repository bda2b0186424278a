"""Whether rows are restricted to the caller, or checked against the caller."""

from __future__ import annotations

from functools import cached_property

from backwright.project.interpret.values import Class, External, Instance, Unknown
from backwright.project.ownership.accesses import Access, accesses, bases
from backwright.project.ownership.ground import Ground
from backwright.project.ownership.looking import Seen
from backwright.project.ownership.owners import owner_names, parent_names
from backwright.project.ownership.terms import (
    CALLER_NAME,
    Keys,
    column_name,
    decided,
    is_blank,
    is_compared,
    is_given,
    is_said,
    parts,
    walk,
    walk_all,
)
from backwright.project.types import Model

_IDS = frozenset({"id", "ident"})


class Judge:
    """What one endpoint's terms say of the caller."""

    def __init__(self, seen: Seen, ground: Ground) -> None:
        """Judge what was `seen` of the rows of models, which belong to users."""
        self.seen = seen
        self.index = ground.index
        self.user = ground.user
        self.accesses = accesses(seen, ground.index)
        self.owners = owner_names(ground.models, ground.user)
        self.parents = parent_names(ground.models)
        self.keys = Keys()
        self.equal: set[int] = set()
        self.checked: set[int] = set()
        self.doubtful: set[int] = set()
        self._state = (0, 0, 0)
        self._callers: dict[int, tuple[bool, object]] = {}
        self._restricts: dict[int, bool | None] = {}
        self._choosing: dict[int, bool | None] = {}
        self._verdicts: dict[int, bool | None] = {}
        self._asking: dict[int, bool] = {}
        self._said: dict[int, bool] = {}
        self._keys: dict[tuple[int, str], set[int]] = {}
        self._lost = [[*call.args, *call.kwargs.values()] for call in seen.lost]
        self._lost_bases: dict[int, set[int]] = {}
        self._astray: set[int] | None = None
        self._starts: dict[int, bool] = {}
        self._doubts: tuple[int, dict[int, set[int]]] = (0, {})
        self._keys_of_accesses: dict[int, set[int]] = {}
        self._passed: set[int] = set()
        self._learn()

    def _learn(self) -> None:
        """Take in what the tests prove, until nothing new is learnt."""
        proofs = [
            one
            for test in self.seen.tests
            for one, equal in decided(test.condition)
            if not (test.refuses and equal)
        ]
        for _ in range(4):
            before = len(self.equal) + len(self.checked)
            for one in proofs:
                if is_compared(one):
                    self._learn_from(one.args[0], one.args[1])
                    self._learn_from(one.args[1], one.args[0])
                else:
                    self._learn_from_call(one)
            self._learn_parents()
            if len(self.equal) + len(self.checked) == before:
                return

    def _learn_from(self, side: object, other: object) -> None:
        if is_blank(other) and self._names_owner(side):
            self.doubtful |= bases(side, self.index)
        if not self.is_callers(other):
            return
        if self._names_owner(side) or self._names_parent(side):
            rows = bases(side, self.index)
            self.checked |= rows
            if not rows and not self.is_callers(side):
                self.equal.add(self.keys.of(side))
        elif not self.is_callers(side) and not bases(side, self.index):
            self.equal.add(self.keys.of(side))
        elif self._is_of_user(side):
            row = (
                side.owner
                if isinstance(side, External) and isinstance(side.owner, Instance)
                else None
            )
            self.equal |= {self.keys.of(one) for one in (side, row) if one is not None}

    def _learn_from_call(self, one: Instance) -> None:
        """A method of a row that is given the caller decides: `if not item.belongs_to(user)`."""
        if isinstance(one.cls, External) and any(self.is_callers(arg) for arg in one.args):
            self.checked |= (
                bases(one.cls.owner, self.index) if column_name(one.cls) is None else set()
            )

    def _learn_parents(self) -> None:
        """The key of a row that is the caller's is as good as the caller: parents are checked."""
        for one in self.accesses:
            if one.model.owner is None or id(one) in self._passed:
                continue
            if self.of_access(one) is True:
                self._passed.add(id(one))
                self.equal |= self._keys_of(one)

    def _keys_in(self, condition: object, model: Model) -> set[int]:
        """Return what a row's own key is compared with."""
        known = self._keys.get((id(condition), model.table))
        if known is None:
            known = self._keys[id(condition), model.table] = self._keys_found(condition, model)
        return known

    def _keys_found(self, condition: object, model: Model) -> set[int]:
        own = {column.name for column in model.columns if column.primary_key}
        found: set[int] = set()
        for one in walk(condition):
            if isinstance(one, Instance) and is_compared(one):
                for side, other in (one.args, one.args[::-1]):
                    if column_name(side) in own and isinstance(other, (Instance, External)):
                        found.add(self.keys.of(other))
            elif isinstance(one, dict):
                found |= {self.keys.of(v) for name, v in one.items() if name in own | _IDS}
            elif condition is one and is_said(one):
                found.add(self.keys.of(one))
        return found

    def _is_of_user(self, side: object) -> bool:
        found = (self.index.of(one) for one in walk(side) if isinstance(one, Class))
        return any(one is not None and one.table == self.user.table for one in found)

    def is_callers(self, value: object) -> bool:
        """Tell whether a value is the caller's: made of what was authenticated, or equal to it."""
        self._forget()
        return self._is_callers(value)

    def _forget(self) -> None:
        """Forget what was judged before more was learnt."""
        state = (len(self.equal), len(self.checked), len(self.doubtful))
        if state != self._state:
            self._state, self._callers, self._restricts, self._astray = state, {}, {}, None
            self._choosing, self._verdicts = {}, {}

    def _is_callers(self, value: object) -> bool:
        if value is None or isinstance(value, (str, int, float, bytes)):
            return False
        known = self._callers.get(id(value))
        if known is None:
            self._callers[id(value)] = (False, value)  # until it is known: terms may be circular
            told = self._is_equal(value) or any(self._is_callers(one) for one in parts(value))
            known = self._callers[id(value)] = (told, value)
        return known[0]

    def _is_equal(self, value: object) -> bool:
        if isinstance(value, External) and value.name == CALLER_NAME:
            return True
        if not isinstance(value, (Instance, External)):
            return False
        return id(value) in self.checked or (bool(self.equal) and self.keys.of(value) in self.equal)

    def _names_owner(self, value: object) -> bool:
        """Tell whether a value is the owner column (or relationship) of a model or of a row."""
        if isinstance(value, Unknown):
            return any(self._names_owner(one) for one in value.candidates)
        if isinstance(value, Instance):
            return isinstance(value.cls, External) and self._names_owner(value.cls)
        if not isinstance(value, External):
            return False
        of_user = column_name(value) is not None and self._is_users(value.owner)
        return of_user or any(part in self.owners for part in value.name.split("."))

    def _is_users(self, cls: object) -> bool:
        model = self.index.of(cls)
        return model is not None and model.table == self.user.table

    def _names_parent(self, value: object) -> bool:
        if isinstance(value, Instance):
            return isinstance(value.cls, External) and self._names_parent(value.cls)
        return isinstance(value, External) and any(
            part in self.parents for part in value.name.split(".")
        )

    @cached_property
    def shared(self) -> tuple[Model, ...]:
        """The models of no owner, not the users', of which rows were found by the caller."""
        found: dict[str, Model] = {}
        for one in self.accesses:
            model = one.model
            if model.owner is not None or model.table in {self.user.table, *found}:
                continue
            if self.of_access(one) is True:
                found[model.table] = model
        return tuple(found.values())

    def of_access(self, one: Access) -> bool | None:
        """Tell whether the rows of a query are the caller's; `None` if that cannot be told."""
        self._forget()
        if id(one) not in self._verdicts:
            self._verdicts[id(one)] = self._of_access(one)
        return self._verdicts[id(one)]

    def _of_access(self, one: Access) -> bool | None:
        if id(one.base) in self.checked or any(self._starts_at_caller(node) for node in one.way):
            return True
        verdicts = [self._chooses(step) for step in one.choices]
        if True in verdicts:
            return True
        unsure = None in verdicts or self._goes_astray(one) or self._is_doubtful(one)
        return None if unsure else False

    def _chooses(self, step: tuple[object, ...]) -> bool | None:
        """Tell whether one step of a query's way keeps to the caller: ways share their steps."""
        if id(step) not in self._choosing:
            verdicts = [self._is_checked_key(it) or self.restricts(it) for it in step]
            told = True if True in verdicts else None if None in verdicts else False
            self._choosing[id(step)] = told
        return self._choosing[id(step)]

    def is_said_in(self, one: Access) -> bool:
        """Tell whether the request says, at some step, which rows are chosen."""
        return any(self._says(step) for step in one.choices)

    def _says(self, step: tuple[object, ...]) -> bool:
        if id(step) not in self._said:
            self._said[id(step)] = any(is_given(part) for part in walk_all(step))
        return self._said[id(step)]

    def asks_of_caller(self, test: object) -> bool:
        """Tell whether a condition speaks of the caller."""
        if id(test) not in self._asking:
            names = (part.name for part in walk(test) if isinstance(part, External))
            self._asking[id(test)] = CALLER_NAME in names
        return self._asking[id(test)]

    def _starts_at_caller(self, node: object) -> bool:
        """Tell whether a chain of methods starts at the caller: `user.items.filter(…)`."""
        known = self._starts.get(id(node))
        if known is None:
            known = self._starts[id(node)] = _starts_at_caller(node)
        return known

    def _is_checked_key(self, condition: object) -> bool:
        """Tell whether rows are chosen by the key of rows that were checked before."""
        if isinstance(condition, dict):
            return any(self._is_checked_key(one) for name, one in condition.items() if name in _IDS)
        return isinstance(condition, (Instance, External)) and self.keys.of(condition) in self.equal

    def _is_doubtful(self, one: Access) -> bool:
        """Tell whether the rows, or the same ones read elsewhere, met what may be the caller."""
        if not self.doubtful:
            return False
        if id(one.base) in self.doubtful:
            return True
        return not self._keys_of(one).isdisjoint(self._doubtful_keys(one.model))

    def _doubtful_keys(self, model: Model) -> set[int]:
        """Return what the keys of rows are compared with that met what may be the caller."""
        size = len(self.doubtful)
        if size != self._doubts[0]:
            self._doubts = (size, {})
        known = self._doubts[1]
        if id(model) not in known:
            others = (one for one in self.accesses if id(one.base) in self.doubtful)
            keys = (self._keys_of(one) for one in others if one.model is model)
            known[id(model)] = set[int]().union(*keys)
        return known[id(model)]

    def _keys_of(self, one: Access) -> set[int]:
        if id(one) not in self._keys_of_accesses:
            found = (self._keys_in(condition, one.model) for condition in one.conditions)
            self._keys_of_accesses[id(one)] = set[int]().union(*found)
        return self._keys_of_accesses[id(one)]

    def restricts(self, condition: object) -> bool | None:
        """Tell whether a condition keeps to the caller; `None` if a part of it is not known."""
        self._forget()
        if id(condition) not in self._restricts:
            self._restricts[id(condition)] = self._restricting(condition)
        return self._restricts[id(condition)]

    def _restricting(self, condition: object) -> bool | None:
        unsure, either = False, self._either(condition)
        for one in walk(condition):
            if isinstance(one, Instance) and is_compared(one):
                verdict = self._compares(one.args[0], one.args[1]) or self._same_row(*one.args)
            elif isinstance(one, Instance) and column_name(one.cls) is not None:
                verdict = self._compares(one.cls, [*one.args, one.kwargs])
            elif isinstance(one, Instance) and _is(one, "with_parent"):
                verdict = self.is_callers(one.args)
            elif isinstance(one, dict):
                verdict = self._named(one)
            elif isinstance(one, Instance) and isinstance(one.cls, Class):
                verdict = self._named(one.attributes)
            else:
                unsure = unsure or (one is condition and is_blank(one))
                continue
            if verdict and id(one) not in either:
                return True
            unsure = unsure or verdict is not False
        return None if unsure or self.is_callers(condition) else False

    def _either(self, condition: object) -> set[int]:
        """Return what stands under an `or` that another branch of it may make hold for any row."""
        found: set[int] = set()
        for one in walk(condition):
            if isinstance(one, Instance) and (_is(one, "or_") or one.kwargs.get("either") is True):
                branches = [self.restricts(it) or self._is_free(it) for it in one.args]
                if not all(branches):
                    found |= {id(part) for branch in one.args for part in walk(branch)}
        return found

    def _is_free(self, branch: object) -> bool:
        """Tell whether a branch keeps to rows that belong to nobody: `owner_id.is_(None)`."""
        cls = branch.cls if isinstance(branch, Instance) else None
        if not (isinstance(branch, Instance) and isinstance(cls, External) and cls.last == "is_"):
            return False
        return self._names_owner(cls) and branch.args == [None]

    def is_mixed(self, value: object) -> bool:
        """Tell whether a value is the caller's in one case, and what the request says in another."""
        return isinstance(value, Unknown) and any(is_said(one) for one in value.candidates)

    def _compares(self, left: object, right: object) -> bool | None:
        unsure = False
        for side, other in ((left, right), (right, left)):
            if self._names_owner(side) or self._names_parent(side):
                if self.is_callers(other) and not self.is_mixed(other):
                    return True
                unsure = unsure or is_blank(other) or self.is_callers(other)
        return None if unsure else False

    def _same_row(self, left: object, right: object) -> bool | None:
        """Tell whether a row's own key is that of a row which was checked: it is read again."""
        for side, other in ((left, right), (right, left)):
            model = self.index.of(side.owner) if isinstance(side, External) else None
            own = {one.name for one in model.columns if one.primary_key} if model else set()
            if column_name(side) in own and self.is_callers(other):
                return True
        return False

    def _named(self, given: dict[object, object] | dict[str, object]) -> bool | None:
        """Judge what is given by name: `filter_by(owner_id=…)`, `{"owner_id": …}`."""
        unsure = False
        for name, value in given.items():
            if name == "**":
                unsure = unsure or self._spread(value) is None
                if self._spread(value):
                    return True
            elif str(name).partition("__")[0] in self.owners | self.parents:
                if self.is_callers(value):
                    return True
                unsure = unsure or is_blank(value)
        return None if unsure else False

    def _spread(self, value: object) -> bool | None:
        """Judge `**data`: what was put into it by name, and whether it is known at all."""
        inner = [one for one in walk(value) if isinstance(one, Instance)]
        put = {
            name.removeprefix("item "): one
            for instance in inner
            for name, one in instance.attributes.items()
            if name.startswith("item ")
        }
        return None if is_blank(value) else self._named(put)

    def _goes_astray(self, one: Access) -> bool:
        """Tell whether the rows meet the caller in a call that is not followed."""
        self._forget()
        if self._astray is None:
            met = [given for given in self._lost if self.is_callers(given)]
            self._astray = set[int]().union(*map(self._bases_of_lost, met))
        return id(one.base) in self._astray

    def _bases_of_lost(self, given: list[object]) -> set[int]:
        if id(given) not in self._lost_bases:
            self._lost_bases[id(given)] = bases(given, self.index)
        return self._lost_bases[id(given)]


def _starts_at_caller(node: object) -> bool:
    while isinstance(node, (Instance, External)):
        if isinstance(node, External) and node.name == CALLER_NAME:
            return True
        node = node.owner if isinstance(node, External) else node.cls
    return False


def _is(one: Instance, name: str) -> bool:
    return isinstance(one.cls, External) and one.cls.last == name
