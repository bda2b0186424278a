"""The lines of a text as a tree: what stands beneath a heading, a label or a point of a list."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

BULLET = re.compile(
    r"^(?P<indent>\s*)(?P<marks>(?:(?:[-*•+·–>]|\d+(?:\.\d+)*[.)]|\d+(?:\.\d+)+|\(?[a-h]\)|[a-h][.)]|\[[ xX]?\]|\[\d+\])\s+)+)"
)
HEADING = re.compile(r"^\s*(?:(?P<marks>#+)\s*(?P<hash>.+?)|\*\*(?P<bold>[^*]+)\*\*:?)\s*$")
TICKET = re.compile(
    r"^\s*(?:\[?[A-Z]{2,}-\d+\]?\s*[:/|–-]?\s*|(?i:change request|ticket|issue|task|story|req(?:uest)?|cr|feature|finding|item) #?(?:[A-Z]{1,3}-?)?\d+\s*[:|–.-]?\s*)+"
)
_RULE = re.compile(r"^\s*(?:[-=_*~]\s?){3,}\s*$")
_FENCE = re.compile(r"^\s*(?:```|~~~)")
_BOLD = 7  # a line in bold type is a heading below those with marks
_PLAIN, _NUMBERED, _POINT = 0, 1, 2


@dataclass
class Node:
    """A line, and what stands beneath it.

    Attributes:
        raw: The line as it was written.
        text: Its words, without what marks it as a heading or a point.
        rank: Where it stands: headings by their level, then lines by their indentation, points below lines.
        is_point: Whether it is a point of a list.
        is_heading: Whether it is a heading.
        is_fenced: Whether it stands in a fence.
        after_blank: Whether an empty line stands before it.
        children: What stands beneath it.
    """

    raw: str
    text: str
    rank: tuple[int, int, int]
    is_point: bool = False
    is_heading: bool = False
    is_fenced: bool = False
    after_blank: bool = False
    children: list[Node] = field(default_factory=list)

    def lines(self) -> Iterator[str]:
        """Yield its line and all beneath, as they were written."""
        if self.after_blank:
            yield ""
        yield self.raw
        for one in self.children:
            yield from one.lines()


def tree_of(text: str) -> Node:
    """Return a node with the lines of a text beneath it."""
    root = Node("", "", (-1, 0, 0))
    above = [root]
    for node in _nodes(text):
        while len(above) > 1 and above[-1].rank >= node.rank:
            above.pop()
        if _goes_on(node, above[-1]):
            above[-1].text += f" {node.text}"
            above[-1].raw += f"\n{node.raw}"
            continue
        above[-1].children.append(node)
        above.append(node)
    return root


def _goes_on(node: Node, above: Node) -> bool:
    """Tell whether a line is the rest of the point above it, which did not fit on its line."""
    return (
        above.is_point
        and not node.is_point
        and not node.after_blank
        and not above.children
        and not above.text.endswith((":", "."))
        and bool(re.match(r"[a-z(][^:]*$", node.text))
    )


def _nodes(text: str) -> Iterator[Node]:
    lines = text.split("\n")
    fenced = blank = False
    for at, line in enumerate(lines):
        fence = bool(_FENCE.match(line))
        if fenced or fence:
            fenced = fenced != fence
            yield Node(line, line.strip(), (8, 0, 0), is_fenced=True, after_blank=blank)
            blank = False
        elif not line.strip():
            blank = True
        elif not _RULE.match(line):
            under = lines[at + 1] if at + 1 < len(lines) else ""
            yield _node(line, blank=blank, underlined=bool(re.match(r"^\s*(?:=|-){3,}\s*$", under)))
            blank = False


def _node(line: str, *, blank: bool, underlined: bool) -> Node:
    heading = HEADING.match(line)
    if heading or (underlined and not BULLET.match(line)):
        said = (heading["hash"] or heading["bold"]) if heading else line
        level = (
            len(heading["marks"]) if heading and heading["marks"] else 1 if underlined else _BOLD
        )
        return Node(line, _bare(said), (0, level, 0), is_heading=True, after_blank=blank)
    point = BULLET.match(line)
    indent = len(line.expandtabs(4)) - len(line.expandtabs(4).lstrip())
    if not point:
        return Node(line, _bare(line), (1, indent, _PLAIN), after_blank=blank)
    marks = point["marks"].strip()
    kind = _NUMBERED if re.match(r"[\d(a-h]", marks) else _POINT
    return Node(
        line, _bare(line[point.end() :]), (1, indent, kind), is_point=True, after_blank=blank
    )


def _bare(text: str) -> str:
    """Return the words of a line, without bold type."""
    return re.sub(r"(?:\*\*|__)(?=\S)|(?<=\S)(?:\*\*|__)(?=\W|$)", "", text).strip()
