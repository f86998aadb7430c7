"""Figures of cases as an exporter said them at several instants, for a Prometheus that was not there."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime


def openmetrics(readings: Iterable[tuple[datetime, str]], **labels: str) -> str:
    """Answers of `/metrics`, each with its instant, as samples with timestamps.

    Nothing but time and labels is added to what the exporter said.

    Args:
        readings: instant and text in Prometheus' format, in order.
        labels: those that Prometheus adds to what it scrapes: `job`, `instance`.
    """
    added = ",".join(f'{name}="{value}"' for name, value in labels.items())
    lines: list[str] = []
    for at, text in readings:
        stamp = f"{at.timestamp():.3f}"
        for line in text.splitlines():
            if not line.startswith("#"):
                series, _, value = line.rpartition(" ")
                lines.append(f"{_labelled(series, added)} {value} {stamp}")
    return "\n".join((*lines, "# EOF", ""))


def _labelled(series: str, added: str) -> str:
    if not series.endswith("}"):
        return f"{series}{{{added}}}"
    return f"{series[:-1]},{added}}}"
