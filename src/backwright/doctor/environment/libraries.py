"""The names by which libraries are imported, and the distributions that have them."""

from __future__ import annotations

from backwright.doctor.evidence import Evidence
from backwright.doctor.requirements import is_required

# The name that is imported, and the distribution that has it, where they differ.
DISTRIBUTIONS = {
    "jose": "python-jose[cryptography]", "jwt": "PyJWT", "psycopg2": "psycopg2-binary",
    "multipart": "python-multipart", "email_validator": "email-validator", "dotenv": "python-dotenv",
    "yaml": "PyYAML", "PIL": "Pillow", "pydantic_settings": "pydantic-settings", "bs4": "beautifulsoup4",
    "passlib": "passlib[bcrypt]", "psycopg": "psycopg[binary]", "MySQLdb": "mysqlclient",
    "fastapi_users": "fastapi-users[sqlalchemy]", "prometheus_fastapi_instrumentator":
    "prometheus-fastapi-instrumentator", "sentry_sdk": "sentry-sdk", "slugify": "python-slugify",
    "magic": "python-magic", "dateutil": "python-dateutil",
}  # fmt: skip


def is_library(evidence: Evidence, name: str) -> bool:
    """Tell whether a name is that of a library which the project requires."""
    return name in DISTRIBUTIONS or is_required(evidence, name.replace("_", "-"))
