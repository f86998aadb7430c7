"""The metrics of one process: the parts count what they do anyway, and a scrape reads them.

A registry of its own: two installations in one process do not meet in a global one, and what a process does not do
has no series in it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import datetime
from functools import partial
from typing import Protocol

from prometheus_client import CollectorRegistry, Histogram, ProcessCollector, generate_latest
from prometheus_client.metrics_core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from router.broker.port import Broker
from router.flow import Router
from router.metrics import catalogue as c
from router.metrics.metric import Metric as Described
from router.recovery import Reconciler
from router.relay import Relay
from router.roles import Role
from router.sending import Sender
from router.tally import Tally
from router.waker import Waker

#: Word of `Router.tally` → reason, where they differ.
_REASON_OF = {"waiting": "unknown_case"}
#: What `Router.tally` has besides outcomes and reasons.
_STALE = "stale"
_HELD = "held"


class Audited(Protocol):
    """What is read of an auditor."""

    last_success_at: datetime | None
    calendar_days: int | None

    @property
    def counts(self) -> Mapping[str, int]:
        """Findings of the last full pass, by code."""
        ...


class Watching(Protocol):
    """What is read of whoever watches the brake."""

    holds: bool
    held: int


class LookingForDesks(Protocol):
    """What is read of whoever looks at which desks consume."""

    unstaffed: int
    outages: int


class Listing(Protocol):
    """What is read of whoever sends the lists for the people at desks."""

    tally: Tally


class Beating(Protocol):
    """What is read of whoever writes signs of life."""

    ledger_reachable: bool | None
    skew_s: float | None


class Exporting(Protocol):
    """What is read of whoever computes the figures of cases."""

    def exposition(self) -> bytes:
        """The figures, in Prometheus' text format."""
        ...


class Runtime(Collector):
    """The parts of a process, and what a scrape reads of them; parts may be added at any time."""

    def __init__(self, broker: Broker) -> None:
        """`broker` is asked for the state of its connections, nothing else."""
        self.routers: list[Router] = []
        self.senders: list[Sender] = []
        self.relays: list[Relay] = []
        self.wakers: list[Waker] = []
        self.reconcilers: list[Reconciler] = []
        self.auditors: list[Audited] = []
        self.watches: list[Watching] = []
        self.staffings: list[LookingForDesks] = []
        self.notifiers: list[Listing] = []
        self.pulses: list[Beating] = []
        self.exporters: list[Exporting] = []
        self.roles: list[Role] = []
        self._broker = broker
        self._seconds = _histogram(c.BATCH_SECONDS)
        self._sizes = _histogram(c.BATCH_SIZE)
        self._registry = CollectorRegistry()
        self._registry.register(self)
        ProcessCollector(registry=self._registry)

    def observer(self, role: str) -> Callable[[int, float], None]:
        """What a consuming role tells of each batch: deliveries, and seconds from receipt to acknowledgement."""
        label = _loop(role)
        return partial(self._observe, self._sizes.labels(label), self._seconds.labels(label))

    @staticmethod
    def _observe(sizes: Histogram, seconds: Histogram, deliveries: int, took_s: float) -> None:
        sizes.observe(deliveries)
        seconds.observe(took_s)

    def exposition(self) -> bytes:
        """All metrics, in Prometheus' text format."""
        figures = [exporter.exposition() for exporter in self.exporters[:1]]
        return b"".join((generate_latest(self._registry), *figures))

    def collect(self) -> Iterator[Metric]:
        """Read the parts; called by the registry at each scrape."""
        yield from self._deciding()
        yield from _without_created(self._seconds)
        yield from _without_created(self._sizes)
        yield _counter(c.SENT, sum((sender.fates.counted() for sender in self.senders), Counter()))
        if self.relays:
            yield _counter(c.RELAYED, sum(relay.claimed for relay in self.relays))
        if self.wakers:
            yield _counter(c.WOKEN, sum(waker.woken for waker in self.wakers))
            yield _gauge(c.LATENESS, max(waker.lateness_s for waker in self.wakers))
        for watch in self.watches[:1]:
            yield _gauge(c.BRAKED, float(watch.holds))
            yield _gauge(c.HELD_NOW, float(watch.held))
        for staffing in self.staffings[:1]:
            yield _gauge(c.UNSTAFFED, float(staffing.unstaffed))
            yield _gauge(c.DESK_OUTAGES, float(staffing.outages))
        if self.notifiers:
            yield _counter(c.LISTS, sum((one.tally.counted() for one in self.notifiers), Counter()))
        if self.reconcilers:
            yield _counter(c.RESENT, sum(one.resent for one in self.reconcilers))
        for auditor in self.auditors[:1]:
            at = auditor.last_success_at
            yield _gauge(c.AUDITED, at.timestamp() if at is not None else 0.0)
            yield _gauge(c.FOUND, auditor.counts)
            days = auditor.calendar_days
            yield _gauge(c.CALENDAR_DAYS, float("inf") if days is None else days)
        for pulse in self.pulses[:1]:
            if pulse.ledger_reachable is not None:
                yield _gauge(c.LEDGER_REACHABLE, float(pulse.ledger_reachable))
            if pulse.skew_s is not None:
                yield _gauge(c.SKEW, pulse.skew_s)
        yield self._beats()
        yield _gauge(c.REACHABLE, float(self._broker.reachable))

    def _deciding(self) -> Iterator[Metric]:
        words: Counter[str] = sum((router.tally.counted() for router in self.routers), Counter())
        yield _counter(c.COMMANDS, words)
        yield _counter(c.STALE, words[_STALE])
        yield _counter(c.HELD, words[_HELD])
        parked: Counter[str] = Counter()
        for word, count in words.items():
            if word not in (*c.OUTCOMES, _STALE, _HELD):
                reason = _REASON_OF.get(word, word)
                parked[reason if reason in c.REASONS else "other"] += count
        yield _counter(c.PARKED, parked)

    def _beats(self) -> Metric:
        family = GaugeMetricFamily(c.BEAT.name, c.BEAT.help, labels=list(c.BEAT.labels))
        beats: dict[str, float] = {}
        for role in self.roles:
            name = _loop(role.name)
            if role.beat_at is not None:
                beats[name] = min(beats.get(name, float("inf")), role.beat_at.timestamp())
        for name, at in beats.items():
            family.add_metric([name], at)
        return family


def _loop(name: str) -> str:
    """The label of a loop: several of one role are numbered (`router-2`), hosted desks have names of their own."""
    role = name.partition("-")[0]
    return role if role in c.LOOPS else "desk"


def _histogram(metric: Described) -> Histogram:
    # In no registry: it is read with the others, without the series that say when it was made.
    return Histogram(metric.name, metric.help, tuple(metric.labels), buckets=metric.buckets, registry=None)


def _without_created(histogram: Histogram) -> Iterable[Metric]:
    for family in histogram.collect():
        family.samples = [sample for sample in family.samples if not sample.name.endswith("_created")]
        yield family


def _counter(metric: Described, counts: Mapping[str, int] | int) -> Metric:
    return _filled(CounterMetricFamily(metric.name, metric.help, labels=list(metric.labels)), metric, counts)


def _gauge(metric: Described, values: Mapping[str, float] | float) -> Metric:
    return _filled(GaugeMetricFamily(metric.name, metric.help, labels=list(metric.labels)), metric, values)


def _filled(
    family: CounterMetricFamily | GaugeMetricFamily, metric: Described, values: Mapping[str, float] | float
) -> Metric:
    """Every series from the start, at 0: a counter that first appears at 1 is invisible to `increase()`."""
    if isinstance(values, Mapping):
        (known,) = metric.labels.values()
        for value in known:
            family.add_metric([value], values.get(value, 0))
    else:
        family.add_metric([], values)
    return family
