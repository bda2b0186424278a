"""How a project's tests come by a row over HTTP: they post it, as some test of theirs does."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

from backwright.spec.names import Names
from backwright.transfer.carry.makers import Asking, Maker
from backwright.transfer.carry.types import Parent

_REFUSED = re.compile(r"\b4\d\d\b|HTTP_4\d\d|raises\(")
_PLAIN = ("json", "headers")
_Function = ast.FunctionDef | ast.AsyncFunctionDef


@dataclass(frozen=True)
class _Post:
    """A request that makes a row: the call, whether it is awaited, the names that it uses."""

    call: str
    is_awaited: bool
    names: frozenset[str]


def by_request(
    tests: Sequence[tuple[str, str]], parent: Parent, asking: Asking, module: str
) -> Maker | None:
    """Return the request by which a row of a model is made, if all that it uses is at hand.

    Args:
        tests: the project's test modules, by path.
        parent: the model.
        asking: who needs a row.
        module: the code of the module that it stands in.
    """
    own = {*asking.params, *asking.made, *_globals(module)}
    at_hand = own | _fixtures(tests, asking)
    for path, code in tests:
        for post in _posts(code, parent.names):
            elsewhere = _globals(code) - _globals(module) if path != asking.path else set()
            is_there = post.names <= at_hand and not post.names & elsewhere
            if not is_there or (post.is_awaited and not asking.is_async):
                continue
            row = parent.names.variable
            made = f"(await {post.call})" if post.is_awaited else post.call
            asked = tuple(sorted(post.names - own))
            late = bool(post.names & asking.made)
            return Maker(f'{row}["{parent.key}"]', asked, f"{row} = {made}.json()\n", late=late)
    return None


@lru_cache(maxsize=4096)  # every test that lacks a row asks all modules once more
def _posts(code: str, names: Names) -> tuple[_Post, ...]:
    """Return the requests of a module that make a row of a model, none that must be refused."""
    if ".post(" not in code:
        return ()
    try:
        tree = ast.parse(code)
    except SyntaxError:
        return ()
    functions = (n for n in ast.walk(tree) if isinstance(n, _Function))
    return tuple(post for function in functions for post in _posts_of(code, function, names))


def _posts_of(code: str, function: _Function, names: Names) -> Iterator[_Post]:
    """Yield the requests of one function of a module."""
    nodes = tuple(ast.walk(function))
    calls = [n for n in nodes if isinstance(n, ast.Call) and _makes(n, names)]
    if not calls or _REFUSED.search(ast.get_source_segment(code, function) or ""):
        return
    awaited = {id(n.value) for n in nodes if isinstance(n, ast.Await)}
    for call in calls:
        used = frozenset(n.id for n in ast.walk(call) if isinstance(n, ast.Name))
        written = _on_one_line(ast.get_source_segment(code, call) or ast.unparse(call))
        yield _Post(written, id(call) in awaited, used)


def _makes(call: ast.Call, names: Names) -> bool:
    """Tell whether a call posts a row that is written down in full to a model's path."""
    if not isinstance(call.func, ast.Attribute) or call.func.attr != "post" or len(call.args) != 1:
        return False
    path, given = call.args[0], {k.arg: k.value for k in call.keywords}
    if not isinstance(path, ast.Constant) or not isinstance(path.value, str):
        return False
    last = path.value.rstrip("/").rpartition("/")[2].replace("-", "_")
    body = given.get("json")
    return (
        last in (names.plural_snake, names.snake)
        and set(given) <= set(_PLAIN)
        and isinstance(body, ast.Dict)
        and all(isinstance(v, ast.Constant) for v in body.values)
        and all(isinstance(k, ast.Constant) for k in body.keys)
    )


def _on_one_line(code: str) -> str:
    """Return a call without its line breaks; the formatter finds its own."""
    code = re.sub(r",?\s*\n\s*(?=[)\]}])", "", code)
    return re.sub(r"\s*\n\s*", " ", re.sub(r"(?<=[(\[{])\s*\n\s*", "", code))


def _globals(code: str) -> set[str]:
    """Return the names that a module assigns at its top."""
    found = re.finditer(r"^(\w+)(?:\s*:[^=\n]+)?\s*=", code, re.MULTILINE)
    return {match[1] for match in found}


def _fixtures(tests: Sequence[tuple[str, str]], asking: Asking) -> set[str]:
    """Return the fixtures of the `conftest.py` files above a test, and of its own module."""
    found: set[str] = set()
    for path, code in tests:
        folder, _, name = path.rpartition("/")
        is_above = name == "conftest.py" and asking.path.startswith(f"{folder}/" if folder else "")
        if is_above or path == asking.path:
            pattern = r"fixture\b[^\n]*\n(?:\s*@[^\n]*\n)*\s*(?:async )?def (\w+)"
            found |= {match[1] for match in re.finditer(pattern, code)}
    return found
