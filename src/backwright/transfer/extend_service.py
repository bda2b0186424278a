"""New many-to-many links in the service of a resource in the house style.

A function that is as the house writes it gets the form that the house gives it with the new links;
where one was changed by hand it is named, and nothing is guessed.
"""

from __future__ import annotations

import ast

from backwright.errors import UsageError
from backwright.source.imports import add_imports
from backwright.source.outline import Statement, outline
from backwright.source.text import Splice, lines_between, splice
from backwright.spec.types import FieldSpec, ResourceSpec
from backwright.transfer.draft import Draft
from backwright.transfer.exemplar import choose_exemplar
from backwright.transfer.relationships import Surroundings
from backwright.transfer.resource import vocabulary
from backwright.transfer.steps import Job, service_of
from backwright.transfer.survey import Table
from backwright.transfer.trees import is_above
from backwright.values import Place

WIDTH = 100


def extend_service(
    code: str, path: str, house: Draft, table: Table, spec: ResourceSpec, around: Surroundings
) -> str:
    """Return a service with the new links of a resource.

    Raises:
        UsageError: a function that has to change was changed by hand.
    """
    old = tuple(FieldSpec(name, "many", name, target="") for name, _ in table.links)
    old += tuple(
        FieldSpec(name.removesuffix("_id"), "ref", name, target=table.name)
        for name, target in table.references
        if target == table.table
    )
    new = tuple(f for f in spec.fields if f.kind == "many" or is_above(spec, f))
    before = _generated(house, table, old, around)
    after = _generated(house, table, (*old, *new), around)
    return _merged(code, before, after, path)


def _generated(
    house: Draft, table: Table, links: tuple[FieldSpec, ...], around: Surroundings
) -> str:
    """Return the service as the house writes it for a resource with these links."""
    spec = ResourceSpec(table.names, links)
    exemplar = choose_exemplar(house, house, spec, owned=table.owned)
    return service_of(Job(house, house, spec, exemplar, around, vocabulary(exemplar, house)))


def _merged(code: str, before: str, after: str, path: str) -> str:
    there, old = _by_name(code), _by_name(before)
    splices: list[Splice] = []
    added: list[str] = []
    for name, statement in _by_name(after).items():
        text = lines_between(after, statement.start, statement.end)
        if name not in old and name not in there:
            if isinstance(statement.node, ast.Assign):
                line = _after_imports(code)
                splices.append(Splice(line, line, f"\n{text}"))
            else:
                added.append(f"\n\n{text}")
        elif name in old and not _alike(old[name], statement):
            splices += _replaced(there.get(name), old[name], statement, text, path)
    wanted = _imported(after)
    merged = splice(code, splices).rstrip("\n") + "\n" + "".join(added)
    return add_imports(merged, wanted, width=WIDTH)


def _replaced(
    there: Statement | None, old: Statement, new: Statement, text: str, path: str
) -> list[Splice]:
    if there is not None and _alike(there, new):
        return []
    if there is None or not _alike(there, old):
        name, line = new.names[0], there.start if there else 1
        raise UsageError(
            f"{name} was changed by hand, and a new link has to change it too",
            place=Place(path, line),
            remedy="bring the link in by hand, or put the function back as it was made",
        )
    return [Splice(there.start, there.end + 1, text)]


def _alike(one: Statement, other: Statement) -> bool:
    return ast.dump(one.node) == ast.dump(other.node)


def _by_name(code: str) -> dict[str, Statement]:
    kinds = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Assign)
    return {s.names[0]: s for s in outline(code) if s.names and isinstance(s.node, kinds)}


def _after_imports(code: str) -> int:
    imports = [s for s in outline(code) if isinstance(s.node, ast.Import | ast.ImportFrom)]
    return imports[-1].end + 1 if imports else 1


def _imported(code: str) -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    for statement in outline(code):
        node = statement.node
        if isinstance(node, ast.ImportFrom) and node.module:
            names = {f"{a.name} as {a.asname}" if a.asname else a.name for a in node.names}
            found.setdefault(node.module, set()).update(names)
    return found
