"""The pulse of a process: now and then one row in the ledger for each loop, so that `status` knows who runs.

When things fail
    The pulse has a thread of its own and takes nothing down with it: a ledger that does not answer is missed by it
    as by everybody, and the next beat is written when it is back. What it writes is when each loop itself last
    came round: a loop that is stuck is seen, however well this thread does.
"""

from __future__ import annotations

import os
import secrets
import socket
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta
from threading import Event, Thread

import structlog

from router.errors import RouterError, UnreachableError
from router.ledger.port import Beat, Ledger
from router.roles import ConsumingRole, Role

log = structlog.get_logger()

#: Seconds between two beats: one small transaction, a twelfth of the time after which a loop counts as gone.
EVERY_S = 5.0
#: Seconds before the first: the loops have come round once.
_FIRST_S = 1.0
#: How long the end of a process waits for its last row, seconds.
_FAREWELL_S = 3.0


class Pulse:
    """Writes the beats of the loops of one process."""

    def __init__(
        self,
        ledger: Ledger,
        loops: Sequence[tuple[str, Role]],
        clock: Callable[[], datetime],
        *,
        note_skew: Callable[[float, datetime], None] = lambda _skew_s, _now: None,
    ) -> None:
        """Put it together.

        Args:
            ledger: has the beats, and a clock of its own.
            loops: each with the name of the role it belongs to: `router`, `relay`, `sla`.
            clock: ours.
            note_skew: is told at each beat how many seconds our clock is ahead of the database's.
        """
        self._note_skew = note_skew
        self.instance = f"{socket.gethostname()}:{os.getpid()}:{secrets.token_hex(4)}"
        self._ledger = ledger
        self._loops = tuple(loops)
        self._clock = clock
        self._started_at = clock()
        #: Whether the ledger took the last beat; None before the first. For metrics, as is the next.
        self.ledger_reachable: bool | None = None
        #: How far our clock is ahead of the database's, seconds; None before it was asked.
        self.skew_s: float | None = None

    def beats(self) -> list[Beat]:
        """What each loop that has come round has to say, one beat for each queue it consumes."""
        return [
            Beat(
                instance=self.instance,
                loop=loop.name,
                queue=queue,
                role=role,
                started_at=self._started_at,
                beat_at=loop.beat_at,
                clear_until=until,
            )
            for role, loop in self._loops
            if loop.beat_at is not None
            for queue, until in (loop.clear_until if isinstance(loop, ConsumingRole) else {"": None}).items()
        ]

    @contextmanager
    def beating(self) -> Iterator[None]:
        """Beat until the block ends, then note that the process stopped."""
        stop = Event()
        thread = Thread(target=self.run, args=(stop,), name="pulse", daemon=True)
        thread.start()
        try:
            yield
        finally:
            stop.set()
            thread.join(_FAREWELL_S)

    def run(self, stop: Event) -> None:
        """Beat until told to stop."""
        # What died long ago is forgotten by whoever starts.
        self._try(lambda: self._ledger.forget_beats(self._started_at))
        pause_s = _FIRST_S
        while not stop.wait(pause_s):
            self.ledger_reachable = self._try(self._beat)
            pause_s = EVERY_S
        self._try(lambda: self._ledger.stop_beats(self.instance, self._clock()))

    def _beat(self) -> None:
        self._ledger.note_beats(self.beats())
        now = self._clock()
        self.skew_s = (now - self._ledger.clock()) / timedelta(seconds=1)
        self._note_skew(self.skew_s, now)

    def _try(self, ask: Callable[[], object]) -> bool:
        """Whether the ledger answered."""
        try:
            ask()
        except UnreachableError:
            return False  # the loops beside us say so
        except RouterError as error:
            log.warning("pulse.failed", where=error.where, what=error.what)
        return True
