"""A dashboard in Grafana's classic JSON: what file provisioning takes from Grafana 10 to 13.

`__inputs` are ignored by file provisioning, so the data source is a variable; ids are counted from the top, so
that the same dashboard is the same bytes.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from router.dashboards.definitions import definition
from router.dashboards.drawing import drawn
from router.dashboards.layout import placed
from router.dashboards.said import Language, Said
from router.dashboards.spec import Dashboard, Panel, Query, Row, Variable

#: Of Grafana 10.4; newer ones carry it over by themselves, none of the older 10 needs to.
SCHEMA_VERSION = 39
DATASOURCE = {"type": "prometheus", "uid": "${datasource}"}
ZONE = "Asia/Shanghai"
_TAGS = ("case-router", "工单路由")
_ALL = Said("全部", "All")

Json = dict[str, Any]


def uid(slug: str, language: Language) -> str:
    """Of a dashboard: it is the same for ever, so that links and bookmarks hold."""
    return f"case-router-{slug}-{language}"


def classic(dashboard: Dashboard, shelf: Sequence[Dashboard], language: Language) -> Json:
    """The dashboard as Grafana reads it; `shelf` are all of them, which it links to."""
    return {
        "annotations": {"list": []},
        "description": dashboard.says.of(language),
        "editable": False,
        "fiscalYearStartMonth": 0,
        "graphTooltip": 1,
        "id": None,
        "links": [_to(other, language) for other in shelf if other.slug != dashboard.slug],
        "panels": [
            _row(what, number, language, place)
            if isinstance(what, Row)
            else _panel(what, number, language, place, dashboard)
            for number, (what, grid) in enumerate(placed(dashboard), start=1)
            for place in ({"x": grid.x, "y": grid.y, "w": grid.w, "h": grid.h},)
        ],
        "refresh": dashboard.refresh,
        "schemaVersion": SCHEMA_VERSION,
        "tags": [*_TAGS, language],
        "templating": {"list": [_source(language), *(_variable(one, language) for one in dashboard.variables)]},
        "time": {"from": dashboard.since, "to": "now"},
        "timepicker": {},
        "timezone": ZONE,
        "title": dashboard.title.of(language),
        "uid": uid(dashboard.slug, language),
        "version": 1,
        "weekStart": "monday",
    }


def _to(other: Dashboard, language: Language) -> Json:
    return {
        "asDropdown": False,
        "icon": "dashboard",
        "includeVars": True,
        "keepTime": True,
        "tags": [],
        "targetBlank": False,
        "title": other.title.of(language),
        "tooltip": other.says.of(language),
        "type": "link",
        "url": f"/d/{uid(other.slug, language)}",
    }


def _row(row: Row, number: int, language: Language, place: Json) -> Json:
    return {
        "collapsed": False,
        "gridPos": place,
        "id": number,
        "panels": [],
        "title": row.title.of(language),
        "type": "row",
    }


def _panel(panel: Panel, number: int, language: Language, place: Json, dashboard: Dashboard) -> Json:
    look = drawn(panel, language, links=_links(panel, language, dashboard))
    return {
        "datasource": DATASOURCE,
        "description": definition(panel, language),
        "gridPos": place,
        "id": number,
        "targets": [
            _target(query, chr(ord("A") + index), panel, language, look.format, instant=look.instant)
            for index, query in enumerate(panel.queries)
        ],
        "title": panel.title.of(language),
        "type": panel.kind.value,
        "fieldConfig": look.fields,
        "options": look.options,
        **({"transformations": look.transformations} if look.transformations else {}),
    }


def _target(query: Query, ref: str, panel: Panel, language: Language, form: str, *, instant: bool) -> Json:
    return {
        "datasource": DATASOURCE,
        "editorMode": "code",
        "expr": query.expr,
        "format": form,
        "instant": instant,
        "legendFormat": query.legend.of(language),
        "range": not instant,
        "refId": ref,
        **({"interval": panel.step} if panel.step else {}),
    }


def _links(panel: Panel, language: Language, dashboard: Dashboard) -> list[Json]:
    """To the dashboard of the district or desk that was clicked; what is chosen there otherwise stays chosen."""
    if panel.link is None:
        return []
    label = panel.link.label
    # A table's row has its labels as columns, a series has them as labels.
    value = f"${{__data.fields.{label}}}" if panel.labels else f"${{__field.labels.{label}}}"
    kept = ["${datasource:queryparam}"]
    kept += [f"${{{one.name}:queryparam}}" for one in dashboard.variables if one.name in ("window", "min_count")]
    name = Said("查看所点的一项", "Look at the one that was clicked").of(language)
    url = f"/d/{uid(panel.link.to, language)}?${{__url_time_range}}&{'&'.join(kept)}&var-{label}={value}"
    return [{"targetBlank": False, "title": name, "url": url}]


def _variable(one: Variable, language: Language) -> Json:
    shared = {"hide": 0, "label": one.label.of(language), "name": one.name, "skipUrlSync": False}
    return {**shared, **(_asked(one, language) if one.query else _listed(one, language))}


def _asked(one: Variable, language: Language) -> Json:
    query = f"query_result({one.query})"
    chosen = {"text": [_ALL.of(language)], "value": ["$__all"]} if one.several else {}
    return {
        "type": "query",
        "datasource": DATASOURCE,
        "definition": query,
        "query": {"query": query, "refId": f"variable-{one.name}"},
        "regex": one.regex,
        # On every change of the time range: desks come and go.
        "refresh": 2,
        "sort": 1,
        "multi": one.several,
        "includeAll": one.several,
        "allValue": ".*" if one.several else None,
        "current": chosen,
        "options": [],
    }


def _listed(one: Variable, language: Language) -> Json:
    options = [
        {"selected": not index, "text": said.of(language), "value": value}
        for index, (said, value) in enumerate(one.options)
    ]
    return {
        "type": "custom",
        "query": ",".join(f"{option['text']} : {option['value']}" for option in options),
        "multi": False,
        "includeAll": False,
        "current": {key: options[0][key] for key in ("text", "value")},
        "options": options,
    }


def _source(language: Language) -> Json:
    return {
        "type": "datasource",
        "name": "datasource",
        "label": Said("数据源", "Data source").of(language),
        "query": "prometheus",
        "regex": "",
        "refresh": 1,
        "hide": 0,
        "skipUrlSync": False,
        "multi": False,
        "includeAll": False,
        "current": {},
        "options": [],
    }
