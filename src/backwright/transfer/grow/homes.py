"""Where the parts of a new resource go: beside their like, and in a file of their own or not."""

from __future__ import annotations

import ast
import re
from collections import Counter
from collections.abc import Container, Iterable, Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath

from backwright.project.apps import is_test
from backwright.project.types import Project, Schema
from backwright.spec.names import Names, names_of, singularize
from backwright.transfer.grow.sources import Sources
from backwright.transfer.rename import Renaming

_LAYERS = re.compile(r"(?:api|apis|routes|routers|endpoints|views|handlers|web|http|v\d+)")
_ROUTES = ("views", "view", "router", "routers", "routes", "route", "api", "endpoints")
_ERRORS = ("exceptions", "errors", "exception", "error")
_TOP = 2  # parts of the path of what a whole package shares
OURS = frozenset({"NotFoundError", "ConflictError"})
_TEST = re.compile(r"(?:^|/)test_\w+\.py$|_test\.py$")
_DOMAINS = 2  # as many folders alike are a habit
_SHARED = ("models", "schemas", "crud", "services", "database", "tables", "entities", "dto")


@dataclass(frozen=True, slots=True)
class Homes:
    """The file of each part of the new resource, and whether a domain has a folder of its own."""

    models: str
    schemas: str
    service: str
    routes: str
    exceptions: str
    database: str
    tests: str


def read_homes(sources: Sources, names: Names) -> Homes:
    """Return where the parts of a new resource go."""
    project = sources.project
    app = project.apps[0].file if project.apps else "main.py"
    handlers = Counter(e.file for e in project.endpoints if _is_in_reach(sources, e.file))
    routes = [file for file in handlers if file not in {one.file for one in project.apps}]
    routes = [file for file in routes if not _shows_pages(sources, file)] or routes
    package = _package(app, routes)
    domain = _domain(routes, names)
    # What stands in the application's own file gets one beside it: it imports the routes.
    nouns = [names_of(model.name) for model in project.models]
    tables = [m.file for m in project.models if m.file != app and _is_in_reach(sources, m.file)]
    shapes = [s.file for s in _schemas(project) if s.file != app and _is_in_reach(sources, s.file)]
    models = _home(tables, names, domain, nouns)
    schemas = _home(shapes, names, domain, nouns)
    there = frozenset(sources.draft.modules())
    file = f"{names.snake}_service.py"
    service = _beside(there, ("services", "service"), file)
    service = service or _in_folder(there, package, "services", file)
    routers = _in_folder(there, package, "routes", f"{names.plural_snake}.py")
    routed = _routes(sources, routes, names, domain) or routers
    worn = _own_word(PurePosixPath(routed)) if domain else ""  # `note_` of `note/note_route.py`
    word = f"{worn}crud.py" if routed == _in(domain, "service.py") else f"{worn}service.py"
    return Homes(
        models=models or _first(there, package, "models", names),
        schemas=schemas or _first(there, domain or package, f"{worn}schemas", names),
        service=_in(domain, word) if domain else service,
        routes=_apart(routed, (models, schemas), "routes"),
        exceptions=_errors(sources) or _in_package(there, package, "exceptions", "errors.py"),
        database=_in(package, "database.py"),
        tests=_tests(sources, names, domain),
    )


def _errors(sources: Sources) -> str | None:
    """Return the module where the project's errors are, if there is one that all may import.

    One that has errors of our names makes them in its own way, and is none for ours.
    """
    found = []
    for path, tree in sources.trees.items():
        file = PurePosixPath(path)
        if file.stem not in _ERRORS or not _is_in_reach(sources, path):
            continue
        beside = {p.stem for p in map(PurePosixPath, sources.trees) if p.parent == file.parent}
        imported = [n for n in tree.body if isinstance(n, ast.Import | ast.ImportFrom)]
        classes = {n.name for n in tree.body if isinstance(n, ast.ClassDef)}
        is_a_domains = len(file.parts) > _TOP and bool(beside & set(_ROUTES))
        needs = any(
            sources.file(one) for node in imported for one in _imported(sources, path, node)
        )
        if classes and not is_a_domains and not needs and not classes & OURS:
            found.append(path)
    return min(found, key=lambda path: (len(PurePosixPath(path).parts), path), default=None)


def _imported(sources: Sources, path: str, node: ast.Import | ast.ImportFrom) -> list[str]:
    if isinstance(node, ast.ImportFrom):
        module = sources.absolute(path, node)
        return [module, *(f"{module}.{alias.name}" for alias in node.names)]
    return [alias.name for alias in node.names]


def _is_in_reach(sources: Sources, file: str) -> bool:
    """Tell whether the application can import a file: it is no test, nor another service's."""
    if is_test(file) or not file.startswith(sources.root):
        return False
    return all(part.isidentifier() for part in PurePosixPath(file[len(sources.root) :]).parts[:-1])


def _shows_pages(sources: Sources, file: str) -> bool:
    """Tell whether a module's handlers answer with pages, which is no place for data."""
    return bool(re.search(r"\bTemplateResponse\(|\bHTMLResponse\b", sources.draft.text(file)))


def _first(there: Iterable[str], package: str, word: str, names: Names) -> str:
    """Return a module for the first of its like: in the folder of that name, where there is one."""
    folder = _in(package, word)
    inside = any(path.startswith(f"{folder}/") for path in there)
    return f"{folder}/{names.snake}.py" if inside else f"{folder}.py"


def _apart(path: str, others: Container[str | None], word: str) -> str:
    """Return a path that is none of the others: `note.py` beside a model's is `note_routes.py`."""
    return f"{path.removesuffix('.py')}_{word}.py" if path in others else path


def _package(app: str, routes: Sequence[str]) -> str:
    """Return the package that the application's code is in: where its file does not stand, too."""
    package = PurePosixPath(app).parent.as_posix()
    tops = {PurePosixPath(file).parts[0] for file in routes if "/" in file}
    return tops.pop() if package == "." and len(tops) == 1 else package


def _schemas(project: Project) -> list[Schema]:
    """Return what endpoints take and give, where any is known; else all that is like it."""
    said = " ".join(f"{e.request_model} {e.response_model}" for e in project.endpoints)
    used = [s for s in project.schemas if re.search(rf"\b{re.escape(s.name)}\b", said)]
    return used or list(project.schemas)


def _beside(there: Iterable[str], folders: Container[str], file: str) -> str | None:
    """Return a file in the folder of such a name that has most modules, where there is one."""
    parents = (PurePosixPath(path).parent for path in there if not is_test(path))
    counted = Counter(p.as_posix() for p in parents if p.name in folders)
    return _in(counted.most_common(1)[0][0], file) if counted else None


def _in(folder: str | None, path: str) -> str:
    return path if folder in (None, "", ".") else f"{folder}/{path}"


def _in_folder(there: Container[str], package: str, folder: str, file: str) -> str:
    """Return a file in a folder, which may not hide a module of that name: then one beside it."""
    if _in(package, f"{folder}.py") not in there:
        return _in(package, f"{folder}/{file}")
    stem = file.removesuffix(".py")
    return _in(
        package, file if stem.endswith(singularize(folder) or folder) else f"{stem}_{folder}.py"
    )


def _in_package(there: Iterable[str], package: str, name: str, file: str) -> str:
    """Return a module of a name, or one in the package of that name, which would hide it."""
    folder = _in(package, name)
    return f"{folder}/{file}" if any(p.startswith(f"{folder}/") for p in there) else f"{folder}.py"


def _domain(routes: list[str], names: Names) -> str | None:
    """Return the folder of the new domain, where each of the host's domains has one."""
    if parted := _parted(routes):
        return _in(parted, names.plural_snake)
    folders = Counter(
        PurePosixPath(file).parent.parent.as_posix()
        for file in routes
        if _bare(PurePosixPath(file)) in _ROUTES
        and len(PurePosixPath(file).parts) > 2
        and not _LAYERS.fullmatch(PurePosixPath(file).parent.name)
    )
    if not folders:
        return None
    parent = folders.most_common(1)[0][0]
    inside = [PurePosixPath(file).parent for file in routes]
    siblings = [one.name for one in inside if one.parent.as_posix() == parent]
    plural = sum(singularize(one) not in (None, one) for one in siblings)
    return _in(parent, names.plural_snake if 2 * plural >= len(siblings) else names.snake)


def _parted(routes: Sequence[str]) -> str | None:
    """Return the folder of the domains, where the handlers of each are parted among files.

    Such as `apis/menu/services/create_item.py` and `apis/orders/services/…`.
    """
    layers = (
        PurePosixPath(file).parent
        for file in routes
        if PurePosixPath(file).parent.name in (*_SHARED, "handlers", "use_cases")
    )
    domains = {folder.parent for folder in layers if len(folder.parts) > 2}
    counted = Counter(domain.parent.as_posix() for domain in domains)
    folder, count = counted.most_common(1)[0] if counted else ("", 0)
    inside = sum(file.startswith(f"{folder}/") for file in routes)
    return folder if count >= _DOMAINS and 2 * inside > len(routes) else None


def _home(
    files: Iterable[str], names: Names, domain: str | None, nouns: Sequence[Names]
) -> str | None:
    """Return the file for one more of what stands in some files: the same one, or one beside.

    The folder that has most of them decides first: where each has a file, no file has most.
    """
    counted = Counter(file for file in files if not is_test(file))
    if not counted:
        return None
    folders = Counter(PurePosixPath(file).parent for file in counted.elements())
    folder = folders.most_common(1)[0][0]
    file = next(one for one, _ in counted.most_common() if PurePosixPath(one).parent == folder)
    path = PurePosixPath(file)
    if domain is None and (apart := _in_own_folder(counted, names, nouns)):
        return apart
    if (
        domain is not None
        and path.parent.parent.as_posix() == PurePosixPath(domain).parent.as_posix()
    ):
        return _in(domain, _worn(path, names))
    if path.stem in _SHARED or path.stem == "__init__":
        return file
    if folder.name in _SHARED or folder.name in ("model", "schema", "db", "orm"):
        return _in(folder.as_posix(), _named_like(path.name, names, nouns))
    return file


def _in_own_folder(files: Iterable[str], names: Names, nouns: Sequence[Names]) -> str | None:
    """Return the file in a folder of the new noun's, where others have such: `post/main.py`."""
    words = {form for noun in nouns for form in (noun.snake, noun.plural_snake)}
    alike = [one for one in map(PurePosixPath, files) if one.parent.name in words]
    parents = Counter(folder.parent for folder in {one.parent for one in alike})
    parent, count = parents.most_common(1)[0] if parents else (PurePosixPath(), 0)
    if count < _DOMAINS:
        return None
    inside = [one for one in alike if one.parent.parent == parent]
    plural = 2 * sum(bool(singularize(one.parent.name)) for one in inside) > len(inside)
    file = Counter(_worn(one, names) for one in inside).most_common(1)[0][0]
    return _in(parent.as_posix(), f"{names.plural_snake if plural else names.snake}/{file}")


def _own_word(path: PurePosixPath) -> str:
    """Return the word before a file's name that its folder has, too: `post_` of `posts/post_routes.py`."""
    folder = path.parent.name
    if not re.search(r"\w", folder):
        return ""  # it stands at the root
    forms = (folder, singularize(folder) or folder, names_of(folder).plural_snake)
    found = (form for form in forms if form and path.stem.startswith(f"{form}_"))
    return next((f"{one}_" for one in found), "")


def _bare(path: PurePosixPath) -> str:
    """Return what a file is called without the word of its folder."""
    return path.stem.removeprefix(_own_word(path))


def _worn(path: PurePosixPath, names: Names) -> str:
    """Return what a file like another one is called in the folder of a new noun."""
    word = _own_word(path)
    if not word:
        return path.name
    noun = names.plural_snake if singularize(word[:-1]) else names.snake
    return f"{noun}_{_bare(path)}{path.suffix}"


def _named_like(file: str, names: Names, nouns: Sequence[Names]) -> str:
    """Return a file's name with the new noun for its own: `user_model.py` → `note_model.py`."""
    stem = PurePosixPath(file).stem
    word = stem.partition("_")[0]
    own = [noun for noun in nouns if f"_{noun.snake}_" in f"_{stem}_"]
    old = max(own, key=lambda noun: len(noun.snake), default=names_of(singularize(word) or word))
    renamed = Renaming(((old, names),)).path(file)
    return renamed if renamed != file else f"{names.snake}.py"


def _router_of_domains(sources: Sources, domain: str) -> str:
    """Return the module that has the router of a domain, as most of its siblings call it."""
    parent = PurePosixPath(domain).parent
    made = Counter(
        PurePosixPath(path).name
        for path, _ in sources.calls("APIRouter")
        if PurePosixPath(path).parent.parent == parent
    )
    return made.most_common(1)[0][0] if made else "routes.py"


def _routes(sources: Sources, routes: list[str], names: Names, domain: str | None) -> str | None:
    if not routes:
        return None
    if domain is not None and _parted(routes):
        return _in(domain, _router_of_domains(sources, domain))
    if domain is not None:
        inside = [one for one in map(PurePosixPath, routes) if len(one.parts) > 2]
        same = [_worn(one, names) for one in inside]
        return _in(domain, Counter(same).most_common(1)[0][0])
    folders = Counter(PurePosixPath(file).parent.as_posix() for file in routes)
    folder = folders.most_common(1)[0][0]
    siblings = [PurePosixPath(f) for f in routes if PurePosixPath(f).parent.as_posix() == folder]
    plural = any(singularize(path.stem.partition("_")[0]) for path in siblings)
    return _in(folder, f"{names.plural_snake if plural else names.snake}.py")


def _tests(sources: Sources, names: Names, domain: str | None) -> str:
    """Return the new test file: with the other tests, in the domain's own where others have some."""
    known = [path for path in sources.draft.modules() if _TEST.search(path)]
    ending = sum(path.endswith("_test.py") for path in known)
    stem = names.plural_snake
    name = f"{stem}_test.py" if ending * 2 > len(known) else f"test_{stem}.py"
    folders = Counter(PurePosixPath(path).parent.as_posix() for path in known)
    if not folders:
        return f"{sources.root}tests/{name}"
    folder = PurePosixPath(folders.most_common(1)[0][0])
    nouns = {names_of(model.name) for model in sources.project.models}
    if folder.name in {word for noun in nouns for word in (noun.snake, noun.plural_snake)}:
        folder = folder.parent  # that is for the tests of another resource
    parent = PurePosixPath(domain).parent.as_posix() if domain else None
    if domain and folder.parent.parent.as_posix() == parent and folder.name == "tests":
        return _in(domain, f"tests/{name}")
    if parent and any(path.startswith(f"{parent}/{folder.name}/") for path in sources.trees):
        folder = folder.parent / stem  # that is for the tests of another domain
    return _in(folder.as_posix(), name)
