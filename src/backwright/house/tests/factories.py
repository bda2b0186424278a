"""What tests need to be there already."""

from datetime import UTC, datetime, timedelta
from uuid import uuid4

from sqlmodel import insert

from app.auth import TokenType, create_token
from app.config import get_settings
from app.database import Session
from app.models import LoginSession, User


async def sign_in(session: Session, email: str) -> dict[str, str]:
    """Make a user with a session, and return the headers of their requests."""
    expires_at = datetime.now(UTC) + timedelta(minutes=15)
    user_id, session_id, token_id = uuid4(), uuid4(), uuid4()
    await session.execute(insert(User).values(id=user_id, email=email, password_hash="none"))
    await session.execute(
        insert(LoginSession).values(
            user_id=user_id, id=session_id, refresh_token_id=token_id, expires_at=expires_at
        )
    )
    token = create_token(
        get_settings().secret_key.get_secret_value(),
        TokenType.ACCESS,
        user_id=user_id,
        session_id=session_id,
        token_id=token_id,
        expires_at=expires_at,
    )
    return {"Authorization": f"Bearer {token}"}
