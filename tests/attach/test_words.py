"""What is no origin, method, rate or network is refused with a remedy; what is there is asked about."""

import shutil
from pathlib import Path

import pytest

from backwright.errors import QuestionError, UsageError
from backwright.project import read_project
from backwright.report.change import ChangeReport
from backwright.report.events import silence
from backwright.tasks.add_cors import add_cors, options_of
from backwright.tasks.add_rate_limit import add_rate_limit
from backwright.tasks.capability import Order
from backwright.tasks.cors_request import Asked, read_asked
from backwright.tasks.questions import Answers
from backwright.tasks.rate_limit_request import AskedLimit, Rate, parse_rate, read_limit

HOSTS = Path(__file__).parent / "hosts"
MAIN = """from fastapi import FastAPI
from fastapi.middleware.cors import CORSMiddleware

app = FastAPI()
app.add_middleware(CORSMiddleware, {arguments})


@app.get("/stars")
def list_stars():
    return []
"""
EVERYBODY = 'allow_origins=["*"], allow_credentials=True'
LITERAL = 'allow_origins=["https://a.example"], allow_methods=["GET"]'


def host(root: Path, main: str) -> Path:
    (root / "main.py").write_text(main)
    (root / "requirements.txt").write_text("fastapi\n")
    return root


def cors(root: Path, asked: Asked, **given: str) -> ChangeReport:
    return add_cors(Order(root, Answers(given), dry_run=True), asked, silence)


@pytest.mark.parametrize(
    ("origin", "remedy"),
    [
        ("https://app.example/", "https://app.example"),
        ("app.example", "https://app.example"),
        ("https://App.Example", "https://app.example"),
        ("https://app.example/login", "https://app.example"),
        ("https://*.example", "whole name"),
    ],
)
def test_what_no_browser_sends_is_refused(origin: str, remedy: str) -> None:
    with pytest.raises(UsageError, match="what no browser sends") as refused:
        read_asked([origin], None, [], [])
    assert remedy in refused.value.remedy


def test_everybody_with_cookies_is_refused() -> None:
    with pytest.raises(UsageError, match="act for a signed-in user"):
        read_asked(["*"], True, [], [])
    assert read_asked(["*"], None, ["get"], []).methods == ("GET",)


def test_what_is_satisfied_is_left(tmp_path: Path) -> None:
    root = host(tmp_path, MAIN.format(arguments=LITERAL))
    report = cors(root, Asked(("https://a.example",), methods=("GET",)))
    assert (report.files, report.summary) == (
        (),
        "CORS is there already (main.py:5); nothing was changed",
    )


def test_more_than_is_there_is_asked_about_and_added(tmp_path: Path) -> None:
    root = host(tmp_path, MAIN.format(arguments=LITERAL))
    asked = Asked(("https://b.example",), methods=("POST",), credentials=True)
    with pytest.raises(QuestionError) as stopped:
        cors(root, asked)
    question = stopped.value.question
    assert [one.value for one in question.choices] == ["settings", "add", "keep"]
    assert "main.py:5" in question.text
    added = cors(root, asked, existing="add").diff
    assert '["https://a.example", "https://b.example"]' in added
    assert 'allow_methods=["GET", "POST"]' in added
    assert "allow_credentials=True" in added
    moved = cors(root, asked, existing="settings").diff
    assert '"https://a.example,https://b.example"' in moved.replace("(\n", "(")
    assert "allow_origins=CORS_ORIGINS" in moved


def test_cors_of_a_mounted_application_is_its_own(tmp_path: Path) -> None:
    main = MAIN.format(arguments=LITERAL) + "\n\nouter = FastAPI()\nouter.mount('/a', app)\n"
    diff = cors(host(tmp_path, main), Asked(("https://b.example",))).diff
    assert "+outer.add_middleware(\n" in diff


def test_everybody_with_cookies_is_never_moved_to_settings(tmp_path: Path) -> None:
    root = host(tmp_path, MAIN.format(arguments=EVERYBODY))
    with pytest.raises(QuestionError, match="CORS already") as stopped:
        cors(root, Asked())
    assert "any page can act for a signed-in user" in stopped.value.question.why
    diff = cors(root, Asked(("https://b.example",)), existing="settings").diff
    assert '"https://b.example"' in diff
    assert '+    os.getenv("CORS_ORIGINS", "*")' not in diff
    assert cors(root, Asked(), existing="keep").files == ()


def test_cookies_are_asked_about(tmp_path: Path) -> None:
    root = Path(shutil.copytree(HOSTS / "listed" / "before", tmp_path / "host"))
    with pytest.raises(QuestionError, match="cookies"):
        cors(root, Asked(("https://a.example",)))
    without = cors(root, Asked(("https://a.example",), credentials=False)).diff
    assert "allow_credentials" not in without.partition("tests/")[0]


@pytest.mark.parametrize(
    ("text", "rate"),
    [
        ("100/minute", Rate(100, 60)),
        ("5 per 15 minutes", Rate(5, 900)),
        ("10/15minutes", Rate(10, 900)),
        ("1 / day", Rate(1, 86_400)),
    ],
)
def test_rates(text: str, rate: Rate) -> None:
    assert parse_rate(text) == rate


@pytest.mark.parametrize("text", ["", "0/minute", "ten/minute", "5/fortnight", "5", "-1/day"])
def test_what_is_no_rate_is_refused(text: str) -> None:
    with pytest.raises(UsageError, match="is no limit"):
        parse_rate(text)


def test_what_is_no_kind_storage_proxy_or_route_is_refused() -> None:
    for words in (
        ("1/day", "usr", None, None, ()),
        ("1/day", "user", None, "redi", ()),
        ("1/day", "user", None, None, ("10.0.0.0/99",)),
        ("1/day", "user", ("POST", "login"), None, ()),
        (None, "user", ("POST", "/login"), None, ()),
    ):
        with pytest.raises(UsageError) as refused:
            read_limit(*words)
        assert refused.value.remedy


def test_clients_that_cannot_be_told_apart_are_refused(tmp_path: Path) -> None:
    root = host(tmp_path, MAIN.format(arguments=LITERAL))
    order = Order(root, dry_run=True)
    with pytest.raises(UsageError, match="decodes a token"):
        add_rate_limit(order, AskedLimit("1/day", "user"), silence)
    with pytest.raises(UsageError, match="takes no keys"):
        add_rate_limit(order, AskedLimit("1/day", "key"), silence)
    with pytest.raises(UsageError, match="has no POST /star"):
        add_rate_limit(order, AskedLimit("1/day", route=("POST", "/star")), silence)


def test_limits_of_another_library_are_asked_about(tmp_path: Path) -> None:
    main = """from fastapi import FastAPI
from slowapi import Limiter
from slowapi.util import get_remote_address

limiter = Limiter(key_func=get_remote_address)
app = FastAPI()
app.state.limiter = limiter


@app.get("/stars")
def list_stars():
    return []
"""
    root = host(tmp_path, main)
    asked = AskedLimit("5/minute", route=("GET", "/stars"))
    with pytest.raises(QuestionError, match="slowapi") as stopped:
        add_rate_limit(Order(root, dry_run=True), asked, silence)
    assert [one.value for one in stopped.value.question.choices] == ["use", "keep", "second"]
    used = Order(root, Answers({"existing": "use"}), dry_run=True)
    diff = add_rate_limit(used, asked, silence).diff
    assert '+@limiter.limit("5/minute")\n' in diff
    assert "+def list_stars(request: Request):\n" in diff


def test_another_rate_is_asked_about(tmp_path: Path) -> None:
    main = """from fastapi import FastAPI
from limiting import Limit, RateLimitMiddleware, by_address

app = FastAPI()
app.add_middleware(
    RateLimitMiddleware, limits=[Limit("5/minute", by_address, "GET", "/stars")]
)


@app.get("/stars")
def list_stars():
    return []
"""
    root = host(tmp_path, main)
    (root / "limiting.py").write_text("class RateLimitMiddleware: ...\n")
    route = ("GET", "/stars")
    same = add_rate_limit(Order(root), AskedLimit("5 / minute", route=route), silence)
    assert same.files == ()
    with pytest.raises(QuestionError, match="Shall it be 9/minute"):
        add_rate_limit(Order(root), AskedLimit("9/minute", route=route), silence)
    order = Order(root, Answers({"existing": "change"}), dry_run=True)
    diff = add_rate_limit(order, AskedLimit("9/minute", route=route), silence).diff
    assert (
        '+    RateLimitMiddleware, limits=[Limit("9/minute", by_address, "GET", "/stars")]' in diff
    )


def test_what_a_middleware_allows_without_saying_is_what_its_proof_asks_for(tmp_path: Path) -> None:
    root = host(tmp_path, MAIN.format(arguments='allow_origins=["https://a.example"]'))
    cors = read_project(root).cors
    assert cors is not None
    options = options_of(cors, cors.origins)
    assert (options.methods, options.headers) == (("GET",), ("Content-Type",))
