"""What is left out of carried code, and how tests come by the rows that they need."""

from __future__ import annotations

from dataclasses import replace

import libcst as cst
import pytest
from tests.transfer.carry.test_cases import facts_of
from tests.transfer.carry.writer import PlainWriter

from backwright.spec.names import names_of
from backwright.transfer.carry import Carried, Part, carry
from backwright.transfer.carry.late import without_late_imports
from backwright.transfer.carry.makers import Asking
from backwright.transfer.carry.posting import by_request
from backwright.transfer.carry.types import Parent

NOTE = Parent("Note", names_of("Note"))
ASKING = Asking("tests/test_notes.py", (), is_async=False, scope="function")
TESTS = """\
client = TestClient(app)


def test_refused():
    r = client.post("/notes", json={"title": ""})
    assert r.status_code == 422


def test_create():
    r = client.post(
        "/api/notes/",
        json={
            "title": "First",
            "done": False,
        },
    )
    assert r.status_code == 201
"""


def carried(source: str, tests: str, facts: str, **known: object) -> Carried:
    told = replace(facts_of(facts), **known)  # type: ignore[arg-type]
    parts = [Part("app/tags.py", source, "routes"), Part("tests/test_tags.py", tests, "test")]
    return carry(parts, told, PlainWriter(told.new.pascal, told.parents))


def test_a_row_is_posted_as_some_test_posts_it() -> None:
    maker = by_request([("tests/test_notes.py", TESTS)], NOTE, ASKING, TESTS)
    assert maker is not None
    call = 'client.post("/api/notes/", json={"title": "First", "done": False})'
    assert maker.code == f"note = {call}.json()\n"
    assert (maker.id, maker.params) == ('note["id"]', ())


@pytest.mark.parametrize(
    "changed",
    [
        TESTS.replace("client = ", "other = "),  # what it is posted with is not at hand
        TESTS.replace('"First"', "title"),  # it is not written down in full
        TESTS.replace("/api/notes/", "/api/notes/1/tags"),
        TESTS.replace("r = client", "r = await client").replace("def test", "async def test"),
    ],
)
def test_a_row_is_not_posted_by_what_is_not_at_hand(changed: str) -> None:
    assert by_request([("tests/test_notes.py", changed)], NOTE, ASKING, changed) is None


def test_a_fixture_is_asked_for_where_it_is_posted_with() -> None:
    code = TESTS.replace("client = TestClient(app)\n", "").replace("():", "(client):")
    conftest = "@pytest.fixture\ndef client():\n    return TestClient(app)\n"
    tests = [("tests/conftest.py", conftest), ("tests/test_notes.py", code)]
    maker = by_request(tests, NOTE, ASKING, code)
    assert maker is not None
    assert maker.params == ("client",)
    assert by_request(tests[1:], NOTE, ASKING, code) is None


def test_a_test_of_a_message_that_nothing_says_any_more_is_left_out() -> None:
    source = (
        "def create_tag(tag: TagCreate):\n"
        '    if tag.color == "":\n'
        '        raise HTTPException(422, detail=f"Tag: must have a color")\n'
        '    if tag.id:\n        raise HTTPException(400, detail="Tag is there")\n'
    )
    tests = (
        "def test_no_color(client):\n"
        '    assert client.post("/tags").json() == {"detail": "Tag: must have a color"}\n\n\n'
        "def test_there(client):\n"
        '    assert client.post("/tags").json() == {"detail": "Tag is there"}\n'
    )
    made = carried(source, tests, "old Tag color:enum:red,blue\nnew Invoice rate:int\n")
    assert "test_no_color" not in made.codes["tests/test_tags.py"]
    assert '{"detail": "Invoice is there"}' in made.codes["tests/test_tags.py"]


def test_what_takes_another_resources_class_is_left_out() -> None:
    source = (
        "def update_tag_link(data: TagLinkUpdate) -> None:\n    save(data)\n\n\n"
        "def read_tags() -> list[Tag]:\n    return all_tags()\n"
    )
    known = {"TagLinkUpdate": "app.links", "Tag": "app.tags"}
    made = carried(source, "", "old Tag name:str\nnew Invoice rate:int\n", known=known)
    assert "update_invoice_link" not in made.codes["app/tags.py"]
    made = carried(source, "", "old Tag name:str\nnew Invoice rate:int\n")
    assert "update_invoice_link" in made.codes["app/tags.py"]


def test_what_is_not_given_stays_as_it_is() -> None:
    source = (
        "class TagUpdate(BaseModel):\n    name: str | None = None\n\n\n"
        "def update_tag(tag: Tag, data: TagUpdate) -> Tag:\n"
        "    for key, value in data.model_dump().items():\n"
        "        setattr(tag, key, value)\n    return tag\n"
    )
    made = carried(source, "", "old Tag name:str\nnew Invoice rate:int\n")
    assert "data.model_dump(exclude_unset=True).items()" in made.codes["app/tags.py"]
    whole = source.replace("name: str | None = None", "name: str")
    made = carried(whole, "", "old Tag name:str\nnew Invoice rate:int\n")
    assert "exclude_unset" not in made.codes["app/tags.py"]


def test_tests_without_a_fixture_that_is_left_out_go_with_it() -> None:
    tests = (
        "@pytest.fixture\ndef test_tag():\n    return tag.color.mixed(tag.shade)\n\n\n"
        'def test_read(client, test_tag):\n    assert client.get(f"/tags/{test_tag.id}").ok\n'
    )
    made = carried(
        "def read_tags(): ...\n", tests, "old Tag color:json shade:json\nnew Invoice rate:int\n"
    )
    assert "test_read" not in made.codes["tests/test_tags.py"]


LATE = """\
class Team(SQLModel, table=True):
    heroes: list["Hero"] = Relationship(back_populates="team")


class TeamRead(SQLModel):
    hero_ids: list[int] = Field(description="Hero ids")


class TeamFull(SQLModel):
    best: "HeroRead"


from app.heroes import Hero, HeroRead

TeamRead.model_rebuild()
TeamFull.model_rebuild()
"""


def test_late_imports_go_where_only_relationships_speak_of_them() -> None:
    made = without_late_imports(cst.parse_module(LATE)).code
    assert "from app.heroes import HeroRead\n" in made
    assert "TeamRead.model_rebuild" not in made
    assert "TeamFull.model_rebuild()" in made
    again = LATE.replace('    best: "HeroRead"\n', "    best: int\n")
    assert "import" not in without_late_imports(cst.parse_module(again)).code


def test_a_try_without_what_it_waits_for_is_its_body() -> None:
    source = (
        "def delete_tag(tag: Tag) -> None:\n"
        "    try:\n        delete(tag)\n"
        "    except KeyError:\n        raise HTTPException(409, detail=tag.color)\n"
    )
    made = carried(source, "", "old Tag color:enum:red,blue\nnew Invoice rate:int\n")
    assert "    delete(invoice)\n" in made.codes["app/tags.py"]
    assert "try" not in made.codes["app/tags.py"]


def test_a_row_that_an_old_reference_needed_goes_where_the_new_one_is_a_link() -> None:
    tests = (
        "def test_create(client):\n"
        "    team_1 = Team(head='quarters')\n"
        '    r = client.post("/tags", json={"name": "one", "team_id": team_1.id})\n'
        "    assert r.status_code == 201\n"
    )
    source = "def create_tag(tag: TagCreate) -> Tag:\n    return save(tag)\n"
    told = "old Tag name:str team:ref:Team\nnew Invoice rate:int teams:many:Team\n"
    made = carried(source, tests, told).codes["tests/test_tags.py"]
    assert 'json={"rate": 3}' in made
    assert "team_1" not in made


UPLOADS = """\
@router.post("/tags/{tag_id}/icon")
def set_icon(tag_id: int, icon: UploadFile, db: Session = Depends(get_db)):
    tag = db.get(Tag, tag_id)
    tag.icon_path = store(icon)
    db.commit()
    return tag


@router.post("/tags")
def create_tag(name: str = Form(...), icon: UploadFile = File(...), db: Session = Depends(get_db)):
    tag = Tag(name=name, icon_path=store(icon))
    db.add(tag)
    db.commit()
    return tag
"""
SENDING = """\
def test_icon(client):
    r = client.post("/tags", data={"name": "a"}, files={"icon": b"png"})
    assert r.status_code == 200
"""


def test_an_endpoint_for_a_file_is_no_matter_of_files_where_there_is_a_field_for_it() -> None:
    facts = "old Tag name:str icon_path:str:optional\nnew Invoice rate:int icon_path:str:optional\n"
    made = carried(UPLOADS, SENDING, facts)
    assert not [n for n in made.notes if "takes a file" in n.text]


def test_an_endpoint_that_makes_a_row_is_carried_whatever_file_it_takes() -> None:
    made = carried(
        UPLOADS, SENDING, "old Tag name:str icon_path:str:optional\nnew Invoice rate:int\n"
    )
    assert "set_icon" not in made.codes["app/tags.py"]
    assert '@router.post("/invoices")' in made.codes["app/tags.py"]
    (told,) = [n for n in made.notes if "takes a file" in n.text]
    assert (told.file, told.line) == ("app/tags.py", 2)
    assert "test_icon" in made.codes["tests/test_tags.py"]  # of the other endpoint, which is there


def test_what_alone_makes_rows_is_carried_though_it_only_takes_a_file() -> None:
    alone = (
        '@router.post("/tags")\ndef create_tag(icon: UploadFile, db: Session = Depends(get_db)):\n'
        "    tag = read_tag(icon)\n    db.add(tag)\n    db.commit()\n    return tag\n"
    )
    made = carried(alone, "", "old Tag name:str\nnew Invoice rate:int title:str\n")
    assert '@router.post("/invoices")' in made.codes["app/tags.py"]
    other = alone.replace('"/tags"', '"/tags/icon"').replace("create_tag", "create_icon")
    made = carried(alone + other, "", "old Tag name:str\nnew Invoice rate:int title:str\n")
    assert '@router.post("/invoices")' in made.codes["app/tags.py"]
