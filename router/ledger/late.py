"""Hand-overs that a broker took late: while one waits nobody loses the case, and its time in hand begins with it.

The law of the file: a hand-over that a queue refuses is that desk's, whose queue is full, and holds nothing back.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime

from sqlalchemy import Connection, bindparam, select

from router.core.rules import SKEW
from router.core.telling.messages import Assigned
from router.core.telling.outbox import Outgoing
from router.ledger import guarding, schema, sets
from router.ledger.columns import Instant, among

_outbox, _parked, _late = schema.outbox, schema.parked, schema.late_hand_overs

#: The wire type of a hand-over.
HAND_OVER = str(Assigned.__struct_config__.tag)

#: Hand-overs that no broker has been there to take.
ALL_WAITING = select(_outbox.c.id).where(
    _outbox.c.type == HAND_OVER,
    _outbox.c.timestamp < bindparam("before", type_=Instant),
    ~_outbox.c.rejected,
)
#: Those of them with these ids.
WAITING = ALL_WAITING.where(among(_outbox.c.id, "ids"))
#: Those of these ids that a queue has refused.
REFUSED = select(_outbox.c.id).where(among(_outbox.c.id, "ids"), _outbox.c.rejected)
#: Hand-overs among what was set aside without a queue, and waits.
UNROUTED = select(_parked.c.message_id, _parked.c.case_id).where(
    among(_parked.c.id, "ids"),
    _parked.c.type == HAND_OVER,
    _parked.c.replayed_at.is_(None),
    _parked.c.parked_at < bindparam("before", type_=Instant),
)
#: When those with these ids were taken that waited for long.
DELIVERED = select(_late.c.message_id, _late.c.delivered_at).where(among(_late.c.message_id, "ids"))
#: What was held back for cases with these ids is handed out again.
LET_GO = guarding.LET_GO.where(among(schema.cases.c.id, "ids"))


def all_waiting(connection: Connection, now: datetime) -> frozenset[str]:
    """Ids of the hand-overs that wait for a broker, longer than the skew of clocks."""
    return frozenset(connection.scalars(ALL_WAITING, {"before": now - SKEW}))


def waiting(connection: Connection, now: datetime, ids: Collection[str]) -> frozenset[str]:
    """Which of these hand-overs wait for a broker, longer than the skew of clocks."""
    return frozenset(connection.scalars(WAITING, {"before": now - SKEW, "ids": sorted(ids)}))


def delivered(connection: Connection, ids: Collection[str]) -> dict[str, datetime]:
    """Id → when a broker took it, of those of these hand-overs that waited for long."""
    return {row.message_id: row.delivered_at for row in connection.execute(DELIVERED, {"ids": sorted(ids)})}


def note(connection: Connection, messages: Collection[Outgoing], now: datetime) -> None:
    """A broker took these messages of the outbox at `now`: hand-overs that had waited for long go on record,
    but for those that a queue had refused.
    """
    found = {one.id: one.case_id for one in messages if one.type == HAND_OVER and now - one.timestamp > SKEW}
    if found:
        refused = set(connection.scalars(REFUSED, {"ids": sorted(found)}))
        _keep(connection, {name: case_id for name, case_id in found.items() if name not in refused}, now)


def note_unrouted(connection: Connection, parked_ids: Collection[str], now: datetime) -> None:
    """These messages, for which no queue was bound, arrived at `now`: so with hand-overs that waited for long."""
    asked = {"ids": sorted(parked_ids), "before": now - SKEW}
    _keep(connection, {row.message_id: row.case_id for row in connection.execute(UNROUTED, asked)}, now)


def _keep(connection: Connection, case_of: Mapping[str, str], now: datetime) -> None:
    if not case_of:
        return
    rows = [{"message_id": name, "case_id": case_id, "delivered_at": now} for name, case_id in case_of.items()]
    sets.insert_new(connection, _late, rows)
    connection.execute(LET_GO, {"ids": sorted(set(case_of.values()))})
