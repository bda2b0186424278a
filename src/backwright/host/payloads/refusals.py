"""Says on stderr which line of the host refuses a request, and which error it hides.

FastAPI answers an HTTPException without a word in the log. Where `BACKWRIGHT_REFUSALS` is set, each
is told as a line of JSON behind `MARK`; an error that was turned into an answer of 500 is printed as
Python would. Written for any Python from 3.8; imports nothing of ours.
"""

from __future__ import annotations

import functools
import inspect
import json
import os
import pathlib
import sys
import traceback
from typing import Any

MARK = "backwright-refused "
_MOST = 3  # times of one line
_LONGEST = 200
_told: dict[Any, int] = {}


def watch(app: Any) -> None:  # noqa: ANN401
    """Have an application's handlers of HTTPException say what they are given."""
    handlers = getattr(app, "exception_handlers", None)
    if not isinstance(handlers, dict):
        return
    for kind, handler in list(handlers.items()):
        names = [one.__name__ for one in kind.__mro__] if isinstance(kind, type) else []
        if "HTTPException" in names:
            handlers[kind] = _telling(handler)


def _telling(handler: Any) -> Any:  # noqa: ANN401
    if inspect.iscoroutinefunction(handler):

        @functools.wraps(handler)
        async def later(request: Any, error: Any) -> Any:  # noqa: ANN401
            _tell(request, error)
            return await handler(request, error)

        return later

    @functools.wraps(handler)
    def now(request: Any, error: Any) -> Any:  # noqa: ANN401
        _tell(request, error)
        return handler(request, error)

    return now


def _tell(request: Any, error: Any) -> None:  # noqa: ANN401
    """Write down a refusal; whatever goes wrong here is nobody's concern."""
    try:
        frames = _frames(error)
        key = (error.status_code, tuple(frames[-1:]))
        _told[key] = _told.get(key, 0) + 1
        hidden = error.__cause__ or error.__context__
        if _told[key] > _MOST or (not frames and error.status_code not in (401, 403)):
            return
        if error.status_code >= 500 and hidden is not None:
            text = "".join(traceback.format_exception(type(hidden), hidden, hidden.__traceback__))
            sys.stderr.write(
                f"ERROR:    {request.method} {request.url.path} hides an error\n{text}"
            )
            return
        words = {
            "status": error.status_code,
            "detail": str(error.detail)[:_LONGEST],
            "method": request.method,
            "path": request.url.path,
            "carries": bool(request.headers.get("authorization") or request.cookies),
            "frames": frames,
            "because": _because(hidden),
        }
        sys.stderr.write(f"{MARK}{json.dumps(words)}\n")
    except Exception:  # noqa: S110 - who listens must not change what the application answers
        pass


def _because(error: Any) -> list[str]:  # noqa: ANN401
    """Return what the errors say that an exception was raised for, the nearest first."""
    said: list[str] = []
    while error is not None and len(said) < 3:
        said.append(f"{type(error).__name__}: {error}"[:_LONGEST])
        error = error.__cause__ or error.__context__
    return said


def _frames(error: Any) -> list[tuple[str, int]]:  # noqa: ANN401
    """Return the lines of the host that an exception went through, the innermost last."""
    here = os.fspath(pathlib.Path.cwd())
    found = []
    for frame in traceback.extract_tb(error.__traceback__):
        inside = os.path.realpath(frame.filename).startswith(os.path.realpath(here) + os.sep)
        if inside and "site-packages" not in frame.filename:
            found.append((os.path.relpath(frame.filename, here), frame.lineno or 0))
    return found
