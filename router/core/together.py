"""What several offices are to one case: who was called to help, and has come.

Values on the case, changed by `router.core.folds.together` alone. A case nobody else has to do with has `ALONE`.
"""

from __future__ import annotations

from datetime import datetime

import msgspec

#: How the milestone of a called desk is named, before its code.
REPORT_IN = "report_in"


def report_in_of(desk: str) -> str:
    """Name of the milestone of a called desk: each has one of its own."""
    return f"{REPORT_IN}:{desk}"


class Whistle(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A desk that was called to help (吹哨)."""

    desk: str
    #: Desk code of who called.
    by: str
    at: datetime
    #: When it reported in (报到); None: it has not yet.
    reported_at: datetime | None = None


class Together(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Everything that more than one office has to do with a case."""

    whistles: tuple[Whistle, ...] = ()

    def awaits(self, desk: str) -> Whistle | None:
        """The call that a desk has not answered yet; None when there is none."""
        return next((one for one in self.whistles if one.desk == desk and one.reported_at is None), None)


#: Nobody but the lead has to do with it.
ALONE = Together()
