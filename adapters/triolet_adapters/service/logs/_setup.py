"""Logs on standard error: a line of text, or a JSON object a line."""

from __future__ import annotations

import logging
import sys
from datetime import UTC, datetime
from typing import Any, Literal

from triolet_adapters.shared.json import dumps

FIELDS = "fields"
"""The name of what a record carries besides its message: `logger.info(..., extra={FIELDS: {...}})`."""

_LOGGERS = ("triolet", "triolet_adapters", "hypercorn.error")


def set_up_logs(kind: Literal["text", "json"]) -> None:
    """Write the logs of the service, of the engine, of its voices and of hypercorn to standard error, from INFO on."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(JsonLines() if kind == "json" else TextLines())
    for name in _LOGGERS:
        logger = logging.getLogger(name)
        logger.handlers = [handler]
        logger.setLevel(logging.INFO)
        logger.propagate = False


class TextLines(logging.Formatter):
    """A line for people: the time of day, the level where it is not INFO, the message, the fields."""

    def format(self, record: logging.LogRecord) -> str:
        """Write one record."""
        at = datetime.fromtimestamp(record.created, UTC).astimezone().strftime("%H:%M:%S")
        level = "" if record.levelno == logging.INFO else f"{record.levelname.lower()}: "
        fields = " ".join(f"{name}={value}" for name, value in _fields(record).items())
        line = _one_line(f"{at} {level}{record.getMessage()} {fields}".rstrip())
        return f"{line}\n{self.formatException(record.exc_info)}" if record.exc_info else line


class JsonLines(logging.Formatter):
    """A JSON object: time (UTC, RFC 3339), level, logger, message, then the fields of the record; `exception`, if there is one."""

    def format(self, record: logging.LogRecord) -> str:
        """Write one record."""
        line: dict[str, Any] = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
            "process": record.process,
            **_fields(record),
        }
        if record.exc_info:
            line["exception"] = self.formatException(record.exc_info)
        return dumps(line)


def _fields(record: logging.LogRecord) -> dict[str, Any]:
    return dict(getattr(record, FIELDS, {}))


def _one_line(text: str) -> str:
    """What came from clients must not begin a line of its own."""
    return "".join(character if character.isprintable() else ascii(character)[1:-1] for character in text)
