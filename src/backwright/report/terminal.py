"""Results and progress for people: plain text, colored only where a terminal shows it."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby

from rich.console import Console

from backwright.errors import BackwrightError, QuestionError, VerificationError
from backwright.report.change import ChangeReport, FileChange
from backwright.report.events import CheckEnded, CheckStarted, Event, Listener, StepStarted
from backwright.values import Check, Question

_MARK = {"pass": "[green]✓[/]", "fail": "[red]✗[/]", "skipped": "[yellow]-[/]"}
_MANY_FILES = 30
_ACTION = {"create": "[green]+[/]", "edit": "[yellow]~[/]", "delete": "[red]-[/]"}


def progress(console: Console) -> Listener:
    """Return a listener that writes one line for each step and check."""

    def listen(event: Event) -> None:
        match event:
            case StepStarted(step):
                console.print(f"· {step}", highlight=False)
            case CheckEnded(result):
                _print_check(console, result)
            case CheckStarted():
                return

    return listen


def print_change(console: Console, report: ChangeReport) -> None:
    """Print what was done, how it was proved, what to look at, and what to do next."""
    if report.dry_run:
        print_diff(console, report.diff)
    console.print(f"[bold]{report.summary}[/]", highlight=False)
    console.print()
    _print_files(console, report.files)
    _print_checks(console, report.verified)
    for note in report.notes:
        place = f"{note.file}:{note.line}  " if note.file else ""  # or of the project as a whole
        console.print(f"  note {place}{note.text}", highlight=False, markup=False)
    if report.next_steps:
        console.print("\nNext:")
        for step in report.next_steps:
            console.print(f"  {step}", highlight=False, markup=False)
    if report.undo:
        console.print(f"  backwright undo {report.undo}    takes it back", highlight=False)


def _print_checks(console: Console, checks: Sequence[Check]) -> None:
    """Say how it was checked; a terminal has shown each check that passed when it ended."""
    if not checks:
        return
    passed = [check.check for check in checks if check.verdict == "pass"]
    told = checks if not console.is_terminal else [c for c in checks if c.verdict != "pass"]
    console.print(f"\nChecked in a copy, before anything was written here: {len(passed)} passed")
    for check in told:
        _print_check(console, check)


def print_diff(console: Console, diff: str) -> None:
    """Print a diff: colored on a terminal, else as it is, so that `git apply` takes it."""
    if console.is_terminal:
        from rich.syntax import Syntax

        console.print(Syntax(diff, "diff", background_color="default", word_wrap=True))
    else:
        console.file.write(diff)


def _print_files(console: Console, files: Sequence[FileChange]) -> None:
    """Print one line a file; of a whole project, one line a folder. No path is ever cut."""
    rows = _folder_rows(files) if len(files) > _MANY_FILES else [_file_row(f) for f in files]
    width = max((len(name) for _, name, _ in rows), default=0)
    for mark, name, counts in rows:
        console.print(
            f"  {mark} {_plain(name):<{width}}  {counts}", highlight=False, soft_wrap=True
        )


def _file_row(file: FileChange) -> tuple[str, str, str]:
    removed = f" [red]-{file.removed}[/]" if file.removed else ""
    return _ACTION[file.action], file.path, f"[green]+{file.added}[/]{removed}"


def _folder_rows(files: Sequence[FileChange]) -> list[tuple[str, str, str]]:
    rows = []
    for folder, inside in groupby(sorted(files, key=_folder), key=_folder):
        group = list(inside)
        count = f"{len(group)} files" if len(group) > 1 else group[0].path.rpartition("/")[2]
        added = f"[green]+{sum(file.added for file in group)}[/]"
        rows.append((_ACTION[group[0].action], f"{folder or '.'}/", f"{count}  {added}"))
    return rows


def _folder(file: FileChange) -> str:
    return file.path.rpartition("/")[0]


def print_error(console: Console, error: BackwrightError) -> None:
    """Print an error: what, where, the remedy; a question with its choices and trade-offs."""
    if isinstance(error, QuestionError):
        _print_question(console, error.question)
        return
    place = f"{error.place}: " if error.place else ""
    message = error.message
    if isinstance(error, VerificationError):
        for check in error.checks:
            _print_check(console, check)
        message = message.splitlines()[0]  # the check above has the rest
    console.print(f"[red]error:[/] {_plain(place + message)}", highlight=False)
    if error.remedy:
        console.print(f"[bold]remedy:[/] {_plain(error.remedy)}", highlight=False)


def _print_question(console: Console, question: Question) -> None:
    console.print(f"[yellow]question:[/] {_plain(question.text)}", highlight=False)
    console.print(f"  {_plain(question.why)}", highlight=False)
    for choice in question.choices:
        best = " (recommended)" if choice.value == question.recommended else ""
        console.print(f"  --answer {question.key}={choice.value}{best}", highlight=False)
        console.print(f"      {_plain(choice.text)} {_plain(choice.trade_off)}", highlight=False)


def _print_check(console: Console, check: Check) -> None:
    # Of what did not fail the first line says enough; `--json` has the rest.
    told = check.detail if check.verdict == "fail" else check.detail.partition("\n")[0]
    detail = f"  {_plain(told)}" if told else ""
    console.print(
        f"  {_MARK[check.verdict]} {check.check:<12}{check.seconds:6.1f} s{detail}", highlight=False
    )


def _plain(text: str) -> str:
    """Return text that Rich prints as it is."""
    return text.replace("[", r"\[")
