"""What every broker behind the port must do. One suite over both adapters."""

import threading
from collections import Counter
from collections.abc import Iterator
from datetime import datetime, timedelta

import pytest
from kombu.connection import Connection

from router.broker.apply import apply, vhost_of
from router.broker.embedded import EmbeddedBroker
from router.broker.management import Management
from router.broker.port import Delivery, Fate
from router.broker.rabbitmq import RabbitBroker
from router.broker.topology import topology
from router.core.territory import address
from router.errors import UnreachableError
from tests.contract.broker_ground import AT, DEADLINE_S, SILENCE_S, Ground, ids, message, small_tree, take
from tests.servers.rabbit import RabbitServer
from tests.servers.waiting import wait_until


@pytest.fixture(params=["embedded", pytest.param("rabbitmq", marks=pytest.mark.amqp)])
def ground(request: pytest.FixtureRequest) -> Iterator[Ground]:
    if request.param == "embedded":
        embedded = EmbeddedBroker()
        embedded.declare(topology(small_tree()))
        yield Ground(embedded, embedded.connection)
        embedded.close()
    else:
        yield from _on_rabbitmq(request.getfixturevalue("amqp_url"))


@pytest.fixture
def real(amqp_url: str) -> Iterator[Ground]:
    yield from _on_rabbitmq(amqp_url)


def _on_rabbitmq(url: str) -> Iterator[Ground]:
    apply(url, topology(small_tree()))
    broker = RabbitBroker(url)
    yield Ground(broker, lambda: Connection(url))
    broker.close()


def test_a_message_arrives_with_all_it_was_given(ground: Ground) -> None:
    body = '{"text":"路灯不亮,请尽快处理 🏮"}'.encode()
    sent = ground.to_desk(
        "s1",
        "m-1",
        type="case.assigned.v1",
        case_version=7,
        body=body,
        headers={"traceparent": "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01", "注": "值"},
    )
    assert ground.broker.publisher().publish([sent]) == [Fate.CONFIRMED]
    [got] = take(ground.broker.consumer(["desk.s1"], 10), 1)
    assert (got.queue, got.id, got.type, got.body) == ("desk.s1", "m-1", "case.assigned.v1", body)
    assert (got.exchange, got.key) == ("case.street", "c.d.s1.s1.noise.assigned")
    assert got.headers == {"case-version": 7, **sent.headers}
    assert got.user_id is None
    assert not got.redelivered


def test_a_broker_that_has_just_confirmed_is_reachable(ground: Ground) -> None:
    publisher = ground.broker.publisher()
    assert publisher.publish([message("m-1")]) == [Fate.CONFIRMED]
    assert ground.broker.reachable
    publisher.close()
    assert ground.broker.reachable, "what was closed is missed by nobody"


def test_a_delivery_says_when_its_sender_says_it_was_sent_in_whole_seconds(ground: Ground) -> None:
    sent_at = AT.replace(microsecond=900_000)
    assert ground.broker.publisher().publish([message("m-1", timestamp=sent_at)]) == [Fate.CONFIRMED]
    [got] = take(ground.broker.consumer([address.INTAKE], 10), 1)
    assert got.timestamp_s == 1795422600  # 2026-11-23T08:30:00Z


def test_a_consumer_knows_which_of_its_queues_hold_nothing_without_taking_a_message(ground: Ground) -> None:
    queues = [address.INTAKE, address.REPORTS]
    consumer = ground.broker.consumer(queues, 2)
    assert consumer.empty_at == {address.INTAKE: None, address.REPORTS: None}
    sent = [message(f"m-{number}") for number in range(5)]
    assert set(ground.broker.publisher().publish(sent)) == {Fate.CONFIRMED}
    # One of its two is in hand, four wait.
    first = take(consumer, 1)

    def looked(at: datetime, queue: str) -> bool:
        consumer.look(at)
        return consumer.empty_at[queue] == at

    wait_until(lambda: looked(AT, address.REPORTS), deadline_s=DEADLINE_S, what="a look at the empty queue")
    assert consumer.empty_at[address.INTAKE] is None, "something waits in it"
    rest = first
    while rest:
        consumer.done(rest)
        rest = consumer.receive(5, SILENCE_S)
    later = AT + timedelta(seconds=5)
    wait_until(lambda: looked(later, address.INTAKE), deadline_s=DEADLINE_S, what="a look at what was emptied")


def test_a_queue_keeps_the_order_of_its_messages(ground: Ground) -> None:
    publisher = ground.broker.publisher()
    expected = [f"m-{number}" for number in range(300)]
    for start in range(0, 300, 100):
        publisher.publish([message(sent) for sent in expected[start : start + 100]])
    assert ids(take(ground.broker.consumer([address.INTAKE], 500), 300, max_n=7)) == expected


def test_each_message_of_a_batch_meets_its_own_fate(ground: Ground) -> None:
    nowhere = {"exchange": "case.street", "key": "c.d.s9.s9.noise.assigned"}
    fates = ground.broker.publisher().publish(
        [
            message("m-1"),
            message("m-2", **nowhere),
            message("m-3"),
            message("m-4", **nowhere, mandatory=False),
            message("m-5", exchange="case.of-another-tree"),
            message("m-6"),
        ]
    )
    yes, no = Fate.CONFIRMED, Fate.UNROUTED
    assert fates == [yes, no, yes, yes, no, yes]
    # Neighbours of a message to a missing exchange may come twice, with the same id.
    arrived = ground.broker.consumer([address.INTAKE], 10)
    seen = set[str]()
    while len(seen) < 3:
        seen.update(ids(take(arrived, 1)))
    assert seen == {"m-1", "m-3", "m-6"}


def test_the_same_message_twice_in_a_batch_counts_twice(ground: Ground) -> None:
    twice = message("m-1", exchange="case.street", key="c.d.s9.s9.noise.assigned")
    fates = ground.broker.publisher().publish([twice, message("m-1"), twice])
    assert fates == [Fate.UNROUTED, Fate.CONFIRMED, Fate.UNROUTED]


def test_an_empty_batch_is_sent_at_once(ground: Ground) -> None:
    assert ground.broker.publisher().publish([]) == []


def test_what_was_done_never_comes_again_and_the_rest_does(ground: Ground) -> None:
    ground.broker.publisher().publish([message(f"m-{number}") for number in range(10)])
    consumer = ground.broker.consumer([address.INTAKE], 20)
    taken = take(consumer, 10)
    # Out of order, in several calls, one of them twice.
    consumer.done(taken[4:6])
    consumer.done([taken[9], taken[0]])
    consumer.done([taken[0], taken[1]])
    consumer.close()
    heir = ground.broker.consumer([address.INTAKE], 20)
    left = take(heir, 5)
    assert ids(left) == ["m-2", "m-3", "m-6", "m-7", "m-8"]
    assert all(delivery.redelivered for delivery in left)
    assert heir.receive(10, SILENCE_S) == []


def test_what_is_given_back_comes_again_in_order(ground: Ground) -> None:
    ground.broker.publisher().publish([message(f"m-{number}") for number in range(4)])
    consumer = ground.broker.consumer([address.INTAKE], 20)
    taken = take(consumer, 4)
    consumer.done(taken[:1])
    consumer.again(taken[1:])
    again = take(consumer, 3)
    assert ids(again) == ["m-1", "m-2", "m-3"]
    assert all(delivery.redelivered for delivery in again)
    consumer.done(again)
    assert consumer.receive(10, SILENCE_S) == []


def test_a_message_given_back_bothers_no_other_queue(ground: Ground) -> None:
    ground.extra_queue("case.copy", address.INTAKE, "hotline.*")
    ground.broker.publisher().publish([message("m-1")])
    first, second = ground.broker.consumer([address.INTAKE], 5), ground.broker.consumer(["case.copy"], 5)
    first.again(take(first, 1))
    first.done(take(first, 1))
    second.done(take(second, 1))
    assert first.receive(5, SILENCE_S) == []
    assert second.receive(5, SILENCE_S) == []


def test_one_consumer_takes_from_several_queues(ground: Ground) -> None:
    publisher = ground.broker.publisher()
    publisher.publish([ground.to_desk("s1", "m-1"), ground.to_desk("s2", "m-2"), ground.to_desk("d", "m-3")])
    consumer = ground.broker.consumer(["desk.s1", "desk.s2", "desk.d"], 30)
    taken = take(consumer, 3)
    assert {(got.queue, got.id) for got in taken} == {("desk.s1", "m-1"), ("desk.s2", "m-2"), ("desk.d", "m-3")}


def test_receive_brings_no_more_than_asked_for_and_returns_empty_in_time(ground: Ground) -> None:
    ground.broker.publisher().publish([message(f"m-{number}") for number in range(5)])
    consumer = ground.broker.consumer([address.INTAKE], 20)
    assert len(take(consumer, 2, max_n=2)) == 2
    assert len(take(consumer, 3)) == 3
    assert consumer.receive(10, 0.0) == []


def test_no_more_than_the_prefetch_is_out_at_once(ground: Ground) -> None:
    ground.broker.publisher().publish([message(f"m-{number}") for number in range(9)])
    consumer = ground.broker.consumer([address.INTAKE], 4)
    taken = take(consumer, 4)
    assert consumer.receive(10, SILENCE_S) == []
    consumer.done(taken[:3])
    assert ids(take(consumer, 3)) == ["m-4", "m-5", "m-6"]


def test_who_waits_is_woken_by_what_arrives(ground: Ground) -> None:
    consumer = ground.broker.consumer([address.INTAKE], 4)
    assert consumer.receive(1, SILENCE_S) == []
    arrived: list[Delivery] = []
    waiting = threading.Thread(target=lambda: arrived.extend(consumer.receive(1, DEADLINE_S)))
    waiting.start()
    ground.broker.publisher().publish([message("m-1")])
    waiting.join(DEADLINE_S)
    assert ids(arrived) == ["m-1"]


def test_ten_thousand_messages_come_once_each_through_competing_consumers(ground: Ground) -> None:
    expected = [f"m-{number}" for number in range(10_000)]
    seen, lock = Counter[str](), threading.Lock()

    def consume() -> None:
        consumer = ground.broker.consumer([address.INTAKE], 600)
        while deliveries := consumer.receive(256, 2.0):
            consumer.done(deliveries)
            with lock:
                seen.update(ids(deliveries))
        consumer.close()

    threads = [threading.Thread(target=consume) for _ in range(2)]
    for thread in threads:
        thread.start()
    publisher = ground.broker.publisher()
    for start in range(0, len(expected), 250):
        batch = [message(sent, body=b"x" * 600) for sent in expected[start : start + 250]]
        assert set(publisher.publish(batch, DEADLINE_S)) == {Fate.CONFIRMED}
    for thread in threads:
        thread.join(DEADLINE_S)
    assert seen == Counter(expected)


def test_the_state_of_queues_is_known_and_missing_ones_are_left_out(ground: Ground) -> None:
    ground.broker.publisher().publish([message("m-1"), message("m-2"), ground.to_desk("s1", "m-3")])
    consumer = ground.broker.consumer(["desk.s1"], 5)
    take(consumer, 1)
    states = {state.name: state for state in ground.broker.queues(["desk.s1", "no.such.queue", address.INTAKE])}
    assert set(states) == {"desk.s1", address.INTAKE}
    assert (states["desk.s1"].ready, states["desk.s1"].consumers) == (0, 1)
    assert (states[address.INTAKE].ready, states[address.INTAKE].consumers) == (2, 0)


def test_closing_twice_is_harmless_and_what_is_closed_is_unreachable(ground: Ground) -> None:
    publisher, consumer = ground.broker.publisher(), ground.broker.consumer([address.INTAKE], 5)
    for _ in range(2):
        publisher.close()
        consumer.close()
    with pytest.raises(UnreachableError):
        publisher.publish([message("m-1")], SILENCE_S)
    with pytest.raises(UnreachableError):
        consumer.receive(1, SILENCE_S)


@pytest.mark.amqp
def test_a_full_queue_rejects_and_its_neighbours_are_confirmed(
    real: Ground, rabbit: RabbitServer, amqp_url: str
) -> None:
    full = {"pattern": "^desk", "apply-to": "queues", "priority": 5}
    limits = {"max-length": 1, "overflow": "reject-publish"}
    Management(rabbit.management_url).put_policy(vhost_of(amqp_url), "full", {**full, "definition": limits})
    publisher = real.broker.publisher()
    # A quorum queue takes a few more than its limit before it says no.
    filled = 0
    while publisher.publish([real.to_desk("s1", f"fill-{filled}")]) == [Fate.CONFIRMED]:
        filled += 1
        assert filled < 1_000
    fates = publisher.publish(
        [message("m-1"), real.to_desk("s1", "m-2"), message("m-3"), real.to_desk("s2", "m-4")]
    )
    assert fates == [Fate.CONFIRMED, Fate.REJECTED, Fate.CONFIRMED, Fate.CONFIRMED]


@pytest.mark.amqp
def test_the_broker_vouches_for_the_account_and_refuses_a_forged_one(real: Ground, rabbit: RabbitServer) -> None:
    account = rabbit.amqp_url.partition("//")[2].partition(":")[0]
    batch = [message("m-1", user_id=account), message("m-2", user_id="mayor"), message("m-3")]
    assert real.broker.publisher().publish(batch) == [Fate.CONFIRMED, Fate.REJECTED, Fate.CONFIRMED]
    consumer = real.broker.consumer([address.INTAKE], 10)
    seen: dict[str, str | None] = {}
    while seen.keys() != {"m-1", "m-3"}:
        seen.update({got.id: got.user_id for got in take(consumer, 1)})
    assert seen == {"m-1": account, "m-3": None}


@pytest.mark.amqp
def test_a_message_that_cannot_be_encoded_is_rejected_alone(real: Ground) -> None:
    batch = [message("m-1"), message("m-2", key="k" * 256), message("m-3")]
    assert real.broker.publisher().publish(batch) == [Fate.CONFIRMED, Fate.REJECTED, Fate.CONFIRMED]
