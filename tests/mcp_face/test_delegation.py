"""A coding agent delegates: a client of the SDK, the server as its subprocess."""

import re
from pathlib import Path
from typing import Any

import anyio
import pytest
from mcp import Client, MCPError
from mcp.types import ElicitResult
from tests.mcp_face.conftest import Connect, Connection, User, snapshot

from backwright.workshop import locked

FIELD = {"resource": "Category", "fields": ["born:int"]}
OPTIONAL = ElicitResult(action="accept", content={"existing-rows": "optional"})


def test_a_delegation_with_a_question_answered_half_way(project: Path, connect: Connect) -> None:
    before = snapshot(project)
    user = User(OPTIONAL)

    async def delegate() -> None:
        async with connect(user) as link:
            client = link.client
            tools = {tool.name: tool for tool in (await client.list_tools()).tools}
            assert tools["inspect"].annotations.read_only_hint
            assert tools["undo"].annotations.destructive_hint
            asked = {"static": True, "sections": ["models"]}
            seen = (await client.call_tool("inspect", asked)).structured_content
            assert "Category" in [model["name"] for model in seen["models"]]
            assert "endpoints" not in seen
            done = await client.call_tool(
                "add_field", {**FIELD, "dry_run": True}, progress_callback=user.watch
            )
            assert not done.is_error
            assert done.structured_content["exit_code"] == 0
            assert "born" in done.structured_content["diff"]

    anyio.run(delegate)
    assert len(user.asked) == 1
    form = user.asked[0].requested_schema["properties"]["existing-rows"]
    assert form["enum"] == ["optional", "fill", "stop"]
    assert "Nobody has chosen that for them" in user.asked[0].message
    assert any("app/models.py" in step for step in user.shown)
    assert user.counted == sorted(set(user.counted))
    assert snapshot(project) == before


@pytest.mark.parametrize("mode", ["auto", "legacy"])
def test_a_client_that_cannot_ask_gets_the_question_in_the_result(
    connect: Connect, mode: str
) -> None:
    async def delegate() -> None:
        async with connect(mode=mode) as link:
            asked = await link.client.call_tool("add_field", FIELD)
            assert not asked.is_error
            question = asked.structured_content["question"]
            assert asked.structured_content["exit_code"] == 3
            assert question["key"] == "existing-rows"
            assert all(choice["trade_off"] for choice in question["choices"])
            assert '{"existing-rows": "…"}' in asked.content[0].text
            answered = await link.client.call_tool(
                "add_field", {**FIELD, "answers": {"existing-rows": "stop"}}
            )
            assert answered.structured_content["exit_code"] == 0
            assert answered.structured_content["files"] == []

    anyio.run(delegate)


@pytest.mark.parametrize("mode", ["auto", "legacy"])
def test_a_user_who_declines_gets_the_question_back(connect: Connect, mode: str) -> None:
    user = User(ElicitResult(action="decline"))

    async def delegate() -> None:
        async with connect(user, mode) as link:
            result = await link.client.call_tool("add_field", FIELD)
            assert result.structured_content["question"]["key"] == "existing-rows"

    anyio.run(delegate)
    assert len(user.asked) == 1


def test_a_client_of_before_2026_is_asked_while_the_call_waits(connect: Connect) -> None:
    user = User(ElicitResult(action="accept", content={"existing-rows": "stop"}))

    async def delegate() -> None:
        async with connect(user, "legacy") as link:
            assert link.client.protocol_version == "2025-11-25"
            result = await link.client.call_tool("add_field", FIELD)
            assert result.structured_content["summary"]
            assert "question" not in result.structured_content

    anyio.run(delegate)
    assert len(user.asked) == 1


def test_errors_name_word_file_and_remedy(project: Path, connect: Connect) -> None:
    (project / "pyproject.toml").write_text('[tool.backwright.audit]\nrules = "x"\n')

    async def failed(client: Client, name: str, arguments: dict[str, Any], code: int) -> str:
        result = await client.call_tool(name, arguments)
        assert result.is_error
        assert result.structured_content["exit_code"] == code
        assert result.structured_content["error"]["remedy"]
        return str(result.content[0].text)

    async def delegate() -> None:
        async with connect() as link:
            client = link.client
            told = await failed(client, "add_field", {**FIELD, "fields": ["born:in"]}, 2)
            assert "'in' in 'born:in'" in told
            assert "did you mean 'int'" in told
            assert "pyproject.toml:" in await failed(client, "audit", {}, 2)
            assert "'resource' is missing" in await failed(client, "add_field", {}, 2)
            assert "is no folder" in await failed(client, "audit", {"project": "nowhere"}, 2)
            with locked(project, "add resource"):
                answered = {**FIELD, "answers": {"existing-rows": "optional"}}
                told = await failed(client, "add_field", answered, 5)
            assert "another run is at work" in told
            assert "remedy: wait" in told
            with pytest.raises(MCPError, match="Unknown tool: nothing"):
                await client.call_tool("nothing", {})

    anyio.run(delegate)


def test_reading_tools_give_the_documents_that_they_promise(connect: Connect) -> None:
    """The client checks each result against the tool's output schema."""

    async def delegate() -> None:
        async with connect() as link:
            call = link.client.call_tool
            audited = (await call("audit", {})).structured_content
            assert len(audited["checklist"]) == 8
            rule = audited["findings"][0]["rule"] if audited["findings"] else "all"
            explained = (await call("explain_rule", {"explain": rule})).structured_content
            assert explained["explained"]
            log = "bcrypt: ValueError: password cannot be longer than 72 bytes, truncate manually"
            examined = (await call("doctor", {"log": log})).structured_content
            assert examined["exit_code"] in (0, 1)
            assert (await call("history", {})).structured_content["changes"] == []
            whole = (await call("inspect", {"static": True})).structured_content
            assert whole["endpoints"]

    anyio.run(delegate)


async def _gone(link: Connection, before: set[int]) -> None:
    with anyio.fail_after(60):
        while link.processes() - before:
            await anyio.sleep(0.1)


def test_a_cancelled_call_leaves_the_tree_and_no_process(project: Path, connect: Connect) -> None:
    before = snapshot(project)

    async def delegate() -> None:
        async with connect() as link:
            await link.client.call_tool("history", {})  # from here on it has its watchdog
            idle = link.processes()
            with anyio.CancelScope() as scope:

                async def watch(_: float, __: float | None, message: str | None) -> None:
                    if re.match("migration|tests", message or ""):
                        assert link.processes() - idle
                        scope.cancel()

                arguments = {**FIELD, "answers": {"existing-rows": "optional"}}
                await link.client.call_tool("add_field", arguments, progress_callback=watch)
            assert scope.cancelled_caught
            await _gone(link, idle)
            assert snapshot(project) == before
            result = await link.client.call_tool("history", {})  # and the server goes on
            assert result.structured_content["changes"] == []
        await _gone(link, set())

    anyio.run(delegate)


def test_a_client_that_leaves_in_the_middle_leaves_no_process(
    project: Path, connect: Connect
) -> None:
    before = snapshot(project)

    async def delegate() -> None:
        async with connect() as link, anyio.create_task_group() as tasks:

            async def watch(*_: object) -> None:
                tasks.cancel_scope.cancel()

            arguments = {**FIELD, "answers": {"existing-rows": "optional"}}
            await link.client.call_tool("add_field", arguments, progress_callback=watch)
        await _gone(link, set())

    anyio.run(delegate)
    assert snapshot(project) == before


@pytest.mark.slow
def test_a_whole_change_and_its_undoing(project: Path, connect: Connect) -> None:
    for file in (project / "tests").glob("test_*.py"):
        if file.name not in ("test_categories.py", "test_health.py"):
            file.unlink()
    before = snapshot(project)
    user = User(OPTIONAL)

    async def delegate() -> None:
        async with connect(user) as link:
            call = link.client.call_tool
            made = await call("add_field", FIELD, progress_callback=user.watch)
            assert not made.is_error, made.content[0].text
            document = made.structured_content
            assert {check["verdict"] for check in document["verified"]} <= {"pass", "skipped"}
            assert any(re.match(r"tests: pass", step) for step in user.shown)
            assert snapshot(project) != before
            (listed,) = (await call("history", {})).structured_content["changes"]
            assert listed["id"] == document["undo"]
            undone = await call("undo", {"change": document["undo"]})
            assert not undone.is_error

    anyio.run(delegate)
    after = {path: text for path, text in snapshot(project).items() if ".backwright" not in path}
    assert after == before


@pytest.mark.slow
def test_a_change_that_does_not_verify_says_which_check_and_why(
    project: Path, connect: Connect
) -> None:
    for file in (project / "tests").glob("test_*.py"):
        file.unlink()
    (project / "tests" / "test_columns.py").write_text(
        "from app.models import Category\n\n\n"
        "def test_columns():\n"
        '    assert "born" not in Category.model_fields\n'
    )
    before = snapshot(project)

    async def delegate() -> None:
        async with connect() as link:
            arguments = {**FIELD, "answers": {"existing-rows": "optional"}}
            result = await link.client.call_tool("add_field", arguments)
            assert result.is_error
            assert result.structured_content["exit_code"] == 4
            assert "test_columns" in result.content[0].text
            failing = [
                check
                for check in result.structured_content["verified"]
                if check["verdict"] == "fail"
            ]
            assert failing

    anyio.run(delegate)
    assert snapshot(project) == before


def test_a_task_in_plain_words_is_delegated(project: Path, connect: Connect) -> None:
    """What was understood comes back as data; what has a gap is asked, as everywhere."""
    user = User(ElicitResult(action="cancel"))

    async def delegate() -> None:
        async with connect(user) as link:
            task = {"task": "add an optional due date to categories", "dry_run": True}
            planned = (await link.client.call_tool("do", task)).structured_content
            assert planned["commands"] == ["backwright add field Category due_date:date:optional"]
            assert all(part["from"] for part in planned["understood"])
            assert "+    due_date: date | None" in planned["diff"]
            foreign = await link.client.call_tool("do", {"task": "bake a cake"})
            assert foreign.is_error
            assert foreign.structured_content["exit_code"] == 2
            asked = await link.client.call_tool("do", {"task": "add comments"})
            assert asked.structured_content["question"]["choices"]

    anyio.run(delegate)
    assert len(user.asked) == 1
