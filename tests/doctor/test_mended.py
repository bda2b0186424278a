"""What a diagnosis mends is run: the failure is gone, and the page and the token are let in."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.doctor.cases import Case, cases
from tests.doctor.proofs import PROOFS, proof

from backwright.host.postgres import Cluster, cluster

ALL = [(one, name) for one in cases() if (name := proof(one))]


@pytest.fixture(scope="module")
def server() -> Iterator[Cluster]:
    with cluster() as found:
        yield found


@pytest.mark.slow
@pytest.mark.parametrize(("case", "name"), ALL, ids=[one.name for one, _ in ALL])
def test_what_is_mended_works(case: Case, name: str, tmp_path: Path, server: Cluster) -> None:
    PROOFS[name](case, tmp_path, server)


@pytest.mark.parametrize("case", cases(), ids=[one.name for one in cases()])
def test_a_case_is_seen_mended_or_says_why_not(case: Case) -> None:
    words = case.words
    if "mends" in words["expect"]:
        assert (proof(case) is None) == ("unseen" in words)
    else:
        assert words["outside"]
