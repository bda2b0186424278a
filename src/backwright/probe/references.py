"""What refers to what: which parts of a request name objects, and which operations make those."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from backwright.probe.doors import password_fields
from backwright.probe.nouns import (
    is_bare,
    is_user,
    noun,
    noun_of_operation,
    noun_of_parameter,
    noun_of_reference,
    noun_of_segment,
)
from backwright.probe.objects import Place, Slot
from backwright.probe.operations import Operation
from backwright.probe.schemas import is_array
from backwright.probe.session import Session
from backwright.probe.stand_ins import referred_table, table_of

_BULK = re.compile(r"(?i)bulk|batch|import|export|search|login|logout|count")


@dataclass(frozen=True, slots=True)
class References:
    """Reads the operations of one API.

    Attributes:
        session: The state of the probe.
        registration: The operation that makes users, which makes nothing else.
    """

    session: Session
    registration: Operation | None = None
    _known: dict[tuple[object, ...], tuple[Any, ...]] = field(default_factory=dict)

    def slots(self, operation: Operation) -> tuple[Slot, ...]:
        """Return the places of an operation that name objects."""
        key = (operation.key, bool(self.session.people))
        if key not in self._known:
            self._known[key] = tuple(self._slots(operation))
        return self._known[key]

    def _slots(self, operation: Operation) -> Iterator[Slot]:
        for name in operation.path_names:
            kind = self._kind(operation, name)
            known = self.creators(kind, operation) or self.is_account(kind) or self.is_listed(kind)
            if known or table_of(self.session.oracle, kind):
                yield Slot("path", name, kind)
        for one in operation.parameters:
            if one.location in ("query", "header"):
                found = self.referred(one.name, one.schema)
                if found is None and one.location == "query" and one.name in ("id", "ids"):
                    about = self.resource(operation)
                    found = about if self.creators(about) else None
                if found:
                    place: Place = "query" if one.location == "query" else "header"
                    yield Slot(place, one.name, found, is_array(one.schema))
        for name, schema in self._fields(operation).items():
            found = self.referred(name, schema) or self._named(operation, name)
            if found is None and name in ("ids", "id") and operation.method != "GET":
                found = self.resource(operation)
            if found:
                yield Slot("body", name, found, is_array(schema))

    def _fields(self, operation: Operation) -> Mapping[str, Mapping[str, Any]]:
        schemas = self.session.api.schemas
        return schemas.properties(operation.body) if operation.body is not None else {}

    def _named(self, operation: Operation, name: str) -> str | None:
        """Return `user` for a field that names somebody by what they log in with."""
        api = self.session.api
        names = name.lower() in ("username", "email", "user_email", "user_name")
        about = is_user(self.resource(operation)) and not operation.path_names
        if not names or not self.session.people or password_fields(api, operation) or about:
            return None
        if self._has_field(operation, name):
            return None
        return "user" if operation.secured or operation.path_names else None

    def _has_field(self, operation: Operation, name: str) -> bool:
        """Tell whether a field is one of the object itself, such as the address of a customer."""
        about = self.resource(operation)
        table = table_of(self.session.oracle, about)
        if table is not None:
            return name in table.columns
        makers = self.creators(about) if operation.method in ("PUT", "PATCH") else ()
        return any(name in self._fields(one) for one in makers)

    def referred(self, name: str, schema: Mapping[str, Any]) -> str | None:
        """Return what a field names by id, if that can be made."""
        found = noun_of_reference(name)
        kind = schema.get("items", schema) if is_array(schema) else schema
        kind = self.session.api.schemas.whole(kind)
        if found is None and kind.get("format") == "uuid":
            found = noun(name)
        if found == "parent" or kind.get("type") not in (None, "string", "integer"):
            return None
        if found is None:
            return self._by_foreign_key(name)
        if self.creators(found) or self.is_account(found):
            return found
        stem = found.rpartition("_")[2]
        return stem if self.creators(stem) else self._kept(name, found)

    def _kept(self, name: str, found: str) -> str | None:
        """Return what a field names that only the database has: by its foreign key, or its name."""
        named = found if table_of(self.session.oracle, found) else None
        return self._by_foreign_key(name) or named

    def _by_foreign_key(self, name: str) -> str | None:
        """Return what every column of a field's name refers to."""
        target = referred_table(self.session.oracle, name)
        return noun(target.name.rpartition(".")[2]) if target else None

    def is_account(self, kind: str) -> bool:
        """Tell whether a kind of object is users, of whom there are some.

        What is called like people is not, where it is made without a password: nobody logs in as
        the author of a book, or as a customer in somebody's files.
        """
        if not is_user(kind) or not self.session.people:
            return False
        makers = (one for one in self.creators(kind) if one.method == "POST")
        return all(password_fields(self.session.api, one) for one in makers)

    def is_listed(self, kind: str) -> bool:
        """Tell whether a list shows objects of a kind, which nothing makes."""
        return any(
            one.method == "GET" and not one.path_names and self.resource(one) == kind
            for one in self._operations()
        )

    def resource(self, operation: Operation) -> str:
        """Return what an operation is about; `/posts/{id}/publish` is about a post."""
        key = ("about", operation.key)
        if key not in self._known:
            self._known[key] = (self._resource(operation),)
        return str(self._known[key][0])

    def _kind(self, operation: Operation, name: str) -> str:
        """Return what a parameter of the path identifies: `/menu/{item_id}` what `/menu` makes."""
        found = noun_of_parameter(operation, name)
        if self.creators(found) or self.is_account(found):
            return found
        before = operation.path.split(f"{{{name}")[0].strip("/").split("/")
        far = len(before) if is_bare(name) else 1  # `/invoices/data/{id}` is of an invoice
        for segment in reversed(before[-far:]):
            above = noun_of_segment(segment) if segment else None
            if segment.startswith("{"):
                break
            if above and self.creators(above):
                return above
        return found

    def _resource(self, operation: Operation) -> str:
        if operation.path_names and operation.path.rstrip("/").endswith("}"):
            return self._kind(operation, operation.path_names[-1])
        found = noun_of_operation(operation)
        if operation.method == "GET" and not operation.path_names:
            return self._above(operation, found) or found
        if operation.path_names and not operation.path.rstrip("/").endswith("}"):
            known = {
                noun_of_parameter(one, n) for one in self._operations() for n in one.path_names
            }
            if found not in known and not self._has_rows(operation):
                return self._kind(operation, operation.path_names[-1])
        return found

    def _above(self, operation: Operation, found: str) -> str | None:
        """Return what is made where a path only says which of them: `/animals/heavy`."""
        if self.creators(found) or self.is_account(found) or table_of(self.session.oracle, found):
            return None
        above = noun_of_segment(operation.segments[-2]) if len(operation.segments) > 1 else None
        return above if above and self.creators(above) else None

    def _has_rows(self, operation: Operation) -> bool:
        """Tell whether a path is a collection: it can be listed and added to."""
        methods = {one.method for one in self._operations() if one.path == operation.path}
        return {"GET", "POST"} <= methods

    def _operations(self) -> tuple[Operation, ...]:
        return self.session.api.operations

    def creators(self, kind: str, under: Operation | None = None) -> tuple[Operation, ...]:
        """Return the operations that make objects of a kind, those above a path first."""
        key = (kind, under.key if under else None, "made")
        if key not in self._known:
            self._known[key] = self._creators(kind, under)
        return self._known[key]

    def _creators(self, kind: str, under: Operation | None) -> tuple[Operation, ...]:
        found = [one for one in self._operations() if self._creates(one, kind)]
        if under is None:
            found.sort(key=lambda one: (len(one.path_names), len(one.path)))
        else:
            found.sort(key=lambda one: (-_shared(one, under), len(one.path_names)))
        found.sort(key=lambda one: _needs(one, kind))  # it links a label that is there, made none
        return tuple(found)

    def _creates(self, one: Operation, kind: str) -> bool:
        if one.method not in ("POST", "PUT") or one is self.registration:
            return False
        last = one.segments[-1] if one.segments else ""
        if last.startswith("{") or _BULK.search(last):
            return False
        found = noun_of_segment(last)
        if found is None:
            before = [noun_of_segment(part) for part in one.segments[:-1]]
            found = next((part for part in reversed(before) if part), None)
        return found == kind and (
            one.method == "POST" or "create" in one.path or self._has_items(one)
        )

    def _has_items(self, one: Operation) -> bool:
        """Tell whether a path is that of a collection, whose items have paths below it."""
        below = one.path.rstrip("/") + "/{"
        return any(
            other.path.startswith(below) and other.path.rstrip("/").endswith("}")
            for other in self._operations()
        )


def _needs(one: Operation, kind: str) -> bool:
    """Tell whether an operation must be given an object of a kind, which so is there before."""
    required = (one.body or {}).get("required", ())
    return any(noun_of_reference(name) == kind for name in required)


def _shared(one: Operation, under: Operation) -> int:
    """Count the first parts that two paths have in common."""
    count = 0
    for mine, theirs in zip(one.segments, under.segments, strict=False):
        if mine != theirs and not (mine.startswith("{") and theirs.startswith("{")):
            break
        count += 1
    return count if count == len(one.segments) else 0
