"""What the tools say of themselves, and how their arguments become a command."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator
from typer.testing import CliRunner

from backwright.cli.main import app
from backwright.errors import UsageError
from backwright.mcp.commands import commands
from backwright.mcp.documents import output_schema
from backwright.mcp.inputs import command_line, description, input_schema, read_arguments
from backwright.mcp.verbs import verbs

VERBS = verbs()

BY_NAME = {verb.name: verb for verb in VERBS}
NO_TOOL = {("mcp",)}  # and what is about agents: a delegate has no say over its own boundary


def words(name: str, arguments: dict[str, Any]) -> tuple[str, ...]:
    verb = BY_NAME[name]
    given = read_arguments(verb, arguments)
    return command_line(verb, given, arguments.get("answers", {})).words


def test_every_command_is_a_tool() -> None:
    about_agents = {path for path in commands() if path[0] == "agent"}
    assert set(commands()) - NO_TOOL - about_agents == {verb.command for verb in VERBS}


@pytest.mark.parametrize("verb", VERBS, ids=lambda verb: verb.name)
def test_schemas_are_json_schemas_and_everything_is_described(verb: Any) -> None:
    taken = input_schema(verb)
    Draft202012Validator.check_schema(taken)
    Draft202012Validator.check_schema(output_schema(verb.document, in_sections=verb.in_sections))
    assert taken["additionalProperties"] is False
    assert description(verb)
    undescribed = {name for name, one in taken["properties"].items() if "description" not in one}
    assert undescribed <= {"database"}


@pytest.mark.parametrize("verb", VERBS, ids=lambda verb: verb.name)
def test_what_only_reads_names_its_options_and_no_other_says_so(verb: Any) -> None:
    """An option that is added to a command some day does not come along unseen."""
    assert bool(verb.only) or not verb.hints.reads
    writing = {"fix", "unsafe", "write_tests", "write_baseline", "html", "diagram", "curl", "write"}
    if verb.hints.reads:
        assert not writing & (set(input_schema(verb)["properties"]) | set(verb.words))
    else:
        assert verb.hints.destroys or verb.command[0] in ("add", "new")


def test_a_question_or_a_document_never_neither() -> None:
    schema = Draft202012Validator(output_schema(BY_NAME["undo"].document, in_sections=False))
    assert not schema.is_valid({"schema": 1, "command": "undo", "exit_code": 0})


def test_words_of_the_caller_are_never_options() -> None:
    made = words("add_resource", {"name": "--help", "fields": ["--yes"], "owner": "--json"})
    assert made == ("add", "resource", "--json", "--owner=--json", "--", "--help", "--yes")


def test_options_as_the_command_line_has_them() -> None:
    assert words("new", {"name": "shop", "auth": False, "resource": ["A b:str", "C d:int"]}) == (
        "new", "--json", "--resource=A b:str", "--resource=C d:int", "--no-auth",
        "--database=postgresql", "--", "shop",
    )  # fmt: skip
    assert words("add_cors", {"credentials": False, "origin": ["http://a"]}) == (
        "add", "cors", "--json", "--origin=http://a", "--no-credentials", "--",
    )  # fmt: skip
    assert "--credentials" in words("add_cors", {"credentials": True})
    assert not any("credentials" in word for word in words("add_cors", {}))
    assert words("add_auth", {"answers": {"rows": "hidden"}, "dry_run": True}) == (
        "add", "auth", "--json", "--answer=rows=hidden", "--dry-run", "--",
    )  # fmt: skip


def test_a_token_is_on_no_command_line() -> None:
    verb = BY_NAME["doctor"]
    line = command_line(verb, read_arguments(verb, {"token": "eyJ.x.y", "log": "boom"}), {})
    assert not any("eyJ" in word for word in line.words)
    assert line.variables == {"BACKWRIGHT_TOKEN": "eyJ.x.y"}
    assert line.text == "boom"
    assert "--log=-" in line.words


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        ({"fields": ["a:str"]}, "'name' is missing"),
        ({"name": "A", "field": []}, "'field' is unknown (did you mean 'fields'?)"),
        ({"name": 1}, "'name' is 1"),
        ({"name": "A", "fields": "a:str"}, "'fields' is 'a:str'"),
        ({"name": "A", "dry_run": "yes"}, "'dry_run' is 'yes'"),
        ({"name": "A", "json": True}, "'json' is unknown"),
        ({"name": "A", "answers": {"owner": None}}, "'answers.owner' is None"),
    ],
)
def test_wrong_arguments_are_named(arguments: dict[str, Any], told: str) -> None:
    with pytest.raises(UsageError) as raised:
        read_arguments(BY_NAME["add_resource"], arguments)
    assert told in raised.value.message
    assert "fields" in raised.value.remedy


def test_without_the_library_it_is_said_how_to_get_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("backwright.cli.mcp.find_spec", lambda _: None)
    result = CliRunner().invoke(app, ["mcp"])
    assert result.exit_code == 5
    assert result.stdout == ""
    assert "pip install 'backwright[mcp]'" in result.stderr


def test_nothing_but_the_protocol_on_stdout(tmp_path: Path) -> None:
    def said(number: int, method: str, params: dict[str, Any]) -> str:
        return json.dumps({"jsonrpc": "2.0", "id": number, "method": method, "params": params})

    hello = {
        "protocolVersion": "2025-06-18",
        "capabilities": {},
        "clientInfo": {"name": "raw", "version": "1"},
    }
    call = {"name": "history", "arguments": {}, "_meta": {"progressToken": "p"}}
    lines = [
        said(1, "initialize", hello),
        json.dumps({"jsonrpc": "2.0", "method": "notifications/initialized"}),
        said(2, "tools/list", {}),
        said(3, "tools/call", call),
    ]
    with subprocess.Popen(
        [sys.executable, "-m", "backwright", "mcp", "--project", str(tmp_path)],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
    ) as server:  # fmt: skip
        assert server.stdin is not None
        assert server.stdout is not None
        server.stdin.write("\n".join(lines) + "\n")
        server.stdin.flush()
        answered: dict[int, Any] = {}
        while 3 not in answered:
            message = json.loads(server.stdout.readline())
            assert message["jsonrpc"] == "2.0"
            answered[message.get("id", 0)] = message.get("result")
        server.stdin.close()
        assert server.stdout.read() == ""
        assert server.wait(20) == 0
    assert answered[3]["structuredContent"]["changes"] == []
    assert {tool["name"] for tool in answered[2]["tools"]} == set(BY_NAME)
