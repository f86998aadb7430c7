"""The envelope: from a delivery to a command, and from a payload to a message body.

What cannot be decoded comes back as :class:`Trouble` with a reason, never as an exception: it is parked.
Unknown fields are ignored, unknown types are parked: a newer sender must not poison an older receiver.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

import msgspec

from router.core.case_id import case_id_of
from router.core.commands import COMMAND_TYPES, INSPECTION, ActorRole, Command, Open, PassDeadline
from router.core.lifecycle import with_case_id
from router.core.plausible import MAX_ID_BYTES, fault_of, is_id
from router.core.step import FOLLOWS
from router.core.telling.messages import Told
from router.core.territory import address
from router.core.timing.deadlines import WAKE_UP
from router.errors import UsageError

#: Largest body that is taken, bytes; a million letters of text are a mistake or an attack.
MAX_BODY_BYTES = 256 * 1024

#: Versions a receipt may name: what a ledger's integer column can be compared with.
_MAX_VERSION = 2**31 - 1

RECEIPT = "case.receipt.v1"
RESENT = "program.resent.v1"

#: Header of what a program sends: when it was first said, RFC 3339 with an offset.
SAID_AT = "said-at"
#: Header of what a program sends again because it was asked to: id of the restore.
RESENT_FOR = "resent-for"


class Receipt(msgspec.Struct, frozen=True, kw_only=True, tag_field="type", tag=RECEIPT):
    """回执: a desk's program has a hand-off of this version in hand. Word of the broker, no command."""

    id: str
    case_id: str
    version: int
    desk: str


class Resent(msgspec.Struct, frozen=True, kw_only=True, tag_field="type", tag=RESENT):
    """已重发: a program has sent again all it was asked for; comes after the last of it, and is no command."""

    id: str
    #: Id of the restore.
    restore: str
    #: `desk` or `channel`, and its code.
    speaker: str
    code: str
    #: Messages that were sent again.
    count: int
    #: From when on nothing is missing of what this program keeps; it sent nothing before that, or forgot it.
    kept_since: datetime


class Trouble(msgspec.Struct, frozen=True):
    """Why a message could not be taken."""

    #: `undecodable`, `unknown_type`, `too_large`, `forged`, or the code of a `router.core.plausible.Fault`.
    reason: str
    #: For the operator; names fields and types, never a citizen's text.
    detail: str


#: What a message can say.
Word = Command | Receipt | Resent
Inbound = Word | Trouble

_decoders: dict[str, msgspec.json.Decoder[Any]] = {
    name: msgspec.json.Decoder(kind)
    for name, kind in (*COMMAND_TYPES.items(), (RECEIPT, Receipt), (RESENT, Resent))
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
        command: Word = decoder.decode(body)
    except (msgspec.DecodeError, msgspec.ValidationError, UnicodeDecodeError) as error:
        return Trouble("undecodable", _without_text(error))
    except RecursionError:
        return Trouble("undecodable", "lists or objects are nested too deeply")
    if isinstance(command, Receipt):
        return _checked_receipt(command)
    if isinstance(command, Resent):
        return _checked_resent(command)
    return _checked(command)


def spelled(command: Command) -> bytes:
    """A command that was made here as a body; Python lets a field hold what nobody could read again.

    Raises:
        UsageError: a field has a value of another type than the command's, say a bool for a number.
    """
    body = encode(command)
    try:
        _decoders[str(command.__struct_config__.tag)].decode(body)
    except msgspec.ValidationError as error:
        raise UsageError(
            "a field has a value of the wrong type: {reason}",
            where=str(command.__struct_config__.tag),
            todo="Give the type that the command names for it.",
            reason=_without_text(error),
        ) from error
    return body


def _without_text(error: Exception) -> str:
    """msgspec names the field and the types it expected; a value it quotes could be a citizen's."""
    text = str(error)
    path = text[text.rfind(" - at `") :] if " - at `" in text else ""
    return text if "Invalid enum value" not in text and "Invalid value" not in text else f"invalid value{path}"


def _checked(command: Command) -> Command | Trouble:
    fault = fault_of(command)
    if fault is not None:
        return Trouble(fault.code, f"{fault.field}: {fault.en}" if fault.field else fault.en)
    if command.id.startswith(WAKE_UP) and not isinstance(command, PassDeadline):
        # Under the id of a wake-up it would answer for it, and the deadline would never pass.
        return Trouble("bad_id", f"ids that begin with {WAKE_UP} are the clock's")
    # Under another's id an opening would stand in the way of the case that the id follows for.
    if isinstance(command, Open) and command.case_id not in ("", case_id_of(command.source, command.source_id)):
        return Trouble("bad_id", "the case_id of an open follows from source and source_id; leave it empty")
    return with_case_id(command)


def _checked_receipt(receipt: Receipt) -> Receipt | Trouble:
    if not all(map(is_id, (receipt.id, receipt.case_id, receipt.desk))):
        return Trouble("bad_id", f"id, case_id and desk of a receipt have 1 to {MAX_ID_BYTES} bytes")
    if not 0 < receipt.version <= _MAX_VERSION:
        return Trouble("undecodable", "no case has such a version")
    return receipt


def _checked_resent(resent: Resent) -> Resent | Trouble:
    if not all(map(is_id, (resent.id, resent.restore, resent.code))):
        return Trouble("bad_id", f"id, restore and code of it have 1 to {MAX_ID_BYTES} bytes")
    if resent.speaker not in (ActorRole.DESK, ActorRole.CHANNEL):
        return Trouble("undecodable", "the speaker is a desk or a channel")
    return resent


def encode(payload: Told | Word) -> bytes:
    """The body of a message."""
    return _encoder.encode(payload)


#: Roles that may speak through the exchanges that others publish to, without an operator's account.
_SPEAKERS = {
    address.INTAKE: frozenset({ActorRole.CHANNEL, ActorRole.CITIZEN, ActorRole.SOURCE}),
    address.REPORTS: frozenset({ActorRole.DESK, ActorRole.SOURCE}),
}


def forged(
    found: Word, *, queue: str, key: str, user_id: str | None, strict: bool, replaying: bool = False
) -> Trouble | None:
    """Whether a message speaks in another's name; None when it may be taken.

    The broker vouches for `user_id`, and, where accounts have topic permissions, for the first word of the routing
    key; a body that claims something else is forged. What an account may not be is never inferred from the body.

    Args:
        found: what was decoded.
        queue: the queue it came from; wake-ups come from due queues alone.
        key: its routing key: `<desk or channel>.<verb>`.
        user_id: the account the broker vouches for; None when the sender gave none.
        strict: take nobody's word without an account of its own.
        replaying: history is being replayed, which speaks for whoever had the word then. Else it has none.
    """
    if isinstance(found, PassDeadline) or queue.startswith("due."):
        fits = queue.startswith("due.") and (isinstance(found, PassDeadline) or _follows(found))
        return (
            None
            if fits
            else Trouble("forged", f"{_kind(found)} came through {queue}: only the router itself uses due queues")
        )
    if user_id is not None and user_id.startswith(OPERATOR):
        return _claim_of(found, ActorRole.SYSTEM, "no operator speaks as the system")
    role, name = _speaker(found)
    if queue in _SPEAKERS and role not in _SPEAKERS[queue]:
        return Trouble("forged", f"a {role} does not speak through {queue} without an account {OPERATOR}…")
    if role is ActorRole.SOURCE:
        return None if replaying else Trouble("forged", "only a replay speaks in the name of history")
    account = address.channel_user(name) if queue == address.INTAKE else address.desk_user(name)
    if user_id is not None and user_id.startswith(("desk.", "channel.")) and user_id != account:
        return Trouble("forged", f"account {user_id} speaks in the name of {role} {name}")
    if strict and user_id != account:
        return Trouble("forged", f"{role} {name} must send with its own account {account} in user_id")
    if key and key.partition(".")[0] != address.word(name):
        return Trouble("forged", f"routing key {key[:80]} is not that of {role} {name}")
    return _foreign_open(found, role, name)


#: Accounts of people and programs that act for the city's own staff: follow-up, supervision, dispatch.
OPERATOR = "operator."


def _follows(found: Word) -> bool:
    """Whether it is what the router itself says of another case."""
    return isinstance(found, Command) and found.id.startswith(FOLLOWS) and found.actor.role is ActorRole.SYSTEM


def _kind(found: Word) -> str:
    return str(found.__struct_config__.tag)


def _speaker(found: Word) -> tuple[ActorRole, str]:
    """In whose name a message speaks. A citizen speaks through a channel, which the actor's id names."""
    if isinstance(found, Receipt):
        return ActorRole.DESK, found.desk
    if isinstance(found, Resent):
        return ActorRole(found.speaker), found.code
    return found.actor.role, found.actor.id


def _claim_of(found: Word, role: ActorRole, why: str) -> Trouble | None:
    return Trouble("forged", why) if _speaker(found)[0] is role else None


def _foreign_open(found: Word, role: ActorRole, name: str) -> Trouble | None:
    """A channel opens its own cases, under its own ids: another's must not be taken before that one uses them."""
    if not isinstance(found, Open):
        return None
    if role is ActorRole.DESK:
        if found.task is not None and (found.channel, found.source) == (INSPECTION, INSPECTION):
            return None  # whether this desk inspects is the core's to say
        return Trouble("forged", f"desk {name} opens a case: only channels do")
    if (found.channel, found.source) == (name, name):
        return None
    return Trouble("forged", f"channel {name} opens a case of channel {found.channel}, source {found.source}")
