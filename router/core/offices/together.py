"""What several offices are to one case: who was called to help and has come, who leads it by name, who watches.

Values on the case, changed by `router.core.folds.together` alone. A case nobody else has to do with has `ALONE`.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import msgspec

from router.core.policies.policy import Required, Requirement


class Whistle(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A desk that was called to help (吹哨)."""

    desk: str
    #: Desk code of who called.
    by: str
    at: datetime
    #: When it reported in (报到); None: it has not yet.
    reported_at: datetime | None = None


class Instruction(msgspec.Struct, frozen=True, kw_only=True):
    """What a leader said is to be done (批示). The words stand in the entry."""

    #: Official account or title.
    leader: str
    #: Name of the leader's tier.
    tier: str
    at: datetime


class Leader(msgspec.Struct, frozen=True, kw_only=True):
    """Who answers for the case by name (包案)."""

    #: Official account or title.
    leader: str
    #: Name of the leader's tier.
    tier: str


class Marked(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What a watcher has looked at."""

    watcher: str
    #: The milestone that waited for it; None: none did.
    milestone: str | None
    at: datetime
    #: The watcher was there (现场督办).
    on_site: bool = False


class Mediation(msgspec.Struct, frozen=True, kw_only=True):
    """A mediation that is going on (调解); the lead stays the lead."""

    #: Desk code of who mediates.
    desk: str
    at: datetime


class Together(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Everything that more than one office has to do with a case."""

    whistles: tuple[Whistle, ...] = ()
    leader: Leader | None = None
    instructions: tuple[Instruction, ...] = ()
    #: When the plan that stands was filed; None: none was.
    plan_filed_at: datetime | None = None
    marks: tuple[Marked, ...] = ()
    #: What was found when somebody looked into the matter (核实), as last said; None: nobody has yet.
    substantiated: bool | None = None
    #: None: nobody mediates.
    mediation: Mediation | None = None

    def awaits(self, desk: str) -> Whistle | None:
        """The call that a desk has not answered yet; None when there is none."""
        return next((one for one in self.whistles if one.desk == desk and one.reported_at is None), None)

    def lacks(self, requires: Sequence[Requirement], tiers: Sequence[str]) -> tuple[Requirement, ...]:
        """What must be on record before the case is dispatched, and is not; `tiers` are named from the top."""
        return tuple(one for one in requires if not self._has(one, tiers))

    def _has(self, wanted: Requirement, tiers: Sequence[str]) -> bool:
        named: Sequence[Leader | Instruction] = self.instructions
        if wanted.what is Required.LEADER:
            named = () if self.leader is None else (self.leader,)
        high_enough = tiers[: tiers.index(wanted.tier) + 1] if wanted.tier in tiers else tiers
        return any(one.tier in high_enough for one in named)


#: Nobody but the lead has to do with it.
ALONE = Together()
