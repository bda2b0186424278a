"""A decimal is bounded in a form that the host's versions of its libraries take and keep to."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.transfer.dialect.speak import speak

from backwright.spec.fields import read_fields

CASES = Path(__file__).parent / "cases"
DIGITS = "max_digits=10, decimal_places=2"
PRICE, DISCOUNT = read_fields(["price:decimal:10,2", "discount:decimal:10,2:optional"])
NUMERIC = "sa_column=Column(Numeric(10, 2)"
EXTRA = 'schema_extra={"max_digits": 10, "decimal_places": 2}'
SQLMODEL = [
    ("0.0.4", "1.8.2", f"condecimal({DIGITS}) = Field({NUMERIC}", f"condecimal({DIGITS})]"),
    ("0.0.8", "1.10.6", f"Decimal = Field({EXTRA}, {NUMERIC}", f"default=None, {EXTRA}"),
    ("0.0.14", "1.10.6", f"Decimal = Field({DIGITS})", f"Field(default=None, {DIGITS})"),
    ("0.0.14", "2.5.2", f"Decimal = Field({DIGITS})", f"[Annotated[Decimal, Field({DIGITS})]]"),
    ("0.0.24", "2.8.2", f"Decimal = Field({DIGITS})", f"Field(default=None, {DIGITS})"),
]


@pytest.mark.parametrize(("sqlmodel", "pydantic", "required", "optional"), SQLMODEL)
def test_classes_of_sqlmodel(sqlmodel: str, pydantic: str, required: str, optional: str) -> None:
    installed = {"sqlmodel": sqlmodel, "pydantic": pydantic}
    made = speak(CASES / "sqlmodel_split", "Hero", installed).bound
    assert required in made.shared_column(PRICE).code
    assert optional in made.shared_column(DISCOUNT).code


@pytest.mark.parametrize(
    ("pydantic", "written"),
    [
        ("1.8.2", f"price: Optional[condecimal({DIGITS})] = None"),
        ("1.9.1", f"price: Optional[Decimal] = Field(default=None, {DIGITS})"),
        ("2.7.4", f"price: Optional[Annotated[Decimal, Field({DIGITS})]] = None"),
        ("2.12.0", f"price: Optional[Decimal] = Field(default=None, {DIGITS})"),
    ],
)
def test_schemas_of_pydantic(pydantic: str, written: str) -> None:
    spoken = speak(CASES / "columns_flat", "Post", {"pydantic": pydantic})
    assert spoken.bound.schema_field(PRICE, "update").code == written


@pytest.mark.parametrize(
    ("sqlmodel", "written"),
    [
        ("0.0.4", "price: Decimal = Field(sa_column=Column(Numeric(10, 2), nullable=False))"),
        ("0.0.24", f"price: Decimal = Field({DIGITS})"),
    ],
)
def test_the_column_has_its_precision(sqlmodel: str, written: str) -> None:
    pydantic = "1.8.2" if sqlmodel == "0.0.4" else "2.12.0"
    installed = {"sqlmodel": sqlmodel, "pydantic": pydantic}
    spoken = speak(CASES / "sqlmodel_split", "Hero", installed)
    assert spoken.bound.model_column(PRICE).code == written


def test_a_choice_of_the_first_sqlmodel_is_kept_as_its_text() -> None:
    for version, default in (("0.0.8", "open"), ("0.0.24", "OPEN")):
        installed = {"sqlmodel": version, "pydantic": "1.10.6"}
        spoken = speak(CASES / "sqlmodel_split", "Hero", installed)
        status = next(f for f in spoken.fields if f.name == "status")
        assert f'"server_default": "{default}"' in spoken.bound.model_column(status).code
