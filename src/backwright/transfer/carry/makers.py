"""How a project's tests come by a row of a model: a fixture, a helper, a request, the session."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import PurePosixPath

from backwright.source.outline import first_line
from backwright.spec.names import Names, split_words
from backwright.transfer.carry.types import Facts, Import, Parent

SESSIONS = ("session", "db", "db_session", "async_session", "db_client", "test_db", "test_session")


@dataclass(frozen=True)
class Maker:
    """A way to a row: the fixtures to ask for, the statements to run, the expression of its id."""

    id: str
    params: tuple[str, ...] = ()
    code: str = ""
    imports: frozenset[Import] = frozenset()
    late: bool = False  # it uses what the function itself makes: it stands where it is needed
    borrowed: tuple[str, ...] = ()  # fixtures of the exemplar's module, which the new one lacks


@dataclass(frozen=True)
class Asking:
    """The function that needs a row: where it stands, what it is given, whether it may await."""

    path: str
    params: tuple[str, ...]
    is_async: bool
    scope: str
    made: frozenset[str] = frozenset()  # the variables that it has before it needs the row
    left: str | None = None  # the exemplar's module, where the function goes into one of its own


@dataclass(frozen=True)
class _Function:
    path: str
    name: str
    node: ast.FunctionDef | ast.AsyncFunctionDef
    code: str
    scope: str | None  # of a fixture


def fixtures_and_helpers(facts: Facts) -> list[_Function]:
    """Return the functions of a project's tests that are no tests."""
    return [function for path, code in facts.tests for function in _functions_of(path, code)]


@lru_cache(maxsize=4096)  # every test that lacks a row asks all modules once more
def _functions_of(path: str, code: str) -> tuple[_Function, ...]:
    """Return the functions of a test module that are no tests."""
    try:
        tree = ast.parse(code)
    except SyntaxError:
        return ()
    lines = code.splitlines()
    found = []
    for node in tree.body:
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            scope = _scope(node)
            if scope or not node.name.startswith("test_"):
                text = "\n".join(lines[first_line(node) - 1 : node.end_lineno])
                found.append(_Function(path, _fixture_name(node), node, text, scope))
    return tuple(found)


def by_fixture(functions: Sequence[_Function], parent: Parent, asking: Asking) -> Maker | None:
    """Return the fixture that gives a row of a model, if one can be seen from where it is needed."""
    seen = [
        f
        for f in functions
        if f.scope and _is_about(f.name, parent.names) and _is_visible(f, asking)
    ]
    seen = [f for f in seen if asking.scope in ("function", f.scope)]
    for fixture in sorted(seen, key=lambda f: (len(f.name), f.name)):
        access = _access(fixture, parent)
        if access:
            borrowed = borrow(functions, fixture) if fixture.path == asking.left else ()
            if borrowed is not None:
                return Maker(f"{fixture.name}{access}", (fixture.name,), borrowed=borrowed)
    return None


def borrow(functions: Sequence[_Function], fixture: _Function) -> tuple[str, ...] | None:
    """Return the code of a fixture and of those that it asks for in its own module.

    None where one of them uses what is no fixture there.
    """
    local = {f.name: f for f in functions if f.path == fixture.path and f.scope}
    other = {f.node.name for f in functions if f.path == fixture.path and not f.scope}
    wanted, found = [fixture.name], dict[str, str]()
    while wanted:
        one = local[wanted.pop()]
        if {n.id for n in ast.walk(one.node) if isinstance(n, ast.Name)} & other:
            return None
        found[one.name] = one.code
        wanted += [a.arg for a in one.node.args.args if a.arg in local and a.arg not in found]
    return tuple(found[name] for name in local if name in found)


def by_helper(functions: Sequence[_Function], parent: Parent, asking: Asking) -> Maker | None:
    """Return the helper that makes a row (`create_random_user(db)`), if its arguments are at hand."""
    for helper in functions:
        is_maker = re.match(r"(create|make|add|new|random|insert)_", helper.name)
        if helper.scope or not is_maker or not _is_about(helper.name, parent.names):
            continue
        sessions = [
            f.name for f in functions if f.scope and f.name in SESSIONS and _is_visible(f, asking)
        ]
        arguments, asked = _arguments(helper, asking, sessions)
        access = _access(helper, parent)
        is_async = isinstance(helper.node, ast.AsyncFunctionDef)
        if arguments is None or not access or (is_async and not asking.is_async):
            continue
        row = parent.names.variable
        wait = "await " if is_async else ""
        module = helper.path.removesuffix(".py").replace("/", ".")
        code = f"{row} = {wait}{helper.name}({arguments})\n"
        return Maker(f"{row}{access}", asked, code, frozenset({(module, helper.name)}))
    return None


def by_session(
    functions: Sequence[_Function], parent: Parent, asking: Asking, values: str | None
) -> Maker | None:
    """Return statements that make a row with the session that tests have.

    Args:
        functions: the project's fixtures.
        parent: the model.
        asking: who needs a row.
        values: the arguments that a row must be given; None if they are not known.
    """
    if values is None:
        return None
    named = [n for n in asking.params if n in SESSIONS]
    fixtures = [f for f in functions if f.scope and f.name in SESSIONS and _is_visible(f, asking)]
    session = next(iter([*named, *(f.name for f in fixtures)]), None)
    if session is None:
        return None
    text = next((f.code for f in fixtures if f.name == session), "")
    is_async = "AsyncSession" in text or f"await {session}." in text or "async_session" in text
    if is_async and not asking.is_async:
        return None
    row, wait = parent.names.variable, "await " if is_async else ""
    code = f"{row} = {parent.model}({values})\n{session}.add({row})\n"
    code += f"{wait}{session}.commit()\n{wait}{session}.refresh({row})\n"
    return Maker(f"{row}.{parent.key}", (session,), code, parent.imports)


def _scope(node: ast.FunctionDef | ast.AsyncFunctionDef) -> str | None:
    for decorator in node.decorator_list:
        text = ast.unparse(decorator)
        if "fixture" in text:
            match = re.search(r"scope=['\"](\w+)['\"]", text)
            return match[1] if match else "function"
    return None


def _fixture_name(node: ast.FunctionDef | ast.AsyncFunctionDef) -> str:
    for decorator in node.decorator_list:
        match = re.search(r"fixture\(.*\bname=['\"](\w+)['\"]", ast.unparse(decorator))
        if match:
            return match[1]
    return node.name


def _is_about(name: str, names: Names) -> bool:
    """Tell whether a name speaks of a model, and says nothing else but that it is a test's."""
    words = "_".join(w.lower() for w in split_words(name))
    for form in (names.snake, names.plural_snake):
        rest = f"_{words}_".replace(f"_{form}_", "_", 1)
        if rest != f"_{words}_" and not set(rest.strip("_").split("_")) - _PLAIN:
            return True
    return False


_PLAIN = frozenset(
    [
        "a",
        "add",
        "an",
        "create",
        "created",
        "data",
        "db",
        "default",
        "existing",
        "first",
        "fixture",
        "in",
        "insert",
        "make",
        "my",
        "new",
        "obj",
        "object",
        "one",
        "random",
        "sample",
        "some",
        "test",
        "tests",
        "the",
        "1",
    ]
) | {""}


def _is_visible(function: _Function, asking: Asking) -> bool:
    path = PurePosixPath(function.path)
    if path.name != "conftest.py":
        return function.path == asking.path
    return path.parent in PurePosixPath(asking.path).parents


def _access(function: _Function, parent: Parent) -> str | None:
    """Return how the id is had from what a function gives: `.id`, `["id"]`, `[0].id`."""
    given = list(_given(function.node))
    if not given:
        return None
    returns = ast.unparse(function.node.returns) if function.node.returns else ""
    is_many = parent.names.plural_snake in function.name and (
        parent.names.plural_snake != parent.names.snake
    )
    is_json = ".json()" in function.code and f"{parent.model}(" not in function.code
    is_json = is_json or "dict" in returns.lower()
    if "Schema" in returns or "Create" in returns or "In" in returns.split("["):
        return None
    first = "[0]" if is_many else ""
    return f'{first}["{parent.key}"]' if is_json else f"{first}.{parent.key}"


def _given(node: ast.AST) -> Iterator[ast.expr]:
    for child in ast.walk(node):
        if isinstance(child, ast.Return | ast.Yield) and child.value is not None:
            yield child.value


def _arguments(
    helper: _Function, asking: Asking, sessions: Sequence[str]
) -> tuple[str | None, tuple[str, ...]]:
    """Return the arguments of a helper, and the fixtures to ask for, if all can be had."""
    spec = helper.node.args
    needed = spec.args[: len(spec.args) - len(spec.defaults)]
    only = [a for a, d in zip(spec.kwonlyargs, spec.kw_defaults, strict=True) if d is None]
    given: list[str] = []
    asked: list[str] = []
    for argument in (*needed, *only):
        kind = ast.unparse(argument.annotation) if argument.annotation else ""
        name = _at_hand(argument.arg, kind, asking, sessions)
        if name is None:
            return None, ()
        asked += [name] if name not in asking.params else []
        given.append(f"{argument.arg}={name}" if argument in only else name)
    return ", ".join(given), tuple(asked)


def _at_hand(name: str, kind: str, asking: Asking, sessions: Sequence[str]) -> str | None:
    if name in asking.params:
        return name
    if name in SESSIONS or "Session" in kind:
        return next((s for s in (*asking.params, *sessions) if s in SESSIONS), None)
    return None
