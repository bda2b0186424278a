"""The database's URL among the host's settings, where it keeps settings in a class."""

from __future__ import annotations

import ast
from dataclasses import dataclass

from backwright.source.text import Splice, indent_by, splice
from backwright.transfer.grow.sources import Sources, last_name, names_of_statement

_DEFAULT = '"postgresql://postgres:postgres@localhost:5432/postgres"'


@dataclass(frozen=True, slots=True)
class NewSetting:
    """A settings module with the URL added, and how other modules read it."""

    file: str
    code: str
    module: str
    name: str
    expression: str


def database_url(sources: Sources) -> NewSetting | None:
    """Return the host's settings with the URL; None where it has no such class or no way to it."""
    return with_setting(sources, "database_url", _DEFAULT)


def with_setting(sources: Sources, name: str, default: str) -> NewSetting | None:
    """Return the host's settings with one more text; None where it has no such class or no way to it.

    Args:
        sources: the host's modules.
        name: the setting in small letters; it is written as the host writes its others.
        default: the expression of its default.
    """
    for path, node in sources.classes():
        if any(last_name(base) == "BaseSettings" for base in node.bases):
            access = _access(sources.trees[path], node.name)
            if access is not None:
                return _added(sources, path, node, access, (name, default))
    return None


def _added(
    sources: Sources,
    path: str,
    node: ast.ClassDef,
    access: tuple[str, str],
    wanted: tuple[str, str],
) -> NewSetting:
    fields = [one for one in node.body if isinstance(one, ast.AnnAssign)]
    names = [n for one in fields for n in names_of_statement(one) if n != "model_config"]
    name, default = wanted
    name = name.upper() if names and all(n.isupper() for n in names) else name
    code = sources.draft.text(path)
    if name not in names:
        last = fields[-1] if fields else node.body[-1]
        line = (last.end_lineno or last.lineno) + 1
        text = indent_by(f"{name}: str = {default}\n", " " * last.col_offset)
        code = splice(code, [Splice(line, line, text)])
    imported, said = access
    return NewSetting(path, code, sources.module(path), imported, f"{said}.{name}")


def _access(tree: ast.Module, name: str) -> tuple[str, str] | None:
    """Return what to import to read the settings, and how to say it: `settings`, `get_settings()`."""
    for node in tree.body:
        value = node.value if isinstance(node, ast.Assign | ast.AnnAssign) else None
        if isinstance(value, ast.Call) and last_name(value.func) == name:
            return names_of_statement(node)[0], names_of_statement(node)[0]
        if isinstance(node, ast.FunctionDef) and not node.args.args:
            returned = [n.value for n in ast.walk(node) if isinstance(n, ast.Return)]
            if any(isinstance(r, ast.Call) and last_name(r.func) == name for r in returned):
                return node.name, f"{node.name}()"
    return None
