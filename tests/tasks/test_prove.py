"""What cannot be proved needs a yes; what fails ends the change."""

from dataclasses import dataclass, field
from typing import Any

import pytest

from backwright.errors import QuestionError, VerificationError
from backwright.report.events import silence
from backwright.tasks import change
from backwright.tasks.host_database import DatabaseFacts
from backwright.tasks.host_facts import HostFacts
from backwright.tasks.questions import Answers
from backwright.values import Check
from backwright.workshop import ChangeSet

PASSED = Check("imports", "pass", 0.1, "")
SKIPPED = Check("tests", "skipped", 0.0, "pytest is not installed")
FAILED = Check("tests", "fail", 0.0, "1 of the new tests fails")


@dataclass
class Place:
    """What `prove` needs of a workplace."""

    listener: Any = field(default=silence)
    facts: HostFacts = field(default_factory=lambda: HostFacts("app.main:app"))

    def bench(self, *_: object, **__: object) -> None:
        return None


def prove(
    monkeypatch: pytest.MonkeyPatch, *checks: Check, answers: Answers | None = None,
    place: Place | None = None,
) -> Any:  # fmt: skip
    monkeypatch.setattr(change, "verify", lambda *_: checks)
    return change.prove(place or Place(), ChangeSet(), answers=answers)  # type: ignore[arg-type]


def test_all_passed(monkeypatch: pytest.MonkeyPatch) -> None:
    assert prove(monkeypatch, PASSED) == (PASSED,)


def test_what_was_skipped_is_asked_about(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(QuestionError) as caught:
        prove(monkeypatch, PASSED, SKIPPED)
    assert caught.value.question.key == "unproved"
    assert "pytest is not installed" in caught.value.question.why


def test_without_tables_no_migration_is_missed(monkeypatch: pytest.MonkeyPatch) -> None:
    skipped = Check("migrations", "skipped", 0.0, "there is no throw-away database for it")
    with pytest.raises(QuestionError):
        prove(monkeypatch, PASSED, skipped)
    place = Place(facts=HostFacts("app.main:app", database=DatabaseFacts("none")))
    assert prove(monkeypatch, PASSED, skipped, place=place) == (PASSED, skipped)


def test_a_yes_goes_on(monkeypatch: pytest.MonkeyPatch) -> None:
    assert prove(monkeypatch, SKIPPED, answers=Answers(yes=True)) == (SKIPPED,)
    assert prove(monkeypatch, SKIPPED, answers=Answers({"unproved": "proceed"})) == (SKIPPED,)


def test_a_no_stops(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(VerificationError, match="not agreed to"):
        prove(monkeypatch, SKIPPED, answers=Answers({"unproved": "stop"}))


def test_a_failure_is_no_question(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(VerificationError, match="`tests` failed"):
        prove(monkeypatch, PASSED, FAILED, answers=Answers(yes=True))
