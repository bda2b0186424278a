"""A disk that is really full, and a limit on the size of files: the tree stays as it was."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.workshop.trees import change, lay_out, snapshot

from backwright.errors import MissingError
from backwright.workshop.changeset import ChangeSet, FileEdit
from backwright.workshop.commit import commit

_LARGE = FileEdit("large.py", None, b"x = 1\n" * 50_000)


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """Give a tree on a disk of 256 kB; only root mounts one."""
    disk = tmp_path / "disk"
    disk.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=256k", "tmpfs", str(disk)]
    if os.geteuid() != 0 or subprocess.run(mount, capture_output=True, check=False).returncode:
        pytest.skip("no disk can be mounted here")
    try:
        lay_out(disk)
        yield disk
    finally:
        subprocess.run(["umount", str(disk)], check=True)


def test_a_full_disk_is_told_and_leaves_the_tree_as_it_was(small_disk: Path) -> None:
    before = snapshot(small_disk)
    large = ChangeSet((*change().edits, _LARGE))
    with pytest.raises(MissingError, match="the disk is full"):
        commit(small_disk, large, command="x")
    assert snapshot(small_disk) == before
    commit(small_disk, change(), command="x")  # what fits is written


_UNDER_A_LIMIT = """
import pathlib, resource, signal, sys
from tests.workshop.test_full_disk import _LARGE
from tests.workshop.trees import change
from backwright.errors import MissingError
from backwright.workshop.changeset import ChangeSet
from backwright.workshop.commit import commit
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, 100_000))
try:
    commit(pathlib.Path(sys.argv[1]), ChangeSet((*change().edits, _LARGE)), command="x")
except MissingError as error:
    print(error.message)
"""


def test_a_limit_on_the_size_of_files_leaves_the_tree_as_it_was(tree: Path) -> None:
    before = snapshot(tree)
    root = Path(__file__).parents[2]
    done = subprocess.run(
        [sys.executable, "-c", _UNDER_A_LIMIT, str(tree)],
        capture_output=True,
        text=True,
        check=True,
        env={**os.environ, "PYTHONPATH": str(root)},
    )
    assert "the files cannot be written: File too large" in done.stdout
    assert snapshot(tree) == before
