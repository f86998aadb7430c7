"""The figures of cases: what has changed, how each case stands, and what all add up to.

When things fail
    What was taken is deleted in the transaction that counts it: a process that dies has counted nothing. A case
    that changes while it is counted has left a row of its own, and is taken again.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any

import msgspec
from sqlalchemy import Connection, Integer, Select, bindparam, cast, delete, func, insert, select, text

from router.core.counting.counted import RULES, UNKNOWN, Counted, Counts, Series
from router.core.counting.problems import LinkKey, Problem, Sighting
from router.core.counting.standing import Standing
from router.core.events import Entry
from router.core.policies.colours import Onset
from router.ledger import count_schema, problems, rows, schema, sets
from router.ledger.columns import Instant, among
from router.ledger.count_port import Known

_uncounted, _standings, _tallies = count_schema.uncounted, count_schema.standings, count_schema.tallies
_entries, _cases = schema.entries, schema.cases

_now = bindparam("now", type_=Instant)

#: Take the oldest changes that are not counted. By their own numbers: one that another transaction has drawn
#: before these and commits later must not go with them.
TAKE = (
    delete(_uncounted)
    .where(_uncounted.c.seq.in_(select(_uncounted.c.seq).order_by(_uncounted.c.seq).limit(bindparam("limit"))))
    .returning(_uncounted.c.case_id)
)
#: All entries of some cases.
HISTORIES = select(_entries).where(among(_entries.c.case_id, "ids")).order_by(_entries.c.case_id, _entries.c.seq)
#: How some cases stand.
STANDINGS = select(_standings).where(among(_standings.c.case_id, "ids"))
#: Which rules the tallies were counted by stands among them, so that both are forgotten together.
_RULES = "rules"
#: What all add up to.
TALLIES = select(_tallies).where(_tallies.c.name != _RULES)
COUNTED_BY = select(_tallies.c.number).where(_tallies.c.name == _RULES)


def _later(due: str, met: str, *by: str) -> Select[Any]:
    """Cases whose due date is after now, and those of them that have met it."""
    columns = [_standings.c[name] for name in by]
    return (
        select(*columns, func.count(), func.sum(cast(_standings.c[met], Integer)))
        .where(_standings.c[due] > _now)
        .group_by(*columns)
    )


#: Due later than now: of each group, the series of those due and of those met. One pass each, since place and desk
#: together make about as many groups as there are cases.
LATER = (
    (_later("due_at", "due_met", "district", "category"), Counted.DUE, Counted.DUE_MET),
    (_later("due_at", "due_met", "due_desk"), Counted.DESK_DUE, Counted.DESK_DUE_MET),
    (_later("changed_due_at", "changed_met", "district"), Counted.DUE_CHANGED, Counted.DUE_CHANGED_MET),
)
#: One process counts at a time.
ONE_AT_A_TIME = text("LOCK TABLE tallies IN SHARE ROW EXCLUSIVE MODE")
EVERY_CASE = insert(_uncounted).from_select(["case_id"], select(_cases.c.id).order_by(_cases.c.id))

_read_labels = msgspec.json.Decoder(tuple[str, ...]).decode
_read_colours = msgspec.json.Decoder(tuple[Onset, ...]).decode
_write = msgspec.json.Encoder().encode


class SqlCountingUnit:
    """`count_port.CountingUnit` on one connection."""

    def __init__(self, connection: Connection, limit: int) -> None:
        """Take what is to be counted."""
        self._connection = connection
        if connection.dialect.name == "postgresql":
            connection.execute(ONE_AT_A_TIME)
        #: Version of the rules that everything so far was counted by; None: nothing is counted yet.
        self.rules = counted_by(connection)
        taken = connection.scalars(TAKE, {"limit": limit}).all()
        #: How many changes were taken.
        self.taken = len(taken)
        ids = sorted(set(taken))
        self.changed: Mapping[str, list[Entry]] = _histories(connection, ids)
        self.known: Mapping[str, Known] = _known(connection, ids)

    def keep(self, standings: Mapping[str, Known], counts: Counts) -> None:
        """Store how the cases stand, and add to the tallies."""
        sets.put_all(
            self._connection, _standings, [_row(standings[case]) for case in sorted(standings)], keys=("case_id",)
        )
        add_to_tallies(self._connection, counts)

    def leave(self, case_ids: Collection[str]) -> None:
        """These of the taken cases could not be counted: they wait again, behind the others."""
        sets.insert_all(self._connection, _uncounted, [{"case_id": case_id} for case_id in sorted(case_ids)])

    def sightings(self) -> dict[str, Sighting]:
        """What the taken cases are to the problems, as they were counted before, by id."""
        return problems.sightings(self._connection, self.changed)

    def linked(self, keys: Collection[LinkKey]) -> list[Sighting]:
        """All cases of these link keys."""
        return problems.linked(self._connection, keys)

    def keep_sightings(self, new: Collection[Sighting]) -> None:
        """Store what cases are to the problems."""
        problems.keep_sightings(self._connection, new)

    def problems(self, keys: Collection[LinkKey], alone: Collection[str]) -> list[Problem]:
        """The problems of these keys, and of these cases that could not be linked."""
        return problems.problems(self._connection, keys, alone)

    def replace_problems(self, old: Sequence[Problem], new: Sequence[Problem]) -> None:
        """Put problems in the place of others."""
        problems.replace(self._connection, old, new)


def add_to_tallies(connection: Connection, counts: Counts) -> None:
    """Add to the tallies; a series that comes to nothing stays, at 0."""
    added = [
        {"name": str(series.name), "labels": _write(series.labels).decode(), "number": number}
        for series, number in sorted(counts.items())
        if number
    ]
    sets.put_all(connection, _tallies, added, keys=("name", "labels"), added=("number",))


def tallies(connection: Connection) -> Counts:
    """What all counted cases add up to."""
    found: Counts = Counter()
    for row in connection.execute(TALLIES):
        found[Series(row.name, _read_labels(row.labels))] = row.number
    return found


def due_later(connection: Connection, now: datetime) -> Counts:
    """The part of the due cohorts that is due after `now`."""
    found: Counts = Counter()
    for asked, due, met in LATER:
        for *values, cases, in_time in connection.execute(asked, {"now": now}):
            labels = tuple(value or UNKNOWN for value in values)
            found[Series(due, labels)] += cases
            found[Series(met, labels)] += in_time
    return found


def counted_by(connection: Connection) -> int | None:
    """Version of the rules that everything was counted by; None: nothing is counted yet."""
    rules: int | None = connection.scalar(COUNTED_BY)
    return rules


def recount(connection: Connection, *, outdated_only: bool = False) -> int:
    """Forget all figures and let every case be counted anew; or only those that older rules have counted."""
    if connection.dialect.name == "postgresql":
        connection.execute(ONE_AT_A_TIME)
    if outdated_only and (counted_by(connection) or 0) >= RULES:
        return 0
    for table in (_uncounted, _standings, _tallies, count_schema.sightings, count_schema.problems):
        connection.execute(delete(table))
    connection.execute(EVERY_CASE)
    connection.execute(insert(_tallies), {"name": _RULES, "labels": "[]", "number": RULES})
    return uncounted(connection)


def uncounted(connection: Connection) -> int:
    """Changes that are not counted yet."""
    return connection.scalar(select(func.count()).select_from(_uncounted)) or 0


def _histories(connection: Connection, ids: list[str]) -> dict[str, list[Entry]]:
    found: defaultdict[str, list[Entry]] = defaultdict(list)
    if ids:
        for row in connection.execute(HISTORIES, {"ids": ids}).mappings():
            found[row["case_id"]].append(rows.entry_of(row))
    return dict(found)


def _known(connection: Connection, ids: list[str]) -> dict[str, Known]:
    if not ids:
        return {}
    found: dict[str, Known] = {}
    for row in connection.execute(STANDINGS, {"ids": ids}).mappings():
        fields = {name: row[name] for name in Standing.__struct_fields__ if name != "colours"}
        standing = Standing(**fields, colours=_read_colours(row["colours"]))
        found[standing.case_id] = Known(row["counted"], standing)
    return found


def _row(known: Known) -> rows.Row:
    row: rows.Row = {"case_id": known.standing.case_id, "counted": known.counted}
    row |= {name: getattr(known.standing, name) for name in Standing.__struct_fields__}
    row["colours"] = _write(known.standing.colours).decode()
    return row
