"""The definition of a delegate: its name, when it is called, which tools it may use, how it works.

A definition file is a text with front matter, of these keys and no others:

    name: backend-developer
    description: When it is to be called.
    tools:
      allow:
        - Read
      permissions:
        network: false
        mcp: false

All of them must be there. What is not understood is an error and never a permission: a delegate
with fewer tools than wanted is a nuisance, one with more is a breach. A project may have a
definition of its own in `.agents/`; it can only take tools away.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from importlib.resources import files
from pathlib import Path
from typing import Literal, get_args

from backwright.agent.front_matter import Document, Mapping, Node, Scalar, read_document
from backwright.agent.front_matter import Sequence as Listed
from backwright.errors import UsageError
from backwright.spec.fields import nearest
from backwright.values import Place

Tool = Literal["Read", "Write", "Edit", "Bash", "Glob", "Grep"]
TOOLS: tuple[Tool, ...] = get_args(Tool)
DEFAULT = "backend-developer"
FOLDER = ".agents"
_NAME = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*")
_LONGEST_NAME = 64
_LONGEST_DESCRIPTION = 1024
_NETWORK = "the delegate has no network: its boundary lets nothing out"
_MCP = "the delegate itself uses no MCP servers"


@dataclass(frozen=True, slots=True)
class Definition:
    """A delegate as it is defined.

    Attributes:
        name: Its name, which is the file's.
        description: When it is to be called.
        tools: The tools that it may use; there are no others, no network and no MCP.
        body: How it is to work.
        file: Where it was read, for messages.
    """

    name: str
    description: str
    tools: tuple[Tool, ...]
    body: str
    file: str = ""

    def allows(self, tool: str) -> bool:
        """Tell whether it may use a tool."""
        return tool in self.tools


def packaged() -> Definition:
    """Return the definition that comes with the package."""
    name = f"{DEFAULT}.md"
    data = (files("backwright") / "agents" / name).read_bytes()
    return read_definition(data, f"agents/{name}")


def definition_of(project: Path) -> Definition:
    """Return the definition that holds in a project: its own, narrowed to the package's, or that.

    Raises:
        UsageError: the project's own cannot be read.
    """
    file = f"{FOLDER}/{DEFAULT}.md"
    try:
        data = (project / file).read_bytes()
    except FileNotFoundError:
        return packaged()
    except OSError as error:
        raise UsageError(
            f"{file} cannot be read: {error.strerror}", place=Place(file, 1)
        ) from error
    own = read_definition(data, file)
    if own.name != DEFAULT:
        raise UsageError(
            f"{file} defines {own.name!r}",
            place=Place(file, 2),
            remedy=f"name: {DEFAULT}, as the file is called",
        )
    may = packaged()
    return replace(own, tools=tuple(tool for tool in own.tools if may.allows(tool)))


def read_definition(data: bytes, file: str) -> Definition:
    """Read a definition file.

    Args:
        data: Its bytes.
        file: Its name, for messages.

    Raises:
        UsageError: it is not exactly what a definition is; the place and a remedy are named.
    """
    document = read_document(data, file)
    keys = fields(document, document.root, ("name", "description", "tools"))
    tools = fields(document, keys["tools"], ("allow", "permissions"), "tools")
    may = fields(document, tools["permissions"], ("network", "mcp"), "tools.permissions")
    _refused(document, may["network"], "network", _NETWORK)
    _refused(document, may["mcp"], "mcp", _MCP)
    return Definition(
        name=read_name(document, keys["name"]),
        description=read_description(document, keys["description"]),
        tools=_allowed(document, tools["allow"]),
        body=read_body(document),
        file=file,
    )


def fields(
    document: Document, node: Node, wanted: Sequence[str], where: str = ""
) -> dict[str, Node]:
    """Return the values of keys, all of which must be there once, and no others.

    Raises:
        UsageError: it has no keys, or others.
    """
    known = ", ".join(wanted)
    if not isinstance(node, Mapping) or node.flow:
        document.fault(
            node.line, f"{where} is not keys with values, one a line", f"its keys are {known}"
        )
    found: dict[str, Node] = {}
    for key, value in node.items:
        path = f"{where}.{key.text}" if where else key.text
        if key.text not in wanted:
            document.fault(
                key.line,
                f"{path!r} is no key here{nearest(key.text, wanted)}",
                f"{where or 'the front matter'} has {known}, and nothing else",
            )
        if key.text in found:
            document.fault(key.line, f"{path!r} stands twice", "leave one of them")
        found[key.text] = value
    for name in wanted:
        if name not in found:
            path = f"{where}.{name}" if where else name
            document.fault(
                node.line, f"{path!r} is missing", f"write {path}: what is not said is not allowed"
            )
    return found


def read_text(document: Document, node: Node, name: str) -> str:
    """Return a text that is not empty.

    Raises:
        UsageError: it is none.
    """
    if not isinstance(node, Scalar) or not node.text.strip():
        document.fault(node.line, f"{name} is no text", f"write {name}: and a text")
    return node.text.strip()


def read_name(document: Document, node: Node) -> str:
    """Return the name of a delegate.

    Raises:
        UsageError: it cannot be the name of a file, or may not look like what it is.
    """
    name = read_text(document, node, "name")
    if not _NAME.fullmatch(name) or len(name) > _LONGEST_NAME:
        document.fault(
            node.line,
            f"{name!r} is no name of a delegate",
            "write small letters and hyphens: backend-developer",
        )
    return name


def read_description(document: Document, node: Node) -> str:
    """Return the description, on one line.

    Raises:
        UsageError: it is no text, or too long for those who choose by it.
    """
    text = " ".join(read_text(document, node, "description").split())
    if len(text) > _LONGEST_DESCRIPTION:
        document.fault(
            node.line,
            f"the description has {len(text)} characters",
            f"{_LONGEST_DESCRIPTION} at most",
        )
    return text


def read_body(document: Document) -> str:
    """Return the text below the front matter.

    Raises:
        UsageError: there is none.
    """
    body = document.body.strip("\n")
    if not body.strip():
        document.fault(
            1, "nothing stands below the front matter", "write how the delegate is to work"
        )
    return f"{body}\n"


def _allowed(document: Document, node: Node) -> tuple[Tool, ...]:
    remedy = f"write one a line, each behind a dash: {', '.join(TOOLS)}"
    if not isinstance(node, Listed) or node.flow or not node.items:
        document.fault(node.line, "tools.allow is no list of tools", remedy)
    found: list[Tool] = []
    for item in node.items:
        if not isinstance(item, Scalar) or not item.plain or item.text not in TOOLS:
            text = item.text if isinstance(item, Scalar) else "this"
            document.fault(item.line, f"{text!r} is no tool{nearest(text, TOOLS)}", remedy)
        if item.text in found:
            document.fault(item.line, f"{item.text!r} stands twice", "leave one of them")
        found.append(item.text)
    return tuple(found)


def _refused(document: Document, node: Node, name: str, why: str) -> None:
    """Take `false`; there is no other answer to what a delegate never gets."""
    remedy = f"write {name}: false"
    if isinstance(node, Scalar) and node.plain and node.text == "true":
        document.fault(node.line, f"{name}: true cannot be given: {why}", remedy)
    if not isinstance(node, Scalar) or not node.plain or node.text != "false":
        shown = node.text if isinstance(node, Scalar) else "a list or keys"
        document.fault(node.line, f"{name} is {shown!r}, neither true nor false", remedy)


def write_definition(definition: Definition) -> str:
    """Return a definition as the text of a file."""
    from backwright.agent.exchange.writing import front_matter

    tools = {
        "allow": list(definition.tools),
        "permissions": {"network": False, "mcp": False},
    }
    keys = {"name": definition.name, "description": definition.description, "tools": tools}
    return f"{front_matter(keys)}\n{definition.body}"
