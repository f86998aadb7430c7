"""The stage: one private broker, one private database, a small city, and queues to fill and to watch."""

from __future__ import annotations

import base64
import json
import os
import sys
import time
import urllib.parse
import urllib.request
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from threading import Event

import msgspec
from kombu.connection import Connection
from kombu.entity import Queue

from router.app import installation
from router.broker.apply import apply
from router.broker.envelope import encode
from router.broker.port import Fate, Outgoing
from router.broker.rabbitmq import RabbitBroker
from router.calendars import Source
from router.core.territory import address
from router.core.territory.divisions import complete
from router.core.territory.tree import Division, Tree, TreeFile
from router.ledger.migrations import upgrade
from router.presets import preset_text
from router.rulebook import PolicySet, install_policies, install_tree
from router.settings import Settings
from tests.messages import handed_in, opening
from tests.servers.postgres import PostgresCluster
from tests.servers.provide import postgres_folder, rabbitmq_folder
from tests.servers.rabbit import PLUGINS, RabbitNode

# Whatever key will do: the cases of the bench bring no personal data, but no router starts without one.
os.environ.setdefault("CASE_ROUTER_CONTACT_KEY", "7e" * 32)

#: What a case's message weighs, bytes.
BODY_BYTES = 600

#: Share of the messages after which the clock starts: starting up is nobody's throughput.
_WARM = 0.1

#: Longest wait for a run, seconds.
_PATIENCE_S = 180.0


def say(text: str) -> None:
    """A line of progress, on stderr: stdout is for figures."""
    print(text, file=sys.stderr, flush=True)  # noqa: T201 - a command-line program


class Stage:
    """Servers and what is needed to fill and watch them."""

    def __init__(self, rabbit: RabbitNode, postgres: PostgresCluster) -> None:
        """Both are running."""
        self.rabbit = rabbit
        self.postgres = postgres
        self.tree = Tree(_city())
        self.broker = RabbitBroker(rabbit.amqp_url)

    @property
    def desk_queues(self) -> list[str]:
        """The queues of the street desks."""
        streets = [d for d in self.tree.divisions.values() if d.tier == 2 and not d.unknown]
        return [address.desk_queue(street.code) for street in streets]

    def new_ledger(self) -> Settings:
        """A fresh database with schema, tree and policy; the settings to run roles on it."""
        settings = Settings(ledger=self.postgres.new_database(), broker=self.rabbit.amqp_url)
        upgrade(settings.ledger)
        now = datetime.now(UTC)  # noqa: TID251 - the bench measures real time
        with installation(settings) as opened:
            install_tree(opened.ledger, self.tree.file, now)
            default = PolicySet(policies=(Source("default", preset_text("policies", "default")),))
            install_policies(opened.ledger, default, self.tree.tiers, now)
            apply(self.rabbit.amqp_url, opened.topology(), self.rabbit.management_url)
        return settings

    def empty(self, names: Sequence[str]) -> None:
        """Purge queues."""
        with Connection(self.rabbit.amqp_url) as connection:
            for name in names:
                connection.default_channel.queue_purge(name)

    def declare(self, *names: str) -> None:
        """Make plain quorum queues for the neighbours."""
        with Connection(self.rabbit.amqp_url) as connection:
            for name in names:
                Queue(name, durable=True, queue_arguments={"x-queue-type": "quorum"}, channel=connection).declare()

    def fill(self, messages: Sequence[Outgoing]) -> None:
        """Publish with confirms."""
        publisher = self.broker.publisher()
        for start in range(0, len(messages), 1000):
            fates = publisher.publish(messages[start : start + 1000], timeout_s=60)
            if any(fate is not Fate.CONFIRMED for fate in fates):
                raise RuntimeError("the broker did not take the bench's messages")
        publisher.close()

    def rate(self, names: Sequence[str], count: int) -> float:
        """Messages per second arriving in `names`, from the first tenth to the last of `count`."""
        started: tuple[float, int] | None = None
        until = time.perf_counter() + _PATIENCE_S
        with Connection(self.rabbit.amqp_url) as connection:
            channel = connection.default_channel
            while time.perf_counter() < until:
                there = sum(int(channel.queue_declare(name, passive=True).message_count) for name in names)
                now = time.perf_counter()
                if started is None and there >= count * _WARM:
                    started = (now, there)
                if there >= count and started is not None:
                    return (there - started[1]) / max(now - started[0], 1e-9)
                Event().wait(0.01)
        raise RuntimeError(f"only {there} of {count} messages arrived within {_PATIENCE_S:.0f} s")

    def management(self, method: str, path: str, body: object | None = None) -> None:
        """Call the management API."""
        parts = urllib.parse.urlsplit(self.rabbit.management_url)
        account = base64.b64encode(f"{parts.username}:{parts.password}".encode()).decode()
        request = urllib.request.Request(
            f"http://{parts.hostname}:{parts.port}/api/{path}",
            method=method,
            data=json.dumps(body).encode() if body is not None else None,
            headers={"Authorization": f"Basic {account}", "Content-Type": "application/json"},
        )
        with urllib.request.urlopen(request, timeout=30):  # noqa: S310 - as above
            pass


def appeals(tree: Tree, count: int, prefix: str) -> list[Outgoing]:
    """Opens as a channel's program sends them, of about :data:`BODY_BYTES` each."""
    streets = [d for d in tree.divisions.values() if d.tier == 2 and not d.unknown]
    now = datetime.now(UTC)  # noqa: TID251 - the bench measures real time
    made = []
    for number in range(count):
        street = streets[number % len(streets)]
        name = f"{prefix}-{number}"
        command = opening(name, category=None, division=(street.parent, street.code), at=now)
        bare = len(encode(command))
        command = msgspec.structs.replace(command, text="x" * max(BODY_BYTES - bare, 0))
        made.append(handed_in(command, now))
    return made


def _city(districts: int = 3, streets: int = 4) -> TreeFile:
    divisions = [Division(code="C", name="city", tier=0, parent=None)]
    for district in range(districts):
        divisions.append(Division(code=f"D{district}", name=f"district {district}", tier=1, parent="C"))
        divisions += [
            Division(code=f"D{district}S{street}", name=f"street {street}", tier=2, parent=f"D{district}")
            for street in range(streets)
        ]
    return complete(TreeFile(tiers=("city", "district", "street"), divisions=tuple(divisions), desks=()))


@contextmanager
def stage() -> Iterator[Stage]:
    """The servers, private and on loopback, ended at the end."""
    rabbit_bin, postgres_bin = rabbitmq_folder(), postgres_folder()
    if rabbit_bin is None or postgres_bin is None:
        raise SystemExit("bench: RabbitMQ and PostgreSQL are needed; run tools/ensure-servers")
    plugins = (*PLUGINS, "rabbitmq_shovel")
    with (
        RabbitNode(rabbit_bin, schedulers=os.cpu_count() or 1, plugins=plugins) as rabbit,
        PostgresCluster(postgres_bin) as postgres,
    ):
        yield Stage(rabbit, postgres)


@contextmanager
def private_database() -> Iterator[str]:
    """The URL of an empty database on a server of its own, ended at the end."""
    postgres_bin = postgres_folder()
    if postgres_bin is None:
        raise SystemExit("bench: PostgreSQL is needed; run tools/ensure-servers")
    with PostgresCluster(postgres_bin) as postgres:
        yield postgres.new_database()
