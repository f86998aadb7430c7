"""Deadlines: which open cases are due, and who has been handed them.

`cases.wake_at` is the earliest instant at which a case's next deadline may be handed out: the deadline itself
or, once somebody has it, the end of their lease. Whatever gives the case another deadline sets it anew, so a
lease never outlives the instant it was taken for. Since what is leased has left the front of the index, ten
thousand cases due in one second are handed out in twenty calls of five hundred, each as quick as the first.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import Boolean, Connection, bindparam, func, or_, select, update

from router.ledger import schema
from router.ledger.columns import Instant
from router.ledger.port import Due

_cases = schema.cases

_due = (
    select(_cases.c.id)
    .where(
        _cases.c.wake_at < bindparam("now", type_=Instant),
        or_(~_cases.c.escalates, bindparam("escalating", type_=Boolean)),
    )
    .order_by(_cases.c.wake_at)
    .limit(bindparam("limit"))
    .with_for_update(skip_locked=True)
    .cte("due")
)
#: Leases the cases that have been due longest, passing over those another process is claiming just now.
CLAIM = (
    update(_cases)
    .where(_cases.c.id == _due.c.id)
    .values(wake_at=bindparam("leased_until", type_=Instant))
    .returning(_cases.c.id, _cases.c.next_milestone, _cases.c.next_due_at, _cases.c.due_tier)
)
#: Nobody has any of them any more; what something holds back stays so.
GIVE_BACK = (
    update(_cases)
    .where(_cases.c.wake_at > _cases.c.next_due_at, ~_cases.c.held)
    .values(wake_at=_cases.c.next_due_at)
)
#: The earliest deadline that is armed; those of closed cases are null.
EARLIEST = select(func.min(_cases.c.next_due_at)).where(_cases.c.next_due_at.is_not(None))


def claim(
    connection: Connection, now: datetime, limit: int, lease_s: float, *, escalating: bool = True
) -> list[Due]:
    """Lease at most `limit` cases whose deadline is strictly before `now`, oldest deadline first.

    Without `escalating` those that take a case up stay where they are.
    """
    asked = {
        "now": now,
        "limit": limit,
        "escalating": escalating,
        "leased_until": now + timedelta(seconds=lease_s),
    }
    found = [
        Due(case_id=row.id, milestone=row.next_milestone, due_at=row.next_due_at, tier=row.due_tier)
        for row in connection.execute(CLAIM, asked)
    ]
    return sorted(found, key=lambda due: (due.due_at, due.case_id))
