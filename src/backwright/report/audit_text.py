"""An audit for people: the gravest first, findings of one cause together, the checklist last."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from rich.console import Console
from rich.markup import escape

from backwright.report.audit_types import (
    LEVELS,
    AuditReport,
    ChecklistEntry,
    Finding,
    ItemVerdict,
    Mending,
)
from backwright.report.jsonable import Json, jsonable

_COLOR = {"error": "bold red", "warning": "yellow", "note": "cyan"}
_MARK: dict[ItemVerdict, str] = {
    "pass": "[green]✓[/]",
    "fail": "[red]✗[/]",
    "unknown": "[yellow]?[/]",
}
_SHOWN = 3
_CONTRACT = ("rule", "item", "level", "file", "line", "message", "remedy", "seen", "fixable")


def audit_document(report: AuditReport) -> dict[str, Json]:
    """Return the JSON document of the contract.

    Added: `cause` and `fix` of a finding; `unknown` and `why` of an item; `beyond` (findings of no
    item of the list), `ignored`, `notes`; with `--fix` what became of it.
    """
    return {
        "schema": 1,
        "command": "audit",
        "project": report.project,
        "findings": [_entry(one) for one in report.findings if one.item is not None],
        "checklist": [
            {
                "item": one.item,
                "name": one.name,
                "verdict": one.verdict,
                "counted": one.counted,
                "failing": one.failing,
                "unknown": one.unknown,
                "why": one.why,
            }
            for one in report.checklist
        ],
        "beyond": [_entry(one) for one in report.findings if one.item is None],
        "ignored": [
            {"rule": one.rule, "file": one.file, "line": one.line, "why": one.why}
            for one in report.ignored
        ],
        "notes": list(report.notes),
        **(_mending(report.mending) if report.mending is not None else {}),
    }


def _entry(one: Finding) -> dict[str, Json]:
    return {
        **{name: getattr(one, name) for name in _CONTRACT},
        "cause": one.cause,
        "fix": one.fix or None,
    }


def _mending(one: Mending) -> dict[str, Json]:
    """Return what `--fix` did, in the words of every other change."""
    return {
        "fixed": [_entry(it) for it in one.fixed],
        "dropped": [{**_entry(it.finding), "why": it.why} for it in one.dropped],
        "files": jsonable(one.files),
        "verified": jsonable(one.verified),
        "undo": one.undo,
        "diff": one.diff,
        "unproved": jsonable(one.notes),
    }


def print_audit(console: Console, report: AuditReport) -> None:
    """Print findings by cause, then the checklist and the sum."""
    if report.mending is not None:
        _print_mending(console, report.mending)
    groups: dict[tuple[str, str, str], list[Finding]] = {}
    for one in report.findings:
        groups.setdefault((one.level, one.rule, one.cause), []).append(one)
    for found in groups.values():
        _print_group(console, found)
    for note in report.notes:
        console.print(f"note: {escape(note)}")
    _print_checklist(console, report.checklist)
    counts = Counter(one.level for one in report.findings)
    said = ", ".join(f"{counts[one]} {one}{'' if counts[one] == 1 else 's'}" for one in LEVELS)
    kept = f"; {len(report.ignored)} kept quiet" if report.ignored else ""
    console.print(f"\n{escape(report.project)}: {said}{kept}", style="bold")
    if report.findings:
        console.print(f"backwright audit --explain {report.findings[0].rule}    tells why and how")


def _print_mending(console: Console, mending: Mending) -> None:
    """Print what was mended, rule by rule, what was not and why, and the diff if it was asked for."""
    if mending.diff:
        console.print(mending.diff, markup=False, highlight=False, soft_wrap=True)
    verb = "would be mended" if mending.diff else "mended"
    for rule, count in Counter(one.rule for one in mending.fixed).items():
        console.print(f"[green]{verb}[/] {escape(rule)}: {count}")
    for one in mending.dropped:
        place = f"{one.finding.file}:{one.finding.line}"
        console.print(f"[yellow]left[/] {escape(f'{one.finding.rule} {place}: {one.why}')}")
    if not mending.fixed:
        console.print("nothing was mended: no finding has a repair that holds")
    for note in mending.notes:
        console.print(f"note: {escape(note.text)}")
    if mending.undo:
        console.print("backwright undo    takes it back")
    console.print()


def _print_group(console: Console, found: Sequence[Finding]) -> None:
    """Print findings of one cause: a few places, then how many more, and the remedy once."""
    first = found[0]
    color = _COLOR[first.level]
    more = f"  ({len(found)} places)" if len(found) > 1 else ""
    console.print(f"[{color}]{first.level}[/] [bold]{first.rule}[/]{more}")
    for one in found[:_SHOWN]:
        console.print(f"  {escape(f'{one.file}:{one.line}')}  {escape(one.message)}")
    if len(found) > _SHOWN:
        console.print(f"  … and {len(found) - _SHOWN} more (--json names all)")
    for number, line in enumerate(first.remedy.splitlines()):
        console.print(f"  {'→' if not number else ' '} {escape(line)}")
    console.print()


def _print_checklist(console: Console, checklist: Sequence[ChecklistEntry]) -> None:
    console.print("Checklist", style="bold")
    for one in checklist:
        figures = f"{one.counted} looked at, {one.failing} failing"
        figures += f", {one.unknown} unknown" if one.unknown else ""
        console.print(f"  {_MARK[one.verdict]} {one.item} {one.name}: {figures}")
        if one.why and one.verdict == "unknown":
            console.print(f"      {escape(one.why)}")
