"""Running the rules: each looks at the whole project, the findings are ranked, the items judged."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from backwright.audit.fixes.repair import Fix
from backwright.audit.live import ITEM, Live
from backwright.audit.quiet import Quiet
from backwright.audit.rule import Found, Judged, Looked, Rule, Unsure, all_rules
from backwright.audit.settings import Settings
from backwright.audit.subject import Subject
from backwright.project.files import read_tree
from backwright.project.types import Project
from backwright.report.audit_types import ITEMS, LEVELS, AuditReport, ChecklistEntry, Finding
from backwright.values import Place

# What users can be hurt by stands first.
_ORDER = (5, 6, 7, 4, 3, 8, None, 1, 2)
RECURSION = 6_000


@dataclass
class _Count:
    """What the rules of one item have looked at, by place."""

    looked: set[Place] = field(default_factory=set)
    failing: set[Place] = field(default_factory=set)
    unsure: dict[Place, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Judgement:
    """What an audit has to say, and how the findings are mended that can be."""

    report: AuditReport
    fixes: tuple[tuple[Finding, Fix], ...] = ()


def audit_project(
    root: Path, project: Project, settings: Settings, live: Live | None = None
) -> AuditReport:
    """Judge a project by every rule, and each item of the checklist by what its rules found.

    A rule that breaks is told in the notes, and leaves its item unknown. What reading cannot decide
    of isolation is decided by what a probe has seen, where it is given.
    """
    return judge_project(root, project, settings, live).report


def judge_project(
    root: Path, project: Project, settings: Settings, live: Live | None = None
) -> Judgement:
    """Judge a project as `audit_project` does, and return the repairs with it, in their order."""
    subject = Subject(project, read_tree(root.resolve()))
    quiet = Quiet(subject, settings)
    counts = {item: _Count() for item in ITEMS}
    found: list[Finding] = []
    fixes: dict[Finding, Fix] = {}
    unread = dict(_unread(subject))
    notes = [f"{place}: {why}; no rule has looked at it" for place, why in unread.items()]
    for count in counts.values():
        count.unsure.update(unread)
    rules = all_rules()
    for one in rules.values():
        judged, broken = _apply(one, subject)
        if broken:
            notes.append(broken)
        if live is not None and one.item == ITEM:
            judged = list(live.decided(judged))
        findings = []
        for it in judged:
            if not isinstance(it, Found):
                continue
            for finding in quiet.kept(_finding(one, it, settings)):
                findings.append((finding, it.units or (it.place,)))
                if it.fix is not None:
                    fixes.setdefault(finding, it.fix)
        found += [finding for finding, _ in findings]
        if one.item is not None:
            _count(counts[one.item], judged, findings, broken)
    report = AuditReport(
        project=project.root.name,
        findings=tuple(sorted(set(found), key=_rank)),
        checklist=tuple(_verdict(item, counts[item]) for item in ITEMS),
        ignored=tuple(quiet.ignored),
        notes=(*notes, *quiet.notes(rules)),
        rules=tuple(one.entry for one in rules.values()),
    )
    return Judgement(report, tuple(sorted(fixes.items(), key=lambda one: _rank(one[0]))))


def _unread(subject: Subject) -> Iterator[tuple[Place, str]]:
    """Yield the files that cannot be read as Python, and why: what is in them nobody knows."""
    parsed = subject.all
    for one in subject.modules.unresolved:
        if one.file in parsed:
            continue
        yield Place(one.file, max(1, one.line)), one.why


def _apply(one: Rule, subject: Subject) -> tuple[list[Judged], str]:
    """Return what a rule says, and why it could not be applied to the end."""
    judged: list[Judged] = []
    limit = sys.getrecursionlimit()
    sys.setrecursionlimit(max(limit, RECURSION))
    try:
        judged.extend(one.check(subject))
    except Exception as error:  # the other rules are still worth hearing
        if os.environ.get("BACKWRIGHT_DEBUG"):
            raise
        return judged, f"the rule {one.name} broke here: {type(error).__name__}: {error}"
    finally:
        sys.setrecursionlimit(limit)
    return judged, ""


def _finding(one: Rule, found: Found, settings: Settings) -> Finding:
    return Finding(
        rule=one.name,
        item=one.item,
        level=settings.levels.get(one.name, found.level or one.level),
        file=found.place.file,
        line=found.place.line,
        message=found.message,
        remedy=found.remedy,
        fixable=found.fix is not None and found.fix.safe,
        fix="" if found.fix is None else "safe" if found.fix.safe else "unsafe",
        seen=found.seen,
        cause=found.cause or one.name,
    )


def _rank(one: Finding) -> tuple[object, ...]:
    return (
        LEVELS.index(one.level),
        _ORDER.index(one.item),
        one.file,
        one.line,
        one.rule,
        one.message,
    )


def _count(
    count: _Count,
    judged: Iterable[Judged],
    findings: Sequence[tuple[Finding, tuple[Place, ...]]],
    broken: str,
) -> None:
    """Take in what a rule of an item has looked at; a note is no failure."""
    for one in judged:
        if isinstance(one, Looked):
            count.looked.add(one.place)
        elif isinstance(one, Unsure):
            count.unsure.setdefault(one.place, one.why)
        else:
            count.looked |= set(one.units or (one.place,))
    for finding, units in findings:
        count.failing |= set(units) if finding.level != "note" else set()
    if broken:
        count.unsure.setdefault(Place("", 0), broken)


def _verdict(item: int, count: _Count) -> ChecklistEntry:
    """Judge an item: what could not be decided is unknown, and so is what nobody looked at."""
    unsure = {place: why for place, why in count.unsure.items() if place not in count.failing}
    counted = len(count.looked | {one for one in unsure if one.file})
    entry = ChecklistEntry(
        item, ITEMS[item], "pass", counted, len(count.failing), len(unsure), _why(unsure)
    )
    if count.failing:
        return replace(entry, verdict="fail")
    if unsure:
        return replace(entry, verdict="unknown")
    if not counted:
        return replace(entry, verdict="unknown", why="there was nothing of this kind to look at")
    return entry


def _why(unsure: dict[Place, str]) -> str:
    """Say what could not be decided: the first place, and how many there are."""
    if not unsure:
        return ""
    place = min(unsure)
    more = f" (and {len(unsure) - 1} more)" if len(unsure) > 1 else ""
    return f"{place}: {unsure[place]}{more}" if place.file else unsure[place]
