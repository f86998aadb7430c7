"""Resolved before complaint (未诉先办): the rate, what it rests on, and how firm it is."""

from __future__ import annotations

from typing import Any

from router.dashboards.colours import GREEN, ORANGE, RED, Look
from router.dashboards.measures import TOO_FEW
from router.dashboards.panels import bars, lines, n, q, row, stat, table
from router.dashboards.promql import IN_DISTRICT, MIN_COUNT as LEAST, named, ratio, total
from router.dashboards.said import Said
from router.dashboards.spec import Dashboard, Link, Panel, Row, Threshold
from router.dashboards.variables import DISTRICT, MIN_COUNT, RATIO, SPAN, VARIANT
from router.metrics.cases import before_complaint as b
from router.metrics.metric import Metric

SLUG = "before-complaint"
_WHICH = ('ratio="$ratio"', 'window="$span"', 'variant="$variant"')
_HERE = (IN_DISTRICT, *_WHICH)
#: Below this share of cases with a place to link by, the rate is not assessable (docs/behaviour.md).
_ASSESSABLE = 0.8
_HONEST = Said(
    "不设目标色：压低投诉也能抬高这一比率。请与口径、分母、可评估占比同看。",
    "It has no target and no colour: keeping people from complaining raises it as well. Read it with its counts.",
)


def dashboard(_look: Look) -> Dashboard:
    return Dashboard(
        slug=SLUG,
        title=Said("未诉先办", "Resolved before complaint"),
        says=Said(
            "多少问题在有人投诉之前就解决了，这一数字建立在什么之上，有多可靠。",
            "How many problems were put right before anybody complained, what that rests on, and how firm it is.",
        ),
        variables=(DISTRICT, RATIO, SPAN, VARIANT, MIN_COUNT),
        rows=(_rate(), _districts(), _compared()),
        since="now-30d",
    )


def _of(metric: Metric, by: tuple[str, ...] = (), where: tuple[str, ...] = _HERE) -> str:
    return total(metric, by, where)


def _rate() -> Row:
    problems = _of(b.PROBLEMS)
    resolved = _of(b.BEFORE_COMPLAINT)
    counted = total(b.COUNTED, where=(IN_DISTRICT,))
    linkable = total(b.COUNTED, where=(IN_DISTRICT, 'linkable="yes"'))
    return row(
        "比率与依据",
        "The rate and what it rests on",
        _share("未诉先办率", "Resolved before complaint", ratio(resolved, problems), problems, says=_HONEST),
        _share(
            "其中仍可能被撤回的",
            "Of these, may still be taken back",
            ratio(_of(b.BEFORE_PROVISIONAL), resolved),
            resolved,
        ),
        _share(
            "主动发现的占比（上限）",
            "First seen by staff (the ceiling)",
            ratio(_of(b.BEFORE_PROACTIVE), problems),
            problems,
        ),
        _share(
            "可评估占比",
            "Assessable",
            ratio(linkable, counted),
            counted,
            thresholds=(Threshold(None, RED), Threshold(_ASSESSABLE, GREEN)),
            says=Said("低于 80% 时该比率不可评估。", "Below 80 % the rate cannot be assessed."),
        ),
        lines(
            "未诉先办率的变化",
            "Resolved before complaint, over time",
            q(ratio(resolved, problems), "比率", "rate"),
            n(problems),
            unit="percentunit",
            says=_HONEST,
            width=12,
        ),
        lines(
            "分子的构成",
            "What the numerator is made of",
            q(_of(b.BEFORE_COMPLAINT), "未诉先办", "before complaint"),
            q(_of(b.BEFORE_PROVISIONAL), "其中暂定", "of these provisional"),
            q(_of(b.BEFORE_PROACTIVE), "主动发现", "first seen by staff"),
            colours={"其中暂定": ORANGE, "of these provisional": ORANGE},
        ),
    )


def _share(zh: str, en: str, rate: str, whole: str, **more: Any) -> Panel:
    return stat(zh, en, q(rate, "比率", "rate"), n(whole), unit="percentunit", decimals=1, width=6, **more)


def _districts() -> Row:
    by = ("district",)
    problems = _of(b.PROBLEMS, by)
    return row(
        "区县",
        "Districts",
        table(
            "区县一览",
            "Districts at a glance",
            {"name": Said("区县", "District"), "district": None},
            q(
                named(ratio(_of(b.BEFORE_COMPLAINT, by), problems, least=LEAST)),
                "比率",
                "rate",
                unit="percentunit",
            ),
            n(named(problems)),
            q(named(_of(b.BEFORE_COMPLAINT, by)), "未诉先办", "before complaint", unit="short"),
            q(named(_of(b.BEFORE_PROVISIONAL, by)), "其中暂定", "provisional", unit="short"),
            q(named(_of(b.BEFORE_PROACTIVE, by)), "主动发现", "first seen by staff", unit="short"),
            link=Link("district", "district"),
            says=TOO_FEW,
        ),
    )


def _compared() -> Row:
    every = (IN_DISTRICT, 'ratio="$ratio"', 'window="$span"')
    names = {
        "total": Said("全部", "all"),
        "without_on_the_spot": Said("不含当场办结", "without on the spot"),
        "independent_only": Said("仅独立来源", "independent only"),
    }
    return row(
        "不同范围对照",
        "The counts compared",
        bars(
            "问题数 n，按范围",
            "Problems (n), by what is counted",
            q(_of(b.PROBLEMS, ("variant",), every), "{{variant}}"),
            words=names,
            width=12,
        ),
        bars(
            "未诉先办的问题数，按范围",
            "Resolved before complaint, by what is counted",
            q(_of(b.BEFORE_COMPLAINT, ("variant",), every), "{{variant}}"),
            words=names,
            width=12,
        ),
    )
