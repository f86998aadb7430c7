"""A register (台账) on paper: one table, with who asked for it, why, and whether personal data are masked."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

from router.bulletin.page import rendered
from router.bulletin.table import Cell, Column, Look, Table
from router.bulletin.words import Words
from router.core.counting.register import Register, RegisterLine


def register_table(register: Register, words: Words, zone: str) -> Table:
    """The table; instants in the zone of that IANA name."""
    local = _Local(zone)
    reader = register.reader
    notes = [
        words(
            "register_reader",
            role=words.value(reader.role.value),
            name=reader.name,
            reason=reader.reason,
            at=local(register.made_at),
        ),
        words("register_masked" if register.masked else "register_whole"),
        words("register_count", count=len(register.lines)),
    ]
    if register.withheld:
        notes.append(words("register_withheld", count=register.withheld))
    columns = [
        Column(words("case"), Look.CODE),
        Column(words("opened_at"), Look.CODE),
        *(Column(words(key)) for key in ("register_channel", "register_matter", "category", "place")),
        *(
            Column(words(key))
            for key in ("register_name", "register_phone", "register_number", "register_address")
        ),
        *(Column(words(key)) for key in ("register_handled", "register_result")),
        Column(words("closed"), Look.CODE),
        Column(words("register_follow_up")),
    ]
    if not register.masked:
        columns.append(Column(words("register_text")))
    return Table(
        name="register",
        title=words(f"register_{register.of.value}"),
        columns=tuple(columns),
        rows=tuple(_row(line, words, local, whole=not register.masked) for line in register.lines),
        notes=tuple(notes),
    )


def register_page(register: Register, words: Words, zone: str) -> str:
    """The same as a page."""
    return rendered("register.html", words, table=register_table(register, words, zone))


class _Local:
    def __init__(self, zone: str) -> None:
        self._zone = ZoneInfo(zone)

    def __call__(self, at: datetime | None) -> str:
        return f"{at.astimezone(self._zone):%Y-%m-%d %H:%M}" if at is not None else ""


def _row(line: RegisterLine, words: Words, local: _Local, *, whole: bool) -> tuple[Cell, ...]:
    result = words.value(line.state.value)
    if line.outcome is not None:
        result = words("register_outcome", state=result, outcome=words.value(line.outcome))
    return (
        line.case,
        local(line.received_at),
        words.value(line.channel),
        words.value(line.matter_type),
        line.category or words("no_category"),
        line.place or words("no_district"),
        line.name,
        line.phone,
        line.identity_number,
        line.address,
        " → ".join(line.handled_by) or words("nobody"),
        result,
        local(line.closed_at),
        _follow_up(line, words, local),
        *([line.text] if whole else []),
    )


def _follow_up(line: RegisterLine, words: Words, local: _Local) -> str:
    if line.follow_up is None:
        return ""
    key = "result_accepted" if line.follow_up == "accepted" else line.follow_up
    return f"{words.value(key)} {local(line.followed_up_at)}"
