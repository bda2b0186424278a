"""Repairs of the files that give variables of the environment, and of who reads them."""

from __future__ import annotations

import ast
import re
import secrets

from backwright.doctor.edits import finished, with_argument
from backwright.doctor.evidence import Evidence
from backwright.doctor.sources import called, keyword, last_name
from backwright.project.environment import parse
from backwright.report.doctor_types import Repair
from backwright.source.imports import add_imports

_SECRET = re.compile(r"(?i)secret|jwt_key|signing_key|_key$|salt")
_FOREIGN = re.compile(r"(?i)api|aws|stripe|openai|google|access_key|client|s3|account|smtp|mail")
_EXAMPLE = re.compile(r"(?i)example|sample|template|dist\b")
_PLACEHOLDER = re.compile(r"(?i)^(?:<.*>|change.?(?:me|this)|your.*|x{3,}|\.{3}|todo|)$")


def with_variable(evidence: Evidence, name: str, value: str) -> tuple[Repair, ...]:
    """Return the repair that adds a variable to the project's file of them, where there is one."""
    for file in evidence.env_files[:1]:
        text = evidence.sources.text(file)
        end = "" if text.endswith("\n") or not text else "\n"
        return (Repair(file, text, f"{text}{end}{name}={value}\n"),)
    return ()


def missing_variable(evidence: Evidence, name: str) -> tuple[str, tuple[Repair, ...]]:
    """Return where a value for a variable comes from, in words, and the repair that sets it.

    That is the project's example of the file; a secret of the project's own is made.
    """
    for file in evidence.sources.configuration:
        base = file.rpartition("/")[2]
        if "env" in base and _EXAMPLE.search(base):
            values = {
                key.upper(): value for key, value in parse(evidence.sources.text(file)).items()
            }
            value = values.get(name, "")
            if value and not _PLACEHOLDER.match(value) and not _SECRET.search(name):
                return f"{file} has {name}={value}", with_variable(evidence, name, value)
    if _SECRET.search(name) and not _FOREIGN.search(name):
        return "", with_variable(evidence, name, secrets.token_urlsafe(32))
    return "", ()


def reading_file(evidence: Evidence, owner: str, env_file: str) -> tuple[Repair, ...]:
    """Return the repair that lets a settings class read a file of variables."""
    for file, cls in evidence.sources.classes(owner):
        for node in cls.body:
            value = getattr(node, "value", None)
            if isinstance(value, ast.Call) and called(value) == "SettingsConfigDict":
                if keyword(value, "env_file") is not None:
                    return ()
                return with_argument(evidence, file, value, f'env_file="{env_file}"')
            if isinstance(node, ast.ClassDef) and node.name == "Config":
                return _line_before(evidence, file, node.body[0], f'env_file = "{env_file}"')
        if any(last_name(base) == "BaseSettings" for base in cls.bases):
            return _configured(evidence, file, cls, env_file)
    return ()


def _configured(
    evidence: Evidence, file: str, cls: ast.ClassDef, env_file: str
) -> tuple[Repair, ...]:
    first = cls.body[0]
    if isinstance(first, ast.Expr) and len(cls.body) > 1:
        first = cls.body[1]
    is_old = re.search(r"from pydantic import .*BaseSettings", evidence.sources.text(file))
    if is_old:
        text = f'class Config:\n        env_file = "{env_file}"\n'
        return _line_before(evidence, file, first, text)
    text = f'model_config = SettingsConfigDict(env_file="{env_file}")\n'
    repairs = _line_before(evidence, file, first, text)
    wanted = {"pydantic_settings": {"SettingsConfigDict"}}
    return tuple(Repair(one.file, one.before, add_imports(one.after, wanted)) for one in repairs)


def _line_before(evidence: Evidence, file: str, node: ast.stmt, text: str) -> tuple[Repair, ...]:
    code = evidence.sources.text(file)
    lines = code.splitlines(keepends=True)
    lines.insert(node.lineno - 1, f"{' ' * node.col_offset}{text}\n")
    return finished(file, code, "".join(lines))


def loading_file(evidence: Evidence, file: str) -> tuple[Repair, ...]:
    """Return the repair that loads the file of variables before a module reads the environment."""
    code = evidence.sources.text(file)
    tree = evidence.sources.syntax(file)
    if tree is None or "load_dotenv" in code:
        return ()
    after = add_imports(code, {"dotenv": {"load_dotenv"}})
    ends = [
        node.end_lineno or node.lineno
        for node in ast.parse(after).body
        if isinstance(node, ast.Import | ast.ImportFrom)
    ]
    lines = after.splitlines(keepends=True)
    lines.insert(max(ends), "\nload_dotenv()\n")
    return finished(file, code, "".join(lines))
