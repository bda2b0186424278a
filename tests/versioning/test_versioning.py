"""A version added to each host: the whole change is a diff that was read by a person.

`UPDATE_GOLDEN=1 pytest tests/versioning` writes the changes anew; read what changed.
"""

import os
import re
import shlex
import shutil
from pathlib import Path

import pytest

from backwright.errors import UsageError
from backwright.project import read_project
from backwright.tasks.add_version import AddVersion, add_version
from backwright.tasks.capability import Order
from backwright.tasks.questions import Answers

HERE = Path(__file__).parent / "hosts"
HOSTS = sorted(path.name for path in HERE.iterdir())


def asked(root: Path, line: str, *, dry_run: bool = True) -> AddVersion:
    """Read a request as the command line does."""
    word, *rest = shlex.split(line)
    told = dict(zip(rest[::2], rest[1::2], strict=True))
    return AddVersion(
        Order(root, Answers(yes=True), dry_run),
        word,
        told.get("--from"),
        told.get("--by", "path"),
        told.get("--sunset"),
    )


@pytest.mark.parametrize("name", HOSTS)
def test_version(name: str, tmp_path: Path) -> None:
    before, host = HERE / name / "before", tmp_path / "host"
    shutil.copytree(before, host)
    report = add_version(asked(host, (HERE / name / "request.txt").read_text()), lambda _: None)
    told = f"{report.summary}\n{report.diff}"
    told += "".join(f"note {n.file}:{n.line} {n.text}\n" for n in report.notes)
    told = re.sub(r"deprecated_on=date\([\d, ]+\)", "deprecated_on=date(…)", told)
    golden = HERE / name / "after.diff"
    if os.environ.get("UPDATE_GOLDEN"):
        golden.write_text(told)
    assert told == golden.read_text()
    for path in before.rglob("*.py"):
        assert (host / path.relative_to(before)).read_bytes() == path.read_bytes()


def test_a_version_that_is_there_is_left() -> None:
    report = add_version(asked(HERE / "folder" / "before", "v1"), lambda _: None)
    assert report.files == ()
    assert "v1 is there already: /api/v1/items" in report.summary


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("two", "'two' is no version"),
        ("v2 --by query", "'query' is no way"),
        ("v2 --sunset tomorrow", "'tomorrow' is no date"),
        ("v2 --from v2", "v2 is the version that is there"),
        ("v3 --from v2", "no path of this application has v2"),
    ],
)
def test_wrong_words(line: str, said: str) -> None:
    with pytest.raises(UsageError) as raised:
        add_version(asked(HERE / "folder" / "before", line), lambda _: None)
    assert raised.value.message == said


def test_a_prefix_of_the_handlers_own_router_that_is_no_text_is_refused(tmp_path: Path) -> None:
    (tmp_path / "main.py").write_text(
        "from fastapi import APIRouter, FastAPI\n\nWORDS = '/v1/words'\nrouter = APIRouter(prefix=WORDS)\n\n\n"
        "@router.get('')\ndef words():\n    return []\n\n\n"
        "app = FastAPI()\napp.include_router(router)\n"
    )
    with pytest.raises(UsageError, match="stands on a router with handlers of its own") as raised:
        add_version(asked(tmp_path, "v2"), lambda _: None)
    assert str(raised.value.place) == "main.py:4"


def test_a_version_that_is_cut_off_is_refused(tmp_path: Path) -> None:
    (tmp_path / "main.py").write_text(
        "from fastapi import FastAPI\n\napp = FastAPI(root_path='/api/v1')\n\n\n"
        "@app.get('/words')\ndef words():\n    return []\n"
    )
    with pytest.raises(UsageError, match="stands in root_path") as raised:
        add_version(asked(tmp_path, "v2"), lambda _: None)
    assert str(raised.value.place) == "main.py:3"
    assert "--by header" in raised.value.remedy


def test_what_a_proxy_cuts_off_is_in_the_link_to_the_next_version(tmp_path: Path) -> None:
    (tmp_path / "main.py").write_text(
        "from fastapi import FastAPI\n\napp = FastAPI(root_path='/shop')\n\n\n"
        "@app.get('/words')\ndef words():\n    return []\n"
    )
    report = add_version(asked(tmp_path, "v2"), lambda _: None)
    assert """== f'</shop{NEXT}>; rel="successor-version"'""" in report.diff


def test_endpoints_of_the_old_version_are_read_as_before(tmp_path: Path) -> None:
    host = tmp_path / "host"
    shutil.copytree(HERE / "folder" / "before", host)
    old = {(e.method, e.path) for e in read_project(host).endpoints}
    assert ("GET", "/api/v1/items/{item_id}") in old
    assert not any("v2" in path for _, path in old)
