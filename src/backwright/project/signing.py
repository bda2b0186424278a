"""The call that signs (or verifies) tokens: its algorithm, and where its key comes from."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass

from backwright.project.apps import is_test
from backwright.project.interpret import core, knowing
from backwright.project.interpret.flow import Raised
from backwright.project.interpret.values import (
    Class,
    External,
    Module,
    Unknown,
    settle,
)
from backwright.project.interpret.world import World, module_frame

JWT_LIBRARIES = {
    "jwt": "PyJWT",
    "jose": "python-jose",
    "authlib": "Authlib",
    "joserfc": "joserfc",
    "fastapi_jwt_auth": "fastapi-jwt-auth",
    "async_fastapi_jwt_auth": "async-fastapi-jwt-auth",
    "fastapi_jwt": "fastapi-jwt",
    "jwcrypto": "jwcrypto",
    "authx": "authx",
    "fastapi_login": "fastapi-login",
}
_CALLS = frozenset({"encode", "decode"})
_ASIDE = re.compile(r"(?i)otp|verif|reset|confirm|mail|invit|unsubscribe|websocket|oauth")
_ALGORITHM = re.compile(r"[HREP]S\d{3}|EdDSA")
_DEEPEST = 4


@dataclass(frozen=True, slots=True, eq=False)
class SigningCall:
    """A call of a token library, with the function and the class around it."""

    module: Module
    call: ast.Call
    function: ast.FunctionDef | ast.AsyncFunctionDef | None
    cls: ast.ClassDef | None

    def algorithm(self, world: World) -> str | None:
        """Return the algorithm (the first of several), as far as it is known."""
        given = self._given(("algorithm", "algorithms"), 2)
        value = self._value(world, given, 0) if given is not None else None
        if isinstance(value, list):
            value = settle(value[0]) if value else None
        shown = knowing.text(value) if value is not None else None
        return shown or _declared_algorithm(world)

    def secret(self) -> str | None:
        """Return the expression that gives the key, past local names and attributes of `self`."""
        given = self._given(("key", "secret"), 1)
        for _ in range(_DEEPEST):
            bound = self._bound(given) if given is not None else None
            if bound is None:
                break
            given = bound
        if given is None or isinstance(given, ast.Constant):
            return "a literal in the source" if given is not None else None
        return ast.unparse(given)

    def _given(self, names: tuple[str, ...], index: int) -> ast.expr | None:
        named = [one.value for one in self.call.keywords if one.arg in names]
        return next(iter([*named, *self.call.args[index : index + 1]]), None)

    def _bound(self, node: ast.expr) -> ast.expr | None:
        """Return what a local name, or an attribute of `self`, is bound to around the call."""
        if isinstance(node, ast.Name) and self.function is not None:
            return _assigned(self.function, node.id)
        is_own = isinstance(node, ast.Attribute) and getattr(node.value, "id", "") in {
            "self",
            "cls",
        }
        if not (is_own and isinstance(node, ast.Attribute) and self.cls is not None):
            return None
        found = _assigned(self.cls, node.attr)
        is_parameter = isinstance(found, ast.Name) and not found.id.isupper()
        return None if is_parameter else found

    def _value(self, world: World, node: ast.expr, depth: int) -> object:
        """Evaluate an expression of the call as the program around it gives its parts."""
        if isinstance(node, (ast.List, ast.Tuple)):
            return [self._value(world, one, depth) for one in node.elts[:1]]
        try:
            value = settle(core.evaluate(node, module_frame(world, self.module)))
        except Raised:
            return None
        if not isinstance(value, Unknown):
            return value
        bound = self._bound(node)
        if bound is not None and depth < _DEEPEST:
            return self._value(world, bound, depth + 1)
        return self._of_instances(world, node)

    def _of_instances(self, world: World, node: ast.expr) -> object:
        """Return what instances of the class around have for `self.name`."""
        if not isinstance(node, ast.Attribute) or self.cls is None:
            return None
        for made in world.instances:
            if isinstance(made.cls, Class) and made.cls.node is self.cls:
                held = settle(made.attributes.get(node.attr))
                if held is not None and knowing.text(held) is not None:
                    return held
        return None


def _declared_algorithm(world: World) -> str | None:
    """Return the one algorithm that classes of the project have as a default."""
    values = {
        value
        for cls in world.classes
        for name, value in cls.names.items()
        if name.lower().endswith("algorithm")
        and isinstance(value, str)
        and _ALGORITHM.fullmatch(value)
    }
    return values.pop() if len(values) == 1 else None


def signing_call(world: World) -> SigningCall | None:
    """Return the call that makes or reads access tokens, rather than those of links in mails."""
    found = [one for module in world.modules.known() for one in _calls(module)]
    return min(found, key=lambda one: _is_aside(one), default=None)


def _is_aside(one: SigningCall) -> bool:
    name = one.function.name if one.function is not None else ""
    key = one._given(("key", "secret"), 1)
    shown = ast.unparse(key) if key is not None else ""
    return bool(_ASIDE.search(name) or _ASIDE.search(shown))


def _calls(module: Module) -> Iterator[SigningCall]:
    names = {
        name
        for name, value in module.names.items()
        if isinstance(value, External) and value.root in JWT_LIBRARIES
    }
    if module.tree is None or not names or is_test(module.file):
        return
    yield from _inside(module, module.tree, names, None, None)


def _inside(
    module: Module,
    node: ast.AST,
    names: set[str],
    function: ast.FunctionDef | ast.AsyncFunctionDef | None,
    cls: ast.ClassDef | None,
) -> Iterator[SigningCall]:
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.Call) and isinstance(child.func, ast.Attribute):
            owner = getattr(child.func.value, "id", "")
            if owner in names and child.func.attr in _CALLS:
                yield SigningCall(module, child, function, cls)
        inner = child if isinstance(child, (ast.FunctionDef, ast.AsyncFunctionDef)) else function
        around = child if isinstance(child, ast.ClassDef) else cls
        yield from _inside(module, child, names, inner, around)


def _assigned(node: ast.AST, name: str) -> ast.expr | None:
    """Return the first expression that is assigned to a name, or to it as an attribute."""
    for one in ast.walk(node):
        targets = one.targets if isinstance(one, ast.Assign) else ()
        if isinstance(one, ast.AnnAssign) and one.value is not None:
            targets = [one.target]
        for target in targets:
            if name in {getattr(target, "id", None), getattr(target, "attr", None)}:
                value = getattr(one, "value", None)
                return value if isinstance(value, ast.expr) else None
    return None


__all__ = ["JWT_LIBRARIES", "SigningCall", "signing_call"]
