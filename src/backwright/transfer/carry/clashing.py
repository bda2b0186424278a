"""What a clash of unique values answers, where the exemplar has none and so does not look.

The database refuses the second row; without a word about that the client gets a 500.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass

import libcst as cst
import libcst.matchers as m

from backwright.spec.types import FieldSpec
from backwright.transfer.carry.handing import Sites, hands_out
from backwright.transfer.carry.hosts import session_of
from backwright.transfer.carry.items import replaced
from backwright.transfer.carry.marks import code_of
from backwright.transfer.carry.mentions import purpose
from backwright.transfer.carry.sites import Site
from backwright.transfer.carry.types import Facts
from backwright.transfer.carry.values import Work

_CODE = ("service", "routes", "other")
_CHECKED = re.compile(
    r"\b(already|duplicate|taken|conflict|[45]09|IntegrityError|SQLAlchemyError)\b"
    r"|(?<!not )\bexists\b|except Exception",
    re.IGNORECASE,
)
_CONFLICT = re.compile(r"(Conflict|AlreadyExist|Duplicate)\w*$", re.IGNORECASE)
_EXECUTED = re.compile(r"^\s*(?:\w+ = )?(?:await )?[\w.]+\.exec(?:ute)?\(\s*(?:update|insert)\(")
_TOLD = m.SimpleString() | m.ConcatenatedString()
_SILENT = m.SimpleStatementLine([m.ImportFrom() | m.Import() | m.Expr(_TOLD)])
_WRITES = m.SimpleStatementLine([m.Expr(m.Await(m.Call()) | m.Call())])


def answer_clashes(
    works: Sequence[Work],
    trees: Sequence[cst.Module],
    before: Sites,
    sites: Sites,
    written: Collection[str] = (),
) -> list[cst.Module]:
    """Return modules in which what commits a row with a unique value answers a clash.

    Where the exemplar's code speaks of clashes in its own way, only what is none of its own is
    changed. Where a shared class makes or changes rows, it is its call that answers, unless that
    class looks itself.

    Args:
        works: the parts.
        trees: their code.
        before: where rows were made and changed before links were set, which may commit, too.
        sites: where they are made and changed.
        written: the handlers that the exemplar has not got.
    """
    facts = works[0].facts if works else None
    if facts is None or not any(_is_unique(field) for field in facts.new_fields):
        return list(trees)
    codes = [t.code for w, t in zip(works, trees, strict=True) if _speaks(w, t)]
    speaks = any(_CHECKED.search(_answering(t)) for t in _code_trees(works, trees, written))
    if speaks and not written:
        return list(trees)
    made = []
    for work, tree in zip(works, trees, strict=True):
        answer = _answer(facts, codes, tree)
        guard = _Guard(answer, _handed(work, before, sites), written if speaks else None)
        changed = tree.visit(guard) if work.part.role in _CODE else tree
        if guard.found:
            work.imports |= {("sqlalchemy.exc", "IntegrityError"), *answer.imports}
        made.append(changed)
    return made


def _speaks(work: Work, tree: cst.Module) -> bool:
    """Tell whether a part serves requests, or commits rows by another name than a service's."""
    return work.part.role in _CODE[:2] or (work.part.role == "other" and ".commit()" in tree.code)


def _code_trees(
    works: Sequence[Work], trees: Sequence[cst.Module], written: Collection[str]
) -> list[cst.Module]:
    """Return what is the exemplar's own code of services and routes."""
    return [
        t.with_changes(body=[s for s in t.body if not _is_written(s, written)])
        for w, t in zip(works, trees, strict=True)
        if _speaks(w, t)
    ]


def _is_written(node: cst.BaseStatement, written: Collection[str]) -> bool:
    return isinstance(node, cst.FunctionDef) and node.name.value in written


def _answering(tree: cst.Module) -> str:
    """Return code without what only passes errors on: it rolls back, or says so, and raises again.

    Nor does what is imported, or told in a docstring, answer anything.
    """

    def kept(node: cst.CSTNode) -> cst.CSTNode | None:
        if m.matches(node, _SILENT):
            return cst.SimpleStatementLine([cst.Pass()])
        if not isinstance(node, cst.Try):
            return None
        return cst.If(cst.Name("True"), node.body) if _passes_on(node) else None

    return code_of(replaced(tree, kept))


def _passes_on(node: cst.Try) -> bool:
    """Tell whether all errors of a `try` are raised again as they are: `raise`, `raise error`."""
    return bool(node.handlers) and all(_lets_go(handler) for handler in node.handlers)


def _lets_go(handler: cst.ExceptHandler) -> bool:
    last = handler.body.body[-1] if isinstance(handler.body, cst.IndentedBlock) else None
    small = last.body[0] if isinstance(last, cst.SimpleStatementLine) else None
    if not isinstance(small, cst.Raise):
        return False
    caught = code_of(handler.name.name) if handler.name else ""
    return small.exc is None or code_of(small.exc) == caught


def _handed(work: Work, before: Sites, sites: Sites) -> list[Site]:
    """Return where a shared class does the work and commits it, and does not look for clashes."""
    path = work.part.path
    commits = {s.node.name.value for s in before.get(path, ()) if ".commit()" in code_of(s.node)}
    return [
        site
        for site in sites.get(path, ())
        if hands_out(sites, work, site) and site.node.name.value not in commits
        if not _is_guarded(work.facts, site)
    ]


def _is_guarded(facts: Facts, site: Site) -> bool:
    """Tell whether what a body is handed to catches the database's errors by itself."""
    called = re.findall(r"(\w+)\(", code_of(site.at))
    return bool(facts.guarded & set(called))


def _is_unique(field: FieldSpec) -> bool:
    return field.unique and field.kind != "many"


@dataclass(frozen=True, slots=True)
class _Answer:
    """The exception that is raised, and what it needs."""

    code: str
    imports: frozenset[tuple[str, str]]


def _answer(facts: Facts, codes: Sequence[str], tree: cst.Module) -> _Answer:
    """Return what the host would raise: its own conflict, else as its other errors are said."""
    human = facts.new.human
    refers = any(field.kind == "ref" for field in facts.new_fields)
    more = ", or refers to what does not" if refers else ""
    text = f'"{human[:1].upper()}{human[1:]} already exists{more}"'
    if own := _own_conflict(facts, codes, text):
        return own
    said = re.search(r"HTTPException\([^()]*?detail=\{\s*[\"'](\w+)[\"']:", "\n".join(codes))
    detail = f'{{"{said[1]}": {text}}}' if said else text
    named = bool(re.search(r"\bstatus\.HTTP_", tree.code))
    status = "status.HTTP_409_CONFLICT" if named else "409"
    code = f"HTTPException(status_code={status}, detail={detail})"
    return _Answer(code, frozenset({("fastapi", "HTTPException")}))


def _own_conflict(facts: Facts, codes: Sequence[str], text: str) -> _Answer | None:
    """Return the host's own exception for a clash, if another of its module is raised with a text."""
    for name, module in facts.known.items():
        if not _CONFLICT.search(name):
            continue
        for sibling in (other for other, home in facts.known.items() if home == module):
            raised = re.search(rf"raise {sibling}\((detail=|message=|)f?[\"']", "\n".join(codes))
            if raised:
                return _Answer(f"{name}({raised[1]}{text})", frozenset({(module, name)}))
    return None


class _Guard(cst.CSTTransformer):
    """Put `try` around the commits of functions that make and change rows.

    Where a function hands its body to a shared class, that call is what may clash.
    """

    def __init__(
        self, answer: _Answer, handed: Sequence[Site], only: Collection[str] | None
    ) -> None:
        super().__init__()
        self.answer = answer
        self.only = only
        self.handed = {id(site.node): site for site in handed}
        self._calls: list[Site | None] = []
        self.found = False
        self._owners: list[str] = []
        self._writes: list[bool] = []
        self._flushes: list[bool] = []
        self._tries = 0
        self._made: list[cst.BaseStatement] = []

    def visit_ClassDef(self, node: cst.ClassDef) -> None:
        self._owners.append(node.name.value)

    def leave_ClassDef(
        self, original_node: cst.ClassDef, updated_node: cst.ClassDef
    ) -> cst.ClassDef:
        self._owners.pop()
        return updated_node

    def visit_FunctionDef(self, node: cst.FunctionDef) -> None:
        self._calls.append(self.handed.get(id(node)))
        is_meant = self.only is None or node.name.value in self.only
        does = purpose(node, "".join(self._owners[-1:]))
        self._writes.append(is_meant and does in ("make", "change"))
        self._flushes.append(".flush()" in code_of(node))

    def leave_FunctionDef(
        self, original_node: cst.FunctionDef, updated_node: cst.FunctionDef
    ) -> cst.FunctionDef:
        self._writes.pop()
        self._flushes.pop()
        self._calls.pop()
        return updated_node

    def visit_Try(self, node: cst.Try) -> None:
        self._tries += 1

    def leave_Try(self, original_node: cst.Try, updated_node: cst.Try) -> cst.Try:
        """Answer a clash before a handler that would let it go on."""
        self._tries -= 1
        if self._tries or not self._writes or not self._writes[-1] or self._calls[-1]:
            return updated_node
        lines = [
            line
            for line in original_node.body.body
            if isinstance(line, cst.SimpleStatementLine) and self._session(line)
        ]
        if not lines or not _passes_on(original_node):
            return updated_node
        guarded = self._guarded(lines[0], self._session(lines[0]) or "")
        return updated_node.with_changes(handlers=[*guarded.handlers, *updated_node.handlers])

    def leave_IndentedBlock(
        self, original_node: cst.IndentedBlock, updated_node: cst.IndentedBlock
    ) -> cst.IndentedBlock:
        """A statement that is executed right before it is committed is refused there already."""
        body: list[cst.BaseStatement] = []
        for statement in updated_node.body:
            if statement in self._made and body and _EXECUTED.search(code_of(body[-1])):
                body.append(_taking_in(body.pop(), cst.ensure_type(statement, cst.Try)))
            else:
                body.append(statement)
        return updated_node.with_changes(body=body)

    def leave_SimpleStatementLine(
        self, original_node: cst.SimpleStatementLine, updated_node: cst.SimpleStatementLine
    ) -> cst.SimpleStatementLine | cst.Try:
        if self._tries or not self._writes or not self._writes[-1]:
            return updated_node
        call = self._calls[-1]
        session = session_of(call.node) if call else self._session(original_node)
        if session is None or (call and original_node is not call.at):
            return updated_node
        guarded = self._guarded(original_node, session)
        inner = updated_node.with_changes(leading_lines=[])
        made = guarded.with_changes(
            body=guarded.body.with_changes(body=[inner]), leading_lines=updated_node.leading_lines
        )
        self._made.append(made)
        return made

    def _session(self, line: cst.SimpleStatementLine) -> str | None:
        """Return the session whose rows a statement writes, which may clash there."""
        return _session_that(line, "flush" if self._flushes[-1] else "commit")

    def _guarded(self, line: cst.SimpleStatementLine, session: str) -> cst.Try:
        """Return a `try` that answers a clash; whoever commits what is flushed rolls it back."""
        self.found = True
        waits = "await " if "await " in code_of(line) else ""
        back = "" if self._flushes[-1] else f"    {waits}{session}.rollback()\n"
        guarded = cst.parse_statement(
            f"try:\n    pass\nexcept IntegrityError as error:\n{back}"
            f"    raise {self.answer.code} from error\n"
        )
        assert isinstance(guarded, cst.Try)  # noqa: S101 - so it is written above
        return guarded


def _taking_in(statement: cst.BaseStatement, guarded: cst.Try) -> cst.Try:
    """Return a `try` that begins with the statement before it."""
    lines = getattr(statement, "leading_lines", ())
    first = statement.with_changes(leading_lines=[])
    inner = guarded.body.with_changes(body=[first, *guarded.body.body])
    return guarded.with_changes(body=inner, leading_lines=lines)


def _session_that(line: cst.SimpleStatementLine, verb: str) -> str | None:
    """Return the session that a statement commits or flushes, as code."""
    if not m.matches(line, _WRITES):
        return None
    call = cst.ensure_type(line.body[0], cst.Expr).value
    call = call.expression if isinstance(call, cst.Await) else call
    function = cst.ensure_type(call, cst.Call).func
    if not m.matches(function, m.Attribute(attr=m.Name(verb))):
        return None
    return code_of(cst.ensure_type(function, cst.Attribute).value)
