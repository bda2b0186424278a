"""Declaring an index in a model, as the project declares its own."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from backwright.project.types import Column, Model, Project
from backwright.source.imports import add_imports
from backwright.transfer.draft import Draft
from backwright.transfer.guarding.edits import Edits

_MAKERS = frozenset({"Column", "mapped_column", "Field"})
_LONGEST = 63  # of PostgreSQL's identifiers
_ARGS = "__table_args__"


@dataclass(frozen=True, slots=True)
class Declared:
    """An index that was declared: in which file, and what it is called if it has been given a name."""

    path: str
    name: str | None = None


def declare_index(
    draft: Draft, project: Project, model: Model, columns: Sequence[str], width: int = 88
) -> Declared | None:
    """Declare an index of a model's columns; nothing where its declaration cannot be edited.

    One column gets `index=True` where it stands, unless the project names such indexes itself or
    other models share the column. Everything else is an `Index(…)` of the table.
    """
    if len(columns) == 1 and not _names_indexes(project):
        column = next(one for one in model.columns if one.name == columns[0])
        if _is_own(project, column) and _flag(draft, column, width):
            return Declared(column.file)
    name = index_name(project, model, columns)
    done = _of_table(draft, model, columns, name, width)
    return Declared(model.file, name) if done else None


def index_name(project: Project, model: Model, columns: Sequence[str]) -> str:
    """Return the name of a new index, after those that the project has given."""
    given = [c.name or "" for m in project.models for c in m.constraints if c.kind == "index"]
    idx = sum(name.startswith("idx_") for name in given)
    prefix = "idx" if idx > sum(name.startswith("ix_") for name in given) else "ix"
    name = f"{prefix}_{model.table.rpartition('.')[2]}_{'_'.join(columns)}"
    return name if len(name) <= _LONGEST else name[:_LONGEST].rstrip("_")


def _names_indexes(project: Project) -> bool:
    """Tell whether the project declares indexes of one column by `Index(…)`, never by a flag."""
    named = [
        c.columns[0]
        for m in project.models
        for c in m.constraints
        if c.kind == "index" and len(c.columns) == 1
    ]
    listed = {
        (m.table, c.columns[0])
        for m in project.models
        for c in m.constraints
        if c.kind == "index" and len(c.columns) == 1
    }
    flagged = any(
        c.index and (m.table, c.name) not in listed for m in project.models for c in m.columns
    )
    return bool(named) and not flagged


def _is_own(project: Project, column: Column) -> bool:
    """Tell whether no other model has the same column from the same line: a mixin's is shared."""
    if not column.file or not column.line:
        return False
    place = (column.file, column.line)
    return sum((c.file, c.line) == place for m in project.models for c in m.columns) == 1


def _flag(draft: Draft, column: Column, width: int) -> bool:
    """Write `index=True` into a column's declaration; tell whether it could be."""
    code = draft.text(column.file)
    edits, tree = Edits(code), ast.parse(code)
    wanted: dict[str, set[str]] = {}
    statement = _declaration(tree, column)
    call = _maker(statement) if statement is not None else _call_at(tree, column)
    if call is not None:
        if _name(call) == "Field" and not _is_sqlmodel(tree, call):
            return False
        _set_index(edits, call)
    elif not isinstance(statement, ast.AnnAssign):
        return False
    elif _name(statement.annotation) in {"Mapped", "WriteOnlyMapped"}:
        if statement.value is not None:
            return False
        maker, wanted = _spelling(tree, "mapped_column", "sqlalchemy.orm")
        edits.insert(edits.end(statement.annotation), f" = {maker}(index=True)")
    else:
        wanted = _as_field(edits, tree, statement)
    draft.write(column.file, add_imports(edits.made(), wanted, width=width))
    return True


def _as_field(edits: Edits, tree: ast.Module, statement: ast.AnnAssign) -> dict[str, set[str]]:
    """Turn `name: type = default` of SQLModel into a `Field(…)` with an index."""
    maker, wanted = _spelling(tree, "Field", "sqlmodel")
    if statement.value is None:
        edits.insert(edits.end(statement.annotation), f" = {maker}(index=True)")
    else:
        start, end = edits.start(statement.value), edits.end(statement.value)
        edits.replace(start, end, f"{maker}(default={edits.text(start, end)}, index=True)")
    return wanted


def _set_index(edits: Edits, call: ast.Call) -> None:
    """Give a call `index=True`, in the layout that its arguments have."""
    given = next((one for one in call.keywords if one.arg == "index"), None)
    if given is not None:
        edits.replace(edits.start(given.value), edits.end(given.value), "True")
        return
    add_as_laid_out(edits, call, "index=True")


def add_as_laid_out(edits: Edits, call: ast.Call, text: str) -> None:
    """Give a call one more argument: on a line of its own where each of the others has one."""
    arguments = sorted(
        (*call.args, *(one.value for one in call.keywords)), key=lambda one: one.lineno
    )
    starts = {*(one.lineno for one in call.args), *(one.lineno for one in call.keywords)}
    apart = len(starts) == len(arguments) and bool(starts) and min(starts) > call.lineno
    if not apart:
        edits.add_argument(call, text)
        return
    place, _ = edits.end_of_arguments(call)
    given: list[ast.expr | ast.keyword] = [*call.args, *call.keywords]
    first = min(given, key=lambda one: one.lineno)
    edits.insert(place, f",\n{' ' * first.col_offset}{text}")


def _declaration(tree: ast.Module, column: Column) -> ast.Assign | ast.AnnAssign | None:
    """Return the statement of a class's body that declares a column."""
    for cls in ast.walk(tree):
        for one in cls.body if isinstance(cls, ast.ClassDef) else ():
            if not isinstance(one, ast.Assign | ast.AnnAssign):
                continue
            if one.lineno <= column.line <= (one.end_lineno or one.lineno):
                return one
    return None


def _maker(statement: ast.Assign | ast.AnnAssign) -> ast.Call | None:
    """Return the call that makes a declaration's column: `Column` inside `Field` counts."""
    value = statement.value
    if not isinstance(value, ast.Call) or _name(value) not in _MAKERS:
        return None
    inner = next((one.value for one in value.keywords if one.arg == "sa_column"), None)
    if inner is not None:
        return inner if isinstance(inner, ast.Call) and _name(inner) == "Column" else None
    return value


def _call_at(tree: ast.Module, column: Column) -> ast.Call | None:
    """Return the `Column("name", …)` of a `Table(…)`."""
    for one in ast.walk(tree):
        if isinstance(one, ast.Call) and _name(one) == "Column" and one.lineno == column.line:
            first = one.args[0] if one.args else None
            if isinstance(first, ast.Constant) and first.value == column.name:
                return one
    return None


def _name(node: ast.expr) -> str:
    if isinstance(node, ast.Call):
        return _name(node.func)
    if isinstance(node, ast.Subscript):
        return _name(node.value)
    return node.attr if isinstance(node, ast.Attribute) else getattr(node, "id", "")


def _is_sqlmodel(tree: ast.Module, call: ast.Call) -> bool:
    if isinstance(call.func, ast.Attribute):
        return ast.unparse(call.func.value) == "sqlmodel"
    return any(
        isinstance(one, ast.ImportFrom)
        and one.module == "sqlmodel"
        and any((alias.asname or alias.name) == _name(call) for alias in one.names)
        for one in tree.body
    )


def _spelling(tree: ast.Module, name: str, module: str) -> tuple[str, dict[str, set[str]]]:
    """Return how a module writes a library's name, and what it has to import for that."""
    for one in ast.walk(tree):
        if isinstance(one, ast.Attribute) and one.attr == name:
            return ast.unparse(one), {}
    bound = {alias.asname or alias.name for node in _froms(tree) for alias in node.names}
    if name in bound:
        return name, {}
    whole = {
        alias.name: alias.asname or alias.name
        for node in tree.body
        if isinstance(node, ast.Import)
        for alias in node.names
    }
    if module in whole:
        return f"{whole[module]}.{name}", {}
    return name, {module: {name}}


def _froms(tree: ast.Module) -> Iterator[ast.ImportFrom]:
    yield from (one for one in tree.body if isinstance(one, ast.ImportFrom))


def _of_table(draft: Draft, model: Model, columns: Sequence[str], name: str, width: int) -> bool:
    """Write `Index(name, …)` into a table's arguments, or behind its class."""
    code = draft.text(model.file)
    edits, tree = Edits(code), ast.parse(code)
    maker, wanted = _spelling(tree, "Index", _home(tree))
    listed = ", ".join(_quoted(code, one) for one in (name, *columns))
    index = f"{maker}({listed})"
    cls = next((n for n in ast.walk(tree) if _is_class_at(n, model.line)), None)
    if isinstance(cls, ast.ClassDef):
        _into_class(draft, edits, cls, index, f"{maker}({_quoted(code, name)}, ", columns)
    else:
        table = next((n for n in ast.walk(tree) if _is_table_at(n, model)), None)
        if not isinstance(table, ast.Call):
            return False
        add_as_laid_out(edits, table, index)
    draft.write(model.file, add_imports(edits.made(), wanted, width=width))
    return True


def _home(tree: ast.Module) -> str:
    """Return the library that a module takes its constraints from: SQLModel has them, too."""
    modules = [node.module for node in _froms(tree)]
    return "sqlmodel" if "sqlmodel" in modules and "sqlalchemy" not in modules else "sqlalchemy"


def _quoted(code: str, text: str) -> str:
    mark = "'" if len(re.findall(r"'\w+'", code)) > len(re.findall(r'"\w+"', code)) else '"'
    return f"{mark}{text}{mark}"


def _is_class_at(node: ast.AST, line: int) -> bool:
    return isinstance(node, ast.ClassDef) and node.lineno == line


def _is_table_at(node: ast.AST, model: Model) -> bool:
    if not isinstance(node, ast.Call) or _name(node) != "Table" or not node.args:
        return False
    first = node.args[0]
    named = isinstance(first, ast.Constant) and first.value == model.table.rpartition(".")[2]
    return named or node.lineno == model.line


def _into_class(
    draft: Draft,
    edits: Edits,
    cls: ast.ClassDef,
    index: str,
    opening: str,
    columns: Sequence[str],
) -> None:
    own = next((one for one in cls.body if _binds(one, _ARGS)), None)
    if own is not None and isinstance(own, ast.Assign | ast.AnnAssign) and own.value is not None:
        if _extended(edits, own.value, index):
            return
    elif own is None and not _inherits_arguments(draft, cls):
        _begun(edits, cls, index)
        return
    inside = ", ".join(f"{cls.name}.{one}" for one in columns)
    end = edits.end(cls.body[-1])
    edits.insert(end, f"\n\n\n{opening}{inside})")


def _extended(edits: Edits, value: ast.expr, index: str) -> bool:
    """Put an index into table arguments that are there; tell whether they are of a known form."""
    if isinstance(value, ast.Dict):
        edits.insert(edits.start(value), f"({index}, ")
        edits.insert(edits.end(value), ")")
        return True
    if not isinstance(value, ast.Tuple):
        return False
    parts = list(value.elts)
    options = parts.pop() if parts and isinstance(parts[-1], ast.Dict) else None
    apart = bool(value.elts) and value.elts[0].lineno > value.lineno
    gap = f",\n{' ' * value.elts[0].col_offset}" if apart else ", "
    if parts:
        edits.insert(edits.end(parts[-1]), f"{gap}{index}")
    elif options is not None:
        edits.insert(edits.start(options), f"{index}{gap}")
    else:
        edits.replace(edits.start(value), edits.end(value), f"({index},)")
    return True


def _begun(edits: Edits, cls: ast.ClassDef, index: str) -> None:
    """Give a class table arguments: behind its name where that stands, else at the top."""
    line = f"{_ARGS} = ({index},)"
    named = next((one for one in cls.body if _binds(one, "__tablename__")), None)
    if named is not None and not isinstance(named, ast.FunctionDef):
        edits.insert(edits.end(named), f"\n{' ' * named.col_offset}{line}")
        return
    first = cls.body[0]
    is_text = isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant)
    if is_text and len(cls.body) > 1:
        edits.insert(edits.end(first), f"\n\n{' ' * first.col_offset}{line}")
        return
    start = min([first.lineno, *(one.lineno for one in getattr(first, "decorator_list", ()))])
    if start == cls.lineno or is_text:  # `class A(Base): pass`
        edits.insert(edits.end(first), f"\n{' ' * (cls.col_offset + 4)}{line}")
        return
    edits.line_before(first, f"{line}\n")


def _binds(node: ast.stmt, name: str) -> bool:
    if isinstance(node, ast.FunctionDef):
        return node.name == name
    targets = node.targets if isinstance(node, ast.Assign) else [getattr(node, "target", None)]
    return any(isinstance(one, ast.Name) and one.id == name for one in targets)


def _inherits_arguments(draft: Draft, cls: ast.ClassDef) -> bool:
    """Tell whether a class has table arguments from a base, which its own would hide."""
    codes = [draft.text(path) for path in draft.modules()]
    waiting, seen = [_name(base) for base in cls.bases], set[str]()
    while waiting:
        name = waiting.pop()
        if name in seen:
            continue
        seen.add(name)
        begins = re.compile(rf"^\s*class {re.escape(name)}\b", re.MULTILINE) if name else None
        for code in codes if begins else ():
            found = begins.search(code) if begins else None
            base = _class_named(code, name) if found else None
            if base is None:
                continue
            if any(_binds(one, _ARGS) for one in base.body):
                return True
            waiting += [_name(one) for one in base.bases]
    return False


def _class_named(code: str, name: str) -> ast.ClassDef | None:
    tree = ast.parse(code)
    return next(
        (one for one in ast.walk(tree) if isinstance(one, ast.ClassDef) and one.name == name), None
    )
