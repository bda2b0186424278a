"""A text with its structure written in one way: the tree of its lines, gone through by a writer."""

from __future__ import annotations

import re
from dataclasses import dataclass

from backwright.agent.planner.declared import spelt_out
from backwright.agent.planner.frames import judges
from backwright.agent.planner.layout.adopting import adopt
from backwright.agent.planner.layout.aligned import without_columns
from backwright.agent.planner.layout.sheets import without_sheets
from backwright.agent.planner.layout.spreading import spread
from backwright.agent.planner.layout.tables import without_tables
from backwright.agent.planner.layout.tree import tree_of
from backwright.agent.planner.layout.writing import CALLED, SHORT, Writer
from backwright.agent.planner.nouns import pascal
from backwright.agent.planner.types import World
from backwright.agent.planner.wording import read_message

_MENTIONED = re.compile(
    r"\b(?:resource|model|entity|table) (?:called |named )?[`\"']?([A-Z]\w+)|[`\"']?\b([A-Z]\w+)[`\"']? (?:resource|model|entity|table)\b"
)


@dataclass(frozen=True, slots=True)
class Laid:
    """A text, plainly laid out, and the lines that only title it or say what is so anyway."""

    text: str
    aside: tuple[str, ...] = ()


def laid_out_plainly(text: str, world: World) -> Laid:
    """Return a text in which structure is written in one way; one without structure comes back as it is.

    Args:
        text: What the user wrote.
        world: What is known of the project.
    """
    text = spelt_out(text)
    if "\n" not in text.strip() or judges.is_evidence(read_message(text, ()).pasted):
        return Laid(text)
    tabled, remarks = without_tables(without_columns(without_sheets(text)))
    writer = Writer(world, tabled != text, aside=list(remarks))
    root = tree_of(tabled)
    adopt(root, world)
    writer.names = {t.name for t in world.things} | {f for t in world.things for f in t.forms}
    writer.changed |= spread(root, writer.names)
    if named := CALLED.search(tabled):
        writer.called = pascal(named["name"])
    writer.mentioned = frozenset(pascal(one[1] or one[2]) for one in _MENTIONED.finditer(tabled))
    while (found := set(writer.resources(root))) - writer.names:
        writer.names |= found  # a reference may be to what another list describes
    writer.described = found
    writer.ordered = len(re.findall(r"\w+", tabled)) > 2 * SHORT
    writer.points = tuple(writer.points_below(root))
    writer.write(root.children)
    if not writer.changed:
        return Laid(text)
    return Laid("\n".join(writer.lines).strip("\n") + "\n", tuple(writer.aside))
