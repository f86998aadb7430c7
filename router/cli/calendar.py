"""`case-router calendar`: the calendars that deadlines are counted by, and how far they are known."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from pathlib import Path

import click
import msgspec

from router.app import Installation
from router.calendars import CalendarSet, calendars_in_force
from router.cli.call import Call
from router.cli.division_import import read_text
from router.cli.grammar import Nouns, option
from router.cli.output import emit_json, emit_table, tell
from router.cli.words import pick, word
from router.core.calendars.calendar import Calendar
from router.core.calendars.calendar_faults import calendar_faults
from router.core.calendars.calendar_file import load_calendar
from router.core.events import MilestoneStatus
from router.errors import CheckFailedError, ConfigurationError, UnreachableError
from router.presets import list_calendars
from router.rulebook import POLICIES, TREE

#: The State Council publishes next year's days off in November or December; by then sixty days are left.
DAYS_LEFT = 60

calendar = Nouns(
    "calendar",
    {
        "import": "router.cli.calendar_import:import_",
        "recompute": "router.cli.calendar_import:recompute",
        "show": "router.cli.calendar_show:show",
    },
)


class Coverage(msgspec.Struct, frozen=True, kw_only=True):
    """How far one calendar is known."""

    name: str
    version: str
    #: None: it needs no notice and never ends.
    coverage_end: date | None
    days_left: int | None
    ok: bool
    #: Running deadlines of open cases that rest on days it does not know; None where no ledger was asked.
    provisional: int | None = None


@calendar.command("check")
@click.argument("files", nargs=-1, type=click.Path(path_type=Path), metavar="[FILE…]")
@option("--days", type=click.IntRange(0), default=DAYS_LEFT, show_default=True)
@click.pass_obj
def check(call: Call, /, files: tuple[Path, ...], days: int) -> int:
    """Check the calendars that policies in force count by, or files."""
    faults: list[ConfigurationError] = []
    if files:
        from router.clock import clock

        found, now = _from_files(files, _known_now(call), faults), clock()
        coverages = [coverage(one, now, days) for one in found]
    else:
        with call.installation() as installation:
            coverages = _in_use(installation, days)
    if call.as_json:
        emit_json(coverages)
    elif coverages:
        _show(coverages)
    for fault in faults:
        tell(f"{fault.where}: {pick((fault.what_zh, fault.what))}\n  {pick((fault.todo_zh, fault.todo))}")
    short = [one for one in coverages if not one.ok]
    for one in short:
        tell(word("calendar_short", name=one.name, end=one.coverage_end, days=one.days_left))
    return CheckFailedError.exit_code if short or faults else 0


def coverage(one: Calendar, now: datetime, days: int, provisional: int | None = None) -> Coverage:
    """How far a calendar is known, seen from `now`; `days` must be left."""
    left = one.days_left(now)
    return Coverage(
        name=one.name,
        version=one.version,
        coverage_end=one.coverage_end if left is not None else None,
        days_left=left,
        ok=left is None or left >= days,
        provisional=provisional,
    )


def _in_use(installation: Installation, days: int) -> list[Coverage]:
    """The calendars that policies in force, or those of open cases, count by."""
    ledger, book, now = installation.ledger, installation.rulebook, installation.now()
    if ledger.current(TREE) is None or ledger.current(POLICIES) is None:
        # Nothing counts by any of them yet; those that are imported are looked at all the same.
        known = calendars_in_force(ledger)[1]
        imported = sorted(known.names()) or list_calendars()
        return [coverage(one, now, days, 0) for name, one in known.calendars().items() if name in imported]
    resting: Counter[str] = Counter()
    for case in installation.ledger.all_cases(open_only=True):
        name = book({case.policy}).policy(case.policy).calendar
        resting[name] += sum(m.provisional and m.status is MilestoneStatus.RUNNING for m in case.milestones)
    rules = book()
    names = dict.fromkeys([*(one.calendar for one in rules.policies), *sorted(resting)])
    return [coverage(rules.calendars[name], now, days, resting[name]) for name in names]


def _known_now(call: Call) -> dict[str, Calendar]:
    """What files are seen beside: the calendars in force, or without a ledger to ask those that are shipped."""
    try:
        with call.installation() as installation:
            return calendars_in_force(installation.ledger)[1].calendars()
    except (ConfigurationError, UnreachableError):
        tell(word("calendar_beside_shipped"))
        return CalendarSet().calendars()


def _from_files(
    files: Sequence[Path], known: dict[str, Calendar], faults: list[ConfigurationError]
) -> list[Calendar]:
    """The calendars that files make, each seen by the next; what contradicts itself is added to `faults`."""
    found: Mapping[str, Calendar] = {}
    for file in files:
        text = read_text(file)
        wrong = calendar_faults(text, str(file), known)
        faults += wrong
        if not wrong:
            loaded = load_calendar(text, str(file), known)
            known[loaded.name] = loaded
            found = {**found, loaded.name: loaded}
    return list(found.values())


def _show(coverages: list[Coverage]) -> None:
    headers = [word(f"calendar_{name}") for name in ("name", "end", "left", "provisional", "version")]
    rows = (
        (
            one.name,
            str(one.coverage_end) if one.coverage_end is not None else word("calendar_endless"),
            str(one.days_left) if one.days_left is not None else "-",
            str(one.provisional) if one.provisional is not None else "-",
            one.version,
        )
        for one in coverages
    )
    emit_table(headers, rows, right=(2, 3))
