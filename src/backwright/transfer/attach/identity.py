"""Who asks, as a host tells it: by the tokens that it decodes, or by the keys that it accepts."""

from __future__ import annotations

import ast
import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from backwright.errors import UsageError
from backwright.source.imports import add_imports
from backwright.transfer.attach.seeing import seen_from
from backwright.transfer.declaration import Import
from backwright.transfer.grow.sources import Sources, names_of_statement
from backwright.values import Place

_LIBRARIES = ("jwt", "jose", "authlib")
_CLAIMS = ("sub", "user_id", "uid", "id", "email", "username", "user")
_ERRORS: Mapping[str, tuple[str, Import | None]] = {
    "jwt": ("jwt.PyJWTError", ("jwt", "")),
    "jose": ("JWTError", ("jose", "JWTError")),
}


@dataclass(frozen=True, slots=True)
class Identity:
    """What the template's code is replaced by, and what that needs."""

    replaced: Mapping[str, str]
    imports: frozenset[Import] = field(default_factory=frozenset)

    def put(self, code: str, sources: Sources, path: str) -> str:
        """Return code of the template in the host's words, as a module of the host at a path."""
        for old, new in self.replaced.items():
            code = code.replace(old, new)
        wanted: dict[str, set[str]] = {}
        for module, name in (seen_from(sources, path, one) for one in self.imports):
            wanted.setdefault(module, set()).add(name)
        return add_imports(code, wanted)


def user_identity(sources: Sources) -> Identity:
    """Return how a host's tokens are decoded.

    Raises:
        UsageError: it decodes none, or with what only the function that does it has.
    """
    refused: UsageError | None = None
    for path, call in sources.calls("decode"):
        library = sources.resolve(path, call.func.value)[0] if _is_method(call) else ""  # type: ignore[attr-defined]
        root = library.partition(".")[0]
        if root not in _LIBRARIES or len(call.args) + len(call.keywords) < 2:
            continue
        try:
            return _decoding(sources, path, call, root)
        except UsageError as error:
            refused = refused or error
    raise refused or UsageError(
        "no place was found where this project decodes a token, so that requests cannot be counted "
        "by user",
        remedy="use --by address, or add accounts first: backwright add auth",
    )


def _is_method(call: ast.Call) -> bool:
    return isinstance(call.func, ast.Attribute) and isinstance(
        call.func.value, ast.Name | ast.Attribute
    )


def _decoding(sources: Sources, path: str, call: ast.Call, root: str) -> Identity:
    """Return the decoding of a token as one place of the host does it."""
    token = call.args[0] if call.args else None
    named = next((one.value for one in call.keywords if one.arg in ("jwt", "token", "s")), None)
    node = token if token is not None else named
    if node is None:
        raise UsageError("the token is not among the arguments", place=Place(path, call.lineno))
    imports: set[Import] = set()
    for one in ast.walk(call):
        inside = any(one is part for part in ast.walk(node))
        if isinstance(one, ast.Name) and isinstance(one.ctx, ast.Load) and not inside:
            imports.add(_known(sources, path, one))
    said = ast.unparse(_with_token(call, node))
    error, needed = _ERRORS.get(root, ("Exception", None))
    if root == "jwt" and not any(pair == ("jwt", "") for pair in imports):
        error, needed = "PyJWTError", ("jwt", "PyJWTError")
    imports |= {needed} if needed else set()
    return Identity(
        {
            'jwt.decode(token, settings.secret_key, algorithms=["HS256"])': said,
            "jwt.PyJWTError": error,
            '"sub"': f'"{_claim(sources, root)}"',
        },
        frozenset(imports),
    )


def _with_token(call: ast.Call, node: ast.expr) -> ast.Call:
    """Return the call with the template's name for the token."""
    name = ast.Name("token", ast.Load())
    args = [name if one is node else one for one in call.args]
    keywords = [
        ast.keyword(one.arg, name if one.value is node else one.value) for one in call.keywords
    ]
    return ast.Call(call.func, args, keywords)


def _known(sources: Sources, path: str, node: ast.Name) -> Import:
    """Return what is imported to say a name of a module elsewhere.

    Raises:
        UsageError: only a function of that module knows it.
    """
    module, name = sources.resolve(path, node.id)
    tree = sources.trees[path]
    is_own = module == sources.module(path) and name == node.id
    defined = any(node.id in names_of_statement(one) for one in tree.body)
    if is_own and not defined:
        raise UsageError(
            f"the token is decoded with `{node.id}`, which only the function at "
            f"{path}:{node.lineno} knows, so that requests cannot be counted by user",
            place=Place(path, node.lineno),
            remedy="use --by address",
        )
    if not name:
        parent, _, last = module.rpartition(".")
        if sources.file(module) is not None and parent:
            return parent, last if last == node.id else f"{last} as {node.id}"
        return (module if module == node.id else f"{module} as {node.id}"), ""
    return module, name if name == node.id else f"{name} as {node.id}"


def _claim(sources: Sources, root: str) -> str:
    """Return the claim that says who a token is of, by the words of modules that handle tokens."""
    texts = {
        node.value
        for path, tree in sources.trees.items()
        if re.search(rf"(?m)^\s*(?:from|import) {root}\b", sources.draft.text(path))
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    }
    return next((one for one in _CLAIMS if one in texts), "sub")
