"""`probe --write-tests`: what was proved, as a pytest file of the project's own."""

from __future__ import annotations

import ast
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path, PurePosixPath

from backwright.errors import MissingError, VerificationError
from backwright.probe.as_tests import Style
from backwright.report.events import StepStarted
from backwright.tasks.change import Workplace, move_over
from backwright.tasks.tidy import tidy
from backwright.tasks.unfit_tests import leave_out, unfit_cases
from backwright.workshop import ChangeSet, FileEdit, require, verify

_NAME = "test_isolation"
_CLIENTS = re.compile(r"\b(TestClient|AsyncClient)\b")
_MARKS = ("pytest.mark.anyio", "pytest.mark.asyncio")
_ROUNDS = 3

Function = ast.FunctionDef | ast.AsyncFunctionDef


def style_of(place: Workplace) -> Style:
    """Return how a project tests: the client that most tests ask for, else one of the file's own."""
    return style_in(place.folder, place.facts.test_folder, place.facts.app or "")


def style_in(root: Path, folder: str | None, app: str, home: str | None = None) -> Style:
    """Return how the tests in a folder of a project are written.

    Args:
        root: the project.
        folder: where its tests are.
        app: its application.
        home: where the fixtures must be known; of any folder of tests where it is not said.
    """
    trees = list(_trees(root / folder)) if folder else []
    sharing = [one for one in (root / folder).rglob("*.py") if _shares(one, root, home)] if (
        folder
    ) else []  # fmt: skip
    clients = dict(_clients([tree for one in sharing for tree in _trees(one)]))
    asked = Counter(
        argument.arg for tree in trees for one in _functions(tree) if one.name.startswith("test")
        for argument in one.args.args if argument.arg in clients
    )  # fmt: skip
    usual = [name for name, _ in asked.most_common() if not re.search(r"auth|admin|logged", name)]
    if not usual:
        return Style(app=app)
    is_async = clients[usual[0]]
    return Style(usual[0], is_async=is_async, marker=_marker(trees) if is_async else "")


def _shares(file: Path, root: Path, home: str | None) -> bool:
    """Tell whether fixtures of a file are known to tests in other files, in a folder."""
    if file.name != "conftest.py":
        return not (file.name.startswith("test_") or file.name.endswith("_test.py"))
    return home is None or (root / home).is_relative_to(file.parent)


def _trees(folder: Path) -> Iterator[ast.Module]:
    for file in sorted(folder.rglob("*.py")) if folder.is_dir() else [folder]:
        try:
            yield ast.parse(file.read_text(encoding="utf-8"))
        except (OSError, ValueError, SyntaxError):
            continue


def _functions(tree: ast.Module) -> Iterator[Function]:
    return (one for one in ast.walk(tree) if isinstance(one, Function))


def _clients(trees: list[ast.Module]) -> Iterator[tuple[str, bool]]:
    """Yield the fixtures that give a client, and whether it is asynchronous."""
    for tree in trees:
        for one in tree.body:
            if isinstance(one, Function) and any(
                "fixture" in ast.unparse(d) for d in one.decorator_list
            ):
                found = _CLIENTS.search(ast.unparse(one))
                if found:
                    yield _called(one), found[1] == "AsyncClient"


def _called(fixture: Function) -> str:
    """Return the name that tests ask for a fixture by: its own, or the one that it is given."""
    for mark in fixture.decorator_list:
        for given in mark.keywords if isinstance(mark, ast.Call) else ():
            if given.arg == "name" and isinstance(given.value, ast.Constant):
                return str(given.value.value)
    return fixture.name


def _marker(trees: list[ast.Module]) -> str:
    """Return the marker of asynchronous tests; nothing where they need none."""
    text = "\n".join(ast.unparse(tree) for tree in trees)
    counts = {mark: text.count(mark) for mark in _MARKS}
    best = max(_MARKS, key=lambda mark: counts[mark])
    return best if counts[best] else ""


def add_tests(place: Workplace, text: str) -> tuple[str, str, tuple[str, ...]]:
    """Put a test file into the project, once it passes there without us.

    Returns:
        The file, the id to undo it by, and notes.

    Raises:
        MissingError: there is nothing to write: users cannot be made through the API alone.
        VerificationError: no test passes.
    """
    path, notes = stage_tests(place, text)
    return path, move_over(place, _change(place, path), "probe --write-tests"), notes


def stage_tests(place: Workplace, text: str) -> tuple[str, tuple[str, ...]]:
    """Put a test file into the staging copy, and keep of it what passes there.

    Tests that do not pass in the project's own setting are left out, and said.

    Returns:
        The file, and notes.

    Raises:
        MissingError: there is nothing to write: users cannot be made through the API alone.
        VerificationError: no test passes.
    """
    if not text:
        raise MissingError(
            "no tests can be written: users cannot register and log in through the API alone",
            remedy="let people register in the tests' setting, or write them by hand",
        )
    path = _free_name(place)
    place.listener(StepStarted(f"trying {path} in the project's own tests"))
    (place.folder / path).parent.mkdir(parents=True, exist_ok=True)
    (place.folder / path).write_text(text, encoding="utf-8")
    tidy(place.folder, [path])
    notes: list[str] = []
    for _ in range(_ROUNDS):
        checks = verify(
            place.bench(_change(place, path), new_tests=(path,)), place.listener, only=("tests",)
        )
        bad = unfit_cases(place, {path})
        if not bad:
            break
        notes += [one.text.replace("carried", "written") for one in leave_out(place, bad)]
    require(checks)
    if "def test_" not in (place.folder / path).read_text(encoding="utf-8"):
        raise VerificationError(f"none of the tests passes here: {'; '.join(notes)}", checks)
    return path, tuple(notes)


def _change(place: Workplace, path: str) -> ChangeSet:
    data = (place.folder / path).read_bytes()
    return ChangeSet((FileEdit(path, None, data, reason="what the probe proved"),))


def _free_name(place: Workplace) -> str:
    """Return a path for the tests that nothing has yet."""
    folder = place.facts.test_folder or str(PurePosixPath(place.facts.run_folder) / "tests")
    names = [_NAME, *(f"{_NAME}_{number}" for number in range(2, 100))]
    paths = (str(PurePosixPath(folder) / f"{name}.py") for name in names)
    return next(path for path in paths if not (place.root / path).exists())
