"""Reading how columns are written: types, nullability, defaults, indexes, aliases."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Iterable, Sequence

from backwright.spec.names import names_of
from backwright.transfer.dialect.columns import (
    ColumnCode,
    Sources,
    imported_as,
    innermost,
    keyword,
    last_word,
    majority,
)
from backwright.transfer.dialect.facts import Alias, ModelHabits, Optional_, Orm, SqlType
from backwright.transfer.dialect.spelling import Spelling, meant


def orm_of(columns: Sequence[ColumnCode], sqlmodel: bool) -> Orm:  # noqa: FBT001
    """Return which of the three ways the exemplar's columns are declared in."""
    if sqlmodel:
        return "sqlmodel"
    mapped = sum(c.is_mapped for c in columns)
    return "mapped" if mapped * 2 >= max(len(columns), 1) else "column"


def read_model_habits(
    sources: Sources, words: Spelling, exemplar: Sequence[ColumnCode], rest: Sequence[ColumnCode]
) -> ModelHabits:
    """Return the habits of columns, the exemplar's first, then those of the other models."""

    def ask(question: Callable[[ColumnCode], str | None], default: str) -> str:
        own = [v for c in exemplar if (v := question(c))]
        return majority(own or [v for c in rest if (v := question(c))], default)

    everything = [*exemplar, *rest]
    data = [c for c in everything if not c.fact.primary_key]
    return ModelHabits(
        words=words,
        types=_types(data),
        explicit=ask(_names_its_type, "no") == "yes",
        implied=_implied(sources),
        aliases=_aliases(sources),
        sized=ask(_has_length, "yes") == "yes",
        says_not_null=ask(_says_not_null, "no") == "yes",
        says_null=ask(_says_null, "no") == "yes",
        optional=optional_habit(ask(_optional, "")),
        python_default=ask(_python_default, "yes") == "yes",
        comments=ask(_comment, "no") == "yes",
        flags=any(c.option("index") or c.option("unique") for c in everything)
        or not _indexes_in_arguments(sources, everything),
        keyword_type=_keyword_type(data),
    )


def _keyword_type(columns: Iterable[ColumnCode]) -> bool | None:
    """Tell whether types are given by `sa_type` or in an `sa_column`; None where by neither."""
    calls = [_call(column) for column in columns]
    if any(keyword(call, "sa_type") for call in calls):
        return True
    return False if any(keyword(call, "sa_column") for call in calls) else None


def _call(column: ColumnCode) -> ast.Call | None:
    value = column.node.value
    return value if isinstance(value, ast.Call) else None


def optional_habit(value: str) -> Optional_:
    """Return a habit of writing "may be None", the modern one unless the other was seen."""
    return "Optional[X]" if value == "Optional[X]" else "X | None"


def _types(columns: Iterable[ColumnCode]) -> dict[str, SqlType | None]:
    """Return for each kind the type that is named most often; None where it is mostly not."""
    votes: dict[str, list[SqlType | None]] = {}
    for column in columns:
        if column.fact.foreign_key or column.kind in ("enum", "other"):
            continue
        named = column.type_node is not None
        if named and column.sql_type is None:
            continue
        votes.setdefault(column.kind, []).append(column.sql_type)
    return {kind: _most(found) for kind, found in votes.items()}


def _most(found: Sequence[SqlType | None]) -> SqlType | None:
    """Return the commonest type; lengths and precisions do not set types apart."""
    groups: dict[object, list[SqlType | None]] = {}
    for one in found:
        key = None if one is None else (one.module, one.name, _flags_of(one))
        groups.setdefault(key, []).append(one)
    return max(groups.values(), key=len)[0]


def _flags_of(one: SqlType) -> str:
    return ",".join(p for p in (one.arguments or "").split(", ") if "=" in p)


def _names_its_type(column: ColumnCode) -> str | None:
    if column.call is None:
        return "no" if column.annotation is not None else None
    if column.fact.foreign_key or column.kind in ("text", "decimal", "json", "enum", "datetime"):
        return None
    node = column.type_node
    if isinstance(node, ast.Call) and node.args:
        return None  # a length has to be said somewhere
    return "yes" if node is not None else "no"


def _has_length(column: ColumnCode) -> str | None:
    if column.kind != "str" or column.fact.foreign_key or column.fact.primary_key:
        return None
    if column.option("max_length") is not None:
        return "yes"
    return "yes" if re.search(r"\(\d+|length", column.fact.type) else "no"


def _says_not_null(column: ColumnCode) -> str | None:
    if column.fact.nullable or column.fact.primary_key or column.call is None:
        return None
    return "yes" if column.option("nullable") is not None else "no"


def _says_null(column: ColumnCode) -> str | None:
    if not column.fact.nullable or column.call is None:
        return None
    return "yes" if column.option("nullable") is not None else "no"


def _optional(column: ColumnCode) -> str | None:
    return optional_form(column.annotation)


def optional_form(annotation: ast.expr | None) -> str | None:
    """Return how an annotation says that it may be None, None where it does not."""
    if annotation is None:
        return None
    for node in ast.walk(annotation):
        if isinstance(node, ast.Subscript) and last_word(node.value) == "Optional":
            return "Optional[X]"
        if isinstance(node, ast.BinOp) and isinstance(node.op, ast.BitOr):
            return "X | None"
    return None


def _default(column: ColumnCode, name: str) -> ast.expr | None:
    found = column.option(name)
    if found is None and name == "server_default":
        found = _in_dict(column.option("sa_column_kwargs"), name)
    empty = isinstance(found, ast.Constant) and found.value in (None, ...)
    return None if empty else found


def _in_dict(node: ast.expr | None, name: str) -> ast.expr | None:
    if not isinstance(node, ast.Dict):
        return None
    pairs = zip(node.keys, node.values, strict=True)
    return next((v for k, v in pairs if isinstance(k, ast.Constant) and k.value == name), None)


def _has_default(column: ColumnCode) -> bool:
    names = ("default", "server_default", "default_factory", "insert_default")
    return any(_default(column, name) is not None for name in names)


def _python_default(column: ColumnCode) -> str | None:
    if column.fact.primary_key or not _has_default(column):
        return None
    names = ("default", "default_factory", "insert_default")
    return "yes" if any(_default(column, n) is not None for n in names) else "no"


def _comment(column: ColumnCode) -> str | None:
    if column.call is None or column.inherited:
        return None
    return "yes" if column.option("comment") is not None else "no"


def _indexes_in_arguments(sources: Sources, columns: Iterable[ColumnCode]) -> bool:
    files = dict.fromkeys(c.fact.file for c in columns)
    for file in files:
        tree = sources.tree(file)
        for node in ast.walk(tree) if tree else ():
            if isinstance(node, ast.Call) and last_word(node) in ("Index", "UniqueConstraint"):
                return True
    return False


def _implied(sources: Sources) -> dict[str, str]:
    """Return what the base's `type_annotation_map` makes of Python types."""
    found: dict[str, str] = {}
    for _, tree in sources.modules():
        for node in ast.walk(tree):
            if not isinstance(node, ast.Assign | ast.AnnAssign):
                continue
            target = node.targets[0] if isinstance(node, ast.Assign) else node.target
            if last_word(target) == "type_annotation_map" and isinstance(node.value, ast.Dict):
                pairs = zip(node.value.keys, node.value.values, strict=True)
                found |= {ast.unparse(k).rpartition(".")[2]: ast.unparse(v) for k, v in pairs if k}
    return found


def _aliases(sources: Sources) -> dict[Alias, tuple[str, str]]:
    """Return aliases such as `str50 = Annotated[str, mapped_column(String(50))]`.

    Those that say more than a type, null and unique (a key, a default) are left to the columns
    they were made for.
    """
    found: dict[Alias, tuple[str, str]] = {}
    for file, tree in sources.modules():
        for node in tree.body:
            if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
                entry = _alias(node.value, sources.words(file))
                if entry:
                    name = node.targets[0].id
                    found.setdefault(entry, (imported_as(sources, file, {name}), name))
    return found


def _alias(node: ast.expr | None, words: Spelling) -> Alias | None:
    if not (isinstance(node, ast.Subscript) and last_word(node.value) == "Annotated"):
        return None
    parts = node.slice.elts if isinstance(node.slice, ast.Tuple) else []
    if len(parts) != 2 or innermost(parts[0]) != "str" or not isinstance(parts[1], ast.Call):
        return None
    call, options = parts[1], set[str]()
    if last_word(call) == "mapped_column":
        options = {k.arg or "" for k in call.keywords if ast.unparse(k.value) == "True"}
        said = {k.arg for k in call.keywords}
        if not said <= {"unique", "nullable"} or len(call.args) > 1:
            return None
        if not call.args:
            return "str", None, "nullable" in options, "unique" in options
        call = call.args[0] if isinstance(call.args[0], ast.Call) else call
    lengths = [a.value for a in call.args if isinstance(a, ast.Constant)]
    is_string = meant(call, words).rpartition(".")[2] == "String"
    if is_string and len(lengths) == 1 and isinstance(lengths[0], int):
        return "str", lengths[0], "nullable" in options, "unique" in options
    return None


def stem_of(model: str) -> str:
    """Return a model class's name without `Model`, `Table`, `Orm`, `Entity`."""
    names = names_of(model)
    words = names.snake.split("_")
    while len(words) > 1 and words[-1] in ("model", "table", "orm", "entity", "db"):
        words.pop()
    return names_of("_".join(words)).pascal
