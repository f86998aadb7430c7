"""Pages: few and certain. Each says that the router does not do its work, whatever the hour and the volume.

Thresholds without a source are ours. Each leaves time for what mends itself: a restart, a reconnection (15 s), a
lease (60 s).
"""

from __future__ import annotations

import re
from collections.abc import Iterator

import msgspec

from router.core.territory import address
from router.metrics import catalogue as c
from router.metrics.cases import pipeline as p, standing as s
from router.metrics.rules.rule import Alert, Root, Severity

#: Scrape jobs of deploy/prometheus/prometheus.yml.
BROKER_JOB, QUEUES_JOB = "rabbitmq", "rabbitmq-detailed"
#: RabbitMQ's own, of `/metrics/detailed?family=queue_coarse_metrics&family=queue_consumer_count` and `/metrics`.
CONSUMERS = "rabbitmq_detailed_queue_consumers"
READY = "rabbitmq_detailed_queue_messages_ready"
MEMORY_ALARM, DISK_ALARM = "rabbitmq_alarms_memory_used_watermark", "rabbitmq_alarms_free_disk_space_watermark"

#: A loop beats every 15 s at least; `/livez` and `status` call it stuck after this.
SILENT_S = 60
#: `status` says the same of the clock.
LATE_S = 120
#: A deadline passed this long ago and its case was not taken up.
UNESCALATED_S = 900
#: Five minutes: the relay tries every message again within that time.
OUTBOX_S = 300
#: The exporter computes twice a minute.
STALE_S = 300
#: So many more messages parked than a quarter of an hour ago: a sender or a program is broken, not one message.
PARKED_AT_ONCE = 50
#: Audits that may be missed.
AUDITS = 3

#: Roles an installation must have, each a loop of that name.
ROLES = ("router", "relay", "sla")


def pages(audit_s: float, skew_s: float) -> list[Alert]:
    """All pages.

    Args:
        audit_s: seconds between two looks of the auditor; 0: there is none, and no alert on it.
        skew_s: seconds that two clocks may differ.
    """
    made = [
        *_roots(skew_s),
        *_deadlines(),
        *_messages(),
        *([_auditor(audit_s)] if audit_s > 0 else []),
        _figures(),
    ]
    return [msgspec.structs.replace(alert, severity=Severity.PAGE) for alert in made]


def _roots(skew_s: float) -> Iterator[Alert]:
    """What others follow from; each goes on for a while after its end, until what it caused has calmed down."""
    # A process without a connection says 1: only those that live by the broker are asked.
    loops = f'{c.BEAT.name}{{role=~"{"|".join(ROLES)}"}}'
    reachable = f"max({c.REACHABLE.name} and on (instance) {loops})"
    yield Alert(
        name="BrokerDown",
        expr=f'{reachable} == 0\nor (sum(up{{job="{BROKER_JOB}"}}) == 0 unless {reachable} == 1)',
        for_="1m",
        keep_firing_for="5m",
        summary="RabbitMQ does not answer",
        summary_zh="消息队列 RabbitMQ 无响应",
        description="No process reaches the broker. Nothing is lost: the ledger has every case, messages wait in "
        "the outbox. No hand-over arrives and no case escalates until it is back.",
        description_zh="所有进程都连不上消息队列。数据没有丢失：工单在台账里，消息在待发信箱等待。恢复之前不派单、不提级。",
    )
    yield Alert(
        name="LedgerDown",
        expr=f"max({c.LEDGER_REACHABLE.name}) == 0",
        for_="1m",
        keep_firing_for="5m",
        summary="The database does not answer",
        summary_zh="数据库无响应",
        description="No process reaches the ledger. Nothing is acknowledged: what comes in waits in the broker's "
        "queues.",
        description_zh="所有进程都连不上台账数据库。没有确认任何消息：来件在消息队列里等待。",
    )
    none = "\n".join(f'or absent({c.BEAT.name}{{role="{role}"}})' for role in ROLES)
    yield Alert(
        name="RoleSilent",
        expr=f"time() - max by (role) ({loops}) > {SILENT_S}\n{none}",
        for_="2m",
        keep_firing_for="5m",
        follows=(Root.LEDGER, Root.SKEW),
        summary="No process of the role {{ $labels.role }} lives",
        summary_zh="角色 {{ $labels.role }} 没有存活的进程",
        description="Every process of the role has died or stands still, or Prometheus reaches none.",
        description_zh="该角色的进程全部退出或卡死，或者 Prometheus 抓取不到。",
    )
    yield Alert(
        name="ClockSkewed",
        expr=f"max by (instance) (abs({c.SKEW.name})) > {skew_s:g}",
        for_="1m",
        summary="The clock of {{ $labels.instance }} is off by {{ $value | humanizeDuration }}",
        summary_zh="{{ $labels.instance }} 的时钟与数据库相差 {{ $value | humanizeDuration }}",
        description="A machine's clock and the database's differ. Deadlines would pass too early or too late, so "
        "the brake holds escalation.",
        description_zh="本机时钟与数据库时钟不一致，时限会提前或推后到期，因此提级已暂停。",
    )
    yield Alert(
        name="BrokerBlocksPublishers",
        expr=f"max by (instance) ({MEMORY_ALARM}) == 1\nor max by (instance) ({DISK_ALARM}) == 1",
        for_="1m",
        keep_firing_for="5m",
        follows=(Root.BROKER,),
        summary="RabbitMQ blocks publishers: memory or disk of {{ $labels.instance }}",
        summary_zh="RabbitMQ 因内存或磁盘告警阻塞发布：{{ $labels.instance }}",
        description="An alarm of the broker holds. Nothing can be sent; messages wait in the outbox.",
        description_zh="消息队列的资源告警生效，消息发不出去，都在待发信箱等待。",
    )


def _deadlines() -> Iterator[Alert]:
    every = (Root.BROKER, Root.LEDGER, Root.BLOCKED, Root.ROLE)
    yield Alert(
        name="OverdueNotEscalated",
        expr=f"max by (tier) ({s.UNESCALATED_AGE.name}) > {UNESCALATED_S}",
        for_="1m",
        follows=every,
        summary="A case of the tier {{ $labels.tier }} is overdue and was not escalated",
        summary_zh="{{ $labels.tier }} 层有工单超期而未提级",
        description="The oldest deadline passed {{ $value | humanizeDuration }} ago and nobody has taken the case "
        "up. What the brake or a hold keeps back is not counted.",
        description_zh="最早的一件时限已过 {{ $value | humanizeDuration }}，仍未提级。被暂停提级压住的不计在内。",
    )
    beat = f'{c.BEAT.name}{{role="clock"}}'
    yield Alert(
        name="ClockStalled",
        expr=f"max({c.LATENESS.name}) > {LATE_S}\nor time() - max({beat}) > {SILENT_S}",
        for_="3m",
        follows=(*every, Root.SKEW),
        summary="The clock stands still or is late",
        summary_zh="时限时钟停摆或滞后",
        description="Passed deadlines are noticed over two minutes late, or the clock's loop does not come round.",
        description_zh="时限到期后两分钟以上才被发现，或时钟循环已停。",
    )
    yield Alert(
        name="BrakeOn",
        expr=f"max({c.BRAKED.name}) == 1\nor max({p.BRAKE.name}) == 1",
        for_="1m",
        follows=(Root.SKEW,),
        summary="The brake is on: no case is escalated",
        summary_zh="提级已暂停（刹车）",
        description="Far too many deadlines fell due at once, or two clocks differed. Desks work on; somebody has "
        "to look, then release or cancel.",
        description_zh="同时到期的时限过多，或时钟不一致。各单位照常办理；需有人查看后放行或取消。",
    )


def _messages() -> Iterator[Alert]:
    yield Alert(
        name="OutboxOld",
        expr=f"max({p.OUTBOX_AGE.name}) > {OUTBOX_S}",
        for_="2m",
        follows=(Root.BROKER, Root.LEDGER, Root.BLOCKED, Root.ROLE),
        summary="A message has waited in the outbox for {{ $value | humanizeDuration }}",
        summary_zh="待发信箱最早一条已等待 {{ $value | humanizeDuration }}",
        description="Hand-overs do not reach a queue: the relay stands still, or a desk's queue is full.",
        description_zh="交办消息没有送达队列：转发进程停了，或某单位的队列已满。",
    )
    # Every tier has a due queue: what all their names begin with.
    own = f"{_literal(address.INTAKE)}|{_literal(address.REPORTS)}|{_literal(address.due_queue(''))}.+"
    nowhere = f'absent({CONSUMERS}{{queue="{address.INTAKE}"}}) and on () sum(up{{job="{QUEUES_JOB}"}}) > 0'
    yield Alert(
        name="OwnQueueWithoutConsumer",
        expr=f'max by (queue) ({CONSUMERS}{{queue=~"{own}"}}) == 0\nor {nowhere}',
        for_="2m",
        follows=(Root.BROKER, Root.LEDGER, Root.ROLE),
        summary="Nobody consumes {{ $labels.queue }}",
        summary_zh="队列 {{ $labels.queue }} 没有消费者",
        description="One of our own queues has no consumer, or is not there. What lies in it is not handled.",
        description_zh="路由自用队列没有消费者，或队列不存在；其中的消息无人处理。",
    )
    parked = f"city:{p.PARKED_NOW.name}:sum"
    yield Alert(
        name="ManyParkedAtOnce",
        expr=f"{parked} - {parked} offset 15m >= {PARKED_AT_ONCE}",
        for_="0m",
        summary="{{ $value }} messages were parked within a quarter of an hour",
        summary_zh="一刻钟内暂存了 {{ $value }} 条消息",
        description="Somebody sends what cannot be taken, a program rejects what it gets, or deciding fails.",
        description_zh="有来源发来无法接收的消息，或某程序拒收，或路由处理失败。",
    )


def _literal(name: str) -> str:
    """A name as a pattern in PromQL, where a backslash in a text is two."""
    return re.escape(name).replace("\\", "\\\\")


def _auditor(audit_s: float) -> Alert:
    return Alert(
        name="AuditorSilent",
        expr=f"time() - max({c.AUDITED.name}) > {AUDITS * audit_s:g}",
        for_="5m",
        follows=(Root.LEDGER, Root.ROLE),
        summary="The auditor has not finished a pass",
        summary_zh="在办工单已很久没有核对完一轮",
        description="For three times its pace nobody has looked at every open case: what must never be would not "
        "be found.",
        description_zh="超过三个周期没有逐件核对在办工单，出了问题不会被发现。",
    )


def _figures() -> Alert:
    at = p.COLLECTED.name
    return Alert(
        name="FiguresStale",
        expr=f"time() - max({at}) > {STALE_S}\nor absent({at})",
        for_="5m",
        follows=(Root.LEDGER,),
        summary="There are no fresh figures of cases",
        summary_zh="工单数字没有更新",
        description="The role metrics does not run or does not get through. Alerts on overdue cases, the outbox "
        "and parked messages cannot fire.",
        description_zh="metrics 角色没有运行或算不出数字。超期未提级、待发信箱、暂存消息的告警此时都不会触发。",
    )
