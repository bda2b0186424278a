"""Where people read of a host's settings and of its tokens: the secret's example, the documentation."""

from __future__ import annotations

from backwright.project.types import Project
from backwright.transfer.attach.example import add_to_example
from backwright.transfer.guarding.host import Host


def add_example_setting(host: Host, project: Project) -> None:
    """Name the secret in the host's example of an environment."""
    names = [
        s.variables[0] for s in project.settings if s.name.lower() == "secret_key" and s.variables
    ]
    variable = names[0] if names else "SECRET_KEY"
    said = "Signs tokens; 32 bytes or more, such as `openssl rand -hex 32`"
    path = add_to_example(host.draft, host.project.apps[0].file, variable, "", said)
    host.done("settings", *([path] if path else []))


def set_token_url(host: Host, path: str) -> None:
    """Tell the documentation page where tokens are given, so that its Authorize button works."""
    for file in [p for p in host.draft.modules() if 'tokenUrl="auth/login"' in host.draft.text(p)]:
        text = host.draft.text(file)
        host.draft.write(
            file, text.replace('tokenUrl="auth/login"', f'tokenUrl="{path.lstrip("/")}"')
        )
