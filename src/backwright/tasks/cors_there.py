"""The CORS that a project has already, and what its cookies ask for."""

from __future__ import annotations

import ast
from dataclasses import dataclass

from backwright.project.types import App, Cors, Project
from backwright.tasks.cors_request import Asked
from backwright.tasks.questions import Answers
from backwright.transfer.attach.cors import NAME, Existing, existing_cors
from backwright.transfer.grow.sources import Sources, last_name
from backwright.values import Choice, Place, Question

_COOKIES = ("set_cookie", "Cookie", "APIKeyCookie", "SessionMiddleware")


@dataclass(frozen=True, slots=True)
class Found:
    """CORS that is there.

    Attributes:
        cors: What it allows, as far as that is known.
        there: The call that adds it; None where it is not written as one.
        in_source: Whether the origins stand in the code.
        is_certain: Whether it is added whatever the settings are.
    """

    cors: Cors
    there: Existing | None
    in_source: bool
    is_certain: bool = True


def cors_of(project: Project, app: App, sources: Sources) -> Found | None:
    """Return the CORS of an application; None where it has none."""
    others = {
        (one.file, one.line)
        for one in project.middleware
        if one.app != app.object and one.name == NAME
    }
    calls = [
        one
        for one in existing_cors(sources)
        if not any(file == one.file and _spans(one.call, line) for file, line in others)
    ]
    cors = project.cors
    if cors is not None and (
        (cors.file, cors.line) in others or _is_of_mounted(project, app, cors, calls)
    ):
        calls = [one for one in calls if one.file != cors.file or not _spans(one.call, cors.line)]
        cors = None
    if cors is not None:
        at = next((o for o in calls if o.file == cors.file and _spans(o.call, cors.line)), None)
        return Found(cors, at, at is not None and _is_literal(sources, at))
    for one in calls:
        return Found(_as_written(one), one, _is_literal(sources, one), is_certain=False)
    return None


def _is_of_mounted(project: Project, app: App, cors: Cors, calls: list[Existing]) -> bool:
    """Tell whether CORS is added to an application that is mounted in another one."""
    mine = {(one.file, one.line) for one in project.middleware if one.app == app.object}
    is_added = any(
        one.file == cors.file and _spans(one.call, cors.line) and last_name(one.call.func) != NAME
        for one in calls
    )
    return is_added and (cors.file, cors.line) not in mine


def _spans(call: ast.Call, line: int) -> bool:
    return call.lineno <= line <= (call.end_lineno or call.lineno)


def _is_literal(sources: Sources, one: Existing) -> bool:
    """Tell whether the origins of a middleware are written in its module."""
    node = one.argument("allow_origins")
    if isinstance(node, ast.Name):
        made = [
            statement.value
            for statement in ast.walk(sources.trees[one.file])
            if isinstance(statement, ast.Assign)
            and [ast.unparse(target) for target in statement.targets] == [node.id]
        ]
        node = made[-1] if made else node
    return bool(_texts(node))


def _texts(node: ast.expr | None) -> tuple[str, ...]:
    try:
        value = ast.literal_eval(node) if node is not None else ()
    except (ValueError, TypeError):
        return ()
    return (value,) if isinstance(value, str) else tuple(map(str, value or ()))


def _as_written(one: Existing) -> Cors:
    credentials = one.argument("allow_credentials")
    return Cors(
        file=one.file,
        line=one.call.lineno,
        origins=_texts(one.argument("allow_origins")),
        credentials=isinstance(credentials, ast.Constant) and credentials.value is True,
        methods=_texts(one.argument("allow_methods")),
        headers=_texts(one.argument("allow_headers")),
    )


def credentials_for(sources: Sources, asked: Asked, answers: Answers) -> bool:
    """Return whether cookies may come along: as was said, else as the project's cookies need it.

    Raises:
        QuestionError: the project uses cookies, and nothing was said.
    """
    if asked.credentials is not None:
        return asked.credentials
    place = _cookies(sources)
    if place is None or "*" in asked.origins:
        return False
    answer = answers.to(
        Question(
            key="credentials",
            text="May pages of the allowed origins use the user's cookies?",
            why=f"the project uses cookies ({place})",
            choices=(
                Choice("yes", "Cookies come along.", "These pages can act for a signed-in user."),
                Choice("no", "They do not.", "Pages there cannot use what needs a cookie."),
            ),
            recommended="yes",
        )
    )
    return answer == "yes"


def _cookies(sources: Sources) -> Place | None:
    """Return where the project uses cookies first."""
    for path, call in sources.calls(*_COOKIES):
        return Place(path, call.lineno)
    for path, call in sources.calls("add_middleware"):
        if any(last_name(one) in _COOKIES for one in call.args[:1]):
            return Place(path, call.lineno)
    return None
