"""`probe --html`: what failed and who may what, on a page of its own; nothing becomes markup."""

from __future__ import annotations

from pathlib import Path

from tests.inspect.browser import needs_browser, open_browser

from backwright.report.probe_html import probe_page
from backwright.report.probe_types import ProbeCell, ProbeCheck, ProbePhase, ProbeReport

EVIL = "<img src=x onerror=document.title='hit'>"
REPORT = ProbeReport(
    "shop", 2, 30, 1.5,
    (
        ProbeCheck("other-reads", "isolation", "GET", "/a/{id}", "fail", f"it has {EVIL}",
                   "curl -X GET u", "404", "200 {}", "app/a.py", 7, ("GET /b",)),
        ProbeCheck("answers", "endpoints", "GET", "/b", "skipped", "nobody could be logged in"),
    ),
    (
        ProbeCell("GET", "/a/{id}", "owner", "isolated", "own"),
        ProbeCell("GET", "/a/{id}", "other", "leak", "it has more"),
        ProbeCell("GET", "/b", "other", "not-proven", "an empty list"),
    ),
    ("no database is seen",), "", (ProbePhase("isolation", 1.2, 25),),
)  # fmt: skip


def test_the_page_has_everything(tmp_path: Path) -> None:
    text = probe_page(REPORT, root=tmp_path, folder=tmp_path)
    for part in ("other-reads", "curl -X GET u", "app/a.py#L7", "GET /b", "no database is seen",
                 "nobody could be logged in", "isolation 1.2 s", "2 of 3 cells"):  # fmt: skip
        assert part in text
    assert EVIL not in text


def test_an_empty_report(tmp_path: Path) -> None:
    text = probe_page(ProbeReport("x", 0, 0, 0.0, (), ()), root=tmp_path, folder=tmp_path)
    assert "Nothing failed." in text
    assert "User isolation was not tried." in text


@needs_browser
def test_the_matrix_is_searched_and_filtered(tmp_path: Path) -> None:
    file = tmp_path / "probe.html"
    file.write_text(probe_page(REPORT, root=tmp_path, folder=tmp_path), encoding="utf-8")
    with open_browser() as browser:
        for size in ({"width": 1280, "height": 900}, {"width": 390, "height": 844}):
            page = browser.new_page(viewport=size)
            faults: list[str] = []
            page.on("pageerror", lambda error, kept=faults: kept.append(str(error)))
            page.goto(file.as_uri())
            rows = page.locator("#api tbody tr:visible")
            assert rows.count() == 2
            page.get_by_role("button", name="leak", exact=True).click()
            assert rows.locator(".path").all_inner_texts() == ["/a/{id}"]
            page.get_by_role("button", name="all", exact=True).click()
            page.fill("#api-search", "empty list")
            assert rows.locator(".path").all_inner_texts() == ["/b"]
            assert page.evaluate("document.documentElement.scrollWidth") <= size["width"]
            assert page.title() == "shop: what a probe saw"
            assert faults == []
