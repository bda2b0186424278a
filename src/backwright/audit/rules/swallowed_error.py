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

from backwright.audit.rule import Found, Judged, Looked, at, rule
from backwright.audit.sources import last_name
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
                )
            else:
                yield Looked(at(source, handler))


def _does_nothing(one: ast.stmt) -> bool:
    return isinstance(one, ast.Pass | ast.Continue) or (
        isinstance(one, ast.Expr) and isinstance(one.value, ast.Constant)
    )
