"""The committed rules over a real installation: nobody is paged while it is well, and once for a server that dies.

Only the times of the rules are shortened. What the processes export, what RabbitMQ exports, and how fast each
notices that something is gone, is what an operator gets.
"""

from __future__ import annotations

from pathlib import Path
from urllib.parse import urlsplit

import pytest

from tests.integration.terminal import Terminal
from tests.integration.test_cli import TREE
from tests.rules import hurry
from tests.servers.postgres import PostgresCluster
from tests.servers.prometheus import Prometheus
from tests.servers.rabbit import RabbitNode

#: A lost connection is noticed at once, a beat comes every five seconds, a reconnection within fifteen.
NOTICED_S = 90.0
CONFIG = """
global: {{scrape_interval: 1s, scrape_timeout: 1s, evaluation_interval: 1s}}
rule_files: ["rules/*.yml"]
scrape_configs:
  - {{job_name: case-router, static_configs: [{{targets: ["{work}"]}}]}}
  - {{job_name: case-router-metrics, static_configs: [{{targets: ["{figures}"]}}]}}
  - {{job_name: rabbitmq, static_configs: [{{targets: ["{broker}"]}}]}}
  - job_name: rabbitmq-detailed
    metrics_path: /metrics/detailed
    params: {{family: [queue_coarse_metrics, queue_consumer_count]}}
    static_configs: [{{targets: ["{broker}"]}}]
"""


def made_ready(folder: Path, postgres: PostgresCluster, rabbit: RabbitNode) -> Terminal:
    terminal = Terminal(folder, postgres.new_database(), rabbit.amqp_url)
    (folder / "tree.toml").write_text(TREE, encoding="utf-8")
    for words in (
        ("db", "upgrade"),
        ("divisions", "import", "tree.toml"),
        ("policy", "import", "default"),
        ("topology", "apply", "--management", rabbit.management_url),
    ):
        done = terminal(*words)
        assert done.code == 0, done.err
    return terminal


@pytest.mark.amqp
@pytest.mark.postgres
def test_a_server_that_dies_is_one_page_and_its_return_the_end_of_it(
    tmp_path: Path, private_postgres: PostgresCluster, private_rabbit: RabbitNode, prometheus_program: Path
) -> None:
    city = made_ready(tmp_path, private_postgres, private_rabbit)
    with (
        city.running("run", "router", "relay", "sla", "--http-port", "0") as work,
        city.running("run", "metrics", "--http-port", "0") as figures,
    ):
        config = CONFIG.format(
            work=urlsplit(work["url"]).netloc,
            figures=urlsplit(figures["url"]).netloc,
            broker=urlsplit(private_rabbit.prometheus_url).netloc,
        )
        with Prometheus(prometheus_program, config) as prometheus:
            prometheus.wait_for("count(up == 1) == 4", deadline_s=NOTICED_S)
            prometheus.wait_for("case_router_audit_last_success_timestamp_seconds > 0", deadline_s=NOTICED_S)
            prometheus.wait_for("case_router_figures_last_success_timestamp_seconds > 0", deadline_s=NOTICED_S)
            prometheus.wait_for("case_router_ledger_reachable", deadline_s=NOTICED_S)
            prometheus.reload(hurry.rules())
            prometheus.wait_for("count_over_time(city:case_router_parked_messages:sum[1m]) > 5")
            assert pages(prometheus) == {}, "not even on its way"

            for page, kill, bring_back in (
                ("BrokerDown", private_rabbit.kill, private_rabbit.restart),
                ("LedgerDown", private_postgres.kill, private_postgres.restart),
            ):
                kill()
                firing = f'ALERTS{{alertname="{page}", alertstate="firing"}}'
                prometheus.wait_for(firing, deadline_s=NOTICED_S)
                assert pages(prometheus) == {page: "firing"}
                bring_back()
                prometheus.wait_for(f"absent({firing}) and on () count(up == 1) == 4", deadline_s=NOTICED_S)
                prometheus.wait_for('absent(ALERTS{severity="page"})', deadline_s=NOTICED_S)


def pages(prometheus: Prometheus) -> dict[str, str]:
    """Pages that fire or are on their way."""
    found = prometheus.query('ALERTS{severity="page"}')
    return {sample.labels["alertname"]: sample.labels["alertstate"] for sample in found}
