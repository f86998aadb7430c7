"""Every command of the compose file, started as a process on a real RabbitMQ and PostgreSQL."""

from __future__ import annotations

import subprocess
import tomllib
from pathlib import Path
from typing import Any

import msgspec
import pytest
import yaml

from router.cli.run import INTAKE
from tests.deploy.compose import DEPLOY, once, roles, services
from tests.deploy.stack import COMMAND_S, READY_S, Running, Stack
from tests.integration.terminal import get, post
from tests.servers import provide
from tests.servers.loopback import HOST
from tests.servers.prometheus import Prometheus
from tests.servers.waiting import wait_until

pytestmark = [pytest.mark.amqp, pytest.mark.postgres]


def test_the_health_checks_of_broker_and_database_pass(stack: Stack) -> None:
    kind, line = services()["rabbitmq"]["healthcheck"]["test"]
    assert kind == "CMD-SHELL"
    for command in line.split(" && "):
        program, *words = command.split()
        stack.node.ctl(*words, program=program)
    kind, program, *words = services()["postgres"]["healthcheck"]["test"]
    assert kind == "CMD"
    folder = provide.postgres_folder()
    assert folder is not None
    subprocess.run([folder / program, f"--port={stack.cluster.port}", *words], check=True, timeout=COMMAND_S)


def test_setting_up_a_second_time_changes_nothing(city: Stack) -> None:
    def state() -> tuple[Any, Any]:
        figures = city.run("router", "status", "--json")
        listed = city.node.ctl("list_queues", "-p", "city", "name", "policy", "--formatter", "json")
        return msgspec.json.decode(figures.stdout)["tree"], msgspec.json.decode(listed)

    before = state()
    for name in once():
        done = city.run(name)
        assert done.returncode == 0, f"{name}: {done.stdout}{done.stderr}"
    assert state() == before


def test_nothing_is_left_to_apply(city: Stack) -> None:
    plan = city.run(
        "topology-apply", "topology", "plan", "--management", "http://case-admin@rabbitmq:15672", "--json"
    )
    due = [one for one in msgspec.json.decode(plan.stdout) if "case-admin" not in one["name"]]
    assert due == []


@pytest.mark.parametrize("name", roles())
def test_a_role_becomes_healthy_and_ends_when_told_to(city: Stack, name: str) -> None:
    with city.running(name) as role:
        wait_until(lambda: role.is_healthy(city), deadline_s=READY_S, what=f"{name} to be healthy")
        assert get(f"{role.url}/livez").status_code == 200
        assert "case_router_" in get(f"{role.url}/metrics").text
        role.stop()


def test_all_of_them_together_take_a_case_to_its_desk(city: Stack, at_work: dict[str, Running]) -> None:
    tokens = tomllib.loads((city.here.secrets / "tokens.toml").read_text(encoding="utf-8"))
    assert post(at_work[INTAKE].url, tokens["hotline"], "1", desk="liuyin").status_code == 201
    wait_until(lambda: _waiting(city, "desk.liuyin") == 1, deadline_s=READY_S, what="the hand-over")
    city.await_all_well()
    assert [one for role in at_work.values() for one in role.complaints()] == []


def test_prometheus_reaches_everything_it_is_told_to_scrape(
    city: Stack, at_work: dict[str, Running], prometheus_program: Path
) -> None:
    here = {name: role.url.removeprefix("http://") for name, role in at_work.items()}
    here |= {"rabbitmq": f"{HOST}:{city.node.prometheus_port}", "prometheus": f"{HOST}:PORT"}
    config = yaml.safe_load((DEPLOY / "prometheus" / "prometheus.yml").read_text(encoding="utf-8"))
    config["global"] = {"scrape_interval": "1s"}
    del config["rule_files"], config["alerting"]
    asked_for = set()
    for job in config["scrape_configs"]:
        hosts = _hosts(job).intersection(here) | ({"prometheus"} if job["job_name"] == "prometheus" else set())
        job.pop("dns_sd_configs", None)
        job["static_configs"] = [{"targets": [here[host]], "labels": {"host": host}} for host in sorted(hosts)]
        asked_for |= {(job["job_name"], host) for host in hosts}
    assert {host for _, host in asked_for} == set(here)
    with Prometheus(prometheus_program, yaml.safe_dump(config)) as prometheus:

        def up() -> set[tuple[str, str]]:
            return {(one.labels["job"], one.labels["host"]) for one in prometheus.query("up == 1")}

        wait_until(lambda: up() == asked_for, deadline_s=READY_S, what="every target to be up")
        # One of each kind: the loops of a role, the figures of cases, the broker, its queues one by one.
        for series in (
            'case_router_role_beat_timestamp_seconds{job="case-router",host="relay"}',
            'case_router_cases_opened_total{job="case-router-metrics"}',
            'rabbitmq_connections{job="rabbitmq"}',
            'rabbitmq_detailed_queue_consumers{job="rabbitmq-detailed",queue="case.intake"}',
            'rabbitmq_detailed_queue_messages_ready{job="rabbitmq-detailed",queue="desk.liuyin"}',
        ):
            prometheus.wait_for(series)


def _hosts(job: dict[str, Any]) -> set[str]:
    """Hosts that a job asks for, by their name in the compose file."""
    fixed = {target.partition(":")[0] for one in job.get("static_configs", ()) for target in one["targets"]}
    return fixed | {name for one in job.get("dns_sd_configs", ()) for name in one["names"]}


def _waiting(city: Stack, queue: str) -> int:
    listed = msgspec.json.decode(
        city.node.ctl("list_queues", "-p", "city", "name", "messages_ready", "--formatter", "json")
    )
    found = {one["name"]: int(one["messages_ready"]) for one in listed}
    return found[queue]
