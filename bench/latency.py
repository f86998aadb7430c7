"""Latency: from a channel's publish to the desk's program holding the case, at a steady 500 cases a second."""

from __future__ import annotations

import time
from threading import Event, Thread

import msgspec

from bench.contenders import running_router
from bench.stage import Stage, appeals
from router.core.case_id import case_id_of
from router.core.territory import address

#: Cases per second: a city of 60,000 cases a day has 0.7; this is a day's cases in two minutes.
RATE = 500
#: Cases in one tick of the publisher.
_TICK = 10
#: Cases before counting starts.
_WARM_UP = RATE


class Latency(msgspec.Struct, frozen=True):
    """Seconds from intake publish to desk delivery."""

    p50_s: float
    p99_s: float
    count: int


def latency(stage: Stage, seconds: int, prefix: str) -> Latency:
    """Measure `seconds` of steady load on one router process."""
    settings = stage.new_ledger()
    stage.empty([address.INTAKE, *stage.desk_queues])
    messages = appeals(stage.tree, RATE * (seconds + 1), prefix)
    sent: dict[str, float] = {}
    arrived: dict[str, float] = {}
    over = Event()
    watcher = Thread(target=_watch, args=(stage, arrived, over, len(messages)))
    with running_router(settings.ledger, settings.broker):
        watcher.start()
        publisher = stage.broker.publisher()
        start = time.perf_counter()
        for tick in range(0, len(messages), _TICK):
            over.wait(max(start + tick / RATE - time.perf_counter(), 0))
            batch = messages[tick : tick + _TICK]
            now = time.perf_counter()
            sent.update((message.id, now) for message in batch)
            publisher.publish(batch)
        over.wait(30)
        over.set()
        watcher.join()
        publisher.close()
    took = []
    for number, message in enumerate(messages):
        case_id = case_id_of("hotline", f"{prefix}-{number}")
        if number >= _WARM_UP and case_id in arrived:
            took.append(arrived[case_id] - sent[message.id])
    if len(took) < len(messages) - _WARM_UP:
        raise RuntimeError(f"{len(messages) - _WARM_UP - len(took)} cases did not arrive")
    took.sort()
    return Latency(took[len(took) // 2], took[len(took) * 99 // 100], len(took))


def _watch(stage: Stage, arrived: dict[str, float], over: Event, count: int) -> None:
    """Note when each case is in the desk program's hands; say when all are."""
    consumer = stage.broker.consumer(stage.desk_queues, 2000)
    while not over.is_set() and len(arrived) < count:
        deliveries = consumer.receive(500, 0.5)
        now = time.perf_counter()
        for delivery in deliveries:
            arrived.setdefault(msgspec.json.decode(delivery.body)["case_id"], now)
        consumer.done(deliveries)
    over.set()
    consumer.close()
