"""kombu's memory transport, mended and shut off: one set of queues per broker object instead of one per process.

Mended, because kombu's gives a rejected message to every queue its key matches, loses what was not acknowledged
when a channel closes, and shares one delivery tag between the copies of a message.
"""

from __future__ import annotations

import re
import threading
import time
from collections import Counter, deque
from collections.abc import Iterable, Sequence
from itertools import count
from queue import Empty
from typing import Any, ClassVar

from kombu.transport import memory, virtual


class TopicIndex:
    """The bindings of one topic exchange, found by the words they name instead of one after the other.

    kombu matches a key against every binding in turn: a third of a millisecond with a thousand desks.
    """

    def __init__(self, table: Iterable[tuple[str, str, str]]) -> None:
        #: For each length and set of places that name a word: those words, and the queues bound by them.
        self._named: dict[tuple[int, tuple[int, ...]], dict[tuple[str, ...], list[str]]] = {}
        #: Bindings with `#`, as kombu's patterns; ours have it alone, where it means every key.
        self._open: list[tuple[re.Pattern[str], str]] = []
        for key, pattern, queue in table:
            words = key.split(".")
            if "#" in words:
                self._open.append((re.compile(pattern), queue))
                continue
            places = tuple(place for place, word in enumerate(words) if word != "*")
            queues = self._named.setdefault((len(words), places), {})
            queues.setdefault(tuple(words[place] for place in places), []).append(queue)

    def find(self, key: str) -> set[str]:
        """The queues bound for a key."""
        words = key.split(".")
        found = {queue for pattern, queue in self._open if pattern.match(key)}
        for (length, places), queues in self._named.items():
            if length == len(words):
                found.update(queues.get(tuple(words[place] for place in places), ()))
        return found


class Store:
    """What the channels of one embedded broker share; everything is read and changed under `changed`."""

    def __init__(self) -> None:
        self.changed = threading.Condition()
        self.lines: dict[str, deque[dict[str, Any]]] = {}
        self.state: Any = virtual.BrokerState()
        self.consumers: Counter[str] = Counter()
        #: Exchange to the one that gets what it cannot route.
        self.alternates: dict[str, str] = {}
        #: By exchange; forgotten whenever a binding comes or goes.
        self.indexes: dict[str, TopicIndex] = {}
        #: Counts arrivals, so that whoever looked in vain can wait for the next one.
        self.arrivals = 0
        self.tags = count(1)

    def arrive(self) -> None:
        """Something lies in a queue: wake who waits. Call with `changed` held."""
        self.arrivals += 1
        self.changed.notify_all()


class Channel(memory.Channel):
    """A channel into a :class:`Store`; overrides what kombu asks a virtual transport to provide."""

    store: ClassVar[Store]
    do_restore = True
    #: Means: leave bodies as they are; kombu's default is base64.
    body_encoding = "utf-8"

    def route(self, exchange: str, key: str) -> list[str]:
        """The queues a message goes to, over the alternate exchange when there is no other."""
        there = [queue for queue in self._bound(exchange, key) if queue in self.store.lines]
        alternate = self.store.alternates.get(exchange)
        return there or (self.route(alternate, key) if alternate else [])

    def _bound(self, exchange: str, key: str) -> Iterable[str]:
        if not exchange:
            return (key,)
        declared = self.store.state.exchanges.get(exchange)
        if declared is None:
            return ()
        if declared["type"] == "fanout":
            return [queue for _, _, queue in declared["table"]]
        index = self.store.indexes.get(exchange)
        if index is None:
            index = self.store.indexes[exchange] = TopicIndex(declared["table"])
        return index.find(key)

    def _lookup(self, exchange: str, routing_key: str, *_: object, **__: object) -> Sequence[str]:
        with self.store.changed:
            return self.route(exchange, routing_key)

    def _next_delivery_tag(self) -> int:
        return next(self.store.tags)

    def _has_queue(self, queue: str, **_: object) -> bool:
        return queue in self.store.lines

    def _new_queue(self, queue: str, **_: object) -> None:
        self.store.lines.setdefault(queue, deque())

    def _size(self, queue: str) -> int:
        return len(self.store.lines.get(queue, ()))

    def _purge(self, queue: str) -> int:
        line = self.store.lines.get(queue, deque())
        size = len(line)
        line.clear()
        return size

    def _delete(self, queue: str, *_: object, **__: object) -> None:
        self.store.lines.pop(queue, None)

    def _queue_bind(self, *_: object) -> None:
        self.store.indexes.clear()

    def queue_unbind(self, *args: Any, **kwargs: Any) -> None:
        memory.Channel.queue_unbind(self, *args, **kwargs)
        self.store.indexes.clear()

    def _get(self, queue: str, *_: object, **__: object) -> dict[str, Any]:
        try:
            return self.store.lines[queue].popleft()
        except (KeyError, IndexError):
            raise Empty from None

    def _put(self, queue: str, message: dict[str, Any], **_: object) -> None:
        """A copy of its own for each queue: kombu hands the same object, with the same tag, to all of them."""
        properties = message["properties"]
        line = self.store.lines.get(queue)
        if line is None:
            return
        info = {**properties["delivery_info"], "queue": queue}
        copy = {**properties, "delivery_tag": next(self.store.tags), "delivery_info": info}
        with self.store.changed:
            line.append({**message, "properties": copy})
            self.store.arrive()

    def _put_fanout(
        self, exchange: str, message: dict[str, Any], routing_key: str | None = None, **_: object
    ) -> None:
        for queue in self.route(exchange, routing_key or ""):
            self._put(queue, message)

    def _restore(self, message: virtual.Message) -> None:
        """Back to the front of the queue it came from, and no other."""
        raw = message.serializable()
        info = {**message.delivery_info, "redelivered": True}
        raw["properties"] = {**raw["properties"], "delivery_info": info}
        with self.store.changed:
            self.store.lines.setdefault(info["queue"], deque()).appendleft(raw)
            self.store.arrive()

    def basic_consume(self, queue: str, *args: Any, **kwargs: Any) -> None:
        memory.Channel.basic_consume(self, queue, *args, **kwargs)
        self.store.consumers[queue] += 1

    def basic_cancel(self, consumer_tag: str) -> None:
        queue = self._tag_to_queue.get(consumer_tag)
        memory.Channel.basic_cancel(self, consumer_tag)
        if queue is not None:
            self.store.consumers[queue] -= 1

    def close(self) -> None:
        # Not memory.Channel's, which empties every queue.
        virtual.Channel.close(self)


class Transport(memory.Transport):
    """A transport whose channels share a :class:`Store`."""

    store: ClassVar[Store]

    def drain_events(self, connection: Any, timeout: float | None = None, **_: Any) -> None:  # noqa: ARG002 - kombu's
        """Deliver one message, waiting for it: kombu's own sleeps for a second between two looks."""
        give_up_at_s = None if timeout is None else time.monotonic() + timeout
        channels: Any = self.cycle
        while True:
            seen = self.store.arrivals
            try:
                channels.get(self._deliver, timeout=timeout)
            except Empty:
                left_s = None if give_up_at_s is None else give_up_at_s - time.monotonic()
                self._await_arrival(seen, left_s)
            else:
                return

    def _await_arrival(self, seen: int, left_s: float | None) -> None:
        with self.store.changed:
            if left_s is not None and left_s <= 0:
                raise TimeoutError
            self.store.changed.wait_for(lambda: self.store.arrivals != seen, left_s)


def transport_of(store: Store) -> type[Transport]:
    """A transport class for `store` alone: kombu keeps the state of a memory broker on the class."""
    channel = type("EmbeddedChannel", (Channel,), {"store": store})
    return type(
        "EmbeddedTransport", (Transport,), {"store": store, "Channel": channel, "global_state": store.state}
    )
