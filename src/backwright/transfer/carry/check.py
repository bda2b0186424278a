"""What is left of the exemplar in code that was carried over: nothing, or it is told."""

from __future__ import annotations

import re

from backwright.transfer.carry.marks import MARK
from backwright.transfer.carry.types import Facts
from backwright.transfer.rename import Renaming

_STRING = re.compile(r"#[^\n]*|\"\"\"(?s:.*?)\"\"\"|'''(?s:.*?)'''")


def leftovers(code: str, facts: Facts) -> list[tuple[int, str]]:
    """Return the lines of carried code that still speak of the exemplar, with the word.

    A field's name is told as an attribute, a keyword or a key, unless the new resource has a field
    of that name; the exemplar's own name wherever it stands.

    Args:
        code: what was made of a part.
        facts: what was known.
    """
    new = {n for f in facts.new_fields for n in (f.name, f.column)}
    fields = [f.name for f in facts.fields if f.name not in new]
    noun = Renaming(((facts.old, facts.old),))
    kin = Renaming(((facts.new, facts.new),))
    found: list[tuple[int, str]] = []
    for number, line in enumerate(code.splitlines(), 1):
        if MARK.search(line):
            found.append((number, "a field of the exemplar"))
        if noun.finds(line) and not kin.finds(line):
            found.append((number, facts.old.human))
        found += [(number, name) for name in fields if _speaks(line, name)]
    return found


def _speaks(line: str, name: str) -> bool:
    code = _STRING.sub("", line)
    return re.search(rf"\.{name}\b(?!\()|[(,]\s*{name}=[^=]", code) is not None
