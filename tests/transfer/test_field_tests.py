"""Which tests of an exemplar are about one of its fields, and which every resource has."""

import ast

import pytest

from backwright.source.outline import imported_names, outline, used_names
from backwright.spec.names import names_of
from backwright.spec.resource import read_resource_line
from backwright.tasks.house import Features, house_draft
from backwright.transfer.field_tests import BASE, field_tests
from backwright.transfer.rename import Renaming
from backwright.transfer.resource import transfer_resource
from backwright.transfer.survey import survey


def test_every_owned_resource_of_the_house_has_the_base_tests() -> None:
    house = house_draft()
    for table in survey(house).resources:
        renaming = Renaming(((table.names, names_of("thing")),))
        code = house.text(f"tests/test_{table.names.plural_snake}.py")
        names = {renaming.identifier(n) for s in outline(code) for n in s.names}
        missing = BASE - names
        assert not table.owned or not missing


def test_field_tests_are_told_apart_by_trait() -> None:
    house = house_draft()
    traits = {test.trait for test in field_tests(house, survey(house))}
    assert traits == {
        ("link", "ref", "owned"),
        ("link", "ref", "shared"),
        ("link", "many", "owned"),
        ("link", "many", "shared"),
        ("link", "none"),
        ("mirror", "owned"),
        ("mirror", "shared"),
        ("link", "self", "owned"),
        ("link", "self", "shared"),
        ("delete", "self", "cascade"),
        ("delete", "self", "restrict"),
        ("delete", "cascade"),
        ("delete", "restrict"),
        ("delete", "many"),
        ("unique", "owned"),
        ("unique", "shared"),
        ("unique", "optional"),
    }


def test_two_columns_linked_to_one_kind_have_tests_of_different_names() -> None:
    """Of two functions with one name only the second would run."""
    draft = house_draft()
    line = "Thing name:str tags:many:Tag tag:ref:Tag:optional"
    transfer_resource(draft, house_draft(), read_resource_line(line))
    names = [n for s in outline(draft.text("tests/test_things.py")) for n in s.names]
    assert len(names) == len(set(names))
    assert {f"test_create_with_another_users_tag{end}" for end in ("", "_in_tag_id")} <= {*names}


def test_a_missing_row_of_the_same_kind_is_called_by_the_column() -> None:
    """As the error of the application calls it; a row of another kind by its own name."""
    draft = house_draft()
    line = "Node name:str:30 parent:ref:Node:optional folder:ref:Category:optional"
    transfer_resource(draft, house_draft(), read_resource_line(line))
    code = draft.text("tests/test_nodes.py")
    of_parents = code.partition("def test_update_to_another_users_parent(")[2]
    assert (
        of_parents.partition("def test_")[0].count(
            'assert_not_found(response, "Node", "parent_id")'
        )
        == 1
    )
    of_folders = code.partition("def test_update_to_an_unknown_folder(")[2]
    assert (
        of_folders.partition("def test_")[0].count(
            'assert_not_found(response, "Category", "folder_id")'
        )
        == 1
    )


def test_links_of_owned_rows_are_looked_for_by_another_user_also_on_shared_ones() -> None:
    """Whom the links belong to is what the test shows, not whom their target belongs to."""
    draft = house_draft()
    line = "Book title:str:30 genres:many:Label marks:many:Tag sequels:many:Book"
    transfer_resource(draft, house_draft(), read_resource_line(line))
    code = draft.text("tests/test_books.py")
    for name, path in (("genre", "labels"), ("mark", "tags"), ("sequel", "books")):
        test = code.partition(f"def test_list_{name}s_by_the_book(")[2].partition("\n\n\n")[0]
        (asked,) = [line for line in test.splitlines() if "read_all(bob" in line]
        assert f'"/api/v1/{path}"' in asked
        assert asked.endswith("== []")


def test_references_to_the_same_kind_are_tested_as_the_houses_own_are() -> None:
    """To filter by them, to make a circle, and to delete what is referred to."""
    draft = house_draft()
    line = "Node name:str:30 origin:ref:Node:optional up:ref:Node:optional:cascade code:uuid:unique"
    transfer_resource(draft, house_draft(), read_resource_line(f"{line}:optional"))
    code = draft.text("tests/test_nodes.py")
    names = {name for statement in outline(code) for name in statement.names}
    assert names >= {
        "test_filter_by_an_origin",
        "test_update_to_a_circle_of_origins",
        "test_create_with_another_users_origin",
        "test_delete_the_origin",
        "test_filter_by_an_up",
        "test_delete_with_the_up",
        "test_create_two_without_a_code",
    }
    assert "test_delete_with_the_origin" not in names
    assert "Node is still the origin of another" in code
    assert "parent" not in code


def test_without_users_references_and_missing_values_are_tested_too() -> None:
    """The house's own resources that show them belong to users, and are not in such a house."""
    features = Features(auth=False)
    draft = house_draft(features)
    line = (
        "Note body:text:optional code:uuid:optional:unique label:ref:Label home:ref:Label:cascade"
    )
    transfer_resource(draft, house_draft(features), read_resource_line(line))
    code = draft.text("tests/test_notes.py")
    names = {name for statement in outline(code) for name in statement.names}
    assert names >= {
        "test_create_with_an_unknown_label",
        "test_update_to_an_unknown_label",
        "test_delete_the_label",
        "test_delete_with_the_home",
        "test_create_two_without_a_code",
    }
    assert "alice" not in code
    assert 'NULLABLE: list[str] = ["body", "code"]' in code


def test_the_readme_lists_the_resource_as_its_like() -> None:
    draft = house_draft()
    transfer_resource(draft, house_draft(), read_resource_line("OrderLine amount:int"))
    row = "| Order lines | `/api/v1/order-lines/{id}` | each user's own |"
    assert row in draft.text("README.md").splitlines()


def test_a_resource_of_links_alone_has_no_tests_that_change_other_fields() -> None:
    """There are none that such a test could send."""
    names = {}
    for line in ("Bundle tags:many:Tag", "Bundle name:str tags:many:Tag"):
        draft = house_draft()
        transfer_resource(draft, house_draft(), read_resource_line(line))
        names[line] = {n for s in outline(draft.text("tests/test_bundles.py")) for n in s.names}
    only, named = names.values()
    assert named - only == {"test_update_during_a_change_of_tags"}


@pytest.mark.parametrize("auth", [True, False])
def test_a_test_that_names_the_new_model_imports_it(auth: bool) -> None:
    """The exemplar's own module may not: where there are no users, it names no model at all."""
    features = Features(auth=auth)
    draft = house_draft(features)
    line = "Supplier name:str:1..80 parent:ref:Supplier:optional"
    transfer_resource(draft, house_draft(features), read_resource_line(line))
    code = draft.text("tests/test_suppliers.py")
    assert "Supplier" in used_names(ast.parse(code)) & imported_names(code).keys()
