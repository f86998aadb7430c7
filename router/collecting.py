"""Collecting: what consumers gave up on goes from the broker's `case.parked` on record, where an operator looks.

A desk's program has no access to the ledger, on RabbitMQ as little as in `up`. So it gives up in the broker's
way, and what it gave up on is listed, shown and sent again like everything else that is parked.
"""

from __future__ import annotations

from datetime import datetime

import msgspec
import structlog

from router.arrivals import open_delivery, parked_delivery
from router.broker.dead_letters import death_of, living
from router.broker.envelope import Trouble
from router.broker.port import Broker, Consumer, Delivery, Outgoing
from router.core.telling.messages import PAYLOAD_TYPES
from router.core.territory import address
from router.ledger.parking_port import Parked
from router.ledger.port import Ledger

log = structlog.get_logger()

#: Reason of what its consumer gave up on.
SET_ASIDE = "set_aside"

#: Letters put on record in one transaction.
_BATCH = 100


class _About(msgspec.Struct):
    """What is read of a message of ours."""

    case_id: str = ""


class Collector:
    """Takes dead letters on record; recorded before acknowledged, and the same letter twice is kept once."""

    def __init__(self, ledger: Ledger, broker: Broker, *, strict_identity: bool = False) -> None:
        """`strict_identity`: as for the router, which has not seen what was given up on before it."""
        self._ledger = ledger
        self._broker = broker
        self._strict = strict_identity
        self._consumer: Consumer | None = None

    def run_once(self, now: datetime, wait_s: float = 0.0) -> int:
        """Take what is there; returns how many letters.

        Raises:
            UnreachableError: ledger or broker does not answer; what was not recorded comes again.
        """
        if self._consumer is None:
            self._consumer = self._broker.consumer([address.PARKED], _BATCH)
        letters = self._consumer.receive(_BATCH, wait_s)
        if letters:
            kept = [self._kept(letter, now) for letter in letters]
            again = {parked.id: message for parked, message in kept if message is not None}
            with self._ledger.begin() as unit:
                unit.park([parked for parked, _ in kept], again)
            self._consumer.done(letters)
            for one, _ in kept:
                log.error("message.parked", id=one.id, reason=one.reason, origin=one.origin, case=one.case_id)
        return len(letters)

    def close(self) -> None:
        """Close the connection; idempotent."""
        if self._consumer is not None:
            self._consumer.close()

    def _kept(self, letter: Delivery, now: datetime) -> tuple[Parked, Outgoing | None]:
        """The letter as it is kept; one of ours with what it takes to send it again."""
        death = death_of(letter)
        first = msgspec.structs.replace(letter, queue=death.queue or letter.queue)
        trouble = Trouble(SET_ASIDE, f"its consumer gave up: {death.reason or 'unknown'}")
        if letter.type in PAYLOAD_TYPES:
            case_id = _case_of(letter.body)
            parked = msgspec.structs.replace(parked_delivery(first, trouble, now), case_id=case_id)
            return parked, living(letter, case_id, now) if death.exchange else None
        found = open_delivery(first, now, strict=self._strict)
        # What the router would not have taken keeps that reason: it must not be taken by being handed in again.
        return found if isinstance(found, Parked) else parked_delivery(first, trouble, now), None


def _case_of(body: bytes) -> str:
    try:
        return msgspec.json.decode(body, type=_About).case_id
    except (msgspec.DecodeError, msgspec.ValidationError, UnicodeDecodeError):
        return ""
