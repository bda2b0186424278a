"""The checklist: an audit of the project before and after a change."""

from __future__ import annotations

import time
from collections import Counter

from backwright.audit import audit_project
from backwright.audit.settings import read_settings
from backwright.project.types import Project
from backwright.report.audit_types import LEVELS, AuditReport, Finding
from backwright.values import Check, Note

_SHOWN = 12


def audited(project: Project, settings_of: Project) -> AuditReport:
    """Judge a project, by the settings that another one had: a change does not quiet its judge."""
    return audit_project(project.root, project, read_settings(settings_of.root))


def checklist(
    before: AuditReport, after: AuditReport, project: Project
) -> tuple[Check, tuple[Note, ...]]:
    """Tell whether a change brings findings, or hides some; return the slight ones as notes."""
    started = time.monotonic()
    level = LEVELS.index(read_settings(project.root).fail_on)
    new = list(_new(before, after))
    grave = [one for one in new if LEVELS.index(one.level) <= level]
    hidden = Counter((one.rule, one.why) for one in after.ignored)
    hidden -= Counter((one.rule, one.why) for one in before.ignored)
    faults = [f"{one.file}:{one.line} {one.rule}: {one.message}" for one in grave[:_SHOWN]]
    faults += [f"{len(grave) - _SHOWN} more"] if len(grave) > _SHOWN else []
    faults += [f"{rule} was silenced ({why})" for rule, why in hidden]
    notes = tuple(
        Note(one.file, one.line, f"{one.rule}: {one.message}") for one in new if one not in grave
    )
    seconds = round(time.monotonic() - started, 3)
    if faults:
        return Check("checklist", "fail", seconds, "; ".join(faults)), notes
    passing = sum(one.verdict == "pass" for one in after.checklist)
    told = f"no new finding; {passing} of {len(after.checklist)} items pass"
    return Check("checklist", "pass", seconds, told), notes


def _new(before: AuditReport, after: AuditReport) -> list[Finding]:
    """Return the findings that are new; one whose code was moved is not."""
    known = Counter((one.rule, one.message) for one in before.findings)
    found = []
    for one in after.findings:
        known[one.rule, one.message] -= 1
        if known[one.rule, one.message] < 0:
            found.append(one)
    return found
