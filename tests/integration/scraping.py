"""What an exporter serves, read as Prometheus would read it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from typing import NamedTuple

from prometheus_client.parser import text_string_to_metric_families

from tests.integration.terminal import Terminal, get
from tests.servers.waiting import wait_until

#: A quarter of Boston is counted in some ten seconds; a machine busy with other work takes several times that.
COUNTED_S = 180.0
PREFIX = "case_router_"
#: What an exporter says of itself and its process, and what the roles say in the ledger.
_OF_THE_PROCESS = ("case_router_figures_", "case_router_role_", "case_router_broker_", "process_")


class Sample(NamedTuple):
    """One series."""

    labels: Mapping[str, str]
    value: float


class Scraped:
    """One answer of `/metrics`."""

    def __init__(self, text: str) -> None:
        self.text = text
        self._samples: defaultdict[str, list[Sample]] = defaultdict(list)
        for family in text_string_to_metric_families(text):
            for sample in family.samples:
                self._samples[sample.name.removeprefix(PREFIX)].append(Sample(sample.labels, sample.value))

    def samples(self, name: str, **labels: str) -> list[Sample]:
        """The series of a name (without prefix) that have these labels; there are some."""
        known = self._samples[name]
        assert known, f"there is no {name}"
        return [one for one in known if labels.items() <= one.labels.items()]

    def sum(self, name: str, **labels: str) -> float:
        """What they add up to."""
        return sum(one.value for one in self.samples(name, **labels))

    def by(self, label: str, name: str, **labels: str) -> dict[str, float]:
        """What they add up to for each value of a label."""
        found: defaultdict[str, float] = defaultdict(float)
        for one in self.samples(name, **labels):
            found[one.labels[label]] += one.value
        return dict(found)

    @property
    def cases(self) -> str:
        """The lines about cases: the same whichever process says them, and when."""
        own = [
            line for line in self.text.splitlines(keepends=True) if not line.startswith(("#", *_OF_THE_PROCESS))
        ]
        begin = next(index for index, line in enumerate(own) if line.startswith(f"{PREFIX}cases_opened_total"))
        return "".join(own[begin:])


@contextmanager
def exporting(terminal: Terminal, *words: str) -> Iterator[str]:
    """A `run metrics` at work; gives the address of its figures, which are there."""
    with terminal.running("run", "metrics", "--http-port", "0", *words) as said:
        url = f"{said['url']}/metrics"
        wait_until(lambda: is_computed(scrape(url)), deadline_s=COUNTED_S, what="the figures")
        yield url


def exported(terminal: Terminal, at: datetime) -> Scraped:
    """What a process that exports the figures of an instant serves."""
    with exporting(terminal, "--at", at.isoformat()) as url:
        return scrape(url)


def scrape(url: str) -> Scraped:
    """One answer."""
    answer = get(url)
    assert answer.status_code == 200
    return Scraped(answer.text)


def is_computed(found: Scraped) -> bool:
    """Whether there are figures in it."""
    return found.sum("figures_last_success_timestamp_seconds") > 0
