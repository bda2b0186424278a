"""Lines under an opening bracket stay under it when what stands before it becomes another."""

from __future__ import annotations

import pytest

from backwright.source.alignment import aligned, with_marks

CODE = '''\
from app.services.task_service import (create_task,
                                       delete_task)


def read(db, task_id):
    """Text,
       as it is.
    """
    task = get_task_by_id(db,
                          task_id,  # which
                          # a remark
                          deep(task_id,
                               """Text
                           in a text""",
                               other),
                          )
    other = get_task_by_id(db,
                           task_id
                          )
    hanging = get_task_by_id(
        db,
        task_id,
    )
    free = get_task_by_id(db,
        task_id)
    return (task
            .all())
'''


def test_what_is_not_renamed_stays_byte_for_byte() -> None:
    assert with_marks(CODE) != CODE
    assert aligned(with_marks(CODE)) == CODE


@pytest.mark.parametrize("noun", ["tag", "workshop", "a" * 30])
def test_lines_move_with_their_brackets(noun: str) -> None:
    made = aligned(with_marks(CODE).replace("task", noun))
    by = len(noun) - len("task")
    old, new = CODE.replace("task", noun).splitlines(), made.splitlines()
    twice = dict.fromkeys((9, 10, 11, 12, 14, 15), 2 * by)  # two names before the bracket
    moves = {1: by, 17: by, 18: by, **twice}
    for index, (before, after) in enumerate(zip(old, new, strict=True)):
        moved = len(after) - len(after.lstrip()) - (len(before) - len(before.lstrip()))
        assert (after.lstrip(), moved) == (before.lstrip(), moves.get(index, 0)), index


def test_tabs_before_the_code_stay() -> None:
    code = "def f():\n\treturn task(a,\n\t            b)\n"
    assert aligned(with_marks(code).replace("task", "label")) == (
        "def f():\n\treturn label(a,\n\t             b)\n"
    )


def test_line_endings_stay() -> None:
    made = aligned(with_marks(CODE.replace("\n", "\r\n")).replace("task", "label"))
    assert made.replace("\r\n", "\n") == aligned(with_marks(CODE).replace("task", "label"))
    assert made.count("\r\n") == made.count("\n")


@pytest.mark.parametrize("code", ["task(a,\n     b", "task(a,\n\f     b)\n", "x = [\n"])
def test_what_cannot_be_told_stays(code: str) -> None:
    assert aligned(with_marks(code)) == code
