"""Logs: a fixed sentence and fields. Text for a terminal, a JSON object a line for everything else.

What is said while a request is worked on has its id, which the client got too.
Nothing that players or games sent is logged at `info`: their data belongs into the store.
"""

from __future__ import annotations

import datetime as dt
import json
import logging
import sys

from playtrace import request_id
from playtrace.config import Settings

STANDARD_FIELDS = frozenset(logging.makeLogRecord({}).__dict__) | {"message", "asctime"}


def set_up(settings: Settings) -> None:
    """Send the logs of all rooms to standard error, as the settings say."""
    is_text = settings.log.format == "text" or (settings.log.format == "auto" and sys.stderr.isatty())
    handler = logging.StreamHandler()
    handler.setFormatter(TextLines() if is_text else JsonLines())
    logging.basicConfig(level=logging.WARNING, handlers=[handler], force=True)
    logging.getLogger("playtrace").setLevel(settings.log.level.upper())


def fields_of(record: logging.LogRecord) -> dict[str, object]:
    fields = {key: value for key, value in record.__dict__.items() if key not in STANDARD_FIELDS}
    if (own := request_id.current.get()) is not None:
        fields["request_id"] = own
    return fields


class TextLines(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        clock = dt.datetime.fromtimestamp(record.created).strftime("%H:%M:%S")
        fields = "".join(f" {key}={value}" for key, value in fields_of(record).items())
        room = record.name.removeprefix("playtrace.")
        text = f"{clock} {record.levelname.lower():7} {room}: {record.getMessage()}{fields}"
        return f"{text}\n{self.formatException(record.exc_info)}" if record.exc_info else text


class JsonLines(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        line: dict[str, object] = {
            "time": dt.datetime.fromtimestamp(record.created, dt.UTC).isoformat(),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
            **fields_of(record),
        }
        if record.exc_info:
            line["exception"] = self.formatException(record.exc_info)
        return json.dumps(line, default=str)
