"""Verification: every check on the changed copy, side by side where they do not wait for another.

The first failure stops those behind it; those before it in the order go on, because their failure
would be the cause. Whatever happens, no process of the host outlives the call.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, field

from backwright.errors import BackwrightError, MissingError, VerificationError
from backwright.report.events import CheckEnded, CheckStarted, Listener, silence
from backwright.values import Check
from backwright.workshop.bench import Bench, Copies, Databases, Run
from backwright.workshop.registry import Checker, Outcome, checkers, failed


@dataclass(slots=True)
class _State:
    """What is under way and what is done."""

    waiting: list[Checker]
    running: dict[Future[Check], tuple[Checker, Run]] = field(default_factory=dict)
    results: dict[str, Check] = field(default_factory=dict)
    failed: Checker | None = None


def verify(
    bench: Bench, on_event: Listener = silence, *, only: Sequence[str] = ()
) -> tuple[Check, ...]:
    """Make the checks and return their results, in order; one that was not made says why.

    Args:
        bench: What to check, and with what.
        on_event: Told when a check begins and ends, from the calling thread.
        only: Names of the checks to make; all by default.

    Raises:
        MissingError: a program, a port or the database that a check needs is not there.
    """
    chosen = [item for item in checkers() if not only or item.name in only]
    state = _State(waiting=list(chosen))
    databases, copies = Databases(bench), Copies(bench.staging)
    workers = max(2, os.cpu_count() or 2)
    with ThreadPoolExecutor(workers, thread_name_prefix="check") as pool:
        try:
            while state.waiting or state.running:
                _start_ready(state, pool, workers, on_event, lambda: Run(bench, databases, copies))
                if not state.running:
                    break
                done, _ = wait(state.running, return_when=FIRST_COMPLETED)
                for future in done:
                    _take(state, future, on_event)
        finally:
            for _, run in state.running.values():
                run.processes.stop()
    return tuple(_result(state, checker) for checker in chosen)


def require(checks: Sequence[Check]) -> None:
    """Do nothing if no check failed.

    Raises:
        VerificationError: one failed; the message names it and says why.
    """
    for result in checks:
        if result.verdict == "fail":
            raise VerificationError(
                f"the check `{result.check}` failed: {result.detail}",
                checks,
                remedy="your files are as they were. The checks ran in a copy, with a database of "
                "their own: if the same does not fail in the project itself, please report it",
            )


def _start_ready(
    state: _State,
    pool: ThreadPoolExecutor,
    workers: int,
    on_event: Listener,
    make_run: Callable[[], Run],
) -> None:
    """Start the checks that wait for no other, as far as there are hands."""
    names = {checker.name for checker in state.waiting}
    names |= {checker.name for checker, _ in state.running.values()}
    for checker in tuple(state.waiting):
        if len(state.running) >= workers:
            return
        if state.failed is not None and checker.order > state.failed.order:
            continue
        if names & set(checker.after):
            continue
        state.waiting.remove(checker)
        on_event(CheckStarted(checker.name))
        run = make_run()
        state.running[pool.submit(_make, checker, run)] = (checker, run)


def _make(checker: Checker, run: Run) -> Check:
    """Make one check; an error of the host's programs is its failure."""
    started = time.monotonic()
    try:
        outcome: Outcome = checker.function(run)
    except MissingError:
        raise
    except BackwrightError as error:
        outcome = failed(error.message)
    seconds = round(time.monotonic() - started, 3)
    return Check(checker.name, outcome.verdict, seconds, outcome.detail)


def _take(state: _State, future: Future[Check], on_event: Listener) -> None:
    """Take a finished check; after a failure, stop those behind it."""
    checker, run = state.running.pop(future)
    if state.failed is not None and checker.order > state.failed.order:
        return  # it was stopped, so what it says means nothing
    result = future.result()
    state.results[checker.name] = result
    on_event(CheckEnded(result))
    run.processes.stop()
    if result.verdict != "fail":
        return
    state.failed = checker
    state.waiting = [item for item in state.waiting if item.order < checker.order]
    for other, their_run in state.running.values():
        if other.order > checker.order:
            their_run.processes.stop()


def _result(state: _State, checker: Checker) -> Check:
    """Return a check's result, or that it was not made."""
    done = state.results.get(checker.name)
    if done is not None and (state.failed is None or checker.order <= state.failed.order):
        return done
    if done is not None and done.verdict != "fail":
        return done
    name = state.failed.name if state.failed else "an earlier check"
    return Check(checker.name, "skipped", 0.0, f"not made, because `{name}` failed")
