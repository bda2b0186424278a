"""What an expression comes to: a literal, a constant, a setting, a variable of the environment."""

from __future__ import annotations

import ast
from dataclasses import dataclass
from urllib.parse import quote

from backwright.doctor.evidence import Evidence
from backwright.doctor.sources import called, last_name, literal
from backwright.project.types import Setting
from backwright.values import Place

# Methods whose result is the same text for our purposes.
_SAME = ("get_secret_value", "strip", "encode")
_READS = ("getenv", "get", "environ")


@dataclass(frozen=True, slots=True)
class Given:
    """A text, where it is written, and the setting or variable that has it."""

    value: str
    place: Place | None
    name: str = ""


def given(evidence: Evidence, file: str, node: ast.expr | None) -> Given | None:
    """Return the text that an expression comes to; None where that is not known."""
    if node is None:
        return None
    value = literal(node)
    if isinstance(value, str):
        return Given(value, Place(file, node.lineno))
    if (variable := read_variable(node)) is not None:
        return of_variable(evidence, variable)
    if (
        isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and called(node) in _SAME
    ):
        return given(evidence, file, node.func.value)
    name = last_name(node)
    if (setting := setting_of(evidence, name)) is not None:
        return of_setting(evidence, setting)
    if isinstance(node, ast.Name) and (found := constant(evidence, file, name)) is not None:
        return given(evidence, found[0], found[1])
    return None


def setting_of(evidence: Evidence, name: str) -> Setting | None:
    """Return the setting of a name."""
    settings = evidence.project.settings
    return next((one for one in settings if name and one.name.upper() == name.upper()), None)


def of_setting(evidence: Evidence, setting: Setting) -> Given | None:
    """Return what a setting is: what the environment gives, else its default."""
    for variable in setting.variables:
        if (found := of_variable(evidence, variable)) is not None:
            return found
    if setting.default is not None:
        return Given(setting.default, Place(setting.file, setting.line), setting.name)
    return None


def of_variable(evidence: Evidence, name: str) -> Given | None:
    """Return what the environment gives to a variable."""
    found = evidence.variables.get(name.upper())
    return Given(found.value, found.place, name.upper()) if found is not None else None


def read_variable(node: ast.expr) -> str | None:
    """Return the variable that `os.environ["X"]` or `os.getenv("X")` reads."""
    key: ast.expr | None = None
    if isinstance(node, ast.Subscript) and last_name(node.value) == "environ":
        key = node.slice
    elif isinstance(node, ast.Call) and called(node) in _READS and node.args:
        inner = ast.unparse(node.func)
        key = node.args[0] if "environ" in inner or inner.endswith("getenv") else None
    name = literal(key) if key is not None else None
    return name if isinstance(name, str) else None


def constant(evidence: Evidence, file: str, name: str) -> tuple[str, ast.expr] | None:
    """Return the file and the value of what a module's top level calls so, its own file first."""
    for one in (file, *(other for other in evidence.sources.own if other != file)):
        tree = evidence.sources.syntax(one)
        for node in tree.body if tree else ():
            targets = node.targets if isinstance(node, ast.Assign) else ()
            if isinstance(node, ast.AnnAssign):
                targets = [node.target]
            value = getattr(node, "value", None)
            if value is not None and any(getattr(t, "id", "") == name for t in targets):
                return one, value
    return None


def project_url(evidence: Evidence) -> str | None:
    """Return the database's URL as the project's settings come to it here; None where that is not known."""
    facts = evidence.project.database
    if facts is None:
        return None
    known: dict[str, str] = {}
    for one in facts.variables:
        found = of_variable(evidence, one.name)
        value = found.value if found is not None else one.default
        if value:
            known.setdefault(one.part, value)
    if "url" in known:
        return known["url"].strip().strip("'\"")
    if not {"user", "host", "database"} & known.keys():
        return facts.url
    who = quote(known.get("user", "postgres"), safe="")
    who += f":{quote(known['password'], safe='')}" if "password" in known else ""
    where = f"{known.get('host', 'localhost')}:{known.get('port', '5432')}"
    return f"postgresql://{who}@{where}/{known.get('database', known.get('user', 'postgres'))}"
