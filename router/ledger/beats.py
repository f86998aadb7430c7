"""Signs of life of running loops, and until when the queues they consume are known to be clear."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from functools import cache
from typing import Any

import msgspec
from sqlalchemy import Connection, bindparam, delete, select, update
from sqlalchemy.dialects import postgresql, sqlite

from router.ledger import schema
from router.ledger.columns import Instant
from router.ledger.port import Beat

#: A row is forgotten this long after its last beat, when some process starts: over a weekend without any the rows
#: still tell when the last one lived.
KEPT = timedelta(days=1)

_beats = schema.beats
_KEY = ("instance", "loop", "queue")
_CHANGES = ("beat_at", "clear_until", "stopped_at")

#: Every loop that beat at an instant or later.
SINCE = select(_beats).where(_beats.c.beat_at >= bindparam("since", type_=Instant)).order_by(*_beats.primary_key)
#: A process stopped, its loops with it.
STOP = (
    update(_beats)
    .where(_beats.c.instance == bindparam("of"), _beats.c.stopped_at.is_(None))
    .values(stopped_at=bindparam("now", type_=Instant))
)
#: Forgets what has not beaten since an instant.
FORGET = delete(_beats).where(_beats.c.beat_at < bindparam("before", type_=Instant))


def note(connection: Connection, beats: Sequence[Beat]) -> None:
    """Keep the newest beat of each loop and queue."""
    if beats:
        connection.execute(_upsert(connection.dialect.name), [msgspec.structs.asdict(one) for one in beats])


def since(connection: Connection, instant: datetime) -> list[Beat]:
    """Every loop that beat at `instant` or later."""
    return [Beat(**row) for row in connection.execute(SINCE, {"since": instant}).mappings()]


def stop(connection: Connection, instance: str, now: datetime) -> None:
    """Note that a process stopped in good order; what it knew of its queues stays known."""
    connection.execute(STOP, {"of": instance, "now": now})


def forget(connection: Connection, now: datetime) -> int:
    """Forget loops that have not beaten for a day; returns how many rows."""
    return connection.execute(FORGET, {"before": now - KEPT}).rowcount


@cache
def _upsert(dialect: str) -> Any:
    """Insert a beat, or renew the one that is there."""
    new = (postgresql.insert if dialect == "postgresql" else sqlite.insert)(_beats)
    return new.on_conflict_do_update(index_elements=_KEY, set_={name: new.excluded[name] for name in _CHANGES})
