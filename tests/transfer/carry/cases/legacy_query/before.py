#== app/models.py model
class Post(Base):
    __tablename__ = "posts"
    __table_args__ = (
        UniqueConstraint("title", "owner_id"),
        Index("ix_posts_owner", "owner_id"),
    )

    id = Column(Integer, primary_key=True, nullable=False)
    title = Column(String, nullable=False)
    content = Column(String, nullable=False)
    published = Column(Boolean, server_default="TRUE", nullable=False)
    created_at = Column(TIMESTAMP(timezone=True), nullable=False, server_default=text("now()"))
    owner_id = Column(Integer, ForeignKey("users.id", ondelete="CASCADE"), nullable=False)

    owner = relationship("User")

    def __repr__(self):
        return f"<Post {self.title}>"

    @property
    def is_long(self):
        return len(self.content) > 500


#== app/crud.py service
def get_posts(db: Session, owner_id: int, skip: int = 0, limit: int = 10, search: str = ""):
    # rows = db.query(models.Post).all()
    # db.query(models.Post).filter(models.Post.title == search)
    return (
        db.query(models.Post)
        .filter(models.Post.owner_id == owner_id)
        .filter(models.Post.content.contains(search), models.Post.published == True)
        .order_by(models.Post.title)
        .offset(skip)
        .limit(limit)
        .all()
    )


def get_post_by_title(db: Session, title: str):
    return db.query(models.Post).filter(models.Post.title == title).first()


def create_post(db: Session, post: schemas.PostCreate, owner_id: int):
    if get_post_by_title(db, post.title):
        raise HTTPException(status_code=400, detail="Title already taken")
    db_post = models.Post(**post.dict(), owner_id=owner_id)
    db.add(db_post)
    db.commit()
    db.refresh(db_post)
    return db_post


def count_votes(db: Session, post_id: int):
    return db.query(models.Vote).filter(models.Vote.post_id == post_id).count()


def publish_post(db: Session, post: models.Post):
    post.published = True
    db.commit()
    return post


#== app/routers/posts.py routes
@router.get("/", response_model=list[schemas.Post])
def read_posts(
    search: str = "",
    skip: int = 0,
    limit: int = 10,
    db: Session = Depends(get_db),
    user: User = Depends(current_user),
):
    return crud.get_posts(db, user.id, skip, limit, search)


@router.post("/{post_id}/publish", response_model=schemas.Post)
def publish_post(post_id: int, db: Session = Depends(get_db)):
    post = db.get(models.Post, post_id)
    return crud.publish_post(db, post)


@router.get("/{post_id}/votes")
def read_votes(post_id: int, db: Session = Depends(get_db)):
    return {"votes": crud.count_votes(db, post_id)}
