"""Docstrings and comments that became too long are broken; code and short ones stay."""

from __future__ import annotations

from backwright.tasks.long_texts import with_broken_texts

CODE = '''\
"""Models.

- `InvoiceResponseModel`: what a client gets to see
"""

# where invoices are kept until somebody has paid
name = "a text that is as long as it is, and no docstring"


def read() -> None:
    """Read an invoice, and all that it refers to."""
'''
BROKEN = '''\
"""Models.

- `InvoiceResponseModel`: what a client
  gets to see
"""

# where invoices are kept until somebody
# has paid
name = "a text that is as long as it is, and no docstring"


def read() -> None:
    """Read an invoice, and all that it
    refers to."""
'''


def test_texts_are_broken_between_words() -> None:
    assert with_broken_texts(CODE, 40) == BROKEN
    assert with_broken_texts(BROKEN, 40) == BROKEN
    assert with_broken_texts(CODE, 88) == CODE


def test_what_has_no_place_to_break_stays() -> None:
    code = f'"""{"x" * 60} y"""\n# noqa: {"E" * 60}\n'
    assert with_broken_texts(code, 40) == code
