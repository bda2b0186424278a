"""The verbs that handlers begin with: `create_task`, `get_task`, `update_task`, `delete_task`."""

from __future__ import annotations

from collections.abc import Iterator

from backwright.project.conventions.evidence import Evidence, Handler, Vote
from backwright.project.conventions.registry import convention

# What a handler does by its method and whether its path ends with a parameter.
_DEEDS = {
    ("POST", False): "create",
    ("GET", False): "list",
    ("GET", True): "read",
    ("PUT", True): "update",
    ("PATCH", True): "update",
    ("DELETE", True): "delete",
}


# Where a name begins with something else (`admin_list_users`) the verb is looked for.
_VERBS = frozenset(
    [
        "create",
        "add",
        "new",
        "post",
        "register",
        "insert",
        "make",
        "save",
        "list",
        "get",
        "read",
        "fetch",
        "retrieve",
        "find",
        "show",
        "view",
        "all",
        "update",
        "edit",
        "patch",
        "put",
        "change",
        "modify",
        "replace",
        "delete",
        "remove",
        "destroy",
        "drop",
    ]
)


def _votes(evidence: Evidence, deed: str) -> Iterator[Vote]:
    collections = _collections(evidence)
    for one in evidence.handlers:
        if _deed(one, collections) != deed:
            continue
        words = one.node.name.strip("_").split("_")
        at = next((index for index, word in enumerate(words) if word in _VERBS), 0)
        value = f"{words[at]}_{{resource}}" if len(words) > 1 else words[at]
        yield Vote(value, one.source.file, one.node.lineno)


def _collections(evidence: Evidence) -> frozenset[str]:
    """Return the paths below which single rows are: `/tasks`, for there is `/tasks/{task_id}`."""
    paths = (one.path.rstrip("/") for one in evidence.project.endpoints)
    return frozenset(path.rpartition("/")[0] for path in paths if path.endswith("}"))


def _deed(handler: Handler, collections: frozenset[str]) -> str:
    path = handler.endpoint.path.rstrip("/")
    is_row = path.endswith("}")
    known = is_row or path in collections
    return _DEEDS.get((handler.endpoint.method, is_row), "") if known else ""


@convention("create_handlers")
def create_handlers(evidence: Evidence) -> Iterator[Vote]:
    """Give a vote for the name of each handler that creates (POST on a collection)."""
    return _votes(evidence, "create")


@convention("list_handlers")
def list_handlers(evidence: Evidence) -> Iterator[Vote]:
    """Give a vote for the name of each handler that lists (GET on a collection)."""
    return _votes(evidence, "list")


@convention("read_handlers")
def read_handlers(evidence: Evidence) -> Iterator[Vote]:
    """Give a vote for the name of each handler that reads one row."""
    return _votes(evidence, "read")


@convention("update_handlers")
def update_handlers(evidence: Evidence) -> Iterator[Vote]:
    """Give a vote for the name of each handler that updates one row."""
    return _votes(evidence, "update")


@convention("delete_handlers")
def delete_handlers(evidence: Evidence) -> Iterator[Vote]:
    """Give a vote for the name of each handler that deletes one row."""
    return _votes(evidence, "delete")
