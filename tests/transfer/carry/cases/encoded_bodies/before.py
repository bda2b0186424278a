#== sql_app/models.py model
class Book(Base):
    __tablename__ = "books"

    id = Column(Integer, primary_key=True)
    title = Column(String(80), nullable=False)
    pages = Column(Integer)

    def __repr__(self):
        return 'BookModel(title=%s, pages=%s)' % (self.title, self.pages)


#== sql_app/schemas.py schema
class BookCreate(BaseModel):
    title: str
    pages: Optional[int] = None


class Book(BookCreate):
    id: int

    class Config:
        orm_mode = True


#== sql_app/repositories.py service
class BookRepo:
    def fetch_by_id(db: Session, _id):
        return db.query(models.Book).filter(models.Book.id == _id).first()

    def fetch_by_title(db: Session, title):
        return db.query(models.Book).filter(models.Book.title == title).first()

    def fetch_all(db: Session, skip: int = 0, limit: int = 100):
        return db.query(models.Book).offset(skip).limit(limit).all()

    def create(db: Session, book: schemas.BookCreate):
        values = jsonable_encoder(book)
        db_book = models.Book(**values)
        db.add(db_book)
        db.commit()
        db.refresh(db_book)
        return db_book

    def update(db: Session, book_data):
        updated_book = db.merge(book_data)
        db.commit()
        return updated_book


#== main.py routes
@app.get("/books", response_model=List[schemas.Book])
def get_all_books(title: Optional[str] = None, db: Session = Depends(get_db)):
    if title:
        books = []
        db_book = BookRepo.fetch_by_title(db, title)
        books.append(db_book)
        return books
    else:
        return BookRepo.fetch_all(db)


@app.put("/books/{book_id}", response_model=schemas.Book)
def update_book(book_id: int, book_request: schemas.BookCreate, db: Session = Depends(get_db)):
    db_book = BookRepo.fetch_by_id(db, book_id)
    if db_book:
        update_book_encoded = jsonable_encoder(book_request)
        db_book.title = update_book_encoded["title"]
        db_book.pages = update_book_encoded["pages"]
        return BookRepo.update(db=db, book_data=db_book)
    else:
        raise HTTPException(status_code=400, detail="Book not found with the given ID")


@app.post("/books/echo")
def echo_book(book: schemas.BookCreate):
    return JSONResponse(content=jsonable_encoder(book))
