"""Findings that are not to be heard: by a comment with a reason, by the settings, by the baseline.

`# backwright: ignore[RULE] reason` on the line, or alone on the line above. Without a reason it
does not count.
"""

from __future__ import annotations

import fnmatch
import re
from collections.abc import Container, Iterator
from dataclasses import dataclass

from backwright.audit.baseline import Known, read_baseline
from backwright.audit.settings import Settings
from backwright.audit.sources import Source
from backwright.audit.subject import Subject
from backwright.report.audit_types import Finding, Ignored

_COMMENT = re.compile(r"#\s*backwright:\s*ignore\[([^\]]*)\][ \t]*(.*)")


@dataclass(frozen=True, slots=True)
class _Comment:
    """An `ignore`: the line that it speaks of, its rules, its reason."""

    file: str
    line: int
    rules: tuple[str, ...]
    reason: str


class Quiet:
    """What of a project's findings is kept quiet."""

    def __init__(self, subject: Subject, settings: Settings) -> None:
        """Read the comments and the baseline."""
        self._settings = settings
        self._comments = {
            (one.file, one.line): one
            for source in subject.all.values()
            if "backwright:" in source.text
            for one in _comments(source)
        }
        self._known = Known(read_baseline(subject.tree.root, settings.baseline))
        self.ignored: list[Ignored] = []

    def kept(self, finding: Finding) -> Iterator[Finding]:
        """Yield the finding, unless it is not to be heard."""
        why = self._why(finding)
        if why:
            self.ignored.append(Ignored(finding.rule, finding.file, finding.line, why))
        else:
            yield finding

    def _why(self, finding: Finding) -> str:
        if finding.rule in self._settings.ignore:
            return "the project's settings"
        if any(fnmatch.fnmatch(finding.file, one) for one in self._settings.exclude):
            return "the project's settings: its file is excluded"
        comment = self._comments.get((finding.file, finding.line))
        if comment is not None and finding.rule in comment.rules and comment.reason:
            return comment.reason
        return "it stands in the baseline" if self._known.holds(finding) else ""

    def notes(self, rules: Container[str]) -> Iterator[str]:
        """Say which comments do not count."""
        for one in self._comments.values():
            unknown = [name for name in one.rules if name not in rules]
            for name in unknown:
                yield f"{one.file}:{one.line}: an ignore names {name!r}, which is no rule"
            if not one.reason:
                yield f"{one.file}:{one.line}: an ignore gives no reason, so it does not count"


def _comments(source: Source) -> Iterator[_Comment]:
    for number, line in enumerate(source.lines, 1):
        found = _COMMENT.search(line)
        if found is None:
            continue
        rules = tuple(one.strip() for one in found[1].split(",") if one.strip())
        alone = line.lstrip().startswith("#")
        yield _Comment(source.file, number + alone, rules, found[2].strip())
