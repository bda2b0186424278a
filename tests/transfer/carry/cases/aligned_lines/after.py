#== app/services/task_service.py
def create_call_note(db: Session, call_note_in: CallNoteCreate,
                     owner_id: int) -> CallNote:
    call_note = CallNote(subject=call_note_in.subject,
                         duration=call_note_in.duration,
                         owner_id=owner_id)
    db.add(call_note)
    db.commit()
    return call_note


def get_call_note(db: Session, call_note_id: int,
                  owner_id: int,
                  ) -> CallNote:
    call_note = db.query(CallNote).filter(CallNote.id == call_note_id,
                                          CallNote.owner_id == owner_id).first()
    if not call_note:
        raise HTTPException(status_code=404,
                            detail="Call note not found")
    return call_note


def get_call_notes(db: Session, owner_id: int) -> list[CallNote]:
    return (db.query(CallNote)
            .filter(CallNote.owner_id == owner_id)
            .all())
#== app/api/tasks.py
from app.services.call_note_service import (create_call_note,
                                            get_call_note)


@router.get("/{call_note_id}",
            response_model=CallNoteResponse)
def read_call_note(call_note_id: int,
                   db: Session = Depends(get_db),
                   user: User = Depends(get_current_user)):
    return get_call_note(db, call_note_id,
                         user.id)
