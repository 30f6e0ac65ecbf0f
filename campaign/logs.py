"""Log lines that tell what happened and never to whom: no address, token, query or IP, no exception's message."""

import logging
import re
import traceback
from collections.abc import Mapping
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


def _message(record: logging.LogRecord) -> str:
    """What a record says; of an exception in it no more than its type."""
    error = record.exc_info[1] if record.exc_info else None
    if record.name == "celery.app.trace" and isinstance(record.args, Mapping):
        # Its exception is text already, perhaps of a copy that says something else: nothing of that line is kept.
        return f"Task {record.args.get('name')}" + (f": {_type_of(error)}" if error else "")
    message = str(_without_words(record.msg))
    if record.args:
        message %= _without_words(record.args)
    for said in _said_by(error):
        message = message.replace(said, _type_of(error))
    return message


def _without_words(values: Any) -> Any:
    """A record's values, with the type of an exception in place of what it says."""
    if isinstance(values, Mapping):
        return {name: _without_words(value) for name, value in values.items()}
    if isinstance(values, tuple):
        return tuple(map(_without_words, values))
    return _type_of(values) if isinstance(values, BaseException) else values


def _said_by(error: BaseException | None) -> list[str]:
    """The words of an exception and of those it came from, the longest first."""
    said = set()
    while error is not None:
        said |= {repr(error), str(error)}
        error = error.__cause__ or error.__context__
    return sorted(filter(None, said), key=len, reverse=True)


def _type_of(error: BaseException | None) -> str:
    return f"{type(error).__module__}.{type(error).__qualname__}"


class PlainFormatter(logging.Formatter):
    """One line an event. Of an exception it gives types and places; its message may quote what was posted."""

    def __init__(self) -> None:
        super().__init__("%(asctime)s %(levelname)s %(name)s %(message)s")

    def format(self, record: logging.LogRecord) -> str:
        line = redact(f"{record.levelname} {record.name} {_message(record)}")
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
            lines.append(f"  {_type_of(error)}")
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
