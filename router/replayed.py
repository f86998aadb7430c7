"""What a ledger that holds a replay says of itself: its version on record, which every reader of figures asks for.

In such a ledger the instants of recording say nothing of the cases, and the windows of their problems are those
the replay was told.
"""

from __future__ import annotations

from datetime import datetime, timedelta

import msgspec

from router.core.counting.problems import Windows
from router.ledger.port import Ledger

#: Kind of the version.
REPLAY = "replay"


class About(msgspec.Struct, frozen=True, kw_only=True):
    """What a ledger is a replay of."""

    source: str
    as_of: datetime
    #: Version of the policy the cases have.
    policy: str
    #: Division code below the top → code as mapped; whatever is not here is unknown.
    districts: dict[str, str]
    #: Seconds after a resolution in which a case still belongs to the same problem.
    window_s: float
    windows_s: dict[str, float]

    @property
    def windows(self) -> Windows:
        """The windows of the problems."""
        by_group = {group: timedelta(seconds=window_s) for group, window_s in self.windows_s.items()}
        return Windows(timedelta(seconds=self.window_s), by_group)


def replay_in(ledger: Ledger) -> About | None:
    """What the ledger is a replay of; None: it is none."""
    found = ledger.current(REPLAY)
    return msgspec.json.decode(found[1], type=About) if found is not None else None
