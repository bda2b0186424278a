"""A question about revisions, answered in a process of its own.

Reading revisions imports what they import, which Alembic does only after `env.py` has imported the
application, and some libraries bear no other order. Written for any Python from 3.8; imports
nothing of ours.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from typing import Any


class ApartError(Exception):
    """The question could not be answered; says why."""


def apart(ask: Callable[[], Any]) -> Any:  # noqa: ANN401 - whatever JSON can hold
    """Return what a function returns in a child process, which leaves no import behind here.

    Raises:
        ApartError: it raised; the text is that of its error.
    """
    reads, writes = os.pipe()
    child = os.fork()
    if not child:
        os.close(reads)
        try:
            answer = {"answer": ask()}
        except BaseException as error:
            answer = {"error": f"{type(error).__name__}: {error}"}
        with os.fdopen(writes, "w", encoding="utf-8") as pipe:
            json.dump(answer, pipe)
        os._exit(0)
    os.close(writes)
    with os.fdopen(reads, encoding="utf-8") as pipe:
        text = pipe.read()
    os.waitpid(child, 0)
    answer = json.loads(text or '{"error": "the process ended without an answer"}')
    if "error" in answer:
        raise ApartError(answer["error"])
    return answer["answer"]
