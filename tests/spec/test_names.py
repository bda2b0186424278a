"""Every form of a resource's name."""

import pytest

from backwright.errors import UsageError
from backwright.spec.names import names_of, one, pluralize, singularize
from backwright.spec.resource import read_name, read_resource, read_resource_line

FORMS = {
    "Product": ("Product", "product", "products", "products", "product"),
    "Category": ("Category", "category", "categories", "categories", "category"),
    "Status": ("Status", "status", "statuses", "statuses", "status"),
    "Person": ("Person", "person", "people", "people", "person"),
    "APIKey": ("APIKey", "api_key", "api_keys", "api-keys", "API key"),
    "order_item": ("OrderItem", "order_item", "order_items", "order-items", "order item"),
    "blog-post": ("BlogPost", "blog_post", "blog_posts", "blog-posts", "blog post"),
    "Class": ("Class", "class", "classes", "classes", "class"),
    "News": ("News", "news", "news", "news", "news"),
    "Schema": ("Schema", "schema", "schemas", "schemas", "schema"),
    "UserData": ("UserData", "user_data", "user_data", "user-data", "user data"),
}


@pytest.mark.parametrize("name", FORMS)
def test_forms(name: str) -> None:
    names = read_name(name)
    forms = (names.pascal, names.snake, names.plural_snake, names.plural_kebab, names.human)
    assert forms == FORMS[name]


@pytest.mark.parametrize(
    ("noun", "said"),
    [
        ("order", "an order"), ("hour", "an hour"), ("user", "a user"), ("unit", "a unit"),
        ("API key", "an API key"), ("URL", "a URL"), ("SMS", "an SMS"), ("news", "news"),
        ("person info", "person info"), ("series", "a series"), ("honour", "an honour"),
        ("SKU", "a SKU"), ("SKUs", "a SKUs"), ("SIMD", "an SIMD"), ("heir", "an heir"),
    ],
)  # fmt: skip
def test_a_noun_with_its_article(noun: str, said: str) -> None:
    assert one(noun) == said


PLURALS = {
    "Address": "Addresses", "Agenda": "Agendas", "Alias": "Aliases", "Analysis": "Analyses",
    "Axis": "Axes", "Bias": "Biases", "Bus": "Buses", "Cache": "Caches", "Child": "Children",
    "Criterion": "Criteria", "Hero": "Heroes", "Index": "Indices", "Leaf": "Leaves",
    "Lens": "Lenses", "Matrix": "Matrices", "Movie": "Movies", "Photo": "Photos",
    "Quiz": "Quizzes", "Schema": "Schemas", "SKU": "SKUs", "Status": "Statuses",
    "Virus": "Viruses", "Woman": "Women",
}  # fmt: skip


@pytest.mark.parametrize("word", PLURALS)
def test_a_plural_and_back(word: str) -> None:
    assert pluralize(word) == PLURALS[word]
    assert singularize(PLURALS[word]) == word
    assert singularize(word) is None


@pytest.mark.parametrize(
    "word", ["Basis", "Data", "Equipment", "Metadata", "Money", "Sheep", "Species", "Staff"]
)
def test_what_looks_like_a_plural_and_is_none(word: str) -> None:
    assert read_name(word).pascal == word


def test_what_is_not_counted_has_no_plural() -> None:
    assert names_of("Furniture").plural_snake == "furniture"
    assert names_of("PersonInfo").plural_pascal == "PersonInfo"


def test_a_keyword_is_no_variable() -> None:
    assert read_name("Class").variable == "class_"
    assert read_name("Order").variable == "order"


@pytest.mark.parametrize("name", ["Products", "tasks", "People", "2x", "a.b", "None", "", "ü"])
def test_a_wrong_name_is_refused_with_the_right_one(name: str) -> None:
    with pytest.raises(UsageError) as caught:
        read_name(name)
    assert caught.value.remedy


@pytest.mark.parametrize(
    ("name", "reason"), [("A", "'as' somewhere"), ("An", "is an article"), ("True", "'True'")]
)
def test_a_name_that_no_code_could_have_is_refused(name: str, reason: str) -> None:
    with pytest.raises(UsageError, match=reason):
        read_name(name)


def test_a_plural_of_ones_own() -> None:
    names = read_name("Octopus", plural="Octopodes")
    assert (names.plural_snake, names.plural_pascal) == ("octopodes", "Octopodes")


def test_a_resource_needs_a_field() -> None:
    with pytest.raises(UsageError, match="has no field"):
        read_resource("Task", [])


def test_a_resource_in_one_line() -> None:
    spec = read_resource_line("Review rating:int:1..5 body:text product:ref:Product")
    assert [f.name for f in spec.fields] == ["rating", "body", "product"]
    assert spec.names.plural_kebab == "reviews"


def test_broken_quoting_is_said() -> None:
    with pytest.raises(UsageError, match="cannot be split"):
        read_resource_line('Review "body:text')


def test_a_resource_in_one_pair_of_quotes_is_the_same() -> None:
    """`new --resource` takes it so, and people copy it from there."""
    words = ["Review", "rating:int:1..5", "product:ref:Product"]
    assert read_resource(" ".join(words), []) == read_resource(words[0], words[1:])
    assert read_resource(" ".join(words[:2]), words[2:]) == read_resource(words[0], words[1:])


def test_a_field_without_a_resource_is_no_resource() -> None:
    with pytest.raises(UsageError, match="rating:int"):
        read_resource("rating:int", ["body:text"])
