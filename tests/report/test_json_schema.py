"""The schema of a type takes what `jsonable` makes of its values, and nothing else."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, NotRequired, TypedDict

import pytest
from jsonschema import Draft202012Validator

from backwright.report.json_schema import json_schema
from backwright.report.jsonable import jsonable


@dataclass(frozen=True)
class Leaf:
    name: str
    sizes: tuple[int, ...]
    kind: Literal["oak", "elm"] | None = None


class Tree(TypedDict):
    leaves: Sequence[Leaf]
    heights: Mapping[str, float]
    note: NotRequired[str]


LEAF = {"name": "a", "sizes": [1], "kind": None}
TREE = {"leaves": [LEAF], "heights": {"top": 1.5}}


def test_what_jsonable_gives_is_valid() -> None:
    given = jsonable({"leaves": (Leaf("a", (1,), "oak"),), "heights": {"top": 2}})
    assert Draft202012Validator(json_schema(Tree)).is_valid(given)
    assert Draft202012Validator(json_schema(Tree)).is_valid({**TREE, "note": "old"})


@pytest.mark.parametrize(
    "wrong",
    [
        {"leaves": [LEAF]},
        {**TREE, "note": None},
        {**TREE, "heights": {"top": "1.5"}},
        {**TREE, "leaves": [{**LEAF, "kind": "fir"}]},
        {**TREE, "leaves": [{**LEAF, "sizes": ["1"]}]},
        {**TREE, "leaves": [{"name": "a", "sizes": []}]},
        {**TREE, "leaves": LEAF},
    ],
)
def test_other_values_are_not(wrong: object) -> None:
    assert not Draft202012Validator(json_schema(Tree)).is_valid(wrong)


def test_a_type_without_a_json_form_is_refused() -> None:
    with pytest.raises(TypeError, match="bytes"):
        json_schema(bytes)
