"""What the proof says of what a probe saw."""

from backwright.report.probe_types import Actor, CellKind, ProbeCell, ProbeReport
from backwright.tasks.auth_proof import guards, isolation
from backwright.transfer.guarding.guard import Guarded

BOTH = (("GET", "/a"), ("PUT", "/a/{id}"))
DONE = Guarded((), BOTH, (), (), (), (), BOTH)


def report(*cells: tuple[str, str, Actor, CellKind]) -> ProbeReport:
    """Return a report with some cells."""
    matrix = tuple(ProbeCell(method, path, who, cell, "seen") for method, path, who, cell in cells)
    return ProbeReport("x", 2, 0, 0.0, (), matrix)


def test_everything_refused() -> None:
    seen = report(
        ("GET", "/a", "anonymous", "isolated"), ("PUT", "/a/{key}/", "anonymous", "isolated")
    )
    assert guards(seen, DONE) == ("pass", "2 of 2 refuse who has no account")


def test_an_open_endpoint_and_a_leak_fail() -> None:
    seen = report(("GET", "/a", "anonymous", "public"), ("PUT", "/a/{id}", "other", "leak"))
    assert guards(seen, DONE)[0] == "fail"
    assert isolation(seen, DONE) == ("fail", "PUT /a/{id}: leak, seen")


def test_owned_rows_that_all_see_fail() -> None:
    seen = report(("GET", "/a", "other", "shared"), ("PUT", "/a/{id}", "other", "isolated"))
    assert isolation(seen, DONE) == ("fail", "GET /a: shared, seen")


def test_what_was_not_tried_is_no_pass() -> None:
    seen = report(("GET", "/a", "other", "isolated"))
    verdict, why = isolation(seen, DONE)
    assert verdict == "skipped"
    assert "PUT /a/{id}: not tried" in why
    _, why = isolation(seen, DONE, {("PUT", "/a/{}"): "app/main.py:7"})
    assert "PUT /a/{id} (app/main.py:7): not tried" in why
