"""Expressions over the metrics of the catalogues.

Figures of cases come from the ledger and never begin at 0 with a process, so what happened in a period is the
difference of two readings; `increase()` would extrapolate. A series that was not there at the earlier one counts
from 0 where the exporter was, and not at all where it was not: a first start would pass all history for a week's.
Counters of a running process begin at 0 with it: `rate()` reads them.
"""

from __future__ import annotations

from collections.abc import Sequence

from router.core.counting.problems import ASSESSABLE_SHARE
from router.metrics.cases import CASE_METRICS
from router.metrics.cases.before_complaint import COUNTED
from router.metrics.cases.pipeline import CATEGORY_NAME, COLLECTED, DISTRICT_NAME, UNIT
from router.metrics.catalogue import FOUND
from router.metrics.metric import Metric

#: What is chosen in the variables of those names.
IN_DISTRICT = 'district=~"$district"'
AT_DESK = 'desk="$desk"'
#: Least count under which a ratio ranks nobody; a variable.
MIN_COUNT = "$min_count"
#: The period that is looked back over; a variable.
WINDOW = "$window"
#: The jobs of deploy/prometheus/prometheus.yml.
JOBS = 'job=~"case-router|case-router-metrics"'

#: Figures of the whole ledger, whichever process says them.
_SAID_BY_SEVERAL = {metric.name for metric in CASE_METRICS} | {FOUND.name}
_NAMES = {"district": DISTRICT_NAME, "desk": UNIT, "category": CATEGORY_NAME}
#: What stands for a ratio that is not assessable; no ratio is below 0.
NOT_ASSESSABLE = -1


def series(metric: Metric, *where: str, suffix: str = "") -> str:
    """The selector of a metric's series."""
    return f"{metric.name}{suffix}{{{', '.join(where)}}}" if where else f"{metric.name}{suffix}"


def total(metric: Metric, by: Sequence[str] = (), where: Sequence[str] = ()) -> str:
    """The sum of a gauge as it stands."""
    return f"{_sum(by)} ({_once(metric, series(metric, *where))})"


def grown(
    metric: Metric,
    by: Sequence[str] = (),
    where: Sequence[str] = (),
    *,
    over: str = WINDOW,
    suffix: str = "",
) -> str:
    """How much a figure of cases has grown over a period; no sample before figures were exported for that long."""
    one = series(metric, *where, suffix=suffix)
    now, then = f"{_sum(by)} ({_once(metric, one)})", f"{_sum(by)} ({_once(metric, f'{one} offset {over}')})"
    return f"({now} - ({then} or {now} * 0 and on () max ({COLLECTED.name} offset {over})))"


def ratio(part: str, whole: str, *, least: str = "0") -> str:
    """A part of a whole, 0 where the part has no series; no sample where the whole is 0 or below `least`."""
    comparison = f"{whole} > 0" if least == "0" else f"{whole} >= {least}"
    return f"({part} or {whole} * 0) / ({comparison})"


def linkable_share(by: Sequence[str] = (), where: Sequence[str] = ()) -> str:
    """The share of cases with a place to link by: what ratios over problems rest on."""
    return ratio(total(COUNTED, by, (*where, 'linkable="yes"')), total(COUNTED, by, where))


def assessable(rate: str, by: Sequence[str] = (), where: Sequence[str] = (), *, said: bool = False) -> str:
    """A ratio over problems, where enough cases can be linked (docs/behaviour.md, 5); elsewhere no sample.

    Args:
        rate: the ratio.
        by: labels that it is told apart by.
        where: what is chosen of the cases that it rests on.
        said: `NOT_ASSESSABLE` stands where it cannot be assessed, to be shown as words.
    """
    share, on = linkable_share(by, where), f"on ({', '.join(by)})"
    held = f"({rate}) and {on} ({share} >= {ASSESSABLE_SHARE})"
    return f"{held} or {on} 0 * ({share} < {ASSESSABLE_SHARE}) + {NOT_ASSESSABLE}" if said else held


def per_second(metric: Metric, by: Sequence[str] = (), where: Sequence[str] = (), *, suffix: str = "") -> str:
    """How fast a counter of running processes rises."""
    return f"{_sum(by)} (rate({series(metric, *where, suffix=suffix)}[$__rate_interval]))"


def quantile(share: float, buckets: str) -> str:
    """An estimate from the buckets of a histogram, `le` kept."""
    return f"histogram_quantile({share}, {buckets})"


def age(expr: str) -> str:
    """Seconds since an instant in Unix time."""
    return f"time() - {expr}"


def named(expr: str, by: str = "district") -> str:
    """With the name of its district, desk or category as label `name`; the code where no name is known."""
    names = f"max by ({by}, name) ({_NAMES[by].name})"
    known = f"({expr}) * on ({by}) group_left (name) {names}"
    return f'{known} or label_replace(({expr}) unless on ({by}) {names}, "name", "$1", "{by}", "(.*)")'


def _once(metric: Metric, selected: str) -> str:
    """The series of figures, each once: several exporters, or auditors, say the same of the same ledger."""
    return f"max without (instance) ({selected})" if metric.name in _SAID_BY_SEVERAL else selected


def _sum(by: Sequence[str]) -> str:
    return f"sum by ({', '.join(by)})" if by else "sum"
