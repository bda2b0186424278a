"""What a changed resource answers over HTTP, where the project has no tests that tell."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from backwright.tasks import extension_proof
from backwright.values import Check
from backwright.workshop import ChangeSet, FileEdit

ENDPOINTS = (("GET", "/books"),)
BEFORE, AFTER = b"old\n", b"new\n"
CHANGES = ChangeSet((FileEdit("app.py", BEFORE, AFTER),))


@dataclass
class Place:
    """The staged copy."""

    folder: Path


def checks(**verdicts: str) -> tuple[Check, ...]:
    return tuple(Check(name, verdict, 0.0, "") for name, verdict in verdicts.items())  # type: ignore[arg-type]


@pytest.fixture
def place(tmp_path: Path) -> Place:
    (tmp_path / "app.py").write_bytes(AFTER)
    return Place(tmp_path)


def seen(
    place: Place, monkeypatch: pytest.MonkeyPatch, *verdicts: str
) -> tuple[Check, list[bytes]]:
    """Return what is made of some verdicts, and the code that each was of."""
    told: Iterator[str] = iter(verdicts)
    codes: list[bytes] = []

    def prove_live(*_: object) -> Check:
        codes.append((place.folder / "app.py").read_bytes())
        return checks(live=next(told))[0]

    monkeypatch.setattr(extension_proof, "prove_live", prove_live)
    found = extension_proof._live_beside_before(place, CHANGES, ENDPOINTS)  # type: ignore[arg-type]
    assert (place.folder / "app.py").read_bytes() == AFTER
    return found, codes


def test_what_succeeds_is_called_once(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    found, codes = seen(place, monkeypatch, "pass")
    assert (found.verdict, codes) == ("pass", [AFTER])


def test_what_fails_only_now_is_the_changes_fault(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    found, codes = seen(place, monkeypatch, "fail", "pass", "fail")
    assert (found.verdict, codes) == ("fail", [AFTER, BEFORE, AFTER])


def test_what_failed_before_is_told_and_refuses_nothing(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    found, codes = seen(place, monkeypatch, "fail", "fail")
    assert (found.verdict, codes) == ("skipped", [AFTER, BEFORE])
    assert "before:" in found.detail


def test_tests_that_pass_tell_enough() -> None:
    needed = extension_proof.is_live_needed
    assert needed(checks(starts="pass", tests="skipped"))
    assert not needed(checks(starts="pass", tests="pass"))
    assert not needed(checks(starts="skipped", tests="skipped"))
