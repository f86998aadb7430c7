"""The clock. Nothing else in the program asks what time it is; whoever needs it gets it as an argument."""

from __future__ import annotations

from datetime import UTC, datetime


def clock() -> datetime:
    """Now, aware UTC."""
    return datetime.now(UTC)  # noqa: TID251 - the one place
