"""SLA overview of the city: does it keep its promise, where not, and what is coming."""

from __future__ import annotations

from router.dashboards import measures as m
from router.dashboards.colours import BLUE, GREEN, NONE_ALLOWED, ORANGE, Look, above
from router.dashboards.panels import bars, lines, n, q, row, shares, stat, table
from router.dashboards.promql import MIN_COUNT as LEAST, age, grown, named, total
from router.dashboards.said import Said, words
from router.dashboards.spec import Dashboard, Link, Panel, Row
from router.dashboards.variables import MIN_COUNT, WINDOW
from router.metrics.cases import happened as h, standing as s

SLUG = "city"
_DISTRICT = ("district",)
_OPEN_LATE = ('standing="open"',)


def dashboard(look: Look) -> Dashboard:
    return Dashboard(
        slug=SLUG,
        title=Said("全市时限总览", "SLA overview of the city"),
        says=Said(
            "全市是否按期、哪个区县不按期、有什么正在积压。点区县名进入该区县。",
            "Does the city keep its deadlines, which district does not, what piles up. Names lead to districts.",
        ),
        variables=(WINDOW, MIN_COUNT),
        rows=(_now(), _on_time(look), _districts(look), _flow(look), _duration()),
        since="now-30d",
    )


def _now() -> Row:
    return row(
        "现在",
        "Now",
        stat("在办", "Open cases", q(total(s.OPEN), "在办", "open")),
        stat(
            "逾期在办",
            "Open and overdue",
            q(total(s.BREACHED, where=_OPEN_LATE), "逾期在办", "overdue"),
            thresholds=above((1, ORANGE)),
        ),
        stat("挂账（计时暂停）", "Suspended", q(total(s.OPEN_SUSPENDED), "挂账", "suspended")),
        stat(
            "应提级而未提级",
            "Overdue and not escalated",
            q(total(s.UNESCALATED), "件", "cases"),
            thresholds=NONE_ALLOWED,
            says=Said(
                "必须为 0：不为 0 时是系统故障，不是单位不办。",
                "Must be 0: otherwise this system fails, not an office.",
            ),
        ),
        stat(
            "压住未提级（刹车、暂停）",
            "Held back by brake or hold",
            q(total(s.HELD_CASES), "件", "cases"),
            thresholds=above((1, ORANGE)),
        ),
        stat(
            "最早在办工单的等待时间",
            "Age of the oldest open case",
            q(age(f"min ({s.OLDEST.name})"), "等待", "age"),
            unit="s",
        ),
    )


def _on_time(look: Look) -> Row:
    return row(
        "按时",
        "On time",
        m.on_time_stat(look),
        m.after_changes_stat(look),
        m.closed_stat(look),
        _triaged(),
        _course(look),
        _by_district(look),
    )


def _triaged() -> Panel:
    opened = grown(h.OPENED)
    return stat(
        "受理时转分诊的占比",
        "Share triaged on receipt",
        q(f"{grown(h.TRIAGED)} / ({opened} > 0)", "占比", "share"),
        n(opened),
        unit="percentunit",
        decimals=1,
        width=6,
    )


def _course(look: Look) -> Panel:
    rate, due = m.on_time(over="7d")
    return lines(
        "按期办结率，各时点前 7 天",
        "On time over the preceding 7 days",
        q(rate, "按期办结率", "on time"),
        n(due),
        unit="percentunit",
        thresholds=look.on_time,
        step=m.STEP,
        says=m.WITHOUT_OLD,
    )


def _by_district(look: Look) -> Panel:
    rate, due = m.on_time(_DISTRICT, over="7d")
    return lines(
        "各区县按期办结率，各时点前 7 天",
        "On time by district over the preceding 7 days",
        q(named(rate), "{{name}}"),
        n(f"sum ({due})"),
        unit="percentunit",
        thresholds=look.on_time,
        step=m.STEP,
        link=Link("district", "district"),
        says=m.WITHOUT_OLD,
    )


def _districts(look: Look) -> Row:
    rate, due = m.on_time(_DISTRICT, least=LEAST)
    return row(
        "区县",
        "Districts",
        table(
            "区县一览",
            "Districts at a glance",
            {"name": Said("区县", "District"), "district": None},
            q(named(total(s.OPEN, _DISTRICT)), "在办", "open", unit="short"),
            q(named(total(s.BREACHED, _DISTRICT, _OPEN_LATE)), "逾期在办", "overdue", unit="short"),
            q(named(rate), "按期办结率", "on time", unit="percentunit"),
            n(named(due)),
            q(named(grown(h.MISSED, _DISTRICT, ('track="statutory"',))), "超期", "missed", unit="short"),
            q(named(grown(h.ESCALATED, _DISTRICT)), "提级", "escalated", unit="short"),
            q(named(grown(h.REOPENED, _DISTRICT)), "重办", "reopened", unit="short"),
            q(named(age(f"min by (district) ({s.OLDEST.name})")), "最早在办", "oldest open", unit="s"),
            thresholds=look.on_time,
            link=Link("district", "district"),
            says=m.TOO_FEW,
        ),
        bars(
            "各区县在办",
            "Open cases by district",
            q(named(total(s.OPEN, _DISTRICT)), "{{name}}"),
            width=12,
            link=Link("district", "district"),
        ),
        bars(
            "统计期内提级，按区县",
            "Escalations in the period, by district",
            q(named(grown(h.ESCALATED, _DISTRICT)), "{{name}}"),
            width=12,
            link=Link("escalations", "district"),
        ),
    )


def _flow(look: Look) -> Row:
    return row(
        "来件与归档",
        "In and out",
        m.flow(),
        m.by_colour(look, total(s.OPEN, ("colour",))),
        shares(
            "统计期内来件的来源性质",
            "Origin of what came in during the period",
            q(grown(h.OPENED, ("origin",)), "{{origin}}"),
            words=words("complaint", "proactive"),
            colours={"complaint": BLUE, "proactive": GREEN},
        ),
        bars(
            "统计期内来件最多的大类",
            "Categories with most cases in the period",
            q(named(f"topk (10, {grown(h.OPENED, ('category',))})", by="category"), "{{name}}"),
        ),
        bars(
            "统计期内超期，按层级",
            "Deadlines missed in the period, by tier",
            q(grown(h.MISSED, ("tier",), ('track="statutory"',)), "{{tier}}"),
            words=words("city", "district", "street"),
            thresholds=above((1, ORANGE)),
        ),
    )


def _duration() -> Row:
    return row("办理时长与回访", "Time to closing, and follow-up", *m.resolution(), m.three_rates(), _reopened())


def _reopened() -> Panel:
    closed = grown(h.CLOSED)
    return stat(
        "重办占归档的比例",
        "Reopened per closing",
        q(f"{grown(h.REOPENED)} / ({closed} > 0)", "比例", "ratio"),
        n(closed),
        unit="percentunit",
        decimals=1,
        width=12,
    )
