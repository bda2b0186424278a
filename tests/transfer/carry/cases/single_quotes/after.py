#== app/models.py
class CallNote(Base):
    """A call note."""

    __tablename__ = 'call_notes'

    id = Column(Integer, primary_key=True)
    subject = Column(Str)
    customer_id = Column(Int)
    customer: Mapped['Customer'] = relationship()
#== app/routes.py
# needs fastapi HTTPException
# needs fastapi Response
@router.post('/call-notes', response_model=schemas.CallNote, status_code=201)
def create_call_note(call_note: schemas.CallNoteCreate, db: Session = Depends(get_db)):
    """Create a call note."""
    customer = db.query(Customer).filter(Customer.id == call_note.customer_id).first()
    if customer is None:
        raise HTTPException(status_code=404, detail='Customer not found')
    db_call_note = models.CallNote(**call_note.model_dump())
    db.add(db_call_note)
    db.commit()
    db.refresh(db_call_note)
    return db_call_note


@router.get('/call-notes/{call_note_id}', response_model=schemas.CallNote)
def get_call_note(call_note_id: int, db: Session = Depends(get_db)):
    """Get a call note."""
    return db.query(models.CallNote).filter(models.CallNote.id == call_note_id).first()


@router.get('/call-notes', response_model=list[schemas.CallNote], summary="The user's call notes")
def list_call_notes(db: Session = Depends(get_db)):
    return db.query(models.CallNote).all()


@router.put('/call-notes/{call_note_id}', response_model=schemas.CallNote)
def update_call_note(
    call_note_id: int,
    call_note: schemas.CallNoteCreate,
    db: Session = Depends(get_db),
):
    """Update a call note."""
    db_call_note = db.query(models.CallNote).filter(models.CallNote.id == call_note_id).first()
    if db_call_note is None:
        raise HTTPException(status_code=404, detail='Call note not found')
    customer = db.query(Customer).filter(Customer.id == call_note.customer_id).first()
    if customer is None:
        raise HTTPException(status_code=404, detail='Customer not found')
    for field, value in call_note.model_dump().items():
        setattr(db_call_note, field, value)
    db.commit()
    db.refresh(db_call_note)
    return db_call_note


@router.delete('/call-notes/{call_note_id}', status_code=204)
def delete_call_note(call_note_id: int, db: Session = Depends(get_db)):
    """Delete a call note."""
    call_note = db.query(models.CallNote).filter(models.CallNote.id == call_note_id).first()
    if call_note is None:
        raise HTTPException(status_code=404, detail='Call note not found')
    db.delete(call_note)
    db.commit()
    return Response(status_code=204)
#== app/schemas.py
class CallNoteCreate(BaseModel):
    subject: str
    customer_id: int


class CallNote(CallNoteCreate):
    id: int
