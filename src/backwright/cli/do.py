"""`backwright do "TASK"`: a delegation task in plain words."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from backwright.agent.sandbox import RISK
from backwright.cli.given import Given, changes_project
from backwright.errors import UsageError
from backwright.report.events import Listener

if TYPE_CHECKING:
    from rich.console import Console

    from backwright.agent.delegate import Delegated
    from backwright.agent.loop.budget import Budget
    from backwright.agent.loop.session import Worked
    from backwright.report.jsonable import Json


_OF_A_MODEL = "needs --model, or --resume"


def register(app: typer.Typer) -> None:
    """Add the command to the command line."""
    app.command("do")(do)


@changes_project
def do(
    task: Annotated[
        str | None,
        typer.Argument(metavar="TASK", help='In plain words: "add a due date to tasks".'),
    ] = None,
    model: Annotated[
        str | None,
        typer.Option(
            metavar="PROVIDER:NAME",
            help="Have a language model do it, such as ollama:qwen3 or anthropic:NAME.",
        ),
    ] = None,
    resume: Annotated[
        str | None, typer.Option(metavar="RUN", help="Go on with a model's run.")
    ] = None,
    max_requests: Annotated[
        int | None, typer.Option(min=1, help="The most requests to the model.  [default: 150]")
    ] = None,
    max_tokens: Annotated[
        int | None, typer.Option(min=1, help="The most tokens, in and out.  [default: 4000000]")
    ] = None,
    max_minutes: Annotated[
        float | None, typer.Option(min=0.01, help="The most time at work.  [default: 120]")
    ] = None,
    max_cost: Annotated[
        str | None, typer.Option(metavar="DOLLARS", help="The most that the model may cost.")
    ] = None,
    unconfined: Annotated[
        bool,
        typer.Option(
            RISK, help="Where the system can give no boundary: commands run with your rights."
        ),
    ] = False,
    *,
    given: Given,
) -> None:
    """Do a task in plain English: understand it, plan, change, prove; ask where it has gaps.

    Shows what it understood and where each part came from, and the commands that do the same.
    Several changes are made as one. No language model is used, unless one is named.
    """
    limits = (max_requests, max_tokens, max_minutes, max_cost)

    def work(listener: Listener) -> Delegated | Worked:
        root, answers = given.root, given.answers
        if model is not None or resume is not None:
            from backwright.agent.loop.session import ModelTask
            from backwright.agent.loop.session import work as work_with

            budget = _budget(*limits)
            return work_with(
                ModelTask(root, _task(task, resume), model, resume, budget, answers, given.dry_run,
                          unconfined), listener,
            )  # fmt: skip
        from backwright.agent.delegate import Delegation, delegate

        _refuse_options_of_a_model(limits, unconfined=unconfined)
        return delegate(Delegation(root, _task(task, None), answers, given.dry_run), listener)

    given.face("do").run(work, document=_document, text=_text, found_problems=_found_problems)


def _task(task: str | None, resume: str | None) -> str:
    """Return the task; a run that goes on has its own.

    Raises:
        UsageError: there is none, or a second one.
    """
    if resume is not None:
        if task is not None:
            raise UsageError(
                "a run that goes on has its task already", remedy="leave TASK or --resume out"
            )
        return ""
    if task is None:
        raise UsageError(
            "there is no task", remedy='say it: backwright do "add a due date to tasks"'
        )
    return task


def _budget(
    requests: int | None, tokens: int | None, minutes: float | None, cost: str | None
) -> Budget:
    """Return what a model may take.

    Raises:
        UsageError: the cost is no amount.
    """
    from decimal import Decimal, InvalidOperation

    from backwright.agent.loop.budget import Budget

    usual = Budget()
    try:
        dollars = None if cost is None else Decimal(cost)
    except InvalidOperation:
        dollars = Decimal(0)
    if dollars is not None and not (dollars.is_finite() and dollars > 0):
        raise UsageError(f"{cost!r} is no amount of dollars", remedy="write --max-cost 2.50")
    return Budget(
        requests or usual.requests, tokens or usual.tokens, minutes or usual.minutes, dollars
    )


def _refuse_options_of_a_model(limits: tuple[object, ...], *, unconfined: bool) -> None:
    names = ("--max-requests", "--max-tokens", "--max-minutes", "--max-cost")
    given = [name for name, limit in zip(names, limits, strict=True) if limit is not None]
    given += [RISK] if unconfined else []
    if given:
        raise UsageError(
            f"{given[0]} {_OF_A_MODEL}", remedy="name the model: --model PROVIDER:NAME"
        )


def _found_problems(result: Delegated | Worked) -> bool:
    return bool(getattr(result, "found_problems", False))


def _document(result: Delegated | Worked) -> dict[str, Json]:
    from backwright.agent.loop.session import Worked, worked_document
    from backwright.agent.telling import delegated_document

    if isinstance(result, Worked):
        return dict(worked_document(result))
    return dict(delegated_document(result))


def _text(console: Console, result: Delegated | Worked) -> None:
    from backwright.agent.loop.session import Worked
    from backwright.agent.telling import print_delegated, print_worked

    if isinstance(result, Worked):
        print_worked(console, result)
    else:
        print_delegated(console, result)
