"""The template's tests of what stands around an application, in a host's way of testing."""

from __future__ import annotations

import ast
import re
from collections.abc import Mapping
from dataclasses import dataclass

from backwright.source.imports import add_imports
from backwright.source.outline import outline
from backwright.source.text import Splice, splice
from backwright.transfer.declaration import Import
from backwright.transfer.draft import Draft
from backwright.transfer.grow.runner import without_name, without_unused_pytest
from backwright.transfer.grow.speak import rebound
from backwright.transfer.grow.synchronous import synchronous
from backwright.transfer.grow.template import template_root

_OWN_CLIENT = '''

@pytest.fixture
def client() -> TestClient:
    """Give a client of the application."""
    return TestClient({app})
'''


@dataclass(frozen=True, slots=True)
class TestStyle:
    """How a host tests.

    Attributes:
        client: The fixture that gives a client; empty where a test file makes its own.
        is_async: Whether it is asynchronous.
        marker: What stands above an asynchronous test; empty where none is needed.
        app: The application as `module:name`; a factory ends with `()`.
    """

    client: str
    is_async: bool
    marker: str
    app: str

    @property
    def app_import(self) -> Import:
        """What is imported for a client of a test's own."""
        module, _, name = self.app.partition(":")
        return module, name.removesuffix("()")


def template(path: str) -> str:
    """Return a module of the template."""
    return Draft(template_root("edge")).text(path)


def in_style(code: str, style: TestStyle, known: Mapping[str, Import]) -> str:
    """Return a module of the template's tests as a host tests.

    Args:
        code: the module, with what it says of settings in the host's words.
        style: how the host tests.
        known: where each name is to be had in the host.
    """
    if not (style.client and style.is_async):
        code = synchronous(code)
    elif style.marker:
        code = code.replace("pytest.mark.anyio", style.marker)
    else:
        code = without_name(code, "pytestmark")
    if not style.client:
        code = _with_client(code, style)
    elif style.client != "client":
        code = re.sub(r"\bclient(?=[:.])", style.client, code)
    named = dict(known)
    module, name = style.app_import
    named[name] = (module, name)
    return rebound(without_unused_pytest(code), named)


def _with_client(code: str, style: TestStyle) -> str:
    """Give a module of tests a client of its own."""
    called = style.app_import[1] + ("()" if style.app.endswith("()") else "")
    first = next(s for s in outline(code) if isinstance(s.node, ast.FunctionDef))
    text = _OWN_CLIENT.format(app=called).lstrip("\n") + "\n\n"
    code = splice(code, [Splice(first.start, first.start, text)])
    return add_imports(code, {"pytest": {""}})
