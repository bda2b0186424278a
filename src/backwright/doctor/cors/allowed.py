"""The call that adds CORSMiddleware, and the origins that it allows when the project runs."""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass

from backwright.doctor.evidence import Evidence
from backwright.doctor.givens import constant, of_variable, setting_of
from backwright.doctor.sources import keyword, literal
from backwright.project.types import Cors, Setting
from backwright.source.syntax import nodes
from backwright.values import Place

_URL = re.compile(r"\b(?:Any)?(?:Http)?Url\b")
_ABOUT = re.compile(r"(?i)cors|origin|frontend|client_url|web_url")


@dataclass(frozen=True, slots=True)
class Allowed:
    """The origins in force.

    Attributes:
        call: The call, where it was found.
        origins: What is compared with a browser's origin.
        known: Whether these are all of them.
        slashed: The `str(…)` that ends each of them with a slash; None where nothing does.
        objects: The expression whose items are URLs of Pydantic, which equal no text; None for texts.
    """

    call: ast.Call | None
    origins: tuple[str, ...]
    known: bool
    slashed: ast.Call | None = None
    objects: ast.expr | None = None


def allowed(evidence: Evidence, cors: Cors) -> Allowed:
    """Return the origins that the middleware allows: those of the environment before defaults."""
    call = middleware_call(evidence, cors)
    node = keyword(call, "allow_origins") if call else None
    if node is None:
        return Allowed(call, cors.origins, bool(cors.origins or cors.origin_regex or call))
    if isinstance(node, ast.Name) and (written := constant(evidence, cors.file, node.id)):
        node = written[1]
    value = literal(node)
    if isinstance(value, list | tuple | str):
        return Allowed(
            call, (value,) if isinstance(value, str) else tuple(map(str, value)), known=True
        )
    settings = list(_settings(evidence, node))
    given = [one for setting in settings for one in _given(evidence, setting)]
    literals = [
        n.value for n in nodes(node) if isinstance(n, ast.Constant) and "://" in str(n.value)
    ]
    origins = tuple(dict.fromkeys([*(given or cors.origins), *map(str, literals)]))
    slashed = _slashing(evidence, node, settings)
    if slashed is not None:
        origins = tuple(_with_slash(one) for one in origins)
    objects = node if _are_urls(evidence, node, settings) else None
    return Allowed(call, origins, bool(origins), slashed, objects)


def middleware_call(evidence: Evidence, cors: Cors) -> ast.Call | None:
    """Return the call of `add_middleware`, `Middleware` or `CORSMiddleware` itself."""
    found = [
        node for node in evidence.sources.nodes(cors.file)
        if isinstance(node, ast.Call) and node.lineno <= cors.line <= (node.end_lineno or 0)
        and any("CORSMiddleware" in ast.unparse(one) for one in (node.func, *node.args[:1]))
    ]  # fmt: skip
    return max(found, key=lambda node: node.lineno, default=None)


def _settings(evidence: Evidence, node: ast.expr) -> Iterator[Setting]:
    """Yield the settings that an expression reads; of a property, those that are about origins."""
    names = [getattr(one, "attr", getattr(one, "id", "")) for one in nodes(node)]
    found = [one for one in (setting_of(evidence, name) for name in names) if one]
    if found or not any(_ABOUT.search(name) for name in names):
        yield from found
        return
    yield from (one for one in evidence.project.settings if _ABOUT.search(one.name))


def _given(evidence: Evidence, setting: Setting) -> tuple[str, ...]:
    """Return the origins that the environment gives to a setting."""
    for variable in setting.variables:
        if (found := of_variable(evidence, variable)) is not None:
            return _listed(found.value)
    return ()


def _listed(value: str) -> tuple[str, ...]:
    """Return the items of a list in the environment: JSON, or with commas."""
    try:
        items = json.loads(value)
    except ValueError:
        items = value.split(",")
    found = items if isinstance(items, list) else [items]
    return tuple(one for item in found if (one := str(item).strip().strip("\"'")))


def _slashing(evidence: Evidence, node: ast.expr, settings: list[Setting]) -> ast.Call | None:
    """Return the `str(url)` of a URL of Pydantic 2, which ends with a slash where there is no path."""
    if not any(_URL.search(_annotation(evidence, one)) for one in settings):
        return None
    for inner in nodes(node):
        is_text = isinstance(inner, ast.Call) and ast.unparse(inner.func) == "str"
        if is_text and f"{ast.unparse(inner)}.rstrip" not in ast.unparse(node):
            return inner if isinstance(inner, ast.Call) else None
    return None


def _are_urls(evidence: Evidence, node: ast.expr, settings: list[Setting]) -> bool:
    """Tell whether a setting of URLs is given as it is, so that no item is a text."""
    is_plain = isinstance(node, ast.Attribute | ast.Name)
    return is_plain and any(_URL.search(_annotation(evidence, one)) for one in settings)


def _annotation(evidence: Evidence, setting: Setting) -> str:
    for node in evidence.sources.nodes(setting.file):
        if isinstance(node, ast.AnnAssign) and node.lineno == setting.line:
            return ast.unparse(node.annotation)
    return evidence.sources.line(Place(setting.file, setting.line)).partition("=")[0]


def _with_slash(text: str) -> str:
    return text if re.search(r"://[^/]+/", text) else f"{text}/"
