"""What can be at all: ids that every ledger keeps, instants that a calendar can reckon with, counts of people.

One list for everybody who hands a command in. Over AMQP what cannot be is parked with the reason, over HTTP and at
the shell it is answered. Whether a command is *permitted* is another question: see `router.core.permissions`.
"""

from __future__ import annotations

import re
from datetime import datetime
from functools import cache
from typing import get_args

import msgspec

from router.core.commands import (
    Command,
    Correct,
    FollowUp,
    Open,
    RequestExtension,
    RequestReturn,
    RequestSuspension,
)
from router.core.telling.kept import is_code

#: Longest id that is taken; an AMQP message id has at most 255 bytes, and messages derived from it add a few.
MAX_ID_BYTES = 200

#: More people or households than there are in any city; every ledger's integers hold it.
MAX_COUNT = 10**9

#: More desks or persons than any report names; each is looked at for every desk that is told of the case.
MAX_NAMED = 50

#: A longer extension than any policy grants, which every calendar can still reckon with.
MAX_DAYS = 10_000

#: Years that an instant may lie in. Before them nobody had a case; after them, and within a day of them, the
#: arithmetic of deadlines and zones leaves the calendar.
FIRST_YEAR, LAST_YEAR = 1900, 9000

#: So many letters never have more than `MAX_ID_BYTES` bytes, whatever they are.
_SURELY_FITS = MAX_ID_BYTES // 4

#: A reason as a policy lists it: `not_our_place`.
_WORD = re.compile(r"[\w.-]{1,64}")

_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f]")


class Fault(msgspec.Struct, frozen=True, kw_only=True):
    """A value that cannot be. The sentences name fields and limits, and never quote the value."""

    #: `bad_id`, `naive_time`, `out_of_range` or `nul_character`.
    code: str
    #: Path of the field: `actor.id`; empty when it is not about one.
    field: str
    zh: str
    en: str


def is_id(text: str) -> bool:
    """Whether every ledger, log and message can carry it: PostgreSQL keeps no NUL, and indexes no long text."""
    if 0 < len(text) <= _SURELY_FITS and text.isprintable():  # nearly every id there is
        return True
    return 0 < len(text.encode(errors="replace")) <= MAX_ID_BYTES and _CONTROL.search(text) is None


def times_of(command: Command) -> dict[str, datetime]:
    """The instants a command carries, by field."""
    given = ((field, getattr(command, field)) for field in _instants_of(type(command)))
    return {field: value for field, value in given if value is not None}


@cache
def _instants_of(kind: type[Command]) -> tuple[str, ...]:
    """The fields of a command that hold an instant."""
    return tuple(one.name for one in msgspec.structs.fields(kind) if datetime in (one.type, *get_args(one.type)))


def fault_of(command: Command) -> Fault | None:
    """The first value of a command that cannot be; None when all can."""
    return _id_fault(command) or _time_fault(command) or _count_fault(command) or _text_fault(command)


def _id_fault(command: Command) -> Fault | None:
    ids = {"id": command.id, "actor.id": command.actor.id}
    if isinstance(command, Open):  # its case's id follows from these
        ids |= {"source": command.source, "source_id": command.source_id, "channel": command.channel}
        if command.appeal is not None:
            ids["appeal"] = command.appeal
    else:
        ids["case_id"] = command.case_id
    for field, given in ids.items():
        if not is_id(given):
            return Fault(
                code="bad_id",
                field=field,
                zh=f"编号须为 1 至 {MAX_ID_BYTES} 字节，不得含控制字符",
                en=f"an id has 1 to {MAX_ID_BYTES} bytes and no control characters",
            )
    return _reason_fault(command) or _named_fault(command)


def _named_fault(command: Command) -> Fault | None:
    """Whom a report names stands in an event, which is never blanked: accounts and codes, no names of people."""
    if isinstance(command, FollowUp):  # what is no desk of the tree is refused, and not repeated
        return _out_of("team", len(command.team), 0, MAX_NAMED)
    if not isinstance(command, Open | Correct):
        return None
    if not all(map(is_code, command.named_persons)):
        return Fault(
            code="bad_id",
            field="named_persons",
            zh="被反映人须填账号（字母、数字、_ . : @ / -，至多 64 个），不得填姓名",
            en="a person is named by account (letters, digits, _ . : @ / -, 64 at most), not by name",
        )
    for field, given in (("named_desks", command.named_desks), ("named_persons", command.named_persons)):
        fault = _out_of(field, len(given), 0, MAX_NAMED)
        if fault is not None:
            return fault
    return None


def _reason_fault(command: Command) -> Fault | None:
    """A reason stands in an event, which is told and never blanked: it is a word, and prose goes to the text."""
    if not isinstance(command, RequestReturn | RequestExtension | RequestSuspension):
        return None
    if _WORD.fullmatch(command.reason) is not None:
        return None
    return Fault(
        code="bad_id",
        field="reason",
        zh="理由须为一个词（字母、汉字、数字、_ . -，至多 64 个），说明写入 text",
        en="a reason is one word (letters, digits, _ . -, 64 at most); the words go into text",
    )


def _time_fault(command: Command) -> Fault | None:
    for field, instant in times_of(command).items():
        if instant.tzinfo is None:
            return Fault(
                code="naive_time",
                field=field,
                zh="时间缺少时区",
                en="the time has no zone",
            )
        if not FIRST_YEAR <= instant.year <= LAST_YEAR:
            return Fault(
                code="out_of_range",
                field=field,
                zh=f"年份须在 {FIRST_YEAR} 至 {LAST_YEAR} 之间",
                en=f"the year lies between {FIRST_YEAR} and {LAST_YEAR}",
            )
    return None


def _count_fault(command: Command) -> Fault | None:
    if isinstance(command, Open):
        return _out_of("affected", command.affected, 1, MAX_COUNT)
    if isinstance(command, Correct) and command.affected is not None:
        return _out_of("affected", command.affected, 1, MAX_COUNT)
    if isinstance(command, RequestExtension) and command.days is not None:
        return _out_of("days", command.days, 0, MAX_DAYS)
    if isinstance(command, FollowUp):
        asked = _out_of("asked", command.asked, 0, MAX_COUNT)
        return asked or _out_of("accepted", command.accepted, 0, command.asked)
    return None


def _out_of(field: str, count: int, least: int, most: int) -> Fault | None:
    if least <= count <= most:
        return None
    return Fault(
        code="out_of_range",
        field=field,
        zh=f"数目须在 {least} 至 {most} 之间",
        en=f"the number lies between {least} and {most}",
    )


def _text_fault(command: Command) -> Fault | None:
    # Few texts hold those six letters, and hardly one the character they stand for.
    if b"\\u0000" not in msgspec.json.encode(command) or not _has_nul(msgspec.to_builtins(command)):
        return None
    return Fault(
        code="nul_character",
        field="",
        zh="文本含有 NUL 字符，数据库无法保存",
        en="a text holds a NUL character, which no database keeps",
    )


def _has_nul(value: object) -> bool:
    if isinstance(value, str):
        return "\0" in value
    if isinstance(value, dict):
        return any(map(_has_nul, value.values()))
    return isinstance(value, list | tuple) and any(map(_has_nul, value))
