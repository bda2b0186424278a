"""The account of the tests, as the database has it."""

from sqlmodel import select
from sqlmodel.ext.asyncio.session import AsyncSession

from app.models import User
from app.security import hash_password
from tests.signing_in import EMAIL, PASSWORD


async def owner(session: AsyncSession) -> User:
    """Return the account of the tests, to which rows can be given."""
    user: User | None = await session.scalar(select(User).where(User.email == EMAIL))
    if user is None:
        user = User(email=EMAIL, hashed_password=hash_password(PASSWORD))
        session.add(user)
        await session.flush()
    return user
