"""One year of a calendar as a table: when the office opens and closes, and the working time run up by then.

Built once; adding and measuring working time are one bisection each, however long the time is.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


def ticks(at: datetime) -> int:
    """An aware instant as whole microseconds of Unix time: a datetime has no finer ones, and whole ones add up."""
    return (at - _EPOCH) // _MICROSECOND


def instant_of(at: int) -> datetime:
    """The aware UTC instant of microseconds of Unix time."""
    return _EPOCH + timedelta(microseconds=at)


class WorkingYear:
    """The sessions of one year, in microseconds.

    Args:
        sessions: openings and closings of the year, in order. One that a change to summer time has turned around
            has no length; where two overlap for that reason, the time counts once.
    """

    def __init__(self, sessions: Iterable[tuple[datetime, datetime]]) -> None:
        self._opens: list[int] = []
        #: Working time before each session; one more entry than sessions.
        self._before = [0]
        last = None
        for opens, closes in sessions:
            start, end = ticks(opens), ticks(closes)
            start = start if last is None else max(start, last)
            if end > start:
                self._opens.append(start)
                self._before.append(self._before[-1] + end - start)
                last = end

    @property
    def total(self) -> int:
        """Working time of the whole year."""
        return self._before[-1]

    def passed(self, at: int) -> int:
        """Working time of the year that has passed at an instant, before, in or after the year."""
        index = bisect_right(self._opens, at) - 1
        if index < 0:
            return 0
        return min(self._before[index] + at - self._opens[index], self._before[index + 1])

    def reached(self, amount: int) -> int:
        """The earliest instant by which `amount` has passed: above 0, and at most :attr:`total`."""
        index = bisect_left(self._before, amount, 1) - 1
        return self._opens[index] + amount - self._before[index]
