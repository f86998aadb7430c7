"""The report: what a program sends to the router, and what takes it there."""

from __future__ import annotations

from datetime import datetime
from typing import Protocol

import msgspec

from router.broker.envelope import RESENT_FOR, SAID_AT


class Report(msgspec.Struct, frozen=True, kw_only=True):
    """A message on its way to the router."""

    id: str
    exchange: str
    key: str
    type: str
    case_id: str
    body: bytes
    #: When it was first sent; None: it is not said.
    said_at: datetime | None = None
    #: Id of the restore for which it is sent again; empty: it is sent for the first time.
    resent_for: str = ""

    @property
    def headers(self) -> dict[str, str]:
        """Headers of the message."""
        said = {SAID_AT: self.said_at.isoformat()} if self.said_at is not None else {}
        return {**said, RESENT_FOR: self.resent_for} if self.resent_for else said


class Outbound(Protocol):
    """Takes reports to the router."""

    def send(self, report: Report) -> None:
        """Send, or keep for :meth:`settle` when the broker is away; never raises for that."""
        ...

    def settle(self) -> None:
        """Wait until the broker has confirmed everything sent; tries again with growing pauses.

        Raises:
            UnreachableError: the program was told to stop before that.
        """
        ...


def verb_of(tag: str) -> str:
    """The last word of a report's key, from its wire type: `accept` of `case.accept.v1`."""
    return tag.split(".")[1]
