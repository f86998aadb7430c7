"""What the beats in the ledger say: which roles run, which loops are stuck, how old a queue can be.

A queue keeps its order, so a message that waits was put there after the last one that was taken, and after the
last time nothing waited. `Beat.clear_until` is the later of the two: the oldest message has waited since then at
most. What a process that died had in its hands goes back to the front of the queue: until it is taken again it may
be older than is said here.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

import msgspec

from router.app import ROLES
from router.cli.health import ALIVE_S
from router.clock import age_s
from router.ledger.port import Beat

#: How far back beats are looked at; older ones are forgotten anyway.
LOOKED_AT = timedelta(days=1)


class Running(msgspec.Struct, frozen=True, kw_only=True):
    """A role and the processes in which it runs."""

    role: str
    #: Processes that gave a sign of life of it within a minute and did not stop.
    instances: int
    #: Seconds since the last sign of life of any process; None: none is known.
    beat_age_s: float | None


class Stuck(msgspec.Struct, frozen=True, kw_only=True):
    """A loop that does not come round while its process lives."""

    loop: str
    instance: str
    beat_age_s: float


def running(beats: Sequence[Beat], now: datetime) -> list[Running]:
    """Every role that an installation needs, running or not."""
    found = []
    for role in ROLES:
        of_role = [beat for beat in beats if beat.role == role]
        last_at = max((beat.beat_at for beat in of_role), default=None)
        found.append(
            Running(
                role=role,
                instances=len({beat.instance for beat in of_role if _lives(beat, now)}),
                beat_age_s=None if last_at is None else age_s(last_at, now),
            )
        )
    return found


def stuck(beats: Sequence[Beat], now: datetime) -> list[Stuck]:
    """Loops that have not come round for a minute in processes of which another loop has."""
    alive = {beat.instance for beat in beats if _lives(beat, now)}
    return [
        Stuck(loop=loop, instance=instance, beat_age_s=silent_s)
        for instance, loop, silent_s in sorted(
            {
                (beat.instance, beat.loop, age_s(beat.beat_at, now))
                for beat in beats
                if beat.instance in alive and not _lives(beat, now)
            }
        )
    ]


def oldest_at_most_s(beats: Iterable[Beat], queue: str, now: datetime) -> int | None:
    """Seconds that the oldest message in a queue can have waited, rounded up; None: nobody has ever said."""
    known = [beat.clear_until for beat in beats if beat.queue == queue and beat.clear_until is not None]
    return math.ceil(age_s(max(known), now)) if known else None


def _lives(beat: Beat, now: datetime) -> bool:
    return beat.stopped_at is None and age_s(beat.beat_at, now) <= ALIVE_S
