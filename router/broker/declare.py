"""Declaring exchanges, queues and bindings through kombu, on RabbitMQ and on the embedded broker alike."""

from __future__ import annotations

from collections.abc import Callable
from itertools import groupby
from operator import attrgetter
from typing import Any

from kombu.entity import Exchange, Queue

from router.broker.topology import Topology, queue_arguments

#: Entities between two reports of progress.
PROGRESS_EVERY = 50

#: Called with what is being made, how many are, and how many there will be.
Progress = Callable[[str, int, int], None]


def declare(channel: Any, topology: Topology, progress: Progress) -> None:
    """Declare everything on a kombu channel; what exists already stays as it is.

    Raises:
        amqp.exceptions.PreconditionFailed: something exists with other arguments.
    """
    exchanges = {
        entity.name: Exchange(entity.name, type=entity.kind, durable=True) for entity in topology.exchanges
    }
    for exchange in exchanges.values():
        exchange(channel).declare()
    progress("exchanges", len(exchanges), len(exchanges))
    by_queue = attrgetter("queue")
    bindings = {name: list(group) for name, group in groupby(sorted(topology.bindings, key=by_queue), by_queue)}
    for number, name in enumerate(topology.queues, start=1):
        queue = Queue(name, durable=True, queue_arguments=queue_arguments(name))(channel)
        queue.queue_declare()
        for binding in bindings.get(name, ()):
            queue.bind_to(exchanges[binding.exchange], routing_key=binding.key)
        if number % PROGRESS_EVERY == 0 or number == len(topology.queues):
            progress("queues", number, len(topology.queues))
