import secrets
from datetime import datetime
from typing import Annotated

from sqlalchemy import DateTime, String, func
from sqlalchemy.orm import mapped_column

Key = Annotated[str, mapped_column(String(24), primary_key=True)]
Text80 = Annotated[str, mapped_column(String(80))]
Moment = Annotated[datetime, mapped_column(DateTime(timezone=True), server_default=func.now())]


def new_id(prefix: str) -> str:
    return f"{prefix}_{secrets.token_hex(8)}"
