"""How each kind of panel is drawn: Grafana's options, units, colours, overrides and transformations."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import msgspec

from router.dashboards.colours import GREY
from router.dashboards.said import Language, words
from router.dashboards.spec import Kind, Panel, Threshold

Json = dict[str, Any]

_REDUCED = {"calcs": ["lastNotNull"], "fields": "", "values": False}
_TOOLTIP = {"mode": "multi", "sort": "desc"}
#: What stands where no name is known, or a category is not told apart; and the legends in which it may stand.
_PLACES = words("unknown", "other")
_NAMED = {"{{name}}"}
#: Kinds that show what is, and not how it came about.
_INSTANT = (Kind.TABLE, Kind.BARS, Kind.PIE)


class Drawn(msgspec.Struct, frozen=True, kw_only=True):
    """What Grafana needs to draw a panel."""

    fields: Json
    options: Json
    transformations: list[Json] = []
    #: Of every query.
    format: str = "time_series"
    instant: bool = False


def drawn(panel: Panel, language: Language, links: list[Json]) -> Drawn:
    """The panel's drawing; `links` lead away from a series, or from a table's first column."""
    table = panel.kind is Kind.TABLE
    defaults: Json = {
        "color": {"mode": _colour_mode(panel)},
        "custom": _custom(panel),
        "links": [] if table else links,
        "mappings": _mappings(panel, language),
        "thresholds": _thresholds(panel.thresholds if not table else ()),
        "unit": panel.unit,
    }
    if panel.decimals is not None:
        defaults["decimals"] = panel.decimals
    if panel.unit == "percentunit":
        defaults["min"] = 0
    overrides = _columns(panel, language, links) if table else _series(panel, language)
    form = {Kind.TABLE: "table", Kind.HEATMAP: "heatmap"}.get(panel.kind, "time_series")
    return Drawn(
        fields={"defaults": defaults, "overrides": overrides},
        options=_options(panel, language),
        transformations=_joined(panel, language) if table else [],
        format=form,
        instant=panel.kind in _INSTANT,
    )


def _colour_mode(panel: Panel) -> str:
    drawn_by_value = (Kind.STAT, Kind.BARS, Kind.TABLE, Kind.TIMELINE)
    return "thresholds" if panel.kind in drawn_by_value else "palette-classic"


def _thresholds(steps: tuple[Threshold, ...]) -> Json:
    shown = steps or (Threshold(None, GREY),)
    return {"mode": "absolute", "steps": [{"color": one.colour, "value": one.since} for one in shown]}


def _mappings(panel: Panel, language: Language) -> list[Json]:
    if not panel.shown:
        return []
    options = {
        value: {"color": one.colour, "index": index, "text": one.text.of(language)}
        for index, (value, one) in enumerate(panel.shown.items())
    }
    return [{"type": "value", "options": options}]


def _custom(panel: Panel) -> Json:
    if panel.kind is Kind.LINES:
        return {
            "axisSoftMin": 0,
            "drawStyle": "line",
            "fillOpacity": 40 if panel.stacked else 0,
            "lineWidth": 1 if panel.stacked else 2,
            "showPoints": "never",
            "spanNulls": False,
            "stacking": {"group": "A", "mode": "normal" if panel.stacked else "none"},
            "thresholdsStyle": {"mode": "dashed" if panel.thresholds else "off"},
        }
    if panel.kind is Kind.TIMELINE:
        return {"fillOpacity": 80, "lineWidth": 0}
    if panel.kind is Kind.TABLE:
        return {"align": "auto", "cellOptions": {"type": "auto"}, "filterable": True}
    return {}


def _of_stat(panel: Panel, _language: Language) -> Json:
    return {
        "colorMode": "value",
        "graphMode": "none" if len(panel.queries) > 1 else "area",
        "justifyMode": "auto",
        "orientation": "auto",
        "reduceOptions": _REDUCED,
        "textMode": "value_and_name" if _has_names(panel) else "value",
    }


def _of_bars(_panel: Panel, _language: Language) -> Json:
    return {
        "displayMode": "basic",
        "orientation": "horizontal",
        "reduceOptions": _REDUCED,
        "showUnfilled": True,
        "valueMode": "color",
    }


def _of_pie(_panel: Panel, _language: Language) -> Json:
    return {
        "displayLabels": ["percent"],
        "legend": {
            "displayMode": "table",
            "placement": "right",
            "showLegend": True,
            "values": ["value", "percent"],
        },
        "pieType": "donut",
        "reduceOptions": _REDUCED,
        "tooltip": _TOOLTIP,
    }


def _of_heatmap(panel: Panel, _language: Language) -> Json:
    return {
        "calculate": False,
        "cellGap": 1,
        "color": {"mode": "scheme", "scheme": "Oranges", "steps": 64},
        "filterValues": {"le": 1e-9},
        "legend": {"show": True},
        "rowsFrame": {"layout": "le"},
        "showValue": "never",
        "tooltip": {"mode": "single", "yHistogram": True},
        "yAxis": {"axisPlacement": "left", "unit": panel.unit},
    }


def _of_timeline(_panel: Panel, _language: Language) -> Json:
    return {
        "alignValue": "left",
        "legend": {"displayMode": "list", "placement": "bottom", "showLegend": True},
        "mergeValues": True,
        "rowHeight": 0.9,
        "showValue": "auto",
        "tooltip": _TOOLTIP,
    }


def _of_table(panel: Panel, language: Language) -> Json:
    most = panel.queries[0].legend.of(language)
    return {
        "cellHeight": "sm",
        "footer": {"show": False},
        "showHeader": True,
        "sortBy": [{"desc": True, "displayName": most}],
    }


def _of_lines(_panel: Panel, _language: Language) -> Json:
    return {
        "legend": {
            "calcs": ["lastNotNull", "max"],
            "displayMode": "table",
            "placement": "bottom",
            "showLegend": True,
        },
        "tooltip": _TOOLTIP,
    }


#: Kind of a panel → its own options; those of lines serve the rest.
_OPTIONS: dict[Kind, Callable[[Panel, Language], Json]] = {
    Kind.STAT: _of_stat,
    Kind.BARS: _of_bars,
    Kind.PIE: _of_pie,
    Kind.HEATMAP: _of_heatmap,
    Kind.TIMELINE: _of_timeline,
    Kind.TABLE: _of_table,
}


def _options(panel: Panel, language: Language) -> Json:
    return _OPTIONS.get(panel.kind, _of_lines)(panel, language)


def _has_names(panel: Panel) -> bool:
    """Whether a stat shows more than one number, so that each needs its name."""
    return len(panel.queries) > 1 or "{{" in panel.queries[0].legend.en


def _series(panel: Panel, language: Language) -> list[Json]:
    """Names and colours of single series, and the look of a denominator: grey, with an axis of its own."""
    overrides = [_override(query.legend.of(language), _of_count(panel)) for query in panel.queries if query.count]
    open_names = any("{{" in query.legend.of(language) for query in panel.queries)
    fixed = {query.legend.of(language) for query in panel.queries}
    said = {**panel.words, **(_PLACES if fixed & _NAMED else {})}
    for name in dict.fromkeys((*said, *panel.colours)):
        if not open_names and name not in fixed:
            continue
        properties: dict[str, object] = {}
        if name in said:
            properties["displayName"] = said[name].of(language)
        if name in panel.colours:
            properties["color"] = {"fixedColor": panel.colours[name], "mode": "fixed"}
        overrides.append(_override(name, properties))
    return overrides


def _places(language: Language) -> Json:
    options = {
        name: {"index": index, "text": said.of(language)} for index, (name, said) in enumerate(_PLACES.items())
    }
    return {"type": "value", "options": options}


def _of_count(panel: Panel) -> dict[str, object]:
    properties: dict[str, object] = {
        "unit": "short",
        "decimals": 0,
        "color": {"fixedColor": GREY, "mode": "fixed"},
    }
    if panel.kind is Kind.LINES:
        properties |= {
            "custom.axisPlacement": "right",
            "custom.drawStyle": "bars",
            "custom.fillOpacity": 15,
            "custom.lineWidth": 0,
            "custom.thresholdsStyle": {"mode": "off"},
        }
    return properties


def _columns(panel: Panel, language: Language, links: list[Json]) -> list[Json]:
    overrides: list[Json] = []
    for label, title in panel.labels.items():
        if title is None:
            overrides.append(_override(label, {"custom.hidden": True}))
        else:
            leads = {"links": links} if links and label == "name" else {}
            overrides.append(_override(title.of(language), {"mappings": [_places(language)], **leads}))
    for query in panel.queries:
        properties: dict[str, object] = {"unit": query.unit or panel.unit}
        if query.unit == "percentunit":
            properties["decimals"] = 1
            if panel.thresholds:
                properties["thresholds"] = _thresholds(panel.thresholds)
                properties["custom.cellOptions"] = {"type": "color-text"}
        overrides.append(_override(query.legend.of(language), properties))
    return overrides


def _joined(panel: Panel, language: Language) -> list[Json]:
    """One row for all queries' samples of the same labels, under the columns' titles."""
    single = len(panel.queries) == 1
    values = [
        ("Value" if single else f"Value #{chr(ord('A') + index)}", query)
        for index, query in enumerate(panel.queries)
    ]
    titles = {label: title.of(language) for label, title in panel.labels.items() if title is not None}
    titles |= {value: query.legend.of(language) for value, query in values}
    order = [*panel.labels, *(value for value, _ in values)]
    return [
        {"id": "merge", "options": {}},
        {
            "id": "organize",
            "options": {
                "excludeByName": {"Time": True},
                "indexByName": {name: index for index, name in enumerate(order)},
                "renameByName": titles,
            },
        },
    ]


def _override(name: str, properties: dict[str, object]) -> Json:
    return {
        "matcher": {"id": "byName", "options": name},
        "properties": [{"id": key, "value": value} for key, value in properties.items()],
    }
