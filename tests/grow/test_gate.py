"""The template of accounts in each of its forms: its own tests pass, its types and lint are clean."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.grow.test_template import FORMS, REST, check

from backwright.host.postgres import Cluster, cluster


@pytest.fixture(scope="module")
def server() -> Iterator[Cluster]:
    with cluster() as running:
        yield running


def test_gate(server: Cluster, tmp_path: Path) -> None:
    check(server, tmp_path, "async, SQLModel", "gate")


@pytest.mark.slow
@pytest.mark.parametrize("name", REST)
def test_other_forms(server: Cluster, tmp_path: Path, name: str) -> None:
    assert name in FORMS
    check(server, tmp_path, name, "gate")
