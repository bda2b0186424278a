"""Links to other rows: a reference must point to a row that is there, many-to-many rows are set.

Where a row is made or changed, what it points to is looked up in the exemplar's own way, and a row
that is not there, or is somebody else's, is answered as the exemplar answers for its own rows.
"""

from __future__ import annotations

import builtins
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

import libcst as cst

from backwright.spec.types import FieldSpec
from backwright.transfer.carry.free_names import in_words_of
from backwright.transfer.carry.handing import (
    LAYERS,
    Bodies,
    all_sites,
    elsewhere,
    hands_out,
    without_ids,
)
from backwright.transfer.carry.hosts import Store, guard, missing, owner_value, store_of
from backwright.transfer.carry.items import replaced
from backwright.transfer.carry.marks import code_of
from backwright.transfer.carry.sites import Site
from backwright.transfer.carry.types import Parent
from backwright.transfer.carry.values import Work
from backwright.transfer.rename import Renaming

_DUMPS = ("model_dump", "dict")


def link(works: Sequence[Work], trees: Sequence[cst.Module], bodies: Bodies) -> list[cst.Module]:
    """Return the trees with new references looked up and many-to-many rows set."""
    if not works or not works[0].likeness.links:
        return list(trees)
    found = all_sites(works, trees, bodies)
    layers = [t for w, t in zip(works, trees, strict=True) if w.part.path in found]
    made: list[cst.Module] = []
    for work, tree in zip(works, trees, strict=True):
        if work.part.path not in found:
            made.append(tree)
            continue
        others = [t for t in layers if t is not tree]
        linker = Linker(work, [tree, *others], found, {w.part.path: w.part.role for w in works})
        made.append(linker.module(tree))
    return without_ids(works, made, found, bodies)


@dataclass
class Linker:
    """Adds what new references and many-to-many fields need to a part's functions."""

    work: Work
    trees: Sequence[cst.Module]  # this part's first
    sites: dict[str, list[Site]]
    roles: Mapping[str, str]  # of the parts, by path

    def module(self, tree: cst.Module) -> cst.Module:
        """Return a part's tree with its links looked up and set."""
        own = {id(s.node): s for s in self.sites[self.work.part.path]}
        return replaced(tree, lambda n: self._function(own[id(n)]) if id(n) in own else None)

    def _function(self, site: Site) -> cst.CSTNode | None:
        checks, sets = self._checks(site), self._sets(site)
        store = self._store(site)
        if store is None or not (checks or sets):
            return None
        before: list[cst.BaseStatement] = []
        after: list[cst.BaseStatement] = []
        if site.key and sets and any(f.kind == "many" for f in self.work.likeness.links):
            site, before = self._read(site, store)
        for field in self.work.likeness.links:
            parent = self.work.facts.parent(field.target)
            if parent is None:
                continue
            if field.kind == "ref" and checks and field.column not in self._looked_up(site):
                before += self._check(site, store, field, parent)
            if field.kind == "many" and checks and not sets:
                before += self._all_there(site, store, field, parent)
            if field.kind == "many" and sets and site.row:
                first, last = self._many(site, store, field, parent, checks=checks)
                before += first
                after += last
            elif field.kind == "many" and sets:
                self._note_unset(site, field)
        node = _with_statements(site, before, after)
        many = [f.column for f in self.work.likeness.links if f.kind == "many"]
        if not many or not sets:
            return node
        return replaced(node, lambda n: _without(n, site, many))

    def _read(self, site: Site, store: Store) -> tuple[Site, list[cst.BaseStatement]]:
        """Return a site whose row is read first: a statement that updates it sets no links."""
        facts = self.work.facts
        own = Parent(facts.home[1] or facts.new.pascal, facts.new, key=facts.key)
        name = facts.new.snake if site.body != facts.new.snake else f"db_{facts.new.snake}"
        refusal = self._raise(site, own, str(site.key))
        self.work.imports |= store.row_imports
        code = f"{name} = {store.row(own.model, own.key, str(site.key))}\n"
        code += f"if {name} is None:\n    {refusal}\n"
        return replace(site, row=name), list(cst.parse_module(code).body)

    def _note_unset(self, site: Site, field: FieldSpec) -> None:
        """Tell that a function sets no links, unless what hands it the row does."""
        if not site.is_given or not self._others(site, lambda s: s.row is not None):
            self.work.note(1, f"`{site.node.name.value}` sets no {field.name}: it has no row")

    def _store(self, site: Site, tree: cst.Module | None = None) -> Store | None:
        """Return the session of a site, of another part's if its tree is given."""
        mine = self.trees[0] if tree is None else tree
        trees = [mine, *(t for t in self.trees if t is not mine)]
        codes, facts = [code_of(t) for t in trees], self.work.facts
        found = store_of(site.node, codes, asynchronous=facts.asynchronous)
        return replace(found, distinct=facts.distinct, typed=facts.typed) if found else None

    # --- who does what

    def _sets(self, site: Site) -> bool:
        """Links are set where the row is at hand; another layer does it only if none else can."""
        return not site.is_indirect or hands_out(self.sites, self.work, site)

    def _checks(self, site: Site) -> bool:
        """References are looked up in the layer that also says that a row is missing."""
        speaks = self._says_missing(self.trees[0])
        if site.is_indirect:
            told = speaks and not self._others(
                site, lambda s: self._is_before(s) and self._is_told(s)
            )
            return self._sets(site) or told
        if site.is_given and self._others(site, lambda s: not s.is_given and self._is_told(s)):
            return False  # who made the row has looked
        return speaks or not self._others(
            site, lambda s: self._is_told(s) and s.is_change == site.is_change
        )

    def _is_told(self, site: Site) -> bool:
        """Tell whether a site's own part says that rows are missing, and can look one up."""
        tree = next((t for t in self.trees if any(n is site.node for n in _functions(t))), None)
        if tree is None or self._store(site, tree) is None:
            return False
        return self._says_missing(tree)

    def _is_before(self, site: Site) -> bool:
        """Tell whether a site of another part is nearer to the row: of two that tell, one does."""
        if not site.is_indirect:
            return True
        path = next(p for p, found in self.sites.items() if any(s is site for s in found))
        order = [LAYERS.index(self.roles[p]) for p in (path, self.work.part.path)]
        return (order[0], path) < (order[1], self.work.part.path)

    def _others(self, site: Site, wanted: Callable[[Site], bool]) -> list[Site]:
        """Return the sites of other parts for the same purpose."""
        return [s for s in elsewhere(self.sites, self.work.part.path, site) if wanted(s)]

    def _says_missing(self, tree: cst.Module) -> bool:
        facts = self.work.facts
        parents = [p for f in self.work.likeness.links if (p := facts.parent(f.target))]
        found = (missing([tree], facts.new, p, facts.known) for p in parents)
        return any(refusal and not self._is_caught_elsewhere(refusal.code) for refusal in found)

    def _is_caught_elsewhere(self, refusal: str) -> bool:
        """Tell whether only who reads rows makes an answer of a refusal: one of Python's own."""
        name = re.match(r"raise (\w+)", refusal)
        if name is None or not isinstance(getattr(builtins, name[1], None), type):
            return False
        makers = [s for found in self.sites.values() for s in found]
        return not any(re.search(rf"except[^\n]*\b{name[1]}\b", code_of(s.node)) for s in makers)

    def _is_caught_by_name(self, refusal: str, parent: Parent) -> bool:
        """Tell whether handlers catch the exemplar's own error, so that nobody would a parent's."""
        name = re.match(r"raise (\w+)", refusal)
        own = Renaming(((parent.names, self.work.facts.new),)).identifier(name[1]) if name else ""
        if name is None or own == name[1]:
            return False
        return any(re.search(rf"except\b[^\n]*\b{own}\b", code_of(t)) for t in self.trees)

    def _looked_up(self, site: Site) -> set[str]:
        """Return the references that the function, carried over, looks up by itself."""
        code = code_of(site.node)
        asked = r"(?:get\w*|query|select|find\w*|exists?)\([^\n]*\.{column}\b"
        return {c for c in self.work.checked if re.search(asked.format(column=c), code)}

    # --- statements

    def _check(
        self, site: Site, store: Store, field: FieldSpec, parent: Parent
    ) -> list[cst.BaseStatement]:
        given = f"{site.body}.{field.column}"
        if asked := self.work.checked.get(field.column):
            told = [re.sub(rf"\b\w+\.{field.column}\b", given, line) for line in asked]
            return _given("".join(f"{line}\n" for line in told), given, self._may_lack(site, field))
        found = field.name if field.name not in (site.body, site.row) else f"found_{field.name}"
        refusal = self._raise(site, parent, given)
        self.work.imports |= store.row_imports
        code = f"{found} = {store.row(self._model(parent), parent.key, given)}\n"
        guarded = self._guard(site, f"{found}.{parent.guarded}") if parent.guarded else None
        owner = self._owner(site, parent) if guarded is None else None
        foreign = f" or {found}.{parent.guarded} != {owner}" if owner else ""
        code += f"if {found} is None{foreign}:\n    {refusal}\n{guarded or ''}"
        return _given(code, given, self._may_lack(site, field))

    def _may_lack(self, site: Site, field: FieldSpec) -> bool:
        return field.optional or site.is_partial

    def _many(
        self, site: Site, store: Store, field: FieldSpec, parent: Parent, *, checks: bool
    ) -> tuple[list[cst.BaseStatement], list[cst.BaseStatement]]:
        """Return the statements that find the rows, before, and that set them, after."""
        given = f"{site.body}.{field.column}"
        model = self._model(parent)
        self.work.imports |= store.imports
        guarded = self._guard(site, f"row.{parent.guarded}") if parent.guarded and checks else None
        owner = self._owner(site, parent) if guarded is None else None
        condition = f", {model}.{parent.guarded} == {owner}" if owner else ""
        find = f"{field.name} = {store.rows(model, parent.key, given, condition)}\n"
        if checks:
            find += f"if len({field.name}) != len(set({given})):\n    {self._raise(site, parent, given)}\n"
            find += f"for row in {field.name}:\n{_indented(guarded)}" if guarded else ""
        put = f"{site.row}.{field.name} = {field.name}\n"
        if site.is_indirect and store.is_async:
            put = f'await {store.session}.refresh({site.row}, ["{field.name}"])\n{put}'
        if site.is_indirect and self.work.facts.commits and ".commit()" not in code_of(site.node):
            wait = "await " if store.is_async else ""
            put += f"{wait}{store.session}.commit()\n{wait}{store.session}.refresh({site.row})\n"
        if site.is_change and not site.is_indirect:  # the row is there already: one block
            return _given(find + put, given, site.is_partial), []
        return _given(find, given, site.is_partial), _given(put, given, site.is_partial)

    def _all_there(
        self, site: Site, store: Store, field: FieldSpec, parent: Parent
    ) -> list[cst.BaseStatement]:
        """Return the statements that refuse ids of rows that are not there, or not the caller's."""
        looking = replace(site, is_change=False)
        return self._many(looking, store, field, parent, checks=True)[0]

    def _raise(self, site: Site, parent: Parent, given: str) -> str:
        facts = self.work.facts
        refusal = missing(self.trees, facts.new, parent, facts.known)
        if refusal is None or self._is_caught_by_name(refusal.code, parent):
            self.work.imports.add(("fastapi", "HTTPException"))
            said = f"{parent.names.human.capitalize()} not found"
            return f'raise HTTPException(status_code=404, detail="{said}")'
        self.work.imports |= refusal.imports
        said = re.sub(r"\{\w*id\w*\}", f"{{{given}}}", refusal.code)
        stems = {parent.names.snake, facts.new.snake}
        keys = "|".join([*(f"{s}_(?:id|uuid|pk)" for s in stems), "id", "pk", "uuid"])
        said = re.sub(rf"(?<=[(, ])(?:{keys})(?=[,)])", given, said)
        return " ".join(in_words_of(said, site.node, self.trees[0], given).split())

    def _guard(self, site: Site, owned: str) -> str | None:
        """Return the statement that keeps others' rows from being pointed to, as the exemplar does."""
        facts = self.work.facts
        found = guard(self.trees[:1], facts.owner) if facts.owner else None
        if found is None:
            return None
        test, refusal = found
        names = set(re.findall(r"(?<![.\w{])[a-z]\w*", test)) - {"not", "and", "or", "is", "row"}
        params = {p.name.value for p in (*site.node.params.params, *site.node.params.kwonly_params)}
        if names - params or facts.new.snake in refusal.lower():
            return None
        said = " ".join(refusal.split())
        return f"if {test.format(row=owned)}:\n    {said}\n"

    def _model(self, parent: Parent) -> str:
        """Return how the part names a parent's class: bare, or in the module it imports."""
        facts = self.work.facts
        prefix = re.search(rf"\b(\w+)\.{facts.old.pascal}\b", self.work.part.code)
        home = next(iter(parent.imports), ("", ""))[0]
        ours = facts.home[0] or home
        is_home = f".{ours}".endswith(f".{home.lstrip('.')}")  # there may be many `models`
        if prefix and is_home and home.rpartition(".")[2] == prefix[1]:
            return f"{prefix[1]}.{parent.model}"
        made = code_of(self.trees[0])
        alias = re.search(rf"\bimport\b[^\n]*\b{parent.model} as (\w+)", made)
        if alias:
            return alias[1]
        if not re.search(rf"^(?:from|import)\b.*\b{parent.model}\b", made, re.MULTILINE):
            self.work.imports |= parent.imports
        return parent.model

    def _owner(self, site: Site, parent: Parent) -> str | None:
        """Return the expression for whose rows may be pointed to, where a parent's are owned."""
        column = self.work.facts.owner
        if not parent.guarded or not column:
            return None
        return owner_value(site.node, column) or self._caller(site, column) or _of_row(site, column)

    def _caller(self, site: Site, column: str) -> str | None:
        """Return what another function of the part compares with, where a site has it, too."""
        mine = self.trees[0]
        methods = next((c.body.body for c in _classes(mine) if site.node in c.body.body), ())
        params = {p.name.value for p in (*site.node.params.params, *site.node.params.kwonly_params)}
        for function in _functions(mine):
            value = owner_value(cst.ensure_type(function, cst.FunctionDef), column)
            root = value.partition(".")[0] if value else ""
            if root in params and (root != "self" or function in methods):
                return value
        return None


def _of_row(site: Site, column: str) -> str | None:
    """Return the owner of the row that is changed: what it points to is that user's, too."""
    return f"{site.row}.{column}" if site.is_change and site.row else None


def _classes(tree: cst.Module) -> list[cst.ClassDef]:
    return [node for node in tree.body if isinstance(node, cst.ClassDef)]


def _functions(tree: cst.Module) -> list[cst.CSTNode]:
    found: list[cst.CSTNode] = []

    def note(node: cst.CSTNode) -> cst.CSTNode | None:
        found.extend([node] if isinstance(node, cst.FunctionDef) else [])
        return None

    replaced(tree, note)
    return found


def _given(code: str, given: str, may_lack: bool) -> list[cst.BaseStatement]:  # noqa: FBT001
    """Return statements, run only where a value is given if it may be left out."""
    text = f"if {given} is not None:\n{_indented(code)}" if may_lack else code
    return list(cst.parse_module(text).body)


def _indented(code: str) -> str:
    return "".join(f"    {line}\n" for line in code.splitlines())


def _with_statements(
    site: Site, before: Sequence[cst.BaseStatement], after: Sequence[cst.BaseStatement]
) -> cst.FunctionDef:
    """Put statements before and after the one that makes or changes the row."""

    def put(node: cst.CSTNode) -> cst.CSTNode | None:
        if not isinstance(node, cst.IndentedBlock) or site.at not in node.body:
            return None
        body = list(node.body)
        end = body.index(site.at) + 1
        start = next(i for i, s in enumerate(body) if s is site.at or s in site.steps)
        found = list(before)
        if found:
            lines = getattr(body[start], "leading_lines", ())
            found[0] = found[0].with_changes(leading_lines=lines)
            body[start] = body[start].with_changes(leading_lines=[])
        if after and end < len(body) and _is_absence_of(site.row, body[end]):
            end += 1
        made = [*body[:start], *found, *body[start:end], *after, *body[end:]]
        return node.with_changes(body=made)

    return replaced(site.node, put)


def _is_absence_of(row: str | None, node: cst.BaseStatement) -> bool:
    """Tell whether a statement answers that there is no row: links are set behind it."""
    return isinstance(node, cst.If) and code_of(node.test) in (f"not {row}", f"{row} is None")


def _without(node: cst.CSTNode, site: Site, many: Sequence[str]) -> cst.CSTNode | None:
    """`body.model_dump()` must not give a model what it has no column for."""
    if not isinstance(node, cst.Call) or not isinstance(node.func, cst.Attribute):
        return None
    if node.func.attr.value not in _DUMPS or code_of(node.func.value) != site.body:
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
