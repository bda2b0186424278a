#== app/models.py
class Label(Base):
    __tablename__ = "labels"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column()
    color: Mapped[str] = mapped_column()
#== app/routes/tasks.py
# needs app.models Label
# needs fastapi HTTPException
# needs fastapi Response
label_router = APIRouter(
    prefix="/labels",
    responses={401: {"description": "Unauthorized"}},
)

NOT_FOUND = {404: {"description": "Label not found"}}


@label_router.post(
    "/",
    response_model=LabelPublic,
    responses={401: {"description": "Unauthorized"}, status.HTTP_409_CONFLICT: {"description": "Taken"}},
    openapi_extra={
        "description": "Of the caller",
        "requestBody": {
            "content": {"application/json": {"example": {"name": "name 1", "color": "color 1"}}},
        },
    },
)
def create_label(
    data: LabelCreate = Body(
        title="New label",
        openapi_examples={
            "short": {"description": "As short as can be", "value": {"name": "name 1", "color": "color 1"}},
        },
    ),
    db: Session = Depends(get_db),
):
    label = Label(name=data.name, color=data.color)
    db.add(label)
    db.commit()
    return label


@label_router.get(
    "/",
    response_model=list[LabelPublic],
    summary="All labels",
    description="Those of the caller",
    responses={401: {"description": "Unauthorized"}},
)
def list_labels(
    limit: int = Query(50, title="Limit", description="How many"),
    db: Session = Depends(get_db),
):
    query = db.query(Label)
    return query.limit(limit).all()


@label_router.get(
    "/{label_id}", response_model=LabelPublic, description="One label", responses=NOT_FOUND
)
def read_label(
    label_id: int = Path(title="Key", description="Which one"), db: Session = Depends(get_db)
):
    return db.get(Label, label_id)


@label_router.put("/{label_id}", response_model=LabelPublic)
def update_label(
    label_id: int = Path(title="Key", description="Which one"),
    data: LabelCreate = Body(
        title="New label",
        openapi_examples={
            "short": {"description": "As short as can be", "value": {"name": "name 1", "color": "color 1"}},
        },
    ),
    db: Session = Depends(get_db),
):
    label = db.query(Label).filter(Label.id == label_id).first()
    if label is None:
        raise HTTPException(status_code=status.HTTP_404_NOT_FOUND, detail="Label not found")
    for field, value in data.model_dump().items():
        setattr(label, field, value)
    db.commit()
    db.refresh(label)
    return label


@label_router.delete("/{label_id}", status_code=status.HTTP_204_NO_CONTENT)
def delete_label(
    label_id: int = Path(title="Key", description="Which one"),
    db: Session = Depends(get_db),
):
    label = db.query(Label).filter(Label.id == label_id).first()
    if label is None:
        raise HTTPException(status_code=status.HTTP_404_NOT_FOUND, detail="Label not found")
    db.delete(label)
    db.commit()
    return Response(status_code=status.HTTP_204_NO_CONTENT)
#== app/schemas.py
class LabelCreate(BaseModel):
    name: str
    color: str

    model_config = ConfigDict(
        json_schema_extra={
            "description": "What a client sends",
            "example": {"name": "name 1", "color": "color 1"},
        }
    )


class LabelPublic(LabelCreate):
    id: int = Field(title="Key", description="Made by the database")
