"""What a channel posts over HTTP: an opening without what the intake knows better, checked field by field."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from typing import Any

import msgspec
import msgspec.inspect

from router.broker.envelope import MAX_BODY_BYTES
from router.core.case_id import case_id_of
from router.core.commands import Actor, ActorRole, Open
from router.core.plausible import fault_of
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


#: Fields that are named to whoever sent them in vain, and how many letters of each.
_MOST_IGNORED = 20
_MOST_LETTERS = 80

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
    # Its id follows from what it says, once that is known to be sound; until then any will do.
    opening = Open(id=channel, case_id="", actor=Actor(ActorRole.CHANNEL, channel), **fields)
    _check(opening)
    case_id = case_id_of(channel, opening.source_id)
    return msgspec.structs.replace(opening, id=command_id(opening), case_id=case_id)


def ignored_in(body: bytes) -> tuple[str, ...]:
    """Paths of the fields of a body that nobody reads, as they stand in it: a misspelt one is lost otherwise.

    Args:
        body: one that :func:`opening_of` has taken.
    """
    found = _unread(msgspec.json.decode(body), msgspec.inspect.type_info(PostedCase), "")
    return tuple(path[:_MOST_LETTERS] for path in islice(found, _MOST_IGNORED))


def _unread(value: object, kind: msgspec.inspect.Type, path: str) -> Iterator[str]:
    if isinstance(kind, msgspec.inspect.UnionType):
        for one in kind.types:
            yield from _unread(value, one, path)
    elif isinstance(kind, msgspec.inspect.StructType) and isinstance(value, dict):
        known = {field.encode_name: field.type for field in kind.fields}
        for name, inner in value.items():
            if name not in known:
                yield f"{path}{name}"
            else:
                yield from _unread(inner, known[name], f"{path}{name}.")
    elif isinstance(kind, msgspec.inspect.VarTupleType) and isinstance(value, list):
        for number, inner in enumerate(value):
            yield from _unread(inner, kind.item_type, f"{path}{number}.")


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


#: What to do about a fault, by its code.
_TODO = {
    "bad_id": "Send an id of your own, the same whenever you repeat the same case.",
    "naive_time": "Write the offset: 2026-11-24T09:00:00+08:00.",
    "out_of_range": "Correct the value, or leave the field out.",
    "nul_character": "Remove it.",
}


def _check(opening: Open) -> None:
    fault = fault_of(opening)
    if fault is not None:
        where = f"$.{fault.field}" if fault.field else ""
        raise _wrong(400, fault.code, fault.en, where, _TODO[fault.code])


def too_large() -> WrongError:
    """A body over the limit."""
    what = f"a body may have {MAX_BODY_BYTES // 1024} KiB"
    return _wrong(413, "too_large", what, "", "Send a reference to large documents instead of the documents.")


def _wrong(status: int, code: str, what: str, where: str, todo: str) -> WrongError:
    return WrongError(status, Wrong(code=code, what=what, where=where, todo=todo))


class _Words(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    text: str = ""


_words = msgspec.json.Decoder(_Words)


def text_of(body: bytes) -> str:
    """What somebody who urges says: `{"text": "…"}`, or nothing at all.

    Raises:
        WrongError: it is something else, or no ledger can keep it.
    """
    try:
        text = _words.decode(body).text if body.strip() else ""
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        wrong = Wrong(
            code="undecodable", what="the body is no text in JSON", todo='Post {"text": "…"}, or nothing.'
        )
        raise WrongError(400, wrong) from error
    if "\0" in text:
        raise WrongError(400, Wrong(code="undecodable", what="a text holds a NUL character", where="$.text"))
    return text
