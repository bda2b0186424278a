"""Where people read of a host's settings and of its tokens: the secret's example, the documentation."""

from __future__ import annotations

import re
from pathlib import PurePosixPath

from backwright.project.types import Project
from backwright.transfer.guarding.host import Host

_EXAMPLES = (
    ".env.example",
    ".env.sample",
    ".env.template",
    "env.example",
    ".env.dist",
    "sample.env",
)


def add_example_setting(host: Host, project: Project) -> None:
    """Name the secret in the host's example of an environment."""
    names = [
        s.variables[0] for s in project.settings if s.name.lower() == "secret_key" and s.variables
    ]
    variable = names[0] if names else "SECRET_KEY"
    folder = PurePosixPath(host.project.apps[0].file).parent
    folders = ["", *(f"{one}/" for one in (folder, *folder.parents) if str(one) != ".")]
    for path in (f"{f}{name}" for f in folders for name in _EXAMPLES):
        if host.draft.exists(path):
            text = host.draft.text(path)
            if re.search(rf"(?m)^\s*{variable}\s*=", text):
                return
            gap = "" if not text or text.endswith("\n") else "\n"
            said = "# Signs tokens; 32 bytes or more, such as `openssl rand -hex 32`"
            host.draft.write(path, f"{text}{gap}\n{said}\n{variable}=\n")
            host.done("settings", path)
            return


def set_token_url(host: Host, path: str) -> None:
    """Tell the documentation page where tokens are given, so that its Authorize button works."""
    for file in [p for p in host.draft.modules() if 'tokenUrl="auth/login"' in host.draft.text(p)]:
        text = host.draft.text(file)
        host.draft.write(
            file, text.replace('tokenUrl="auth/login"', f'tokenUrl="{path.lstrip("/")}"')
        )
