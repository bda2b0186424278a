"""Workers that are ended because a handler keeps the event loop from running."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from backwright.doctor.edits import rewritten, segment
from backwright.doctor.evidence import Evidence
from backwright.doctor.registry import diagnosis
from backwright.doctor.sources import Sources
from backwright.report.doctor_types import Cause, Repair
from backwright.source.syntax import nodes
from backwright.values import Place

# Calls that wait without letting anything else run.
_BLOCKS = re.compile(
    r"time\.sleep|requests\.(?:get|post|put|patch|delete|head|request)|urllib\.request\.urlopen|urlopen|"
    r"subprocess\.(?:run|call|check_call|check_output)|os\.system|httpx\.(?:get|post|put|patch|delete|request)"
)


@diagnosis
def timeouts(evidence: Evidence) -> Iterator[Cause]:
    """Tell which call keeps a worker busy until gunicorn ends it."""
    said = list(evidence.said(r"\[CRITICAL\] WORKER TIMEOUT|Child process \[\d+\] died"))
    if not said:
        return
    found = next(blocking(evidence.sources), None)
    line = said[0][0].text.strip()
    if found is None:
        yield Cause(
            "logs", "worker-timeout",
            "a worker gave no sign of life for the time of its timeout: its event loop was held up by work, its "
            "start took too long, or the machine had no time or memory for it",
            (line,), None, "move long work into `def` handlers, a thread (run_in_threadpool) or a queue of tasks; "
            "for a slow start raise gunicorn's --timeout", "send the slow request again", count=len(said),
        )  # fmt: skip
        return
    file, function, call = found
    what = ast.unparse(call.func)
    yield Cause(
        "logs", "loop-blocked",
        f"{what}() in the async handler {function.name} stops the whole event loop: the worker gives no sign of life, "
        "and is ended",
        (line,), Place(file, call.lineno),
        "declare the handler by `def`, so that it runs in a thread of its own; or await what waits: asyncio.sleep, "
        "httpx.AsyncClient", "send the request again, and others beside it: they must be answered meanwhile",
        repairs=_waiting(evidence, file, function, call), count=len(said),
    )  # fmt: skip


def blocking(sources: Sources) -> Iterator[tuple[str, ast.AsyncFunctionDef, ast.Call]]:
    """Yield the calls in async functions of the application that let nothing else run."""
    for file in sources.own:
        for function in sources.nodes(file):
            if isinstance(function, ast.AsyncFunctionDef):
                for one in nodes(*function.body):
                    if isinstance(one, ast.Call) and _BLOCKS.fullmatch(ast.unparse(one.func)):
                        yield file, function, one


def _waiting(
    evidence: Evidence, file: str, function: ast.AsyncFunctionDef, call: ast.Call
) -> tuple[Repair, ...]:
    """Return the repair that sleeps in the loop, or runs a handler that awaits nothing in a thread."""
    if ast.unparse(call.func) == "time.sleep" and len(call.args) == 1:
        written = f"await asyncio.sleep({segment(evidence, file, call.args[0])})"
        return rewritten(evidence, file, [(call, written)], {"asyncio": {""}})
    waits = (ast.Await, ast.AsyncFor, ast.AsyncWith, ast.Yield)
    is_route = any(isinstance(one, ast.Call) for one in function.decorator_list)
    if not is_route or any(isinstance(one, waits) for one in nodes(*function.body)):
        return ()
    return evidence.replaced(Place(file, function.lineno), "async def ", "def ")
