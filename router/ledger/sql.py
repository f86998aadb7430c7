"""`SqlLedger`: the ledger on SQLite or PostgreSQL, by SQLAlchemy Core.

Each noun has a file beside this one, with its queries: `writing` (cases and entries), `waking` (deadlines),
`sending` (the outbox), `notices`, `parking`, `contacts`, `shelf` (versions), `beats`, `figures`.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import RowMapping, Select, and_, bindparam, exists, func, or_, select

from router.core.case import Case
from router.core.commands import ActorRole, Contact
from router.core.events import Entry
from router.core.telling.outbox import Outgoing
from router.core.telling.ringing import Heard, NoticeBatch
from router.ledger import (
    appeals,
    beats,
    contacts,
    figures,
    migrations,
    notices,
    parking,
    rows,
    schema,
    sending,
    shelf,
    waking,
)
from router.ledger.columns import Instant
from router.ledger.contacts import Seal
from router.ledger.counted import CountedLedger
from router.ledger.database import Database
from router.ledger.guarded import PAGE, GuardedLedger
from router.ledger.parking_port import Parked
from router.ledger.port import Beat, Due
from router.ledger.unit import SqlUnit

#: Rows fetched at once while everything is read through.
_PAGE = PAGE

_cases, _entries = schema.cases, schema.entries

#: Earlier than any assignment.
_BEFORE_ALL = datetime(1, 1, 2, tzinfo=UTC)

#: One case by its id.
CASE = select(_cases.c.body).where(_cases.c.id == bindparam("id"))
#: One case by what its source calls it.
CASE_BY_SOURCE = select(_cases.c.body).where(
    _cases.c.source == bindparam("source"), _cases.c.source_id == bindparam("source_id")
)
#: The history of one case, as it was recorded.
HISTORY = select(_entries).where(_entries.c.case_id == bindparam("case_id")).order_by(_entries.c.seq)
#: Every case, by id.
ALL_CASES = select(_cases.c.body).order_by(_cases.c.id)
#: The entry that was put on record last.
NEWEST = select(_entries.c.recorded_at).order_by(_entries.c.seq.desc()).limit(1)
#: Every entry, by case and order.
ALL_ENTRIES = select(_entries).order_by(_entries.c.case_id, _entries.c.seq)
#: Cases whose lead was given them before an instant, has not signed, shown a receipt for what made it lead,
#: nor said anything since (a refused report is a sign of life too); those sent again are left out for a while.
UNRECEIVED = (
    select(_cases.c.body)
    .where(
        _cases.c.state == "dispatched",
        _cases.c.assigned_at < bindparam("before", type_=Instant),
        _cases.c.assigned_at >= bindparam("from_at", type_=Instant),
        or_(_cases.c.assigned_at > bindparam("from_at", type_=Instant), _cases.c.id > bindparam("from_id")),
        or_(
            _cases.c.resend_at.is_(None),
            _cases.c.resend_at <= bindparam("now", type_=Instant),
            _cases.c.resent_version < _cases.c.lead_version,
        ),
        _cases.c.receipt_version < _cases.c.lead_version,
        ~exists().where(
            and_(
                _entries.c.case_id == _cases.c.id,
                _entries.c.version >= _cases.c.lead_version,
                _entries.c.actor_role == ActorRole.DESK.value,
                _entries.c.actor_id == _cases.c.lead,
            )
        ),
    )
    .order_by(_cases.c.assigned_at, _cases.c.id)
    .limit(bindparam("limit"))
)


class SqlLedger(GuardedLedger, CountedLedger):
    """The system of record, `port.Ledger`. Threads may share one; each transaction has its own connection.

    Args:
        url: `sqlite:///path` or `postgresql+psycopg://user:password@host/name`.
        key: 32 bytes under which personal data are encrypted (`contacts.read_key`); None: none can be kept.

    Raises:
        ConfigurationError: the URL or the key is wrong.
        SchemaVersionError: the schema is not the one this program was written for.
        UnreachableError: the database does not answer.
    """

    def __init__(self, url: str, *, key: bytes | None) -> None:
        self._seal = Seal(key)
        self._database = Database(url)
        #: The URL without its password.
        self.name = self._database.name
        try:
            migrations.require_current(self._database)
        except BaseException:
            self._database.close()
            raise

    @contextmanager
    def begin(self) -> Iterator[SqlUnit]:
        """A transaction: lasting when the block ends, undone when it raises.

        Raises:
            UnreachableError: the database does not answer.
        """
        with self._database.writing() as connection:
            yield SqlUnit(connection, self._seal)

    def clock(self) -> datetime:
        """The database server's clock, aware UTC; SQLite gives the machine's, to the millisecond."""
        with self._database.reading() as connection:
            now: datetime = connection.execute(
                _SQLITE_CLOCK if self._database.is_sqlite else _POSTGRESQL_CLOCK
            ).scalar_one()
            return now

    # -- deadlines ---------------------------------------------------------------------------------------------

    def claim_due(self, now: datetime, limit: int, lease_s: float, *, escalating: bool = True) -> list[Due]:
        """Lease at most `limit` open cases whose next deadline is strictly before `now`, oldest first."""
        with self._database.writing() as connection:
            return waking.claim(connection, now, limit, lease_s, escalating=escalating)

    def give_back_due(self) -> None:
        """Take every lease of a deadline off."""
        with self._database.writing() as connection:
            connection.execute(waking.GIVE_BACK)

    def next_due_at(self) -> datetime | None:
        """The earliest next deadline over open cases; None when nothing is armed."""
        with self._database.reading() as connection:
            earliest: datetime | None = connection.scalar(waking.EARLIEST)
            return earliest

    # -- outbox ------------------------------------------------------------------------------------------------

    def claim_outbox(self, now: datetime, limit: int, lease_s: float, grace_s: float) -> list[Outgoing]:
        """Lease at most `limit` unsent messages older than `grace_s` seconds, oldest first."""
        with self._database.writing() as connection:
            return sending.claim(connection, now, limit, lease_s, grace_s)

    def unsent(self, exchange: str) -> list[Outgoing]:
        """What is to go to an exchange and is not known to have arrived, oldest first; nothing is leased."""
        with self._database.reading() as connection:
            return sending.unsent(connection, exchange)

    # -- notices -----------------------------------------------------------------------------------------------

    def claim_notices(
        self, now: datetime, every: timedelta, closed: Collection[str], limit: int
    ) -> list[NoticeBatch]:
        """What at most `limit` desks are to be told; none that was told, or claimed, within `every`."""
        with self._database.writing() as connection:
            return notices.claim(connection, now, every, closed, limit)

    def settle_notices(self, batches: Sequence[NoticeBatch], sent_at: datetime | None) -> None:
        """They were sent; None: there is no queue to send them to."""
        with self._database.writing() as connection:
            for batch in batches:
                notices.settle(connection, batch, sent_at)

    def release_notices(self, batches: Sequence[NoticeBatch]) -> None:
        """No broker answered: these desks may be claimed again at once."""
        with self._database.writing() as connection:
            notices.release(connection, batches)

    def notices(self, since: datetime, recipient: str | None = None) -> list[Heard]:
        """What a desk's people (None: anybody's) were or are to be told since then, the newest first."""
        with self._database.reading() as connection:
            return notices.since(connection, since, recipient)

    def forget_notices(self, now: datetime) -> int:
        """Forget notices older than thirty days; returns how many."""
        with self._database.writing() as connection:
            return notices.forget(connection, now)

    # -- reading -----------------------------------------------------------------------------------------------

    def case(self, case_id: str) -> Case | None:
        """One case; None when it does not exist."""
        return self._one_case(CASE, {"id": case_id})

    def case_by_source(self, source: str, source_id: str) -> Case | None:
        """The case a source's own id stands for; None when it does not exist."""
        return self._one_case(CASE_BY_SOURCE, {"source": source, "source_id": source_id})

    def entries(self, case_id: str) -> list[Entry]:
        """The history of one case, in order; empty when it does not exist."""
        with self._database.reading() as connection:
            found = connection.execute(HISTORY, {"case_id": case_id}).mappings()
            return [rows.entry_of(row) for row in found]

    def all_cases(self, *, open_only: bool = False, lead: str | None = None) -> Iterator[Case]:
        """Every case, by id, streamed from one snapshot; it ends when it is read through or closed."""
        asked = ALL_CASES
        if open_only:
            asked = asked.where(_cases.c.state != "closed")
        if lead is not None:
            asked = asked.where(_cases.c.lead == lead)
        for row in self._stream(asked):
            yield rows.case_of(row["body"])

    def all_entries(self, event: str | None = None) -> Iterator[Entry]:
        """Every entry (of one event name), by case and order, streamed from one snapshot."""
        asked = ALL_ENTRIES if event is None else ALL_ENTRIES.where(_entries.c.type == event)
        for row in self._stream(asked):
            yield rows.entry_of(row)

    def unreceived(self, before: datetime, now: datetime, limit: int, beyond: Case | None = None) -> list[Case]:
        """Open cases dispatched before `before` whose lead has shown no receipt and no sign of life since, those
        left alone at `now` left out; by assignment, from the one after `beyond` on."""
        from_at, from_id = (beyond.assigned_at, beyond.id) if beyond is not None else (None, "")
        asked = {
            "before": before,
            "now": now,
            "limit": limit,
            "from_at": from_at or _BEFORE_ALL,
            "from_id": from_id,
        }
        with self._database.reading() as connection:
            return [rows.case_of(body) for body in connection.scalars(UNRECEIVED, asked)]

    def contact(self, ref: str, *, reader: str, reason: str, now: datetime) -> Contact | None:
        """Decrypt personal data; who read it and why is logged in the same transaction.

        Raises:
            ConfigurationError: there is no key, or it is not the one they were encrypted under.
        """
        with self._database.writing() as connection:
            return contacts.read(connection, self._seal, ref, reader=reader, reason=reason, now=now)

    def contacts(
        self, refs: Collection[str], *, about: str, reader: str, reason: str, now: datetime
    ) -> dict[str, Contact]:
        """Decrypt several people's data; what for, who and why is logged in the same transaction."""
        with self._database.writing() as connection:
            return contacts.read_all(
                connection, self._seal, refs, about=about, reader=reader, reason=reason, now=now
            )

    def keyed_hash(self, value: str) -> str:
        """A complainant's phone or identity number as 64 hex digits that tell nothing without the key.

        Raises:
            ConfigurationError: there is no key.
        """
        return self._seal.keyed_hash(value)

    @property
    def has_key(self) -> bool:
        """Whether personal data can be kept and read."""
        return self._seal.has_key

    def forget_contacts(self, now: datetime) -> int:
        """Remove personal data whose retention has ended; returns how many people's. The reading log stays."""
        with self._database.writing() as connection:
            appeals.forget(connection, now)
            return contacts.forget_expired(connection, now)

    def parked(
        self, *, reason: str | None = None, replayed: bool = False, dismissed: bool = False
    ) -> list[Parked]:
        """Parked messages, oldest first; without those already replayed or dismissed unless asked for."""
        with self._database.reading() as connection:
            return parking.listed(connection, self._seal, reason=reason, replayed=replayed, dismissed=dismissed)

    def kept(self, limit: int) -> list[Parked]:
        """Messages kept for a restore and not taken yet, in the order in which they were said."""
        with self._database.reading() as connection:
            return parking.kept(connection, self._seal, limit)

    def newest_recorded_at(self) -> datetime | None:
        """When the newest entry was put on record."""
        with self._database.reading() as connection:
            return connection.scalar(NEWEST)

    def parked_one(self, parked_id: str) -> Parked | None:
        """One parked message; None when there is none of that id."""
        with self._database.reading() as connection:
            return parking.one(connection, self._seal, parked_id)

    def read_parked(self, parked_id: str, *, reader: str, reason: str, now: datetime) -> Parked | None:
        """One parked message for somebody who reads its body; who and why is logged in the same transaction."""
        with self._database.writing() as connection:
            found = parking.one(connection, self._seal, parked_id)
            contacts.note_reading(
                connection, f"parked:{parked_id}", reader=reader, reason=reason, now=now, found=found is not None
            )
            return found

    def dismiss_parked(self, parked_id: str, *, by: str, reason: str, now: datetime) -> bool:
        """Dismiss a parked message for good; False: there is none, or it was replayed or dismissed before."""
        with self._database.writing() as connection:
            return parking.dismiss(connection, parked_id, by=by, reason=reason, now=now)

    def cases_waited_for(self, limit: int) -> list[str]:
        """Ids of cases that exist and that messages wait for all the same.

        A message that was parked in one process while another was opening its case is found by neither; hand
        these ids to `Unit.unpark_waiting` now and then.
        """
        with self._database.reading() as connection:
            return parking.waited_for(connection, limit)

    def mark_replayed(self, parked_id: str, now: datetime) -> None:
        """Note that a parked message was handed in again; the first time stands."""
        with self._database.writing() as connection:
            parking.mark_replayed(connection, [parked_id], now)

    def counts(self, now: datetime) -> Mapping[str, float | int | None]:
        """Figures for `status`, see `figures`."""
        with self._database.reading() as connection:
            return figures.counts(connection, now)

    # -- beats -------------------------------------------------------------------------------------------------

    def note_beats(self, noted: Sequence[Beat]) -> None:
        """Keep the newest beat of each loop and queue."""
        with self._database.writing() as connection:
            beats.note(connection, noted)

    def beats(self, since: datetime) -> list[Beat]:
        """Every loop that beat at `since` or later, by process, loop and queue."""
        with self._database.reading() as connection:
            return beats.since(connection, since)

    def stop_beats(self, instance: str, now: datetime) -> None:
        """Note that a process stopped in good order; what it knew of its queues stays known."""
        with self._database.writing() as connection:
            beats.stop(connection, instance, now)

    def forget_beats(self, now: datetime) -> int:
        """Forget loops that have not beaten for a day; returns how many rows."""
        with self._database.writing() as connection:
            return beats.forget(connection, now)

    # -- versions ----------------------------------------------------------------------------------------------

    def put_version(self, kind: str, version: str, body: bytes, now: datetime, *, current: bool = True) -> None:
        """Store an immutable version; `current` makes it the one in force. The same again changes nothing.

        Raises:
            ConflictError: there is such a version, with another body.
        """
        with self._database.writing() as connection:
            shelf.put(connection, kind, version, body, now, current=current)

    def current(self, kind: str) -> tuple[str, bytes] | None:
        """Version and body in force; None when there is none."""
        with self._database.reading() as connection:
            return shelf.in_force(connection, kind)

    def version(self, kind: str, version: str) -> bytes | None:
        """The body of one version; None when it is unknown."""
        with self._database.reading() as connection:
            return shelf.get(connection, kind, version)

    def close(self) -> None:
        """Close all connections; idempotent."""
        self._database.close()

    def _one_case(self, query: Select[Any], asked: Mapping[str, str]) -> Case | None:
        with self._database.reading() as connection:
            body = connection.scalar(query, asked)
            return None if body is None else rows.case_of(body)

    def _stream(self, query: Select[Any]) -> Iterator[RowMapping]:
        with (
            self._database.reading() as connection,
            # The server's cursor is closed here and now, also when the reader leaves early.
            connection.execution_options(yield_per=_PAGE).execute(query) as found,
        ):
            yield from found.mappings()


#: What the server's clock says now, not when the transaction began.
_POSTGRESQL_CLOCK = select(func.clock_timestamp(type_=Instant))
#: SQLite asks the machine, and counts in milliseconds.
_SQLITE_CLOCK = select(func.strftime("%Y-%m-%dT%H:%M:%f000Z", "now", type_=Instant))
