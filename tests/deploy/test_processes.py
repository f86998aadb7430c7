"""Every command of the compose file, started as a process on a real RabbitMQ and PostgreSQL.

The broker boots with the shipped configuration and definitions, so the roles work under the accounts and rights
that an operator gets. What is missing of the real thing is the container around each process.
"""

from __future__ import annotations

import signal
import subprocess
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import msgspec
import psycopg
import pytest
from psycopg import sql

from tests.conftest import do_without
from tests.deploy.compose import DEPLOY, Here, once, ours, roles, seconds, services
from tests.deploy.test_make_secrets import make
from tests.integration.terminal import get, post
from tests.servers import provide
from tests.servers.loopback import HOST, free_port
from tests.servers.postgres import PostgresCluster, libpq_url
from tests.servers.rabbit import RabbitNode
from tests.servers.waiting import wait_until

pytestmark = [pytest.mark.amqp, pytest.mark.postgres]

#: A role is ready in two or three seconds; three of them on a busy machine take longer.
READY_S = 90.0
COMMAND_S = 60.0


class Stack(msgspec.Struct, frozen=True):
    """Broker and database as the compose file sets them up."""

    here: Here
    node: RabbitNode
    cluster: PostgresCluster
    folder: Path

    def run(self, name: str, *words: str) -> subprocess.CompletedProcess[str]:
        """A service's command, or another one with its environment, to its end."""
        return subprocess.run(
            self.here.command(ours()[name], words or None),
            env=self.here.environment(ours()[name]),
            cwd=self.folder,
            capture_output=True,
            text=True,
            timeout=COMMAND_S,
            check=False,
        )

    @contextmanager
    def running(self, name: str) -> Iterator[Running]:
        """A role at work, killed at the end when it still is."""
        service, port = ours()[name], str(free_port())
        there = service["environment"]["CASE_ROUTER_HTTP_PORT"]
        command = [port if word == there else word for word in self.here.command(service)]
        environment = self.here.environment(service, CASE_ROUTER_HTTP_PORT=port)
        log = self.folder / f"{name}.log"
        with (
            log.open("w") as out,
            subprocess.Popen(command, env=environment, cwd=self.folder, stdout=out, stderr=out) as child,
        ):
            try:
                yield Running(name, f"http://{HOST}:{port}", environment, log, child)
            finally:
                if child.poll() is None:
                    child.kill()


class Running(msgspec.Struct, frozen=True):
    """A role at work."""

    name: str
    url: str
    environment: dict[str, str]
    log: Path
    child: Any

    def is_healthy(self, stack: Stack) -> bool:
        """Run the service's own health check once."""
        assert self.child.poll() is None, self.log.read_text(encoding="utf-8")
        kind, program, *words = ours()[self.name]["healthcheck"]["test"]
        assert (kind, program) == ("CMD", "case-router")
        check = stack.here.command(ours()[self.name], words)
        limit = seconds(ours()[self.name]["healthcheck"]["timeout"])
        done = subprocess.run(check, env=self.environment, capture_output=True, timeout=limit, check=False)
        return done.returncode == 0

    def complaints(self) -> list[str]:
        """Lines of its log that are worse than information, such as of a queue that it may not look at."""
        lines = [line for line in self.log.read_text(encoding="utf-8").splitlines() if line.startswith("{")]
        return [line for line in lines if msgspec.json.decode(line)["level"] not in {"debug", "info"}]

    def stop(self) -> None:
        """As `docker compose stop` does: SIGTERM, and the end within the time that it is given."""
        self.child.send_signal(signal.SIGTERM)
        assert self.child.wait(seconds(ours()[self.name]["stop_grace_period"])) == 0


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """A private RabbitMQ and PostgreSQL, made from the shipped files, and the city set up by its services."""
    rabbitmq, postgresql = provide.rabbitmq_folder(), provide.postgres_folder()
    if rabbitmq is None or postgresql is None:
        do_without("RabbitMQ and PostgreSQL must be installed: tools/ensure-servers")
    folder = tmp_path_factory.mktemp("compose")
    secrets = folder / "secrets"
    make(secrets)
    shipped = (DEPLOY / "rabbitmq" / "20-case-router.conf").read_text(encoding="utf-8")
    assert "/run/secrets/rabbitmq_definitions" in shipped
    config = shipped.replace("/run/secrets/rabbitmq_definitions", str(secrets / "rabbitmq-definitions.json"))
    plugins = (DEPLOY / "rabbitmq" / "enabled_plugins").read_text(encoding="utf-8").strip("[].\n").split(",")
    admin = ("case-admin", (secrets / "broker-admin").read_text(encoding="utf-8"))
    with ExitStack() as open_:
        node = RabbitNode(rabbitmq, plugins=tuple(plugins), extra_config=config, account=admin)
        open_.enter_context(node)
        cluster = open_.enter_context(PostgresCluster(postgresql))
        _make_database(cluster, (secrets / "postgres").read_text(encoding="utf-8"))
        here = Here(
            servers={
                "rabbitmq:5672": f"{HOST}:{node.port}",
                "rabbitmq:15672": f"{HOST}:{node.management_port}",
                "postgres:5432": f"{HOST}:{cluster.port}",
            },
            secrets=secrets,
        )
        yield Stack(here, node, cluster, folder)


def _make_database(cluster: PostgresCluster, password: str) -> None:
    """What the image does with POSTGRES_USER and POSTGRES_DB."""
    chosen = services()["postgres"]["environment"]
    user, database = sql.Identifier(chosen["POSTGRES_USER"]), sql.Identifier(chosen["POSTGRES_DB"])
    with psycopg.connect(libpq_url(cluster.url), autocommit=True) as wire:
        wire.execute(sql.SQL("CREATE ROLE {} LOGIN PASSWORD {}").format(user, sql.Literal(password)))
        wire.execute(sql.SQL("CREATE DATABASE {} OWNER {}").format(database, user))


@pytest.fixture(scope="module")
def city(stack: Stack) -> Stack:
    """What runs once has run."""
    for name in once():
        done = stack.run(name)
        assert done.returncode == 0, f"{name}: {done.stdout}{done.stderr}"
    return stack


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


def test_all_of_them_together_take_a_case_to_its_desk(city: Stack) -> None:
    tokens = (city.here.secrets / "tokens.toml").read_text(encoding="utf-8")
    token = tokens.rpartition('= "')[2].strip().rstrip('"')
    with ExitStack() as open_:
        all_ = {name: open_.enter_context(city.running(name)) for name in roles()}
        wait_until(
            lambda: all(role.is_healthy(city) for role in all_.values()),
            deadline_s=READY_S,
            what="all to be healthy",
        )
        assert post(all_["intake"].url, token, "1", desk="liuyin").status_code == 201
        wait_until(lambda: _waiting(city, "desk.liuyin") == 1, deadline_s=READY_S, what="the hand-over")
        _await_all_well(city)
        for role in all_.values():
            role.stop()
            assert role.complaints() == []


def _await_all_well(city: Stack) -> None:
    """`status` finds nothing wrong: every role has a process, every queue a consumer, nothing is parked."""
    said = ""

    def well() -> bool:
        nonlocal said
        done = city.run("router", "status", "--lang", "en")
        said = done.stdout + done.stderr
        return done.returncode == 0

    try:
        wait_until(well, deadline_s=READY_S, what="all to be well")
    except TimeoutError:
        pytest.fail(said)


def _waiting(city: Stack, queue: str) -> int:
    listed = msgspec.json.decode(
        city.node.ctl("list_queues", "-p", "city", "name", "messages_ready", "--formatter", "json")
    )
    found = {one["name"]: int(one["messages_ready"]) for one in listed}
    return found[queue]
