"""Models that are declared in a text, as SQL or as a class, said as the command line's field words."""

from __future__ import annotations

import ast
import re

from backwright.agent.planner.nouns import pascal

_TABLE = re.compile(
    r"(?is)\bcreate\s+table\s+(?:if\s+not\s+exists\s+)?[\"`]?(?:\w+\.)?(?P<name>\w+)[\"`]?\s*\((?P<body>.*?)\n?\s*\)\s*;?(?=\s*(?:\n|$))"
)
_CLASS = re.compile(
    r"(?m)^class (?P<name>\w+)\((?:\w+\.)?(?:BaseModel|SQLModel|Base|\w*Base)\b[^)]*\):\n(?P<body>(?:[ \t]+\S.*\n?|[ \t]*\n)+)"
)
_FENCED = re.compile(r"(?s)```\w*\n(?P<inside>.*?)```")
_SQL_TYPES = (
    (r"(?:var)?char(?:acter varying)?\s*\((\d+)\)|character\s*\((\d+)\)", "str:{0}"),
    (r"(?:decimal|numeric)\s*\((\d+)\s*,\s*(\d+)\)", "decimal:{0},{1}"),
    (r"(?:varchar|character varying)", "str"),
    (r"text", "text"),
    (r"(?:small|big)?int(?:eger)?\d?", "int"),
    (r"bool(?:ean)?", "bool"),
    (r"timestamp(?:tz)?(?: with(?:out)? time zone)?|datetime", "datetime"),
    (r"date", "date"),
    (r"jsonb?", "json"),
    (r"uuid", "uuid"),
    (r"(?:double precision|real|float\d?)", "float"),
)
_PYTHON_TYPES = {
    "str": "str", "int": "int", "float": "float", "bool": "bool", "date": "date", "datetime": "datetime",
    "Decimal": "decimal:10,2", "UUID": "uuid", "dict": "json", "EmailStr": "email", "HttpUrl": "url", "AnyUrl": "url",
}  # fmt: skip
_INDEX = re.compile(
    r"(?i)\bcreate\s+index\s+(?:if not exists\s+)?(?:\w+\s+)?on\s+[\"`]?(?P<table>\w+)[\"`]?\s*\(\s*[\"`]?(?P<column>\w+)[\"`]?\s*\)\s*;?"
)
_OWN = ("id", "created_at", "updated_at")  # what every resource has already


def spelt_out(text: str) -> str:
    """Return a text in which declared models are said as resources; what is not wholly understood stays."""
    text = _FENCED.sub(
        lambda found: found["inside"] if _declares(found["inside"]) else found[0], text
    )
    text = _TABLE.sub(
        lambda found: _said(found, _columns(found["body"], _indexed(found["name"], text))), text
    )
    text = _INDEX.sub("", text) if "resource " in text else text
    return _CLASS.sub(lambda found: _said(found, _attributes(found[0])), text)


def _declares(source: str) -> bool:
    return bool(_TABLE.search(source) or _CLASS.search(source))


def _said(found: re.Match[str], fields: list[str] | None) -> str:
    if not fields:
        return found[0]
    return f"\nresource {pascal(found['name'])} with {' '.join(fields)}\n"


def _indexed(table: str, text: str) -> frozenset[str]:
    """Return the columns that `create index on TABLE (…)` names."""
    return frozenset(
        found["column"].lower()
        for found in _INDEX.finditer(text)
        if found["table"].lower() == table.lower()
    )


def _columns(body: str, indexed: frozenset[str] = frozenset()) -> list[str] | None:
    """Return the field words of a table's columns; None where one of them is not understood."""
    fields: list[str] = []
    for line in re.split(r",(?![^()]*\))", body):
        words = " ".join(line.split()).strip()
        name = words.partition(" ")[0].strip('"`').lower()
        if not words or name in _OWN or "primary key" in words.lower():
            continue
        field = _column(name, words.partition(" ")[2])
        if field is None:
            return None
        fields.append(f"{field}:index" if name in indexed else field)
    return fields


def _column(name: str, rest: str) -> str | None:
    refers = re.search(r"(?i)\breferences\s+[\"`]?(\w+)", rest)
    if refers:
        kind = f"ref:{pascal(refers[1])}"
        name = name.removesuffix("_id")
    else:
        found = next(
            (
                (m, word)
                for one, word in _SQL_TYPES
                if (m := re.match(rf"(?i)(?:{one})(?![\w(])", rest))
            ),
            None,
        )
        if found is None:
            return None
        kind = found[1].format(*(g for g in found[0].groups() if g))
    default = re.search(r"(?i)\bdefault\s+'?([\w.-]+)'?", rest)
    listed = re.search(rf"(?i)\bcheck\s*\(\s*{name}\s+in\s*\(([^)]*)\)", rest)
    if listed:
        kind = "enum:" + ",".join(one.strip(" '\"") for one in listed[1].split(","))
    parts = [name, kind]
    if refers and (deleted := re.search(r"(?i)\bon delete (cascade|restrict)\b", rest)):
        parts.append(deleted[1].lower())
    if default and not refers and default[1].lower() not in ("now", "null", "current_timestamp"):
        parts.append(f"default={default[1].lower() if kind == 'bool' else default[1]}")
    if not default and not re.search(r"(?i)\bnot null\b", rest):
        parts.append("optional")
    if re.search(r"(?i)\bunique\b", rest):
        parts.append("unique")
    return ":".join(parts)


def _attributes(source: str) -> list[str] | None:
    """Return the field words of a class's attributes; None where one of them is not understood."""
    try:
        tree = ast.parse(source)
    except SyntaxError:
        return None
    fields: list[str] = []
    for node in getattr(tree.body[0], "body", []):
        if not isinstance(node, ast.AnnAssign) or not isinstance(node.target, ast.Name):
            continue
        if node.target.id in _OWN:
            continue
        field = _attribute(node.target.id, node, source)
        if field is None:
            return None
        fields.append(field)
    return fields


def _attribute(name: str, node: ast.AnnAssign, source: str = "") -> str | None:
    annotation = ast.unparse(node.annotation)
    bare = re.sub(r"\s*\|\s*None|^Optional\[(.*)\]$", r"\1", annotation).strip()
    kind = _PYTHON_TYPES.get(bare.rpartition(".")[2]) or _enum(
        bare, source.splitlines()[node.lineno - 1 : node.lineno]
    )
    if kind is None:
        return None
    given = _given(node.value)
    if "foreign_key" in given:
        kind = f"ref:{pascal(given['foreign_key'].strip(chr(39)).partition('.')[0])}"
        kind += (
            f":{given['ondelete'].strip(chr(39)).lower()}"
            if given.get("ondelete", "").strip("'").lower() in ("cascade", "restrict")
            else ""
        )
        name = name.removesuffix("_id")
    if "max_digits" in given and "decimal_places" in given:
        kind = f"decimal:{given['max_digits']},{given['decimal_places']}"
    parts = [name, kind, *_bounds(kind, given)]
    default = given.get("default")
    if default not in (None, "None", "..."):
        said = default.strip(chr(39))
        said = (
            said.rpartition(".")[2]
            if kind.startswith("enum")
            else said.lower()
            if kind == "bool"
            else said
        )
        parts.append(f"default={said}")
    if bare != annotation:
        parts.append("optional")
    if given.get("unique") == "True":
        parts.append("unique")
    return ":".join(parts)


def _enum(annotation: str, lines: list[str]) -> str | None:
    """Return the values of `Literal["a", "b"]`, or of a class of which a comment on the line gives them."""
    if annotation.startswith("Literal["):
        return "enum:" + ",".join(re.findall(r"'([\w-]+)'", annotation))
    comment = re.search(r"#\s*(\w+(?:\s*[,/|]\s*\w+)+)\s*$", "".join(lines))
    if comment is None or not re.fullmatch(r"[A-Z]\w+", annotation):
        return None
    return "enum:" + ",".join(re.split(r"\s*[,/|]\s*", comment[1]))


def _given(value: ast.expr | None) -> dict[str, str]:
    """Return what a field is given: its default, and the words of `Field(…)`."""
    if value is None:
        return {}
    if not isinstance(value, ast.Call):
        return {"default": ast.unparse(value)}
    found = {one.arg: ast.unparse(one.value) for one in value.keywords if one.arg}
    return found | ({"default": ast.unparse(value.args[0])} if value.args else {})


def _bounds(kind: str, given: dict[str, str]) -> list[str]:
    if kind == "str":
        low, high = given.get("min_length"), given.get("max_length")
        return [f"{low}..{high or ''}"] if low else [high] if high else []
    low, high = given.get("ge"), given.get("le")
    return [f"{low or ''}..{high or ''}"] if low or high else []
