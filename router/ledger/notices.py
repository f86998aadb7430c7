"""Notices: what people at a desk are to be told, and when their desk was last told.

Whoever is to send a desk its list claims the desk, for as long as it may not be told again: so two processes never
tell it twice, and one that died between sending and marking leaves its rows to be sent once more, after that time.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from functools import cache
from typing import Any

import msgspec
from sqlalchemy import (
    BigInteger,
    Connection,
    RowMapping,
    and_,
    bindparam,
    delete,
    exists,
    not_,
    or_,
    select,
    update,
)
from sqlalchemy.dialects import postgresql, sqlite

from router.core.telling.ringing import Heard, Notice, NoticeBatch, Ring
from router.ledger import schema, sets
from router.ledger.columns import Instant, among

#: A notice can be read for so long.
KEPT = timedelta(days=30)

_notices, _notified = schema.notices, schema.notified
_FIELDS = tuple(name for name in Notice.__struct_fields__)

#: What may ring now: what waits for office hours waits on while they are over.
_RINGS = and_(
    _notices.c.ring_at <= bindparam("now", type_=Instant),
    or_(_notices.c.ring != Ring.HOURS.value, not_(among(_notices.c.calendar, "closed"))),
)
#: Desks that have something to be told, and were not told anything lately.
WAITING = (
    select(_notices.c.recipient)
    .where(
        _RINGS,
        ~exists().where(
            _notified.c.recipient == _notices.c.recipient,
            _notified.c.told_at > bindparam("told_before", type_=Instant),
        ),
    )
    .distinct()
    .order_by(_notices.c.recipient)
    .limit(bindparam("limit"))
)
#: What these desks are to be told, as it was recorded.
THEIRS = select(_notices).where(_RINGS, among(_notices.c.recipient, "recipients")).order_by(_notices.c.seq)
#: A desk may be told again at once.
RELEASE = delete(_notified).where(
    among(_notified.c.recipient, "recipients"), _notified.c.told_at == bindparam("claimed_at", type_=Instant)
)
#: These rows need no sending any more.
DONE = (
    update(_notices)
    .where(_notices.c.seq == bindparam("row", type_=BigInteger()))
    .values(ring_at=None, sent_at=bindparam("at", type_=Instant))
)
#: What one desk, or everybody, was or is to be told since an instant, the newest first.
SINCE = (
    select(_notices)
    .where(
        _notices.c.created_at >= bindparam("since", type_=Instant),
        or_(bindparam("anybody"), _notices.c.recipient == bindparam("recipient")),
    )
    .order_by(_notices.c.created_at.desc(), _notices.c.seq.desc())
)
#: What these desks were or are to be told of a case.
SILENCE = delete(_notices).where(_notices.c.case_id == bindparam("of"), among(_notices.c.recipient, "recipients"))
FORGET = delete(_notices).where(_notices.c.created_at < bindparam("before", type_=Instant))


def put(connection: Connection, notices: Sequence[Notice]) -> None:
    """Keep what people are to be told."""
    rows = [{**msgspec.structs.asdict(one), "ring": one.ring.value} for one in notices]
    sets.insert_all(connection, _notices, rows)


def claim(
    connection: Connection, now: datetime, every: timedelta, closed: Collection[str], limit: int
) -> list[NoticeBatch]:
    """What at most `limit` desks are to be told; each is theirs alone until `every` has passed."""
    asked = {"now": now, "closed": sorted(closed)}
    waiting = {**asked, "told_before": now - every, "limit": limit}
    claimed = [
        desk for desk in connection.scalars(WAITING, waiting).all() if _claimed(connection, desk, now, every)
    ]
    rows: dict[str, list[RowMapping]] = {desk: [] for desk in claimed}
    for row in connection.execute(THEIRS, {**asked, "recipients": claimed}).mappings() if claimed else ():
        rows[row["recipient"]].append(row)
    return [
        NoticeBatch(
            recipient=desk,
            claimed_at=now,
            rows=tuple(row["seq"] for row in found),
            notices=tuple(_notice(row) for row in found),
        )
        for desk, found in rows.items()
    ]


def _claimed(connection: Connection, desk: str, now: datetime, every: timedelta) -> bool:
    """Whether the desk is ours to tell: another process may just have claimed it."""
    asked = {"recipient": desk, "told_at": now, "told_before": now - every}
    return connection.execute(_claim(connection.dialect.name), asked).first() is not None


@cache
def _claim(dialect: str) -> Any:
    """Note that a desk is told, unless it was told lately."""
    insert = (postgresql.insert if dialect == "postgresql" else sqlite.insert)(_notified)
    return (
        insert.values(recipient=bindparam("recipient"), told_at=bindparam("told_at", type_=Instant))
        .on_conflict_do_update(
            index_elements=["recipient"],
            set_={"told_at": insert.excluded.told_at},
            where=_notified.c.told_at <= bindparam("told_before", type_=Instant),
        )
        .returning(_notified.c.recipient)
    )


def settle(connection: Connection, batch: NoticeBatch, sent_at: datetime | None) -> None:
    """These were sent, or (None) there is no queue to send them to: they are read from the ledger."""
    connection.execute(DONE, [{"row": row, "at": sent_at} for row in batch.rows])


def release(connection: Connection, batches: Sequence[NoticeBatch]) -> None:
    """These desks were told nothing, nobody knows whether: they may be told at once."""
    for batch in batches:
        connection.execute(RELEASE, {"recipients": [batch.recipient], "claimed_at": batch.claimed_at})


def since(connection: Connection, instant: datetime, recipient: str | None) -> list[Heard]:
    """What a desk (None: anybody) was or is to be told since then, the newest first."""
    asked = {"since": instant, "anybody": recipient is None, "recipient": recipient or ""}
    return [
        Heard(notice=_notice(row), sent_at=row["sent_at"]) for row in connection.execute(SINCE, asked).mappings()
    ]


def silence(connection: Connection, case_id: str, desks: Collection[str]) -> None:
    """People at these desks read no more of a case, sent or not; what was sent stays with them."""
    connection.execute(SILENCE, {"of": case_id, "recipients": list(desks)})


def forget(connection: Connection, now: datetime) -> int:
    """Forget what is older than `KEPT`; returns how many."""
    return connection.execute(FORGET, {"before": now - KEPT}).rowcount


def _notice(row: RowMapping) -> Notice:
    found = {name: row[name] for name in _FIELDS}
    # What is sent, or goes nowhere, rings no more; when it did is told by `sent_at`.
    return Notice(**{**found, "ring": Ring(row["ring"]), "ring_at": row["ring_at"] or row["created_at"]})
