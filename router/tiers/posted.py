"""What a channel posts over HTTP: an opening without what the intake knows better, checked field by field."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import msgspec

from router.broker.envelope import MAX_BODY_BYTES, MAX_ID_BYTES
from router.core.commands import Actor, ActorRole, Open
from router.core.lifecycle import times_of
from router.core.opening import case_id_of
from router.tiers.channel import command_id

#: Never taken from a body: who speaks is the token's channel, ids follow from the source's own, and a reference to
#: personal data is made by the intake alone.
_NOT_POSTED = frozenset({"id", "case_id", "actor", "source", "channel", "contact_ref", "complainant"})


def _posted() -> type[msgspec.Struct]:
    """The fields of `Open` that may be posted, as a struct: derived, so that a new field is never forgotten."""
    fields: list[Any] = [("source", str, ""), ("channel", str, "")]
    for field in msgspec.structs.fields(Open):
        if field.name in _NOT_POSTED:
            continue
        required = field.default is msgspec.NODEFAULT
        fields.append((field.name, field.type) if required else (field.name, field.type, field.default))
    return msgspec.defstruct("PostedCase", fields, frozen=True, kw_only=True)


#: More households than there are.
_MAX_AFFECTED = 10**9

#: JSON body of `POST /cases`.
PostedCase = _posted()
_decoder: msgspec.json.Decoder[Any] = msgspec.json.Decoder(PostedCase)


class Wrong(msgspec.Struct, frozen=True, kw_only=True):
    """Why a request is not taken; the JSON of every answer that is no success."""

    #: Stable, for programs.
    code: str
    #: One sentence for people; never quotes the body.
    what: str
    #: The field, as a path into the body: `$.due_at`; empty when it is not about one.
    where: str = ""
    #: What to do about it.
    todo: str = ""


class WrongError(Exception):
    """A body that cannot be taken, with the HTTP status to say so with."""

    def __init__(self, status: int, wrong: Wrong) -> None:
        self.status = status
        self.wrong = wrong
        super().__init__(wrong.code)


def opening_of(body: bytes, channel: str) -> Open:
    """The opening that a channel posted, with its ids.

    Args:
        body: JSON.
        channel: whose token came with it.

    Raises:
        WrongError: the body is no case of that channel's.
    """
    posted = _decoded(body)
    for field in ("source", "channel"):
        if getattr(posted, field) not in ("", channel):
            raise _wrong(403, "other_channel", f"this token is {channel}'s", f"$.{field}", "Leave the field out.")
    fields = {name: getattr(posted, name) for name in posted.__struct_fields__}
    fields |= {"source": channel, "channel": channel}
    opening = Open(id="", case_id="", actor=Actor(ActorRole.CHANNEL, channel), **fields)
    _check(opening)
    case_id = case_id_of(channel, opening.source_id)
    return msgspec.structs.replace(opening, id=command_id(opening), case_id=case_id)


def _decoded(body: bytes) -> Any:
    try:
        return _decoder.decode(body)
    except msgspec.ValidationError as error:
        what, _, where = str(error).partition(" - at `")
        # msgspec names types and fields; a value it quotes could be a citizen's.
        shown = "the value is not one of those allowed" if "Invalid" in what else what
        where = where.rstrip("`") or "$"
        raise _wrong(400, "wrong_type", shown, where, "Correct the field; docs/wire.md lists them all.") from None
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        raise _wrong(400, "broken_json", "the body is no JSON in UTF-8", "", "Send one JSON object.") from None


def _check(opening: Open) -> None:
    if not opening.source_id or len(opening.source_id.encode()) > MAX_ID_BYTES:
        what = f"source_id is your own id of the case, 1 to {MAX_ID_BYTES} bytes"
        raise _wrong(400, "source_id", what, "$.source_id", "Send the same id whenever you repeat the same case.")
    for field, value in times_of(opening).items():
        if value.tzinfo is None:
            todo = "Write the offset: 2026-11-24T09:00:00+08:00."
            raise _wrong(400, "naive_time", "the time has no zone", f"$.{field}", todo)
        if not _is_instant(value):
            raise _wrong(400, "out_of_range", "there is no such instant", f"$.{field}", "Correct the date.")
    if _has_nul(msgspec.to_builtins(opening)):
        raise _wrong(
            400, "nul_character", "a text holds a NUL character", "", "No database keeps those: remove it."
        )
    if not 1 <= opening.affected <= _MAX_AFFECTED:
        raise _wrong(400, "affected", "at least one household is affected", "$.affected", "Leave it out or count.")


def _is_instant(value: datetime) -> bool:
    """Whether the calendar still has it in UTC: the first and last hours there are do not exist everywhere."""
    try:
        value.astimezone(UTC)
    except OverflowError:
        return False
    return True


def _has_nul(value: object) -> bool:
    if isinstance(value, str):
        return "\0" in value
    if isinstance(value, dict):
        return any(map(_has_nul, value.values()))
    return isinstance(value, list | tuple) and any(map(_has_nul, value))


def too_large() -> WrongError:
    """A body over the limit."""
    what = f"a body may have {MAX_BODY_BYTES // 1024} KiB"
    return _wrong(413, "too_large", what, "", "Send a reference to large documents instead of the documents.")


def _wrong(status: int, code: str, what: str, where: str, todo: str) -> WrongError:
    return WrongError(status, Wrong(code=code, what=what, where=where, todo=todo))
