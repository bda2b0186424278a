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

MENDED = {
    "cookie-open", "cors-any-origin-with-credentials", "cors-origins-in-source",
    "error-leaks-internals", "foreign-rows-changed", "foreign-rows-read", "http-error-swallowed",
    "id-untyped", "missing-type-hints", "password-in-response", "password-unbounded",
    "session-not-closed", "swallowed-error", "token-algorithm-open", "token-not-verified",
    "unbounded-page",
}  # fmt: skip
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


def test_the_rules_that_mend_are_those_that_say_so(tmp_path: Path) -> None:
    mended = set()
    for number, case in enumerate(CASES):
        rule, example = case.values
        assert isinstance(rule, Rule)
        assert isinstance(example, Example)
        root = tmp_path / str(number)
        root.mkdir()
        written(root, example)
        held = judge_project(root, read_project(root), Settings())
        mended |= {finding.rule for finding, _ in held.fixes if finding.rule == rule.name}
    assert mended == MENDED
