"""A probe for people: the matrix at a glance, then every failure with what shows it."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from backwright.report.jsonable import Json, jsonable
from backwright.report.probe_types import AREAS, Actor, CellKind, ProbeCell, ProbeCheck, ProbeReport

_ACTORS: tuple[Actor, ...] = ("owner", "other", "anonymous", "privileged")
_CELLS: Mapping[CellKind, str] = {
    "isolated": "[green]✓[/]",
    "leak": "[bold red]LEAK[/]",
    "public": "[cyan]public[/]",
    "shared": "[blue]shared[/]",
    "not-proven": "[yellow]?[/]",
}
_MARK = {"pass": "[green]✓[/]", "fail": "[red]✗[/]", "skipped": "[yellow]-[/]"}
_MOST_SKIPPED = 12
_WIDE = 300  # a file has no edge to cut at


def probe_document(report: ProbeReport) -> dict[str, Json]:
    """Return the JSON document of the contract."""
    return {
        "schema": 1,
        "command": "probe",
        "target": report.target,
        "endpoints": report.endpoints,
        "requests": report.requests,
        "seconds": report.seconds,
        "checks": [jsonable(one) for one in report.checks],
        "matrix": [jsonable(one) for one in report.matrix],
        "notes": list(report.notes),
        "phases": [jsonable(one) for one in report.phases],
    }


def print_probe(console: Console, report: ProbeReport) -> None:
    """Print the matrix, the failures, what was not proven, and the sum."""
    if report.matrix:
        width = None if console.is_terminal else _WIDE
        console.print(_matrix(report.matrix), width=width, crop=False)
        console.print(
            "  ✓ kept from them   public/shared by policy   ? not proven   LEAK another's data\n"
        )
    for area in AREAS:
        _print_area(console, [one for one in report.checks if one.area == area], area)
    _print_failures(console, report.failures)
    _print_unproven(console, report)
    for note in report.notes:
        console.print(f"note: {escape(note)}")
    _print_sum(console, report)


_RUN = re.compile(r"([A-Za-z0-9])\1{199,}")
_QUOTE = "'\"'\"'"  # how `shlex.quote` writes a quote within quotes


def _matrix(cells: Sequence[ProbeCell]) -> Table:
    """Return operations by callers."""
    table = Table(box=None, padding=(0, 2), header_style="bold")
    by_place = {(one.method, one.path, one.actor): one.cell for one in cells}
    shown = [actor for actor in _ACTORS if any(one.actor == actor for one in cells)]
    table.add_column("")
    table.add_column("", overflow="fold")
    for actor in shown:
        table.add_column(actor, justify="center")
    for method, path in dict.fromkeys((one.method, one.path) for one in cells):
        row = [by_place.get((method, path, actor)) for actor in shown]
        table.add_row(method, escape(path), *(_CELLS[one] if one else "" for one in row))
    return table


def _print_area(console: Console, checks: Sequence[ProbeCheck], area: str) -> None:
    if not checks:
        return
    counts = Counter(one.verdict for one in checks)
    mark = _MARK["fail" if counts["fail"] else "pass"]
    words = f"{counts['pass']} passed"
    words += f", [red]{counts['fail']} failed[/]" if counts["fail"] else ""
    words += f", {counts['skipped']} not tried" if counts["skipped"] else ""
    console.print(f"{mark} {area:<10} {words}")


def _print_failures(console: Console, failures: Sequence[ProbeCheck]) -> None:
    for one in failures:
        place = f"  {one.file}:{one.line}" if one.file else ""
        console.print(f"\n[red]✗ {one.check}[/]  {one.method} {escape(one.path)}{escape(place)}")
        console.print(f"    {escape(one.why)}", highlight=False)
        if one.expected:
            console.print(f"    expected  {escape(one.expected)}", highlight=False)
        if one.got:
            console.print(f"    got       {escape(one.got)}", highlight=False)
        if one.curl:
            console.print(f"    {escape(shorter(one.curl))}", highlight=False, soft_wrap=True)


def shorter(curl: str) -> str:
    """Return a command in which the shell makes what is one character many times over.

    It stands within single quotes (`shlex.quote`), which are left for that: `'"$(…)"'`.
    """
    return _RUN.sub(lambda run: _repeated(curl, run), curl)


def _repeated(curl: str, run: re.Match[str]) -> str:
    made = f'"$(printf %{len(run[0])}s | tr " " {run[1]})"'
    before = curl[: run.start()].replace(_QUOTE, "")
    return f"'{made}'" if before.count("'") % 2 else made


def _print_unproven(console: Console, report: ProbeReport) -> None:
    """Print what was not proven, with its reason: silence is no pass."""
    lines = [f"{one.method} {one.path}: {one.why}" for one in report.matrix
             if one.cell == "not-proven"]  # fmt: skip
    lines += [f"{one.method} {one.path}: {one.why}" for one in report.checks
              if one.verdict == "skipped" and one.area != "isolation"]  # fmt: skip
    lines = list(dict.fromkeys(lines))
    if not lines:
        return
    console.print("\nNot proven:")
    for line in lines[:_MOST_SKIPPED]:
        console.print(f"  {escape(line)}", highlight=False)
    if len(lines) > _MOST_SKIPPED:
        console.print(f"  and {len(lines) - _MOST_SKIPPED} more (--json has all)")


def _print_sum(console: Console, report: ProbeReport) -> None:
    failed = len(report.failures)
    proven = [one for one in report.matrix if one.cell != "not-proven"]
    share = f", {len(proven)} of {len(report.matrix)} cells proven" if report.matrix else ""
    words = f"[bold red]{failed} failed[/]" if failed else "[bold green]nothing failed[/]"
    console.print(
        f"\n{words}: {report.endpoints} operations, {report.requests} requests in "
        f"{report.seconds:.1f} s{share}",
        highlight=False,
    )
    if report.phases:
        spent = (f"{one.name} {one.seconds:.1f} s" for one in report.phases)
        console.print(f"where the time went: {', '.join(spent)}", highlight=False)
