"""Causes of tokens that several diagnoses come to."""

from __future__ import annotations

import ast
import re
import secrets

from backwright.doctor.edits import rewritten
from backwright.doctor.evidence import Evidence
from backwright.doctor.settings_files import with_variable
from backwright.project.types import Setting
from backwright.report.doctor_types import Cause, Repair
from backwright.values import Place

LOG_IN = "log in again, and use the new token"
_KEY = re.compile(
    r"(?i)(?:jwt_?|token_?|auth_?|app_?)*(?:secret|signing|secret_key|jwt_key|signing_key)(?:_?key)?"
)
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
        repairs=with_variable(evidence, variable, secrets.token_urlsafe(32)) if variable
        else _by_the_setting(evidence, place),
    )  # fmt: skip


def _by_the_setting(evidence: Evidence, place: Place) -> tuple[Repair, ...]:
    """Return the repair that takes the key from the settings, where the file uses them already."""
    nodes = evidence.sources.nodes(place.file)
    made = next((one for one in nodes if _is_made_at(one, place.line)), None)
    key = next((one for one in evidence.project.settings if _KEY.fullmatch(one.name)), None)
    if key is None or not isinstance(made, ast.Assign):
        return ()
    beside = {one.name for one in evidence.project.settings if one.owner == key.owner}
    for node in nodes:
        if isinstance(node, ast.Attribute) and node.attr in beside:
            read = f"{ast.unparse(node.value)}.{key.name}"
            return rewritten(evidence, place.file, [(made.value, read)])
    return ()


def _is_made_at(node: ast.AST, line: int) -> bool:
    return isinstance(node, ast.Assign) and node.lineno == line
