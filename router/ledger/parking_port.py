"""What is needed of a ledger to keep messages that could not be handled, until somebody looks at them."""

from __future__ import annotations

from datetime import datetime
from typing import Protocol

import msgspec

#: Reason of a report whose case is not there yet.
UNKNOWN_CASE = "unknown_case"
#: Reason of what was taken from the queues after a restore, until everybody has said again what is not on record.
RESTORING = "restoring"


class Parked(msgspec.Struct, frozen=True, kw_only=True):
    """A message that could not be handled, kept whole with its reason and origin until somebody replays it."""

    #: Id of the parked row: given by the ledger, stable.
    id: str
    #: Reason code: `undecodable`, `unknown_type`, `unknown_case`, `forged`, `failing`, `unrouted`, …
    reason: str
    #: One sentence for the operator, without a citizen's text.
    detail: str
    #: Where it came from: a queue, `http`, `shell`.
    origin: str
    message_id: str
    type: str
    #: Empty for one that was kept as it came; else it was understood, and what it says of personal data is ours.
    case_id: str
    key: str
    user_id: str | None
    body: bytes
    parked_at: datetime
    #: None until replayed.
    replayed_at: datetime | None = None
    #: When somebody dismissed it for good, who and why; None: nobody did.
    dismissed_at: datetime | None = None
    dismissed_by: str | None = None
    dismissed_reason: str | None = None


class ParkingLedger(Protocol):
    """The part of `port.Ledger` about parked messages."""

    def parked(
        self, *, reason: str | None = None, replayed: bool = False, dismissed: bool = False
    ) -> list[Parked]:
        """Parked messages, oldest first; without those already replayed or dismissed unless asked for."""
        ...

    def kept(self, limit: int) -> list[Parked]:
        """At most `limit` messages kept for a restore (`restoring`) and not taken yet, in the order of saying.

        Raises:
            ConfigurationError: one is sealed under another key.
        """
        ...

    def parked_one(self, parked_id: str) -> Parked | None:
        """One parked message; None when there is none of that id."""
        ...

    def read_parked(self, parked_id: str, *, reader: str, reason: str, now: datetime) -> Parked | None:
        """One parked message for somebody who reads its body; who and why is logged in the same transaction."""
        ...

    def dismiss_parked(self, parked_id: str, *, by: str, reason: str, now: datetime) -> bool:
        """Dismiss a parked message for good; False: there is none, or it was replayed or dismissed before."""
        ...

    def cases_waited_for(self, limit: int) -> list[str]:
        """Ids of at most `limit` cases that exist and that messages wait for all the same."""
        ...

    def mark_replayed(self, parked_id: str, now: datetime) -> None:
        """Note that a parked message was handed in again."""
        ...
