"""Objects that no operation makes, put into the database for whoever needs them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from backwright.probe.database import Change, Oracle, Table
from backwright.probe.nouns import noun
from backwright.probe.objects import Made
from backwright.probe.ownership import owner_names
from backwright.probe.people import Person
from backwright.probe.seeding import Seeder
from backwright.probe.session import Session


def table_of(oracle: Oracle | None, kind: str) -> Table | None:
    """Return the table that has the objects of a kind: of its name, else one that ends with it."""
    tables = oracle.tables.values() if oracle else ()
    named = [(noun(one.name.rpartition(".")[2]), one) for one in tables]
    same = [one for name, one in named if name == kind]
    alike = [one for name, one in named if name.endswith(f"_{kind}") and one.primary_key]
    return next(iter(same or sorted(alike, key=lambda one: len(one.name))), None)


def referred_table(oracle: Oracle | None, column: str) -> Table | None:
    """Return the table that every column of a name refers to, by the database's foreign keys."""
    tables = oracle.tables if oracle else {}
    targets = {
        target[0]
        for one in tables.values()
        for name, target in one.references.items()
        if name == column
    }
    return tables.get(targets.pop()) if len(targets) == 1 else None


def stand_in(kind: str, who: Person, session: Session) -> Made | str | None:
    """Put an object of a kind into the database, as somebody's own where it can belong to anybody.

    Returns:
        The object; why it could not be made; None where no table has such objects.
    """
    oracle = session.oracle
    table = table_of(oracle, kind)
    if oracle is None or table is None:
        return None
    seeder = Seeder(oracle, session.sampler)
    made = seeder.insert(table, who.letter, dict(_ownership(table, who)))
    if isinstance(made, str):
        return made
    key, row = made
    session.remember(key, row, who)
    session.help("rows were put into the database, which the API did not make", table.name)
    return Made(kind, who.name, (row,), (Change(key, None, row),))


def _ownership(table: Table, who: Person) -> Iterator[tuple[str, Any]]:
    """Yield the columns that say whose a row is, with what somebody is known by there."""
    for name in owner_names(table, who):
        target = table.references.get(name)
        value = who.known.get(target[1] if target else "id")
        if value is not None:
            yield name, value
