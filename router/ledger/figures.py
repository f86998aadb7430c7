"""Figures for `status`, each from one query."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta

from sqlalchemy import Connection, Text, and_, bindparam, cast, exists, func, or_, select

from router.clock import age_s
from router.core.commands import INSPECTION
from router.core.several.project import PROJECT
from router.ledger import schema
from router.ledger.columns import Instant

_cases, _outbox, _parked, _brakes = schema.cases, schema.outbox, schema.parked, schema.brakes

_now = bindparam("now", type_=Instant)
_minute_ago = bindparam("minute_ago", type_=Instant)
_hour_ahead = bindparam("hour_ahead", type_=Instant)

#: Cases somebody still has to act on.
OPEN = select(func.count()).select_from(_cases).where(_cases.c.state != "closed")
#: Of these, batch projects and inspectors' tasks: work of offices, and nobody's matter. What inspectors have found
#: is of their channel too, and is a case.
NO_MATTERS = (
    select(_cases.c.channel, func.count())
    .where(
        _cases.c.state != "closed",
        or_(
            _cases.c.channel == PROJECT,
            and_(_cases.c.channel == INSPECTION, cast(_cases.c.body, Text).like('%"task":{%')),
        ),
    )
    .group_by(_cases.c.channel)
)
#: Cases put on record within the last minute.
RECEIVED = select(func.count()).where(_cases.c.recorded_at > _minute_ago, _cases.c.recorded_at <= _now)
#: Deadlines that pass within the next hour.
DUE_SOON = select(func.count()).where(_cases.c.next_due_at >= _now, _cases.c.next_due_at < _hour_ahead)
#: Deadlines that have passed and are not handled, and the oldest of them.
OVERDUE = select(func.count(), func.min(_cases.c.next_due_at)).where(
    _cases.c.next_due_at < _now,
    # What is held back waits for a person, and says nothing about the clock.
    ~_cases.c.held,
    ~and_(_cases.c.escalates, exists().where(_brakes.c.holds)),
)
#: Messages not known to have arrived, and since when the oldest of them has waited.
UNSENT = select(func.count(), func.min(_outbox.c.timestamp))
#: Messages that wait for somebody to look at them.
PARKED = select(func.count()).where(_parked.c.replayed_at.is_(None), _parked.c.dismissed_at.is_(None))


def counts(connection: Connection, now: datetime) -> Mapping[str, float | int | None]:
    """The figures at `now`; ages are in seconds, None when there is nothing to be old."""
    asked = {"now": now}
    overdue, oldest_overdue_at = connection.execute(OVERDUE, asked).one()
    unsent, oldest_unsent_at = connection.execute(UNSENT).one()
    apart: dict[str, int] = {row.channel: row[1] for row in connection.execute(NO_MATTERS)}
    return {
        "cases_open": (connection.scalar(OPEN) or 0) - sum(apart.values()),
        "projects_open": apart.get(PROJECT, 0),
        "tasks_open": apart.get(INSPECTION, 0),
        "received_last_minute": connection.scalar(RECEIVED, {"minute_ago": now - timedelta(minutes=1), **asked}),
        "due_next_hour": connection.scalar(DUE_SOON, {"hour_ahead": now + timedelta(hours=1), **asked}),
        "overdue": overdue,
        "oldest_overdue_at_s": age_s(oldest_overdue_at, now) if oldest_overdue_at is not None else None,
        "outbox": unsent,
        "outbox_oldest_s": age_s(oldest_unsent_at, now) if oldest_unsent_at is not None else None,
        "parked": connection.scalar(PARKED),
    }
