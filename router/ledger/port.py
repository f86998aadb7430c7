"""What the router needs of a ledger, whichever database holds it.

The law of the room: nobody deletes or edits an entry. Texts can be redacted, which is an entry of its own.
Every method that depends on time takes it as an argument; the database's clock is read by :meth:`Ledger.clock`
alone, to notice a skew.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from datetime import datetime, timedelta
from typing import Protocol

import msgspec

from router.core.case import Case
from router.core.commands import Command, Contact, fingerprint
from router.core.events import Entry
from router.core.guards import Guards
from router.core.several.linking import SAME_APPEAL_WITHIN
from router.core.telling.outbox import Fate, Outgoing
from router.core.telling.ringing import Heard, Notice, NoticeBatch
from router.errors import RouterError
from router.ledger.count_port import CountedLedger
from router.ledger.guard_port import GuardedLedger
from router.ledger.parking_port import Parked, ParkingLedger
from router.sentences import Sentence


class RowRefusedError(RouterError):
    """The database cannot keep what was decided for one case (a text it cannot hold, a key too long).

    Args:
        case_id: the case; its neighbours in the batch are innocent.
        what: one sentence, without the row; a library's own words are said as they are.
    """

    def __init__(self, case_id: str, what: str | Sentence) -> None:
        self.case_id = case_id
        super().__init__("the ledger cannot keep this case: {reason}", where=case_id, reason=what)


class Answer(msgspec.Struct, frozen=True, kw_only=True):
    """What a command was answered with, as the ledger remembers it."""

    command: str
    case_id: str
    #: Version of the case after it; 0 when there is no such case, or none that whoever asked may know of.
    version: int
    #: Code of the refusal; None when it was accepted.
    refused: str | None = None
    data: Mapping[str, str] = {}
    #: What the command asked (`router.core.commands.fingerprint`); empty for the clock's own.
    said: str = ""

    def is_to(self, command: Command) -> bool:
        """Whether it answers this very command, and not another one that came under the same id."""
        return self.case_id == command.case_id and self.said in ("", fingerprint(command))


class Write(msgspec.Struct, frozen=True, kw_only=True):
    """What one decided command adds to the ledger, all of it or nothing."""

    #: The case after the command.
    case: Case
    #: Version it was decided on; 0 for a case that did not exist. The write happens only on that version.
    decided_on: int
    entries: tuple[Entry, ...]
    outgoing: tuple[Outgoing, ...]
    #: Name of the tier whose due queue wakes this case: `street`, `district`, `city`.
    due_tier: str
    #: What people at desks are to be told.
    notices: tuple[Notice, ...] = ()
    #: Codes of desks whose people are not to read what they were told of the case before.
    silenced: tuple[str, ...] = ()


class Appeal(msgspec.Struct, frozen=True, kw_only=True):
    """A key that only the same appeal has: its platform's own, or who said what where (`linking.appeals_of`)."""

    key: str
    case_id: str
    source: str
    opened_at: datetime

    def is_again(self, first: Appeal) -> bool:
        """Whether it is the same appeal as `first` by another channel."""
        near = abs(self.opened_at - first.opened_at) <= SAME_APPEAL_WITHIN
        return self.key == first.key and self.source != first.source and near


class Due(msgspec.Struct, frozen=True, kw_only=True):
    """A deadline that passed and is leased to whoever claimed it."""

    case_id: str
    milestone: str
    due_at: datetime
    tier: str


class Beat(msgspec.Struct, frozen=True, kw_only=True):
    """A sign of life of one loop of one process; one for each queue the loop consumes."""

    #: The process: host, process id and a random word.
    instance: str
    #: Name of the loop: `router-2`, `clock`.
    loop: str
    #: Empty for a loop that consumes nothing.
    queue: str
    #: What `run` calls it: `router`, `relay`, `sla`.
    role: str
    started_at: datetime
    #: When the loop last came round.
    beat_at: datetime
    #: Whatever was put into the queue before is out of it; None: nothing is known.
    clear_until: datetime | None = None
    #: When the process ended in good order; None: it runs, or died.
    stopped_at: datetime | None = None


class Unit(Protocol):
    """One transaction. Everything in it happens when the `with` block ends, or nothing does."""

    def answers(self, commands: Collection[str]) -> dict[str, Answer]:
        """Those of `commands` (ids) that were answered before."""
        ...

    def cases(self, ids: Collection[str]) -> dict[str, Case]:
        """The cases of those ids that exist, as they stand."""
        ...

    def write(self, writes: Sequence[Write]) -> set[str]:
        """Record decided commands; several writes for one case must follow each other in order.

        The text of an entry that a `Redacted` one names is blanked with it: in that entry, in messages that wait
        in the outbox, and in what was set aside.

        Returns:
            Ids of cases whose version was no longer the one decided on: nothing of theirs was written, the
            caller decides again. Neighbours are written all the same.

        Raises:
            RowRefusedError: the database cannot keep one of the cases. Nothing of this call is written, the
                transaction can go on: the caller parks that case and writes the others.
        """
        ...

    def claim_appeals(self, appeals: Sequence[Appeal]) -> dict[str, Appeal]:
        """Who first said each, by key: an earlier case, unless that is too long ago to be one appeal with it.

        Of two that are claimed at once, in two processes, one sees the other.
        """
        ...

    def keep_contacts(self, contacts: Mapping[str, Contact], now: datetime) -> None:
        """Encrypt and store personal data under its reference; a reference that exists keeps its first content."""
        ...

    def park(self, parked: Iterable[Parked], again: Mapping[str, Outgoing] | None = None) -> None:
        """Keep messages that could not be handled; the same id twice is kept once.

        Args:
            parked: the messages.
            again: parked id → what :meth:`send_again` sends, of those that are our own.
        """
        ...

    def unpark_waiting(self, case_ids: Collection[str], now: datetime) -> list[Parked]:
        """Messages parked as `unknown_case` for cases that exist now; they are marked replayed at `now`."""
        ...

    def mark_replayed(self, parked_ids: Collection[str], now: datetime) -> None:
        """These parked messages were handed in again."""
        ...

    def note_arrived(self, message_ids: Collection[str], now: datetime) -> None:
        """Messages of ours arrived that were made again: what was parked of them as unrouted waits no more."""
        ...

    def note_receipts(self, receipts: Mapping[tuple[str, str], int]) -> None:
        """Desks' programs have ((case id, desk) → version) in hand; an older version changes nothing."""
        ...

    def note_resent(self, case_ids: Collection[str], now: datetime, pause: timedelta) -> None:
        """The hand-overs of these cases were sent again at `now`. Each is left alone for twice `pause` after its
        first time, for four times after its second, and so on, never for longer than a day (or `pause`)."""
        ...

    def guards(self, now: datetime, hand_overs: Collection[str]) -> Guards:
        """What holds deadlines back at `now`, the outage windows that explain late reports, and which of these
        hand-overs (ids) wait for a broker or did so for long."""
        ...

    def note_late(self, messages: Collection[Outgoing], now: datetime) -> None:
        """A broker took these messages at `now`, which is said before they are settled: of hand-overs that waited
        longer than the skew of clocks it goes on record, and what was held back for one is handed out again."""
        ...

    def hold_back(self, case_ids: Collection[str], now: datetime, until: datetime) -> None:
        """Something holds the passed deadlines of these cases: they are not handed out before `until`."""
        ...

    def note_reports(self, desks: Collection[str], now: datetime) -> None:
        """These desks have reported something."""
        ...

    def settle(self, fates: Mapping[str, Fate], now: datetime) -> None:
        """What became of messages by id: confirmed ones leave the outbox, unrouted ones are parked with it,
        rejected and unknown ones wait, each with growing pauses, for the relay."""
        ...


class Ledger(GuardedLedger, CountedLedger, ParkingLedger, Protocol):
    """The system of record."""

    #: Without secrets, for messages to people.
    name: str

    def begin(self) -> AbstractContextManager[Unit]:
        """A transaction.

        Raises:
            UnreachableError: the database does not answer.
        """
        ...

    def clock(self) -> datetime:
        """The database server's clock, aware UTC; SQLite has none of its own and gives the machine's."""
        ...

    def keyed_hash(self, value: str) -> str:
        """Keyed hash of a phone or identity number: tells distinct complainants apart, reveals nobody.

        Raises:
            ConfigurationError: the ledger was opened without a key.
        """
        ...

    # -- deadlines ---------------------------------------------------------------------------------------------

    def claim_due(self, now: datetime, limit: int, lease_s: float, *, escalating: bool = True) -> list[Due]:
        """Lease at most `limit` open cases whose next deadline is strictly before `now`, oldest first.

        Without `escalating`, deadlines that take a case up stay where they are.

        A case leased by somebody else is passed over until the lease has run out; the lease is keyed to the
        instant: a new next deadline frees the case. At most one deadline (the earliest) a case and call.
        """
        ...

    def give_back_due(self) -> None:
        """Take every lease of a deadline off: whoever had one is gone. What something holds back stays so."""
        ...

    def next_due_at(self) -> datetime | None:
        """The earliest next deadline over open cases; None when nothing is armed."""
        ...

    # -- outbox ------------------------------------------------------------------------------------------------

    def claim_outbox(self, now: datetime, limit: int, lease_s: float, grace_s: float) -> list[Outgoing]:
        """Lease unsent messages older than `grace_s` (a router publishes its own at once), oldest first."""
        ...

    def unsent(self, exchange: str) -> list[Outgoing]:
        """What is to go to an exchange and is not known to have arrived, oldest first; nothing is leased."""
        ...

    # -- notices -----------------------------------------------------------------------------------------------

    def claim_notices(
        self, now: datetime, every: timedelta, closed: Collection[str], limit: int
    ) -> list[NoticeBatch]:
        """What at most `limit` desks are to be told, oldest notice first; none that was told, or claimed, within
        `every`. What waits for the office hours of a calendar in `closed` waits on."""
        ...

    def settle_notices(self, batches: Sequence[NoticeBatch], sent_at: datetime | None) -> None:
        """They were sent; None: there is no queue to send them to, and they are read from the ledger."""
        ...

    def release_notices(self, batches: Sequence[NoticeBatch]) -> None:
        """No broker answered: these desks may be claimed again at once."""
        ...

    def notices(self, since: datetime, recipient: str | None = None) -> list[Heard]:
        """What a desk's people (None: anybody's) were or are to be told since then, the newest first."""
        ...

    def forget_notices(self, now: datetime) -> int:
        """Forget notices older than thirty days; returns how many."""
        ...

    # -- reading -----------------------------------------------------------------------------------------------

    def case(self, case_id: str) -> Case | None:
        """One case; None when it does not exist."""
        ...

    def case_by_source(self, source: str, source_id: str) -> Case | None:
        """The case a source's own id stands for; None when it does not exist."""
        ...

    def entries(self, case_id: str) -> list[Entry]:
        """The history of one case, in order."""
        ...

    def all_cases(self, *, open_only: bool = False, lead: str | None = None) -> Iterator[Case]:
        """Every case, by id, streamed."""
        ...

    def all_entries(self, event: str | None = None) -> Iterator[Entry]:
        """Every entry (of one event name), by case and order, streamed."""
        ...

    def unreceived(self, before: datetime, now: datetime, limit: int, beyond: Case | None = None) -> list[Case]:
        """Open cases dispatched before `before` whose lead has shown no sign of life, but for those that
        :meth:`Unit.note_resent` leaves alone at `now`; oldest assignment first, from the one after `beyond` on."""
        ...

    def contact(self, ref: str, *, reader: str, reason: str, now: datetime) -> Contact | None:
        """Decrypt personal data; who read it and why is logged in the same transaction."""
        ...

    def contacts(
        self, refs: Collection[str], *, about: str, reader: str, reason: str, now: datetime
    ) -> dict[str, Contact]:
        """Decrypt several people's data, of those that are there; `about` and each is logged, in one transaction.

        Args:
            refs: whose; none is nobody's, and is logged all the same.
            about: what they are read for: `register:household`.
            reader: who reads them.
            reason: why.
            now: when.
        """
        ...

    def newest_recorded_at(self) -> datetime | None:
        """When the newest entry was put on record; None: there is none."""
        ...

    def counts(self, now: datetime) -> Mapping[str, float | int | None]:
        """Figures for `status`: cases_open, projects_open, tasks_open, received_last_minute, due_next_hour,
        overdue, oldest_overdue_at_s (seconds since the oldest passed deadline not handled), outbox,
        outbox_oldest_s, parked."""
        ...

    def forget_contacts(self, now: datetime) -> int:
        """Remove personal data whose retention has ended; returns how many people's."""
        ...

    # -- beats -------------------------------------------------------------------------------------------------

    def note_beats(self, beats: Sequence[Beat]) -> None:
        """Keep the newest beat of each loop and queue.

        Raises:
            UnreachableError: the database does not answer.
        """
        ...

    def beats(self, since: datetime) -> list[Beat]:
        """Every loop that beat at `since` or later, by process, loop and queue."""
        ...

    def stop_beats(self, instance: str, now: datetime) -> None:
        """Note that a process stopped in good order."""
        ...

    def forget_beats(self, now: datetime) -> int:
        """Forget loops that have not beaten for a day; returns how many rows."""
        ...

    # -- versions ----------------------------------------------------------------------------------------------

    def put_version(self, kind: str, version: str, body: bytes, now: datetime, *, current: bool = True) -> None:
        """Store an immutable version of a tree, policy set or calendar; `current` makes it the one in force."""
        ...

    def current(self, kind: str) -> tuple[str, bytes] | None:
        """Version and body in force; None when there is none."""
        ...

    def version(self, kind: str, version: str) -> bytes | None:
        """The body of one version; None when it is unknown."""
        ...

    def close(self) -> None:
        """Close all connections; idempotent."""
        ...
