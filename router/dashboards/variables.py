"""Template variables. Districts and desks are shown by name and asked for by code.

Grafana writes a sample as `{district="hubin", name="湖滨区"} 1 1764000000`, and escapes nothing: a name may have a
quote or a backslash in it, so it ends at the last quote before the closing brace.
"""

from __future__ import annotations

from router.dashboards.said import Said
from router.dashboards.spec import Variable

#: Aggregated, so that the labels are these and stand in this order.
DISTRICT = Variable(
    name="district",
    label=Said("区县", "District"),
    query="max by (district, name) (case_router_district_name)",
    regex='/district="(?<value>.+?)", ?name="(?<text>.+)"\\}/',
    several=True,
)
DESK = Variable(
    name="desk",
    label=Said("单位", "Desk"),
    query='max by (desk, name) (case_router_desk_name{district=~"$district"})',
    regex='/desk="(?<value>.+?)", ?name="(?<text>.+)"\\}/',
)
WINDOW = Variable(
    name="window",
    label=Said("统计期", "Period"),
    options=(
        (Said("近 7 天", "7 days"), "7d"),
        (Said("近 30 天", "30 days"), "30d"),
        (Said("近 24 小时", "24 hours"), "1d"),
    ),
)
MIN_COUNT = Variable(
    name="min_count",
    label=Said("排名最少件数", "Rank from n"),
    options=tuple((Said(count, count), count) for count in ("10", "1", "30", "100")),
)
RATIO = Variable(
    name="ratio",
    label=Said("口径", "Counts"),
    options=((Said("按首次发现", "by first sight"), "cohort"), (Said("按最后办结", "by last resolution"), "flow")),
)
SPAN = Variable(
    name="span",
    label=Said("统计期", "Period"),
    options=((Said("近 30 天", "30 days"), "30d"), (Said("全部", "all time"), "all")),
)
VARIANT = Variable(
    name="variant",
    label=Said("范围", "Which"),
    options=(
        (Said("全部", "all"), "total"),
        (Said("不含当场解决", "without on the spot"), "without_on_the_spot"),
        (Said("仅计独立核实的", "independently verified only"), "independent_only"),
    ),
)
