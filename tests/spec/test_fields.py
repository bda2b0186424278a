"""Field words: what each means, and what a wrong one is answered."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backwright.errors import UsageError
from backwright.spec.fields import read_field, read_fields
from backwright.spec.types import FieldSpec

GOOD = {
    "title:str:1..200": {"kind": "str", "low": Decimal(1), "high": Decimal(200)},
    "name:str:200": {"low": None, "high": Decimal(200)},
    "notes:text:optional": {"kind": "text", "optional": True},
    "done:bool:default=false": {"kind": "bool", "default": False},
    "priority:int:1..5:default=3:index": {"low": Decimal(1), "default": 3, "index": True},
    "stock:int:0..": {"low": Decimal(0), "high": None},
    "price:decimal:10,2": {"precision": 10, "scale": 2},
    "price:decimal:10,2:0..": {"precision": 10, "low": Decimal(0)},
    "status:enum:open,closed:default=open": {"values": ("open", "closed"), "default": "open"},
    "status:enum:default=open:open,closed": {"values": ("open", "closed"), "default": "open"},
    "mail:email:unique": {"kind": "email", "unique": True},
    "due:date:optional": {"kind": "date", "optional": True},
    "at:datetime:default=now": {"default": "now"},
    "key:uuid": {"kind": "uuid"},
    "site:url:default=https://a.example:8/x:optional": {
        "default": "https://a.example:8/x",
        "optional": True,
    },
    "score:float:0..1": {"high": Decimal(1)},
    'meta:json:default={"a":1}': {"default": '{"a": 1}'},
    "project:ref:Project": {"target": "Project", "column": "project_id", "on_delete": "restrict"},
    "project:ref:Project:cascade": {"on_delete": "cascade"},
    "tags:many:Tag": {"target": "Tag", "column": "tag_ids", "required": False},
}

BAD = {
    "title": ("'title' has no type", "title:str"),
    "x:strr": ("did you mean 'str'?", "types: str"),
    "x:varchar": ("did you mean 'str'?", "types: str"),
    "y:str:opt": ("did you mean 'optional'?", "a length"),
    "y:str:nulable": ("'nulable'", "a length"),
    "x:int:5..1": ("from high to low", "1..5"),
    "x:int:1.5..2": ("no bound", "a range"),
    "x:str:0": ("no bound", "a length"),
    "x:decimal:2,10": ("no precision and scale", "10,2"),
    "a:enum": ("names no values", "open,closed"),
    "a:enum:on,on": ("a value twice", "once"),
    "a:enum:1st,2nd": ("cannot be a value", "letters"),
    "e:enum:a,b:default=c": ("none of its values", "a, b"),
    "n:int:1..5:default=9": ("breaks the field's own bounds", "change"),
    "n:int:default=9:1..5": ("breaks the field's own bounds", "change"),
    "n:int:default=many": ("is no int", "default=3"),
    "b:bool:default=yes": ("is no bool", "default=false"),
    "d:date:default=tomorrow": ("is no date", "2026-01-31"),
    "p:decimal:4,2:default=1.234": ("is no decimal", "9.90"),
    "Title:str": ("no field name", "title"),
    "dueDate:date": ("no field name", "due_date"),
    "class:str": ("Python language", "class_value"),
    "date:date": ("hide what date means", "happened_on"),
    "func:str": ("hide what func means", "func_value"),
    "from_:str": ("is no field name", "for example from_value"),
    "self:str": ("is taken", "self_value"),
    "json:str": ("BaseModel", "json_data"),
    "id:int": ("is taken", "rename"),
    "owner_id:uuid": ("is taken", "rename"),
    "f:ref": ("names no model", "ref:Project"),
    "t:many:Tag:unique": ("means nothing", "link table"),
    "t:str:cascade": ("references only", "ref:Project:cascade"),
    "m:json:unique": ("cannot be unique", "leave it out"),
    "x" * 60 + ":str": ("60 letters long", "at most 59"),
}


@pytest.mark.parametrize("word", GOOD)
def test_a_good_word_is_understood(word: str) -> None:
    field = read_field(word)
    assert field.word == word
    assert {key: getattr(field, key) for key in GOOD[word]} == GOOD[word]


@pytest.mark.parametrize("word", BAD)
def test_a_bad_word_says_which_and_what_would_be_right(word: str) -> None:
    with pytest.raises(UsageError) as caught:
        read_field(word)
    message, remedy = BAD[word]
    assert message in caught.value.message
    assert remedy in caught.value.remedy


@pytest.mark.parametrize(
    "words",
    [["a:str", "a:int"], ["tag:ref:Tag", "tag_id:uuid"], ["tags:many:Tag", "tag_ids:json"]],
)
def test_two_fields_of_one_name_are_refused(words: list[str]) -> None:
    with pytest.raises(UsageError, match="name the same field"):
        read_fields(words)


@given(st.text(max_size=60))
def test_any_text_is_a_field_or_a_usage_error(word: str) -> None:
    try:
        assert isinstance(read_field(word), FieldSpec)
    except UsageError as error:
        said = error
    else:
        return
    assert said.message
