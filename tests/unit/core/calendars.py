"""Calendars small enough to work out an expected instant by hand."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta

from router.core.calendars.calendar import Calendar

OFFICE = ((time(9), time(12)), (time(13, 30), time(17, 30)))

#: Autumn of 2026: National Day is Thursday 1 to Wednesday 7 October; Sunday 20 September and Saturday 10 October
#: are worked. The Mid-Autumn Festival is left out, so that a week is a week.
CN = Calendar(
    name="cn",
    zone="Asia/Shanghai",
    coverage_start=date(2026, 1, 1),
    coverage_end=date(2026, 12, 31),
    days_off=frozenset(date(2026, 10, day) for day in range(1, 8)),
    make_up_days=frozenset({date(2026, 9, 20), date(2026, 10, 10)}),
    hours=OFFICE,
)
NATURAL = Calendar(name="natural", zone="Asia/Shanghai", coverage_end=date.max, weekend=())
NEW_YORK = Calendar(name="ny", zone="America/New_York", coverage_end=date.max, hours=OFFICE)
NIGHT_SHIFT = Calendar(name="night", zone="Asia/Shanghai", coverage_end=date.max, hours=((time(20), time(0)),))


def china(*at: int) -> datetime:
    """A clock time in Shanghai as an instant; it has been UTC+8 without summer time since 1992."""
    return datetime(*at, tzinfo=UTC) - timedelta(hours=8)  # type: ignore[arg-type,misc]
