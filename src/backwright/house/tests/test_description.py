"""The description of the API, from which its pages and its clients are made."""

import re

from app.main import create_app

PATHS = create_app().openapi()["paths"]
OPERATIONS = [operation for methods in PATHS.values() for operation in methods.values()]


def test_operations_have_names_of_their_own() -> None:
    """Short ones: in a generated client they are the names of methods."""
    names = [operation["operationId"] for operation in OPERATIONS]
    assert len(names) == len(set(names))
    assert all(re.fullmatch(r"[a-z0-9-]+-[a-z0-9_]+", name) for name in names), names


def test_operations_say_what_they_do() -> None:
    """And under which heading they belong."""
    for operation in OPERATIONS:
        assert operation["description"]
        assert len(operation["tags"]) == 1


def test_health_promises_none_of_the_errors_of_the_api() -> None:
    """Nothing of the API stands before it."""
    assert PATHS["/health/live"]["get"]["responses"].keys() == {"200"}
    assert PATHS["/health/ready"]["get"]["responses"].keys() == {"200", "503"}
