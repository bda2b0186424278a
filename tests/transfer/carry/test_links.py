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
