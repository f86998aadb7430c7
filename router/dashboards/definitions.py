"""The definition beside a number: the catalogue's own sentences about every metric of a panel's queries."""

from __future__ import annotations

import re

from router.dashboards.foreign import FOREIGN
from router.dashboards.said import Language
from router.dashboards.spec import Panel
from router.metrics.cases import CASE_METRICS
from router.metrics.cases.pipeline import CATEGORY_NAME, COLLECTED, DISTRICT_NAME, UNIT
from router.metrics.catalogue import METRICS
from router.metrics.metric import Metric

KNOWN: dict[str, Metric] = {metric.name: metric for metric in (*CASE_METRICS, *METRICS, *FOREIGN)}
#: Metrics that only lend a name to a code, or say that there were figures at all: beside others a reader wants no
#: definition of them.
_LENDERS = {UNIT.name, DISTRICT_NAME.name, CATEGORY_NAME.name, COLLECTED.name}
_WORD = re.compile(r"[a-zA-Z_:][a-zA-Z0-9_:]*")
_QUOTED = re.compile(r'"(?:[^"\\]|\\.)*"')
_HISTOGRAM = re.compile(r"_(bucket|sum|count)$")


def metrics_of(expr: str) -> tuple[Metric, ...]:
    """Metrics of the catalogues that an expression names, in the order in which they first stand."""
    found: dict[str, Metric] = {}
    for word in _WORD.findall(_QUOTED.sub('""', expr)):
        metric = KNOWN.get(word) or KNOWN.get(_HISTOGRAM.sub("", word))
        if metric is not None:
            found.setdefault(metric.name, metric)
    return tuple(found.values())


def defined(panel: Panel) -> tuple[Metric, ...]:
    """Metrics whose definitions stand beside the panel."""
    found = {metric.name: metric for query in panel.queries for metric in metrics_of(query.expr)}
    return tuple(metric for name, metric in found.items() if name not in _LENDERS or found.keys() <= _LENDERS)


def definition(panel: Panel, language: Language) -> str:
    """The panel's description in Markdown: how to read it, then each metric, what it is and what a rise means."""
    said = [panel.says.of(language)] if panel.says is not None else []
    metrics = defined(panel)
    if language == "zh":
        lines = [f"- `{one.name}`：{one.help_zh}升高意味着：{one.rise_zh}" for one in metrics]
    else:
        lines = [f"- `{one.name}`: {one.help} When it rises: {one.rise}" for one in metrics]
    return "\n\n".join((*said, "\n".join(lines)))
