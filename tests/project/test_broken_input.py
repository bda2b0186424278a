"""Whatever is in the folder, a reading ends: the rest is given, and what failed is listed."""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
import sys
import tempfile
import tracemalloc
from collections.abc import Iterator
from pathlib import Path

import pytest

from backwright.project import endpoints, read_project
from backwright.project.modules import parse_source
from backwright.project.routes import Route
from backwright.project.types import Auth

APP = """
from fastapi import FastAPI

app = FastAPI()


@app.get("/ok")
def ok():
    return 1
"""


@pytest.fixture(autouse=True)
def _no_cache(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BACKWRIGHT_CACHE", "off")


@pytest.fixture
def host(tmp_path: Path) -> Path:
    (tmp_path / "main.py").write_text(APP)
    return tmp_path


def test_what_setuptools_copied_is_no_second_program(host: Path) -> None:
    copied = host / "build" / "lib"
    copied.mkdir(parents=True)
    (copied / "main.py").write_text(APP)
    assert [one.object for one in read_project(host).apps] == ["main:app"]


def paths(root: Path) -> list[str]:
    return [one.path for one in read_project(root).endpoints]


def whys(root: Path) -> dict[str, str]:
    return {one.file: one.why for one in read_project(root).unresolved}


def test_nothing_at_all(tmp_path: Path) -> None:
    project = read_project(tmp_path)
    assert (project.apps, project.endpoints, project.models) == ((), (), ())
    assert project.auth.approach == "none"
    assert project.unresolved == ()


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"def broken(:\n    FastAPI()\n", "syntax error"),
        (b"print 'FastAPI'\n", "syntax error"),
        ("from fastapi import FastAPI\n".encode("utf-16"), "UTF-16"),
        (b"FastAPI\0", "null bytes"),
        (b"# -*- coding: no-such -*-\nFastAPI\n", "syntax error: unknown encoding"),
        (b"FastAPI = '\xff\xfe'\n", "syntax error"),
        (b"FastAPI = " + b"(" * 5000 + b")" * 5000, "too many nested parentheses"),
    ],
)
def test_a_file_that_is_no_python(host: Path, content: bytes, why: str) -> None:
    (host / "broken.py").write_bytes(content)
    assert paths(host) == ["/ok"]
    assert why in whys(host)["broken.py"]


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\xef\xbb\xbf" + APP.replace("/ok", "/bom").encode(),
        b"# -*- coding: latin-1 -*-\nname = '\xe9'\n" + APP.encode(),
        b"from fastapi import FastAPI\r\napp = FastAPI()\r\n",
    ],
)
def test_unusual_but_right_files(host: Path, content: bytes) -> None:
    (host / "other.py").write_bytes(content)
    assert "/ok" in paths(host)
    assert whys(host) == {}


def test_a_byte_order_mark_is_read_past(tmp_path: Path) -> None:
    (tmp_path / "main.py").write_bytes(b"\xef\xbb\xbf" + APP.encode())
    assert paths(tmp_path) == ["/ok"]


def test_links_in_a_circle(host: Path) -> None:
    package = host / "package"
    package.mkdir()
    (package / "again").symlink_to(host, target_is_directory=True)
    (package / "itself").symlink_to(package / "itself")
    (host / "gone.py").symlink_to(host / "nowhere.py")
    assert paths(host) == ["/ok"]


@contextlib.contextmanager
def nobody_in_particular(folder: Path) -> Iterator[None]:
    """Read as a user who may not do everything: root becomes nobody for a while."""
    read_project(folder)  # what is imported late is imported as the one who may
    if os.geteuid():
        yield
        return
    os.seteuid(65534)
    try:
        yield
    finally:
        os.seteuid(0)


def test_what_may_not_be_read() -> None:
    with tempfile.TemporaryDirectory() as name:
        host = Path(name)
        host.chmod(0o755)  # what pytest itself makes is for its user alone
        (host / "main.py").write_text(APP)
        (host / "closed").mkdir()
        (host / "closed" / "hidden.py").write_text(APP)
        (host / "secret.py").write_text(APP)
        (host / ".env").write_text("PREFIX=/api\n")
        closed = [host / "closed", host / "secret.py", host / ".env"]
        with nobody_in_particular(host):
            assert len(paths(host)) == 3
        for one in closed:
            one.chmod(0)
        try:
            with nobody_in_particular(host):
                assert paths(host) == ["/ok"]
                assert "cannot be listed" in whys(host)["closed"]
                assert "cannot be read" in whys(host)["secret.py"]
        finally:
            for one in closed:
                one.chmod(0o700)


def test_programs_that_never_end(host: Path) -> None:
    (host / "main.py").write_text(
        APP
        + "def again(n):\n    return again(n + 1)\n\n"
        + "again(0)\nwhile True:\n    pass\n"
        + "text = 'x' * 10 ** 12\nfor a in range(10 ** 9):\n    for b in range(10 ** 9):\n        b\n"
        + "@app.get('/after')\ndef after():\n    return 1\n"
    )
    assert paths(host)[0] == "/ok"


def test_imports_in_a_circle(host: Path) -> None:
    (host / "one.py").write_text("from two import b\na = 1\n")
    (host / "two.py").write_text("from one import a\nb = a\n")
    (host / "main.py").write_text("import one\n" + APP + "app.get(f'/{one.a}')(ok)\n")
    assert paths(host) == ["/ok", "/1"]


def test_a_deep_expression(host: Path) -> None:
    (host / "main.py").write_text(APP + "total = " + " + ".join(["1"] * 3000) + "\n")
    assert paths(host) == ["/ok"]


@pytest.mark.slow
def test_a_part_that_cannot_be_read(host: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(_: object, route: Route, __: object) -> Auth:
        if route.path == "/ok":
            raise RecursionError("too deep")
        return "none"

    monkeypatch.setattr(endpoints, "judge", fails)
    (host / "main.py").write_text(APP + '\n\n@app.get("/more")\ndef more():\n    return 2\n')
    assert paths(host) == ["/more"]
    assert whys(host) == {"main.py": "this could not be read: RecursionError: too deep"}


def test_twenty_thousand_files(host: Path) -> None:
    for index in range(200):
        folder = host / f"part{index}"
        folder.mkdir()
        for number in range(100):
            (folder / f"m{number}.py").write_text(f"value = {number}\n")
    assert paths(host) == ["/ok"]


@pytest.mark.parametrize(
    "content",
    [
        "tool = []\nproject = []\n",
        "project = 3\n[tool]\npoetry = 4\n",
        "[project]\nentry-points = 3\n[tool.poetry]\ndependencies = [1]\nplugins = 'x'\n",
        "[project]\nrequires-python = 3\nentry-points = {a = 1}\n",
        "[not toml",
    ],
)
def test_odd_configuration(host: Path, content: str) -> None:
    (host / "pyproject.toml").write_text(content)
    (host / "alembic.ini").write_text("[alembic]\nscript_location = %(nothing)s/../../%(x\n")
    (host / ".python-version").write_text("\n\n")
    (host / ".env").write_bytes(b"A=\xff\n=x\nB")
    assert paths(host) == ["/ok"]


@pytest.mark.parametrize(
    "line",
    [
        "for i in range(60): text = text + text",
        "for i in range(60): text = f'{text}{text}'",
        "for i in range(60): text = '%s%s' % (text, text)",
        "for i in range(60): text = text.replace('x', 'xx')",
        "for i in range(60): text = text.join([text, text])",
        "for i in range(60): many = many + many",
        "for i in range(60): number = number * number",
        "text = ('x' * 20000).replace('x', 'y' * 20000)",
        "text = '%1000000000d' % 1",
        "text = '%*d' % (1000000000, 1)",
        "text = f'{1:1000000000}'",
        "text = '{:1000000000}'.format(1)",
        "text = '{:{}}'.format(1, 1000000000)",
    ],
)
def test_values_that_grow_without_end(host: Path, line: str) -> None:
    values = "text = 'x' * 1000\nmany = [1] * 1000\nnumber = 10 ** 9 + 9\nnumber = 1000000007\n"
    after = "@app.get('/after')\ndef after():\n    return text\n"
    (host / "main.py").write_text(APP + values + line + "\n" + after)
    tracemalloc.start()
    assert paths(host) == ["/ok", "/after"]
    assert tracemalloc.get_traced_memory()[1] < 100_000_000
    tracemalloc.stop()


def test_a_router_in_itself_and_an_application_in_itself(host: Path) -> None:
    more = "from fastapi import APIRouter\nr = APIRouter()\nr.include_router(r)\n"
    more += "app.include_router(r)\napp.mount('/again', app)\n"
    (host / "main.py").write_text(APP + more)
    assert paths(host)[0] == "/ok"


def test_a_long_chain_of_branches(host: Path) -> None:
    chain = "if unknown:\n    pass\n" + "elif unknown:\n    pass\n" * 3000
    (host / "other.py").write_text("from fastapi import FastAPI\n" + chain)
    assert paths(host) == ["/ok"]


def test_names_that_are_no_text_are_still_a_document(host: Path) -> None:
    path = os.fsencode(host) + b"/b\xff.py"
    try:
        Path(os.fsdecode(path)).write_text(APP.replace("/ok", "/\\ud800"))
    except OSError:
        pytest.skip("this file system takes names of text only")
    command = [sys.executable, "-m", "backwright", "inspect", "--static", "--project", str(host)]
    done = subprocess.run([*command, "--json"], capture_output=True, check=True)
    places = {one["file"] for one in json.loads(done.stdout.decode("utf-8"))["endpoints"]}
    assert places == {"main.py", "b\udcff.py"}
    shown = subprocess.run(command, capture_output=True, check=True)
    assert "udcff" in shown.stdout.decode("utf-8")


def test_newer_syntax_than_the_running_interpreter() -> None:
    source = (
        b"title = t'{name}'\n"
        b"try:\n    pass\nexcept ValueError, TypeError:\n    pass\n"
        b"type Pair[T] = tuple[T, T]\n"
        b"shown = f'{name.replace('a', '\\\\n')}'\n"
        b"def first[T](pair: Pair[T]) -> T: ...\n"
    )
    tree, _, _ = parse_source(source, "new.py")
    assert tree is not None
    assert [type(one).__name__ for one in tree.body][-1] == "FunctionDef"


def test_reading_loads_no_libcst_and_prints_nothing(host: Path) -> None:
    code = (
        "import sys, pathlib; from backwright.project import read_project;"
        f"read_project(pathlib.Path({str(host)!r}));"
        "sys.exit('libcst' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (0, b"", b"")
