#== app/routes/tasks.py routes
@router.get(
    "/by-description/{description}",
    summary="All tasks",
    responses={401: {"description": "Unauthorized"}},
)
def list_tasks(
    description: str | None = Query(None, title="Text", description="A part of it"),
    db: Session = Depends(get_db),
):
    query = db.query(Task)
    if description:
        query = query.filter(Task.description.ilike(f"%{description}%"))
    return query.all()
