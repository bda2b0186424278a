"""What goes beyond the five verbs is not repeated, nor what only served it; names come from one root."""

from dataclasses import replace
from pathlib import Path

from backwright.project import read_project
from backwright.spec.resource import read_resource_line
from backwright.tasks import by_example
from backwright.tasks.attempts import Failed, first_that_fits
from backwright.tasks.questions import Answers
from backwright.transfer.draft import Draft
from backwright.transfer.example.modules import read_modules

FILES = {
    "app/main.py": "from fastapi import FastAPI\nfrom app.routers import notes, payments\n\n"
    "app = FastAPI()\napp.include_router(notes.router)\napp.include_router(payments.router)\n",
    "app/database.py": "from sqlalchemy.orm import DeclarativeBase\n\n\n"
    "class Base(DeclarativeBase): ...\n\n\ndef get_db(): ...\n",
    "app/models/note.py": "from sqlalchemy.orm import Mapped, mapped_column\n"
    "from app.database import Base\n\n\nclass Note(Base):\n    __tablename__ = 'notes'\n\n"
    "    id: Mapped[int] = mapped_column(primary_key=True)\n    title: Mapped[str]\n",
    "app/models/payment.py": "from sqlalchemy.orm import Mapped, mapped_column\n"
    "from app.database import Base\n\n\nclass Payment(Base):\n    __tablename__ = 'payments'\n\n"
    "    id: Mapped[int] = mapped_column(primary_key=True)\n",
    "app/services/payment.py": "from app.models.payment import Payment\n\n\ndef pay(db, note_id): ...\n",
    "app/schemas/note.py": "from pydantic import BaseModel\n\n\n"
    "class NoteCreate(BaseModel):\n    title: str\n\n\n"
    "class NotePublic(NoteCreate):\n    id: int\n\n\n"
    "class NoteReceipt(BaseModel):\n    id: int\n    title: str\n",
    "app/repositories/note.py": "from app.models.note import Note\n\n\n"
    "class NoteRepository:\n    def __init__(self, db):\n        self.db = db\n\n"
    "    def get_all(self):\n        return self.db.query(Note).all()\n\n"
    "    def get(self, note_id: int):\n        return self.db.get(Note, note_id)\n\n"
    "    def get_title(self, note_id: int):\n"
    "        return self.db.query(Note.title).filter(Note.id == note_id).first()\n\n"
    "    def add(self, note: Note):\n        self.db.add(note)\n        self.db.commit()\n"
    "        self.db.refresh(note)\n        return note\n\n"
    "    def remove(self, note: Note):\n        self.db.delete(note)\n        self.db.commit()\n",
    "app/services/note.py": "from app.models.note import Note\n"
    "from app.repositories.note import NoteRepository\nfrom app.schemas.note import NoteCreate\n\n\n"
    "class NoteService:\n    def __init__(self, db):\n        self.repo = NoteRepository(db)\n\n"
    "    def all(self):\n        return self.repo.get_all()\n\n"
    "    def one(self, note_id: int):\n        return self.repo.get(note_id)\n\n"
    "    def headline(self, note_id: int):\n        return self.repo.get_title(note_id)\n\n"
    "    def create(self, data: NoteCreate):\n"
    "        return self.repo.add(Note(title=data.title))\n\n"
    "    def delete(self, note_id: int):\n"
    "        self.repo.remove(self.repo.get(note_id))\n",
    "app/routers/payments.py": "from fastapi import APIRouter\n\n"
    'router = APIRouter(prefix="/payments")\n\n\n@router.get("")\ndef list_payments(): ...\n',
    "app/routers/notes.py": "from fastapi import APIRouter, Depends, Request\n\n"
    "from app.database import get_db\nfrom app.pages import templates\n"
    "from app.schemas.note import NoteCreate, NotePublic, NoteReceipt\n"
    "from app.services.note import NoteService\nfrom app.services.payment import pay\n\n"
    'router = APIRouter(prefix="/notes")\n\n\n'
    '@router.get("", response_model=list[NotePublic])\n'
    "def list_notes(db=Depends(get_db)):\n    return NoteService(db).all()\n\n\n"
    '@router.post("", response_model=NotePublic)\n'
    "def create_note(data: NoteCreate, db=Depends(get_db)):\n"
    "    return NoteService(db).create(data)\n\n\n"
    '@router.get("/{note_id}", response_model=NotePublic)\n'
    "def read_note(note_id: int, db=Depends(get_db)):\n    return NoteService(db).one(note_id)\n\n\n"
    '@router.delete("/{note_id}")\n'
    "def delete_note(note_id: int, db=Depends(get_db)):\n    NoteService(db).delete(note_id)\n\n\n"
    '@router.post("/{note_id}/pay", response_model=NoteReceipt)\n'
    "def pay_note(note_id: int, db=Depends(get_db)):\n    return pay(db, note_id)\n\n\n"
    '@router.get("/page")\n'
    "def page_of_notes(request: Request):\n"
    '    return templates.TemplateResponse(request, "notes.html")\n',
    "app/pages.py": "templates = None\n",
}


def written(root: Path, files: dict[str, str]) -> Path:
    for path, text in files.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(text)
    return root


def added(root: Path, words: str, files: dict[str, str] = FILES) -> dict[str, str]:
    """Return what is written for a resource, by path, and the notes as `notes`."""
    written(root, files)
    spec = replace(read_resource_line(words), like="Note")
    lesson = by_example.lessons(Draft(root), read_project(root), spec, Answers(yes=True))[0]
    done, paths = by_example.write(root, lesson, {})
    made = {path: (root / path).read_text() for path in paths}
    return made | {"notes": "\n".join(note.text for note in done.notes)}


def test_actions_and_pages_are_not_repeated(tmp_path: Path) -> None:
    made = added(tmp_path, "Invoice number:str:1..40")
    routes = made["app/routers/invoices.py"]
    assert all(f"def {name}(" in routes for name in ("read_invoice", "delete_invoice"))
    assert not any(word in routes for word in ("pay_", "page_of", "payment"))
    assert "`pay_note` is about others' rows, too: it is not repeated" in made["notes"]
    assert "`page_of_notes` answers with a page of its own: it is not repeated" in made["notes"]
    assert "Receipt" not in made["app/schemas/invoice.py"], "only what is not repeated used it"


def test_what_calls_a_method_that_is_left_out_goes_whatever_its_object_is_called(
    tmp_path: Path,
) -> None:
    made = added(tmp_path, "Invoice number:str:1..40")
    assert "get_title" not in made["app/repositories/invoice.py"]
    assert "headline" not in made["app/services/invoice.py"]
    assert "self.repo.get(invoice_id)" in made["app/services/invoice.py"]


def test_a_module_imports_from_the_root_that_its_neighbors_import_from(tmp_path: Path) -> None:
    files = {
        "migrations/env.py": "from shop.models.note import Note\n",
        "src/shop/models/note.py": "Note = 1\n",
        "src/shop/models/item.py": "Item = 1\n",
        "src/shop/routes.py": "from src.shop.models.item import Item\n",
    }
    modules = read_modules(Draft(written(tmp_path, files)))
    note = "src/shop/models/note.py"
    assert modules.name_of(note) == "shop.models.note"
    assert modules.name_of(note, "src/shop/routes.py") == "src.shop.models.note"
    assert modules.name_of(note, "src/shop/models/item.py") == "src.shop.models.note"
    assert modules.name_of(note, "migrations/env.py") == "shop.models.note"


def test_who_keeps_rows_by_procedures_of_the_database_is_no_example(tmp_path: Path) -> None:
    adding = "from sqlalchemy import text\n" + FILES["app/repositories/note.py"].replace(
        "        self.db.add(note)\n", '        self.db.execute(text("CALL add_note(:title)"))\n'
    )
    host = written(tmp_path / "host", FILES | {"app/repositories/note.py": adding})
    copy = written(tmp_path / "copy", FILES | {"app/repositories/note.py": adding})
    spec = replace(read_resource_line("Invoice number:str:1..40"), like="Note")
    made = by_example.lessons(Draft(host), read_project(host), spec, Answers(yes=True))
    failed = first_that_fits(copy, host, made, {})
    assert isinstance(failed, Failed)
    assert failed.reasons[0].text.endswith("by what is written in the database: add_invoice")
