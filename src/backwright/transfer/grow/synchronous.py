"""The synchronous form of asynchronous code, as httpx and others derive it: one source for both.

A context manager that FastAPI runs as its lifespan stays asynchronous, whatever it calls.
"""

from __future__ import annotations

import libcst as cst
import libcst.matchers as m

_NAMES = {
    "AsyncSession": "Session",
    "AsyncConnection": "Connection",
    "AsyncIterator": "Iterator",
    "AsyncClient": "TestClient",
    "create_async_engine": "create_engine",
}
_MODULES = {
    "sqlmodel.ext.asyncio.session": "sqlmodel",
    "sqlalchemy.ext.asyncio": "sqlalchemy",
}
_OF_ASYNC_TESTS = ("anyio_backend", "pytestmark", "transport")


def synchronous(code: str) -> str:
    """Return a module that waits for nothing, with the same meaning."""
    return cst.parse_module(code).visit(_Synchronous()).code


class _Synchronous(cst.CSTTransformer):
    def __init__(self) -> None:
        super().__init__()
        self._in_lifespan = False
        self._keeps_iterator = False

    def visit_FunctionDef(self, node: cst.FunctionDef) -> None:
        if _is_lifespan(node):
            self._in_lifespan = self._keeps_iterator = True

    def visit_Module(self, node: cst.Module) -> None:
        lifespan = m.FunctionDef(decorators=[m.Decorator(m.Name("asynccontextmanager"))])
        self._keeps_iterator = bool(m.findall(node, lifespan))

    def leave_FunctionDef(
        self, original_node: cst.FunctionDef, updated_node: cst.FunctionDef
    ) -> cst.FunctionDef | cst.RemovalSentinel:
        if original_node.name.value in _OF_ASYNC_TESTS:
            return cst.RemoveFromParent()
        if _is_lifespan(original_node):
            self._in_lifespan = False
            return updated_node
        return updated_node.with_changes(asynchronous=None)

    def leave_With(
        self, original_node: cst.With, updated_node: cst.With
    ) -> cst.With | cst.FlattenSentinel[cst.BaseStatement]:
        """A `TestClient` is no context: as one it would run the lifespan, on the real database."""
        item = original_node.items[0]
        if m.matches(item.item, m.Call(m.Name("AsyncClient"))) and item.asname is not None:
            name = cst.ensure_type(item.asname.name, cst.Name).value
            body = cst.ensure_type(updated_node.body, cst.IndentedBlock).body
            return cst.FlattenSentinel([cst.parse_statement(f"{name} = TestClient(app)"), *body])
        return updated_node.with_changes(asynchronous=None)

    def leave_Await(self, original_node: cst.Await, updated_node: cst.Await) -> cst.BaseExpression:
        return updated_node.expression

    def leave_Name(self, original_node: cst.Name, updated_node: cst.Name) -> cst.Name:
        name = original_node.value
        if name == "AsyncIterator" and self._keeps_iterator:
            return updated_node
        return updated_node.with_changes(value=_NAMES.get(name, name))

    def leave_ImportFrom(
        self, original_node: cst.ImportFrom, updated_node: cst.ImportFrom
    ) -> cst.ImportFrom | cst.BaseSmallStatement:
        module = _dotted(original_node.module)
        if module == "httpx":
            client = cst.parse_statement("from fastapi.testclient import TestClient")
            return cst.ensure_type(client, cst.SimpleStatementLine).body[0]
        if module not in _MODULES:
            return updated_node
        said = cst.Module([]).code_for_node(original_node)
        of_orm = module == "sqlalchemy.ext.asyncio" and "AsyncSession" in said
        moved = cst.parse_expression("sqlalchemy.orm" if of_orm else _MODULES[module])
        return updated_node.with_changes(module=moved)

    def leave_Call(self, original_node: cst.Call, updated_node: cst.Call) -> cst.BaseExpression:
        callee = original_node.func
        if m.matches(callee, m.Attribute(attr=m.Name("run_sync"))):
            target = cst.ensure_type(updated_node.func, cst.Attribute).value
            return cst.Call(updated_node.args[0].value, [cst.Arg(target)])
        if m.matches(callee, m.Name("run_in_threadpool")):
            return cst.Call(updated_node.args[0].value, updated_node.args[1:])
        return updated_node

    def leave_SimpleStatementLine(
        self, original_node: cst.SimpleStatementLine, updated_node: cst.SimpleStatementLine
    ) -> cst.SimpleStatementLine | cst.RemovalSentinel:
        target = m.AssignTarget(m.Name(value=m.MatchIfTrue(lambda n: n in _OF_ASYNC_TESTS)))
        if m.matches(original_node.body[0], m.Assign(targets=[target])):
            return cst.RemoveFromParent()
        return updated_node


def _is_lifespan(node: cst.FunctionDef) -> bool:
    wanted = m.Decorator(m.Name("asynccontextmanager"))
    return any(m.matches(decorator, wanted) for decorator in node.decorators)


def _dotted(node: cst.BaseExpression | None) -> str:
    return cst.Module([]).code_for_node(node) if node is not None else ""
