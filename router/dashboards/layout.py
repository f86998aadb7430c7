"""Where panels stand: from left to right on a grid of 24 columns, a new line where the next one does not fit."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from router.dashboards.spec import Dashboard, Panel, Row

COLUMNS = 24


class Place(msgspec.Struct, frozen=True):
    """Of a panel or of a row's title; in columns and rows of the grid."""

    x: int
    y: int
    w: int
    h: int


def placed(dashboard: Dashboard) -> Iterator[tuple[Row | Panel, Place]]:
    """Each row's title and each panel, with its place, from top to bottom."""
    y = 0
    for row in dashboard.rows:
        yield row, Place(0, y, COLUMNS, 1)
        y += 1
        x = tallest = 0
        for panel in row.panels:
            if x + panel.width > COLUMNS:
                x, y, tallest = 0, y + tallest, 0
            yield panel, Place(x, y, panel.width, panel.height)
            x += panel.width
            tallest = max(tallest, panel.height)
        y += tallest
