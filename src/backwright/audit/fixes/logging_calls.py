"""Saying in a module's own way that something went wrong: by its logger, or by a new one."""

from __future__ import annotations

import ast
import re

from backwright.audit.fixes.repair import Edit, Need, inserted
from backwright.audit.sources import Source
from backwright.audit.subject import Subject

_LOGGERS = re.compile(r"^(logging|structlog|loguru)\b.*(getLogger\(\)|get_logger\(\)|\.logger)$")


def logged(
    subject: Subject, source: Source, node: ast.AST
) -> tuple[str, tuple[Edit, ...], tuple[Need, ...]] | None:
    """Return the call that logs the error which is handled at a node, and what it needs.

    `None` where the words for it mean something else in the module.
    """
    function = source.function_around(node)
    what = f"{function.name}() failed" if function is not None else "failed"
    name = next(
        (one for one in (*source.bindings, *source.imports) if _is_logger(subject, source, one)), ""
    )
    if name:
        return f'{name}.exception("{what}")', (), ()
    taken = {*source.bindings, *source.imports}
    if subject.names.bound(source, "logging").library not in {"", "logging"} or (
        "logging" in source.bindings
    ):
        return None
    name = "logger" if "logger" not in taken else "_logger"
    if name in taken or source.stars:
        return None
    made = inserted(
        source, (_below_imports(source), 0), f"\n{name} = logging.getLogger(__name__)\n"
    )
    return f'{name}.exception("{what}")', (made,), ((source.file, "logging", ""),)


def _is_logger(subject: Subject, source: Source, name: str) -> bool:
    return _LOGGERS.match(subject.names.bound(source, name).library) is not None


def _below_imports(source: Source) -> int:
    """Return the line behind the imports that the module begins with."""
    line = 1
    for one in source.tree.body:
        is_text = isinstance(one, ast.Expr) and isinstance(one.value, ast.Constant)
        if not isinstance(one, ast.Import | ast.ImportFrom) and not is_text:
            break
        line = (one.end_lineno or one.lineno) + 1
    return line
