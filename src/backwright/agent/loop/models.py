"""Asking a language model, of whatever provider: one request, one answer.

The libraries for it are an extra, and loaded only here. What goes in and comes out is kept as
plain data, so that a run can go on in another process.
"""

from __future__ import annotations

import contextlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from backwright.agent.definition import Tool
from backwright.agent.loop.tools import KINDS
from backwright.errors import MissingError, UsageError

if TYPE_CHECKING:
    from pydantic_ai.messages import ModelMessage, ModelResponse
    from pydantic_ai.models import Model, ModelRequestParameters

EXTRA = "pip install 'backwright[agent]'"


@dataclass(frozen=True, slots=True)
class Call:
    """A tool that the model wants to use."""

    id: str
    tool: str
    arguments: Mapping[str, Any]
    unreadable: str = ""


@dataclass(frozen=True, slots=True)
class Answer:
    """What a model answered.

    Attributes:
        message: All of it, as plain data.
        text: What it says.
        calls: The tools that it wants to use.
        tokens_in: Tokens that it was sent.
        tokens_out: Tokens that it sent.
        cost: Dollars; None where the price is not known.
    """

    message: Mapping[str, Any]
    text: str
    calls: tuple[Call, ...]
    tokens_in: int = 0
    tokens_out: int = 0
    cost: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Turn:
    """A part of the conversation, as plain data.

    Attributes:
        kind: `user` what the model is told, `answer` what it said, `result` what a tool gave.
        text: What is told or was given.
        message: All of an answer.
        call: The call that a result belongs to.
    """

    kind: str
    text: str = ""
    message: Mapping[str, Any] | None = None
    call: Call | None = None


class Asking:
    """A model that can be asked."""

    def __init__(self, model: Model, name: str) -> None:
        """Keep the model."""
        self._model = model
        self.name = name

    def ask(
        self, turns: Sequence[Turn], instructions: str, tools: Sequence[Tool], seconds: float
    ) -> Answer:
        """Ask it once.

        Raises:
            MissingError: it cannot be asked, or does not answer.
        """
        from pydantic_ai.direct import model_request_sync
        from pydantic_ai.exceptions import AgentRunError, UserError

        try:
            response = model_request_sync(
                self._model,
                _messages(turns, instructions),
                model_request_parameters=_parameters(tools),
                model_settings={"timeout": max(1.0, seconds)},
            )
        except (AgentRunError, UserError) as error:
            raise MissingError(
                f"the model {self.name} cannot be asked: {_plain(error)}",
                remedy="see that its address and key are right and that it answers",
            ) from error
        return read_response(response)


def connect(name: str) -> Asking:
    """Return a model by its provider and name, such as `anthropic:NAME` or `ollama:NAME`.

    Raises:
        UsageError: the extra is not installed, or there is no such provider, or it lacks a key.
    """
    if not all(name.partition(":")):
        raise UsageError(
            f"{name!r} names no provider", remedy="write --model PROVIDER:NAME, as in ollama:qwen3"
        )
    try:
        from pydantic_ai.exceptions import UserError
        from pydantic_ai.models import infer_model
    except ImportError as error:
        raise UsageError(
            "a language model needs libraries that are not installed", remedy=EXTRA
        ) from error
    try:
        return Asking(infer_model(name), name)
    except (UserError, ImportError, ValueError) as error:
        raise UsageError(f"the model {name} cannot be used: {_plain(error)}") from error


def read_response(response: ModelResponse) -> Answer:
    """Return an answer as plain data."""
    from pydantic_ai.messages import ModelMessagesTypeAdapter

    (message,) = ModelMessagesTypeAdapter.dump_python([response], mode="json")
    cost = None
    with contextlib.suppress(LookupError, ValueError, AssertionError):
        cost = response.cost().total_price
    return Answer(
        message,
        response.text or "",
        calls_of(message),
        response.usage.input_tokens,
        response.usage.output_tokens,
        cost,
    )


def calls_of(message: Mapping[str, Any]) -> tuple[Call, ...]:
    """Return the calls in an answer; one whose arguments are no JSON object says so."""
    from pydantic_ai.messages import ModelMessagesTypeAdapter, ModelResponse

    (response,) = ModelMessagesTypeAdapter.validate_python([message])
    if not isinstance(response, ModelResponse):
        return ()
    found = []
    for part in response.tool_calls:
        try:
            arguments, wrong = dict(part.args_as_dict(raise_if_invalid=True)), ""
        except (ValueError, AssertionError, TypeError) as error:
            arguments, wrong = {}, f"the arguments are no JSON object: {error}"
        found.append(Call(part.tool_call_id, part.tool_name, arguments, wrong))
    return tuple(found)


def _messages(turns: Sequence[Turn], instructions: str) -> list[ModelMessage]:
    """Return the conversation as the library has it: what comes between answers is one request."""
    from pydantic_ai.messages import (
        ModelMessagesTypeAdapter,
        ModelRequest,
        ToolReturnPart,
        UserPromptPart,
    )

    messages: list[ModelMessage] = []
    parts: list[ToolReturnPart | UserPromptPart] = []
    for turn in turns:
        if turn.kind == "answer":
            messages.append(ModelRequest(parts, instructions=instructions))
            messages += ModelMessagesTypeAdapter.validate_python([turn.message])
            parts = []
        elif turn.kind == "result" and turn.call is not None:
            parts.append(ToolReturnPart(turn.call.tool, turn.text, turn.call.id))
        else:
            parts.append(UserPromptPart(turn.text))
    messages.append(ModelRequest(parts, instructions=instructions))
    return messages


def _parameters(tools: Sequence[Tool]) -> ModelRequestParameters:
    from pydantic_ai.models import ModelRequestParameters
    from pydantic_ai.tools import ToolDefinition

    return ModelRequestParameters(
        function_tools=[
            ToolDefinition(
                name=tool,
                parameters_json_schema=KINDS[tool].schema(),
                description=KINDS[tool].description,
                strict=False,
            )
            for tool in tools
        ]
    )


def _plain(error: BaseException) -> str:
    return " ".join(str(error).split())[:500]
