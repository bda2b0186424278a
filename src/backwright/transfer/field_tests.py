"""Tests that speak of one field, learnt from the fields of other resources that are alike.

A test of an exemplar's module that names one of its columns belongs to that column. What it
shows depends on few traits: a link to owned or to shared rows, what happens when the linked row is
deleted, uniqueness. A new field gets the tests of the first known field with the same trait.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace

from backwright.source.outline import Statement, outline
from backwright.source.text import lines_between
from backwright.spec.names import Names, names_of
from backwright.spec.types import FieldSpec, ResourceSpec
from backwright.transfer.draft import Draft
from backwright.transfer.exemplar import ambiguous_words, is_telling
from backwright.transfer.merge_clients import rename_fixtures
from backwright.transfer.model import link_word
from backwright.transfer.relationships import Surroundings, mirrors
from backwright.transfer.rename import Renaming, rename_code
from backwright.transfer.survey import Survey, Table, survey
from backwright.transfer.variant import read_variant

Trait = tuple[str, ...]


@dataclass(frozen=True)
class FieldTest:
    """A test of an exemplar that shows one trait of one of its fields."""

    name: str
    trait: Trait
    table: Table
    column: str
    target: Names
    section: str
    code: str


@dataclass(frozen=True)
class NewTest:
    """A test for the new resource: the section it stands in, its code, the column it is about."""

    section: str
    code: str
    column: str

    def named_apart(self, taken: Collection[str]) -> str:
        """Return its code under a name that no other test has.

        Two columns may make one: `node_id` and `node_ids` are both linked to a node.
        """
        name = next(n for statement in outline(self.code) for n in statement.names)
        if name not in taken:
            return self.code
        return self.code.replace(f"def {name}(", f"def {name}_in_{self.column}(", 1)


# The parameter by which a list of the other side is asked: read_all(alice, "/tags", task_ids=[…]).
_OF_THE_OTHER_SIDE = re.compile(r'read_all\(\w+, f?"[^"]+", (\w+)=\[')


def known_tests(host: Draft, house: Draft) -> list[FieldTest]:
    """Return the field tests of a project and of the house; one that both have is the project's.

    Where there are no users, they are also those that the whole house makes as one user alone. A
    noun that means much else, or one as well as many, has no tests that could be told apart.
    """
    found: dict[tuple[str, str], FieldTest] = {}
    words = ambiguous_words(house)
    tests = [test for draft in (host, house) for test in field_tests(draft, survey(draft))]
    for test in [*tests, *_of_one_user(house)]:
        nouns = (test.table.names, *([test.target] if test.trait[0] in ("link", "mirror") else []))
        if all(is_telling(names, words) for names in nouns):
            found.setdefault((test.table.name, test.name), test)
    return list(found.values())


def _of_one_user(house: Draft) -> Iterator[FieldTest]:
    """Yield what the house with all its features tests as one user, put into a house without users.

    Its resources that belong to users are not in that house, and what only they show is lost there.
    """
    if survey(house).has_users:
        return
    renamed = read_variant(house.root / "variants" / "no-auth.toml").renamed
    whole = Draft(house.root)
    for test in field_tests(whole, survey(whole)):
        function = ast.parse(test.code).body[0]
        assert isinstance(function, ast.AsyncFunctionDef | ast.FunctionDef)  # noqa: S101
        fixtures = [argument.arg for argument in function.args.args]
        if len(fixtures) == 1 and fixtures[0] in renamed:
            yield replace(test, code=rename_fixtures(test.code, renamed))


def field_tests(draft: Draft, facts: Survey) -> Iterator[FieldTest]:
    """Yield the field tests of every resource of a project in the house style."""
    for table in facts.resources:
        path = f"tests/test_{table.names.plural_snake}.py"
        if not draft.exists(path):
            continue
        code = draft.text(path)
        for statement in outline(code):
            column = spoken_of(statement, table)
            if column:
                yield _field_test(facts, table, column, statement, code)


# What every resource's tests have, whatever its fields: `thing` stands for the resource. Some have
# words in them that are also good names for fields.
BASE = frozenset(
    f"test_{name}"
    for name in (
        "create",
        "create_at_a_bound",
        "create_for_another_user",
        "create_with_an_invalid_field",
        "create_with_required_fields_only",
        "create_without_one_field",
        "delete",
        "delete_another_users_thing",
        "filter",
        "filter_by_what_no_thing_has",
        "give_to_another_user",
        "list",
        "list_with_total",
        "read",
        "read_another_users_thing",
        "sort_and_page",
        "update",
        "update_another_users_thing",
        "update_nothing",
        "update_one_field",
        "update_to_a_bound",
        "update_to_an_invalid_value",
        "update_to_null",
        "use_after_signing_out",
        "use_without_signing_in",
    )
)
_THING = names_of("thing")


def spoken_of(statement: Statement, table: Table) -> str | None:
    """Return the column that a test is about, if it is about one: it names it, or one linked id."""
    node = statement.node
    if not isinstance(node, ast.AsyncFunctionDef | ast.FunctionDef):
        return None
    if BASE & {node.name, Renaming(((table.names, _THING),)).identifier(node.name)}:
        return None
    words: set[str] = set()
    for child in ast.walk(statement.node):
        if isinstance(child, ast.Constant) and isinstance(child.value, str):
            words.add(child.value)
        elif isinstance(child, ast.Name):
            words.add(child.id)
        elif isinstance(child, ast.keyword) and child.arg:
            words.add(child.arg)
    for column in table.data:
        if column in words:
            return column
    return None


def tests_of_fields(
    spec: ResourceSpec, around: Surroundings, known: Sequence[FieldTest]
) -> list[NewTest]:
    """Return the tests of a new resource's fields, renamed from the known ones."""
    tests: list[NewTest] = []
    for field in spec.fields:
        for trait in _traits(spec, field, around):
            first = next((t for t in known if t.trait == trait), None)
            alike = [t for t in known if first and _same_field(t, first)]
            fitting = [t for t in alike if len(spec.fields) > 1 or not _is_about_the_others(t)]
            tests += [_renamed(t, spec, field, around) for t in fitting]
    return tests


def _is_about_the_others(test: FieldTest) -> bool:
    """Tell whether a test sends all fields but its own: a resource must have others then."""
    taken_out = (n for n in ast.walk(ast.parse(test.code)) if isinstance(n, ast.Delete))
    return any(test.column in ast.unparse(node) for node in taken_out)


def _same_field(test: FieldTest, other: FieldTest) -> bool:
    return (test.trait, test.table, test.column) == (other.trait, other.table, other.column)


def _traits(spec: ResourceSpec, field: FieldSpec, around: Surroundings) -> Iterator[Trait]:
    if field.kind in ("ref", "many"):
        yield from _traits_of_reference(spec, field, around)
    if field.unique:
        yield ("unique", _whose(around.owned))
        if field.optional:
            yield ("unique", "optional")


def _traits_of_reference(
    spec: ResourceSpec, field: FieldSpec, around: Surroundings
) -> Iterator[Trait]:
    target = _whose(around.targets[str(field.target)].owned)
    itself = field.target == spec.names.pascal
    if field.kind == "many":
        yield ("link", "many", target)
        yield ("mirror", _whose(around.owned))
        if not itself:
            yield ("delete", "many")
        return
    yield ("link", "self" if itself else "ref", target)
    yield ("delete", "self", field.on_delete) if itself else ("delete", field.on_delete)
    if field.optional and not itself:
        yield ("link", "none")


def _whose(owned: bool) -> str:  # noqa: FBT001 - one word or the other
    return "owned" if owned else "shared"


def _field_test(
    facts: Survey, table: Table, column: str, statement: Statement, code: str
) -> FieldTest:
    word = column.removesuffix("_ids").removesuffix("_id")
    target = next((t for t in facts.tables if t.names.snake == word), None)
    itself = dict(table.references).get(column) == table.table
    name = statement.names[0]
    return FieldTest(
        name=name,
        trait=_trait(name, table, column, table if itself else target),
        table=table,
        column=column,
        target=names_of(word) if itself else target.names if target else names_of(column),
        section=section_of(code, statement.start),
        code=lines_between(code, statement.start, statement.end),
    )


def _trait(name: str, table: Table, column: str, target: Table | None) -> Trait:
    """Return what a test shows of a column, which refers to rows of `target` if it refers."""
    deletes = name.startswith("test_delete")
    on_delete = "cascade" if "_with_" in name else "restrict"
    owned = _whose(target is not None and target.owned)
    if name.startswith("test_filter_by_no_"):
        return ("link", "none")
    if column.endswith("_ids") and table.links:
        if name.startswith("test_list_"):  # links are the row's owner's, whoever owns its target
            return ("mirror", _whose(table.owned))
        return ("delete", "many") if deletes else ("link", "many", owned)
    if target is table:
        return ("delete", "self", on_delete) if deletes else ("link", "self", owned)
    if column.endswith("_id") and target:
        return ("delete", on_delete) if deletes else ("link", "ref", owned)
    if name.startswith("test_create_two_without_"):
        return ("unique", "optional")
    return ("unique", _whose(table.owned))


def section_of(code: str, line: int) -> str:
    """Return the heading (`# --- Create`) under which a line stands, or an empty string."""
    above = code.splitlines()[: line - 1]
    return next((text for text in reversed(above) if text.startswith("# ---")), "")


def _renamed(
    test: FieldTest, spec: ResourceSpec, field: FieldSpec, around: Surroundings
) -> NewTest:
    """Rename the resource, the field and the field's target; they may share a word in the old."""
    many = field.kind == "many"
    word = names_of(link_word(field), plural=field.name) if many else names_of(field.name)
    itself = field.kind == "ref" and field.target == spec.names.pascal
    target = around.targets[str(field.target)].names if field.target and not itself else word
    exact = {test.column: field.column}
    singular = test.column.removesuffix("s")
    if many:
        exact[singular] = f"{word.snake}_id"
        exact |= {
            old: mirror.filter
            for mirror in mirrors(spec, around)
            for old in _OF_THE_OTHER_SIDE.findall(test.code)
            if mirror.field == field
        }
    tree = ast.parse(test.code)
    function = tree.body[0]
    assert isinstance(function, ast.AsyncFunctionDef | ast.FunctionDef)  # noqa: S101
    spoken = Renaming(((test.table.names, spec.names), (test.target, word)))
    exact[function.name] = spoken.identifier(function.name)
    docstring = ast.get_docstring(function, clean=False)
    verbatim = {docstring: spoken.string(docstring)} if docstring else {}
    renaming = Renaming(
        ((test.table.names, spec.names), (test.target, target)), exact=exact, verbatim=verbatim
    )
    return NewTest(test.section, rename_code(test.code, renaming), field.column)
