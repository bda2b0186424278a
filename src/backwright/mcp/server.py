"""The server: lists the verbs as tools, runs them, asks the user what a command asks."""

from __future__ import annotations

import json
from collections.abc import Mapping
from itertools import count
from pathlib import Path
from typing import Any

from mcp import MCPError, types
from mcp.server import Server, ServerRequestContext
from mcp.server.request_state import RequestStateBoundary, RequestStateSecurity
from mcp.types.version import MODERN_PROTOCOL_VERSIONS

from backwright import __version__
from backwright.errors import UsageError
from backwright.mcp.asking import chosen, form, question_text
from backwright.mcp.documents import SECTIONS, output_schema
from backwright.mcp.inputs import command_line, description, input_schema, read_arguments
from backwright.mcp.run import Follow, Outcome, run_command
from backwright.mcp.verbs import Verb, verbs

_FAILED = 2  # from this exit code on a call has failed; 3 is a question
_QUESTION = 3
_THINKING_SECONDS = 24 * 3600.0  # how long a person may take to answer
_INSTRUCTIONS = """\
Backwright is a backend developer for FastAPI projects. Call `inspect` first. Every `add_…` and \
`new` proves its change on a copy before a file is touched, and names the `undo` that takes it back; \
`dry_run` shows the plan and the diff. Where something must be decided, the result is a `question` \
with choices and their trade-offs, and nothing was changed: ask the user, then make the same call \
with `answers`. A failed call says what was wrong, where, and the remedy; nothing was changed then \
either. Files and lines are relative to the project."""


def build_server(folder: Path) -> Server[dict[str, Any]]:
    """Return the server, unconnected."""
    known = {verb.name: verb for verb in verbs()}
    listed = types.ListToolsResult(tools=[_tool(verb) for verb in verbs()])

    async def list_tools(_: object, __: object) -> types.ListToolsResult:
        return listed

    async def call_tool(
        context: ServerRequestContext[Any], params: types.CallToolRequestParams
    ) -> types.CallToolResult | types.InputRequiredResult:
        verb = known.get(params.name)
        if verb is None:
            raise MCPError(types.INVALID_PARAMS, f"Unknown tool: {params.name}")
        return await _call(verb, folder, context, params)

    server: Server[dict[str, Any]] = Server(
        "backwright",
        version=__version__,
        instructions=_INSTRUCTIONS,
        on_list_tools=list_tools,
        on_call_tool=call_tool,
    )
    security = RequestStateSecurity.ephemeral(ttl=_THINKING_SECONDS)
    server.middleware.append(RequestStateBoundary(security, default_audience=server.name))
    return server


def _tool(verb: Verb) -> types.Tool:
    hints = verb.hints
    return types.Tool(
        name=verb.name,
        title=verb.title,
        description=description(verb),
        input_schema=input_schema(verb),
        output_schema=output_schema(verb.document, in_sections=verb.in_sections),
        annotations=types.ToolAnnotations(
            title=verb.title,
            read_only_hint=hints.reads,
            destructive_hint=hints.destroys,
            idempotent_hint=hints.repeatable,
            open_world_hint=hints.reaches_out,
        ),
    )


async def _call(
    verb: Verb,
    folder: Path,
    context: ServerRequestContext[Any],
    params: types.CallToolRequestParams,
) -> types.CallToolResult | types.InputRequiredResult:
    """Run a tool, asking the user as long as there are questions and a way to ask."""
    try:
        given = read_arguments(verb, params.arguments or {})
    except UsageError as error:
        return _refused(verb, error)
    answers: dict[str, str] = {**getattr(given, "answers", {})}
    if params.request_state is not None:
        state = json.loads(params.request_state)
        answers |= state["answers"]
        answer = _answer(state["outcome"]["question"], params.input_responses or {})
        if answer is None:
            return _result(verb, Outcome(_QUESTION, state["outcome"]))
        answers |= answer
    follow = _progress(context)
    while True:
        outcome = await run_command(command_line(verb, given, answers), folder, follow)
        question = outcome.document.get("question")
        if question is None or not _can_ask(context):
            return _result(verb, outcome, getattr(given, "sections", []))
        if context.protocol_version in MODERN_PROTOCOL_VERSIONS:
            return _asked(question, outcome, answers)
        answer = await _ask(context, question)
        if answer is None:
            return _result(verb, outcome)
        answers |= answer


def _progress(context: ServerRequestContext[Any]) -> Follow:
    """Return what tells the client each event; the count only ever grows, the end is unknown."""
    counter = count(1)

    async def follow(message: str) -> None:
        await context.session.report_progress(next(counter), None, message)

    return follow


def _can_ask(context: ServerRequestContext[Any]) -> bool:
    """Tell whether the client can put a form before the user; before 2025-11 forms were all."""
    able = context.session.client_capabilities
    asking = able.elicitation if able else None
    return asking is not None and (asking.form is not None or asking.url is None)


def _asked(
    question: Mapping[str, Any], outcome: Outcome, answers: Mapping[str, str]
) -> types.InputRequiredResult:
    """Return the question for the client to ask, with what is needed to go on after it."""
    params = types.ElicitRequestFormParams(
        message=question_text(question), requested_schema=form(question)
    )
    return types.InputRequiredResult(
        input_requests={question["key"]: types.ElicitRequest(params=params)},
        request_state=json.dumps({"answers": answers, "outcome": outcome.document}),
    )


def _answer(question: Mapping[str, Any], replies: Mapping[str, Any]) -> dict[str, str] | None:
    reply = replies.get(question["key"])
    if not isinstance(reply, types.ElicitResult):
        return None
    value = chosen(question, reply.action, reply.content)
    return None if value is None else {question["key"]: value}


async def _ask(
    context: ServerRequestContext[Any], question: Mapping[str, Any]
) -> dict[str, str] | None:
    """Ask while the call waits; a client that fails at it gets the question in the result."""
    try:
        reply = await context.session.elicit_form(
            question_text(question), form(question), related_request_id=context.request_id
        )
    except MCPError:
        return None
    return _answer(question, {question["key"]: reply})


def _refused(verb: Verb, error: UsageError) -> types.CallToolResult:
    fault = {"message": error.message, "file": None, "line": None, "remedy": error.remedy}
    document = {"schema": 1, "command": " ".join(verb.command), "error": fault}
    return _result(verb, Outcome(error.exit_code, document))


def _result(
    verb: Verb, outcome: Outcome, sections: list[str] | None = None
) -> types.CallToolResult:
    """Return what came of a call: as data, as the same in text, and what to do if it is no result."""
    document = {
        name: value
        for name, value in outcome.document.items()
        if not sections or name in sections or name not in SECTIONS
    }
    document["exit_code"] = outcome.exit_code
    told = [_told(verb, document), json.dumps(document, ensure_ascii=False)]
    return types.CallToolResult(
        content=[types.TextContent(type="text", text=text) for text in told if text],
        structured_content=document,
        is_error=outcome.exit_code >= _FAILED and "question" not in document,
    )


def _told(verb: Verb, document: Mapping[str, Any]) -> str:
    """Say in words what a caller must do: about an error or a question."""
    if question := document.get("question"):
        again = json.dumps({question["key"]: "…"}, ensure_ascii=False)
        text = question_text(question)
        return f"{text}\nNothing was changed. Call {verb.name} again with `answers`: {again}"
    if error := document.get("error"):
        place = f"{error['file']}:{error['line']}: " if error.get("file") else ""
        remedy = f"\nremedy: {error['remedy']}" if error.get("remedy") else ""
        return f"error: {place}{error['message']}{remedy}"
    return ""
