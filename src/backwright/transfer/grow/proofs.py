"""The tests of a grown resource, with the rows and fixtures that they need."""

from __future__ import annotations

import ast
import re
from pathlib import PurePosixPath
from typing import NamedTuple

from backwright.source.imports import add_imports
from backwright.source.outline import outline
from backwright.source.text import Splice, lines_between, splice
from backwright.transfer.declaration import Import, wanted_imports
from backwright.transfer.draft import Draft
from backwright.transfer.grow.fill import fill_samples, made_rows
from backwright.transfer.grow.growth import Growth, metadata_owner, names_in_host
from backwright.transfer.grow.guard import let_in
from backwright.transfer.grow.rows import ancestors, row_of
from backwright.transfer.grow.runner import run_by_host
from backwright.transfer.grow.shape import Link, shape, unlinked
from backwright.transfer.grow.sources import names_of_statement
from backwright.transfer.grow.speak import rebound
from backwright.transfer.grow.steps import in_words, make_package

_CONFTEST = "tests/conftest.py"


def add_tests(growth: Growth, path: str) -> None:
    """Add the tests of the endpoints at a path, and the fixtures they need."""
    home = growth.homes.tests
    fixtures = _in_host(growth, growth.plain.text(_CONFTEST))
    fixtures = _with_users(growth, fixtures)
    if growth.guard:
        fixtures = let_in(fixtures, growth.guard)
    tests = growth.plain.text("tests/test_notes.py")
    if not _linked(growth, "ref") and not _linked(growth, "many"):
        tests = unlinked(tests)
    tests = _filled(growth, _in_host(growth, tests))
    tests = re.sub(r'^PATH = ".*"$', f'PATH = "{path}"', tests, flags=re.MULTILINE)
    files = make_package(growth, home)
    conftest = PurePosixPath(home).with_name("conftest.py").as_posix()
    factory = _factory(growth)
    if factory:
        tests = _joined(fixtures, tests)
        tests = tests.replace(f'PATH = "{path}"\n', f'PATH = "{path}"\napp = {factory}()\n')
    elif growth.draft.exists(conftest):
        tests = _joined(_without(fixtures, growth.draft.text(conftest)), tests)
    elif hides_fixtures(growth.draft, conftest, fixtures):
        tests = _joined(fixtures, tests)
    else:
        shared, helpers = _parted(fixtures)
        growth.draft.write(conftest, rebound(shared, _known(growth)))
        tests = _joined(helpers, tests)
        files.append(conftest)
    growth.draft.write(home, rebound(tests, _known(growth)))
    growth.done("tests", *files, home)


def hides_fixtures(draft: Draft, conftest: str, fixtures: str) -> bool:
    """Tell whether a new `conftest.py` would take fixtures away from the tests beside it.

    Those of an outer one are meant by their names: whoever has others keeps them to himself.

    Args:
        draft: the project.
        conftest: the path of the new module.
        fixtures: what it would hold.
    """
    names = {name for s in outline(fixtures) for name in names_of_statement(s.node)}
    outer = [f"{folder}/conftest.py" for folder in PurePosixPath(conftest).parent.parents]
    known = [path.removeprefix("./") for path in outer if draft.exists(path.removeprefix("./"))]
    known += [plugin for path in known for plugin in _plugins(draft, path)]
    return any(
        names & set(names_of_statement(s.node)) for path in known for s in outline(draft.text(path))
    )


def _plugins(draft: Draft, conftest: str) -> list[str]:
    """Return the modules of a project that its `pytest_plugins` have fixtures from."""
    found = []
    for statement in outline(draft.text(conftest)):
        if "pytest_plugins" not in names_of_statement(statement.node):
            continue
        for node in ast.walk(statement.node):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                file = f"{node.value.replace('.', '/')}.py"
                folders = PurePosixPath(conftest).parents
                places = [(folder / file).as_posix() for folder in folders]
                found += [path for path in places if draft.exists(path)][:1]
    return found


def _factory(growth: Growth) -> str | None:
    """Return the function that makes the application, where a function makes it.

    The tests then make one for themselves, which fixtures in another file would not know.
    """
    app = growth.sources.project.apps[0].object.rpartition(":")[2]
    return app.removesuffix("()") if app.endswith("()") else None


def _known(growth: Growth) -> dict[str, Import]:
    owner, address = metadata_owner(growth), growth.seams.address
    named = {pair[1]: pair for pair in address.names} if address else {}
    return growth.brought | names_in_host(growth) | {owner[1]: owner} | named


def _in_host(growth: Growth, code: str) -> str:
    """Return a module of the tests in the host's words; imports are not looked at yet."""
    refs, manys = ([one.link for one in _linked(growth, kind)] for kind in ("ref", "many"))
    owner = metadata_owner(growth)[1]
    code = re.sub(r"\b(SQLModel|Base)\.metadata", f"{owner}.metadata", in_words(growth, code))
    if growth.seams.engine is None and growth.seams.address is not None:
        code = code.replace("engine.url", growth.seams.address.code)
    guarded = growth.guard is not None
    made = shape(code, refs=refs, manys=manys, owned=growth.owned, guarded=guarded)
    return run_by_host(growth.draft.root, growth.homes.tests, without_twins(made))


def _without(fixtures: str, known: str) -> str:
    """Return fixtures without those that stand in another module word for word."""
    there = {ast.dump(s.node) for s in outline(known)}
    twins = [
        Splice(s.start, s.end + 1, "")
        for s in outline(fixtures)
        if isinstance(s.node, ast.FunctionDef | ast.AsyncFunctionDef) and ast.dump(s.node) in there
    ]
    return splice(fixtures, twins)


def _parted(code: str) -> tuple[str, str]:
    """Return fixtures and, by themselves, the helpers that tests call; imports go with both."""
    fixtures: list[str] = []
    helpers: list[str] = []
    for statement in outline(code):
        text = lines_between(code, statement.start, statement.end)
        is_helper = isinstance(statement.node, ast.FunctionDef | ast.AsyncFunctionDef) and not (
            statement.node.decorator_list
        )
        if isinstance(statement.node, ast.Import | ast.ImportFrom):
            helpers.append(text)
        (helpers if is_helper else fixtures).append(text)
    return _spaced(fixtures), _spaced(helpers)


def _spaced(parts: list[str]) -> str:
    """Join statements: imports close together, definitions apart."""
    text = ""
    for part in parts:
        close = part.startswith(("import ", "from ")) and text.rpartition("\n")[0].rpartition("\n")[
            2
        ].startswith(("import ", "from ", ")"))
        text += part if close or not text else f"\n\n{part}"
    return text


class _Linked(NamedTuple):
    """A field that refers to other rows, and what it is to the shape of the code."""

    name: str
    link: Link


def _linked(growth: Growth, kind: str) -> list[_Linked]:
    """Return what samples refer to; a row of the resource's own kind would have to be there first."""
    names = [f.name for f in growth.fields if f.kind == kind]
    pairs = zip(names, growth.links(kind), strict=True)
    own = growth.writers.home.model
    return [_Linked(name, link) for name, link in pairs if link.model != own]


def without_twins(code: str) -> str:
    """Return a module in which each function is defined once: two fields may need the same row."""
    seen: set[str] = set()
    twins = []
    for statement in outline(code):
        if isinstance(statement.node, ast.FunctionDef | ast.AsyncFunctionDef):
            if statement.node.name in seen:
                twins.append(Splice(statement.start, statement.end + 1, ""))
            seen.add(statement.node.name)
    return splice(code, twins)


def _joined(fixtures: str, tests: str) -> str:
    """Return one module out of fixtures and tests: imports, then tests' own, then the rest."""
    imports, bodies = [], []
    for code in (fixtures, tests):
        for statement in outline(code):
            text = lines_between(code, statement.start, statement.end)
            if isinstance(statement.node, ast.Import | ast.ImportFrom):
                imports.append(text)
            elif not _is_docstring(statement.node):
                bodies.append((statement.node, text))
    head = next(
        lines_between(tests, s.start, s.end) for s in outline(tests) if _is_docstring(s.node)
    )
    constants = [text for node, text in bodies if isinstance(node, ast.Assign | ast.AnnAssign)]
    others = [text for node, text in bodies if not isinstance(node, ast.Assign | ast.AnnAssign)]
    return "\n".join((head, "".join(imports), "".join(constants), "\n" + "\n\n".join(others)))


def _is_docstring(node: ast.stmt) -> bool:
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)


def _with_users(growth: Growth, code: str) -> str:
    """Make the two users of the tests as the host's model wants them."""
    users = growth.seams.users
    if users is None or not growth.owned:
        return code
    imports: set[Import] = set()
    name = users.model.name
    for which, template in enumerate(re.findall(rf"{name}\(email=[^)]*\)", code)):
        row = row_of(growth.untouched, growth.dialect, users.model, which, {})
        imports |= row.imports
        growth.brought |= {name: (module, name) for module, name in row.imports}
        code = code.replace(template, f"{name}({row.code})")
    return add_imports(code, wanted_imports(imports))


def _filled(growth: Growth, code: str) -> str:
    """Fill samples, and make the rows that they refer to as the host's models want them."""
    waits = "await " if growth.seams.is_async else ""
    who = "connection, owner" if growth.owned else "connection"
    linked = {}
    imports: set[Import] = set()
    for name, link in (*_linked(growth, "ref"), *_linked(growth, "many")):
        code, needed = _with_row(growth, code, link.word.snake, link.model)
        asked = re.search(rf"def make_{link.word.snake}\([^)]*\bowner\b", code)
        arguments = who if link.owned or not growth.owned or asked else "connection"
        linked[name] = f"{waits}make_{link.word.snake}({arguments})"
        imports |= needed
    filled = fill_samples(code, growth.writers, growth.fields, linked)
    imports |= filled.imports
    code = add_imports(filled.code, wanted_imports(imports))
    if code.count("_numbers") == 1:
        code = code.replace("_numbers = count(1)\n", "")
    return code


def _with_row(growth: Growth, code: str, word: str, model: str) -> tuple[str, set[Import]]:
    users = growth.seams.users
    references = {users.model.table: f"owner.{users.key}"} if users and growth.owned else {}
    target = growth.target(model)
    models = {m.table: m for m in growth.sources.project.models}
    before, known = ancestors(
        growth.untouched, growth.dialect, models, target, references, growth.sources.module
    )
    row = row_of(growth.untouched, growth.dialect, target, 0, known)
    waits = "await " if growth.seams.is_async else ""
    made = "".join(
        f"{a.variable} = {a.call}\n{waits}save(connection, {a.variable})\n" for a in before
    )
    imports = row.imports.union(*(a.imports for a in before))
    growth.brought |= {name: (module, name) for module, name in imports}
    code = made_rows(code, word, f"{model}({row.code})", made)
    if "owner." in f"{made}{row.code}":
        code = _given_owner(code, word)
    return code, imports


def _given_owner(code: str, word: str) -> str:
    """Give the owner to what makes a row, where the row or what it refers to is a user's."""
    kind = re.search(r"\bowner: (\w+)", code)
    lacking = rf"(def make_{word}\((?:(?!owner)[^)])*?),?\s*\)"
    return re.sub(lacking, rf"\1, owner: {kind[1]})", code) if kind else code
