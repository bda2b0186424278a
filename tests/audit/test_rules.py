"""Every rule finds the bad examples of its own documentation, and none of the good ones."""

from __future__ import annotations

from pathlib import Path

import pytest

from backwright.audit import audit_project
from backwright.audit.examples import Example, examples_of
from backwright.audit.rule import Rule, all_rules
from backwright.audit.settings import Settings
from backwright.project import read_project
from backwright.report.audit_types import Finding

CASES = [
    pytest.param(rule, example, id=f"{rule.name}-{example.kind}-{number}")
    for rule in all_rules().values()
    for number, example in enumerate(examples_of(rule.text), 1)
]


def findings_in(root: Path, files: dict[str, str], rule: str) -> list[Finding]:
    """Write a small project and return what a rule finds in it."""
    for file, text in files.items():
        path = root / file
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    report = audit_project(root, read_project(root), Settings())
    assert report.notes == ()
    return [one for one in report.findings if one.rule == rule]


@pytest.mark.parametrize(("rule", "example"), CASES)
def test_examples_hold(rule: Rule, example: Example, tmp_path: Path) -> None:
    found = findings_in(tmp_path, example.files, rule.name)
    if example.kind == "bad":
        assert found, f"{rule.name} finds nothing in its bad example"
    else:
        assert not found, [f"{one.file}:{one.line} {one.message}" for one in found]


@pytest.mark.parametrize("rule", all_rules().values(), ids=lambda one: one.name)
def test_documentation_is_whole(rule: Rule) -> None:
    kinds = {one.kind for one in examples_of(rule.text)}
    assert kinds == {"bad", "good"}
    assert "\nWhy: " in rule.text
    assert "\nLeave it: " in rule.text
    assert rule.summary.endswith(".")
