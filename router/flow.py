"""The flow: handle a batch, send what was stored. Read this first; `relay` sends what is left, `waker` wakes.

The law: stored before sent, recorded before acknowledged. A crash between any two lines below loses nothing and
repeats at most a message with the same id.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import datetime, time, timedelta
from typing import Protocol

import structlog

from router.arrivals import Arrived, contact_ref, named_by, open_delivery, parked_delivery, without_contact
from router.batch import Batch
from router.broker.envelope import RESENT_FOR, Receipt, Resent, Trouble
from router.broker.port import Delivery, Fate
from router.core.case import Case
from router.core.commands import Actor, ActorRole, Contact, Open, others
from router.core.guards import Hold
from router.core.lifecycle import is_hidden_from
from router.core.rules import Rules
from router.core.several.linking import appeals_of, same_appeal
from router.core.telling.citizen import code_of
from router.core.telling.ringing import DIGEST_AT
from router.errors import ConfigurationError, UnreachableError
from router.ledger.parking_port import Parked
from router.ledger.port import Answer, Appeal, Ledger, RowRefusedError, Unit
from router.resent import as_of_then
from router.sending import Sender
from router.tally import Tally

log = structlog.get_logger()

#: A deadline that something holds back is handed out again after so long, should nobody say that it is free.
HOLD_LOOK = timedelta(minutes=5)

#: A desk that reports all day is noted once in so long.
_HEARD = timedelta(minutes=1)

#: How often a batch is decided again because another router was quicker with a case of it.
_ROUNDS = 20


class RulesInForce(Protocol):
    """Where the rules come from."""

    def __call__(self, policies: Collection[str] = ()) -> Rules:
        """The rules in force now, which also know the policy versions that running cases keep."""
        ...


class Router:
    """Decides batches of commands and sends what they lead to. One thread at a time; several at once are fine."""

    def __init__(
        self,
        ledger: Ledger,
        rules: RulesInForce,
        sender: Sender,
        *,
        channels: Collection[str] = (),
        strict_identity: bool = False,
        publish_events: bool = False,
        digest_at: time = DIGEST_AT,
        admit: Callable[[], object] = lambda: None,
    ) -> None:
        """Put it together.

        Args:
            ledger: where everything is stored.
            rules: gives the rules in force now.
            sender: sends what was stored.
            channels: source channels with a program that wants receipts, replies and outcomes.
            strict_identity: take a desk's word only from its own broker account.
            publish_events: tell whoever listens on `case.events` of every entry.
            digest_at: clock time of the daily list of notices, in each calendar's zone.
            admit: raises `RestoringError` while only a restore may decide.
        """
        #: Raises `RestoringError` while only a restore may decide; asked before each batch.
        self.admit = admit
        self._ledger = ledger
        self._rules = rules
        self._sender = sender
        self._channels = frozenset(channels)
        self._strict = strict_identity
        self._publish_events = publish_events
        #: Desk code → when its last report was noted.
        self._heard: dict[str, datetime] = {}
        self._digest_at = digest_at
        #: What happened to commands since the start, by word (`router.batch.Batch.tally`).
        self.tally = Tally()

    def handle(self, deliveries: Sequence[Delivery], now: datetime) -> dict[str, Answer]:
        """Take deliveries on record; when it returns they may be acknowledged.

        What goes wrong with one of them alone costs that one: were the process to end instead, the broker would
        count a failed delivery of everything in hand, and dead-letter the innocent with the guilty.

        Returns:
            Command id → answer; parked messages have none.

        Raises:
            UnreachableError: the ledger does not answer; nothing may be acknowledged.
            RouterError: the ledger takes nothing at all.
            ConfigurationError: the rules are not on record.
        """
        try:
            return self._handle(deliveries, now)
        except (UnreachableError, ConfigurationError):
            raise
        except Exception as error:  # noqa: BLE001 - whatever it is, its neighbours are innocent
            if len(deliveries) > 1:
                half = len(deliveries) // 2
                return {**self.handle(deliveries[:half], now), **self.handle(deliveries[half:], now)}
            for delivery in deliveries:
                self._set_aside(delivery, error, now)
            return {}

    def _set_aside(self, delivery: Delivery, error: Exception, now: datetime) -> None:
        """Park a message that cannot be handled; raises what the ledger says when it takes not even that."""
        what = f"{type(error).__name__} while handling"
        with self._ledger.begin() as unit:
            unit.park([parked_delivery(delivery, Trouble("failing", what), now)])
        log.error("message.failing", error=type(error).__name__, type=delivery.type)
        self.tally.add("failing")

    def _handle(self, deliveries: Sequence[Delivery], now: datetime) -> dict[str, Answer]:
        arrived: list[Arrived] = []
        receipts: dict[tuple[str, str], int] = {}
        parked: list[Parked] = []
        replaying = self._rules().replay
        restores: tuple[Hold, ...] | None = None  # asked for once, and where somebody says something again
        for delivery in deliveries:
            found = open_delivery(delivery, now, strict=self._strict, replaying=replaying)
            if isinstance(found, Parked):
                parked.append(found)
                self.tally.add(found.reason)
            elif isinstance(found, Receipt):
                key = (found.case_id, found.desk)
                receipts[key] = max(found.version, receipts.get(key, 0))
            elif isinstance(found, Resent):
                log.info("restore.answered", speaker=found.speaker, code=found.code, count=found.count)
            elif RESENT_FOR in delivery.headers:
                if restores is None:
                    restores = self._ledger.guards(now).holds
                arrived.append(as_of_then(found, delivery, restores, now))
            else:
                arrived.append(found)
        return self.carry_out(arrived, now, parked=parked, receipts=receipts)

    def is_hidden(self, case: Case, actor: Actor) -> bool:
        """Whether a case does not exist for whoever speaks."""
        return is_hidden_from(case, actor, self._rules([case.policy]))

    def carry_out(
        self,
        arrived: Sequence[Arrived],
        now: datetime,
        *,
        parked: Sequence[Parked] = (),
        receipts: Mapping[tuple[str, str], int] | None = None,
        waited_for: Sequence[str] = (),
    ) -> dict[str, Answer]:
        """Decide, store, send. Commands of cases that another router changed meanwhile are decided again.

        Of a case with thousands of passed deadlines some are taken in each transaction, the command in the last.

        Args:
            arrived: commands, in order.
            now: aware instant of recording.
            parked: messages to keep as they are.
            receipts: case id and desk → version that it has in hand.
            waited_for: ids of cases whose waiting messages are to be taken up.

        Returns:
            Command id → answer, of commands that were answered before too.

        Raises:
            RestoringError: only a restore may decide just now; nothing is kept.
        """
        self.admit()
        answers: dict[str, Answer] = {}
        pending, rest = list(arrived), parked
        lost = 0
        while lost < _ROUNDS:
            with self._ledger.begin() as unit:
                unit.settle(self._sender.collect(), now)
                if receipts:
                    unit.note_receipts(receipts)
                if rest:
                    unit.park(rest)
                batch, conflicts = self._decide(unit, pending, waited_for, now)
            self.tally.update(batch.tally)
            self._sender.send([m for w in batch.writes if w.case.id not in conflicts for m in w.outgoing])
            answers.update((a.command, a) for a in batch.answers.values() if a.case_id not in conflicts)
            again = batch.later
            pending = [one for one in pending if one.command.case_id in conflicts or one.command.id in again]
            receipts, rest, waited_for = None, (), tuple(batch.behind - conflicts)
            if not pending and not waited_for:
                return answers
            lost += bool(conflicts)
        self._give_up(pending, now)
        return answers

    def _decide(
        self, unit: Unit, arrived: Sequence[Arrived], waited_for: Sequence[str], now: datetime
    ) -> tuple[Batch, set[str]]:
        """Decide a batch within a transaction; returns it and the ids of cases that others changed meanwhile."""
        known = {one.command.case_id for one in arrived} | set(waited_for)
        known.update(name for one in arrived for name in others(one.command))
        cases = unit.cases(known) if known else {}
        versions = {case.policy for case in cases.values()}
        answered = unit.answers({one.command.id for one in arrived}) if arrived else {}
        batch = Batch(
            self._rules(versions),
            cases,
            answered,
            self._channels,
            now,
            publish_events=self._publish_events,
            guards=lambda of: unit.guards(now, [case.hand_over_id for case in of]),
            digest_at=self._digest_at,
            code_of=self._code_of,
        )
        for one in arrived:
            batch.take(without_contact(one, self._ledger.keyed_hash))
        waiting = unit.unpark_waiting([*batch.opened, *waited_for], now) if batch.opened or waited_for else []
        known_by_now = unit.answers({parked.message_id for parked in waiting}) if waiting else {}
        named = {name for parked in waiting for name in named_by(parked)}
        if named:
            batch.look_at(unit.cases(named))
        for parked in waiting:
            batch.take_again(parked, known_by_now.get(parked.message_id))
        if batch.opened:
            self._link_appeals(unit, batch)
        conflicts = self._write(unit, batch)
        unit.hold_back(batch.held, now, now + HOLD_LOOK)
        unit.note_reports(self._heard_of(arrived, now), now)
        # What waited for a case that is decided again waits on: parked again, it counts as not taken.
        again = conflicts | batch.behind
        unit.park([*batch.parked, *(parked for parked in waiting if parked.case_id in again)])
        # Whoever was refused brought nobody's data: they would stand for those of the case that is on record.
        refused = {answer.command for answer in batch.answers.values() if answer.refused is not None}
        kept = (one for one in arrived if one.command.id not in refused and one.command.case_id not in again)
        self._keep_contacts(unit, list(kept), now)
        return batch, conflicts

    def _link_appeals(self, unit: Unit, batch: Batch) -> None:
        """One appeal that came by two channels is two cases, which are linked by themselves."""
        new = [case for case in map(batch.case, batch.opened) if case is not None]
        said = [(case, words) for case in new for words in appeals_of(case)]
        appeals = [
            Appeal(
                key=self._ledger.keyed_hash(words), case_id=case.id, source=case.source, opened_at=case.opened_at
            )
            for case, words in said
        ]
        if not appeals:
            return
        held = unit.claim_appeals(appeals)
        found = ((one.case_id, held[one.key].case_id) for one in appeals if one.is_again(held[one.key]))
        again = dict.fromkeys(found)  # by its words as well as by its key it is the same once
        if again:
            batch.look_at(unit.cases({first for _, first in again}))
        for case_id, first_id in again:
            case, first = batch.case(case_id), batch.case(first_id)
            if case is not None and first is not None:
                batch.follow(case_id, same_appeal(case, first))

    def _heard_of(self, arrived: Sequence[Arrived], now: datetime) -> list[str]:
        """Desks that have reported and were not noted in the last minute: each report is a sign of life.

        Of desks in the tree: who speaks without an account of its own can invent any name.
        """
        desks = {one.command.actor.id for one in arrived if one.command.actor.role is ActorRole.DESK}
        desks &= self._rules().tree.desks.keys() if desks else set()
        fresh = [desk for desk in desks if now - self._heard.get(desk, now - 2 * _HEARD) >= _HEARD]
        self._heard.update(dict.fromkeys(fresh, now))
        return fresh

    def _code_of(self, case_id: str) -> str:
        """The citizen's code of a case; empty without a key."""
        return code_of(self._ledger.keyed_hash, case_id) or ""

    def _write(self, unit: Unit, batch: Batch) -> set[str]:
        """Write what was decided; a case the database cannot keep is parked and costs its neighbours nothing."""
        while batch.writes:
            try:
                return unit.write(batch.writes)
            except RowRefusedError as error:
                log.error("case.unkept", case=error.case_id, what=error.what)
                batch.give_up(error.case_id, error.what)
        return set()

    def _keep_contacts(self, unit: Unit, arrived: Sequence[Arrived], now: datetime) -> None:
        contacts: dict[str, Contact] = {
            contact_ref(one.command): one.command.contact
            for one in arrived
            if isinstance(one.command, Open) and one.command.contact is not None
        }
        if contacts:
            unit.keep_contacts(contacts, now)

    def _give_up(self, pending: Sequence[Arrived], now: datetime) -> None:
        """Twenty lost races in a row are no race: keep the commands where an operator sees them."""
        with self._ledger.begin() as unit:
            unit.park([one.parked("failing", "another process kept changing the case", now) for one in pending])
        self.tally.add("failing", len(pending))

    def take_waiting(self, now: datetime, limit: int = 500) -> int:
        """Take up messages that wait for a case which exists: parked in one process while another opened it.

        Returns:
            Of how many cases nothing waits any more; what cannot be taken up is no reason to look again at once.
        """
        waited_for = self._ledger.cases_waited_for(limit)
        if not waited_for:
            return 0
        self.carry_out((), now, waited_for=waited_for)
        return len(set(waited_for).difference(self._ledger.cases_waited_for(limit)))

    def try_ledger(self, now: datetime) -> None:
        """Write nothing, which fails when nothing can be written.

        Raises:
            UnreachableError: the ledger does not answer, or is a copy that only reads.
        """
        with self._ledger.begin() as unit:
            unit.settle({"": Fate.CONFIRMED}, now)

    def flush(self, now: datetime, *, wait: bool = True) -> bool:
        """Record what became of the last messages sent; called when there is nothing else to do.

        Args:
            now: aware instant of recording.
            wait: for those on their way too, at most as long as the broker may take to answer.

        Returns:
            Whether messages are still on their way.
        """
        fates = self._sender.collect(wait=wait)
        if fates:
            with self._ledger.begin() as unit:
                unit.settle(fates, now)
        return self._sender.is_busy
