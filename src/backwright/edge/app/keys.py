"""The keys of programs."""

from fastapi import HTTPException, Security
from fastapi.security import APIKeyHeader

key_header = APIKeyHeader(name="X-API-Key")


async def check_key(key: str = Security(key_header)) -> str:
    """Return a known key.

    Raises:
        HTTPException: It is not known.
    """
    if not key.startswith("known-"):
        raise HTTPException(status_code=401)
    return key
