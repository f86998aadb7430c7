"""The clock, and how old something is by it.

Nothing else in the program asks what time it is; whoever needs it gets it as an argument.
"""

from __future__ import annotations

from datetime import UTC, datetime


def clock() -> datetime:
    """Now, aware UTC."""
    return datetime.now(UTC)  # noqa: TID251 - the one place


def age_s(since: datetime, now: datetime) -> float:
    """Seconds from an instant to `now`; none below 0, for clocks of two machines may differ."""
    return max(0.0, (now - since).total_seconds())
