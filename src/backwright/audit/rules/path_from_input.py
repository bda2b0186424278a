"""A file's path is taken from the request.

Why: `../../etc/passwd` as the name reads (or writes) any file that the process may.

Bad:

    from fastapi import FastAPI
    from fastapi.responses import FileResponse
    app = FastAPI()
    @app.get("/files")
    def read(name: str) -> FileResponse:
        return FileResponse(f"uploads/{name}")

Bad:

    from fastapi import FastAPI, UploadFile
    app = FastAPI()
    @app.post("/files")
    async def write(file: UploadFile) -> None:
        with open("uploads/" + file.filename, "wb") as opened:
            opened.write(await file.read())

Good:

    import pathlib
    import uuid
    from fastapi import FastAPI, UploadFile
    app = FastAPI()
    @app.post("/files")
    async def write(file: UploadFile) -> None:
        name = f"{uuid.uuid4()}.bin"
        with open(f"uploads/{name}", "wb") as opened:
            opened.write(await file.read())

Leave it: where the name was looked up in a fixed list.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from backwright.audit.inputs import derived, inputs_of, shown
from backwright.audit.rule import Found, Judged, at, rule
from backwright.audit.sources import last_name, own_nodes
from backwright.audit.subject import Handler, Subject

_OPENS = frozenset({"open", "FileResponse", "remove", "unlink"})
_MADE_SAFE = re.compile(
    r"secure_filename|sanitize|basename|\.name\b|is_relative_to|resolve\(|uuid|hexdigest|realpath|commonpath|Enum|Literal"
)


@rule(item=4, level="error")
def check(subject: Subject) -> Iterator[Judged]:
    """Judge the paths that handlers open."""
    for handler in subject.handlers:
        names = {
            one.name
            for one in inputs_of(subject, handler)
            if one.plain in {"str", "UploadFile", ""}
            and not re.search(r"pattern=|regex=", one.shown)
        }
        if not names or _MADE_SAFE.search(ast.unparse(handler.node)):
            continue
        for call in own_nodes(handler.node):
            if (
                not isinstance(call, ast.Call)
                or last_name(call.func) not in _OPENS
                or (last_name(call.func) == "remove" and not _is_of_os(subject, handler, call))
                or not call.args
            ):
                continue
            inner = next((one for one in _texts(call.args[0]) if derived(one, names)), None)
            if inner is not None:
                yield Found(
                    at(handler.source, call),
                    f"{shown(handler)} opens a path made of {ast.unparse(inner)}",
                    "keep only the name, and look that it stays inside:\n"
                    "path = (FOLDER / Path(name).name).resolve()",
                    units=(at(handler.source, handler.node),),
                )


def _is_of_os(subject: Subject, handler: Handler, call: ast.Call) -> bool:
    """Tell `os.remove` from the method of lists and sets."""
    return subject.names.library(handler.source, call.func) == "os.remove"


def _texts(node: ast.expr) -> Iterator[ast.expr]:
    """Yield what a path is put together from."""
    if isinstance(node, ast.JoinedStr):
        yield from (one.value for one in node.values if isinstance(one, ast.FormattedValue))
    elif isinstance(node, ast.BinOp):
        yield from (*_texts(node.left), *_texts(node.right))
    elif isinstance(node, ast.Call) and last_name(node.func) in {"join", "Path", "str"}:
        yield from (part for one in node.args for part in _texts(one))
    elif isinstance(node, ast.Attribute) and node.attr not in {"filename", "name", "path"}:
        return
    else:
        yield node
