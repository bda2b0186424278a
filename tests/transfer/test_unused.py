"""A project has nothing in its application that the application does not use."""

import ast
from collections import Counter
from pathlib import Path

import pytest

from backwright.source.outline import imported_names, outline, used_names
from backwright.spec.fields import read_fields
from backwright.spec.resource import read_resource_line
from backwright.tasks.house import Features, house_draft, without_exemplars
from backwright.tasks.tidy import tidy
from backwright.transfer.draft import Draft
from backwright.transfer.extend import extend_resource
from backwright.transfer.resource import transfer_resource
from backwright.transfer.supplies import leave_out_supplies
from backwright.transfer.survey import survey

PLAIN = ("Tag name:str:1..40:unique",)
SHOP = (
    "Tag name:str:1..40:unique parent:ref:Tag:optional",
    "Product price:decimal:10,2 stock:int:0.. site:url:optional tags:many:Tag",
)
FEATURES = {
    "postgresql": Features(),
    "sqlite": Features(database="sqlite"),
    "no-auth": Features(auth=False),
    "sqlite-no-auth": Features(auth=False, database="sqlite"),
}
# What a framework calls, by the name that it has there.
CALLED_BY_NAME = {"render", "lifespan"}


def project(folder: Path, features: Features, lines: tuple[str, ...]) -> Draft:
    draft = house_draft(features)
    without_exemplars(draft, set())
    for line in lines:
        transfer_resource(draft, house_draft(features), read_resource_line(line))
    leave_out_supplies(draft)
    tidy(folder, draft.write_into(folder), compact=True)
    return Draft(folder)


def unused(draft: Draft) -> set[str]:
    """Return the top-level names of an application that nothing in it speaks of."""
    paths = [p for p in draft.modules() if p.startswith(("app/", "migrations/"))]
    spoken: Counter[str] = Counter()
    for path in paths:
        for node in ast.walk(ast.parse(draft.text(path))):
            if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load):
                spoken[node.id] += 1
            elif isinstance(node, ast.Attribute):
                spoken[node.attr] += 1
            elif isinstance(node, ast.Constant) and isinstance(node.value, str):
                spoken[node.value.strip("[]")] += 1
    return {
        f"{path}: {name}"
        for path in paths
        if path.startswith("app/")
        for statement in outline(draft.text(path))
        if not getattr(statement.node, "decorator_list", ())
        for name in statement.names
        if not spoken[name]
    }


@pytest.mark.parametrize("features", FEATURES)
@pytest.mark.parametrize("lines", [PLAIN, SHOP], ids=["plain", "shop"])
def test_nothing_is_there_for_nothing(
    features: str, lines: tuple[str, ...], tmp_path: Path
) -> None:
    assert unused(project(tmp_path, FEATURES[features], lines)) == set()


def test_what_a_later_resource_uses_comes_back(tmp_path: Path) -> None:
    host = project(tmp_path / "first", Features(), PLAIN)
    assert not host.exists("app/links.py")
    assert "\nJson = " not in host.text("app/fields.py")
    line = "Note data:json parent:ref:Note:optional tags:many:Tag"
    made = transfer_resource(host, house_draft(), read_resource_line(line))
    assert {path for _, paths in made.steps for path in paths} == set(host.changes())
    for path in ("app/links.py", "app/trees.py"):
        assert host.text(path) == house_draft().text(path)
    fields, columns = host.text("app/fields.py"), host.text("app/columns.py")
    assert "\nJson = dict[str, JsonValue]\nLinks = " in fields
    assert "JsonValue" in fields.partition("\n\n\n")[0]
    assert "Url" not in fields
    assert "class linked_ids(" in columns
    assert "@compiles(linked_ids" in columns
    assert "JSONDocument" in columns


def test_what_a_later_field_uses_comes_back(tmp_path: Path) -> None:
    host = project(tmp_path, Features(), PLAIN)
    table = survey(host).table("Tag")
    assert table is not None
    fields = read_fields(["day:date", "above:ref:Tag:optional", "alike:many:Tag"])
    steps = extend_resource(host, house_draft(), table, fields)
    assert {path for _, paths in steps for path in paths} == set(host.changes())
    assert set(host.changes()) >= {"app/fields.py", "app/links.py", "app/trees.py"}


KINDS = "tests/test_field_kinds.py"


def test_with_a_kind_of_fields_its_tests_come_back(tmp_path: Path) -> None:
    host = project(tmp_path / "before", Features(), PLAIN)
    kinds = {word for word in ("URL", "DATE", "TIME") if f"\n{word}: " in host.text(KINDS)}
    assert kinds == {"TIME"}
    made = transfer_resource(host, house_draft(), read_resource_line("Link href:url"))
    assert KINDS in made.steps[0][1]
    assert "\nURL: " in host.text(KINDS)
    assert "DATE" not in host.text(KINDS)
    transfer_resource(host, house_draft(), read_resource_line("Day on:date"))
    tidy(tmp_path / "after", host.write_into(tmp_path / "after"), compact=True)
    assert (tmp_path / "after" / KINDS).read_text() == house_draft().text(KINDS)


def test_tests_of_what_was_brought_come_whole_where_there_are_none(tmp_path: Path) -> None:
    host = project(tmp_path / "before", Features(), PLAIN)
    host.remove(KINDS)
    transfer_resource(host, house_draft(), read_resource_line("Day on:date"))
    tidy(tmp_path / "after", host.write_into(tmp_path / "after"), compact=True)
    text = (tmp_path / "after" / KINDS).read_text()
    assert text.startswith('"""Kinds of fields: ')
    names = {name for s in outline(text) for name in s.names}
    assert names == {"DATE", "test_date_that_is_one", "test_date_that_is_none_is_refused"}
    assert unused_imports(text) == set()


def unused_imports(code: str) -> set[str]:
    return set(imported_names(code)) - used_names(ast.parse(code))


def test_modules_that_brought_code_needs_are_imported(tmp_path: Path) -> None:
    """SQLite writes the ids of links as JSON, which a module of Python reads."""
    host = project(tmp_path, FEATURES["sqlite-no-auth"], PLAIN)
    line = "City tags:many:Tag"
    transfer_resource(host, house_draft(FEATURES["sqlite-no-auth"]), read_resource_line(line))
    code = host.text("app/columns.py")
    missing = {n for n in ("json",) if n in used_names(ast.parse(code))} - set(imported_names(code))
    assert "linked_ids" in code
    assert missing == set()
