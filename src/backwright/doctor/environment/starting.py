"""What keeps a server from starting before the application has a say."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import replace

from backwright.doctor.edits import rewritten
from backwright.doctor.evidence import Evidence
from backwright.doctor.known import Known, recognised
from backwright.doctor.registry import diagnosis
from backwright.report.doctor_types import Cause
from backwright.values import Place

_KNOWN = (
    Known(
        "port-taken",
        r"(?i)\[Errno (?:98|48|10048)\].*?(?:bind on address \('[^']*', (?P<port>\d+)\))?.*?(?:address already in use|only one usage)",
        "the port {port} is taken: the server runs already, or another program listens there",
        "end the other one (ss -ltnp 'sport = :{port}'), or start with another --port",
        "start the application again",
    ),
    Known(
        "port-privileged",
        r"\[Errno 13\].*?bind on address \('[^']*', (?P<port>\d+)\)",
        "only root may listen on the port {port}",
        "use a port from 1024 on, behind a proxy",
        "start the application again",
    ),
    Known(
        "app-not-found",
        r"Error loading ASGI app\. Attribute \"(?P<name>[\w.]+)\" not found in module \"(?P<module>[\w.]+)\"",
        "uvicorn was told to start {name} of {module}, and {module} has no {name}",
        "uvicorn {target}",
        "the log says: Application startup complete",
    ),
    Known(
        "app-not-found",
        r"Error loading ASGI app\. Could not import module \"(?P<module>[\w.]+)\"",
        "uvicorn was told to start {module}, and there is no such module where it was started",
        "uvicorn {target}, in the project's folder",
        "the log says: Application startup complete",
    ),
    Known(
        "reload-as-object",
        r"You must pass the application as an import string to enable 'reload' or 'workers'",
        "uvicorn.run got the application itself, and can then neither reload nor make workers",
        'uvicorn.run("{target}", reload=True)',
        "start it again",
    ),
    Known(
        "loop-conflict",
        r"attached to a different loop|Event loop is closed|got Future <.*> attached to",
        "something that belongs to one event loop is used in another: an engine or client that was made "
        "at import and lives in several loops (tests, asyncio.run, workers)",
        "make it in the lifespan (or a fixture of the same loop scope), or give the engine "
        "poolclass=NullPool in tests",
        "run it again",
    ),
    Known(
        "loop-running",
        r"asyncio\.run\(\) cannot be called from a running event loop|This event loop is already running",
        "asyncio.run or run_until_complete is called while a loop runs",
        "await the coroutine instead",
        "run it again",
    ),
)  # fmt: skip


@diagnosis
def starting(evidence: Evidence) -> Iterator[Cause]:
    """Tell why the server does not start."""
    apps = evidence.project.apps
    target = apps[0].object if apps else "package.module:app"
    table = [replace(one, remedy=one.remedy.replace("{target}", target)) for one in _KNOWN]
    for cause in recognised(evidence, "environment", table):
        if cause.name == "app-not-found" and apps:
            yield replace(cause, place=Place(apps[0].file, apps[0].line))
        elif cause.name == "reload-as-object":
            yield _as_text(evidence, cause, target)
        elif cause.name == "loop-conflict":
            yield replace(cause, place=_engine(evidence) or cause.place)
        else:
            yield cause


def _as_text(evidence: Evidence, cause: Cause, target: str) -> Cause:
    """Return the cause with the call that is given the application, and its repair."""
    for file, call in evidence.sources.calls("run"):
        if ast.unparse(call.func).endswith("uvicorn.run") and call.args:
            first = call.args[0]
            if not isinstance(first, ast.Constant) and not target.endswith("()"):
                repairs = rewritten(evidence, file, [(first, f'"{target}"')])
                return replace(cause, place=Place(file, call.lineno), repairs=repairs)
    return cause


def _engine(evidence: Evidence) -> Place | None:
    """Return where an asynchronous engine is made when its module is imported."""
    for file, call in evidence.sources.calls("create_async_engine"):
        if evidence.sources.function_at(Place(file, call.lineno)) is None:
            return Place(file, call.lineno)
    return None
