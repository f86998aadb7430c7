"""Figures recorded over days: on time, the three rates, before a complaint, and what dashboards ask for often.

Levels are `city`, `district`, `category` and `desk`. Windows are days: offices get some cases a day, not some a
second, and a rate over an hour would be noise.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from router.metrics.cases import before_complaint as b, happened as h, pipeline as p, standing as s
from router.metrics.metric import Metric
from router.metrics.rules.rule import Group, Record, difference, ratio, summed, total

#: What the burn alerts look at, and the month of the bulletins.
ON_TIME_WINDOWS = ("6h", "1d", "7d", "30d")
#: Below this share of cases with a place, problems cannot be told apart (docs/behaviour.md, 5).
ASSESSABLE = 0.8
#: What a resident who is basically satisfied counts (docs/behaviour.md, 7).
BASICALLY = 0.9


def recording(on_time_target: float) -> list[Group]:
    """All recorded figures; `on_time_target` is a share of 1."""
    return [
        Group("case-router-on-time", list(_on_time(on_time_target))),
        Group("case-router-flow", list(_flow())),
        Group("case-router-rates", [*_three_rates(), *_before_complaint()]),
        Group("case-router-durations", list(_durations())),
        Group("case-router-pipeline", list(_pipeline())),
    ]


def _on_time(target: float) -> Iterator[Record]:
    yield Record("city:case_router_on_time:target", f"vector({target:g})")
    yield from _cohort("district", s.DUE, s.DUE_MET, "on_time", ON_TIME_WINDOWS)
    yield from _cohort("category", s.DUE, s.DUE_MET, "on_time", ("30d",))
    yield from _cohort("desk", s.DESK_DUE, s.DESK_DUE_MET, "on_time", ("30d",))
    after = "on_time_after_changes"
    yield from _cohort("district", s.DUE_CHANGED, s.DUE_CHANGED_MET, after, ("30d",))
    for level in ("district", "city"):
        for window in ON_TIME_WINDOWS:
            name = f"{level}:case_router_on_time"
            # So many times the share that may be late is late: 1 is just on the target.
            yield Record(f"{name}:burn{window}", f"(1 - {name}:ratio{window}) / {1 - target:g}")


def _cohort(level: str, due: Metric, met: Metric, what: str, windows: Sequence[str]) -> Iterator[Record]:
    """Due in the window, met in it, and the ratio; for districts the city beside."""
    for metric in (due, met):
        yield Record(f"{level}:{metric.name}:sum", summed(metric, level))
    levels = (level, "city") if level == "district" else (level,)
    for window in windows:
        for metric in (due, met):
            figure = f"{level}:{metric.name}"
            yield Record(f"{figure}:delta{window}", difference(f"{figure}:sum", window))
            if "city" in levels:
                yield Record(f"city:{metric.name}:delta{window}", f"sum({figure}:delta{window})")
        for each in levels:
            share = ratio(f"{each}:{met.name}:delta{window}", f"{each}:{due.name}:delta{window}")
            yield Record(f"{each}:case_router_{what}:ratio{window}", share)


#: What happened: metric, the label kept beside the district.
_FLOW: tuple[tuple[Metric, str | None], ...] = (
    (h.OPENED, "origin"),
    (h.CLOSED, None),
    (h.REOPENED, "reason"),
    (h.ESCALATED, "cause"),
    (h.MISSED, "track"),
    (h.RETURNS, "fate"),
)


def _flow() -> Iterator[Record]:
    for metric, kept in _FLOW:
        figure = f"district:{metric.name.removesuffix('_total')}"
        yield Record(f"{figure}:sum", summed(metric, "district", *([kept] if kept else [])))
        for window in ("1d", "7d"):
            yield Record(f"{figure}:delta{window}", difference(f"{figure}:sum", window))
    for what, part, whole in (
        ("escalated_per_opened", 'case_escalations:delta7d{cause="deadline"}', "cases_opened:delta7d"),
        ("reopened_per_closed", "cases_reopened:delta7d", "cases_closed:delta7d"),
    ):
        for level, by in (("district", ["district"]), ("city", list[str]())):
            of = f"{total(by)}(district:case_router_"
            yield Record(f"{level}:case_router_{what}:ratio7d", ratio(f"{of}{part})", f"{of}{whole})"))


def _three_rates() -> Iterator[Record]:
    """Contacted, solved, satisfied, over valid follow-ups (三率)."""
    figure = f"district:{h.FOLLOW_UPS.name.removesuffix('_total')}"
    yield Record(f"{figure}:sum", summed(h.FOLLOW_UPS, "district", "answer"))
    yield Record(f"{figure}:delta30d", difference(f"{figure}:sum", "30d"))
    for level, by in (("district", ["district"]), ("city", list[str]())):

        def answered(*how: str, by: list[str] = by) -> str:
            return f"{total(by)}({' or '.join(how)})"

        def of(answer: str) -> str:
            return f'{figure}:delta30d{{answer="{answer}"}}'

        satisfied = answered(of("satisfied"), f"{BASICALLY} * {of('basically_satisfied')}")
        for what, part in (
            ("contacted", answered(of("contacted"))),
            ("solved", answered(of("solved"))),
            ("satisfied", satisfied),
        ):
            yield Record(f"{level}:case_router_{what}_per_valid:ratio30d", ratio(part, answered(of("valid"))))


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
            f"{before} and on ({', '.join(by)}) {share} >= {ASSESSABLE}",
        )


def _durations() -> Iterator[Record]:
    """About how long cases took that were closed in the last week: exact at the edges of the buckets only."""
    name = h.RESOLUTION.name
    buckets = f"district_le:{name}_bucket"
    yield Record(f"{buckets}:sum", f"sum by (district, le) (max by (district, category, le) ({name}_bucket))")
    yield Record(f"{buckets}:delta7d", difference(f"{buckets}:sum", "7d"))
    for quantile, word in ((0.5, "p50"), (0.9, "p90")):
        yield Record(f"district:{name}:{word}_7d", f"histogram_quantile({quantile}, {buckets}:delta7d) >= 0")
        yield Record(
            f"city:{name}:{word}_7d", f"histogram_quantile({quantile}, sum by (le) ({buckets}:delta7d)) >= 0"
        )


def _pipeline() -> Iterator[Record]:
    """Parked messages; 0 where there are none and somebody has counted."""
    # The exporter says 0 of itself until it has counted for the first time: then nobody knows.
    none = f"0 * (max({p.COLLECTED.name}) > 0)"
    yield Record(f"city:{p.PARKED_NOW.name}:sum", f"{summed(p.PARKED_NOW)} or {none}")
