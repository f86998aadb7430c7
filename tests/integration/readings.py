"""Figures of cases as an exporter said them at several instants, for a Prometheus that was not there."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime


def openmetrics(readings: Iterable[tuple[datetime, str]], job: str, instances: Sequence[str]) -> str:
    """Answers of `/metrics`, each with its instant, as samples with timestamps.

    Nothing but time and labels is added to what the exporter said.

    Args:
        readings: instant and text in Prometheus' format, in order.
        job: as Prometheus adds it to what it scrapes.
        instances: exporters that all said so.
    """
    added = [f'job="{job}",instance="{instance}"' for instance in instances]
    lines: list[str] = []
    for at, text in readings:
        for line in text.splitlines():
            if not line.startswith("#"):
                series, _, value = line.rpartition(" ")
                lines += [f"{_labelled(series, one)} {value} {at.timestamp():.3f}" for one in added]
    return "\n".join((*lines, "# EOF", ""))


def _labelled(series: str, added: str) -> str:
    if not series.endswith("}"):
        return f"{series}{{{added}}}"
    return f"{series[:-1]},{added}}}"
