"""Links in the house style, where services keep the rows to themselves."""

from __future__ import annotations

import ast
import re
from dataclasses import dataclass

from backwright.spec.names import article, names_of
from backwright.transfer.guarding.edits import Edits
from backwright.transfer.model import link_word
from backwright.transfer.nested.below import path_below, registered
from backwright.transfer.nested.ground import Ground, Nested, Relation, Side
from backwright.transfer.nested.handlers import UnsaidError, handler_of, params_of
from backwright.transfer.nested.parents import parent_of


@dataclass(frozen=True, slots=True)
class _Words:
    """How the service of a resource speaks of its links."""

    caller: str
    link: str
    where: str
    column: str


def write_house_links(ground: Ground, keeper: Side, relation: Relation, made: Nested) -> None:
    """Write the endpoints that link two rows and part them, and what they ask of the service.

    Raises:
        UnsaidError: the service sets no links as the house does.
    """
    parent = parent_of(ground, keeper)
    one, word = keeper.names.snake, link_word(relation.field)
    service = next(
        (p for p in ground.owners.modules.paths if p.endswith(f"services/{one}_service.py")), ""
    )
    replace = _function(ground, service, f"_replace_{relation.field.name}")
    if replace is None:
        raise UnsaidError(f"{keeper.model.name} has no service that sets its links")
    words = _words(ground.code(service), replace, f"{word}_id")
    for name, code in _service_functions(keeper, relation, words):
        ground.put(service, _last(ground, service), code)
        _route(ground, keeper, relation, name, made)
    made.add("service", service)
    made.add("routes", parent.handler.file)


def _function(ground: Ground, path: str, name: str) -> ast.AsyncFunctionDef | None:
    for node in ast.parse(ground.code(path)).body if path else ():
        if isinstance(node, ast.AsyncFunctionDef) and node.name == name:
            return node
    return None


def _last(ground: Ground, path: str) -> ast.stmt:
    body = ast.parse(ground.code(path)).body
    public = [n for n in body if isinstance(n, ast.AsyncFunctionDef) and n.name[0] != "_"]
    return public[-1]


def _words(code: str, replace: ast.AsyncFunctionDef, column: str) -> _Words:
    edits = Edits(code)
    for node in ast.walk(replace):
        is_where = isinstance(node, ast.Call) and ast.unparse(node.func).endswith(".where")
        if is_where and isinstance(node, ast.Call):
            told = [edits.text(edits.start(a), edits.end(a)) for a in node.args]
            link = re.search(r"delete\((\w+)\)", ast.unparse(node.func))
            names = [a.arg for a in replace.args.args]
            caller = "caller, " if "caller" in names else ""
            if link:
                return _Words(caller, link[1], ", ".join(told), column)
    raise UnsaidError(f"{replace.name} takes no links away")


def _service_functions(keeper: Side, relation: Relation, words: _Words) -> list[tuple[str, str]]:
    one, word = keeper.names.snake, link_word(relation.field)
    human = names_of(word).human
    caller = "caller: Caller, " if words.caller else ""
    who = "the caller has" if words.caller else "there is"
    head = f"(session: Session, {caller}{one}_id: UUID, {word}_id: UUID) -> None:"
    raises = (
        f"    Raises:\n        NotFoundError: If {who} no such {keeper.names.human} or {human}.\n"
    )
    found = f"    await get_{one}(session, {words.caller}{one}_id)\n"
    where = f"{words.where}, col({words.link}.{words.column}) == {word}_id"
    gone = f"delete({words.link}).where({where})"
    add = (
        f"async def add_{word}{head}\n"
        f'    """Give {_a(keeper.names.human)} {_a(human)}, which it may have already.\n\n{raises}    """\n'
        f"{found}"
        f"    async with session.transaction():\n"
        f"        await session.execute({gone})\n"
        f"        await _add_{relation.field.name}(session, {words.caller}{one}_id, [{word}_id])\n"
    )
    remove = (
        f"async def remove_{word}{head}\n"
        f'    """Take {_a(human)} from {_a(keeper.names.human)}, which may not have it.\n\n'
        f"{raises.replace(f' or {human}', '')}"
        f'    """\n{found}    await session.execute({gone})\n'
    )
    return [(f"add_{word}", add), (f"remove_{word}", remove)]


def _route(ground: Ground, keeper: Side, relation: Relation, name: str, made: Nested) -> None:
    found = parent_of(ground, keeper)
    one, word = keeper.names.snake, link_word(relation.field)
    handler = handler_of(ground.program, keeper.endpoint("get"))
    segment = path_below(ground, found, keeper, relation, is_new=False)
    params = [p.text for p in params_of(ground.program, handler, found.code)]
    listed = ", ".join([params[0], f"{word}_id: UUID", *params[1:]])
    adds = name.startswith("add_")
    human, of = names_of(word).human, keeper.names.human
    said = f"Give {_a(of)} {_a(human)}." if adds else f"Take {_a(human)} from {_a(of)}."
    options = ["status_code=status.HTTP_204_NO_CONTENT", "responses=errors(404)"]
    preposition = "to" if adds else "from"
    path = f"{found.path}/{segment}/{{{word}_id}}"
    caller = "caller, " if any(p.startswith("caller") for p in params) else ""
    head = registered(found, "put" if adds else "delete", path, options)
    code = (
        f"{head}async def {name}_{preposition}_{one}({listed}) -> None:\n"
        f'    """{said}"""\n'
        f"    await {one}_service.{name}(session, {caller}{one}_id, {word}_id)\n"
    )
    ground.put(handler.file, handler.node, code)
    full = f"{found.full}/{segment}/{{{word}_id}}"
    made.answer("PUT" if adds else "DELETE", full, handler.endpoint)


def _a(human: str) -> str:
    return f"{article(human)} {human}"
