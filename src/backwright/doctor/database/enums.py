"""Enums whose names are stored where the database's type has their values, and types that lag behind."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from backwright.doctor.edits import with_argument
from backwright.doctor.evidence import Evidence
from backwright.doctor.registry import diagnosis
from backwright.doctor.sources import last_name, literal
from backwright.report.doctor_types import Cause, Repair
from backwright.values import Place

_PROOF = "repeat the request"
_BOTH = r"invalid input value for enum \"?(?P<type>\w+)\"?: \"(?P<value>[^\"]*)\""
_OUT = r"LookupError: '(?P<value>[^']*)' is not among the defined enum values\. Enum name: (?P<type>\w+)"


@diagnosis
def enum_value(evidence: Evidence) -> Iterator[Cause]:
    """Tell whether an enum's names are stored for its values, or its type has not grown with it."""
    for ground, raised, match in evidence.raised(f"{_BOTH}"):
        value, kind = match["value"], match["type"]
        owner = _named(evidence, value)
        if owner is not None and not _is_in_migrations(evidence, value):
            yield _names_stored(evidence, ground.number, ground.count, raised.text, value, owner)
            continue
        yield Cause(
            "database", "enum-value",
            f"the database's type {kind} does not know {value}"
            + (": the Python enum has grown without a migration" if _valued(evidence, value) else
               ": no enum of the project has it either, and the schema lets it through"),
            (raised.text.split("\n", 1)[0],), ground.place,
            f"ALTER TYPE {kind} ADD VALUE '{value}' in a migration" if _valued(evidence, value) else
            "declare the field with the enum, so that it is refused before", _PROOF,
            failure=ground.number, count=ground.count,
        )  # fmt: skip
    for ground, raised, match in evidence.raised(_OUT):
        owner = next(
            (one for one in _enums(evidence) if match["value"] in _members(one[1]).values()), None
        )
        if owner is not None:
            yield _names_stored(
                evidence, ground.number, ground.count, raised.text, match["value"], owner
            )


def _names_stored(
    evidence: Evidence, number: int, count: int, said: str, value: str, owner: tuple[str, ast.ClassDef]
) -> Cause:  # fmt: skip
    file, cls = owner
    call = _column(evidence, cls.name)
    return Cause(
        "database", "enum-names",
        f"SQLAlchemy stores the names of {cls.name}, and the database's type has its values: they meet at {value}",
        (said.split("\n", 1)[0],),
        Place(call[0], call[1].lineno) if call else Place(file, cls.lineno),
        "Enum(…, values_callable=lambda kind: [one.value for one in kind])", _PROOF,
        repairs=_by_value(evidence, call) if call else (), failure=number, count=count,
    )  # fmt: skip


def _enums(evidence: Evidence) -> Iterator[tuple[str, ast.ClassDef]]:
    for file in evidence.sources.own:
        if "Enum" in evidence.sources.text(file):
            for node in evidence.sources.nodes(file):
                if isinstance(node, ast.ClassDef) and any(
                    "Enum" in last_name(b) for b in node.bases
                ):
                    yield file, node


def _members(cls: ast.ClassDef) -> dict[str, object]:
    return {
        last_name(one.targets[0]): literal(one.value)
        for one in cls.body if isinstance(one, ast.Assign) and len(one.targets) == 1
    }  # fmt: skip


def _named(evidence: Evidence, name: str) -> tuple[str, ast.ClassDef] | None:
    """Return the enum with a member of a name whose value is another."""
    return next((one for one in _enums(evidence) if _members(one[1]).get(name, name) != name), None)


def _valued(evidence: Evidence, value: str) -> bool:
    return any(value in (*_members(cls).values(), *_members(cls)) for _, cls in _enums(evidence))


def _is_in_migrations(evidence: Evidence, name: str) -> bool:
    """Tell whether a migration makes a type that has a name among its labels."""
    facts = evidence.project.migrations
    pattern = re.compile(rf"""["']{re.escape(name)}["']""")
    return facts is not None and any(
        pattern.search(evidence.sources.text(one))
        for one in evidence.sources.python if one.startswith(f"{facts.folder}/")
    )  # fmt: skip


def _column(evidence: Evidence, enum: str) -> tuple[str, ast.Call] | None:
    """Return the column type that is made of an enum."""
    for file, call in evidence.sources.calls(
        "Enum", "ENUM", "SQLEnum", "SAEnum", "SqlEnum", "PgEnum"
    ):
        if call.args and last_name(call.args[0]) == enum:
            return file, call
    return None


def _by_value(evidence: Evidence, call: tuple[str, ast.Call]) -> tuple[Repair, ...]:
    if any(one.arg == "values_callable" for one in call[1].keywords):
        return ()
    words = "values_callable=lambda kind: [one.value for one in kind]"
    return with_argument(evidence, call[0], call[1], words)
