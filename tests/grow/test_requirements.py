"""New requirements stand where the project names its own, in the layout that is there."""

from pathlib import Path

import pytest

from backwright.transfer.draft import Draft
from backwright.transfer.grow.requirements import add_dependencies

CASES = {
    "lines": (
        "requirements.txt",
        "fastapi\nuvicorn",
        "fastapi\nuvicorn\nsqlmodel>=0.0.24\npsycopg[binary]>=3.2\n",
    ),
    "short array": (
        "pyproject.toml",
        '[project]\nname = "a"\ndependencies = ["fastapi[standard]>=0.115"]\n',
        '[project]\nname = "a"\ndependencies = [\n    "fastapi[standard]>=0.115",\n'
        '    "sqlmodel>=0.0.24",\n    "psycopg[binary]>=3.2",\n]\n',
    ),
    "long array": (
        "pyproject.toml",
        '[project]\nname = "a"\ndependencies = [\n  "fastapi",  # the framework\n'
        '  "uvicorn[standard]"\n]\n',
        '[project]\nname = "a"\ndependencies = [\n  "fastapi",  # the framework\n'
        '  "uvicorn[standard]",\n  "sqlmodel>=0.0.24",\n  "psycopg[binary]>=3.2",\n]\n',
    ),
    "poetry": (
        "pyproject.toml",
        '[tool.poetry]\nname = "a"\n\n[tool.poetry.dependencies]\npython = "^3.11"\n'
        'fastapi = "^0.115"\n\n[build-system]\nrequires = ["poetry-core"]\n',
        '[tool.poetry]\nname = "a"\n\n[tool.poetry.dependencies]\npython = "^3.11"\n'
        'fastapi = "^0.115"\nsqlmodel = ">=0.0.24"\n'
        'psycopg = {extras = ["binary"], version = ">=3.2"}\n\n'
        '[build-system]\nrequires = ["poetry-core"]\n',
    ),
}
CASES["poetry, with blank lines"] = (
    "pyproject.toml",
    '[tool.poetry.dependencies]\nfastapi = "^0.115"\n\n\n[build-system]\nrequires = []\n',
    '[tool.poetry.dependencies]\nfastapi = "^0.115"\nsqlmodel = ">=0.0.24"\n'
    'psycopg = {extras = ["binary"], version = ">=3.2"}\n\n\n[build-system]\nrequires = []\n',
)
CASES["pipenv"] = (
    "Pipfile",
    '[[source]]\nname = "pypi"\n\n[packages]\nfastapi = "*"\n\n[dev-packages]\nblack = "*"\n',
    '[[source]]\nname = "pypi"\n\n[packages]\nfastapi = "*"\nsqlmodel = ">=0.0.24"\n'
    'psycopg = {extras = ["binary"], version = ">=3.2"}\n\n[dev-packages]\nblack = "*"\n',
)
WANTED = ("sqlmodel>=0.0.24", "psycopg[binary]>=3.2")


@pytest.mark.parametrize("name", CASES)
def test_add(name: str, tmp_path: Path) -> None:
    path, before, after = CASES[name]
    (tmp_path / path).write_text(before)
    draft = Draft(tmp_path)
    assert add_dependencies(draft, WANTED) == (path, WANTED)
    assert draft.text(path) == after


def test_nothing_is_added_twice(tmp_path: Path) -> None:
    (tmp_path / "requirements.txt").write_text("fastapi\nSQLModel==0.0.24\npsycopg\n")
    assert add_dependencies(Draft(tmp_path), WANTED) is None


def test_a_project_without_requirements_gets_them(tmp_path: Path) -> None:
    draft = Draft(tmp_path)
    add_dependencies(draft, WANTED)
    assert draft.text("requirements.txt").splitlines() == ["fastapi", *WANTED]


def test_what_stands_beside_the_application_is_added_to_first(tmp_path: Path) -> None:
    (tmp_path / "backend").mkdir()
    (tmp_path / "backend" / "requirements.txt").write_text("fastapi\n")
    whole = '[tool.poetry.dependencies]\nstreamlit = "^1"\n'
    (tmp_path / "pyproject.toml").write_text(whole)
    draft = Draft(tmp_path)
    assert add_dependencies(draft, WANTED, "backend") == ("backend/requirements.txt", WANTED)
    assert draft.text("backend/requirements.txt").splitlines() == ["fastapi", *WANTED]
    assert draft.text("pyproject.toml") == whole
