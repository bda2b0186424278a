"""Carrying an exemplar's code over to a new resource's fields."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping, Sequence

import libcst as cst

from backwright.source.alignment import aligned
from backwright.source.fallback import parse_newer
from backwright.spec.names import names_of
from backwright.spec.types import FieldSpec
from backwright.transfer.carry.answers import unwrapped
from backwright.transfer.carry.clashing import answer_clashes
from backwright.transfer.carry.clauses import with_true_lists
from backwright.transfer.carry.dangling import dangling, not_imported
from backwright.transfer.carry.dropping import Dropper, lost_parameters
from backwright.transfer.carry.encoded import with_values
from backwright.transfer.carry.fill import Filler
from backwright.transfer.carry.flagged import with_rows_deleted
from backwright.transfer.carry.given import with_given_kept
from backwright.transfer.carry.handing import Bodies, all_sites, bodies_of
from backwright.transfer.carry.inlining import inlined
from backwright.transfer.carry.items import functions_in, replaced
from backwright.transfer.carry.late import without_late_imports
from backwright.transfer.carry.likeness import Likeness
from backwright.transfer.carry.links import link
from backwright.transfer.carry.marking import mark_fields
from backwright.transfer.carry.marks import (
    code_of,
    far_sides,
    field_functions,
    fields_in,
    is_enum,
    unmarked,
)
from backwright.transfer.carry.mentions import is_error, pass_on, told_of_keys
from backwright.transfer.carry.parents import with_parents
from backwright.transfer.carry.partly import with_given_alone
from backwright.transfer.carry.placing import (
    Placement,
    Shape,
    place,
    presence,
    shapes_of,
    with_reads,
)
from backwright.transfer.carry.quotes import in_own_quotes
from backwright.transfer.carry.rows import Rows
from backwright.transfer.carry.takers import takers_of
from backwright.transfer.carry.tidy import tidied
from backwright.transfer.carry.types import Carried, Facts, Part, Writer
from backwright.transfer.carry.unbound import without_unbound
from backwright.transfer.carry.unsaid import tests_of_the_unsaid
from backwright.transfer.carry.unused import Lost, without_unused
from backwright.transfer.carry.uploads import without_uploads
from backwright.transfer.carry.values import Work
from backwright.transfer.carry.verbs import with_missing_verbs
from backwright.transfer.rename import RenameCode
from backwright.values import Note


def carry(parts: Sequence[Part], facts: Facts, writer: Writer) -> Carried:
    """Return the exemplar's parts as the new resource's.

    All parts are given at once: what is left out of one takes what uses it in the others with it.

    Args:
        parts: the exemplar's code, by file.
        facts: what is known of the exemplar and of the new resource.
        writer: writes declarations and samples in the host's dialect.

    Raises:
        libcst.ParserSyntaxError: a part is not Python.
    """
    far = far_sides(parts, facts)
    trees = [_renamed(part, mark_fields(part, facts, far=far), facts) for part in parts]
    uploads = without_uploads(parts, trees, facts)
    trees = uploads.trees
    trees = [inlined(t) if p.role == "test" else t for p, t in zip(parts, trees, strict=True)]
    first = list(trees)
    shapes = shapes_of(zip(parts, trees, strict=True), facts)
    likeness = Likeness(facts, presence(shapes, facts))
    rows = Rows(_are_apart(facts), likeness.is_row, likeness.is_all)
    rows.collect(trees)
    takers = takers_of(trees)
    works = [Work(part, facts, likeness, writer, rows, takers=takers) for part in parts]
    lost = lost_parameters(trees)
    trees, placement = _filled(works, trees, likeness, shapes)
    for index, work in enumerate(works):
        trees[index] = _visited(trees[index], _Mentions(work))
        trees[index] = with_parents(work, kept_targets(work, trees[index]))
    trees = with_rows_deleted(works, trees)
    whole = list(trees)
    about = field_functions(parts, facts, likeness.keys) | dangling(parts, trees, facts)
    about |= uploads.names
    for index, note in uploads.notes:
        works[index].notes.append(note)
    trees, gone = _dropped(works, trees, about, lost)
    if unsaid := tests_of_the_unsaid(works, whole, trees):
        trees, more = _dropped(works, trees, unsaid, lost)
        gone |= more
    trees = unwrapped(whole, trees)
    trees, unused = without_unused(first, whole, trees, [_referred_to(w) for w in works])
    _note_unused(works, unused)
    trees = [_sound(w, t) for w, t in zip(works, trees, strict=True)]
    bodies = bodies_of(placement)
    trees = with_values(works, trees, bodies)
    own = _functions(trees)
    trees = with_missing_verbs(works, trees, bodies)
    written = _functions(trees) - own
    sites = all_sites(works, trees, bodies)
    trees = [without_late_imports(t) for t in _linked(works, trees, bodies)]
    trees = answer_clashes(works, trees, sites, all_sites(works, trees, bodies), written)
    trees = in_own_quotes(with_true_lists(trees, [part.code for part in parts], facts), first)
    trees = [tidied(t, w.part.code) for w, t in zip(works, trees, strict=True)]
    return Carried(
        codes={w.part.path: aligned(t.code) for w, t in zip(works, trees, strict=True)},
        imports={w.part.path: frozenset(w.imports) for w in works},
        notes=_notes(works),
        left_out=frozenset(g for g in gone if not g.startswith(".")),
    )


def _note_unused(works: Sequence[Work], unused: Sequence[Lost]) -> None:
    for one in unused:
        text = f"the parameter `{one.name}` is left out: nothing uses it any more"
        works[one.tree].note(works[one.tree].line_of(one.function), text)


def _filled(
    works: Sequence[Work],
    trees: Sequence[cst.Module],
    likeness: Likeness,
    shapes: Mapping[str, Shape],
) -> tuple[list[cst.Module], Placement]:
    """Return the trees with the new fields in the old ones' places, and where each field stands."""

    def fill(placement: Placement) -> list[cst.Module]:
        return [_visited(t, Filler(w, placement)) for w, t in zip(works, trees, strict=True)]

    placement = place(likeness, shapes)
    filled = fill(placement)
    complete = with_reads(placement, shapes, _reads(filled, likeness.facts))
    if complete == placement:
        return filled, placement
    return fill(complete), complete  # a schema lacked what code asks of it


def _functions(trees: Sequence[cst.Module]) -> set[str]:
    return {s.name.value for t in trees for s in t.body if isinstance(s, cst.FunctionDef)}


def _referred_to(work: Work) -> frozenset[str]:
    """Return the nouns of what old references point to and no new one, in a module of tests.

    What new rows are linked to besides is made by no test.
    """
    facts = work.facts
    kept = {facts.model_of(f.target) for f in facts.new_fields if f.kind == "ref"}
    if work.part.role != "test" or work.extends:
        return frozenset()
    old = {f.target for f in facts.fields if f.target and facts.model_of(f.target) not in kept}
    return frozenset(names_of(target).snake for target in old if target != facts.model)


def _linked(works: Sequence[Work], trees: Sequence[cst.Module], bodies: Bodies) -> list[cst.Module]:
    stays = works and works[0].extends  # then what is there is its people's
    if stays:
        return link(works, trees, bodies)
    made = link(works, with_given_alone(trees, bodies.updates), bodies)
    return with_given_kept(works, made, bodies.updates)


def _reads(trees: Sequence[cst.Module], facts: Facts) -> Iterator[tuple[str, FieldSpec]]:
    """Yield the new fields that code reads of parameters, with the classes of these."""
    columns = {f.column: f for f in facts.new_fields if f.kind != "many"}
    for tree in trees:
        for function in functions_in(tree):
            code = code_of(function.body)
            for param in (*function.params.params, *function.params.kwonly_params):
                kind = code_of(param.annotation) if param.annotation else ""
                for name in re.findall(rf"\b{param.name.value}\.(\w+)\b(?!\()", code):
                    if name in columns:
                        yield kind.rpartition(".")[2], columns[name]


def kept_targets(work: Work, tree: cst.Module) -> cst.Module:
    """Name the models that old references point to, where new ones point to them, too."""
    facts = work.facts
    kept = {facts.model_of(f.target) for f in facts.new_fields if f.target}
    kept.discard(facts.model)  # whose name is the resource's everywhere else
    names = {i: f.target for i, f in enumerate(facts.fields) if facts.model_of(f.target) in kept}

    def named(node: cst.CSTNode) -> cst.CSTNode | None:
        if not isinstance(node, cst.Name) or not is_enum(node):
            return None
        target = names.get(min(fields_in(node)))
        return cst.Name(target) if target else None

    return replaced(tree, named) if fields_in(tree) & names.keys() else tree


def _sound(work: Work, tree: cst.Module) -> cst.Module:
    """Leave out what is no Python any more; this should not be, and is told if it is."""
    if parse_newer(tree.code.encode()) is not None:
        return tree
    kept = []
    for statement in tree.body:
        if parse_newer(code_of(statement).encode()) is not None:
            kept.append(statement)
            continue
        name = getattr(statement, "name", None)
        work.note(1, f"{code_of(name) if name else 'a statement'} could not be carried over")
    return tree.with_changes(body=kept)


def extend(parts: Sequence[Part], facts: Facts, writer: Writer) -> Carried:
    """Return a resource's parts with new fields next to those that it has.

    Whatever is said of each of its fields is said of the new ones, too; everything else stays byte
    for byte.

    Args:
        parts: the resource's code, by file.
        facts: what is known of it: `fields` are those that it has, `new_fields` those to add.
        writer: writes declarations and samples in the host's dialect.

    Raises:
        libcst.ParserSyntaxError: a part is not Python.
    """
    trees = [mark_fields(part, facts, stays=True) for part in parts]
    first = list(trees)
    shapes = shapes_of(zip(parts, trees, strict=True), facts)
    likeness = Likeness(facts, presence(shapes, facts))
    rows = Rows(_are_apart(facts), likeness.is_row, likeness.is_all)
    rows.collect(trees)
    takers = takers_of(trees)
    works = [
        Work(part, facts, likeness, writer, rows, takers=takers, extends=True) for part in parts
    ]
    placement = place(likeness, shapes)
    trees = [
        with_parents(w, _visited(t, Filler(w, placement)))
        for w, t in zip(works, trees, strict=True)
    ]
    bodies = bodies_of(placement)
    sites = all_sites(works, trees, bodies)
    trees = _linked(works, trees, bodies)
    trees = answer_clashes(works, trees, sites, all_sites(works, trees, bodies))
    trees = [without_unbound(w, t) for w, t in zip(works, trees, strict=True)]
    trees = in_own_quotes(trees, first)
    codes = {w.part.path: unmarked(t.code, facts) for w, t in zip(works, trees, strict=True)}
    return Carried(codes, {w.part.path: frozenset(w.imports) for w in works}, _notes(works))


def _notes(works: Sequence[Work]) -> tuple[Note, ...]:
    return tuple(sorted((n for w in works for n in w.notes), key=lambda n: (n.file, n.line)))


def _dropped(
    works: Sequence[Work],
    trees: Sequence[cst.Module],
    about: Collection[str],
    lost: Mapping[str, frozenset[int]],
) -> tuple[list[cst.Module], set[str]]:
    """Leave out what speaks of old fields, until nothing more goes with it.

    What a test module loses (a fixture) is missed by tests only.
    """
    made = list(trees)
    gone = set(about) | {f".{name}" for name in about}
    in_tests = set(gone)
    before = -1
    while before < len(gone) + len(in_tests):
        before = len(gone) + len(in_tests)
        for index, work in enumerate(works):
            in_tests |= gone
            names = in_tests if work.has_samples else gone
            made[index] = Dropper(work, names, lost=lost).module(made[index])
    return made, gone


def _are_apart(facts: Facts) -> bool:
    was_unique = any(f.unique for f in facts.fields)
    return any(f.unique for f in facts.new_fields) and not was_unique


def _renamed(part: Part, tree: cst.Module, facts: Facts) -> cst.Module:
    return not_imported(_visited(tree, RenameCode(facts.renaming(part.code))), facts.made)


def _visited(tree: cst.Module, transformer: cst.CSTTransformer) -> cst.Module:
    return tree.visit(transformer)


class _Mentions(cst.CSTTransformer):
    def __init__(self, work: Work) -> None:
        super().__init__()
        self.work = work
        self.owners: list[str] = []

    def visit_ClassDef(self, node: cst.ClassDef) -> None:
        self.owners.append(node.name.value)

    def leave_ClassDef(
        self, original_node: cst.ClassDef, updated_node: cst.ClassDef
    ) -> cst.ClassDef:
        self.owners.pop()
        is_raised = is_error(updated_node.name.value) and self.work.part.role != "test"
        return told_of_keys(self.work, updated_node) if is_raised else updated_node

    def leave_FunctionDef(
        self, original_node: cst.FunctionDef, updated_node: cst.FunctionDef
    ) -> cst.FunctionDef:
        return pass_on(self.work, updated_node, "".join(self.owners[-1:]))
