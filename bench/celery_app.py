"""The Celery contender: a task that takes a message and publishes one, as a router built on Celery would."""

from __future__ import annotations

import os
import sys
from typing import Any

from celery import Celery
from kombu.entity import Queue

from bench.stage import BODY_BYTES

IN, OUT = "bench.celery.in", "bench.celery.out"

app = Celery("bench", broker=os.environ.get("BENCH_AMQP_URL", "amqp://"))
app.conf.update(
    task_queues=[Queue(name, queue_arguments={"x-queue-type": "quorum"}) for name in (IN, OUT)],
    task_default_queue_type="quorum",
    worker_detect_quorum_queues=True,
    task_acks_late=True,
    task_ignore_result=True,
    # The same promise that the router gives: what it sent is confirmed before what it took is acknowledged.
    broker_transport_options={"confirm_publish": True},
    worker_prefetch_multiplier=64,
    broker_connection_retry_on_startup=True,
)


@app.task(name="bench.deliver")  # type: ignore[untyped-decorator]
def deliver(body: str) -> None:
    """Never runs: its queue only fills."""


@app.task(name="bench.take")  # type: ignore[untyped-decorator]
def take(body: str) -> None:
    """Consume one, publish one."""
    deliver.apply_async((body,), queue=OUT)


def fill(count: int) -> None:
    """Put `count` tasks into the queue to take from."""
    body = "x" * BODY_BYTES
    producer: Any
    with app.producer_pool.acquire(block=True) as producer:
        for _ in range(count):
            take.apply_async((body,), queue=IN, producer=producer)


if __name__ == "__main__":
    fill(int(sys.argv[1]))
