"""Each broken project of the clinic: the right cause first, at its line, and mended where it can be."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import pytest
from tests.doctor.cases import CLINIC, NOW, Case, cases

from backwright.doctor.engine import examine
from backwright.doctor.evidence import Evidence
from backwright.doctor.sources import Sources
from backwright.project import read_project
from backwright.report.doctor_types import DoctorReport

ALL = cases()


def examined(case: Case, folder: Path) -> DoctorReport:
    root = case.make(folder / "project")
    log = case.log.read_text(encoding="utf-8") if case.log.is_file() else case.words.get("log", "")
    evidence = Evidence(
        read_project(root), Sources(root), log, case.words.get("environment", {}), case.token(),
        case.words.get("origin"), NOW,
    )  # fmt: skip
    return examine(evidence)


@pytest.mark.parametrize("case", ALL, ids=[one.name for one in ALL])
def test_the_right_cause_comes_first(case: Case, tmp_path: Path) -> None:
    expected = case.words["expect"]
    report = examined(case, tmp_path)
    assert report.causes, "nothing was found"
    first = report.causes[0]
    assert first.name == expected["cause"], [dataclasses.astuple(one)[:3] for one in report.causes]
    assert first.check == case.file.parent.name
    if "file" in expected:
        assert first.place is not None, first
        assert first.place.file == expected["file"]
        lines = (tmp_path / "project" / first.place.file).read_text().splitlines()
        assert expected["line"] in lines[first.place.line - 1]
    if "mends" in expected:
        assert any(expected["mends"] in one.after for one in first.repairs), first.repairs
    assert first.remedy


@pytest.mark.parametrize("base", ["sync", "async"])
def test_a_healthy_project_gets_a_clean_bill(base: str, tmp_path: Path) -> None:
    case = Case(CLINIC / "logs" / "none.toml", {"base": base})
    root = case.make(tmp_path / "project")
    project = read_project(root)
    origin = "http://localhost:3000" if base == "sync" else None
    evidence = Evidence(project, Sources(root), "", {}, None, origin, NOW)
    assert examine(evidence).causes == ()


@pytest.mark.parametrize(
    "origins",
    [
        'origins = settings.cors_origins.split(",")',
        'origins = ["http://localhost:3000"]',
        'origins = "*"',
    ],
)
def test_origins_that_are_a_list_are_no_text(origins: str, tmp_path: Path) -> None:
    change = [
        ["app/main.py", "app = FastAPI()", f"{origins}\napp = FastAPI()"],
        ["app/main.py", "allow_origins=settings.cors_origins", "allow_origins=origins"],
        ["app/config.py", "cors_origins: list[str]", "origins: str"],
    ]
    case = Case(CLINIC / "logs" / "none.toml", {"change": change})
    root = case.make(tmp_path / "project")
    report = examine(Evidence(read_project(root), Sources(root), "", {}, None, None, NOW))
    assert "cors-origins-text" not in [one.name for one in report.causes]
