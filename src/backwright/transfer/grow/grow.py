"""Growing a first resource: the plain template's chain, put into a host that has none."""

from __future__ import annotations

import re
import tempfile
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath
from typing import NamedTuple

import backwright.transfer.grow.proofs as proofs
import backwright.transfer.grow.steps as steps
from backwright.errors import UsageError
from backwright.project.reader import read_project
from backwright.project.types import Endpoint, Model, Project
from backwright.spec.fields import nearest
from backwright.spec.types import FieldSpec, ResourceSpec
from backwright.transfer.dialect import Dialect, Home, bound, read_dialect, table_name
from backwright.transfer.dialect.facts import SqlType
from backwright.transfer.dialect.read import python_of
from backwright.transfer.draft import Draft
from backwright.transfer.grow.circles import without_a_circle
from backwright.transfer.grow.fresh_keys import is_drawn
from backwright.transfer.grow.growth import Growth
from backwright.transfer.grow.guard import is_mostly_guarded
from backwright.transfer.grow.homes import Homes, read_homes
from backwright.transfer.grow.libraries import Libraries, libraries_of, versions_of
from backwright.transfer.grow.prefix import common_prefix, put_under
from backwright.transfer.grow.requirements import add_dependencies, needs_of
from backwright.transfer.grow.seams import Seams, read_seams
from backwright.transfer.grow.sources import Sources, last_name
from backwright.transfer.grow.startup import create_at_start, creates_tables
from backwright.transfer.grow.supply import Supplied, supply_database, supply_errors
from backwright.transfer.grow.tables import Example, find_example, is_class
from backwright.transfer.grow.template import plain_draft, plain_model
from backwright.transfer.grow.wiring import Wiring, read_wiring
from backwright.values import Note, Place

Endpoints = tuple[tuple[str, str], ...]


class Versions(NamedTuple):
    """The versions of a host's distributions, and what they know."""

    versions: Mapping[str, str]
    libraries: Libraries


_ALWAYS = ("sqlmodel>=0.0.24", "sqlalchemy[asyncio]>=2.0.40,<2.1", "psycopg[binary]>=3.2")


@dataclass(frozen=True)
class Grown:
    """What was added, file by file, and what is to be said of it.

    `dependencies` are the requirements that were added: the host's environment lacks them. `opened`
    tells that strangers may use the new endpoints, though most of the host's refuse them.
    """

    steps: tuple[tuple[str, tuple[str, ...]], ...]
    endpoints: Endpoints
    new_tests: tuple[str, ...]
    owned: bool
    guarded: bool = False
    opened: bool = False
    notes: tuple[Note, ...] = ()
    dependencies: tuple[str, ...] = ()


def grow(draft: Draft, project: Project, spec: ResourceSpec, installed: Mapping[str, str]) -> Grown:
    """Add a resource to a host that has none to learn from.

    Args:
        draft: the host's files; the change is written into it.
        project: what is known of the host.
        spec: what was asked for.
        installed: the distributions in its environment and their versions.

    Raises:
        UsageError: the host has no application, a field refers to no model of it, or the names
            are taken.
    """
    sources = Sources(draft, project)
    homes = read_homes(sources, spec.names)
    wiring = read_wiring(sources, spec.names, homes.routes)
    if wiring is None:
        raise UsageError(
            f"no application was found in {draft.root.name}",
            remedy="run it in the folder of a project that makes a FastAPI()",
        )
    _check_app(sources)
    seams = read_seams(sources)
    check_reach(sources, seams)
    versions = versions_of(sources, installed)
    libraries = libraries_of(sources, versions, python_of(project, installed))
    mapped = _is_mapped(sources, seams, libraries)
    plain = plain_draft(is_async=seams.is_async, mapped=mapped, libraries=libraries)
    added = _add_dependencies(draft, seams, spec, mapped=mapped)
    supplied = supply_database(sources, homes, plain, seams, annotated=libraries.annotated)
    growth = growth_of(sources, spec, supplied.seams, plain, Versions(versions, libraries))
    growth.done("database", *supplied.files)
    growth.done("dependencies", *(path for path, _ in added))
    _add_chain(growth, wiring)
    _create_tables(growth, supplied)
    new = new_endpoints(growth)
    prefix = common_prefix(project)
    if not path_of(new).startswith(f"{prefix}/") and put_under(growth, prefix):
        new = new_endpoints(growth)
    proofs.add_tests(growth, path_of(new))
    lines = tuple(line for _, lines in added for line in lines)
    return Grown(
        steps=tuple(growth.steps),
        endpoints=tuple(dict.fromkeys((one.method, one.path) for one in new)),
        new_tests=(growth.homes.tests,),
        owned=growth.owned,
        guarded=growth.guard is not None,
        opened=is_mostly_guarded(sources) and any(one.auth == "none" for one in new),
        notes=tuple(growth.notes),
        dependencies=lines,
    )


def was_grown(draft: Draft, project: Project) -> bool:
    """Tell whether a host's resources are such as this makes, so that one more is made alike."""
    files = {schema.file for schema in project.schemas}
    return any("def refuse_nul(" in draft.text(file) for file in files if draft.exists(file))


def check_reach(sources: Sources, seams: Seams) -> None:
    """Refuse a database that the application cannot import, as several side by side have their own.

    Raises:
        UsageError: a module of the database lies where no name of a module leads.
    """
    session = seams.session.getter if seams.session else None
    for pair in (session, seams.engine, seams.metadata, seams.base):
        if pair is None or all(part.isidentifier() for part in pair[0].split(".") if part):
            continue
        app = sources.project.apps[0]
        others = ", ".join(one.file for one in sources.project.apps[1:])
        also = f"; there are more applications in {others}" if others else ""
        raise UsageError(
            f"`{pair[1]}` of {pair[0].replace('.', '/')} cannot be imported by {app.file}{also}",
            place=Place(app.file, app.line),
            remedy="name the folder of one application with --project",
        )


def _check_app(sources: Sources) -> None:
    """Refuse an application that no other module can import.

    Raises:
        UsageError: its file is not named as a module is.
    """
    app = sources.project.apps[0]
    module = app.object.partition(":")[0]
    if not all(part.isidentifier() for part in module.split(".")):
        raise UsageError(
            f"{app.file} holds the application, and tests cannot import a file of that name",
            place=Place(app.file, app.line),
            remedy="give it a name that Python can import, such as main.py",
        )


def _is_mapped(sources: Sources, seams: Seams, libraries: Libraries) -> bool:
    """Tell whether tables are SQLAlchemy's own: where the host has it, and not SQLModel.

    Of SQLModel only its first versions do with any Pydantic 1, so that is not added to it.
    """
    needs = needs_of(sources.draft)
    if "sqlmodel" in needs:
        return False
    texts = [sources.draft.text(path) for path in sources.trees]
    return not any("sqlmodel" in text for text in texts) and (
        any("sqlalchemy" in text for text in texts)
        or seams.base is not None
        or seams.engine is not None
        or "sqlalchemy" in needs
        or libraries.pydantic == 1
    )


def _add_dependencies(
    draft: Draft, seams: Seams, spec: ResourceSpec, *, mapped: bool
) -> list[tuple[str, tuple[str, ...]]]:
    """Name what the new code needs among the host's requirements."""
    wanted = []
    if seams.session is None and seams.engine is None:
        wanted = [line for line in _ALWAYS if not (mapped and line.startswith("sqlmodel"))]
        if not seams.is_async:
            wanted = [line.replace("[asyncio]", "") for line in wanted]
    if any(field.kind == "email" for field in spec.fields):
        wanted.append("email-validator>=2.2")
    done = add_dependencies(draft, wanted)
    return [done] if done else []


def growth_of(
    sources: Sources, spec: ResourceSpec, seams: Seams, plain: Draft, known: Versions
) -> Growth:
    """Put together what the steps need; the example is the host's own model where it has one."""
    project, homes = sources.project, read_homes(sources, spec.names)
    model = _example_model(sources)
    if model is None:
        plain_project, plain_note = plain_model(plain)
        dialect = read_dialect(plain_project, plain, plain_note, known.versions)
        structure = tuple(name for name in dialect.structure if name != dialect.owner)
        python = python_of(project, known.versions)
        dialect = replace(dialect, partners={}, structure=structure, owner=None, python=python)
        example = find_example(plain, plain_note)
        table = spec.names.snake
    else:
        untouched = Draft(sources.draft.root)  # what is known of columns counts its lines
        dialect = read_dialect(project, untouched, model, known.versions)
        example = _drawing(sources, find_example(sources.draft, model))
        if not example.is_drawn and dialect.key.key_kind == "str":  # a word, as of a catalogue
            dialect = replace(dialect, key=replace(dialect.key, key_kind="int", key_type=None))
        table = table_name(dialect, model, spec.names.pascal)
        table = table.removeprefix(f"{PurePosixPath(model.file).parent.name}_")
    dialect = _of_libraries(_with_new_enums(dialect, sources), sources, known.libraries)
    dialect = without_a_circle(_in_new_modules(dialect, homes, sources.draft), homes, sources)
    owner = _owner(spec, seams, project)
    home = Home(
        model=spec.names.pascal,
        table=table,
        module=sources.module(homes.models),
        file=homes.models,
        schema_file=homes.schemas,
        owned=owner is not None,
        fields=spec.fields,
    )
    writers = bound(dialect, spec.names, home)
    _check_targets(spec, writers.dialect)
    return Growth(
        sources, spec, seams, homes, plain, dialect, writers, example, owner, known.libraries
    )


def _drawing(sources: Sources, example: Example) -> Example:
    """Note whether something draws the keys of an example's rows."""
    model = example.model
    key = next((c for c in model.columns if c.primary_key), None)
    said = example.statement(key.name) if key else None
    if key is None or said is None or "int" in key.type.lower():
        return example
    return replace(example, is_drawn=is_drawn(sources, model.file, said))


def _of_libraries(dialect: Dialect, sources: Sources, libraries: Libraries) -> Dialect:
    """Write schemas and models as the host's libraries take it, where its own show no habit."""
    schema = replace(dialect.schema, pydantic=libraries.pydantic, sqlmodel=False)
    if not sources.project.schemas or libraries.optional == "Optional[X]":
        schema = replace(schema, optional=libraries.optional)
    model = dialect.model
    if model.optional != "Optional[X]":  # so the tables that are there say it, whatever schemas do
        model = replace(model, optional=libraries.optional)
    return _with_zones(replace(dialect, schema=schema, model=model))


def _in_new_modules(dialect: Dialect, homes: Homes, draft: Draft) -> Dialect:
    """Write schemas into a new module by their plain names: none of another one hides them there."""
    if draft.exists(homes.schemas) or homes.schemas == homes.models:
        return dialect
    words = replace(dialect.schema.words, taken=frozenset())
    return replace(dialect, schema=replace(dialect.schema, words=words))


def _with_zones(dialect: Dialect) -> Dialect:
    """Keep times with their zone where asyncpg would fail on one, and Pydantic 1 refuses none."""
    if dialect.zoned or "asyncpg" not in dialect.driver or dialect.schema.pydantic > 1:
        return dialect
    kept = SqlType("sqlalchemy", "DateTime", "timezone=True")
    types = {**dialect.model.types, "datetime": kept}
    implied = {kind: said for kind, said in dialect.model.implied.items() if kind != "datetime"}
    return replace(dialect, zoned=True, model=replace(dialect.model, types=types, implied=implied))


def _with_new_enums(dialect: Dialect, sources: Sources) -> Dialect:
    """Let a host without enums of its own have them as its Python would have them written."""
    has_enums = any(
        last_name(base).endswith("Enum") for _, node in sources.classes() for base in node.bases
    )
    if has_enums or dialect.enum.form != "str, Enum" or dialect.python < (3, 11):
        return dialect
    return replace(dialect, enum=replace(dialect.enum, form="StrEnum"))


def _example_model(sources: Sources) -> Model | None:
    """Return the model to follow: one that knows when a row was made, rather than the users.

    Before that counts whether something draws the keys of its rows. A table that is no class cannot be followed.
    """
    project = sources.project
    models = [
        m
        for m in project.models
        if sum(c.primary_key for c in m.columns) == 1 and is_class(sources.draft, m)
    ]

    def worth(model: Model) -> tuple[bool, bool, bool]:
        is_drawn = _drawing(sources, find_example(sources.draft, model)).is_drawn
        is_stamped = any(column.name == "created_at" for column in model.columns)
        return is_drawn, is_stamped, model.name != project.auth.user_model

    return max(models, key=worth, default=None)


def _owner(spec: ResourceSpec, seams: Seams, project: Project) -> FieldSpec | None:
    """Return the reference to the owner, where rows belong to users."""
    users = seams.users
    if spec.owner is not None and spec.owner.lower() == "none":
        return None
    if users is None or (spec.owner is not None and spec.owner != users.model.name):
        if spec.owner is None:
            return None
        known = f"{users.model.name}, none" if users else "none (no handler here learns who asks)"
        raise UsageError(f"{spec.owner!r} owns nothing here", remedy=f"--owner takes {known}")
    name = _owner_name(project, users.model)
    word = f"{name}:ref:{users.model.name}:cascade:index"
    return FieldSpec(name, "ref", word, index=True, target=users.model.name, on_delete="cascade")


def _owner_name(project: Project, user: Model) -> str:
    """Return what the project mostly calls the user whose a row is, from columns like `author_id`."""
    said = [
        model.owner.column
        for model in project.models
        if model.owner and model.owner.direct and model.owner.user == user.name
    ]
    names = [m[1] for column in said if (m := re.fullmatch(r"(\w+?)_(?:id|uid|uuid|pk)", column))]
    return Counter(names).most_common(1)[0][0] if names else "owner"


def _check_targets(spec: ResourceSpec, dialect: Dialect) -> None:
    for field in spec.fields:
        if field.target and dialect.partner(field.target) is None:
            known = [name for name in dialect.partners if name != spec.names.pascal]
            raise UsageError(
                f"{field.target!r} in {field.word!r} is no model of this project"
                f"{nearest(field.target, known)}",
                remedy=f"models: {', '.join(known) or 'none yet'}",
            )


def _add_chain(growth: Growth, wiring: Wiring) -> None:
    growth.errors, files = supply_errors(growth.sources, growth.homes, growth.plain)
    growth.done("errors", *files)
    steps.add_model(growth)
    steps.add_schemas(growth)
    steps.add_service(growth)
    steps.add_routes(growth, wiring)


def _create_tables(growth: Growth, supplied: Supplied) -> None:
    """Let the application create its tables, where nothing else does."""
    project = growth.sources.project
    if project.migrations is not None or creates_tables(growth.sources):
        return
    if supplied.create_tables is None:
        growth.notes.append(
            Note("", 0, "nothing here creates tables: create the new one as you did the others")
        )
        return
    path = create_at_start(
        Sources(growth.draft, project), supplied.create_tables, waits=growth.seams.is_async
    )
    if path is None:
        growth.notes.append(
            Note(wired(growth), 1, "call create_tables() when the application starts")
        )
        return
    growth.done("startup", path)
    growth.notes.append(
        Note(
            path,
            1,
            "missing tables are created when the application starts; a changed table is not "
            "changed in the database: use Alembic once there is data to keep",
        )
    )


def wired(growth: Growth) -> str:
    """Return the file of the application."""
    return growth.sources.project.apps[0].file


def new_endpoints(growth: Growth) -> list[Endpoint]:
    """Return the new endpoints as the application has them, read from the changed files.

    Raises:
        UsageError: the routes are not reached from the application.
    """
    with tempfile.TemporaryDirectory(prefix="backwright-") as folder:
        growth.draft.write_into(Path(folder))
        changed = read_project(Path(folder))
    found = [one for one in changed.endpoints if one.file == growth.homes.routes]
    if not found:
        raise UsageError(
            f"the new routes in {growth.homes.routes} would not be reached from the application",
            remedy="register a first router by hand, then try again",
        )
    return found


def path_of(endpoints: list[Endpoint]) -> str:
    """Return the path of the collection."""
    return next(one.path for one in endpoints if one.method == "POST")
