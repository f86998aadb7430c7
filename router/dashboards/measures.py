"""Expressions and panels that several dashboards show, for the districts or the desk that are chosen."""

from __future__ import annotations

from collections.abc import Sequence

from router.dashboards.colours import Look
from router.dashboards.panels import heat, lines, n, q, stat
from router.dashboards.promql import WINDOW, grown, quantile, ratio
from router.dashboards.said import Said
from router.dashboards.spec import Panel
from router.metrics.cases import happened as h, standing as s

#: A course of what happened shows each instant's last day, week or window; a finer step shows nothing more.
STEP = "15m"

WITHOUT_OLD = Said(
    "为两次读数之差；导出数字的时间不足一个统计期时不显示。n 为分母，n 太小时比率没有意义。",
    "The difference of two readings; nothing is shown until figures were exported for that long. n is the "
    "denominator: with a small n a ratio says little.",
)

TOO_FEW = Said(
    "n 少于“排名最少件数”的不显示比率：寥寥几件定不出高低。",
    "Where n is below the least n there is no rate: a handful ranks nobody.",
)


def on_time(
    by: Sequence[str] = (), where: Sequence[str] = (), *, over: str = WINDOW, least: str = "0"
) -> tuple[str, str]:
    """The on-time rate by original due dates, and its n; no rate where n is below `least`."""
    met, due = (grown(metric, by, where, over=over) for metric in (s.DUE_MET, s.DUE))
    return ratio(met, due, least=least), due


def on_time_stat(look: Look, where: Sequence[str] = ()) -> Panel:
    rate, due = on_time(where=where)
    return stat(
        "按期办结率（原时限）",
        "On time, by original due date",
        q(rate, "按期办结率", "on time"),
        n(due),
        unit="percentunit",
        says=WITHOUT_OLD,
        thresholds=look.on_time,
        decimals=1,
        width=6,
    )


def after_changes_stat(look: Look, where: Sequence[str] = ()) -> Panel:
    met, due = (grown(metric, where=where) for metric in (s.DUE_CHANGED_MET, s.DUE_CHANGED))
    return stat(
        "按期办结率（变更后时限）",
        "On time, after changes of the date",
        q(ratio(met, due), "按期办结率", "on time"),
        n(due),
        unit="percentunit",
        thresholds=look.on_time,
        decimals=1,
        width=6,
        says=Said(
            "与原时限的按期办结率对照：两者相差越大，越多时限是被改动而不是被满足的。",
            "Read it beside the rate by original due date: where they differ, dates were moved and not met.",
        ),
    )


def closed_stat(look: Look, where: Sequence[str] = ()) -> Panel:
    met, due = (grown(metric, where=where) for metric in (s.CLOSED_IN_TIME, s.CLOSED_DUE))
    return stat(
        "已归档中的按期办结率",
        "In time among closed cases",
        q(ratio(met, due), "按期办结率", "in time"),
        n(due),
        unit="percentunit",
        thresholds=look.on_time,
        decimals=1,
        width=6,
        says=Said(
            "只看已归档的，不计在办的，因此总是偏好；不用于考核。",
            "It looks at closed cases alone and forgets those still open, so it flatters: judge nobody by it.",
        ),
    )


def resolution(where: Sequence[str] = ()) -> tuple[Panel, Panel]:
    """Where closings lie over the buckets, and their quantiles."""
    buckets = grown(h.RESOLUTION, ("le",), where, over="1d", suffix="_bucket")
    over_window = grown(h.RESOLUTION, ("le",), where, suffix="_bucket")
    working = grown(h.WORKING, ("le",), where, suffix="_bucket")
    return (
        heat(
            "办理时长分布（每格为此前 24 小时的归档）",
            "Time to closing, closings of the last 24 hours",
            buckets,
            step="1h",
        ),
        lines(
            "办理时长 p50、p90",
            "Time to closing, p50 and p90",
            q(quantile(0.5, over_window), "p50 自然时间", "p50, natural time"),
            q(quantile(0.9, over_window), "p90 自然时间", "p90, natural time"),
            q(quantile(0.5, working), "p50 工作时间", "p50, office hours"),
            q(quantile(0.9, working), "p90 工作时间", "p90, office hours"),
            unit="s",
            step=STEP,
            says=Said(
                "按桶内插值估算；同一档内的差别看不出。在办的不在内。",
                "Estimated within the buckets: what differs inside one is not seen. Open cases are not in here.",
            ),
        ),
    )


def three_rates(where: Sequence[str] = ()) -> Panel:
    """三率 with their common denominator."""

    def answered(answer: str) -> str:
        return grown(h.FOLLOW_UPS, where=(*where, f'answer="{answer}"'))

    valid = answered("valid")
    satisfied = f"({answered('satisfied')} + 0.9 * {answered('basically_satisfied')})"
    return stat(
        "三率：响应、解决、满意",
        "Three rates: contacted, solved, satisfied",
        q(ratio(answered("contacted"), valid), "响应率", "contacted"),
        q(ratio(answered("solved"), valid), "解决率", "solved"),
        q(ratio(satisfied, valid), "满意率", "satisfied"),
        n(valid),
        unit="percentunit",
        decimals=1,
        width=12,
        says=Said(
            "分母为三项俱全的回访；“基本满意”按 0.9 计。",
            "Of follow-ups with all three answers; who is basically satisfied counts nine tenths.",
        ),
    )


def flow(where: Sequence[str] = ()) -> Panel:
    """What came in and what was done."""
    return lines(
        "每 24 小时的受理、办结、归档、重办",
        "Received, resolved, closed, reopened in 24 hours",
        q(grown(h.OPENED, where=where, over="1d"), "受理", "received"),
        q(grown(h.RESOLVED, where=where, over="1d"), "办结", "resolved"),
        q(grown(h.CLOSED, where=where, over="1d"), "归档", "closed"),
        q(grown(h.REOPENED, where=where, over="1d"), "重办", "reopened"),
        q(grown(h.WITHDRAWN, where=where, over="1d"), "撤回", "withdrawn"),
        step=STEP,
    )


def by_colour(look: Look, expr: str) -> Panel:
    """Open cases in the colours of the policies."""
    return lines(
        "在办工单，按时限规则的颜色",
        "Open cases, by colour of their policy",
        q(expr, "{{colour}}"),
        stacked=True,
        words=look.titles,
        colours=look.colours,
        says=Said(
            "颜色与大屏一致，由各时限规则规定。",
            "The colours are those of the wall board, as each policy sets them.",
        ),
    )
