"""What was written for a newer Python is put into the words of 3.8."""

from backwright.source.older_python import for_python_38

NEW = '''"""A module."""

from collections.abc import Iterator
from typing import Annotated

from fastapi import Query


def rows(ids: list[int], size: Annotated[int, Query(ge=1)] = 1) -> Iterator[dict[str, "list[int]"]]:
    é = {"naïve": 1}; fields = dict(é) | {"rate": 1}
    fields |= {"rate": 2}
    yield fields
    invalid = make() | changes
    flags = A | B
'''
OLD = '''"""A module."""

from typing import Dict, Iterator, List

from fastapi import Query
from typing_extensions import Annotated


def rows(ids: List[int], size: Annotated[int, Query(ge=1)] = 1) -> Iterator[Dict[str, "list[int]"]]:
    é = {"naïve": 1}; fields = {**dict(é), "rate": 1}
    fields.update({"rate": 2})
    yield fields
    invalid = {**make(), **changes}
    flags = A | B
'''


def test_generics_and_joined_dictionaries() -> None:
    assert for_python_38(NEW) == OLD


def test_what_is_old_or_read_late_stays() -> None:
    for code in ("x: int = 1\n", f"from __future__ import annotations\n{NEW}"):
        assert for_python_38(code) == code
