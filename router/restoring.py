"""After a restore: a ledger from a backup learns again what was said since.

The roles stand still. Everybody with a program is asked to say again what they said from an hour before the
newest entry on, the newest when the restore began; what comes, and what had waited in the queues, is kept in the
ledger. Then all of it is decided in the order in which it was first said, each as of then: the same decisions
fall, at the same versions, with the same escalations.

While this goes on no deadline takes a case up: the time from the loss to the end is a hold on everything, and an
outage on record afterwards.

When things fail
    The process dies: the hold stays. Run it again: it goes on with the same restore, asks again, and what was
    decided already is recognised by its id. What that was to lead to for other cases is in the outbox still, and
    comes first.
    It ended and something is missing: run it again with the same `lost_at`. It goes on with that restore, and the
    hold holds on as if it had not ended.
    A program does not answer: it will, when it starts, since the request waits in its queue. What it says then is
    taken as of when it was said, as long as nothing has come in between that forbids it.
    Something cannot be carried out again, because what made it right was said by nobody with a program (at the
    shell): it stays parked as `after_restore`. Nothing is refused for good here.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import closing
from datetime import datetime, timedelta
from time import monotonic

import msgspec
import structlog

from router.arrivals import Arrived, contact_ref, open_delivery, without_contact
from router.broker.envelope import Resent, encode
from router.broker.port import Broker, Consumer, Delivery, Fate, Outgoing
from router.core.commands import Contact, Open, PassDeadline
from router.core.guards import Hold, HoldKind
from router.core.telling.notices import RESEND_WANTED
from router.core.telling.told import ResendWanted
from router.core.territory import address
from router.core.territory.tree import Served
from router.errors import ConflictError, UsageError
from router.flow import RulesInForce
from router.ledger.parking_port import RESTORING, Parked
from router.ledger.port import Ledger
from router.redoing import Redoing, Redone
from router.resent import asked_by, asked_since, said_at

log = structlog.get_logger()

#: Deliveries taken at once.
_BATCH = 500
_WAIT_S = 0.5
#: A role that gave no sign of life for so long does not run.
_ALIVE = timedelta(seconds=60)


class Asked(msgspec.Struct, frozen=True, kw_only=True):
    """Who was asked to say again what they said; queues by name."""

    #: A program consumes it now: its answer is waited for.
    awaited: frozenset[str]
    #: Nobody consumes it now: the request waits there.
    silent: frozenset[str]
    #: There is no such queue, or the broker did not take the request.
    unasked: frozenset[str]


class Restoring:
    """Brings a restored ledger up to date. One at a time; the roles do not run."""

    def __init__(
        self,
        ledger: Ledger,
        rules: RulesInForce,
        broker: Broker,
        redoing: Redoing,
        *,
        channels: Collection[str] = (),
        strict_identity: bool = False,
    ) -> None:
        """Put it together.

        Args:
            ledger: that was restored.
            rules: in force in it.
            broker: where what was said since waits, and programs can be asked.
            redoing: decides what was said.
            channels: source channels with a program.
            strict_identity: take a desk's word only from its own broker account.
        """
        self._ledger = ledger
        self._rules = rules
        self._broker = broker
        self._redoing = redoing
        self._channels = channels
        self._strict = strict_identity
        #: Programs that have said again what they said, by queue; what they say of it.
        self.answered: dict[str, Resent] = {}

    def begin(self, lost_at: datetime, *, by: str, reason: str, now: datetime) -> Hold:
        """The restore of a ledger that was lost then: the one on record, over or not; else a new one.

        A new one knows what the ledger knows now. Begin it before anything else is put on record.

        Args:
            lost_at: when the ledger that was lost did its last work.
            by: who restores.
            reason: why, for the record.
            now: aware instant.

        Raises:
            ConflictError: roles run, or the restore under way is of a ledger that was lost at another instant.
            UsageError: `lost_at` cannot be.
        """
        restores = [one for one in self._ledger.holds() if one.restored_to is not None]
        under_way = next((one for one in restores if one.released_at is None), None)
        if under_way is not None and under_way.since != lost_at:
            raise ConflictError(
                "a restore is under way already: the ledger was lost at {lost_at}",
                todo="Give that instant. If it is wrong, put the backup back and begin anew.",
                lost_at=under_way.since.astimezone(lost_at.tzinfo).isoformat(),
            )
        # Roles that were started since wait, and consume nothing.
        self._require_standstill(now, waiting=under_way is not None)
        known = next((one for one in reversed(restores) if one.since == lost_at), None)
        if known is not None:
            if known.released_at is not None:
                self._ledger.hold_on(known.id)
                self._require_standstill(now)
                log.info("restore.again", restore=known.id, knows_until=known.restored_to, lost_at=lost_at)
            return msgspec.structs.replace(known, released_at=None, released_by=None)
        newest = self._ledger.newest_recorded_at() or lost_at
        if not newest <= lost_at <= now:
            raise UsageError(
                "the ledger was not lost then: it knows of things up to {newest}, and now it is {now}",
                todo="Give the instant at which the lost one did its last work. If something was done on the "
                "restored one already, put the backup back, and run this with --begin before anything else.",
                newest=newest.isoformat(),
                now=now.isoformat(),
            )
        restore = Hold(
            id=f"restore-{int(now.timestamp())}",
            kind=HoldKind.ALL,
            what="",
            reason=reason,
            by=by,
            since=lost_at,
            restored_to=newest,
        )
        self._ledger.put_hold(restore)
        # Whoever started in between has seen nothing of it yet.
        self._require_standstill(now)
        log.info("restore.begun", restore=restore.id, knows_until=newest, lost_at=lost_at)
        return restore

    def _require_standstill(self, now: datetime, *, waiting: bool = False) -> None:
        """Refuse while roles work; `waiting`: those that live without consuming wait for the restore."""
        taken = [one.name for one in self._broker.queues(self._queues()) if one.consumers]
        alive = [one for one in self._ledger.beats(now - _ALIVE) if one.stopped_at is None and one.beat_at <= now]
        if taken or (alive and not waiting):
            raise ConflictError(
                "roles are running: {who}",
                todo="Stop them all, `intake` too; a minute later run this again.",
                who=", ".join(sorted({*taken, *(f"{one.role} ({one.instance})" for one in alive)})),
            )

    def _queues(self) -> list[str]:
        due = (address.due_queue(tier) for tier in self._rules().tree.tiers)
        return [address.INTAKE, address.REPORTS, *due]

    # -- asking ------------------------------------------------------------------------------------------------

    def ask(self, restore: Hold, now: datetime) -> Asked:
        """Ask every program to say again what it said.

        Raises:
            UnreachableError: the broker does not answer.
        """
        letters = list(self._letters(restore, now))
        there = {one.name: one for one in self._broker.queues([queue for queue, _ in letters])}
        with closing(self._broker.publisher()) as publisher:
            fates = publisher.publish([message for _, message in letters])
        taken = {queue for (queue, _), fate in zip(letters, fates, strict=True) if fate is Fate.CONFIRMED}
        awaited = frozenset(queue for queue in taken if queue in there and there[queue].consumers)
        unasked = frozenset(queue for queue, _ in letters) - taken
        return Asked(awaited=awaited, silent=frozenset(taken - awaited), unasked=unasked)

    def _letters(self, restore: Hold, now: datetime) -> Iterator[tuple[str, Outgoing]]:
        tree = self._rules().tree
        body = encode(ResendWanted(restore=restore.id, since=asked_since(restore)))
        for desk in tree:
            if desk.served is Served.AMQP:
                key = address.desk_key(tree, desk, None, RESEND_WANTED)
                exchange = address.tier_exchange(tree, tree.tier_of(desk))
                queue = address.desk_queue(desk.code)
                yield queue, _letter(restore, queue, exchange, key, body, now)
        for channel in self._channels:
            key, queue = address.channel_key(channel, RESEND_WANTED), address.channel_queue(channel)
            yield queue, _letter(restore, queue, address.CHANNEL, key, body, now)

    def once_served(self) -> frozenset[str]:
        """Queues that a program has consumed, or whose owner has reported, as far as the restored ledger knows."""
        desks = (address.desk_queue(desk) for desk in self._ledger.seen())
        return frozenset((*desks, *(address.channel_queue(channel) for channel in self._channels)))

    # -- keeping what comes ------------------------------------------------------------------------------------

    def gather(
        self, restore: Hold, asked: Asked, clock: Callable[[], datetime], *, wait_s: float
    ) -> frozenset[str]:
        """Keep what comes until all that waited is kept and everybody has answered, or for `wait_s` seconds.

        A city goes on talking: what comes after that waits for the roles.

        Returns:
            Queues whose program has not answered.

        Raises:
            UnreachableError: broker or ledger does not answer.
        """
        give_up_at_s = monotonic() + wait_s
        with closing(self._broker.consumer(self._queues(), _BATCH)) as consumer:
            # Deliveries of which some may have waited; None: there is more in the queues, or somebody is awaited.
            left: int | None = None
            while True:
                came = self._keep_some(consumer, restore, clock())
                missing = asked.awaited.difference(self.answered)
                if left is None and (not missing or monotonic() >= give_up_at_s) and not self._ready():
                    left = _BATCH  # whatever waited is with this consumer by now
                if left is not None:
                    left -= came
                    if not came or left <= 0:
                        return frozenset(missing)

    def _ready(self) -> int:
        return sum(state.ready for state in self._broker.queues(self._queues()))

    def _keep_some(self, consumer: Consumer, restore: Hold, now: datetime) -> int:
        deliveries = consumer.receive(_BATCH, _WAIT_S)
        if deliveries:
            self._keep(deliveries, restore, now)
            consumer.done(deliveries)
        return len(deliveries)

    def _keep(self, deliveries: Sequence[Delivery], restore: Hold, now: datetime) -> None:
        """Keep what is to be decided, in the ledger. Receipts and wake-ups come anew."""
        parked: list[Parked] = []
        contacts: dict[str, Contact] = {}
        restores = self._ledger.holds()
        for delivery in deliveries:
            found = open_delivery(delivery, now, strict=self._strict)
            if isinstance(found, Parked):
                parked.append(found)
            elif isinstance(found, Resent):
                queue = address.desk_queue if found.speaker == "desk" else address.channel_queue
                self.answered[queue(found.code)] = found
            elif isinstance(found, Arrived) and not isinstance(found.command, PassDeadline):
                if isinstance(found.command, Open) and found.command.contact is not None:
                    contacts[contact_ref(found.command)] = found.command.contact
                kept = without_contact(found, self._ledger.keyed_hash)
                at = said_at(delivery, asked_by(delivery, restores) or restore, now)
                parked.append(kept.parked(RESTORING, restore.id, at or now))
        with self._ledger.begin() as unit:
            if contacts:
                unit.keep_contacts(contacts, now)
            unit.park(parked)

    # -- deciding it again, and the end ---------------------------------------------------------------------

    def redo(self, restore: Hold, now: datetime) -> Redone:
        """Decide what was kept, in the order in which it was said, each as of then, and let pass what had passed.

        Raises:
            UnreachableError: the ledger does not answer.
            ConfigurationError: something was kept under another key.
        """
        return self._redoing.run(now, until=restore.since)

    def end(self, restore: Hold, *, by: str, now: datetime) -> None:
        """Let deadlines pass again; the time since the loss is an outage on record from now on."""
        self._ledger.release_hold(restore.id, by=by, now=now)
        log.info("restore.ended", restore=restore.id)


def _letter(restore: Hold, queue: str, exchange: str, key: str, body: bytes, now: datetime) -> Outgoing:
    return Outgoing(
        # Another one each time: who answered before is asked again after a crash.
        id=f"{restore.id}/{int(now.timestamp())}/{queue}",
        exchange=exchange,
        key=key,
        type=str(ResendWanted.__struct_config__.tag),
        case_id="",
        case_version=0,
        body=body,
        timestamp=now,
    )
