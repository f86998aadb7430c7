"""Adding working time, on one core: deadlines in working days and working hours by the national calendar."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta

from router.core.calendars.calendar_file import load_calendar
from router.core.policies.instants import due
from router.core.policies.notation import parse_instant
from router.presets import preset_text

#: Receipts that are counted from: every 37 minutes from a Monday in January 2026 on, over the holidays of spring.
_FIRST = datetime(2026, 1, 5, 1, tzinfo=UTC)
_APART = timedelta(minutes=37)


def added(budget: str, times: int) -> float:
    """Deadlines of a budget a minute; the year's table is built within the time that is measured."""
    calendar, instant = load_calendar(preset_text("calendars", "cn"), "cn"), parse_instant(budget)
    receipts = [_FIRST + number * _APART for number in range(times)]
    start = time.perf_counter()
    for at in receipts:
        due(instant, at, calendar)
    return 60 * times / (time.perf_counter() - start)
