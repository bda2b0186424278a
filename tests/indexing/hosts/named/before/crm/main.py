from fastapi import Depends, FastAPI
from sqlalchemy import create_engine, or_, select
from sqlalchemy.orm import Session

from crm import models as m

app = FastAPI()
engine = create_engine("postgresql+psycopg://localhost/crm")


def session():
    with Session(engine) as one:
        yield one


@app.get("/contacts")
def contacts(company_id: int, phone: str, db: Session = Depends(session)):
    query = select(m.Contact).where(m.Contact.company_id == company_id)
    return (
        db.scalars(query).all()
        + db.scalars(
            select(m.Contact).where(or_(m.Contact.phone == phone, m.Contact.phone.is_(None)))
        ).all()
    )
