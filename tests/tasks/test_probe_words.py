"""What a project's own checks let through is what the probe sends, where the document says nothing."""

import ast

import pytest

from backwright.probe.samples import Sampler
from backwright.probe.schemas import Schemas
from backwright.tasks.probe_words import allowed_words

ENUM = 'class Kind(Enum):\n    a = "Phone"\n    b = "Chair"\n\n\n'
VALIDATOR = """class Product(BaseModel):
    kind: str

    @{decorator}
    def check(cls, v):
{body}
"""
FOUND = {
    "a validator that refuses others": (
        VALIDATOR.format(
            decorator='field_validator("kind")',
            body='        if v not in ["Phone", "Chair"]:\n            raise ValueError("no")\n        return v',
        )
    ),
    "a validator that lets some through": (
        ENUM
        + VALIDATOR.format(
            decorator='validator("kind", pre=True)',
            body="        if v in [item.value for item in Kind]:\n            return v\n"
            '        raise ValueError("no")',
        )
    ),
    "a handler, and a constant": (
        'KINDS = ("Phone", "Chair")\n\n\ndef create(data):\n    if data.kind.lower() not in KINDS:\n'
        "        raise HTTPException(400)\n    return data\n"
    ),
}
NOT_FOUND = {
    "words that are refused": (
        'def create(data):\n    if data.kind in ["Phone"]:\n        raise HTTPException(400)\n'
    ),
    "rows that are known": (
        "def create(data):\n    if data.kind not in kinds():\n        raise HTTPException(400)\n"
    ),
    "what ends in no refusal": (
        'def create(data):\n    if data.kind not in ["Phone"]:\n        data.kind = "Phone"\n'
    ),
}


@pytest.mark.parametrize("name", FOUND)
def test_words_that_are_let_through(name: str) -> None:
    words = allowed_words([ast.parse(FOUND[name])])
    assert words == {"kind": ("Phone", "Chair")}
    made = Sampler(Schemas({}), words=words).value({"type": "string"}, "kind", "a")
    assert made in words["kind"]


@pytest.mark.parametrize("name", NOT_FOUND)
def test_all_else_says_nothing(name: str) -> None:
    assert allowed_words([ast.parse(NOT_FOUND[name])]) == {}
