"""Labels, buckets and the making of case metrics."""

from __future__ import annotations

from router.metrics.metric import Metric

_HOUR, _DAY = 3600, 86400

#: Upper edges of the histograms in seconds: 15 min, 30 min, 1, 2, 4, 8, 12 h, 1, 2, 3, 5, 7, 10, 15, 20, 30, 45,
#: 60, 90, 180, 270 d. Every limit of section 7 of docs/behaviour.md has an edge of its own.
EDGES_S: tuple[int, ...] = (
    900,
    1800,
    *(hours * _HOUR for hours in (1, 2, 4, 8, 12)),
    *(days * _DAY for days in (1, 2, 3, 5, 7, 10, 15, 20, 30, 45, 60, 90, 180, 270)),
)
#: Cases by the place they are about; the first is the division's code, the second the category group.
PLACE: dict[str, tuple[str, ...]] = {"district": (), "category": ()}
DISTRICT: dict[str, tuple[str, ...]] = {"district": ()}
DESK: dict[str, tuple[str, ...]] = {"desk": ()}
ORIGINS = ("complaint", "proactive")
#: How a request was answered.
FATES = ("requested", "approved", "refused")
#: Which problems a before-complaint figure counts: by first sight, or by last resolution.
RATIOS = ("cohort", "flow")
#: Of all time, or of the last thirty days.
WINDOWS = ("all", "30d")
VARIANTS = ("total", "without_on_the_spot", "independent_only")
LEVELS = tuple(str(number) for number in range(1, 10))


def figure(name: str, kind: str, labels: dict[str, tuple[str, ...]], *said: str, unit: str = "cases") -> Metric:
    help_, help_zh, rise, rise_zh = said
    return Metric(
        name=f"case_router_{name}",
        kind=kind,
        unit=unit,
        help=help_,
        help_zh=help_zh,
        rise=rise,
        rise_zh=rise_zh,
        labels=labels,
        buckets=tuple(map(float, EDGES_S)) if kind == "histogram" else (),
    )
