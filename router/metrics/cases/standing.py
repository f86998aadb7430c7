"""Gauges: due cohorts, and open cases as they stand; later word can take them back."""

from __future__ import annotations

from router.metrics.cases.labels import DESK, DISTRICT, LEVELS, PLACE, figure

DUE = figure(
    "cases_due", "gauge", PLACE,
    "Cases whose original statutory due date is not after now: the denominator of the on-time rate.",
    "原法定时限不晚于现在的工单数：按期办结率的分母。",
    "It grows with time; take the difference over the period.",
    "随时间增长；取期间差值。",
)  # fmt: skip
DUE_MET = figure(
    "cases_due_met", "gauge", PLACE,
    "Those of `cases_due` that were closed by their original due date: the numerator.",
    "cases_due 中按原时限归档的：按期办结率的分子。",
    "It grows with time; take the difference over the period.",
    "随时间增长；取期间差值。",
)  # fmt: skip
DUE_CHANGED = figure(
    "cases_due_after_changes", "gauge", DISTRICT,
    "As `cases_due`, by the due date as approved extensions and suspensions have left it.",
    "同 cases_due，按延期、挂账批准后的时限。",
    "It grows with time; take the difference over the period.",
    "随时间增长；取期间差值。",
)  # fmt: skip
DUE_CHANGED_MET = figure(
    "cases_due_met_after_changes", "gauge", DISTRICT,
    "Those of `cases_due_after_changes` that were closed by that date.",
    "cases_due_after_changes 中按该时限归档的。",
    "It grows with time; take the difference over the period.",
    "随时间增长；取期间差值。",
)  # fmt: skip
DESK_DUE = figure(
    "desk_cases_due", "gauge", DESK,
    "As `cases_due`, by the desk that held the case at its closing or due date, whichever was first.",
    "同 cases_due，按归档或到期（取先者）时持有的单位。",
    "It grows with time; take the difference over the period.",
    "随时间增长；取期间差值。",
)  # fmt: skip
DESK_DUE_MET = figure(
    "desk_cases_due_met", "gauge", DESK,
    "Those of `desk_cases_due` that were closed by their original due date.",
    "desk_cases_due 中按原时限归档的。",
    "It grows with time; take the difference over the period.",
    "随时间增长；取期间差值。",
)  # fmt: skip
CLOSED_DUE = figure(
    "closed_cases_with_due", "gauge", DISTRICT,
    "Closed cases that had a due date: the denominator of a rate over closed cases, which forgets the open ones.",
    "有时限且已归档的工单数：“已归档工单的按期办结率”的分母，不含在办的。",
    "More is closed.",
    "归档增多。",
)  # fmt: skip
CLOSED_IN_TIME = figure(
    "closed_cases_in_time", "gauge", DISTRICT,
    "Those of `closed_cases_with_due` that were closed by their due date.",
    "closed_cases_with_due 中按时限归档的。",
    "More is closed in time.",
    "按期归档增多。",
)  # fmt: skip
BREACHED = figure(
    "cases_breached", "gauge", {**DISTRICT, "standing": ("closed", "open")},
    "Cases past their original due date: closed late, or open and overdue.",
    "超过原时限的工单：closed 为逾期归档，open 为逾期在办。",
    "More is late.",
    "逾期增多。",
)  # fmt: skip

OPEN = figure(
    "open_cases", "gauge", {"tier": (), **DISTRICT, "colour": ()},
    "Open cases by tier of their lead and colour of their policy; `none`: no colour yet, or none in the policy.",
    "在办工单，按主办单位层级与时限规则颜色；none 为尚无颜色或时限规则不用颜色。",
    "Work piles up; the colour says how near its due dates are.",
    "积压增多；颜色表示离时限多近。",
)  # fmt: skip
DESK_OPEN = figure(
    "desk_open_cases", "gauge", {**DESK, "colour": ()},
    "Open cases by the desk that leads them, and colour.",
    "各单位主办的在办工单，按颜色。",
    "Work piles up at the desk.",
    "该单位积压增多。",
)  # fmt: skip
DESK_OVERDUE = figure(
    "desk_overdue_cases", "gauge", DESK,
    "Open cases past their due date, by the desk that leads them now.",
    "各单位现主办的逾期在办工单数。",
    "The desk has late cases in hand, perhaps not by its own fault.",
    "该单位手上有逾期工单，未必是其责任。",
)  # fmt: skip
OPEN_LEVEL = figure(
    "open_cases_at_level", "gauge", {"level": LEVELS, "fate": ("proposed", "confirmed")},
    "Open cases by supervision level: confirmed, or proposed and waiting for the officer's word.",
    "在办工单的督办层级：confirmed 已确认，proposed 待确认。",
    "More is under supervision.",
    "督办增多。",
)  # fmt: skip
OPEN_SUSPENDED = figure(
    "open_cases_suspended", "gauge", DISTRICT,
    "Open cases whose clock stands still.",
    "计时暂停的在办工单数。",
    "Cases are put aside.",
    "停表的工单增多。",
)  # fmt: skip
OLDEST = figure(
    "oldest_open_case_timestamp_seconds", "gauge", {"tier": (), **DISTRICT},
    "When the oldest open case was received, in Unix time; no series where none is open.",
    "最早在办工单的受理时间（Unix 时间）；没有在办的则无此序列。",
    "A rise is good: the oldest one is done.",
    "上升为好：最早的一件已归档。",
    unit="seconds",
)  # fmt: skip
UNESCALATED = figure(
    "overdue_unescalated_cases", "gauge", {"tier": ()},
    "Cases whose passed deadline should have taken them up and has not yet; held ones are left out.",
    "时限已过应提级而尚未提级的工单数；被暂停提级的不计。",
    "The clock or the router does not work: this must be 0 within a minute.",
    "时钟或路由没有工作：一分钟内应为 0。",
)  # fmt: skip
UNESCALATED_AGE = figure(
    "overdue_unescalated_seconds", "gauge", {"tier": ()},
    "How long the oldest of them has waited; 0 when there is none.",
    "其中最早一件已等待的时间；没有则为 0。",
    "The clock or the router does not work.",
    "时钟或路由没有工作。",
    unit="seconds",
)  # fmt: skip
HELD_CASES = figure(
    "held_cases", "gauge", {"tier": ()},
    "Cases whose passed deadline the brake or a hold keeps back.",
    "因刹车或暂停而压住、未提级的工单数。",
    "Somebody has to release or cancel them.",
    "需要有人放行或取消。",
)  # fmt: skip

STANDING = (
    DUE, DUE_MET, DUE_CHANGED, DUE_CHANGED_MET, DESK_DUE, DESK_DUE_MET, CLOSED_DUE, CLOSED_IN_TIME, BREACHED,
    OPEN, DESK_OPEN, DESK_OVERDUE, OPEN_LEVEL, OPEN_SUSPENDED, OLDEST, UNESCALATED, UNESCALATED_AGE,
    HELD_CASES,
)  # fmt: skip
