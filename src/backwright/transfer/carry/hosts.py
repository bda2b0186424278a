"""How an exemplar's code speaks to its database: session, queries, what it says of a missing row."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import libcst as cst
import libcst.matchers as m

from backwright.spec.names import Names
from backwright.transfer.carry.marks import code_of
from backwright.transfer.carry.types import Import, Parent
from backwright.transfer.rename import RenameCode, Renaming

_SESSION = re.compile(r"(?<![\w.])((?:\w+\.)*_?\w*(?:session|db|database)\w*(?:\.session)?)\.")


@dataclass(frozen=True)
class Store:
    """A session in a function: its expression, whether it is awaited, how it is asked."""

    session: str
    is_async: bool
    way: str
    distinct: bool = False  # rows come with others joined to them, once for each
    typed: bool = False  # a type checker looks on: to it, what `.all()` gives is no list

    def rows(self, model: str, key: str, ids: str, condition: str = "") -> str:
        """Return the expression that gives the rows with these ids."""
        where = f"{model}.{key}.in_({ids}){condition}"
        if self.way == "query":
            return f"{self.session}.query({model}).filter({where}).all()"
        if self.way == "fetch_all":
            return f"(await {self.session}.fetch_all(select({model}).where({where})))"
        asked = f"{self.session}.{self.way}(select({model}).where({where}))"
        asked = f"(await {asked})" if self.is_async else asked
        if self.way == "execute":
            asked += ".scalars()"
        found = f"{asked}.unique().all()" if self.distinct else f"{asked}.all()"
        return f"list({found})" if self.typed else found

    def row(self, model: str, key: str, id_: str) -> str:
        """Return the expression that gives the row with this id, or None."""
        if self.way == "fetch_all":
            return f"await {self.session}.fetch_one(select({model}).where({model}.{key} == {id_}))"
        asked = f"{self.session}.get({model}, {id_})"
        if self.way == "query":
            return f"{self.session}.query({model}).filter({model}.{key} == {id_}).first()"
        return f"await {asked}" if self.is_async else asked

    @property
    def row_imports(self) -> frozenset[Import]:
        """What the expression of one row needs."""
        return self.imports if self.way == "fetch_all" else frozenset()

    @property
    def imports(self) -> frozenset[Import]:
        """What the expressions of rows need."""
        if self.way == "query":
            return frozenset()
        return frozenset({("sqlmodel" if self.way == "exec" else "sqlalchemy", "select")})


_ASKS = r"(?:commit|flush|refresh|exec|execute|fetch_all|fetch_one|scalars?|get|query)"


def store_of(
    node: cst.FunctionDef, parts: Sequence[str], *, asynchronous: bool = False
) -> Store | None:
    """Return the session that a function has and can ask, in the way that the exemplar's code asks.

    Args:
        node: the function.
        parts: all code of the exemplar.
        asynchronous: whether the project's sessions are awaited, where its code does not show it.
    """
    code = code_of(node)
    session = next(_sessions(code), None) or session_of(node) or _from_another(code, parts[:1])
    if session is None:
        return None
    name = re.escape(session.rpartition(".")[2])
    whole = "\n".join([code, *parts])
    is_async = re.search(rf"await\s+(?:\w+\.)*{name}\.", whole) is not None
    is_async = is_async or (asynchronous and not re.search(rf"\b{name}\.{_ASKS}\(", whole))
    if is_async and node.asynchronous is None:
        return None  # what has to be awaited cannot be asked here
    if re.search(rf"\b{name}\.fetch_(?:all|one)\(", whole):  # the library `databases`
        return Store(session, is_async=True, way="fetch_all")
    for way in ("query", "exec", "scalars", "execute"):
        if re.search(rf"\b{name}\.{way}\(", whole):
            return Store(session, is_async, way)
    return Store(session, is_async, "scalars")


def _sessions(code: str) -> Iterator[str]:
    """Yield the expressions of which rows are asked, or by which they are kept."""
    calls = r"(?:add|add_all|commit|delete|exec|execute|flush|get|query|refresh|scalars?|stream)\("
    yield from (found[1] for found in re.finditer(_SESSION.pattern + calls, code))


def _from_another(code: str, parts: Sequence[str]) -> str | None:
    """Return the session of another function, where this one can have it by the same words."""
    for session in (found for part in parts for found in _sessions(part)):
        root, _, rest = session.partition(".")
        if rest and re.search(rf"\bas {root}\b|\b{root} = |\b{root}\.", code):
            return session
    return None


def session_of(node: cst.FunctionDef) -> str | None:
    """Return the parameter by which a function is given a session."""
    for param in (*node.params.params, *node.params.kwonly_params):
        kind = code_of(param.annotation.annotation) if param.annotation else ""
        if re.search(r"Session", kind) or param.name.value in (
            "session",
            "db",
            "database",
            "db_session",
        ):
            return param.name.value
    return None


_RAISE = m.SimpleStatementLine(body=[m.Raise()])
_RETURN = m.SimpleStatementLine(body=[m.Return()])
_RAISING = m.If(body=m.IndentedBlock(body=[m.SimpleStatementLine(body=[m.Raise()])]))


@dataclass(frozen=True)
class Refusal:
    """What is raised: the code, and the imports that it needs in another module."""

    code: str
    imports: frozenset[Import] = frozenset()


def missing(
    trees: Sequence[cst.Module], old: Names, parent: Parent, known: Mapping[str, str]
) -> Refusal | None:
    """Return what says that a parent's row is not there, as the exemplar says it of its own.

    Args:
        trees: the exemplar's parts, renamed, the one that it is for first.
        old: the name that they say it of.
        parent: whose row is missing.
        known: the classes that the project defines, and their modules: an error class of the
            parent's own is used only if there is one.
    """
    for index, tree in enumerate(trees):
        for raised in _refusals(tree):
            made = _of_parent(raised, old, parent)
            imports = frozenset() if index == 0 else imports_of(made, tree)
            imports = _of_its_own(made, tree, known) or imports
            if made is not None and _names(made) - _names(raised) - set(known):
                continue  # texts of the parent's own that nobody has written
            if made is not None and imports is not None and _is_known(made, old, parent, known):
                return Refusal(code_of(made), imports)
    return None


def _refusals(tree: cst.Module) -> Iterator[cst.Raise]:
    """Yield what is raised where there is no row: `if not item: raise …`, or at the end of `if item`."""
    for node in m.findall(tree, _RAISING):
        if isinstance(node, cst.If) and _is_absence(node.test):
            yield _raised(node)
    for node in m.findall(tree, m.IndentedBlock(body=[m.AtLeastN(n=1), m.If(), _RAISE])):
        *_, found, last = cst.ensure_type(node, cst.IndentedBlock).body
        is_given = isinstance(found, cst.If) and isinstance(found.test, cst.Name)
        if is_given and m.matches(found.body, m.IndentedBlock([m.ZeroOrMore(), _RETURN])):  # type: ignore[attr-defined]
            yield cst.ensure_type(cst.ensure_type(last, cst.SimpleStatementLine).body[0], cst.Raise)


def _names(node: cst.Raise) -> set[str]:
    """Return the classes that a statement speaks of."""
    found = {n.value for n in m.findall(node, m.Name()) if isinstance(n, cst.Name)}
    return {name for name in found if name[:1].isupper()}


def _of_its_own(
    made: cst.Raise | None, tree: cst.Module, known: Mapping[str, str]
) -> frozenset[Import]:
    """Return what brings an error class of the parent's own, which the exemplar's code has not."""
    name = _raised_name(made) if made else ""
    is_there = re.search(
        rf"^(?:from|import)\b.*\b{name}\b|^class {name}\b", tree.code, re.MULTILINE
    )
    return frozenset({(known[name], name)}) if name in known and not is_there else frozenset()


def _raised_name(made: cst.Raise) -> str:
    raised = made.exc.func if isinstance(made.exc, cst.Call) else made.exc
    return code_of(raised) if raised is not None else ""


def guard(trees: Sequence[cst.Module], owner: str) -> tuple[str, str] | None:
    """Return the test and the refusal by which the exemplar keeps others from a row.

    In the test, `{row}` stands for the row and its owner column.
    """
    for tree in trees:
        for node in m.findall(tree, _RAISING):
            if not isinstance(node, cst.If) or "!=" not in code_of(node.test):
                continue
            test, count = re.subn(rf"\b\w+\.{owner}\b", "{row}", code_of(node.test))
            if count == 1 and "{row} !=" in test:
                return test, code_of(_raised(node))
    return None


def _raised(node: cst.If) -> cst.Raise:
    line = cst.ensure_type(node.body.body[0], cst.SimpleStatementLine)
    return cst.ensure_type(line.body[0], cst.Raise)


def imports_of(node: cst.CSTNode | None, tree: cst.Module) -> frozenset[Import] | None:
    """Return what a statement needs that a module imports; None if it cannot be had elsewhere."""
    if node is None:
        return None
    names = {n.value for n in m.findall(node, m.Name()) if isinstance(n, cst.Name)}
    found: set[Import] = set()
    for line in tree.body:
        small = line.body[0] if isinstance(line, cst.SimpleStatementLine) else None
        if not isinstance(small, cst.ImportFrom) or isinstance(small.names, cst.ImportStar):
            continue
        for alias in small.names:
            local = code_of(alias.asname.name if alias.asname else alias.name)
            if local in names and (small.relative or alias.asname):
                return None
            if local in names and small.module is not None:
                found.add((code_of(small.module), local))
    return frozenset(found)


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


def _is_known(made: cst.Raise, old: Names, parent: Parent, known: Mapping[str, str]) -> bool:
    """An error class named after the parent must be there; a text may say any name."""
    name = _raised_name(made)
    own = Renaming(((parent.names, old),))
    return not own.finds(name) or name in known


def owner_value(node: cst.FunctionDef, column: str) -> str | None:
    """Return what a function gives a column, compares it with, or has it as a parameter of."""
    if m.findall(node, m.AssignTarget(target=m.Name(column))):
        return column
    plain = r"([\w.]+(?:\[[^\]]+\])?)(?![\w.(\[])"
    code = code_of(node)
    for pattern in (
        rf"\b{column}\s*=(?!=)\s*{plain}",
        rf"[\"']{column}[\"']\s*:\s*{plain}",
        rf"\.{column}\s*[!=]=\s*{plain}",
        rf"\b({column})\s*:\s*\w+(?=[,)=\s])",
    ):
        match = re.search(pattern, code)
        if match:
            return match[1]
    return None
