"""What a probe prints for people."""

import shlex
import subprocess

import pytest

from backwright.report.probe_text import shorter


@pytest.mark.parametrize(
    "text",
    [
        "q" * 5000,
        f'{{"name": "{"q" * 5000}"}}',
        f"it's {'a' * 300} and {'b' * 200}'s",
        "short",
    ],
)
def test_a_shortened_command_means_the_same(text: str) -> None:
    command = shorter(f"printf %s {shlex.quote(text)}")
    assert len(command) < 200
    done = subprocess.run(["sh", "-c", command], capture_output=True, text=True, check=True)
    assert done.stdout == text
