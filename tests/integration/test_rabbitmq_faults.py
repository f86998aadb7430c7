"""RabbitMQ dies, hangs, throws us out, runs out of memory: nothing confirmed is lost and everybody carries on."""

import os
import signal
import threading
from collections.abc import Callable, Iterator

import pytest

from router.broker.apply import apply
from router.broker.port import Consumer, Fate, Outgoing, Publisher
from router.broker.rabbitmq import RabbitBroker
from router.broker.topology import topology
from router.core.territory import address
from router.errors import UnreachableError
from tests.contract.broker_ground import DEADLINE_S, SILENCE_S, ids, message, small_tree, take
from tests.servers.rabbit import RabbitNode
from tests.servers.waiting import wait_until

pytestmark = pytest.mark.amqp

#: A node takes up to ten seconds to be back, and a busy machine several times that.
RECOVERY_S = 120.0
MESSAGES = 6_000
BATCH = 50


@pytest.fixture
def broker(private_rabbit: RabbitNode) -> Iterator[RabbitBroker]:
    apply(private_rabbit.amqp_url, topology(small_tree()))
    broker = RabbitBroker(private_rabbit.amqp_url)
    yield broker
    broker.close()


class Sender:
    """Sends numbered messages as the relay does: what was not confirmed is sent again, with the same id."""

    def __init__(self, publisher: Publisher) -> None:
        self._publisher = publisher
        self.confirmed: set[str] = set()
        self.uncertain = 0

    def send(self) -> None:
        for start in range(0, MESSAGES, BATCH):
            left = [message(f"m-{number}", body=b"x" * 600) for number in range(start, start + BATCH)]
            while left:
                left = self._send(left)

    def _send(self, batch: list[Outgoing]) -> list[Outgoing]:
        try:
            fates = self._publisher.publish(batch, timeout_s=5.0)
        except UnreachableError:
            return batch
        self.confirmed |= {sent.id for sent, fate in zip(batch, fates, strict=True) if fate is Fate.CONFIRMED}
        left = [sent for sent in batch if sent.id not in self.confirmed]
        self.uncertain += len(left)
        return left


class Receiver:
    """Takes until every message has come, as the router does."""

    def __init__(self, broker: RabbitBroker) -> None:
        self._consumer = broker.consumer([address.INTAKE], 300)
        self.seen: set[str] = set()

    def receive(self) -> None:
        while len(self.seen) < MESSAGES:
            try:
                deliveries = self._consumer.receive(200, 5.0)
            except UnreachableError:
                continue
            self.seen.update(ids(deliveries))
            self._consumer.done(deliveries)


def _kill(node: RabbitNode) -> None:
    node.kill()
    node.restart()


def _throw_out(node: RabbitNode) -> None:
    node.ctl("close_all_connections", "a test of nerves")


@pytest.mark.parametrize("fault", [_kill, _throw_out])
def test_nothing_confirmed_is_lost_when_the_broker_goes_away_in_mid_flight(
    private_rabbit: RabbitNode, broker: RabbitBroker, fault: Callable[[RabbitNode], None]
) -> None:
    sender, receiver = Sender(broker.publisher()), Receiver(broker)
    threads = [threading.Thread(target=work, daemon=True) for work in (sender.send, receiver.receive)]
    for thread in threads:
        thread.start()
    wait_until(lambda: len(receiver.seen) >= MESSAGES // 10, deadline_s=DEADLINE_S, what="the first messages")
    fault(private_rabbit)
    for thread in threads:
        thread.join(RECOVERY_S)
    everything = {f"m-{number}" for number in range(MESSAGES)}
    assert sender.confirmed == everything
    assert receiver.seen == everything


def test_what_was_taken_and_not_done_comes_again_after_a_crash(
    private_rabbit: RabbitNode, broker: RabbitBroker
) -> None:
    broker.publisher().publish([message(f"m-{number}") for number in range(6)])
    consumer = broker.consumer([address.INTAKE], 10)
    before = take(consumer, 6)
    consumer.done(before[:2])
    wait_until(lambda: _left(private_rabbit) == 4, deadline_s=DEADLINE_S, what="two acknowledgements")
    private_rabbit.kill()
    wait_until(lambda: _is_lost(consumer), deadline_s=DEADLINE_S, what="the consumer to notice")
    private_rabbit.restart()
    wait_until(lambda: _reachable(broker), deadline_s=RECOVERY_S, what="the node")
    after = take(consumer, 4)
    assert ids(after) == ["m-2", "m-3", "m-4", "m-5"]
    # Tokens of the connection that broke mean other messages on this one.
    consumer.done(before)
    consumer.done(after[:1])
    wait_until(lambda: _left(private_rabbit) == 3, deadline_s=DEADLINE_S, what="one acknowledgement")


def _left(node: RabbitNode) -> int:
    lines = node.ctl("--quiet", "list_queues", "name", "messages").splitlines()
    return int(dict(line.split("\t") for line in lines if "\t" in line)[address.INTAKE])


def _is_lost(consumer: Consumer) -> bool:
    try:
        consumer.receive(10, SILENCE_S)
    except UnreachableError:
        return True
    return False


def _cannot_send(publisher: Publisher) -> bool:
    try:
        publisher.publish([message("m-0")], SILENCE_S)
    except UnreachableError:
        return True
    return False


def _reachable(broker: RabbitBroker) -> bool:
    try:
        return bool(broker.queues([address.INTAKE]))
    except UnreachableError:
        return False


def test_an_unreachable_broker_is_said_to_be_so(private_rabbit: RabbitNode, broker: RabbitBroker) -> None:
    publisher = broker.publisher()
    assert publisher.publish([message("m-0")]) == [Fate.CONFIRMED]
    private_rabbit.kill()
    # A message written in the moment of the crash is of unknown fate; from then on nothing is.
    wait_until(lambda: _cannot_send(publisher), deadline_s=DEADLINE_S, what="the publisher to notice")
    with pytest.raises(UnreachableError) as caught:
        publisher.publish([message("m-1")], SILENCE_S)
    assert private_rabbit.password not in str(caught.value)
    with pytest.raises(UnreachableError):
        broker.queues([address.INTAKE])


def test_a_late_confirm_is_not_taken_for_a_later_messages(
    private_rabbit: RabbitNode, broker: RabbitBroker
) -> None:
    publisher = broker.publisher()
    assert publisher.publish([message("m-1")]) == [Fate.CONFIRMED]
    os.kill(private_rabbit.pid, signal.SIGSTOP)
    try:
        assert publisher.publish([message("m-2"), message("m-3")], 0.5) == [Fate.UNKNOWN, Fate.UNKNOWN]
    finally:
        os.kill(private_rabbit.pid, signal.SIGCONT)
    nowhere = message("m-2", exchange="case.street", key="c.d.s9.s9.noise.assigned")
    assert publisher.publish([nowhere, message("m-3")], DEADLINE_S) == [Fate.UNROUTED, Fate.CONFIRMED]


def test_a_queue_that_is_deleted_is_taken_up_again_when_it_is_back(
    private_rabbit: RabbitNode, broker: RabbitBroker
) -> None:
    publisher, consumer = broker.publisher(), broker.consumer([address.INTAKE, "desk.s1"], 10)
    to_desk = {"exchange": "case.street", "key": "c.d.s1.s1.noise.assigned"}
    publisher.publish([message("m-1"), message("m-2", **to_desk)])
    held = take(consumer, 2)
    private_rabbit.ctl("delete_queue", "desk.s1")
    assert publisher.publish([message("m-3"), message("m-4", **to_desk)]) == [Fate.CONFIRMED, Fate.UNROUTED]
    # The other queue goes on undisturbed, and what was held of both can still be done.
    [third] = take(consumer, 1)
    assert third.id == "m-3"
    consumer.done([*held, third])
    apply(private_rabbit.amqp_url, topology(small_tree()))
    assert publisher.publish([message("m-5", **to_desk)]) == [Fate.CONFIRMED]
    [fifth] = take(consumer, 1)
    assert (fifth.id, fifth.redelivered) == ("m-5", False)
    assert consumer.receive(10, SILENCE_S) == []


def test_a_queue_that_is_missing_at_the_start_does_not_stop_the_others(
    private_rabbit: RabbitNode, broker: RabbitBroker
) -> None:
    consumer = broker.consumer([address.INTAKE, "desk.s3"], 10)
    publisher = broker.publisher()
    publisher.publish([message("m-1")])
    consumer.done(take(consumer, 1))
    apply(private_rabbit.amqp_url, topology(small_tree(streets=3)))
    publisher.publish([message("m-2", exchange="case.street", key="c.d.s3.s3.noise.assigned")])
    assert ids(take(consumer, 1)) == ["m-2"]


def test_a_memory_alarm_holds_publishers_up_and_lets_them_go(
    private_rabbit: RabbitNode, broker: RabbitBroker
) -> None:
    publisher = broker.publisher()
    assert publisher.publish([message("m-1")]) == [Fate.CONFIRMED]
    assert not broker.blocked
    private_rabbit.ctl("set_vm_memory_high_watermark", "0.00001")
    # The broker says so once something is published.
    wait_until(lambda: _held_up(publisher), deadline_s=DEADLINE_S, what="the alarm", every_s=0.2)
    assert broker.blocked
    assert publisher.publish([message("m-3")], SILENCE_S) == [Fate.UNKNOWN]
    private_rabbit.ctl("set_vm_memory_high_watermark", "0.9")
    assert publisher.publish([message("m-3")], DEADLINE_S) == [Fate.CONFIRMED]
    assert not broker.blocked


def _held_up(publisher: Publisher) -> bool:
    return publisher.publish([message("m-2")], SILENCE_S) == [Fate.UNKNOWN]


def test_a_publisher_can_be_closed_while_the_broker_does_not_read(
    private_rabbit: RabbitNode, broker: RabbitBroker
) -> None:
    publisher = broker.publisher()
    publisher.publish([message("m-1")])
    os.kill(private_rabbit.pid, signal.SIGSTOP)
    try:
        publisher.close()
    finally:
        os.kill(private_rabbit.pid, signal.SIGCONT)
    assert not [thread for thread in threading.enumerate() if thread.name == "rabbit-publisher"]
