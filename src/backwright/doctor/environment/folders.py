"""Folders that are served and are not there."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from difflib import get_close_matches
from pathlib import PurePosixPath

from backwright.doctor.edits import rewritten
from backwright.doctor.evidence import Evidence
from backwright.doctor.registry import diagnosis
from backwright.doctor.sources import keyword, literal
from backwright.report.doctor_types import Cause
from backwright.values import Place


@diagnosis
def served_folder(evidence: Evidence) -> Iterator[Cause]:
    """Tell of static files that are served from a folder which the project has not."""
    root = evidence.project.root
    for file, call in evidence.sources.calls("StaticFiles"):
        node = keyword(call, "directory") or (call.args[0] if call.args else None)
        name = literal(node)
        if not isinstance(name, str) or not isinstance(node, ast.Constant) or name.startswith("/"):
            continue
        if literal(keyword(call, "check_dir")) is False or _is_made(evidence, name):
            continue
        around = [root, *(root / str(one) for one in PurePosixPath(file).parents)]
        if any((one / name).is_dir() for one in around):
            continue
        known = sorted({one.name for place in around for one in place.iterdir() if one.is_dir()})
        near = next(iter(get_close_matches(name, known, 1, 0.7)), "")
        said = next(evidence.raised(rf"Directory '{name}' does not exist"), None)
        if said is not None and not near:
            continue  # the diagnosis of files that are missing says it
        yield Cause(
            "environment", "folder-missing",
            f"static files are served from the folder {name}, which is not there: the application does not start",
            (), Place(file, node.lineno), f"it is called {near}" if near else f"make it (mkdir {name}), and keep it in git",
            "start the application again", "happened" if said else "source",
            rewritten(evidence, file, [(node, f'"{near}"')]) if near else (), said[0].number if said else None,
        )  # fmt: skip


def _is_made(evidence: Evidence, name: str) -> bool:
    """Tell whether the project makes the folder itself."""
    return any(
        any(literal(one) == name for one in ast.walk(call) if isinstance(one, ast.Constant))
        or not call.args
        for _, call in evidence.sources.calls("makedirs", "mkdir")
    )
