"""What a workspace held comes back byte for byte, and nothing outside of it is read or written."""

import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from backwright.agent.loop.snapshots import Store, changed_paths, changes
from backwright.errors import UsageError


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A small tree, with a secret beside it."""
    root = tmp_path / "work"
    (root / "app" / "deep").mkdir(parents=True)
    (root / "main.py").write_bytes(b"one\r\n\xff\n")
    (root / "app" / "models.py").write_text("two\n")
    (root / "app" / "deep" / "run.sh").write_text("#!/bin/sh\n")
    (root / "app" / "deep" / "run.sh").chmod(0o755)
    (root / "link").symlink_to("main.py")
    (tmp_path / "outside").mkdir()
    (tmp_path / "outside" / "secret").write_text("SECRET")
    return root


def _replace_by_link(root: Path) -> None:
    shutil.rmtree(root / "app")
    (root / "app").symlink_to(root.parent / "outside")


def _folder_for_file(root: Path) -> None:
    (root / "main.py").unlink()
    (root / "main.py").mkdir()
    (root / "main.py" / "inner.py").write_text("x")


def _file_for_folder(root: Path) -> None:
    shutil.rmtree(root / "app")
    (root / "app").write_text("x")


def _link_to_secret(root: Path) -> None:
    (root / "main.py").unlink()
    (root / "main.py").symlink_to(root.parent / "outside" / "secret")


DEEDS: dict[str, Callable[[Path], object]] = {
    "edited": lambda root: (root / "main.py").write_text("other"),
    "edited behind its time": lambda root: _with_old_times(root / "main.py"),
    "appended": lambda root: (root / "app" / "models.py").open("a").write("more"),
    "added": lambda root: (
        (root / "new" / "file.py").parent.mkdir() or (root / "new" / "file.py").write_text("x")
    ),
    "removed": lambda root: (root / "app" / "deep" / "run.sh").unlink(),
    "a folder removed": lambda root: shutil.rmtree(root / "app"),
    "permissions": lambda root: (root / "main.py").chmod(0o600),
    "a link moved": lambda root: (root / "link").unlink() or (root / "link").symlink_to("app"),
    "a folder for a file": _folder_for_file,
    "a file for a folder": _file_for_folder,
    "a link for a folder": _replace_by_link,
    "a link for a file": _link_to_secret,
    "a pipe": lambda root: os.mkfifo(root / "pipe"),
}


def _with_old_times(file: Path) -> None:
    times = file.stat()
    file.write_bytes(file.read_bytes()[::-1])
    os.utime(file, ns=(times.st_atime_ns, times.st_mtime_ns))


def _seen(root: Path) -> dict[str, object]:
    found: dict[str, object] = {}
    for path in sorted(root.rglob("*")):
        name = str(path.relative_to(root))
        if path.is_symlink():
            found[name] = str(path.readlink())
        elif path.is_file():
            found[name] = (path.read_bytes(), path.stat().st_mode)
    return found


@pytest.mark.parametrize("name", DEEDS)
def test_what_was_done_is_seen_and_taken_back(root: Path, tmp_path: Path, name: str) -> None:
    store = Store(tmp_path / "objects")
    before = store.take(root)
    seen = _seen(root)
    DEEDS[name](root)
    after = store.take(root)
    if name != "a pipe":  # neither file nor link: it is nothing that could be moved over
        assert changed_paths(store.tree(before), store.tree(after))
    store.restore(before, root)
    assert _seen(root) == seen
    assert not (root / "pipe").exists()
    assert store.take(root) == before
    assert (tmp_path / "outside" / "secret").read_text() == "SECRET"
    store.restore(after, root)
    assert store.take(root) == after


def test_nothing_outside_is_kept(root: Path, tmp_path: Path) -> None:
    _replace_by_link(root)
    _link_to_secret(root)
    store = Store(tmp_path / "objects")
    store.take(root)
    assert not any(b"SECRET" in path.read_bytes() for path in (tmp_path / "objects").iterdir())


def test_the_change_has_bytes_before_and_after(root: Path, tmp_path: Path) -> None:
    store = Store(tmp_path / "objects")
    before = store.take(root)
    (root / "main.py").write_bytes(b"new")
    (root / "app" / "models.py").unlink()
    (root / "tool.sh").write_text("x")
    (root / "tool.sh").chmod(0o755)
    found = changes(store, store.tree(before), store.tree(store.take(root)))
    edits = {edit.path: edit for edit in found.edits}
    assert (edits["main.py"].before, edits["main.py"].after) == (b"one\r\n\xff\n", b"new")
    assert edits["app/models.py"].after is None
    assert edits["tool.sh"].mode == 0o755


def test_what_nobody_needs_is_not_kept(root: Path, tmp_path: Path) -> None:
    store = Store(tmp_path / "objects")
    before = store.take(root)
    (root / "__pycache__").mkdir()
    (root / "__pycache__" / "main.pyc").write_bytes(b"x")
    (root / ".venv").symlink_to("/usr")
    (root / "env").mkdir()
    (root / "env" / "pyvenv.cfg").write_text("home = /usr\n")
    assert store.take(root) == before


@pytest.mark.skipif(os.geteuid() == 0, reason="root reads everything")
def test_what_cannot_be_read_is_told(root: Path, tmp_path: Path) -> None:
    (root / "main.py").chmod(0)
    with pytest.raises(UsageError, match=r"main.py cannot be read"):
        Store(tmp_path / "objects").take(root)
