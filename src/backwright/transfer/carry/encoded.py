"""Bodies that are made JSON before a row is made of them: a column of dates takes no text."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence

import libcst as cst
import libcst.matchers as m

from backwright.transfer.carry.handing import Bodies
from backwright.transfer.carry.items import replaced
from backwright.transfer.carry.marks import code_of
from backwright.transfer.carry.values import Work

# What JSON has no word for, so that it would be stored as something else than it is.
_CHANGED = frozenset({"date", "datetime", "decimal", "enum", "uuid"})


def with_values(
    works: Sequence[Work], trees: Sequence[cst.Module], bodies: Bodies
) -> list[cst.Module]:
    """Return modules in which `jsonable_encoder(body)` gives the body's own values."""
    code = "\n".join(tree.code for tree in trees)
    is_old = "model_dump" not in code and re.search(r"\.dict\(|orm_mode", code)
    dump = "dict" if is_old else "model_dump"

    def plain(node: cst.CSTNode) -> cst.CSTNode | None:
        return _plain(node, set(bodies.all), dump) if isinstance(node, cst.FunctionDef) else None

    pairs = zip(works, trees, strict=True)
    return [
        replaced(t, plain) if _matters(w) and "jsonable_encoder" in t.code else t for w, t in pairs
    ]


def _matters(work: Work) -> bool:
    return not work.has_samples and any(f.kind in _CHANGED for f in work.facts.new_fields)


def _plain(node: cst.FunctionDef, bodies: Collection[str], dump: str) -> cst.FunctionDef:
    params = [*node.params.params, *node.params.kwonly_params]
    kinds = {p.name.value: code_of(p.annotation.annotation) for p in params if p.annotation}
    given = {name for name, kind in kinds.items() if set(re.findall(r"\w+", kind)) & set(bodies)}

    def dumped(inner: cst.CSTNode) -> cst.CSTNode | None:
        encoder = m.Call(
            m.Name("jsonable_encoder"), [m.Arg(m.Name(), keyword=None), m.ZeroOrMore()]
        )
        if not m.matches(inner, encoder):
            return None
        call = cst.ensure_type(inner, cst.Call)
        body = code_of(call.args[0].value)
        if body not in given or not _is_stored(node, call):
            return None
        return call.with_changes(
            func=cst.Attribute(cst.Name(body), cst.Name(dump)), args=call.args[1:]
        )

    return replaced(node, dumped)


def _is_stored(node: cst.FunctionDef, call: cst.Call) -> bool:
    """Tell whether what a call gives becomes a row's values, rather than an answer."""
    code = code_of(call)
    for one in m.findall(node, m.Return() | m.Call()):
        if not any(found.deep_equals(call) for found in m.findall(one, m.Call())):
            continue
        if isinstance(one, cst.Return) and f"(**{code}" not in code_of(one):
            return False
        if isinstance(one, cst.Call) and code_of(one.func).endswith("Response"):
            return False
    return True
