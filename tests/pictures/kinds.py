"""How each kind of panel is drawn inside its box."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from tests.pictures.svg import FAINT, INK, LINE, area, cut, line, number, rect, text

Json = dict[str, Any]
_ZONE = ZoneInfo("Asia/Shanghai")
#: A row of text, and the edge around a panel's content.
_ROW, _EDGE = 18.0, 10.0


class Course(NamedTuple):
    """One series: its name, colour and values over time; of an instant query one value."""

    name: str
    colour: str
    unit: str
    values: Sequence[tuple[float, float]]
    #: A denominator beside a ratio.
    is_count: bool = False
    #: As exported: labels, for the rows of a table.
    labels: Mapping[str, str] = {}
    ref: str = "A"

    @property
    def last(self) -> float:
        """The newest value."""
        return self.values[-1][1]


class Box(NamedTuple):
    """Where to draw."""

    x: float
    y: float
    w: float
    h: float


def stat(panel: Json, found: Sequence[Course], box: Box) -> list[str]:
    """Numbers beside one another, each with its name where there are several."""
    parts, shown = [], found[:4]
    for index, one in enumerate(shown):
        width = box.w / len(shown)
        middle = box.x + width * (index + 0.5)
        colour = FAINT if one.is_count else graded(panel, one.last)
        size = min(34.0, width / 4.2)
        parts.append(
            text(middle, box.y + box.h * 0.55, _said(panel, one), size=size, fill=colour, anchor="middle")
        )
        if len(found) > 1:
            name = cut(one.name, width - 6, 11)
            parts.append(text(middle, box.y + box.h * 0.55 + 20, name, size=11, fill=FAINT, anchor="middle"))
    return parts


def _said(panel: Json, one: Course) -> str:
    """The newest value, or what the panel says in its place."""
    for mapping in panel["fieldConfig"]["defaults"]["mappings"]:
        if (shown := mapping["options"].get(f"{one.last:g}")) is not None:
            return str(shown["text"])
    return number(one.last, one.unit)


def lines(panel: Json, found: Sequence[Course], box: Box) -> list[str]:
    """Courses over time with a legend below; denominators as bars behind, with a scale of their own."""
    custom = panel["fieldConfig"]["defaults"]["custom"]
    shown = sorted((one for one in found if not one.is_count), key=lambda one: -one.last)[:8]
    counts = [one for one in found if one.is_count]
    legend = [*shown, *counts]
    below = math.ceil(len(legend) / 2) * _ROW
    plot = Box(box.x + 46, box.y, box.w - 56, box.h - 20 - below)
    stacked = custom["stacking"]["mode"] == "normal"
    sums = _stacked(shown) if stacked else [dict(one.values) for one in shown]
    values = [0.0, *(value for course in sums for value in course.values())]
    low, top = min(values), max(values) or 1
    times = sorted({at for one in found for at, _ in one.values})
    x, y = _scale(times[0], times[-1], plot.x, plot.w), _scale(top, low, plot.y, plot.h)
    parts = _grid(plot, low, top, shown[0].unit if shown else "short", y)
    for one in counts:
        parts += _columns(one, plot, x)
    # What lies below is drawn last: the lines of those above are not hidden by it.
    for one, course in reversed([*zip(shown, sums, strict=True)]):
        points = [(x(at), y(value)) for at, value in sorted(course.items())]
        if stacked:
            parts.append(area([(points[0][0], y(0)), *points, (points[-1][0], y(0))], one.colour))
        parts.append(line(points, one.colour))
    for share in (0.0, 0.5, 1.0):
        at = times[0] + (times[-1] - times[0]) * share
        day = datetime.fromtimestamp(at, _ZONE).strftime("%m-%d")
        parts.append(text(x(at), plot.y + plot.h + 13, day, size=10, fill=FAINT, anchor="middle"))
    if custom["thresholdsStyle"]["mode"] != "off":
        for step in panel["fieldConfig"]["defaults"]["thresholds"]["steps"]:
            if step["value"] is not None and low <= step["value"] <= top:
                level = y(step["value"])
                parts.append(line([(plot.x, level), (plot.x + plot.w, level)], step["color"], width=1, dash="4 4"))
    return parts + _legend(legend, Box(box.x + 6, box.y + box.h - below, box.w - 12, below))


def _columns(one: Course, plot: Box, x: Callable[[float], float]) -> list[str]:
    """A denominator behind the lines; its highest column is nine tenths of the plot."""
    most = max(value for _, value in one.values) or 1
    wide = plot.w / len(one.values) * 0.7
    parts = []
    for at, value in one.values:
        high = plot.h * value / most * 0.9
        parts.append(rect(x(at) - wide / 2, plot.y + plot.h - high, wide, high, "#3a3f46"))
    return parts


def _legend(shown: Sequence[Course], box: Box) -> list[str]:
    """Two columns of names with their newest values."""
    parts, wide = [], box.w / 2
    for index, one in enumerate(shown):
        left, top = box.x + index % 2 * wide, box.y + index // 2 * _ROW
        parts.append(rect(left, top + 2, 14, 4, "#6b7078" if one.is_count else one.colour))
        parts.append(text(left + 20, top + 9, cut(one.name, wide - 90, 11), size=11))
        newest = number(one.last, one.unit)
        parts.append(text(left + wide - 16, top + 9, newest, size=11, fill=FAINT, anchor="end"))
    return parts


def bars(panel: Json, found: Sequence[Course], box: Box) -> list[str]:
    """Horizontal bars, the longest first."""
    shown = sorted(found, key=lambda one: -one.last)[: int(box.h // (_ROW + 6))]
    most = max((one.last for one in shown), default=0) or 1
    parts = []
    for index, one in enumerate(shown):
        y, left, room = box.y + index * (_ROW + 6), box.x + box.w * 0.34, box.w * 0.48
        parts.append(text(left - 8, y + 13, cut(one.name, box.w * 0.33 - 10, 12), anchor="end"))
        parts.append(rect(left, y, room, _ROW, "#22252b", round_by=2))
        parts.append(rect(left, y, max(1.0, room * one.last / most), _ROW, graded(panel, one.last), round_by=2))
        parts.append(text(left + room + 8, y + 13, number(one.last, one.unit)))
    return parts


def table(panel: Json, found: Sequence[Course], box: Box) -> list[str]:
    """A row for each set of labels, a column for each query; the largest of the first column on top."""
    (organized,) = [one["options"] for one in panel["transformations"] if one["id"] == "organize"]
    titles: dict[str, str] = organized["renameByName"]
    labels = [name for name in organized["indexByName"] if not name.startswith("Value") and name in titles]
    columns = [target["refId"] for target in panel["targets"]]
    rows: dict[tuple[str, ...], dict[str, Course]] = {}
    for one in found:
        rows.setdefault(tuple(one.labels.get(name, "") for name in labels), {})[one.ref] = one

    def first(cells: dict[str, Course]) -> float:
        return cells[columns[0]].last if columns[0] in cells else -1.0

    ranked = sorted(rows.items(), key=lambda row: -first(row[1]))[: int(box.h // _ROW) - 1]
    wide = box.w * 0.24
    narrow = (box.w - wide) / max(1, len(columns) + len(labels) - 1)
    parts, heads = [], [titles[name] for name in labels] + [target["legendFormat"] for target in panel["targets"]]
    lefts = [box.x + (0 if index == 0 else wide + (index - 1) * narrow) for index in range(len(heads))]
    parts += [
        text(left, box.y + 12, cut(head, narrow - 4 if index else wide, 11), size=11, fill=FAINT)
        for index, (left, head) in enumerate(zip(lefts, heads, strict=True))
    ]
    for number_, (names, cells) in enumerate(ranked, start=1):
        y = box.y + number_ * _ROW
        parts.append(line([(box.x, y), (box.x + box.w, y)], LINE, width=1))
        shown = [
            *((_mapped(panel, head, name), INK) for head, name in zip(heads, names, strict=False)),
            *(_cell(panel, cells.get(column)) for column in columns),
        ]
        parts += [
            text(left, y + 13, cut(said, wide, 12), fill=fill)
            for left, (said, fill) in zip(lefts, shown, strict=True)
        ]
    return parts


def _mapped(panel: Json, column: str, value: str) -> str:
    """What a column says in place of a value."""
    for one in panel["fieldConfig"]["overrides"]:
        for prop in one["properties"]:
            if one["matcher"]["options"] == column and prop["id"] == "mappings":
                options = {key: option for mapping in prop["value"] for key, option in mapping["options"].items()}
                return str(options.get(value, {"text": value})["text"])
    return value


def _cell(panel: Json, one: Course | None) -> tuple[str, str]:
    if one is None:
        return "–", FAINT
    return _said(panel, one), graded(panel, one.last, one.name) if one.unit == "percentunit" else INK


def pie(_panel: Json, found: Sequence[Course], box: Box) -> list[str]:
    """A ring of shares, and who they are."""
    whole = sum(one.last for one in found) or 1
    radius = (min(box.h, box.w * 0.45) / 2 - 4) * 0.78
    middle_x, middle_y = box.x + box.w * 0.23, box.y + box.h / 2
    turned, parts = -math.pi / 2, []
    for index, one in enumerate(sorted(found, key=lambda one: -one.last)[:9]):
        # A whole turn would end where it begins, and draw nothing.
        angle = min(one.last / whole, 0.9999) * 2 * math.pi
        begin, end = (
            f"{middle_x + radius * math.cos(at):.1f} {middle_y + radius * math.sin(at):.1f}"
            for at in (turned, turned + angle)
        )
        arc = f"M {begin} A {radius:.1f} {radius:.1f} 0 {int(angle > math.pi)} 1 {end}"
        parts.append(f'<path d="{arc}" fill="none" stroke="{one.colour}" stroke-width="{radius / 2:.1f}"/>')
        y = box.y + 16 + index * _ROW
        parts.append(rect(box.x + box.w * 0.5, y - 9, 10, 10, one.colour))
        parts.append(text(box.x + box.w * 0.5 + 16, y, cut(one.name, box.w * 0.28, 11), size=11))
        parts.append(text(box.x + box.w - 4, y, f"{one.last / whole:.0%}", size=11, fill=FAINT, anchor="end"))
        turned += angle
    return parts


def heat(_panel: Json, found: Sequence[Course], box: Box) -> list[str]:
    """Columns of time, rows of buckets: the more, the brighter."""
    rows = sorted(found, key=lambda one: float(one.labels["le"]))
    plot = Box(box.x + 50, box.y, box.w - 56, box.h - 6)
    wide, high = plot.w / len(rows[0].values), plot.h / len(rows)
    below: dict[float, float] = {}
    cells: list[tuple[float, float, float]] = []
    parts = []
    for row, one in enumerate(rows):
        top = plot.y + plot.h - (row + 1) * high
        for column, (at, value) in enumerate(one.values):
            # Each bucket counts what lies in those before it too.
            cells.append((plot.x + column * wide, top, value - below.get(at, 0.0)))
            below[at] = value
        if row % 3 == 0 or row == len(rows) - 1:
            edge = float(one.labels["le"])
            said = "∞" if math.isinf(edge) else number(edge, "s")
            parts.append(text(plot.x - 6, top + high - 3, said, size=10, fill=FAINT, anchor="end"))
    most = max(value for _, _, value in cells) or 1
    for x, y, value in cells:
        if value > 0:
            opacity = 0.15 + 0.85 * value / most
            parts.append(rect(x, y, wide - 1, high - 1, "#FF9830", opacity=opacity))
    return parts


def states(panel: Json, found: Sequence[Course], box: Box) -> list[str]:
    """A band for each series, coloured by what it was."""
    mapped = {
        key: one
        for mapping in panel["fieldConfig"]["defaults"]["mappings"]
        for key, one in mapping["options"].items()
    }
    parts, high = [], min(30.0, box.h / max(1, len(found)))
    for index, one in enumerate(found[: int(box.h // 14)]):
        y = box.y + index * high
        parts.append(text(box.x, y + high / 2 + 4, cut(one.name, 86, 11), size=11))
        x = _scale(one.values[0][0], one.values[-1][0], box.x + 92, box.w - 100)
        for (at, value), (until, _) in zip(one.values, [*one.values[1:], one.values[-1]], strict=True):
            shown = mapped.get(f"{value:g}", {"color": FAINT})
            parts.append(rect(x(at), y + 4, max(0.5, x(until) - x(at)), high - 8, shown["color"]))
    return parts


KINDS: dict[str, Callable[[Json, Sequence[Course], Box], list[str]]] = {
    "stat": stat,
    "timeseries": lines,
    "bargauge": bars,
    "table": table,
    "piechart": pie,
    "heatmap": heat,
    "state-timeline": states,
}


def graded(panel: Json, value: float, column: str = "") -> str:
    """The colour that the thresholds of a panel, or of a table's column, give to a value."""
    steps = panel["fieldConfig"]["defaults"]["thresholds"]["steps"]
    for one in panel["fieldConfig"]["overrides"]:
        if column and one["matcher"]["options"] == column:
            own = {prop["id"]: prop["value"] for prop in one["properties"]}.get("thresholds")
            if own is None:
                return INK
            steps = own["steps"]
    return str([step["color"] for step in steps if step["value"] is None or value >= step["value"]][-1])


def _stacked(found: Sequence[Course]) -> list[dict[float, float]]:
    """Each course on top of those before it."""
    sums: list[dict[float, float]] = []
    below: dict[float, float] = {}
    for one in found:
        below = below | {at: below.get(at, 0.0) + value for at, value in one.values}
        sums.append({at: below[at] for at, _ in one.values})
    return sums


def _scale(low: float, high: float, start: float, length: float) -> Callable[[float], float]:
    span = (high - low) or 1
    return lambda value: start + (value - low) / span * length


def _grid(plot: Box, low: float, top: float, unit: str, y: Callable[[float], float]) -> list[str]:
    parts = []
    for part in range(5):
        value = low + (top - low) * part / 4
        parts.append(line([(plot.x, y(value)), (plot.x + plot.w, y(value))], LINE, width=1))
        parts.append(text(plot.x - 6, y(value) + 4, number(value, unit), size=10, fill=FAINT, anchor="end"))
    return parts
