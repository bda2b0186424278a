"""Causes of tokens that several diagnoses come to."""

from __future__ import annotations

import secrets

from backwright.doctor.evidence import Evidence
from backwright.doctor.settings_files import with_variable
from backwright.project.types import Setting
from backwright.report.doctor_types import Cause, Repair
from backwright.values import Place

LOG_IN = "log in again, and use the new token"
_PROOF = "curl -i -H 'Authorization: Bearer TOKEN' http://127.0.0.1:8000/…"


def token_cause(
    name: str, text: str, remedy: str, place: Place | None = None, evidence: str = "",
    repairs: tuple[Repair, ...] = (),
) -> Cause:  # fmt: skip
    """Return a cause that the given token shows."""
    return Cause(
        "tokens", name, text, (evidence,) if evidence else (), place, remedy, _PROOF, "given", repairs,
    )  # fmt: skip


def random_cause(evidence: Evidence, place: Place, setting: Setting | None) -> Cause:
    """Return the cause where the key is made anew at each start, as the source says it."""
    variable = setting.variables[0].upper() if setting and setting.variables else ""
    return Cause(
        "tokens", "token-key-random",
        f"the key of tokens is made anew whenever a process starts ({place}): tokens of before, and of "
        "another worker, are refused",
        (evidence.sources.line(place).strip(),), place,
        f"set {variable or 'the key'} in the environment, the same for all workers",
        "log in, restart the server, and use the token",
        repairs=with_variable(evidence, variable, secrets.token_urlsafe(32)) if variable else (),
    )  # fmt: skip
