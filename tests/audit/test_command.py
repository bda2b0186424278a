"""The words of `backwright audit`, its exit codes, its formats, and what keeps a finding quiet."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from typer.testing import CliRunner, Result

from backwright.audit.live import live_of
from backwright.audit.rule import Found, Judged, Looked, Unsure
from backwright.cli.main import app
from backwright.project.types import Endpoint, Project
from backwright.report.probe_types import ProbeCell
from backwright.values import Place

FAULTY = """\
from fastapi import Depends, FastAPI, security
from fastapi.middleware.cors import CORSMiddleware

app = FastAPI(dependencies=[Depends(security.HTTPBasic())])
app.add_middleware(CORSMiddleware, allow_origins=["*"], allow_credentials=True)
"""
LOCAL = FAULTY.replace('"*"', '"http://localhost:3000"').replace(", allow_credentials=True", "")
RULE = "cors-any-origin-with-credentials"
ITEMS = [1, 2, 3, 4, 5, 6, 7, 8]


@pytest.fixture
def project(tmp_path: Path) -> Path:
    (tmp_path / "main.py").write_text(FAULTY)
    return tmp_path


def run(root: Path, *words: str) -> Result:
    return CliRunner().invoke(app, ["audit", "--project", str(root), "--quiet", *words])


def document(root: Path, *words: str, code: int) -> dict[str, Any]:
    result = run(root, "--json", *words)
    assert result.exit_code == code, result.output
    held: dict[str, Any] = json.loads(result.stdout)
    return held


def test_json_is_that_of_the_contract(project: Path) -> None:
    held = document(project, code=1)
    assert (held["schema"], held["command"]) == (1, "audit")
    finding = next(one for one in held["findings"] if one["rule"] == RULE)
    assert finding["item"] == 7
    assert finding["level"] == "error"
    assert (finding["file"], finding["line"]) == ("main.py", 5)
    assert (finding["seen"], finding["fixable"]) == ("static", False)
    assert finding["message"]
    assert finding["remedy"]
    assert [one["item"] for one in held["checklist"]] == ITEMS
    cors = held["checklist"][6]
    assert (cors["verdict"], cors["counted"], cors["failing"]) == ("fail", 1, 1)


def test_what_nobody_looked_at_is_unknown_and_not_a_pass(project: Path) -> None:
    isolation = document(project, code=1)["checklist"][4]
    assert (isolation["verdict"], isolation["counted"]) == ("unknown", 0)
    assert isolation["why"]


def test_the_same_words_give_the_same_bytes(project: Path) -> None:
    assert run(project, "--json").stdout == run(project, "--json").stdout


def test_fail_on_decides_the_exit_code(tmp_path: Path) -> None:
    (tmp_path / "main.py").write_text(LOCAL)
    held = document(tmp_path, code=1)
    assert {one["level"] for one in held["findings"]} <= {"warning", "note"}
    document(tmp_path, "--fail-on", "error", code=0)
    (tmp_path / "pyproject.toml").write_text('[tool.backwright.audit]\nfail-on = "error"\n')
    document(tmp_path, code=0)
    document(tmp_path, "--fail-on", "warning", code=1)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--format", "xml"], "xml"),
        (["--fail-on", "never"], "never"),
        (["--explain", "cors-any-orgin"], "did you mean"),
        (["--baseline", "none.json"], "none.json"),
        (["--project", "/no/such/folder"], "--project"),
    ],
)
def test_wrong_words_are_exit_2(project: Path, words: list[str], said: str) -> None:
    result = run(project, *words)
    assert result.exit_code == 2
    assert said in result.output


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('fail_on = "error"', "'fail-on'"),
        ('ignore = ["cors-any-origin"]', RULE),
        ("levels = {cors-pattern-too-wide = 'fatal'}", "error, warning, note"),
        ("exclude = 'tests'", "list of texts"),
    ],
)
def test_wrong_settings_are_exit_2_with_their_file(project: Path, text: str, said: str) -> None:
    (project / "pyproject.toml").write_text(f"[tool.backwright.audit]\n{text}\n")
    error = document(project, code=2)["error"]
    assert error["file"] == "pyproject.toml"
    assert said in f"{error['message']} {error['remedy']}"


def test_a_comment_with_a_reason_keeps_a_finding_quiet(project: Path) -> None:
    quiet = f"# backwright: ignore[{RULE}] a public demo"
    (project / "main.py").write_text(FAULTY.replace("app.add", f"{quiet}\napp.add"))
    held = document(project, "--fail-on", "error", code=0)
    assert [one["why"] for one in held["ignored"]] == ["a public demo"]
    assert held["checklist"][6]["verdict"] == "pass"


@pytest.mark.parametrize("comment", [f"ignore[{RULE}]", "ignore[no-such-rule] because"])
def test_a_comment_without_reason_or_rule_does_not_count(project: Path, comment: str) -> None:
    (project / "main.py").write_text(f"{FAULTY.rstrip()}  # backwright: {comment}\n")
    held = document(project, code=1)
    assert held["notes"]
    assert any(one["rule"] == RULE for one in held["findings"])


def test_settings_leave_out_rules_and_files(project: Path) -> None:
    settings = project / "pyproject.toml"
    settings.write_text(f'[tool.backwright.audit]\nignore = ["{RULE}"]\n')
    assert RULE not in run(project, "--json").stdout.partition('"ignored"')[0]
    settings.write_text('[tool.backwright.audit]\nexclude = ["main.py"]\n')
    assert document(project, code=0)["findings"] == []
    settings.write_text(f'[tool.backwright.audit.levels]\n"{RULE}" = "note"\n')
    levels = {one["rule"]: one["level"] for one in document(project, code=0)["findings"]}
    assert levels[RULE] == "note"


def test_a_baseline_knows_findings_wherever_their_lines_move(project: Path) -> None:
    document(project, "--write-baseline", "known.json", code=1)
    main = project / "main.py"
    main.write_text("import os\n\n" + FAULTY)
    document(project, "--baseline", "known.json", code=0)
    main.write_text(f"{FAULTY}{FAULTY.splitlines()[-1]}\n")
    again = document(project, "--baseline", "known.json", code=1)
    assert [one["line"] for one in again["findings"] if one["rule"] == RULE] == [6]


def test_sarif_holds_to_its_schema(project: Path) -> None:
    result = run(project, "--format", "sarif")
    assert result.exit_code == 1
    log = json.loads(result.stdout)
    schema = json.loads((Path(__file__).parent / "sarif-schema-2.1.0.json").read_text())
    jsonschema.Draft4Validator(schema).validate(log)
    found = next(one for one in log["runs"][0]["results"] if one["ruleId"] == RULE)
    rules = log["runs"][0]["tool"]["driver"]["rules"]
    assert rules[found["ruleIndex"]]["id"] == RULE
    place = found["locations"][0]["physicalLocation"]
    assert place["artifactLocation"]["uri"] == "main.py"
    assert place["region"]["startLine"] == 5


def test_github_shows_each_finding_at_its_line(project: Path) -> None:
    lines = run(project, "--format", "github").stdout.splitlines()
    found = [one for one in lines if f"title={RULE}::" in one]
    assert found
    assert found[0].startswith("::error file=main.py,line=5,")
    assert "%0A" in found[0]  # the remedy's lines


def test_text_names_place_remedy_and_every_item(project: Path) -> None:
    text = run(project).stdout
    assert "main.py:5" in text
    assert "settings.cors_origins" in text
    assert all(f" {item} " in text for item in ITEMS)


def test_explain_prints_a_rule_with_its_examples(project: Path) -> None:
    result = run(project, "--explain", RULE)
    assert result.exit_code == 0
    assert "Bad:" in result.stdout
    assert "Leave it:" in result.stdout
    assert RULE in run(project, "--explain", "all").stdout


def test_a_file_that_is_no_python_hides_nothing(project: Path) -> None:
    (project / "broken.py").write_text("def (:\n")
    held = document(project, code=1)
    assert any(one["rule"] == RULE for one in held["findings"])
    assert any(one.startswith("broken.py:1: ") for one in held["notes"])
    assert "pass" not in {one["verdict"] for one in held["checklist"]}


def test_a_dry_run_shows_the_diff_and_writes_nothing(project: Path) -> None:
    main = project / "main.py"
    main.write_text("def one():\n    print(1)\n")
    held = document(project, "--fix", "--dry-run", code=1)
    assert [one["rule"] for one in held["fixed"]] == ["missing-type-hints"]
    assert "+def one() -> None:" in held["diff"]
    assert held["undo"] is None
    assert main.read_text() == "def one():\n    print(1)\n"
    (hint,) = (one for one in held["findings"] if one["rule"] == "missing-type-hints")
    assert (hint["fixable"], hint["fix"]) == (True, "safe")
    assert "would be mended missing-type-hints: 1" in run(project, "--fix", "--dry-run").stdout


def test_unsafe_repairs_are_made_only_if_asked_for(project: Path) -> None:
    held = document(project, "--fix", code=1)
    assert (held["fixed"], held["files"], held["undo"]) == ([], [], None)
    (found,) = (one for one in held["findings"] if one["rule"] == RULE)
    assert (found["fixable"], found["fix"]) == (False, "unsafe")
    diff = document(project, "--fix", "--unsafe", "--dry-run", code=1)["diff"]
    assert "allow_credentials=False" in diff


@pytest.mark.parametrize(
    "words", [["--unsafe"], ["--dry-run"], ["--fix", "--write-baseline", "known.json"]]
)
def test_words_that_do_not_go_together_are_exit_2(project: Path, words: list[str]) -> None:
    assert document(project, *words, code=2)["error"]["remedy"]


def test_the_probe_decides_what_reading_leaves_open(project: Path) -> None:
    """A doubt that the running server has settled is a finding that says so, or none."""
    place, other = Place("main.py", 5), Place("main.py", 9)
    endpoints = tuple(
        Endpoint(
            "main:app", "GET", path, "main:read", "main.py", line, "required", (), None, None, None
        )
        for path, line in (("/a", 5), ("/b", 9), ("/c", 13))
    )
    matrix = [
        ProbeCell("GET", "/a", "owner", "not-proven", ""),
        ProbeCell("GET", "/a", "other", "leak", "reads the owner's row"),
        ProbeCell("GET", "/b", "other", "isolated", "404"),
        ProbeCell("GET", "/c", "other", "not-proven", "nothing to try"),
    ]
    live = live_of(Project(project, endpoints=endpoints), matrix)
    doubts: list[Judged] = [Unsure(Place("main.py", line), "?") for line in (5, 9, 13)]
    leak, kept, open_one = live.decided(doubts)
    assert isinstance(leak, Found)
    assert (leak.place, leak.seen, leak.level) == (place, "live", "error")
    assert "reads the owner's row" in leak.message
    assert kept == Looked(other)
    assert open_one == doubts[2]
    other_doubt = Unsure(place, "?", live=False)
    assert list(live.decided([other_doubt])) == [other_doubt]
