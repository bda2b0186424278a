"""Who is calling, where a host issues tokens that none of its endpoints reads.

The dependency stands beside what signs the tokens, and reads them by the same library, key and algorithm.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from backwright.project.types import Column, Model, Project
from backwright.source.imports import add_imports
from backwright.transfer.declaration import Import, wanted_imports
from backwright.transfer.draft import Draft
from backwright.transfer.grow.seams import Dependency
from backwright.transfer.grow.sources import last_name, names_of_statement
from backwright.transfer.guarding.callers import Caller
from backwright.transfer.guarding.edits import Edits
from backwright.transfer.guarding.importing import brings
from backwright.transfer.guarding.looking import said_in
from backwright.transfer.guarding.owned import Owned, key_of
from backwright.transfer.guarding.program import Function, Program

GETTER = "get_current_user"
_NAMES = ("email", "username", "login")
_LIBRARIES = ("jwt", "jose")
_FAR = 1000  # no line goes on for longer behind a function's end


@dataclass(frozen=True)
class _Signing:
    """Where tokens are signed: the function, the call, and of which library it is."""

    function: Function
    call: ast.Call
    library: str

    def given(self, name: str, place: int) -> ast.expr | None:
        """Return an argument of the call, by its name or its place."""
        named = (one.value for one in self.call.keywords if one.arg == name)
        return next(named, None) or next(iter(self.call.args[place : place + 1]), None)

    @property
    def decode(self) -> str:
        """How its module says the function that reads what this one signs."""
        return ast.unparse(self.call.func).removesuffix("encode") + "decode"


@dataclass(frozen=True)
class _Claim:
    """Which claim says whose a token is, and by which column."""

    name: str
    column: Column
    is_text: bool

    @property
    def is_number(self) -> bool:
        """Whether the column keeps a number."""
        return "int" in self.column.type.lower()


def write_reader(
    draft: Draft, project: Project, program: Program, session: Dependency | None
) -> Caller | None:
    """Write the dependency that gives the caller into a draft of a host; None where it cannot be told how.

    Args:
        draft: the host, which is changed.
        project: what is known of it.
        program: its functions.
        session: how handlers get a session.
    """
    model = next((m for m in project.models if m.name == project.auth.user_model), None)
    signing = next(_signings(program), None)
    if model is None or signing is None or session is None or session.made is not None:
        return None
    claim = _claim(program, signing, model)
    key, algorithm = signing.given("key", 1), signing.given("algorithm", 2)
    path, sources = signing.function.path, program.sources
    homes = (model.file, sources.file(session.getter[0]) or "")
    if (
        claim is None
        or key is None
        or any(brings(sources, one, path) for one in homes if one != path)
    ):
        return None
    if any(_is_local(signing.function, one) for one in (key, algorithm) if one is not None):
        return None
    if _is_bound(sources.trees[path], GETTER) or _stands_below(project, signing):
        return None
    _write(draft, program, signing, claim, model, session, key, algorithm)
    here = sources.module(path)
    return Caller(
        (here, GETTER), (sources.module(model.file), model.name), annotated=session.annotated
    )


def _signings(program: Program) -> Iterator[_Signing]:
    for function in program.functions:
        for node in program.walk(function):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
                library = program.sources.resolve(function.path, node.func)[0].partition(".")[0]
                if node.func.attr == "encode" and library in _LIBRARIES:
                    yield _Signing(function, node, library)


def _is_local(function: Function, node: ast.expr) -> bool:
    """Tell whether only the function knows what an expression says."""
    own = {one.arg for one in function.parameters}
    own |= {n.id for n in ast.walk(function.node)
            if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)}  # fmt: skip
    return any(isinstance(one, ast.Name) and one.id in own for one in ast.walk(node))


def _is_bound(tree: ast.Module, name: str) -> bool:
    return any(name in names_of_statement(node) for node in tree.body)


def _stands_below(project: Project, signing: _Signing) -> bool:
    """Tell whether endpoints of the same module stand above what is written, and could not name it."""
    line = signing.function.node.lineno
    return (
        signing.function.owner is not None
        or bool(signing.function.node.decorator_list)
        or any(one.file == signing.function.path and one.line < line for one in project.endpoints)
    )


def _claim(program: Program, signing: _Signing, model: Model) -> _Claim | None:
    """Return the claim that names an account, as the places say that fill it in."""
    found = []
    for function, claims in _claims(program, signing):
        for name, value in zip(claims.keys, claims.values, strict=True):
            if not isinstance(name, ast.Constant) or not isinstance(name.value, str):
                continue
            is_text = isinstance(value, ast.Call) and last_name(value.func) == "str"
            said = (
                value.args[0] if isinstance(value, ast.Call) and is_text and value.args else value
            )
            column = _column(function, said, model)
            if column is not None:
                found.append(_Claim(name.value, column, is_text))
    return next((one for one in found if one.name == "sub"), next(iter(found), None))


def _claims(program: Program, signing: _Signing) -> Iterator[tuple[Function, ast.Dict]]:
    """Yield the dictionaries that become claims: in the signing function, or given to it."""
    given = signing.call.args[:1] + [k.value for k in signing.call.keywords if k.arg == "payload"]
    yield from _dictionaries(signing.function, given)
    for function in program.functions:
        for call, targets in program.callees(function):
            if signing.function in targets:
                values = [*call.args, *(k.value for k in call.keywords)]
                yield from _dictionaries(function, values)


def _dictionaries(
    function: Function, values: Sequence[ast.expr]
) -> Iterator[tuple[Function, ast.Dict]]:
    names = {one.id for one in values if isinstance(one, ast.Name)}
    bound = [n.value for n in ast.walk(function.node)
             if isinstance(n, ast.Assign) and names & set(names_of_statement(n))]  # fmt: skip
    yield from ((function, one) for one in [*values, *bound] if isinstance(one, ast.Dict))


def _column(function: Function, said: ast.expr, model: Model) -> Column | None:
    """Return the column of accounts that an expression has the value of, if it tells them apart."""
    if not isinstance(said, ast.Attribute):
        return None
    name = said.attr
    for node in ast.walk(function.node):
        sides = [node.left, *node.comparators] if isinstance(node, ast.Compare) else []
        if any(ast.unparse(one) == ast.unparse(said) for one in sides):
            names = [s.attr for s in sides if isinstance(s, ast.Attribute) and s is not said
                     and last_name(s.value) == model.name]  # fmt: skip
            name = next(iter(names), name)
    column = next((one for one in model.columns if one.name == name), None)
    tells = column is not None and (column.primary_key or column.unique or name in _NAMES)
    return column if tells else None


def _write(
    draft: Draft, program: Program, signing: _Signing, claim: _Claim, model: Model,
    session: Dependency, key: ast.expr, algorithm: ast.expr | None,
) -> None:  # fmt: skip
    """Put the dependency behind the function that signs, and what both say twice above it."""
    path, sources = signing.function.path, program.sources
    edits, node = Edits(draft.text(path)), signing.function.node
    words, constants = [], ""
    for name, value in (("SECRET_KEY", key), ("ALGORITHM", algorithm)):
        is_literal = isinstance(value, ast.Constant) and not _is_bound(sources.trees[path], name)
        if value is not None and is_literal:
            constants += f"{name} = {ast.get_source_segment(edits.code, value)}\n"
            edits.replace(edits.start(value), edits.end(value), name)
        words.append(name if is_literal else ast.unparse(value) if value else '"HS256"')
    if constants:
        edits.insert(edits.start(node), f"{constants}\n\n")
    said, more = said_in(program, path, Owned(model, key_of(model)))
    end = edits.end(node)
    rest = edits.text(end, end + _FAR).partition("\n")[0]
    text = _code(signing, claim, said, session, (words[0], words[1]))
    if rest.strip():
        edits.insert(end + len(rest.encode()), text)
    else:
        edits.replace(end, end + len(rest.encode()), text)
    imports: set[Import] = {("fastapi", name) for name in ("Depends", "HTTPException")} | {*more}
    imports |= {("fastapi.security", one) for one in ("HTTPAuthorizationCredentials", "HTTPBearer")}
    imports |= {session.alias} if session.alias else {session.kind, session.getter}
    imports |= {("jose", "JWTError")} if signing.library == "jose" else set()
    imports |= {("sqlalchemy", "select")} if session.kind[1] == "AsyncSession" else set()
    imports |= {("typing", "Annotated")} if session.annotated and not session.alias else set()
    pairs = (one for one in imports if one[0] != sources.module(path))
    draft.write(path, add_imports(edits.made(), wanted_imports(pairs)))


def _code(
    signing: _Signing, claim: _Claim, model: str, session: Dependency, words: tuple[str, str]
) -> str:
    key, algorithm = words
    waits = session.kind[1] == "AsyncSession"
    kind, getter = session.kind[1], f"Depends({session.getter[1]})"
    db = session.alias[1] if session.alias else kind
    db = f"Annotated[{kind}, {getter}]" if session.annotated and not session.alias else db
    first = f"    db: {db},\n" if session.annotated or session.alias else ""
    last = "" if first else f"    db: {db} = {getter},\n"
    value = f'claims["{claim.name}"]'
    value = f"int({value})" if claim.is_number else value
    options = ', options={"verify_sub": False}' if _is_odd(claim) else ""
    wrong = "JWTError" if signing.library == "jose" else "jwt.InvalidTokenError"
    column = f"{model}.{claim.column.name}"
    asked = (
        f"await db.scalar(select({model}).where({column} == {claim.column.name}))" if waits
        else f"db.query({model}).filter({column} == {claim.column.name}).first()"
    )  # fmt: skip
    return f"""


bearer = HTTPBearer(auto_error=False)


{"async " if waits else ""}def {GETTER}(
{first}    credentials: HTTPAuthorizationCredentials = Depends(bearer),
{last}) -> {model}:
    unauthorized = HTTPException(
        status_code=401,
        detail="Could not validate credentials",
        headers={{"WWW-Authenticate": "Bearer"}},
    )
    if credentials is None:
        raise unauthorized
    try:
        claims = {signing.decode}(
            credentials.credentials, {key}, algorithms=[{algorithm}]{options}
        )
        {claim.column.name} = {value}
    except ({wrong}, KeyError{", ValueError" if claim.is_number else ""}):
        raise unauthorized from None
    user = {asked}
    if user is None:
        raise unauthorized
    return user"""


def _is_odd(claim: _Claim) -> bool:
    """Tell whether the subject is signed as a number, which libraries refuse to read."""
    return claim.name == "sub" and claim.is_number and not claim.is_text
