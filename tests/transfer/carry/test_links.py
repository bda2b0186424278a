"""Whose rows a body may point to: what one function of a class compares with, the others do, too."""

from __future__ import annotations

from dataclasses import replace

from tests.transfer.carry.test_cases import facts_of
from tests.transfer.carry.writer import PlainWriter

from backwright.spec.names import names_of
from backwright.transfer.carry import Parent, Part, carry

FACTS = facts_of(
    "old Tag name:str\nnew Label code:str note:ref:Note\nstructural id user_id\nowner user_id\n"
)
SERVICE = """
class TagService:
    async def create(self, data: TagCreate) -> Tag:
        tag = Tag(**data.model_dump(), user_id=self.user.id)
        self.session.add(tag)
        return tag

    async def update(self, tag: Tag, data: TagUpdate) -> Tag:
        if tag is None:
            raise HTTPException(status_code=404, detail="Tag not found")
        tag.name = data.name
        await self.session.commit()
        return tag


async def edit_tag(session: AsyncSession, tag: Tag, data: TagUpdate) -> Tag:
    tag.name = data.name
    await session.commit()
    return tag
"""
SCHEMAS = (
    "class TagCreate(BaseModel):\n    name: str\n\n\n"
    "class TagUpdate(BaseModel):\n    name: str | None = None\n"
)


def test_who_asks_is_known_from_another_method_of_the_class() -> None:
    parent = Parent("Note", names_of("Note"), owner="user_id", private=True)
    facts = replace(FACTS, parents=(parent,))
    parts = [Part("service.py", SERVICE, "service"), Part("schemas.py", SCHEMAS, "schema")]
    code = carry(parts, facts, PlainWriter("Label", facts.parents)).codes["service.py"]
    _, _, changing = code.partition("async def update")
    method, _, alone = changing.partition("async def edit_label")
    assert "if note is None or note.user_id != self.user.id:" in method
    assert "self.user" not in alone, "a function of its own has no `self`"


CATCHING = """
@router.patch("/tags/{tag_id}")
def update_tag(tag_id: int, data: TagUpdate, session: Session) -> Tag:
    try:
        return change_tag(tag_id, data, session)
    except TagNotFoundError as error:
        raise HTTPException(status_code=404, detail=error.message)
"""
CHANGING = """
def change_tag(tag_id: int, data: TagUpdate, session: Session) -> Tag:
    told = data.model_dump()
    if "name" in told:
        note_it(told)
    tag = session.get(Tag, tag_id)
    if not tag:
        raise TagNotFoundError(message="Tag not found")
    tag.name = data.name
    session.commit()
    return tag
"""


def test_an_error_that_handlers_catch_by_its_name_is_not_said_of_others() -> None:
    """Nobody would catch the parent's, and the client would get a 500."""
    known = {"NoteNotFoundError": "app.notes", "TagNotFoundError": "app.tags"}
    facts = replace(FACTS, known=known)
    parts = [
        Part("service.py", CHANGING, "service"),
        Part("routes.py", CATCHING, "routes"),
        Part("schemas.py", SCHEMAS, "schema"),
    ]
    code = carry(parts, facts, PlainWriter("Label", facts.parents)).codes["service.py"]
    assert 'raise HTTPException(status_code=404, detail="Note not found")' in code


def test_a_table_does_not_declare_again_what_it_inherits() -> None:
    model = (
        "class TagBase(SQLModel):\n    name: str\n\n\n"
        "class Tag(TagBase, table=True):\n    id: int = Field(primary_key=True)\n"
        "    name: str = Field(max_length=9)\n"
    )
    parts = [Part("models.py", model, "model")]
    code = carry(parts, FACTS, PlainWriter("Label", FACTS.parents)).codes["models.py"]
    assert code.count("code: str") == 1


MAKING = """
async def create_tag(session: AsyncSession, data: TagCreate) -> Tag:
    await session.scalars(select(Tag))
    tag = Tag(**data.model_dump())
    session.add(tag)
    await session.commit()
    return tag
"""


def test_what_a_type_checker_takes_for_no_list_is_made_one() -> None:
    """`.all()` gives a sequence, to which no relationship can be set where mypy looks on."""
    facts = facts_of("old Tag name:str\nnew Label code:str notes:many:Note\nstructural id\n")
    parts = [Part("service.py", MAKING, "service"), Part("schemas.py", SCHEMAS, "schema")]
    for typed, wanted in (
        (True, "list((await session.scalars("),
        (False, "(await session.scalars("),
    ):
        told = replace(facts, typed=typed)
        code = carry(parts, told, PlainWriter("Label", told.parents)).codes["service.py"]
        assert f"notes = {wanted}" in code
