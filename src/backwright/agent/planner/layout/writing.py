"""Writing a text as every reading knows it: a resource with its fields as points below it, each remark as a sentence."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from backwright.agent.planner.attributes import describes
from backwright.agent.planner.clauses import Clause
from backwright.agent.planner.foreign import outside
from backwright.agent.planner.layout.adopting import OF_FIELDS
from backwright.agent.planner.layout.fields import bare_name, field_under, of_itself
from backwright.agent.planner.layout.labels import (
    WHY,
    Label,
    label_of,
    last_sentence,
    owner_apart,
    resource_of,
    told_under,
)
from backwright.agent.planner.layout.tree import TICKET, Node
from backwright.agent.planner.layout.usual import is_usual, sets_up
from backwright.agent.planner.lexicon import lexicon, pattern
from backwright.agent.planner.nouns import pascal
from backwright.agent.planner.types import World
from backwright.agent.planner.whole.owning import owner_of

SHORT = 7  # words of a title
_TYPES = ("type", "length", "enum", "money", "decimal", "range")
CALLED = re.compile(
    r"\b(?:the |this )?(?:resource|model|entity|table|it) (?:is|should be|shall be|will be) (?:called|named) [`\"']?(?P<name>[A-Z]\w+)[`\"']?",
    re.IGNORECASE,
)
_WHERE = re.compile(r"(?i)\b(?:api|app|service|backend|project)\b")  # no order by itself
_JWT = re.compile(r"(?i)^\W*jwt\b[,;:. ]*(?:and )?")
_TURNS = re.compile(
    r"(?i)\b(?:not|never|no|nobody|without|except|can|could|should|must|shall|may|only|every|each|if|when|has|have|needs?)\b|n't"
)


@dataclass
class Writer:
    """Goes through the tree and writes each line, or leaves it aside.

    Attributes:
        world: What is known of the project.
        changed: Whether anything is written otherwise than it was.
        names: Names of models, of the project and of the text.
        described: The resources that the text describes by lists.
        lines: What was written.
        aside: What was left aside.
        points: The fields that the text describes by lists.
        called: The name that a sentence gives a resource which stands elsewhere without one.
        mentioned: What sentences call a resource: `we need a Refund resource`.
        depth: How deep the line is that is being written.
        ordered: Whether there is more than a title.
    """

    world: World
    changed: bool = False
    names: set[str] = field(default_factory=set)
    described: set[str] = field(default_factory=set)
    lines: list[str] = field(default_factory=list)
    aside: list[str] = field(default_factory=list)
    points: tuple[str, ...] = ()
    called: str | None = None
    mentioned: frozenset[str] = frozenset()
    depth: int = 0
    ordered: bool = False

    def resources(self, node: Node) -> Iterator[str]:
        """Yield the names of the resources that lists below a line describe."""
        for one in node.children:
            if (name := self._head(one)) is not None:
                yield name
            yield from self.resources(one)

    def points_below(self, node: Node) -> Iterator[str]:
        """Yield the fields of all resources that lists below a line describe."""
        for one in node.children:
            if self._head(one) is not None:
                yield from self._fields(one.children)
            yield from self.points_below(one)

    def write(self, nodes: Sequence[Node]) -> None:
        """Write lines, and what stands beneath them."""
        self.depth += 1
        for node in nodes:
            if node.is_fenced:
                self._keep(node)
            elif (name := self._head(node)) is not None:
                self._resource(name, node)
            elif (label := label_of(node)) is None or not self._part(label, node):
                self._line(node)
        self.depth -= 1

    def _head(self, node: Node) -> str | None:
        """Return the resource that a line announces, where fields stand beneath it."""
        if not node.children or not any(True for _ in self._fields(node.children)):
            return None
        said = node.text[last_sentence(node.text) :]
        end = Node(node.raw, said, node.rank, children=node.children)
        return resource_of(end, self.world) or self._called(node)

    def _called(self, node: Node) -> str | None:
        """Return the name that is said elsewhere for what a list describes: `the resource is called Car`."""
        label = label_of(node)
        if label and label.kind == "fields" and not label.rest and len(self.mentioned) == 1:
            return next(iter(self.mentioned))
        listed = [one for one in node.children if one.is_point and self._field(one)]
        return self.called if len(listed) > 1 and len(listed) == len(node.children) else None

    def _fields(self, nodes: Sequence[Node], said: str = "") -> Iterator[str]:
        """Yield the fields among lines, as points of a list."""
        for node in nodes:
            if (told := self._field(node)) is not None:
                yield f"- {told}{said}"
            elif (label := self._group(node)) is not None:
                more = f", {label.kind}" if label.kind in ("optional", "unique") else ""
                yield from self._fields(node.children, more)

    def _group(self, node: Node) -> Label | None:
        label = label_of(node)
        return label if label and label.kind in OF_FIELDS and not label.rest else None

    def _field(self, node: Node) -> str | None:
        return field_under(node, self.names)

    def _resource(self, name: str, node: Node) -> None:
        self.changed = True
        rest: list[Node] = []
        if (name == self.called and label_of(node) is None) or last_sentence(node.text):
            said = node.text[: last_sentence(node.text)] or node.text
            self._line(Node(said, said, node.rank, after_blank=node.after_blank))
        fields = [of_itself(one, name) for one in self._fields(node.children)]
        self.lines += ["", f"Resource {name}:", *fields]
        if whose := owner_apart(node.text[last_sentence(node.text) :])[1]:
            self.lines.append(f"- {whose}")
        for one in self._without_fields(node.children):
            if one.is_point and not one.children and label_of(one) is None:
                # What is said beside the fields (`owned by the user`), or a field without its type.
                name = bare_name(one.text)
                self.lines.append(f"- field called {name}" if name else f"- {one.text}")
            else:
                rest.append(one)
        self.lines.append("")
        self.write(rest)

    def _without_fields(self, nodes: Sequence[Node]) -> Iterator[Node]:
        for one in nodes:
            if self._field(one) is not None:
                continue
            if self._group(one) is not None and any(True for _ in self._fields(one.children)):
                yield from self._without_fields(one.children)
            else:
                yield one

    def _part(self, label: Label, node: Node) -> bool:
        """Write what stands under a label; tell whether that was done."""
        write = getattr(self, f"_part_{label.kind}", None)
        return bool(write and write(label, node))

    def _part_parts(self, label: Label, node: Node) -> bool:
        if label.rest:
            return self._part_title(label, node)
        if not node.children:
            return False
        if not any(True for _ in self.resources(node)) and not all(
            c.is_point for c in node.children
        ):
            return False
        if any(True for _ in self._fields(node.children)):
            return False
        self._leave(node.text)
        self.write(node.children)
        return True

    def _part_story(self, _: Label, node: Node) -> bool:
        return bool(self.described) and self._leave_all(node)

    def _part_outside(self, _: Label, node: Node) -> bool:
        return self._leave_all(node)

    def _part_setup(self, label: Label, node: Node) -> bool:
        return all(self._is_usual(one) for one in told_under(label, node)) and self._leave_all(node)

    def _part_meta(self, label: Label, node: Node) -> bool:
        plain = label.rest and not node.children and not describes(label.rest, _TYPES)
        return bool(plain and not node.is_point) and self._leave_all(node)

    def _part_title(self, label: Label, node: Node) -> bool:
        if not self.described or not label.rest or node.is_point or node.children:
            return False
        if describes(label.rest, _TYPES):
            return False  # `Subtask: title (string), done (bool)`
        return not self._orders(_WHERE.sub("", label.rest)) and self._leave_all(node)

    def _part_owner(self, label: Label, node: Node) -> bool:
        told = told_under(label, node)
        if not told or not all(self._whose(one) or self._is_usual(one) for one in told):
            return False
        if not (self.world.is_empty or self.world.guarded) and any(map(_JWT.search, told)):
            return False  # it is to be added
        every = " for all of them" if self.depth == 1 else ""  # it stands beneath no resource
        for one in told:
            if self._whose(one):
                self._say(re.sub(r"^no owner(?=[.,;]|$)", f"no owner{every}", one))
            else:
                self._leave(one)
        return True

    def _part_notes(self, label: Label, node: Node) -> bool:
        told = told_under(label, node)
        tells = pattern(lexicon("whole")["wishes"]["tells"])
        if not told or not self.described or any(owner_of(one) for one in told):
            return False
        if any(describes(one, _TYPES) or self._orders(tells.sub("", one)) for one in told):
            return False
        return self._leave_all(node)

    def _part_relations(self, label: Label, node: Node) -> bool:
        told = told_under(label, node)
        if told and all(map(self._is_usual, told)):
            return self._leave_all(node)
        if label.rest or not node.children:
            return False
        self._leave(node.text)
        self.write(node.children)
        return True

    def _part_criteria(self, label: Label, node: Node) -> bool:
        told = told_under(label, node)
        if not told or not self.described:
            return False
        if not all(self._whose(one) or self._is_usual(one) for one in told):
            return False
        for one in told:
            (self._say if owner_of(one) else self._leave)(one)
        return True

    def _line(self, node: Node) -> None:
        """Write a line that is no label and announces no resource."""
        if not re.search(r"\w", node.text):
            return
        said = TICKET.sub("", node.text).strip()
        if said != node.text and not node.is_point and node.text in node.raw:
            self.changed = True
            node.raw = node.raw.replace(node.text, said)
            node.text = said
            if self._titles_ticket(said):
                self._leave(said)
                self.write(node.children)
                return
        titles = not node.text or self._only_titles(node)
        asked = WHY.sub("", node.text)
        if titles and (self._can_be_left(asked) or any(True for _ in self.resources(node))):
            self._leave(node.text)
            self.write(node.children)
        elif node.is_point and (told := self._field(node)) is not None:
            self._put(f"- {told}", node)
        elif self.described and not node.children and sets_up(node.text, self.world):
            self._leave(node.text)
        else:
            self._put(self._without_usual(node), node)
            self.write(node.children)

    def _without_usual(self, node: Node) -> str:
        """Return a line without sentences that say what every project has anyway: standard setup, tests."""
        if not self.described or node.is_heading or not re.search(r"[.!]\s", node.raw):
            return node.raw
        kept = []
        for one in re.split(r"(?<=[.!])\s+", node.raw):
            if (self._is_usual(one) and re.search(r"[a-z]", one)) or self._announces(one.strip()):
                self._leave(one)
            elif not (self.called and CALLED.fullmatch(one.strip(" ."))):
                kept.append(one)
        return " ".join(kept)

    def _only_titles(self, node: Node) -> bool:
        """Tell whether a line only titles or announces what the text describes or lists elsewhere."""
        text = node.text.strip()
        if self.described and self._announces(text):
            return True
        if not (node.is_heading or text.endswith(":") or not re.search(r"[.!?]$", text)):
            return False
        if (
            self.depth > 1
            or node.is_point
            or len(text.split()) > SHORT
            or re.search(r"[:(,;=|?]", text.rstrip(":"))
        ):
            return False
        if (
            self.world.is_empty
            or _TURNS.search(text)
            or describes(text, _TYPES)
            or self._names_model(text)
        ):
            return False
        if node.children:
            return self._lists_orders(node) or any(True for _ in self.resources(node))
        return bool(self.described) and not self._orders(text)

    def _titles_ticket(self, said: str) -> bool:
        """Tell whether what stands behind a ticket's number is its title, and what is wanted stands below it."""
        if self.lines or not self.ordered or re.search(r"[:(,;=|?.]", said):
            return False
        if self.world.is_empty and _WHERE.search(said):
            return False  # it names what is to be begun
        return not self._orders(_WHERE.sub("", said)) and self._can_be_left(said)

    def _announces(self, text: str) -> bool:
        """Tell whether a sentence only asks for what is described below it: `add a checklist to tasks`."""
        remarks = lexicon("layout")["remarks"]
        if not self.world.is_empty and any(
            pattern(remarks[one]).fullmatch(text) for one in ("announces", "placing")
        ):
            return True
        found = pattern(remarks["wants"]).fullmatch(text)
        if not found:
            return False
        noun = pascal(found["noun"])
        place = self.world.thing(found["place"] or "")
        refers = place is None or any(f"reference to {place.name}" in one for one in self.points)
        return refers and any(
            name.startswith(noun) or name.endswith(noun) for name in self.described
        )

    def _lists_orders(self, node: Node) -> bool:
        points = [one for one in node.children if one.is_point]
        return (
            len(points) > 1
            and len(points) == len(node.children)
            and not any(self._field(one) for one in points)
            and not pattern(r"^(?:please )?(?:<VERB>|<ADD>)\b").match(node.text)
        )

    def _names_model(self, text: str) -> bool:
        """Tell whether a title says on which model something is wanted: `for tasks:`, not `the tasks API`."""
        bare = re.sub(r"(?i)\w+(?= (?:api|app|backend|service|project)\b)", "", text)
        forms = [form for thing in self.world.things for form in thing.forms]
        return not self.described and any(
            re.search(rf"(?i)\b{re.escape(form)}\b", bare) for form in forms
        )

    def _orders(self, text: str) -> bool:
        return bool(pattern(lexicon("layout")["remarks"]["orders"]).search(text))

    def _whose(self, text: str) -> bool:
        bare = _JWT.sub("", text)
        return bool(owner_of(bare, alone=False)) and not describes(bare, _TYPES)

    def _is_usual(self, text: str) -> bool:
        """Tell whether words say nothing but what every project has: `Postgres, JWT, tests`."""
        return is_usual(text, self.described)

    def _can_be_left(self, text: str) -> bool:
        return outside(Clause(text, text), None, self.names) is None

    def _say(self, text: str) -> None:
        self.changed = True
        bare = _JWT.sub("", text).strip()
        self.lines.append(f"{bare.rstrip('.')}.")

    def _put(self, line: str, node: Node) -> None:
        self.changed = self.changed or line != node.raw
        if node.after_blank:
            self.lines.append("")
        self.lines.append(line)

    def _leave(self, text: str) -> None:
        self.changed = True
        if re.search(r"\w", text):
            self.aside.append(text)

    def _leave_all(self, node: Node) -> bool:
        """Leave a line aside with all beneath it, unless it asks for what is outside."""
        lines = [one.strip() for one in node.lines() if one.strip()]
        kind = label_of(node)
        if (kind is None or kind.kind != "outside") and not all(map(self._can_be_left, lines)):
            return False
        for line in lines:
            self._leave(line)
        return True

    def _keep(self, node: Node) -> None:
        self.lines += list(node.lines())
