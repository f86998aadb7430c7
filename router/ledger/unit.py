"""One transaction over the ledger."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime, timedelta

import msgspec
from sqlalchemy import Connection, bindparam, case, select, update

from router.core.case import Case
from router.core.commands import Contact
from router.core.guards import Guards
from router.core.telling.outbox import Fate, Outgoing
from router.ledger import appeals, contacts, guarding, late, parking, redacting, rows, schema, sending, writing
from router.ledger.columns import Instant, among
from router.ledger.contacts import Seal
from router.ledger.parking_port import Parked
from router.ledger.port import Answer, Appeal, Write

_cases, _entries = schema.cases, schema.entries

#: What commands left on record, in order.
ANSWERS = (
    select(
        _entries.c.cause, _entries.c.case_id, _entries.c.version, _entries.c.type, _entries.c.data, _entries.c.said
    )
    .where(among(_entries.c.cause, "causes"))
    .order_by(_entries.c.cause, _entries.c.ordinal)
)
#: Cases as they stand.
CASES = select(_cases.c.id, _cases.c.body).where(among(_cases.c.id, "ids"))
#: The lead's program has a version in hand. A desk that no longer leads, an older version, and a version that
#: does not exist change nothing.
NOTE_RECEIPT = (
    update(_cases)
    .where(
        _cases.c.id == bindparam("case_id"),
        _cases.c.lead == bindparam("desk"),
        _cases.c.receipt_version < bindparam("in_hand"),
        _cases.c.version >= bindparam("in_hand"),
    )
    .values(receipt_version=bindparam("in_hand"))
)
#: How often hand-overs were sent again, to the leads the cases have now.
RESENT = (
    select(
        _cases.c.id,
        case((_cases.c.resent_version == _cases.c.lead_version, _cases.c.resent_tries), else_=0).label("n"),
    )
    .where(among(_cases.c.id, "ids"))
    .order_by(_cases.c.id)
    .with_for_update()
)
#: They were sent again once more, and are left alone until an instant.
NOTE_RESENT = (
    update(_cases)
    .where(among(_cases.c.id, "ids"))
    .values(
        resent_tries=bindparam("tries"),
        resent_version=_cases.c.lead_version,
        resend_at=bindparam("until", type_=Instant),
    )
)
#: A hand-over that is never taken is sent again at least this often: a queue may have lost it meanwhile.
LONGEST_RESEND_PAUSE = timedelta(days=1)


def resend_pause(tries: int, pause: timedelta) -> timedelta:
    """How long a hand-over is left alone after it was sent again so many times."""
    # Sixteen doublings of a second are most of a day.
    return min(pause * (1 << min(tries, 16)), max(pause, LONGEST_RESEND_PAUSE))


class SqlUnit:
    """`port.Unit` on one connection; its statements become lasting when the transaction does."""

    def __init__(self, connection: Connection, seal: Seal) -> None:
        self._connection = connection
        self._seal = seal

    def answers(self, commands: Collection[str]) -> dict[str, Answer]:
        """Those of `commands` (ids) that were answered before."""
        if not commands:
            return {}
        answers: dict[str, Answer] = {}
        for row in self._connection.execute(ANSWERS, {"causes": list(commands)}).mappings():
            answers[row["cause"]] = rows.answer_of(row, answers.get(row["cause"]))
        return answers

    def cases(self, ids: Collection[str]) -> dict[str, Case]:
        """The cases of those ids that exist, as they stand."""
        if not ids:
            return {}
        return {row.id: rows.case_of(row.body) for row in self._connection.execute(CASES, {"ids": list(ids)})}

    def write(self, writes: Sequence[Write]) -> set[str]:
        """Record decided commands; returns the cases that somebody else has changed meanwhile.

        Raises:
            ValueError: two writes of one case do not follow each other.
            RowRefusedError: the database cannot keep one of the cases; nothing of this call is written.
        """
        lost = writing.write(self._connection, writes)
        kept = (one for one in writes if one.case.id not in lost)
        redacting.blank(self._connection, self._seal, (entry for one in kept for entry in one.entries))
        return lost

    def claim_appeals(self, new: Sequence[Appeal]) -> dict[str, Appeal]:
        """Who first said each, by key."""
        return appeals.claim(self._connection, new)

    def keep_contacts(self, given: Mapping[str, Contact], now: datetime) -> None:
        """Encrypt and store personal data; a reference that exists keeps its first content.

        Raises:
            ConfigurationError: there is no key.
        """
        contacts.keep(self._connection, self._seal, given, now)

    def park(self, parked: Iterable[Parked], again: Mapping[str, Outgoing] | None = None) -> None:
        """Keep messages that could not be handled; the same id twice is kept once.

        Args:
            parked: the messages.
            again: parked id → what :meth:`send_again` sends, of those that are our own.
        """
        parking.park(self._connection, self._seal, parked, again)

    def unpark_waiting(self, case_ids: Collection[str], now: datetime) -> list[Parked]:
        """Take up messages that waited for these cases, oldest first; whoever calls has opened them."""
        if not case_ids:
            return []
        return parking.unpark_waiting(self._connection, self._seal, case_ids, now)

    def mark_replayed(self, parked_ids: Collection[str], now: datetime) -> None:
        """These parked messages were handed in again."""
        parking.mark_replayed(self._connection, parked_ids, now)

    def note_arrived(self, message_ids: Collection[str], now: datetime) -> None:
        """Messages of ours arrived that were made again: what was parked of them as unrouted waits no more."""
        parked_ids = [parking.unrouted_id(one) for one in message_ids]
        late.note_unrouted(self._connection, parked_ids, now)
        parking.mark_replayed(self._connection, parked_ids, now)

    def note_receipts(self, receipts: Mapping[tuple[str, str], int]) -> None:
        """Desks' programs have ((case id, desk) → version) in hand; an older version changes nothing."""
        noted = [
            {"case_id": case_id, "desk": desk, "in_hand": version}
            # In the order in which every writer locks them.
            for (case_id, desk), version in sorted(receipts.items())
        ]
        if noted:
            self._connection.execute(NOTE_RECEIPT, noted)

    def note_resent(self, case_ids: Collection[str], now: datetime, pause: timedelta) -> None:
        """The hand-overs of these cases were sent again; each time one is left alone for twice as long."""
        if not case_ids:
            return
        by_tries: dict[int, list[str]] = defaultdict(list)
        for row in self._connection.execute(RESENT, {"ids": sorted(case_ids)}):
            by_tries[row.n + 1].append(row.id)
        for tries, ids in by_tries.items():
            until = now + resend_pause(tries, pause)
            self._connection.execute(NOTE_RESENT, {"ids": ids, "tries": tries, "until": until})

    def guards(self, now: datetime, hand_overs: Collection[str]) -> Guards:
        """What holds deadlines back at `now`, outage windows, and which of these hand-overs came late, or wait."""
        found = guarding.guards(self._connection, now)
        if not hand_overs:
            return found
        return msgspec.structs.replace(
            found,
            undelivered=late.waiting(self._connection, now, hand_overs),
            delivered=late.delivered(self._connection, hand_overs),
        )

    def note_late(self, messages: Collection[Outgoing], now: datetime) -> None:
        """A broker took these hand-overs late; what was held back for that is handed out again."""
        late.note(self._connection, messages, now)

    def hold_back(self, case_ids: Collection[str], now: datetime, until: datetime) -> None:
        """Something holds the passed deadlines of these cases: they are not handed out before `until`."""
        guarding.hold_back(self._connection, case_ids, now, until)

    def note_reports(self, desks: Collection[str], now: datetime) -> None:
        """These desks have reported something."""
        guarding.note_seen(self._connection, desks, now, consuming=False)

    def settle(self, fates: Mapping[str, Fate], now: datetime) -> None:
        """What became of messages by id; ids that are not in the outbox change nothing."""
        sending.settle(self._connection, self._seal, fates, now)

    def send_again(self, parked_id: str, now: datetime) -> bool:
        """Put an unrouted message of ours back into the outbox; False when it is none of ours."""
        return parking.send_again(self._connection, self._seal, parked_id, now)
