"""An error of any kind is swallowed.

Why: a bare `except:` or `except Exception:` that does nothing hides every fault, also those that nobody
thought of: the caller goes on with half-done work, and the log is silent.

Bad:

    def load(path: str) -> None:
        try:
            open(path).read()
        except Exception:
            pass

Bad:

    def load(path: str) -> str:
        try:
            return open(path).read()
        except:
            return ""

Good:

    def load(path: str) -> str:
        try:
            return open(path).read()
        except FileNotFoundError:
            return ""

Good:

    import logging
    def load(path: str) -> str:
        try:
            return open(path).read()
        except Exception:
            logging.exception("not read")
            return ""

Leave it: at a border where nothing may ever raise (a shutdown hook); say so in the comment.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from backwright.audit.fixes.logging_calls import logged
from backwright.audit.fixes.repair import Fix, inserted, margin, replaced, start_of
from backwright.audit.rule import Found, Judged, Looked, at, rule
from backwright.audit.sources import Source, last_name
from backwright.audit.subject import Subject

_BROAD = frozenset({"Exception", "BaseException"})


@rule(item=3, level="warning")
def check(subject: Subject) -> Iterator[Judged]:
    """Judge every `except` of the program."""
    for source in subject.program:
        for handler in source.nodes(ast.ExceptHandler):
            bare = handler.type is None
            broad = bare or last_name(handler.type) in _BROAD
            quiet = all(_does_nothing(one) for one in handler.body)
            speaks = any(isinstance(one, ast.Raise | ast.Call) for one in ast.walk(handler))
            if (broad and quiet) or (bare and not speaks and not handler.name):
                shown = "a bare except" if bare else f"except {last_name(handler.type)}"
                yield Found(
                    at(source, handler),
                    f"{shown} swallows every error without a word",
                    "catch what can come (except NoResultFound:), or log and raise",
                    fix=_logging(subject, source, handler),
                )
            else:
                yield Looked(at(source, handler))


def _logging(subject: Subject, source: Source, handler: ast.ExceptHandler) -> Fix | None:
    """Return what lets a handler log what it catches; it goes on as before."""
    tried = source.parents[handler]
    imports = isinstance(tried, ast.Try) and all(
        isinstance(one, ast.Import | ast.ImportFrom) for one in tried.body
    )
    said = logged(subject, source, handler)
    if said is None or imports:
        return None
    call, edits, imported = said
    first = handler.body[0]
    if isinstance(first, ast.Pass) or ast.unparse(first) == "...":
        edits = (*edits, replaced(source, first, call))
    elif first.lineno == handler.lineno:
        return None
    else:
        text = f"{call}\n{margin(source, first.lineno)}"
        edits = (*edits, inserted(source, start_of(first), text))
    if handler.type is None:
        line, column = start_of(handler)
        edits = (*edits, inserted(source, (line, column + len("except")), " Exception"))
    return Fix(edits, imported)


def _does_nothing(one: ast.stmt) -> bool:
    return isinstance(one, ast.Pass | ast.Continue) or (
        isinstance(one, ast.Expr) and isinstance(one.value, ast.Constant)
    )
