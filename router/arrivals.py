"""Arrivals: from a delivery to a command on record, or to a parked message with its reason."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from hashlib import sha256

import msgspec

from router.broker.envelope import Receipt, Resent, Trouble, Word, decode, encode, forged, spelled
from router.broker.port import Delivery
from router.core.commands import Command, Open, others
from router.ledger.parking_port import RESTORING, Parked

#: Letters of a detail that are kept: it is one sentence.
_MAX_DETAIL = 300


class Arrived(msgspec.Struct, frozen=True, kw_only=True):
    """A command, and what must be kept of the message it came in should it be parked."""

    command: Command
    #: Where it came from: a queue, `http`, `shell`.
    origin: str
    type: str
    key: str
    user_id: str | None
    body: bytes
    #: When it reached us, for a message that was parked since; None: now.
    received_at: datetime | None = None
    #: The ledger was restored from a backup: it is decided once more, as of `received_at`, and when it may not be
    #: carried out it waits (`after_restore`), since what made it right may be missing yet.
    redone: bool = False

    def parked(self, reason: str, detail: str, now: datetime) -> Parked:
        """The message, to be kept with its reason; one that was parked before keeps the instant of that."""
        return Parked(
            id=parked_id(reason, self.command.id, self.body),
            reason=reason,
            detail=detail,
            origin=self.origin,
            message_id=self.command.id,
            type=self.type,
            case_id=self.command.case_id,
            key=self.key,
            user_id=self.user_id,
            body=self.body,
            parked_at=self.received_at or now,
        )


def parked_id(reason: str, message_id: str, body: bytes) -> str:
    """Names a parked message: the same one always gets the same, another under the same id another one."""
    digest = sha256(body).hexdigest()
    return f"{reason}:{message_id}~{digest[:8]}" if message_id else f"{reason}:{digest[:24]}"


def open_delivery(
    delivery: Delivery, now: datetime, *, strict: bool, replaying: bool = False
) -> Arrived | Receipt | Resent | Parked:
    """What a delivery holds; never an exception: what cannot be taken is to be parked.

    Args:
        delivery: as it came.
        now: instant of recording.
        strict: take nobody's word without an account of its own.
        replaying: history is being replayed.
    """
    delivery = _storable(delivery)
    found = decode(delivery.type, delivery.body)
    if not isinstance(found, Trouble):
        trouble = _header_trouble(delivery) or _forged(found, delivery, strict=strict, replaying=replaying)
        found = trouble or found
    if isinstance(found, Trouble):
        return parked_delivery(delivery, found, now)
    if isinstance(found, Receipt | Resent):
        return found
    return _without_references(
        Arrived(
            command=found,
            origin=delivery.queue,
            type=delivery.type,
            key=delivery.key,
            user_id=delivery.user_id,
            body=delivery.body,
        )
    )


def _without_references(one: Arrived) -> Arrived:
    """The arrival without what no sender may choose: whose personal data a case has, and who counts as the same
    complainant. Both are made here, from the contact that comes with an opening."""
    command = one.command
    if not isinstance(command, Open) or (command.contact_ref, command.complainant) == (None, None):
        return one
    kept = msgspec.structs.replace(command, contact_ref=None, complainant=None)
    return msgspec.structs.replace(one, command=kept, body=encode(kept))


def direct(command: Command, origin: str) -> Arrived:
    """A command that came without the broker: over HTTP or from the shell.

    Raises:
        UsageError: a field of it has a value of another type than the command's.
    """
    kind = str(command.__struct_config__.tag)
    return Arrived(command=command, origin=origin, type=kind, key="", user_id=None, body=spelled(command))


def arrived_again(parked: Parked) -> Arrived | None:
    """The command in a parked message, judged by when it reached us; None when it still cannot be decoded.

    One that was understood when it was parked, which its case's id says, was rewritten by us: the reference to
    personal data in it is ours, and stays. In one that was kept as it came it is the sender's.
    """
    found = decode(parked.type, parked.body)
    if isinstance(found, Trouble | Receipt | Resent):
        return None
    one = Arrived(
        command=found,
        origin=parked.origin,
        type=parked.type,
        key=parked.key,
        user_id=parked.user_id,
        body=parked.body,
        received_at=parked.parked_at,
        redone=parked.reason == RESTORING,
    )
    return one if parked.case_id else _without_references(one)


def named_by(parked: Parked) -> tuple[str, ...]:
    """Ids of the other cases that a parked command names."""
    one = arrived_again(parked)
    return others(one.command) if one is not None else ()


def contact_ref(command: Command) -> str:
    """Reference of a case's contact in the ledger."""
    return f"contact-{command.case_id}"


def without_contact(one: Arrived, keyed_hash: Callable[[str], str]) -> Arrived:
    """The arrival without personal data: a reference and a keyed hash stand for it, in the kept body too."""
    command = one.command
    if not isinstance(command, Open) or command.contact is None:
        return one
    identity = command.contact.identity_number or command.contact.phone
    kept = msgspec.structs.replace(
        command,
        contact=None,
        contact_ref=contact_ref(command),
        complainant=keyed_hash(identity) if identity else None,
    )
    return msgspec.structs.replace(one, command=kept, body=encode(kept))


def _forged(found: Word, delivery: Delivery, *, strict: bool, replaying: bool) -> Trouble | None:
    return forged(
        found,
        queue=delivery.queue,
        key=delivery.key,
        user_id=delivery.user_id,
        strict=strict,
        replaying=replaying,
    )


def _header_trouble(delivery: Delivery) -> Trouble | None:
    """Brokers before 4.0.3 let a CC or BCC header go around topic permissions; nobody of ours sends one."""
    for name in ("CC", "BCC"):
        if name in delivery.headers:
            return Trouble("forged", f"the header {name} is not taken")
    return None


def _storable(delivery: Delivery) -> Delivery:
    """The delivery with properties that every ledger can keep: AMQP lets a NUL, or no UTF-8 at all, through."""
    user_id = delivery.user_id
    return msgspec.structs.replace(
        delivery,
        id=_text(delivery.id),
        type=_text(delivery.type),
        key=_text(delivery.key),
        user_id=_text(user_id) if user_id is not None else None,
    )


def _text(given: object) -> str:
    text = given.decode(errors="replace") if isinstance(given, bytes) else str(given)
    return text.replace("\0", "\ufffd").encode(errors="replace").decode()


def parked_delivery(delivery: Delivery, trouble: Trouble, now: datetime) -> Parked:
    """A delivery as it came, to be kept with what was wrong with it."""
    delivery = _storable(delivery)
    return Parked(
        id=parked_id(trouble.reason, delivery.id, delivery.body),
        reason=trouble.reason,
        # It may quote a name that the sender chose.
        detail=_text(trouble.detail)[:_MAX_DETAIL],
        origin=delivery.queue,
        message_id=delivery.id,
        type=delivery.type,
        case_id="",
        key=delivery.key,
        user_id=delivery.user_id,
        body=delivery.body,
        parked_at=now,
    )
