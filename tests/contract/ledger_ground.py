"""What the ledger's suite stands on: cases made from their histories, and the databases they are written to."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from sqlalchemy import Connection, Engine, create_engine, text

from router.broker.port import Outgoing
from router.core import events as e, history
from router.core.case import Case
from router.core.commands import Actor, ActorRole, Outcome
from router.core.policies.policy import OnPass, Satisfies
from router.ledger.parking_port import Parked
from router.ledger.port import Ledger, Write

#: Monday 2 March 2026, 09:30 in Beijing.
OPENED_AT = datetime(2026, 3, 2, 1, 30, tzinfo=UTC)
DUE_AT = OPENED_AT + timedelta(days=5)
KEY = bytes(range(32))
STREET, DISTRICT = "street-110101001", "district-110101"

_numbers = itertools.count()


def instant(**after: float) -> datetime:
    """An instant after the opening of the cases."""
    return OPENED_AT + timedelta(**after)


def opening(
    case_id: str,
    *,
    due_at: datetime | None = DUE_AT,
    source_id: str | None = None,
    cause: str | None = None,
    words: str = "路面有坑",
    sent: int = 1,
) -> Write:
    """A case received and dispatched to a street in one step, with `sent` messages."""
    cause = cause or f"open-{case_id}-{next(_numbers)}"
    received = e.Received(
        source="hotline",
        source_id=source_id or case_id,
        content_hash="0" * 64,
        channel="hotline",
        origin="passive",
        matter_type="complaint",
        category="road/pothole",
        category_group="road",
        division_path=("110000", "110101", "110101001"),
        place_key="geo:wx4g0s",
        place=None,
        triaged=False,
        policy="test@1",
        policy_reason="default",
        due_at=due_at,
        given_due_at=None,
        milestones=() if due_at is None else (resolve_by(due_at),),
    )
    actor = Actor(ActorRole.CHANNEL, "hotline")
    entries = (
        entry(case_id, 1, cause, 0, received, actor=actor, words=words),
        entry(case_id, 1, cause, 1, e.Dispatched(desk=STREET, step=0, reason="territory")),
    )
    case = history.advance(None, entries)
    return Write(
        case=case,
        decided_on=0,
        entries=entries,
        outgoing=tuple(message(f"{cause}/{n}", case) for n in range(sent)),
        due_tier="street",
    )


def following(
    case: Case,
    *events: e.AnyEvent,
    cause: str | None = None,
    at: datetime | None = None,
    actor: Actor | None = None,
    sent: int = 0,
    due_tier: str = "street",
    words: str = "",
) -> Write:
    """What happens next to a case, in one step; a refusal leaves its version."""
    cause = cause or f"next-{case.id}-{next(_numbers)}"
    version = case.version + (not isinstance(events[0], e.Refused))
    actor = actor or Actor(ActorRole.DESK, case.lead)
    entries = tuple(
        entry(case.id, version, cause, n, event, at=at, actor=actor, words=words) for n, event in enumerate(events)
    )
    after = history.advance(case, entries)
    return Write(
        case=after,
        decided_on=case.version,
        entries=entries,
        outgoing=tuple(message(f"{cause}/{n}", after) for n in range(sent)),
        due_tier=due_tier,
    )


def closing(case: Case, at: datetime | None = None) -> Write:
    """The desk resolves, the gate lets it through."""
    return following(
        case,
        e.Resolved(desk=case.lead, outcome=Outcome.SOLVED),
        e.Closed(gate="none", outcome=Outcome.SOLVED),
        at=at,
    )


def escalation(case: Case, *, next_due_at: datetime | None = None) -> Write:
    """The deadline passed: the district leads, with a deadline of its own if one is given."""
    passed = e.DeadlineMissed(milestone="resolve", due_at=DUE_AT, on_pass=OnPass.ESCALATE, charged_to=case.lead)
    up = e.Escalated(
        from_desk=case.lead,
        to_desk=DISTRICT,
        from_step=0,
        to_step=1,
        from_name="street",
        to_name="district",
        cause=e.Cause.DEADLINE,
        mode="transfer",
        milestone="resolve",
        due_at=DUE_AT,
        next=None if next_due_at is None else resolve_by(next_due_at, name="step-1"),
    )
    return following(case, passed, up, at=DUE_AT, actor=Actor(ActorRole.SYSTEM), due_tier="district")


def refusal(case: Case, cause: str, code: str = "not_lead") -> Write:
    """A command that was refused, kept as an entry."""
    event = e.Refused(command=cause, command_type="case.accept.v1", code=code, data={"desk": "other"})
    return following(case, event, cause=cause, actor=Actor(ActorRole.DESK, "other"))


def accepted(case: Case, cause: str | None = None) -> Write:
    """The lead signed."""
    return following(case, e.Accepted(desk=case.lead), cause=cause)


def resolve_by(due_at: datetime, name: str = "resolve") -> e.Milestone:
    """A milestone that runs until the case is resolved."""
    return e.Milestone(
        name=name, due_at=due_at, satisfied_by=Satisfies.RESOLVED, on_pass=OnPass.ESCALATE, to="superior"
    )


def entry(
    case_id: str,
    version: int,
    cause: str,
    ordinal: int,
    event: e.AnyEvent,
    *,
    at: datetime | None = None,
    actor: Actor | None = None,
    words: str = "",
) -> e.Entry:
    """One line of the register."""
    return e.Entry(
        case_id=case_id,
        version=version,
        cause=cause,
        ordinal=ordinal,
        actor=actor or Actor(ActorRole.SYSTEM),
        event_at=at or OPENED_AT,
        recorded_at=at or OPENED_AT,
        event=event,
        text=words,
    )


def message(message_id: str, case: Case, at: datetime = OPENED_AT) -> Outgoing:
    """A message to the lead."""
    return Outgoing(
        id=message_id,
        exchange="case.street",
        key="110000.110101.110101001.desk.road.assigned",
        type="case.assigned.v1",
        case_id=case.id,
        case_version=case.version,
        body=b'{"case":"%s"}' % case.id.encode(),
        timestamp=at,
        user_id="router",
        headers={"case-version": str(case.version)},
    )


def letter(parked_id: str, *, case_id: str = "c1", reason: str = "unknown_case", body: bytes = b"{}") -> Parked:
    """A message that could not be handled."""
    return Parked(
        id=parked_id,
        reason=reason,
        detail="there is no such case",
        origin="reports",
        message_id=f"m-{parked_id}",
        type="case.accept.v1",
        case_id=case_id,
        key="a.b",
        user_id=STREET,
        body=body,
        parked_at=OPENED_AT,
    )


def engine_of(url: str) -> Engine:
    """A connection of the test's own, past the ledger."""
    return create_engine(url)


def write(ledger: Ledger, *writes: Write) -> set[str]:
    """Write in a transaction of its own; returns the lost cases."""
    with ledger.begin() as unit:
        return unit.write(writes)


def ask(url: str, query: str, **values: object) -> list[tuple[object, ...]]:
    """Rows of a query past the ledger."""
    engine = engine_of(url)
    try:
        with engine.begin() as connection:
            return [tuple(row) for row in connection.execute(text(query), values)]
    finally:
        engine.dispose()


def tell(url: str, statement: str, **values: object) -> None:
    """Change the database past the ledger."""
    engine = engine_of(url)
    try:
        with engine.begin() as connection:
            connection.execute(text(statement), values)
    finally:
        engine.dispose()


def everything(connection: Connection, tables: Sequence[str]) -> bytes:
    """All rows of all tables as bytes, blobs as they are."""
    found = bytearray()
    for table in tables:
        for row in connection.execute(text(f"select * from {table}")):
            for value in row:
                found += bytes(value) if isinstance(value, bytes | memoryview) else str(value).encode()
                found += b"\n"
    return bytes(found)
