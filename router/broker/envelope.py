"""The envelope: from a delivery to a command, and from a payload to a message body.

What cannot be decoded comes back as :class:`Trouble` with a reason, never as an exception: it is parked.
Unknown fields are ignored, unknown types are parked: a newer sender must not poison an older receiver.
"""

from __future__ import annotations

import re
from typing import Any

import msgspec

from router.core import address
from router.core.commands import COMMAND_TYPES, ActorRole, Command, Open, PassDeadline
from router.core.deadlines import WAKE_UP
from router.core.lifecycle import times_of, with_case_id
from router.core.messages import Payload
from router.core.opening import case_id_of

#: Largest body that is taken, bytes; a million letters of text are a mistake or an attack.
MAX_BODY_BYTES = 256 * 1024

#: Longest id that is taken; an AMQP message id has at most 255 bytes, and messages derived from it add a few.
MAX_ID_BYTES = 200

#: Versions a receipt may name: what a ledger's integer column can be compared with.
_MAX_VERSION = 2**31 - 1

_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f]")

RECEIPT = "case.receipt.v1"


class Receipt(msgspec.Struct, frozen=True, kw_only=True, tag_field="type", tag=RECEIPT):
    """回执: a desk's program has a hand-off of this version in hand. Word of the broker, no command."""

    id: str
    case_id: str
    version: int
    desk: str


class Trouble(msgspec.Struct, frozen=True):
    """Why a message could not be taken."""

    #: `undecodable`, `unknown_type`, `too_large`, `naive_time`, `forged`, `bad_id`.
    reason: str
    #: For the operator; names fields and types, never a citizen's text.
    detail: str


Inbound = Command | Receipt | Trouble

_decoders: dict[str, msgspec.json.Decoder[Any]] = {
    name: msgspec.json.Decoder(kind) for name, kind in (*COMMAND_TYPES.items(), (RECEIPT, Receipt))
}
_encoder = msgspec.json.Encoder()


class _Typed(msgspec.Struct):
    type: str = ""


def decode(kind: str, body: bytes) -> Inbound:
    """The command in a body.

    Args:
        kind: the message's type property; when empty, the body's own `type` counts.
        body: JSON.
    """
    if len(body) > MAX_BODY_BYTES:
        return Trouble("too_large", f"{len(body)} bytes; at most {MAX_BODY_BYTES} are taken")
    try:
        name = kind or msgspec.json.decode(body, type=_Typed).type
        decoder = _decoders.get(name)
        if decoder is None:
            return Trouble("unknown_type", f"message type {name[:80]!r} is not known to this version")
        command: Command | Receipt = decoder.decode(body)
    except (msgspec.DecodeError, msgspec.ValidationError, UnicodeDecodeError) as error:
        return Trouble("undecodable", _without_text(error))
    except RecursionError:
        return Trouble("undecodable", "lists or objects are nested too deeply")
    if isinstance(command, Receipt):
        return _checked_receipt(command)
    return _checked(command)


def _without_text(error: Exception) -> str:
    """msgspec names the field and the types it expected; a value it quotes could be a citizen's."""
    text = str(error)
    path = text[text.rfind(" - at `") :] if " - at `" in text else ""
    return text if "Invalid enum value" not in text and "Invalid value" not in text else f"invalid value{path}"


def _checked(command: Command) -> Command | Trouble:
    if not _is_id(command.id):
        return Trouble("bad_id", f"a command needs an id of 1 to {MAX_ID_BYTES} bytes without control characters")
    if command.id.startswith(WAKE_UP) and not isinstance(command, PassDeadline):
        # Under the id of a wake-up it would answer for it, and the deadline would never pass.
        return Trouble("bad_id", f"ids that begin with {WAKE_UP} are the clock's")
    if isinstance(command, Open) and not command.source_id:
        return Trouble("bad_id", "an open needs the channel's own id in source_id")
    if isinstance(command, Open):
        # Under another's id it would stand in the way of the case that the id follows for.
        if command.case_id not in ("", case_id_of(command.source, command.source_id)):
            return Trouble("bad_id", "the case_id of an open follows from source and source_id; leave it empty")
    elif not _is_id(command.case_id):
        return Trouble("bad_id", f"a command needs a case_id of 1 to {MAX_ID_BYTES} bytes")
    for field, value in times_of(command).items():
        if value.tzinfo is None:
            return Trouble("naive_time", f"{field} has no zone; write 2026-11-24T09:00:00+08:00")
    return with_case_id(command)


def _checked_receipt(receipt: Receipt) -> Receipt | Trouble:
    if not all(map(_is_id, (receipt.id, receipt.case_id, receipt.desk))):
        return Trouble("bad_id", f"id, case_id and desk of a receipt have 1 to {MAX_ID_BYTES} bytes")
    if not 0 < receipt.version <= _MAX_VERSION:
        return Trouble("undecodable", "no case has such a version")
    return receipt


def _is_id(text: str) -> bool:
    """Whether every ledger, log and message can carry it: PostgreSQL keeps no NUL, and indexes no long text."""
    return 0 < len(text.encode()) <= MAX_ID_BYTES and _CONTROL.search(text) is None


def encode(payload: Payload | Command | Receipt) -> bytes:
    """The body of a message."""
    return _encoder.encode(payload)


#: Roles that may speak through the exchanges that others publish to, without an operator's account.
_SPEAKERS = {
    address.INTAKE: frozenset({ActorRole.CHANNEL, ActorRole.CITIZEN, ActorRole.SOURCE}),
    address.REPORTS: frozenset({ActorRole.DESK, ActorRole.SOURCE}),
}


def forged(found: Command | Receipt, *, queue: str, key: str, user_id: str | None, strict: bool) -> Trouble | None:
    """Whether a message speaks in another's name; None when it may be taken.

    The broker vouches for `user_id`, and, where accounts have topic permissions, for the first word of the routing
    key; a body that claims something else is forged. What an account may not be is never inferred from the body.

    Args:
        found: what was decoded.
        queue: the queue it came from; wake-ups come from due queues alone.
        key: its routing key: `<desk or channel>.<verb>`.
        user_id: the account the broker vouches for; None when the sender gave none.
        strict: take nobody's word without an account of its own.
    """
    if isinstance(found, PassDeadline) or queue.startswith("due."):
        fits = isinstance(found, PassDeadline) and queue.startswith("due.")
        return (
            None
            if fits
            else Trouble("forged", f"{_kind(found)} came through {queue}: only the clock uses due queues")
        )
    if user_id is not None and user_id.startswith(OPERATOR):
        return _claim_of(found, ActorRole.SYSTEM, "no operator speaks as the system")
    role, name = _speaker(found)
    if queue in _SPEAKERS and role not in _SPEAKERS[queue]:
        return Trouble("forged", f"a {role} does not speak through {queue} without an account {OPERATOR}…")
    if role is ActorRole.SOURCE:
        return None  # only a replay gives it any role
    account = address.channel_user(name) if queue == address.INTAKE else address.desk_user(name)
    if user_id is not None and user_id.startswith(("desk.", "channel.")) and user_id != account:
        return Trouble("forged", f"account {user_id} speaks in the name of {role} {name}")
    if strict and user_id != account:
        return Trouble("forged", f"{role} {name} must send with its own account {account} in user_id")
    if key and key.partition(".")[0] != address.word(name):
        return Trouble("forged", f"routing key {key[:80]} is not that of {role} {name}")
    return _foreign_open(found, name, strict=strict)


#: Accounts of people and programs that act for the city's own staff: follow-up, supervision, dispatch.
OPERATOR = "operator."


def _kind(found: Command | Receipt) -> str:
    return str(found.__struct_config__.tag)


def _speaker(found: Command | Receipt) -> tuple[ActorRole, str]:
    """In whose name a message speaks. A citizen speaks through a channel, which the actor's id names."""
    if isinstance(found, Receipt):
        return ActorRole.DESK, found.desk
    return found.actor.role, found.actor.id


def _claim_of(found: Command | Receipt, role: ActorRole, why: str) -> Trouble | None:
    return Trouble("forged", why) if _speaker(found)[0] is role else None


def _foreign_open(found: Command | Receipt, channel: str, *, strict: bool) -> Trouble | None:
    """A channel opens its own cases: another's ids must not be taken before that one uses them."""
    if not isinstance(found, Open) or (found.channel == channel and (found.source == channel or not strict)):
        return None
    return Trouble("forged", f"channel {channel} opens a case of channel {found.channel}, source {found.source}")
