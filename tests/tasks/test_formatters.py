"""A host's own Ruff formats what is new: an older one breaks lines in another way than ours."""

import os
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest

from backwright.tasks import formatters


def test_the_hosts_own_ruff_has_the_last_word(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    original, folder = tmp_path / "original", tmp_path / "changed"
    for root in (original, folder):
        root.mkdir()
        (root / "pyproject.toml").write_text("[tool.ruff.format]\npreview = true\n")
        (root / "old.py").write_text("a = 1\n")
    (folder / "new.py").write_text("b = 2\n")
    asked: list[tuple[str, ...]] = []

    def run(_: object, tool: str, arguments: tuple[str, ...], where: Path) -> SimpleNamespace:
        asked.append((where.name, tool, *arguments))
        return SimpleNamespace(ok=False)  # what was there is not formatted by it

    monkeypatch.setattr(formatters, "_run", run)
    place = SimpleNamespace(
        folder=folder,
        environment=SimpleNamespace(has=lambda tool: tool == "ruff"),
        staging=SimpleNamespace(original=original),
    )
    formatters.format_as_host(place, ["old.py", "new.py", "notes.md"])  # type: ignore[arg-type]
    assert asked == [
        ("original", "ruff", "format", "--check", "--quiet", "old.py"),
        ("changed", "ruff", "format", "--quiet", "new.py"),
    ]


def test_the_original_keeps_no_trace_of_being_looked_at(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "pyproject.toml").write_text("[tool.ruff.format]\n")
    (tmp_path / "old.py").write_text("a = 1\n")
    monkeypatch.delenv("RUFF_NO_CACHE", raising=False)
    place = SimpleNamespace(
        folder=tmp_path,
        environment=SimpleNamespace(
            has=lambda _: True,
            python=Path(sys.executable),
            variables=lambda more: {**os.environ, **more},
        ),
        staging=SimpleNamespace(original=tmp_path),
    )
    formatters.format_as_host(place, ["old.py"])  # type: ignore[arg-type]
    assert sorted(one.name for one in tmp_path.iterdir()) == ["old.py", "pyproject.toml"]
