"""The courier: everything that was sent is fetched, in the order of sending, and what is missing is noticed."""

from collections.abc import Sequence
from datetime import datetime

import pytest

from router.broker.embedded import EmbeddedBroker, EmbeddedConsumer
from router.broker.port import Delivery, Fate, Outgoing
from router.broker.topology import topology
from router.cities import demo_city
from router.core.commands import Accept, Actor, ActorRole, Withdraw
from router.core.territory import address
from router.core.territory.tree import Tree
from router.demo.courier import AT_ONCE, Courier, Post
from router.errors import UnreachableError

TREE = Tree(demo_city())
NOW = datetime.fromisoformat("2026-11-30T09:00:00+08:00")


@pytest.fixture
def broker() -> EmbeddedBroker:
    """A broker with the demo city's queues."""
    made = EmbeddedBroker()
    made.declare(topology(TREE))
    return made


def accept(number: int) -> Accept:
    """A desk signs."""
    return Accept(id=f"a-{number}", case_id=f"case-{number}", actor=Actor(ActorRole.DESK, "liuyin"))


def test_arrivals_are_fetched_in_the_order_of_sending_across_queues(broker: EmbeddedBroker) -> None:
    courier = Courier(broker, TREE)
    by_channel = Withdraw(id="w", case_id="case-9", actor=Actor(ActorRole.CHANNEL, "hotline"))
    courier.hand_in([accept(1), by_channel, accept(2)], NOW)
    fetched = courier.arrivals.fetch()
    assert [delivery.id for delivery in fetched] == ["a-1", "w", "a-2"]
    assert [delivery.queue for delivery in fetched] == [address.REPORTS, address.INTAKE, address.REPORTS]
    courier.arrivals.done(fetched)
    assert courier.arrivals.fetch() == []
    courier.close()


def test_a_message_without_a_confirm_ends_the_demo(broker: EmbeddedBroker) -> None:
    courier = Courier(broker, TREE)
    lost = Outgoing(
        id="x",
        exchange="case.street",
        key="nobody",
        type="t",
        case_id="c",
        case_version=1,
        body=b"",
        timestamp=NOW,
    )
    with pytest.raises(UnreachableError, match=Fate.UNROUTED):
        courier.publisher().publish([lost])
    courier.close()


class Silent:
    """A consumer that never gets anything, or only what nobody expects."""

    def __init__(self, deliveries: Sequence[Delivery] = ()) -> None:
        self.deliveries = list(deliveries)
        self.acknowledged: list[str] = []

    def receive(self, max_n: int, wait_s: float) -> list[Delivery]:  # noqa: ARG002 - the port's
        """What is left."""
        given, self.deliveries = self.deliveries[:max_n], self.deliveries[max_n:]
        return given

    def done(self, deliveries: Sequence[Delivery]) -> None:
        """Note it."""
        self.acknowledged += [delivery.id for delivery in deliveries]


def test_a_confirmed_message_that_never_arrives_is_noticed(
    broker: EmbeddedBroker, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(broker, "consumer", lambda *_: Silent())
    post = Post(broker, ["desk.liuyin"])
    post.expect("m", 1)
    with pytest.raises(UnreachableError, match="did not arrive"):
        post.fetch()


def test_a_message_delivered_again_is_acknowledged_and_left_out(
    broker: EmbeddedBroker, monkeypatch: pytest.MonkeyPatch
) -> None:
    def delivered(message_id: str) -> Delivery:
        return Delivery(
            queue="q", id=message_id, type="t", exchange="e", key="k", body=b"", headers={}, user_id=None,
            redelivered=True, token=message_id,
        )  # fmt: skip

    consumer = Silent([delivered("old"), delivered("new")])
    monkeypatch.setattr(broker, "consumer", lambda *_: consumer)
    post = Post(broker, ["q"])
    post.expect("new", 1)
    assert [delivery.id for delivery in post.fetch()] == ["new"]
    assert consumer.acknowledged == ["old"]


def test_a_desk_may_be_sent_more_than_a_broker_hands_out_unacknowledged() -> None:
    broker = EmbeddedBroker()
    broker.declare(topology(TREE))
    consumers: list[int] = []
    few = broker.consumer

    def with_few(queues: Sequence[str], prefetch: int) -> EmbeddedConsumer:
        consumers.append(prefetch)
        return few(queues, 3)

    broker.consumer = with_few  # type: ignore[method-assign]
    courier = Courier(broker, TREE)
    desk = TREE.desks["liuyin"]
    key = address.desk_key(TREE, desk, "litter", "assigned")
    courier.publisher().publish(
        [
            Outgoing(
                id=f"m-{number}", exchange="case.street", key=key, type="case.assigned.v1", case_id="c",
                case_version=1, body=b"{}", timestamp=NOW,
            )
            for number in range(10)
        ]
    )  # fmt: skip
    assert [delivery.id for delivery in courier.desks.fetch()] == [f"m-{number}" for number in range(10)]
    assert consumers == [AT_ONCE * len(courier.desks.queues)]
    courier.close()
