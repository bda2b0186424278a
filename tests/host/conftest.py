"""Fixtures of the host's tests: a cache and scratch folders of their own."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from backwright.host import postgres
from backwright.host.postgres import Cluster


@pytest.fixture(autouse=True)
def own_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BACKWRIGHT_CACHE", str(tmp_path / "cache"))


@pytest.fixture(scope="module")
def cluster() -> Iterator[Cluster]:
    with postgres.cluster() as server:
        yield server
