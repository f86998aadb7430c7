"""What a metric is: name, kind, unit, meaning in both languages, what a rise means, and the sets of its labels."""

from __future__ import annotations

from collections.abc import Mapping

import msgspec

#: How every name begins.
PREFIX = "case_router_"


class Metric(msgspec.Struct, frozen=True, kw_only=True):
    """One metric."""

    name: str
    #: `counter`, `gauge` or `histogram`.
    kind: str
    #: What one of it is: `cases`, `seconds`, `problems`, …; empty for a bare number such as 0 and 1.
    unit: str = ""
    #: One sentence.
    help: str
    #: The same in Chinese.
    help_zh: str = ""
    #: What it means when it rises, and in Chinese.
    rise: str = ""
    rise_zh: str = ""
    #: Label → all values it can have; empty: those of the tree and the policies in force.
    labels: Mapping[str, tuple[str, ...]] = {}
    #: Upper bounds of a histogram, without +Inf.
    buckets: tuple[float, ...] = ()

    @property
    def series(self) -> int:
        """How many series it makes at most, as far as its labels say; a label of the tree counts as one."""
        count = len(self.buckets) + 3 if self.buckets else 1
        for values in self.labels.values():
            count *= max(1, len(values))
        return count
