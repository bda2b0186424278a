"""Taking resources out of a draft, with everything that speaks of them."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from backwright.errors import UsageError
from backwright.transfer.draft import Draft
from backwright.transfer.exemplar import Exemplar
from backwright.transfer.prune import prune
from backwright.transfer.readme import README, without_resources_in
from backwright.transfer.survey import MODELS, Survey, Table, survey
from backwright.values import Place

_SHARED = (MODELS, "app/schemas.py", "tests/factories.py")


def without_resources(draft: Draft, keep: Collection[str]) -> bool:
    """Remove all resources but those of the model classes named; tell whether there were any.

    Raises:
        UsageError: one that stays refers to one that goes.
    """
    facts = survey(draft)
    going = [table for table in facts.resources if table.name not in keep]
    if not going:
        return False
    _check_references(draft, facts, going)
    lost: set[str] = set()
    for table in going:
        exemplar = Exemplar(draft, facts, table)
        lost |= set(_definitions(exemplar))
        for path in exemplar.modules():
            lost.add(path.removesuffix(".py").replace("/", "."))
            draft.remove(path)
    lost |= {f"app.models.{link}" for table in going for _, link in table.links}
    prune_draft(draft, (), lost)
    if draft.exists(README):
        names = [table.names for table in going]
        draft.write(README, without_resources_in(draft.text(README), names))
    return True


def prune_draft(draft: Draft, doomed: Collection[str], gone: Collection[str]) -> None:
    """Prune every Python module of a draft."""
    before = {path: draft.text(path) for path in draft.modules()}
    for path, code in prune(before, doomed, gone).items():
        if code != before[path]:
            draft.write(path, code)


def _definitions(exemplar: Exemplar) -> Iterator[str]:
    for path in _SHARED:
        module = path.removesuffix(".py").replace("/", ".")
        for statement in exemplar.definitions(path):
            yield from (f"{module}.{name}" for name in statement.names)


def _check_references(draft: Draft, facts: Survey, going: Collection[Table]) -> None:
    tables = {f'"{table.table}.' for table in going}
    lines = draft.text(MODELS).splitlines()
    starts = sorted(table.line for table in facts.tables)
    gone = {table.name for table in going}
    for table in facts.resources:
        if table.name in gone:
            continue
        end = next((line for line in starts if line > table.line), len(lines) + 1)
        for number in range(table.line, end):
            if any(name in lines[number - 1] for name in tables):
                raise UsageError(
                    f"{table.name} refers to an example of the house that is left out",
                    place=Place(MODELS, number),
                    remedy="name it with --resource, too",
                )
