"""A variable in a host's example of an environment, where people read of its settings."""

from __future__ import annotations

import re
from pathlib import PurePosixPath

from backwright.transfer.draft import Draft

_EXAMPLES = (
    ".env.example",
    ".env.sample",
    ".env.template",
    "env.example",
    ".env.dist",
    "sample.env",
)


def add_to_example(draft: Draft, app: str, variable: str, value: str, said: str) -> str | None:
    """Name a variable in the example that is nearest to an application; return the file.

    None where there is no example, or it has the variable already.

    Args:
        draft: the host.
        app: the file of its application.
        variable: the variable.
        value: an example of what it may be.
        said: what it is for.
    """
    folder = PurePosixPath(app).parent
    folders = ["", *(f"{one}/" for one in (folder, *folder.parents) if str(one) != ".")]
    for path in (f"{one}{name}" for one in folders for name in _EXAMPLES):
        if draft.exists(path):
            text = draft.text(path)
            if re.search(rf"(?m)^[\s#]*(?:export\s+)?{variable}\s*=", text):
                return None
            gap = "" if not text or text.endswith("\n") else "\n"
            draft.write(path, f"{text}{gap}\n# {said}\n{variable}={value}\n")
            return path
    return None
