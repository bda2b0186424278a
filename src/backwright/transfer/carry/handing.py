"""Bodies that are handed to shared classes, which write every field of them on the row.

The ids of linked rows are no columns: they are declared so that no dump of a body has them.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

import libcst as cst

from backwright.transfer.carry.items import replaced
from backwright.transfer.carry.marks import code_of
from backwright.transfer.carry.placing import Placement
from backwright.transfer.carry.sites import Site, site_of
from backwright.transfer.carry.types import Import
from backwright.transfer.carry.values import Work

Sites = Mapping[str, Sequence[Site]]
LAYERS = ("service", "routes", "other", "model")
_TIGHT = cst.AssignEqual(cst.SimpleWhitespace(""), cst.SimpleWhitespace(""))


@dataclass(frozen=True, slots=True)
class Bodies:
    """The classes that are bodies of requests.

    `all` has the most telling first; all fields of those for `updates` may be left out; `only` are
    nothing else than bodies; `rows` are all classes that show a row or are sent as one.
    """

    all: Sequence[str]
    updates: frozenset[str]
    only: frozenset[str]
    rows: frozenset[str] = frozenset()


def bodies_of(placement: Placement) -> Bodies:
    """Return which of the classes that fields are placed in are bodies."""
    roles = {key.rpartition(":")[2]: role for key, (role, _) in placement.items()}
    taking = [n for n, role in roles.items() if role not in ("model", "public", "filter")]
    taking += [n for n, role in roles.items() if role == "public"]  # some are bodies, too
    updates = frozenset(n for n in taking if roles[n] == "update")
    only = updates | {n for n in taking if roles[n] == "create"}
    return Bodies(taking, updates, only, frozenset(roles))


def all_sites(
    works: Sequence[Work], trees: Sequence[cst.Module], bodies: Bodies
) -> dict[str, list[Site]]:
    """Return where the parts' functions make and change rows, by path of the part."""
    if not works:
        return {}
    facts = works[0].facts
    model = facts.renaming("").identifier(facts.model) if facts.model else facts.new.pascal
    layers = ((w, t) for w, t in zip(works, trees, strict=True) if w.part.role in LAYERS)
    return {w.part.path: _sites_in(t, model, bodies) for w, t in layers}


def _sites_in(tree: cst.Module, model: str, bodies: Bodies) -> list[Site]:
    sites: list[Site] = []
    owners = {
        id(f): c.name.value for c in tree.body if isinstance(c, cst.ClassDef) for f in c.body.body
    }

    def note(node: cst.CSTNode) -> cst.CSTNode | None:
        if not isinstance(node, cst.FunctionDef):
            return None
        site = site_of(node, model, bodies.all, bodies.updates, owners.get(id(node), ""))
        sites.extend([site] if site else [])
        return None

    replaced(tree, note)
    return sites


def elsewhere(sites: Sites, path: str, site: Site) -> list[Site]:
    """Return the sites of other parts for the same purpose."""
    return [
        other
        for home, found in sites.items()
        if home != path
        for other in found
        if other.is_change == site.is_change
    ]


def hands_out(sites: Sites, work: Work, site: Site) -> bool:
    """Tell whether what a site hands a body to is none of the exemplar's parts."""
    if not site.is_indirect:
        return False
    others = elsewhere(sites, work.part.path, site)
    if any(not other.is_indirect for other in others):
        return False
    return work.part.role != "routes" or not any(other.row is not None for other in others)


def without_ids(
    works: Sequence[Work], trees: Sequence[cst.Module], sites: Sites, bodies: Bodies
) -> list[cst.Module]:
    """Return the trees in which the ids of linked rows are left out when a body is dumped."""
    many = {f.column for w in works for f in w.likeness.links if f.kind == "many"}
    handed = any(hands_out(sites, w, s) for w in works for s in sites.get(w.part.path, ()))
    if not many or not handed:
        return list(trees)
    return [
        replaced(tree, lambda node, w=work: _body(w, node, many, bodies.only))  # type: ignore[misc]
        for work, tree in zip(works, trees, strict=True)
    ]


def _body(
    work: Work, node: cst.CSTNode, many: Collection[str], bodies: Collection[str]
) -> cst.CSTNode | None:
    if not isinstance(node, cst.ClassDef) or node.name.value not in bodies:
        return None
    made = replaced(node, lambda n: _excluded(work, n, many))
    return made if made is not node else None


def _excluded(work: Work, node: cst.CSTNode, many: Collection[str]) -> cst.CSTNode | None:
    if not isinstance(node, cst.AnnAssign) or code_of(node.target) not in many:
        return None
    option = cst.Arg(cst.Name("True"), keyword=cst.Name("exclude"), equal=_TIGHT)
    if any(_is_field(call) for call in _calls(node)):
        return replaced(
            node,
            lambda n: n.with_changes(args=[*n.args, option]) if _is_field(n) else None,  # type: ignore[attr-defined]
        )
    if node.value is None:
        return None
    work.imports |= _field_import(work)
    default = cst.Arg(node.value, keyword=cst.Name("default"), equal=_TIGHT)
    comma = cst.Comma(whitespace_after=cst.SimpleWhitespace(" "))
    return node.with_changes(
        value=cst.Call(cst.Name("Field"), [default.with_changes(comma=comma), option])
    )


def _calls(node: cst.AnnAssign) -> list[cst.CSTNode]:
    found: list[cst.CSTNode] = []

    def note(inner: cst.CSTNode) -> cst.CSTNode | None:
        found.extend([inner] if isinstance(inner, cst.Call) else [])
        return None

    replaced(node, note)
    return found


def _is_field(node: cst.CSTNode) -> bool:
    return isinstance(node, cst.Call) and code_of(node.func).rpartition(".")[2] == "Field"


def _field_import(work: Work) -> set[Import]:
    """Return where `Field` comes from: one module knows one of that name."""
    if known := {pair for pair in work.imports if pair[1] == "Field"}:
        return known
    module = "sqlmodel" if "sqlmodel" in work.part.code else "pydantic"
    return {(module, "Field")}
