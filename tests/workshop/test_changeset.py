"""Change sets: what they hold, their diffs, and that the reverse of a change takes it back."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from backwright.errors import UsageError
from backwright.workshop.changeset import ChangeSet, FileEdit, merged

TEXT = st.text(alphabet=st.sampled_from("ab\n\r\t é\ufeff\x0c\u2028"), max_size=40).map(
    lambda text: text.encode()
)
CONTENT = st.one_of(st.none(), TEXT, st.binary(max_size=20))
PATHS = st.sampled_from(["a.py", "b.py", "app/c.py", "app/sub/d.py", "tests/e f.py"])


@st.composite
def change_sets(draw: st.DrawFn, content: st.SearchStrategy[bytes | None] = CONTENT) -> ChangeSet:
    paths = draw(st.lists(PATHS, unique=True, max_size=5))
    edits = [FileEdit(path, draw(content), draw(content)) for path in paths]
    return ChangeSet(tuple(edits))


def lay_out(folder: Path, changes: ChangeSet) -> None:
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    (folder / "untouched.py").write_bytes(b"x = 1\r\n")
    for edit in changes.edits:
        if edit.before is not None:
            (folder / edit.path).parent.mkdir(parents=True, exist_ok=True)
            (folder / edit.path).write_bytes(edit.before)


def files(folder: Path) -> dict[str, bytes]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file()
    }


@given(changes=change_sets())
@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_the_reverse_gives_back_every_byte(changes: ChangeSet, tmp_path: Path) -> None:
    folder = tmp_path / "tree"
    lay_out(folder, changes)
    before = files(folder)
    changes.write_into(folder)
    after = files(folder)
    for edit in changes.edits:
        assert after.get(edit.path) == edit.after
    changes.reverse.write_into(folder)
    assert files(folder) == before
    assert changes.reverse.reverse.paths == changes.paths


@given(changes=change_sets())
def test_json_round_trip(changes: ChangeSet) -> None:
    assert ChangeSet.from_json(json.loads(json.dumps(changes.to_json()))) == changes


@given(first=change_sets(), data=st.data())
def test_merging_is_doing_one_after_the_other(first: ChangeSet, data: st.DataObject) -> None:
    left = {edit.path: edit.after for edit in first.edits}
    second = ChangeSet(
        tuple(FileEdit(path, after, data.draw(CONTENT)) for path, after in left.items())
    )
    joined = merged([first, second])
    final = {**left, **{edit.path: edit.after for edit in second.edits}}
    assert {edit.path: edit.after for edit in joined.edits}.items() <= final.items()
    for edit in first.edits:
        if edit.before == final[edit.path]:
            assert edit.path not in joined.paths
    if first:
        assert merged([first, first.reverse]) == ChangeSet()


@pytest.mark.skipif(shutil.which("git") is None, reason="needs git")
@given(changes=change_sets(st.one_of(st.none(), TEXT)))
@settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_git_applies_the_diff(changes: ChangeSet, tmp_path: Path) -> None:
    folder = tmp_path / "tree"
    lay_out(folder, changes)
    diff = changes.diff()
    env = {**os.environ, "GIT_CEILING_DIRECTORIES": str(tmp_path)}
    if changes and not all(
        b"" in (e.before, e.after) and None in (e.before, e.after) for e in changes.edits
    ):
        subprocess.run(
            ["git", "apply", "--whitespace=nowarn", "-"],
            cwd=folder,
            input=diff.encode(),
            check=True,
            env=env,
        )
    else:
        changes.write_into(folder)
    expected = {edit.path: edit.after for edit in changes.edits if edit.after is not None}
    found = files(folder)
    for path, content in expected.items():
        assert found[path] == content


def test_counts_and_diff() -> None:
    changes = ChangeSet(
        (
            FileEdit("a.py", b"one\ntwo\nthree", b"one\n2\nthree\nfour\n", reason="why"),
            FileEdit("new.py", None, b"x\ny\n"),
            FileEdit("blob", b"\0\1", b"\0\2"),
        )
    )
    assert changes.counts() == (5, 2)
    assert "-two\n" in changes.diff()
    assert "\\ No newline at end of file" in changes.diff()
    assert "Binary files a/blob and b/blob differ" in changes.diff()
    assert [edit.action for edit in changes.edits] == ["edit", "create", "edit"]


def test_what_changes_nothing_is_dropped() -> None:
    assert not ChangeSet((FileEdit("a.py", b"x", b"x"),))


@pytest.mark.parametrize("path", ["/etc/passwd", "../x", "a/../../x", "", "a//b", "./a"])
def test_a_path_outside_of_the_project_is_refused(path: str) -> None:
    with pytest.raises(UsageError):
        FileEdit(path, None, b"")


def test_two_edits_of_one_file_are_refused() -> None:
    with pytest.raises(UsageError, match=r"a\.py"):
        ChangeSet((FileEdit("a.py", b"1", b"2"), FileEdit("a.py", b"2", b"3")))


def test_merging_refuses_what_does_not_follow() -> None:
    first = ChangeSet((FileEdit("a.py", b"1", b"2"),))
    second = ChangeSet((FileEdit("a.py", b"1", b"3"),))
    with pytest.raises(UsageError, match="not planned on the first"):
        merged([first, second])


def test_writing_refuses_a_copy_that_is_not_as_planned_on(tmp_path: Path) -> None:
    (tmp_path / "a.py").write_bytes(b"other")
    with pytest.raises(UsageError, match=r"a\.py"):
        ChangeSet((FileEdit("a.py", b"1", b"2"),)).write_into(tmp_path)
    assert (tmp_path / "a.py").read_bytes() == b"other"
