"""Who guards what."""

from tests.inspect.documents import endpoint

from backwright.report.inspect_guards import guard_groups


def test_groups_name_the_most_specific_guard() -> None:
    endpoints = [
        endpoint("GET", "/health", "none", "db:get_db"),
        endpoint("POST", "/login", "none", "db:get_db"),
        endpoint("GET", "/me", "required", "db:get_db", "auth:user", "auth:scheme"),
        endpoint("GET", "/items", "required", "db:get_db", "auth:user", "auth:scheme"),
        endpoint("GET", "/users", "required", "auth:admin", "auth:user", "auth:scheme"),
        endpoint("GET", "/inner", "required"),
    ]
    found = [
        (one.guards, one.kind, len(one.endpoints), one.writing) for one in guard_groups(endpoints)
    ]
    assert found == [
        (("auth:user",), "required", 2, 0),
        (("auth:admin",), "required", 1, 0),
        ((), "required", 1, 0),
        ((), "none", 2, 1),
    ]


def test_nothing_to_guard() -> None:
    assert guard_groups([]) == ()
