"""Counters and histograms: what happened to cases and is on record."""

from __future__ import annotations

from router.core.counting.hands import HolderKind
from router.core.events import Cause
from router.metrics.cases.labels import DESK, DISTRICT, FATES, LEVELS, ORIGINS, PLACE, figure

OPENED = figure(
    "cases_opened_total", "counter", {**PLACE, "origin": ORIGINS},
    "Cases received, by place and category as first placed, and by who saw the matter first.",
    "受理的工单数，按首次落点的区县、事项大类和来源性质。",
    "More comes in: compare the origin, and the category, before the staff.",
    "来件增多：先看来源和大类，再看人手。",
)  # fmt: skip
TRIAGED = figure(
    "cases_triaged_total", "counter", DISTRICT,
    "Cases that went to a triage desk when they were received: their place, desk or category was unknown.",
    "受理时因地点、单位或类别不明而转分诊的工单数。",
    "A source names places or categories that the tree does not know.",
    "某个来源报的地点或类别在区划树里找不到。",
)  # fmt: skip
RESOLVED = figure(
    "cases_resolved_total", "counter", PLACE,
    "Resolutions reported by desks; one that failed its gate and was repeated counts again.",
    "承办单位办结次数；未过归档条件而再次办结的，再计一次。",
    "More is reported done.",
    "办结增多。",
)  # fmt: skip
CLOSED = figure(
    "cases_closed_total", "counter", PLACE,
    "Closings; a case that was reopened counts at each.",
    "归档次数；重办的工单每次归档各计一次。",
    "More is closed.",
    "归档增多。",
)  # fmt: skip
REOPENED = figure(
    "cases_reopened_total", "counter", {**PLACE, "reason": ("gate", "request")},
    "Cases back at work: `gate`, a failed follow-up or inspection (reprocess); `request`, somebody asked.",
    "重办的次数：gate 为未过回访或核查，request 为有人要求。",
    "Work is reported done that is not.",
    "办结不实的情况增多。",
)  # fmt: skip
WITHDRAWN = figure(
    "cases_withdrawn_total", "counter", DISTRICT,
    "Cases that were withdrawn.",
    "撤回的工单数。",
    "Look at who withdraws, and why.",
    "看是谁撤回、为何撤回。",
)  # fmt: skip
RESOLUTION = figure(
    "case_resolution_seconds", "histogram", PLACE,
    "Natural time from receipt to closing, at each closing; a closing before the receipt (skew) is left out.",
    "自受理至归档的自然时间，每次归档记一次；归档早于受理的（时钟偏差）不计。",
    "It takes longer. Open cases are not in here: see the oldest open case.",
    "办理变慢。在办的不在内：另看最早在办工单。",
    unit="seconds",
)  # fmt: skip
WORKING = figure(
    "case_working_seconds", "histogram", DISTRICT,
    "Office hours of the policy's calendar from receipt to closing, suspensions left out, at each closing.",
    "自受理至归档的工作时间（按时限规则日历，扣除挂账），每次归档记一次。",
    "Offices take longer, whatever holidays lie between.",
    "扣除节假日后，办理仍变慢。",
    unit="seconds",
)  # fmt: skip
HELD = figure(
    "case_holding_seconds_total", "counter", {**DISTRICT, "holder": tuple(HolderKind)},
    "Whose time closed cases were, added up at each closing (`case time ID` has it for one).",
    "已归档工单的时间归属累计，归档时计入（单件见 case time）。",
    "The kind whose share grows is where cases wait.",
    "占比增大的一方就是工单积压的地方。",
    unit="seconds",
)  # fmt: skip
MISSED = figure(
    "case_deadlines_missed_total", "counter", {"tier": (), **DISTRICT, "track": ("statutory", "internal")},
    "Deadlines missed, by the tier of the desk they are charged to; `internal` ones only remind.",
    "超期的时限数，按计入单位的层级；internal 为内部时限，只提醒。",
    "A tier falls behind.",
    "某一层级办理滞后。",
    unit="deadlines",
)  # fmt: skip
DESK_MISSED = figure(
    "desk_deadlines_missed_total", "counter", DESK,
    "Statutory deadlines missed and charged to the desk.",
    "计入该单位的法定超期数。",
    "The desk falls behind.",
    "该单位办理滞后。",
    unit="deadlines",
)  # fmt: skip
EXCUSED = figure(
    "case_deadlines_excused_total", "counter", {"tier": (), **DISTRICT},
    "Missed statutory deadlines that supervision took out of a desk's figures.",
    "经督查申诉剔除的法定超期数。",
    "Figures are being cleaned: look at who asks.",
    "剔除增多：看是谁在申请。",
    unit="deadlines",
)  # fmt: skip
ESCALATED = figure(
    "case_escalations_total", "counter", {**DISTRICT, "from_step": (), "to_step": (), "cause": tuple(Cause)},
    "Escalations, one step each; only the cause `deadline` counts against a desk.",
    "提级次数，每次一级；只有 cause=deadline 计入单位考核。",
    "Cases stall at `from_step`.",
    "工单卡在 from_step 这一级。",
    unit="escalations",
)  # fmt: skip
TAKEN_BACK = figure(
    "case_escalations_taken_back_total", "counter", {**DISTRICT, "how": ("undone", "overtaken")},
    "Escalations that count no more: `undone` by hand, `overtaken` by word that was in time after all.",
    "不再作数的提级：undone 为人工撤回，overtaken 为实际按期而被追认。",
    "Our clock, or the line to a desk, was late.",
    "时钟或与单位之间的链路出现迟延。",
    unit="escalations",
)  # fmt: skip
PULLED = figure(
    "cases_pulled_total", "counter", DISTRICT,
    "Cases that a desk of the top tier took over by itself (提办).",
    "市级提办的工单数。",
    "The city does not wait for the districts.",
    "市级不等区县而直接介入。",
)  # fmt: skip
SKIPPED = figure(
    "case_steps_skipped_total", "counter", {**DISTRICT, "step": ()},
    "Steps of a ladder that had no desk, or an inactive one.",
    "因无单位或单位停用而跳过的层级数。",
    "A desk is missing in the tree.",
    "区划树里缺单位。",
    unit="steps",
)  # fmt: skip
REPEATED = figure(
    "case_repeated_notices_total", "counter", DISTRICT,
    "Notices repeated at the last step of a ladder: the case is at the top and still not done.",
    "到达最高一级后仍在办而重复的督办通知数。",
    "The top does not act.",
    "最高一级没有处理。",
    unit="notices",
)  # fmt: skip
RETURNS = figure(
    "case_returns_total", "counter", {**DISTRICT, "fate": FATES},
    "Returns (退单) by what became of them.",
    "退单数，按申请、同意、驳回。",
    "Cases go to the wrong desks.",
    "派单不准。",
    unit="returns",
)  # fmt: skip
DESIGNATED = figure(
    "cases_designated_total", "counter", DISTRICT,
    "Cases designated to a desk that cannot return them.",
    "指定承办（不得退单）的工单数。",
    "Nobody wants certain cases: settle whose they are.",
    "有类工单无人愿接：需明确权责。",
)  # fmt: skip
EXTENSIONS = figure(
    "case_extensions_total", "counter", {**DISTRICT, "fate": FATES},
    "Extensions (延期) by what became of them.",
    "延期数，按申请、同意、驳回。",
    "Due dates are moved instead of met: set the on-time series by original due beside.",
    "以延期代替按期：请对照按原时限的按期办结率。",
    unit="extensions",
)  # fmt: skip
SUSPENSIONS = figure(
    "case_suspensions_total", "counter", {**DISTRICT, "fate": FATES},
    "Suspensions (挂账) by what became of them.",
    "挂账数，按申请、同意、驳回。",
    "Cases are put aside.",
    "停表的工单增多。",
    unit="suspensions",
)  # fmt: skip
LEVEL_STEPS = figure(
    "case_supervision_levels_total", "counter", {**DISTRICT, "level": LEVELS, "fate": ("proposed", "confirmed")},
    "Supervision levels of the second list: proposed to their officer, and confirmed or risen by themselves.",
    "督办层级变动：proposed 为提请，confirmed 为确认或自动升级。",
    "Proposed and not confirmed: an officer does not look.",
    "只提请不确认：负责人没有处理。",
    unit="levels",
)  # fmt: skip
FOLLOW_UPS = figure(
    "case_follow_ups_total", "counter",
    {**DISTRICT, "answer": ("valid", "unreachable", "contacted", "solved", "satisfied", "basically_satisfied")},
    "Follow-ups (回访): `valid` ones have all three answers and are the denominator of the three rates; "
    "`contacted`, `solved`, `satisfied` and `basically_satisfied` (weighs 0.9) are their numerators.",
    "回访数：valid 三项俱全，为三率分母；contacted、solved、satisfied、basically_satisfied（按 0.9 计）为分子。",
    "More residents are asked.",
    "回访增多。",
    unit="follow-ups",
)  # fmt: skip

HAPPENED = (
    OPENED, TRIAGED, RESOLVED, CLOSED, REOPENED, WITHDRAWN, RESOLUTION, WORKING, HELD, MISSED, DESK_MISSED,
    EXCUSED, ESCALATED, TAKEN_BACK, PULLED, SKIPPED, REPEATED, RETURNS, DESIGNATED, EXTENSIONS, SUSPENSIONS,
    LEVEL_STEPS, FOLLOW_UPS,
)  # fmt: skip
