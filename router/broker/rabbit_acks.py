"""Which deliveries of a channel are settled, and the fewest frames that tell the broker. Pure bookkeeping."""

from __future__ import annotations

from collections.abc import Iterable


class Acks:
    """Delivery tags of one channel: 1, 2, 3 … in the order of arrival, over all its queues."""

    def __init__(self) -> None:
        #: Every tag up to here is settled.
        self._low = 0
        #: Settled tags above `_low`.
        self._ahead: set[int] = set()

    def settle(self, tags: Iterable[int]) -> list[tuple[int, bool]]:
        """Settle `tags` and return the frames to send, as (tag, multiple).

        `multiple` covers every unsettled tag up to its own, so it is used only where nothing below is still in
        work; the tag named is always one of this call's, since naming a settled one closes the channel. Tags
        settled before are left out.
        """
        new = sorted({tag for tag in tags if tag > self._low and tag not in self._ahead})
        self._ahead.update(new)
        while self._low + 1 in self._ahead:
            self._low += 1
            self._ahead.remove(self._low)
        finished = [tag for tag in new if tag <= self._low]
        alone = [(tag, False) for tag in new[len(finished) :]]
        return [(finished[-1], True), *alone] if finished else alone
