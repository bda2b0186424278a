"""What stands below a label or a resource without being indented, put beneath it."""

from __future__ import annotations

from backwright.agent.planner.layout.fields import field_of
from backwright.agent.planner.layout.labels import is_label, label_of, resource_of
from backwright.agent.planner.layout.tree import Node
from backwright.agent.planner.types import World

OF_FIELDS = ("fields", "required", "optional", "unique", "parts")


def adopt(parent: Node, world: World) -> None:
    """Put beneath a label or a resource what stands below it without being indented."""
    kept: list[Node] = []
    for node in parent.children:
        above = kept[-1] if kept else None
        if above is not None and _belongs(node, above, world):
            above.children.append(node)
        else:
            kept.append(node)
    parent.children = kept
    for node in kept:
        adopt(node, world)


def _belongs(node: Node, above: Node, world: World) -> bool:
    if node.is_heading or node.is_fenced or above.is_fenced:
        return False
    alone = Node(above.raw, above.text, above.rank, children=[node])
    label = label_of(alone)
    grown = above.children and above.children[-1].rank == node.rank
    if resource_of(above, world):
        return _is_of_fields(node, world) and not (node.after_blank and not node.children)
    if label and not label.rest and not above.is_point and (grown or not above.children):
        return not node.after_blank and label_of(node) is None
    return False


def _is_of_fields(node: Node, world: World) -> bool:
    names = [form for thing in world.things for form in (thing.name, *thing.forms)]
    return is_label(node, *OF_FIELDS) or (
        field_of(node.text, names) is not None and node.text[:1].islower()
    )
