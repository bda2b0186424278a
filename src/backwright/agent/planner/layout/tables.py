"""Tables of Markdown as points of a list, by what the heads of their columns say."""

from __future__ import annotations

import re
from collections.abc import Iterator

from backwright.agent.planner.attributes import spot
from backwright.agent.planner.lexicon import lexicon, pattern

_ROW = re.compile(r"^\s*\|?.*\|.*\|?\s*$")
_RULE = re.compile(
    r"^\s*\|?(?:\s*:?-{2,}:?\s*\|)+\s*(?::?-{2,}:?\s*)?$|^\s*\|\s*:?-{2,}:?\s*\|?\s*$"
)
_YES = re.compile(r"(?i)^(?:yes|y|x|true|✓|✔|✅|☑)$")
_ANSWER = re.compile(
    r"(?i)(?:(?P<no>(?:no|n|false|optional)\b|✗|❌)|(?:yes|y|true|required|mandatory|x)\b|✓|✔|✅|☑)"
)
_ENDS = re.compile(r";\s+")  # in a cell it ends no sentence
_A_PHRASE = 4  # words; values and defaults have fewer
_PARTS = re.compile(r"[,;]\s+(?![^()]*\))|\s\((?=[^()]*\)$)|\)$")
_WISHES = re.compile(
    r"(?i)\b(?:must|should|shall|never|cannot|can't|may not|(?:needs?|has|have) to|either)\b"
)
_NO = re.compile(r"(?i)^(?:no|n|false|✗|❌|-|–|—)?$")


def without_tables(text: str) -> tuple[str, tuple[str, ...]]:
    """Return a text in which each row of a table is a point of a list, and what only remarks on a field.

    Above the rows stands the model that a column names.
    """
    lines = text.split("\n")
    done: list[str] = []
    aside: list[str] = []
    at = 0
    while at < len(lines):
        begin = _begin_of_rows(lines, at)
        if not begin:
            done.append(lines[at])
            at += 1
            continue
        end = begin
        while end < len(lines) and _is_row(lines[end]):
            end += 1
        done += _points(_cells(lines[at]), [_cells(one) for one in lines[begin:end]], aside)
        at = end
    return "\n".join(done), tuple(aside)


def _begin_of_rows(lines: list[str], at: int) -> int:
    """Return where the rows of a table begin whose head stands at a line; 0 where none does."""
    if at + 1 >= len(lines) or not _is_row(lines[at]):
        return 0
    if _RULE.match(lines[at + 1]):
        return at + 2
    both = lines[at].lstrip().startswith("|") and lines[at + 1].lstrip().startswith("|")
    return at + 1 if both and any(role_of(head) for head in _cells(lines[at])) else 0


def _is_row(line: str) -> bool:
    return bool(_ROW.match(line)) and "|" in line.strip()[1:]


def _cells(line: str) -> list[str]:
    line = line.strip().removeprefix("|").removesuffix("|")
    return [cell.replace("\\|", "|").strip() for cell in re.split(r"(?<!\\)\|", line)]


def _points(heads: list[str], rows: list[list[str]], aside: list[str]) -> Iterator[str]:
    roles = [role_of(head) for head in heads]
    named = roles.index("name") if "name" in roles else 1 if roles[0] == "model" else 0
    model = ""
    for cells in rows:
        if "model" in roles and roles.index("model") < len(cells):
            told = cells[roles.index("model")].strip("`* ")
            if told and told != model:
                model = told
                yield f"Resource {model}:"
        cells = [
            _without_remark(cell, aside) if role in ("remark", "required") else cell
            for role, cell in zip(roles, cells, strict=False)
        ]
        said = [
            word
            for at, cell in enumerate(cells)
            if at != named and roles[at] != "model" and (word := said_of(roles[at], cell))
        ]
        aside += [
            cell
            for at, cell in enumerate(cells)
            if at != named and roles[at] == "remark" and cell and not said_of("remark", cell)
        ]
        if named < len(cells) and cells[named]:
            yield f"- {cells[named].strip('`* ')}: {_ENDS.sub(', ', ', '.join(said))}"


def role_of(head: str) -> str:
    """Return what the head of a column, or a label, says of a field; empty where that is not known."""
    for name, form in lexicon("layout")["columns"].items():
        if pattern(form).fullmatch(head.strip("`* ")):
            return str(name)
    return ""


def _without_remark(cell: str, aside: list[str]) -> str:
    """Return a remark without the parts that only tell: `optional, filled when the patient is called`."""
    parts = [one for one in _PARTS.split(cell) if one.strip()]
    told = [
        one
        for one in parts
        if len(one.split()) >= _A_PHRASE and not spot(one, ()) and not _WISHES.search(one)
    ]
    if not told or len(told) == len(parts):
        return cell
    aside += told
    for one in told:
        cell = cell.replace(one, "")
    return re.sub(r"\(\s*\)", "", cell).strip(" ,;")


def _presence(bare: str) -> str:
    """Return what a cell says under `required?`, with what stands behind yes or no: `no, default true`."""
    told = _ANSWER.match(bare)
    if not told:
        return ""
    rest = bare[told.end() :].strip(" ,;()–-")
    if told["no"] is None or re.search(r"(?i)\b(?:default|optional|nullable)", rest):
        return rest  # a default is why nobody has to give it
    return f"optional, {rest}" if rest else "optional"


def said_of(role: str, cell: str) -> str:
    """Return what a cell, or what stands behind a label, says of the field that it belongs to."""
    bare = cell.strip("` ")
    if role == "required":
        return _presence(bare)
    if role in ("optional", "unique", "index"):
        return role if _YES.match(bare) or bare.lower() == role else "" if _NO.match(bare) else bare
    if _NO.match(bare) and role != "type":
        return ""
    if role == "default":
        return f"default {bare}"
    if role == "length":
        return f"{bare} characters" if re.fullmatch(r"[\d. –-]+", bare) else bare
    if role == "target":
        return f"reference to {bare}"
    if role == "remark" and not spot(bare, ()):
        return ""
    return cell.strip()
