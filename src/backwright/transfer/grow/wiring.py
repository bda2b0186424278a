"""Registering the new router where the host registers its own, and as it does."""

from __future__ import annotations

import ast
from collections import defaultdict
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from pathlib import PurePosixPath

from backwright.source.fallback import tree_of
from backwright.source.imports import add_imports
from backwright.source.text import Splice, splice
from backwright.spec.names import Names, names_of, singularize
from backwright.transfer.dialect.bound import relative_module, share_a_package
from backwright.transfer.grow.sources import FunctionNode, Sources, last_name, names_of_statement

Body = list[ast.stmt]


@dataclass(frozen=True, slots=True)
class Include:
    """A call of `include_router`: its file, the body it stands in, and the statement."""

    file: str
    body: Body
    statement: ast.stmt
    call: ast.Call

    @property
    def target(self) -> str:
        """What the router is included in."""
        return ast.unparse(self.call.func).removesuffix(".include_router")


@dataclass(frozen=True, slots=True)
class Wiring:
    """How the new router is registered: the file, the place, the words of the call.

    `own_prefix` and `own_tags` tell whether the router itself has these, not the call.
    """

    file: str
    line: int
    indent: str
    target: str
    keywords: str
    by_module: bool
    own_prefix: bool
    own_tags: bool


def read_wiring(sources: Sources, names: Names, routes: str = "") -> Wiring | None:
    """Return how the host would register the new router; None where no application is found.

    Where most of its neighbours are registered comes first.

    Args:
        sources: the host.
        names: the new resource's.
        routes: the file that its router will stand in, if it is known.
    """
    folder = PurePosixPath(routes).parent if routes else None
    groups: dict[tuple[str, str], list[Include]] = defaultdict(list)
    for include in _includes(sources):
        groups[include.file, include.target].append(include)
    if not groups:
        return _beside_app(sources)
    apps = {one.object.rpartition(":")[2] for one in sources.project.apps}
    chosen = max(
        groups.values(),
        key=lambda group: (
            sum(_folder(sources, one) == folder for one in group) if folder else 0,
            len(group),
            group[0].target not in apps,
        ),
    )
    last = chosen[-1]
    keywords, own_prefix, own_tags = _keywords(last.call, names)
    return Wiring(
        file=last.file,
        line=_after(last.statement),
        indent=" " * last.statement.col_offset,
        target=last.target,
        keywords=keywords,
        by_module=isinstance(_router_of(last.call), ast.Attribute),
        own_prefix=own_prefix,
        own_tags=own_tags,
    )


def _folder(sources: Sources, include: Include) -> PurePosixPath | None:
    """Return the folder of the module whose router is registered, None if it is a package's."""
    file = PurePosixPath(
        sources.file(sources.resolve(include.file, _router_of(include.call))[0]) or "__init__.py"
    )
    return file.parent if file.name != "__init__.py" else None


def wire(sources: Sources, wiring: Wiring, module: str, names: Names) -> str:
    """Return the module with the router imported and registered."""
    code = sources.draft.text(wiring.file)
    package, _, stem = module.rpartition(".")
    taken = {name for node in tree_of(code).body for name in names_of_statement(node)}
    generic = names_of(singularize(stem) or stem).snake != names.snake
    if wiring.by_module and package and stem not in taken and not generic:
        wanted, router = {package: {stem}}, f"{stem}.router"
    else:
        router = _free_name(code, names, stem)
        wanted = {module: {f"router as {router}"}}
    line = f"{wiring.indent}{wiring.target}.include_router({router}{wiring.keywords})\n"
    code = splice(code, [Splice(wiring.line, wiring.line, line)])
    spelled = {_as_written(sources, wiring.file, one): names for one, names in wanted.items()}
    return add_imports(code, spelled)


def _free_name(code: str, names: Names, stem: str) -> str:
    """Return what a router is called in a module: not as another one that stands there already."""
    nodes = [*ast.walk(ast.parse(code))]
    taken = {node.id for node in nodes if isinstance(node, ast.Name)}
    taken |= {node.asname or node.name for node in nodes if isinstance(node, ast.alias)}
    first = stem.removesuffix("_routes").removesuffix("_router")
    ways = (names.plural_snake, first, stem, f"new_{names.plural_snake}")
    router = next((f"{way}_router" for way in ways if f"{way}_router" not in taken), None)
    return router or f"another_{names.plural_snake}_router"


def _as_written(sources: Sources, path: str, module: str) -> str:
    """Return a module as a file imports its own project's: by dots, or in full."""
    file = sources.file(module)
    imports = [node for node in sources.trees[path].body if isinstance(node, ast.ImportFrom)]
    is_by_dots = any(node.level for node in imports)
    if not is_by_dots or not file or not share_a_package(path, file, sources.root):
        return module
    return relative_module(path, file)


def _includes(sources: Sources) -> Iterator[Include]:
    for path, tree in sources.trees.items():
        for body in _bodies(tree):
            for statement in body:
                call = statement.value if isinstance(statement, ast.Expr) else None
                if isinstance(call, ast.Call) and _is_include(call):
                    yield Include(path, body, statement, call)


def _router_of(call: ast.Call) -> ast.expr:
    """Return the router that a call registers, by its place or by its name; else the call itself."""
    named = [one.value for one in call.keywords if one.arg == "router"]
    return next(iter([*call.args, *named]), call)


def _is_include(call: ast.Call) -> bool:
    is_named = isinstance(_router_of(call), ast.Name | ast.Attribute)
    return isinstance(call.func, ast.Attribute) and call.func.attr == "include_router" and is_named


def _bodies(tree: ast.Module) -> Iterator[Body]:
    yield tree.body
    for node in ast.walk(tree):
        if isinstance(node, FunctionNode):
            yield node.body


def _keywords(call: ast.Call, names: Names) -> tuple[str, bool, bool]:
    """Return the keywords of a like call for the new router; what of them is the router's own."""
    words, own_prefix, own_tags = [], True, True
    nouns = {part for word in _words_of(call) for part in (word, singularize(word) or word)}
    for keyword in (one for one in call.keywords if one.arg != "router"):
        text = ast.unparse(keyword.value)
        if keyword.arg == "tags":
            text, own_tags = f'["{_cased(text, names)}"]', False
        elif keyword.arg == "prefix" and isinstance(keyword.value, ast.Constant):
            head, _, last = text.strip("'\"").rpartition("/")
            if (singularize(last) or last).replace("-", "_") in nouns:
                text, own_prefix = f'"{head}/{names.plural_kebab}"', False
            else:
                text = text.replace("'", '"')
        elif keyword.arg == "prefix" and (made := _composed(keyword.value, nouns, names)):
            text, own_prefix = made, False
        elif keyword.arg == "prefix" and _is_own(keyword.value, nouns):
            text, own_prefix = f'"/{names.plural_kebab}"', False
        words.append(f"{keyword.arg}={text}" if keyword.arg else f"**{text}")
    return "".join(f", {word}" for word in words), own_prefix, own_tags


def _composed(prefix: ast.expr, nouns: Collection[str], names: Names) -> str | None:
    """Return the new router's prefix, where a like one is put together: `f"{api}/tags"`."""
    last = prefix
    while isinstance(last, ast.JoinedStr | ast.BinOp):
        last = last.values[-1] if isinstance(last, ast.JoinedStr) else last.right
    is_text = isinstance(last, ast.Constant) and isinstance(last.value, str)
    if last is prefix or not is_text:
        return None
    assert isinstance(last, ast.Constant)  # noqa: S101 - seen above
    head, slash, noun = str(last.value).rpartition("/")
    if not slash or (singularize(noun) or noun).replace("-", "_") not in nouns:
        return None
    code, old = ast.unparse(prefix), f"{head}/{noun}"
    at = code.rindex(old)
    made = f"{code[:at]}{head}/{names.plural_kebab}{code[at + len(old) :]}"
    return made if '"' in made else made.replace("'", '"')


def _is_own(prefix: ast.expr, nouns: Collection[str]) -> bool:
    """Tell whether a setting is one router's own: `settings.api.users`, and no `API_PREFIX`."""
    words = {word.lower() for word in last_name(prefix).split("_")}
    return bool({one for word in words for one in (word, singularize(word) or word)} & set(nouns))


def _words_of(call: ast.Call) -> set[str]:
    """Return the words that a registered router is known by: its module, alias and tags."""
    texts = [ast.unparse(_router_of(call))]
    texts += [ast.unparse(k.value).strip("[]'\"") for k in call.keywords if k.arg == "tags"]
    parts = [part for text in texts for part in text.replace(".", " ").split()]
    return {part.lower().removesuffix("_router").replace("-", "_") for part in parts}


def _cased(like: str, names: Names) -> str:
    word = like.strip("[]'\" ")
    return names.plural_human.capitalize() if word[:1].isupper() else names.plural_human


def _beside_app(sources: Sources) -> Wiring | None:
    """Return where a first router is registered: below the application and what is set up on it."""
    for app in sources.project.apps:
        tree = sources.trees.get(app.file)
        for body in _bodies(tree) if tree else ():
            for place, statement in enumerate(body):
                if not _makes_app(statement):
                    continue
                name = names_of_statement(statement)[0]
                last = statement
                for following in body[place + 1 :]:
                    if not _sets_up(following, name):
                        break
                    last = following
                indent = " " * statement.col_offset
                return Wiring(app.file, _after(last), indent, name, "", True, True, True)  # noqa: FBT003
    return None


def _makes_app(statement: ast.stmt) -> bool:
    value = statement.value if isinstance(statement, ast.Assign | ast.AnnAssign) else None
    return (
        isinstance(value, ast.Call)
        and last_name(value.func) == "FastAPI"
        and bool(names_of_statement(statement))
    )


def _sets_up(statement: ast.stmt, name: str) -> bool:
    call = statement.value if isinstance(statement, ast.Expr) else None
    return isinstance(call, ast.Call) and ast.unparse(call.func).startswith(f"{name}.")


def _after(node: ast.stmt) -> int:
    return (node.end_lineno or node.lineno) + 1
