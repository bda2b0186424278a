"""What the tools take: read from the commands' own signatures, so that the two never differ."""

from __future__ import annotations

import inspect
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from types import UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin, get_type_hints

from pydantic import BaseModel, ConfigDict, Field, ValidationError, create_model
from pydantic.json_schema import GenerateJsonSchema, JsonSchemaValue
from pydantic_core import core_schema
from typer.models import ArgumentInfo, OptionInfo

from backwright.errors import UsageError
from backwright.mcp.commands import commands
from backwright.mcp.documents import SECTIONS
from backwright.mcp.verbs import Verb
from backwright.report.json_schema import Schema
from backwright.spec.fields import nearest

_OURS = frozenset({"as_json", "quiet", "format_"})
_ANSWERS = "Answers to questions, by key: what the user chose after a call came back with one."
_PROJECT = "The project's folder; without it the one that the server was started in."


@dataclass(frozen=True, slots=True)
class Parameter:
    """A parameter of a command: how it is given on the command line, and its type."""

    name: str
    kind: Any
    default: Any
    flag: str | None
    negative: str | None
    variable: str | None
    help: str
    least: float | None = None


@dataclass(frozen=True, slots=True)
class CommandLine:
    """A command as it is started: its words, what its environment has in addition, its input."""

    words: tuple[str, ...]
    variables: Mapping[str, str] = field(default_factory=dict)
    text: str = ""


def description(verb: Verb) -> str:
    """Return what a tool does: the command's own help, and what is to be said beyond it."""
    text = inspect.getdoc(commands()[verb.command]) or ""
    return " ".join(f"{text} {verb.about}".split())


@cache
def parameters(verb: Verb) -> tuple[Parameter, ...]:
    """Return the parameters of a command that its tool has."""
    function = commands()[verb.command]
    hints = get_type_hints(function, include_extras=True)
    found = []
    for name, declared in inspect.signature(function).parameters.items():
        wanted = name in verb.only if verb.only else name not in verb.without
        if wanted and name not in _OURS and not name.startswith("_"):
            default = ... if name in verb.required else declared.default
            found.append(_parameter(name, hints[name], default))
    return tuple(found)


def _parameter(name: str, hint: Any, default: Any) -> Parameter:  # noqa: ANN401 - types as values
    kind, info = get_args(hint)[:2]
    optional = type(None) in get_args(kind)
    if optional and default is ...:
        kind = next(one for one in get_args(kind) if one is not type(None))
    flag = negative = None
    if isinstance(info, OptionInfo):
        flag, negative = _flags(name, info, switch=kind is bool)
    elif not isinstance(info, ArgumentInfo):
        raise TypeError(f"{name} is neither an argument nor an option")
    variable = info.envvar if isinstance(info.envvar, str) else None
    return Parameter(
        name=name,
        kind=_plain(kind),
        default=... if default is inspect.Parameter.empty else default,
        flag=flag,
        negative=negative,
        variable=variable,
        help=info.help or "",
        least=info.min,
    )


def _flags(name: str, info: OptionInfo, *, switch: bool) -> tuple[str, str | None]:
    """Return how an option is given, and how the opposite of a switch is."""
    dashed = name.replace("_", "-")
    named = f"--{dashed}/--no-{dashed}" if switch else f"--{dashed}"
    # Within `Annotated` the first name that an option is given stands where its default would.
    words = (info.default, *(info.param_decls or ()))
    declared = next((one for one in words if isinstance(one, str) and one[:2] == "--"), named)
    flag, _, negative = declared.partition("/")
    return flag, negative or None


def _plain(kind: Any) -> Any:  # noqa: ANN401 - types as values
    """Return a type with texts for paths."""
    if kind is Path:
        return str
    if get_origin(kind) in (Union, UnionType):
        return Union[tuple(_plain(one) for one in get_args(kind))]  # noqa: UP007 - made at run time
    return kind


@cache
def input_model(verb: Verb) -> type[BaseModel]:
    """Return the model that a tool's arguments are checked against."""
    fields: dict[str, Any] = {}
    told = dict(verb.told)
    for one in parameters(verb):
        name, kind, default, text = one.name, one.kind, one.default, one.help
        if name == "answer":
            name, kind, default, text = "answers", dict[str, str], {}, _ANSWERS
        elif name == "project":
            kind, default, text = str | None, None, _PROJECT
        elif default is None and get_origin(kind) is list:
            default = []
        about = Field(description=told.get(name, text) or None, ge=one.least)
        fields[name] = (Annotated[kind, about], default)
    if verb.in_sections:
        kind = list.__class_getitem__(Literal.__getitem__(SECTIONS))
        text = "Which keys of the document are wanted; all of them without it."
        fields["sections"] = (Annotated[kind, Field(description=text)], [])
    config = ConfigDict(extra="forbid", strict=True)
    model: type[BaseModel] = create_model(verb.name, __config__=config, **fields)
    return model


class _Inputs(GenerateJsonSchema):
    """Schemas without titles and nulls: an option that is not given is left out."""

    def field_title_should_be_set(self, schema: Any) -> bool:  # noqa: ANN401, ARG002
        return False

    def nullable_schema(self, schema: core_schema.NullableSchema) -> JsonSchemaValue:
        return self.generate_inner(schema["schema"])

    def default_schema(self, schema: core_schema.WithDefaultSchema) -> JsonSchemaValue:
        made = super().default_schema(schema)
        if made.get("default", "") in (None, [], {}):
            del made["default"]
        return made


def input_schema(verb: Verb) -> Schema:
    """Return the JSON Schema of a tool's arguments."""
    schema: Schema = input_model(verb).model_json_schema(schema_generator=_Inputs)
    schema.pop("title", None)
    return schema


def read_arguments(verb: Verb, arguments: Mapping[str, Any]) -> BaseModel:
    """Check a tool's arguments.

    Raises:
        UsageError: an argument is unknown, missing or of another type; each is named.
    """
    model = input_model(verb)
    try:
        # As JSON, in which a list is what Python would want a tuple for.
        return model.model_validate_json(json.dumps(arguments))
    except ValidationError as error:
        known = list(model.model_fields)
        faults = [_fault(dict(one), known) for one in error.errors(include_url=False)]
        raise UsageError(
            f"{verb.name}: {'; '.join(faults)}", remedy=f"{verb.name} takes {', '.join(known)}"
        ) from error


def _fault(one: Mapping[str, Any], known: list[str]) -> str:
    word = ".".join(str(part) for part in one["loc"])
    if one["type"] == "extra_forbidden":
        return f"{word!r} is unknown{nearest(word, known)}"
    if one["type"] == "missing":
        return f"{word!r} is missing"
    return f"{word!r} is {one['input']!r}: {one['msg']}"


def command_line(verb: Verb, given: BaseModel, answers: Mapping[str, str]) -> CommandLine:
    """Return the command that does what a tool was asked to.

    Words stand behind `--` and options hold their value after `=`, so that no text of the
    caller's is ever taken for an option. Secrets go by the environment, not by the command line.
    """
    options = [
        "--json",
        *verb.words,
        *(f"--answer={key}={value}" for key, value in answers.items()),
    ]
    words: list[str] = []
    variables: dict[str, str] = {}
    text = ""
    for one in parameters(verb):
        value = getattr(given, one.name, None)
        if value is None or one.name == "answer":
            continue
        if one.name == verb.input_text:
            options.append(f"{one.flag}=-")
            text = value
        elif one.variable is not None:
            variables[one.variable] = value
        elif one.flag is None:
            words += value if isinstance(value, list) else [value]
        else:
            options += _option(one, value)
    return CommandLine((*verb.command, *options, "--", *words), variables, text)


def _option(one: Parameter, value: Any) -> list[str]:  # noqa: ANN401 - whatever JSON holds
    if value is True:
        return [str(one.flag)]
    if value is False:
        return [one.negative] if one.negative and one.default is not False else []
    return [f"{one.flag}={each}" for each in (value if isinstance(value, list) else [value])]
