"""Hosts with other line ends, a byte order mark or tabs, and edits that no commit holds yet."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

from backwright.report.events import silence
from backwright.spec.resource import read_resource_line
from backwright.tasks.add_resource import AddResource, add_resource
from backwright.tasks.questions import Answers

HERE = Path(__file__).parent
BOM = b"\xef\xbb\xbf"


def planned(host: Path) -> str:
    """Return the diff of a resource added to a host; nothing is written."""
    spec = read_resource_line((HERE / "layered" / "request.txt").read_text())
    before = bytes_of(host)
    report = add_resource(AddResource(host, spec, Answers(yes=True), dry_run=True), silence)
    assert bytes_of(host) == before
    return report.diff


def bytes_of(host: Path) -> dict[str, bytes]:
    files = (p for p in sorted(host.rglob("*")) if p.is_file() and ".git" not in p.parts)
    return {path.relative_to(host).as_posix(): path.read_bytes() for path in files}


def added(diff: str) -> list[str]:
    lines = [line for line in diff.split("\n") if line.startswith("+") and line[:3] != "+++"]
    return [line[1:] for line in lines]


@pytest.fixture
def host(tmp_path: Path) -> Path:
    return Path(shutil.copytree(HERE / "layered" / "before", tmp_path / "host"))


@pytest.fixture
def plain(tmp_path: Path) -> list[str]:
    return added(planned(Path(shutil.copytree(HERE / "layered/before", tmp_path / "plain"))))


def test_line_ends_of_windows_stay(host: Path, plain: list[str]) -> None:
    for path in host.rglob("*.py"):
        path.write_bytes(path.read_bytes().replace(b"\n", b"\r\n"))
    lines = added(planned(host))
    assert all(line.endswith("\r") for line in lines)
    assert [line.rstrip("\r") for line in lines] == plain


def test_a_byte_order_mark_stays_where_it_is(host: Path, plain: list[str]) -> None:
    for path in host.rglob("*.py"):
        path.write_bytes(BOM + path.read_bytes())
    diff = planned(host)
    assert set(plain) <= {line.removeprefix("\ufeff") for line in added(diff)}
    taken = [line for line in diff.split("\n") if line.startswith("-\ufeff")]
    given = [line for line in diff.split("\n") if line.startswith("+\ufeff")]
    assert len(taken) == len(given)  # where the first line is another, the mark is before it


def test_tabs_stay_tabs(host: Path) -> None:
    for path in host.rglob("*.py"):
        lines = path.read_text().split("\n")
        tabbed = [
            "\t" * ((len(one) - len(one.lstrip(" "))) // 4) + one.lstrip(" ") for one in lines
        ]
        path.write_text("\n".join(tabbed))
    lines = added(planned(host))
    assert any(line.startswith("\t") for line in lines)
    assert not [line for line in lines if line.startswith("    ")]


def test_edits_that_are_not_committed_are_planned_upon(host: Path) -> None:
    git = ["git", "-c", "user.name=x", "-c", "user.email=x@example.com"]
    for words in (("init", "-q"), ("add", "-A"), ("commit", "-qm", "x")):
        subprocess.run([*git, *words], cwd=host, check=True)
    model = host / "shop/models/category.py"
    model.write_text(model.read_text() + "\n\n# MINE\n")
    diff = planned(host)
    assert "invoices: Mapped" in diff
    assert not [line for line in diff.split("\n") if line[:1] in "+-" and "MINE" in line]
