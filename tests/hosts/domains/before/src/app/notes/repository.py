from app.core.repository import Repository
from app.notes.models import Note


class NoteRepository(Repository[Note]):
    model = Note
