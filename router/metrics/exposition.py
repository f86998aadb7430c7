"""Figures as Prometheus' text: families in the catalogue's order, series in the order of their labels.

The same figures are the same bytes.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.metrics_core import (
    CounterMetricFamily,
    GaugeMetricFamily,
    HistogramMetricFamily,
    Metric as Family,
)
from prometheus_client.registry import Collector
from prometheus_client.utils import floatToGoString

from router.core.counting.counted import BEYOND
from router.metrics.cases import CASE_METRICS
from router.metrics.figures import Figures, Spread
from router.metrics.metric import Metric
from router.metrics.scope import Values


def text_of(families: Iterable[Family]) -> bytes:
    """Families in Prometheus' text format."""
    registry = CollectorRegistry()
    registry.register(_Given(list(families)))
    return generate_latest(registry)


def families_of(made: Figures) -> Iterator[Family]:
    """The families of all figures, but for what the exporter says of itself as it is scraped."""
    for metric in CASE_METRICS:
        if metric.kind == "histogram":
            yield _histogram(metric, made.spreads[metric.name])
        elif metric.name in made.numbers:
            yield family(metric, made.numbers[metric.name])


def family(metric: Metric, numbers: Mapping[Values, float]) -> Family:
    """A counter or gauge with its series."""
    made = CounterMetricFamily if metric.kind == "counter" else GaugeMetricFamily
    found = made(metric.name, metric.help, labels=list(metric.labels))
    for values in sorted(numbers):
        found.add_metric(list(values), numbers[values])
    return found


def _histogram(metric: Metric, spreads: Mapping[Values, Spread]) -> Family:
    found = HistogramMetricFamily(metric.name, metric.help, labels=list(metric.labels))
    for values in sorted(spreads):
        spread, below = spreads[values], 0
        buckets = []
        for edge in metric.buckets:
            below += spread.buckets[f"{edge:.0f}"]
            # As the client and Prometheus 3 write it, so that a query finds the edge whichever wrote it.
            buckets.append((floatToGoString(edge), below))
        buckets.append((BEYOND, below + spread.buckets[BEYOND]))
        found.add_metric(list(values), buckets, spread.sum_s)
    return found


class _Given(Collector):
    """Families that are there already."""

    def __init__(self, families: list[Family]) -> None:
        self._families = families

    def collect(self) -> list[Family]:
        """They are."""
        return self._families
