"""Rows on RabbitMQ and on the processes; part of the dashboard of the pipeline."""

from __future__ import annotations

from router.dashboards import foreign as f
from router.dashboards.colours import GREEN, RED, above
from router.dashboards.panels import bars, lines, q, row, stat, states
from router.dashboards.promql import JOBS, per_second, series, total
from router.dashboards.said import Said
from router.dashboards.spec import Panel, Row, Shown

#: Queues that case-router's own roles read, and of what was given up on (docs/topology.md).
_OWN = 'queue=~"case[.](intake|reports|parked)|due[.].+"'
_LEFT = 'queue=~"case[.](parked|unrouted)"'
_ALL = 'queue=~"(case|due|desk|channel)[.].+"'
_ALARM = {"0": Shown(Said("正常", "off"), GREEN), "1": Shown(Said("告警", "on"), RED)}


def every_queue() -> Row:
    ready = total(f.QUEUE_READY, ("queue",), (_ALL,))
    return row(
        "队列",
        "Queues",
        bars(
            "待取最多的队列",
            "Queues with most waiting",
            q(f"topk (15, {ready})", "{{queue}}"),
            width=12,
            height=10,
        ),
        lines("待取消息，按队列", "Waiting, by queue", q(f"topk (10, {ready})", "{{queue}}"), height=10),
        lines(
            "本系统队列的读取者",
            "Readers of our own queues",
            q(total(f.QUEUE_CONSUMERS, ("queue",), (_OWN,)), "{{queue}}"),
            says=Said("为 0 时无人读取：相应的角色没有运行。", "At 0 nobody reads: the role does not run."),
            width=8,
        ),
        stat(
            "有消息而无人读取的队列",
            "Queues with messages and no reader",
            q(
                f"count ({ready} > 0 unless {total(f.QUEUE_CONSUMERS, ('queue',), (_ALL,))} > 0)",
                "队列",
                "queues",
            ),
            thresholds=above((1, RED)),
            width=8,
            height=8,
        ),
        lines(
            "放弃与无处可投的消息",
            "Given up on, and unrouted",
            q(total(f.QUEUE_READY, ("queue",), (_LEFT,)), "{{queue}}"),
            width=8,
        ),
        lines(
            "已取未确认，按队列",
            "Taken and not acknowledged, by queue",
            q(f"topk (10, {total(f.QUEUE_UNACKED, ('queue',), (_ALL,))})", "{{queue}}"),
            width=24,
        ),
    )


def broker() -> Row:
    return row("RabbitMQ", "RabbitMQ", *_passing_through(), *_room_left())


def _passing_through() -> tuple[Panel, ...]:
    return (
        lines(
            "收到、确认、处理",
            "Received, confirmed, acknowledged",
            q(per_second(f.RECEIVED), "收到", "received"),
            q(per_second(f.CONFIRMED), "已确认", "confirmed"),
            q(per_second(f.ACKNOWLEDGED), "已处理", "acknowledged"),
            unit="ops",
            width=8,
        ),
        lines(
            "重复投递与退回",
            "Delivered again, and returned",
            q(per_second(f.REDELIVERED), "重复投递", "delivered again"),
            q(per_second(f.UNROUTABLE), "无队列而退回", "returned"),
            unit="ops",
            width=8,
        ),
        lines(
            "所有队列的消息",
            "Messages in all queues",
            q(total(f.READY), "待取", "waiting"),
            q(total(f.UNACKED), "已取未确认", "not acknowledged"),
            width=8,
        ),
        lines(
            "连接与信道",
            "Connections and channels",
            q(total(f.CONNECTIONS), "连接", "connections"),
            q(total(f.CHANNELS), "信道", "channels"),
            width=8,
        ),
    )


def _room_left() -> tuple[Panel, ...]:
    return (
        lines(
            "内存",
            "Memory",
            q(f"sum ({series(f.MEMORY)})", "占用", "in use"),
            q(f"sum ({series(f.MEMORY_LIMIT)})", "上限", "limit"),
            unit="bytes",
            width=8,
        ),
        lines(
            "磁盘剩余",
            "Free disk",
            q(f"min ({series(f.DISK)})", "剩余", "free"),
            q(f"max ({series(f.DISK_LIMIT)})", "下限", "limit"),
            unit="bytes",
            width=8,
        ),
        lines(
            "打开的文件",
            "Open files",
            q(f"sum ({series(f.FILES)})", "打开", "open"),
            q(f"sum ({series(f.FILES_LIMIT)})", "上限", "limit"),
            width=12,
        ),
        states(
            "告警（阻断发布方）",
            "Alarms, which block publishers",
            q(f"max ({series(f.ALARM_MEMORY)})", "内存", "memory"),
            q(f"max ({series(f.ALARM_DISK)})", "磁盘", "disk"),
            shown=_ALARM,
            height=8,
        ),
    )


def processes() -> Row:
    by = ("job", "instance")
    return row(
        "进程",
        "Processes",
        states(
            "能否读到指标",
            "Whether metrics can be read",
            q(f"min by (job, instance) ({series(f.UP, JOBS)})", "{{job}} {{instance}}"),
            shown={"1": Shown(Said("正常", "up"), GREEN), "0": Shown(Said("读不到", "down"), RED)},
            height=8,
        ),
        lines(
            "处理器", "Processor", q(per_second(f.PROCESS_CPU, by, (JOBS,)), "{{job}} {{instance}}"), unit="short"
        ),
        lines("内存", "Memory", q(total(f.PROCESS_MEMORY, by, (JOBS,)), "{{job}} {{instance}}"), unit="bytes"),
        lines("打开的文件", "Open files", q(total(f.PROCESS_FILES, by, (JOBS,)), "{{job}} {{instance}}")),
    )
