"""What keeps a server from starting before the application has a say."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import replace

from backwright.doctor.database.query_mending import awaited
from backwright.doctor.edits import rewritten, with_argument
from backwright.doctor.environment.serving import started_at
from backwright.doctor.evidence import Evidence
from backwright.doctor.known import Known, recognised
from backwright.doctor.registry import diagnosis
from backwright.report.doctor_types import Cause, Repair
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
        "module-as-script",
        r"attempted relative import with no known parent package",
        "a module of a package was started as a script, and has relative imports: it does not know its package then",
        "uvicorn {target}, in the project's folder; a module is run by python -m package.module", "start it again",
    ),
    Known(
        "option-unknown",
        r"No such option:? '?(?P<option>--[\w-]+)",
        "the command that starts the server has no option {option}: fastapi run and uvicorn have each their own",
        "uvicorn {target} {option} … (or the variable UVICORN_…, which fastapi run hands on)",
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
        awaited,
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
        elif cause.name == "module-as-script":
            yield _as_module(evidence, cause)
        elif cause.name == "option-unknown":
            option = re.search(r"--[\w-]+", cause.text)
            place = started_at(evidence, option[0]) if option else None
            yield replace(cause, place=place, repairs=_by_uvicorn(evidence, place, target))
        elif cause.name == "reload-as-object":
            yield _as_text(evidence, cause, target)
        elif cause.name == "loop-conflict":
            yield _without_pool(evidence, replace(cause, place=_engine(evidence) or cause.place))
        else:
            yield cause


def _as_module(evidence: Evidence, cause: Cause) -> Cause:
    """Return the cause with the repair of the file that starts a module of a package as a script."""
    place = started_at(evidence, "python") or started_at(evidence, "python3")
    line = evidence.sources.line(place) if place else ""
    found = re.search(r"(?P<python>python3?)(?P<between>\s+|\",\s*\")(?P<file>[\w/]+)\.py\b", line)
    if place is None or found is None or "/" not in found["file"]:
        return cause
    between = found["between"]
    told = f"{found['python']}{between}-m{between}{found['file'].replace('/', '.')}"
    return replace(cause, place=place, repairs=evidence.replaced(place, found[0], told))


def _by_uvicorn(evidence: Evidence, place: Place | None, target: str) -> tuple[Repair, ...]:
    """Return the repair that starts by uvicorn, whose option it is, what `fastapi run` starts."""
    line = evidence.sources.line(place) if place else ""
    listed = re.search(r'"fastapi",\s*"run",(?:\s*"[\w./-]+\.py",)?', line)
    plain = re.search(r"\bfastapi run(?: [\w./-]+\.py)?", line)
    if place is None or not (listed or plain):
        return ()
    if listed:
        return evidence.replaced(place, listed[0], f'"uvicorn", "{target}", "--host", "0.0.0.0",')
    return evidence.replaced(place, plain[0] if plain else "", f"uvicorn {target} --host 0.0.0.0")


def _as_text(evidence: Evidence, cause: Cause, target: str) -> Cause:
    """Return the cause with the call that is given the application, and its repair."""
    for file, call in evidence.sources.calls("run"):
        if ast.unparse(call.func).endswith("uvicorn.run") and call.args:
            first = call.args[0]
            if not isinstance(first, ast.Constant) and not target.endswith("()"):
                repairs = rewritten(evidence, file, [(first, f'"{target}"')])
                return replace(cause, place=Place(file, call.lineno), repairs=repairs)
    return cause


def _without_pool(evidence: Evidence, cause: Cause) -> Cause:
    """Return the cause with the repair of an engine that scripts or tests use in several loops."""
    call = evidence.sources.call_at(cause.place, "create_async_engine")
    is_served = re.search(r"Uvicorn running|Started server process|Booting worker", evidence.log)
    if call is None or cause.place is None or is_served:
        return cause
    if any(one.arg in ("poolclass", "pool_size", "max_overflow", None) for one in call.keywords):
        return cause
    imports = {"sqlalchemy.pool": {"NullPool"}}
    made = with_argument(evidence, cause.place.file, call, "poolclass=NullPool", imports)
    return replace(cause, repairs=made)


def _engine(evidence: Evidence) -> Place | None:
    """Return where an asynchronous engine is made when its module is imported."""
    for file, call in evidence.sources.calls("create_async_engine"):
        if evidence.sources.function_at(Place(file, call.lineno)) is None:
            return Place(file, call.lineno)
    return None
