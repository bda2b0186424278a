"""Accounts."""

from sqlalchemy.exc import IntegrityError
from sqlmodel import Session, select

from app.auth import hash_password, verify_password
from app.exceptions import ConflictError
from app.models import User
from app.schemas import UserCreate


def create_user(session: Session, data: UserCreate) -> User:
    """Make an account."""
    user = User(email=data.email, password_hash=hash_password(data.password))
    session.add(user)
    try:
        session.commit()
    except IntegrityError as error:
        session.rollback()
        raise ConflictError from error
    session.refresh(user)
    return user


def authenticate(session: Session, email: str, password: str) -> User | None:
    """Return the user whom an address and a password belong to."""
    user = session.exec(select(User).where(User.email == email)).first()
    if user is None or not verify_password(password, user.password_hash):
        return None
    return user
