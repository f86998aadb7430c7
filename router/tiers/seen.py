"""What a desk's program remembers of the messages it has handled; bounded, and lost with the process.

Forgetting costs nothing but work: a message handled twice sends commands with the same ids twice.
"""

from __future__ import annotations

from collections import OrderedDict
from typing import TypeVar

from router.core.telling.messages import Assigned, Taken, Told

_Value = TypeVar("_Value")

#: Messages and cases remembered; at 200 bytes each about 4 MB.
CAPACITY = 10_000


class Seen:
    """Ids of handled messages, and the latest word on who has a case. One thread at a time."""

    def __init__(self, capacity: int = CAPACITY) -> None:
        """Remember `capacity` messages and as many cases, the latest used."""
        self._capacity = capacity
        self._ids: OrderedDict[str, None] = OrderedDict()
        #: The same of hand-overs, whose ids follow from a case's version.
        self._hand_overs: OrderedDict[str, None] = OrderedDict()
        self._versions: OrderedDict[str, int] = OrderedDict()

    def is_duplicate(self, message_id: str) -> bool:
        """Whether a message of that id was handled; one without an id never was."""
        for known in (self._ids, self._hand_overs):
            if message_id in known:
                known.move_to_end(message_id)
                return True
        return False

    def is_stale(self, payload: Told) -> bool:
        """Whether a later word on who has the case was seen than this hand-over, or its taking back.

        Only these two are compared, with each other: a reminder that overtook its assignment must not swallow
        the case, and no order, request or refusal is made untrue by a later one.
        """
        if not isinstance(payload, Assigned | Taken):
            return False
        return payload.version < self._versions.get(payload.case_id, 0)

    def note(self, message_id: str, payload: Told) -> None:
        """Remember a handled message."""
        if message_id:
            self._keep(self._hand_overs if isinstance(payload, Assigned) else self._ids, message_id, None)
        if isinstance(payload, Assigned | Taken):
            known = self._versions.get(payload.case_id, 0)
            self._keep(self._versions, payload.case_id, max(known, payload.version))

    def forget_hand_overs(self) -> None:
        """The ledger was restored: versions count anew, and an id may bring another hand-over than before."""
        self._hand_overs.clear()
        self._versions.clear()

    def _keep(self, memory: OrderedDict[str, _Value], key: str, value: _Value) -> None:
        memory[key] = value
        memory.move_to_end(key)
        while len(memory) > self._capacity:
            memory.popitem(last=False)
