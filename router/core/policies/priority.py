"""How much comes before what (优先级): what a policy says of it, and its words.

A priority orders lists that people read and is told to programs. It moves no deadline and is in no figure.
"""

from __future__ import annotations

from enum import StrEnum

import msgspec

DAY_S = 24 * 3600


class Priority(StrEnum):
    """How much a case comes before others; from the lowest."""

    NORMAL = "normal"  # 一般
    HIGH = "high"  # 紧急
    HIGHEST = "highest"  # 特急

    @property
    def rank(self) -> int:
        """0 for the lowest."""
        return list(Priority).index(self)


class PriorityRule(msgspec.Struct, frozen=True, kw_only=True):
    """What gives a case its priority: the highest that anything gives it."""

    base: Priority = Priority.NORMAL
    #: What a star gives.
    starred: Priority = Priority.NORMAL
    #: From so many households on (涉及户数) it is that high; None: their number makes it no higher.
    high_from: int | None = None
    highest_from: int | None = None
    #: In a list it stands as if it were due so many seconds earlier: our defaults are a day and three days.
    high_ahead_s: int = DAY_S
    highest_ahead_s: int = 3 * DAY_S

    def ahead_s(self, priority: Priority) -> int:
        """How many seconds earlier than it is due a case of that priority stands in a list."""
        return {Priority.HIGH: self.high_ahead_s, Priority.HIGHEST: self.highest_ahead_s}.get(priority, 0)

    def given_by_households(self, affected: int) -> Priority:
        """What the number of households gives."""
        if self.highest_from is not None and affected >= self.highest_from:
            return Priority.HIGHEST
        return Priority.HIGH if self.high_from is not None and affected >= self.high_from else Priority.NORMAL
