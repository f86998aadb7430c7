"""The ground a broker is tested on: a small city's topology, on either adapter."""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import Any

from kombu.connection import Connection
from kombu.entity import Exchange, Queue

from router.broker.embedded import EmbeddedBroker
from router.broker.port import Consumer, Delivery, Outgoing
from router.broker.rabbitmq import RabbitBroker
from router.broker.topology import Topology, queue_arguments, topology
from router.core.territory import address
from router.core.territory.tree import Desk, DeskKind, Division, Tree, TreeFile

#: Nothing here takes this long unless it is broken; slow machines get their time.
DEADLINE_S = 30.0
#: How long a queue must stay silent to count as empty.
SILENCE_S = 0.3
AT = datetime(2026, 11, 23, 8, 30, tzinfo=UTC)


def small_tree(*, streets: int = 2) -> Tree:
    """A city with one district and some streets (`s1`, `s2`, …), each with its office."""
    divisions = [
        Division(code="c", name="云溪市", tier=0, parent=None),
        Division(code="d", name="湖滨区", tier=1, parent="c"),
    ]
    offices = [("c", None), ("d", "c")]
    for number in range(1, streets + 1):
        divisions.append(Division(code=f"s{number}", name=f"街道{number}", tier=2, parent="d"))
        offices.append((f"s{number}", "d"))
    desks = [
        Desk(code=code, name=code, kind=DeskKind.TERRITORIAL, division=code, superior=superior)
        for code, superior in offices
    ]
    return Tree(TreeFile(tiers=("city", "district", "street"), divisions=tuple(divisions), desks=tuple(desks)))


class Ground:
    """A broker with the small city's topology on it."""

    def __init__(self, broker: EmbeddedBroker | RabbitBroker, connect: Callable[[], Connection]) -> None:
        self.broker = broker
        #: A kombu connection to the same broker, for what the port does not offer.
        self.connect = connect
        self.tree = small_tree()

    @property
    def topology(self) -> Topology:
        return topology(self.tree)

    def to_desk(self, code: str, message_id: str, **more: Any) -> Outgoing:
        """A message to a desk."""
        desk = self.tree.desks[code]
        return message(
            message_id,
            exchange=address.tier_exchange(self.tree, self.tree.tier_of(desk)),
            key=address.desk_key(self.tree, desk, "noise", "assigned"),
            **more,
        )

    def extra_queue(self, name: str, exchange: str, key: str) -> None:
        """Bind one more queue."""
        with self.connect() as connection:
            channel = connection.default_channel
            queue = Queue(name, durable=True, queue_arguments=queue_arguments(name))(channel)
            queue.queue_declare()
            queue.bind_to(Exchange(exchange, type="topic", durable=True), routing_key=key)


def message(message_id: str, **more: Any) -> Outgoing:
    """A message; to the intake unless said otherwise."""
    values: dict[str, Any] = {
        "id": message_id,
        "exchange": address.INTAKE,
        "key": address.intake_key("hotline", "opened"),
        "type": "case.opened.v1",
        "case_id": "c-1",
        "case_version": 1,
        "body": b"{}",
        "timestamp": AT,
    }
    return Outgoing(**(values | more))


def take(consumer: Consumer, count: int, *, max_n: int = 500) -> list[Delivery]:
    """Receive exactly `count` deliveries, without doing anything with them.

    Raises:
        AssertionError: they did not all come.
    """
    taken: list[Delivery] = []
    while len(taken) < count:
        more = consumer.receive(min(max_n, count - len(taken)), DEADLINE_S)
        assert more, f"{len(taken)} of {count} came"
        taken.extend(more)
    return taken


def ids(deliveries: Sequence[Delivery]) -> list[str]:
    """Their message ids, in order."""
    return [delivery.id for delivery in deliveries]
