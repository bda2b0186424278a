"""Whose rows are whose, and what stays open: proposed from what a project does, asked, answered."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Sequence

from backwright.errors import UsageError
from backwright.project.types import Model, Project
from backwright.tasks.auth_answers import (
    NONE,
    left_out,
    listed,
    old_passwords,
    rows_there,
    unique_columns,
)
from backwright.tasks.auth_ways import Use, is_way_in
from backwright.tasks.questions import Answers
from backwright.transfer.draft import Draft
from backwright.transfer.grow.sources import Sources
from backwright.transfer.guarding.adopting import (
    looks_like_accounts,
    powers,
    signs_in,
    storing_of,
)
from backwright.transfer.guarding.credentials import checks_credentials
from backwright.transfer.guarding.guard import handlers
from backwright.transfer.guarding.host import Wanted
from backwright.transfer.guarding.owned import Owned, is_link, key_of, owned_models, parent_of
from backwright.transfer.guarding.program import Function, Program
from backwright.transfer.guarding.touches import Scoper
from backwright.transfer.guarding.uniques import separable
from backwright.transfer.guarding.varied import variety_of
from backwright.values import Choice, Place, Question

_OPEN = re.compile(r"(?i)(^/$|health|ping|status$|ready|readiness|live(ness)?$|version$|metrics$|"
                   r"webhook|docs|redoc|openapi|swagger|scalar|rapidoc|favicon)")  # fmt: skip
# A way to sign in that touches no rows: a name and a password that stand in the code, another service.
_ENTRANCE = re.compile(r"(?i)/(log[-_]?in|sign[-_]?(in|up)|register)/?$")
_WRITING = ("POST", "PUT", "PATCH", "DELETE")


def plan(project: Project, draft: Draft, answers: Answers) -> Wanted:
    """Decide, as answered, which models get an owner and which endpoints stay open.

    Raises:
        UsageError: an answer names something unknown.
        QuestionError: a question is not answered.
    """
    uses = uses_of(project, draft)
    account = _accounts(project, answers)
    role = _role(project, draft, account, answers)
    candidates = [m for m in project.models if not is_link(m) and m is not account]
    proposed = [m.name for m in candidates if _is_written(m, uses) or _is_of(account, m, uses)]
    known = [m.name for m in candidates]
    if not proposed and "owned" not in answers.given:
        _refuse_unreadable(project, draft)
    names = listed(answers, owned_question(proposed, known, uses), known)
    mine = account.name if account else None
    links = _links(project, draft) if names else []
    direct, through = divided(project, [*names, *links], mine)
    direct = [name for name in direct if name not in links]
    ways = ways_to_accounts(project, draft, uses, mine)
    public = _public(answers, project, uses, {*direct, *through, *([mine] if mine else [])}, ways)
    rows = rows_there(answers) if names else "hidden"
    unique = unique_columns(answers, separable(project, draft, direct), rows)
    fewer = left_out(answers)
    if account:
        old_passwords(answers, storing_of(Sources(draft, project), account), fewer)
    return Wanted(
        tuple(direct), tuple(through), public, mine, role, rows, fewer, unique=unique,
        alone=_are_alone(uses, public, mine),
    )  # fmt: skip


def _are_alone(
    uses: Sequence[Use], public: frozenset[tuple[str, str]], account: str | None
) -> bool:
    """Tell whether nobody who has signed in makes accounts: who signs up is nobody's."""
    makers = (use.endpoint for use in uses if account in use.made)
    return account is not None and all((one.method, one.path) in public for one in makers)


def ways_to_accounts(
    project: Project, draft: Draft, uses: Sequence[Use], account: str | None
) -> list[str]:
    """Return the host's own endpoints that sign up or in, which nobody can ask with an account.

    What shares code that touches accounts with others is none: that code is told who is calling.
    """
    program = Program(Sources(draft, project))
    found = {f"{e.method} {e.path}": f for e, f in handlers(program, project)}
    people = {account} if account else set()
    ways = [use.key for use in uses if use.key in found and people & use.touched
            and is_way_in(use, people)]  # fmt: skip
    every = {(m.file, m.name): Owned(m, key_of(m)) for m in project.models if m.name in people}
    scoper = Scoper(program, every, "current_user")
    others = program.reached([f for key, f in found.items() if key not in ways])
    shared = {f for f in others if scoper.touches(f)}
    return [key for key in ways if not program.reached([found[key]]) & shared]


def _refuse_unreadable(project: Project, draft: Draft) -> None:
    """Refuse to propose that nobody owns anything, where it cannot be seen which rows are made.

    Raises:
        UsageError: code for any model makes the rows.
    """
    program = Program(Sources(draft, project))
    every = {(m.file, m.name): Owned(m, key_of(m)) for m in project.models}
    scoper = Scoper(program, every, "current_user", variety_of(program, project))
    first = [handler for _, handler in handlers(program, project)]
    for function in program.reached([*first, *program.dependencies]):
        scoper.check(function)
    for problem in scoper.problems[:1]:
        raise UsageError(
            f"it cannot be told which rows are made: {problem.text}",
            place=Place(problem.file, problem.line),
            remedy="name the tables yourself: --answer owned=NAME,NAME, or none",
        )


def uses_of(project: Project, draft: Draft) -> list[Use]:
    """Return what each endpoint does with the project's models, followed through its calls."""
    program = Program(Sources(draft, project))
    every = {(m.file, m.name): Owned(m, key_of(m)) for m in project.models}
    variety = variety_of(program, project)
    scoper = Scoper(program, every, "current_user", variety)
    found = []
    for endpoint, handler in handlers(program, project):
        reached = program.reached([handler])
        touched = {one.model.name for f in reached for one in scoper.writes(f)}
        made = {one.model.name for f in reached for one in scoper.makes(f)}
        made |= _bodies(program, handler, every) if endpoint.method == "POST" else set()
        if any(scoper.varies(f) for f in reached):
            named = {name for _, name in variety.reached(handler)}
            touched |= named
            made |= named if any(scoper.makes_varied(f) for f in reached) else set()
        checks = any(checks_credentials(program, f) for f in reached)
        asked = frozenset(one.arg for one in handler.parameters)
        found.append(Use(endpoint, frozenset(touched | made), frozenset(made), checks, asked))
    seen = {use.key for use in found}
    rest = [Use(one, frozenset(), frozenset()) for one in project.endpoints]
    return [*found, *(use for use in rest if use.key not in seen)]


def _bodies(program: Program, handler: Function, every: dict[tuple[str, str], Owned]) -> set[str]:
    """Return the tables that a handler takes as its body."""
    bodies = (one for one in handler.parameters if not program.is_depended(handler, one))
    classes = (program.class_of(handler.path, one.annotation) for one in bodies)
    return {c.node.name for c in classes if c and (c.path, c.node.name) in every}


def _is_written(model: Model, uses: Iterable[Use]) -> bool:
    return any(model.name in use.made for use in uses if use.endpoint.method in _WRITING)


def _is_of(account: Model | None, model: Model, uses: Iterable[Use]) -> bool:
    """Tell whether rows that endpoints show say themselves which account they are of."""
    tables = {(c.foreign_key or "").rpartition(".")[0] for c in model.columns}
    is_told = account is not None and account is not model and account.table in tables
    return is_told and any(model.name in use.touched for use in uses)


def owned_question(proposed: Sequence[str], known: Sequence[str], uses: Sequence[Use]) -> Question:
    """Ask which tables have owners, proposing those that endpoints make rows of."""
    value = ",".join(proposed) or NONE
    rest = [name for name in known if name not in proposed]
    reads = f"; {', '.join(rest)} have no endpoints that make rows" if rest else ""
    choices = [Choice(value, f"Rows of {value.replace(',', ', ')} belong to who made them.",
                      "Nobody else sees or changes them.")]  # fmt: skip
    if value != NONE:
        choices.append(
            Choice(NONE, "All rows stay shared.", "Whoever has an account may change every row.")
        )
    return Question(
        key="owned",
        text="Which tables' rows belong to the account that made them? "
        "(names, separated by commas, or none)",
        why=f"endpoints make rows of {', '.join(proposed) or 'no table'}{reads}; "
        f"{len(uses)} endpoints were looked at",
        choices=tuple(choices),
        recommended=value,
    )


def _links(project: Project, draft: Draft) -> list[str]:
    """Return the link tables that are classes: their rows belong to who owns what they link."""
    trees = Sources(draft, project).trees
    classes = {
        (path, node.name)
        for path, tree in trees.items()
        for node in tree.body
        if isinstance(node, ast.ClassDef)
    }
    return [m.name for m in project.models if is_link(m) and (m.file, m.name) in classes]


def divided(
    project: Project, names: Sequence[str], account: str | None
) -> tuple[list[str], list[str]]:
    """Part owned models: with an owner themselves, or owned through a parent that they must have."""
    models = {m.name: m for m in project.models}
    every = {
        name: Owned(models[name], key_of(models[name]), is_account=name == account)
        for name in [*([account] if account else []), *names]
    }
    through = [name for name in names if parent_of(models[name], every)]
    direct = [name for name in names if name not in through]
    reached = {one.model.name for one in owned_models(models, direct, through, account)}
    lost = [name for name in through if name not in reached]  # parents of one another
    return [*direct, *lost], [name for name in through if name not in lost]


def _accounts(project: Project, answers: Answers) -> Model | None:
    """Return the table of accounts that is taken over; None where a new one is made.

    Raises:
        QuestionError: there is such a table, and it is not said what becomes of it.
    """
    there = [model for model in project.models if looks_like_accounts(model)]
    there.sort(key=signs_in, reverse=True)
    if not there:
        return None
    choices = [
        Choice(
            model.name,
            f"Rows of {model.name} become the accounts; what signing in needs is added.",
            "Whoever has a row there has an account, and sees those rows that they made themselves.",
        )
        for model in there
    ]
    separate = Choice(
        "separate",
        "Accounts get a table of their own; the one that is there is a resource like others.",
        "Who is meant by a row there and who signs in are not connected.",
    )
    best = there[0].name if signs_in(there[0]) else separate.value
    question = Question(
        key="accounts",
        text="Are the rows of a table that is there the accounts that people sign in to?",
        why=f"{there[0].file}:{there[0].line} has a table of the name {there[0].table}"
        + ("" if signs_in(there[0]) else ", without an address or a password"),
        choices=(*choices, separate),
        recommended=best,
    )
    value = answers.to(question)
    return next((model for model in there if model.name == value), None)


def _role(project: Project, draft: Draft, account: Model | None, answers: Answers) -> str | None:
    """Return what new accounts may do, where a column of theirs says so and has no default.

    Raises:
        QuestionError: it is not said.
    """
    column = powers(Sources(draft, project), account) if account else None
    if account is None or column is None:
        return None
    question = Question(
        key="role",
        text=f"What do new accounts have as {account.name}.{column.name}? (any word)",
        why=f"{column.file or account.file}:{column.line or account.line} must be given and has no "
        "default, and nobody may choose for themselves what they may do",
        choices=(Choice("user", "New accounts are users.", "Administrators are made by hand."),),
        recommended="user",
        free=True,
    )
    if question.key in answers.given:
        return answers.given[question.key]
    return answers.to(question)


def _public(
    answers: Answers, project: Project, uses: Sequence[Use], owned: set[str], ways: Sequence[str]
) -> frozenset[tuple[str, str]]:
    catalogue = {m.name for m in project.models} - owned
    proposed = [use.key for use in uses
                if stays_open(use, owned, catalogue) or use.key in ways]  # fmt: skip
    known = list(dict.fromkeys(use.key for use in uses))
    value = ",".join(dict.fromkeys(proposed)) or NONE
    choices = [Choice(value, "These answer without an account; all others ask for one.",
                      "Whoever can reach the API can read what they answer.")]  # fmt: skip
    if value != NONE:
        choices.append(Choice(NONE, "Every endpoint asks for an account.",
                              "Monitors and public pages need an account, too."))  # fmt: skip
    question = Question(
        key="public",
        text="Which endpoints stay open to everybody? "
        '(such as "GET /health", separated by commas, or none)',
        why="health checks, documentation, webhooks, signing up and what only reads tables that "
        "nobody owns are proposed",
        choices=tuple(choices),
        recommended=value,
        free=True,
    )
    chosen = listed(answers, question, known)
    return frozenset((m, p) for m, _, p in (one.partition(" ") for one in chosen))


def stays_open(use: Use, owned: set[str], catalogue: set[str]) -> bool:
    """Tell whether an endpoint likely means to answer everybody.

    Args:
        use: what it does.
        owned: the models whose rows belong to somebody.
        catalogue: those whose rows belong to nobody.
    """
    if use.touched & owned:
        return False
    if use.endpoint.method not in ("GET", "HEAD"):
        is_entrance = not use.touched and _ENTRANCE.search(use.endpoint.path)
        return bool(is_entrance) or "webhook" in use.endpoint.path.lower()
    return bool(use.touched & catalogue) or bool(
        not use.touched and _OPEN.search(use.endpoint.path)
    )
