"""What a module exports is told of what was added to it, in the layout that its list has."""

import pytest

from backwright.transfer.grow.exports import with_exports


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ('__all__ = ["User"]\n', '__all__ = ["User", "Note"]\n'),
        ("__all__ = ('User',)\n", "__all__ = ('User', 'Note',)\n"),
        ('__all__ = [\n    "User",\n]\n', '__all__ = [\n    "User",\n    "Note",\n]\n'),
        ('__all__: list[str] = ["Note"]\n', '__all__: list[str] = ["Note"]\n'),
        ("__all__ = []\n", "__all__ = []\n"),
        ("x = 1\n", "x = 1\n"),
        ("__all__ = names()\n", "__all__ = names()\n"),
    ],
)
def test_names_are_added(before: str, after: str) -> None:
    assert with_exports(before, ["Note", "_own"]) == after
