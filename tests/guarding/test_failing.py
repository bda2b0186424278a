"""What fails for its owner since a change is told from what failed before."""

from backwright.report.probe_types import ProbeCheck
from backwright.tasks.failing import compared
from backwright.values import Verdict

KEY = ("POST", "/a")


def seen(verdict: Verdict, why: str) -> list[ProbeCheck]:
    return [ProbeCheck("answers", "endpoints", "POST", "/a/", verdict, why)]


def test_what_worked_before_is_broken() -> None:
    verdict, why = compared(seen("pass", ""), seen("fail", "it answers 500"), [KEY])
    assert verdict == "fail"
    assert "it worked before: POST /a/: it answers 500" in why


def test_what_failed_before_is_the_projects_own() -> None:
    verdict, why = compared(seen("fail", "500"), seen("fail", "500"), [KEY])
    assert (verdict, why) == ("pass", "what fails now did not work before, either: POST /a")


def test_what_was_not_tried_before_says_nothing_of_the_change() -> None:
    assert compared([], seen("fail", "500"), [KEY])[0] == "pass"
