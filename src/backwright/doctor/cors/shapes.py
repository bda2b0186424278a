"""Origins of a shape that CORSMiddleware does not take: one text for a list, a pattern that is none."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from backwright.doctor.cors.allowed import middleware_call
from backwright.doctor.edits import rewritten, segment
from backwright.doctor.evidence import Evidence
from backwright.doctor.givens import Given, constant, given, setting_of
from backwright.doctor.registry import diagnosis
from backwright.doctor.sources import keyword, last_name, literal
from backwright.report.doctor_types import Cause
from backwright.values import Place

_PROOF = "curl -i -X OPTIONS -H 'Origin: …' -H 'Access-Control-Request-Method: GET' …: 200"


@diagnosis
def text_for_list(evidence: Evidence) -> Iterator[Cause]:
    """Tell of origins that are one text: each of its letters is then compared with the browser's."""
    cors = evidence.project.cors
    call = middleware_call(evidence, cors) if cors else None
    node = keyword(call, "allow_origins") if call else None
    told = _text(evidence, cors.file, node) if cors and node is not None else None
    if cors is None or node is None or told is None or told.value == "*":
        return
    written = segment(evidence, cors.file, node)
    is_one = isinstance(literal(node), str)
    new = f"[{written}]" if is_one and "," not in told.value else (
        f'[origin.strip() for origin in {written}.split(",")]')  # fmt: skip
    yield Cause(
        "cors", "cors-origins-text",
        f"allow_origins is one text ({told.value}), where a list is wanted: an origin is looked for in it as a part of a "
        "text, or letter by letter",
        (f"{told.place}: {told.value}",) if told.place else (), Place(cors.file, node.lineno),
        f"allow_origins={new}", _PROOF, "given" if evidence.origin else "source",
        rewritten(evidence, cors.file, [(node, new)]),
    )  # fmt: skip


def _text(evidence: Evidence, file: str, node: ast.expr) -> Given | None:
    """Return the text that an expression comes to; None where it is a list, or not known."""
    assigned = _assigned(evidence, file, node.id) if isinstance(node, ast.Name) else []
    setting = setting_of(evidence, last_name(node)) if not assigned else None
    if assigned:
        if len(assigned) > 1 or not isinstance(literal(assigned[0]), str):
            return None
    elif setting is not None:
        line = evidence.sources.line(Place(setting.file, setting.line))
        about = re.search(r":\s*(?P<type>[^=]+)", line)
        reads = re.search(r"(?:getenv|environ\.get|config)\([^)]*\)(?!\s*\.)", line)
        is_text = about is not None and about["type"].strip() in (
            "str",
            "str | None",
            "Optional[str]",
        )
        if not is_text and not reads:
            return None
    elif isinstance(node, ast.Name):
        found = constant(evidence, file, node.id)
        if found is None or not isinstance(literal(found[1]), str):
            return None
    elif not isinstance(literal(node), str):
        return None
    return given(evidence, file, node)


def _assigned(evidence: Evidence, file: str, name: str) -> list[ast.expr]:
    """Return what a module gives to a name, wherever in it."""
    return [
        one.value for one in evidence.sources.nodes(file)
        if isinstance(one, ast.Assign) and any(last_name(target) == name for target in one.targets)
    ]  # fmt: skip


@diagnosis
def no_pattern(evidence: Evidence) -> Iterator[Cause]:
    """Tell of an `allow_origin_regex` that is no regular expression."""
    cors = evidence.project.cors
    call = middleware_call(evidence, cors) if cors else None
    node = keyword(call, "allow_origin_regex") if call else None
    value = literal(node)
    if cors is None or node is None or not isinstance(value, str) or not (why := _refusal(value)):
        return
    ground = next(
        (one for one, _, _ in evidence.raised(r"^(?:re\.)?(?:error|PatternError)\b")), None
    )
    stars = "" if value == "*" else "[^./]+"
    new = '".*"' if value == "*" else f'r"{value.replace("*", stars)}"'
    mends = not _refusal(str(ast.literal_eval(new)))
    yield Cause(
        "cors", "cors-pattern",
        f"allow_origin_regex is {value!r}, which is no regular expression: {why}",
        (ground.failure.last.text,) if ground else (), Place(cors.file, node.lineno),
        f"allow_origin_regex={new}" + ("; with credentials every page may then act as the user" if value == "*" else ""),
        "start the application again", "happened" if ground else "source",
        rewritten(evidence, cors.file, [(node, new)]) if mends else (),
        ground.number if ground else None, ground.count if ground else 1,
    )  # fmt: skip


def _refusal(pattern: str) -> str:
    try:
        re.compile(pattern)
    except re.error as error:
        return str(error)
    return ""
