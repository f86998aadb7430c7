"""The contenders: the router, the native shovel and Celery, each moving the same messages from queue to queue."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import msgspec

from bench.stage import Stage, appeals
from router.core.territory import address

#: Where the shovel and Celery take from and bring to.
_FROM, _TO = "bench.from", "bench.to"
CELERY_IN, CELERY_OUT = "bench.celery.in", "bench.celery.out"


def shovel(stage: Stage, count: int) -> float:
    """Messages/s of RabbitMQ's own shovel: no ledger, no decision, inside the broker."""
    stage.declare(_FROM, _TO)
    stage.empty([_FROM, _TO])
    messages = [
        msgspec.structs.replace(message, exchange="", key=_FROM)
        for message in appeals(stage.tree, count, "shovel")
    ]
    stage.fill(messages)
    definition = {
        "src-protocol": "amqp091",
        "src-uri": "amqp://",
        "src-queue": _FROM,
        "src-prefetch-count": 1000,
        "dest-protocol": "amqp091",
        "dest-uri": "amqp://",
        "dest-queue": _TO,
        "ack-mode": "on-confirm",
    }
    stage.management("PUT", "parameters/shovel/%2F/bench", {"value": definition})
    try:
        return stage.rate([_TO], count)
    finally:
        stage.management("DELETE", "parameters/shovel/%2F/bench")
        stage.empty([_FROM, _TO])


def celery(stage: Stage, count: int) -> float:
    """Messages/s of one Celery worker process whose task publishes one task, confirmed."""
    environment = {**os.environ, "BENCH_AMQP_URL": stage.rabbit.amqp_url}
    stage.declare(CELERY_IN, CELERY_OUT)
    stage.empty([CELERY_IN, CELERY_OUT])
    fill = [sys.executable, "-m", "bench.celery_app", str(count)]
    subprocess.run(fill, env=environment, check=True)  # noqa: S603 - our own module
    worker = [
        sys.executable,
        "-m",
        "celery",
        "-A",
        "bench.celery_app",
        "worker",
        "--pool",
        "solo",
        "-Q",
        CELERY_IN,
    ]
    worker += ["--without-gossip", "--without-mingle", "-l", "error"]
    with _process(worker, environment):
        rate = stage.rate([CELERY_OUT], count)
    stage.empty([CELERY_OUT])
    return rate


class RouterRun(msgspec.Struct, frozen=True):
    """What one run of the router gave."""

    per_second: float
    #: Peak resident memory of the router process, MiB.
    peak_mib: float


def router(stage: Stage, count: int, prefix: str) -> RouterRun:
    """Routed cases/s of one router process: consume, decide, commit, publish confirmed, acknowledge."""
    settings = stage.new_ledger()
    stage.empty([address.INTAKE, *stage.desk_queues])
    stage.fill(appeals(stage.tree, count, prefix))
    with running_router(settings.ledger, settings.broker) as process:
        rate = stage.rate(stage.desk_queues, count)
        peak = _peak_mib(process.pid)
    return RouterRun(rate, peak)


@contextmanager
def running_router(ledger: str, broker: str) -> Iterator[subprocess.Popen[bytes]]:
    """One `case-router run router` process."""
    command = [sys.executable, "-m", "router", "--ledger", ledger, "--broker", broker, "run", "router"]
    command += ["--http-port", "0"]
    with _process(command, dict(os.environ)) as process:
        yield process


@contextmanager
def _process(command: list[str], environment: dict[str, str]) -> Iterator[subprocess.Popen[bytes]]:
    process = subprocess.Popen(  # noqa: S603 - our own program, or Celery
        command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    try:
        yield process
    finally:
        process.terminate()
        process.wait(30)


def _peak_mib(pid: int) -> float:
    for line in Path(f"/proc/{pid}/status").read_text(encoding="ascii").splitlines():
        if line.startswith("VmHWM:"):
            return int(line.split()[1]) / 1024
    return 0.0
