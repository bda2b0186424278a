"""Including a version's routers once more, under the prefix of the next version."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Sequence

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
    cut_off,
    handled,
    has_version,
    in_version,
    includes,
    routers,
)
from backwright.transfer.versioning.writer import Included, Versions, Writer, call_of, import_of
from backwright.values import Place


def include_again(sources: Sources, app: App, versions: Versions) -> Included:
    """Include what the old version serves once more, for the new one.

    Raises:
        UsageError: there is no place where that can be done.
    """
    writer = Writer(sources, versions)
    if not versions.hidden:
        _refuse_cut_off(sources, app)
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


def _refuse_cut_off(sources: Sources, app: App) -> None:
    """Refuse a version by path where that of the old one is cut off before the application.

    Raises:
        UsageError: the application's root_path has a version.
    """
    text, line = cut_off(sources, app.file)
    if re.search(r"/v\d+(?=/|$)", text):
        raise UsageError(
            f"the version stands in root_path ({text}), which a proxy cuts off: no path has it",
            place=Place(app.file, line),
            remedy="--by header; or let the proxy cut off less, and say the version in the prefix "
            "of an included router",
        )


def _same_names(sources: Sources) -> Iterator[tuple[str, int, str]]:
    """Note where the project itself names operations: those of both versions are called alike."""
    for path, call in sources.calls("FastAPI", "APIRouter"):
        if any(one.arg == "generate_unique_id_function" for one in call.keywords):
            text = (
                "operations are named by a function of the project: where it does not look at the "
                "path, both versions have the same names, which generators of clients refuse"
            )
            yield path, call.lineno, text


def _by_version(writer: Writer, app: App) -> Iterator[bool]:
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


def _next_prefix(writer: Writer, one: Include | Router) -> str:
    """Return the expression of the next version's prefix, as the old one's is written."""
    node, old, new = one.prefix_node, writer.versions.old, writer.versions.new
    edits = writer.of(one.path)
    assert node is not None  # noqa: S101 - it has the version in it
    shown = edits.text(edits.start(node), edits.end(node))
    if not old:
        return f"{shown[0]}/api/{new}{one.prefix.removeprefix('/api')}{shown[0]}"
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


def _next_setting(writer: Writer, node: ast.Attribute) -> str:
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


def _router_again(writer: Writer, made: Router) -> bool:
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
    if own and parents and isinstance(made.prefix_node, ast.Constant):
        _moved_out(writer, made, parents)
        return True
    if own or not parents:
        raise UsageError(
            f"the prefix {made.prefix!r} stands on a router with handlers of its own, which cannot be "
            "included under another one",
            place=Place(made.path, made.statement.lineno),
            remedy=f"give {old} to the router that includes it",
        )
    other = own_module(sources, made.path, old, new) if old else None
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


def _moved_out(writer: Writer, made: Router, parents: Sequence[Include]) -> None:
    """Move the version from a router's own prefix to where it is included, and include it once more."""
    old, new = writer.versions.old, writer.versions.new
    before, _, behind = f"{made.prefix}/".partition(f"/{old}/")
    edits = writer.of(made.path)
    node = made.prefix_node
    assert node is not None  # noqa: S101 - it has the version in it
    mark = edits.text(edits.start(node), edits.end(node))[0]
    rest = f"/{behind}".rstrip("/")
    edits.replace(edits.start(node), edits.end(node), f"{mark}{rest}{mark}")
    for one in parents:
        assert one.router is not None  # noqa: S101 - chosen so
        told = writer.of(one.path)
        if one.prefix_node is not None and not isinstance(one.prefix_node, ast.Constant):
            raise UsageError(
                "the prefix is put together where the router is included",
                place=Place(one.path, one.statement.lineno),
                remedy=f"give {old} to the router that includes it",
            )
        head = f"{mark}{one.prefix}{before}/{old}{mark}"
        if one.prefix_node is not None:
            start, end = told.start(one.prefix_node), told.end(one.prefix_node)
            told.replace(start, end, head)
        else:
            told.add_argument(one.call, f"prefix={head}")
        again = f"{mark}{one.prefix}{before}/{new}{mark}"
        writer.again(one, ast.unparse(one.router), again)


def _made_again(writer: Writer, made: Router, name: str) -> None:
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


def _beside_import(writer: Writer, one: Include, name: str) -> str:
    """Import a name from the module that another one is imported from; return how it is said."""
    assert one.router is not None  # noqa: S101 - chosen so
    if isinstance(one.router, ast.Attribute):
        return f"{ast.unparse(one.router.value)}.{name}"
    local = ast.unparse(one.router)
    node, alias = import_of(writer.sources.trees[one.path], local)
    if node is None or alias is None:
        return name
    said = next_name(local, writer.versions.old, writer.versions.new)
    told = f"{name} as {said}" if said != name else name
    edits = writer.of(one.path)
    edits.insert(edits.end(alias), f", {told}")
    return said


def _whole(writer: Writer, app: App) -> Iterator[bool]:
    """Include once more what the application serves without a version."""
    sources, new = writer.sources, writer.versions.new
    own = {(one.path, one.name) for one in routers(sources)}
    top = [
        one
        for one in includes(sources)
        if (one.path, one.parent) not in own and one.router is not None and not one.is_aside
    ]
    made = _made_below_api(writer, top)
    if made:
        for one_made in made:
            yield _router_again(writer, one_made)
        top = []
    start = f"/api/{new}" if made else f"/{new}"
    if top and all(one.prefix == "/api" or one.prefix.startswith("/api/") for one in top):
        start = f"/api/{new}"
    for one in top:
        assert one.router is not None  # noqa: S101 - chosen so
        writer.again(one, ast.unparse(one.router), _started(writer, one, start))
        yield True
    for one_handled in _direct(sources, app):
        if not one_handled.is_aside:
            rest = one_handled.text.removeprefix("/api") if made else one_handled.text
            _decorated(writer, one_handled, f"{start}{rest}")
            yield True


def _made_below_api(writer: Writer, top: Sequence[Include]) -> list[Router]:
    """Return the routers that are included, if all begin with /api by themselves and put others together."""
    sources = writer.sources
    found: list[Router] = []
    for one in top:
        assert one.router is not None  # noqa: S101 - chosen so
        target = sources.resolve(one.path, one.router)
        made = next(
            (r for r in routers(sources) if (sources.module(r.path), r.name) == target), None
        )
        if made is None or one.prefix_node is not None:
            return []
        is_api = made.prefix == "/api" or made.prefix.startswith("/api/")
        if not is_api or not isinstance(made.prefix_node, ast.Constant):
            return []
        if any(handled(sources, made.path, made.name)):
            return []
        found.append(made)
    return found


def _started(writer: Writer, one: Include, start: str) -> str:
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


def _decorated(writer: Writer, one: Handled, path: str) -> None:
    """Let a handler answer a path of the new version, too."""
    edits = writer.of(one.path)
    text = edits.text(edits.start(one.decorator), edits.end(one.decorator))
    call = call_of(text)
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
