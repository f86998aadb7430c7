"""Tier and district: which tier of a district falls behind, in what matters, and at which desk."""

from __future__ import annotations

from router.dashboards import measures as m
from router.dashboards.colours import ORANGE, Look, above
from router.dashboards.panels import bars, lines, n, q, row, shares, stat, table
from router.dashboards.promql import IN_DISTRICT, MIN_COUNT as LEAST, age, grown, named, ratio, total
from router.dashboards.said import Said, words
from router.dashboards.spec import Dashboard, Link, Panel, Row
from router.dashboards.variables import DISTRICT, MIN_COUNT, WINDOW
from router.metrics.cases import happened as h, pipeline as p, standing as s

SLUG = "district"
HERE = (IN_DISTRICT,)
_TIERS = words("city", "district", "street")
_FATES = words("requested", "approved", "refused")
_HOLDERS = words("channel", "dispatcher", "desk", "ping_pong", "approval", "follow_up", "supervision", "system")


def dashboard(look: Look) -> Dashboard:
    return Dashboard(
        slug=SLUG,
        title=Said("层级与区县", "Tier and district"),
        says=Said(
            "所选区县中哪一层级滞后、在哪类事项上、在哪个单位。点单位名进入该单位。",
            "Which tier of the districts falls behind, in what matters, at which desk. A name leads to its desk.",
        ),
        variables=(DISTRICT, WINDOW, MIN_COUNT),
        rows=(_now(look), _tiers(), _matters(), _desks(look), _requests(), _duration()),
        since="now-30d",
    )


def _now(look: Look) -> Row:
    return row(
        "现在",
        "Now",
        stat("在办", "Open cases", q(total(s.OPEN, where=HERE), "在办", "open"), width=6),
        stat(
            "逾期在办",
            "Open and overdue",
            q(total(s.BREACHED, where=(*HERE, 'standing="open"')), "逾期在办", "overdue"),
            thresholds=above((1, ORANGE)),
            width=6,
        ),
        stat(
            "挂账（计时暂停）", "Suspended", q(total(s.OPEN_SUSPENDED, where=HERE), "挂账", "suspended"), width=6
        ),
        m.on_time_stat(look, HERE),
        m.after_changes_stat(look, HERE),
        m.closed_stat(look, HERE),
        m.three_rates(HERE),
        m.by_colour(look, total(s.OPEN, ("colour",), HERE)),
        m.flow(HERE),
    )


def _tiers() -> Row:
    return row(
        "层级",
        "Tiers",
        lines(
            "在办工单，按主办单位层级",
            "Open cases, by tier of their lead",
            q(total(s.OPEN, ("tier",), HERE), "{{tier}}"),
            words=_TIERS,
            stacked=True,
        ),
        lines(
            "每 24 小时的法定超期，按层级",
            "Statutory deadlines missed in 24 hours, by tier",
            q(grown(h.MISSED, ("tier",), (*HERE, 'track="statutory"'), over="1d"), "{{tier}}"),
            words=_TIERS,
            step=m.STEP,
        ),
        bars(
            "统计期内超期：法定与内部",
            "Deadlines missed, by track",
            q(grown(h.MISSED, ("track",), HERE), "{{track}}"),
            words=words("statutory", "internal"),
        ),
        bars(
            "统计期内申诉剔除的超期，按层级",
            "Misses excused in the period, by tier",
            q(grown(h.EXCUSED, ("tier",), HERE), "{{tier}}"),
            words=_TIERS,
        ),
        bars(
            "最早在办工单的等待时间，按层级",
            "Age of the oldest open case, by tier",
            q(age(f"min by (tier) ({s.OLDEST.name}{{{IN_DISTRICT}}})"), "{{tier}}"),
            words=_TIERS,
            unit="s",
        ),
    )


def _matters() -> Row:
    by = ("category",)
    rate, due = m.on_time(by, HERE)

    def of_category(expr: str) -> str:
        return named(expr, by="category")

    return row(
        "事项",
        "Matters",
        table(
            "事项大类一览",
            "Categories at a glance",
            {"name": Said("大类", "Category"), "category": None},
            q(of_category(grown(h.OPENED, by, HERE)), "受理", "received", unit="short"),
            q(of_category(grown(h.CLOSED, by, HERE)), "归档", "closed", unit="short"),
            q(of_category(grown(h.REOPENED, by, HERE)), "重办", "reopened", unit="short"),
            q(of_category(rate), "按期办结率", "on time", unit="percentunit"),
            n(of_category(due)),
            width=16,
        ),
        shares(
            "已归档工单的时间在谁手上",
            "Whose time closed cases were",
            q(grown(h.HELD, ("holder",), HERE), "{{holder}}"),
            words=_HOLDERS,
            unit="s",
            height=10,
        ),
    )


def _desks(look: Look) -> Row:
    here = f"max by (desk) ({p.UNIT.name}{{{IN_DISTRICT}}})"

    def inside(expr: str) -> str:
        return named(f"{expr} * on (desk) {here}", by="desk")

    due = grown(s.DESK_DUE, ("desk",))
    rate = ratio(grown(s.DESK_DUE_MET, ("desk",)), due, least=LEAST)
    return row(
        "单位",
        "Desks",
        table(
            "单位一览",
            "Desks at a glance",
            {"name": Said("单位", "Desk"), "desk": None},
            q(inside(total(s.DESK_OPEN, ("desk",))), "在办", "open", unit="short"),
            q(inside(total(s.DESK_OVERDUE, ("desk",))), "逾期在办", "overdue", unit="short"),
            q(inside(f"({rate})"), "按期办结率", "on time", unit="percentunit"),
            n(inside(due)),
            q(inside(grown(h.DESK_MISSED, ("desk",))), "超期", "missed", unit="short"),
            thresholds=look.on_time,
            link=Link("desk", "desk"),
            height=12,
            says=m.TOO_FEW,
        ),
    )


def _requests() -> Row:
    return row(
        "请求与答复",
        "Requests and answers",
        _fates("退回", "Returns", grown(h.RETURNS, ("fate",), HERE, over="7d")),
        _fates("延期", "Extensions", grown(h.EXTENSIONS, ("fate",), HERE, over="7d")),
        _fates("挂账", "Suspensions", grown(h.SUSPENSIONS, ("fate",), HERE, over="7d")),
    )


def _fates(zh: str, en: str, expr: str) -> Panel:
    return lines(
        f"{zh}，各时点前 7 天",
        f"{en} over the preceding 7 days",
        q(expr, "{{fate}}"),
        words=_FATES,
        width=8,
        step=m.STEP,
    )


def _duration() -> Row:
    return row("办理时长", "Time to closing", *m.resolution(HERE))
