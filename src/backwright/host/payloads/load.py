"""Import the host's application and say, as JSON on the last line, what it answers to.

    python load.py MODULE:NAME[()] [PORT]

With a port the application is served there by uvicorn afterwards. Its OpenAPI document is written to
the file that `BACKWRIGHT_DOCUMENT` names. An error comes with the settings
that it is about. Written for any Python from 3.8 and any FastAPI; imports nothing of ours but
`facts` and `refusals`, which lie beside it.
"""

from __future__ import annotations

import importlib
import json
import os
import pathlib
import sys
import traceback
from typing import Any

facts: Any = importlib.import_module("facts")  # beside this file
refusals: Any = importlib.import_module("refusals")

sys.path.pop(0)  # this folder, whose modules would hide the host's of the same names


def load(target: str) -> Any:  # noqa: ANN401
    """Import an application; a factory (a trailing `()`, or a plain function) is called."""
    module_name, _, attribute = target.partition(":")
    found: Any = importlib.import_module(module_name)
    for name in attribute.replace("()", "").split("."):
        found = getattr(found, name)
    return found() if attribute.endswith("()") else found


def methods_of_paths(app: Any) -> dict[str, list[str]]:  # noqa: ANN401
    """Return the methods of every path: from the OpenAPI document, and from the routes.

    A document that cannot be made does not keep an application from being served.
    """
    found: dict[str, set[str]] = {}
    try:
        for path, operations in document_of(app).get("paths", {}).items():
            found.setdefault(path, set()).update(name.upper() for name in operations)
    except Exception:
        traceback.print_exc()
        for route in facts.routes_of(app):
            found.setdefault(route["path"], set()).update(route["methods"])
    for route in getattr(app, "routes", ()):
        if getattr(route, "path", None) and getattr(route, "methods", None):
            found.setdefault(route.path, set()).update(route.methods)
    return {path: sorted(methods) for path, methods in found.items()}


def document_of(app: Any, depth: int = 0) -> dict[str, Any]:  # noqa: ANN401
    """Return the OpenAPI document of an application and of those mounted in it, as one."""
    document: dict[str, Any] = json.loads(json.dumps(app.openapi()))
    for route in getattr(app, "routes", ()) if depth < 5 else ():
        inner = getattr(route, "app", None)
        if getattr(route, "endpoint", None) is None and callable(getattr(inner, "openapi", None)):
            join(document, document_of(inner, depth + 1), route.path.rstrip("/"))
    return document


def join(document: dict[str, Any], other: dict[str, Any], prefix: str) -> None:
    """Put the paths and components of a mounted application's document into that around it.

    A component whose name is taken by another one is called by the prefix as well.
    """
    text = json.dumps(other)
    for kind, theirs in other.get("components", {}).items():
        mine = document.setdefault("components", {}).setdefault(kind, {})
        for name in theirs:
            if name in mine and mine[name] != theirs[name]:
                new = prefix.strip("/").replace("/", "_") + "_" + name
                text = text.replace(f'"#/components/{kind}/{name}"', f'"#/components/{kind}/{new}"')
                text = text.replace(f'"{name}": {{', f'"{new}": {{')
    other = json.loads(text)
    for kind, theirs in other.get("components", {}).items():
        document["components"][kind].update(theirs)
    for path, operations in other.get("paths", {}).items():
        document.setdefault("paths", {}).setdefault(prefix + path, operations)


def main() -> int:
    """Do what the command line asks; 0 if the application could be imported."""
    protocol = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)
    try:
        app = load(sys.argv[1])
        answer: dict[str, Any] = {"paths": methods_of_paths(app)}
        if "BACKWRIGHT_DOCUMENT" in os.environ:
            document = pathlib.Path(os.environ["BACKWRIGHT_DOCUMENT"])
            document.write_text(json.dumps(document_of(app)), encoding="utf-8")
    except BaseException as error:
        traceback.print_exc()
        protocol.write(json.dumps(facts.failure(error, os.fspath(pathlib.Path.cwd()))) + "\n")
        return 1
    protocol.write(json.dumps(answer) + "\n")
    protocol.close()
    if len(sys.argv) > 2:
        import uvicorn

        if "BACKWRIGHT_REFUSALS" in os.environ:
            refusals.watch(app)
        uvicorn.run(
            app, host="127.0.0.1", port=int(sys.argv[2]), log_level="warning", loop="asyncio"
        )
    return 0


if __name__ == "__main__":
    sys.exit(main())
