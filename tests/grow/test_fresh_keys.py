"""A key that is repeated is drawn anew for each row."""

import pytest

from backwright.transfer.grow.fresh_keys import drawn_anew


@pytest.mark.parametrize(
    ("said", "wanted"),
    [
        ("Column(String, default=str(uuid.uuid4))", "Column(String, default=lambda: str(uuid.uuid4()))"),
        ("Column(String, default=str(uuid4()))", "Column(String, default=lambda: str(uuid4()))"),
        ("mapped_column(default=uuid.uuid4())", "mapped_column(default=uuid.uuid4)"),
        ("Column(String, default=uuid4().hex)", "Column(String, default=lambda: uuid4().hex)"),
        ("Field(default=uuid4(), primary_key=True)", "Field(default_factory=uuid4, primary_key=True)"),
    ],
)  # fmt: skip
def test_what_was_drawn_once_is_drawn_for_each_row(said: str, wanted: str) -> None:
    assert drawn_anew(f"id = {said}") == f"id = {wanted}"


@pytest.mark.parametrize(
    "said",
    [
        "Column(UUID, primary_key=True, default=uuid.uuid4)",
        "Column(String, default=lambda: str(uuid4()))",
        "Field(default_factory=uuid4, primary_key=True)",
        "Column(UUID, default=func.gen_random_uuid())",
        'Column(UUID, server_default=text("gen_random_uuid()"))',
        'Column(UUID, default=text("gen_random_uuid()"))',
        "Column(Integer, primary_key=True)",
        "mapped_column(default=partial(secrets.token_hex, 8))",
    ],
)
def test_all_else_stays_as_it_is(said: str) -> None:
    assert drawn_anew(f"id = {said}") == f"id = {said}"
