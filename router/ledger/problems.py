"""Problems and what each case is to them, kept as cases change."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Sequence
from datetime import datetime, timedelta

import msgspec
from sqlalchemy import Connection, RowMapping, and_, bindparam, delete, func, or_, select

from router.core.counting.counted import UNKNOWN, Counted, Counts
from router.core.counting.problem_counts import ALL, LAST_30_DAYS, Flags, counted_in
from router.core.counting.problems import LinkKey, Origin, Problem, Sighting
from router.ledger import count_schema, rows, sets
from router.ledger.columns import Instant, among

_sightings, _problems = count_schema.sightings, count_schema.problems

_now = bindparam("now", type_=Instant)
_since = bindparam("since", type_=Instant)
_LATELY = timedelta(days=30)

#: What some cases are to the problems.
SIGHTINGS = select(_sightings.c.body).where(among(_sightings.c.case_id, "ids"))
#: All cases of some keys, and those of keys that share a place and a group with two of them.
LINKED = select(_sightings.c.body).where(
    among(_sightings.c.link_place, "places"), among(_sightings.c.link_group, "groups")
)
#: Problems of some keys; and of some cases that cannot be linked.
OF_KEYS = select(_problems).where(
    or_(
        and_(among(_problems.c.link_place, "places"), among(_problems.c.link_group, "groups")),
        and_(among(_problems.c.first_case, "ids"), _problems.c.link_place.is_(None)),
    )
)
#: What counts in the window, or is provisional, by what decides where it counts.
LATELY = (
    select(
        _problems.c.district,
        _problems.c.proactive,
        _problems.c.before,
        _problems.c.on_the_spot,
        _problems.c.verified,
        _problems.c.last_resolved_at.is_not(None).label("resolved"),
        (_problems.c.first_seen_at >= _since).label("seen"),
        func.coalesce(_problems.c.last_resolved_at >= _since, False).label("ended"),
        func.coalesce(_problems.c.recurs_until >= _now, False).label("recurs"),
        func.count().label("number"),
    )
    .where(
        or_(
            _problems.c.first_seen_at >= _since,
            _problems.c.last_resolved_at >= _since,
            and_(_problems.c.before, _problems.c.recurs_until >= _now),
        )
    )
    .group_by(
        _problems.c.district,
        _problems.c.proactive,
        _problems.c.before,
        _problems.c.on_the_spot,
        _problems.c.verified,
        "resolved",
        "seen",
        "ended",
        "recurs",
    )
)

_read_sighting = msgspec.json.Decoder(Sighting).decode
_read_members = msgspec.json.Decoder(tuple[str, ...]).decode
_write = msgspec.json.Encoder().encode


def sightings(connection: Connection, case_ids: Collection[str]) -> dict[str, Sighting]:
    """What these cases are to the problems, by id; those that were never counted are absent."""
    found = connection.scalars(SIGHTINGS, {"ids": list(case_ids)}) if case_ids else ()
    return {one.case_id: one for one in map(_read_sighting, found)}


def linked(connection: Connection, keys: Collection[LinkKey]) -> list[Sighting]:
    """All cases of these link keys."""
    if not keys:
        return []
    found = map(_read_sighting, connection.scalars(LINKED, _asked(keys)))
    return [one for one in found if one.link_key in keys]


def keep_sightings(connection: Connection, new: Collection[Sighting]) -> None:
    """Store what cases are to the problems."""
    kept = [
        {
            "case_id": one.case_id,
            "link_group": one.link_key[0] if one.link_key else None,
            "link_place": one.link_key[1] if one.link_key else None,
            "body": _write(one).decode(),
        }
        for one in sorted(new, key=lambda one: one.case_id)
    ]
    sets.put_all(connection, _sightings, kept, keys=("case_id",))


def problems(connection: Connection, keys: Collection[LinkKey], alone: Collection[str]) -> list[Problem]:
    """The problems of these keys, and of these cases that could not be linked."""
    if not keys and not alone:
        return []
    found = map(_problem_of, connection.execute(OF_KEYS, _asked(keys) | {"ids": list(alone)}).mappings())
    return [one for one in found if one.link_key is None or one.link_key in keys]


def replace(connection: Connection, old: Sequence[Problem], new: Sequence[Problem]) -> None:
    """Put problems in the place of others; one that is in both stays as it is."""
    gone, come = set(old) - set(new), set(new) - set(old)
    if gone:
        first = {"ids": sorted(one.members[0] for one in gone)}
        connection.execute(delete(_problems).where(among(_problems.c.first_case, "ids")), first)
    sets.insert_all(connection, _problems, [_row(one) for one in sorted(come, key=lambda one: one.members)])


def lately(connection: Connection, now: datetime) -> Counts:
    """What was seen or resolved in the last thirty days, and what is provisional at `now`, of all time too."""
    counts: Counts = Counter()
    for row in connection.execute(LATELY, {"now": now, "since": now - _LATELY}).mappings():
        flags = Flags(
            district=row["district"],
            proactive=bool(row["proactive"]),
            before=bool(row["before"]),
            on_the_spot=bool(row["on_the_spot"]),
            verified=bool(row["verified"]),
            resolved=bool(row["resolved"]),
        )
        seen, ended, provisional = bool(row["seen"]), bool(row["ended"]), bool(row["before"] and row["recurs"])
        for series in counted_in(flags, LAST_30_DAYS, seen=seen, ended=ended, provisional=provisional):
            counts[series] += row["number"]
        if provisional:
            for series in counted_in(flags, ALL, seen=True, ended=True, provisional=True):
                if series.name == Counted.BEFORE_PROVISIONAL:
                    counts[series] += row["number"]
    return counts


def _asked(keys: Collection[LinkKey]) -> dict[str, list[str]]:
    return {"groups": sorted({group for group, _ in keys}), "places": sorted({place for _, place in keys})}


def _row(problem: Problem) -> rows.Row:
    return {
        "first_case": problem.members[0],
        "link_group": problem.link_key[0] if problem.link_key else None,
        "link_place": problem.link_key[1] if problem.link_key else None,
        "district": problem.division or UNKNOWN,
        "proactive": problem.origin == "proactive",
        "first_seen_at": problem.first_seen_at,
        "last_resolved_at": problem.last_resolved_at,
        "recurs_until": problem.recurs_until,
        "before": problem.resolved_before_complaint,
        "on_the_spot": problem.on_the_spot,
        "verified": problem.independently_verified,
        "members": _write(problem.members).decode(),
    }


def _problem_of(row: RowMapping) -> Problem:
    origin: Origin = "proactive" if row["proactive"] else "complaint"
    return Problem(
        members=_read_members(row["members"]),
        link_key=(row["link_group"], row["link_place"]) if row["link_place"] is not None else None,
        origin=origin,
        division=row["district"],
        first_seen_at=row["first_seen_at"],
        last_resolved_at=row["last_resolved_at"],
        recurs_until=row["recurs_until"],
        resolved=row["last_resolved_at"] is not None,
        resolved_before_complaint=bool(row["before"]),
        on_the_spot=bool(row["on_the_spot"]),
        independently_verified=bool(row["verified"]),
    )
