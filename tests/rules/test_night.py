"""A night: the offices are closed, then the broker dies.

The committed rules are in a real Prometheus, the committed routes in a real Alertmanager; of both only the times
are shortened, minutes to seconds.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from router.clock import clock
from router.core.territory import address
from tests.rules import hurry
from tests.servers.alertmanager import Alertmanager
from tests.servers.corner import Corner
from tests.servers.prometheus import Prometheus
from tests.servers.waiting import wait_until

DESKS, DISTRICTS = 1000, 40
DEADLINE_S = 90.0

#: What follows from a dead broker, as soon as it has lasted: each would wake or bother somebody by itself.
FOLLOWING = {"OutboxOld", "OverdueNotEscalated", "ClockStalled", "ScrapeTargetDown", "AuditFindings"}

CONFIG = """
global: {scrape_interval: 1s, scrape_timeout: 1s, evaluation_interval: 1s}
rule_files: ["rules/*.yml"]
alerting: {alertmanagers: [{static_configs: [{targets: ["%(alertmanager)s"]}]}]}
scrape_configs:
"""
JOB = '  - {job_name: %(job)s, metrics_path: "/%(job)s", static_configs: [{targets: ["%(corner)s"]}]}\n'
JOBS = ("case-router", "case-router-metrics", "rabbitmq", "rabbitmq-detailed")


def processes(*, broker: bool) -> str:
    """What the processes say: they live, whether the broker does or not."""
    # Ahead of now: the page is written once, and nobody is to be silent however long the test takes.
    beat = clock().timestamp() + 10 * DEADLINE_S
    lines = [
        f'case_router_role_beat_timestamp_seconds{{role="{role}"}} {beat}'
        for role in ("router", "relay", "sla", "clock")
    ]
    late, found = (0, 0) if broker else (4000, 700)
    return "\n".join(
        [
            *lines,
            f"case_router_broker_reachable {int(broker)}",
            "case_router_ledger_reachable 1",
            "case_router_clock_skew_seconds 0.01",
            "case_router_brake_holds 0",
            f"case_router_clock_lateness_seconds {late}",
            f"case_router_audit_last_success_timestamp_seconds {beat}",
            f'case_router_audit_findings{{code="outbox"}} {found}',
            "",
        ]
    )


def figures(*, broker: bool) -> str:
    """What the exporter says: a thousand desks, closed; and what has piled up."""
    late = 0 if broker else 4000
    names = [
        f'case_router_desk_name{{desk="{desk}",district="d{number % DISTRICTS}",tier="street",name="x",'
        f'queue="{address.desk_queue(desk)}"}} 1'
        for number, desk in enumerate(map("desk{}".format, range(DESKS)))
    ]
    return "\n".join(
        [
            *names,
            f"case_router_figures_last_success_timestamp_seconds {clock().timestamp() + 10 * DEADLINE_S}",
            'case_router_working_time{calendar="cn"} 0',
            "case_router_escalations_braked 0",
            f"case_router_outbox_oldest_seconds {late}",
            f'case_router_overdue_unescalated_seconds{{tier="street"}} {late}',
            f'case_router_overdue_unescalated_seconds{{tier="district"}} {late}',
            "",
        ]
    )


def queues() -> str:
    """What RabbitMQ says: ours are consumed, no desk's is."""
    own = (address.INTAKE, address.REPORTS, *map(address.due_queue, ("city", "district", "street")))
    consumed = [f'rabbitmq_detailed_queue_consumers{{vhost="/",queue="{name}"}} 1' for name in own]
    closed = [
        f'rabbitmq_detailed_queue_consumers{{vhost="/",queue="{address.desk_queue(f"desk{number}")}"}} 0'
        for number in range(DESKS)
    ]
    return "\n".join([*consumed, *closed, ""])


@pytest.fixture
def city(
    prometheus_program: Path, alertmanager_program: Path
) -> Iterator[tuple[Corner, Alertmanager, Prometheus]]:
    """Everything runs, and every office is closed."""
    with ExitStack() as stack:
        corner = stack.enter_context(Corner())
        corner.pages.update(
            {
                "/case-router": processes(broker=True),
                "/case-router-metrics": figures(broker=True),
                "/rabbitmq": "rabbitmq_alarms_memory_used_watermark 0\n",
                "/rabbitmq-detailed": queues(),
            }
        )
        notified = hurry.routes().replace("http://notifier.invalid", f"http://{corner.address}")
        alertmanager = stack.enter_context(Alertmanager(alertmanager_program, notified))
        config = CONFIG % {"alertmanager": alertmanager.url.removeprefix("http://")}
        config += "".join(JOB % {"job": job, "corner": corner.address} for job in JOBS)
        yield corner, alertmanager, stack.enter_context(Prometheus(prometheus_program, config))


def test_a_night_of_a_thousand_closed_desks_and_a_dead_broker_pages_once(
    city: tuple[Corner, Alertmanager, Prometheus],
) -> None:
    corner, alertmanager, prometheus = city
    prometheus.wait_for("count(rabbitmq_detailed_queue_consumers == 0) == 1000")
    prometheus.wait_for("count(up == 1) == 4")
    # Not before: in the moments before the first scrape nothing is there, and a second stands for a minute.
    prometheus.reload(hurry.rules())
    prometheus.wait_for("count_over_time(city:case_router_parked_messages:sum[1m]) >= 5")
    assert prometheus.query("ALERTS") == [], "closed offices are no news, not even a pending one"

    del corner.pages["/rabbitmq"], corner.pages["/rabbitmq-detailed"]
    corner.pages["/case-router"] = processes(broker=False)
    corner.pages["/case-router-metrics"] = figures(broker=False)
    expected = {"BrokerDown": "active"} | dict.fromkeys(FOLLOWING, "suppressed")
    wait_until(lambda: alertmanager.alerts() == expected, deadline_s=DEADLINE_S, what=f"{expected}")

    # Whoever hands an alert in now is told of later than all that was to be told before.
    alertmanager.tell(alertname="Last", severity="page")
    wait_until(lambda: len(corner.posted) > 1, deadline_s=DEADLINE_S, what="the word of the last alert")
    told = [(path, document["groupLabels"]["alertname"]) for path, document in corner.posted]
    assert told == [("/pages", "BrokerDown"), ("/pages", "Last")]
    (alert,) = corner.posted[0][1]["alerts"]
    assert alert["annotations"]["summary_zh"] == "消息队列 RabbitMQ 无响应"
    assert alert["annotations"]["runbook_url"].endswith("#brokerdown")
