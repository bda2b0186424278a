"""Fields added to a resource of any style: whatever is said of its fields is said of the new."""

from __future__ import annotations

import ast
import textwrap
from collections.abc import Mapping, Sequence
from dataclasses import replace

from backwright.errors import UsageError
from backwright.project.types import Model
from backwright.source.fallback import tree_of
from backwright.source.outline import used_names
from backwright.source.text import Splice, lines_between, splice
from backwright.spec.fields import nearest
from backwright.spec.types import FieldSpec, ResourceSpec
from backwright.transfer.carry import Part as CarryPart
from backwright.transfer.carry import extend
from backwright.transfer.dialect import bound
from backwright.transfer.draft import Draft
from backwright.transfer.example.chain import Part, read_chain
from backwright.transfer.example.facts import Learning, facts
from backwright.transfer.example.handing_over import hand_over
from backwright.transfer.example.lending import lend_names
from backwright.transfer.example.needs import add_needs
from backwright.transfer.example.ownership import Ownership
from backwright.transfer.example.surroundings import Surround
from backwright.transfer.example.telling_apart import tell_apart
from backwright.transfer.example.transfer import STEPS, Transferred, learn
from backwright.transfer.example.writer import DialectWriter
from backwright.values import Place


def find_model(owners: Ownership, name: str) -> Model:
    """Return the model of a resource by its name in any form.

    Raises:
        UsageError: there is none; the nearest is named.
    """
    names = owners.nouns.names
    forms = {n.pascal: m for m, n in names.items()} | {m: m for m in names}
    forms |= {n.snake: m for m, n in names.items()} | {n.plural_snake: m for m, n in names.items()}
    found = forms.get(name) or forms.get(name.lower())
    for model in owners.project.models:
        if model.name == found:
            return model
    known = sorted(n.pascal for n in names.values())
    raise UsageError(
        f"{name!r} is no resource of this project{nearest(name, known)}",
        remedy=f"one of: {', '.join(known)}" if known else "add it first: backwright add resource",
    )


def learn_itself(
    draft: Draft,
    owners: Ownership,
    model: Model,
    fields: Sequence[FieldSpec],
    installed: Mapping[str, str],
) -> Learning:
    """Read a resource as the exemplar of its own new fields."""
    chain = read_chain(owners, model)
    spec = ResourceSpec(chain.names, tuple(fields))
    return learn(draft, owners, chain, spec, installed, owned=model.owner is not None)


def missing_fields(learning: Learning) -> tuple[FieldSpec, ...]:
    """Return the fields that the resource does not have yet.

    Raises:
        UsageError: it has one by that name that is declared otherwise, or one refers to no model.
    """
    model = learning.chain.model
    have = {c.name: c for c in model.columns}
    related = {r.name: r for r in model.relationships}
    missing = []
    for field in learning.spec.fields:
        partner = learning.dialect.partner(field.target) if field.target else None
        if field.target and partner is None:
            known = sorted(p.names.pascal for p in learning.dialect.partners.values())
            raise UsageError(
                f"{field.target!r} in {field.word!r} is no model of this project"
                f"{nearest(field.target, known)}",
                remedy=f"models: {', '.join(known)}",
            )
        if field.column not in have and field.name not in {**have, **related}:
            missing.append(field)
            continue
        links = related.get(field.name)
        is_link = field.kind == "many" and links is not None and partner is not None
        if is_link and links and partner and links.target == partner.model:
            continue
        column = have.get(field.column)
        if column is None or not _is_the_same(learning, field, column.file, column.line):
            raise UsageError(
                f"{model.name} has a {field.name} already, declared otherwise than {field.word!r}",
                place=Place(column.file, column.line) if column else Place(model.file, model.line),
                remedy="name the new field otherwise",
            )
    return tuple(missing)


def _is_the_same(learning: Learning, field: FieldSpec, file: str, line: int) -> bool:
    """Tell whether a column is declared just as it would be written now.

    One that is required without a default may have been made optional, for rows that were there.
    """
    speaker = bound(learning.dialect, learning.spec.names, learning.home())
    forms = [field, replace(field, optional=True)] if field.required else [field]
    wanted = [speaker.model_column(form).code for form in forms]
    if learning.dialect.orm == "sqlmodel":
        wanted += [speaker.shared_column(form).code for form in forms]
    for node in ast.walk(learning.owners.modules.tree(file)):
        if not isinstance(node, ast.AnnAssign | ast.Assign):
            continue
        if node.lineno <= line <= (node.end_lineno or node.lineno):
            there = ast.dump(node)
            return any(ast.dump(ast.parse(code).body[0]) == there for code in wanted)
    return False


def extend_resource(draft: Draft, learning: Learning, *, width: int) -> Transferred:
    """Write new fields into a resource's own chain, in the draft.

    Args:
        draft: the host; it is changed.
        learning: the resource, its dialect, the fields.
        width: the longest line of the host.
    """
    speaker = bound(learning.dialect, learning.spec.names, learning.home())
    pieces = [p for part in learning.chain.parts for p in _pieces(learning, part)]
    carried = extend([p for _, p, _ in pieces], facts(learning), DialectWriter(speaker))
    done = Transferred(notes=list(carried.notes))
    splices: dict[str, list[Splice]] = {}
    wanted: dict[str, set[tuple[str, str]]] = {}
    for part, piece, indent in pieces:
        new = carried.codes.get(piece.path, piece.code)
        wanted.setdefault(part.path, set()).update(carried.imports.get(piece.path, frozenset()))
        if new == piece.code:
            continue
        done.add(STEPS[part.role], part.path)
        end = piece.line + len(piece.code.splitlines())
        text = textwrap.indent(new, indent)
        splices.setdefault(part.path, []).append(Splice(piece.line, end, text))
    for path, edits in splices.items():
        draft.write(path, splice(draft.text(path), edits))
    for path in Surround(draft, learning, speaker, width).complete(is_new=False):
        done.add("model", path)
    for path in tell_apart(draft, learning):
        done.add("model", path)
    handed, left = hand_over(draft, learning)
    for path in handed:
        done.add(STEPS[learning.chain.parts_of(path)[0].role], path)
    done.notes += left
    for path, imports in wanted.items():
        used = used_names(tree_of(draft.text(path))) if imports else set()
        imports = {(m, n) for m, n in imports if not n or n.rpartition(" ")[2] in used}
        if imports:
            add_needs(draft, learning.owners.modules, path, path, imports, width=width)
    lend_names(draft, learning, {}, width=width)
    done.new_tests = [
        p for p in splices if any(x.role == "test" for x in learning.chain.parts_of(p))
    ]
    return done


def _pieces(learning: Learning, part: Part) -> list[tuple[Part, CarryPart, str]]:
    """Return a part's code for carrying: a module, or each definition; and how far it is indented."""
    code = learning.owners.modules.text(part.path).removeprefix("\ufeff")
    if part.whole:
        return [(part, CarryPart(part.path, code.replace("\r\n", "\n"), part.role, 1), "")]
    found = []
    for index, statement in enumerate(part.statements):
        text = lines_between(code, statement.start, statement.end)
        first = next(line for line in text.splitlines() if line.strip())
        indent = first[: len(first) - len(first.lstrip())]
        dedented = textwrap.dedent(text) if indent else text  # which empties blank lines
        key = f"{part.key}::{index}"
        found.append((part, CarryPart(key, dedented, part.role, statement.start), indent))
    return found
