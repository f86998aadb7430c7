"""Desk drill-down: what one unit has in hand, how it keeps its deadlines, whether its program reads its queue."""

from __future__ import annotations

from router.dashboards import foreign as f, measures as m
from router.dashboards.colours import GREEN, GREY, ORANGE, RED, Look, above
from router.dashboards.panels import lines, n, q, row, stat, states
from router.dashboards.promql import AT_DESK, grown, ratio, total
from router.dashboards.said import Said
from router.dashboards.spec import Dashboard, Row, Shown
from router.dashboards.variables import DESK, DISTRICT, WINDOW
from router.metrics.cases import happened as h, pipeline as p, standing as s
from router.metrics.metric import Metric

SLUG = "desk"
HERE = (AT_DESK,)


def _of_desk(metric: Metric) -> str:
    """A figure of the desk's queue, whose name the exporter gives; a desk at the shell has none."""
    return f'sum ({metric.name} * on (queue) group_left () max by (queue) ({p.UNIT.name}{{{AT_DESK}, queue!=""}}))'


def dashboard(look: Look) -> Dashboard:
    return Dashboard(
        slug=SLUG,
        title=Said("单位", "Desk"),
        says=Said(
            "一个单位手上的工单、是否按期、其程序是否在取件。在“区县”里选定范围，再选单位。",
            "What a desk has in hand, whether it is on time, whether its program reads. Choose a district first.",
        ),
        variables=(DISTRICT, DESK, WINDOW),
        rows=(_now(look), _course(look), _queue()),
        since="now-30d",
    )


def _now(look: Look) -> Row:
    due = grown(s.DESK_DUE, where=HERE)
    return row(
        "现在",
        "Now",
        stat("在办", "Open cases", q(total(s.DESK_OPEN, where=HERE), "在办", "open"), width=6),
        stat(
            "逾期在办",
            "Open and overdue",
            q(total(s.DESK_OVERDUE, where=HERE), "逾期在办", "overdue"),
            thresholds=above((1, ORANGE)),
            width=6,
        ),
        stat(
            "按期办结率（原时限）",
            "On time, by original due date",
            q(ratio(grown(s.DESK_DUE_MET, where=HERE), due), "按期办结率", "on time"),
            n(due),
            unit="percentunit",
            says=m.WITHOUT_OLD,
            thresholds=look.on_time,
            decimals=1,
            width=6,
        ),
        stat(
            "统计期内计入本单位的超期",
            "Deadlines missed in the period and charged to the desk",
            q(grown(h.DESK_MISSED, where=HERE), "超期", "missed"),
            thresholds=above((1, ORANGE)),
            width=6,
        ),
    )


def _course(look: Look) -> Row:
    due = grown(s.DESK_DUE, where=HERE, over="7d")
    return row(
        "变化",
        "Course",
        m.by_colour(look, total(s.DESK_OPEN, ("colour",), HERE)),
        lines(
            "在办与逾期在办",
            "Open, and of these overdue",
            q(total(s.DESK_OPEN, where=HERE), "在办", "open"),
            q(total(s.DESK_OVERDUE, where=HERE), "逾期在办", "overdue"),
            colours={"逾期在办": RED, "overdue": RED},
        ),
        lines(
            "按期办结率，各时点前 7 天",
            "On time over the preceding 7 days",
            q(ratio(grown(s.DESK_DUE_MET, where=HERE, over="7d"), due), "按期办结率", "on time"),
            n(due),
            unit="percentunit",
            thresholds=look.on_time,
            step=m.STEP,
            says=m.WITHOUT_OLD,
        ),
        lines(
            "每 24 小时计入本单位的超期",
            "Deadlines missed in 24 hours and charged to the desk",
            q(grown(h.DESK_MISSED, where=HERE, over="1d"), "超期", "missed"),
            step=m.STEP,
        ),
    )


def _queue() -> Row:
    return row(
        "单位的队列",
        "The desk's queue",
        lines(
            "队列中的消息",
            "Messages in the queue",
            q(_of_desk(f.QUEUE_READY), "待取", "waiting"),
            q(_of_desk(f.QUEUE_UNACKED), "已取未确认", "taken, not acknowledged"),
            says=Said(
                "没有程序的单位没有队列，此处为空。", "A desk without a program has no queue: nothing is shown."
            ),
        ),
        states(
            "程序是否在取件",
            "Whether a program reads it",
            q(f"{_of_desk(f.QUEUE_CONSUMERS)} > bool 0", "程序", "program"),
            shown={"1": Shown(Said("在取", "reading"), GREEN), "0": Shown(Said("无人取", "nobody"), GREY)},
        ),
    )
