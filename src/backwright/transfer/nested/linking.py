"""`PUT` and `DELETE /posts/{post_id}/tags/{tag_id}`: both rows are found as they are by themselves."""

from __future__ import annotations

import ast
import re
from dataclasses import dataclass, replace

from backwright.source.text import indent_by
from backwright.spec.names import article, names_of
from backwright.transfer.guarding.edits import Edits
from backwright.transfer.model import link_word
from backwright.transfer.nested.below import path_below, registered
from backwright.transfer.nested.composing import aliases, imports_of, signature
from backwright.transfer.nested.ground import Ground, Nested, Relation, Side
from backwright.transfer.nested.handlers import (
    Handler,
    Param,
    UnsaidError,
    handler_of,
    option,
    params_of,
)
from backwright.transfer.nested.parents import (
    Parent,
    is_awaited,
    parent_of,
    refusal,
    session_of,
    where_deleted,
)

_CALLERS = re.compile(r"user|auth|token|admin|permission|account|owner", re.IGNORECASE)
Renamed = dict[str, str]


@dataclass(frozen=True, eq=False)
class _Pair:
    """Two rows that are to be linked: how both are found, by which session, for which caller."""

    left: Parent
    right: Parent
    params: tuple[Param, ...]
    right_code: str
    right_row: str
    right_key: str
    renamed: Renamed
    session: str
    guard: Handler


def write_links(
    ground: Ground, keeper: Side, target: Side, relation: Relation, made: Nested
) -> None:
    """Write the endpoints that link two rows and part them.

    Raises:
        UnsaidError: the handlers of both do not show how.
    """
    pair = _pair(ground, keeper, target, relation)
    left, word = pair.left, link_word(relation.field)
    segment = path_below(ground, left, target, relation, is_new=False)
    path = f"{left.path.rstrip('/')}/{segment}/{{{pair.right_key}}}"
    full = f"{left.full.rstrip('/')}/{segment}/{{{pair.right_key}}}"
    needs = {("fastapi", "Response")}
    found = left.found.code + _missing(ground, left, keeper) + _owned(ground, pair, keeper)
    found += pair.right_code
    texts = []
    for method, verb, preposition in (("put", "add", "to"), ("delete", "remove", "from")):
        name = f"{verb}_{word}_{preposition}_{keeper.names.snake}"
        said = f"{verb.capitalize()} {_a(word)} {preposition} {_a(keeper.names.snake)}."
        body = f"{found}{_change(ground, pair, relation, adds=method == 'put')}"
        texts.append(_handler(ground, pair, method, path, name, said, body))
        guarded = (left.handler.endpoint, pair.right.handler.endpoint, pair.guard.endpoint)
        made.answer(method.upper(), full, *guarded)
    home = left.handler.file
    for text in texts:
        needs |= imports_of(ground.program, home, pair.right.handler, pair.renamed, text)
        needs |= imports_of(ground.program, home, pair.guard, {}, text)
        ground.put(home, left.handler.node, text, needs)
    made.add("routes", home)


def _pair(ground: Ground, keeper: Side, target: Side, relation: Relation) -> _Pair:
    left = where_deleted(ground, keeper) or parent_of(ground, keeper, wants_row=True)
    right = parent_of(ground, target, wants_row=True)
    word = link_word(relation.field)
    guard = _guard(ground, keeper)
    named = {p.name for p in left.params} | _assigned(left.found.code) | {left.found.row}
    own = right.key
    key = own if own not in named else f"{word}_id"
    renamed: Renamed = {own: key} if own != key else {}
    known = {_plain(p.rest): p.name for p in left.params if p.injected}
    params = list(left.params)
    for param in right.params:
        if param.injected and _plain(param.rest) in known:
            renamed[param.name] = known[_plain(param.rest)]
        elif param.name in renamed or param.name not in named:
            params.append(replace(param, name=renamed.get(param.name, param.name)))
        elif param.injected:
            renamed[param.name] = f"{word}_{param.name}"
            params.append(replace(param, name=renamed[param.name]))
        else:
            raise UnsaidError(f"both handlers are sent a {param.name}")
    for name in _assigned(right.found.code) | {right.found.row}:
        if name in named:
            renamed[name] = f"{word}_{name}" if name != right.found.row else word
    if renamed.get(right.found.row) in named:
        renamed[right.found.row] = f"linked_{word}"
    renamed |= aliases(ground.program, left.handler.file, right.handler, word)
    renamed = {old: new for old, new in renamed.items() if old != new}
    params += _callers(ground, guard, params)
    code = _with_names(right.found.code + _missing(ground, right, target), renamed)
    session = session_of(ground, left.handler) or renamed.get(
        s := session_of(ground, right.handler), s
    )
    if not session:
        raise UnsaidError("neither handler has a session at hand to link rows by")
    row = renamed.get(right.found.row, right.found.row)
    return _Pair(left, right, tuple(params), code, row, key, renamed, session, guard)


def _guard(ground: Ground, keeper: Side) -> Handler:
    """Return what changes rows: who may not change one may not link it, either."""
    for verb in ("update", "delete", "create"):
        if verb in keeper.verbs:
            return handler_of(ground.program, keeper.verbs[verb])
    raise UnsaidError(f"{keeper.model.name} has no endpoint that changes rows")


def _callers(ground: Ground, guard: Handler, params: list[Param]) -> list[Param]:
    """Return the parameters by which a handler that writes asks who its caller is."""
    known = {_plain(p.rest) for p in params} | {p.name for p in params}
    code = ground.code(guard.file)
    return [
        p
        for p in params_of(ground.program, guard, code)
        if p.injected and _CALLERS.search(p.text) and not {_plain(p.rest), p.name} & known
    ]


def _plain(rest: str) -> str:
    return re.sub(r"\s+|,(?=\s*\))", "", rest.partition("#")[0])


def _assigned(code: str) -> set[str]:
    nodes = ast.walk(ast.parse(code))
    return {n.id for n in nodes if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)}


def _with_names(code: str, renamed: Renamed) -> str:
    edits = Edits(code)
    for node in ast.walk(ast.parse(code)):
        if isinstance(node, ast.Name) and node.id in renamed:
            edits.replace(edits.start(node), edits.end(node), renamed[node.id])
    return edits.made()


def _missing(ground: Ground, parent: Parent, side: Side) -> str:
    return "" if parent.found.refuses else refusal(ground, parent, side)


def _owned(ground: Ground, pair: _Pair, keeper: Side) -> str:
    """Return what keeps others from a row, where reading it does not."""
    owner = keeper.model.owner
    if owner is None or not owner.direct or pair.left.handler.endpoint.owner_scoped:
        return ""
    getter = (ground.project.auth.current_user or "").rpartition(":")[2].rpartition(".")[2]
    words = rf"\b(?:{owner.user}|{getter or owner.user})\b"
    user = next((p.name for p in pair.params if re.search(words, p.rest)), None)
    if user is None:
        raise UnsaidError(f"its handlers do not say whose {keeper.names.snake} it is")
    key = next((c.name for m in ground.project.models if m.name == owner.user
                for c in m.columns if c.primary_key), "id")  # fmt: skip
    row = pair.left.found.row
    ground.needs.setdefault(pair.left.handler.file, set()).add(("fastapi", "HTTPException"))
    said = f"{keeper.names.human[:1].upper()}{keeper.names.human[1:]} not found"
    return (
        f"if {row}.{owner.column} != {user}.{key}:\n"
        f'    raise HTTPException(status_code=404, detail="{said}")\n'
    )


def _change(ground: Ground, pair: _Pair, relation: Relation, *, adds: bool) -> str:
    row, other, name = pair.left.found.row, pair.right_row, relation.field.name
    waits = _waits(ground, pair)
    lines = [f'await {pair.session}.refresh({row}, ["{name}"])'] if waits else []
    lines.append(f"if {other} {'not in' if adds else 'in'} {row}.{name}:")
    lines.append(f"    {row}.{name}.{'append' if adds else 'remove'}({other})")
    lines.append(f"    {'await ' if waits else ''}{pair.session}.commit()")
    is_named = "status.HTTP_" in ground.code(pair.left.handler.file)
    code = "status.HTTP_204_NO_CONTENT" if is_named else "204"
    lines.append(f"return Response(status_code={code})")
    return "\n".join(lines) + "\n"


def _waits(ground: Ground, pair: _Pair) -> bool:
    """Tell whether the session is awaited: by its type, else as its handler does."""
    rest = next((p.rest for p in pair.params if p.name == pair.session), "")
    return "AsyncSession" in rest or is_awaited(ground, pair.left.handler, pair.session)


def _handler(
    ground: Ground, pair: _Pair, method: str, path: str, name: str, said: str, body: str
) -> str:
    left = pair.left.handler
    is_named = "status.HTTP_" in ground.code(left.file)
    options = [f"status_code={'status.HTTP_204_NO_CONTENT' if is_named else '204'}"]
    if guards := _dependencies(ground, (left, pair.right.handler, pair.guard)):
        options.append(f"dependencies=[{', '.join(guards)}]")
    docs = f'    """{said}"""\n' if ast.get_docstring(left.node) else ""
    returns = "Response" if left.node.returns else ""
    is_async = left.is_async or pair.right.handler.is_async or "await " in body
    line = signature(name, pair.params, is_async=is_async, returns=returns, width=ground.width)
    head = registered(pair.left, method, path, options)
    return f"{head}{line}{docs}{indent_by(body, '    ')}"


def _dependencies(ground: Ground, handlers: tuple[Handler, ...]) -> list[str]:
    """Return what the decorators of some handlers depend on, each once."""
    found: dict[str, None] = {}
    for one in handlers:
        given = option(one, "dependencies")
        edits = Edits(ground.code(one.file))
        for element in given.elts if isinstance(given, ast.List) else ():
            found[edits.text(edits.start(element), edits.end(element))] = None
    return list(found)


def _a(snake: str) -> str:
    human = names_of(snake).human
    return f"{article(human)} {human}"
