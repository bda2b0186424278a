"""The findings that are known: a project that begins to be audited fails only for new ones.

A finding is known by its rule, file and message, not by its line, so that it stays known where
lines move; of two alike ones each is counted.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable
from pathlib import Path

from backwright.errors import UsageError
from backwright.report.audit_types import Finding
from backwright.values import Place

Key = tuple[str, str, str]


def key_of(finding: Finding) -> Key:
    """Return what a finding is known by."""
    return finding.rule, finding.file, finding.message


class Known:
    """The findings of a baseline; each is used up by one finding."""

    def __init__(self, keys: Iterable[Key]) -> None:
        """Know `keys`."""
        self._left = Counter(keys)

    def holds(self, finding: Finding) -> bool:
        """Tell whether a finding is known, and use it up."""
        key = key_of(finding)
        self._left[key] -= 1
        return self._left[key] >= 0


def read_baseline(root: Path, name: str | None) -> list[Key]:
    """Return the findings of a baseline file; none where no file is named.

    Raises:
        UsageError: it cannot be read, or is no baseline.
    """
    if name is None:
        return []
    try:
        held = json.loads((root / name).read_text(encoding="utf-8"))
        return [(one["rule"], one["file"], one["message"]) for one in held["findings"]]
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise UsageError(
            f"the baseline {name} cannot be read: {error}",
            place=Place(name, 1),
            remedy=f"write it with backwright audit --write-baseline {name}",
        ) from error


def baseline_text(findings: Iterable[Finding]) -> str:
    """Return the text of a baseline that knows `findings`."""
    held = [
        {"rule": one.rule, "file": one.file, "message": one.message}
        for one in sorted(findings, key=key_of)
    ]
    return json.dumps({"schema": 1, "findings": held}, indent=2, ensure_ascii=False) + "\n"
