"""Who is calling: the dependency that every protected endpoint has."""

from collections.abc import Callable
from typing import Annotated

from fastapi import Depends, Request
from fastapi.security import OAuth2PasswordBearer

from app.auth import Caller, get_token_verifier
from app.config import DEVELOPMENT_SECRET_KEY
from app.exceptions import UnauthorizedError
from app.logs import get_logger

logger = get_logger(__name__)

oauth2_scheme = OAuth2PasswordBearer(tokenUrl="/api/v1/auth/login", auto_error=False)


async def get_current_user(
    request: Request, token: Annotated[str | None, Depends(oauth2_scheme)]
) -> Caller:
    """Return the caller named by the bearer token, whose signature is verified here.

    Pass it on as `caller=` to the session: that is where revocation is checked.

    Raises:
        UnauthorizedError: If there is no valid access token.
    """
    if token is None:
        raise UnauthorizedError
    secret_key = request.app.state.settings.secret_key.get_secret_value()
    return get_token_verifier(secret_key).verify(token)


CurrentUser = Annotated[Caller, Depends(get_current_user)]


def user_reader(secret_key: str) -> Callable[[str], str | None]:
    """Return a function from a token to the id of its user, None if the token is not valid."""
    if secret_key == DEVELOPMENT_SECRET_KEY:
        logger.warning("tokens are signed with the key of development, which is no secret")
    verifier = get_token_verifier(secret_key)

    def read_user(token: str) -> str | None:
        try:
            return verifier.verify(token).id.hex
        except UnauthorizedError:
            return None

    return read_user
