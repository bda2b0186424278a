"""Links to other rows: a reference must point to a row that is there, many-to-many rows are set.

Where a row is made or changed, what it points to is looked up in the exemplar's own way, and a row
that is not there, or is somebody else's, is answered as the exemplar answers a missing row.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass

import libcst as cst
import libcst.matchers as m

from backwright.spec.types import FieldSpec
from backwright.transfer.carry.hosts import Store, missing, store_of
from backwright.transfer.carry.items import replaced
from backwright.transfer.carry.marks import code_of
from backwright.transfer.carry.mentions import purpose
from backwright.transfer.carry.types import Parent
from backwright.transfer.carry.values import Work

_DUMPS = ("model_dump", "dict")


@dataclass(frozen=True)
class Site:
    """A function that makes or changes a row: the request's body, the row, where it happens.

    `at` is the statement that makes or changes the row; `row` is the variable that holds it.
    """

    node: cst.FunctionDef
    body: str
    row: str
    at: cst.BaseStatement
    is_change: bool


@dataclass
class Linker:
    """Adds what new references and many-to-many fields need to a part's functions."""

    work: Work
    trees: Sequence[cst.Module]  # this part's first
    schemas: Collection[str]
    partial: Collection[str]

    def module(self, tree: cst.Module) -> cst.Module:
        """Return a part's tree with its links looked up and set."""
        links = self.work.likeness.links
        if (
            not links
            or self.work.has_samples
            or self.work.part.role not in ("service", "routes", "other")
        ):
            return tree
        return replaced(tree, self._function)

    def _function(self, node: cst.CSTNode) -> cst.CSTNode | None:
        if not isinstance(node, cst.FunctionDef) or purpose(node) not in ("make", "change"):
            return None
        site = self._site(node)
        if site is None:
            return None
        store = store_of(node, [code_of(t) for t in self.trees])
        if store is None:
            return None
        return self._linked(site, store)

    def _linked(self, site: Site, store: Store) -> cst.FunctionDef:
        before: list[cst.BaseStatement] = []
        after: list[cst.BaseStatement] = []
        for field in self.work.likeness.links:
            parent = self.work.facts.parent(field.target)
            if parent is None:
                continue
            if field.kind == "ref" and field.column in self._looked_up(site):
                continue
            if field.kind == "ref":
                before += self._check(site, store, field, parent)
            else:
                before += self._fetch(site, store, field, parent)
                after += self._set(site, field)
        node = _with_statements(site, before, after)
        many = [f.column for f in self.work.likeness.links if f.kind == "many"]
        return replaced(node, lambda n: _without(n, site.body, many)) if many else node

    def _looked_up(self, site: Site) -> set[str]:
        """Return the references that the function, carried over, looks up by itself."""
        code = code_of(site.node)
        asked = r"(?:get|query|select|find\w*|exists?)\([^\n]*\.{column}\b"
        return {c for c in self.work.checked if re.search(asked.format(column=c), code)}

    # --- statements

    def _check(
        self, site: Site, store: Store, field: FieldSpec, parent: Parent
    ) -> list[cst.BaseStatement]:
        given = f"{site.body}.{field.column}"
        found = field.name if field.name not in (site.body, site.row) else f"found_{field.name}"
        owner = self._owner(site, parent)
        foreign = f" or {found}.{parent.owner} != {owner}" if owner else ""
        code = f"{found} = {store.row(self._model(parent), given)}\n"
        code += f"if {found} is None{foreign}:\n    {self._raise(parent, given)}\n"
        if field.optional or (site.is_change and self._is_partial(site)):
            code = f"if {given} is not None:\n" + _indented(code)
        return list(cst.parse_module(code).body)

    def _fetch(
        self, site: Site, store: Store, field: FieldSpec, parent: Parent
    ) -> list[cst.BaseStatement]:
        given = f"{site.body}.{field.column}"
        model = self._model(parent)
        owner = self._owner(site, parent)
        condition = f", {model}.{parent.owner} == {owner}" if owner else ""
        code = f"{field.name} = {store.rows(model, parent.key, given, condition)}\n"
        code += f"if len({field.name}) != len(set({given})):\n    {self._raise(parent, given)}\n"
        self.work.imports |= store.imports
        if site.is_change and self._is_partial(site):
            code = f"if {given} is not None:\n" + _indented(code)
        return list(cst.parse_module(code).body)

    def _set(self, site: Site, field: FieldSpec) -> list[cst.BaseStatement]:
        code = f"{site.row}.{field.name} = {field.name}\n"
        if site.is_change and self._is_partial(site):
            code = f"if {site.body}.{field.column} is not None:\n" + _indented(code)
        return list(cst.parse_module(code).body)

    def _raise(self, parent: Parent, given: str) -> str:
        old = self.work.facts.new  # the trees are renamed already
        made = missing(self.trees, old, parent, self.work.facts.known)
        if made is None:
            self.work.imports.add(("fastapi", "HTTPException"))
            return f'raise HTTPException(status_code=404, detail="{parent.names.human.capitalize()} not found")'
        made = replaced(made, lambda n: _id(n, given))
        return " ".join(code_of(made).split())

    def _model(self, parent: Parent) -> str:
        """Return how the part names a parent's class: bare, or in the module it imports."""
        code = self.work.part.code
        prefix = re.search(rf"\b(\w+)\.{self.work.facts.old.pascal}\b", code)
        home = next(iter(parent.imports), ("", ""))[0]
        is_home = prefix and home.rpartition(".")[2] == prefix[1]
        if prefix and is_home and re.search(rf"import (?:[\w, ]+, )?{prefix[1]}\b", code):
            return f"{prefix[1]}.{parent.model}"
        made = code_of(self.trees[0])
        if not re.search(rf"^(?:from|import)\b.*\b{parent.model}\b", made, re.MULTILINE):
            self.work.imports |= parent.imports
        return parent.model

    def _owner(self, site: Site, parent: Parent) -> str | None:
        """Return the expression for whose rows may be pointed to, where a parent's are owned."""
        column = self.work.facts.owner
        if not parent.owner or not column:
            return None
        code = code_of(site.node)
        for pattern in (
            rf"\b{column}\s*=(?!=)\s*([\w.]+(?:\[[^\]]+\])?)",
            rf"[\"']{column}[\"']\s*:\s*([\w.]+)",
            rf"\.{column}\s*[!=]=\s*([\w.]+)",
            rf"\b{column}\s*:\s*\w+(?=[,)=])",
        ):
            match = re.search(pattern, code)
            if match:
                return match[1] if match.groups() else column
        return None

    # --- where

    def _site(self, node: cst.FunctionDef) -> Site | None:
        body = self._body_param(node)
        if body is None or not isinstance(node.body, cst.IndentedBlock):
            return None
        is_change = purpose(node) == "change"
        found = _changed(node, body) if is_change else _made(node, self.work.facts.new.pascal)
        return Site(node, body, found[0], found[1], is_change) if found else None

    def _body_param(self, node: cst.FunctionDef) -> str | None:
        """Return the parameter that holds the request's body."""
        for param in (*node.params.params, *node.params.kwonly_params):
            kind = code_of(param.annotation.annotation) if param.annotation else ""
            words = set(re.findall(r"\w+", kind))
            if words & set(self.schemas):
                return param.name.value
        return None

    def _is_partial(self, site: Site) -> bool:
        for param in (*site.node.params.params, *site.node.params.kwonly_params):
            if param.name.value == site.body and param.annotation:
                return bool(set(re.findall(r"\w+", code_of(param.annotation))) & set(self.partial))
        return False


def _id(node: cst.CSTNode, given: str) -> cst.CSTNode | None:
    """A message that says the id says the one that was given."""
    if not isinstance(node, cst.FormattedStringExpression):
        return None
    return node.with_changes(expression=cst.parse_expression(given))


def _indented(code: str) -> str:
    return "".join(f"    {line}\n" for line in code.splitlines())


def _made(node: cst.FunctionDef, model: str) -> tuple[str, cst.BaseStatement] | None:
    """Return the variable and statement of `item = Item(…)`, `Item.model_validate(…)` and the like."""
    pattern = rf"(?:\w+\.)?{model}(?:Model)?(?:\.(?:model_validate|from_orm|parse_obj|validate))?"
    for statement in m.findall(node, m.SimpleStatementLine(body=[m.Assign()])):
        line = cst.ensure_type(statement, cst.SimpleStatementLine)
        assign = cst.ensure_type(line.body[0], cst.Assign)
        target, value = assign.targets[0].target, assign.value
        is_made = isinstance(value, cst.Call) and re.fullmatch(pattern, code_of(value.func))
        if is_made and isinstance(target, cst.Name):
            return target.value, line
    return None


def _changed(node: cst.FunctionDef, body: str) -> tuple[str, cst.BaseStatement] | None:
    """Return the row and the last statement that changes it."""
    found: list[tuple[str, cst.BaseStatement]] = []
    for statement in m.findall(node, m.For() | m.SimpleStatementLine() | m.If()):
        row = _changes(statement, body)
        if row is not None and isinstance(statement, cst.BaseStatement):
            found.append((row, statement))
    return found[-1] if found else None


def _changes(node: cst.CSTNode, body: str) -> str | None:
    code = code_of(node)
    if isinstance(node, cst.For):
        match = re.search(r"setattr\((\w+), ", code)
        return match[1] if match else None
    if isinstance(node, cst.If):
        match = re.fullmatch(rf"\s*if {body}\.\w+[^:]*:\s+(\w+)\.\w+ = {body}\.\w+\s*", code)
        return match[1] if match else None
    match = re.match(r"\s*(\w+)\.sqlmodel_update\(", code)
    match = match or re.fullmatch(rf"\s*(\w+)\.\w+ = {body}\.\w+\s*", code)
    return match[1] if match else None


def _with_statements(
    site: Site, before: Sequence[cst.BaseStatement], after: Sequence[cst.BaseStatement]
) -> cst.FunctionDef:
    """Put statements before and after the one that makes or changes the row."""

    def put(node: cst.CSTNode) -> cst.CSTNode | None:
        if not isinstance(node, cst.IndentedBlock) or site.at not in node.body:
            return None
        index = list(node.body).index(site.at)
        at = site.at
        first = list(before)
        if first:
            lines = getattr(at, "leading_lines", ())
            first[0] = first[0].with_changes(leading_lines=lines)
            at = at.with_changes(leading_lines=[])
        body = [*node.body[:index], *first, at, *after, *node.body[index + 1 :]]
        return node.with_changes(body=body)

    return replaced(site.node, put)


def _without(node: cst.CSTNode, body: str, many: Sequence[str]) -> cst.CSTNode | None:
    """`body.model_dump()` must not give a model what it has no column for."""
    if not isinstance(node, cst.Call) or not isinstance(node.func, cst.Attribute):
        return None
    if node.func.attr.value not in _DUMPS or code_of(node.func.value) != body:
        return None
    names = ", ".join(f'"{name}"' for name in many)
    old = next((a for a in node.args if a.keyword and a.keyword.value == "exclude"), None)
    if old is None:
        arg = cst.Arg(
            keyword=cst.Name("exclude"),
            value=cst.parse_expression(f"{{{names}}}"),
            equal=cst.AssignEqual(cst.SimpleWhitespace(""), cst.SimpleWhitespace("")),
        )
        return node.with_changes(args=[*node.args, arg])
    if not isinstance(old.value, cst.Set):
        return None
    elements = [*old.value.elements, *(cst.Element(cst.SimpleString(f'"{n}"')) for n in many)]
    value = old.value.with_changes(elements=elements)
    return node.with_changes(
        args=[a if a is not old else a.with_changes(value=value) for a in node.args]
    )
