"""Tickets: what somebody looks at in office hours. Offices that are late, and what will be wrong one day."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from router.core.territory import address
from router.metrics import catalogue as c
from router.metrics.cases import pipeline as p, standing as s
from router.metrics.rules.pages import BROKER_JOB, CONSUMERS, QUEUES_JOB, READY
from router.metrics.rules.rule import Alert, Root, Severity

#: With fewer deadlines one late case is a burn: at ten a day, one day in twelve is a false alarm on a district
#: that is just on its target; at fifty, one in three hundred.
MINIMUM = 50
#: So many times the misses that the target allows, over both windows: alert, burn, long window, short window.
BURNS = (("OnTimeBurnFast", 3.0, "1d", "6h"), ("OnTimeBurnSlow", 1.5, "7d", "1d"))
#: Days before a calendar ends; the last has no lower bound.
CALENDAR_DAYS = ((60, 30), (30, 7), (7, None))
_DAY_S = 86_400


def _where(city: str, code: str) -> str:
    """Whose alert it is, at the head of a sentence: a district by name and code, or by code alone while nobody
    exports names; `city` for one without a district. `code`: how the code stands behind the name."""
    named = f'{{{{ with query (printf "{p.DISTRICT_NAME.name}{{district=%q}}" $code) }}}}'
    return (
        "{{ with $labels.district }}{{ $code := . }}"
        f'{named}{{{{ . | first | label "name" }}}}{code}{{{{ else }}}}{{{{ $code }}}}{{{{ end }}}}'
        f"{{{{ else }}}}{city}{{{{ end }}}}"
    )


_EN, _ZH = " ({{ $code }})", "（{{ $code }}）"


def tickets(on_time_target: float) -> list[Alert]:
    """All tickets; `on_time_target` is a share of 1."""
    made = [*_burns(on_time_target), _desks(), *_parked(), _held(), *_calendars(), *_upkeep()]
    return [msgspec.structs.replace(alert, severity=Severity.TICKET) for alert in made]


def _burns(target: float) -> Iterator[Alert]:
    where, where_zh = _where("the city", _EN), _where("全市", _ZH)
    for name, burn, long, short in BURNS:
        late = f"{burn * (1 - target):.1%}"
        parts = []
        for level, on in (("district", "district"), ("city", "")):
            figure = f"{level}:case_router_on_time:burn"
            parts.append(
                f"(\n  {figure}{long} > {burn:g}\n"
                f"  and on ({on}) {figure}{short} > {burn:g}\n"
                f"  and on ({on}) {level}:{s.DUE.name}:delta{long} >= {MINIMUM}\n)"
            )
        yield Alert(
            name=name,
            expr="\nor ".join(parts),
            for_="15m",
            # Deadlines pile up at 24:00 and the short window forgets them before anybody is in the office.
            keep_firing_for="12h",
            summary=f"{where}: {{{{ $value | humanize }}}} times the misses that the target allows",
            summary_zh=f"{where_zh}：超期率是目标允许值的 {{{{ $value | humanize }}}} 倍",
            description=f"Of at least {MINIMUM} cases due within {long}, over {late} were late; within {short} "
            f"too. Target: {target:.1%} on time.",
            description_zh=f"{long} 内到期的至少 {MINIMUM} 件中，逾期超过 {late}；最近 {short} 也是如此。"
            f"目标：按期办结率 {target:.1%}。",
        )


def _desks() -> Alert:
    # Desks at the shell have no queue, and many of nothing in common cannot be joined.
    desks = f'max by (queue, district) ({p.UNIT.name}{{queue!=""}})'
    nobody = f"(max by (queue) ({CONSUMERS}) == 0)"
    return Alert(
        name="DeskQueuesWithoutConsumer",
        expr=f"count by (district) (\n  {nobody}\n  + on (queue) group_left (district) 0 * {desks}\n)\n"
        f"and on () min({p.WORKING_TIME.name}) == 1",
        for_="30m",
        # Lunch is no repair.
        keep_firing_for="3h",
        follows=(Root.BROKER,),
        summary=f"{_where('the city itself', _EN)}: nobody consumes {{{{ $value }}}} of its desks' queues",
        summary_zh=f"{_where('市本级', _ZH)}：{{{{ $value }}}} 个单位队列没有消费者",
        description="Programs of so many desks of the district do not run in office hours. Their cases wait, and "
        "their deadlines do not.",
        description_zh="办公时间内，该区县这么多单位的程序没有接入。工单在队列中等待，时限照常计算。",
    )


def _parked() -> Iterator[Alert]:
    yield Alert(
        name="ParkedMessages",
        expr=f"max by (reason) ({p.PARKED_NOW.name}) > 0",
        for_="1h",
        summary="{{ $value }} messages are parked: {{ $labels.reason }}",
        summary_zh="暂存 {{ $value }} 条消息：{{ $labels.reason }}",
        description="Messages that could not be taken wait for somebody to look at them.",
        description_zh="无法接收的消息等待人工处理。",
    )
    yield Alert(
        name="UnroutedMessages",
        expr=f'max by (queue) ({READY}{{queue="{address.UNROUTED}"}}) > 0',
        for_="1h",
        follows=(Root.BROKER,),
        summary="{{ $value }} messages lie in {{ $labels.queue }}",
        summary_zh="{{ $labels.queue }} 中有 {{ $value }} 条消息",
        description="Somebody outside sends with a key that no queue is bound for.",
        description_zh="外部程序使用了没有队列绑定的路由键。",
    )


def _held() -> Alert:
    return Alert(
        name="CasesHeldLong",
        # Both who exports figures say the same; the sum is over tiers.
        expr=f"sum(max by (tier) ({s.HELD_CASES.name})) > 0",
        # Longer than a night: a hold of an evening ends with the morning.
        for_="12h",
        summary="{{ $value }} cases are held back and do not go up",
        summary_zh="{{ $value }} 件工单被压住，不提级",
        description="For 12 hours the brake or a hold has kept back cases whose deadline has passed. Nobody above "
        "hears of them until somebody ends it.",
        description_zh="刹车或暂停已连续 12 小时压住时限已过的工单。在有人放行、取消或解除之前，上级不会得知。",
    )


def _calendars() -> Iterator[Alert]:
    left = f"min by (calendar) ({p.COVERAGE_END.name} - time()) / {_DAY_S}"
    for days, above in CALENDAR_DAYS:
        yield Alert(
            name="CalendarEnds",
            expr=f"{left} <= {days}" if above is None else f"({left} > {above}) <= {days}",
            for_="1h",
            labels={"days": str(days)},
            summary='The calendar {{ $labels.calendar }} ends in {{ $value | printf "%.0f" }} days',
            summary_zh='日历 {{ $labels.calendar }} 还有 {{ $value | printf "%.0f" }} 天到期',
            description="Beyond its end the plain week is assumed and deadlines are provisional. The notice for a "
            "year comes out from late October to December of the year before.",
            description_zh="到期之后按普通周推算，时限为暂定。放假安排通知一般在前一年 10 月底至 12 月发布。",
        )


def _upkeep() -> Iterator[Alert]:
    jobs = f"case-router|case-router-metrics|{BROKER_JOB}|{QUEUES_JOB}"
    yield Alert(
        name="ScrapeTargetDown",
        expr=f'up{{job=~"{jobs}"}} == 0',
        for_="10m",
        follows=(Root.BROKER,),
        summary="{{ $labels.job }}: {{ $labels.instance }} does not answer",
        summary_zh="{{ $labels.job }}：{{ $labels.instance }} 抓取失败",
        description="A process or a node of the broker does not answer Prometheus. Others of its kind do, or a "
        "page says so.",
        description_zh="某个进程或消息队列节点没有应答抓取。同类的其他进程仍在，否则另有紧急告警。",
    )
    yield Alert(
        name="AuditFindings",
        expr=f"max by (code) ({c.FOUND.name}) > 0",
        for_="10m",
        follows=(Root.BROKER, Root.LEDGER, Root.BLOCKED, Root.ROLE),
        summary="The audit finds {{ $value }} times: {{ $labels.code }}",
        summary_zh="核对发现 {{ $value }} 处：{{ $labels.code }}",
        description="An open case is as it must never be; two passes have said so.",
        description_zh="有在办工单处于不应有的状态，连续两轮核对都发现。",
    )
