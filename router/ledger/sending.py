"""The outbox: what was decided to be sent and is not known to have arrived.

The law of the file: nobody reads on from the last row seen. Rows are claimed by what they are (unsent, not
leased, not pausing), since a transaction that began earlier may commit later.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from datetime import datetime, timedelta

from sqlalchemy import Boolean, Connection, bindparam, delete, or_, select, update

from router.core.telling.outbox import Fate, Outgoing
from router.ledger import parking, rows, schema
from router.ledger.columns import Instant, among
from router.ledger.contacts import Seal

#: The longest pause between two attempts at one message, in seconds. A queue that was full for hours is tried
#: again within minutes; a broker that nobody could ask says nothing about the message, and is asked as often as a
#: waiting role asks for anything.
LONGEST_PAUSE_S = {Fate.REJECTED: 300, Fate.UNKNOWN: 15}

_outbox = schema.outbox

_takeable = (
    select(_outbox.c.seq)
    .where(
        _outbox.c.not_before <= bindparam("now", type_=Instant),
        _outbox.c.timestamp <= bindparam("written_before", type_=Instant),
    )
    .order_by(_outbox.c.not_before, _outbox.c.seq)
    .limit(bindparam("limit"))
    .with_for_update(skip_locked=True)
    .cte("takeable")
)
#: Leases the oldest messages that may be sent, passing over those another process is claiming just now.
CLAIM = (
    update(_outbox)
    .where(_outbox.c.seq == _takeable.c.seq)
    .values(not_before=bindparam("leased_until", type_=Instant))
    .returning(*_outbox.c)
)
#: Every message to an exchange that is not known to have arrived, whoever has it on lease.
UNSENT = (
    select(_outbox).where(_outbox.c.exchange == bindparam("exchange")).order_by(_outbox.c.timestamp, _outbox.c.seq)
)
#: Forgets messages that arrived.
FORGET = delete(_outbox).where(among(_outbox.c.id, "ids"))
#: Messages by id, locked, in the order in which they were written.
THESE = select(_outbox).where(among(_outbox.c.id, "ids")).order_by(_outbox.c.seq).with_for_update()
#: Lets messages wait after another failed attempt.
PAUSE = (
    update(_outbox)
    .where(among(_outbox.c.id, "ids"))
    .values(
        attempts=bindparam("tried"),
        not_before=bindparam("until", type_=Instant),
        rejected=or_(_outbox.c.rejected, bindparam("refused", type_=Boolean)),
    )
)


def claim(connection: Connection, now: datetime, limit: int, lease_s: float, grace_s: float) -> list[Outgoing]:
    """Lease at most `limit` unsent messages older than `grace_s` seconds, oldest first."""
    asked = {
        "now": now,
        "written_before": now - timedelta(seconds=grace_s),
        "limit": limit,
        "leased_until": now + timedelta(seconds=lease_s),
    }
    found = sorted(connection.execute(CLAIM, asked).mappings(), key=lambda row: (row["timestamp"], row["seq"]))
    return [rows.outgoing_of(row) for row in found]


def unsent(connection: Connection, exchange: str) -> list[Outgoing]:
    """What is to go to an exchange and is not known to have arrived, oldest first; nothing is leased."""
    return [rows.outgoing_of(row) for row in connection.execute(UNSENT, {"exchange": exchange}).mappings()]


def settle(connection: Connection, seal: Seal, fates: Mapping[str, Fate], now: datetime) -> None:
    """Forget what arrived, park what no queue is bound for, let the rest wait; unknown ids change nothing."""
    by_fate: dict[Fate, list[str]] = defaultdict(list)
    for message_id, fate in fates.items():
        by_fate[fate].append(message_id)
    if arrived := by_fate[Fate.CONFIRMED]:
        connection.execute(FORGET, {"ids": sorted(arrived)})
    if unrouted := by_fate[Fate.UNROUTED]:
        _park(connection, seal, unrouted, now)
    for fate in LONGEST_PAUSE_S:
        if failed := by_fate[fate]:
            _pause(connection, failed, fate, now)


def pause_s(attempts: int, fate: Fate) -> int:
    """Seconds to wait after so many failed attempts: 1, 2, 4, … and never more than the last one's fate allows."""
    longest_s = LONGEST_PAUSE_S[fate]
    return min(longest_s, 1 << min(attempts - 1, longest_s.bit_length()))


def _park(connection: Connection, seal: Seal, ids: list[str], now: datetime) -> None:
    found = connection.execute(THESE, {"ids": ids}).mappings().all()
    parking.park_unrouted(connection, seal, [rows.outgoing_of(row) for row in found], now)
    connection.execute(FORGET, {"ids": ids})


def _pause(connection: Connection, ids: list[str], fate: Fate, now: datetime) -> None:
    """Each waits by its own number of attempts; those with the same number in one statement."""
    by_attempts: dict[int, list[str]] = defaultdict(list)
    for row in connection.execute(THESE, {"ids": ids}).mappings():
        by_attempts[row["attempts"] + 1].append(row["id"])
    for tried, these in by_attempts.items():
        until = now + timedelta(seconds=pause_s(tried, fate))
        asked = {"ids": these, "tried": tried, "until": until, "refused": fate is Fate.REJECTED}
        connection.execute(PAUSE, asked)
