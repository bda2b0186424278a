"""The column of owners, and what rows of a table must meet to be somebody's."""

from backwright.project.types import Column, Model
from backwright.transfer.guarding.owned import Owned, owned_models, owner_column


def model(name: str, *columns: str) -> Model:
    made = tuple(
        Column(one, "int", one != "id", one == "id", None, index=False, unique=False)
        for one in ("id", *columns)
    )
    return Model(name, name.lower(), "models.py", 1, made, ())


def test_a_column_that_means_something_else_is_left_alone() -> None:
    assert owner_column([model("Note", "title")]) == "owner_id"
    assert owner_column([model("Event", "owner_id"), model("Note")]) == "account_id"


def test_every_condition_speaks_of_that_column() -> None:
    (one,) = owned_models({"Note": model("Note")}, ["Note"], [], column="account_id")
    assert one.condition("Note", "current_user.id") == "Note.account_id == current_user.id"
    shared = one.condition("Note", "current_user.id", shared="always")
    assert shared == "or_(Note.account_id == current_user.id, Note.account_id.is_(None))"


def test_the_hosts_own_column_of_owners() -> None:
    one = Owned(model("Note", "user_id"), "id", column="user_id")
    assert one.condition("Note", "me.id") == "Note.user_id == me.id"
