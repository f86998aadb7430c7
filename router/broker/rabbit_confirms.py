"""Which messages of one batch the broker has answered for: delivery tags, `multiple`, returns. Pure bookkeeping.

The client libraries either wait for each confirm in turn (2,000 messages/s) or take any confirm for the one they
wait for; so the router keeps its own map from delivery tag to message.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence

from router.broker.port import Fate, Outgoing


class Confirms:
    """The answers to one batch, whose messages were published in order on one channel."""

    def __init__(self, batch: Sequence[Outgoing]) -> None:
        self.batch = batch
        #: One per message; None while the broker owes an answer.
        self.fates: list[Fate | None] = [None] * len(batch)
        #: How many messages have no fate.
        self.left = len(batch)
        #: Delivery tag of the first message that was written; tags then count up by one.
        self._first_tag = 0
        #: Index in the batch of every message written, by its place on the wire.
        self._written: list[int] = []
        #: Place on the wire below which everything is answered.
        self._low = 0
        self._returned: set[int] = set()
        self._places: dict[tuple[str, str, str], deque[int]] | None = None

    @property
    def written(self) -> int:
        """How many messages were handed to the connection."""
        return len(self._written)

    def write(self, index: int, tag: int) -> None:
        """Message `index` went out under delivery tag `tag`."""
        if not self._written:
            self._first_tag = tag
        self._written.append(index)

    def settle(self, index: int, fate: Fate) -> None:
        """Message `index` has met its fate; the first one stands."""
        if self.fates[index] is None:
            self.fates[index] = fate
            self.left -= 1

    def answer(self, tag: int, *, multiple: bool, fate: Fate) -> None:
        """The broker confirmed (or rejected) `tag`, or with `multiple` everything up to it.

        Tags of an earlier batch on the same channel are ignored.
        """
        place = tag - self._first_tag
        if not self._written or not 0 <= place < len(self._written):
            return
        if multiple:
            for answered in range(self._low, place + 1):
                self._answer(answered, fate)
            self._low = max(self._low, place + 1)
        else:
            self._answer(place, fate)

    def _answer(self, place: int, fate: Fate) -> None:
        index = self._written[place]
        if fate is Fate.CONFIRMED and index in self._returned:
            fate = Fate.UNROUTED
        self.settle(index, fate)

    def give_back(self, message_id: str | None, exchange: str, key: str) -> None:
        """The broker returned a message: its confirm, which is still to come, means that nobody got it.

        A return carries no delivery tag; messages that look alike come back in the order they were sent.
        """
        if self._places is None:
            self._places = {}
            for index, message in enumerate(self.batch):
                known = self._places.setdefault((message.id, message.exchange, message.key), deque())
                known.append(index)
        same = self._places.get((message_id or "", exchange, key))
        if same:
            self._returned.add(same.popleft())
