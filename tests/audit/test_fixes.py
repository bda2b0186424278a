"""Repairs of the rules' own examples: the finding is gone, none has come, a second run does nothing."""

from __future__ import annotations

from pathlib import Path

import pytest

from backwright.audit.engine import judge_project
from backwright.audit.examples import Example, examples_of
from backwright.audit.rule import Rule, all_rules
from backwright.audit.settings import Settings
from backwright.project import read_project
from backwright.tasks.mending import Draft, key_of, told

GOLDEN = sorted((Path(__file__).parent / "mended").iterdir())
CASES = [
    pytest.param(rule, example, id=f"{rule.name}-{number}")
    for rule in all_rules().values()
    for number, example in enumerate(examples_of(rule.text), 1)
    if example.kind == "bad"
]


def written(root: Path, example: Example) -> None:
    for file, text in example.files.items():
        path = root / file
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")


@pytest.mark.parametrize(("rule", "example"), CASES)
def test_what_is_mended_is_gone_and_stays_so(rule: Rule, example: Example, tmp_path: Path) -> None:
    written(tmp_path, example)
    before = judge_project(tmp_path, read_project(tmp_path), Settings())
    draft = Draft(tmp_path, Settings(), unsafe=True)
    draft.all_rounds()
    after = draft.judged()
    assert not told(after) - told(before)
    assert not {key_of(one) for one in draft.fixed} & set(told(after))
    again = Draft(tmp_path, Settings(), unsafe=True, dropped=dict(draft.dropped))
    again.all_rounds()
    assert (again.fixed, again.files) == ([], {})


@pytest.mark.parametrize("case", GOLDEN, ids=[one.name for one in GOLDEN])
def test_repairs_are_as_a_reviewer_wants_them(case: Path, tmp_path: Path) -> None:
    """Each case is a module before, and after the repairs that are safe."""
    target = tmp_path / "main.py"
    target.write_bytes((case / "before.py").read_bytes())
    draft = Draft(tmp_path, Settings())
    draft.all_rounds()
    assert target.read_text(encoding="utf-8") == (case / "after.py").read_text(encoding="utf-8")
    assert draft.dropped == {}


@pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf"], ids=["plain", "mark"])
def test_line_ends_tabs_and_marks_stay(mark: bytes, tmp_path: Path) -> None:
    code = (
        b"def tidy(path: str):\r\n\ttry:\r\n\t\topen(path)\r\n\texcept Exception:\r\n\t\tpass\r\n"
    )
    target = tmp_path / "main.py"
    target.write_bytes(mark + code)
    draft = Draft(tmp_path, Settings())
    draft.all_rounds()
    after = target.read_bytes()
    assert after.startswith(mark)
    assert after.count(b"\n") == after.count(b"\r\n")
    assert b'\t\tlogger.exception("tidy() failed")\r\n' in after
    assert b"def tidy(path: str) -> None:\r\n" in after


def test_what_does_not_hold_is_left_and_told(tmp_path: Path) -> None:
    """A repair that what follows refuses is dropped; the others stay, and nothing is left half."""
    target = tmp_path / "main.py"
    target.write_text("def one():\n    print(1)\n\n\ndef two():\n    print(2)\n")
    draft = Draft(tmp_path, Settings())
    draft.all_rounds(lambda: "no" if b"def one() -> None" in target.read_bytes() else "")
    assert [one.message for one in draft.fixed] == ["two() lacks hints: the result"]
    assert [one.why for one in draft.dropped.values()] == ["no"]
    assert target.read_text() == "def one():\n    print(1)\n\n\ndef two() -> None:\n    print(2)\n"


def test_a_file_of_another_encoding_is_left(tmp_path: Path) -> None:
    code = '# -*- coding: latin-1 -*-\ndef one():\n    print("é")\n'.encode("latin-1")
    target = tmp_path / "main.py"
    target.write_bytes(code)
    draft = Draft(tmp_path, Settings())
    draft.all_rounds()
    assert target.read_bytes() == code
    assert [one.finding.rule for one in draft.dropped.values()] == ["missing-type-hints"]
