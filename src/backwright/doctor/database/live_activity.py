"""Who blocks whom in a live database, whose transactions stay open, and who has its connections."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from backwright.doctor.evidence import Evidence
from backwright.doctor.live import Live, Session
from backwright.doctor.registry import diagnosis
from backwright.doctor.sources import keyword, literal
from backwright.report.doctor_types import Cause
from backwright.values import Place

_LONG, _LONG_IDLE, _FULL = 300.0, 60.0, 0.9
_POOL, _OVERFLOW = 5, 10  # SQLAlchemy's own
_STATE = "SELECT state FROM pg_stat_activity WHERE pid = {pid}"
_ENGINES = ("create_engine", "create_async_engine")


@diagnosis
def live_blocked(evidence: Evidence) -> Iterator[Cause]:
    """Tell which session others wait for, the one that waits for nobody itself."""
    found = evidence.live
    by_pid = {one.pid: one for one in found.sessions} if found else {}
    waiting = [one for one in by_pid.values() if one.blocked_by]
    for root in sorted({pid for one in waiting for pid in _roots(one, by_pid)}):
        holder = by_pid.get(root)
        behind = [one for one in waiting if root in _roots(one, by_pid)]
        tables = dict.fromkeys(
            table
            for one in behind
            for table in one.tables
            if holder is None or table in holder.tables
        )
        yield _blocked(evidence, root, holder, behind, tuple(tables))


def _roots(one: Session, by_pid: dict[int, Session]) -> set[int]:
    """Return the sessions at the beginning of what a session waits for; those of a circle are all."""
    found, seen, waiting = set[int](), {one.pid}, list(one.blocked_by)
    while waiting:
        pid = waiting.pop()
        if pid in seen:
            continue
        seen.add(pid)
        holder = by_pid.get(pid)
        if holder is None or not holder.blocked_by:
            found.add(pid)
        else:
            waiting += holder.blocked_by
    return found or set(one.blocked_by)


def _blocked(
    evidence: Evidence, root: int, holder: Session | None, behind: list[Session], tables: tuple[str, ...]
) -> Cause:  # fmt: skip
    is_idle = holder is not None and holder.state.startswith("idle in transaction")
    doing = (
        f"has done nothing for {_ago(holder.since)}, and has not committed" if is_idle and holder else
        f"is at it for {_ago(holder.transaction or 0.0)}" if holder else "is a session of another database, or prepared"
    )  # fmt: skip
    said = (
        []
        if holder is None
        else [f"{root} ({holder.user}, {holder.client}, {holder.state}): {holder.query}"]
    )
    said += [f"{one.pid} waits {_ago(one.since)} ({one.waits}): {one.query}" for one in behind[:3]]
    return Cause(
        "database", "live-blocked",
        f"{len(behind)} session{'s' if len(behind) != 1 else ''} wait{'' if len(behind) != 1 else 's'} for the session "
        f"{root}, which {doing}" + (f"; it holds locks on {', '.join(tables)}" if tables else ""),
        tuple(said), _place(evidence, tables),
        (f"commit or roll back before anything slow (calls, mails, sleeping), and within a `with`; now: SELECT "
         f"pg_terminate_backend({root}); for good: ALTER DATABASE … SET idle_in_transaction_session_timeout = '60s'"
         if is_idle else
         f"wait for it, or SELECT pg_cancel_backend({root}); lock rows in one order, and change tables with a "
         "lock_timeout"),
        "SELECT pid, pg_blocking_pids(pid) FROM pg_stat_activity WHERE cardinality(pg_blocking_pids(pid)) > 0",
        "given", count=len(behind),
    )  # fmt: skip


def _place(evidence: Evidence, tables: tuple[str, ...]) -> Place | None:
    names = {one.rpartition(".")[2].strip('"') for one in tables}
    model = next((one for one in evidence.project.models if one.table in names), None)
    return Place(model.file, model.line) if model else None


@diagnosis
def live_connections(evidence: Evidence) -> Iterator[Cause]:
    """Tell who has the server's connections, or all of the application's pool."""
    found = evidence.live
    if found is None:
        return
    clients = Counter((one.user, one.client, one.state or "?") for one in found.sessions)
    shown = tuple(
        f"{n} of {user}, {client}: {state}" for (user, client, state), n in clients.most_common(4)
    )
    if found.most and found.connections >= _FULL * found.most:
        yield Cause(
            "database", "live-connections",
            f"{found.connections} of the server's {found.most} connections are taken", shown, _engine(evidence)[0],
            "workers * (pool_size + max_overflow) must stay below max_connections: make the pools smaller, end idle "
            "ones, or put a pooler in between", "SELECT count(*) FROM pg_stat_activity", "given",
        )  # fmt: skip
    yield from _pool(evidence, found)


def _pool(evidence: Evidence, found: Live) -> Iterator[Cause]:
    """Yield the cause of a pool whose connections are all within transactions that do nothing."""
    place, size = _engine(evidence)
    if place is None or size is None:
        return
    idle = [one for one in found.sessions if one.state.startswith("idle in transaction")]
    for (user, client), number in Counter((one.user, one.client) for one in idle).most_common(1):
        if number >= size:
            longest = max(one.since for one in idle if (one.user, one.client) == (user, client))
            yield Cause(
                "database", "live-pool",
                f"{number} connections of {user} ({client}) stand in a transaction and do nothing, for {_ago(longest)} the "
                f"longest, and the pool has {size}: whoever wants one waits until its timeout",
                tuple(f"{one.pid}: {one.query}" for one in idle[:3]), place,
                "give each request its session by a dependency that closes it, and commit before calling others; "
                "a larger pool only delays it", "repeat the request, several times at once", "given", count=number,
            )  # fmt: skip


def _engine(evidence: Evidence) -> tuple[Place | None, int | None]:
    """Return where the engine is made, and how many connections its pool gives."""
    for file, call in evidence.sources.calls(*_ENGINES):
        if keyword(call, "poolclass") is not None or any(one.arg is None for one in call.keywords):
            return Place(file, call.lineno), None
        size, more = literal(keyword(call, "pool_size")), literal(keyword(call, "max_overflow"))
        own = size if isinstance(size, int) else _POOL
        return Place(file, call.lineno), own + (more if isinstance(more, int) else _OVERFLOW)
    return None, None


@diagnosis
def live_long(evidence: Evidence) -> Iterator[Cause]:
    """Tell of transactions that stay open, and of statements that run for minutes."""
    sessions = evidence.live.sessions if evidence.live else ()
    blocking = {pid for one in sessions for pid in one.blocked_by}
    for one in sessions:
        if one.pid in blocking or one.blocked_by:
            continue
        if one.state.startswith("idle in transaction") and one.since >= _LONG_IDLE:
            yield Cause(
                "database", "live-idle-transaction",
                f"the session {one.pid} ({one.user}, {one.client}) keeps a transaction open and has done nothing in it for "
                f"{_ago(one.since)}", (one.query,), _place(evidence, one.tables),
                "commit or roll back as soon as the work is done; SET idle_in_transaction_session_timeout = '60s'",
                _STATE.format(pid=one.pid), "given",
            )  # fmt: skip
        elif one.state == "active" and (one.transaction or 0.0) >= _LONG:
            yield Cause(
                "database", "live-slow-statement",
                f"a statement of {one.user} ({one.client}) runs for {_ago(one.transaction or 0.0)}", (one.query,),
                _place(evidence, one.tables), "EXPLAIN it; backwright add index proposes what it lacks",
                _STATE.format(pid=one.pid), "given",
            )  # fmt: skip


def _ago(seconds: float) -> str:
    if seconds < 90:
        return f"{seconds:.0f} seconds"
    return f"{seconds / 60:.0f} minutes" if seconds < 5400 else f"{seconds / 3600:.0f} hours"
