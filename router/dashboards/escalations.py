"""Escalations and stalled cases: where cases get stuck, who has to act, and whether this system does its part."""

from __future__ import annotations

from router.dashboards import measures as m
from router.dashboards.colours import GREEN, NONE_ALLOWED, ORANGE, RED, Look, above
from router.dashboards.panels import bars, lines, q, row, shares, stat, states, table
from router.dashboards.promql import IN_DISTRICT, age, grown, named, total
from router.dashboards.said import Said, steps, words
from router.dashboards.spec import Dashboard, Link, Row, Shown
from router.dashboards.variables import DISTRICT, WINDOW
from router.metrics.cases import happened as h, pipeline as p, standing as s

SLUG = "escalations"
HERE = (IN_DISTRICT,)
_TIERS = words("city", "district", "street")
_CAUSES = words("deadline", "voluntary", "repeat", "unstaffed")
#: What passes within a minute is no fault (`overdue_unescalated_cases`); a quarter of an hour is one.
_WAITS_S, _FAULT_S = 60, 900


def dashboard(_look: Look) -> Dashboard:
    return Dashboard(
        slug=SLUG,
        title=Said("提级与滞留", "Escalations and stalled cases"),
        says=Said(
            "工单卡在哪一级、谁该动手、系统自身是否尽责。",
            "Where cases get stuck, who has to act, and whether this system does its part.",
        ),
        variables=(DISTRICT, WINDOW),
        rows=(_own(), _escalated(), _stalled(), _sent_back()),
        since="now-30d",
    )


def _own() -> Row:
    return row(
        "系统是否尽责",
        "Whether this system does its part",
        stat(
            "应提级而未提级",
            "Overdue and not escalated",
            q(total(s.UNESCALATED, ("tier",)), "{{tier}}"),
            thresholds=NONE_ALLOWED,
            words=_TIERS,
            width=8,
            says=Said(
                "必须为 0：不为 0 时是系统故障，不是单位不办。",
                "Must be 0: otherwise this system fails, not an office.",
            ),
        ),
        stat(
            "其中最早一件已等待",
            "How long the oldest of them has waited",
            q(f"max by (tier) ({s.UNESCALATED_AGE.name})", "{{tier}}"),
            unit="s",
            thresholds=above((_WAITS_S, ORANGE), (_FAULT_S, RED)),
            words=_TIERS,
            width=8,
        ),
        stat(
            "压住未提级（刹车、暂停）",
            "Held back by brake or hold",
            q(total(s.HELD_CASES, ("tier",)), "{{tier}}"),
            thresholds=above((1, ORANGE)),
            words=_TIERS,
            width=8,
        ),
        states(
            "提级刹车",
            "Brake on escalations",
            q(f"max ({p.BRAKE.name})", "刹车", "brake"),
            shown={"0": Shown(Said("正常", "off"), GREEN), "1": Shown(Said("已拉下", "on"), RED)},
        ),
        lines(
            "每 24 小时不再作数的提级",
            "Escalations taken back in 24 hours",
            q(grown(h.TAKEN_BACK, ("how",), HERE, over="1d"), "{{how}}"),
            words=words("undone", "overtaken"),
            step=m.STEP,
            height=6,
        ),
    )


def _escalated() -> Row:
    return row(
        "提级",
        "Escalations",
        lines(
            "每 24 小时的提级，按级",
            "Escalations in 24 hours, by step",
            q(grown(h.ESCALATED, ("from_step", "to_step"), HERE, over="1d"), "{{from_step}} → {{to_step}}"),
            stacked=True,
            step=m.STEP,
            words=steps(),
        ),
        shares(
            "统计期内提级的原因",
            "Causes in the period",
            q(grown(h.ESCALATED, ("cause",), HERE), "{{cause}}"),
            words=_CAUSES,
            width=6,
        ),
        bars(
            "统计期内各级提级数",
            "Escalations in the period, by step",
            q(grown(h.ESCALATED, ("from_step",), HERE), "{{from_step}}"),
            words=steps(),
            width=6,
        ),
        bars(
            "统计期内提级，按区县",
            "Escalations in the period, by district",
            q(named(grown(h.ESCALATED, ("district",), HERE)), "{{name}}"),
            link=Link("district", "district"),
        ),
        stat(
            "统计期内市级提办",
            "Pulled by the city",
            q(grown(h.PULLED, where=HERE), "件", "cases"),
            height=8,
        ),
        stat(
            "统计期内跳过的层级",
            "Steps skipped",
            q(grown(h.SKIPPED, where=HERE), "级", "steps"),
            height=8,
            thresholds=above((1, ORANGE)),
        ),
        stat(
            "统计期内顶层重复督办通知",
            "Repeated notices at the top in the period",
            q(grown(h.REPEATED, where=HERE), "次", "notices"),
            height=8,
            thresholds=above((1, ORANGE)),
            width=8,
        ),
    )


def _stalled() -> Row:
    levels = total(s.OPEN_LEVEL, ("level", "fate"))
    return row(
        "滞留与督办",
        "Stalled, and under supervision",
        bars(
            "最早在办工单的等待时间，按层级",
            "Age of the oldest open case, by tier",
            q(age(f"min by (tier) ({s.OLDEST.name}{{{IN_DISTRICT}}})"), "{{tier}}"),
            words=_TIERS,
            unit="s",
        ),
        bars(
            "督办中的工单，按层级与确认",
            "Open cases under supervision, by level",
            q(f"{levels} > 0", "{{level}} {{fate}}"),
            words={
                f"{level} {fate}": Said(f"{level} 级{zh}", f"level {level}, {en}")
                for level in range(1, 10)
                for fate, zh, en in (("proposed", "待确认", "proposed"), ("confirmed", "已确认", "confirmed"))
            },
        ),
        lines(
            "每 24 小时的督办升级",
            "Levels of supervision in 24 hours",
            q(grown(h.LEVEL_STEPS, ("fate",), HERE, over="1d"), "{{fate}}"),
            words=words("proposed", "confirmed"),
            width=8,
            step=m.STEP,
        ),
        table(
            "逾期在办最多的单位",
            "Desks with most overdue cases",
            {"name": Said("单位", "Desk"), "desk": None},
            q(
                named(f"topk (15, {total(s.DESK_OVERDUE, ('desk',))} > 0)", by="desk"),
                "逾期在办",
                "overdue",
                unit="short",
            ),
            link=Link("desk", "desk"),
            width=12,
            says=Said(
                "现在主办的单位，未必是造成逾期的单位。",
                "The desk that leads now, which need not be whose fault it is.",
            ),
        ),
        lines(
            "逾期在办与挂账",
            "Open and overdue, and suspended",
            q(total(s.BREACHED, where=(*HERE, 'standing="open"')), "逾期在办", "overdue"),
            q(total(s.OPEN_SUSPENDED, where=HERE), "挂账", "suspended"),
            height=10,
        ),
    )


def _sent_back() -> Row:
    return row(
        "退回与重办",
        "Sent back",
        lines(
            "每 24 小时的退单",
            "Returns in 24 hours",
            q(grown(h.RETURNS, ("fate",), HERE, over="1d"), "{{fate}}"),
            words=words("requested", "approved", "refused"),
            width=8,
            step=m.STEP,
        ),
        lines(
            "每 24 小时重办",
            "Reopened in 24 hours",
            q(grown(h.REOPENED, ("reason",), HERE, over="1d"), "{{reason}}"),
            words=words("gate", "request"),
            width=8,
            step=m.STEP,
        ),
        stat(
            "统计期内指定承办",
            "Designated in the period",
            q(grown(h.DESIGNATED, where=HERE), "件", "cases"),
            width=8,
            height=8,
        ),
    )
