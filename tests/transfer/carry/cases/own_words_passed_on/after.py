#== app/routes/tasks.py
@router.get(
    "/by-note/{note}",
    summary="All labels",
    responses={401: {"description": "Unauthorized"}},
)
def list_labels(
    note: str | None = Query(None, title="Text", description="A part of it"),
    db: Session = Depends(get_db),
):
    query = db.query(Label)
    if note:
        query = query.filter(Label.note.ilike(f"%{note}%"))
    return query.all()
