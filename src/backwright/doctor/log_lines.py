"""The lines of a log, without what collectors put before them and without JSON around them.

Understood are uvicorn, gunicorn, structured JSON (structlog, loguru, python-json-logger, Google and
Datadog's keys), docker compose, Kubernetes, systemd's journal, exception groups and Rich's frames.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

_TIME = r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(?:[.,]\d+)?(?:Z|[+-]\d\d:?\d\d)?"
_BEFORE = (
    re.compile(rf"^(?P<at>{_TIME}) std(?:out|err) [FP] "),  # Kubernetes
    re.compile(r"^(?P<at>[A-Z][a-z]{2} +\d+ \d\d:\d\d:\d\d) \S+ [\w./@-]+\[\d+\]: "),  # systemd
    re.compile(
        r"^(?P<at>[A-Z][a-z]{2} +\d+ \d\d:\d\d:\d\d(?: [AP]M)?)(?: {2}|: )"
    ),  # Render, Railway
    re.compile(
        rf"^(?P<at>{_TIME}) [\w.-]+\[[\w.-]+\](?:: ?| {{1,2}})"
    ),  # Heroku, App Engine, journals
    re.compile(r"^[A-Za-z][\w.-]*\s+\| ?"),  # docker compose
    re.compile(rf"^(?P<at>{_TIME}) (?!\[|-)"),  # docker logs --timestamps
)
_AT = re.compile(rf"\[?(?P<at>{_TIME})")
_GROUP = re.compile(r"^ *(?:\+-[-+ ]*(?:\d+ -+)?|\| ?)")
_COLOR = re.compile(r"\x1b\[[0-9;]*m")
_RICH = re.compile(r"^\s*[│|]\s?(.*?)\s*[│|]?\s*$")
_RICH_FRAME = re.compile(r"^(?P<file>/\S+\.py|[A-Za-z]:\\\S+\.py):(?P<line>\d+) in (?P<name>\S+)$")
_RICH_BEGINS = re.compile(r"[╭┌][─]+ *Traceback \(most recent call last\)")
_RICH_ENDS = re.compile(r"^\s*[╰└]─")

_MESSAGE = ("message", "msg", "event", "text")
_TRACE = ("exception", "exc_info", "traceback", "stack", "stack_trace", "stacktrace", "exc_text")
_WHEN = ("timestamp", "time", "asctime", "@timestamp", "ts")


@dataclass(frozen=True, slots=True)
class Line:
    """A line of a log, and when it was written, in the log's own words."""

    text: str
    at: str | None = None


def log_lines(text: str) -> list[Line]:
    """Return a log's lines as the program wrote them."""
    found: list[Line] = []
    raws = iter(_COLOR.sub("", text).splitlines())
    indent = ""
    for raw in raws:
        line = _bare(raw)
        if begins := _RICH_BEGINS.search(line.text):
            indent = " " * begins.start()
            found.append(Line("Traceback (most recent call last):", line.at))
            found += _boxed(raws)
        elif indent and line.text.startswith(indent):  # what stands below the box
            found.append(Line(line.text[len(indent) :].rstrip(), line.at))
        else:
            indent = ""
            found += _unpacked(line)
    return found


def _boxed(raws: Iterator[str]) -> Iterator[Line]:
    """Yield the frames within Rich's box as Python writes them; long paths stand on two lines."""
    before = ""
    for raw in raws:
        line = _bare(raw)
        if _RICH_ENDS.match(line.text):
            return
        match = _RICH.match(line.text)
        text = match[1].strip() if match else ""
        frame = _RICH_FRAME.match(text) or _RICH_FRAME.match(before + text)
        if frame:
            name = f'  File "{frame["file"]}", line {frame["line"]}, in {frame["name"]}'
            yield Line(name, line.at)
        before = text if text.startswith(("/", "C:")) and not frame else ""


def _bare(raw: str) -> Line:
    """Return a line without what a collector put before it."""
    at = None
    for pattern in _BEFORE:
        if match := pattern.match(raw):
            at = match.groupdict().get("at") or at
            raw = raw[match.end() :]
    if at is None and (match := _AT.search(raw[:40])):
        at = match["at"]
    return Line(_GROUP.sub("", raw) if re.match(r"^ *[|+]", raw) else raw, at)


def _unpacked(line: Line) -> Iterator[Line]:
    """Yield the lines within a line of JSON; any other line as it is."""
    start = line.text.lstrip()
    if not start.startswith("{"):
        yield line
        return
    try:
        record = json.loads(start)
    except ValueError:
        yield line
        return
    if not isinstance(record, dict) or "detail" in record:  # an answer that was logged is kept
        yield line
        return
    at = next((str(record[key]) for key in _WHEN if key in record), line.at)
    texts = [str(record[key]) for key in _MESSAGE if isinstance(record.get(key), str)][:1]
    texts += [_trace(record[key]) for key in _TRACE if record.get(key)]
    nested = record.get("error")
    if isinstance(nested, Mapping):
        texts += [_trace(nested[key]) for key in _TRACE if nested.get(key)]
    for one in texts:
        yield from (Line(inner, at) for inner in one.splitlines())


def _trace(value: Any) -> str:  # noqa: ANN401 - whatever a log holds
    """Return what a log keeps of an exception as Python writes it."""
    if isinstance(value, str):
        return value
    if not isinstance(value, list):
        return ""
    parts = []
    for one in value:  # structlog's dictionaries
        if not isinstance(one, Mapping) or "exc_type" not in one:
            return ""
        parts.append("Traceback (most recent call last):")
        for frame in one.get("frames", ()):
            name = frame.get("name", "?")
            parts.append(f'  File "{frame.get("filename")}", line {frame.get("lineno")}, in {name}')
        parts.append(f"{one['exc_type']}: {one.get('exc_value', '')}")
    return "\n".join(parts)
