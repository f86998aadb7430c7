"""How things stand at one instant: what the gauges show, all of it from one snapshot.

The law of the file: a query may take longer with the open cases, never with all there have been.
"""

from __future__ import annotations

from collections import Counter
from datetime import datetime
from typing import Any

import msgspec
from sqlalchemy import Boolean, Connection, Integer, Select, Text, bindparam, case, cast, func, or_, select

from router.core.policies.colours import Onset, colour_at
from router.ledger import count_schema, counting, problems, schema
from router.ledger.columns import Instant
from router.ledger.count_port import Coloured, OpenGroup, Snapshot, Waiting

_standings, _cases = count_schema.standings, schema.cases
_outbox, _parked, _beats, _brakes = schema.outbox, schema.parked, schema.beats, schema.brakes

_now = bindparam("now", type_=Instant)
_braked = bindparam("braked", type_=Boolean)

#: Open cases, those that have the same lead, place and level together.
OPEN = (
    select(
        _standings.c.tier,
        _standings.c.district,
        _standings.c.lead,
        _standings.c.suspended,
        _standings.c.level,
        _standings.c.proposed,
        func.count().label("cases"),
        func.min(_standings.c.opened_at).label("oldest"),
        func.sum(case((_standings.c.due_at < _now, 1), else_=0)).label("overdue"),
    )
    .where(_standings.c.is_open)
    .group_by(
        _standings.c.tier,
        _standings.c.district,
        _standings.c.lead,
        _standings.c.suspended,
        _standings.c.level,
        _standings.c.proposed,
    )
)
#: Open cases that ever have a colour.
COLOURED = select(
    _standings.c.tier, _standings.c.district, _standings.c.lead, cast(_standings.c.colours, Text).label("colours")
).where(_standings.c.is_open, cast(_standings.c.colours, Text) != "[]")
#: Passed deadlines that take a case up: held back, and those that nothing holds.
PASSED = (
    select(
        _cases.c.due_tier,
        func.sum(cast(or_(_cases.c.held, _braked), Integer)).label("held"),
        func.sum(cast(~or_(_cases.c.held, _braked), Integer)).label("free"),
        func.min(case((~or_(_cases.c.held, _braked), _cases.c.escalates_at))).label("oldest"),
    )
    .where(_cases.c.next_due_at < _now, _cases.c.escalates_at < _now)
    .group_by(_cases.c.due_tier)
)
#: Messages not known to have arrived, and since when the oldest has waited.
UNSENT = select(func.count(), func.min(_outbox.c.timestamp))
#: Messages set aside, by reason.
PARKED = (
    select(_parked.c.reason, func.count())
    .where(_parked.c.replayed_at.is_(None), _parked.c.dismissed_at.is_(None))
    .group_by(_parked.c.reason)
)
#: Of each role, its loop that is furthest behind: every loop of a process that has not stopped.
BEATS = (
    select(_beats.c.role, func.min(_beats.c.beat_at)).where(_beats.c.stopped_at.is_(None)).group_by(_beats.c.role)
)
#: Whether the brake is on.
BRAKED = select(func.count()).where(_brakes.c.holds)

_read = msgspec.json.Decoder(tuple[Onset, ...]).decode


def snapshot(connection: Connection, now: datetime) -> Snapshot:
    """Everything at `now`, as one moment of the ledger has it."""
    asked = {"now": now}
    figures = counting.tallies(connection)
    figures.subtract(counting.due_later(connection, now))
    figures.update(problems.lately(connection, now))
    braked = bool(connection.scalar(BRAKED))
    passed = connection.execute(PASSED, {**asked, "braked": braked}).all()
    unsent, unsent_since = connection.execute(UNSENT).one()
    return Snapshot(
        tallies=figures,
        open=tuple(OpenGroup(**row) for row in connection.execute(OPEN, asked).mappings()),
        coloured=_coloured(connection, now),
        unescalated={row.due_tier: Waiting(row.free, row.oldest) for row in passed if row.free},
        held={row.due_tier: row.held for row in passed if row.held},
        outbox=Waiting(unsent, unsent_since),
        parked=_pairs(connection, PARKED),
        braked=braked,
        beats=_pairs(connection, BEATS),
        uncounted=counting.uncounted(connection),
    )


def _coloured(connection: Connection, now: datetime) -> Counter[Coloured]:
    """Open cases that have a colour now."""
    found: Counter[Coloured] = Counter()
    for tier, district, lead, colours in connection.execute(COLOURED):
        colour = colour_at(_read(colours), now)
        if colour is not None:
            found[Coloured(tier, district, lead, colour)] += 1
    return found


def _pairs(connection: Connection, asked: Select[Any]) -> dict[str, Any]:
    return dict(tuple(row) for row in connection.execute(asked))
