import hashlib

from sqlmodel import Session, select

from app.models import User, UserCreate


def hashed(password: str) -> str:
    return hashlib.scrypt(password.encode(), salt=b"tickets", n=2**14, r=8, p=1).hex()


class CRUDUser:
    def get_by_email(self, session: Session, email: str) -> User | None:
        return session.exec(select(User).where(User.email == email)).first()

    def create(self, session: Session, data: UserCreate) -> User:
        user = User(email=data.email, hashed_password=hashed(data.password))
        session.add(user)
        session.commit()
        session.refresh(user)
        return user


user = CRUDUser()
