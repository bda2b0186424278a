"""`PUT` and `DELETE /posts/{post_id}/tags/{tag_id}`: both rows are found as they are by themselves."""

from __future__ import annotations

from backwright.transfer.nested.ground import Ground, Nested, Relation, Side
from backwright.transfer.nested.handlers import UnsaidError


def write_links(
    ground: Ground, keeper: Side, target: Side, relation: Relation, made: Nested
) -> None:
    """Write the endpoints that link two rows and part them.

    Raises:
        UnsaidError: the handlers of both do not show how.
    """
    raise UnsaidError("not yet")
