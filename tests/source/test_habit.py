"""What a file's habit takes off a text and puts on again is the same bytes."""

from __future__ import annotations

import pytest

from backwright.source.habit import FileHabit, habit_of, usual_habit


@pytest.mark.parametrize(
    ("data", "habit", "text"),
    [
        (b"a = 1\n", FileHabit(), "a = 1\n"),
        (b"", FileHabit(), ""),
        (b"\xef\xbb\xbfa = 1\n", FileHabit(mark=True), "a = 1\n"),
        (b"a = 1\r\nb = 2\r\n", FileHabit(windows=True), "a = 1\nb = 2\n"),
        (b"if a:\n\tif b:\n\t\tc()\n\t  # d\n", FileHabit(tabs=True), None),
        (b"\xef\xbb\xbfif a:\r\n\tb()\r\n", FileHabit(True, True, True), "if a:\n    b()\n"),
        (b"a = 1\r\nb = 2\n", FileHabit(), "a = 1\r\nb = 2\n"),  # mixed: left as it is
        (b"if a:\n\tb()\nif c:\n    d()\n", FileHabit(), "if a:\n\tb()\nif c:\n    d()\n"),
        (b"if a:\n\tb(\n\t    c)\n", FileHabit(), "if a:\n\tb(\n\t    c)\n"),
    ],
)
def test_off_and_on_again(data: bytes, habit: FileHabit, text: str | None) -> None:
    assert habit_of(data) == habit
    assert text is None or habit.off(data) == text
    assert habit.on(habit.off(data)) == data


def test_new_files_are_as_most_are() -> None:
    windows, plain = b"a = 1\r\n", b"a = 1\n"
    assert usual_habit([windows, windows, plain]) == FileHabit(windows=True)
    assert usual_habit([b"\xef\xbb\xbfif a:\n\tb()\n"]) == FileHabit(tabs=True)
    assert usual_habit([windows, plain]) == usual_habit([]) == FileHabit()
