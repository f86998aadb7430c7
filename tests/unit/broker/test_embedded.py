"""What the embedded broker mends in kombu's memory transport."""

from router.broker.embedded import EmbeddedBroker
from router.broker.memory import TopicIndex
from router.broker.port import Fate
from router.broker.topology import topology
from router.core.territory import address
from tests.contract.broker_ground import ids, message, small_tree, take


def _broker(streets: int = 2) -> EmbeddedBroker:
    broker = EmbeddedBroker()
    broker.declare(topology(small_tree(streets=streets)))
    return broker


def test_two_brokers_never_see_each_other() -> None:
    first, second = _broker(), _broker()
    first.publisher().publish([message("m-1")])
    assert second.queues([address.INTAKE])[0].ready == 0
    second.close()
    assert first.queues([address.INTAKE])[0].ready == 1
    first.close()


def test_a_closed_broker_remembers_nothing() -> None:
    broker = _broker()
    broker.publisher().publish([message("m-1")])
    broker.close()
    broker.close()
    assert broker.queues([address.INTAKE]) == []


def test_declaring_a_grown_tree_keeps_what_lies_in_the_queues() -> None:
    broker = _broker()
    publisher = broker.publisher()
    new = message("m-2", exchange="case.street", key="c.d.s3.s3.noise.assigned")
    assert publisher.publish([message("m-1"), new]) == [Fate.CONFIRMED, Fate.UNROUTED]
    broker.declare(topology(small_tree(streets=3)))
    assert publisher.publish([new]) == [Fate.CONFIRMED]
    assert [state.ready for state in broker.queues([address.INTAKE, "desk.s3"])] == [1, 1]
    broker.close()


def test_a_tier_service_on_kombu_can_be_hosted() -> None:
    broker = _broker()
    broker.publisher().publish([message("m-1", exchange="case.street", key="c.d.s1.s1.noise.assigned")])
    handled: list[str] = []
    with broker.connection() as connection:
        channel = connection.default_channel

        def handle(delivered: object) -> None:
            handled.append(delivered.properties["message_id"])  # type: ignore[attr-defined]
            if len(handled) == 1:
                channel.basic_reject(delivered.delivery_tag, requeue=True)  # type: ignore[attr-defined]

        channel.basic_consume("desk.s1", no_ack=False, callback=handle, consumer_tag="s1")
        assert broker.queues(["desk.s1"])[0].consumers == 1
        for _ in range(2):
            connection.drain_events(timeout=5)
    # The second was not acknowledged, so closing gave it back.
    consumer = broker.consumer(["desk.s1"], 5)
    [got] = take(consumer, 1)
    assert handled == ["m-1", "m-1"]
    assert ids([got]) == ["m-1"]
    assert got.redelivered
    broker.close()


def test_what_cannot_be_routed_where_others_publish_is_caught() -> None:
    broker = _broker()
    with broker.connection() as connection:
        connection.default_channel.queue_delete(address.INTAKE)
    assert broker.publisher().publish([message("m-1")]) == [Fate.CONFIRMED]
    assert ids(take(broker.consumer([address.UNROUTED], 5), 1)) == ["m-1"]
    broker.close()


def test_keys_are_found_by_the_words_they_name() -> None:
    index = TopicIndex(
        [("*.*.s1.*", "", "one"), ("c.*.*.*", "", "all"), ("#", "^.*?$", "any"), ("a.b", "", "two")]
    )
    assert index.find("c.d.s1.x") == {"one", "all", "any"}
    assert index.find("x.d.s2.x") == {"any"}
    assert index.find("a.b") == {"two", "any"}
    assert index.find("c.d.s1") == {"any"}
