"""The tables of docs/metrics.md and docs/metrics.zh-CN.md, from both catalogues.

`python -m router.metrics.document` rewrites them; a test holds pages and catalogues together.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path

from router.metrics.cases.before_complaint import BEFORE
from router.metrics.cases.happened import HAPPENED
from router.metrics.cases.pipeline import PIPELINE
from router.metrics.cases.standing import STANDING
from router.metrics.catalogue import METRICS
from router.metrics.metric import Metric

#: Name of a table in the pages → what is in it.
TABLES: dict[str, Sequence[Metric]] = {
    "process": METRICS,
    "happened": HAPPENED,
    "standing": STANDING,
    "before complaint": BEFORE,
    "pipeline": PIPELINE,
}
#: Page → its language.
PAGES = {"metrics.md": "en", "metrics.zh-CN.md": "zh"}

_HEADS = {
    "en": "| metric | kind, unit | labels | meaning | when it rises |",
    "zh": "| 指标 | 类型、单位 | 标签 | 含义 | 上升意味着 |",
}


def page(before: str, language: str) -> str:
    """A page with its tables made anew; what stands around their markers is kept.

    Raises:
        ValueError: the page has no place for one of the tables.
    """
    text = before
    for name, metrics in TABLES.items():
        begin, end = (f"<!-- {name}: {word} (python -m router.metrics.document) -->" for word in ("begin", "end"))
        if text.count(begin) != 1 or text.count(end) != 1:
            raise ValueError(f"no place for the table {name!r}")
        head, _, rest = text.partition(begin)
        text = f"{head}{begin}\n\n{_table(metrics, language)}\n\n{end}{rest.partition(end)[2]}"
    return text


def _table(metrics: Sequence[Metric], language: str) -> str:
    return "\n".join((_HEADS[language], "|---|---|---|---|---|", *(_row(metric, language) for metric in metrics)))


def _row(metric: Metric, language: str) -> str:
    meaning, rise = (metric.help, metric.rise) if language == "en" else (metric.help_zh, metric.rise_zh)
    kind = f"{metric.kind}, {metric.unit}" if metric.unit else metric.kind
    labels = "; ".join(
        f"`{label}`: {', '.join(values)}" if values else f"`{label}`" for label, values in metric.labels.items()
    )
    return f"| `{metric.name}` | {kind} | {labels} | {meaning} | {rise} |"


if __name__ == "__main__":
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else Path("docs")
    for file, tongue in PAGES.items():
        path = folder / file
        path.write_text(page(path.read_text(encoding="utf-8"), tongue), encoding="utf-8")
