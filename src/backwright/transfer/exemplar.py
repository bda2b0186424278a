"""The exemplar: the resource that a new one is learnt from, and its parts by role."""

from __future__ import annotations

import ast
from collections.abc import Collection
from dataclasses import dataclass
from functools import cache

from backwright.errors import UsageError
from backwright.source.outline import Statement, outline
from backwright.source.text import lines_between
from backwright.spec.names import Names, names_of, singularize, split_words
from backwright.spec.types import ResourceSpec
from backwright.transfer.draft import Draft
from backwright.transfer.rename import Renaming
from backwright.transfer.survey import Survey, Table, survey


@dataclass(frozen=True)
class Exemplar:
    """A resource to learn from: where it stands, its table, and what its links are called."""

    draft: Draft
    survey: Survey
    table: Table

    @property
    def names(self) -> Names:
        """The names of the resource."""
        return self.table.names

    @property
    def link(self) -> Names | None:
        """What one linked row is called (`tag`), where the resource has a many-to-many."""
        if not self.table.links:
            return None
        attribute = self.table.links[0][0]
        return names_of(singularize(attribute) or attribute, plural=attribute)

    def modules(self) -> list[str]:
        """Return the modules that are the resource's alone: service, routes, tests."""
        return [path for path in self.draft.modules() if path in chain_of(self.names)]

    def owns(self, identifier: str) -> bool:
        """Tell whether an identifier speaks of this resource, and of no other more than of it.

        The noun leads in classes and services (`TaskPage` is about a task, where there is a Page,
        too) and ends other names (`valid_task`). Of two at one place it is the longer one.
        """
        leads = identifier[:1].isupper() and not identifier.isupper()
        leads = leads or identifier.endswith("_service")

        def place(table: Table) -> tuple[int, int]:
            spans = _finder(table.names).spans(identifier)
            longest = max(end - start for start, end in spans)
            if leads:
                return -min(start for start, _ in spans), longest
            return max(end for _, end in spans), longest

        speaking = [t for t in self.survey.tables if _finder(t.names).finds(identifier)]
        owner = max(speaking, key=place, default=None)
        return owner is not None and owner.names == self.names

    def definitions(self, path: str) -> list[Statement]:
        """Return the statements of a shared module that define something of the resource.

        The bare noun is none: `email()` helps all tests, also where there is an Email.
        """
        bare = (self.names.snake, self.names.plural_snake)
        return [
            statement
            for statement in outline(self.draft.text(path))
            if any(self.owns(n) and n.lstrip("_") not in bare for n in statement.names)
        ]


def chain_of(names: Names) -> tuple[str, str, str]:
    """Return the paths of the modules that a resource has alone."""
    plural = names.plural_snake
    return (
        f"app/routes/{plural}.py",
        f"app/services/{names.snake}_service.py",
        f"tests/test_{plural}.py",
    )


@cache
def _finder(names: Names) -> Renaming:
    return Renaming(((names, names),))


def choose_exemplar(host: Draft, house: Draft, spec: ResourceSpec, *, owned: bool) -> Exemplar:
    """Return the resource to learn from: `--like`, else the host's most like the new one.

    Where the host has none of the same shape (owned or shared, with links or without), the
    house's own stands in.

    Raises:
        UsageError: `--like` names no resource of the project, or one whose code cannot be renamed.
    """
    here = survey(host)
    many = any(f.kind == "many" for f in spec.fields)
    if spec.like:
        table = liked(here, spec.like)
        if reason := _unfit(table.names, _words_around_nouns(house)):
            raise UsageError(
                f"{table.name} {reason}", remedy="name another with --like, or leave it out"
            )
        if table.owned == owned and bool(table.links) >= many:
            return Exemplar(host, here, table)
    words = ambiguous_words(house)
    for draft, facts in ((host, here), (house, survey(house))):
        for table in facts.resources:
            if table.owned != owned or bool(table.links) != many:
                continue
            if not _unfit(table.names, words) and _is_whole(draft, table):
                return Exemplar(draft, facts, table)
    raise UsageError(
        "there is no resource here to learn from, and the house's own does not fit this project",
        remedy="name one with --like",
    )


def liked(facts: Survey, name: str) -> Table:
    """Return the table of the resource that `--like` names.

    Raises:
        UsageError: there is no such resource.
    """
    wanted = names_of(name).snake
    for table in facts.resources:
        if wanted in (table.names.snake, table.names.plural_snake):
            return table
    known = ", ".join(t.name for t in facts.resources) or "none"
    raise UsageError(f"{name!r} is no resource of this project", remedy=f"one of: {known}")


def _unfit(names: Names, words: Collection[str]) -> str:
    """Return why code about such a noun cannot be renamed; an empty string where it can."""
    if names.snake == names.plural_snake:
        return "is its own plural, so its code does not tell one from many"
    if not is_telling(names, words):
        return "is a word that means other things, too, in its code"
    return ""


def is_telling(names: Names, words: Collection[str]) -> bool:
    """Tell whether a noun says one of one and another of many, and nothing else.

    Test and List mean much else in code; `mail` is one and many.
    """
    forms = {names.snake, names.plural_snake}
    return len(forms) == 2 and forms.isdisjoint(words)


def ambiguous_words(house: Draft) -> frozenset[str]:
    """Return the words that mean something else in a resource's code than a resource."""
    return house_words(house) | _words_around_nouns(house)


def _words_around_nouns(house: Draft) -> frozenset[str]:
    """Return the words that the house puts beside a resource's noun in names and in wiring.

    Of `test_list_tasks`, `TaskPage` and `router as tasks_router`: test, list, page, router, as.
    """
    facts = survey(house)
    finder = Renaming(tuple((t.names, t.names) for t in facts.tables))
    said: list[str] = []
    for table in facts.resources:
        exemplar = Exemplar(house, facts, table)
        chain = exemplar.modules()
        shared = ("app/schemas.py", "tests/factories.py")
        statements = [s for path in chain for s in outline(house.text(path))]
        statements += [s for path in shared for s in exemplar.definitions(path)]
        said += [name for s in statements for name in s.names if finder.finds(name)]
        said += chain
    said += [line for line in house.text("app/main.py").splitlines() if finder.finds(line)]
    nouns = {w for t in facts.tables for w in (t.names.snake, t.names.plural_snake)}
    nouns |= {column.removesuffix("_id") for t in facts.tables for column, _ in t.references}
    words = (word.lower() for text in said for word in split_words(text))
    return frozenset(words) - nouns


def house_words(house: Draft) -> frozenset[str]:
    """Return the identifiers of the house's own chain, and of what its tests lean on.

    None of them names a resource: a host's Item has nothing to do with `items`, the key of every
    page, nor its Order with `order`, a variable of lists.
    """
    facts = survey(house)
    nouns = Renaming(tuple((t.names, t.names) for t in facts.tables))
    chain = [path for t in facts.resources[:1] for path in Exemplar(house, facts, t).modules()]
    shared = ("tests/helpers.py", "tests/factories.py", "app/pagination.py")
    words = {w for path in (*chain, *shared) for w in _words(house.text(path))}
    return frozenset(w for w in words if not nouns.finds(w))


def _words(code: str) -> set[str]:
    nodes = list(ast.walk(ast.parse(code)))
    strings = {
        n.value
        for n in nodes
        if isinstance(n, ast.Constant) and isinstance(n.value, str) and n.value.isidentifier()
    }
    functions = {n.name for n in nodes if isinstance(n, ast.FunctionDef | ast.AsyncFunctionDef)}
    return identifiers(code) | strings | functions


def _is_whole(draft: Draft, table: Table) -> bool:
    """A resource can be learnt from only where its whole chain stands."""
    return all(draft.exists(path) for path in chain_of(table.names))


def block(code: str, statements: list[Statement], heading_of: Names) -> str:
    """Return the lines of statements that follow one another, with their section's heading."""
    parts = []
    for statement in statements:
        start = statement.start
        above = lines_between(code, max(start - 3, 1), start - 1).rstrip("\n").splitlines()
        heading = above[0] if above and above[0].startswith("# ---") else ""
        if heading and _finder(heading_of).finds(heading):
            parts.append(f"{heading}\n")
        parts.append(lines_between(code, start, statement.end))
    return "\n\n".join(parts)


def identifiers(code: str) -> set[str]:
    """Return every identifier of a module: variables, parameters, attributes, imported names."""
    tree = ast.parse(code)
    return {*bound_names(code)} | {n.attr for n in ast.walk(tree) if isinstance(n, ast.Attribute)}


@cache
def bound_names(code: str) -> frozenset[str]:
    """Return the names of a module that a variable could hide: all but those after a dot."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(code)):
        if isinstance(node, ast.Name):
            found.add(node.id)
        elif isinstance(node, ast.arg):
            found.add(node.arg)
        elif isinstance(node, ast.alias):
            found.add(node.asname or node.name)
    return frozenset(found)
