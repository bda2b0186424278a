"""What is said in one function, in words that another one knows."""

from __future__ import annotations

import builtins
import re

import libcst as cst
import libcst.matchers as m

from backwright.source.outline import imported_names
from backwright.transfer.carry.items import replaced
from backwright.transfer.carry.marks import code_of
from backwright.transfer.carry.statements import assigned

_KEYS = re.compile(r"(?:^|_)(?:id|pk|uid|uuid|guid|key|slug)$")


def in_words_of(said: str, node: cst.FunctionDef, tree: cst.Module, given: str) -> str:
    """Return a statement that another function has, with no name that only that one knows.

    A row's key is the one that is `given` here. A text that was handed to a function which is not
    at hand here, such as a translator, stands by itself.

    Args:
        said: the statement.
        node: the function that is to say it.
        tree: the module of that function.
        given: the key here.
    """
    statement = cst.parse_statement(said)
    free = {n for n in _names(statement) - _known(node, tree) if not n[:1].isupper()}

    def told(one: cst.CSTNode) -> cst.CSTNode | None:
        if isinstance(one, cst.Call) and code_of(one.func) in free and len(one.args) == 1:
            return one.args[0].value
        if isinstance(one, cst.Name) and one.value in free and _KEYS.search(one.value):
            return cst.parse_expression(given)
        return None

    return code_of(replaced(statement, told)) if free else said


def _names(node: cst.CSTNode) -> set[str]:
    """Return the variables that a statement reads."""
    skipped: set[cst.CSTNode] = {
        cst.ensure_type(a, cst.Arg).keyword  # type: ignore[misc]
        for a in m.findall(node, m.Arg(keyword=m.Name()))
    }
    skipped |= {cst.ensure_type(a, cst.Attribute).attr for a in m.findall(node, m.Attribute())}
    names = (n for n in m.findall(node, m.Name()) if n not in skipped)
    return {cst.ensure_type(n, cst.Name).value for n in names}


def _known(node: cst.FunctionDef, tree: cst.Module) -> set[str]:
    params = (*node.params.params, *node.params.kwonly_params, *node.params.posonly_params)
    known = {p.name.value for p in params} | set(assigned(node.body))
    for line in tree.body:
        if isinstance(line, cst.FunctionDef | cst.ClassDef):
            known.add(line.name.value)
        known |= set(assigned(cst.IndentedBlock([line])))
    return known | set(imported_names(tree.code)) | set(dir(builtins))
