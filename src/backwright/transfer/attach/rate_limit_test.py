"""The tests of limits in a host's words, and its tests kept from one another's counts."""

from __future__ import annotations

import ast
import re
from pathlib import PurePosixPath

from backwright.project.apps import is_test
from backwright.source.imports import add_imports
from backwright.source.outline import outline, used_names
from backwright.source.text import Splice, splice
from backwright.transfer.attach.proofs import TestStyle, template
from backwright.transfer.attach.rate_limit import KINDS, LimitOptions
from backwright.transfer.declaration import Import, wanted_imports
from backwright.transfer.draft import Draft
from backwright.transfer.grow.sources import Sources
from backwright.transfer.grow.synchronous import synchronous
from backwright.transfer.guarding.accounts import without_marks

_OF_KIND = {
    "user": "test_user_is_counted_wherever_they_are",
    "key": "test_key_is_counted_wherever_it_is",
}
_WIRED = "test_too_many_requests_are_refused"
_OWN_CLIENT = '''@pytest.fixture
def client() -> TestClient:
    """Give a client of the application."""
    return TestClient({app})


'''
_FIXTURE = "nothing_counted"


def rate_limit_test(
    sources: Sources, module: str, options: LimitOptions, style: TestStyle, header: str
) -> str:
    """Return the module of tests.

    Args:
        sources: the host's modules.
        module: the file of the middleware.
        options: the limit.
        style: how the host tests.
        header: the header that keys come in.
    """
    code = without_marks(template("tests/test_rate_limit.py"))
    code = re.sub(r"(?m)^from app[ .][^(\n]*(\([^)]*\))?\n", "", code)
    gone = {name for kind, name in _OF_KIND.items() if kind != options.by}
    gone |= {"is_good"} if options.by != "key" else set()
    code = _without(code, gone)
    code = _with_headers_of(code, options.by)
    method, path = options.route or ("GET", "/")
    asked = re.sub(r"\{[^}]*\}", "1", path)
    code = code.replace('"GET", "/items"', f'"{method}", "{asked}"').replace(
        '"x-api-key"', f'"{header.lower()}"'
    )
    code = _wired(code, style)
    return _bound(sources, code, module, style)


def _with_headers_of(code: str, by: str) -> str:
    """Return the module without the headers of requests that it does not send."""
    unused = {"user": '"key": "x-api-key"', "key": '"token": "authorization"'}
    for one in [unused[by]] if by in unused else unused.values():
        code = re.sub(rf"(?m)^ +{one},\n", "", code)
    if by == "user":
        return code
    code = code.replace('    before = {"token": "Bearer "}\n', "")
    return code.replace("f\"{before.get(one, '')}{text}\".encode()", "text.encode()")


def _wired(code: str, style: TestStyle) -> str:
    """Return the module with the test of the application as the host's clients are."""
    statement = next(s for s in outline(code) if _WIRED in s.names)
    lines = code.splitlines(keepends=True)
    text = "".join(lines[statement.start - 1 : statement.end])
    if style.client and style.is_async:
        marker = f"@{style.marker}\n" if style.marker else ""
        text = text.replace("@pytest.mark.anyio\n", marker)
        code = _replaced(code, statement.start, statement.end, text)
        client = style.client
    else:
        text = synchronous(text.replace("@pytest.mark.anyio\n", ""))
        client = style.client or "client"
        if not style.client:
            name = style.app_import[1] + ("()" if style.app.endswith("()") else "")
            text = _OWN_CLIENT.format(app=name) + text
        code = _replaced(code, statement.start, statement.end, text)
        code = code.replace(
            "from httpx import AsyncClient", "from fastapi.testclient import TestClient"
        )
    return re.sub(r"\bclient(?=: (?:AsyncClient|TestClient)|\.request)", client, code)


def _replaced(code: str, start: int, end: int, text: str) -> str:
    return splice(code, [Splice(start, end + 1, text)])


def _without(code: str, names: set[str]) -> str:
    gone = [s for s in outline(code) if names & set(s.names)]
    return splice(code, [Splice(s.start, s.end + 3, "") for s in gone])


def _bound(sources: Sources, code: str, module: str, style: TestStyle) -> str:
    """Return the module with what it uses of the host imported."""
    dotted = sources.module(module)
    origin, name = style.app_import
    known: dict[str, Import] = {"rate_limit": _whole(dotted), name: (origin, name)}
    known |= {
        one: (dotted, one)
        for one in ("Client", "Limit", "RateLimitMiddleware", "Window", *KINDS.values())
    }
    code = re.sub(r'"app": app\b', f'"app": {_made(style)}', code)
    used = used_names(ast.parse(code))
    return add_imports(code, wanted_imports({known[one] for one in used if one in known}))


def _whole(module: str) -> Import:
    """Return what is imported to say a module as the template says its own."""
    package, _, stem = module.rpartition(".")
    said = stem if stem == "rate_limit" else f"{stem} as rate_limit"
    return (package, said) if package else (said, "")


def _made(style: TestStyle) -> str:
    return style.app_import[1] + ("()" if style.app.endswith("()") else "")


def keep_apart(sources: Sources, module: str, folder: str) -> list[str]:
    """Let each of a host's tests begin with nothing counted; return the files that were changed.

    Args:
        sources: the host's modules.
        module: the file of the middleware.
        folder: where the new tests are.
    """
    path = _conftest(sources.draft, folder)
    fixture = _fixture()
    origin, name = _whole(sources.module(module))
    wanted = {"pytest": {""}, origin: {name}}
    if not sources.draft.exists(path):
        sources.draft.write(
            path, add_imports('"""What all tests share."""\n\n\n' + fixture, wanted)
        )
        return [path]
    text = sources.draft.text(path)
    if _FIXTURE in text:
        return []
    code = f"{text.rstrip()}\n\n\n{fixture}"
    sources.draft.write(path, add_imports(code, wanted))
    return [path]


def _fixture() -> str:
    """Return the template's fixture that forgets what was counted."""
    code = template("tests/conftest.py")
    found = next(s for s in outline(code) if _FIXTURE in s.names)
    return "".join(f"{line}\n" for line in code.splitlines()[found.start - 1 : found.end])


def _conftest(draft: Draft, folder: str) -> str:
    """Return the outermost conftest of a host's tests, or where one belongs."""
    there = [PurePosixPath(path) for path in draft.modules() if path.endswith("conftest.py")]
    near = [one for one in there if PurePosixPath(folder).is_relative_to(one.parent)]
    if near:
        return str(min(near, key=lambda one: len(one.parts)))
    tests = [PurePosixPath(path).parent for path in draft.modules() if is_test(path)]
    above = [one for one in tests if PurePosixPath(folder).is_relative_to(one)]
    home = min(above, key=lambda one: len(one.parts), default=PurePosixPath(folder))
    return str(home / "conftest.py")
