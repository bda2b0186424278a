"""What the owner's own call shows: rows of others that it touched, deleted rows still to be seen."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from backwright.probe.client import Call, Exchange
from backwright.probe.database import Change, Key, Row, Table
from backwright.probe.learner import Learner
from backwright.probe.operations import Operation
from backwright.probe.people import Person
from backwright.probe.repair import marks_in
from backwright.probe.sights import Sight

_DEEPEST = 4
Done = tuple[Exchange, tuple[Change, ...]]


@dataclass(frozen=True, slots=True)
class Aftermath:
    """Looks at what a call of an owner has done."""

    learner: Learner
    owner: Person

    def touches_others(self, operation: Operation, noun: str, done: Done) -> Iterator[Sight]:
        """Yield whether a call on one's own object changed rows of somebody else's.

        What an administrator made was made for all: whether it may be changed is another trial's.
        """
        exchange, found = done
        session, owner = self.learner.session, self.owner
        following = self._following(found)
        helpers = {one.name for one in session.people.values() if one.privileged}
        for one in session.foreign(found, owner):
            made_for_all = session.owner_of(one.key, one.before) in helpers
            if one.key not in following and not made_for_all:
                yield Sight(
                    operation, "owner", "touches-others", True,
                    f"a call on one's own object {did(one)} of another user",
                    noun, noun, exchange, "no change to other users' rows",
                )  # fmt: skip
                return

    def _following(self, found: tuple[Change, ...]) -> set[Key]:
        """Return the rows of others that a call touched because they refer to what it deleted."""
        session, owner = self.learner.session, self.owner
        if session.oracle is None:
            return set()
        gone = {
            one.key for one in found
            if one.after is None and session.owner_of(one.key, one.before) == owner.name
        }  # fmt: skip
        deleted = {one.key: one.before or {} for one in found if one.after is None}
        following: set[Key] = set()
        for _ in range(_DEEPEST):
            new = {
                one.key for one in found
                if one.key not in gone | following and one.before is not None
                and _refers_to(one, [(k, deleted[k]) for k in (gone | following) & set(deleted)],
                               session.oracle.tables)
            }  # fmt: skip
            if not new:
                break
            following |= new
        return following

    def sees_deleted(self, operation: Operation, noun: str, done: Done) -> Iterator[Sight]:
        """Yield whether what was deleted, but is still in the database, can still be read."""
        exchange, found = done
        if not any(one.after is not None and one.before is not None for one in found):
            return
        session, owner = self.learner.session, self.owner
        reader = session.api.find("GET", operation.path)
        if reader is not None:
            again = session.send(Call(reader, path=exchange.call.path), owner)
            yield Sight(
                reader, "owner", "sees-deleted", again.ok,
                f"after DELETE it answers {again.status}", noun, noun, again, "404",
            )  # fmt: skip
        collection = session.api.find("GET", operation.path.rpartition("/{")[0])
        row = next((one.before for one in found if one.after is not None), None) or {}
        marks = marks_in(str(row))
        if collection is not None and not collection.path_names and marks:
            listed = session.send(Call(collection), owner)
            shown = marks & marks_in(listed.answer.text)
            if listed.ok:
                yield Sight(
                    collection, "owner", "sees-deleted", bool(shown),
                    "the list has what was deleted" if shown else "the list leaves it out",
                    noun, noun, listed, "a list without what was deleted",
                )  # fmt: skip


def _refers_to(
    change: Change, rows: Iterable[tuple[Key, Row]], tables: Mapping[str, Table]
) -> bool:
    """Tell whether a row refers to one of some rows: by a foreign key, else by a name and an id."""
    before, table = change.before or {}, tables[change.table]
    for key, row in rows:
        for name, (target, column) in table.references.items():
            if target == key[0] and str(before.get(name)) == str(row.get(column)):
                return True
        ids = {str(row.get(name)) for name in tables[key[0]].primary_key}
        if not table.references and any(
            name.lower().endswith("id") and name not in table.primary_key and str(value) in ids
            for name, value in before.items()
        ):
            return True
    return False


def did(change: Change) -> str:
    """Return in a few words what became of a row."""
    if change.after is None:
        return f"a row of {change.table} was deleted"
    return f"{change.table}.{', '.join(change.columns()[:3])} changed"
