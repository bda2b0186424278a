"""The plain template in each of its forms: its own tests pass, its types and lint are clean."""

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from backwright.host.postgres import Cluster, cluster
from backwright.tasks.tidy import tidy
from backwright.transfer.grow.libraries import MODERN
from backwright.transfer.grow.template import plain_draft

BIN = Path(sys.executable).parent
FORMS = {
    "async, SQLModel": (True, False),
    "async, SQLAlchemy": (True, True),
    "sync, SQLModel": (False, False),
    "sync, SQLAlchemy": (False, True),
}
REST = [name for name in FORMS if name != "async, SQLModel"]


@pytest.fixture(scope="module")
def server() -> Iterator[Cluster]:
    with cluster() as running:
        yield running


def check(server: Cluster, folder: Path, name: str, template: str = "plain") -> None:
    is_async, mapped = FORMS[name]
    draft = plain_draft(is_async=is_async, mapped=mapped, name=template)
    tidy(folder, draft.write_into(folder))
    url = server.create_database(server.fresh_name("plain")).url()
    for program in (["ruff", "check", "."], ["mypy"], ["pytest", "-p", "no:cacheprovider"]):
        run = subprocess.run(
            [BIN / program[0], *program[1:]],
            cwd=folder,
            env={**os.environ, "DATABASE_URL": url},
            capture_output=True,
            text=True,
            timeout=300,
            check=False,
        )
        assert run.returncode == 0, run.stdout + run.stderr


def test_template(server: Cluster, tmp_path: Path) -> None:
    check(server, tmp_path, "async, SQLModel")


@pytest.mark.slow
@pytest.mark.parametrize("name", REST)
def test_other_forms(server: Cluster, tmp_path: Path, name: str) -> None:
    check(server, tmp_path, name)


@pytest.mark.parametrize("mapped", [False, True])
def test_a_connection_comes_from_where_an_old_sqlalchemy_has_it(mapped: bool) -> None:
    old = replace(MODERN, modern=False)
    draft = plain_draft(is_async=False, mapped=mapped, libraries=old)
    code = "".join(draft.text(path) for path in draft.modules())
    assert "from sqlalchemy.engine import Connection\n" in code
    assert not re.search(r"from sqlalchemy import .*\bConnection\b", code)
