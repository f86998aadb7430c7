"""What is said again after a restore: when it was first said, and how far that is believed.

A sender's own word on when it spoke counts inside the time of which the restored ledger knows nothing, and nowhere
else: as much as any report's own time counts in an outage on record.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta

import msgspec

from router.arrivals import Arrived
from router.broker.envelope import RESENT_FOR, SAID_AT
from router.broker.port import Delivery
from router.core.guards import Hold

#: Everybody is asked for what they said up to so long before the newest entry: it may have waited in a queue then.
#: What comes in vain is recognised by its id.
MARGIN = timedelta(hours=1)


def asked_since(restore: Hold) -> datetime:
    """From when on everybody says again what they said."""
    return (restore.restored_to or restore.since) - MARGIN


def said_at(delivery: Delivery, restore: Hold, now: datetime) -> datetime | None:
    """When a message was first said; None: it does not say, or says what is not believed."""
    found = _header(delivery) or _timestamp(delivery)
    return found if found is not None and asked_since(restore) <= found <= (restore.end or now) else None


def asked_by(delivery: Delivery, restores: Iterable[Hold]) -> Hold | None:
    """The restore on record that a message is sent again for; None: none."""
    name = delivery.headers.get(RESENT_FOR)
    return next((one for one in restores if one.id == name and one.restored_to is not None), None)


def as_of_then(arrived: Arrived, delivery: Delivery, restores: Iterable[Hold], now: datetime) -> Arrived:
    """The arrival, decided as of when it was said if it is said again for a restore on record."""
    restore = asked_by(delivery, restores)
    at = said_at(delivery, restore, now) if restore is not None else None
    return arrived if at is None else msgspec.structs.replace(arrived, received_at=at, redone=True)


def _header(delivery: Delivery) -> datetime | None:
    said = delivery.headers.get(SAID_AT)
    try:
        at = datetime.fromisoformat(said) if isinstance(said, str) else None
    except ValueError:
        return None
    return at if at is not None and at.tzinfo is not None else None


def _timestamp(delivery: Delivery) -> datetime | None:
    try:
        return datetime.fromtimestamp(delivery.timestamp_s, UTC) if delivery.timestamp_s is not None else None
    except (ValueError, OverflowError, OSError):  # in milliseconds: a year that no calendar has
        return None
