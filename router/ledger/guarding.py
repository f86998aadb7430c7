"""What holds deadlines back: the brake, holds, and when desks were last seen; with the queries behind them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any

import msgspec
from sqlalchemy import (
    Boolean,
    Connection,
    RowMapping,
    Text,
    and_,
    bindparam,
    func,
    insert,
    or_,
    select,
    text,
    update,
)
from sqlalchemy.dialects import postgresql, sqlite

from router.core.case import Case
from router.core.guards import Guards, Hold, HoldKind
from router.ledger import rows, schema, sets
from router.ledger.columns import Instant, among
from router.ledger.guard_port import Brake, Seen

_cases, _entries = schema.cases, schema.entries
_brakes, _holds, _staffing = schema.brakes, schema.holds, schema.staffing

#: Outage windows that ended longer ago explain no report that still comes.
_KEPT = timedelta(days=90)

_now = bindparam("now", type_=Instant)
_since = bindparam("since", type_=Instant)

#: The brake, while it holds.
BRAKE = select(_brakes).where(_brakes.c.holds)
#: Every time it was on, the last first.
BRAKES = select(_brakes).order_by(_brakes.c.seq.desc()).limit(bindparam("limit"))
#: The last instant up to which everything was let through.
LET_THROUGH = select(func.max(_brakes.c.ended_at))
#: The brake comes off.
END = (
    update(_brakes)
    .where(_brakes.c.holds)
    .values(
        holds=False,
        ended_how=bindparam("how"),
        ended_at=_now,
        ended_by=bindparam("ended_by_whom"),
        reason=bindparam("why"),
    )
)
#: Cases with a passed deadline that takes them up, next or behind one that only tells somebody; but for those that
#: were let through by name.
DUE = select(_cases.c.id).where(
    _cases.c.wake_at < _now, _cases.c.escalates_at < _now, _cases.c.escalates_at >= _since
)
#: Escalations and those that were undone, as the index on them has them.
ESCALATED = select(_entries.c.type, _entries.c.event_at, _entries.c.data).where(
    text(schema.ESCALATED), _entries.c.event_at >= _since
)
#: What may be held: under the brake whatever has passed, and behind a reminder nobody has taken yet there may be
#: more; by a hold what was handed out in vain.
HELD = (
    select(_cases.c.body)
    .where(_cases.c.next_due_at < _now, or_(bindparam("braked", type_=Boolean), _cases.c.held))
    .order_by(_cases.c.next_due_at, _cases.c.id)
)
COUNT_HELD = select(func.count()).where(_cases.c.next_due_at < _now, _cases.c.escalates_at < _now)
#: Deadlines that passed long ago and are on lease.
CLAIMED = select(_cases.c.id).where(
    _cases.c.next_due_at < bindparam("before", type_=Instant), _cases.c.wake_at > _now, ~_cases.c.held
)
#: These are left alone for a while.
HOLD_BACK = (
    update(_cases)
    .where(among(_cases.c.id, "ids"), _cases.c.next_due_at < _now)
    .values(held=True, wake_at=bindparam("until", type_=Instant))
)
#: Whatever was held back is handed out again.
LET_GO = update(_cases).where(_cases.c.held).values(held=False, wake_at=_cases.c.next_due_at)
#: Holds that hold, and outage windows that explain something still.
HOLDS = (
    select(_holds)
    .where(
        or_(
            and_(_holds.c.released_at.is_(None), or_(_holds.c.until.is_(None), _holds.c.until >= _since)),
            _holds.c.released_at >= _since,
        )
    )
    .order_by(_holds.c.since, _holds.c.id)
)
#: Restores that were begun and neither came to their end nor were given up.
RESTORING = select(_holds).where(_holds.c.restored_to.is_not(None), _holds.c.released_at.is_(None))
ALL_HOLDS = select(_holds).order_by(_holds.c.since, _holds.c.id)
RELEASE_HOLD = (
    update(_holds)
    .where(_holds.c.id == bindparam("of"), _holds.c.released_at.is_(None))
    .values(released_at=_now, released_by=bindparam("who", type_=Text))
)
#: One that was released holds on, as if it had not been.
HOLD_ON = update(_holds).where(_holds.c.id == bindparam("of")).values(released_at=None, released_by=None)
SEEN = select(_staffing)


def brake(connection: Connection) -> Brake | None:
    """The brake while it holds; None: it does not."""
    row = connection.execute(BRAKE).mappings().first()
    return None if row is None else Brake(**row)


def brakes(connection: Connection, limit: int) -> list[Brake]:
    """The last times it was on, the last first."""
    return [Brake(**row) for row in connection.execute(BRAKES, {"limit": limit}).mappings()]


def put_on(connection: Connection, found: Brake) -> bool:
    """Put the brake on; False: somebody else was quicker."""
    row = msgspec.structs.asdict(found)
    del row["seq"]
    return sets.insert_new(connection, _brakes, [row]) == 1


def let_through(connection: Connection, found: Brake) -> None:
    """Note that what has passed is let through by name, without the brake having been on."""
    row = msgspec.structs.asdict(found)
    del row["seq"]
    connection.execute(insert(_brakes), row)


def take_off(connection: Connection, how: str, by: str, reason: str, now: datetime) -> bool:
    """Take the brake off; False: it was not on."""
    asked = {"how": how, "ended_by_whom": by, "why": reason, "now": now}
    off = connection.execute(END, asked).rowcount == 1
    connection.execute(LET_GO)
    return off


def due_at_once(connection: Connection, now: datetime, limit: int) -> int:
    """Deadlines that take a case up, are due and wait to be handed out; at most `limit` are counted."""
    since = connection.scalar(LET_THROUGH) or datetime.min.replace(tzinfo=now.tzinfo, year=2)
    found = DUE.limit(limit).subquery()
    count: int = connection.scalar(select(func.count()).select_from(found), {"now": now, "since": since}) or 0
    return count


def busiest_minute(connection: Connection, since: datetime) -> int:
    """Most escalations that fell into one minute since then, by their own instants; none that was undone.

    A storm that was taken back was not the city's, and must not raise what the next one has to exceed.
    """
    minutes: Counter[datetime] = Counter()
    for kind, at, data in connection.execute(ESCALATED, {"since": since}):
        if kind == "Escalated":
            minutes[_minute(at)] += 1
        else:
            minutes[_minute(_Undone.of(data).due_at)] -= 1
    return max(minutes.values(), default=0)


class _Undone(msgspec.Struct, frozen=True):
    """What matters here of an escalation that was undone: when it fell."""

    due_at: datetime

    @classmethod
    def of(cls, data: str) -> _Undone:
        return msgspec.json.decode(data, type=cls)


def _minute(at: datetime) -> datetime:
    return at.astimezone(UTC).replace(second=0, microsecond=0)


def held(connection: Connection, now: datetime, *, braked: bool, page: int) -> Iterator[Case]:
    """Cases whose next deadline has passed and is held, the oldest first."""
    found = connection.execution_options(yield_per=page).execute(HELD, {"now": now, "braked": braked})
    for body in found.scalars():
        yield rows.case_of(body)


def count_held(connection: Connection, now: datetime) -> int:
    """Deadlines that take a case up and have passed."""
    count: int = connection.scalar(COUNT_HELD, {"now": now}) or 0
    return count


def claimed(connection: Connection, now: datetime, before: datetime) -> frozenset[str]:
    """Cases whose deadline passed before `before` and is on lease at `now`."""
    return frozenset(connection.scalars(CLAIMED, {"now": now, "before": before}))


def hold_back(connection: Connection, ids: Collection[str], now: datetime, until: datetime) -> None:
    """Leave cases alone until then: something holds their deadline."""
    if ids:
        connection.execute(HOLD_BACK, {"ids": sorted(ids), "now": now, "until": until})


def guards(connection: Connection, now: datetime) -> Guards:
    """What holds at `now`, and the outage windows of the last 90 days."""
    found = connection.execute(HOLDS, {"since": now - _KEPT}).mappings()
    braked = connection.execute(BRAKE).first() is not None
    return Guards(braked=braked, holds=tuple(_hold(row) for row in found))


def restoring(connection: Connection) -> Hold | None:
    """The restore that is under way; None: none is."""
    row = connection.execute(RESTORING).mappings().first()
    return None if row is None else _hold(row)


def all_holds(connection: Connection) -> list[Hold]:
    """Every hold on record."""
    return [_hold(row) for row in connection.execute(ALL_HOLDS).mappings()]


def _hold(row: RowMapping) -> Hold:
    return Hold(**{**row, "kind": HoldKind(row["kind"])})


def put_hold(connection: Connection, found: Hold) -> bool:
    """Put a hold on record; False: it is there already."""
    row = {**msgspec.structs.asdict(found), "kind": found.kind.value}
    return sets.insert_new(connection, _holds, [row]) == 1


def release_hold(connection: Connection, hold_id: str, by: str, now: datetime) -> bool:
    """Release a hold; False: there is none of that id that holds."""
    done = connection.execute(RELEASE_HOLD, {"of": hold_id, "who": by, "now": now}).rowcount == 1
    connection.execute(LET_GO)
    return done


def hold_on(connection: Connection, hold_id: str) -> None:
    """Let a hold that was released hold on, as if it had not been."""
    connection.execute(HOLD_ON, {"of": hold_id})


def seen(connection: Connection) -> dict[str, Seen]:
    """Desk code → when it was last seen or heard of."""
    return {row["desk"]: Seen(**row) for row in connection.execute(SEEN).mappings()}


def note_seen(connection: Connection, desks: Collection[str], now: datetime, *, consuming: bool) -> None:
    """Desks were seen consuming, or reported, at `now`."""
    if not desks:
        return
    named = [{"desk": desk, "consuming_at": None, "reported_at": None} for desk in sorted(desks)]
    for row in named:
        row["consuming_at" if consuming else "reported_at"] = now  # type: ignore[assignment]
    connection.execute(_upsert(connection.dialect.name, "consuming_at" if consuming else "reported_at"), named)


@cache
def _upsert(dialect: str, column: str) -> Any:
    new = (postgresql.insert if dialect == "postgresql" else sqlite.insert)(_staffing)
    return new.on_conflict_do_update(index_elements=("desk",), set_={column: new.excluded[column]})
