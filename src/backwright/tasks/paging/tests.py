"""Tests of pages, as the project tests the same list: its own test up to the request, asked for less."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass

from backwright.project.types import Endpoint
from backwright.transfer.draft import Draft
from backwright.transfer.guarding.edits import Edits
from backwright.transfer.paging.wording import Wording

_Function = ast.FunctionDef | ast.AsyncFunctionDef


@dataclass(frozen=True, slots=True, eq=False)
class _Like:
    """A test that asks for the list: where it stands, the statement that asks, and the request."""

    path: str
    function: _Function
    place: int
    call: ast.Call
    answer: str


def write_tests(draft: Draft, folder: str | None, endpoint: Endpoint, wording: Wording) -> str:
    """Write tests of pages beside a test of the same list; return the file, nothing without one."""
    found = list(_alike(draft, folder, endpoint)) if folder else []
    like = max(found, key=_worth, default=None)
    if like is None:
        return ""
    code = draft.text(like.path)
    beside = [one for one in found if one.path == like.path and _depth(one) == _depth(like)]
    plain = min(beside, key=lambda one: one.place)  # what is refused needs no rows
    name, refused = like.function.name, _is_refused(plain)
    count, most = wording.count, wording.most
    tests = [
        _test(code, like, f"{name}_keeps_to_its_limit", f'"{count}": 1', _is_short(like)),
        _test(code, plain, f"{name}_refuses_an_empty_page", f'"{count}": 0', refused),
        _test(code, plain, f"{name}_refuses_too_long_a_page", f'"{count}": {most + 1}', refused),
    ]
    edits = Edits(code)
    gap = "\n\n" if like.function.col_offset else "\n\n\n"
    edits.insert(edits.end(like.function), "".join(f"{gap}{one}" for one in tests))
    draft.write(like.path, edits.made())
    return like.path


def _alike(draft: Draft, folder: str | None, endpoint: Endpoint) -> Iterator[_Like]:
    for path in draft.modules():
        if not path.startswith(f"{folder}/") and folder != ".":
            continue
        if not re.search(r"(^|/)(test_[^/]*|[^/]*_test)\.py$", path):
            continue
        try:
            tree = ast.parse(draft.text(path).removeprefix("\ufeff"))
        except SyntaxError:
            continue
        for node in ast.walk(tree):
            if isinstance(node, _Function) and node.name.startswith("test"):
                yield from _requests(path, node, endpoint)


def _requests(path: str, function: _Function, endpoint: Endpoint) -> Iterator[_Like]:
    for place, statement in enumerate(function.body):
        if not isinstance(statement, ast.Assign) or not isinstance(statement.targets[0], ast.Name):
            continue
        value = statement.value
        call = value.value if isinstance(value, ast.Await) else value
        if not isinstance(call, ast.Call) or not isinstance(call.func, ast.Attribute):
            continue
        if call.func.attr != "get" or not call.args or _has_query(call):
            continue
        if _means(call.args[0], endpoint.path) and _succeeds(function, statement.targets[0].id):
            yield _Like(path, function, place, call, statement.targets[0].id)
            return


def _has_query(call: ast.Call) -> bool:
    named = any(one.arg in ("params", None) for one in call.keywords)
    return named or "?" in ast.unparse(call.args[0])


def _means(url: ast.expr, path: str) -> bool:
    """Tell whether a URL is the path's, whatever a variable in it stands for."""
    parts = url.values if isinstance(url, ast.JoinedStr) else [url]
    pattern = "".join(
        re.escape(str(one.value)) if isinstance(one, ast.Constant) else ".*" for one in parts
    )
    known = isinstance(url, ast.JoinedStr) or (
        isinstance(url, ast.Constant) and isinstance(url.value, str)
    )
    if not known or not any(isinstance(one, ast.Constant) for one in parts):
        return False
    last = path.rstrip("/").rpartition("/")[2]
    return last in ast.unparse(url) and bool(
        re.fullmatch(pattern.rstrip("/") + "/?", re.sub(r"\{\w+\}", "x", path).rstrip("/"))
    )


def _succeeds(function: _Function, answer: str) -> bool:
    """Tell whether a test expects success of an answer, and not of another one by that name."""
    text = ast.unparse(function)
    return bool(
        re.search(rf"{answer}\.status_code == (200|status\.HTTP_200_OK|HTTPStatus\.OK)", text)
    ) and not re.search(rf"{answer}\.status_code == (40\d|422)", text)


def _test(code: str, like: _Like, name: str, query: str, check: str) -> str:
    """Return the test up to its request, with another query and another expectation."""
    edits = Edits(code)
    function = like.function
    first = min([function.lineno, *(one.lineno for one in function.decorator_list)])
    body = [one for one in function.body[: like.place + 1] if not isinstance(one, ast.Assert)]
    edits.add_argument(like.call, f"params={{{query}}}")
    start = edits.start(function)
    head = edits.text(start, edits.start(function.body[0]))
    offset = start + head.index(function.name)
    edits.replace(offset, offset + len(function.name), name)
    changed = edits.made().splitlines(keepends=True)
    kept = {line for one in body for line in range(one.lineno, (one.end_lineno or 0) + 1)}
    heading = range(first, function.body[0].lineno)
    text = "".join(changed[line - 1] for line in [*heading, *sorted(kept - set(heading))])
    margin = " " * function.body[0].col_offset
    return f"{text.rstrip()}\n\n" + "\n".join(f"{margin}{one}" for one in check.splitlines())


def _is_short(like: _Like) -> str:
    return f"assert {like.answer}.status_code == 200\nassert len({like.answer}.json()) <= 1"


def _is_refused(like: _Like) -> str:
    return f"assert {like.answer}.status_code == 422"


def _worth(like: _Like) -> tuple[bool, int]:
    """Tell how good an example a test is: it is about the list, and makes rows before it asks."""
    is_of_another = re.search(r"delete|remove|update|create|patch|add", like.function.name)
    return not is_of_another, like.place


def _depth(like: _Like) -> int:
    """Return how far to the right a test stands: in a class or not."""
    return like.function.col_offset
