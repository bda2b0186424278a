"""What a project's own scripts and settings say about its tools."""

from __future__ import annotations

from pathlib import Path

import pytest

from backwright.workshop.settings import mentions, workers


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
