"""Proving fields and relations: with their endpoints and what tests say of them, or else without."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from backwright.errors import VerificationError
from backwright.tasks.add_by_example import Proof
from backwright.tasks.change import Workplace, changes_of, prove
from backwright.tasks.live import Endpoints, prove_live
from backwright.tasks.nested import Below
from backwright.tasks.own_tests import proved_with_own_tests
from backwright.values import Check, Note
from backwright.workshop import ChangeSet, require

_KIND = "changed"
_MOST = 200  # characters of a reason


def prove_extension(
    place: Workplace, changes: ChangeSet, proof: Proof, below: Below
) -> tuple[ChangeSet, tuple[Check, ...], list[Note]]:
    """Verify a change; its new endpoints are left out, and noted, where it holds only without them.

    Raises:
        VerificationError: the change did not verify, without new endpoints either.
        QuestionError: something could not be proved, and the user has not agreed to that.
        MissingError: something that a check needs is not there.
    """
    try:
        return _proved(place, changes, proof)
    except VerificationError as error:
        if not below.files:
            raise
        why = str(error.message).partition("\n")[0]
    below.take_back(place.folder)
    changes = changes_of(place, changes.paths, {e.path: e.reason for e in changes.edits})
    changes = ChangeSet(tuple(e for e in changes.edits if e.before != e.after))
    tests = tuple(path for path in proof.new_tests if (place.folder / path).is_file())
    changes, checks, notes = _proved(place, changes, Proof(proof.answers, tests, ()))
    shown = ", ".join(f"{method} {path}" for method, path in below.made.endpoints)
    text = f"left out, since with them the change did not hold: {shown} ({why[:_MOST]})"
    return changes, checks, [*notes, Note(below.files[0], 1, text)]


def _proved(
    place: Workplace, changes: ChangeSet, proof: Proof
) -> tuple[ChangeSet, tuple[Check, ...], list[Note]]:
    def prove_it(made: ChangeSet) -> tuple[Check, ...]:
        return prove(
            place,
            made,
            answers=proof.answers,
            new_tests=proof.new_tests,
            expected_endpoints=proof.endpoints,
        )

    changes, checks, notes = proved_with_own_tests(place, changes, prove_it)
    if proof.endpoints:
        checks = (*checks, prove_live(place, proof.endpoints))
    elif is_live_needed(checks) and proof.touched:
        checks = (*checks, _live_beside_before(place, changes, proof.touched))
    require(checks)
    return changes, checks, notes


def is_live_needed(checks: Sequence[Check]) -> bool:
    """Tell whether the project starts, and no test of its own tells whether it works."""
    verdicts = {check.check: check.verdict for check in checks}
    return verdicts.get("starts") == "pass" and verdicts.get("tests") != "pass"


def _live_beside_before(place: Workplace, changes: ChangeSet, endpoints: Endpoints) -> Check:
    """Call the endpoints of what is changed; where others or they failed before, it is told so.

    What fails only now is called once more: some applications answer otherwise by chance.
    """
    live = prove_live(place, endpoints, _KIND)
    if live.verdict != "fail":
        return live
    changes.reverse.write_into(place.folder)
    try:
        before = prove_live(place, endpoints, _KIND)
    finally:
        changes.write_into(place.folder)
    if before.verdict == "pass":
        return prove_live(place, endpoints, _KIND)
    return replace(live, verdict="skipped", detail=f"{live.detail}; before: {before.detail}")
