"""Sessions that are not given back, not rolled back, or used after their end."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from backwright.doctor.database.loading import loaded_with
from backwright.doctor.edits import finished
from backwright.doctor.evidence import Evidence, Ground
from backwright.doctor.registry import diagnosis
from backwright.doctor.sources import FunctionNode, called
from backwright.doctor.validation.handlers import endpoint_of, handler_of
from backwright.report.doctor_types import Cause, Repair
from backwright.source.syntax import nodes
from backwright.values import Place

_MAKERS = re.compile(
    r"(?i)^(async)?session(local|maker|factory)?$|^(async_)?session_(maker|factory)$"
)
_PROOF = "repeat the request, several times at once"


@diagnosis
def pool(evidence: Evidence) -> Iterator[Cause]:
    """Tell who keeps connections, where the pool is empty."""
    for ground, raised, _ in evidence.raised(r"QueuePool limit of size \d+ overflow \d+ reached"):
        kept = _unclosed(evidence)
        told = (
            f"a session is opened at {kept[0]} and never closed: each call keeps a connection"
            if kept
            else "all connections of the pool are in use for longer than its timeout"
        )
        yield Cause(
            "database", "pool-exhausted", told,
            evidence=(raised.message.split("\n", 1)[0],),
            place=kept[0] if kept else ground.place,
            remedy="open it in a dependency that closes it:\n"
            "def get_session():\n    with Session(engine) as session:\n        yield session\n"
            "and use Depends(get_session)"
            if kept
            else "keep no transaction open over calls to others; raise pool_size, or use a pooler",
            proof=_PROOF, repairs=_within(evidence, kept[0]) if kept else (),
            failure=ground.number, count=ground.count,
        )  # fmt: skip


def _within(evidence: Evidence, place: Place) -> tuple[Repair, ...]:
    """Return the repair that opens a session by `with` around what follows in its block."""
    function = evidence.sources.function_at(place)
    for block in _blocks(function) if function else ():
        for number, one in enumerate(block):
            if not (
                isinstance(one, ast.Assign) and one.lineno == place.line and number + 1 < len(block)
            ):
                continue
            name = one.targets[0]
            rest = block[number + 1 :]
            given = {
                n.value.id
                for n in nodes(*rest)
                if isinstance(n, ast.Return) and isinstance(n.value, ast.Name)
            }
            if not isinstance(name, ast.Name) or name.id in given:
                return ()
            text = evidence.sources.text(place.file)
            lines = text.splitlines(keepends=True)
            waits = "async " if isinstance(function, ast.AsyncFunctionDef) else ""
            made = ast.get_source_segment(text, one.value)
            indent = " " * one.col_offset
            last = rest[-1].end_lineno or rest[-1].lineno
            inner = [
                f"    {line}" if line.strip() else line for line in lines[one.end_lineno : last]
            ]
            lines[one.lineno - 1 : last] = [f"{indent}{waits}with {made} as {name.id}:\n", *inner]
            return finished(place.file, text, "".join(lines))
    return ()


def _blocks(function: FunctionNode) -> Iterator[list[ast.stmt]]:
    yield function.body
    for one in nodes(*function.body):
        body = getattr(one, "body", None)
        if isinstance(body, list):
            yield body


def _unclosed(evidence: Evidence) -> list[Place]:
    """Return where a function opens a session that it neither closes nor hands to a `with`."""
    found = []
    for file in evidence.sources.own:
        for node in evidence.sources.nodes(file):
            if isinstance(node, FunctionNode):
                found += [Place(file, one.lineno) for one in _opened(node)]
    return found


def _opened(function: FunctionNode) -> Iterator[ast.Call]:
    inside = nodes(*function.body)
    closed = {
        one.func.value.id
        for one in inside
        if isinstance(one, ast.Call) and isinstance(one.func, ast.Attribute)
        and one.func.attr in ("close", "aclose") and isinstance(one.func.value, ast.Name)
    }  # fmt: skip
    for one in inside:
        if isinstance(one, ast.Assign) and isinstance(one.value, ast.Call):
            names = {t.id for t in one.targets if isinstance(t, ast.Name)}
            managed = any(
                isinstance(w, ast.withitem) and isinstance(w.context_expr, ast.Name)
                and w.context_expr.id in names for w in inside
            )  # fmt: skip
            if _MAKERS.match(called(one.value)) and names and not names & closed and not managed:
                yield one.value


@diagnosis
def not_rolled_back(evidence: Evidence) -> Iterator[Cause]:
    """Tell of a session that goes on after a statement has failed."""
    pattern = (
        r"PendingRollbackError|This Session's transaction has been rolled back|"
        r"current transaction is aborted"
    )
    for ground, raised, _ in evidence.raised(pattern):
        swallowed = _swallowing(evidence)
        place = swallowed or ground.place
        yield Cause(
            "database", "session-not-rolled-back",
            "the session goes on after a statement has failed"
            + (f": the `except` at {swallowed} keeps the error and does not roll back" if swallowed else
               ": one session is shared by requests, or an error was swallowed"),
            evidence=(raised.text.split("\n", 1)[0],),
            place=place,
            remedy="call session.rollback() in the except, and raise; give each request a session of "
            "its own",
            proof=_PROOF, repairs=_rolling_back(evidence, swallowed), failure=ground.number,
            count=ground.count,
        )  # fmt: skip


def _handlers(evidence: Evidence) -> Iterator[tuple[str, ast.Try, ast.ExceptHandler]]:
    for file in evidence.sources.own:
        for node in evidence.sources.nodes(file):
            if isinstance(node, ast.Try):
                yield from ((file, node, one) for one in node.handlers)


def _swallowing(evidence: Evidence) -> Place | None:
    """Return an `except` around a commit or flush that neither raises nor rolls back."""
    for file, around, handler in _handlers(evidence):
        tried = {called(one) for one in nodes(*around.body) if isinstance(one, ast.Call)}
        inside = nodes(*handler.body)
        ends = any(isinstance(one, ast.Raise) for one in inside)
        rolled = any(isinstance(one, ast.Call) and called(one) == "rollback" for one in inside)
        if tried & {"commit", "flush"} and not rolled and not ends:
            return Place(file, handler.lineno)
    return None


def _rolling_back(evidence: Evidence, place: Place | None) -> tuple[Repair, ...]:
    """Return the repair that rolls back first thing in an `except`."""
    for file, around, handler in _handlers(evidence):
        if place != Place(file, handler.lineno):
            continue
        ends = [one for one in nodes(*around.body) if isinstance(one, ast.Call)]
        for one in ends:
            owner = one.func.value if isinstance(one.func, ast.Attribute) else None
            if called(one) in ("commit", "flush") and isinstance(owner, ast.Name):
                return _with_rollback(evidence, file, handler, one, owner.id)
    return ()


def _with_rollback(
    evidence: Evidence, file: str, handler: ast.ExceptHandler, call: ast.Call, session: str
) -> tuple[Repair, ...]:
    """Return the repair that rolls back, and does not go on with what was not stored."""
    text = evidence.sources.text(file)
    lines = text.splitlines(keepends=True)
    first, last = handler.body[0], handler.body[-1]
    waits = "await " if "await " in lines[call.lineno - 1] else ""
    indent = " " * first.col_offset
    imports = None
    if not any(isinstance(one, ast.Return) for one in nodes(*handler.body)):
        answers = (
            "IntegrityError" in ast.unparse(handler.type or ast.Constant(0)) and "fastapi" in text
        )
        because = f" from {handler.name}" if handler.name else ""
        raised = f'raise HTTPException(status_code=409, detail="Already exists"){because}'
        lines.insert(last.end_lineno or last.lineno, f"{indent}{raised if answers else 'raise'}\n")
        imports = {"fastapi": {"HTTPException"}} if answers else None
    lines.insert(first.lineno - 1, f"{indent}{waits}{session}.rollback()\n")
    return finished(file, text, "".join(lines), imports)


@diagnosis
def detached(evidence: Evidence) -> Iterator[Cause]:
    """Tell of objects that are used after their session has ended."""
    pattern = r"is not bound to a Session; (?P<what>lazy load operation of attribute '(?P<name>\w+)'|attribute refresh)"
    for ground, raised, match in evidence.raised(pattern):
        name = match["name"]
        yield Cause(
            "database", "detached-instance",
            f"{name or 'an attribute'} is read after the session has ended"
            + ("" if name else ": the commit has expired what was loaded"),
            evidence=(raised.message.split("\n", 1)[0],), place=ground.place,
            remedy=f"load it with the row: select(…).options(selectinload(….{name}))" if name else
            "session.refresh(row) before the session ends, or expire_on_commit=False where it is made",
            proof="repeat the request",
            repairs=loaded_with(evidence, _handler(evidence, ground), name) if name else _kept_loaded(evidence),
            failure=ground.number, count=ground.count,
        )  # fmt: skip


def _handler(evidence: Evidence, ground: Ground) -> Place | None:
    """Return the function that answered, where the attribute is read after it."""
    found = handler_of(evidence, ground, endpoint_of(evidence, ground))
    return Place(found[0], found[1].lineno) if found else ground.place


@diagnosis
def lazily_loaded(evidence: Evidence) -> Iterator[Cause]:
    """Tell of attributes that an async session cannot load by itself."""
    for ground, raised, _ in evidence.raised(r"greenlet_spawn has not been called"):
        facts = evidence.project.database
        if facts is not None and not facts.is_async:
            continue
        attribute = _loaded(evidence, ground)
        yield Cause(
            "database", "lazy-load",
            (f"`{attribute}` is loaded when it is read, which" if attribute else
             "something is loaded when it is read, which") + " an async session cannot do",
            evidence=(raised.message.split("\n", 1)[0],), place=ground.place or _handler(evidence, ground),
            remedy="load it with the rows: select(…).options(selectinload(…)); after a commit, "
            "await session.refresh(row), or expire_on_commit=False on the session maker",
            proof="repeat the request",
            repairs=loaded_with(evidence, _handler(evidence, ground), attribute) if attribute
            else _kept_loaded(evidence),
            failure=ground.number, count=ground.count,
        )  # fmt: skip


def _loaded(evidence: Evidence, ground: Ground) -> str:
    """Return the relationship that the failing line reads, if it names one."""
    names = {one.name for model in evidence.project.models for one in model.relationships}
    refused = re.search(r"'loc': \('response'[^)]*'(\w+)',?\), 'msg': [\"']Error extracting attribute",
                        ground.failure.text)  # fmt: skip
    if refused and refused[1] in names:
        return refused[1]
    if ground.place is None:
        return ""
    line = evidence.sources.line(ground.place)
    found = [one for one in re.findall(r"\.(\w+)", line) if one in names]
    return found[0] if found else ""


def _kept_loaded(evidence: Evidence) -> tuple[Repair, ...]:
    """Return the repair that lets rows keep what was loaded after a commit."""
    for file, call in evidence.sources.calls("sessionmaker", "async_sessionmaker"):
        if not any(one.arg == "expire_on_commit" for one in call.keywords):
            text = evidence.sources.text(file)
            end = call.end_lineno or call.lineno
            lines = text.splitlines(keepends=True)
            at = (call.end_col_offset or 0) - 1
            line = lines[end - 1].encode()
            if line[at : at + 1] != b")":
                continue
            before = line[:at].decode()
            comma = "" if before.rstrip().endswith((",", "(")) or not before.strip() else ", "
            lines[end - 1] = f"{before}{comma}expire_on_commit=False{line[at:].decode()}"
            return (Repair(file, text, "".join(lines)),)
    return ()
