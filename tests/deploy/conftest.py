"""The broker boots with the shipped configuration and definitions, so the roles work under the accounts and rights
that an operator gets. What is missing of the real thing is the container around each process."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack

import psycopg
import pytest
from psycopg import sql

from tests.conftest import do_without
from tests.deploy.compose import DEPLOY, Here, once, roles, services
from tests.deploy.stack import READY_S, Running, Stack
from tests.deploy.test_make_secrets import make
from tests.servers import provide
from tests.servers.loopback import HOST
from tests.servers.postgres import PostgresCluster, libpq_url
from tests.servers.rabbit import RabbitNode
from tests.servers.waiting import wait_until


@pytest.fixture(scope="package")
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


@pytest.fixture(scope="package")
def city(stack: Stack) -> Stack:
    """What runs once has run."""
    for name in once():
        done = stack.run(name)
        assert done.returncode == 0, f"{name}: {done.stdout}{done.stderr}"
    return stack


@pytest.fixture(scope="module")
def at_work(city: Stack) -> Iterator[dict[str, Running]]:
    """All roles together, healthy; at the end each is told to stop."""
    with ExitStack() as open_:
        all_ = {name: open_.enter_context(city.running(name)) for name in roles()}
        wait_until(
            lambda: all(role.is_healthy(city) for role in all_.values()),
            deadline_s=READY_S,
            what="all to be healthy",
        )
        yield all_
        for role in all_.values():
            role.stop()
