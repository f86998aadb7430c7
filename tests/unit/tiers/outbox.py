"""A desk's outbound that keeps what it is given, and messages to give it."""

from __future__ import annotations

from datetime import UTC, datetime

import msgspec

from router.broker.envelope import encode
from router.broker.port import Delivery
from router.core.telling import messages as m
from router.errors import UnreachableError
from router.tiers.report import Report

MORNING = datetime(2026, 11, 23, 1, 0, tzinfo=UTC)


class Outbox:
    """Implements `router.tiers.office.Outbound`; `reachable` says whether the broker confirms."""

    def __init__(self) -> None:
        self.sent: list[Report] = []
        self.settled = 0
        self.reachable = True

    def send(self, report: Report) -> None:
        """Keep it."""
        self.sent.append(report)

    def settle(self) -> None:
        """Confirm, or be told to stop."""
        if not self.reachable:
            raise UnreachableError("stopped before the broker confirmed")
        self.settled = len(self.sent)

    @property
    def types(self) -> list[str]:
        """Wire types in order of sending."""
        return [report.type for report in self.sent]


def assigned(version: int = 1, case_id: str = "A" * 16, role: str = "lead") -> m.Assigned:
    """A street light out in a street office's territory."""
    return m.Assigned(
        case_id=case_id,
        version=version,
        role=role,
        step="street",
        reason="territory",
        channel="hotline",
        matter_type="complaint",
        category="lighting",
        division_path=("yunxi", "hubin", "liuyin"),
        place=None,
        text="路灯不亮",
        opened_at=MORNING,
        due_at=None,
        statutory_due_at=None,
    )


def taken(version: int, case_id: str = "A" * 16) -> m.Taken:
    """The case is not yours any more."""
    return m.Taken(case_id=case_id, version=version, reason="escalated", to_desk="hubin")


def delivery(payload: m.Payload | bytes, message_id: str, kind: str | None = None) -> Delivery:
    """A message as a transport delivers it."""
    body = payload if isinstance(payload, bytes) else encode(payload)
    named = kind if kind is not None else str(msgspec.json.decode(body)["type"])
    return Delivery(
        queue="desk.S1",
        id=message_id,
        type=named,
        exchange="case.street",
        key="a.b.c.S1.lighting.assigned",
        body=body,
        headers={},
        user_id=None,
        redelivered=False,
        token=None,
    )
