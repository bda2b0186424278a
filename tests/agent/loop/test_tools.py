"""The tools: read before edit, unchanged since, exactly once, all or none; and no tool but those allowed."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from backwright.agent.definition import TOOLS
from backwright.agent.loop.tools import KINDS, Toolbox
from backwright.agent.sandbox import Boundary, Site, boundary


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder."""
    return tmp_path_factory.mktemp("workspace").resolve()


@pytest.fixture(scope="module")
def inside(workspace: Path) -> Iterator[Boundary]:
    """The tools' other end; what is tested here is not the boundary."""
    with boundary(Site(workspace), unconfined=True) as tools:
        yield tools


@pytest.fixture
def box(inside: Boundary, workspace: Path) -> Toolbox:
    """The six tools, and two files that nobody has read yet."""
    (workspace / "a.py").write_text("one\ntwo\ntwo\n")
    (workspace / "b.py").write_text("three\n")
    (workspace / "new.py").unlink(missing_ok=True)
    return Toolbox(inside, workspace, TOOLS, {})


def edit(*edits: tuple[str, str, str]) -> dict[str, Any]:
    return {"edits": [{"path": path, "old": old, "new": new} for path, old, new in edits]}


def held(workspace: Path) -> str:
    return (workspace / "a.py").read_text() + (workspace / "b.py").read_text()


def test_an_edit_needs_a_reading(box: Toolbox, workspace: Path) -> None:
    said = box.perform("Edit", edit(("a.py", "one", "1")))
    assert said.startswith("refused: a.py was not read")
    assert "lines 1-3 of 3" in box.perform("Read", {"path": "a.py"})
    assert box.perform("Edit", edit(("./a.py", "one", "1"))) == "edited: a.py"
    assert held(workspace) == "1\ntwo\ntwo\nthree\n"
    again = box.perform("Edit", edit((str(workspace / "a.py"), "1\n", "one\n")))
    assert again == "edited: a.py"


@pytest.mark.parametrize("how", ["outside", "Bash"])
def test_an_edit_of_what_was_changed_since_is_refused(
    box: Toolbox, workspace: Path, how: str
) -> None:
    box.perform("Read", {"path": "a.py"})
    if how == "Bash":
        box.perform("Bash", {"command": "echo more >>a.py"})
    else:
        (workspace / "a.py").write_text("one\ntwo\ntwo\nmore\n")
    before = held(workspace)
    for call in (("Edit", edit(("a.py", "one", "1"))), ("Write", {"path": "a.py", "text": "x"})):
        assert "was changed since it was read" in box.perform(*call)
    assert held(workspace) == before


@pytest.mark.parametrize(("old", "times"), [("two", 2), ("four", 0), ("", 0)])
def test_a_text_that_is_not_there_once_is_refused(
    box: Toolbox, workspace: Path, old: str, times: int
) -> None:
    box.perform("Read", {"path": "a.py"})
    before = held(workspace)
    assert f"stands {times} times" in box.perform("Edit", edit(("a.py", old, "x")))
    assert held(workspace) == before


def test_several_edits_are_made_all_or_none(box: Toolbox, workspace: Path) -> None:
    for path in ("a.py", "b.py"):
        box.perform("Read", {"path": path})
    before = held(workspace)
    wrong = edit(("a.py", "one", "1"), ("b.py", "three", "3"), ("a.py", "two", "2"))
    assert "stands 2 times" in box.perform("Edit", wrong)
    assert held(workspace) == before
    right = edit(("a.py", "one", "1"), ("b.py", "three", "3"), ("a.py", "1\ntwo\n", "1\n2\n"))
    assert box.perform("Edit", right) == "edited: a.py, b.py"
    assert held(workspace) == "1\n2\ntwo\n3\n"


def test_a_file_that_is_there_is_read_before_it_is_written(box: Toolbox, workspace: Path) -> None:
    assert "is there already: read it first" in box.perform("Write", {"path": "a.py", "text": "x"})
    assert box.perform("Write", {"path": "new.py", "text": "x\n"}) == "new.py was written"
    assert box.perform("Edit", edit(("new.py", "x", "y"))) == "edited: new.py"
    assert (workspace / "new.py").read_text() == "y\n"


@pytest.mark.parametrize("tool", [*TOOLS, "WebFetch", "bash", ""])
def test_only_what_is_allowed_is_there(inside: Boundary, workspace: Path, tool: str) -> None:
    allowed = [one for one in TOOLS if one != tool]
    box = Toolbox(inside, workspace, allowed, {})
    said = box.perform(tool, {"path": "a.py", "command": "touch made", "pattern": "*", "text": "x"})
    assert said.startswith(f"refused: there is no tool {tool!r}")
    assert not (workspace / "made").exists()


@pytest.mark.parametrize(
    ("tool", "arguments"),
    [
        ("Read", {}),
        ("Read", {"path": 3}),
        ("Read", {"path": "a.py", "offset": 3}),
        ("Read", {"path": "a.py", "first_line": 0}),
        ("Edit", {"edits": []}),
        ("Edit", {"path": "a.py", "old": "one", "new": "1"}),
        ("Bash", {"command": "true", "seconds": 10_000}),
        ("Grep", {"pattern": "("}),
        ("Glob", {"pattern": "/etc/*"}),
        ("Read", {"path": "/etc/passwd"}),
        ("Write", {"path": "../made", "text": "x"}),
    ],
)
def test_what_is_wrong_is_told(box: Toolbox, tool: str, arguments: dict[str, Any]) -> None:
    assert box.perform(tool, arguments).startswith("refused: ")


def test_a_long_file_is_read_in_parts(box: Toolbox, workspace: Path) -> None:
    (workspace / "long.py").write_text("".join(f"{n}\n" for n in range(3000)))
    said = box.perform("Read", {"path": "long.py", "first_line": 2001, "lines": 2})
    assert said == "long.py, lines 2001-2002 of 3000:\n2000\n2001\n"
    assert "lines 1-1000 of 3000" in box.perform("Read", {"path": "long.py"})


def test_each_tool_says_what_it_takes() -> None:
    assert set(KINDS) == set(TOOLS)
    for kind in KINDS.values():
        assert kind.schema()["additionalProperties"] is False
