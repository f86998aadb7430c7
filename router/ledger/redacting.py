"""Redacting: the text of one entry is blanked wherever the ledger has it, in the transaction that says so.

The law of the file: nothing but words goes. What happened, when, by whom and in which order stays as it was.
What was made from the words, so that they could be tried out on it, goes with them.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import msgspec
from sqlalchemy import Connection, RowMapping, Text, bindparam, cast, select, update

from router.core.events import Entry, Received, Redacted, Refused
from router.ledger import rows, schema
from router.ledger.columns import JSON_TEXT
from router.ledger.contacts import Seal

_entries, _outbox, _parked = schema.entries, schema.outbox, schema.parked

#: The entries of one version of a case. A refusal carries the version it left alone, and has no text.
ENTRIES = (
    select(_entries)
    .where(
        _entries.c.case_id == bindparam("of"),
        _entries.c.version == bindparam("at"),
        _entries.c.type != Refused.__struct_config__.tag,
    )
    .order_by(_entries.c.seq)
)
#: Takes the words of an entry, and what was made from them.
BLANK_ENTRY = (
    update(_entries)
    .where(_entries.c.seq == bindparam("row"))
    .values(text="", said="", data=cast(bindparam("left", type_=Text()), JSON_TEXT))
)
#: Messages of a case that are not known to have reached the broker.
WAITING = select(_outbox.c.seq, _outbox.c.body).where(_outbox.c.case_id == bindparam("of"))
#: Takes the words of a message.
BLANK_MESSAGE = update(_outbox).where(_outbox.c.seq == bindparam("row")).values(body=bindparam("left"))
#: What was set aside of a case.
SET_ASIDE = select(_parked.c.seq, _parked.c.id, _parked.c.body, _parked.c.sealed).where(
    _parked.c.case_id == bindparam("of")
)
#: Takes the words of a message that was set aside.
BLANK_SET_ASIDE = update(_parked).where(_parked.c.seq == bindparam("row")).values(body=bindparam("left"))

#: Fields of messages that hold words of a case's entries.
_WORDS = ("text", "root_cause")
#: Fields that hold the words of several entries: what is required, one by one.
_LISTS = ("items", "requirements")


def blank(connection: Connection, seal: Seal, entries: Iterable[Entry]) -> None:
    """Take the words that these entries say are to go; entries that say nothing of the kind change nothing.

    Raises:
        ConfigurationError: a message that was set aside is sealed under a key that was not given.
    """
    for entry in entries:
        if isinstance(entry.event, Redacted):
            _blank_entry(connection, seal, entry.case_id, entry.event.entry)


def _blank_entry(connection: Connection, seal: Seal, case_id: str, version: int) -> None:
    for row in connection.execute(ENTRIES, {"of": case_id, "at": version}).mappings().all():
        connection.execute(BLANK_ENTRY, {"row": row["seq"], "left": _data_left(row)})
        if row["text"]:
            _blank_messages(connection, case_id, row["text"])
            _blank_set_aside(connection, seal, case_id, row["text"])


def _data_left(row: RowMapping) -> str:
    """The event as it stays: the hash of what the source sent tells whoever guesses its words."""
    event = rows.entry_of(row).event
    if isinstance(event, Received):
        event = msgspec.structs.replace(event, content_hash="")
    return msgspec.json.encode(event).decode()


def _blank_messages(connection: Connection, case_id: str, text: str) -> None:
    for row in connection.execute(WAITING, {"of": case_id}).all():
        left = _without(row.body, text)
        if left is not None:
            connection.execute(BLANK_MESSAGE, {"row": row.seq, "left": left})


def _blank_set_aside(connection: Connection, seal: Seal, case_id: str, text: str) -> None:
    for row in connection.execute(SET_ASIDE, {"of": case_id}).all():
        left = _without(seal.open(row.body, row.id) if row.sealed else row.body, text)
        if left is not None:
            sealed = seal.close(left, row.id) if row.sealed else left
            connection.execute(BLANK_SET_ASIDE, {"row": row.seq, "left": sealed})


def _without(body: bytes, text: str) -> bytes | None:
    """The message without these words; None when they are not in it, or it is no message at all."""
    try:
        said: Any = msgspec.json.decode(body)
    except msgspec.DecodeError:
        return None
    if not isinstance(said, dict):
        return None
    blank: dict[str, Any] = {name: "" for name in _WORDS if said.get(name) == text}
    for name in _LISTS:
        left = _without_each(said.get(name), text)
        if left != said.get(name):
            blank[name] = left
    return msgspec.json.encode({**said, **blank}) if blank else None


def _without_each(said: Any, text: str) -> Any:
    if isinstance(said, dict):
        return {key: _without_each(one, text) for key, one in said.items()}
    if isinstance(said, list):
        return [_without_each(one, text) for one in said]
    return "" if isinstance(said, str) and said.strip() == text else said
