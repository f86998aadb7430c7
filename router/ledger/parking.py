"""Messages that could not be handled: kept whole, listed without their content, handed in again."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime

import msgspec
from sqlalchemy import Connection, RowMapping, and_, bindparam, exists, or_, select, update

from router.core.telling.outbox import Outgoing
from router.errors import ConfigurationError
from router.ledger import rows, schema, sets
from router.ledger.columns import Instant, among
from router.ledger.contacts import Seal
from router.ledger.parking_port import RESTORING, UNKNOWN_CASE, Parked

UNROUTED = "unrouted"

_parked = schema.parked

#: Neither handed in again nor dismissed: somebody still has to look at it.
_open = and_(_parked.c.replayed_at.is_(None), _parked.c.dismissed_at.is_(None))

#: Parked messages, oldest first; of one reason, and those replayed or dismissed too, when asked for.
LIST_PARKED = (
    select(_parked)
    .where(or_(bindparam("any_reason"), _parked.c.reason == bindparam("reason")))
    .where(or_(bindparam("replayed"), _parked.c.replayed_at.is_(None)))
    .where(or_(bindparam("dismissed"), _parked.c.dismissed_at.is_(None)))
    .order_by(_parked.c.seq)
)
#: What was kept for a restore, in the order in which it was said.
KEPT = (
    select(_parked)
    .where(_parked.c.reason == RESTORING, _open)
    .order_by(_parked.c.parked_at, _parked.c.seq)
    .limit(bindparam("limit"))
)
#: One parked message.
ONE_PARKED = select(_parked).where(_parked.c.id == bindparam("id"))
#: Messages that waited for these cases, locked so that one process only takes them up.
WAITING = (
    select(_parked)
    .where(among(_parked.c.case_id, "ids"), _parked.c.reason == UNKNOWN_CASE, _open)
    .order_by(_parked.c.seq)
    .with_for_update()
)
#: Cases that messages wait for though they exist: the case was being opened while its message was parked.
WAITED_FOR = (
    select(_parked.c.case_id)
    .where(_parked.c.reason == UNKNOWN_CASE, _open)
    .where(exists(select(schema.cases.c.id).where(schema.cases.c.id == _parked.c.case_id)))
    .distinct()
    .order_by(_parked.c.case_id)
    .limit(bindparam("limit"))
)
#: Notes that parked messages were handed in again; the first time stands.
MARK_REPLAYED = (
    update(_parked).where(among(_parked.c.id, "ids"), _open).values(replayed_at=bindparam("now", type_=Instant))
)
#: Dismisses a parked message.
DISMISS = (
    update(_parked)
    .where(_parked.c.id == bindparam("of"), _open)
    .values(
        dismissed_at=bindparam("now", type_=Instant),
        dismissed_by=bindparam("by"),
        dismissed_reason=bindparam("why"),
    )
)
#: A message that is parked again after it was handed in again waits again.
WAIT_AGAIN = (
    update(_parked)
    .where(and_(among(_parked.c.id, "ids"), _parked.c.replayed_at.is_not(None)))
    .values(replayed_at=None)
)


def park(
    connection: Connection, seal: Seal, messages: Iterable[Parked], again: Mapping[str, Outgoing] | None = None
) -> None:
    """Keep messages; the same id twice is kept once. One without an id is given the same one every time.

    `again`: parked id → our own message, with all that is needed to send it again.
    """
    envelopes = {parked_id: _envelope(message) for parked_id, message in (again or {}).items()}
    _keep(connection, [_row(seal, message, envelopes.get(message.id)) for message in messages])


def park_unrouted(connection: Connection, seal: Seal, messages: Sequence[Outgoing], now: datetime) -> None:
    """Keep messages of our own that no queue was bound for."""
    parked = [_unrouted(message, now) for message in messages]
    park(connection, seal, parked, {one.id: message for one, message in zip(parked, messages, strict=True)})


def listed(
    connection: Connection, seal: Seal, *, reason: str | None, replayed: bool, dismissed: bool
) -> list[Parked]:
    """Parked messages, oldest first; `reason` None: of every reason. One sealed under another key has no body."""
    asked = {"any_reason": reason is None, "reason": reason or "", "replayed": replayed, "dismissed": dismissed}
    rows = connection.execute(LIST_PARKED, asked).mappings()
    return [_parked_of(row, _body_or_none(seal, row) or b"") for row in rows]


def one(connection: Connection, seal: Seal, parked_id: str) -> Parked | None:
    """One parked message; None when there is none of that id."""
    row = connection.execute(ONE_PARKED, {"id": parked_id}).mappings().first()
    return _parked_of(row, _body(seal, row)) if row else None


def kept(connection: Connection, seal: Seal, limit: int) -> list[Parked]:
    """What was kept for a restore and is not taken yet, in the order in which it was said.

    Raises:
        ConfigurationError: one is sealed under another key.
    """
    return [_parked_of(row, _body(seal, row)) for row in connection.execute(KEPT, {"limit": limit}).mappings()]


def unpark_waiting(connection: Connection, seal: Seal, case_ids: Collection[str], now: datetime) -> list[Parked]:
    """Take up what waited for these cases, oldest first; that they exist, or will when this commits, is the
    caller's word. What is sealed under another key waits on: it must not keep the case from being opened."""
    waiting = connection.execute(WAITING, {"ids": list(case_ids)}).mappings().all()
    found = [(row, body) for row in waiting if (body := _body_or_none(seal, row)) is not None]
    mark_replayed(connection, [row["id"] for row, _ in found], now)
    return [msgspec.structs.replace(_parked_of(row, body), replayed_at=now) for row, body in found]


def waited_for(connection: Connection, limit: int) -> list[str]:
    """Ids of at most `limit` cases that exist and that messages wait for all the same."""
    return list(connection.scalars(WAITED_FOR, {"limit": limit}))


def mark_replayed(connection: Connection, ids: Collection[str], now: datetime) -> int:
    """Note that messages were handed in again; returns how many had not been before."""
    if not ids:
        return 0
    return connection.execute(MARK_REPLAYED, {"ids": list(ids), "now": now}).rowcount


def dismiss(connection: Connection, parked_id: str, *, by: str, reason: str, now: datetime) -> bool:
    """Dismiss a message for good; it stays on record. False: there is none, or it is done with already."""
    asked = {"of": parked_id, "by": by, "why": reason, "now": now}
    return connection.execute(DISMISS, asked).rowcount == 1


def send_again(connection: Connection, seal: Seal, parked_id: str, now: datetime) -> bool:
    """Put a message of ours back into the outbox, due at once; False when it is none of ours."""
    row = connection.execute(ONE_PARKED, {"id": parked_id}).mappings().first()
    if row is None or row["outgoing"] is None:
        return False
    if mark_replayed(connection, [parked_id], now):
        envelope = msgspec.json.decode(row["outgoing"], type=Outgoing)
        message = msgspec.structs.replace(envelope, body=_body(seal, row))
        sets.insert_new(connection, schema.outbox, [rows.outgoing_row(message)])
    return True


def _keep(connection: Connection, new: list[rows.Row]) -> None:
    if sets.insert_new(connection, _parked, new) < len(new):
        connection.execute(WAIT_AGAIN, {"ids": [row["id"] for row in new]})


def _row(seal: Seal, message: Parked, outgoing: str | None) -> rows.Row:
    parked_id = message.id or _fingerprint(message)
    body = seal.close(message.body, parked_id) if seal.has_key else message.body
    return {
        "id": parked_id,
        "reason": message.reason,
        "detail": message.detail,
        "origin": message.origin,
        "message_id": message.message_id,
        "type": message.type,
        "case_id": message.case_id,
        "key": message.key,
        "user_id": message.user_id,
        "body": body,
        "sealed": seal.has_key,
        "parked_at": message.parked_at,
        "replayed_at": message.replayed_at,
        "outgoing": outgoing,
    }


def _fingerprint(message: Parked) -> str:
    """An id that the same message from the same place always gets."""
    parts = (message.reason, message.origin, message.message_id, message.key, message.body.hex())
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:32]


def _parked_of(row: RowMapping, body: bytes) -> Parked:
    return Parked(
        id=row["id"],
        reason=row["reason"],
        detail=row["detail"],
        origin=row["origin"],
        message_id=row["message_id"],
        type=row["type"],
        case_id=row["case_id"],
        key=row["key"],
        user_id=row["user_id"],
        body=body,
        parked_at=row["parked_at"],
        replayed_at=row["replayed_at"],
        dismissed_at=row["dismissed_at"],
        dismissed_by=row["dismissed_by"],
        dismissed_reason=row["dismissed_reason"],
    )


def _body(seal: Seal, row: RowMapping) -> bytes:
    body: bytes = row["body"]
    return seal.open(body, row["id"]) if row["sealed"] else body


def _body_or_none(seal: Seal, row: RowMapping) -> bytes | None:
    try:
        return _body(seal, row)
    except ConfigurationError:
        return None


def unrouted_id(message_id: str) -> str:
    """Id of the parked row of a message of ours that no queue was bound for."""
    return f"{UNROUTED}:{message_id}"


def _unrouted(message: Outgoing, now: datetime) -> Parked:
    return Parked(
        id=unrouted_id(message.id),
        reason=UNROUTED,
        detail=f"no queue is bound for it at {message.exchange}",
        origin=message.exchange,
        message_id=message.id,
        type=message.type,
        case_id=message.case_id,
        key=message.key,
        user_id=message.user_id,
        body=message.body,
        parked_at=now,
    )


def _envelope(message: Outgoing) -> str:
    return msgspec.json.encode(msgspec.structs.replace(message, body=b"")).decode()
