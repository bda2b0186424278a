#== app/use_cases.py service
class CreateNote:
    def __init__(self, session: AsyncSession) -> None:
        self.async_session = session

    async def execute(self, notebook_id: int, title: str, content: str) -> NoteSchema:
        async with self.async_session.begin() as session:
            notebook = await Notebook.read_by_id(session, notebook_id)
            if not notebook:
                raise HTTPException(status_code=404)
            note = await Note.create(session, notebook.id, title, content)
            return NoteSchema.model_validate(note)
#== app/models.py model
class Note(Base):
    __tablename__ = "notes"
    id: Mapped[int] = mapped_column()
    title: Mapped[str] = mapped_column()
    content: Mapped[str] = mapped_column()
    notebook_id: Mapped[int] = mapped_column()
    @classmethod
    async def create(
        cls, session: AsyncSession, notebook_id: int, title: str, content: str
    ) -> Note:
        note = Note(title=title, content=content, notebook_id=notebook_id)
        session.add(note)
        return note
