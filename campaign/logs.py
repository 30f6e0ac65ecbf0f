"""Log lines that tell what happened and never to whom: no address, token, query or IP, no exception's message."""

import logging
import re
import traceback
from typing import Any

_REDACTIONS = [
    (re.compile(r"/([sud])/[^/\s'\"]+"), r"/\1/…"),
    (re.compile(r"\?\S+"), "?…"),
    (re.compile(r"[^\s<>'\"(,;:]+@[^\s<>'\"),;:]+"), "…@…"),
    (re.compile(r"\b\d{1,3}(\.\d{1,3}){3}\b"), "…"),
    (re.compile(r"(?i)\b[0-9a-f]{1,4}(:[0-9a-f]{0,4}){3,7}\b"), "…"),
]


def redact(text: str) -> str:
    """`text` without what could name a person: mail addresses, /s/ tokens, queries, IP addresses."""
    for pattern, replacement in _REDACTIONS:
        text = pattern.sub(replacement, text)
    return text


class PlainFormatter(logging.Formatter):
    """One line an event. Of an exception it gives types and places; its message may quote what was posted."""

    def __init__(self) -> None:
        super().__init__("%(asctime)s %(levelname)s %(name)s %(message)s")

    def format(self, record: logging.LogRecord) -> str:
        line = redact(f"{record.levelname} {record.name} {record.getMessage()}")
        line = f"{self.formatTime(record, '%Y-%m-%dT%H:%M:%S')} {line}"
        if record.exc_info and record.exc_info[0]:
            line += "\n" + self._places(record.exc_info[1])
        return line

    @staticmethod
    def _places(error: BaseException | None) -> str:
        lines = []
        while error is not None:
            frames = traceback.extract_tb(error.__traceback__)
            lines += [f"    {frame.filename}:{frame.lineno} {frame.name}" for frame in frames]
            lines.append(f"  {type(error).__module__}.{type(error).__qualname__}")
            error = error.__cause__ or error.__context__
        return "\n".join(lines)


def plain_logging(level: str) -> dict[str, Any]:
    """Everything to standard error, one line an event (for `logging.config.dictConfig`)."""
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {"plain": {"()": "campaign.logs.PlainFormatter"}},
        "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "plain"}},
        "root": {"handlers": ["console"], "level": level},
        "loggers": {
            "django": {"handlers": [], "level": "INFO", "propagate": True},
            "django.security.DisallowedHost": {"level": "CRITICAL"},  # or any stranger fills the log, a trace a request
            "django.server": {"handlers": [], "level": "ERROR", "propagate": True},
            "celery": {"level": "WARNING"},
        },
    }
