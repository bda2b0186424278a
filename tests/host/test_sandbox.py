"""What runs in the sandbox of reading has no hand on the kernel, even where we are root."""

import subprocess
from pathlib import Path

import pytest

from backwright.host.sandbox import find_sandbox


def test_nothing_of_the_kernel_can_be_written(tmp_path: Path) -> None:
    """Nothing is written to see that."""
    sandbox = find_sandbox()
    if sandbox.means != "bubblewrap":
        pytest.skip("there is no bubblewrap")
    seen = (
        "find /proc -maxdepth 4 \\( -path '/proc/[0-9]*' -o -path /proc/self -o -path /proc/thread-self "
        "\\) -prune -o -writable -type f -print 2>/dev/null"
    )
    argv = sandbox.command(["/bin/sh", "-c", seen], cwd=tmp_path, writable=tmp_path)
    done = subprocess.run(argv, capture_output=True, text=True, check=False, cwd="/")
    assert done.stdout == ""
    assert done.stderr == ""
