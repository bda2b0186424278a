"""Nested endpoints of a new relation, put together of the handlers that both sides have."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from backwright.transfer.nested.below import write_list
from backwright.transfer.nested.ground import Ground, Nested, Relation, Side
from backwright.transfer.nested.handlers import UnsaidError
from backwright.transfer.nested.house import write_house_links
from backwright.transfer.nested.house_tests import write_house_tests
from backwright.transfer.nested.linking import write_links
from backwright.values import Note


def write_nested(ground: Ground, relation: Relation) -> Nested:
    """Write the endpoints that a relation gives; what cannot be written is noted, with the reason."""
    made = Nested()
    keeper, target = ground.side(relation.keeper), ground.side(relation.target)
    parts: list[tuple[str, Side, Side, Callable[[Nested], None]]]
    if relation.field.kind == "ref":
        parts = [("list", target, keeper, partial(write_list, ground, target, keeper, relation))]
    else:
        parts = [
            ("list", keeper, target, partial(write_list, ground, keeper, target, relation)),
            ("link", keeper, target, _linking(ground, keeper, target, relation)),
        ]
    for verb, parent, child, write in parts:
        kept, count = ground.mark(), len(made.endpoints)
        try:
            write(made)
        except UnsaidError as error:
            ground.forget(kept)
            del made.endpoints[count:], made.guards[count:]
            made.notes.append(_unsaid(verb, parent, child, error.why))
    ground.flush()
    if ground.is_house and made.endpoints:
        _, parent, child, _ = parts[0]
        made.tests = write_house_tests(ground.draft, parent, child, relation, made)
    return made


def _linking(
    ground: Ground, keeper: Side, target: Side, relation: Relation
) -> Callable[[Nested], None]:
    if ground.is_house:
        return partial(write_house_links, ground, keeper, relation)
    return partial(write_links, ground, keeper, target, relation)


def _unsaid(verb: str, parent: Side, child: Side, why: str) -> Note:
    below = f"{child.names.plural_human} of a {parent.names.human}"
    text = f"no endpoint was written to {verb} the {below}: {why}"
    return Note(parent.model.file, parent.model.line, text)
