"""Delegation texts give the right plan, a question, or a refusal."""

from pathlib import Path

import pytest
from tests.agent.scoring import TEXTS, shares, verdicts

FILES = sorted(TEXTS.glob("*.toml"))
CLEAR = 0.95


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_clear_texts_give_the_right_plan(file: Path) -> None:
    right, all_of_them = shares(file)["plan"]
    wrong = [
        f"{v.task[:80]} -> {v.told}" for v in verdicts(file) if v.expected == "plan" and not v.right
    ]
    assert right / all_of_them >= CLEAR, "\n".join(wrong)


@pytest.mark.parametrize("expected", ["question", "refusal"])
@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_what_is_open_is_asked_and_what_is_foreign_refused(file: Path, expected: str) -> None:
    wrong = [
        f"{v.task[:80]} -> {v.told}"
        for v in verdicts(file)
        if v.expected == expected and not v.right
    ]
    assert not wrong, "\n".join(wrong)
