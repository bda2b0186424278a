"""Policy and leak: an operation is judged beside its neighbours."""

from __future__ import annotations

from typing import Any

import pytest

from backwright.probe.client import Answer, Call, Exchange, Identity
from backwright.probe.judge import Judge
from backwright.probe.operations import Operation
from backwright.probe.sights import Sight

GET = Operation("GET", "/posts/{post_id}")
LIST = Operation("GET", "/posts")
PATCH = Operation("PATCH", "/posts/{post_id}")
DELETE = Operation("DELETE", "/posts/{post_id}")
POST = Operation("POST", "/posts")
OWNED = {"post": ("owner_id",)}


def sight(operation: Any, kind: Any, open_: Any, actor: Any = "other", **detail: Any) -> Sight:
    return Sight(operation, actor, kind, open_, "seen", "post", "post", detail=detail)


def verdict(of: Any, *others: Any, owned: Any = OWNED, **more: Any) -> str:
    return Judge((of, *others), owned, **more).judge(of).cell


def test_what_every_reader_shows_is_shared() -> None:
    assert verdict(sight(GET, "reads", True), sight(LIST, "lists", True)) == "shared"


def test_what_nobody_is_asked_for_is_public() -> None:
    shown = [sight(LIST, "lists", True), sight(GET, "reads", True, "anonymous")]
    assert verdict(sight(GET, "reads", True), *shown) == "public"


def test_the_one_that_shows_what_others_keep_leaks() -> None:
    assert verdict(sight(GET, "reads", True), sight(LIST, "lists", False)) == "leak"
    assert verdict(sight(LIST, "lists", True), sight(GET, "reads", False)) == "leak"


def test_a_list_of_ones_own_says_nothing_of_the_policy() -> None:
    mine = sight(Operation("GET", "/posts/mine"), "lists", False)
    assert verdict(sight(GET, "reads", True), mine, sight(LIST, "lists", True)) == "shared"


def test_what_was_published_on_purpose_is_no_leak() -> None:
    assert verdict(sight(LIST, "lists", True, widened=True), sight(GET, "reads", False)) == "shared"


def test_rows_of_nobody_are_shared() -> None:
    changed = sight(PATCH, "changes", True, write=True)
    assert verdict(changed, sight(GET, "reads", True), owned={}) == "shared"


def test_a_write_on_a_row_with_an_owner_leaks_even_where_all_may_read() -> None:
    changed = sight(PATCH, "changes", True, write=True)
    assert verdict(changed, sight(GET, "reads", True), sight(LIST, "lists", True)) == "leak"


def test_a_column_that_only_records_who_made_a_row_is_no_owner() -> None:
    changed = sight(PATCH, "changes", True, write=True)
    shown = [sight(GET, "reads", True), sight(DELETE, "removes", True, write=True)]
    assert verdict(changed, *shown, owned={"post": ("created_by",)}) == "shared"


def test_a_function_of_administrators_that_an_ordinary_user_may() -> None:
    admin = sight(PATCH, "changes", False, "owner", admin=True)
    assert verdict(sight(DELETE, "removes", True, write=True), admin, owned={}) == "leak"


@pytest.mark.parametrize(("status", "cell"), [(201, "leak"), (403, "isolated")])
def test_adding_to_what_only_administrators_change(status: Any, cell: Any) -> None:
    exchange = Exchange(1, Identity("bob"), Call(POST), Answer(status, {}, "", 0.0))
    made = Sight(POST, "other", "creates", False, "seen", "post", "post", exchange)
    admin = sight(PATCH, "changes", False, "owner", admin=True)
    assert verdict(made, admin, owned={}) == cell


def test_a_refusal_that_tells_is_policy_only_where_all_do() -> None:
    tells = sight(GET, "finds-out", True)
    assert verdict(tells) == "isolated"
    assert verdict(tells, sight(PATCH, "finds-out", True)) == "isolated"
    assert verdict(tells, sight(PATCH, "finds-out", False)) == "leak"


def test_what_could_not_be_told_is_not_proven() -> None:
    assert verdict(sight(GET, "reads", None), sight(LIST, "lists", False)) == "not-proven"


def test_what_is_declared_is_believed() -> None:
    found = Judge((sight(GET, "reads", True), sight(LIST, "lists", False)), OWNED,
                  {GET.key: "public"})  # fmt: skip
    assert found.judge(sight(GET, "reads", True)).cell == "public"


def test_a_child_of_a_private_parent_is_private() -> None:
    child = Sight(LIST, "other", "lists", True, "seen", "comment", "comment")
    parent = sight(GET, "reads", False)
    judge = Judge(
        (child, parent), {"comment": ("author_id",)}, {}, {"comment": frozenset({"post"})}
    )
    assert judge.judge(child).cell == "leak"
