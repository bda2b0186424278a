"""Chains of calls that make one statement: what stands in them, and what of it is scoped where."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator

from backwright.transfer.grow.sources import last_name
from backwright.transfer.guarding.owned import Owned

_DUMPS = ("dict", "model_dump", "to_dict", "asdict")
_JOINS = ("join", "outerjoin")
_CONDITIONS = ("where", "filter")
# What may stand before the conditions of a statement, and leaves it what it is.
_BEFORE = ("options", "select_from", "order_by", "group_by", "distinct", "values", "execution_options",
           "with_for_update", *_JOINS)  # fmt: skip
_OVERWRITING = ("on_conflict_do_update", "on_duplicate_key_update")


def root_of(node: ast.expr) -> ast.AST:
    """Return the call that a chain of calls begins with."""
    while isinstance(node, ast.Call):
        callee = node.func
        if not isinstance(callee, ast.Attribute) or callee.attr in ("select", "query"):
            break
        node = callee.value
    return node


def is_query(node: ast.expr) -> bool:
    """Tell whether a chain of calls begins with `session.query(…)`."""
    root = root_of(node)
    return isinstance(root, ast.Call) and last_name(root.func) == "query"


def chain_of(within: ast.AST, root: ast.Call) -> Iterator[ast.Call]:
    """Yield the calls of the chain that begins with one."""
    for node in ast.walk(within):
        if isinstance(node, ast.Call) and node is not root and root_of(node) is root:
            yield node


def condition_after(within: ast.AST, place: ast.Call) -> ast.Call | None:
    """Return the call that says which rows a statement means, if one more condition can join those there.

    Args:
        within: the function that the statement stands in.
        place: the call of the statement that names the rows. What `filter_by` says is of the rows that
            were named last: of them only where no others are named between.
    """
    root = root_of(place)
    chain = chain_of(within, root) if isinstance(root, ast.Call) else ()
    following = sorted((one for one in chain if _end(one) > _end(place)), key=_end)
    is_joined = place is not root
    for call in following:
        name = last_name(call.func)
        if name in _CONDITIONS:
            return call if call.args and not call.keywords else None
        if name == "filter_by":
            is_plain = not is_joined and all(keyword.arg for keyword in call.keywords)
            return call if is_plain and call.keywords and not call.args else None
        if name not in _BEFORE:
            return None
        is_joined |= name in (*_JOINS, "select_from")
    return None


def _end(node: ast.expr) -> tuple[int, int]:
    return node.end_lineno or 0, node.end_col_offset or 0


def values_of(within: ast.AST, insert: ast.Call) -> ast.Call | None:
    """Return the `.values(…)` of an insert that a column can be added to, if it only adds rows."""
    chain = {last_name(call.func): call for call in chain_of(within, insert)}
    found = chain.get("values")
    if found is None or any(name in chain for name in _OVERWRITING):
        return None
    if not found.args:
        return found if found.keywords else None
    is_one = len(found.args) == 1 and not found.keywords and _is_mapping(within, found.args[0])
    return found if is_one else None


def _is_mapping(within: ast.AST, node: ast.expr) -> bool:
    """Tell whether an expression surely is a dictionary of one row, and no list of such."""
    if isinstance(node, ast.Call):
        return last_name(node.func) in _DUMPS
    if not isinstance(node, ast.Name):
        return isinstance(node, ast.Dict)
    set_to = [
        one.value
        for one in ast.walk(within)
        if isinstance(one, ast.Assign) and any(ast.unparse(t) == node.id for t in one.targets)
    ]
    kinds = [
        one.annotation
        for one in ast.walk(within)
        if isinstance(one, ast.arg) and one.arg == node.id and one.annotation
    ]
    is_said = any(re.match(r"(typing\.)?(d|D)ict\b", ast.unparse(one)) for one in kinds)
    is_set = bool(set_to) and all(
        not isinstance(one, ast.Name) and _is_mapping(within, one) for one in set_to
    )
    return is_said or is_set


def are_related(one: Owned, other: Owned) -> bool:
    """Tell whether rows of two tables that belong together belong to the same account."""
    pairs = ((one, other), (other, one))
    return any(a.through is not None and a.through[1].model is b.model for a, b in pairs)


def is_outer(call: ast.Call) -> bool:
    """Tell whether a join keeps the rows that it finds nothing for."""
    name = last_name(call.func)
    said = (k.value for k in call.keywords if k.arg in ("isouter", "full"))
    is_said = any(isinstance(one, ast.Constant) and one.value is True for one in said)
    return name == "outerjoin" or (name == "join" and is_said)


def counted_only(root: ast.Call, chain: Iterable[ast.Call]) -> list[ast.expr]:
    """Return what a statement joins for nothing but to count its rows, beside others that it selects.

    Whose the counted rows are is no matter: they are those of a row that is found. A condition for
    them would leave out the rows that have none, where the join is an outer one.
    """
    counts = [one for arg in root.args for one in ast.walk(arg)
              if isinstance(one, ast.Call) and last_name(one.func) == "count"]  # fmt: skip
    inside = {part for one in counts for part in ast.walk(one)}
    plain = {ast.unparse(one) for arg in root.args for one in ast.walk(arg)
             if isinstance(one, ast.Name | ast.Attribute) and one not in inside}  # fmt: skip
    joined = {ast.unparse(call.args[0]): call.args[0] for call in chain
              if last_name(call.func) in _JOINS and call.args}  # fmt: skip
    said = {ast.unparse(one) for one in inside if isinstance(one, ast.Name | ast.Attribute)}
    return [node for name, node in joined.items() if name in said and name not in plain]
