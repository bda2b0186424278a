"""Every user may call what is for administrators.

Why: the path says that an endpoint is of the administration, but neither its guards nor its code ask for
a privilege: being signed in (or not even that) is enough.

Bad:

    # with users and notes
    @app.get("/admin/users")
    def users(db: Annotated[Session, Depends(session)], user: Annotated[User, Depends(current_user)]) -> list[str]:
        return [one.email for one in db.exec(select(User).limit(100))]

Good:

    # with users and notes
    def admin(user: Annotated[User, Depends(current_user)]) -> User:
        if user.email != "root@example.com":
            raise HTTPException(403)
        return user
    @app.get("/admin/users")
    def users(db: Annotated[Session, Depends(session)], user: Annotated[User, Depends(admin)]) -> list[str]:
        return [one.email for one in db.exec(select(User).limit(100))]

Good:

    # with users and notes
    def check_admin(who: User) -> bool:
        if hasattr(who, "is_admin") and who.is_admin:
            return True
        raise HTTPException(status_code=403, detail="for administrators")
    @app.get("/admin/users")
    def users(db: Annotated[Session, Depends(session)], user: Annotated[User, Depends(current_user)]) -> list[str]:
        check_admin(user)
        return [one.email for one in db.exec(select(User).limit(100))]

Good:

    # with users and notes
    class Belongs:
        def __call__(self, note_id: int, db: Annotated[Session, Depends(session)], user: Annotated[User, Depends(current_user)]) -> Note:
            note = db.get(Note, note_id)
            if note is None or note.owner_id != user.id:
                raise HTTPException(403)
            return note
    belongs = Belongs()
    @app.get("/admin/notes/{note_id}")
    def read(note: Annotated[Note, Depends(belongs)]) -> Note:
        return note

Good:

    # with users and notes
    from fastapi.responses import RedirectResponse
    def current_admin(user: Annotated[User, Depends(current_user)]) -> User:
        if user.email != "admin@example.com":
            raise HTTPException(403)
        return user
    class Room(SQLModel, table=True):
        id: int | None = Field(default=None, primary_key=True)
        name: str
    @app.get("/admin")
    def beginning() -> RedirectResponse:
        return RedirectResponse("/admin/notes")
    @app.get("/admin/health")
    def health() -> dict[str, str]:
        return {"status": "up"}
    @app.get("/rooms")
    def rooms(db: Annotated[Session, Depends(session)]) -> list[Room]:
        return db.exec(select(Room)).all()
    @app.get("/admin/rooms")
    def all_rooms(db: Annotated[Session, Depends(session)]) -> list[Room]:
        return db.exec(select(Room)).all()
    @app.get("/admin/notes")
    def notes(db: Annotated[Session, Depends(session)], user: Annotated[User, Depends(current_admin)]) -> list[Note]:
        return db.exec(select(Note)).all()

Leave it: where the path is only a name, or the network keeps others away.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import replace

from backwright.audit.guards import forbids
from backwright.audit.isolation import asks_in_code, of_administrators
from backwright.audit.refusing import asks_privilege
from backwright.audit.rule import Found, Judged, Looked, Unsure, rule
from backwright.audit.say import has_say
from backwright.audit.sources import FunctionNode, last_name, own_nodes
from backwright.audit.subject import Subject
from backwright.project.types import Endpoint
from backwright.values import Place

_PATH = re.compile(r"(?i)/(admin|administration|administrator|staff|moderation|superuser)(/|$)")
_ENTRY = re.compile(r"(?i)log_?in|log_?out|auth|token|static|docs|public")
_SEVERAL = 3
_MANY = frozenset({"List", "Sequence", "Optional", "Union", "Dict", "Any", "None", "JSONResponse"})
_PAGE = frozenset(
    {
        "RedirectResponse",
        "FileResponse",
        "HTMLResponse",
        "TemplateResponse",
        "url_for",
        "open",
        "read",
    }
    | {"read_text", "Path", "join", "dirname", "str", "get_template", "render"}
)


@rule(item=5, level="error")
def check(subject: Subject) -> Iterator[Judged]:
    """Judge the endpoints under a path of the administration."""
    guarded = {one.app for one in subject.project.endpoints if one.auth == "required"}
    kept, found = 0, list[tuple[Endpoint, Found]]()
    for one in subject.project.endpoints:
        tail = _PATH.search(one.path)
        if (
            tail is None
            or "/public/" in one.path
            or one.app not in guarded
            or _ENTRY.search(one.path[tail.end() :])
        ):
            continue
        place = Place(one.file, one.line)
        node = subject.functions_at.get((one.file, one.line))
        if node is None or (one.method == "GET" and _gives_page(node)):
            continue
        if (
            one.owner_scoped
            or of_administrators(subject, one)
            or forbids(subject, one)
            or asks_privilege(subject, one)
            or asks_in_code(subject, one)
            or has_say(subject, one)
            or _names_guard(one.dependencies)
        ):
            kept += one.auth == "required"
            yield Looked(place)
        else:
            if one.method == "GET" and _is_shown_elsewhere(subject, one):
                yield Unsure(place, f"what {one.method} {one.path} shows, others show to anybody")
                continue
            who = "every signed-in user" if one.auth == "required" else "anybody"
            message = f"{who} may call {one.method} {one.path}: nothing asks for a privilege"
            remedy = "ask for one: Depends(current_administrator)"
            found.append((one, Found(place, message, remedy)))
    signed_in = sum(one.auth == "required" for one, _ in found)
    only_named_so = signed_in > max(_SEVERAL, kept)
    for one, it in found:
        if only_named_so and one.auth == "required":
            why = f"whether {one.method} {one.path} is of the administration: most there ask for no privilege"
            yield Unsure(it.place, why)
        else:  # that the path means the administration, the guarded ones beside it prove
            yield it if kept else replace(it, level="warning")


def _is_shown_elsewhere(subject: Subject, one: Endpoint) -> bool:
    """Tell whether the same is shown to anybody outside of the administration."""
    shown = {
        _rows(other)
        for other in subject.project.endpoints
        if other.auth == "none" and other.method == "GET" and not _PATH.search(other.path)
    }
    return _rows(one) in shown - {""}


def _rows(one: Endpoint) -> str:
    """Return what an endpoint's answer is of, one or many; empty where nothing says so."""
    words = re.findall(r"\w+", one.response_model or "")
    return next((it for it in reversed(words) if it[0].isupper() and it not in _MANY), "")


def _gives_page(node: FunctionNode) -> bool:
    """Tell whether a handler leads elsewhere, or gives a page that is the same for everybody."""
    calls = [one for one in own_nodes(node) if isinstance(one, ast.Call)]
    return all(last_name(one.func) in _PAGE for one in calls)


def _names_guard(dependencies: tuple[str, ...]) -> bool:
    """Tell whether a dependency speaks of privileges by its name."""
    return any(
        re.search(
            r"(?i)role|permission|privilege|scope|rbac|owner|require|guard|allow|check",
            one.rpartition(":")[2],
        )
        for one in dependencies
    )
