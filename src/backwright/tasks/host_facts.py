"""What a task must know of a host to run it: its application, its database, its folders."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from types import MappingProxyType

from backwright.project.types import App, Project
from backwright.tasks.host_database import (
    POSTGRES,
    SQLITE,
    DatabaseFacts,
    Engine,
    database_facts,
)

_PYTEST = ("pytest.ini", "tox.ini", "setup.cfg", "pyproject.toml")
_SOURCES = frozenset({"src", "lib", "source"})


@dataclass(frozen=True, slots=True)
class HostFacts:
    """Where a project keeps what a verification needs; paths are relative to the project.

    Attributes:
        app: The application to run, as `package.module:name`; None where none was found.
        migrations_folder: Alembic's folder; None without Alembic, or with one without revisions.
        test_folder: The folder that holds the project's tests.
        run_folder: Where its programs are started.
        roots: The folders that its modules are imported from.
        test_run_folder: Where its tests are started.
        database: What its database is, and how it is told of it.
        modules: The modules that bring its models, for projects without migrations.
        required: The variables without which its settings cannot be read.
    """

    app: str | None
    migrations_folder: str | None = None
    test_folder: str | None = None
    run_folder: str = "."
    roots: tuple[str, ...] = ()
    test_run_folder: str = "."
    database: DatabaseFacts = field(default_factory=lambda: DatabaseFacts("postgresql"))
    modules: tuple[str, ...] = ()
    required: tuple[str, ...] = ()

    @property
    def uses_sqlite(self) -> bool:
        """Tell whether its database is a file."""
        return self.database.engine == "sqlite"

    @property
    def database_variables(self) -> Mapping[str, str]:
        """The variables by which the project and its tests are told their database."""
        return self.database.variables


def house_facts(*, uses_sqlite: bool) -> HostFacts:
    """Return the facts of a project in the house style, also before it is there."""
    engine: Engine = "sqlite" if uses_sqlite else "postgresql"
    url = SQLITE if uses_sqlite else POSTGRES
    variables = MappingProxyType({"DATABASE_URL": url, "TEST_DATABASE_URL": url})
    database = DatabaseFacts(engine, driver=engine, variables=variables)
    return HostFacts("app.main:app", "migrations", "tests", database=database)


def host_facts(project: Project) -> HostFacts:
    """Put together, from what was read of a project, how it is run."""
    app = main_app(project)
    root = project.root
    start = _start(root, app) if app else "."
    run_folder = _run_folder(root, start)
    tests = _tests(project, run_folder)
    return HostFacts(
        app=app.object if app else None,
        migrations_folder=_migrations(project),
        test_folder=tests,
        run_folder=run_folder,
        roots=tuple(dict.fromkeys((start, run_folder, *_source_roots(root, run_folder)))),
        test_run_folder=_test_run_folder(root, tests, run_folder),
        database=database_facts(project, run_folder),
        modules=_model_modules(project, start),
        required=_required(project),
    )


def _migrations(project: Project) -> str | None:
    """Return Alembic's folder; None where it has no revisions and the code makes the tables."""
    found = project.migrations
    if found is None or found.tool != "alembic":
        return None
    folder = project.root / found.folder
    there = found.count or any(folder.rglob("versions/**/*.py"))
    return found.folder if there or not _makes_tables(project.root, folder) else None


def _makes_tables(root: Path, migrations: Path) -> bool:
    """Tell whether code other than tests and migrations calls `create_all`."""
    for path in root.rglob("*.py"):
        parts = path.relative_to(root).parts
        if "site-packages" in parts or any("test" in part for part in parts):
            continue
        if not path.is_relative_to(migrations) and b".create_all" in path.read_bytes():
            return True
    return False


def main_app(project: Project) -> App | None:
    """Return the application with the most endpoints; of several the outermost."""
    counted = Counter(endpoint.app for endpoint in project.endpoints)
    named = [app for app in project.apps if ":" in app.object]
    return max(
        named,
        key=lambda app: (counted[app.object], -app.file.count("/"), -len(app.file)),
        default=None,
    )


def _start(root: Path, app: App) -> str:
    """Return the folder that the application's module is imported from."""
    module = app.object.partition(":")[0].replace(".", "/")
    near = [folder.as_posix() for folder in PurePosixPath(app.file).parents]
    if found := next((folder for folder in near if _is_module(root / folder / module)), None):
        return found
    for name in (f"{module}.py", f"{module}/__init__.py"):
        elsewhere = sorted(root.rglob(name), key=lambda path: len(path.parts))
        if elsewhere:
            return elsewhere[0].relative_to(root).as_posix()[: -len(name)].rstrip("/") or "."
    return "."


def _is_module(path: Path) -> bool:
    return path.with_name(f"{path.name}.py").is_file() or (path / "__init__.py").is_file()


def _run_folder(root: Path, start: str) -> str:
    """Return where people start it: where it is imported from, above a folder of sources."""
    folder = PurePosixPath(start)
    if folder.name in _SOURCES and not _has_own_files(root / start):
        return folder.parent.as_posix()
    return start


def _has_own_files(folder: Path) -> bool:
    """Tell whether a folder is a project by itself rather than a project's sources."""
    names = (".env", "alembic.ini", "requirements.txt", "pyproject.toml", "Dockerfile", "Makefile")
    return any((folder / name).exists() for name in names)


def _source_roots(root: Path, run_folder: str) -> tuple[str, ...]:
    """Return the folder of sources beside the place to run in, and the project's own."""
    source = PurePosixPath(run_folder, "src")
    is_layout = (root / source).is_dir() and not (root / source / "__init__.py").exists()
    return (source.as_posix(), ".") if is_layout else (".",)


def _tests(project: Project, run_folder: str) -> str | None:
    """Return the folder of the tests of what is run; of several the one that holds them all."""
    own = [path for path in project.tests if _is_within(path, run_folder)]
    beside = PurePosixPath(run_folder).parent.as_posix()
    chosen = own or [path for path in project.tests if _is_within(path, beside)]
    if not chosen:
        return None
    named = [path for path in chosen if PurePosixPath(path).name in ("tests", "test")]
    outermost = [
        path
        for path in named or chosen
        if not any(path != other and _is_within(path, other) for other in named or chosen)
    ]
    if len(outermost) == 1:
        return outermost[0]
    common = [PurePosixPath(path).parts for path in outermost]
    shared = [parts[0] for parts in zip(*common, strict=False) if len(set(parts)) == 1]
    return PurePosixPath(*shared).as_posix() if shared else "."


def _is_within(path: str, folder: str) -> bool:
    return folder == "." or PurePosixPath(path).is_relative_to(folder)


def _test_run_folder(root: Path, tests: str | None, run_folder: str) -> str:
    """Return where the tests are started: where pytest is configured, else where it is run."""
    if tests is None:
        return run_folder
    for folder in (PurePosixPath(tests), *PurePosixPath(tests).parents):
        if any(_configures_pytest(root / folder / name) for name in _PYTEST):
            return folder.as_posix()
        if folder.as_posix() == run_folder:
            break
    return run_folder if _is_within(tests, run_folder) else "."


def _configures_pytest(file: Path) -> bool:
    if not file.is_file():
        return False
    text = file.read_text(encoding="utf-8", errors="replace")
    return file.name == "pytest.ini" or "[tool.pytest" in text or "pytest]" in text


def _model_modules(project: Project, start: str) -> tuple[str, ...]:
    """Return the modules that declare tables, as they are imported."""
    files = [model.file for model in project.models if _is_within(model.file, start)]
    return tuple(dict.fromkeys(module_name(file, start) for file in files))


def module_name(file: str, start: str) -> str:
    """Return the name by which a file below a folder is imported from there."""
    path = PurePosixPath(file)
    inside = path if start == "." else path.relative_to(start)
    parts = inside.with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def _required(project: Project) -> tuple[str, ...]:
    """Return the variables of the settings that have no default."""
    names = (one.variables[0] for one in project.settings if one.required and one.variables)
    return tuple(dict.fromkeys(names))


def speaks_house_style(root: Path) -> bool:
    """Tell whether a project is built like the house, so that its exemplars can be learnt from."""
    needed = ("app/models.py", "app/schemas.py", "app/database.py", "app/pagination.py")
    if not all((root / path).is_file() for path in needed):
        return False
    return "class SharedTable(" in (root / "app" / "models.py").read_text(errors="replace")
