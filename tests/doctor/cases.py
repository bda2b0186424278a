"""The clinic: broken projects, each a healthy one with one thing changed, and what is wrong with it.

A case is a file `clinic/CHECK/NAME.toml`, with the server's log beside it as `NAME.log` where there is
one; `record.py` makes the log by running the broken project. Keys:

    about       what is wrong, in a sentence
    cite        where somebody asked about it
    base        "sync" or "async", the healthy project (in clinic/bases)
    change      [[file, old, new]…], or [[file, "", text]] for a file as a whole
    requests    what record.py sends: "GET /tasks/1", "POST /tasks/ {…}"
    signed_in   whether it sends them signed in (sync only)
    sent        the token that record.py sends, as `token`
    headers     what else it sends with each request
    format      how the log is written: compose, journal, kubernetes, gunicorn, json, rich
    token       claims, and `key`, `alg`, or `text` for a token as it is
    origin      the page's origin
    seen        how it is seen that it is mended, where the clinic's own circumstances do not show it: words
                instead of the case's, and `shows`, what is said after the repair and not before;
                `installs` its requirements, before and after; `as_written` (a file) starts it; `in_file`
                puts the address of the database into .env, over `tls`; `restarts` it with the token of
                before; a request CUT ends the connections of the database
    unseen      why its repair is not run here
    outside     why no file of the project mends it
    expect      cause, and where it stands: file, and a part of the line; mends: a part of the new text;
                says: what the answer to the question was, of cases that wait in `unseen` for their name
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import shutil
import time
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

CLINIC = Path(__file__).parent / "clinic"
KEY = "clinic-secret-key-of-thirty-two-bytes-or-more"
NOW = time.time()
_DIGESTS = {"HS256": hashlib.sha256, "HS384": hashlib.sha384, "HS512": hashlib.sha512}


@dataclass(frozen=True)
class Case:
    """One broken project."""

    file: Path
    words: dict[str, Any]

    @property
    def name(self) -> str:
        """Return `check/name`."""
        return f"{self.file.parent.name}/{self.file.stem}"

    @property
    def log(self) -> Path:
        """Return where its log is, if it has one."""
        return self.file.with_suffix(".log")

    @property
    def base(self) -> Path:
        """Return the healthy project."""
        return CLINIC / "bases" / self.words.get("base", "sync")

    def make(self, folder: Path) -> Path:
        """Write the broken project into a folder."""
        shutil.copytree(self.base, folder, ignore=shutil.ignore_patterns("__pycache__"))
        for name, old, new in self.words.get("change", ()):
            file = folder / name
            if not old:
                file.parent.mkdir(parents=True, exist_ok=True)
                file.write_text(new, encoding="utf-8")
                continue
            text = file.read_text(encoding="utf-8")
            assert old in text, f"{self.name}: {name} has no {old!r}"
            file.write_text(text.replace(old, new, 1), encoding="utf-8")
        return folder

    def token(self, key: str = "token", now: float = NOW) -> str | None:
        """Return the token that it brings, or the one that is sent to record its log."""
        words = self.words.get(key)
        if words is None:
            return None
        if "text" in words:
            return str(words["text"]).replace("{TOKEN}", signed({"sub": "1", "exp": now + 600}))
        claims = {
            name: now + value if name in ("exp", "iat", "nbf") else value
            for name, value in words.get("claims", {}).items()
        }
        return str(words.get("before", "")) + signed(
            claims, words.get("key", KEY), words.get("alg", "HS256")
        )


def cases(folder: Path = CLINIC) -> list[Case]:
    """Return all cases of a folder."""
    return [
        Case(file, tomllib.loads(file.read_text(encoding="utf-8")))
        for file in sorted(folder.glob("*/*.toml"))
    ]


def signed(claims: dict[str, Any], key: str = KEY, algorithm: str = "HS256") -> str:
    """Return a JWT."""
    parts = [_encoded({"alg": algorithm, "typ": "JWT"}), _encoded(claims)]
    digest = _DIGESTS.get(algorithm, hashlib.sha256)
    made = hmac.new(key.encode(), ".".join(parts).encode(), digest).digest()
    end = "" if algorithm == "none" else base64.urlsafe_b64encode(made).decode().rstrip("=")
    return ".".join([*parts, end])


def _encoded(value: dict[str, Any]) -> str:
    return base64.urlsafe_b64encode(json.dumps(value).encode()).decode().rstrip("=")
