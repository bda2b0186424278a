"""Adding names to a module's imports, in the module's own order and layout."""

from __future__ import annotations

import ast
import builtins
import re
import sys
from collections.abc import Iterable, Sequence
from itertools import pairwise

from backwright.source.fallback import tree_of
from backwright.source.outline import Statement, outline
from backwright.source.text import Splice, indent_by, splice

# Libraries that what is added to a project may need; a module of any other name is its own.
_LIBRARIES = frozenset(
    {
        "alembic",
        "fastapi",
        "httpx",
        "jwt",
        "limits",
        "pydantic",
        "pytest",
        "pytest_asyncio",
        "sqlalchemy",
        "sqlmodel",
        "starlette",
        "typing_extensions",
    }
)


def add_imports(code: str, wanted: dict[str, set[str]], *, width: int = 88) -> str:
    """Return the code with every wanted import that it lacks.

    Args:
        code: the module.
        wanted: module → names. A name may be `Enum as SQLEnum`; no name, or an empty one, means
            `import MODULE`, where the module may be `sqlalchemy as sa`.
        width: the longest line, in characters; an import that is longer already may be so.
    """
    width = max(width, _longest(code))
    for module in sorted(wanted):
        names = wanted[module]
        if not names or "" in names:
            code = _add_module(code, module)
        if named := names - {""}:
            code = _add_from(code, module, named, width)
    return code


def add_typing_imports(code: str, wanted: dict[str, set[str]], *, width: int = 88) -> str:
    """Return the code with the wanted imports under `if TYPE_CHECKING:`, made if it lacks one."""
    block = _typing_block(code)
    # a name that another spelling of its module brings, such as a relative one, is there already
    there = _bound([*(s.node for s in outline(code)), *(block.body if block else ())])
    wanted = {
        m: left
        for m, names in wanted.items()
        if (left := {n for n in names if n.rpartition(" ")[2] not in there})
    }
    if not wanted:
        return code
    if block is None:
        code = add_imports(code, {"typing": {"TYPE_CHECKING"}}, width=width)
        lines = "".join(
            _render(m, sorted(wanted[m], key=_order), width - 4) for m in sorted(wanted)
        )
        line = _imports(outline(code))[-1].end + 1
        text = f"\nif TYPE_CHECKING:\n{indent_by(lines, '    ')}"
        return splice(code, [Splice(line, line, text)])
    inside = code.splitlines(keepends=True)[block.body[0].lineno - 1 : block.end_lineno]
    indent = inside[0][: len(inside[0]) - len(inside[0].lstrip())]
    body = "".join(line.removeprefix(indent) for line in inside)
    added = indent_by(add_imports(body, wanted, width=width - len(indent)), indent)
    end = (block.end_lineno or block.lineno) + 1
    return splice(code, [Splice(block.body[0].lineno, end, added.replace("\r\n", "\n"))])


def leaves_unbound(code: str, but: Iterable[str]) -> bool:
    """Tell whether a module names classes in quotes that it does not import, for nobody's linter.

    Args:
        code: the module.
        but: names that do not count.
    """
    if "noqa" in code or "F821" in code:
        return False
    block = _typing_block(code)
    bound = {name for s in outline(code) for name in s.names} | set(dir(builtins)) | set(but)
    bound |= _bound([*(s.node for s in outline(code)), *(block.body if block else ())])
    fields = (n for n in ast.walk(tree_of(code)) if isinstance(n, ast.AnnAssign))
    quoted = {
        word
        for field in fields
        for node in ast.walk(field.annotation)
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
        for word in re.findall(r"[A-Za-z_][\w.]*", node.value)
    }
    return any(word.partition(".")[0] not in bound for word in quoted if word[:1].isupper())


def _longest(code: str) -> int:
    """Return the length of the longest import that stands on one line."""
    lines = code.splitlines()
    return max((len(lines[s.node.lineno - 1]) for s in _imports(outline(code))), default=0)


def _typing_block(code: str) -> ast.If | None:
    for statement in outline(code):
        node = statement.node
        if isinstance(node, ast.If) and ast.unparse(node.test).endswith("TYPE_CHECKING"):
            return node
    return None


def _bound(statements: Iterable[ast.stmt]) -> set[str]:
    """Return the names that `from` imports among some statements bring."""
    nodes = (node for node in statements if isinstance(node, ast.ImportFrom))
    return {alias.asname or alias.name for node in nodes for alias in node.names}


def _imports(statements: Iterable[Statement]) -> list[Statement]:
    return [s for s in statements if isinstance(s.node, ast.Import | ast.ImportFrom)]


def _add_module(code: str, module: str) -> str:
    """Add `import MODULE`; it stands before the `from` imports of its kin."""
    statements = outline(code)
    imports = _imports(statements)
    for statement in imports:
        node = statement.node
        if isinstance(node, ast.Import) and module in {_written(alias) for alias in node.names}:
            return code
    return _inserted(code, module, f"import {module}\n", imports, plain=True)


def _add_from(code: str, module: str, names: set[str], width: int) -> str:
    statements = outline(code)
    imports = _imports(statements)
    kin = [
        s.node for s in imports if isinstance(s.node, ast.ImportFrom) and _module(s.node) == module
    ]
    have = {_written(alias) for node in kin for alias in node.names}
    missing = names - have
    if not missing or "*" in have:
        return code
    if len(kin) > 1 and all(len(node.names) == 1 for node in kin):  # one name a line
        return splice(code, [_single(kin, module, name) for name in sorted(missing, key=_order)])
    for node in kin:
        if _is_packed(node):
            return splice(code, [_appended(code, node, missing, width)])
        if not _has_comment(code, node):
            return splice(code, [Splice(node.lineno, _after(node), _widened(node, missing, width))])
    text = _render(module, sorted(missing, key=_order), width)
    if kin:
        return splice(code, [Splice(_after(kin[-1]), _after(kin[-1]), text)])
    return _inserted(code, module, text, imports)


def _single(kin: Sequence[ast.ImportFrom], module: str, name: str) -> Splice:
    """Import one name on a line of its own, by the alphabet among its like."""
    before = [n for n in kin if _written(n.names[0]).lower() < name.lower()]
    line = _after(before[-1]) if before else kin[0].lineno
    return Splice(line, line, f"from {module} import {name}\n")


def _inserted(
    code: str, module: str, text: str, imports: list[Statement], *, plain: bool = False
) -> str:
    """Put an import in its place; a group that it opens is set apart by a blank line."""
    line = (_before_from(module, imports) if plain else None) or _place(
        module, outline(code), imports
    )
    before = [s for s in imports if s.end < line]
    after = [s for s in imports if s.start >= line]
    group = _group(module)
    is_below_gap = line > 1 and not code.splitlines()[line - 2].strip()
    is_next = bool(after) and after[0].start == line
    is_mixed = (
        is_next and _group(_named(after[0].node)) == group
    )  # its kin stands below another one
    if (
        before
        and not is_below_gap
        and not is_mixed
        and _are_apart(imports, _group(_named(before[-1].node)), group)
    ):
        text = f"\n{text}"
    if is_next and _are_apart(imports, group, _group(_named(after[0].node))):
        text = f"{text}\n"
    return splice(code, [Splice(line, line, text)])


def _are_apart(imports: Sequence[Statement], left: int, right: int) -> bool:
    """Tell whether blank lines stand between two groups of imports: as between others, or ever."""
    if left == right:
        return False
    pairs = [
        (one, next_)
        for one, next_ in pairwise(imports)
        if _group(_named(one.node)) != _group(_named(next_.node))
        and (_is_standard(one) or _is_standard(next_)) == (min(left, right) <= 1)
    ]
    return not pairs or any(next_.start > one.end + 1 for one, next_ in pairs)


def _is_standard(statement: Statement) -> bool:
    return _group(_named(statement.node)) <= 1


def _is_packed(node: ast.ImportFrom) -> bool:
    """Tell whether an import takes several lines, and several names stand on one of them."""
    lines = [alias.lineno for alias in node.names]
    return node.end_lineno != node.lineno and (
        len(set(lines)) < len(lines) or lines[0] == node.lineno
    )


def _appended(code: str, node: ast.ImportFrom, missing: set[str], width: int) -> Splice:
    """Add names behind the last one of an import that keeps its lines otherwise."""
    last = node.names[-1]
    line = code.splitlines()[(last.end_lineno or 1) - 1]
    head = line.encode()[: last.end_col_offset].decode()
    rest = line[len(head) :]
    margin = line[: len(line) - len(line.lstrip())]
    for name in sorted(missing, key=_order):
        longer = f"{head}, {name}"
        shown = len(longer.rpartition("\n")[2]) + len(rest)
        head = longer if shown <= width else f"{head},\n{margin}{name}"
    end = last.end_lineno or 1
    return Splice(end, end + 1, f"{head}{rest}\n")


def _widened(node: ast.ImportFrom, missing: set[str], width: int) -> str:
    """Return an import with more names, each at its place if the others stand in order."""
    names = [_written(alias) for alias in node.names]
    ordered = names == sorted(names, key=_order)
    alphabetic = names == sorted(names, key=str.lower)
    for name in sorted(missing, key=_order):
        if ordered:
            at = sum(_order(other) < _order(name) for other in names)
        elif alphabetic:
            at = sum(other.lower() < name.lower() for other in names)
        else:
            at = len(names)
        names.insert(at, name)
    return _render(_module(node), names, width, exploded=node.end_lineno != node.lineno)


def _has_comment(code: str, node: ast.ImportFrom) -> bool:
    return any("#" in line for line in code.splitlines()[node.lineno - 1 : _after(node) - 1])


def _after(node: ast.stmt) -> int:
    return (node.end_lineno or node.lineno) + 1


def _module(node: ast.ImportFrom) -> str:
    return "." * node.level + (node.module or "")


def _written(alias: ast.alias) -> str:
    return f"{alias.name} as {alias.asname}" if alias.asname else alias.name


def _before_from(module: str, imports: Sequence[Statement]) -> int | None:
    """Return the line of an `import MODULE` in its group, whose `from` imports stand behind the plain ones.

    None where the group has no `from` imports, or the module mixes them with plain ones.
    """
    group = [s for s in imports if _group(_named(s.node)) == _group(module)]
    froms = [s for s in group if isinstance(s.node, ast.ImportFrom)]
    plain = [s for s in group if isinstance(s.node, ast.Import)]
    if not froms or any(one.start > froms[0].start for one in plain):
        return None
    later = next((one for one in plain if _named(one.node) > module), None)
    return (later or froms[0]).start


def _place(module: str, statements: Sequence[Statement], imports: list[Statement]) -> int:
    """Return the line before which a new import stands: by the alphabet among its neighbors.

    Without neighbors it comes after the last of its group: the standard library's, other
    people's, the project's own.
    """
    package = module.partition(" ")[0].partition(".")[0]
    kin = [s for s in imports if _package(s.node) == package]
    for statement in kin:
        node = statement.node
        if isinstance(node, ast.ImportFrom) and _module(node) > module:
            return node.lineno
    if kin:
        return kin[-1].end + 1
    if imports:
        group = _group(module)
        earlier = [s for s in imports if _group(_named(s.node)) <= group]
        return earlier[-1].end + 1 if earlier else imports[0].start
    first = statements[0] if statements else None
    is_docstring = first and isinstance(first.node, ast.Expr)
    return (first.end + 1 if is_docstring else first.start) if first else 1


def _group(module: str) -> int:
    """Return the group that a module is imported in; unknown ones count as the project's own."""
    package = module.partition(" ")[0].partition(".")[0]
    if package in sys.stdlib_module_names:
        return 0 if package == "__future__" else 1
    return 2 if package in _LIBRARIES else 3


def _named(node: ast.stmt) -> str:
    if isinstance(node, ast.ImportFrom):
        return _module(node)
    return node.names[0].name if isinstance(node, ast.Import) else ""


def _package(node: ast.stmt) -> str:
    if isinstance(node, ast.ImportFrom):
        return _module(node).partition(".")[0]
    return node.names[0].name.partition(".")[0] if isinstance(node, ast.Import) else ""


def _render(module: str, names: Sequence[str], width: int, *, exploded: bool = False) -> str:
    line = f"from {module} import {', '.join(names)}\n"
    if len(line) - 1 <= width and not exploded:
        return line
    inner = "".join(f"    {name},\n" for name in names)
    return f"from {module} import (\n{inner})\n"


def _order(written: str) -> tuple[int, str]:
    """Order names as isort does by type: CONSTANTS, then Classes, then functions."""
    name = written.partition(" ")[0]
    if name.isupper() and len(name) > 1:
        return 0, name
    return (1, name) if name[:1].isupper() else (2, name)
