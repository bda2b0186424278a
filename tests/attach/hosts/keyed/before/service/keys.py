"""Keys of the programs that may ask."""

import os
import secrets

from fastapi import HTTPException, Security
from fastapi.security import APIKeyHeader

SERVICE_KEY = os.environ.get("SERVICE_KEY", "a-key-for-tests")

header = APIKeyHeader(name="X-Service-Key")


def known_key(key: str = Security(header)) -> str:
    """Refuse who has no key."""
    if not secrets.compare_digest(key, SERVICE_KEY):
        raise HTTPException(status_code=401, detail={"error": "unknown key"})
    return key
