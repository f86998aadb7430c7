"""A whole dashboard: its panels where its grid has them, with what a Prometheus answers to their queries."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from tests.integration.asking import Span, resolved
from tests.pictures.kinds import KINDS, Box, Course
from tests.pictures.svg import FAINT, INK, PALETTE, PANEL, cut, page, rect, text

Json = dict[str, Any]
_COLUMN, _ROW, _MARGIN, _HEAD = 50.0, 30.0, 16.0, 64.0
_GAP = 6.0
_SHOWN = timedelta(days=21)
_CAPTION = {
    "zh": "示意图：由演示城市的数据绘制，不是 Grafana 截图；城市与数字均为虚构。",
    "en": "Drawn from figures of the demo city, not a screenshot of Grafana; city and numbers are made up.",
}


def picture(board: Json, language: str, chosen: Mapping[str, str], span: Span) -> str:
    """The dashboard as an SVG."""
    width = 24 * _COLUMN + 2 * _MARGIN
    lowest = max(panel["gridPos"]["y"] + panel["gridPos"]["h"] for panel in board["panels"])
    parts = [
        text(_MARGIN, 30, board["title"], size=22),
        text(_MARGIN, 52, _CAPTION[language], size=12, fill=FAINT),
    ]
    for panel in board["panels"]:
        grid = panel["gridPos"]
        box = Box(_MARGIN + grid["x"] * _COLUMN, _HEAD + grid["y"] * _ROW, grid["w"] * _COLUMN, grid["h"] * _ROW)
        if panel["type"] == "row":
            parts.append(text(box.x, box.y + 20, panel["title"], size=15, fill=INK))
        else:
            parts += _panel(panel, box, chosen, span)
    return page(width, _HEAD + lowest * _ROW + _MARGIN, parts)


def _panel(panel: Json, box: Box, chosen: Mapping[str, str], span: Span) -> list[str]:
    parts = [
        rect(box.x + _GAP / 2, box.y + _GAP / 2, box.w - _GAP, box.h - _GAP, PANEL, round_by=3),
        text(box.x + 12, box.y + 22, cut(panel["title"], box.w - 24, 13), size=13),
    ]
    found = courses(panel, chosen, span)
    if found:
        parts += KINDS[panel["type"]](panel, found, Box(box.x + 12, box.y + 34, box.w - 24, box.h - 46))
    return parts


def courses(panel: Json, chosen: Mapping[str, str], span: Span) -> list[Course]:
    """What the panel's queries answer, with names, colours and units as its file gives them."""
    own = {
        one["matcher"]["options"]: {prop["id"]: prop["value"] for prop in one["properties"]}
        for one in panel["fieldConfig"]["overrides"]
    }
    found: list[Course] = []
    for target in panel["targets"]:
        expr = resolved(target["expr"], chosen, span)
        start = span.end if target["instant"] else span.end - _SHOWN
        for series in span.server.query_range(expr, start, span.end, span.step_s):
            values = [(at, value) for at, value in series.values if math.isfinite(value)]
            if not values:
                continue
            name = _named(target["legendFormat"], series.labels)
            more = own.get(name, {})
            colour = more.get("color", {}).get("fixedColor") or PALETTE[len(found) % len(PALETTE)]
            found.append(
                Course(
                    name=more.get("displayName", name),
                    colour=colour,
                    unit=more.get("unit", panel["fieldConfig"]["defaults"]["unit"]),
                    values=values,
                    is_count=target["legendFormat"] in ("n", "件数 n"),
                    labels=series.labels,
                    ref=target["refId"],
                )
            )
    return found


def _named(legend: str, labels: Mapping[str, str]) -> str:
    """A legend with the values of the labels that it names."""
    return re.sub(r"\{\{(\w+)\}\}", lambda match: labels.get(match[1], ""), legend)
