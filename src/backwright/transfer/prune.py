"""Taking something out of a project: names are doomed, and what speaks of them goes with them.

From each place that refers to a doomed name the smallest whole thing is removed: an import, a
parameter, an argument, an element, a condition, a statement, a definition. A test that speaks of
a doomed name goes as a whole. What was only there for a removed thing becomes doomed in turn.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

import libcst as cst

from backwright.transfer.trim import refers, trim, trim_docstring

Body = Sequence[cst.BaseStatement]


def prune(sources: Mapping[str, str], doomed: set[str]) -> dict[str, str]:
    """Return the modules (path → source) without everything that refers to the doomed names.

    Args:
        sources: the project's modules; those of doomed things as a whole are left out already.
        doomed: names of classes, functions, parameters and imported modules.
    """
    trees = {path: cst.parse_module(code) for path, code in sources.items()}
    doomed = set(doomed)
    while True:
        before = len(doomed)
        trees = {path: _Pruner(doomed).module(tree) for path, tree in trees.items()}
        if len(doomed) == before:
            return {path: tree.code for path, tree in trees.items()}


class _Pruner:
    """One pass over one module; names that lose their definition are added to `doomed`."""

    def __init__(self, doomed: set[str]) -> None:
        self.doomed = doomed

    def module(self, tree: cst.Module) -> cst.Module:
        """Return the module pruned."""
        return tree.with_changes(body=self._statements(tree.body, self.doomed))

    def _statements(self, body: Body, doomed: set[str]) -> list[cst.BaseStatement]:
        kept: list[cst.BaseStatement] = []
        for statement in body:
            pruned = self._statement(statement, doomed)
            if pruned is not None:
                kept.append(pruned)
        return kept

    def _statement(self, node: cst.BaseStatement, doomed: set[str]) -> cst.BaseStatement | None:
        if isinstance(node, cst.SimpleStatementLine):
            return self._simple(node, doomed)
        if isinstance(node, cst.FunctionDef):
            return self._function(node, doomed)
        if isinstance(node, cst.ClassDef):
            return self._class(node, doomed)
        if isinstance(node, cst.If | cst.For | cst.While | cst.With | cst.Try):
            return self._compound(node, doomed)
        return None if refers(node, doomed) else node

    def _simple(
        self, node: cst.SimpleStatementLine, doomed: set[str]
    ) -> cst.SimpleStatementLine | None:
        small = node.body[0]
        if isinstance(small, cst.ImportFrom):
            kept = _import_without(small, doomed)
            return node.with_changes(body=[kept]) if kept else None
        if isinstance(small, cst.Import):
            return None if any(_alias_is(a, doomed) for a in small.names) else node
        if _targets(small) & doomed:
            return None
        if not refers(node, doomed):
            return node
        trimmed = trim(node, doomed)
        if not refers(trimmed, doomed):
            return trimmed
        doomed |= _targets(small)
        return None

    def _function(self, node: cst.FunctionDef, doomed: set[str]) -> cst.FunctionDef | None:
        name = node.name.value
        if name in doomed:
            return None
        if name.startswith("test_") and refers(node, doomed):
            return None
        gone = {p.name.value for p in node.params.params if _is_doomed(p, doomed)}
        gone |= {p.name.value for p in node.params.kwonly_params if _is_doomed(p, doomed)}
        inside = doomed | gone
        body = self._block(node.body, inside, gone)
        if body is None or (_only_docstring(body) and not _only_docstring(node.body)):
            self.doomed.add(name)
            return None
        decorators = [d for d in node.decorators if not refers(d, doomed)]
        returns = node.returns
        if returns and refers(returns, doomed):
            returns = None
        return node.with_changes(
            params=_params_without(node.params, gone),
            body=body,
            decorators=[trim(d, doomed) for d in decorators],
            returns=returns,
        )

    def _class(self, node: cst.ClassDef, doomed: set[str]) -> cst.ClassDef | None:
        if node.name.value in doomed:
            return None
        if any(refers(base, doomed) for base in node.bases):
            self.doomed.add(node.name.value)
            return None
        body = self._block(node.body, set(doomed), set())
        if body is None:
            self.doomed.add(node.name.value)
            return None
        return node.with_changes(body=body)

    def _compound(
        self, node: cst.If | cst.For | cst.While | cst.With | cst.Try, doomed: set[str]
    ) -> cst.BaseStatement | None:
        header = node.with_changes(body=cst.IndentedBlock([]))
        if isinstance(node, cst.If):
            header = header.with_changes(orelse=None)
        if isinstance(node, cst.Try):
            header = header.with_changes(
                handlers=[], orelse=None, finalbody=cst.Finally(cst.IndentedBlock([]))
            )
        if refers(header, doomed):
            return None
        body = self._block(node.body, doomed, set())
        if body is None:
            return None
        pruned = node.with_changes(body=body)
        if isinstance(pruned, cst.Try):
            handlers = [h for h in pruned.handlers if not refers(h, doomed)]
            pruned = pruned.with_changes(handlers=handlers)
        if isinstance(pruned, cst.If) and pruned.orelse and refers(pruned.orelse, doomed):
            pruned = pruned.with_changes(orelse=None)
        return pruned

    def _block(
        self, block: cst.BaseSuite, doomed: set[str], parameters: set[str]
    ) -> cst.BaseSuite | None:
        if not isinstance(block, cst.IndentedBlock):
            return None if refers(block, doomed) else block
        body = self._statements(block.body, doomed)
        if not body and block.body:
            return None
        if body and isinstance(body[0], cst.SimpleStatementLine):
            body[0] = trim_docstring(body[0], doomed | parameters)
        return block.with_changes(body=body)


def _is_doomed(param: cst.Param, doomed: set[str]) -> bool:
    return param.name.value in doomed or (
        param.annotation is not None and refers(param.annotation, doomed)
    )


def _params_without(params: cst.Parameters, gone: set[str]) -> cst.Parameters:
    kept = [p for p in params.params if p.name.value not in gone]
    keywords = [p for p in params.kwonly_params if p.name.value not in gone]
    if not keywords and kept and len(kept) < len(params.params):
        kept[-1] = kept[-1].with_changes(comma=cst.MaybeSentinel.DEFAULT)
    if keywords and len(keywords) < len(params.kwonly_params):
        keywords[-1] = keywords[-1].with_changes(comma=cst.MaybeSentinel.DEFAULT)
    star = (
        params.star_arg
        if keywords or isinstance(params.star_arg, cst.Param)
        else cst.MaybeSentinel.DEFAULT
    )
    return params.with_changes(params=kept, kwonly_params=keywords, star_arg=star)


def _import_without(node: cst.ImportFrom, doomed: set[str]) -> cst.ImportFrom | None:
    if node.module is not None and _last_name(node.module) in doomed:
        return None
    if isinstance(node.names, cst.ImportStar):
        return node
    kept = [a for a in node.names if not _alias_is(a, doomed)]
    if not kept:
        return None
    if len(kept) == len(node.names):
        return node
    kept[-1] = kept[-1].with_changes(comma=cst.MaybeSentinel.DEFAULT)
    return node.with_changes(names=kept)


def _alias_is(alias: cst.ImportAlias, doomed: set[str]) -> bool:
    local = alias.asname.name if alias.asname else alias.name
    return _last_name(local) in doomed


def _last_name(node: cst.CSTNode) -> str:
    if isinstance(node, cst.Attribute):
        return node.attr.value
    return node.value if isinstance(node, cst.Name) else ""


def _targets(node: cst.BaseSmallStatement) -> set[str]:
    if isinstance(node, cst.Assign):
        return {t.target.value for t in node.targets if isinstance(t.target, cst.Name)}
    if isinstance(node, cst.AnnAssign) and isinstance(node.target, cst.Name):
        return {node.target.value}
    return set()


def _only_docstring(block: cst.BaseSuite) -> bool:
    return len(block.body) <= 1 and bool(
        re.match(r"\s*[rR]?\"\"\"", cst.Module([]).code_for_node(block))
    )
