"""Announcing: what happened to a case, told to whoever listens on `case.events`.

The law of the file: an event carries no words. The text of its entry and every reference to a person stay behind,
wherever in the event they stand; a case that is confidential or about an office is not announced at all, and an
inspection not before it is done.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import msgspec

from router.broker.envelope import encode
from router.core.case import Case
from router.core.events import Entry
from router.core.telling.messages import EventRecorded
from router.core.telling.outbox import Outgoing
from router.core.territory import address

#: Fields of events that are a person's, or (the hash) let somebody try what was written.
WITHHELD = frozenset({"complainant", "contact_ref", "content_hash"})


def announced(case: Case, entries: Sequence[Entry], tier: str, now: datetime) -> tuple[Outgoing, ...]:
    """The messages that tell of a step's entries, in order; nobody need be listening.

    Args:
        case: as the step left it.
        entries: of the step.
        tier: name of the tier of the case's lead.
        now: instant of recording.
    """
    hidden = case.is_task and case.is_open
    if case.is_restricted or hidden:
        return ()
    return tuple(_announced(entry, tier, now) for entry in entries)


def _announced(entry: Entry, tier: str, now: datetime) -> Outgoing:
    data: dict[str, Any] = _without_persons(msgspec.to_builtins(entry.event))
    name = str(data.pop("event"))
    payload = EventRecorded(
        case_id=entry.case_id,
        version=entry.version,
        event=name,
        data=data,
        tier=tier,
        cause=entry.cause,
        ordinal=entry.ordinal,
        actor=entry.actor,
        event_at=entry.event_at,
        recorded_at=entry.recorded_at,
    )
    return Outgoing(
        id=f"{entry.cause}/event/{entry.ordinal}",
        exchange=address.EVENTS,
        key=address.event_key(tier, name),
        type=str(payload.__struct_config__.tag),
        case_id=entry.case_id,
        case_version=entry.version,
        body=encode(payload),
        timestamp=now,
        # Nobody need be listening: one that no queue is bound for is no fault.
        mandatory=False,
    )


def _without_persons(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _without_persons(one) for key, one in value.items() if key not in WITHHELD}
    return [_without_persons(one) for one in value] if isinstance(value, list) else value
