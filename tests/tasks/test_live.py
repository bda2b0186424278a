"""What a probe saw, as the verdict on the new endpoints."""

from __future__ import annotations

from dataclasses import replace

from backwright.report.probe_types import ProbeCheck
from backwright.tasks.live import judged

NEW = (("GET", "/invoices/{invoice_id}/"), ("POST", "/invoices"))
READ = ProbeCheck("answers", "endpoints", "GET", "/invoices/{id}", "pass", "200 as declared")
MADE = ProbeCheck("answers", "endpoints", "POST", "/invoices", "pass", "201 as declared")
OTHER = ProbeCheck("server-error", "endpoints", "GET", "/old", "fail", "it always did")


def test_all_that_is_new_must_succeed_and_the_rest_is_no_matter() -> None:
    assert judged((READ, MADE, OTHER), NEW) == ("pass", "2 new endpoints succeed over HTTP")


def test_a_server_error_is_a_failure_with_its_place() -> None:
    broken = replace(
        MADE, check="server-error", verdict="fail", why="KeyError: 'x'", file="app/a.py", line=7
    )
    assert judged((READ, broken), NEW) == ("fail", "POST /invoices: KeyError: 'x' (app/a.py:7)")


def test_what_was_not_reached_is_no_pass() -> None:
    verdict, why = judged((READ, replace(MADE, verdict="skipped", why="nobody could log in")), NEW)
    assert verdict == "skipped"
    assert why == "1 of 2 succeed; POST /invoices: nobody could log in"
    assert judged((OTHER,), NEW)[0] == "skipped"
