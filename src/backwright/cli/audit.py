"""`backwright audit`: the quality checklist, with evidence."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from backwright.cli.given import Given, changes_project
from backwright.cli.run import Face
from backwright.errors import UsageError
from backwright.report.audit_text import audit_document, print_audit
from backwright.report.audit_types import AuditReport, Level
from backwright.report.events import Listener
from backwright.report.jsonable import Json

if TYPE_CHECKING:
    from rich.console import Console

Format = Literal["text", "json", "sarif", "github"]
FailOn = Literal["error", "warning"]
FormatOption = Annotated[Format, typer.Option("--format", help="How to print the findings.")]
FailOption = Annotated[
    FailOn | None,
    typer.Option(
        "--fail-on",
        help="From which level on findings make the exit code 1 (warning; pyproject.toml may say).",
        show_default=False,
    ),
]
ExplainOption = Annotated[
    str | None,
    typer.Option(
        "--explain", metavar="RULE", help="Print a rule's documentation; `all` lists them."
    ),
]
BaselineOption = Annotated[
    str | None,
    typer.Option("--baseline", metavar="FILE", help="Keep quiet about the findings in this file."),
]
WriteOption = Annotated[
    Path | None,
    typer.Option(
        "--write-baseline", metavar="FILE", help="Write the findings as those that are known."
    ),
]
LiveOption = Annotated[
    bool,
    typer.Option(
        "--live", help="Start the application and let the probe decide what reading leaves open."
    ),
]
FixOption = Annotated[
    bool, typer.Option("--fix", help="Mend what can be mended safely, and prove it.")
]
UnsafeOption = Annotated[
    bool, typer.Option("--unsafe", help="With --fix: also mend what needs a review.")
]


def register(app: typer.Typer) -> None:
    """Add the command to the command line."""
    app.command("audit")(audit)


@changes_project
def audit(
    format_: FormatOption = "text",
    fail_on: FailOption = None,
    explain: ExplainOption = None,
    baseline: BaselineOption = None,
    write_baseline: WriteOption = None,
    live: LiveOption = False,
    fix: FixOption = False,
    unsafe: UnsafeOption = False,
    *,
    given: Given,
) -> None:
    """Judge the quality checklist: hints, docstrings, errors, validation, isolation, passwords, CORS, tests.

    The project is read, not run. Each finding has its place and its remedy; what reading cannot
    decide is unknown, never a pass. With --fix what can be mended safely is, in a copy: there the
    project's own tests must give what they gave before, the finding be gone and none have come.
    """
    face = Face("audit", as_json=given.as_json or format_ == "json", quiet=given.quiet)
    if explain is not None:
        face.run(lambda _: _explained(explain), document=_rule_document, text=_print_text)
    worst: list[Level] = []

    def work(listener: Listener) -> AuditReport:
        from backwright.tasks.audit import Audit
        from backwright.tasks.audit import audit as run_audit

        if (unsafe or given.dry_run) and not fix:
            word = "--unsafe" if unsafe else "--dry-run"
            raise UsageError(f"{word} says nothing without --fix", remedy=f"write --fix {word}")
        other = "--live" if live else "--write-baseline"
        if fix and (live or write_baseline is not None):
            raise UsageError(
                f"--fix and {other} exclude each other",
                remedy=f"mend first, then call {other} alone",
            )
        request = Audit(
            given.root, fail_on, baseline, write_baseline, live, fix, unsafe, given.dry_run,
            given.answers,
        )  # fmt: skip
        report, level = run_audit(request, listener)
        worst.append(level)
        return report

    face.run(
        work,
        document=audit_document,
        text=_FACES.get(format_, print_audit),
        found_problems=lambda report: report.reaches(worst[0]),
    )


def _explained(name: str) -> str:
    from backwright.audit.rule import all_rules
    from backwright.audit.settings import known_rule

    rules = all_rules()
    if name == "all":
        return "\n".join(f"{one.name:34} {one.level:8} {one.summary}" for one in rules.values())
    one = rules[known_rule(name)]
    about = f"item {one.item} of the checklist" if one.item else "beyond the checklist"
    return f"{one.name} ({one.level}, {about})\n\n{one.text}"


def _rule_document(text: str) -> dict[str, Json]:
    return {"schema": 1, "command": "audit", "explained": text}


def _print_text(_: Console, text: str) -> None:
    sys.stdout.write(f"{text}\n")


def _print_sarif(_: Console, report: AuditReport) -> None:
    from backwright.report.audit_sarif import sarif

    sys.stdout.write(sarif(report))


def _print_annotations(_: Console, report: AuditReport) -> None:
    from backwright.report.audit_sarif import workflow_commands

    sys.stdout.write(workflow_commands(report))


_FACES = {"sarif": _print_sarif, "github": _print_annotations}
