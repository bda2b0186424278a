"""Which versions of its libraries a project is written for, where none of them is installed."""

from __future__ import annotations

from pathlib import Path

import pytest

from backwright.host.requirements import Requirements
from backwright.host.versions import asked_versions, known_versions


@pytest.mark.parametrize(
    ("line", "version"),
    [
        ("sqlmodel==0.0.4", "0.0.4"),
        ("pydantic[email]~=1.8", "1.8"),
        ("pydantic>=1.8,<2.0", "1.9999"),
        ("sqlmodel<0.0.21", "0.0.20.9999"),
        ("fastapi>=0.100,<=0.110", None),
        ("fastapi>=0.70", None),
        ("pydantic; python_version < '3.12'", None),
    ],
)
def test_what_a_requirement_leads_to(line: str, version: str | None) -> None:
    found = asked_versions(Requirements(needed=(line,)))
    assert list(found.values()) == ([version] if version else [])


def test_a_lock_says_more_than_a_range() -> None:
    needs = Requirements(needed=("pydantic<2",), pins=("pydantic==1.10.2",))
    assert asked_versions(needs) == {"pydantic": "1.10.2"}


def test_a_service_below_the_projects_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", "")
    monkeypatch.delenv("VIRTUAL_ENV", raising=False)
    backend = tmp_path / "services" / "backend"
    backend.mkdir(parents=True)
    (backend / "requirements.txt").write_text("fastapi==0.70.0\npydantic==1.8.2\nsqlmodel==0.0.4\n")
    found = known_versions(tmp_path)
    assert found == {"fastapi": "0.70.0", "pydantic": "1.8.2", "sqlmodel": "0.0.4"}
