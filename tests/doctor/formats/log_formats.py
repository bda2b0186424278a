"""Formatters that the recorder gives to uvicorn, where a case is logged otherwise than by default."""

from __future__ import annotations

import json
import logging


class Json(logging.Formatter):
    """A line of JSON a record, as python-json-logger and structlog write it."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the record as one line."""
        line = {
            "timestamp": self.formatTime(record, "%Y-%m-%dT%H:%M:%S+00:00"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
        }
        if record.exc_info:
            line["exc_info"] = self.formatException(record.exc_info)
        return json.dumps(line)
