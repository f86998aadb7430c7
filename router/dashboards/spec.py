"""A dashboard as a value: rows of panels, panels with queries. Nothing of Grafana's format stands here."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum

import msgspec

from router.dashboards.said import Said


class Kind(StrEnum):
    """What a panel is drawn as; the values are Grafana's plugin ids."""

    STAT = "stat"
    LINES = "timeseries"
    BARS = "bargauge"
    TABLE = "table"
    HEATMAP = "heatmap"
    TIMELINE = "state-timeline"
    PIE = "piechart"  # for shares of a whole, nothing else


class Query(msgspec.Struct, frozen=True, kw_only=True):
    """One expression of PromQL."""

    expr: str
    #: What the legend says; `{{label}}` stands for a label's value. In a table: the column's title.
    legend: Said
    #: Whether it is a denominator shown beside a ratio, not the ratio.
    count: bool = False
    #: In a table: the unit of the column; elsewhere the panel's counts.
    unit: str = ""


class Threshold(msgspec.Struct, frozen=True):
    """From this value on, this colour; None: from the lowest."""

    since: float | None
    colour: str


class Shown(msgspec.Struct, frozen=True):
    """What a number is shown as in a state timeline or a stat."""

    text: Said
    colour: str


class Link(msgspec.Struct, frozen=True):
    """From a row or a series to another dashboard, with a variable set from a label of the same name."""

    to: str
    label: str


class Panel(msgspec.Struct, frozen=True, kw_only=True):
    """One panel."""

    kind: Kind
    title: Said
    queries: tuple[Query, ...]
    #: Grafana's name of the unit: `short`, `s`, `percentunit`, `ops`, `bytes`, `bool`, `d`.
    unit: str = "short"
    #: What stands before the definitions: how to read it.
    says: Said | None = None
    #: Of 24 columns, and of rows of 30 pixels.
    width: int = 6
    height: int = 8
    thresholds: tuple[Threshold, ...] = ()
    #: Label value → what the legend says in its place.
    words: Mapping[str, Said] = {}
    #: Name of a series, as exported → colour.
    colours: Mapping[str, str] = {}
    shown: Mapping[str, Shown] = {}
    stacked: bool = False
    link: Link | None = None
    #: Tables: labels that are columns, with their titles; those without one are hidden.
    labels: Mapping[str, Said | None] = {}
    #: Least step of a range query; empty: Grafana's choice.
    step: str = ""
    decimals: int | None = None


class Row(msgspec.Struct, frozen=True):
    """A titled group of panels."""

    title: Said
    panels: tuple[Panel, ...]


class Variable(msgspec.Struct, frozen=True, kw_only=True):
    """One template variable. Exactly one of `query` and `options` is set."""

    name: str
    label: Said
    #: An instant query of which each sample is an option.
    query: str = ""
    #: How an option's text and value are read from a sample, with groups `text` and `value`.
    regex: str = ""
    #: Text and value of each option; the first is chosen.
    options: tuple[tuple[Said, str], ...] = ()
    several: bool = False


class Dashboard(msgspec.Struct, frozen=True, kw_only=True):
    """One dashboard; its uid is `case-router-<slug>` and the language."""

    slug: str
    title: Said
    says: Said
    variables: tuple[Variable, ...] = ()
    rows: tuple[Row, ...]
    #: How far back it looks when opened, and how often it asks again.
    since: str = "now-7d"
    refresh: str = "1m"

    @property
    def panels(self) -> tuple[Panel, ...]:
        """All panels, in the order in which they stand."""
        return tuple(panel for row in self.rows for panel in row.panels)
