"""What became of a task: as the contract's JSON, and in a few lines for people."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from backwright.agent.delegate import Delegated
from backwright.report.change import change_document
from backwright.report.jsonable import Json
from backwright.report.terminal import print_change

if TYPE_CHECKING:
    from rich.console import Console

    from backwright.agent.loop.session import Worked


def delegated_document(result: Delegated) -> Mapping[str, Json]:
    """Return a change of the contract; added: `understood`, `commands`, `aside`, `results`.

    The diff is of the whole: the results of steps go without theirs.
    """
    return {
        **change_document(result.change),
        "understood": [{"part": one.part, "from": one.source} for one in result.plan.understood],
        "commands": [step.command for step in result.plan.steps],
        "aside": list(result.plan.aside),
        "results": [_without_diff(one.document) for one in result.done],
    }


def _without_diff(document: Mapping[str, Json]) -> dict[str, Json]:
    return {key: value for key, value in document.items() if key != "diff"}


def print_delegated(console: Console, result: Delegated) -> None:
    """Print what was understood, the same as commands, and what came of each step."""
    _print_understanding(console, result)
    if result.change.dry_run or any(one.change for one in result.done):
        console.print()
        print_change(console, result.change)
    for one in result.done:
        if one.change is None:
            console.print(f"\n[bold]{one.step.verb}[/]", highlight=False)
            one.show(console)


def print_worked(console: Console, worked: Worked) -> None:
    """Print what a model's work came to; its own words stand last, and apart."""
    print_change(console, worked.change)
    usage = worked.usage
    cost = f", {usage.cost:.4f} dollars" if usage.priced and usage.cost else ""
    console.print(
        f"\n{worked.model}: {usage.requests} requests, {usage.tokens} tokens{cost}, "
        f"{usage.seconds / 60:.1f} minutes",
        highlight=False,
    )
    console.print(f"transcript: {worked.transcript} (ends in {worked.head[:16]})", highlight=False)
    if worked.change.dry_run:
        console.print(f"  backwright do --resume {worked.run}    moves it over", highlight=False)
    console.print("\nIn the model's own words, which prove nothing:", highlight=False)
    for line in worked.said.strip().splitlines():
        console.print(f"  {line}", highlight=False, markup=False)


def _print_understanding(console: Console, result: Delegated) -> None:
    console.print("Understood:", highlight=False)
    width = max((len(one.part) for one in result.plan.understood), default=0)
    for one in result.plan.understood:
        console.print(
            f"  {one.part:<{min(width, 40)}}  {one.source}", highlight=False, markup=False
        )
    for text in result.plan.aside:
        console.print(f"  left aside: {text}", highlight=False, markup=False)
    console.print("The same as commands:", highlight=False)
    for step in result.plan.steps:
        console.print(f"  {step.command}", highlight=False, markup=False, soft_wrap=True)
