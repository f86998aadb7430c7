"""Pipeline: do commands get decided, messages sent, deadlines noticed, and are these figures fresh."""

from __future__ import annotations

from router.dashboards import foreign as f
from router.dashboards.colours import GREEN, GREY, NONE_ALLOWED, ORANGE, RED, Look, above
from router.dashboards.panels import lines, q, row, stat, states, table
from router.dashboards.promql import age, per_second, quantile, series, total
from router.dashboards.queues import broker, every_queue, processes
from router.dashboards.said import Said
from router.dashboards.spec import Dashboard, Panel, Row, Shown, Threshold
from router.metrics import catalogue as r
from router.metrics.cases import pipeline as p
from router.metrics.rules.rule import SYSTEM

SLUG = "pipeline"
#: The label that the rules give their alerts.
_OURS = f'system="{SYSTEM}"'
_OUTCOMES = {
    "accepted": Said("接受", "accepted"),
    "refused": Said("拒绝", "refused"),
    "duplicate": Said("重复", "duplicate"),
}
_FATES = {
    "confirmed": Said("已送达", "confirmed"),
    "unrouted": Said("无队列", "unrouted"),
    "rejected": Said("被拒收", "rejected"),
    "unknown": Said("未知", "unknown"),
    "no_queue": Said("单位无程序", "no program"),
}
_FATE_COLOURS = {"confirmed": GREEN, "unrouted": RED, "rejected": RED, "unknown": ORANGE, "no_queue": GREY}
#: A loop that has not come round for a minute is stuck (`/livez` says the same).
_STUCK_S = 60
#: The longest wait between two attempts to send is 300 s (docs/topology.md).
_LATE_S = 300
#: The notice of a new year comes out from late October on; below this it is time to import it.
_COVERAGE_DAYS = 60


def dashboard(_look: Look) -> Dashboard:
    return Dashboard(
        slug=SLUG,
        title=Said("流水线与队列", "Pipeline and queues"),
        says=Said(
            "命令是否有人裁决、消息是否送出、时限是否及时发现、队列是否有人取、数字是否新。",
            "Are commands decided, messages sent, deadlines noticed, queues read, and are these figures fresh.",
        ),
        rows=(_now(), _deciding(), _sending(), _clock(), _audit(), every_queue(), broker(), processes()),
        since="now-6h",
        refresh="30s",
    )


def _now() -> Row:
    return row(
        "现在",
        "Now",
        stat(
            "待发信箱",
            "Outbox",
            q(total(p.OUTBOX), "消息", "messages"),
            thresholds=above((1000, ORANGE)),
        ),
        stat(
            "待发信箱中最早一条",
            "Oldest in the outbox",
            q(f"max ({p.OUTBOX_AGE.name})", "等待", "age"),
            unit="s",
            thresholds=above((_STUCK_S, ORANGE), (_LATE_S, RED)),
        ),
        stat(
            "暂存的消息",
            "Parked messages",
            q(total(p.PARKED_NOW), "消息", "messages"),
            thresholds=above((1, ORANGE)),
        ),
        stat(
            "时限被发现的迟延",
            "How late deadlines are noticed",
            q(f"max ({r.LATENESS.name})", "迟延", "late"),
            unit="s",
            thresholds=above((_STUCK_S, ORANGE), (_LATE_S, RED)),
        ),
        stat(
            "数字的时间",
            "Age of the figures",
            q(age(f"max ({p.COLLECTED.name})"), "时间", "age"),
            unit="s",
            thresholds=above((_STUCK_S, ORANGE), (_LATE_S, RED)),
        ),
        stat(
            "核对发现",
            "Findings of the audit",
            q(total(r.FOUND), "件", "cases"),
            thresholds=NONE_ALLOWED,
        ),
        table(
            "告警",
            "Alerts",
            {
                "alertname": Said("告警", "Alert"),
                "severity": Said("级别", "Severity"),
                "alertstate": Said("状态", "State"),
            },
            q(f"max by (alertname, severity, alertstate) ({series(f.ALERTS, _OURS)})", "条", "alerts"),
            height=6,
        ),
    )


def _deciding() -> Row:
    buckets = per_second(r.BATCH_SECONDS, ("le", "role"), suffix="_bucket")
    return row(
        "裁决",
        "Deciding",
        lines(
            "命令，按结果",
            "Commands, by outcome",
            q(per_second(r.COMMANDS, ("outcome",)), "{{outcome}}"),
            unit="ops",
            words=_OUTCOMES,
            stacked=True,
            width=8,
            colours={"accepted": GREEN, "refused": ORANGE, "duplicate": GREY},
        ),
        lines(
            "每批用时",
            "Time for a batch",
            q(quantile(0.5, buckets), "{{role}} p50"),
            q(quantile(0.95, buckets), "{{role}} p95"),
            q(quantile(0.99, buckets), "{{role}} p99"),
            unit="s",
            width=8,
        ),
        lines(
            "每批消息数",
            "Deliveries in a batch",
            q(
                f"{per_second(r.BATCH_SIZE, ('role',), suffix='_sum')} / "
                f"({per_second(r.BATCH_SIZE, ('role',), suffix='_count')} > 0)",
                "{{role}}",
            ),
            width=8,
        ),
        lines(
            "暂存，按原因",
            "Parked, by reason",
            q(per_second(r.PARKED, ("reason",)), "{{reason}}"),
            unit="ops",
            stacked=True,
        ),
        lines(
            "待处理的暂存消息，按原因",
            "Parked messages to look at, by reason",
            q(total(p.PARKED_NOW, ("reason",)), "{{reason}}"),
            stacked=True,
        ),
    )


def _sending() -> Row:
    return row(
        "发送",
        "Sending",
        lines(
            "发送，按结果",
            "Sent, by what became of it",
            q(per_second(r.SENT, ("fate",)), "{{fate}}"),
            unit="ops",
            words=_FATES,
            colours=_FATE_COLOURS,
            width=8,
        ),
        lines(
            "转发与重发",
            "Relayed, and sent again",
            q(per_second(r.RELAYED), "转发", "relayed"),
            q(per_second(r.RESENT), "重发", "sent again"),
            unit="ops",
            width=8,
        ),
        lines(
            "发给单位人员的清单",
            "Lists for the people at desks",
            q(per_second(r.LISTS, ("fate",)), "{{fate}}"),
            unit="ops",
            words=_FATES,
            colours=_FATE_COLOURS,
            width=8,
        ),
        lines(
            "待发信箱",
            "Outbox",
            q(total(p.OUTBOX), "消息", "messages"),
            width=8,
        ),
        states(
            "台账是否应答",
            "Whether the ledger answers",
            q(f"min by (instance) ({r.LEDGER_REACHABLE.name})", "{{instance}}"),
            shown={"1": Shown(Said("正常", "up"), GREEN), "0": Shown(Said("断开", "down"), RED)},
            height=8,
            width=8,
        ),
        states(
            "与消息队列的连接",
            "Connection to the broker",
            q(f"min by (instance) ({r.REACHABLE.name})", "{{instance}}"),
            shown={"1": Shown(Said("正常", "up"), GREEN), "0": Shown(Said("断开", "down"), RED)},
            height=8,
            width=8,
        ),
    )


def _clock() -> Row:
    return row("时钟与刹车", "Clock and brake", *_waking(), *_held_back())


def _waking() -> tuple[Panel, ...]:
    return (
        lines(
            "唤醒",
            "Wake-ups",
            q(per_second(r.WOKEN), "已放入到期队列", "put on a due queue"),
            q(per_second(r.STALE), "未引起变化", "changed nothing"),
            q(per_second(r.HELD), "被压住", "held back"),
            unit="ops",
            width=8,
        ),
        lines(
            "时限被发现的迟延",
            "How late deadlines are noticed",
            q(f"max ({r.LATENESS.name})", "迟延", "late"),
            unit="s",
            width=8,
        ),
        states(
            "刹车",
            "Brake",
            q(f"max ({r.BRAKED.name})", "刹车", "brake"),
            shown={"0": Shown(Said("正常", "off"), GREEN), "1": Shown(Said("生效", "holds"), RED)},
            width=8,
            height=8,
        ),
        lines(
            "进程时钟与数据库之差",
            "Clocks of processes against the database's",
            q(f"max by (instance) ({r.SKEW.name})", "{{instance}}"),
            unit="s",
            width=24,
            height=6,
        ),
    )


def _held_back() -> tuple[Panel, ...]:
    """What waits although its time has come, and whether anybody would be there for it."""
    return (
        stat(
            "刹车压住的时限",
            "Deadlines held by the brake",
            q(f"max ({r.HELD_NOW.name})", "时限", "deadlines"),
            thresholds=above((1, ORANGE)),
        ),
        stat(
            "没有动静的单位程序",
            "Silent programs of desks",
            q(f"max ({r.UNSTAFFED.name})", "单位", "desks"),
            thresholds=above((1, ORANGE)),
        ),
        stat(
            "整层中断",
            "Tiers with an outage",
            q(f"max ({r.DESK_OUTAGES.name})", "层级", "tiers"),
            thresholds=NONE_ALLOWED,
        ),
        states(
            "办公时间",
            "Office hours",
            q(f"max by (calendar) ({p.WORKING_TIME.name})", "{{calendar}}"),
            shown={"1": Shown(Said("办公", "open"), GREEN), "0": Shown(Said("下班", "closed"), GREY)},
            height=5,
        ),
    )


def _audit() -> Row:
    return row("核对、日历与数字", "Audit, calendars and figures", *_audited(), *_coming_round())


def _audited() -> tuple[Panel, ...]:
    days = (Threshold(None, RED), Threshold(30, ORANGE), Threshold(_COVERAGE_DAYS, GREEN))
    return (
        lines(
            "核对发现，按代码", "Findings of the audit, by code", q(total(r.FOUND, ("code",)), "{{code}}"), width=8
        ),
        stat("距上次核对", "Since the last audit", q(age(f"max ({r.AUDITED.name} > 0)"), "时间", "age"), unit="s"),
        stat(
            "日历还管多少天（核对）",
            "Days the calendars cover, by the audit",
            q(f"min ({r.CALENDAR_DAYS.name})", "天", "days"),
            unit="d",
            thresholds=days,
        ),
        stat(
            "日历还管多久（台账）",
            "What the calendars cover, by the ledger",
            q(f"min by (calendar) ({p.COVERAGE_END.name}) - time()", "{{calendar}}"),
            unit="s",
            thresholds=tuple(
                Threshold(None if one.since is None else one.since * 86400, one.colour) for one in days
            ),
        ),
    )


def _coming_round() -> tuple[Panel, ...]:
    """Whether figures and roles keep up."""
    return (
        stat(
            "未计入的变更",
            "Changes not counted yet",
            q(total(p.BEHIND), "变更", "changes"),
            thresholds=above((10_000, ORANGE)),
        ),
        lines(
            "各循环距上次运转（本进程）",
            "Since a loop last came round, by the process",
            q(f"max by (role) (time() - {r.BEAT.name})", "{{role}}"),
            unit="s",
            thresholds=above((_STUCK_S, RED)),
            width=8,
        ),
        lines(
            "各角色距上次报到（台账）",
            "Since a role last came round, by the ledger",
            q(f"max by (role) (time() - {p.BEATS.name})", "{{role}}"),
            unit="s",
            thresholds=above((_STUCK_S, RED)),
            width=8,
        ),
        lines(
            "计算数字的用时",
            "Time to compute the figures",
            q(f"max ({p.COLLECTING.name})", "用时", "time"),
            unit="s",
            width=8,
        ),
        lines(
            "计算失败",
            "Failed attempts to compute",
            q(f"sum (increase({series(p.COLLECT_ERRORS)}[$__rate_interval]))", "次", "attempts"),
        ),
    )
