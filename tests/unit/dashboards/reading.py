"""Reading dashboards and PromQL as the lint rules need them: no parser, and strict about what it does not know."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from router.dashboards.definitions import KNOWN
from router.metrics.metric import Metric

FOLDER = Path(__file__).resolve().parents[3] / "deploy" / "grafana" / "dashboards"
FILES = sorted(FOLDER.glob("*/*.json"))

Json = dict[str, Any]

#: Words of PromQL that are no series.
_KEYWORDS = {"by", "on", "or", "and", "unless", "bool", "offset", "group_left", "ignoring", "without", "le"}
_STRING = re.compile(r'"(?:[^"\\]|\\.)*"')
_SELECTOR = re.compile(r"([a-zA-Z_:][a-zA-Z0-9_:]*)\{([^}]*)\}")
_LABELS = re.compile(r"\b(by|on|without|ignoring|group_left)\s*\(([^)]*)\)")
_MATCHER = re.compile(r'([a-z_]+)\s*(=~|=|!=|!~)\s*"((?:[^"\\]|\\.)*)"')


def name_of(path: Path) -> str:
    return f"{path.parent.name}/{path.stem}"


def read(path: Path) -> Json:
    found: Json = json.loads(path.read_text(encoding="utf-8"))
    return found


def panels(board: Json) -> list[Json]:
    """Panels that show something, titles of rows left out."""
    return [panel for panel in board["panels"] if panel["type"] != "row"]


def queries(board: Json) -> Iterator[tuple[str, str]]:
    """Title and expression of every query of a dashboard."""
    for panel in panels(board):
        for target in panel["targets"]:
            yield panel["title"], target["expr"]


def series_names(expr: str) -> set[str]:
    """Every series that an expression names, known or not."""
    bare = _STRING.sub('""', expr)
    bare = re.sub(r"\{[^}]*\}", "", bare)
    bare = _LABELS.sub(" ", bare)
    # What stands before a bracket is a function or an aggregation.
    bare = re.sub(r"\b[a-z_]+\s*\((?!\s*\))|\b[a-z_]+\s*\(\s*\)", "(", bare)
    # Aggregations with labels have lost these, and stand before a bracket still.
    bare = re.sub(r"\[[^\]]*\]|\$\w+|\boffset\s+\S+", " ", bare)
    words = re.findall(r"(?<![\w.])[a-zA-Z_:][a-zA-Z0-9_:]*", bare)
    return {word for word in words if word not in _KEYWORDS and not re.fullmatch(r"sum|max|min|count|topk", word)}


def metric_of(series: str) -> Metric | None:
    """The metric of a series' name; the parts of a histogram are series of their own."""
    if metric := KNOWN.get(series):
        return metric if metric.kind != "histogram" else None
    whole = KNOWN.get(re.sub(r"_(bucket|sum|count)$", "", series))
    return whole if whole is not None and whole.kind == "histogram" else None


def matchers(expr: str) -> Iterator[tuple[str, str, str, str]]:
    """Series, label, operator and value of every matcher."""
    for series, inside in _SELECTOR.findall(expr):
        for label, operator, value in _MATCHER.findall(inside):
            yield series, label, operator, value
