"""Results of queries that were never fetched, models where dictionaries are wanted, and headers that are no text."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from backwright.doctor.edits import rewritten, segment
from backwright.doctor.evidence import Evidence
from backwright.doctor.registry import diagnosis
from backwright.doctor.sources import called, last_name, literal
from backwright.report.doctor_types import Cause, Repair
from backwright.source.syntax import nodes
from backwright.values import Place

_RESULTS = r"(?:Async)?(?:ScalarResult|CursorResult|ChunkedIteratorResult|IteratorResult|MappingResult|TupleResult|Query)"
_UNFETCHED = (
    rf"TypeError: (?:object of type '(?P<type>{_RESULTS})' has no len\(\)"
    rf"|'(?P<other>{_RESULTS})' object is not (?:subscriptable|iterable|reversible))"
)
_REPEAT = "repeat the request"


@diagnosis
def unfetched(evidence: Evidence) -> Iterator[Cause]:
    """Tell of the result of a query that is taken for the list of its rows."""
    for ground, raised, match in evidence.raised(_UNFETCHED):
        place = ground.place
        name, value = _query(evidence, place) if place else ("", None)
        where = Place(place.file, value.lineno) if place and value else place
        repairs: tuple[Repair, ...] = ()
        if place and value is not None:
            written = segment(evidence, place.file, value)
            inner = f"({written})" if isinstance(value, ast.Await) else written
            repairs = rewritten(evidence, place.file, [(value, f"{inner}.all()")])
        yield Cause(
            "logs", "result-not-fetched",
            f"{name or 'what is used there'} is a {match['type'] or match['other']}, which the rows are still to be "
            "fetched from: it is no list", (raised.text,), where, "fetch them: .all()", _REPEAT,
            repairs=repairs, failure=ground.number, count=ground.count,
        )  # fmt: skip


def _query(evidence: Evidence, place: Place) -> tuple[str, ast.expr | None]:
    """Return the variable on a line that a query was assigned to, and the query."""
    function = evidence.sources.function_at(place)
    names = set(re.findall(r"[A-Za-z_]\w*", evidence.sources.line(place)))
    found = [
        one for one in (nodes(function) if function else ())
        if isinstance(one, ast.Assign) and one.lineno < place.line
        and last_name(one.targets[0]) in names
        and isinstance(one.value.value if isinstance(one.value, ast.Await) else one.value, ast.Call)
    ]  # fmt: skip
    last = max(found, key=lambda one: one.lineno, default=None)
    return (last_name(last.targets[0]), last.value) if last else ("", None)


@diagnosis
def model_for_values(evidence: Evidence) -> Iterator[Cause]:
    """Tell of a schema that is given where a dictionary of values is wanted."""
    pattern = r"AttributeError: '(?P<type>\w+)' object has no attribute '(?:items|keys)'"
    for ground, raised, match in evidence.raised(pattern):
        call = evidence.sources.call_at(ground.place, "update", "values", "insert", "execute")
        if ground.place is None or call is None or not any(evidence.sources.classes(match["type"])):
            continue
        given = next((one for one in call.args if isinstance(one, ast.Name)), None)
        if given is None:
            continue
        text = evidence.sources.text(ground.place.file)
        method = "dict" if ".dict(" in text and ".model_dump(" not in text else "model_dump"
        yield Cause(
            "logs", "schema-for-values",
            f"{given.id} is a {match['type']}, a schema, and {called(call)}() wants a dictionary of values",
            (raised.text,), ground.place, f"give it {given.id}.{method}(exclude_unset=True), or .{method}()", _REPEAT,
            repairs=rewritten(evidence, ground.place.file, [(given, f"{given.id}.{method}()")]),
            failure=ground.number, count=ground.count,
        )  # fmt: skip


@diagnosis
def header_no_text(evidence: Evidence) -> Iterator[Cause]:
    """Tell of a header whose value is no text."""
    pattern = r"AttributeError: '(?P<type>int|float|bool|UUID|datetime|NoneType|Decimal)' object has no attribute 'encode'"
    for ground, raised, match in evidence.raised(pattern):
        place = ground.place
        if place is None or "header" not in evidence.sources.line(place).lower():
            continue
        yield Cause(
            "logs", "header-no-text", f"the header that is set there is given a {match['type']}, and takes texts alone",
            (raised.text,), place, "give it str(…)", _REPEAT, repairs=_as_text(evidence, place),
            failure=ground.number, count=ground.count,
        )  # fmt: skip


def _as_text(evidence: Evidence, place: Place) -> tuple[Repair, ...]:
    for one in evidence.sources.nodes(place.file):
        if (
            isinstance(one, ast.Assign)
            and one.lineno == place.line
            and isinstance(one.targets[0], ast.Subscript)
        ):
            written = segment(evidence, place.file, one.value)
            return rewritten(evidence, place.file, [(one.value, f"str({written})")])
    return ()


@diagnosis
def log_extra(evidence: Evidence) -> Iterator[Cause]:
    """Tell of an extra field of a log record whose name the record has itself."""
    pattern = r"KeyError: [\"']+Attempt to overwrite '(?P<name>\w+)' in LogRecord"
    for ground, raised, match in evidence.raised(pattern):
        place = ground.place
        key = _key(evidence, place, match["name"]) if place else None
        name = match["name"]
        where = Place(place.file, key.lineno) if place and key else place
        yield Cause(
            "logs", "log-extra-reserved",
            f"extra={{\"{name}\": …}} is given to a logger, and a LogRecord has a {name} of its own: the call raises",
            (raised.text,), where, f"call it otherwise: extra_{name}", _REPEAT,
            repairs=rewritten(evidence, place.file, [(key, f'"extra_{name}"')]) if place and key else (),
            failure=ground.number, count=ground.count,
        )  # fmt: skip


def _key(evidence: Evidence, place: Place, name: str) -> ast.expr | None:
    """Return the key of a dictionary that stands in a call."""
    call = evidence.sources.call_at(place, "debug", "info", "warning", "error", "exception", "log")
    for inner in nodes(call) if call else ():
        if isinstance(inner, ast.Dict):
            return next((one for one in inner.keys if one and literal(one) == name), None)
    return None
