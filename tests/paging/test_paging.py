"""Pages added to a list of each host: the whole change is a diff that was read by a person.

`UPDATE_GOLDEN=1 pytest tests/paging` writes the changes anew; read what changed.
"""

import difflib
import os
import shlex
import shutil
from pathlib import Path

import pytest

from backwright.errors import QuestionError, UsageError
from backwright.project import read_project
from backwright.tasks.add_pagination import AddPagination, add_pagination, plan, write
from backwright.tasks.capability import Order
from backwright.tasks.paging.choosing import choose
from backwright.tasks.questions import Answers
from backwright.transfer.draft import Draft
from backwright.transfer.grow.sources import Sources
from backwright.transfer.guarding.program import Program

HERE = Path(__file__).parent / "hosts"
HOSTS = sorted(path.name for path in HERE.iterdir())


def asked(root: Path, line: str) -> AddPagination:
    """Read a request as the command line does."""
    word, *rest = shlex.split(line)
    pairs = list(zip(rest[::2], rest[1::2], strict=True))
    told = dict(pairs)
    return AddPagination(
        Order(root, Answers(yes=True)),
        word,
        told.get("--style", "offset"),
        int(told["--default"]) if "--default" in told else None,
        int(told["--max"]) if "--max" in told else None,
        tuple(value for name, value in pairs if name == "--filter"),
        tuple(value for name, value in pairs if name == "--sort"),
    )


@pytest.mark.parametrize("name", HOSTS)
def test_pages(name: str, tmp_path: Path) -> None:
    before, host = HERE / name / "before", tmp_path / "host"
    shutil.copytree(before, host)
    request = asked(host, (HERE / name / "request.txt").read_text())
    project = read_project(host)
    endpoint = choose(project, request.word, request.order.answers)
    planned = plan(project, Program(Sources(Draft(host), project)), endpoint, request)
    assert not isinstance(planned, str)
    files, _ = write(host, project, request, endpoint)
    told = "".join(_diff(path, before, host) for path in sorted(files))
    told += "".join(f"note {n.file}:{n.line} {n.text}\n" for n in planned.notes)
    golden = HERE / name / "after.diff"
    if os.environ.get("UPDATE_GOLDEN"):
        golden.write_text(told)
    assert told == golden.read_text()

    again = add_pagination(request, lambda _: None)
    assert again.files == ()
    assert "comes in pages already" in again.summary


def test_a_path_that_is_none() -> None:
    with pytest.raises(UsageError) as raised:
        add_pagination(asked(HERE / "flat" / "before", "/notse"), lambda _: None)
    assert raised.value.message == "'/notse' is no list of this project (did you mean '/notes'?)"


def test_a_column_that_is_none() -> None:
    with pytest.raises(UsageError) as raised:
        add_pagination(asked(HERE / "flat" / "before", "note --filter tga"), lambda _: None)
    assert raised.value.message == "'tga' is no column of Note (did you mean 'tag'?)"


def test_what_is_sorted_otherwise_has_no_keyset() -> None:
    line = "/api/orders --style keyset"
    with pytest.raises(UsageError, match="sorted by other columns than its key"):
        add_pagination(asked(HERE / "layered" / "before", line), lambda _: None)


def test_a_list_without_a_query_is_refused(tmp_path: Path) -> None:
    (tmp_path / "main.py").write_text(
        "from fastapi import FastAPI\n\napp = FastAPI()\nWORDS = ['a']\n\n\n"
        "@app.get('/words')\ndef words():\n    return WORDS\n"
    )
    with pytest.raises(
        UsageError, match="no query was found whose rows GET /words gives"
    ) as raised:
        add_pagination(asked(tmp_path, "/words"), lambda _: None)
    assert str(raised.value.place) == "main.py:8"


_LISTED = """from fastapi import FastAPI
from sqlmodel import Field, Session, SQLModel, create_engine, select

app = FastAPI()
engine = create_engine("sqlite:///words.db")
_kept = {{}}


class Word(SQLModel, table=True):
    id: int | None = Field(default=None, primary_key=True)


class Words:
    def all_words(self):
        with Session(engine) as session:
            return session.exec(select(Word)).all()


@app.get("/words")
def all_words():
    words = Words().all_words()
    {line}
"""


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("_kept['all'] = words; return words", "all_words keeps what it reads in _kept"),
        ("return {'items': words, 'total': len(words)}", "total is the number of rows"),
    ],
)
def test_pages_that_would_be_taken_for_the_whole_are_refused(
    line: str, said: str, tmp_path: Path
) -> None:
    (tmp_path / "main.py").write_text(_LISTED.format(line=line))
    with pytest.raises(UsageError, match=said) as raised:
        add_pagination(asked(tmp_path, "/words"), lambda _: None)
    assert str(raised.value.place).startswith("main.py:22")


def test_rows_that_are_handed_on_as_they_come_are_a_list(tmp_path: Path) -> None:
    line = "return words"
    code = _LISTED.format(line=line).replace(
        "return session.exec(select(Word)).all()",
        "found = session.exec(select(Word))\n            return found.unique().scalars()",
    )
    (tmp_path / "main.py").write_text(code)
    project = read_project(tmp_path)
    program = Program(Sources(Draft(tmp_path), project))
    endpoint = choose(project, "/words", Answers(yes=True))
    planned = plan(project, program, endpoint, asked(tmp_path, "/words"))
    assert not isinstance(planned, str)
    assert planned.wanted.way.functions[-1].name == "Words.all_words"


def test_several_lists_are_a_question(tmp_path: Path) -> None:
    (tmp_path / "main.py").write_text(
        "from fastapi import FastAPI\n\napp = FastAPI()\n\n\n"
        "@app.get('/tags')\ndef tags():\n    return []\n\n\n"
        "@app.get('/notes/{note_id}/tags')\ndef tags_of(note_id: int):\n    return []\n"
    )
    with pytest.raises(QuestionError) as raised:
        add_pagination(AddPagination(Order(tmp_path), "tag"), lambda _: None)
    assert raised.value.question.recommended == "/tags"


def _diff(path: str, before: Path, after: Path) -> str:
    old, new = ((folder / path).read_text().splitlines(keepends=True) for folder in (before, after))
    return "".join(difflib.unified_diff(old, new, f"a/{path}", f"b/{path}"))
