"""A clash of unique values is answered where the exemplar, which has none, does not look for any."""

from __future__ import annotations

from dataclasses import replace

from tests.transfer.carry.test_cases import facts_of
from tests.transfer.carry.writer import PlainWriter

from backwright.transfer.carry import Facts, Part, carry
from backwright.transfer.carry.types import Import

FACTS = facts_of("old Note title:str body:text\nnew Memo code:str:unique text:text\n")
SERVICE = """
async def create_note(session, data):
    note = Note(title=data.title, body=data.body)
    session.add(note)
    await session.commit()  # kept
    return note


async def delete_note(session, note):
    await session.delete(note)
    await session.commit()
"""
ROUTES = """
@router.get("/notes/{note_id}")
async def read_note(session, note_id: int):
    note = await session.get(Note, note_id)
    if note is None:
        raise HTTPException(status_code=status.HTTP_404_NOT_FOUND, detail={"error": "Gone"})
    return note
"""


def carried(
    service: str = SERVICE, routes: str = ROUTES, facts: Facts = FACTS
) -> tuple[str, set[Import]]:
    parts = [Part("service.py", service, "service"), Part("routes.py", routes, "routes")]
    made = carry(parts, facts, PlainWriter(facts.new))
    return made.codes["service.py"], set(made.imports["service.py"])


def test_what_commits_a_row_answers_a_clash_as_other_errors_are_said() -> None:
    code, imports = carried()
    assert (
        "    try:\n"
        "        await session.commit()  # kept\n"
        "    except IntegrityError as error:\n"
        "        await session.rollback()\n"
        "        raise HTTPException(\n"
        "            status_code=409,\n"
        '            detail={"error": "Memo already exists"},\n'
        "        ) from error\n"
    ) in code
    assert code.count("try:") == 1, "deleting clashes with nothing"
    assert {("sqlalchemy.exc", "IntegrityError"), ("fastapi", "HTTPException")} <= imports


def test_the_hosts_own_conflict_is_raised() -> None:
    routes = ROUTES.partition("HTTPException")[0] + 'NotFoundError("Gone")\n    return note\n'
    known = {"NotFoundError": "app.errors", "ConflictError": "app.errors"}
    code, imports = carried(routes=routes, facts=replace(FACTS, known=known))
    assert 'raise ConflictError("Memo already exists") from error' in code
    assert ("app.errors", "ConflictError") in imports


def test_what_has_its_own_answer_keeps_it() -> None:
    checked = SERVICE.replace("    session.add", '    raise_if("already there")\n    session.add')
    assert "IntegrityError" not in carried(service=checked)[0]
    plain = facts_of("old Note title:str body:text\nnew Memo code:str text:text\n")
    assert "IntegrityError" not in carried(facts=plain)[0]


def test_a_flush_answers_where_somebody_else_commits() -> None:
    """Whoever commits rolls back, too."""
    code, _ = carried(service=SERVICE.replace("commit()", "flush()"))
    assert (
        "    try:\n        await session.flush()  # kept\n    except IntegrityError as error:\n"
        "        raise HTTPException(\n"
    ) in code
    assert code.count("try:") == 1
    assert "rollback" not in code


def test_a_clash_is_answered_before_a_handler_that_lets_it_go_on() -> None:
    lines = SERVICE.partition("async def delete")[0].rstrip().splitlines()
    body = "\n".join(f"    {line}" if line.startswith("    ") else line for line in lines)
    body = body.replace("data):\n", "data):\n    try:\n")
    handler = (
        "\n    except Exception as error:\n        await session.rollback()\n        raise error\n"
    )
    code, _ = carried(service=body + handler)
    assert code.count("try:") == 1
    assert (
        "    except IntegrityError as error:\n        await session.rollback()\n"
        "        raise HTTPException(\n"
    ) in code
    assert code.index("except IntegrityError") < code.index("except Exception")
    answered = handler.replace("raise error", "raise HTTPException(400)")
    assert "IntegrityError" not in carried(service=body + answered)[0]


def test_what_only_passes_errors_on_answers_none() -> None:
    passing = SERVICE.replace(
        "    await session.commit()  # kept\n",
        "    try:\n        await session.commit()\n    except SQLAlchemyError:\n"
        '        logger.error("not kept")\n        raise\n',
    )
    code, imports = carried(service=f"from sqlalchemy.exc import SQLAlchemyError\n{passing}")
    assert (
        "    except IntegrityError as error:\n"
        "        await session.rollback()\n"
        "        raise HTTPException(\n"
    ) in code
    assert code.index("except IntegrityError") < code.index("except SQLAlchemyError")
    assert ("sqlalchemy.exc", "IntegrityError") in imports


def test_a_handler_that_the_exemplar_lacks_answers_though_the_others_do_in_their_own_way() -> None:
    routes = """
@router.post("/notes", response_model=NotePublic)
async def create_note(data: NoteCreate, session: AsyncSession = Depends(get_session)):
    note = Note(title=data.title, body=data.body)
    session.add(note)
    try:
        await session.commit()
    except IntegrityError:
        raise HTTPException(status_code=409, detail="Note already exists")
    return note


@router.get("/notes/{note_id}", response_model=NotePublic)
async def read_note(note_id: int, session: AsyncSession = Depends(get_session)):
    note = await session.get(Note, note_id)
    if note is None:
        raise HTTPException(status_code=404, detail="Note not found")
    return note
"""
    schemas = (
        "class NoteCreate(BaseModel):\n    title: str\n    body: str\n\n\n"
        "class NotePublic(NoteCreate):\n    id: int\n"
    )
    facts = replace(FACTS, home=("app.models", "Memo"), commits=True)
    parts = [Part("schemas.py", schemas, "schema"), Part("routes.py", routes, "routes")]
    code = carry(parts, facts, PlainWriter(facts.new)).codes["routes.py"]
    head, _, update = code.partition("async def update_memo")
    assert head.count("IntegrityError") == 1, "what is learnt from stays as it is"
    assert "except IntegrityError as error:" in update
