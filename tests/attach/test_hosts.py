"""Hosts are given CORS and limits: each change is a diff that was read, and its tests pass there.

`UPDATE_GOLDEN=1 pytest tests/attach` writes the changes anew; read what changed.
"""

import os
import shutil
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest

from backwright.project import read_project
from backwright.report.change import ChangeReport
from backwright.report.events import silence
from backwright.tasks.add_cors import add_cors
from backwright.tasks.add_rate_limit import add_rate_limit
from backwright.tasks.capability import Order
from backwright.tasks.cors_request import Asked
from backwright.tasks.questions import Answers
from backwright.tasks.rate_limit_request import AskedLimit

HERE = Path(__file__).parent
COOKIES = {"credentials": "yes"}
MOVED = {"existing": "settings"}
CORS: Mapping[str, tuple[str, Asked, Mapping[str, str]]] = {
    "flat-cors": ("flat", Asked(("https://birds.example",)), {}),
    "factory-cors": ("factory", Asked(), {}),
    "listed-cors": ("listed", Asked(("https://shop.example",)), COOKIES),
    "keyed-cors": ("keyed", Asked(), MOVED),
    "flat-cors-everybody": ("flat", Asked(("*",), methods=("GET",)), {}),
}
LIMITS = {
    "flat-limit": ("flat", AskedLimit("60/minute", proxies=("10.0.0.0/8",))),
    "factory-limit-user": ("factory", AskedLimit(None, "user", redis=True)),
    "factory-limit-route": (
        "factory",
        AskedLimit("5/minute", "user", ("POST", "/api/tides/{name}/wishes")),
    ),
    "listed-limit": ("listed", AskedLimit("10/15 minutes")),
    "keyed-limit-key": ("keyed", AskedLimit("100/hour", "key")),
}


def planned(name: str, root: Path) -> ChangeReport:
    if name in CORS:
        _, asked, given = CORS[name]
        return add_cors(Order(root, Answers(given), dry_run=True), asked, silence)
    return add_rate_limit(Order(root, Answers(), dry_run=True), LIMITS[name][1], silence)


def copied(name: str, tmp_path: Path) -> Path:
    host = CORS[name][0] if name in CORS else LIMITS[name][0]
    root = tmp_path / "host"
    ignored = shutil.ignore_patterns("__pycache__")
    shutil.copytree(HERE / "hosts" / host / "before", root, ignore=ignored)
    return root


def applied(root: Path, diff: str) -> None:
    subprocess.run(
        ["patch", "-p1", "--quiet"], cwd=root, input=diff, text=True, check=True, timeout=60
    )


@pytest.mark.parametrize("name", [*CORS, *LIMITS])
def test_change(name: str, tmp_path: Path) -> None:
    root = copied(name, tmp_path)
    report = planned(name, root)
    told = report.diff + "".join(f"note {n.file}:{n.line} {n.text}\n" for n in report.notes)
    golden = HERE / "goldens" / f"{name}.diff"
    if os.environ.get("UPDATE_GOLDEN"):
        golden.write_text(told)
    assert told == golden.read_text()

    before = read_project(root)
    applied(root, report.diff)
    after = read_project(root)
    assert {(e.method, e.path) for e in after.endpoints} == {
        (e.method, e.path) for e in before.endpoints
    }
    again = planned(name, root)
    assert (again.files, again.diff) == ((), "")
    assert "nothing was changed" in again.summary
    tests = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider"],
        cwd=root,
        env={**os.environ, "PYTHONPATH": str(root), "PYTHONDONTWRITEBYTECODE": "1"},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert tests.returncode == 0, tests.stdout + tests.stderr
