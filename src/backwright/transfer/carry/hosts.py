"""How an exemplar's code speaks to its database: session, queries, what it says of a missing row."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import libcst as cst
import libcst.matchers as m

from backwright.spec.names import Names
from backwright.transfer.carry.marks import code_of
from backwright.transfer.carry.types import Import, Parent
from backwright.transfer.rename import RenameCode, Renaming

_SESSION = re.compile(r"\b((?:self\.)?_?\w*(?:session|db)\w*(?:\.session)?)\.")
_CALLS = ("query", "exec", "scalars", "scalar", "execute", "get")
_SELECTS = {"exec": "sqlmodel", "scalars": "sqlalchemy", "execute": "sqlalchemy"}


@dataclass(frozen=True)
class Store:
    """A session in a function: its expression, whether it is awaited, how it is asked."""

    session: str
    is_async: bool
    way: str

    def rows(self, model: str, key: str, ids: str, condition: str = "") -> str:
        """Return the expression that gives the rows with these ids."""
        where = f"{model}.{key}.in_({ids}){condition}"
        if self.way == "query":
            return f"{self.session}.query({model}).filter({where}).all()"
        asked = f"{self.session}.{self.way}(select({model}).where({where}))"
        asked = f"(await {asked})" if self.is_async else asked
        if self.way == "execute":
            asked += ".scalars()"
        return f"{asked}.all()"

    def row(self, model: str, id_: str) -> str:
        """Return the expression that gives the row with this id, or None."""
        asked = f"{self.session}.get({model}, {id_})"
        if self.way == "query":
            return f"{self.session}.query({model}).get({id_})"
        return f"await {asked}" if self.is_async else asked

    @property
    def imports(self) -> frozenset[Import]:
        """What the expressions need."""
        if self.way == "query":
            return frozenset()
        return frozenset({("sqlmodel" if self.way == "exec" else "sqlalchemy", "select")})


def store_of(node: cst.FunctionDef, parts: Iterable[str]) -> Store | None:
    """Return the session that a function has, asked in the way that the exemplar's code asks.

    Args:
        node: the function.
        parts: all code of the exemplar.
    """
    code = code_of(node)
    found = re.search(
        _SESSION.pattern + r"(?:add|commit|flush|refresh|query|exec|scalar|get)\w*\(", code
    )
    if found is None:
        return None
    session = found[1]
    is_async = re.search(rf"await\s+{re.escape(session)}\.", code) is not None
    whole = "\n".join([code, *parts])
    for way in ("query", "exec", "scalars", "execute"):
        if re.search(rf"{re.escape(session.rpartition('.')[2])}\.{way}\(", whole):
            return Store(session, is_async, way)
    return Store(session, is_async, "scalars")


def missing(
    trees: Sequence[cst.Module], old: Names, parent: Parent, known: frozenset[str]
) -> cst.Raise | None:
    """Return the statement that says that a parent's row is not there, as the exemplar says it.

    Args:
        trees: the exemplar's parts, renamed; the first that says it is followed.
        old: the name that they say it of.
        parent: whose row is missing.
        known: the names that the project defines: an error class of the parent's own is used only
            if there is one.
    """
    for tree in trees:
        for node in m.findall(
            tree, m.If(body=m.IndentedBlock(body=[m.SimpleStatementLine(body=[m.Raise()])]))
        ):
            if not isinstance(node, cst.If) or not _is_absence(node.test):
                continue
            raised = cst.ensure_type(node.body.body[0], cst.SimpleStatementLine).body[0]
            made = _of_parent(cst.ensure_type(raised, cst.Raise), old, parent)
            if made is not None and _is_known(made, old, parent, known):
                return made
    return None


def _is_absence(test: cst.BaseExpression) -> bool:
    code = code_of(test)
    return re.fullmatch(r"not \w+|\w+ (is|==) None", code) is not None


def _of_parent(node: cst.Raise, old: Names, parent: Parent) -> cst.Raise | None:
    code = code_of(node)
    if not re.search(
        r"404|NOT_FOUND|[Nn]ot_?\s?[Ff]ound|[Mm]issing|[Dd]oes ?n[o']t [Ee]xist|no such", code
    ):
        return None
    made = node.visit(RenameCode(Renaming(((old, parent.names),))))
    assert isinstance(made, cst.Raise)  # noqa: S101
    return made


def _is_known(made: cst.Raise, old: Names, parent: Parent, known: frozenset[str]) -> bool:
    """An error class named after the parent must be there; a text may say any name."""
    raised = made.exc.func if isinstance(made.exc, cst.Call) else made.exc
    name = code_of(raised) if raised is not None else ""
    own = Renaming(((parent.names, old),))
    return not own.finds(name) or name in known
