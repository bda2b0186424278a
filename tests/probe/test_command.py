"""The words of `backwright probe`, its exit codes, and its report in every format."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from xml.etree import ElementTree

import pytest
from rich.console import Console
from typer.testing import CliRunner

from backwright.cli.main import app
from backwright.host.server import free_port
from backwright.probe.config import read_config
from backwright.report.probe_junit import junit
from backwright.report.probe_text import print_probe, probe_document
from backwright.report.probe_types import ProbeCell, ProbeCheck, ProbeReport

REPORT = ProbeReport(
    "shop", 1, 3, 0.5,
    (
        ProbeCheck("other-reads", "isolation", "GET", "/a/{id}", "fail", "it has [x]", "curl -X GET u",
                   "404", "200 {}", "app/a.py", 7),
        ProbeCheck("answers", "endpoints", "GET", "/a/{id}", "skipped", "nobody could be logged in"),
    ),
    (ProbeCell("GET", "/a/{id}", "other", "leak", "it has [x]"),),
    ("no database is seen",),
)  # fmt: skip


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (["--url", "https://api.example.com"], 2, "--allow-remote"),
        (["--url", "nonsense"], 2, "http://127.0.0.1:8000"),
        (["--only", "speed"], 2, "endpoints, auth, isolation, errors"),
        (["--project", "/no/such/folder"], 2, "--project"),
        (["--curl", "/no/such/folder/x.sh"], 2, "no such folder"),
        (["--url", f"http://127.0.0.1:{free_port()}"], 5, "--openapi"),
    ],
)
def test_exit_codes(words: list[str], code: int, said: str) -> None:
    result = CliRunner().invoke(app, ["probe", "--quiet", *words])
    assert result.exit_code == code
    assert said in result.output


def test_json_has_the_keys_of_the_contract() -> None:
    document = json.loads(json.dumps(probe_document(REPORT)))
    assert document["schema"] == 1
    assert document["command"] == "probe"
    assert {"endpoints", "requests", "seconds", "checks", "matrix"} <= set(document)
    assert {"check", "area", "method", "path", "verdict", "why", "curl"} <= set(
        document["checks"][0]
    )
    assert {"method", "path", "actor", "cell", "why"} <= set(document["matrix"][0])


def test_text_shows_failure_place_and_what_was_not_proven() -> None:
    console = Console(record=True, width=40, soft_wrap=True)
    print_probe(console, REPORT)
    text = console.export_text()
    for part in ("LEAK", "other-reads", "app/a.py:7", "it has [x]", "404", "curl -X GET u",
                 "nobody could be logged in", "no database is seen", "1 failed"):  # fmt: skip
        assert part in text


def test_junit_is_read_back() -> None:
    root = ElementTree.fromstring(junit(REPORT).partition("\n")[2])
    (suite,) = [one for one in root if one.get("name") == "isolation"]
    assert (suite.get("tests"), suite.get("failures")) == ("1", "1")
    assert root.find(".//skipped") is not None


def test_the_script_is_one_that_a_shell_reads(tmp_path: Path) -> None:
    from backwright.probe.client import Answer, Call, Exchange, Identity
    from backwright.probe.operations import Operation
    from backwright.probe.people import Person
    from backwright.probe.script import script_of

    alice = Person("alice", "a", Identity("alice", {"Authorization": "Bearer abcdefghijklmnop"}))
    alice.token = "abcdefghijklmnop"
    login = Call(Operation("POST", "/login", media="application/json"), body={"name": "it's"})
    read = Call(Operation("GET", "/me"))
    sent = [
        Exchange(1, Identity("anonymous"), login,
                 Answer(200, {}, '{"access_token": "abcdefghijklmnop"}', 0.0)),
        Exchange(2, alice.identity, read, Answer(200, {}, "{}", 0.0)),
    ]  # fmt: skip
    text = script_of(sent, {"alice": alice})
    assert "abcdefghijklmnop" not in text
    assert '"${TOKEN_1}"' in text
    file = tmp_path / "calls.sh"
    file.write_text(text)
    assert subprocess.run(["sh", "-n", str(file)], check=False).returncode == 0


def test_settings_are_read_and_wrong_words_named(tmp_path: Path) -> None:
    (tmp_path / "backwright.toml").write_text(
        '[probe]\npublic = ["GET /posts"]\n[[probe.users]]\nname = "ann"\nheaders = {X-Key = "1"}\n'
    )
    config = read_config(tmp_path)
    assert config.declared == {"GET /posts": "public"}
    assert config.users[0].headers == {"X-Key": "1"}
    (tmp_path / "backwright.toml").write_text("[probe]\npublik = []\n")
    result = CliRunner().invoke(app, ["probe", "--quiet", "--project", str(tmp_path)])
    assert result.exit_code == 2
    assert "publik" in result.output
