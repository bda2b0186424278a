"""The page in a real browser: what it shows, and that it can be used, also offline and by keys."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from tests.inspect.browser import needs_browser, open_browser
from tests.inspect.documents import column, document, endpoint, model, reference

from backwright.project.document import inspect_document
from backwright.project.inspection import inspect_project
from backwright.report.inspect_html import html_page

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

pytestmark = needs_browser
HOUSE = Path(__file__).parents[2] / "src/backwright/house"
DESKTOP, PHONE = {"width": 1280, "height": 900}, {"width": 390, "height": 844}


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with open_browser() as browser:
        yield browser


@pytest.fixture(scope="module")
def house_page(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The page of the living template: 48 endpoints, 11 tables."""
    folder = tmp_path_factory.mktemp("house")
    document = inspect_document(inspect_project(HOUSE, static=True))
    file = folder / "house.html"
    file.write_text(html_page(document, root=HOUSE, folder=folder), encoding="utf-8")
    return file


@pytest.fixture
def page(browser: Browser, house_page: Path) -> Iterator[Page]:
    yield from opened(browser, house_page, DESKTOP)


def opened(browser: Browser, file: Path, size: dict, **options: object) -> Iterator[Page]:
    """Open a page; a script's error or any request but the file itself fails the test."""
    context = browser.new_context(viewport=size, **options)
    page = context.new_page()
    faults: list[str] = []
    page.on("pageerror", lambda error: faults.append(str(error)))
    page.on(
        "request",
        lambda request: faults.append(request.url) if request.url != file.as_uri() else None,
    )
    page.goto(file.as_uri())
    yield page
    context.close()
    assert [one for one in faults if not one.startswith("data:")] == []


def shown(page: Page) -> list[str]:
    return page.locator("#api tbody tr:visible .path").all_inner_texts()


def test_search_narrows_and_escape_clears(page: Page) -> None:
    everything = shown(page)
    page.keyboard.press("/")
    page.keyboard.type("tasks delete")
    assert shown(page) == ["/api/v1/tasks/{task_id}"]
    assert page.locator("#api-count").inner_text() == f"1 of {len(everything)}"
    page.keyboard.press("Escape")
    assert shown(page) == everything


def test_search_that_finds_nothing_says_so(page: Page) -> None:
    page.fill("#api-search", "no such thing")
    assert shown(page) == []
    assert page.locator("#api-nothing").is_visible()


def test_filter_by_guard(page: Page) -> None:
    page.get_by_role("button", name="open", exact=True).click()
    kinds = page.locator("#api tbody tr:visible .pill:first-child").all_inner_texts()
    assert kinds
    assert set(kinds) == {"open"}
    assert "/health/live" in shown(page)
    page.get_by_role("button", name="guarded", exact=True).click()
    assert "/health/live" not in shown(page)


def test_places_point_to_existing_files_and_to_editors(page: Page, house_page: Path) -> None:
    links = page.locator("#api a[data-file]")
    for number in (0, links.count() - 1):
        target = links.nth(number).get_attribute("href") or ""
        path, _, line = target.partition("#L")
        assert (house_page.parent / path).resolve().is_file()
        assert int(line) > 0
    page.select_option("#opener", "vscode")
    target = links.first.get_attribute("href") or ""
    assert target.startswith(f"vscode://file{HOUSE.as_posix()}/app/")
    assert target.rpartition(":")[2].isdigit()
    page.select_option("#opener", "file")
    assert "#L" in (links.first.get_attribute("href") or "")


def test_diagram_zooms_and_shows_what_a_table_is_linked_to(page: Page) -> None:
    drawing = page.locator(".drawing svg")
    before = drawing.bounding_box()
    page.click("#zoom-in")
    after = drawing.bounding_box()
    assert before
    assert after
    assert after["width"] > before["width"]
    page.click("#zoom-fit")
    fitted, frame = drawing.bounding_box(), page.locator(".drawing").bounding_box()
    assert fitted
    assert frame
    assert fitted["width"] <= frame["width"] + 1
    page.locator(".drawing [aria-label='table user']").focus()
    assert page.locator(".line.hot").count() > 0
    assert page.locator(".table.hot").count() == 1


def test_table_list_leads_into_the_diagram(page: Page) -> None:
    page.fill("#tables-search", "one_time")
    found = page.locator("#tables details:visible")
    assert found.count() == 1
    found.locator("summary").click()
    assert found.locator("td", has_text="token_hash").count() == 1
    found.get_by_text("show in the diagram").click()
    focused = page.evaluate("document.activeElement.getAttribute('aria-label')")
    assert focused == "table one_time_token"


def test_everything_is_reached_by_the_tab_key(page: Page) -> None:
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    reached = set()
    for _ in range(25):
        page.keyboard.press("Tab")
        reached.add(page.evaluate("document.activeElement.id || document.activeElement.href"))
    assert {"opener", "api-search"} <= reached


@pytest.mark.parametrize("size", [DESKTOP, PHONE], ids=["desktop", "phone"])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_nothing_is_wider_than_the_window(
    browser: Browser, house_page: Path, size: dict, scheme: str
) -> None:
    for page in opened(browser, house_page, size, color_scheme=scheme):
        for one in page.locator("details").all():
            one.evaluate("one => one.open = true")
        width = page.evaluate("document.documentElement.scrollWidth")
        assert width <= size["width"]
        background = page.evaluate("getComputedStyle(document.body).backgroundColor")
        brightness = sum(int(one) for one in background[4:-1].split(",")) / 3
        assert (brightness > 128) == (scheme == "light")


def test_without_scripts_everything_can_still_be_read(browser: Browser, house_page: Path) -> None:
    for page in opened(browser, house_page, DESKTOP, java_script_enabled=False):
        assert page.locator("#api tbody tr").count() == 48
        assert page.locator(".drawing svg .name").count() == 11


def test_an_empty_project(browser: Browser, tmp_path: Path) -> None:
    file = tmp_path / "empty.html"
    empty = {**document(), "apps": []}
    file.write_text(html_page(empty, root=tmp_path, folder=tmp_path), encoding="utf-8")
    for page in opened(browser, file, PHONE):
        text = page.inner_text("main")
        assert "No FastAPI application was found." in text
        assert "No endpoints were found." in text
        assert "No tables were found." in text
        assert "Everything that was looked at could be settled." in text


def test_what_is_read_cannot_become_markup(browser: Browser, tmp_path: Path) -> None:
    evil = "<img src=x onerror=document.title='hit'>"
    found = document(
        [{**endpoint("GET", f"/{evil}"), "handler": f"m:{evil}", "file": f"a/{evil}.py"}],
        [{**model("t", column(evil, evil), reference("t")), "name": evil}],
    )
    found["unresolved"] = [{"file": "a.py", "line": 1, "why": f"</script>{evil}"}]
    file = tmp_path / "evil.html"
    file.write_text(html_page(found, root=tmp_path, folder=tmp_path), encoding="utf-8")
    for page in opened(browser, file, DESKTOP):
        assert page.title() == "shop: what it is"
        assert page.locator("img").count() == 0
        assert evil in page.inner_text("#api .path")
