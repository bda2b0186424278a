"""One more setting among a host's own, and how a module of it reads that."""

from __future__ import annotations

import ast
import json
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import PurePosixPath

from backwright.source.imports import add_imports
from backwright.source.text import Splice, indent_by, splice
from backwright.transfer.attach.access import Access, accesses, local_name
from backwright.transfer.attach.seeing import Imports, seen_from
from backwright.transfer.declaration import Import
from backwright.transfer.dialect.quotes import in_quotes
from backwright.transfer.grow.sources import Sources, names_of_statement

_ENVIRONMENT = {"os.getenv", "getenv", "os.environ.get", "environ.get"}
_CONFIG = {"config", "env", "env.str", "Config"}
_MODULES = {"config", "settings", "constants", "env", "conf", "environment"}
_WIDTH = 88
_FEWEST = 2  # constants read from the environment that make a module one of settings


@dataclass(frozen=True, slots=True)
class Wanted:
    """A setting: its name in small letters, and its default, a text or several."""

    name: str
    default: str | tuple[str, ...]

    @property
    def variable(self) -> str:
        """The variable of the environment, unless the host says otherwise."""
        return self.name.upper()


@dataclass(frozen=True, slots=True)
class Reader:
    """How a module reads a setting.

    Attributes:
        expression: What to say there.
        file: Where the setting is declared.
        name: What it is called there.
        origin: What other modules import to read it; None where nobody else can.
        said: What these say then.
        imports: What the module needs to have imported.
        is_json: Whether its variable holds several texts as JSON, or with commas between them.
    """

    expression: str
    file: str
    name: str
    origin: Import | None = None
    said: str = ""
    imports: Imports = field(default_factory=dict)
    is_json: bool = False


def add_setting(sources: Sources, wanted: Wanted, path: str, line: int = 0) -> Reader:
    """Declare a setting where the host declares its own; return how a module reads it.

    Args:
        sources: the host's modules; the module of settings is changed in their draft.
        wanted: the setting.
        path: the module that reads it, there or not yet.
        line: the line that reads it; names that are defined below it are not known there.
    """
    for access in _ranked(sources, path):
        home = access.home(sources)
        if home is not None:
            return _in_class(sources, wanted, path, line, access, *home)
    constants = _constants(sources, path, line)
    if constants is not None:
        return _in_module(sources, wanted, path, *constants)
    if path not in sources.trees:
        value = _environment_value("os.getenv", wanted)
        return Reader(value, path, wanted.variable, imports={"os": {""}})
    return _first_constant(sources, wanted, path)


def _first_constant(sources: Sources, wanted: Wanted, path: str) -> Reader:
    """Declare a setting below a module's imports, where the host has no settings at all."""
    name = wanted.variable
    if not any(name in names_of_statement(one) for one in sources.trees[path].body):
        text = _declared(name, "", _environment_value("os.getenv", wanted))
        code = add_imports(sources.draft.text(path), {"os": {""}})
        at = _below_imports(ast.parse(code.lstrip("\ufeff")))
        _write(sources, path, splice(code, [Splice(at, at, f"\n{text}\n")]), text)
    return Reader(name, path, name, (sources.module(path), name), name)


def _below_imports(tree: ast.Module) -> int:
    """Return the line below the imports that a module begins with."""
    line = 1
    for node in tree.body:
        is_text = isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
        if not is_text and not isinstance(node, ast.Import | ast.ImportFrom):
            break
        line = (node.end_lineno or node.lineno) + 1
    return line


def _ranked(sources: Sources, path: str) -> list[Access]:
    """Return the ways to settings: those that the module has already first, then the fullest."""
    counts = Counter(one.owner for one in sources.project.settings)
    found = list(accesses(sources))
    return sorted(
        found,
        key=lambda one: (
            local_name(sources, path, one) is None,
            -sum(counts[name] for name in one.line(sources)),
        ),
    )


def _in_class(
    sources: Sources, wanted: Wanted, path: str, line: int, access: Access,
    file: str, node: ast.ClassDef,
) -> Reader:  # fmt: skip
    fields = [one for one in node.body if isinstance(one, ast.AnnAssign | ast.Assign)]
    named = [n for one in fields for n in names_of_statement(one) if n not in ("model_config",)]
    shouted = sum(n.isupper() for n in named) * 2 > len(named)
    name = wanted.variable if shouted else wanted.name
    there = {one.lower(): one for one in named}
    name = there.get(wanted.name, name)
    if name not in named:
        code = sources.draft.text(file)
        last = [one for one in fields if "model_config" not in names_of_statement(one)][-1]
        text = _field(sources, file, fields, name, wanted, is_settings=access.is_settings)
        at = (last.end_lineno or last.lineno) + 1
        code = splice(code, [Splice(at, at, indent_by(f"{text}\n", " " * last.col_offset))])
        _write(sources, file, code, text)
    said = local_name(sources, path, access, line)
    imports: dict[str, set[str]] = {}
    if said is None:
        said = access.said
        if access.file != path:
            module, root = seen_from(sources, path, (sources.module(access.file), access.name))
            imports = {module: {root}}
    is_json = access.is_settings and isinstance(wanted.default, tuple)
    origin = (sources.module(access.file), access.name)
    return Reader(f"{said}.{name}", file, name, origin, f"{access.said}.{name}", imports, is_json)


def _field(
    sources: Sources, file: str, fields: Sequence[ast.stmt], name: str, wanted: Wanted,
    *, is_settings: bool,
) -> str:  # fmt: skip
    """Return the declaration, as its neighbors are declared."""
    text = sources.draft.text(file)
    several = isinstance(wanted.default, tuple)
    kind = ("List[str]" if "List[" in text else "list[str]") if several else "str"
    if is_settings:
        return f"{name}: {kind} = {_literal(wanted.default)}"
    annotated = sum(isinstance(one, ast.AnnAssign) for one in fields) * 2 >= len(fields)
    value = _environment_value(_reader_among(fields) or "os.getenv", wanted)
    return _declared(name, kind if annotated else "", value, " " * fields[-1].col_offset)


def _declared(name: str, kind: str, value: str, indent: str = "") -> str:
    """Return a declaration, with each call on a line of its own where it is long."""
    head = f"{name}: {kind} = " if kind else f"{name} = "
    if len(indent + head + value) <= _WIDTH or ").replace(" not in value:
        return head + value
    first, *calls = re.split(r"(?<=\))(?=\.(?:replace|split)\()", value)
    lines = "".join(f"    {one}\n" for one in (first, *calls))
    return f"{head}(\n{lines})"


def _literal(value: str | tuple[str, ...]) -> str:
    return json.dumps(list(value) if isinstance(value, tuple) else value)


def _reader_among(statements: Sequence[ast.stmt]) -> str | None:
    """Return the function by which most of some statements read the environment."""
    votes: Counter[str] = Counter()
    for one in statements:
        for node in ast.walk(one):
            said = ast.unparse(node.func) if isinstance(node, ast.Call) else ""
            if said in _ENVIRONMENT | _CONFIG:
                votes[said] += 1
            elif isinstance(node, ast.Subscript) and ast.unparse(node.value) == "os.environ":
                votes["os.environ.get"] += 1
    return votes.most_common(1)[0][0] if votes else None


def _environment_value(reader: str, wanted: Wanted) -> str:
    """Return the expression that reads a variable by a function of the host's."""
    default = wanted.default if isinstance(wanted.default, str) else ",".join(wanted.default)
    said = json.dumps(default)
    given = f"default={said}" if reader in ("config", "Config", "env") else said
    read = f'{reader}("{wanted.variable}", {given})'
    return f'{read}.replace(",", " ").split()' if isinstance(wanted.default, tuple) else read


def _constants(sources: Sources, path: str, line: int) -> tuple[str, ast.stmt, str] | None:
    """Return the module whose constants are read from the environment, its last one, and how."""
    best: tuple[tuple[bool, int], tuple[str, ast.stmt, str]] | None = None
    apps = {app.file for app in sources.project.apps}
    for file, tree in sources.trees.items():
        known = [one for one in tree.body if file != path or not line or one.lineno < line]
        found = [(one, by) for one in known if (by := _reads_constant(one))]
        is_named = PurePosixPath(file).stem in _MODULES or file == path
        if not found or file in apps - {path} or not (is_named or len(found) >= _FEWEST):
            continue
        reader = Counter(by for _, by in found).most_common(1)[0][0]
        rank = (is_named, len(found))
        if best is None or rank > best[0]:
            best = rank, (file, found[-1][0], reader)
    return best[1] if best else None


def _reads_constant(node: ast.stmt) -> str | None:
    names = names_of_statement(node)
    if not isinstance(node, ast.Assign | ast.AnnAssign) or not names or not names[0].isupper():
        return None
    return _reader_among([node])


def _in_module(
    sources: Sources, wanted: Wanted, path: str, file: str, last: ast.stmt, reader: str
) -> Reader:
    name = wanted.variable
    if not any(name in names_of_statement(one) for one in sources.trees[file].body):
        kind = "list[str]" if isinstance(wanted.default, tuple) else "str"
        annotated = isinstance(last, ast.AnnAssign)
        text = _declared(name, kind if annotated else "", _environment_value(reader, wanted))
        at = (last.end_lineno or last.lineno) + 1
        code = splice(sources.draft.text(file), [Splice(at, at, f"{text}\n")])
        _write(sources, file, code, text)
    origin = (sources.module(file), name)
    if file == path:
        return Reader(name, file, name, origin, name)
    whole = _imported_whole(sources, path, file)
    if whole is not None:
        return Reader(f"{whole}.{name}", file, name, origin, name)
    module, said = seen_from(sources, path, origin)
    return Reader(said, file, name, origin, name, {module: {said}})


def _imported_whole(sources: Sources, path: str, file: str) -> str | None:
    """Return by which name a module has another one imported whole."""
    for node in sources.trees[path].body if path in sources.trees else ():
        if isinstance(node, ast.Import | ast.ImportFrom):
            for alias in node.names:
                said = alias.asname or alias.name
                if "." not in said and sources.resolve(path, said) == (sources.module(file), ""):
                    return said
    return None


def _prefers_single(code: str) -> bool:
    """Tell whether a module has its strings in single quotes."""
    strings = re.findall(r"\"[^\"\n]*\"|'[^'\n]*'", code)
    single = [one for one in strings if one[0] == "'"]
    return len(single) * 2 > len(strings)


def _write(sources: Sources, file: str, code: str, text: str) -> None:
    """Write a module, with what its new line needs to have imported."""
    needed: Mapping[str, set[str]] = {}
    if "os." in text and not any(
        isinstance(one, ast.Import) and any(alias.name == "os" for alias in one.names)
        for one in ast.parse(code.lstrip("\ufeff")).body
    ):
        needed = {"os": {""}}
    shown = in_quotes(text, "'") if _prefers_single(sources.draft.text(file)) else text
    for old, new in zip(text.splitlines(), shown.splitlines(), strict=True):
        code = code.replace(old, new) if old.strip() else code
    sources.draft.write(file, add_imports(code, dict(needed)))
    sources.trees[file] = ast.parse(sources.draft.text(file).lstrip("\ufeff"))
