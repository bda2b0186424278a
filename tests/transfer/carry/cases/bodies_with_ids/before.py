#== app/models.py model
class Comment(Base):
    __tablename__ = "comments"

    id = Column(Integer, primary_key=True)
    user_id = Column(Integer, ForeignKey("users.id"), nullable=False)
    text = Column(String, nullable=False)
    post_id = Column(Integer, ForeignKey("posts.id"), nullable=False)


#== app/schemas.py schema
class Comment(BaseModel):
    id: Optional[int] = None
    user_id: Optional[int] = None
    text: str
    post_id: int

    class Config:
        from_attributes = True


class CommentSingle(BaseModel):
    id: Optional[int] = None
    text: str
    post_id: int


#== app/routes.py routes
@router.get("/{post_id}", response_model=List[CommentSingle])
def list(post_id: int, skip: int = 0):
    """List all comments of a post (post_id: int)."""
    return CommentController(db).list(post_id=post_id, skip=skip)


@router.post("/", response_model=CommentSingle)
def create(comment: Comment, user: User = Depends(current_user)):
    """Create a comment."""
    return CommentController(db).create(comment, user.id)


#== app/controllers.py service
class CommentController:
    def list(self, post_id: int, skip: int):
        """List all comments of a post (post_id: int)."""
        return self.db.query(Comment).filter(Comment.post_id == post_id).offset(skip).all()

    def create(self, comment: Comment, user_id: int):
        new = Comment(**comment.model_dump(), user_id=user_id)
        self.db.add(new)
        self.db.commit()
        return new
