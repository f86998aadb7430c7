"""Which values the labels of case metrics have in an installation: closed sets, so that series stay few.

The law of the file: it follows from the tree, the policies in force and the settings alone, never from how many
cases there are: a label that came and went with the numbers would take its counters with it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import pairwise, product
from math import prod
from typing import TypeVar

from router.core.counting.counted import UNKNOWN
from router.core.events import Cause
from router.core.rules import Rules
from router.core.territory.address import desk_queue
from router.core.territory.tree import Served
from router.metrics.cases import CASE_METRICS
from router.metrics.cases.pipeline import (
    BEATS,
    BEHIND,
    CATEGORY_NAME,
    COLLECT_ERRORS,
    COLLECTED,
    COLLECTING,
    COVERAGE_END,
    DISTRICT_NAME,
    UNIT,
    WORKING_TIME,
)
from router.metrics.cases.standing import DESK_OPEN, OLDEST
from router.metrics.catalogue import REASONS
from router.metrics.metric import Metric

#: Series that the figures of an installation may have by default.
BUDGET = 30_000
#: Category groups that are told apart at most, where the settings name none.
MOST_CATEGORIES = 30
#: Every category group that is not told apart.
OTHER = "other"
#: A case without a colour: none has begun, or its policy has none.
NO_COLOUR = "none"

#: What the exporter says of itself: it knows only as it is scraped.
OF_THE_EXPORTER = (COLLECTED, COLLECTING, COLLECT_ERRORS, BEHIND)
#: What has a series only where there is something to say.
_COME_AND_GO = frozenset(
    one.name
    for one in (OLDEST, BEATS, COVERAGE_END, WORKING_TIME, UNIT, DISTRICT_NAME, CATEGORY_NAME, *OF_THE_EXPORTER)
)

#: Values of a metric's labels, in the order of the labels.
Values = tuple[str, ...]

_T = TypeVar("_T")


class Scope:
    """The label values of one installation."""

    def __init__(self, rules: Rules, categories: Sequence[str] = ()) -> None:
        """Read them off.

        Args:
            rules: tree, policies and calendars in force.
            categories: category groups to tell apart, whatever that costs; empty: those of the tree's taxonomy in
                its order, at most `MOST_CATEGORIES` and as many as the budget allows.
        """
        tree = rules.tree
        policies = rules.policies
        below = [division for division in tree.file.divisions if division.tier == 1 and not division.unknown]
        #: District code → name.
        self.districts: Mapping[str, str] = {one.code: one.name for one in below}
        #: Desk code → name, tier, district, queue; a desk above the districts has none, one at the shell no queue.
        self.desks: Mapping[str, tuple[str, str, str, str]] = {
            desk.code: (
                desk.name,
                tree.tiers[tree.tier_of(desk)],
                self._district(rules, desk.division),
                desk_queue(desk.code) if desk.served is Served.AMQP else "",
            )
            for desk in tree
        }
        levels = max((len(policy.levels) for policy in policies), default=0)
        self._labels: dict[str, tuple[str, ...]] = {
            "district": (*self.districts, UNKNOWN),
            "desk": (*self.desks, UNKNOWN),
            "tier": tree.tiers,
            "colour": (*_once(colour.name for policy in policies for colour in policy.colours), NO_COLOUR),
            "step": _once(step.name for policy in policies for step in policy.ladder),
            "level": tuple(str(number) for number in range(1, levels + 1)),
            "reason": REASONS,
        }
        #: Steps of the ladders in force that follow each other.
        self._steps = _once(pair for policy in policies for pair in pairwise(step.name for step in policy.ladder))
        found = tuple(categories) or self._that_fit(_once(one.group for one in tree.categories.values()))
        #: Code of each category group that is told apart → name.
        self.categories: Mapping[str, str] = {group: tree.group_name(group) for group in found}
        self._labels["category"] = (*found, OTHER, UNKNOWN)

    def category(self, group: str) -> str:
        """The label of a category group."""
        return group if group in self.categories or group == UNKNOWN else OTHER

    def known(self, metric: Metric) -> Iterator[Values]:
        """The series that a metric has from the start, by the values of its labels.

        A desk has few colours at a time, so of its open cases only those without one are there from the start.
        """
        if metric.name in _COME_AND_GO:
            return
        for steps in self._steps if "from_step" in metric.labels else [()]:
            fixed = {"from_step": steps[:1], "to_step": steps[1:], "cause": (Cause.DEADLINE,)} if steps else {}
            if metric.name == DESK_OPEN.name:
                fixed = {"colour": (NO_COLOUR,)}
            yield from product(*(fixed.get(label) or self._values(metric, label) for label in metric.labels))

    def most(self, metric: Metric) -> int:
        """How many series a metric can have."""
        if metric.name == UNIT.name:
            return len(self.desks)
        if metric.name == DISTRICT_NAME.name:
            return len(self.districts)
        if metric.name == CATEGORY_NAME.name:
            return len(self._labels["category"])
        counts = {label: len(self._values(metric, label)) for label in metric.labels}
        if "from_step" in counts:
            counts["from_step"], counts["to_step"] = len(self._steps), 1
        each = len(metric.buckets) + 3 if metric.kind == "histogram" else 1
        return each * prod(counts.values())

    def _values(self, metric: Metric, label: str) -> tuple[str, ...]:
        # Levels are closed in the catalogue, but nobody has nine.
        listed = metric.labels[label]
        return listed if listed and label != "level" else self._labels.get(label, ())

    def _that_fit(self, groups: tuple[str, ...]) -> tuple[str, ...]:
        """The first groups of a taxonomy that leave the whole within the budget, beside `other` and `unknown`."""
        self._labels["category"] = ("",)
        by_category = sum(self.most(metric) for metric in CASE_METRICS if "category" in metric.labels)
        others = sum(self.most(metric) for metric in CASE_METRICS if "category" not in metric.labels)
        fit = (BUDGET - others) // by_category - 2
        return groups[: max(0, min(MOST_CATEGORIES, fit))]

    def _district(self, rules: Rules, division: str) -> str:
        path = rules.tree.path(division)
        if len(path) < 2:
            return ""
        return path[1] if path[1] in self.districts else UNKNOWN


def _once(values: Iterable[_T]) -> tuple[_T, ...]:
    return tuple(dict.fromkeys(values))
