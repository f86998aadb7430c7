"""How the program logs: one line a step on stderr, key=value or JSON, with the case id and no citizen's text."""

from __future__ import annotations

import logging
import sys
from collections.abc import MutableMapping
from typing import Any

import structlog

#: Keys under which a text, a name or a number of a citizen could stand. A bug must not put one into a log file.
PRIVATE = frozenset(
    {"address", "body", "contact", "complainant", "identity_number", "name", "password", "phone", "text", "token"}
)
#: Libraries whose complaints the program says itself, once, in its own words.
_LOUD = ("pika", "amqp", "kombu")


def configure(*, as_json: bool, level: str) -> None:
    """Send everything, the libraries' lines too, to stderr; may be called again.

    Args:
        as_json: a JSON object a line, for a collector; else key=value, for people.
        level: the least that is shown: `info` for roles, `warning` for commands that end.
    """
    last = structlog.processors.JSONRenderer(ensure_ascii=False) if as_json else _key_value()
    shared: list[Any] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        without_private,
        structlog.processors.format_exc_info,
    ]
    structlog.configure(
        processors=[*shared, last],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=_to_stderr,
        cache_logger_on_first_use=False,
    )
    handler = _Handler(_Stderr())
    handler.setFormatter(structlog.stdlib.ProcessorFormatter(processor=last, foreign_pre_chain=shared))
    root = logging.getLogger()
    root.handlers[:] = [*(one for one in root.handlers if not isinstance(one, _Handler)), handler]
    root.setLevel(logging.WARNING)
    for name in _LOUD:
        logging.getLogger(name).setLevel(logging.CRITICAL)


def without_private(_logger: Any, _method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Take out what could be personal; the key stays, so that the bug that put it there is found."""
    for key in PRIVATE & event.keys():
        event[key] = "(withheld)"
    return event


def _key_value() -> Any:
    return structlog.processors.KeyValueRenderer(
        key_order=["timestamp", "level", "event"], drop_missing=True, repr_native_str=False
    )


class _Stderr:
    """Standard error as it is when a line is written: whoever replaces it gets the lines."""

    def write(self, text: str) -> int:
        return sys.stderr.write(text)

    def flush(self) -> None:
        sys.stderr.flush()


class _Handler(logging.StreamHandler[_Stderr]):
    """Ours, so that configuring again replaces it."""


def _to_stderr(*_args: Any) -> structlog.WriteLogger:
    return structlog.WriteLogger(_Stderr())  # type: ignore[arg-type]
