"""Hosts with other line ends, a byte order mark or tabs, and edits that no commit holds yet."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

from backwright.report.change import ChangeReport
from backwright.report.events import silence
from backwright.spec.fields import read_fields
from backwright.spec.resource import read_resource_line
from backwright.tasks.add_field import add_field
from backwright.tasks.add_relation import AddRelation, add_relation
from backwright.tasks.add_resource import AddResource, add_resource
from backwright.tasks.field_request import AddField
from backwright.tasks.questions import Answers

HERE = Path(__file__).parent
YES = Answers(yes=True)
BOM = b"\xef\xbb\xbf"


def resource(host: Path) -> ChangeReport:
    spec = read_resource_line((HERE / "layered" / "request.txt").read_text())
    return add_resource(AddResource(host, spec, YES, dry_run=True), silence)


def field(host: Path) -> ChangeReport:
    fields = read_fields(["rank:int:1..5:default=3", "state:enum:fresh,worn:default=fresh"])
    return add_field(AddField(host, "Product", fields, YES, dry_run=True), silence)


def relation(host: Path) -> ChangeReport:
    asked = AddRelation(
        host, "Category", "one-to-many", "Product", name="origin", answers=YES, dry_run=True
    )
    return add_relation(asked, silence)


CHANGES = {"resource": resource, "field": field, "relation": relation}


def planned(host: Path, change: str) -> str:
    """Return the diff of a change of a host; nothing is written."""
    before = bytes_of(host)
    report = CHANGES[change](host)
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


@pytest.fixture(params=CHANGES)
def change(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def plain(tmp_path: Path, change: str) -> list[str]:
    host = Path(shutil.copytree(HERE / "layered/before", tmp_path / "plain"))
    return added(planned(host, change))


def test_line_ends_of_windows_stay(host: Path, plain: list[str], change: str) -> None:
    for path in host.rglob("*.py"):
        path.write_bytes(path.read_bytes().replace(b"\n", b"\r\n"))
    lines = added(planned(host, change))
    assert all(line.endswith("\r") for line in lines)
    assert [line.rstrip("\r") for line in lines] == plain


def test_a_byte_order_mark_stays_where_it_is(host: Path, plain: list[str], change: str) -> None:
    for path in host.rglob("*.py"):
        path.write_bytes(BOM + path.read_bytes())
    diff = planned(host, change)
    assert set(plain) <= {line.removeprefix("\ufeff") for line in added(diff)}
    taken = [line for line in diff.split("\n") if line.startswith("-\ufeff")]
    given = [line for line in diff.split("\n") if line.startswith("+\ufeff")]
    assert len(taken) == len(given)  # where the first line is another, the mark is before it


def test_tabs_stay_tabs(host: Path, change: str) -> None:
    for path in host.rglob("*.py"):
        lines = path.read_text().split("\n")
        tabbed = [
            "\t" * ((len(one) - len(one.lstrip(" "))) // 4) + one.lstrip(" ") for one in lines
        ]
        path.write_text("\n".join(tabbed))
    lines = added(planned(host, change))
    assert any(line.startswith("\t") for line in lines)
    assert not [line for line in lines if line.startswith("    ")]


def test_edits_that_are_not_committed_are_planned_upon(host: Path, change: str) -> None:
    git = ["git", "-c", "user.name=x", "-c", "user.email=x@example.com"]
    for words in (("init", "-q"), ("add", "-A"), ("commit", "-qm", "x")):
        subprocess.run([*git, *words], cwd=host, check=True)
    model = host / "shop/models/category.py"
    model.write_text(model.read_text() + "\n\n# MINE\n")
    diff = planned(host, change)
    assert diff
    assert not [line for line in diff.split("\n") if line[:1] in "+-" and "MINE" in line]
