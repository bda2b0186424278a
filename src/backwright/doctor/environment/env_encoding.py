"""A file of variables that is not written in UTF-8."""

from __future__ import annotations

from collections.abc import Iterator

from backwright.doctor.evidence import Evidence
from backwright.doctor.registry import diagnosis
from backwright.doctor.tracebacks import frames_of
from backwright.report.doctor_types import Cause
from backwright.values import Place

_READERS = ("/dotenv/", "/pydantic_settings/", "/starlette/config.py", "/decouple.py", "/environs/")


@diagnosis
def env_encoding(evidence: Evidence) -> Iterator[Cause]:
    """Tell of a `.env` that cannot be read, which PowerShell's `>` writes in UTF-16."""
    for ground, raised, _ in evidence.raised(r"UnicodeDecodeError: '[\w-]+' codec can't decode"):
        files = [frame.file.replace("\\", "/") for _, frame in frames_of(ground.failure)]
        if not any(one in file for file in files for one in _READERS):
            continue
        named = next(iter(evidence.env_files), "")
        yield Cause(
            "environment", "env-encoding",
            f"{named or '.env'} is not written in UTF-8: PowerShell's > writes UTF-16, editors other encodings",
            (raised.text,), Place(named, 1) if named else ground.place,
            "save it in UTF-8 without a mark; in PowerShell: Set-Content -Encoding utf8NoBOM .env …",
            "start the application again", failure=ground.number, count=ground.count,
        )  # fmt: skip
