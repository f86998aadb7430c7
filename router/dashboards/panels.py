"""Panels by what they are for; each sets what all of its kind share."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from router.dashboards.colours import PLAIN
from router.dashboards.said import Said
from router.dashboards.spec import Kind, Panel, Query, Row

#: A denominator is called so everywhere.
N = Said("件数 n", "n")


def q(expr: str, zh: str, en: str = "", *, unit: str = "") -> Query:
    """A query; a legend of labels alone is the same in both languages."""
    return Query(expr=expr, legend=Said(zh, en or zh), unit=unit)


def n(expr: str) -> Query:
    """The denominator that stands beside a ratio."""
    return Query(expr=expr, legend=N, count=True, unit="short")


def row(zh: str, en: str, *panels: Panel) -> Row:
    return Row(Said(zh, en), panels)


def stat(zh: str, en: str, *queries: Query, **more: Any) -> Panel:
    """One number as it stands, or a ratio and its n."""
    return _panel(Kind.STAT, zh, en, queries, {"width": 4, "height": 5, "thresholds": PLAIN}, more)


def lines(zh: str, en: str, *queries: Query, **more: Any) -> Panel:
    """A course over time."""
    return _panel(Kind.LINES, zh, en, queries, {"width": 12}, more)


def bars(zh: str, en: str, *queries: Query, **more: Any) -> Panel:
    """Counts beside one another, now."""
    return _panel(Kind.BARS, zh, en, queries, {"width": 8, "thresholds": PLAIN}, more)


def table(zh: str, en: str, labels: Mapping[str, Said | None], *queries: Query, **more: Any) -> Panel:
    """A row for each value of the labels, a column for each query."""
    return _panel(Kind.TABLE, zh, en, queries, {"width": 24, "height": 10, "labels": labels}, more)


def heat(zh: str, en: str, buckets: str, **more: Any) -> Panel:
    """Where the cases of a histogram lie, over time; `buckets` keeps `le`."""
    return _panel(Kind.HEATMAP, zh, en, (q(buckets, "{{le}}"),), {"width": 12, "unit": "s"}, more)


def states(zh: str, en: str, *queries: Query, **more: Any) -> Panel:
    """When something was so and when it was not."""
    return _panel(Kind.TIMELINE, zh, en, queries, {"width": 12, "height": 6, "unit": "bool"}, more)


def shares(zh: str, en: str, *queries: Query, **more: Any) -> Panel:
    """Parts of a whole."""
    return _panel(Kind.PIE, zh, en, queries, {"width": 8}, more)


def _panel(
    kind: Kind, zh: str, en: str, queries: tuple[Query, ...], usual: dict[str, Any], more: dict[str, Any]
) -> Panel:
    return Panel(kind=kind, title=Said(zh, en), queries=queries, **{**usual, **more})
