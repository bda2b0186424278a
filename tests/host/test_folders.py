"""Scratch and cache folders: ours only, gone afterwards, and never anybody else's removed."""

from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest

from backwright.errors import MissingError
from backwright.host import folders
from backwright.host.folders import cache_folder, remove_tree, scratch, scratch_base, sweep


def test_a_scratch_folder_is_private_and_gone_afterwards() -> None:
    with scratch("test") as folder:
        assert stat.S_IMODE(folder.stat().st_mode) == 0o700
        (folder / "closed").mkdir()
        (folder / "closed/file").write_text("x")
        (folder / "closed").chmod(0o500)
        assert sweep() == ()
    assert not folder.exists()
    assert stat.S_IMODE(scratch_base().stat().st_mode) == 0o711


def test_only_folders_of_ours_are_ever_removed(tmp_path: Path) -> None:
    theirs = tmp_path / "theirs"
    theirs.mkdir()
    for folder in (theirs, tmp_path, Path("/"), scratch_base(), cache_folder()):
        with pytest.raises(ValueError, match="not a folder of ours"):
            remove_tree(folder)
    assert theirs.is_dir()


def test_removing_what_is_not_there_touches_nothing(tmp_path: Path) -> None:
    parent = tmp_path / ".backwright"
    parent.mkdir(mode=0o755)
    remove_tree(parent / "nothing")
    assert stat.S_IMODE(parent.stat().st_mode) == 0o755


def test_a_link_in_scratch_is_removed_and_not_followed(tmp_path: Path) -> None:
    (tmp_path / "kept").mkdir()
    with scratch("test") as folder:
        (folder / "link").symlink_to(tmp_path / "kept")
    assert (tmp_path / "kept").is_dir()


def test_what_a_dead_owner_left_is_swept() -> None:
    left = scratch_base() / f"test-{os.getpid()}-left"
    left.mkdir()
    (left / folders.OWNER).write_text("1 not-the-start-time-of-process-1\n")
    assert left in sweep()
    assert not left.exists()


def test_memory_is_used_only_where_there_is_plenty(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(folders, "_PLENTY", 10**18)
    assert folders.memory_base() is None
    with scratch("test", in_memory=True) as folder:
        assert folder.parent == scratch_base()


def test_somebody_elses_scratch_folder_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(folders.tempfile, "gettempdir", lambda: str(tmp_path))
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    (tmp_path / f"backwright-{os.getuid()}").symlink_to(elsewhere)
    with pytest.raises(MissingError, match="somebody else"):
        scratch_base()


def test_a_cache_that_cannot_be_written_gives_way(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BACKWRIGHT_CACHE", "/proc/nowhere")
    monkeypatch.setenv("XDG_CACHE_HOME", "/proc/nowhere")
    monkeypatch.setenv("HOME", "/proc/nowhere")
    assert cache_folder("x").is_relative_to(scratch_base())
