"""Taking something out of a project: names are doomed, and what speaks of them goes with them.

From each place that refers to a doomed name the smallest whole thing is removed: an import, a
parameter, an argument, an element, a condition, a statement, a definition. A test that speaks of
a doomed name goes as a whole. What was only there for a removed thing becomes doomed in turn, in
its own module and wherever that is imported from.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from pathlib import PurePosixPath

import libcst as cst
import libcst.matchers as m

from backwright.transfer.trim import is_absence, refers, trim, trim_docstring

Body = Sequence[cst.BaseStatement]
Compound = cst.If | cst.For | cst.While | cst.With | cst.Try


def prune(
    sources: Mapping[str, str], doomed: Collection[str], gone: Collection[str] = ()
) -> dict[str, str]:
    """Return the modules (path → source) without everything that refers to the doomed names.

    Args:
        sources: the project's modules; those that are removed as a whole are left out already.
        doomed: names of classes, functions, variables and parameters, in whatever module;
            `.name` dooms attributes and keyword arguments of that name.
        gone: what is doomed where it is imported from only: modules (`app.auth`) and names in
            modules (`app.models.Task`).
    """
    trees: dict[str, cst.Module] = {}
    lost = set(gone)
    while True:
        before = len(lost)
        for path, code in sources.items():
            if _concerns(code, doomed, lost):
                tree = trees.get(path) or cst.parse_module(code)
                trees[path] = _Pruner(_module_name(path), set(doomed), lost).module(tree)
        if len(lost) == before:
            return {path: trees[path].code if path in trees else sources[path] for path in sources}


def _concerns(code: str, doomed: Collection[str], lost: Collection[str]) -> bool:
    """Tell whether a module may speak of something doomed: most do not, and need no parsing."""
    words = set(re.findall(r"\w+", code))
    names = {name.rpartition(".")[2] for name in lost}
    return not words.isdisjoint(names | {name.removeprefix(".") for name in doomed})


def _module_name(path: str) -> str:
    parts = PurePosixPath(path).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


class _Pruner:
    """One pass over one module; what loses its definition is added to `lost`."""

    def __init__(self, name: str, doomed: set[str], lost: set[str]) -> None:
        self.name = name
        self.lost = lost
        prefix = f"{name}."
        own = {n.removeprefix(prefix) for n in lost if n.startswith(prefix)}
        self.doomed = doomed | {n for n in own if "." not in n}

    def module(self, tree: cst.Module) -> cst.Module:
        """Return the module pruned."""
        for node in tree.body:
            if isinstance(node, cst.SimpleStatementLine):
                self.doomed |= _imported(node, self.lost)
        known = set(self.doomed)
        body = self._statements(tree.body, self.doomed)
        self._lose(self.doomed - known)
        header = tree.header if body else []
        if body and body[0] is not tree.body[0] and _is_docstring(body[0]):
            body[0] = trim_docstring(body[0], self.doomed)
        return tree.with_changes(body=body, header=header)

    def _lose(self, names: Collection[str]) -> None:
        self.lost |= {f"{self.name}.{name}" for name in names}

    def _statements(self, body: Body, doomed: set[str]) -> list[cst.BaseStatement]:
        """Prune statements; the heading of a section stays as long as something stands in it."""
        kept: list[cst.BaseStatement] = []
        heading: list[cst.EmptyLine] = []
        gap = False
        for statement in body:
            pruned = self._statement(statement, doomed)
            own = _heading(statement)
            if not pruned:
                heading = own or heading
                gap = gap or _leading_blank(statement)
                continue
            if heading and not own:
                pruned[0] = _headed(pruned[0], heading)
            elif gap and kept and not _leading_blank(pruned[0]):
                pruned[0] = _apart(pruned[0])
            heading, gap = [], False
            kept += pruned
        return kept

    def _statement(self, node: cst.BaseStatement, doomed: set[str]) -> list[cst.BaseStatement]:
        pruned: cst.BaseStatement | None
        if isinstance(node, cst.SimpleStatementLine):
            pruned = self._simple(node, doomed)
        elif isinstance(node, cst.FunctionDef):
            pruned = self._function(node, doomed)
        elif isinstance(node, cst.ClassDef):
            pruned = self._class(node, doomed)
        elif isinstance(node, cst.If) and refers(node.test, doomed):
            return self._decided(node, doomed)
        elif isinstance(node, Compound):
            pruned = self._compound(node, doomed)
        else:
            pruned = None if refers(node, doomed) else node
        return [pruned] if pruned else []

    def _simple(
        self, node: cst.SimpleStatementLine, doomed: set[str]
    ) -> cst.SimpleStatementLine | None:
        small = node.body[0]
        if isinstance(small, cst.ImportFrom):
            kept = _import_without(small, doomed, self.lost)
            return node.with_changes(body=[kept]) if kept else None
        if isinstance(small, cst.Import):
            return None if _imported(node, self.lost) or _imports_doomed(small, doomed) else node
        if _is_docstring(node):
            return node
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
        if name in doomed or f".{name}" in doomed:
            return None
        decorators = [trim(d, doomed) for d in node.decorators]
        is_test = name.startswith("test_")
        if is_test and (refers(node.params, doomed) or refers(node.body, doomed)):
            return None
        if is_test and any(refers(d, doomed) for d in decorators):
            return None
        gone = {p.name.value for p in _params(node) if _is_doomed(p, doomed)}
        inside = doomed | gone
        body = self._block(node.body, inside, gone)
        if body is None or (_only_docstring(body) and not _only_docstring(node.body)):
            doomed.add(name)
            return None
        returns = node.returns
        if returns and refers(returns, doomed):
            returns = None
        return node.with_changes(
            params=_params_without(node.params, gone),
            body=body,
            decorators=[d for d in decorators if not refers(d, doomed)],
            returns=returns,
        )

    def _class(self, node: cst.ClassDef, doomed: set[str]) -> cst.ClassDef | None:
        if node.name.value in doomed:
            return None
        if any(refers(base, doomed) for base in node.bases):
            doomed.add(node.name.value)
            return None
        body = self._block(node.body, set(doomed), set())
        if body is None:
            doomed.add(node.name.value)
            return None
        return node.with_changes(body=body)

    def _decided(self, node: cst.If, doomed: set[str]) -> list[cst.BaseStatement]:
        """A condition on something doomed is decided: as if it were not there."""
        trimmed = trim(node.test, doomed)
        if not refers(trimmed, doomed):
            return self._statement(node.with_changes(test=trimmed), doomed)
        if is_absence(node.test):
            return self._statements(node.body.body, doomed)  # type: ignore[arg-type]
        if isinstance(node.orelse, cst.Else):
            return self._statements(node.orelse.body.body, doomed)  # type: ignore[arg-type]
        if isinstance(node.orelse, cst.If):
            return self._statement(node.orelse.with_changes(leading_lines=[]), doomed)
        return []

    def _compound(self, node: Compound, doomed: set[str]) -> cst.BaseStatement | None:
        header = node.with_changes(body=cst.IndentedBlock([]))
        if isinstance(node, cst.If):
            header = header.with_changes(orelse=None)
        if isinstance(node, cst.Try):
            header = header.with_changes(
                handlers=[], orelse=None, finalbody=cst.Finally(cst.IndentedBlock([]))
            )
        if refers(header, doomed):
            header = trim(header, doomed)
            if refers(header, doomed):
                return None
            node = _with_header(node, header)
        body = self._block(node.body, doomed, set())
        if body is None:
            return None
        pruned = node.with_changes(body=body)
        if isinstance(pruned, cst.Try):
            return pruned.with_changes(handlers=_handlers(pruned, doomed))
        if isinstance(pruned, cst.If) and pruned.orelse and refers(pruned.orelse, doomed):
            return pruned.with_changes(orelse=self._orelse(pruned.orelse, doomed))
        return pruned

    def _orelse(self, node: cst.If | cst.Else, doomed: set[str]) -> cst.If | cst.Else | None:
        if isinstance(node, cst.If):
            pruned = self._statement(node, doomed)
            return pruned[0] if pruned and isinstance(pruned[0], cst.If) else None
        body = self._block(node.body, doomed, set())
        return node.with_changes(body=body) if body else None

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


def _with_header(node: Compound, header: Compound) -> Compound:
    """Put the trimmed header of a compound statement on the whole of it."""
    kept = {"body": node.body}
    if isinstance(node, cst.If):
        kept["orelse"] = node.orelse  # type: ignore[assignment]
    return header.with_changes(**kept)


def _handlers(node: cst.Try, doomed: set[str]) -> list[cst.ExceptHandler]:
    trimmed = [h.with_changes(type=trim(h.type, doomed) if h.type else None) for h in node.handlers]
    handlers = [h for h in trimmed if not refers(h, doomed)]
    return [h.with_changes(type=_alone(h.type)) for h in handlers]


def _alone(kind: cst.BaseExpression | None) -> cst.BaseExpression | None:
    """One kind of error needs no parentheses."""
    if isinstance(kind, cst.Tuple) and len(kind.elements) == 1:
        return kind.elements[0].value
    return kind


def _heading(node: cst.BaseStatement) -> list[cst.EmptyLine]:
    lines: Sequence[cst.EmptyLine] = getattr(node, "leading_lines", ())
    texts = [line.comment.value if line.comment else "" for line in lines]
    last = max((i for i, text in enumerate(texts) if text.startswith("# ---")), default=-1)
    return list(lines[: last + 1])


def _leading_blank(node: cst.BaseStatement) -> bool:
    """Tell whether a statement stands apart from the one before."""
    lines: Sequence[cst.EmptyLine] = getattr(node, "leading_lines", ())
    return bool(lines) and lines[0].comment is None


def _apart(node: cst.BaseStatement) -> cst.BaseStatement:
    lines: Sequence[cst.EmptyLine] = getattr(node, "leading_lines", ())
    return node.with_changes(leading_lines=[cst.EmptyLine(indent=False), *lines])


def _headed(node: cst.BaseStatement, heading: list[cst.EmptyLine]) -> cst.BaseStatement:
    blank = cst.EmptyLine(indent=False)
    own = [line for line in getattr(node, "leading_lines", ()) if line.comment]
    return node.with_changes(leading_lines=[*heading, blank, blank, *own])


def _params(node: cst.FunctionDef) -> list[cst.Param]:
    return [*node.params.posonly_params, *node.params.params, *node.params.kwonly_params]


def _is_doomed(param: cst.Param, doomed: Collection[str]) -> bool:
    return param.name.value in doomed or (
        param.annotation is not None and refers(param.annotation, doomed)
    )


def _params_without(params: cst.Parameters, gone: set[str]) -> cst.Parameters:
    kept = [p for p in params.params if p.name.value not in gone]
    keywords = [p for p in params.kwonly_params if p.name.value not in gone]
    if not keywords and kept and gone:
        kept[-1] = kept[-1].with_changes(comma=cst.MaybeSentinel.DEFAULT)
    if keywords and len(keywords) < len(params.kwonly_params):
        keywords[-1] = keywords[-1].with_changes(comma=cst.MaybeSentinel.DEFAULT)
    star = (
        params.star_arg
        if keywords or isinstance(params.star_arg, cst.Param)
        else cst.MaybeSentinel.DEFAULT
    )
    return params.with_changes(params=kept, kwonly_params=keywords, star_arg=star)


def _import_without(
    node: cst.ImportFrom, doomed: Collection[str], lost: Collection[str]
) -> cst.ImportFrom | None:
    module = _dotted(node.module)
    if module in lost:
        return None
    if isinstance(node.names, cst.ImportStar):
        return node
    kept = [
        a
        for a in node.names
        if _local_name(a) not in doomed and f"{module}.{_dotted(a.name)}" not in lost
    ]
    if not kept:
        return None
    if len(kept) == len(node.names):
        return node
    if not node.lpar:
        kept[-1] = kept[-1].with_changes(comma=cst.MaybeSentinel.DEFAULT)
    return node.with_changes(names=kept)


def _imported(node: cst.SimpleStatementLine, lost: Collection[str]) -> set[str]:
    """Return the local names that an import gives to what is lost."""
    small = node.body[0]
    if isinstance(small, cst.Import):
        return {_local_name(a) for a in small.names if _dotted(a.name) in lost}
    if not isinstance(small, cst.ImportFrom) or isinstance(small.names, cst.ImportStar):
        return set()
    module = _dotted(small.module)
    return {
        _local_name(a)
        for a in small.names
        if module in lost or f"{module}.{_dotted(a.name)}" in lost
    }


def _imports_doomed(node: cst.Import, doomed: Collection[str]) -> bool:
    return any(_local_name(a) in doomed for a in node.names)


def _local_name(alias: cst.ImportAlias) -> str:
    return _dotted(alias.asname.name if alias.asname else alias.name)


def _dotted(node: cst.CSTNode | None) -> str:
    if isinstance(node, cst.Attribute):
        return f"{_dotted(node.value)}.{node.attr.value}"
    return node.value if isinstance(node, cst.Name) else ""


def _targets(node: cst.BaseSmallStatement) -> set[str]:
    if isinstance(node, cst.Assign):
        return {t.target.value for t in node.targets if isinstance(t.target, cst.Name)}
    if isinstance(node, cst.AnnAssign) and isinstance(node.target, cst.Name):
        return {node.target.value}
    return set()


def _is_docstring(node: cst.BaseStatement) -> bool:
    return m.matches(node, m.SimpleStatementLine(body=[m.Expr(value=m.SimpleString())]))


def _only_docstring(block: cst.BaseSuite) -> bool:
    return len(block.body) <= 1 and bool(
        re.match(r"\s*[rR]?\"\"\"", cst.Module([]).code_for_node(block))
    )
