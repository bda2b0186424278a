"""The key of a new handler is of the type that rows have, though the exemplar's take any text."""

from dataclasses import replace

from tests.transfer.carry.test_cases import facts_of
from tests.transfer.carry.writer import PlainWriter

from backwright.transfer.carry import Part, carry

MODELS = """
class Note(SQLModel, table=True):
    id: uuid.UUID = Field(primary_key=True)
    title: str


class NoteCreate(SQLModel):
    title: str
"""
ROUTES = """
@router.post("/notes", response_model=Note)
def create_note(note: NoteCreate, db: Session = Depends(get_session)):
    row = Note(title=note.title)
    db.add(row)
    db.commit()
    return row


@router.delete("/notes/{id}")
def delete_note(id: str, db: Session = Depends(get_session)):
    db.delete(db.get(Note, id))
    db.commit()
"""


def test_a_key_that_is_sent_as_text_is_the_uuid_that_it_is() -> None:
    facts = facts_of("old Note title:str\nnew Memo text:text\nhome app.models Memo\n")
    parts = [Part("models.py", MODELS, "model"), Part("routes.py", ROUTES, "routes")]
    made = carry(parts, replace(facts, key="id"), PlainWriter(facts.new))
    assert "def get_memo(id: UUID, db: Session" in made.codes["routes.py"]
    assert ("uuid", "UUID") in made.imports["routes.py"]


def test_a_body_is_taken_apart_as_the_projects_pydantic_does() -> None:
    facts = facts_of("old Note title:str\nnew Memo text:text\nhome app.models Memo\n")
    parts = [Part("models.py", MODELS, "model"), Part("routes.py", ROUTES, "routes")]
    old = carry(parts, replace(facts, pydantic=1), PlainWriter(facts.new)).codes["routes.py"]
    assert "in memo.dict().items()" in old.replace("db_memo", "memo")
    new = carry(parts, facts, PlainWriter(facts.new)).codes["routes.py"]
    assert ".model_dump().items()" in new
