"""Dead letters: what its consumer gave up on, on its way to `case.parked`, and where it lay before.

RabbitMQ writes the headers by itself when a message is rejected or was delivered too often. The embedded broker
knows no dead-lettering: whoever consumes there sends the letter on, with the same headers.
"""

from __future__ import annotations

from datetime import datetime

import msgspec

from router.broker.port import Delivery, Outgoing
from router.core.territory import address

_QUEUE, _EXCHANGE, _REASON = "x-first-death-queue", "x-first-death-exchange", "x-first-death-reason"
_VERSION = "case-version"

#: Why a hosted desk gives up on a message, in RabbitMQ's words where it has some.
REJECTED = "rejected"
HANDLER_FAILING = "handler_failing"


class Death(msgspec.Struct, frozen=True):
    """Where a letter lay when its consumer gave up on it, and why; empty when nothing says so."""

    queue: str
    exchange: str
    reason: str


def death_of(delivery: Delivery) -> Death:
    """What the headers of a dead letter say."""
    return Death(*(str(delivery.headers.get(name) or "") for name in (_QUEUE, _EXCHANGE, _REASON)))


def dead_letter(delivery: Delivery, reason: str, now: datetime) -> Outgoing:
    """The letter that RabbitMQ would make of a delivery its consumer gives up on."""
    headers = {_QUEUE: delivery.queue, _EXCHANGE: delivery.exchange, _REASON: reason}
    return msgspec.structs.replace(_message(delivery, now), exchange=address.PARKED, headers=headers)


def living(delivery: Delivery, case_id: str, now: datetime) -> Outgoing:
    """The message as it was sent at first, to be sent again."""
    exchange = death_of(delivery).exchange
    return msgspec.structs.replace(_message(delivery, now), exchange=exchange, case_id=case_id)


def _message(delivery: Delivery, now: datetime) -> Outgoing:
    version = delivery.headers.get(_VERSION)
    return Outgoing(
        id=delivery.id,
        exchange=delivery.exchange,
        key=delivery.key,
        type=delivery.type,
        case_id="",
        case_version=version if isinstance(version, int) else 0,
        body=delivery.body,
        timestamp=now,
    )
