"""Gauges: problems, and those resolved before anybody complained (未诉先办)."""

from __future__ import annotations

from router.metrics.cases.labels import DISTRICT, RATIOS, VARIANTS, WINDOWS, figure

_BEFORE: dict[str, tuple[str, ...]] = {**DISTRICT, "ratio": RATIOS, "window": WINDOWS, "variant": VARIANTS}
PROBLEMS = figure(
    "before_complaint_problems", "gauge", _BEFORE,
    "Problems: the denominator. `cohort` counts those first seen in the window, `flow` those last resolved in it. "
    "Of `independent_only` an unverified problem is in the `cohort` and not in the `flow`.",
    "问题数（分母）：cohort 为窗口内首次发现的，flow 为窗口内最后办结的。"
    "independent_only 中未经核实的问题计入 cohort，不计入 flow。",
    "More problems.",
    "问题增多。",
    unit="problems",
)  # fmt: skip
BEFORE_COMPLAINT = figure(
    "before_complaint_resolved", "gauge", _BEFORE,
    "Problems resolved before anybody complained (未诉先办): the numerator, provisional ones included.",
    "未诉先办的问题数（分子），含暂定的。",
    "More is put right before anybody has to ask.",
    "未诉先办增多。",
    unit="problems",
)  # fmt: skip
BEFORE_PROVISIONAL = figure(
    "before_complaint_provisional", "gauge", _BEFORE,
    "The part of the numerator that a complaint may still take back.",
    "分子中观察期未满、仍可能被投诉撤回的部分。",
    "The newest part of the numerator is not settled.",
    "分子中较新的部分尚未定案。",
    unit="problems",
)  # fmt: skip
BEFORE_PROACTIVE = figure(
    "before_complaint_proactive_problems", "gauge", _BEFORE,
    "Problems of the denominator first seen by staff: the numerator can never exceed it.",
    "分母中由工作人员首先发现的问题数：分子不会超过它。",
    "Staff see more first.",
    "主动发现增多。",
    unit="problems",
)  # fmt: skip
COUNTED = figure(
    "assessable_cases", "gauge", {**DISTRICT, "linkable": ("yes", "no")},
    "Cases that take part in problems, with and without a place to link by; below 80 % `yes`: not assessable.",
    "参与问题统计的工单，按能否定位关联；yes 低于 80% 时该比率不可评估。",
    "`no` rises: a source brings no places.",
    "no 上升：某来源不带地点。",
)  # fmt: skip

BEFORE = (
    PROBLEMS, BEFORE_COMPLAINT, BEFORE_PROVISIONAL, BEFORE_PROACTIVE, COUNTED,
)  # fmt: skip
