"""Resolved before complaint (未诉先办): the rate, what it rests on, and how firm it is."""

from __future__ import annotations

from typing import Any

from router.core.counting.problems import ASSESSABLE_SHARE
from router.dashboards.colours import GREEN, GREY, ORANGE, RED, Look
from router.dashboards.measures import TOO_FEW
from router.dashboards.panels import bars, lines, n, q, row, stat, table
from router.dashboards.promql import (
    IN_DISTRICT,
    MIN_COUNT as LEAST,
    NOT_ASSESSABLE,
    assessable,
    linkable_share,
    named,
    ratio,
    total,
)
from router.dashboards.said import Said
from router.dashboards.spec import Dashboard, Link, Panel, Row, Shown, Threshold
from router.dashboards.variables import DISTRICT, MIN_COUNT, RATIO, SPAN, VARIANT
from router.metrics.cases import before_complaint as b
from router.metrics.metric import Metric

SLUG = "before-complaint"
_WHICH = ('ratio="$ratio"', 'window="$span"', 'variant="$variant"')
_HERE = (IN_DISTRICT, *_WHICH)
#: In place of a ratio that rests on too few cases with a place to link by.
_SHOWN = {str(NOT_ASSESSABLE): Shown(Said("不可评估", "not assessable"), GREY)}
_WHERE_ASSESSABLE = Said(
    f"能定位关联的工单不足 {ASSESSABLE_SHARE:.0%} 时不可评估，不显示比率。",
    f"Not assessable, and no ratio is shown, where fewer than {ASSESSABLE_SHARE:.0%} of the cases can be linked.",
)
_HONEST = Said(
    "不设目标色：压低投诉也能抬高这一比率。请与口径、分母、可评估占比同看。"
    + _WHERE_ASSESSABLE.zh
    + "“仅计独立核实的”范围内，未经核实的问题视为未解决：按最后办结时不在分母，按首次发现时仍在分母，"
    "故前者偏高。",
    "It has no target and no colour: keeping people from complaining raises it as well. "
    "Read it with its counts. "
    + _WHERE_ASSESSABLE.en
    + " Independently verified only: an unverified problem is as good as unresolved. By last resolution it is "
    "not in the denominator, by first sight it stays there, so the former is the higher.",
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
    return row(
        "比率与依据",
        "The rate and what it rests on",
        _rated("未诉先办率", "Resolved before complaint", ratio(resolved, problems), problems, says=_HONEST),
        _rated(
            "其中仍可能被撤回的",
            "Of these, may still be taken back",
            ratio(_of(b.BEFORE_PROVISIONAL), resolved),
            resolved,
        ),
        _rated(
            "主动发现的占比（上限）",
            "First seen by staff (the ceiling)",
            ratio(_of(b.BEFORE_PROACTIVE), problems),
            problems,
        ),
        _share(
            "可评估占比",
            "Assessable",
            linkable_share(where=(IN_DISTRICT,)),
            counted,
            thresholds=(Threshold(None, RED), Threshold(ASSESSABLE_SHARE, GREEN)),
            says=Said("低于 80% 时该比率不可评估。", "Below 80 % the rate cannot be assessed."),
        ),
        lines(
            "未诉先办率的变化",
            "Resolved before complaint, over time",
            q(assessable(ratio(resolved, problems), where=(IN_DISTRICT,)), "比率", "rate"),
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


def _rated(zh: str, en: str, rate: str, whole: str, *, says: Said = _WHERE_ASSESSABLE) -> Panel:
    """A ratio over problems, or word that it is not assessable."""
    held = assessable(rate, where=(IN_DISTRICT,), said=True)
    return _share(zh, en, held, whole, says=says, shown=_SHOWN)


def _share(zh: str, en: str, rate: str, whole: str, **more: Any) -> Panel:
    return stat(zh, en, q(rate, "比率", "rate"), n(whole), unit="percentunit", decimals=1, width=6, **more)


def _districts() -> Row:
    by = ("district",)
    problems = _of(b.PROBLEMS, by)
    rate = ratio(_of(b.BEFORE_COMPLAINT, by), problems, least=LEAST)
    return row(
        "区县",
        "Districts",
        table(
            "区县一览",
            "Districts at a glance",
            {"name": Said("区县", "District"), "district": None},
            q(
                named(assessable(rate, by, (IN_DISTRICT,), said=True)),
                "比率",
                "rate",
                unit="percentunit",
            ),
            n(named(problems)),
            q(named(_of(b.BEFORE_COMPLAINT, by)), "未诉先办", "before complaint", unit="short"),
            q(named(_of(b.BEFORE_PROVISIONAL, by)), "其中暂定", "provisional", unit="short"),
            q(named(_of(b.BEFORE_PROACTIVE, by)), "主动发现", "first seen by staff", unit="short"),
            link=Link("district", "district"),
            shown=_SHOWN,
            says=Said(TOO_FEW.zh + _WHERE_ASSESSABLE.zh, f"{TOO_FEW.en} {_WHERE_ASSESSABLE.en}"),
        ),
    )


def _compared() -> Row:
    every = (IN_DISTRICT, 'ratio="$ratio"', 'window="$span"')
    names = {
        "total": Said("全部", "all"),
        "without_on_the_spot": Said("不含当场解决", "without on the spot"),
        "independent_only": Said("仅计独立核实的", "independently verified only"),
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
