"""Figures recorded over days: what the alerts on lateness look at, and what is resolved before a complaint.

Levels are `city` and `district`. Windows are days: offices get some cases a day, not some a second, and a rate
over an hour would be noise. Dashboards read the exporter's own figures, over the range that somebody has chosen.
"""

from __future__ import annotations

from collections.abc import Iterator

from router.core.counting.problems import ASSESSABLE_SHARE
from router.metrics.cases import before_complaint as b, pipeline as p, standing as s
from router.metrics.rules.rule import Group, Record, difference, ratio, summed

#: What the burn alerts look at, long and short.
ON_TIME_WINDOWS = ("6h", "1d", "7d")


def recording(on_time_target: float) -> list[Group]:
    """All recorded figures; `on_time_target` is a share of 1."""
    return [
        Group("case-router-on-time", list(_on_time(on_time_target))),
        Group("case-router-rates", list(_before_complaint())),
        Group("case-router-pipeline", list(_pipeline())),
    ]


def _on_time(target: float) -> Iterator[Record]:
    """Due in the window, met in it, the ratio and the burn; of each district and of the city."""
    name = "case_router_on_time"
    for metric in (s.DUE, s.DUE_MET):
        yield Record(f"district:{metric.name}:sum", summed(metric, "district"))
    for window in ON_TIME_WINDOWS:
        for metric in (s.DUE, s.DUE_MET):
            figure = f"district:{metric.name}"
            yield Record(f"{figure}:delta{window}", difference(f"{figure}:sum", window))
            yield Record(f"city:{metric.name}:delta{window}", f"sum({figure}:delta{window})")
        for level in ("district", "city"):
            share = ratio(f"{level}:{s.DUE_MET.name}:delta{window}", f"{level}:{s.DUE.name}:delta{window}")
            yield Record(f"{level}:{name}:ratio{window}", share)
            # So many times the share that may be late is late: 1 is just on the target.
            yield Record(f"{level}:{name}:burn{window}", f"(1 - {level}:{name}:ratio{window}) / {1 - target:g}")


def _before_complaint() -> Iterator[Record]:
    """Problems resolved before anybody complained (未诉先办); nothing where it cannot be assessed."""
    for level, by in (("district", ["district"]), ("city", list[str]())):
        kept = ("ratio", "window", "variant")
        share = f"{level}:case_router_assessable_cases:ratio"
        linkable = f'sum by ({", ".join(by)}) (max by (district) ({b.COUNTED.name}{{linkable="yes"}}))'
        yield Record(share, ratio(linkable, summed(b.COUNTED, *by)))
        before = ratio(summed(b.BEFORE_COMPLAINT, *by, *kept), summed(b.PROBLEMS, *by, *kept))
        yield Record(
            f"{level}:case_router_before_complaint:ratio",
            f"{before} and on ({', '.join(by)}) {share} >= {ASSESSABLE_SHARE}",
        )


def _pipeline() -> Iterator[Record]:
    """Parked messages; 0 where there are none and somebody has counted."""
    # The exporter says 0 of itself until it has counted for the first time: then nobody knows.
    none = f"0 * (max({p.COLLECTED.name}) > 0)"
    yield Record(f"city:{p.PARKED_NOW.name}:sum", f"{summed(p.PARKED_NOW)} or {none}")
