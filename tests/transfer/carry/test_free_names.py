"""What is said of a missing row, in words that the function knows that is to say it."""

import libcst as cst
import pytest

from backwright.transfer.carry.free_names import in_words_of

MODULE = cst.parse_module("from fastapi import HTTPException\n\nlimit = 3\n")


def told(said: str, head: str = "def create(data, note_id): ...") -> str:
    node = cst.ensure_type(cst.parse_statement(f"{head}\n"), cst.FunctionDef)
    return in_words_of(said, node, MODULE, "data.author_id").strip()


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ("raise NotFound(str(public_id))", "raise NotFound(str(data.author_id))"),
        ('raise HTTPException(404, _("Gone"))', 'raise HTTPException(404, "Gone")'),
        ("raise NotFound(note_id, limit)", "raise NotFound(note_id, limit)"),
        (
            'raise HTTPException(detail=f"no {key}")',
            'raise HTTPException(detail=f"no {data.author_id}")',
        ),
    ],
)
def test_names_of_another_function_are_not_said(said: str, expected: str) -> None:
    assert told(said) == expected


def test_a_translator_that_is_at_hand_stays() -> None:
    assert told('raise E(_("Gone"))', "def create(data, _): ...") == 'raise E(_("Gone"))'
