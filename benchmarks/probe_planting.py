"""Planting one fault at a time in the clean projects of `fixtures/probe`.

Faults are made in two ways: by operators that drop a predicate or a guard wherever one stands, and
by replacements that `mutants.toml` of a project writes down.
"""

from __future__ import annotations

import ast
import hashlib
import re
import tomllib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from probe_projects import FOLDER, clean

from backwright.report.probe_types import Area


@dataclass(frozen=True, slots=True)
class Mutant:
    """A project with one fault.

    Attributes:
        project: The clean project.
        kind: The kind of fault.
        operation: Where a probe must find it, such as `GET /notes`; several with ` | `.
        text: The module with the fault.
        area: The area of the probe that finds it.
        checks: Names of checks that fit; those of the kind without any.
    """

    project: str
    kind: str
    operation: str
    text: str
    area: Area = "isolation"
    checks: tuple[str, ...] = ()

    @property
    def key(self) -> str:
        """Return a name that stays the same as long as the mutant does."""
        digest = hashlib.sha256(self.text.encode()).hexdigest()[:12]
        return f"{self.project} {self.operation} {self.kind} {digest}"


def mutants_of(name: str) -> Iterator[Mutant]:
    """Yield the mutants of a project."""
    source = clean(name).text
    yield from _written(name, source)
    yield from _without_predicates(name, source)
    yield from _without_guards(name, source)


def _written(name: str, source: str) -> Iterator[Mutant]:
    """Yield the replacements of `mutants.toml`."""
    file = FOLDER / name / "mutants.toml"
    if not file.is_file():
        return
    for one in tomllib.loads(file.read_text(encoding="utf-8"))["mutant"]:
        pairs = (
            list(zip(one["old"], one["new"], strict=True))
            if isinstance(one["old"], list)
            else [(one["old"], one["new"])]
        )
        text = source
        for old, new in pairs:
            if old not in text:
                raise ValueError(f"{name}: {one['kind']}: {old!r} is not in main.py")
            place = text.rindex(old) if one.get("last") else text.index(old)
            text = text[:place] + new + text[place + len(old) :]
        yield Mutant(
            name, one["kind"], one["operation"], text, one.get("area", "isolation"),
            tuple(one["checks"]),
        )  # fmt: skip


_OWNER = re.compile(
    r",\s*\w+\.(?:owner_id|customer_id|account_id|author_id) == \w+\.id\b(?!\s*\))|"
    r",\s*\w+\.(?:owner_id|customer_id|account_id|author_id) == \w+\.id(?=\))| AND user_id = \?"
)
_WHERE_OWNER = re.compile(
    r"\.where\(\w+\.(?:owner_id|customer_id|account_id|author_id) == \w+\.id\)"
)


def _without_predicates(name: str, source: str) -> Iterator[Mutant]:
    """Yield mutants that lack one comparison with the owner."""
    for pattern in (_OWNER, _WHERE_OWNER):
        for found in pattern.finditer(source):
            text = source[: found.start()] + source[found.end() :]
            if " AND user_id" in found[0]:
                text = text.replace("(todo_id, user_id))", "(todo_id,))", 1)
            if not _parses(text):
                continue
            line = source[: found.start()].count("\n") + 1
            operations = _operations_at(source, line)
            if operations and not _checked_before(source, line):
                yield Mutant(name, "owner predicate dropped", " | ".join(operations), text)


def _checked_before(source: str, line: int) -> bool:
    """Tell whether the same function has refused foreign rows already: the mutant is no fault."""
    functions = [
        one
        for one in ast.parse(source).body
        if isinstance(one, ast.FunctionDef | ast.AsyncFunctionDef)
    ]
    inside = next(one for one in functions if one.lineno <= line <= (one.end_lineno or 0))
    before = "\n".join(source.splitlines()[inside.lineno : line - 1])
    return bool(re.search(r"\bown_notebook\(|raise HTTPException\(404", before))


def _without_guards(name: str, source: str) -> Iterator[Mutant]:
    """Yield mutants in which one handler asks nobody who they are, or not for an administrator."""
    guards = {
        "notes": (", user: Me", ", user: Annotated[User | None, Depends(first_user)]"),
        "blog": (", user: CurrentUser", ", user: Annotated[User, Depends(first_user)]"),
        "shop": (": Staff", ": Me"),
        "teams": (", account: Me", ", account: Annotated[Account, Depends(first_user)]"),
        "sharing": (", member: Me", ", member: Annotated[Member, Depends(first_user)]"),
    }
    if name not in guards:
        return
    old, new = guards[name]
    admin = name == "shop"
    for found in re.finditer(re.escape(old) + r"\b", source):
        line = source[: found.start()].count("\n") + 1
        operations = _operations_at(source, line)
        if len(operations) != 1:
            continue
        text = source[: found.start()] + new + source[found.end() :]
        text = text if admin else _with_first_user(name, text)
        kind = "administrators only dropped" if admin else "guard dropped"
        yield Mutant(name, kind, operations[0], text)


_FIRST = {
    "notes": (
        "Me = Annotated",
        "def first_user(db: DB):\n    return db.exec(select(User)).first()\n\n\n",
    ),
    "blog": (
        "CurrentUser = ",
        "def first_user(session: Db):\n    return session.scalar(select(User))\n\n\n",
    ),
    "teams": (
        "Me = Annotated",
        "async def first_user(session: Db):\n    return await session.scalar(select(Account))\n\n\n",
    ),
    "sharing": (
        "Me = Annotated",
        "def first_user(db: DB):\n    return db.exec(select(Member)).first()\n\n\n",
    ),
}


def _with_first_user(name: str, text: str) -> str:
    """Add what a careless handler takes for the caller: the first user there is."""
    mark, function = _FIRST[name]
    return text.replace(mark, function + mark, 1)


def _operations_at(source: str, line: int) -> list[str]:
    """Return the operations whose code a line is: its handler's, or those that call its function."""
    tree = ast.parse(source)
    functions = [
        one for one in tree.body if isinstance(one, ast.FunctionDef | ast.AsyncFunctionDef)
    ]
    inside = next((one for one in functions if one.lineno <= line <= (one.end_lineno or 0)), None)
    if inside is None:
        return []
    own = _route(inside)
    if own:
        return [own]
    return [
        route for one in functions if (route := _route(one)) and _calls(one, inside.name, functions)
    ]


def _calls(
    one: ast.AST, name: str, functions: Sequence[ast.FunctionDef | ast.AsyncFunctionDef]
) -> bool:
    """Tell whether a handler calls a function, by itself or through one that is no handler."""
    called = {
        node.func.id
        for node in ast.walk(one)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name)
    }
    if name in called:
        return True
    helpers = [one for one in functions if one.name in called and not _route(one)]
    return any(_calls(helper, name, functions) for helper in helpers)


def _route(function: ast.FunctionDef | ast.AsyncFunctionDef) -> str | None:
    for one in function.decorator_list:
        if isinstance(one, ast.Call) and isinstance(one.func, ast.Attribute) and one.args:
            prefix = "/api" if getattr(one.func.value, "id", "") == "api" else ""
            path = one.args[0]
            if isinstance(path, ast.Constant) and isinstance(path.value, str):
                return f"{one.func.attr.upper()} {prefix}{path.value}"
    return None


def _parses(text: str) -> bool:
    try:
        ast.parse(text)
    except SyntaxError:
        return False
    return True
