"""Versions that do not fit together."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import replace

from backwright.doctor.edits import rewritten, segment
from backwright.doctor.environment.shadowed import own_file
from backwright.doctor.evidence import Evidence
from backwright.doctor.known import Known, recognised
from backwright.doctor.registry import diagnosis
from backwright.doctor.sources import called
from backwright.report.doctor_types import Cause, Repair

_PROOF = "pip check, and start the application again"
_KNOWN = (
    Known(
        "bcrypt-passlib",
        r"module 'bcrypt' has no attribute '__about__'|error reading bcrypt version"
        r"|ValueError: password cannot be longer than 72 bytes",
        "passlib has had no release since 2020 and does not fit bcrypt 4.1 and later: its own self-test "
        "hashes more than 72 bytes, which bcrypt 5 refuses",
        "hash with bcrypt itself (or pwdlib) instead of passlib; until then pin bcrypt==4.0.1",
        _PROOF,
    ),
    Known(
        "httpx-testclient",
        r"Client\.__init__\(\) got an unexpected keyword argument 'app'",
        "httpx 0.28 has no `app` any more, and this Starlette's TestClient (or a test) still gives one",
        "upgrade fastapi (and starlette), or pin httpx<0.28; own clients take "
        "transport=ASGITransport(app=app)",
        "run the tests again",
    ),
    Known(
        "pydantic-forwardref",
        r"ForwardRef\._evaluate\(\) missing 1 required keyword-only argument: 'recursive_guard'",
        "this Pydantic (1) is older than this Python (3.12.4 and later)",
        "upgrade pydantic to 1.10.18 or later, or to 2",
        _PROOF,
    ),
    Known(
        "sqlalchemy-text",
        r"Textual SQL expression (?P<sql>.*?) should be explicitly declared as text",
        "since SQLAlchemy 2 a plain string is no statement",
        "wrap it: session.execute(text(…))",
        "repeat the request",
    ),
    Known(
        "sqlalchemy-engine-execute",
        r"'(?:Engine|OptionEngine)' object has no attribute 'execute'",
        "since SQLAlchemy 2 an engine executes nothing itself",
        "with engine.connect() as connection: connection.execute(…)",
        "repeat the request",
    ),
    Known(
        "sqlmodel-too-old",
        r"cannot import name '(?P<name>Undefined|ModelField|UndefinedType|SHAPE_SINGLETON)' from 'pydantic\.fields'",
        "a library that was written for Pydantic 1 meets Pydantic 2 ({name} is gone)",
        "upgrade sqlmodel to 0.0.14 or later (fastapi to 0.100 or later), or pin pydantic<2",
        _PROOF,
    ),
    Known(
        "jose-jwt",
        r"module 'jwt' has no attribute '(?P<name>encode|decode|PyJWTError|ExpiredSignatureError)'",
        "the distribution `jwt` is installed where PyJWT is meant: both are imported as jwt",
        "pip uninstall jwt PyJWT; pip install PyJWT",
        _PROOF,
    ),
    Known(
        "routes-nested",
        r"'_?\w*IncludedRouter' object has no attribute '(?P<name>\w+)'",
        "since FastAPI 0.137 app.routes holds included routers as they are, which have no {name}",
        "for route in iter_route_contexts(app.routes) (fastapi.routing); of a library's own code: upgrade it, or "
        "pin fastapi<0.137", "repeat the request",
    ),
    Known(
        "starlette-on-event",
        r"'(?:FastAPI|APIRouter)' object has no attribute 'on_event'|got an unexpected keyword argument 'on_startup'",
        "this Starlette has no startup events any more",
        "give the application a lifespan: FastAPI(lifespan=…)",
        _PROOF,
    ),
)  # fmt: skip


@diagnosis
def versions(evidence: Evidence) -> Iterator[Cause]:
    """Tell which versions do not fit, and pin what can be pinned."""
    found = list(recognised(evidence, "environment", _KNOWN))
    hashing = next((one.place for one in found if one.name == "bcrypt-passlib" and one.place), None)
    for cause in found:
        if cause.name == "jose-jwt" and own_file(evidence, "jwt"):
            continue  # the diagnosis of names of libraries says it
        if cause.name == "jose-jwt" and re.search(r"(?m)^jwt\b(?!-)", _requirements(evidence)):
            yield replace(cause, repairs=_pinned(evidence, "jwt", "PyJWT"))
            continue
        if cause.name == "bcrypt-passlib":
            if "passlib" in evidence.log or _requires(evidence, "passlib"):
                repairs = _pinned(evidence, "bcrypt", "bcrypt==4.0.1")
                if not any(evidence.said("72 bytes")):  # passlib catches it, and goes on
                    text = f"{cause.text}; so far it is only logged, and passwords are hashed all the same"
                    own = {
                        one.number for one in evidence.grounds
                        if re.search("__about__|bcrypt", one.failure.last.text.split("\n", 1)[0])
                    }  # fmt: skip
                    failure = cause.failure if cause.failure in own else None
                    cause = replace(cause, harmless=True, text=text, failure=failure)
                yield replace(cause, place=cause.place or hashing, repairs=repairs)
        elif cause.name == "sqlalchemy-text":
            yield replace(cause, repairs=_as_text(evidence, cause))
        elif cause.name == "routes-nested":
            yield replace(cause, repairs=_flat(evidence, cause))
        elif cause.name == "httpx-testclient":
            yield replace(cause, repairs=_pinned(evidence, "httpx", "httpx<0.28"))
        else:
            yield cause


def _flat(evidence: Evidence, cause: Cause) -> tuple[Repair, ...]:
    """Return the repair that goes through the routes with what includes them."""
    place = cause.place
    for node in evidence.sources.nodes(place.file) if place else ():
        source = node.iter if isinstance(node, ast.For | ast.comprehension) else None
        if place and isinstance(source, ast.Attribute) and source.attr == "routes":
            line = node.target.lineno if isinstance(node, ast.For | ast.comprehension) else 0
            if line <= place.line <= line + 20:
                written = f"iter_route_contexts({segment(evidence, place.file, source)})"
                imports = {"fastapi.routing": {"iter_route_contexts"}}
                return rewritten(evidence, place.file, [(source, written)], imports)
    return ()


def _as_text(evidence: Evidence, cause: Cause) -> tuple[Repair, ...]:
    """Return the repair that wraps the plain text that is executed."""
    place = cause.place
    for node in evidence.sources.nodes(place.file) if place else ():
        if place and isinstance(node, ast.Call) and node.args and (
            called(node) in ("execute", "exec", "scalar", "scalars")
            and node.lineno <= place.line <= (node.end_lineno or 0)
        ):  # fmt: skip
            first = node.args[0]
            new = f"text({segment(evidence, place.file, first)})"
            return rewritten(evidence, place.file, [(first, new)], {"sqlalchemy": {"text"}})
    return ()


def _requires(evidence: Evidence, name: str) -> bool:
    return any(name in evidence.sources.text(one) for one in evidence.sources.configuration)


def _requirements(evidence: Evidence) -> str:
    """Return what `requirements.txt` says; nothing where there is none."""
    named = [
        one
        for one in evidence.sources.configuration
        if one.rpartition("/")[2] == "requirements.txt"
    ]
    return evidence.sources.text(named[0]) if named else ""


def _pinned(evidence: Evidence, name: str, line: str) -> tuple[Repair, ...]:
    """Return the repair that pins a distribution in `requirements.txt`."""
    for file in evidence.sources.configuration:
        if file.rpartition("/")[2] == "requirements.txt":
            text = evidence.sources.text(file)
            pattern = re.compile(rf"(?m)^{name}\b(?!-)[^\n]*$")
            after = (
                pattern.sub(line, text) if pattern.search(text) else f"{text.rstrip()}\n{line}\n"
            )
            if text.encode() == (evidence.project.root / file).read_bytes():
                return (Repair(file, text, after),)
    return ()
