"""From one snapshot of the ledger to the figures of cases, metric by metric.

The law of the file: nothing is counted here that the ledger has not counted; what a scope does not tell apart is
added up under one label, so that a sum over a label is right whatever is told apart.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from datetime import datetime, time, timedelta

import msgspec

from router.clock import age_s
from router.core.calendars.calendar import Calendar
from router.core.counting.counted import UNKNOWN, Counted, Series
from router.core.rules import Rules
from router.ledger.count_port import OpenGroup, Snapshot, Waiting
from router.metrics.cases import CASE_METRICS, happened as h, pipeline as p, standing as s
from router.metrics.metric import PREFIX, Metric
from router.metrics.scope import NO_COLOUR, Scope, Values

_MIDNIGHT, _DAY = time(0), timedelta(days=1)
_BY_NAME = {metric.name: metric for metric in CASE_METRICS}
#: Series that hold the sum of a histogram.
_SUMS: dict[str, Metric] = {Counted.RESOLUTION_SUM: h.RESOLUTION, Counted.WORKING_SUM: h.WORKING}
#: Levels beyond the last label are shown with it.
_LAST_LEVEL = int(s.OPEN_LEVEL.labels["level"][-1])


class Spread(msgspec.Struct):
    """One histogram: how many fell into each bucket, and their sum."""

    #: Upper edge in seconds, or `+Inf` → how many fell below it and above the edge before.
    buckets: Counter[str] = msgspec.field(default_factory=Counter)
    sum_s: float = 0.0


class Figures:
    """The figures of cases at one instant."""

    def __init__(self, scope: Scope) -> None:
        #: Metric's name → values of its labels → number.
        self.numbers: defaultdict[str, dict[Values, float]] = defaultdict(dict)
        #: The same of histograms.
        self.spreads: defaultdict[str, defaultdict[Values, Spread]] = defaultdict(lambda: defaultdict(Spread))
        for metric in CASE_METRICS:
            for values in scope.known(metric):
                if metric.kind == "histogram":
                    self.spreads[metric.name][values] = Spread()
                else:
                    self.numbers[metric.name][values] = 0

    def add(self, metric: Metric, values: Values, number: float) -> None:
        """Add to a series."""
        series = self.numbers[metric.name]
        series[values] = series.get(values, 0) + number

    def put(self, metric: Metric, values: Values, number: float) -> None:
        """Set a series."""
        self.numbers[metric.name][values] = number


def figures(found: Snapshot, rules: Rules, scope: Scope, now: datetime) -> Figures:
    """The figures of a snapshot.

    Args:
        found: what the ledger has.
        rules: in force, for the calendars.
        scope: what is told apart.
        now: the instant of the snapshot.
    """
    made = Figures(scope)
    for series, number in found.tallies.items():
        _tallied(made, series, number, scope)
    for group in found.open:
        _open(made, group)
    for (tier, district, lead, colour), cases in found.coloured.items():
        made.add(s.OPEN, (tier, district, colour), cases)
        made.add(s.DESK_OPEN, (lead or UNKNOWN, colour), cases)
        made.add(s.OPEN, (tier, district, NO_COLOUR), -cases)
        made.add(s.DESK_OPEN, (lead or UNKNOWN, NO_COLOUR), -cases)
    _pipeline(made, found, now)
    _calendars(made, rules, now)
    for code, names in scope.desks.items():
        made.put(p.UNIT, (code, *names), 1)
    for code, name in scope.districts.items():
        made.put(p.DISTRICT_NAME, (code, name), 1)
    for code, name in scope.categories.items():
        made.put(p.CATEGORY_NAME, (code, name), 1)
    return made


def _tallied(made: Figures, series: Series, number: int, scope: Scope) -> None:
    metric = _SUMS.get(series.name) or _BY_NAME[PREFIX + series.name]
    labels = series.labels
    if "category" in metric.labels:
        place = list(metric.labels).index("category")
        labels = (*labels[:place], scope.category(labels[place]), *labels[place + 1 :])
    if metric.kind != "histogram":
        # Times are kept in milliseconds.
        made.add(metric, labels, number / 1000 if metric.unit == "seconds" else number)
    elif series.name in _SUMS:
        made.spreads[metric.name][labels].sum_s += number / 1000
    else:
        *place_of, edge = labels
        made.spreads[metric.name][tuple(place_of)].buckets[edge] += number


def _open(made: Figures, group: OpenGroup) -> None:
    desk = group.lead or UNKNOWN
    made.add(s.OPEN, (group.tier, group.district, NO_COLOUR), group.cases)
    made.add(s.DESK_OPEN, (desk, NO_COLOUR), group.cases)
    made.add(s.BREACHED, (group.district, "open"), group.overdue)
    made.add(s.DESK_OVERDUE, (desk,), group.overdue)
    if group.suspended:
        made.add(s.OPEN_SUSPENDED, (group.district,), group.cases)
    if group.level:
        made.add(s.OPEN_LEVEL, (str(min(group.level, _LAST_LEVEL)), "confirmed"), group.cases)
    if group.proposed:
        made.add(s.OPEN_LEVEL, (str(min(group.level + 1, _LAST_LEVEL)), "proposed"), group.cases)
    oldest, place = made.numbers[s.OLDEST.name], (group.tier, group.district)
    oldest[place] = min(oldest.get(place, float("inf")), group.oldest.timestamp())


def _pipeline(made: Figures, found: Snapshot, now: datetime) -> None:
    for tier, waiting in found.unescalated.items():
        made.put(s.UNESCALATED, (tier,), waiting.count)
        made.put(s.UNESCALATED_AGE, (tier,), _waits_s(waiting, now))
    for tier, held in found.held.items():
        made.put(s.HELD_CASES, (tier,), held)
    made.put(p.OUTBOX, (), found.outbox.count)
    made.put(p.OUTBOX_AGE, (), _waits_s(found.outbox, now))
    for reason, parked in found.parked.items():
        made.put(p.PARKED_NOW, (reason,), parked)
    made.put(p.BRAKE, (), float(found.braked))
    for role, beat_at in found.beats.items():
        made.put(p.BEATS, (role,), beat_at.timestamp())


def _waits_s(waiting: Waiting, now: datetime) -> float:
    return age_s(waiting.since, now) if waiting.since is not None else 0.0


def _calendars(made: Figures, rules: Rules, now: datetime) -> None:
    used: dict[str, Calendar] = {policy.calendar: rules.calendar(policy) for policy in rules.policies}
    for name, calendar in used.items():
        made.put(p.WORKING_TIME, (name,), float(calendar.is_open(now)))
        if calendar.days_left(now) is not None:
            ends_at = calendar.instant(calendar.coverage_end + _DAY, _MIDNIGHT)
            made.put(p.COVERAGE_END, (name,), ends_at.timestamp())
