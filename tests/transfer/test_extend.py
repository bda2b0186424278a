"""Fields added to resources that are there, in the house style."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from backwright.errors import QuestionError, UsageError
from backwright.spec.fields import read_fields
from backwright.tasks.add_field import find_resource
from backwright.tasks.add_relation import AddRelation, as_field
from backwright.tasks.fills import Rows, existing_rows
from backwright.tasks.house import Features, house_draft
from backwright.tasks.questions import Answers
from backwright.transfer.draft import Draft
from backwright.transfer.extend import class_of, extend_resource, missing_fields
from backwright.transfer.survey import survey

ALL = [
    "rank:int:1..5:default=3:index",
    "state:enum:new,old",
    "code:str:1..20:unique",
    "ends:date:optional",
    "price:decimal:10,2",
    "meta:json",
    "boss:ref:Project:optional",
    "heading:ref:Category:optional",
    "labels:many:Label",
]


def extended(resource: str, *words: str, features: Features | None = None) -> Draft:
    host = house_draft(features)
    table = survey(host).table(resource)
    assert table is not None
    extend_resource(host, house_draft(features), table, read_fields(words))
    for path in host.modules():
        ast.parse(host.text(path), path)
    return host


def names_in(draft: Draft, path: str, cls: str) -> list[str]:
    fields = class_of(draft.text(path), cls).body
    return [ast.unparse(f.target) for f in fields if isinstance(f, ast.AnnAssign)]


def test_every_place_gets_the_fields() -> None:
    host = extended("Project", *ALL)
    columns = ["rank", "state", "code", "ends", "price", "meta", "boss_id", "heading_id"]
    assert names_in(host, "app/models.py", "Project")[5:13] == columns
    for role in ("Create", "Update", "Public"):
        found = names_in(host, "app/schemas.py", f"Project{role}")
        assert found[-9:] == [*columns, "label_ids"], role
    assert "meta" not in names_in(host, "app/schemas.py", "ProjectFilter")
    schemas = host.text("app/schemas.py")
    assert '"price", "-price"' in schemas
    samples = host.text("tests/factories.py")
    assert samples.count('"rank": ') == 2
    tests = host.text("tests/test_projects.py")
    found = {kind: tests.count(f'"rank": {kind}') for kind in ("1", "5", "0", "6")}
    assert found == {"1": 1, "5": 1, "0": 1, "6": 1}  # at its bounds, and beyond them
    for name in ("with_a_taken_code", "with_another_users_boss", "with_an_unknown_label"):
        assert f"async def test_create_{name}(" in tests


def test_what_was_there_stays() -> None:
    before, after = house_draft(), extended("Project", *ALL)
    for path in ("app/models.py", "tests/factories.py", "tests/test_projects.py"):
        left = iter(after.text(path).splitlines())
        for line in before.text(path).splitlines():
            module, imports, names = line.partition(" import ")
            if imports and "(" not in names:  # of names in a row there are more now
                now = next((one for one in left if one.startswith(f"{module} import ")), "")
                assert set(names.split(", ")) <= set(now.partition(" import ")[2].split(", ")), line
            else:
                grown = line.removesuffix("]")
                assert any(one.startswith(grown) for one in left), line


def test_a_second_link_of_a_linked_resource() -> None:
    host = extended("Task", "labels:many:Label")
    service = host.text("app/services/task_service.py")
    assert 'exclude={"tag_ids", "label_ids"}' in service
    assert "async def _replace_tags(" in service
    assert "async def _replace_labels(" in service


def test_the_first_link_of_a_resource_of_nobody() -> None:
    host = extended("Label", "friends:many:Category")
    service = host.text("app/services/label_service.py")
    assert "async def _replace_friends(" in service


def test_what_stands_further_down_is_named_in_quotes(tmp_path: Path) -> None:
    """Python reads the models from the top; an older resource may refer to a newer one."""
    host = extended("Project", "main:ref:Task", "next_task:ref:Task:optional", "tags:many:Tag")
    models = host.text("app/models.py")
    assert 'main: "Task" = Relationship(' in models
    assert 'next_task: Optional["Task"] = Relationship(' in models
    assert 'tags: list["Tag"] = Relationship(' in models
    assert models.index("class ProjectTag(") < models.index("class Project(")
    for path in host.modules():
        file = tmp_path / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(host.text(path), encoding="utf-8")
    code = "import app.models; from sqlalchemy.orm import configure_mappers; configure_mappers()"
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize(
    "features",
    [Features(auth=False), Features(database="sqlite"), Features(auth=False, database="sqlite")],
    ids=str,
)
def test_in_every_variant(features: Features) -> None:
    host = extended("Label", "rank:int:default=1", "friends:many:Category", features=features)
    assert "rank" in names_in(host, "app/schemas.py", "LabelFilter")


def test_a_service_changed_by_hand_is_named() -> None:
    host = house_draft()
    path = "app/services/project_service.py"
    host.write(path, host.text(path).replace("values = data.model_dump()", "values = {}"))
    table = survey(host).table("Project")
    assert table is not None
    with pytest.raises(UsageError, match="create_project was changed by hand") as caught:
        extend_resource(host, house_draft(), table, read_fields(["labels:many:Label"]))
    assert caught.value.place is not None
    assert caught.value.place.file == path


def test_a_field_that_is_there_is_not_added_again() -> None:
    host = extended("Project", *ALL)
    facts = survey(host)
    table = facts.table("Project")
    assert table is not None
    assert missing_fields(host, facts, table, read_fields(ALL)) == ()
    for other in ("rank:int:1..6:default=3:index", "rank:str", "labels:many:Tag", "name:str:9"):
        with pytest.raises(UsageError, match="already, declared otherwise"):
            missing_fields(host, facts, table, read_fields([other]))


def test_the_nearest_resource_is_named() -> None:
    facts = survey(house_draft())
    assert find_resource(facts, "tasks").name == "Task"
    with pytest.raises(UsageError, match="did you mean 'Task'"):
        find_resource(facts, "Taks")


ROWS = ["a:int:3..", "b:str:10..20", "c:str", "d:uuid:unique", "e:enum:x,y", "f:bool", "g:date"]


def test_what_existing_rows_get() -> None:
    fields = read_fields(ROWS)
    rows = existing_rows("t", fields, Answers({"existing-rows": "fill"}))
    assert rows is not None
    assert rows.fields == fields
    assert {column: fill.sql for (_, column), fill in rows.fills.items()} == {
        "a": "3",
        "b": "'unknown...'",
        "c": "''",
        "d": "gen_random_uuid()",
        "e": "'x'",
        "f": "false",
        "g": "current_date",
    }


def test_nothing_is_asked_where_rows_have_a_value() -> None:
    fields = read_fields(["a:int:default=1", "b:str:optional", "c:many:Task"])
    assert existing_rows("t", fields, Answers()) == Rows(fields, {})


def test_what_existing_rows_get_is_asked() -> None:
    with pytest.raises(QuestionError) as asked:
        existing_rows("t", read_fields(["rank:int:1..5", "c:str:optional"]), Answers())
    question = asked.value.question
    assert (question.key, question.recommended) == ("existing-rows", "optional")
    assert [choice.value for choice in question.choices] == ["optional", "fill", "stop"]
    assert "rank = 1" in question.choices[1].text
    assert "rank:int:1..5:default=VALUE" in question.choices[1].trade_off


@pytest.mark.parametrize("word", ["a:ref:Task", "b:int:unique", "c:str:4:unique", "d:email:unique"])
def test_no_value_is_offered_where_none_is_right(word: str) -> None:
    fields = read_fields([word])
    with pytest.raises(QuestionError) as asked:
        existing_rows("t", fields, Answers())
    assert [choice.value for choice in asked.value.question.choices] == ["optional", "stop"]
    rows = existing_rows("t", fields, Answers(yes=True))
    assert rows is not None
    assert [field.optional for field in rows.fields] == [True]


def test_the_answer_may_be_to_leave_it() -> None:
    fields = read_fields(["rank:int"])
    assert existing_rows("t", fields, Answers({"existing-rows": "stop"})) is None
    with pytest.raises(UsageError, match="is no answer"):
        existing_rows("t", fields, Answers({"existing-rows": "perhaps"}))


@pytest.mark.parametrize(
    ("words", "options", "expected"),
    [
        (("Project", "one-to-many", "Task"), {}, ("Task", "project:ref:Project:optional")),
        (("Task", "many-to-one", "Project"), {}, ("Task", "project:ref:Project:optional")),
        (("Task", "many-to-many", "Label"), {}, ("Task", "labels:many:Label")),
        (("Task", "one-to-many", "task"), {}, ("task", "parent:ref:Task:optional")),
        (("User", "many-to-many", "User"), {"name": "followers"}, ("User", "followers:many:User")),
        (
            ("order-item", "one-to-many", "Task"),
            {"name": "item", "cascade": True},
            ("Task", "item:ref:OrderItem:optional:cascade"),
        ),
    ],
)
def test_a_relation_is_a_field(
    words: tuple[str, str, str], options: dict[str, Any], expected: tuple[str, str]
) -> None:
    assert as_field(AddRelation(Path(), *words, **options)) == expected


@pytest.mark.parametrize(
    ("kind", "cascade", "message"),
    [
        ("many-to-meny", False, "did you mean 'many-to-many'"),
        ("many-to-many", True, "--cascade is for references"),
    ],
)
def test_a_relation_that_is_none(kind: str, cascade: bool, message: str) -> None:
    with pytest.raises(UsageError, match=message):
        as_field(AddRelation(Path(), "A", kind, "B", cascade=cascade))


def test_two_sides_of_one_kind_need_a_role() -> None:
    with pytest.raises(UsageError, match="their roles are not said") as caught:
        as_field(AddRelation(Path(), "User", "many-to-many", "users"))
    assert "--name followers" in str(caught.value.remedy)
