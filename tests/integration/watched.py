"""Two Prometheus servers over what was really exported: five weeks of a city, and a city at work on RabbitMQ."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import urlsplit

import yaml

from router.app import Installation
from router.metrics.exporter import Exporter
from tests.integration.asking import Span
from tests.integration.busy_city import BusyCity, busy_city
from tests.integration.eventful_city import play
from tests.integration.readings import openmetrics
from tests.servers.prometheus import Prometheus
from tests.servers.rabbit import RabbitNode

#: More than the longest period that dashboards look back over.
WEEKS = 5
PER_DAY = 30
RULES = Path(__file__).resolve().parents[2] / "deploy" / "prometheus" / "rules"
#: As deploy/prometheus/prometheus.yml names them.
_CONFIG = """
global: {{scrape_interval: 1s, scrape_timeout: 1s, evaluation_interval: 1s}}
rule_files: [rules/*.yml]
scrape_configs:
  - job_name: case-router
    static_configs: [{{targets: ["{work}"]}}]
  - job_name: case-router-metrics
    static_configs: [{{targets: ["{figures}"]}}]
  - job_name: rabbitmq
    static_configs: [{{targets: ["127.0.0.1:{broker}"]}}]
  - job_name: rabbitmq-detailed
    metrics_path: /metrics/detailed
    params: {{family: [queue_coarse_metrics, queue_consumer_count]}}
    static_configs: [{{targets: ["127.0.0.1:{broker}"]}}]
"""


class Past:
    """What the exporter said of the eventful city at each midnight."""

    def __init__(self, folder: Path) -> None:
        self.readings: list[tuple[datetime, str]] = []
        self._exporter: Exporter | None = None
        play(folder, WEEKS, PER_DAY, self._read)

    def _read(self, opened: Installation, at: datetime) -> None:
        self._exporter = self._exporter or opened.exporter()
        self._exporter.run_once(at)
        self.readings.append((at, self._exporter.exposition().decode()))


@contextmanager
def past(program: Path, promtool: Path, found: Past, *, recorded: bool = True) -> Iterator[Span]:
    """A Prometheus that has scraped once a night, and if asked for has recorded what the rules record."""
    # A reading holds until the next one.
    with_readings = Prometheus(program, "global: {}\n", lookback="25h")
    try:
        # Two exporters say the same: whoever adds them up is twice as far off.
        instances = ("metrics-1:9108", "metrics-2:9108")
        with_readings.fill(promtool, openmetrics(found.readings, "case-router-metrics", instances))
        with_readings.start()
        span = Span(with_readings, found.readings[0][0], found.readings[-1][0], 6 * 3600)
        if recorded:
            _record(with_readings, promtool, span)
        yield span
    finally:
        with_readings.close()


def _record(server: Prometheus, promtool: Path, span: Span) -> None:
    """Rules that read others come after these, as many passes as that takes."""
    read = yaml.safe_load((RULES / "case-router-recording.yml").read_text(encoding="utf-8"))
    waiting = {rule["record"]: rule["expr"] for group in read["groups"] for rule in group["rules"]}
    while waiting:
        ready = [name for name, expr in waiting.items() if not any(other in expr for other in waiting)]
        assert ready, "rules that read each other"
        rules = [{"record": name, "expr": waiting.pop(name)} for name in ready]
        file = server.folder / "pass.yml"
        file.write_text(yaml.safe_dump({"groups": [{"name": "pass", "rules": rules}]}), encoding="utf-8")
        server.record(promtool, file, span.start, span.end, "24h")


@contextmanager
def live(program: Path, rabbit: RabbitNode, folder: Path) -> Iterator[Span]:
    """A Prometheus that scrapes a busy city every second, until everything has gone on."""
    with busy_city(rabbit, folder) as city:
        work, figures = (urlsplit(url).netloc for url in city.urls)
        config = _CONFIG.format(work=work, figures=figures, broker=rabbit.prometheus_port)
        rules = {f"rules/{path.name}": path.read_text(encoding="utf-8") for path in RULES.glob("*.yml")}
        with Prometheus(program, config, rules) as server:
            began = datetime.now(UTC)  # noqa: TID251 - the server's clock is the machine's
            _keep_busy(city, server)
            yield Span(server, began, datetime.now(UTC), 1, "10s")  # noqa: TID251 - as above


def _keep_busy(city: BusyCity, server: Prometheus) -> None:
    """Each thing in turn, as soon as the one before has been seen."""
    # Counters are at 0 before they rise.
    server.wait_for("count (up == 1) == 4")
    server.wait_for("case_router_resent_handovers_total == 0")
    city.hand_in(*range(1, 31))
    city.work()
    for number in range(100, 105):
        city.leave(number)
    with city.reading("willow"), city.reading("lake-water"), city.reading("cloud-transport"):
        server.wait_for("case_router_outbox_oldest_seconds > 0")
        server.wait_for('rabbitmq_detailed_queue_messages_unacked{queue="desk.willow"} > 0')
    city.send_nonsense()
    city.relay()
    # However slow the machine, some deadlines are still ahead when the brake is put on.
    city.hand_in(*range(31, 61))
    city.hold_back()
    server.wait_for("case_router_brake_held_deadlines > 0")
    city.let_go_of_the_brake()
    server.wait_for("case_router_held_wakeups_total > 0")
    city.end_the_hold()
    server.wait_for("sum (case_router_case_escalations_total) > 0")
    city.wake_in_vain(1)
    with city.reading("willow"):
        server.wait_for("sum (rabbitmq_global_messages_redelivered_total) > 0")
    for seen in (
        "case_router_stale_wakeups_total > 0",
        "case_router_unstaffed_desks > 0",
        "sum (case_router_notice_lists_total) > 0",
        "case_router_audit_last_success_timestamp_seconds > 0",
        "case_router_resent_handovers_total > 0",
        "case_router_relayed_messages_total > 0",
        "sum (case_router_parked_messages) > 0",
        "sum (rabbitmq_global_messages_unroutable_returned_total) > 0",
        # A range query sees it too.
        "sum (rate (case_router_stale_wakeups_total[10s] offset 5s)) > 0",
    ):
        server.wait_for(seen)
