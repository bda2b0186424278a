"""`backwright inspect` as it is typed."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from io import StringIO
from pathlib import Path

import pytest
from rich.console import Console
from tests.inspect.documents import document, endpoint, write_project

from backwright.project.document import HIDDEN
from backwright.report.inspect_text import print_inspection

KEYS = {
    "apps": {"object", "file", "line"},
    "endpoints": {
        *("app", "method", "path", "handler", "file", "line", "auth", "dependencies"),
        *("request_model", "response_model", "owner_scoped", "seen"),
    },
    "models": {"name", "table", "file", "line", "columns", "relationships"},
}
AUTH = {"approach", "library", "hashing", "token_url", "current_user", "file", "line"}


def inspect(root: Path, *words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "backwright", "inspect", "--project", str(root), "--static", *words],
        capture_output=True,
        text=True,
        cwd=root.parent,
        timeout=120,
    )


def test_json_has_the_keys_of_the_contract(tmp_path: Path) -> None:
    done = inspect(write_project(tmp_path / "shop"), "--json", "--quiet")
    assert (done.returncode, done.stderr) == (0, "")
    found = json.loads(done.stdout)
    assert (found["schema"], found["command"]) == (1, "inspect")
    for key, wanted in KEYS.items():
        assert wanted <= found[key][0].keys()
    assert found["auth"].keys() >= AUTH
    assert found["cors"] is None
    assert found["conventions"]["session"] == "sync"
    assert {"schemas", "services", "migrations", "unresolved"} <= found.keys()
    (made,) = [one for one in found["endpoints"] if one["method"] == "POST"]
    assert made["auth"] == "required"
    assert "main:get_current_user" in made["dependencies"]


SETTINGS = """
from pydantic_settings import BaseSettings


class Settings(BaseSettings):
    database_url: str
    jwt_secret: str = "a word that is nobody's business"
    page_size: int = 20


settings = Settings()
"""


def test_json_has_settings_and_tools(tmp_path: Path) -> None:
    root = write_project(tmp_path / "shop")
    (root / "main.py").write_text((root / "main.py").read_text() + "\nimport config\n")
    (root / "config.py").write_text(SETTINGS)
    (root / "pyproject.toml").write_text('[project]\nname = "shop"\nrequires-python = ">=3.12"\n')
    (root / "uv.lock").write_text("version = 1\n")
    (root / "tests").mkdir()
    (root / "tests" / "test_books.py").write_text("def test_nothing(): ...\n")
    done = inspect(root, "--json")
    found = json.loads(done.stdout)
    assert {one["name"]: (one["required"], one["default"]) for one in found["settings"]} == {
        "database_url": (True, None),
        "jwt_secret": (False, HIDDEN),
        "page_size": (False, "20"),
    }
    assert "nobody's business" not in done.stdout
    tools = ("package_manager", "python_version", "tests")
    assert [found[key] for key in tools] == ["uv", ">=3.12", ["tests"]]
    assert found["database"]["driver"] == "sqlite"
    text = inspect(root).stdout
    assert "uv, Python >=3.12, tests in tests, needs DATABASE_URL" in text


def test_text_fits_a_screen_and_answers(tmp_path: Path) -> None:
    done = inspect(write_project(tmp_path / "shop"))
    assert done.returncode == 0
    lines = done.stdout.splitlines()
    assert len(lines) <= 40
    assert max(len(line.rstrip()) for line in lines) <= 80
    assert "3 endpoints, 2 tables" in lines[0]
    assert "main:app (main.py:" in done.stdout
    assert "/api/books" in done.stdout
    assert "reading the source" in done.stderr


def test_text_tells_who_keeps_to_the_rows_of_the_caller() -> None:
    endpoints = [endpoint("GET", f"/{number}", "required") for number in range(3)]
    endpoints[0]["owner_scoped"] = True
    endpoints[1]["owner_scoped"] = False
    console = Console(file=StringIO(), width=200)
    print_inspection(console, document(endpoints))
    shown = console.file.getvalue()  # type: ignore[attr-defined]
    assert "1 of 2 endpoints with users' rows keep to the caller's; not: GET /1" in shown


def test_files_are_written(tmp_path: Path) -> None:
    root = write_project(tmp_path / "shop")
    for name in ("page.html", "tables.svg", "tables.mmd"):
        flag = "--html" if name.endswith("html") else "--diagram"
        done = inspect(root, "--quiet", flag, str(tmp_path / name))
        assert done.returncode == 0, done.stderr
    assert "<!doctype html>" in (tmp_path / "page.html").read_text()
    assert "<svg" in (tmp_path / "tables.svg").read_text()
    assert "author ||--o{ book : author_id" in (tmp_path / "tables.mmd").read_text()
    assert [one.name for one in root.iterdir()] == ["main.py"]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--diagram", "x.png"), "no kind of diagram"),
        (("--html", "no/such/folder/x.html"), "cannot be written"),
    ],
)
def test_wrong_words_are_exit_2(tmp_path: Path, words: tuple[str, ...], said: str) -> None:
    done = inspect(write_project(tmp_path / "shop"), *words)
    assert done.returncode == 2
    assert said in done.stderr
    assert "remedy" in done.stderr


def test_a_folder_that_is_none_is_exit_2(tmp_path: Path) -> None:
    done = subprocess.run(
        [
            sys.executable,
            "-m",
            "backwright",
            "inspect",
            "--project",
            str(tmp_path / "none"),
            "--json",
        ],
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert done.returncode == 2
    assert "is no folder" in json.loads(done.stdout)["error"]["message"]


def test_an_empty_folder_is_told(tmp_path: Path) -> None:
    done = inspect(tmp_path)
    assert done.returncode == 0
    assert "no FastAPI application was found" in done.stdout


def test_an_empty_page_without_graphviz(tmp_path: Path) -> None:
    """A machine without the wheel's Graphviz gets the page, and a remedy for the picture."""
    root = write_project(tmp_path / "shop")
    hidden = tmp_path / "hidden/pygraphviz"
    hidden.mkdir(parents=True)
    (hidden / "__init__.py").write_text("raise ImportError('not here')\n")
    variables = {**os.environ, "PYTHONPATH": str(hidden.parent)}
    command = [sys.executable, "-m", "backwright", "inspect", "--static", "--project", str(root)]
    page = subprocess.run(
        [*command, "--html", str(tmp_path / "page.html")], env=variables, timeout=60, check=False
    )
    assert page.returncode == 0
    assert "Graphviz is not there" in (tmp_path / "page.html").read_text()
    picture = subprocess.run(
        [*command, "--diagram", str(tmp_path / "x.svg")],
        env=variables,
        timeout=60,
        capture_output=True,
        text=True,
    )
    assert picture.returncode == 5
    assert "pygraphviz" in picture.stderr
