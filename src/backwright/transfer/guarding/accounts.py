"""What a host without accounts is given: their table, passwords, tokens, endpoints, a secret."""

from __future__ import annotations

import ast
import re
from functools import partial
from pathlib import PurePosixPath

from backwright.errors import UsageError
from backwright.project.types import Model
from backwright.source.imports import add_imports
from backwright.source.outline import imported_names, outline, used_names
from backwright.source.text import Splice, lines_between, splice
from backwright.spec.fields import read_fields
from backwright.spec.names import Names, names_of
from backwright.spec.types import ResourceSpec
from backwright.transfer.declaration import Import, wanted_imports
from backwright.transfer.dialect import Home, bound, read_dialect
from backwright.transfer.grow.grow import growth_of
from backwright.transfer.grow.growth import Growth
from backwright.transfer.grow.requirements import add_dependencies
from backwright.transfer.grow.settings import with_setting
from backwright.transfer.grow.speak import Speech, rebound
from backwright.transfer.grow.steps import add_model, base_of, make_package, seen_from
from backwright.transfer.grow.tables import write_tables
from backwright.transfer.grow.wiring import read_wiring, wire
from backwright.transfer.guarding.adopted import has_older, speak_of
from backwright.transfer.guarding.columns import add_columns
from backwright.transfer.guarding.gate_homes import called, homes
from backwright.transfer.guarding.host import Host
from backwright.transfer.guarding.leaving_out import without
from backwright.transfer.guarding.varied_rows import with_rows

NEEDED = ("bcrypt>=4.0", "pyjwt>=2.10", "python-multipart>=0.0.6", "email-validator>=2.0")
_OLDER = ("bcrypt>=4.0", "pyjwt>=2.4", "python-multipart>=0.0.6", "email-validator>=1.3")
_NEWER_PYTHON = (3, 9)  # which the newer of them need
_ANNOTATED = ("typing", "typing_extensions")  # where it is had from, also by an older Python
FIELDS = ("email:str:254:unique", "hashed_password:str:60", "token_version:int:optional")
_PASSWORD = "hashed_password:str:60:optional"  # noqa: S105 - a field
_SETTING = 'os.environ.get("SECRET_KEY", "")'
_KEYS = {"int": "int", "uuid": "UUID", "str": "str"}
_OF_SUBJECT = re.compile(r" +try:\n +key = UUID\(subject\)\n +except ValueError:\n +return None\n")
_PARSED = re.compile(r"( +)try:\n +key = int\(subject\)\n +except ValueError:\n +return None\n")
MODULES = ("security", "auth", "routes/auth")
OLDER = "older_passwords"
ROWS = "owned_rows"


def add_requirements(host: Host) -> None:
    """Name the libraries that passwords and tokens need among the host's requirements."""
    start = PurePosixPath(host.project.apps[0].file).parent.as_posix()
    added = add_dependencies(host.draft, _OLDER if is_older(host) else NEEDED, start)
    if added:
        host.dependencies = added[1]
        host.done("dependencies", added[0])


def is_older(host: Host) -> bool:
    """Tell whether a host's Python is one before what its standard types can be told of."""
    return bool(host.python) and host.python < _NEWER_PYTHON


def _of_older_python(code: str) -> str:
    """Return a module that says nothing where it runs which Python 3.8 cannot read."""
    listed = re.search(r"(?m)^from typing import (.*\bAnnotated\b.*)$", code)
    if listed:
        names = {one.strip() for one in listed[1].split(",")} - {"Annotated"}
        code = code.replace(f"{listed[0]}\n", "", 1)
        wanted = {_ANNOTATED[1]: {"Annotated"}, **({"typing": names} if names else {})}
        code = add_imports(code, wanted)
    if "from __future__ import annotations" not in code and "dict[" in code:
        code = add_imports(re.sub(r"\bdict\[", "Dict[", code), {"typing": {"Dict"}})
    return code


def add_users(host: Host) -> None:
    """Add the table of accounts, as the host writes tables; in a flat host above its others.

    One that the host has already is given what it lacks.
    """
    if host.accounts.adopted:
        _adopt(host)
        return
    fields = read_fields(FIELDS)
    spec = ResourceSpec(names_of(host.said.model), fields=fields, owner="none")
    plain = host.template("plain")
    growth = growth_of(host.sources, spec, host.seams, plain, host.known)
    host.user_key = growth.dialect.key.key_kind
    host.user = growth.writers.dialect.partners[host.said.model]
    if home := _home_of_all(host, growth):
        _users_in(host, growth, home)
        host.user_module = host.sources.module(home)
        return
    add_model(growth)
    host.steps += growth.steps
    host.user_module = host.sources.module(growth.homes.models)


def _adopt(host: Host) -> None:
    """Give the host's own table of accounts the columns that signing in needs."""
    model = next(one for one in host.project.models if one.name == host.said.model)
    dialect = read_dialect(host.project, host.draft, model, host.known.versions)
    partner = dialect.partner(model.name)
    if partner is None:
        raise UsageError(f"{model.name} is no class that others can refer to")
    host.user, host.user_key = partner, partner.key_kind
    host.user_module = host.sources.module(model.file)
    words = {
        "email": "email:str:254:unique:optional",
        "hashed_password": _PASSWORD,
        "token_version": FIELDS[-1],
    }
    fields = read_fields(tuple(words[one] for one in host.accounts.missing))
    home = Home(model.name, model.table, host.user_module, model.file, owned=False)
    writers = bound(dialect, names_of(model.name), home)
    made = [writers.model_column(field) for field in fields]
    add_columns(host, model, made)
    host.done("accounts", *([model.file] if made else []))


def _home_of_all(host: Host, growth: Growth) -> str | None:
    """Return the module of owned tables that accounts must join, as they cannot stand beside it.

    It is a flat host's own, or one that has what every table is derived from.
    """
    app = host.project.apps[0].file
    if host.is_flat and any(model.file == app for model in host.project.models):
        return app
    base = growth.seams.base
    home = host.sources.file(base[0]) if base else None
    owned = {m.file for m in host.project.models if m.name in host.wanted.direct}
    return home if home in owned and home != growth.homes.models else None


def _users_in(host: Host, growth: Growth, path: str) -> None:
    """Put the table of accounts above the first table of a module."""
    base = base_of(growth)
    made = write_tables(growth.example, growth.dialect, growth.writers, growth.fields, base=base)
    names = {model.name for model in host.project.models}
    code = host.draft.text(path)
    first = next((s for s in outline(code) if names & set(s.names)), None)
    if first is None:
        raise UsageError(f"{path} declares no table, and accounts need a place above the others")
    text = f"{made.code.strip()}\n\n\n"
    code = splice(code, [Splice(first.start, first.start, text)])
    here = host.sources.module(path)
    there = {name for s in outline(host.draft.text(path)) for name in s.names}
    needed = {pair for pair in made.imports if pair[0] != here and pair[1] not in there}
    host.draft.write(path, add_imports(code, wanted_imports(needed)))
    host.done("model", path)


def gate_code(host: Host) -> dict[str, str]:
    """Return the template's modules in the host's words; imports are not looked at yet."""
    gate = host.template("gate")
    speech = Speech(
        {"SessionDep": host.session},
        sqlmodel_session=host.session.kind[0].startswith("sqlmodel"),
        sqlmodel_tables=host.sqlmodel,
    )
    left_out, unused = host.wanted.left_out, host.unused
    made = {
        name: _worded(host, speech, without(gate.text(f"app/{name}.py"), left_out, unused))
        for name in modules(host)
    }
    if ROWS in made:
        shares = host.wanted.rows == "shared"
        made[ROWS] = with_rows(made[ROWS], host.varied, host.accounts.key, shares=shares)
    return made


def modules(host: Host) -> tuple[str, ...]:
    """Return the modules of the template that a host needs, each after those that it uses."""
    first, *rest = MODULES
    older = (OLDER,) if has_older(host.accounts) else ()
    return (first, *older, *rest, *((ROWS,) if host.varied else ()))


def stores_digests(host: Host) -> bool:
    """Tell whether a host makes quick hashes, as of passwords."""
    return any("hashlib" in host.draft.text(path) for path in host.sources.trees)


def _worded(host: Host, speech: Speech, code: str) -> str:
    code = speech.put(without_marks(code))
    code = speak_of(code, host.accounts, digests=stores_digests(host))
    key = _KEYS[host.user_key]
    if key == "str":  # any text may be a key
        code = re.sub(r"\bget\((\w+), key\)", r"get(\1, subject)", _OF_SUBJECT.sub("", code))
    code = code.replace("UUID(subject)", f"{key}(subject)")
    if key == "int":
        bits = 63 if _has_long_keys(host) else 31
        code = _PARSED.sub(rf"\g<0>\g<1>if key >> {bits}:  # no key is so long\n"
                           r"\g<1>    return None\n", code)  # fmt: skip
    code = code.replace("    id: UUID\n", f"    id: {key}\n")
    if not host.known.libraries.annotated:
        code = re.sub(r"(\w+): Annotated\[(\w+), (Depends\(\w*\))\]", r"\1: \2 = \3", code)
        code = re.sub(r"\nCurrentUser = .*\n\n", "", code)
        known = f": {host.said.model} = Depends(get_current_user)"
        code = re.sub(r": CurrentUser\b", known, code)
    kinds = ("AsyncSession", "Session")
    for kind in kinds:
        code = re.sub(rf"\b{kind}\b", host.session.kind[1], code)
    return _of_older_python(code) if is_older(host) else code


def _has_long_keys(host: Host) -> bool:
    """Tell whether keys of the host are of 64 bits, and so those of its accounts may be."""
    keys = (c for model in host.project.models for c in model.columns if c.primary_key)
    return any("big" in one.type.lower() for one in keys)


def without_marks(code: str) -> str:
    """Return code of the template without what is for its own linters."""
    return re.sub(
        r"  # (noqa: [A-Z]+[0-9]+|type: ignore\[[a-z-]+\])$", "", code, flags=re.MULTILINE
    )


def known_names(host: Host, homes: dict[str, str]) -> dict[str, Import]:
    """Return where each name of the template is to be had in the host.

    Args:
        host: the host.
        homes: the file of each module of the template.
    """
    session = host.session
    known: dict[str, Import] = {
        host.said.model: (host.user_module, host.said.model),
        "Annotated": (_ANNOTATED[is_older(host)], "Annotated"),
        "Depends": ("fastapi", "Depends"),
    }
    gate = host.template("gate")
    for name, path in homes.items():
        module = host.sources.module(path)
        for statement in outline(gate.text(f"app/{name}.py")):
            known |= {one: (module, one) for one in statement.names}
    said = (one for one in (session.kind, session.getter, session.alias) if one)
    known |= {name.partition(".")[0]: (module, name.partition(".")[0]) for module, name in said}
    known |= {name: ("sqlalchemy", name) for name in ("or_", "and_")}
    return known | {one.name: (host.sources.module(one.file), one.name) for one in _tables(host)}


def _tables(host: Host) -> list[Model]:
    """Return the tables that are named where it is said whose their rows are."""
    return [model for one in host.varied for model in (one.model, *one.parents())]


def add_gate(host: Host) -> None:
    """Add passwords and tokens, the caller as a dependency, and the endpoints of accounts."""
    code = gate_code(host)
    names = called(host.project.endpoints, code["routes/auth"])
    prefix = f'prefix="/{names.plural_kebab}"'
    code["routes/auth"] = code["routes/auth"].replace('prefix="/auth"', prefix)
    secret = with_setting(host.sources, "secret_key", '""')
    if secret:
        host.draft.write(secret.file, secret.code)
        code["security"] = code["security"].replace(_SETTING, secret.expression)
        host.done("settings", secret.file)
    imports = {secret.module: {secret.name}} if secret else {}
    if host.is_flat:
        _gate_in(host, code, imports)
    else:
        _gate_beside(host, code, imports, names)


def _gate_beside(
    host: Host, code: dict[str, str], secret: dict[str, set[str]], called_so: Names
) -> None:
    """Write the modules where the host has such, and register the router as it does."""
    paths = host.homes = homes(host, code)
    known = known_names(host, paths)
    known |= {name: (module, name) for module, names in secret.items() for name in names}
    growth = host.growth()
    wiring = read_wiring(host.sources, called_so)
    if wiring is None:
        raise UsageError("no application was found that the endpoints of accounts can join")
    if not wiring.own_prefix:
        code["routes/auth"] = code["routes/auth"].replace(
            f'prefix="/{called_so.plural_kebab}", ', ""
        )
    if not wiring.own_tags:
        code["routes/auth"] = re.sub(r'(, )?tags=\["auth"\]', "", code["routes/auth"])
    files = []
    for name, path in paths.items():
        files += make_package(growth, path)
        own = {one for statement in outline(code[name]) for one in statement.names}
        others = {one: origin for one, origin in known.items() if one not in own}
        seen = partial(seen_from, growth, path)
        made = rebound(code[name], others, seen)
        host.draft.write(path, made)
        files.append(path)
    host.done("accounts", *files)
    host.draft.write(
        wiring.file,
        wire(host.sources, wiring, host.sources.module(paths["routes/auth"]), called_so),
    )
    host.done("wiring", wiring.file)


def _gate_in(host: Host, code: dict[str, str], secret: dict[str, set[str]]) -> None:
    """Put everything into a flat host's one file: above its first handler."""
    path = host.project.apps[0].file
    text = host.draft.text(path)
    app = host.project.apps[0].object.rpartition(":")[2]
    place = _first_handler(host, text)
    before = {name for s in outline(text) if s.end < place for name in s.names}
    getter = host.session.getter[1].partition(".")[0]
    if missing := {getter, app, *([host.session.alias[1]] if host.session.alias else ())} - before:
        raise UsageError(
            f"{path} defines {', '.join(sorted(missing))} below its first handler",
            remedy="move it above, so that handlers can ask who is calling",
        )
    bodies = [_body(code[name]) for name in modules(host)]
    block = "\n\n\n".join(body.strip("\n") for body in bodies).replace("router", "auth_router")
    block = block.replace("APIRouter(prefix", "APIRouter(prefix").replace("Auth_router", "router")
    block += f"\n\n\n{app}.include_router(auth_router)\n\n\n"
    text = splice(text, [Splice(place, place, block)])
    wanted: dict[str, set[str]] = {module: set(names) for module, names in secret.items()}
    there = {name for s in outline(text) for name in s.names}
    there |= set(imported_names(text))
    if host.user_module != host.sources.module(path):
        wanted.setdefault(host.user_module, set()).add(host.said.model)
    for model in _tables(host):
        if host.sources.module(model.file) != host.sources.module(path):
            wanted.setdefault(host.sources.module(model.file), set()).add(model.name)
    used = used_names(ast.parse(block))
    for body in code.values():
        for module, names in _imports(body).items():
            new = {one for one in names - there if (one or module) in used}
            if module.partition(".")[0] != "app" and new:
                wanted.setdefault(module, set()).update(new)
    host.draft.write(path, add_imports(text, wanted))
    host.done("accounts", path)


def _first_handler(host: Host, text: str) -> int:
    handlers = {e.handler.rpartition(":")[2] for e in host.project.endpoints}
    for statement in outline(text):
        if isinstance(statement.node, ast.FunctionDef | ast.AsyncFunctionDef) and (
            statement.node.name in handlers
        ):
            return statement.start
    raise UsageError(f"{host.project.apps[0].file} has no handler at its top level")


def _body(code: str) -> str:
    """Return a module without its docstring and its imports."""
    parts = [
        lines_between(code, s.start, s.end)
        for s in outline(code)
        if not isinstance(s.node, ast.Import | ast.ImportFrom | ast.Expr)
    ]
    text = ""
    is_apart = False
    for part in parts:
        defines = bool(re.match(r"(@|class |def |async def )", part))
        text += f"\n\n{part}" if text and (defines or is_apart) else part
        is_apart = defines
    return text


def _imports(code: str) -> dict[str, set[str]]:
    wanted: dict[str, set[str]] = {}
    for statement in outline(code):
        node = statement.node
        if isinstance(node, ast.Import):
            wanted |= {alias.name: {""} for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            names = {alias.name for alias in node.names}
            wanted.setdefault(node.module or "", set()).update(names)
    return wanted
