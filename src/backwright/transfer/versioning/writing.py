"""Including a version's routers once more, under the prefix of the next version."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from backwright.errors import UsageError
from backwright.project.types import App
from backwright.transfer.attach.access import accesses
from backwright.transfer.grow.sources import Sources, last_name
from backwright.transfer.guarding.edits import Edits
from backwright.transfer.versioning.copies import in_next, next_name, own_module, write_copy
from backwright.transfer.versioning.sites import (
    Handled,
    Include,
    Router,
    handled,
    has_version,
    in_version,
    includes,
    routers,
)
from backwright.values import Place


@dataclass(frozen=True, slots=True)
class Versions:
    """The old version and the new one, and whether the new one's paths are kept out of the document.

    `old` is empty where the paths of the old one have no version.
    """

    old: str
    new: str
    hidden: bool = False


@dataclass
class Included:
    """What was written: the files, those of them that are copies, notes as (file, line, text)."""

    files: list[str] = field(default_factory=list)
    copies: list[str] = field(default_factory=list)
    notes: list[tuple[str, int, str]] = field(default_factory=list)


class _Writer:
    def __init__(self, sources: Sources, versions: Versions) -> None:
        self.sources = sources
        self.versions = versions
        self.edits: dict[str, Edits] = {}
        self.done = Included()
        self._imported: set[tuple[str, str]] = set()

    def of(self, path: str) -> Edits:
        """Return the edits of a file."""
        if path not in self.edits:
            self.edits[path] = Edits(self.sources.draft.text(path))
        return self.edits[path]

    def finish(self) -> Included:
        """Write every file."""
        self.done.files += self.done.copies
        for path, edits in self.edits.items():
            if edits.any:
                self.sources.draft.write(path, edits.made())
                self.done.files += [path] if path not in self.done.files else []
        return self.done

    def again(self, one: Include, router: str, prefix: str | None) -> None:
        """Include a router once more, behind the first time."""
        edits = self.of(one.path)
        text = edits.text(edits.start(one.statement), edits.end(one.statement))
        inner = Edits(text)
        call = _call(text)
        node = Include(one.path, one.statement, call, "")
        if node.router is not None and ast.unparse(node.router) != router:
            inner.replace(inner.start(node.router), inner.end(node.router), router)
        if prefix is not None and node.prefix_node is not None:
            start, end = inner.start(node.prefix_node), inner.end(node.prefix_node)
            inner.replace(start, end, prefix)
        elif prefix is not None:
            place, follows = inner.end_of_arguments(call)
            inner.insert(place, f", prefix={prefix}" if follows else f"prefix={prefix}")
        if self.versions.hidden and not any(k.arg == "include_in_schema" for k in call.keywords):
            inner.add_argument(call, "include_in_schema=False")
        margin = " " * one.statement.col_offset
        edits.insert(edits.end(one.statement), f"\n{margin}{inner.made()}")

    def imported(self, path: str, router: ast.expr) -> str:
        """Import the next version's router beside the old one's; return how it is said."""
        old, new = self.versions.old, self.versions.new
        root = router
        while isinstance(root, ast.Attribute):
            root = root.value
        local = root.id if isinstance(root, ast.Name) else ""
        node, alias = _import_of(self.sources.trees[path], local)
        if node is None or alias is None:
            place = Place(path, router.lineno)
            raise UsageError(f"{local} is imported in a way that cannot be repeated", place=place)
        name = in_next(alias.name, old, new)
        said = next_name(local, old, new)
        module = in_next("." * node.level + (node.module or ""), old, new)
        told = f"{name} as {said}" if said != name else name
        if (path, said) not in self._imported:
            self._imported.add((path, said))
            edits = self.of(path)
            margin = " " * node.col_offset
            edits.insert(edits.end(node), f"\n{margin}from {module} import {told}")
        return ast.unparse(router).replace(local, said, 1)


def _import_of(tree: ast.Module, local: str) -> tuple[ast.ImportFrom | None, ast.alias | None]:
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom):
            for alias in node.names:
                if (alias.asname or alias.name) == local:
                    return node, alias
    return None, None


def _call(text: str) -> ast.Call:
    node = ast.parse(text).body[0]
    assert isinstance(node, ast.Expr)  # noqa: S101 - it was cut out of one
    assert isinstance(node.value, ast.Call)  # noqa: S101
    return node.value


def include_again(sources: Sources, app: App, versions: Versions) -> Included:
    """Include what the old version serves once more, for the new one.

    Raises:
        UsageError: there is no place where that can be done.
    """
    writer = _Writer(sources, versions)
    found = list(_by_version(writer, app)) if versions.old else list(_whole(writer, app))
    if not any(found):
        where = f"with {versions.old} in its prefix" if versions.old else "of this application"
        raise UsageError(
            f"no router {where} was found that could be included once more",
            place=Place(app.file, app.line),
            remedy="say the version in the prefix of an included router",
        )
    writer.done.notes += _same_names(sources)
    return writer.finish()


def _same_names(sources: Sources) -> Iterator[tuple[str, int, str]]:
    """Note where the project itself names operations: those of both versions are called alike."""
    for path, call in sources.calls("FastAPI", "APIRouter"):
        if any(one.arg == "generate_unique_id_function" for one in call.keywords):
            text = (
                "operations are named by a function of the project: where it does not look at the "
                "path, both versions have the same names, which generators of clients refuse"
            )
            yield path, call.lineno, text


def _by_version(writer: _Writer, app: App) -> Iterator[bool]:
    """Include once more what has the old version in its prefix."""
    sources, old, new = writer.sources, writer.versions.old, writer.versions.new
    for one in includes(sources):
        if not has_version(one.prefix, old) or one.router is None:
            continue
        router = ast.unparse(one.router)
        file = sources.file(sources.resolve(one.path, one.router)[0])
        other = own_module(sources, file, old, new) if file is not None else None
        if file is not None and other is not None and file != one.path:
            if not sources.draft.exists(other):
                writer.done.copies += write_copy(sources, file, other, old, new)
            router = writer.imported(one.path, one.router)
        writer.again(one, router, _next_prefix(writer, one))
        yield True
    for made in routers(sources):
        if has_version(made.prefix, old):
            yield _router_again(writer, made)
    for one_handled in _direct(sources, app):
        if has_version(one_handled.text, old):
            _decorated(writer, one_handled, in_version(one_handled.text, old, new))
            yield True


def _next_prefix(writer: _Writer, one: Include | Router) -> str:
    """Return the expression of the next version's prefix, as the old one's is written."""
    node, old, new = one.prefix_node, writer.versions.old, writer.versions.new
    edits = writer.of(one.path)
    assert node is not None  # noqa: S101 - it has the version in it
    shown = edits.text(edits.start(node), edits.end(node))
    parts = node.values if isinstance(node, ast.JoinedStr) else [node]
    literal = [p.value for p in parts if isinstance(p, ast.Constant) and isinstance(p.value, str)]
    if any(has_version(text, old) for text in literal):
        return re.sub(rf"(?<=/){old}(?=[/\"'])", new, shown)
    if isinstance(node, ast.Attribute):
        setting = _next_setting(writer, node)
        if setting:
            return f"{ast.unparse(node.value)}.{setting}"
    mark = "'" if "'" in shown else '"'
    return f"{mark}{in_version(one.prefix, old, new)}{mark}"


def _next_setting(writer: _Writer, node: ast.Attribute) -> str:
    """Declare the next version's setting below the old one's; return its name, nothing if it cannot be."""
    old, new = writer.versions.old, writer.versions.new
    name = in_next(node.attr, old, new)
    setting = next((s for s in writer.sources.project.settings if s.name == node.attr), None)
    if setting is None or name == node.attr or not any(accesses(writer.sources)):
        return ""
    tree = writer.sources.trees.get(setting.file)
    for one in ast.walk(tree) if tree is not None else ():
        is_it = isinstance(one, ast.Assign | ast.AnnAssign) and one.lineno == setting.line
        if is_it and isinstance(one, ast.AnnAssign) and isinstance(one.value, ast.Constant):
            edits = writer.of(setting.file)
            text = edits.text(edits.start(one), edits.end(one))
            changed = in_next(text.replace(node.attr, name, 1), old, new)
            edits.insert(edits.end(one), f"\n{' ' * one.col_offset}{changed}")
            return name
    return ""


def _router_again(writer: _Writer, made: Router) -> bool:
    """Make a router with the version in its own prefix once more, with what it includes."""
    sources, old, new = writer.sources, writer.versions.old, writer.versions.new
    own = list(handled(sources, made.path, made.name))
    parents = [
        one
        for one in includes(sources)
        if one.router is not None
        and sources.resolve(one.path, one.router) == (sources.module(made.path), made.name)
        and ast.unparse(one.router) != one.parent
    ]
    if own or not parents:
        raise UsageError(
            f"the prefix {made.prefix!r} stands on a router with handlers of its own, which cannot be "
            "included under another one",
            place=Place(made.path, made.statement.lineno),
            remedy=f"give {old} to the router that includes it",
        )
    other = own_module(sources, made.path, old, new)
    if other is not None:
        told = None
        if made.prefix_node is not None and not isinstance(made.prefix_node, ast.Constant):
            told = (made.prefix_node, _next_prefix(writer, made))
        writer.done.copies += write_copy(sources, made.path, other, old, new, told)
        for one in parents:
            assert one.router is not None  # noqa: S101 - chosen so
            writer.again(one, writer.imported(one.path, one.router), None)
        return True
    name = next_name(made.name, old, new)
    _made_again(writer, made, name)
    for one in parents:
        assert one.router is not None  # noqa: S101 - chosen so
        said = name
        if one.path != made.path:
            said = _beside_import(writer, one, name)
        writer.again(one, said, None)
    return True


def _made_again(writer: _Writer, made: Router, name: str) -> None:
    """Make a router and its includes once more, in the same module."""
    edits = writer.of(made.path)
    text = edits.text(edits.start(made.statement), edits.end(made.statement))
    node = made.prefix_node
    assert node is not None  # noqa: S101 - it has the version in it
    shown = edits.text(edits.start(node), edits.end(node))
    lines = [text.replace(made.name, name, 1).replace(shown, _next_prefix(writer, made), 1)]
    inner = [
        one for one in includes(writer.sources) if (one.path, one.parent) == (made.path, made.name)
    ]
    for one in inner:
        told = edits.text(edits.start(one.statement), edits.end(one.statement))
        lines.append(f"{name}{told.removeprefix(made.name)}")
    last: ast.stmt = inner[-1].statement if inner else made.statement
    edits.insert(edits.end(last), "\n\n" + "\n".join(lines))


def _beside_import(writer: _Writer, one: Include, name: str) -> str:
    """Import a name from the module that another one is imported from; return how it is said."""
    assert one.router is not None  # noqa: S101 - chosen so
    if isinstance(one.router, ast.Attribute):
        return f"{ast.unparse(one.router.value)}.{name}"
    local = ast.unparse(one.router)
    node, alias = _import_of(writer.sources.trees[one.path], local)
    if node is None or alias is None:
        return name
    said = next_name(local, writer.versions.old, writer.versions.new)
    told = f"{name} as {said}" if said != name else name
    edits = writer.of(one.path)
    edits.insert(edits.end(alias), f", {told}")  # type: ignore[arg-type]
    return said


def _whole(writer: _Writer, app: App) -> Iterator[bool]:
    """Include once more what the application serves without a version."""
    sources, new = writer.sources, writer.versions.new
    own = {(one.path, one.name) for one in routers(sources)}
    top = [
        one
        for one in includes(sources)
        if (one.path, one.parent) not in own and one.router is not None and not one.is_aside
    ]
    start = f"/{new}"
    if top and all(one.prefix == "/api" or one.prefix.startswith("/api/") for one in top):
        start = f"/api/{new}"
    for one in top:
        assert one.router is not None  # noqa: S101 - chosen so
        writer.again(one, ast.unparse(one.router), _started(writer, one, start))
        yield True
    for one_handled in _direct(sources, app):
        if not one_handled.is_aside:
            _decorated(writer, one_handled, f"{start}{one_handled.text}")
            yield True


def _started(writer: _Writer, one: Include, start: str) -> str:
    """Return the expression of a prefix that begins with the version."""
    node = one.prefix_node
    if node is None:
        return f'"{start}"'
    edits = writer.of(one.path)
    shown = edits.text(edits.start(node), edits.end(node))
    rest = one.prefix.removeprefix("/api") if start.startswith("/api/") else one.prefix
    if isinstance(node, ast.Constant):
        return f"{shown[0]}{start}{rest}{shown[0]}"
    if start.startswith("/api/"):
        return f'f"{{{shown}}}/{writer.versions.new}"' if not rest else f'"{start}{rest}"'
    if isinstance(node, ast.JoinedStr):
        return f"{shown[:2]}{start}{shown[2:]}"
    return f'f"{start}{{{shown}}}"'


def _direct(sources: Sources, app: App) -> list[Handled]:
    """Return the paths that the application itself answers."""
    name = app.object.partition(":")[2]
    made = [name] if not name.endswith("()") else ["app"]
    tree = sources.trees.get(app.file)
    for node in ast.walk(tree) if tree is not None else ():
        value = node.value if isinstance(node, ast.Assign) else None
        if isinstance(value, ast.Call) and last_name(value.func) == "FastAPI":
            made.append(ast.unparse(node.targets[0]))  # type: ignore[attr-defined]
    return [one for said in dict.fromkeys(made) for one in handled(sources, app.file, said)]


def _decorated(writer: _Writer, one: Handled, path: str) -> None:
    """Let a handler answer a path of the new version, too."""
    edits = writer.of(one.path)
    text = edits.text(edits.start(one.decorator), edits.end(one.decorator))
    call = _call(text)
    inner = Edits(text)
    first = call.args[0]
    mark = "'" if inner.text(inner.start(first), inner.end(first)).startswith("'") else '"'
    inner.replace(inner.start(first), inner.end(first), f"{mark}{path}{mark}")
    for keyword in call.keywords:
        if keyword.arg in ("operation_id", "name") and isinstance(keyword.value, ast.Constant):
            value = f"{keyword.value.value!s}_{writer.versions.new}"
            inner.replace(inner.start(keyword.value), inner.end(keyword.value), repr(value))
    if writer.versions.hidden and not any(k.arg == "include_in_schema" for k in call.keywords):
        inner.add_argument(call, "include_in_schema=False")
    margin = " " * (one.decorator.col_offset - 1)
    edits.insert(edits.end(one.decorator), f"\n{margin}@{inner.made()}")
