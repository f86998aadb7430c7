"""The outbox: messages that are on record but not known to have reached the broker, and what becomes of them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum

import msgspec


class Outgoing(msgspec.Struct, frozen=True, kw_only=True):
    """A message to be sent; persistent, published `mandatory` unless said otherwise."""

    #: The same message always has the same id: whoever gets it twice can tell.
    id: str
    exchange: str
    key: str
    #: Wire type with version: `case.assigned.v1`.
    type: str
    case_id: str
    #: Version of the case: a receiver drops what is older than what it has seen. Header `case-version`.
    case_version: int
    body: bytes
    timestamp: datetime
    mandatory: bool = True
    user_id: str | None = None
    headers: Mapping[str, str] = {}


class Fate(StrEnum):
    """What became of a published message."""

    CONFIRMED = "confirmed"
    UNROUTED = "unrouted"  # returned: no queue is bound for it
    REJECTED = "rejected"  # negatively confirmed: a queue on its way is full or broken
    UNKNOWN = "unknown"  # no confirm came in time, or the connection broke
