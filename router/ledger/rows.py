"""Cases, entries and messages as rows, and rows as what they were."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

import msgspec
from sqlalchemy import RowMapping

from router.core.case import Case
from router.core.commands import Actor, ActorRole
from router.core.events import AnyEvent, Entry, Milestone, MilestoneStatus
from router.core.policies.policy import OnPass
from router.core.telling.outbox import Outgoing
from router.core.timing.deadlines import turn
from router.ledger.port import Answer

#: A row by column.
Row = dict[str, Any]

_write_json = msgspec.json.Encoder().encode
_read_case = msgspec.json.Decoder(Case).decode
_read_event = msgspec.json.Decoder(AnyEvent).decode
_read_headers = msgspec.json.Decoder(dict[str, str]).decode


def case_row(case: Case, *, due_tier: str, lead_version: int, receipt_version: int) -> Row:
    """The row of a case that nobody has been leased to."""
    upcoming = next_milestone(case.milestones)
    return {
        "id": case.id,
        "version": case.version,
        "state": case.state.value,
        "source": case.source,
        "source_id": case.source_id,
        "due_tier": due_tier,
        "lead": case.lead,
        "district": case.district,
        "category": case.category,
        "channel": case.channel,
        "opened_at": case.opened_at,
        "recorded_at": case.recorded_at,
        "due_at": case.due_at,
        "next_due_at": upcoming.due_at if upcoming else None,
        "next_milestone": upcoming.name if upcoming else None,
        "escalates": upcoming is not None and upcoming.on_pass is OnPass.ESCALATE,
        "escalates_at": next_escalation_at(case.milestones),
        "held": False,
        "wake_at": upcoming.due_at if upcoming else None,
        "dispatched_at": case.dispatched_at,
        "assigned_at": case.assigned_at,
        "lead_version": lead_version,
        "receipt_version": receipt_version,
        "closed_at": case.closed_at,
        "body": _write_json(case).decode(),
    }


def next_milestone(milestones: Iterable[Milestone]) -> Milestone | None:
    """The running milestone whose turn it is first; None when none runs."""
    running = [m for m in milestones if m.status is MilestoneStatus.RUNNING]
    return min(running, key=turn) if running else None


def next_escalation_at(milestones: Iterable[Milestone]) -> datetime | None:
    """The earliest instant at which a running milestone takes the case up; None: none does."""
    running = (
        m.due_at for m in milestones if m.on_pass is OnPass.ESCALATE and m.status is MilestoneStatus.RUNNING
    )
    return min(running, default=None)


def case_of(body: str | bytes) -> Case:
    """The case a row's body holds."""
    return _read_case(body)


def entry_row(entry: Entry) -> Row:
    """The row of an entry."""
    return {
        "case_id": entry.case_id,
        "version": entry.version,
        "cause": entry.cause,
        "ordinal": entry.ordinal,
        "type": type(entry.event).__struct_config__.tag,
        "actor_role": entry.actor.role.value,
        "actor_id": entry.actor.id,
        "event_at": entry.event_at,
        "recorded_at": entry.recorded_at,
        "data": _write_json(entry.event).decode(),
        "text": entry.text,
        "said": entry.said,
    }


def entry_of(row: RowMapping) -> Entry:
    """The entry a row holds."""
    return Entry(
        case_id=row["case_id"],
        version=row["version"],
        cause=row["cause"],
        ordinal=row["ordinal"],
        actor=Actor(ActorRole(row["actor_role"]), row["actor_id"]),
        event_at=row["event_at"],
        recorded_at=row["recorded_at"],
        event=_read_event(row["data"]),
        text=row["text"],
        said=row["said"],
    )


def answer_of(row: RowMapping, before: Answer | None) -> Answer:
    """What a command was answered with, as far as this entry of it; `before`: as far as the one before.

    A refusal may stand beside other entries (a late report is kept as evidence and refused).
    """
    refused, data = (before.refused, before.data) if before else (None, {})
    if row["type"] == "Refused":
        event = _read_event(row["data"])
        refused, data = event.code, event.data
    # Whoever the case is kept from was told that there is none.
    version = 0 if refused == "unknown_case" else row["version"]
    return Answer(
        command=row["cause"],
        case_id=row["case_id"],
        version=version,
        refused=refused,
        data=data,
        said=before.said if before else row["said"],
    )


def outgoing_row(message: Outgoing) -> Row:
    """The row of a message nobody has tried to send yet."""
    return {
        "id": message.id,
        "exchange": message.exchange,
        "key": message.key,
        "type": message.type,
        "case_id": message.case_id,
        "case_version": message.case_version,
        "body": message.body,
        "timestamp": message.timestamp,
        "mandatory": message.mandatory,
        "user_id": message.user_id,
        "headers": headers_text(message.headers),
        "attempts": 0,
        "rejected": False,
        "not_before": message.timestamp,
    }


def outgoing_of(row: RowMapping) -> Outgoing:
    """The message a row holds."""
    return Outgoing(
        id=row["id"],
        exchange=row["exchange"],
        key=row["key"],
        type=row["type"],
        case_id=row["case_id"],
        case_version=row["case_version"],
        body=row["body"],
        timestamp=row["timestamp"],
        mandatory=row["mandatory"],
        user_id=row["user_id"],
        headers=_read_headers(row["headers"]),
    )


def headers_text(headers: Mapping[str, str]) -> str:
    """Headers as JSON."""
    return _write_json(headers).decode() if headers else "{}"
