"""What is missing of an authentication that is there: proposed from what its endpoints do, asked."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from backwright.project import read_project
from backwright.project.types import Endpoint, Project
from backwright.report.change import ChangeReport, PlanStep
from backwright.report.events import Listener, StepStarted
from backwright.tasks.add_by_example import finish_migration
from backwright.tasks.auth_answers import listed
from backwright.tasks.auth_plan import (
    divided,
    owned_question,
    stays_open,
    uses_of,
)
from backwright.tasks.auth_proof import prove_guarded
from backwright.tasks.auth_ways import (
    Use,
    accounts_of,
    is_kept_by_signing_in,
    is_way_in,
    shows_accounts,
)
from backwright.tasks.change import (
    Outcome,
    Workplace,
    change_report,
    changes_of,
    each_file_once,
    move_over,
    prove,
    workplace,
)
from backwright.tasks.drafted import changes_between, lose_nothing, put
from backwright.tasks.formatters import format_as_host
from backwright.tasks.migration import Revision, write_revision
from backwright.tasks.probe_tests import style_of
from backwright.tasks.questions import Answers
from backwright.tasks.safe_migration import make_safe
from backwright.transfer.draft import Draft
from backwright.transfer.grow.sources import Sources
from backwright.transfer.guarding.callers import read_caller
from backwright.transfer.guarding.completing import Completion, complete, reaches_all
from backwright.transfer.guarding.guard import handlers
from backwright.transfer.guarding.own_account import found_in
from backwright.transfer.guarding.owned import is_link
from backwright.transfer.guarding.owning import own_tables
from backwright.transfer.guarding.program import Program
from backwright.values import Choice, Question
from backwright.workshop import require
from backwright.workshop.staging import prepare

# Who asks for these asks for more than an account, or lets in programs, which are none.
_POWERS = re.compile(r"(?i)admin|super|staff|moderator|manager|privileg|api_?key|basic")
_CHECKS = re.compile(r"(?i)role|permission|scope")  # of which many ask what any account has
_NONE = "none"
_CHANGING = ("PUT", "PATCH", "DELETE")


@dataclass(frozen=True, slots=True)
class Gaps:
    """What could be missing.

    Attributes:
        forgotten: The endpoints that ask for no account, touch rows, and are no way to an account.
        left_open: Those of them that are likely meant to be open.
        unscoped: The endpoints with an account's token that reach rows of other accounts.
        shared: Those of them that are likely meant to.
        accounts: The endpoints that change whichever account their path names.
        managed: Whether accounts are made by those who have one: who does so manages others, too.
    """

    forgotten: tuple[str, ...]
    left_open: tuple[str, ...]
    unscoped: tuple[str, ...]
    shared: tuple[str, ...]
    accounts: tuple[str, ...] = ()
    managed: bool = False


def completion(project: Project, draft: Draft, answers: Answers) -> Completion:
    """Decide, as answered, which endpoints are to ask for an account, and whose rows to scope.

    Raises:
        UsageError: an answer names an endpoint that is not in question.
        QuestionError: a question is not answered.
    """
    names = _newly_owned(project, draft, answers)
    direct, _ = divided(project, names, None)
    if direct:
        project = own_tables(draft, project, direct, {})
    gaps = gaps_of(project, draft)
    known = [_key(one) for one in project.endpoints]
    open_ones = _answered(answers, _public_question(gaps), gaps.forgotten, gaps.left_open, known)
    forgotten = [key for key in gaps.forgotten if key not in open_ones]
    accounts = [k for k in gaps.accounts if k not in gaps.forgotten or k in forgotten]
    reachable = (*gaps.unscoped, *_newly_guarded(project, forgotten))
    reachable += (*_touching(project, draft, set(names)), *accounts)
    gaps = replace(gaps, unscoped=tuple(dict.fromkeys(reachable)))
    gaps = replace(
        gaps,
        shared=tuple(
            k
            for k in gaps.unscoped
            if _is_shared(project, k, open_ones)
            or (gaps.managed and k in accounts and k not in gaps.forgotten)
        ),
    )
    shared = _answered(answers, _shared_question(gaps), gaps.unscoped, gaps.shared, known)
    unscoped = [key for key in gaps.unscoped if key not in shared]
    own = [key for key in unscoped if key in accounts]
    touching = {f"{one.method} {one.path}" for one in project.touches}
    unscoped = [key for key in unscoped if key not in own or key in touching]
    return Completion(
        tuple(map(_pair, forgotten)), tuple(map(_pair, unscoped)), tuple(direct), tuple(map(_pair, own))
    )  # fmt: skip


def _newly_owned(project: Project, draft: Draft, answers: Answers) -> list[str]:
    """Return the models that are to get owners, where no row of the project belongs to anybody.

    Raises:
        UsageError: an answer names something unknown.
        QuestionError: it is not said.
    """
    people = accounts_of(project)
    models = [m for m in project.models if m.name not in people and not is_link(m)
              and not is_kept_by_signing_in(m.name)]  # fmt: skip
    if project.auth.user_model is None or any(m.owner for m in models):
        return []
    uses, powers = uses_of(project, draft), _powers(project)
    made = {name for use in uses for name in use.made
            if use.endpoint.auth == "required" and not powers & {*use.endpoint.dependencies}}  # fmt: skip
    proposed = [m.name for m in models if m.name in made]
    if not proposed and "owned" not in answers.given:
        return []
    known = [m.name for m in models]
    return listed(answers, owned_question(proposed, known, uses), known)


def _touching(project: Project, draft: Draft, names: set[str]) -> Iterator[str]:
    """Yield the endpoints that ask for an account, and touch rows that get owners."""
    powers = _powers(project)
    touched = {(one.method, one.path) for one in project.touches
               if one.model in names and one.callers is not True}  # fmt: skip
    for use in uses_of(project, draft) if names else ():
        endpoint = use.endpoint
        is_plain = endpoint.auth == "required" and not powers & {*endpoint.dependencies}
        if is_plain and (endpoint.method, endpoint.path) in touched:
            yield use.key


def gaps_of(project: Project, draft: Draft) -> Gaps:
    """Return what could be missing of a project's authentication."""
    people = accounts_of(project)
    owned = {m.name for m in project.models if m.owner is not None} - people
    catalogue = {m.name for m in project.models} - owned - people
    uses, powers = uses_of(project, draft), _powers(project)
    open_ones = [use for use in uses if use.endpoint.auth == _NONE and use.touched
                 and not is_way_in(use, people)]  # fmt: skip
    meant = [use for use in open_ones if not shows_accounts(project, use.endpoint, people)
             and (stays_open(use, owned, catalogue)
                  or _is_read_openly(use, uses, owned, powers))]  # fmt: skip
    unscoped = [_key(e) for e in project.endpoints
                if e.auth == "required" and not powers & {*e.dependencies}
                and reaches_all(project, e)]  # fmt: skip
    return Gaps(
        tuple(dict.fromkeys(use.key for use in open_ones)),
        tuple(dict.fromkeys(use.key for use in meant)),
        tuple(dict.fromkeys(unscoped)),
        (),
        tuple(_of_any_account(project, draft, uses, people)),
        any(use.made & people for use in uses if use.endpoint.auth == "required"),
    )


def _of_any_account(
    project: Project, draft: Draft, uses: Sequence[Use], people: set[str]
) -> Iterator[str]:
    """Yield the endpoints by which whoever has an account changes that of anybody else."""
    program, powers = Program(Sources(draft, project)), _powers(project)
    known = {(e.method, e.path): (e, f) for e, f in handlers(program, project)}
    mine = {(u.endpoint.method, u.endpoint.path) for u in uses
            if u.endpoint.method in _CHANGING and u.touched & people
            and not powers & {*u.endpoint.dependencies}}  # fmt: skip
    every = {key: one for key, one in known.items() if key in mine}
    yield from found_in(program, project, read_caller(program, project), every)


def _is_read_openly(use: Use, uses: Sequence[Use], owned: set[str], powers: set[str]) -> bool:
    """Tell whether an endpoint reads rows that no other endpoint asks for an account to read."""
    if use.endpoint.method not in ("GET", "HEAD"):
        return False
    mine = use.touched & owned
    closed = [one for one in uses if one.endpoint.method in ("GET", "HEAD")
              and one.endpoint.auth == "required" and not powers & {*one.endpoint.dependencies}]  # fmt: skip
    return bool(mine) and not any(one.touched & mine for one in closed)


def _powers(project: Project) -> set[str]:
    """Return the dependencies that ask for more than an account: then rows are everybody's.

    A check of roles that most endpoints make asks for no more than that.
    """
    guarded = [one for one in project.endpoints if one.auth == "required"]
    asked = Counter(name for one in guarded for name in {*one.dependencies})
    return {
        name
        for name, count in asked.items()
        if _POWERS.search(said := name.rpartition(":")[2])
        or (_CHECKS.search(said) and 2 * count <= len(guarded))
    }


def _newly_guarded(project: Project, forgotten: Sequence[str]) -> list[str]:
    """Return the endpoints that are to ask for an account, and touch rows that have owners."""
    touched = {f"{one.method} {one.path}" for one in project.touches}
    return [key for key in forgotten if key in touched]


def _is_shared(project: Project, key: str, open_ones: Sequence[str]) -> bool:
    """Tell whether an endpoint likely means to show rows of all: it reads what strangers may read."""
    method, path = _pair(key)
    if method not in ("GET", "HEAD"):
        return False
    mine = {one.model for one in project.touches if (one.method, one.path) == (method, path)}
    shown = {one.model for one in project.touches if f"{one.method} {one.path}" in open_ones
             and one.kind == "read" and one.about}  # fmt: skip
    return bool(mine & shown)


def _key(endpoint: Endpoint) -> str:
    return f"{endpoint.method} {endpoint.path}"


def _pair(key: str) -> tuple[str, str]:
    method, _, path = key.partition(" ")
    return method, path


def _answered(
    answers: Answers, question: Question, found: Sequence[str], proposed: Sequence[str],
    known: Sequence[str],
) -> list[str]:  # fmt: skip
    """Return which endpoints stay as they are; nothing is asked where all of them are meant to.

    Args:
        answers: what was answered.
        question: what is asked.
        found: the endpoints in question.
        proposed: those of them that stay.
        known: all endpoints, which an answer may name.
    """
    if not found or (question.key not in answers.given and set(found) <= set(proposed)):
        return list(proposed)
    chosen = listed(answers, question, list(known))
    return [key for key in found if key in chosen]


def _public_question(gaps: Gaps) -> Question:
    value = ",".join(gaps.left_open) or _NONE
    rest = [key for key in gaps.forgotten if key not in gaps.left_open]
    return Question(
        key="public",
        text="Which of the endpoints that ask for no account stay open? "
        '(such as "GET /posts", separated by commas, or none)',
        why=f"these ask for none: {', '.join(gaps.forgotten)}; "
        f"{', '.join(rest) or 'none of them'} touch what others ask for, or accounts",
        choices=(
            Choice(value, "These stay open; the others ask as the rest of the API does.",
                   "Whoever can reach the API can use what stays open."),
            *([Choice(_NONE, "Every one of them asks for an account.",
                      "Public pages need an account, too.")] if value != _NONE else []),
        ),
        recommended=value,
        free=True,
    )  # fmt: skip


def _shared_question(gaps: Gaps) -> Question:
    value = ",".join(gaps.shared) or _NONE
    return Question(
        key="shared",
        text="Which endpoints may reach rows of other accounts? "
        '(such as "GET /posts", separated by commas, or none)',
        why=f"these ask for an account, and not whose the rows are: {', '.join(gaps.unscoped)}",
        choices=(
            Choice(value, "These stay as they are; the others find the caller's own rows alone.",
                   "Whoever has an account reaches what these show."),
            *([Choice(_NONE, "Every one of them finds the caller's own rows alone.",
                      "What was shown to all accounts is not any more.")] if value != _NONE else []),
        ),
        recommended=value,
        free=True,
    )  # fmt: skip


def complete_auth(
    root: Path, project: Project, wanted: Completion, answers: Answers, listener: Listener,
    *, command: str,
) -> ChangeReport:  # fmt: skip
    """Complete the authentication of a project, proved as any other change.

    Raises:
        UsageError: it cannot be told how the host's endpoints ask who is calling.
        QuestionError: not everything could be proved, and that was not agreed to.
        VerificationError: the change did not verify; the project is as it was.
        MissingError: something that the proof needs is not there.
    """
    with workplace(root, command, listener) as place:
        draft = Draft(place.folder)
        done = complete(draft, project, wanted, place.environment.versions())
        files = put(place.folder, draft)
        format_as_host(place, files)
        changed = place.reread()
        made = [PlanStep(name, paths) for name, paths in done.steps]
        revision = _migrated(changed) if wanted.owned else Revision()
        if revision.paths:
            files = [*files, *revision.paths]
            made.append(PlanStep("migration", revision.paths))
        steps = each_file_once(made)
        for step in steps:
            listener(StepStarted(f"{step.step}: {', '.join(step.files)}"))
        changes = changes_of(place, files, {path: s.step for s in steps for path in s.files})
        lose_nothing(project, read_project(place.folder))
        checks = prove(changed, changes, answers=answers)
        proof, _ = prove_guarded(changed, changes, done, answers, style_of(changed))
        checks = (*checks, *proof)
        require(checks)
        undo = move_over(place, changes, command)
        outcome = _outcome(command, wanted, steps)
        outcome = replace(outcome, notes=(*done.notes, *revision.notes, *changed.notes))
        return change_report(outcome, changes, verified=checks, undo=undo)


def _migrated(place: Workplace) -> Revision:
    """Write the migration of new owners, safe for tables with rows in them."""
    revision = write_revision(place, "add owners")
    notes = make_safe(place, revision.paths, {})
    finish_migration(place, list(revision.paths))
    return replace(revision, notes=(*revision.notes, *notes))


def planned_completion(
    root: Path, project: Project, wanted: Completion, *, command: str
) -> ChangeReport:
    """Return what would be written; nothing is proved."""
    with prepare(root) as staging:
        draft = Draft(staging.folder)
        done = complete(draft, project, wanted)
        files = put(staging.folder, draft)
        changes = changes_between(root, staging.folder, files)
    steps = each_file_once([PlanStep(name, paths) for name, paths in done.steps])
    return change_report(_outcome(command, wanted, steps), changes, dry_run=True)


def _outcome(command: str, wanted: Completion, steps: tuple[PlanStep, ...]) -> Outcome:
    asked = ", ".join(" ".join(key) for key in wanted.forgotten) or "none"
    owners = f"; rows of {', '.join(wanted.owned)} belong to who made them" if wanted.owned else ""
    own = dict.fromkeys((*wanted.unscoped, *wanted.accounts))
    scoped = ", ".join(" ".join(key) for key in own) or "none"
    return Outcome(
        command=command,
        summary=f"the authentication that is there was completed; asked for an account now: {asked}; "
        f"the caller's own rows alone: {scoped}{owners}",
        plan=steps,
        next_steps=("backwright probe    tries it with two accounts, and without one",),
    )
