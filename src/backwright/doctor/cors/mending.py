"""Repairs of what CORSMiddleware allows."""

from __future__ import annotations

import ast
import re
from collections.abc import Sequence
from urllib.parse import urlsplit

from backwright.doctor.cors.allowed import Allowed, middleware_call
from backwright.doctor.edits import rewritten, segment, with_argument
from backwright.doctor.evidence import Evidence
from backwright.doctor.givens import constant
from backwright.doctor.sources import called, keyword, literal
from backwright.project.types import Cors
from backwright.report.doctor_types import Repair
from backwright.values import Place

Mended = tuple[Place, tuple[Repair, ...]]


def mended(evidence: Evidence, cors: Cors, found: Allowed, near: str, origin: str) -> Mended:
    """Return where the origins are given, and the repair that allows one there.

    `near` is the allowed origin that is likest: one that cannot be any browser's is replaced.
    """
    at = Place(cors.file, cors.line)
    if found.slashed is not None and near.rstrip("/") == origin:
        text = f'{segment(evidence, cors.file, found.slashed)}.rstrip("/")'
        repairs = rewritten(evidence, cors.file, [(found.slashed, text)])
        return Place(cors.file, found.slashed.lineno), repairs
    if near.count("://") > 1 and (parted := _parted(evidence, near)):
        return parted
    if near != near.strip() and (stripped := _stripped(evidence, cors, found)):
        return stripped
    if "*" in near and found.call is not None:
        return _as_pattern(evidence, cors, found.call, near)
    if near and (written := _written(evidence, cors, found, near, origin)):
        return written
    if found.call is None or keyword(found.call, "allow_origins") is not None:
        return at, ()
    regex = keyword(found.call, "allow_origin_regex")
    place = Place(cors.file, regex.lineno) if regex is not None else at
    return place, with_argument(evidence, cors.file, found.call, f'allow_origins=["{origin}"]')


def _parted(evidence: Evidence, near: str) -> Mended | None:
    """Return the repair that puts commas between texts that Python took for one."""
    for file in evidence.sources.own:
        for node in evidence.sources.nodes(file):
            if isinstance(node, ast.Constant) and node.value == near:
                texts = re.findall(r"\"[^\"]*\"|'[^']*'", segment(evidence, file, node))
                if len(texts) > 1:
                    repairs = rewritten(evidence, file, [(node, ", ".join(texts))])
                    return Place(file, node.lineno), repairs
    return None


def _stripped(evidence: Evidence, cors: Cors, found: Allowed) -> Mended | None:
    """Return the repair that takes the blanks from what a text is split into."""
    node = keyword(found.call, "allow_origins") if found.call else None
    file = cors.file
    if isinstance(node, ast.Name) and (written := constant(evidence, file, node.id)):
        file, node = written
    if isinstance(node, ast.Call) and called(node) == "split":
        new = f"[one.strip() for one in {segment(evidence, file, node)}]"
        return Place(file, node.lineno), rewritten(evidence, file, [(node, new)])
    return None


def star_pattern(origin: str) -> str:
    """Return the regular expression of an origin with stars, each within one part of the name."""
    return "[^./]+".join(re.escape(part).replace("/", "/") for part in origin.split("*"))


def _as_pattern(evidence: Evidence, cors: Cors, call: ast.Call, near: str) -> Mended:
    """Return the repair that writes an origin with a star as a pattern."""
    node = keyword(call, "allow_origins")
    if not isinstance(node, ast.List) or keyword(call, "allow_origin_regex") is not None:
        return Place(cors.file, cors.line), ()
    others = [segment(evidence, cors.file, one) for one in node.elts if literal(one) != near]
    pattern = f'allow_origin_regex=r"{star_pattern(near)}"'
    new = f"[{', '.join(others)}], {pattern}"
    place = Place(cors.file, node.lineno)
    return place, rewritten(evidence, cors.file, [(node, new)])


def _written(
    evidence: Evidence, cors: Cors, found: Allowed, near: str, origin: str
) -> Mended | None:
    """Return the repair where the likest origin is written, in the environment's file or in code."""
    pattern = re.compile(rf"(?<![\w./:-])(?P<quote>[\"']?){re.escape(near)}(?P=quote)(?![\w./:-])")
    replaces = not _is_origin(near)
    is_there = found.call is not None and near in segment(evidence, cors.file, found.call)
    files = () if is_there else evidence.env_files
    for file in (*files, cors.file, *evidence.sources.own):
        for number, line in enumerate(evidence.sources.text(file).splitlines(), 1):
            match = pattern.search(line)
            if match is None or line.lstrip().startswith("#"):
                continue
            if not match["quote"] and file not in evidence.env_files:
                continue
            quote, old = match["quote"], match[0]
            comma = ", " if quote else ","
            own = f"{quote}{origin}{quote}"
            new = own if replaces else f"{old}{comma}{own}"
            place = Place(file, number)
            return place, evidence.replaced(place, old, new)
    return None


def _is_origin(text: str) -> bool:
    """Tell whether a browser could send a text as an origin: scheme, host and port alone."""
    parts = urlsplit(text)
    return bool(parts.scheme in ("http", "https") and parts.netloc and not parts.path)


def uses_cookies(evidence: Evidence) -> bool:
    """Tell whether anything of the project sets or reads cookies."""
    return any(
        "set_cookie" in (text := evidence.sources.text(one)) or "Cookie(" in text
        or "SessionMiddleware" in text
        for one in evidence.sources.own
    )  # fmt: skip


def without_wildcard(evidence: Evidence, cors: Cors) -> tuple[Repair, ...]:
    """Return the repair of a wildcard with credentials.

    Where nothing of the project uses cookies, credentials are not needed; else the origin that was
    asked for is named.
    """
    call = middleware_call(evidence, cors)
    if call is None:
        return ()
    credentials, origins = keyword(call, "allow_credentials"), keyword(call, "allow_origins")
    if not uses_cookies(evidence) and credentials is not None and literal(credentials) is True:
        return rewritten(evidence, cors.file, [(credentials, "False")])
    if evidence.origin and origins is not None and literal(origins) in (["*"], ("*",), "*"):
        return rewritten(evidence, cors.file, [(origins, f'["{evidence.origin.rstrip("/")}"]')])
    return ()


def listed(evidence: Evidence, cors: Cors, name: str, words: Sequence[str]) -> tuple[Repair, ...]:
    """Return the repair that adds words to a list of the middleware's, or the list itself."""
    call = middleware_call(evidence, cors)
    if call is None:
        return ()
    node = keyword(call, name)
    shown = ", ".join(f'"{one}"' for one in words)
    if node is None:
        return with_argument(evidence, cors.file, call, f"{name}=[{shown}]")
    if not isinstance(node, ast.List | ast.Tuple):
        return ()
    kept = [segment(evidence, cors.file, one) for one in node.elts]
    return rewritten(evidence, cors.file, [(node, f"[{', '.join([*kept, shown])}]")])
