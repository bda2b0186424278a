"""A transcript that was changed shows it, and one that a kill cut off goes on."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from backwright.agent.loop.transcript import Transcript, read_transcript
from backwright.errors import UsageError


@pytest.fixture
def written(tmp_path: Path) -> Path:
    """Five lines."""
    transcript = Transcript(tmp_path / "transcript.jsonl")
    for number in range(5):
        transcript.append("told", text=f"line {number} \u2028 ü", attempt=False)
    return transcript.path


def _edited(line: str, **parts: object) -> str:
    return json.dumps({**json.loads(line), **parts})


TAMPERING: dict[str, Callable[[list[str]], list[str]]] = {
    "a word": lambda lines: [*lines[:2], lines[2].replace("line 2", "line 9"), *lines[3:]],
    "a kind": lambda lines: [*lines[:2], _edited(lines[2], kind="judged"), *lines[3:]],
    "a time": lambda lines: [*lines[:2], _edited(lines[2], time="2020"), *lines[3:]],
    "a key more": lambda lines: [*lines[:2], _edited(lines[2], more=1), *lines[3:]],
    "a hash": lambda lines: [*lines[:2], _edited(lines[2], hash="0" * 64), *lines[3:]],
    "a line less": lambda lines: [*lines[:2], *lines[3:]],
    "the first line less": lambda lines: lines[1:],
    "a line twice": lambda lines: [*lines[:3], *lines[2:]],
    "two lines changed about": lambda lines: [lines[0], lines[2], lines[1], *lines[3:]],
    "no JSON": lambda lines: [*lines[:2], "nothing", *lines[3:]],
    "no object": lambda lines: [*lines[:2], "[]", *lines[3:]],
}


@pytest.mark.parametrize("name", TAMPERING)
def test_what_was_changed_shows(written: Path, name: str) -> None:
    lines = written.read_text().splitlines()
    written.write_text("".join(f"{line}\n" for line in TAMPERING[name](lines)))
    with pytest.raises(UsageError, match="the transcript was changed: line"):
        read_transcript(written)
    with pytest.raises(UsageError, match="the transcript was changed"):
        Transcript(written)


def test_half_a_line_is_cut_off_and_the_chain_goes_on(written: Path) -> None:
    whole = written.read_bytes()
    for cut in (1, 20, len(whole.splitlines(keepends=True)[-1]) - 1):
        written.write_bytes(whole[:-cut])
        transcript = Transcript(written)
        assert len(transcript.records) == 4
        transcript.append("resumed")
        assert [one.kind for one in read_transcript(written)][-2:] == ["told", "resumed"]


def test_it_is_read_as_it_was_written(written: Path) -> None:
    records = read_transcript(written)
    assert [one.n for one in records] == list(range(5))
    assert records[3].data == {"text": "line 3 \u2028 ü", "attempt": False}
    assert Transcript(written).head == records[-1].hash
