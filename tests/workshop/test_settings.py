"""What a project's own scripts and settings say about its tools."""

from __future__ import annotations

from pathlib import Path

import pytest

from backwright.workshop.settings import flake8_width, formatters, mentions, placeless, workers


@pytest.mark.parametrize(
    ("name", "text", "options"),
    [
        ("Makefile", "test:\n\tpytest -n auto\n", ("-n", "auto")),
        (
            "Makefile",
            "test:\n\t@python -m pytest -q \\\n\t\t-n 4 --dist loadfile --maxprocesses=3\n",
            ("-n", "4", "--dist=loadfile", "--maxprocesses=3"),
        ),
        (".github/workflows/ci.yml", "  - run: uv run pytest --numprocesses=2\n", ("-n", "2")),
        ("Makefile", "test:\n\tpytest -q\n# pytest -n auto\n", ()),
        ("Makefile", "test:\n\tpytest -n 0\n", ()),
        ("Makefile", "test:\n\tpytest -m not-n 4\n", ()),
    ],
)
def test_workers_are_those_of_the_projects_own_scripts(
    tmp_path: Path, name: str, text: str, options: tuple[str, ...]
) -> None:
    (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
    (tmp_path / name).write_text(text)
    assert workers(tmp_path) == options


def test_a_script_that_is_no_text_is_passed_over(tmp_path: Path) -> None:
    (tmp_path / "Makefile").write_bytes(b"\xff\xfe\x00pytest -n 4")
    (tmp_path / "tox.ini").write_text("[testenv]\ncommands = black --check .\n")
    assert workers(tmp_path) == ()
    assert mentions(tmp_path, r"\bblack --check")


@pytest.mark.parametrize(
    ("name", "text", "used"),
    [
        ("pyproject.toml", "[tool.black]\nline-length = 100\n", ("black",)),
        ("Makefile", "lint:\n\tblack --check .\n", ("black",)),
        (".pre-commit-config.yaml", "- repo: https://github.com/psf/black\n", ("black",)),
        ("pyproject.toml", '[tool.ruff.format]\nquote-style = "single"\n', ("ruff",)),
        ("Makefile", "lint:\n\truff check .\n", ()),
    ],
)
def test_a_formatter_is_one_with_settings_or_one_that_scripts_run(
    tmp_path: Path, name: str, text: str, used: tuple[str, ...]
) -> None:
    (tmp_path / name).write_text(text)
    assert formatters(tmp_path) == used


def test_a_complaint_is_the_same_where_the_line_that_it_names_has_moved() -> None:
    before = "F811 redefinition of unused 'Team' from line 6"
    assert placeless(before) == placeless(before.replace("6", "7"))
    assert placeless("E501 line too long (90 > 88)") == "E501 line too long (90 > 88)"


@pytest.mark.parametrize(
    ("name", "text", "width"),
    [
        ("setup.cfg", "[flake8]\nmax-line-length = 100\n", 100),
        (".flake8", "[flake8]\nexclude = venv\n", 79),
        ("tox.ini", "[flake8]\nextend_ignore = E203, E501\n", None),
        ("tox.ini", "[tox]\n", None),
    ],
)
def test_the_width_that_flake8_asks_for(
    tmp_path: Path, name: str, text: str, width: int | None
) -> None:
    (tmp_path / name).write_text(text)
    assert flake8_width(tmp_path) == width
