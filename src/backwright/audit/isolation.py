"""Whose rows an endpoint touches, as the rules of isolation ask for it."""

from __future__ import annotations

import ast
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from weakref import WeakKeyDictionary

from backwright.audit.refusing import ADMINISTRATORS, refusal_of
from backwright.audit.sources import keyword
from backwright.audit.subject import Subject
from backwright.project.types import Endpoint, Model, Touch
from backwright.values import Place

READING = frozenset({"GET", "HEAD", "OPTIONS", "WEBSOCKET"})
_PRIVILEGE = re.compile(r"(?i)rbac|role|permission|scope|privilege|polic(y|ies)|access_?control")

PRIVILEGE_FIELD = re.compile(
    r"(?i)^(is_)?(admin|administrator|superuser|super_user|staff|moderator)$|^role$"
)
_OF_ADMINISTRATORS = re.compile(r"(?i)/(admin\w*|staff|internal)(/|$)")
_WORKS_ON = re.compile(
    r"(?i)creat|added|updat|modif|edit|assign|manage|review|approv|respons|upload|record|post(ed)?_by"
)
_FILTER = re.compile(r"(?i)/(my|mine|me|current|own|owned|self)([-_/]|$)")
_IN_CODE = re.compile(
    r"(?i)is_?admin|is_?super|is_?staff|\.role|roles?\b|permission|privilege|has_access|is_?moderator|scopes?\b|client_?\.?host|api_?key|secret"
)
_PROGRAM = re.compile(
    r"(?i)internal|api_?key|webhook|machine|service_?(auth|key|token|account|secret)|(\b|_)cron|signature"
)
_PERSON = re.compile(r"(?i)user|account|member|customer|admin|bearer|oauth|current")


@dataclass(frozen=True, slots=True)
class Access:
    """An endpoint and what it does to the rows of one model that it is about."""

    endpoint: Endpoint
    model: Model
    touches: tuple[Touch, ...]

    @property
    def place(self) -> Place:
        """Where the handler is."""
        return Place(self.endpoint.file, self.endpoint.line)

    @property
    def shown(self) -> str:
        """The endpoint as people call it."""
        return f"{self.endpoint.method} {self.endpoint.path}"


@dataclass(frozen=True, slots=True)
class Isolation:
    """What is known of a project's isolation.

    Attributes:
        accesses: What each endpoint does to the rows of each owned model.
        private: The models that at least one endpoint shows to their owner alone.
        shown: The models that at least one endpoint shows whoever owns them, and how many do each way.
        kept: The models whose rows belong to users in the code, too, not by their columns alone.
    """

    accesses: tuple[Access, ...]
    private: frozenset[str]
    shown: Mapping[str, Shown]
    kept: frozenset[str]

    def keeps(self, model: Model) -> bool:
        """Tell whether the code treats a model's rows, or those that they hang on, as their owner's."""
        steps = model.owner.path if model.owner is not None else ()
        return any(one.partition(".")[0] in self.kept for one in (model.name, *steps))


@dataclass(frozen=True, slots=True)
class Shown:
    """How many endpoints show the rows of a model to their owner alone, to others, to anybody."""

    to_owner: int = 0
    to_others: int = 0
    to_anybody: int = 0

    @property
    def is_public(self) -> bool:
        """Whether showing them to others is rather the habit than the exception."""
        return self.to_anybody > 1 or self.to_others > self.to_owner


_KEPT: WeakKeyDictionary[Subject, Isolation] = WeakKeyDictionary()


def isolation_of(subject: Subject) -> Isolation:
    """Return what the endpoints of a project do to owned rows."""
    if subject not in _KEPT:
        _KEPT[subject] = _isolation(subject)
    return _KEPT[subject]


def _isolation(subject: Subject) -> Isolation:
    project = subject.project
    models = {one.name: one for one in project.models}
    by_endpoint: dict[tuple[str, str, str], list[Touch]] = defaultdict(list)
    for one in project.touches:
        by_endpoint[one.app, one.method, one.path].append(one)
    found = []
    for endpoint in project.endpoints:
        touches = by_endpoint.get((endpoint.app, endpoint.method, endpoint.path), [])
        for name in dict.fromkeys(one.model for one in touches):
            own = tuple(one for one in touches if one.model == name)
            found.append(Access(endpoint, models[name], own))
    return Isolation(
        tuple(found),
        frozenset(_private(subject, found)),
        _shown(subject, found),
        frozenset(_kept(found)),
    )


def _shown(subject: Subject, accesses: Iterable[Access]) -> dict[str, Shown]:
    """Count the endpoints that show rows, by model, but for those of administrators."""
    counts: dict[str, list[int]] = defaultdict(lambda: [0, 0, 0])
    open_ones = _open(subject, accesses)
    for one in accesses:
        about = [it for it in one.touches if it.about and it.kind == "read"]
        if not about or one.endpoint.method not in READING:
            continue
        if _OF_ADMINISTRATORS.search(one.endpoint.path) or of_administrators(subject, one.endpoint):
            continue
        if _is_part(one, open_ones):
            continue
        if one.endpoint.auth == "none":
            counts[one.model.name][2] += 1
        elif all(it.callers for it in about):
            counts[one.model.name][0] += 1
        elif any(it.callers is False for it in about):
            counts[one.model.name][1] += 1
    return {name: Shown(*held) for name, held in counts.items()}


def _kept(accesses: Iterable[Access]) -> Iterator[str]:
    """Yield the models whose rows some endpoint keeps to their owner, or makes as the caller's.

    Who made a row (`created_by`) or works on it need not be who alone may have it.
    """
    for one in accesses:
        owner = one.model.owner.column if one.model.owner is not None else ""
        for touch in one.touches:
            if not touch.about or touch.callers is not True or one.endpoint.auth == "none":
                continue
            if touch.kind in {"read", "change"} or (
                touch.kind == "create" and not _WORKS_ON.search(owner)
            ):
                yield one.model.name


def _private(subject: Subject, accesses: Iterable[Access]) -> Iterator[str]:
    """Yield the models that at least one endpoint shows to their owner alone."""
    open_ones = _open(subject, accesses)
    for one in accesses:
        about = [touch for touch in one.touches if touch.about and touch.kind == "read"]
        reads = one.endpoint.method in READING and one.endpoint.auth == "required"
        if _FILTER.search(one.endpoint.path) or _is_part(one, open_ones):
            continue  # "my posts" beside everybody's
        if reads and about and all(touch.callers for touch in about):
            yield one.model.name


def _open(subject: Subject, accesses: Iterable[Access]) -> frozenset[tuple[str, str, str]]:
    """Return the endpoints that show rows whoever owns them: application, path and model."""
    return frozenset(
        (one.endpoint.app, shape(one.endpoint.path), one.model.name)
        for one in accesses
        if one.endpoint.method in READING
        and not of_administrators(subject, one.endpoint)
        and any(it.about and it.kind == "read" and it.callers is False for it in one.touches)
    )


def _is_part(one: Access, open_ones: frozenset[tuple[str, str, str]]) -> bool:
    """Tell whether an endpoint is a part of one that shows the same rows to everybody.

    "Those that I joined" below all groups, the requests to join below a group: they are for some
    users alone, and tell nothing of the groups themselves.
    """
    pieces = shape(one.endpoint.path).split("/")
    if pieces[-1] == "{}":
        return False
    above = ("/".join(pieces[:end]) for end in range(2, len(pieces)))
    return any((one.endpoint.app, path, one.model.name) in open_ones for path in above)


def shape(path: str) -> str:
    """Return a path whatever its parameters are called."""
    return re.sub(r"{[^}]*}", "{}", path).rstrip("/")


def of_administrators(subject: Subject, endpoint: Endpoint) -> bool:
    """Tell whether only administrators may call an endpoint: by what guards it, or by its code."""
    if any(ADMINISTRATORS.search(one.rpartition(":")[2]) for one in endpoint.dependencies):
        return True
    return refusal_of(subject, endpoint) == "administrators"


def by_privilege(subject: Subject, endpoint: Endpoint) -> bool:
    """Tell whether callers need a role or permission that a new user does not have.

    A guard that names the role which users are made with lets everybody in. Another program that calls
    with a key of its own is no user, and may speak for all of them.
    """
    if _of_programs(endpoint):
        return True
    named = any(_PRIVILEGE.search(one.rpartition(":")[2]) for one in endpoint.dependencies)
    if not named and refusal_of(subject, endpoint) != "others":
        return False
    role = default_role(subject)
    return (
        role is None or re.search(rf"(?i)\b{re.escape(role)}\b", _guards(subject, endpoint)) is None
    )


def _of_programs(endpoint: Endpoint) -> bool:
    """Tell whether what guards an endpoint knows programs alone: an internal service, an API key."""
    guards = [one.rpartition(":")[2] for one in endpoint.dependencies]
    return any(map(_PROGRAM.search, guards)) and not any(map(_PERSON.search, guards))


def asks_in_code(subject: Subject, endpoint: Endpoint) -> bool:
    """Tell whether the code of a handler, or of what it depends on, asks for a privilege."""
    if refusal_of(subject, endpoint) in {"administrators", "others"}:
        return True
    node = subject.functions_at.get((endpoint.file, endpoint.line))
    if node is None:
        return False
    names = {
        one.rpartition(":")[2].rpartition(".")[2].removesuffix("()")
        for one in endpoint.dependencies
    }
    functions = [node, *(subject.functions_by_name.get(name) for name in sorted(names))]
    tests = (
        it.test
        for one in functions
        if one is not None
        for it in ast.walk(one)
        if isinstance(it, ast.If | ast.Assert | ast.IfExp)
    )
    return any(_IN_CODE.search(ast.unparse(one)) for one in tests)


def default_role(subject: Subject) -> str | None:
    """Return the role that new users have, as the users' model gives it."""
    name = subject.project.auth.user_model
    model = next((one for one in subject.project.models if one.name == name), None)
    source = subject.all.get(model.file) if model is not None else None
    if model is None or source is None:
        return None
    cls = next((one for one in source.nodes(ast.ClassDef) if one.lineno == model.line), None)
    for one in cls.body if cls is not None else ():
        target: ast.expr | None = one.target if isinstance(one, ast.AnnAssign) else None
        target = one.targets[0] if isinstance(one, ast.Assign) else target
        if isinstance(target, ast.Name) and target.id in {"role", "roles", "user_role"}:
            return _word(getattr(one, "value", None))
    return None


def _word(value: ast.expr | None) -> str | None:
    """Return the word that a column's default is: `"user"`, `Role.USER`."""
    if isinstance(value, ast.Call):
        given = [keyword(value, name) for name in ("default", "server_default")]
        inner = [one for one in ast.walk(value) if isinstance(one, ast.Call) and one is not value]
        given += [keyword(one, name) for one in inner for name in ("default", "server_default")]
        return next((word for one in given if (word := _word(one))), None)
    if isinstance(value, ast.Constant):
        return value.value if isinstance(value.value, str) else None
    return value.attr if isinstance(value, ast.Attribute) else None


def _guards(subject: Subject, endpoint: Endpoint) -> str:
    """Return the source of what guards a handler: its parameters and decorators, names looked up."""
    node = subject.functions_at.get((endpoint.file, endpoint.line))
    source = subject.all.get(endpoint.file)
    if node is None or source is None:
        return ""
    parts: list[ast.AST] = [*node.decorator_list, node.args]
    shown = [ast.unparse(one) for one in parts]
    for one in (name for part in parts for name in ast.walk(part) if isinstance(name, ast.Name)):
        bound = subject.names.call_behind(source, one, ("Depends", "Security"))
        shown += [ast.unparse(bound[1])] if bound is not None else []
    return " ".join(shown)


def where(touch: Touch, access: Access) -> str:
    """Say where the rows are touched, if that is not in the handler's file."""
    place = f"{touch.file}:{touch.line}"
    return "" if touch.file == access.endpoint.file else f" (in {place})"


def owner_remedy(model: Model) -> str:
    """Return the predicate that keeps rows to their owner, as code of the project."""
    owner = model.owner
    if owner is None:
        return ""
    if owner.direct:
        return (
            f"choose the row by its owner too, so that another's is not found (404):\n"
            f".where({model.name}.id == …, {model.name}.{owner.column} == current_user.id)"
        )
    steps = " → ".join(owner.path)
    return f"join up to the owner ({steps}) and compare that with the caller in the same query"
