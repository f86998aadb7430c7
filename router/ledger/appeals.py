"""Which case first said a thing: the same words of the same person, by another channel, are one appeal.

The law of the file: a row is claimed by inserting it, so that of two routers which open two cases at once one sees
the other's. Keys are keyed hashes and tell nothing; they are forgotten with the personal data they are made from.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import Connection, bindparam, delete, select, update

from router.core.several.linking import SAME_APPEAL_WITHIN
from router.ledger import schema, sets
from router.ledger.columns import Instant, among
from router.ledger.port import Appeal

_appeals = schema.appeals

#: Who holds these keys.
HELD = select(_appeals).where(among(_appeals.c.content_key, "keys"))
#: A key whose holder is too long ago is the next one's.
TAKE_OVER = (
    update(_appeals)
    .where(_appeals.c.content_key == bindparam("of"))
    .values(
        case_id=bindparam("by_case"),
        source=bindparam("by_source"),
        opened_at=bindparam("since", type_=Instant),
    )
)
#: Nothing that came so long ago is linked to anything any more.
FORGET = delete(_appeals).where(_appeals.c.opened_at <= bindparam("before", type_=Instant))


def claim(connection: Connection, new: Sequence[Appeal]) -> dict[str, Appeal]:
    """Who holds the key of each: the one that had it already and is not too long ago, else the new one."""
    if not new:
        return {}
    # In one order, so that two processes never wait for each other in a circle.
    ordered = sorted(new, key=lambda one: (one.key, one.opened_at, one.case_id))
    rows = [
        {"content_key": one.key, "case_id": one.case_id, "source": one.source, "opened_at": one.opened_at}
        for one in ordered
    ]
    sets.insert_new(connection, _appeals, rows)
    held = {
        row.content_key: Appeal(
            key=row.content_key, case_id=row.case_id, source=row.source, opened_at=row.opened_at
        )
        for row in connection.execute(HELD, {"keys": [one.key for one in ordered]})
    }
    for one in ordered:
        if one.opened_at - held[one.key].opened_at > SAME_APPEAL_WITHIN:
            taken = {"of": one.key, "by_case": one.case_id, "by_source": one.source, "since": one.opened_at}
            connection.execute(TAKE_OVER, taken)
            held[one.key] = one
    return held


def forget(connection: Connection, now: datetime) -> None:
    """Forget what cannot be linked to any more, with room for what reaches us late."""
    connection.execute(FORGET, {"before": now - SAME_APPEAL_WITHIN - timedelta(days=30)})
