"""Pieces of SVG, and numbers as people read them."""

from __future__ import annotations

from collections.abc import Iterable
from html import escape

#: As on a dark wall; text, lines between, and what is said less loudly.
PAGE, PANEL, INK, FAINT, LINE = "#111217", "#181b1f", "#ccccdc", "#8e8e9a", "#2c3235"
#: Series without a colour of their own, in order.
PALETTE = ("#7EB26D", "#EAB839", "#6ED0E0", "#EF843C", "#E24D42", "#1F78C1", "#BA43A9", "#705DA0", "#508642")
_FONT = "system-ui, 'Noto Sans CJK SC', 'PingFang SC', 'Microsoft YaHei', 'WenQuanYi Micro Hei', sans-serif"
_UNITS_S = ((86400, "d"), (3600, "h"), (60, "min"), (1, "s"), (0.001, "ms"))
#: A Chinese character is as wide as its size, a Latin one about half of it.
_WIDE, _NARROW = 1.0, 0.56


def page(width: float, height: float, parts: Iterable[str]) -> str:
    """The whole picture."""
    body = "\n".join(parts)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width:g} {height:g}" font-family="{_FONT}">\n'
        f"{rect(0, 0, width, height, PAGE)}\n{body}\n</svg>\n"
    )


def rect(
    x: float, y: float, width: float, height: float, fill: str, *, round_by: float = 0, opacity: float = 1
) -> str:
    """A filled rectangle."""
    more = f' rx="{round_by:g}"' if round_by else ""
    if opacity < 1:
        more += f' fill-opacity="{opacity:.2f}"'
    return f'<rect x="{x:.1f}" y="{y:.1f}" width="{width:.1f}" height="{height:.1f}" fill="{fill}"{more}/>'


def text(x: float, y: float, said: str, *, size: float = 12, fill: str = INK, anchor: str = "start") -> str:
    """A line of text; `y` is its base line."""
    place = f'x="{x:.1f}" y="{y:.1f}" font-size="{size:g}" text-anchor="{anchor}"'
    return f'<text {place} fill="{fill}">{escape(said)}</text>'


def line(points: Iterable[tuple[float, float]], stroke: str, *, width: float = 1.5, dash: str = "") -> str:
    """A line through points."""
    path = " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
    dashed = f' stroke-dasharray="{dash}"' if dash else ""
    return f'<polyline points="{path}" fill="none" stroke="{stroke}" stroke-width="{width:g}"{dashed}/>'


def area(points: Iterable[tuple[float, float]], fill: str) -> str:
    """A filled shape through points."""
    path = " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
    return f'<polygon points="{path}" fill="{fill}" fill-opacity="0.55"/>'


def cut(said: str, width: float, size: float) -> str:
    """As much of a text as fits, and an ellipsis."""
    taken, used = "", 0.0
    for character in said:
        used += size * (_WIDE if ord(character) > 0x2E80 else _NARROW)
        if used > width:
            return f"{taken}…"
        taken += character
    return taken


def number(value: float, unit: str) -> str:
    """A number in Grafana's units, shortened."""
    if unit == "percentunit":
        return f"{value * 100:.1f}%"
    if unit == "s":
        for size, name in _UNITS_S:
            if abs(value) >= size:
                return f"{value / size:.3g} {name}"
        return "0 s"
    for size, name in ((1e9, "G"), (1e6, "M"), (1e3, "k")):
        if abs(value) >= 10 * size:
            return f"{value / size:.3g}{name}"
    return f"{value:.0f}" if float(value).is_integer() else f"{value:.3g}"
