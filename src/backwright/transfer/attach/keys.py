"""Which keys a host accepts: the function that refuses the others, and the header that it takes them from."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Mapping

from backwright.errors import UsageError
from backwright.transfer.attach.identity import Identity
from backwright.transfer.declaration import Import
from backwright.transfer.grow.sources import FunctionNode, Sources, last_name, names_of_statement
from backwright.values import Place

_ELSEWHERE = ("APIKeyQuery", "APIKeyCookie")
_NAMED = re.compile(r"(?i)(?:^|_)(?:api_?)?key$")


def key_identity(sources: Sources) -> Identity:
    """Return how a host accepts keys.

    Raises:
        UsageError: it takes none in a header, or accepts one only with more than the key.
    """
    schemes = dict(_schemes(sources))
    for path, tree in sources.trees.items():
        for function in (one for one in tree.body if isinstance(one, FunctionNode)):
            taken = _taken(sources, path, function, schemes)
            if taken is None:
                continue
            parameter, header = taken
            return Identity(
                {
                    "check_key(key)": _call(sources, path, function, parameter, schemes),
                    '"X-API-Key"': f'"{header}"',
                },
                frozenset({(sources.module(path), function.name)}),
            )
    raise UsageError(
        "this project takes no keys in a header, so that requests cannot be counted by key",
        remedy="use --by address or --by user",
    )


def _schemes(sources: Sources) -> Iterator[tuple[Import, str]]:
    """Yield the schemes of keys of a host: the header that one takes them from; none where it is no header."""
    for path, tree in sources.trees.items():
        for statement in tree.body:
            value = getattr(statement, "value", None)
            kind = last_name(value.func) if isinstance(value, ast.Call) else ""
            if not isinstance(value, ast.Call) or kind not in ("APIKeyHeader", *_ELSEWHERE):
                continue
            node = next((k.value for k in value.keywords if k.arg == "name"), None)
            named = _text(sources, path, node) if kind == "APIKeyHeader" else ""
            for one in names_of_statement(statement):
                yield (sources.module(path), one), named


def _text(sources: Sources, path: str, node: ast.expr | None) -> str:
    """Return the text of a literal, or of a constant of the host; nothing where it is not known."""
    if isinstance(node, ast.Constant):
        return str(node.value)
    if not isinstance(node, ast.Name | ast.Attribute):
        return ""
    module, name = sources.resolve(path, node)
    file = sources.file(module)
    tree = sources.trees.get(file) if file else None
    for statement in tree.body if tree else ():
        value = getattr(statement, "value", None)
        if name in names_of_statement(statement) and isinstance(value, ast.Constant):
            return str(value.value)
    return ""


def _parameters(function: FunctionNode) -> list[tuple[ast.arg, ast.expr | None]]:
    arguments = [*function.args.posonlyargs, *function.args.args]
    bare: list[ast.expr | None] = [None] * (len(arguments) - len(function.args.defaults))
    return [
        *zip(arguments, [*bare, *function.args.defaults], strict=True),
        *zip(function.args.kwonlyargs, function.args.kw_defaults, strict=True),
    ]


def _words(parameter: tuple[ast.arg, ast.expr | None]) -> Iterator[ast.Call]:
    """Yield the calls by which a parameter is declared: its default, and those of its Annotated."""
    argument, default = parameter
    for node in (argument.annotation, default):
        yield from (one for one in (ast.walk(node) if node else ()) if isinstance(one, ast.Call))


def _taken(
    sources: Sources, path: str, function: FunctionNode, schemes: Mapping[Import, str]
) -> tuple[str, str] | None:
    """Return the parameter that a function takes a key by, and the header."""
    for parameter in _parameters(function):
        for call in _words(parameter):
            scheme = _scheme(sources, path, call)
            if scheme is not None and schemes.get(scheme):
                return parameter[0].arg, schemes[scheme]
            if last_name(call.func) == "Header" and _refuses(function):
                alias = next((k.value for k in call.keywords if k.arg == "alias"), None)
                header = _text(sources, path, alias) or parameter[0].arg.replace("_", "-").title()
                if _NAMED.search(header.replace("-", "_")):
                    return parameter[0].arg, header
    return None


def _scheme(sources: Sources, path: str, call: ast.Call) -> Import | None:
    """Return the scheme that a `Security(…)` or `Depends(…)` names."""
    if last_name(call.func) not in ("Security", "Depends") or not call.args:
        return None
    named = call.args[0]
    return sources.resolve(path, named) if isinstance(named, ast.Name | ast.Attribute) else None


def _refuses(function: FunctionNode) -> bool:
    """Tell whether a function is no endpoint, and raises where it does not accept."""
    raises = any(
        isinstance(one, ast.Raise)
        and one.exc is not None
        and "HTTPException" in ast.unparse(one.exc)
        for one in ast.walk(function)
    )
    return raises and not function.decorator_list


def _call(
    sources: Sources, path: str, function: FunctionNode, taken: str, schemes: Mapping[Import, str]
) -> str:
    """Return how the function is asked of a key alone.

    Raises:
        UsageError: it needs more than keys.
    """
    given = [f"{taken}=key"]
    parameters = _parameters(function)
    for parameter in parameters:
        argument, default = parameter
        if argument.arg == taken or isinstance(default, ast.Constant):
            continue
        other = next((one for c in _words(parameter) if (one := _scheme(sources, path, c))), None)
        if other is None or other not in schemes:
            raise UsageError(
                f"{function.name} ({path}:{function.lineno}) needs more than the key to accept "
                "it, so that requests cannot be counted by key before it runs",
                place=Place(path, function.lineno),
                remedy="use --by address",
            )
        given.append(f"{argument.arg}=None")
    return f"{function.name}({', '.join(given) if len(parameters) > 1 else 'key'})"
