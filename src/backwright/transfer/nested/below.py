"""`GET /authors/{author_id}/books`: the author is found as it is by itself, the books as in their list."""

from __future__ import annotations

import ast
import re
from collections.abc import Sequence
from dataclasses import dataclass

from backwright.project.types import Model, Project
from backwright.source.text import indent_by
from backwright.spec.names import article
from backwright.transfer.guarding.edits import Edits
from backwright.transfer.model import link_word
from backwright.transfer.nested.composing import (
    aliases,
    bound_imports,
    imports_of,
    merge,
    rename_in,
    signature,
)
from backwright.transfer.nested.ground import Ground, Nested, Relation, Side
from backwright.transfer.nested.handlers import (
    Handler,
    Param,
    UnsaidError,
    bound_in,
    handler_of,
    option,
    params_of,
)
from backwright.transfer.nested.lists import Narrowed, body_of, copied, way_of
from backwright.transfer.nested.parents import Parent, parent_of, refusal

_OWN_WORDS = ("path", "summary", "description", "name", "operation_id", "response_description")


def write_list(
    ground: Ground, parent_side: Side, child_side: Side, relation: Relation, made: Nested
) -> None:
    """Write the endpoint that lists the rows below one.

    Raises:
        UnsaidError: the handlers of both do not show how.
    """
    parent = parent_of(ground, parent_side)
    child = handler_of(ground.program, child_side.endpoint("list"))
    narrowed = _narrowed(ground, parent_side, child_side, relation, parent)
    rows = _rows(ground, parent, child, child_side, narrowed, made)
    segment = path_below(ground, parent, child_side, relation)
    body = parent.found.code + rows.code
    if not parent.found.refuses:
        body = f"{parent.found.code}{refusal(ground, parent, parent_side)}{rows.code}"
    head = Head(
        path=f"{parent.path.rstrip('/')}/{segment}",
        name=_name(child, relation, child_side, narrowed),
        said=f"List the {_said(relation, child_side)} of {_one(parent_side)}.",
    )
    text = _handler(ground, parent, child, rows, head, body)
    home = parent.handler.file
    needs = imports_of(ground.program, home, child, rows.renamed, text)
    ground.put(home, parent.handler.node, text, needs | rows.needs)
    made.add("routes", home)
    path = f"{parent.full.rstrip('/')}/{segment}"
    made.answer("GET", path, parent.handler.endpoint, child.endpoint)


def _name(child: Handler, relation: Relation, side: Side, narrowed: Narrowed) -> str:
    """Return the function's name: that of the whole list and whose part it is."""
    if relation.field.kind == "ref" or relation.field.name == side.names.plural_snake:
        return f"{child.node.name}{narrowed.suffix}"
    verb = child.node.name.strip("_").partition("_")[0]
    return f"{verb}_{relation.field.name}{narrowed.suffix}"


def _said(relation: Relation, side: Side) -> str:
    if relation.field.kind == "ref":
        return side.names.plural_human
    return relation.field.name.replace("_", " ")


@dataclass(frozen=True, slots=True)
class Head:
    """What an endpoint is called: its path, its function, its docstring."""

    path: str
    name: str
    said: str


@dataclass(frozen=True, eq=False)
class _Rows:
    """How the rows below one are listed: statements, parameters, names, imports."""

    code: str
    params: tuple[Param, ...]
    renamed: dict[str, str]
    needs: set[tuple[str, str]]


def _rows(
    ground: Ground, parent: Parent, child: Handler, side: Side, narrowed: Narrowed, made: Nested
) -> _Rows:
    """Return how the rows below one are listed: as all of them are, but of one parent only.

    Raises:
        UnsaidError: the list does not show how.
    """
    program, code, prefix = ground.program, ground.code(child.file), side.names.snake
    taken = sorted(bound_in(parent.handler.body))
    own = {p.name for p in params_of(program, child, code)}
    filters = own & {narrowed.argument}  # which the path says now
    told = "" if filters else filtered(ground, child, side, narrowed, parent.value)
    merged = merge(program, parent.params, child, code, prefix, taken, sorted(filters))
    renamed = {**aliases(program, parent.handler.file, child, prefix), **merged.renamed}
    renamed |= dict.fromkeys(filters, parent.value)
    needs: set[tuple[str, str]] = set()
    edits = Edits(code)
    if not filters and not told:
        way = way_of(program, child, side.model.name)
        copies = copied(program, edits, way, narrowed, parent.value)
        renamed = {old: new for old, new in renamed.items() if old not in copies.called}
        needs |= copies.at_home if child.file != parent.handler.file or copies.called else set()
        needs |= set(narrowed.needs) if not way.calls else set()
        kinds = kind_imports(ground, parent, narrowed.kind)
        for function, text in copies.behind.items():
            more = copies.needs.get(function.path, set())
            ground.put(function.path, function.node, text, more | kinds)
            made.add("service", function.path)
    rename_in(child, edits, renamed)
    body = told + body_of(edits.made(), child)
    return _Rows(body, merged.params, renamed, needs)


def filtered(ground: Ground, child: Handler, side: Side, narrowed: Narrowed, value: str) -> str:
    """Return the statement by which a list that has such a filter is asked for some rows only."""
    program = ground.program
    plural = re.compile(rf"(?:\w+_)?{narrowed.suffix.removeprefix('_of_')}_ids")
    for argument in child.function.parameters:
        cls = program.class_of(child.file, argument.annotation)
        if cls is None or cls.node.name == side.model.name:
            continue
        fields = program.fields(cls)
        copy = "model_copy" if ground.is_pydantic_two else "copy"
        name = argument.arg
        if narrowed.argument in fields:
            return f'{name} = {name}.{copy}(update={{"{narrowed.argument}": {value}}})\n'
        several = [one for one in fields if plural.fullmatch(one)]
        if several:
            return f'{name} = {name}.{copy}(update={{"{several[-1]}": [{value}]}})\n'
    return ""


def _narrowed(
    ground: Ground, parent_side: Side, child_side: Side, relation: Relation, parent: Parent
) -> Narrowed:
    model, column = child_side.model.name, relation.field.column
    if relation.field.kind == "ref":
        return Narrowed(
            model, column, parent.kind, f"{{model}}.{column} == {{value}}",
            f"_of_{relation.field.name}",
        )  # fmt: skip
    condition, needs = linked(ground, parent_side, child_side, relation)
    name = parent_side.names.snake
    return Narrowed(model, f"{name}_id", parent.kind, condition, f"_of_{name}", needs)


def linked(
    ground: Ground, parent: Side, child: Side, relation: Relation
) -> tuple[str, frozenset[tuple[str, str]]]:
    """Return what is true of rows that are linked with one, and what that needs.

    To a type checker SQLModel's relationships are lists, which have no `any`: there the link's own
    columns are asked.

    Raises:
        UnsaidError: neither the children nor the link can be asked.
    """
    module = ground.program.sources.module
    link = link_of(ground.project, parent.model, child.model, relation)
    if ground.is_typed and link is not None:
        model, here, there = link
        inner = f"select({model.name}.{there}).where({model.name}.{here} == {{value}})"
        needs = {(module(model.file), model.name), ("sqlmodel", "col"), ("sqlmodel", "select")}
        return f"col({{model}}.{child.key}).in_({inner})", frozenset(needs)
    if not relation.there:
        raise UnsaidError(f"{child.model.name} does not know its {parent.names.plural_human}")
    owner = parent.model
    condition = f"{{model}}.{relation.there}.any({owner.name}.{parent.key} == {{value}})"
    return condition, frozenset({(module(owner.file), owner.name)})


def link_of(
    project: Project, parent: Model, child: Model, relation: Relation
) -> tuple[Model, str, str] | None:
    """Return the class of a many-to-many's links, its column of the parent and of the child."""
    side = next((r for r in parent.relationships if r.name == relation.field.name), None)
    word = f"{link_word(relation.field)}_id"
    for model in project.models:
        if side is None or side.secondary not in (model.name, model.table):
            continue
        columns = {c.name: (c.foreign_key or "").rpartition(".")[0] for c in model.columns}
        here = [n for n, table in columns.items() if table == parent.table and n != word]
        if len(here) == 1 and columns.get(word) == child.table:
            return model, here[0], word
    return None


def kind_imports(ground: Ground, parent: Parent, kind: str) -> set[tuple[str, str]]:
    """Return what the type of a key has to be imported from, where it is none of Python's own."""
    name = kind.partition(".")[0]
    known = bound_imports(ground.program, parent.handler.file)
    return {known[name]} if name in known else set()


def path_below(
    ground: Ground, parent: Parent, side: Side, relation: Relation, *, is_new: bool = True
) -> str:
    """Return the last part of the path: as in the children's own, unless the relation has a name.

    Raises:
        UnsaidError: there is such a path already, and it is to be a new one.
    """
    own = side.endpoint("list").path.rstrip("/").rpartition("/")[2] if "list" in side.verbs else ""
    called = relation.there if relation.field.kind == "ref" else relation.field.name
    usual = not called or called in (side.names.plural_snake, side.names.snake)
    dashed = not any("_" in e.path.partition("{")[0] for e in ground.project.endpoints)
    named = called.replace("_", "-") if dashed else called
    segment = own if usual and own and "{" not in own else named or side.names.plural_kebab
    path = f"{parent.full.rstrip('/')}/{segment}"
    if is_new and any(e.path.rstrip("/") == path for e in ground.project.endpoints):
        raise UnsaidError(f"there is a {path} already")
    return f"{segment}/" if is_new and parent.path.endswith("/") else segment


def _one(side: Side) -> str:
    return f"{article(side.names.human)} {side.names.human}"


def _handler(
    ground: Ground, parent: Parent, child: Handler, rows: _Rows, head: Head, body: str
) -> str:
    """Return the code of an endpoint: its decorator, its first line, its statements."""
    options = [f"{k}={v}" for k, v in _options(ground, parent, child, rows.renamed).items()]
    returns = child.node.returns
    edits = Edits(ground.code(child.file))
    shown = edits.text(edits.start(returns), edits.end(returns)) if returns else ""
    params = [_renamed_param(p, rows.renamed) for p in rows.params]
    documented = ast.get_docstring(parent.handler.node) or ast.get_docstring(child.node)
    docs = f'    """{head.said}"""\n' if documented else ""
    is_async = parent.handler.is_async or child.is_async
    line = signature(head.name, params, is_async=is_async, returns=shown, width=ground.width)
    return f"{registered(parent, 'get', head.path, options)}{line}{docs}{indent_by(body, '    ')}"


def registered(parent: Parent, method: str, path: str, options: Sequence[str]) -> str:
    """Return a decorator like that of the parent's own endpoint, under its heading if it has no other."""
    edits = Edits(parent.code)
    tags = option(parent.handler, "tags")
    if tags is not None and not any(one.startswith("tags=") for one in options):
        options = [*options, f"tags={edits.text(edits.start(tags), edits.end(tags))}"]
    call = parent.handler.decorator
    assert isinstance(call.func, ast.Attribute)  # noqa: S101 - looked at when it was found
    router = edits.text(edits.start(call.func.value), edits.end(call.func.value))
    quote = "'" if edits.text(edits.start(call), edits.end(call)).count("'") else '"'
    return f"@{router}.{method}({', '.join([f'{quote}{path}{quote}', *options])})\n"


def _options(
    ground: Ground, parent: Parent, child: Handler, renamed: dict[str, str]
) -> dict[str, str]:
    """Return the keywords of the list's decorator, and what the parent's depends on besides."""
    edits = Edits(ground.code(child.file))
    found = {
        k.arg: _with(edits.text(edits.start(k.value), edits.end(k.value)), renamed)
        for k in child.decorator.keywords
        if k.arg and k.arg not in _OWN_WORDS
    }
    responses = option(parent.handler, "responses")
    if "responses" in found and responses is not None:
        found["responses"] = _both(found["responses"], ast.unparse(responses))
    guards = option(parent.handler, "dependencies")
    if guards is not None:
        own = Edits(parent.code)
        text = own.text(own.start(guards), own.end(guards))
        there = found.get("dependencies")
        both = there and text.startswith("[") and there.startswith("[") and there != text
        found["dependencies"] = f"[{text[1:-1]}, {there[1:-1]}]" if both and there else text
    return found


def _both(one: str, other: str) -> str:
    """Return the errors of two endpoints where one function tells both: `errors(400, 404)`."""
    calls = [ast.parse(text, mode="eval").body for text in (one, other)]
    names = {ast.unparse(c.func) for c in calls if isinstance(c, ast.Call)}
    given = {ast.unparse(a) for c in calls if isinstance(c, ast.Call) for a in c.args}
    if len(names) != 1 or not all(isinstance(c, ast.Call) for c in calls):
        return one
    return f"{names.pop()}({', '.join(sorted(given))})"


def _renamed_param(param: Param, renamed: dict[str, str]) -> Param:
    return Param(param.name, _with(param.rest, renamed), param.injected, param.required)


def _with(text: str, renamed: dict[str, str]) -> str:
    for old, new in renamed.items():
        text = re.sub(rf"(?<![\w.]){re.escape(old)}\b", new, text)
    return text
