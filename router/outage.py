"""What a log says of an outage: one line when it begins, one now and then while it lasts, one when it is over."""

from __future__ import annotations

from collections.abc import Hashable
from threading import Lock

import structlog

log = structlog.get_logger()

#: Seconds between two lines about an outage that lasts: a night without a broker is a screen full, not a disk.
REMIND_S = 300.0


class Outage:
    """One thing that may be away, for all who need it; any thread may tell.

    Args:
        begun: event of the first line, such as `broker.lost`.
        lasting: event of the lines while it lasts; they have `lasted_s`.
        over: event of the last line; it has `lasted_s` too.
        data: what stands in every line.
    """

    def __init__(self, begun: str, lasting: str, over: str, **data: object) -> None:
        self._begun, self._lasting, self._over = begun, lasting, over
        self._data = data
        self._lock = Lock()
        self._without: set[Hashable] = set()
        self._since_s = 0.0
        self._said_s = 0.0

    def down(self, now_s: float, who: Hashable = None, **data: object) -> None:
        """`who` tried in vain at `now_s`, on whichever clock; `data` say why."""
        with self._lock:
            begins = not self._without
            self._without.add(who)
            if begins:
                self._since_s = self._said_s = now_s
                log.warning(self._begun, **self._data, **data)
            elif now_s - self._said_s >= REMIND_S:
                self._said_s = now_s
                log.warning(self._lasting, lasted_s=round(now_s - self._since_s), **self._data, **data)

    def up(self, now_s: float, who: Hashable = None) -> None:
        """`who` has it (again); the outage is over when nobody is without it."""
        with self._lock:
            if who in self._without:
                self._without.discard(who)
                if not self._without:
                    log.warning(self._over, lasted_s=round(now_s - self._since_s), **self._data)

    def forget(self, who: Hashable = None) -> None:
        """`who` does not need it any more."""
        with self._lock:
            self._without.discard(who)
