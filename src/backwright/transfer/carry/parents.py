"""Rows that tests need: a reference that must be given points to a row that the test comes by."""

from __future__ import annotations

import ast
import re
from collections.abc import Collection, Mapping, Sequence

import libcst as cst
import libcst.matchers as m

from backwright.source.fallback import tree_of
from backwright.spec.types import FieldSpec
from backwright.transfer.carry.items import functions_in, replaced
from backwright.transfer.carry.makers import (
    Asking,
    Maker,
    by_fixture,
    by_helper,
    by_session,
    fixtures_and_helpers,
)
from backwright.transfer.carry.marks import code_of
from backwright.transfer.carry.posting import by_request
from backwright.transfer.carry.types import Import, Parent
from backwright.transfer.carry.values import Work, parent_mark

_DEFINITIONS = (cst.FunctionDef, cst.ClassDef)


def with_parents(work: Work, tree: cst.Module) -> cst.Module:
    """Return a test part's tree in which the rows that references point to are come by.

    Where there is no way to one, the mark stays, and what needs the row is left out.
    """
    links = [f for f in work.likeness.columns if f.kind == "ref"]
    if not work.has_samples or not links:
        return tree
    made = _with_borrowed(work, replaced(tree, lambda n: _function(work, links, n)))
    asked = {
        f.name.value: params
        for f in functions_in(made)
        if not f.name.value.startswith("test_")
        and not any("fixture" in code_of(d) for d in f.decorators)
        and (params := _new_params(f, tree))
    }
    return replaced(made, lambda n: _passing(n, asked, work)) if asked else made


def _with_borrowed(work: Work, tree: cst.Module) -> cst.Module:
    """Put the fixtures of the exemplar's module that are asked for before the module's own."""
    if not work.borrowed:
        return tree
    work.imports |= _imports_in(work.part.code, "\n".join(work.borrowed))
    new = cst.parse_module("\n\n\n".join(["", *work.borrowed]) + "\n").body
    body = list(tree.body)
    first = next((i for i, s in enumerate(body) if isinstance(s, _DEFINITIONS)), len(body))
    return tree.with_changes(body=[*body[:first], *new, *body[first:]])


def _imports_in(code: str, used: str) -> set[Import]:
    """Return what a piece of code uses of a module's imports."""
    words = set(re.findall(r"\w+", used))
    return {
        (node.module, alias.name)
        for node in tree_of(code).body
        if isinstance(node, ast.ImportFrom) and node.module and not node.level
        for alias in node.names
        if alias.name in words and alias.asname is None
    }


def _new_params(node: cst.FunctionDef, before: cst.Module) -> list[str]:
    """Return the parameters that a helper has got for the rows that it needs."""
    old = next((f for f in functions_in(before) if f.name.value == node.name.value), None)
    had = {p.name.value for p in old.params.params} if old else set()
    return [p.name.value for p in node.params.params if p.name.value not in had]


def _passing(
    node: cst.CSTNode, asked: Mapping[str, Sequence[str]], work: Work
) -> cst.CSTNode | None:
    """Return a function that hands a helper what it asks for now."""
    if not isinstance(node, cst.FunctionDef) or node.name.value in asked:
        return None
    needed: set[str] = set()

    def call(place: cst.CSTNode) -> cst.CSTNode | None:
        name = code_of(place.func) if isinstance(place, cst.Call) else ""
        if not isinstance(place, cst.Call) or name not in asked:
            return None
        tight = cst.AssignEqual(cst.SimpleWhitespace(""), cst.SimpleWhitespace(""))
        new = [cst.Arg(cst.Name(p), keyword=cst.Name(p), equal=tight) for p in asked[name]]
        needed.update(asked[name])
        stars = [a for a in place.args if a.star == "**"]
        plain = [a for a in place.args if a.star != "**"]
        return place.with_changes(args=[*plain, *new, *stars])

    made = replaced(node, call)
    if not needed:
        return None
    have = {p.name.value for p in (*node.params.params, *node.params.kwonly_params)}
    return _with_params(made, sorted(needed - have), work)


def _function(work: Work, links: list[FieldSpec], node: cst.CSTNode) -> cst.CSTNode | None:
    if not isinstance(node, cst.FunctionDef):
        return None
    made = node
    for field in links:
        marks = {json: parent_mark(work, field, json=json) for json in (False, True)}
        parent = work.facts.parent(field.target)
        if not re.search(rf"\b({'|'.join(marks.values())})\b", code_of(made)) or parent is None:
            continue
        maker = _maker(work, parent, made, _made_before(made, marks.values()))
        if maker:
            work.imports |= maker.imports
            work.borrowed |= dict.fromkeys(maker.borrowed)
            ids = {
                mark: work.use(work.writer.sample(field, 0, json=json, linked=maker.id))
                for json, mark in marks.items()
            }
            made = _given(made, ids, maker, work)
    return made if made is not node else None


def _made_before(node: cst.FunctionDef, marks: Collection[str]) -> frozenset[str]:
    """Return the variables that a function assigns before it needs a row."""
    found: set[str] = set()
    for statement in node.body.body[: _place_of(node, marks)]:
        for target in m.findall(statement, m.AssignTarget(target=m.Name())):
            found.add(
                cst.ensure_type(cst.ensure_type(target, cst.AssignTarget).target, cst.Name).value
            )
    return frozenset(found)


def _place_of(node: cst.FunctionDef, marks: Collection[str]) -> int:
    """Return which statement of a function is the first that needs a row."""
    asked = re.compile(rf"\b(?:{'|'.join(marks)})\b")
    places = (i for i, s in enumerate(node.body.body) if asked.search(code_of(s)))
    return next(places, 0)


def _maker(work: Work, parent: Parent, node: cst.FunctionDef, made: frozenset[str]) -> Maker | None:
    functions = fixtures_and_helpers(work.facts)
    params = (*node.params.params, *node.params.kwonly_params)
    asking = Asking(
        path=work.part.path,
        params=tuple(p.name.value for p in params),
        is_async=node.asynchronous is not None,
        scope=_scope(node),
        made=made,
        left=work.part.path if work.part.whole and not work.extends else None,
    )
    return (
        by_fixture(functions, parent, asking)
        or by_helper(functions, parent, asking)
        or by_session(functions, parent, asking, _values(work, parent, asking))
        or by_request(work.facts.tests, parent, asking, work.part.code)
    )


def _scope(node: cst.FunctionDef) -> str:
    match = re.search(r"scope=['\"](\w+)['\"]", "".join(code_of(d) for d in node.decorators))
    return match[1] if match else "function"


def _values(work: Work, parent: Parent, asking: Asking) -> str | None:
    """Return the arguments of a new row of a parent, or None where they are not known."""
    if parent.required is None:
        return None
    given = [
        f"{f.column}={work.use(work.writer.sample(f, 0, json=False))}" for f in parent.required
    ]
    if parent.owner:
        user = next((p for p in asking.params if p in ("user", "test_user", "current_user")), None)
        if user is None:
            return None
        given.append(f"{parent.owner}={user}.id")
    return ", ".join(given)


def _given(
    node: cst.FunctionDef, ids: Mapping[str, str], maker: Maker, work: Work
) -> cst.FunctionDef:
    """Put a maker's statements first, ask for its fixtures, and use the id."""

    def id_(place: cst.CSTNode) -> cst.CSTNode | None:
        known = ids.get(place.value) if isinstance(place, cst.Name) else None
        return cst.parse_expression(known) if known else None

    place = _place_of(node, ids) if maker.late else _behind_docstring(node)
    made = replaced(node, id_)
    new = list(cst.parse_module(maker.code).body)
    body = made.body.with_changes(body=[*made.body.body[:place], *new, *made.body.body[place:]])
    have = {p.name.value for p in (*made.params.params, *made.params.kwonly_params)}
    names = [n for n in maker.params if n not in have]
    return _with_params(made.with_changes(body=body), names, work)


def _behind_docstring(node: cst.FunctionDef) -> int:
    return int(node.get_docstring() is not None)


def _with_params(node: cst.FunctionDef, names: Sequence[str], work: Work) -> cst.FunctionDef:
    """Add parameters, before those that have a default."""
    old = list(node.params.params)
    at = next((i for i, p in enumerate(old) if p.default is not None), len(old))
    comma = cst.Comma(whitespace_after=cst.SimpleWhitespace(" "))
    made = [*old[:at], *(_param(n, work) for n in names), *old[at:]]
    if not names or not made:
        return node
    last = old[-1].comma if old else cst.MaybeSentinel.DEFAULT
    made = [p.with_changes(comma=_kept(p, comma)) for p in made[:-1]] + [
        made[-1].with_changes(comma=last)
    ]
    return node.with_changes(params=node.params.with_changes(params=made))


def _kept(param: cst.Param, comma: cst.Comma) -> cst.Comma:
    return param.comma if isinstance(param.comma, cst.Comma) else comma


def _param(name: str, work: Work) -> cst.Param:
    """Return a fixture's parameter, annotated as it is elsewhere in the module.

    What it is annotated with may be the exemplar itself, which is called otherwise in what is made.
    """
    match = re.search(rf"[(,]\s*{name}: ([\w.\[\]]+)", work.part.code)
    if match:
        work.imports |= _imports_in(work.part.code, match[1])
    annotation = cst.Annotation(cst.parse_expression(match[1])) if match else None
    return cst.Param(cst.Name(name), annotation=annotation)
