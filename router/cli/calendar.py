"""`case-router calendar`: how far the calendars are known by which deadlines are computed."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from pathlib import Path

import click
import msgspec

from router.cli.call import Call
from router.cli.division_import import read_text
from router.cli.grammar import Nouns, option
from router.cli.output import emit_json, emit_table, tell
from router.cli.words import word
from router.core.calendar import Calendar
from router.core.calendar_file import load_calendar
from router.errors import CheckFailedError
from router.rulebook import PolicySet, calendars_of

#: The State Council publishes next year's days off in November or December; by then sixty days are left.
DAYS_LEFT = 60

calendar = Nouns("calendar")


class Coverage(msgspec.Struct, frozen=True, kw_only=True):
    """How far one calendar is known."""

    name: str
    version: str
    #: None: it needs no notice and never ends.
    coverage_end: date | None
    days_left: int | None
    ok: bool


@calendar.command("check")
@click.argument("files", nargs=-1, type=click.Path(path_type=Path), metavar="[FILE…]")
@option("--days", type=click.IntRange(0), default=DAYS_LEFT, show_default=True)
@click.pass_obj
def check(call: Call, /, files: tuple[Path, ...], days: int) -> int:
    """Check the calendars that policies in force count by, or files."""
    if files:
        from router.app import clock

        found, now = _from_files(files), clock()
    else:
        with call.installation() as installation:
            rules, now = installation.rulebook(), installation.now()
        found = {name: rules.calendars[name] for name in dict.fromkeys(one.calendar for one in rules.policies)}
    coverages = [coverage(one, now, days) for one in found.values()]
    if call.as_json:
        emit_json(coverages)
    else:
        _show(coverages)
    short = [one for one in coverages if not one.ok]
    for one in short:
        tell(word("calendar_short", name=one.name, end=one.coverage_end, days=one.days_left))
    return CheckFailedError.exit_code if short else 0


def coverage(one: Calendar, now: datetime, days: int) -> Coverage:
    """How far a calendar is known, seen from `now`; `days` must be left."""
    if one.coverage_end == date.max:
        return Coverage(name=one.name, version=one.version, coverage_end=None, days_left=None, ok=True)
    left = (one.coverage_end - one.local(now).date()).days
    return Coverage(
        name=one.name, version=one.version, coverage_end=one.coverage_end, days_left=left, ok=left >= days
    )


def _from_files(files: tuple[Path, ...]) -> Mapping[str, Calendar]:
    known = calendars_of(PolicySet(policies=()))
    found = {}
    for file in files:
        loaded = load_calendar(read_text(file), str(file), known)
        found[loaded.name] = known[loaded.name] = loaded
    return found


def _show(coverages: list[Coverage]) -> None:
    headers = [word(f"calendar_{name}") for name in ("name", "end", "left", "version")]
    rows = (
        (
            one.name,
            str(one.coverage_end) if one.coverage_end is not None else word("calendar_endless"),
            str(one.days_left) if one.days_left is not None else "-",
            one.version,
        )
        for one in coverages
    )
    emit_table(headers, rows, right=(2,))
