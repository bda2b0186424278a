"""Whether a `case` of a `match` statement takes its subject."""

from __future__ import annotations

import ast

from backwright.project.interpret import comparisons, core, knowing, operators
from backwright.project.interpret.values import NATIVE, Frame


def matches(case: ast.match_case, subject: object, frame: Frame) -> bool | None:
    """Tell whether a case takes a subject; `None` if that is not known."""
    pattern = case.pattern
    if isinstance(pattern, ast.MatchAs) and pattern.pattern is None:
        if pattern.name:
            core.bind(frame, pattern.name, subject)
        guard = core.evaluate(case.guard, frame) if case.guard else True
        return knowing.truth(guard)
    patterns = pattern.patterns if isinstance(pattern, ast.MatchOr) else [pattern]
    if all(isinstance(one, ast.MatchValue) for one in patterns) and isinstance(
        operators.plain(subject),
        NATIVE,
    ):
        verdicts = {
            knowing.truth(comparisons.compare(subject, ast.Eq(), core.evaluate(one.value, frame)))
            for one in patterns
            if isinstance(one, ast.MatchValue)
        }
        return True if True in verdicts else (None if None in verdicts else False)
    return None
