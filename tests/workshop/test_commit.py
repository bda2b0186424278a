"""Moving a change over: all of it or nothing, and what is refused."""

from __future__ import annotations

import errno
import os
import subprocess
import sys
from pathlib import Path

import pytest
from tests.workshop.trees import AFTER, change, snapshot

from backwright.errors import MissingError, UsageError
from backwright.workshop import journal
from backwright.workshop.changeset import ChangeSet, FileEdit
from backwright.workshop.commit import commit, recover
from backwright.workshop.history import change_set, history, undo
from backwright.workshop.lock import locked


def test_a_change_arrives_and_undo_gives_back_every_byte(tree: Path) -> None:
    before = snapshot(tree)
    change_id = commit(tree, change(), command="add resource Note")
    assert {
        name: content for name, (_, content) in snapshot(tree).items() if content is not None
    } == AFTER
    assert (tree / "app/main.py").stat().st_mode & 0o777 == 0o755
    assert change_set(tree, change_id) == change_set(tree, change_id)
    assert [item.command for item in history(tree)] == ["add resource Note"]

    (tree / "app/routes/notes/__pycache__").mkdir()
    (tree / "app/routes/notes/__pycache__/read.cpython-311.pyc").write_bytes(b"1")
    undone = undo(tree)
    assert snapshot(tree) == before
    changes = history(tree)
    assert [(item.undoes, item.undone_by) for item in changes] == [
        (None, undone),
        (change_id, None),
    ]
    with pytest.raises(UsageError, match="no change to undo"):
        undo(tree)
    with pytest.raises(UsageError, match="undone before"):
        undo(tree, change_id)


def test_git_does_not_see_our_folder(tree: Path) -> None:
    subprocess.run(["git", "init", "-q"], cwd=tree, check=True)
    commit(tree, change(), command="x")
    status = subprocess.run(
        ["git", "status", "--porcelain", "-uall"],
        cwd=tree,
        capture_output=True,
        text=True,
        check=True,
    )
    assert "app/main.py" in status.stdout
    assert ".backwright" not in status.stdout


def test_undo_refuses_what_was_edited_since_and_shows_it(tree: Path) -> None:
    commit(tree, change(), command="x")
    (tree / "app/main.py").write_bytes(b"app = 3\n")
    edited = snapshot(tree)
    with pytest.raises(UsageError) as caught:
        undo(tree)
    assert "-app = 2\n+app = 3\n" in caught.value.message
    assert snapshot(tree) == edited


def test_undo_names_the_later_change_that_stands_in_the_way(tree: Path) -> None:
    first = commit(tree, change(), command="first")
    second = commit(
        tree, ChangeSet((FileEdit("app/main.py", b"app = 2\n", b"app = 3\n"),)), command="second"
    )
    with pytest.raises(UsageError) as caught:
        undo(tree, first)
    assert second in caught.value.remedy
    undo(tree)
    undo(tree)
    assert (tree / "app/main.py").read_bytes() == b"app = 1\n"


def test_a_file_changed_since_planning_is_refused_by_name(tree: Path) -> None:
    (tree / "app/main.py").write_bytes(b"mine\n")
    before = snapshot(tree)
    with pytest.raises(UsageError, match=r"app/main\.py changed since"):
        commit(tree, change(), command="x")
    assert snapshot(tree) == before
    assert not (tree / ".backwright").exists()


def test_a_file_that_appeared_is_refused_by_name(tree: Path) -> None:
    (tree / "tests").mkdir()
    (tree / "tests/test_notes.py").write_bytes(b"mine\n")
    with pytest.raises(UsageError, match=r"tests/test_notes\.py appeared since"):
        commit(tree, change(), command="x")


def test_a_read_only_file_is_refused(tree: Path) -> None:
    (tree / "app/main.py").chmod(0o444)
    before = snapshot(tree)
    with pytest.raises(UsageError, match=r"app/main\.py is read-only"):
        commit(tree, change(), command="x")
    assert snapshot(tree) == before


def test_a_link_out_of_the_project_is_not_followed(tree: Path, tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "x.py").write_bytes(b"1\n")
    (tree / "link").symlink_to(outside)
    (tree / "file.py").symlink_to(outside / "x.py")
    for path in ("link/x.py", "file.py"):
        with pytest.raises(UsageError, match="outside of the project"):
            commit(tree, ChangeSet((FileEdit(path, b"1\n", b"2\n"),)), command="x")
    assert (outside / "x.py").read_bytes() == b"1\n"


def test_a_link_inside_stays_a_link(tree: Path) -> None:
    (tree / "link.py").symlink_to("app/main.py")
    commit(tree, ChangeSet((FileEdit("link.py", b"app = 1\n", b"app = 9\n"),)), command="x")
    assert (tree / "link.py").is_symlink()
    assert (tree / "app/main.py").read_bytes() == b"app = 9\n"


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EDQUOT, errno.EACCES, errno.EROFS])
@pytest.mark.parametrize("failing", ["write_file", "_put", "open_journal"])
def test_an_error_of_the_file_system_leaves_the_tree_as_it_was(
    tree: Path, monkeypatch: pytest.MonkeyPatch, number: int, failing: str
) -> None:
    before = snapshot(tree)
    real = getattr(journal, failing)
    calls = 0

    def fail(*args: object) -> object:
        nonlocal calls
        calls += 1
        if calls == {"write_file": 3, "_put": 3, "open_journal": 1}[failing]:
            raise OSError(number, os.strerror(number))
        return real(*args)

    monkeypatch.setattr(journal, failing, fail)
    with pytest.raises(MissingError):
        commit(tree, change(), command="x")
    monkeypatch.undo()
    assert snapshot(tree) == before
    assert not (tree / ".backwright").exists()
    commit(tree, change(), command="x")


def test_an_interrupt_in_the_middle_is_taken_back(
    tree: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = snapshot(tree)
    real = journal._put

    def interrupt(folder: Path, kind: str, number: int, target: Path, mode: int | None) -> None:
        if kind == "new" and number == 2:
            raise KeyboardInterrupt
        real(folder, kind, number, target, mode)

    monkeypatch.setattr(journal, "_put", interrupt)
    with pytest.raises(KeyboardInterrupt):
        commit(tree, change(), command="x")
    assert snapshot(tree) == before


def test_an_edit_made_after_a_kill_is_left_alone(
    tree: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = snapshot(tree)
    monkeypatch.setattr(journal, "carry_forward", lambda root, record: os._exit(9))
    if (child := os.fork()) == 0:
        commit(tree, change(), command="x")
    os.waitpid(child, 0)
    monkeypatch.undo()
    (tree / "app/models.py").write_bytes(b"mine\n")
    done = recover(tree)
    assert done is not None
    assert done.direction == "back"
    assert done.left_alone == ("app/models.py",)
    assert (tree / "app/models.py").read_bytes() == b"mine\n"
    (tree / "app/models.py").write_bytes(before["app/models.py"][1] or b"")
    assert snapshot(tree) == before
    assert recover(tree) is None


def test_another_file_system_inside_of_the_project(
    tree: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = Path.rename

    def rename(self: Path, target: Path) -> Path:
        if self.parent.name in ("new", "before") and Path(target).parent.name != self.parent.name:
            raise OSError(errno.EXDEV, "Invalid cross-device link")
        return real(self, target)

    monkeypatch.setattr(Path, "rename", rename)
    before = snapshot(tree)
    commit(tree, change(), command="x")
    assert {name: c for name, (_, c) in snapshot(tree).items() if c is not None} == AFTER
    undo(tree)
    assert snapshot(tree) == before


@pytest.mark.skipif(os.geteuid() != 0, reason="only root gives files away")
def test_root_leaves_files_to_their_owner(tree: Path) -> None:
    for path in (tree, *tree.rglob("*")):
        os.chown(path, 1234, 1235)
    commit(tree, change(), command="x")
    for path in ("app/main.py", "app/routes/notes/read.py"):
        status = (tree / path).stat()
        assert (status.st_uid, status.st_gid) == (1234, 1235), path


def test_a_second_run_is_refused_with_the_command_of_the_first(tree: Path) -> None:
    script = (
        "import sys, pathlib\n"
        "from backwright.workshop.lock import locked\n"
        "with locked(pathlib.Path(sys.argv[1]), 'add resource Task'):\n"
        "    print('held', flush=True)\n"
        "    sys.stdin.read()\n"
    )
    with subprocess.Popen(
        [sys.executable, "-c", script, str(tree)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == "held\n"
        with pytest.raises(MissingError, match=r"add resource Task \(process \d+\)"):
            commit(tree, change(), command="x")
        with pytest.raises(MissingError), locked(tree, "x", wait=0.2):
            pass
        holder.kill()  # a dead process holds nothing
    commit(tree, change(), command="x")


def test_history_is_bounded(tree: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys.modules[commit.__module__], "KEPT_CHANGES", 3)
    for number in range(6):
        old, new = f"app = {number + 1}\n".encode(), f"app = {number + 2}\n".encode()
        commit(tree, ChangeSet((FileEdit("app/main.py", old, new),)), command=str(number))
    assert [item.command for item in history(tree)] == ["3", "4", "5"]
