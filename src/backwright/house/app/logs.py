"""Structured logs: one JSON object a line, with the request's id and without any secret."""

import json
import logging
import re
import sys
from collections.abc import Mapping
from contextvars import ContextVar
from functools import lru_cache
from typing import Any, Literal, TextIO, cast

import structlog
from structlog.typing import EventDict, Processor, WrappedLogger

LogFormat = Literal["json", "console"]

REDACTED = "[redacted]"

_HANDLER = "app"

request_id_context: ContextVar[str | None] = ContextVar("request_id", default=None)
"""The id of the request being served, for log lines anywhere below the request log."""

_SECRET_NAME = re.compile(
    r"passw|passphrase|secret|token|authorization|cookie|api_?key|credential", re.IGNORECASE
)
_encoder = json.JSONEncoder(default=repr)

# Every secret text has one of these in it, and few ordinary words do: this spares time.
_SUSPICIOUS = re.compile(r"[:=$ ]|eyJ")
_SECRET_TEXT = re.compile(
    r"eyJ[\w-]{5,}\.[\w-]+\.[\w-]*"  # a JSON Web Token
    r"|(?<=bearer )[^\s\"']+"
    r"|(?<=basic )[A-Za-z0-9+/=]{6,}"
    r"|(?<=://)[^/\s@\"']+(?=@)"  # the user and the password of a URL
    r"|\$2[aby]\$\d\d\$[./A-Za-z0-9]{53}"  # a bcrypt hash
    r"|(?<=DETAIL:)[^\n]+"  # PostgreSQL repeats the row's values here
    r"|(?<=\[parameters: )[^\n]+"  # SQLAlchemy repeats the statement's values here
    r"|(?<=input_value=)[^\n]+",  # Pydantic repeats what the client sent here
    re.IGNORECASE,
)
_SECRET_PAIR = re.compile(
    r"(\b\w*(?:passw|passphrase|secret|token|api_?key|credential)\w*[\"']?\s*[=:]\s*)"
    r"(\"[^\"]*\"|'[^']*'|[^\s\"',;&}\])]+)",
    re.IGNORECASE,
)


def configure_logging(level: str = "INFO", log_format: LogFormat = "json") -> None:
    """Send every log line of the process, the server's and the libraries' too, to stdout.

    Libraries are heard from WARNING on: some write whole URLs for every call at INFO.

    Args:
        level: The lowest level of ours and the server's that is written, by its name in `logging`.
        log_format: "json" for machines, "console" for people.
    """
    number = logging.getLevelNamesMapping()[level]
    shared = _shared_processors()
    renderer = _renderer(log_format)
    structlog.configure(
        processors=[*shared, *renderer],
        wrapper_class=structlog.make_filtering_bound_logger(number),
        logger_factory=structlog.WriteLoggerFactory(cast(TextIO, _StandardOutput())),
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler(_StandardOutput())
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=[structlog.stdlib.ExtraAdder(), _drop_color_message, *shared],
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, *renderer],
        )
    )
    root = logging.getLogger()
    handler.set_name(_HANDLER)
    root.handlers = [other for other in root.handlers if other.get_name() != _HANDLER]
    root.addHandler(handler)
    root.setLevel(max(logging.WARNING, number))
    _adopt_server_loggers(number)


def get_logger(name: str) -> structlog.typing.FilteringBoundLogger:
    """A logger whose lines carry `name` as their source."""
    logger: structlog.typing.FilteringBoundLogger = structlog.get_logger(source=name)
    return logger


def redact(value: Any) -> Any:
    """A copy of a log value without the secrets that its names or its text give away."""
    if isinstance(value, str):
        return _redact_text(value)
    if isinstance(value, (int, float)):
        return value
    if isinstance(value, bytes):
        return _redact_text(value.decode("utf-8", "replace"))
    if isinstance(value, Mapping):
        return {
            str(name): REDACTED if _is_secret_name(str(name)) else redact(item)
            for name, item in value.items()
        }
    if isinstance(value, list | tuple | set | frozenset):
        return [redact(item) for item in value]
    if isinstance(value, BaseException):
        return _redact_text(f"{type(value).__name__}: {value}")
    return value


class _StandardOutput:
    """What is the standard output at that moment, so that it can be captured at any time."""

    def write(self, text: str) -> None:
        """Write a line."""
        sys.stdout.write(text)

    def flush(self) -> None:
        """Let others see it."""
        sys.stdout.flush()


def _shared_processors() -> list[Processor]:
    """The steps that structlog's lines and the standard library's lines both go through."""
    return [
        structlog.processors.format_exc_info,
        _redact_event,
        _add_request_id,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]


def _renderer(log_format: LogFormat) -> list[Processor]:
    """The last step, which makes the line."""
    if log_format == "console":
        return [structlog.dev.ConsoleRenderer(colors=sys.stdout.isatty())]
    return [
        structlog.processors.EventRenamer("message"),
        structlog.processors.JSONRenderer(_to_json),
    ]


def _to_json(event: EventDict, **_options: Any) -> str:
    """A line in JSON; what JSON cannot express is shown as Python does."""
    return _encoder.encode(event)


def _adopt_server_loggers(level: int) -> None:
    """Take over uvicorn's loggers; its access lines, which hold query strings, are dropped."""
    for name in ("uvicorn", "uvicorn.error", "uvicorn.access"):
        logger = logging.getLogger(name)
        logger.handlers = []
        logger.propagate = name != "uvicorn.access"
        logger.setLevel(level)


def _drop_color_message(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    """Drop what uvicorn adds to its lines: the same message, colored."""
    event.pop("color_message", None)
    return event


def _add_request_id(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    """Say which request a line belongs to, if to any."""
    request_id = request_id_context.get()
    if request_id is not None:
        event.setdefault("request_id", request_id)
    return event


def _redact_event(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    """Take the secrets out of a line, whoever wrote it."""
    for name, value in event.items():
        if name.startswith("_"):  # structlog's own bookkeeping
            continue
        if _is_secret_name(name):
            event[name] = REDACTED
        else:
            event[name] = redact(value)
    return event


@lru_cache(maxsize=1024)
def _is_secret_name(name: str) -> bool:
    """Whether a field of this name must not be written."""
    return _SECRET_NAME.search(name) is not None


def _redact_text(text: str) -> str:
    """A text with tokens, hashes, credentials in URLs and repeated row values masked."""
    if _SUSPICIOUS.search(text) is None:
        return text
    return _SECRET_PAIR.sub(rf"\1{REDACTED}", _SECRET_TEXT.sub(REDACTED, text))
