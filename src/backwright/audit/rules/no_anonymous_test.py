"""No test asks without a token.

Why: a guard that is forgotten on one endpoint shows only when somebody asks without signing in.

Bad:

    # with users and notes
    @app.get("/me")
    def me(user: Annotated[User, Depends(current_user)]) -> str:
        return user.email
    # tests/test_me.py
    def test_me(signed_in) -> None:
        assert signed_in.get("/me").status_code == 200

Good:

    # with users and notes
    @app.get("/me")
    def me(user: Annotated[User, Depends(current_user)]) -> str:
        return user.email
    # tests/test_me.py
    def test_me(client) -> None:
        assert client.get("/me").status_code == 401

Leave it: where it is tested elsewhere.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from backwright.audit.rule import Found, Judged, rule
from backwright.audit.subject import Subject
from backwright.values import Place

_ANONYMOUS = re.compile(
    r"(?i)\b401\b|UNAUTHORIZED|anonym|unauth|not_?authenticated|without_?(token|auth|login|credentials)"
    r"|no_?(token|auth|credentials)|\b403\b|FORBIDDEN|invalid_?token"
)


@rule(item=8, level="warning")
def check(subject: Subject) -> Iterator[Judged]:
    """Look for an anonymous request in the tests of a project with guarded endpoints."""
    guarded = [one for one in subject.project.endpoints if one.auth == "required"]
    if not guarded or not subject.tests:
        return
    if not any(_ANONYMOUS.search(one.text) for one in subject.tests):
        first = guarded[0]
        yield Found(
            Place(first.file, first.line),
            f"no test asks for one of the {len(guarded)} guarded endpoints without a token",
            f'assert client.{first.method.lower()}("{first.path}").status_code == 401',
        )
