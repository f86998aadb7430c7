"""Labels, buckets and the making of case metrics."""

from __future__ import annotations

from router.core.counting.counted import EDGES_S
from router.metrics.metric import PREFIX, Metric

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
        name=PREFIX + name,
        kind=kind,
        unit=unit,
        help=help_,
        help_zh=help_zh,
        rise=rise,
        rise_zh=rise_zh,
        labels=labels,
        buckets=tuple(map(float, EDGES_S)) if kind == "histogram" else (),
    )
