"""The steps of growing, in the specialist's order; each changes files of the draft."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Mapping
from pathlib import PurePosixPath

from backwright.errors import UsageError
from backwright.project.types import Column
from backwright.source.imports import add_imports, add_typing_imports, leaves_unbound
from backwright.source.outline import outline, used_names
from backwright.source.text import Splice, lines_between, splice
from backwright.transfer.declaration import Declaration, Import, once, wanted_imports
from backwright.transfer.dialect.bound import relative_module, share_a_package
from backwright.transfer.exemplar import bound_names
from backwright.transfer.grow.errors import error_key
from backwright.transfer.grow.exports import import_like, with_exports
from backwright.transfer.grow.fill import fill_schemas
from backwright.transfer.grow.growth import Growth, names_in_host, names_in_module
from backwright.transfer.grow.guard import guarded_router, made_before
from backwright.transfer.grow.older import parameters_by_default
from backwright.transfer.grow.shape import NOTE, shape, with_stand_ins, without_references
from backwright.transfer.grow.sources import Sources, last_name, names_of_statement
from backwright.transfer.grow.speak import Speech, rebound
from backwright.transfer.grow.tables import write_tables
from backwright.transfer.grow.wiring import Wiring, wire
from backwright.transfer.rename import Renaming, rename_code

_KEY_TYPES = {"int": "int", "uuid": "UUID", "str": "str"}


def add_model(growth: Growth) -> None:
    """Add the table, its enums and link tables, and the far sides of its relationships."""
    fields = (*((growth.owner,) if growth.owner else ()), *growth.fields)
    base = base_of(growth)
    made = write_tables(growth.example, growth.dialect, growth.writers, fields, base=base)
    files = [*make_package(growth, growth.homes.models), growth.homes.models]
    code = made.code
    has_base = growth.seams.base is not None or growth.example.draft is growth.draft
    if growth.dialect.orm != "sqlmodel" and not has_base:
        code = f"{_new_base(growth)}\n\n\n{code}"
    for one in growth.fields:
        definition = growth.writers.enum_definition(one) if one.kind == "enum" else None
        home = growth.dialect.enum.home
        if definition and home:
            code = code.replace(definition.code.rstrip("\n") + "\n\n\n", "")
            _append(growth, home, definition.code, definition.imports)
            files.append(home)
    known = names_in_host(growth) | names_in_module(growth.example.code)
    used = used_names(ast.parse(code))  # a choice that stands elsewhere takes its base along
    brought = {pair for pair in made.imports if not pair[1] or pair[1].rpartition(" ")[2] in used}
    imports = {_absolute(growth, pair) for pair in brought}
    needed = imports | _needed(code, known, growth, growth.homes.models)
    _append(growth, growth.homes.models, code, needed, docstring="Database tables.")
    for one in growth.fields:
        near = growth.writers.relationships(one).near if one.kind == "many" else None
        if near is not None:
            _for_type_checkers(growth, growth.homes.models, near)
    files += _far_sides(growth)
    files += _imported_with_models(growth)
    growth.done("model", *files)


def _absolute(growth: Growth, pair: Import) -> Import:
    """Return what the example's file imports by dots as any other file can."""
    module = pair[0].lstrip(".")
    dots = len(pair[0]) - len(module)
    if not dots or growth.example.draft is not growth.draft:
        return pair
    node = ast.ImportFrom(module=module or None, names=[], level=dots)
    return growth.sources.absolute(growth.example.model.file, node), pair[1]


def base_of(growth: Growth) -> str | None:
    """Return the base to write, where the example's own bases are not to be repeated."""
    if growth.example.draft is not growth.draft:
        return None if growth.dialect.orm == "sqlmodel" else (growth.seams.base or ("", "Base"))[1]
    structure = set(growth.dialect.structure)
    inherited = {
        column.name
        for column in growth.example.model.columns
        if not growth.example.statement(column.name)
    }
    if inherited <= structure:
        return None
    own = [c for c in growth.example.model.columns if c.name in inherited - structure]
    bases = growth.example.node.bases
    kept = [base for base in bases if not any(_holds(growth, base, c) for c in own)]
    if kept and len(kept) < len(bases):
        return ", ".join(map(ast.unparse, kept))
    if growth.dialect.key.key in inherited and growth.dialect.orm != "sqlmodel":
        return None  # better a column too many than a table without a key
    return (
        "SQLModel" if growth.dialect.orm == "sqlmodel" else (growth.seams.base or ("", "Base"))[1]
    )


def _holds(growth: Growth, base: ast.expr, column: Column) -> bool:
    """Tell whether a base class declares a column."""
    tree = growth.sources.trees.get(column.file)
    return any(
        isinstance(node, ast.ClassDef)
        and node.name == last_name(base)
        and node.lineno <= column.line <= (node.end_lineno or node.lineno)
        for node in (tree.body if tree else ())
    )


def _new_base(growth: Growth) -> str:
    metadata = growth.seams.metadata
    if not growth.libraries.modern:
        return f"Base = declarative_base({f'metadata={metadata[1]}' if metadata else ''})"
    said = f"\n\n    metadata = {metadata[1]}" if metadata else ""
    return f'class Base(DeclarativeBase):\n    """What all tables have in common."""{said}'


def _needed(code: str, known: dict[str, Import], growth: Growth, path: str) -> set[Import]:
    """Return what new definitions use and their file must import."""
    metadata = growth.seams.metadata
    bases = ("DeclarativeBase", "declarative_base")
    known = known | {name: ("sqlalchemy.orm", name) for name in bases}
    known |= {metadata[1]: metadata} if metadata else {}
    used = {node.id for node in ast.walk(ast.parse(code)) if isinstance(node, ast.Name)}
    there = set(bound_names(growth.draft.text(path))) if growth.draft.exists(path) else set()
    own = {name for node in ast.parse(code).body for name in names_of_statement(node)}
    here = growth.sources.module(path)
    return {known[n] for n in used - own if n in known and known[n][0] != here and n not in there}


def _append(
    growth: Growth, path: str, code: str, imports: Iterable[Import], docstring: str = ""
) -> None:
    """Put definitions at the end of a module, which is made if it is not there."""
    draft = growth.draft
    there = draft.text(path).rstrip("\n") if draft.exists(path) else ""
    if not there.strip() and docstring:
        there = f'"""{docstring}"""'
    text = f"{there}\n\n\n{code.strip()}\n" if there else f"{code.strip()}\n"
    here = growth.sources.module(path)
    wanted = once({seen_from(growth, path, pair) for pair in imports if pair[0] != here})
    own = [name for node in ast.parse(code).body for name in names_of_statement(node)]
    draft.write(path, with_exports(add_imports(text, wanted_imports(wanted)), own))


def _far_sides(growth: Growth) -> list[str]:
    """Add the other side of each many-to-many, where the host declares both."""
    files = []
    for one in growth.fields:
        far = growth.writers.relationships(one).far if one.kind == "many" else None
        partner = growth.writers.dialect.partner(str(one.target))
        if far is None or partner is None:
            continue
        code = growth.draft.text(partner.file)
        for statement in outline(code):
            node = statement.node
            if isinstance(node, ast.ClassDef) and node.name == partner.model:
                fields = [s for s in node.body if isinstance(s, ast.AnnAssign | ast.Assign)]
                last = (fields or node.body)[-1]
                line = (last.end_lineno or last.lineno) + 1
                text = f"{' ' * last.col_offset}{far.code}\n"
                code = splice(code, [Splice(line, line, text)])
                code = add_imports(code, wanted_imports(far.imports))
                growth.draft.write(partner.file, code)
                _for_type_checkers(growth, partner.file, far)
                files.append(partner.file)
                break
    return files


def _for_type_checkers(growth: Growth, path: str, declared: Declaration) -> None:
    """Import what a relationship's annotation names in quotes, where only type checkers look."""
    if leaves_unbound(growth.draft.text(path), (name for _, name in declared.typing_imports)):
        return
    here = growth.sources.module(path)
    names = {seen_from(growth, path, one) for one in declared.typing_imports if one[0] != here}
    code = add_typing_imports(growth.draft.text(path), wanted_imports(names))
    growth.draft.write(path, code)


def _imported_with_models(growth: Growth) -> list[str]:
    """Import the new module wherever the host imports its others only to know their tables."""
    new, old = growth.homes.models, growth.example.model.file
    if growth.example.draft is not growth.draft:
        return _into_environment(growth)
    if new == old:
        return []
    files = []
    modules = growth.sources.module(old), growth.sources.module(new)
    for path, tree in growth.sources.trees.items():
        is_collector = (
            path.endswith(("__init__.py", "env.py")) or "base" in PurePosixPath(path).stem
        )
        if not is_collector:
            continue
        for node in tree.body:
            code = growth.draft.text(path)
            line = import_like(growth.sources, path, node, modules, growth.writers.home.model)
            if line:
                place = (node.end_lineno or node.lineno) + 1
                made = splice(code, [Splice(place, place, line)])
                named = (
                    sorted(bound_names(line.strip())) if isinstance(node, ast.ImportFrom) else ()
                )
                growth.draft.write(path, with_exports(made, named))
                files.append(path)
                break
    return files


def _into_environment(growth: Growth) -> list[str]:
    """Let migrations know the first model: import it in their `env.py`."""
    migrations = growth.sources.project.migrations
    path = f"{migrations.folder}/env.py" if migrations else ""
    if not migrations or not growth.draft.exists(path):
        return []
    code = growth.draft.text(path)
    imports = [s for s in outline(code) if isinstance(s.node, ast.Import | ast.ImportFrom)]
    line = imports[-1].end + 1 if imports else 1
    module = growth.sources.module(growth.homes.models)
    text = f"import {module}  # noqa: F401\n"
    growth.draft.write(path, splice(code, [Splice(line, line, text)]))
    return [path]


def add_schemas(growth: Growth) -> None:
    """Add the schemas for create, update and answer."""
    path = growth.homes.schemas
    source = growth.plain.text("app/schemas.py")
    there = bound_names(growth.draft.text(path)) if growth.draft.exists(path) else set()
    blocks = [
        lines_between(source, s.start, s.end)
        for s in outline(source)
        if (names := names_of_statement(s.node)) and not set(names) & set(there)
    ]
    code = "\n\n".join(blocks)
    columns = (*growth.writers.dialect.structure, *(f.column for f in growth.fields))
    renamed = rename_code(code, renaming(growth, code))
    filled = fill_schemas(renamed, growth.writers, growth.fields, columns, "id")
    text = _key_in_schema(growth, filled.code)
    imports = set(filled.imports)
    imports |= {pair for pair in _of_template(source, text) if pair[1] not in there}
    text, imports = _apart_from_columns(growth, path, text, imports)
    _append(growth, path, text, imports, docstring="What clients send, and what they get to see.")
    growth.done("schemas", path)


def _key_in_schema(growth: Growth, code: str) -> str:
    return code.replace("    id: UUID\n", f"    id: {_KEY_TYPES[growth.dialect.key.key_kind]}\n")


def _apart_from_columns(
    growth: Growth, path: str, text: str, imports: set[Import]
) -> tuple[str, set[Import]]:
    """Call Python's UUID by its module where the tables stand, too, whose column has that name."""
    plain = ("uuid", "UUID")
    there = names_in_module(growth.draft.text(path)) if growth.draft.exists(path) else {}
    if there.get("UUID", plain) == plain or not re.search(r"(?<![\w.])UUID\b", text):
        return text, imports
    said = re.sub(r"(?<![\w.])UUID\b", "uuid.UUID", text)
    return said, (imports - {plain}) | {("uuid", "")}


def _of_template(source: str, text: str) -> set[Import]:
    """Return what repeated code of the template needs, from where the template imports it."""
    used = {node.id for node in ast.walk(ast.parse(text)) if isinstance(node, ast.Name)}
    return {pair for name, pair in names_in_module(source).items() if name in used}


def add_service(growth: Growth) -> None:
    """Add the service."""
    path = growth.homes.service
    code = in_host(growth, path, growth.plain.text("app/services/note_service.py"))
    growth.done("service", *_new(growth, path, code), path)


def add_routes(growth: Growth, wiring: Wiring) -> None:
    """Add the routes, and register them."""
    path = growth.homes.routes
    code = in_host(growth, path, growth.plain.text("app/routes/notes.py"))
    if not wiring.own_prefix:
        code = code.replace(f'prefix="/{growth.spec.names.plural_kebab}", ', "")
    if not wiring.own_tags:
        code = code.replace(f', tags=["{growth.spec.names.plural_kebab}"]', "")
        code = code.replace(f'tags=["{growth.spec.names.plural_kebab}"]', "")
    if growth.guard and "dependencies=" not in wiring.keywords:
        code = guarded_router(code, growth.guard)
        code = rebound(code, names_in_host(growth), lambda pair: seen_from(growth, path, pair))
    growth.done("routes", *_new(growth, path, code), path)
    module = growth.sources.module(path)
    changed = wire(growth.sources, wiring, module, growth.spec.names)
    growth.draft.write(wiring.file, changed)
    growth.done("wiring", wiring.file)


def _new(growth: Growth, path: str, code: str) -> list[str]:
    if growth.draft.exists(path):
        raise UsageError(f"{path} is there already", remedy="rename the resource or move the file")
    packages = make_package(growth, path)
    growth.draft.write(path, code)
    return packages


def make_package(growth: Growth, path: str) -> list[str]:
    """Make the folder of a new module a package, where the host's own folders are."""
    return package_of(growth.sources, path)


def package_of(sources: Sources, path: str) -> list[str]:
    """Make the folder of a new module a package, where the host's own folders are."""
    folder = PurePosixPath(path).parent
    if not folder.name or any(p.startswith(f"{folder}/") for p in sources.draft.modules()):
        return []
    is_root = f"{folder.parent}/".removeprefix("./") == sources.root
    if not is_root and not sources.draft.exists(f"{folder.parent}/__init__.py"):
        return []
    package = f"{folder}/__init__.py"
    sources.draft.write(package, "")
    return [package]


def seen_from(
    growth: Growth, path: str, pair: Import, later: Mapping[str, str] | None = None
) -> Import:
    """Return an import as a file writes it: by dots, where it imports the host's own so.

    What a file that says nothing writes, the host's tables tell.

    Args:
        growth: the host.
        path: the file that imports.
        pair: the module, and what is imported.
        later: the files of modules that are still to be written.
    """
    file = growth.sources.file(pair[0]) or (later or {}).get(pair[0])
    if file is None or not _writes_dots(growth, path):
        return pair
    if not share_a_package(path, file, growth.sources.root):
        return pair
    return relative_module(path, file), pair[1]


def _writes_dots(growth: Growth, path: str) -> bool:
    """Tell whether a file imports the host's own modules by dots."""
    tree = growth.sources.trees.get(path)
    levels = [
        one.level > 0
        for one in (tree.body if tree else ())
        if isinstance(one, ast.ImportFrom)
        and (one.level > 0 or growth.sources.file(one.module or "") is not None)
    ]
    return sum(levels) * 2 > len(levels) if levels else growth.dialect.relative


def in_host(growth: Growth, path: str, code: str) -> str:
    """Return a module of the template for the new resource, in the host's words."""
    code = in_words(growth, code)
    refs, manys = growth.links("ref"), growth.links("many")
    code = shape(code, refs=refs, manys=manys, owned=growth.owned)
    if not refs and not manys:
        code = without_references(code)
    return rebound(code, names_in_host(growth), lambda pair: seen_from(growth, path, pair))


def in_words(growth: Growth, code: str) -> str:
    """Return a module of the template in the host's words, and with the new noun."""
    code = speech(growth).put(with_stand_ins(code))
    if growth.guard:
        code = code.replace("[get_current_user]", f"[{growth.guard.said}]")
    users = growth.seams.users.dependency if growth.seams.users else None
    if growth.owned and users and users.made:
        code = made_before(code, users.made)
    session = growth.seams.session
    if session is not None and not session.annotated:
        code = parameters_by_default(code)
    return rename_code(code, renaming(growth, code))


def speech(growth: Growth) -> Speech:
    """Return how the host says what the template says."""
    session, users = growth.seams.session, growth.seams.users
    assert session is not None  # noqa: S101 - supplied before
    dependencies = {"SessionDep": session}
    if users:
        dependencies["CurrentUser"] = users.dependency
    return Speech(
        dependencies,
        sqlmodel_session=session.kind[0].startswith("sqlmodel"),
        sqlmodel_tables=growth.dialect.orm == "sqlmodel",
        user_key=users.key if users else "id",
        owner_column=growth.owner.column if growth.owner else "owner_id",
        key_type=_KEY_TYPES[growth.dialect.key.key_kind],
        by_time="created_at" in growth.dialect.structure,
        error_key=error_key(growth.sources),
    )


def renaming(growth: Growth, code: str) -> Renaming:
    """Return the renaming for one module; a variable never hides another name in it."""
    new, seams = growth.spec.names, growth.seams
    taken = bound_names(code) - {NOTE.snake}
    variable = f"{new.snake}_" if new.variable in taken else new.variable
    exact = {NOTE.snake: variable, NOTE.pascal: growth.writers.home.model}
    if seams.session:
        exact |= {"get_session": seams.session.getter[1]}
        exact |= dict.fromkeys(("AsyncSession", "Session"), seams.session.kind[1])
    if seams.users:
        exact |= {"get_current_user": seams.users.dependency.getter[1]}
        exact |= {"User": seams.users.model.name}
    if seams.engine:
        exact |= {"engine": seams.engine[1]}
    for app in growth.sources.project.apps[:1]:
        name = app.object.rpartition(":")[2]
        exact |= {"app": name} if not name.endswith("()") else {}  # tests call what they make so
    own = re.findall(r"^from (app(?:\.\w+)*) import ", code, re.MULTILINE)
    kept = {module: module for module in own}  # rebound when all is said
    return Renaming(((NOTE, new),), exact=exact, modules=kept)
