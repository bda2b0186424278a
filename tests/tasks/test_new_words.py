"""What `new` refuses before anything is made, and the order in which it makes resources."""

from __future__ import annotations

import pytest

from backwright.errors import UsageError
from backwright.spec.resource import read_resource_line
from backwright.tasks.house import Features
from backwright.tasks.new_words import check_name, in_order


@pytest.mark.parametrize("name", ["shop", "web-shop", "web_shop2", "app", "test"])
def test_a_good_name(name: str) -> None:
    check_name(name, Features())


@pytest.mark.parametrize(
    ("name", "remedy"),
    [
        ("Shop", "for example shop"),
        ("WebShop", "for example web-shop"),
        ("my shop", "for example my-shop"),
        ("9lives", "for example lives"),
        ("a--b", "for example a-b"),
        ("", "for example web-shop"),
        ("ü", "for example web-shop"),
        ("x" * 51, f"for example {'x' * 50}"),
        ("../shop", "--project"),
        ("sqlmodel", "for example sqlmodel-api"),
        ("email_validator", "take another"),
    ],
)
def test_a_wrong_name_is_refused_with_one_that_is_near(name: str, remedy: str) -> None:
    with pytest.raises(UsageError) as caught:
        check_name(name, Features())
    assert remedy in str(caught.value.remedy)


def made(*lines: str) -> list[str]:
    return [spec.names.pascal for spec in in_order([read_resource_line(line) for line in lines])]


def test_a_resource_comes_after_those_it_refers_to() -> None:
    assert made("Review product:ref:Product", "Shop name:str", "Product shop:ref:Shop") == [
        "Shop",
        "Product",
        "Review",
    ]


def test_else_they_come_as_given() -> None:
    assert made("Zebra name:str", "Ape name:str next:ref:Ape:optional", "Tag name:str") == [
        "Zebra",
        "Ape",
        "Tag",
    ]


def test_a_circle_is_refused() -> None:
    with pytest.raises(UsageError, match="Egg and Hen refer to each other"):
        made("Hen egg:ref:Egg", "Egg hen:ref:Hen", "Farm name:str")


def test_a_resource_twice_is_refused() -> None:
    with pytest.raises(UsageError, match="Egg is asked for twice"):
        made("Egg name:str", "egg size:int")
