"""What a probe has learnt so far: the users, whose each row is, which id came from whom."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from backwright.probe.client import ANONYMOUS, Call, Client, Exchange
from backwright.probe.database import Change, Key, Oracle, Row, changes
from backwright.probe.operations import Api
from backwright.probe.ownership import matters, owner_columns
from backwright.probe.people import KNOWN, Person
from backwright.probe.repair import marks_in
from backwright.probe.samples import Sampler
from backwright.probe.schemas import Value

_SHORTEST_ID = 8


@dataclass
class Session:
    """The state of one probe.

    Attributes:
        api: The operations.
        client: What sends requests.
        sampler: What makes values.
        oracle: The database; None where only the API can be asked.
        people: The users by name.
        makers: Whose request made a row.
        ids: The identifiers of rows, and who made them.
        renamed: Is told of people whose account has another name or address since a request.
        notes: What a reader of the report must know.
    """

    api: Api
    client: Client
    sampler: Sampler
    oracle: Oracle | None = None
    people: dict[str, Person] = field(default_factory=dict)
    makers: dict[Key, str] = field(default_factory=dict)
    ids: dict[str, str] = field(default_factory=dict)
    renamed: Callable[[Person, Row], None] = lambda _, __: None
    notes: list[str] = field(default_factory=list)
    _aids: dict[str, list[str]] = field(default_factory=dict)

    def note(self, text: str) -> None:
        """Remember something for the report, once."""
        if text not in self.notes:
            self.notes.append(text)

    def help(self, text: str, what: str = "") -> None:
        """Remember something that was done past the API, and with what, once."""
        names = self._aids.setdefault(text, [])
        if what and what not in names:
            names.append(what)

    @property
    def aids(self) -> tuple[str, ...]:
        """Return what was done past the API, so that it could be used."""
        return tuple(
            f"{text}: {', '.join(names)}" if names else text for text, names in self._aids.items()
        )

    def send(self, call: Call, who: Person | None) -> Exchange:
        """Send a request as a person, or as nobody."""
        return self.client.send(call, who.identity if who else ANONYMOUS)

    def watched(self, call: Call, who: Person | None) -> tuple[Exchange, tuple[Change, ...]]:
        """Send a request, and return what it changed in the database, too.

        New rows are remembered as made by the sender. Without a database nothing is seen.
        """
        if self.oracle is None:
            return self.send(call, who), ()
        before = self.oracle.rows()
        exchange = self.send(call, who)
        found = changes(before, self.oracle.rows())
        if who is not None:
            for one in found:
                if one.before is None and one.after is not None:
                    self.remember(one.key, one.after, who)
        self._look_for_new_names(found)
        return exchange, found

    def _look_for_new_names(self, found: tuple[Change, ...]) -> None:
        """Tell of people whose account is called otherwise now: their login may have ended by it."""
        accounts = {one.row: one for one in self.people.values() if one.row}
        for one in found:
            person = accounts.get(one.key)
            if person and one.before and one.after and set(one.columns()) & set(KNOWN):
                self.renamed(person, one.after)

    def remember(self, key: Key, row: Row, who: Person) -> None:
        """Remember whose a row is, and its identifiers."""
        self.makers.setdefault(key, who.name)
        table = self.oracle.tables[key[0]] if self.oracle else None
        for name in table.primary_key if table else ():
            value = row.get(name)
            referring = table is not None and name in table.references
            if isinstance(value, str) and len(value) >= _SHORTEST_ID and not referring:
                self.ids.setdefault(value.lower(), who.name)

    def remember_id(self, value: Value, who: Person) -> None:
        """Remember an identifier that an answer gave."""
        if isinstance(value, str) and len(value) >= _SHORTEST_ID:
            self.ids.setdefault(value.lower(), who.name)

    def traces(self, exchange: Exchange, of: Person) -> set[str]:
        """Return what an answer tells of a person's data: marks and ids that were not sent along."""
        text = exchange.answer.text.lower()
        sent = self._sent(exchange.call)
        letter = of.letter
        found = {mark for mark in marks_in(text) if mark[2] == letter and mark not in sent}
        for value, name in self.ids.items():
            if name == of.name and value in text and value not in sent:
                found.add(value)
        return found

    def _sent(self, call: Call) -> str:
        content, _ = call.content()
        return f"{call.target} {content.decode('utf-8', 'replace')} {call.headers}".lower()

    def owner_of(self, key: Key, row: Row | None) -> str | None:
        """Return whose a row is: who made it, else whom it refers to."""
        made = self.makers.get(key)
        if made is not None or row is None:
            return made
        table = self.oracle.tables[key[0]] if self.oracle else None
        if table is None:
            return None
        owners = {one.name for one in self.people.values() if owner_columns(table, row, one)}
        return owners.pop() if len(owners) == 1 else None

    def foreign(self, found: tuple[Change, ...], who: Person | None) -> tuple[Change, ...]:
        """Return the changes to rows that belong to somebody else than the sender."""
        name = who.name if who else None
        kept = []
        for one in found:
            if one.before is None:
                continue
            owner = self.owner_of(one.key, one.before)
            if owner is not None and owner != name and matters(one):
                kept.append(one)
        return tuple(kept)
