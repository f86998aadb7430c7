"""Kill -9 of every role and of RabbitMQ itself in mid-work: the same figures, nothing lost, nothing twice.

A made-up quarter is played by the real roles as processes on real servers. At seeded points one of them is frozen,
shown to hold unacknowledged messages or leased rows, and killed. What comes out is compared, byte for byte, with
an undisturbed replay of the same file on the embedded default.
"""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from pathlib import Path

import msgspec
import pytest
from sqlalchemy import create_engine, text

from router.broker.apply import apply
from router.broker.port import Fate
from router.broker.rabbitmq import RabbitBroker
from router.broker.topology import topology
from router.core.territory import address
from router.core.territory.tree import DeskKind, Served, Tree
from router.ledger.migrations import upgrade
from router.ledger.sql import SqlLedger
from router.replay import run as replaying
from router.replay.drive import _message
from router.replay.out import rebuild
from tests.made_up import MAPPING, write_history
from tests.servers.rabbit import RabbitNode
from tests.servers.waiting import wait_until

ROWS = 3_000
AS_OF = datetime(2015, 7, 1, tzinfo=UTC)

#: What a role consumes.
QUEUES = {"router": (address.INTAKE, address.REPORTS), "sla": ("due.city", "due.district", "due.street")}

POLICY = Path(__file__).resolve().parents[2] / "examples/replay/ladder.toml"


@pytest.fixture(scope="module")
def request_of(tmp_path_factory: pytest.TempPathFactory) -> replaying.Request:
    folder = tmp_path_factory.mktemp("quarter")
    (folder / "mapping.toml").write_text(MAPPING, encoding="utf-8")
    # Some streets are missing, and some due dates.
    write_history(folder / "history.csv", ROWS, seed=7, districts=4, streets=3, places=400, given=0.9)
    return replaying.Request(
        file=folder / "history.csv",
        mapping=folder / "mapping.toml",
        policy=str(POLICY),
        as_of="2015-07-01 00:00:00",
    )


@pytest.fixture(scope="module")
def undisturbed(request_of: replaying.Request) -> bytes:
    """What comes out where nobody is killed."""
    out = replaying.replay(request_of, say=lambda _sentence: None).out
    assert b'"total": 0' not in out
    return out


class Site:
    """The servers, and the roles as processes that can be frozen, shown to be busy, and killed."""

    def __init__(self, ledger: str, rabbit: RabbitNode) -> None:
        self.ledger = ledger
        self.rabbit = rabbit
        self._engine = create_engine(ledger)
        self._roles: dict[str, subprocess.Popen[bytes]] = {}

    def start(self, role: str) -> None:
        """Start a role; its clock stands at as-of and runs on from there, so that leases run out."""
        command = [sys.executable, "-m", "router", "--ledger", self.ledger, "--broker", self.rabbit.amqp_url]
        command += ["run", role, "--replay", "--at", AS_OF.isoformat()]
        # Small batches and short leases: many points to die at, and none that waits for a minute.
        environment = os.environ | {
            "CASE_ROUTER_BATCH": "50",
            "CASE_ROUTER_PREFETCH": "100",
            "CASE_ROUTER_CLOCK_BATCH": "100",
            "CASE_ROUTER_LEASE_S": "2",
            "CASE_ROUTER_RELAY_GRACE_S": "0",
        }
        self._roles[role] = subprocess.Popen(command, env=environment, stderr=subprocess.DEVNULL)

    def kill_while(self, role: str, busy: str) -> None:
        """Freeze a role until it is caught holding something, then kill it with -9.

        `busy`: `unacked` (messages delivered to it) or a query that counts leased rows.
        """
        process = self._roles[role]
        if busy == "unacked":
            # Frozen while the broker is asked, it would take its time to start.
            wait_until(lambda: self._consumes(role), deadline_s=60, what=f"{role} consumes")

        def caught() -> bool:
            assert process.poll() is None, f"{role} ended by itself"
            process.send_signal(signal.SIGSTOP)
            if self._unacked(role) if busy == "unacked" else self.count(busy):
                return True
            process.send_signal(signal.SIGCONT)
            return False

        wait_until(caught, deadline_s=60, what=f"{role} holds {busy}", every_s=0.02)
        process.kill()
        assert process.wait(10) == -signal.SIGKILL
        self.start(role)

    def _consumes(self, role: str) -> bool:
        with closing(RabbitBroker(self.rabbit.amqp_url)) as broker:
            return all(state.consumers for state in broker.queues(QUEUES[role]))

    def _unacked(self, role: str) -> bool:
        """Whether the broker waits for acknowledgements on the queues of a role."""
        listed = self.rabbit.ctl("list_queues", "--silent", "name", "messages_unacknowledged")
        counts = dict(line.split("\t") for line in listed.splitlines() if "\t" in line)
        return sum(int(counts.get(queue, 0)) for queue in QUEUES[role]) > 0

    def count(self, query: str) -> int:
        """The single number of a query."""
        with self._engine.connect() as connection:
            return int(connection.execute(text(query), {"as_of": AS_OF}).scalar_one())

    def wait_for_more_than(self, query: str, count: float) -> None:
        """Wait until the number of a query has passed `count`."""
        wait_until(lambda: self.count(query) > count, deadline_s=120, what=f"more than {count:.0f} of {query}")

    def stop(self) -> None:
        """Ask all roles to stop, as a supervisor would, and see that they do."""
        for process in self._roles.values():
            process.send_signal(signal.SIGCONT)
            process.terminate()
        assert [process.wait(30) for process in self._roles.values()] == [0] * len(self._roles)
        self._roles.clear()

    def end(self) -> None:
        """Whatever is left of the processes goes, and the connections close."""
        for process in self._roles.values():
            process.kill()
            process.wait(10)
        self._engine.dispose()


@contextmanager
def site(database_url: str, rabbit: RabbitNode) -> Iterator[Site]:
    built = Site(database_url, rabbit)
    try:
        yield built
    finally:
        built.end()


LEASED = "select count(*) from cases where wake_at > next_due_at and next_due_at < :as_of"
CLAIMED = "select count(*) from outbox where not_before > timestamp"
REPEATED = "select count(*) from (select 1 from entries group by cause, ordinal having count(*) > 1) as twice"
RECORDED = "select count(*) from entries where type in ('Received', 'Closed')"
LEFT = "select count(*) from cases where closed_at is null and next_due_at < :as_of"
WAITING = "select count(*) from parked where replayed_at is null"
OUTBOX = "select count(*) from outbox"


def _prepare(database_url: str, rabbit: RabbitNode, request: replaying.Request) -> replaying.Prepared:
    """Schema, tree and policy in the ledger, topology in the broker, and street desks that have queues."""
    prepared = replaying.prepare(request)
    desks = tuple(
        msgspec.structs.replace(desk, served=Served.AMQP) if desk.kind is DeskKind.TERRITORIAL else desk
        for desk in prepared.history.tree.desks
    )
    tree = msgspec.structs.replace(prepared.history.tree, desks=desks)
    history = msgspec.structs.replace(prepared.history, tree=tree)
    prepared = msgspec.structs.replace(prepared, history=history)
    upgrade(database_url)
    with closing(SqlLedger(database_url, key=None)) as ledger:
        replaying.install(ledger, prepared)
    apply(rabbit.amqp_url, topology(Tree(tree)), rabbit.management_url)
    # 3.10 writes the names of new quorum queues to disk seconds late; nobody kills a broker it has just set up.
    rabbit.flush_tables()
    return prepared


def _publish(rabbit: RabbitNode, prepared: replaying.Prepared, seed: int) -> int:
    """All of history at once, shuffled, a tenth of it twice; returns the number of distinct commands."""
    messages = [_message(command, AS_OF) for command in prepared.history.commands]
    chance = random.Random(seed)  # noqa: S311 - a seeded order, no secret
    sent = messages + chance.sample(messages, len(messages) // 10)
    chance.shuffle(sent)
    with closing(RabbitBroker(rabbit.amqp_url)) as broker:
        publisher = broker.publisher()
        for start in range(0, len(sent), 500):
            assert set(publisher.publish(sent[start : start + 500])) == {Fate.CONFIRMED}
    return len(messages)


def _handed_over(rabbit: RabbitNode, tree: Tree) -> Counter[str]:
    """Ids of the hand-overs that lie in the desks' queues, with how often each is there."""
    found: Counter[str] = Counter()
    with closing(RabbitBroker(rabbit.amqp_url)) as broker:
        names = [address.desk_queue(desk.code) for desk in tree if desk.served is Served.AMQP]
        there = [state.name for state in broker.queues(names) if state.ready]
        with closing(broker.consumer(there, 2000)) as consumer:
            while deliveries := consumer.receive(500, 1.0):
                found.update(one.id for one in deliveries if one.type == "case.assigned.v1")
                consumer.done(deliveries)
    return found


@pytest.mark.amqp
@pytest.mark.postgres
@pytest.mark.parametrize("seed", [1, 2])
def test_killing_every_role_and_the_broker_in_mid_work_changes_no_figure(
    request_of: replaying.Request, undisturbed: bytes, database_url: str, private_rabbit: RabbitNode, seed: int
) -> None:
    prepared = _prepare(database_url, private_rabbit, request_of)
    commands = _publish(private_rabbit, prepared, seed)
    chance = random.Random(seed)  # noqa: S311 - a seeded order, no secret
    with site(database_url, private_rabbit) as here:
        here.start("router")
        for share in sorted(chance.uniform(0.05, 0.6) for _ in range(3)):
            here.wait_for_more_than(RECORDED, share * commands)
            here.kill_while("router", "unacked")
        # A broker out of memory confirms nothing: what the relay claims it holds, until it is killed.
        private_rabbit.ctl("set_vm_memory_high_watermark", "0.000001")
        here.start("relay")
        here.kill_while("relay", CLAIMED)
        private_rabbit.ctl("set_vm_memory_high_watermark", "0.4")
        private_rabbit.kill()
        private_rabbit.restart()
        wait_until(lambda: here.count(RECORDED) == commands, deadline_s=180, what="every command is on record")
        # Only now: a clock that stands at as-of would escalate cases whose closing is still on its way.
        here.start("sla")
        for busy in chance.sample(["unacked", LEASED], 2):
            here.kill_while("sla", busy)
        private_rabbit.kill()
        private_rabbit.restart()
        wait_until(lambda: here.count(LEFT) == 0, deadline_s=180, what="every deadline is handled")
        wait_until(lambda: here.count(OUTBOX) == 0, deadline_s=180, what="the outbox is empty")
        wait_until(lambda: here.count(WAITING) == 0, deadline_s=60, what="no report waits for its case")
        here.stop()
        assert here.count(REPEATED) == 0
    with closing(SqlLedger(database_url, key=None)) as ledger:
        assert rebuild(ledger).decode() == undisturbed.decode()
        escalated = Counter((e.case_id, e.event_at) for e in ledger.all_entries("Escalated"))
        assert set(escalated.values()) == {1}, "one missed deadline escalated twice"
        # A case that nobody places goes on to the last resort in the step that takes it up: the last lead is told.
        led = [e for kind in ("Dispatched", "Escalated", "Designated") for e in ledger.all_entries(kind)]
        last = {entry.cause: entry for entry in sorted(led, key=lambda entry: entry.ordinal)}
        leads = {
            f"{entry.case_id}/{entry.version}/assigned"
            for entry in last.values()
            if _is_queued(prepared, entry.event)
        }
    assert set(_handed_over(private_rabbit, Tree(prepared.history.tree))) == leads, "a hand-over was lost"


def _is_queued(prepared: replaying.Prepared, event: object) -> bool:
    desk = getattr(event, "desk", None) or getattr(event, "to_desk", "")
    return any(d.code == desk and d.served is Served.AMQP for d in prepared.history.tree.desks)
