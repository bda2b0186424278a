"""Which of the five things an endpoint's path and method say, and how another's path is said."""

from __future__ import annotations

import pytest

from backwright.transfer.paths import in_words_of, verb_of


@pytest.mark.parametrize(
    ("method", "path", "verb"),
    [
        ("GET", "/books", "list"),
        ("GET", "/books/get", "list"),
        ("GET", "/books/{book_id}", "get"),
        ("GET", "/books/{book_id}/reviews", "list"),
        ("POST", "/user/{user_id}/book/add", "create"),
        ("POST", "/books/{book_id}", None),
        ("POST", "/books/update/{book_id}", "update"),
        ("PUT", "/books/{book_id}/edit", "update"),
        ("PATCH", "/books/{book_id}/status", None),
        ("DELETE", "/delete-book/{book_id}", "delete"),
        ("DELETE", "/books", None),
    ],
)
def test_verb(method: str, path: str, verb: str | None) -> None:
    assert verb_of(method, path) == verb


@pytest.mark.parametrize(
    ("path", "verb", "others", "told"),
    [
        ("/book/update/{id}", "get", [], "/book/get/{id}"),
        ("/book/update/{id}", "get", ["/view-books"], "/book/view/{id}"),
        ("/edit-book/{id}", "delete", ["/remove-author/{id}"], "/remove-book/{id}"),
        ("/book/update", "list", [], "/book"),
        ("/posts/{id}/", "get", [], "/posts/{id}/"),
    ],
)
def test_in_words_of(path: str, verb: str, others: list[str], told: str) -> None:
    assert in_words_of(path, verb, others, {"post", "posts"}) == told
