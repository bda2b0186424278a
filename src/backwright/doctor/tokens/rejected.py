"""Where the running application refuses a token that it should accept, and why."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from backwright.doctor.edits import rewritten, segment
from backwright.doctor.evidence import Evidence, Rejected
from backwright.doctor.registry import diagnosis
from backwright.doctor.sources import FunctionNode, literal
from backwright.doctor.tokens.lookups import lookups
from backwright.report.doctor_types import Cause, Repair, Seen
from backwright.values import Place

_REFUSING = (401, 403)
_PROOF = "log in, and curl -i -H 'Authorization: Bearer TOKEN' http://127.0.0.1:8000/…"


@diagnosis
def rejected(evidence: Evidence) -> Iterator[Cause]:
    """Tell which line refuses the token that was given, or that a login has just given."""
    is_given = evidence.guarded is not None and evidence.guarded.status in _REFUSING
    if not is_given and not evidence.shut:
        return
    carried = [one for one in evidence.rejections if one.carries and one.status in _REFUSING]
    seen: Seen = "given" if is_given else "happened"
    whose = "the token" if is_given else "the token that a login has just given"
    asked = next(
        (one for one in carried if is_given or evidence.shut.startswith(f"{one.request} ")), None
    )
    if is_given and carried:
        asked = carried[-1]  # it was asked last
    if mistaken := next(lookups(evidence), None):
        yield Cause(
            "tokens", "token-claim-other",
            f"{whose} says {mistaken.written} in {mistaken.claim}, and is looked up by {mistaken.read} "
            f"({mistaken.reader})", (str(asked.detail),) if asked else (), mistaken.place,
            f"write {mistaken.read} into {mistaken.claim}, or look up by {mistaken.written}", _PROOF, seen,
            mistaken.repairs,
        )  # fmt: skip
        return
    if asked is not None and is_given and not _says_why(evidence, asked):
        return
    if asked is None:
        if evidence.shut and not is_given:
            yield _cause(f"{whose} opens nothing: {evidence.shut}", (), None, seen)
        return
    yield _refused(evidence, asked, whose, seen)


def _says_why(evidence: Evidence, asked: Rejected) -> bool:
    """Tell whether a refusal is about the token itself.

    Its user is not in a throw-away database, and a key that is set nowhere is another one here; what
    is wrong with a signature is seen by reading.
    """
    if asked.because:
        return not any("ignature" in one for one in asked.because)
    test = _condition(evidence, _line(evidence, asked))
    return test is not None and not _asks_for_none(test)


def _asks_for_none(test: ast.expr) -> bool:
    if isinstance(test, ast.UnaryOp) and isinstance(test.op, ast.Not):
        return isinstance(test.operand, ast.Name | ast.NamedExpr | ast.Await)
    return isinstance(test, ast.Compare) and any(
        isinstance(one, ast.Constant) and one.value is None for one in test.comparators
    )


def _refused(evidence: Evidence, asked: Rejected, whose: str, seen: Seen) -> Cause:
    """Return the cause at the line that refuses, with the condition or the error that it is for."""
    place = _line(evidence, asked)
    text = f"{asked.request} refuses {whose} ({asked.status} {asked.detail})"
    if asked.because:
        return _cause(f"{text}: {asked.because[0]}", asked.because, place, seen)
    test = _condition(evidence, place)
    if test is None or place is None:
        return _cause(text, (), place, seen)
    condition = segment(evidence, place.file, test)
    if wrong := _scheme(evidence, place.file, test):
        return _cause(
            f"{text}: `{condition}` compares the scheme as it is written, which is no word of one case",
            (condition,), Place(place.file, test.lineno), seen, wrong,
        )  # fmt: skip
    return _cause(f"{text}, since `{condition}`", (condition,), place, seen)


def _cause(
    text: str, shown: tuple[str, ...], place: Place | None, seen: Seen,
    repairs: tuple[Repair, ...] = (),
) -> Cause:  # fmt: skip
    return Cause(
        "tokens", "token-refused", text, shown, place,
        "mend the condition, or what the login writes into the token", _PROOF, seen, repairs,
    )  # fmt: skip


def _line(evidence: Evidence, asked: Rejected) -> Place | None:
    """Return the innermost line that decides: a function that only raises is called by it."""
    for place in reversed(asked.places):
        function = evidence.sources.function_at(place)
        if function is None or not _only_raises(function):
            return place
    return asked.places[-1] if asked.places else None


def _only_raises(function: FunctionNode) -> bool:
    body = [one for one in function.body if literal(getattr(one, "value", None)) is None]
    return len(body) == 1 and isinstance(body[0], ast.Raise)


def _condition(evidence: Evidence, place: Place | None) -> ast.expr | None:
    """Return the condition of the innermost `if` around a line."""
    found = [
        one for one in (evidence.sources.nodes(place.file) if place else ())
        if isinstance(one, ast.If) and place is not None
        and one.body[0].lineno <= place.line <= (one.body[-1].end_lineno or 0)
    ]  # fmt: skip
    return max(found, key=lambda one: one.lineno).test if found else None


def _scheme(evidence: Evidence, file: str, test: ast.expr) -> tuple[Repair, ...]:
    """Return the repair of a comparison of the header's scheme that depends on its case."""
    for one in ast.walk(test):
        if not isinstance(one, ast.Compare) or len(one.comparators) != 1:
            continue
        left, right = one.left, one.comparators[0]
        word = literal(right)
        if (
            isinstance(left, ast.Attribute)
            and left.attr == "scheme"
            and isinstance(word, str)
            and word.lower() == "bearer"
        ):
            written = f"{segment(evidence, file, left)}.lower()"
            return rewritten(evidence, file, [(left, written), (right, '"bearer"')])
    return ()
