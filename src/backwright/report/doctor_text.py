"""A doctor's report as text and as JSON: the cause first."""

from __future__ import annotations

from collections.abc import Sequence

from rich.console import Console
from rich.markup import escape

from backwright.report.doctor_types import Cause, CheckResult, DoctorReport, Group
from backwright.report.jsonable import Json, jsonable
from backwright.report.terminal import print_diff

_MARK = {"pass": "[green]✓[/]", "fail": "[red]✗[/]", "skipped": "[yellow]-[/]"}
_MOST = 8


def doctor_document(report: DoctorReport) -> dict[str, Json]:
    """Return the report as a JSON document; `cause` is the first of `causes`."""
    causes = [_cause(one) for one in report.causes]
    return {
        "schema": 1,
        "command": "doctor",
        "cause": causes[0] if causes else None,
        "causes": list(causes),
        "checks": jsonable(report.checks),
        "groups": jsonable(report.groups),
        "notes": jsonable(report.notes),
        "diff": report.diff,
        "undo": report.undo,
    }


def _cause(one: Cause) -> dict[str, Json]:
    return {
        "check": one.check,
        "name": one.name,
        "text": one.text,
        "file": one.place.file if one.place else None,
        "line": one.place.line if one.place else None,
        "evidence": jsonable(one.evidence),
        "remedy": one.remedy,
        "proof": one.proof,
        "seen": one.seen,
        "count": one.count,
        "fixable": bool(one.repairs),
    }


def print_doctor(console: Console, report: DoctorReport) -> None:
    """Print the cause with what mends it, the other causes in a line each, and the checks."""
    if report.causes:
        _print_cause(console, report.causes[0], report)
        _print_others(console, report.causes[1:])
    else:
        console.print("[bold green]no cause was found[/]", highlight=False)
    if len(report.groups) > 1 or any(one.count > 1 for one in report.groups):
        _print_groups(console, report.groups)
    console.print()
    for check in report.checks:
        console.print(_check(check), highlight=False)
    for note in report.notes:
        console.print(f"  note {escape(note)}", highlight=False)
    if report.undo:
        console.print(f"\nmended; backwright undo {report.undo} takes it back", highlight=False)


def _check(one: CheckResult) -> str:
    return f"  {_MARK[one.verdict]} {one.check:<12}{escape(one.why)}"


def _print_cause(console: Console, cause: Cause, report: DoctorReport) -> None:
    console.print(f"[bold red]cause:[/] {escape(cause.text)}", highlight=False)
    if cause.place:
        console.print(f"  at {escape(str(cause.place))}", highlight=False)
    for line in (part for one in cause.evidence for part in one.splitlines()):
        console.print(f"  [dim]{escape(line)}[/]", highlight=False)
    if cause.count > 1:
        console.print(f"  seen {cause.count} times", highlight=False)
    console.print("[bold]remedy:[/]", highlight=False)
    for line in cause.remedy.splitlines():
        console.print(f"  {escape(line)}", highlight=False)
    if report.diff:
        console.print()
        print_diff(console, report.diff)
        if not report.undo:
            console.print("  backwright doctor --fix makes this change, once it is proved")
    if cause.proof:
        console.print(f"[bold]to see that it worked:[/] {escape(cause.proof)}", highlight=False)


def _print_others(console: Console, causes: Sequence[Cause]) -> None:
    if causes:
        console.print("\nalso:", highlight=False)
    for one in causes[:_MOST]:
        place = f"{one.place}: " if one.place else ""
        console.print(f"  {escape(place + one.text)}", highlight=False)
    if len(causes) > _MOST:
        console.print(f"  and {len(causes) - _MOST} more (--json has all)")


def _print_groups(console: Console, groups: Sequence[Group]) -> None:
    console.print("\nerrors in the log:", highlight=False)
    for one in sorted(groups, key=lambda group: -group.count)[:_MOST]:
        when = f", {one.first} to {one.last}" if one.first and one.last != one.first else ""
        place = f" at {one.place}" if one.place else ""
        console.print(f"  {one.count} times {escape(one.text + place + when)}", highlight=False)
