"""What keeps deadlines from taking cases up: the brake, holds of a desk, a district or a policy, and a hand-over
that has not left us.

A value that the ledger keeps and the rules carry. What is held stays due: nothing is missed, moved or lost by it,
and everything but going up goes on. A case's deadlines pass in their order: what comes after a held one waits too.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from enum import StrEnum

import msgspec

from router.core.case import Case
from router.core.events import Milestone
from router.core.policies.policy import OnPass, Policy

#: The cause of a deadline that the brake holds.
BRAKE = "brake"
#: The cause of a deadline whose desk cannot have the case yet: no broker has taken its hand-over.
UNDELIVERED = "undelivered"


class HoldKind(StrEnum):
    """What a hold is of."""

    DESK = "desk"
    DISTRICT = "district"
    POLICY = "policy"
    ALL = "all"


class Hold(msgspec.Struct, frozen=True, kw_only=True):
    """A hold on record. Once it is over its time is an outage window: whoever was in it is not to blame."""

    id: str
    kind: HoldKind
    #: Code of the desk or division, name of the policy; empty for `all`.
    what: str
    reason: str
    by: str
    since: datetime
    #: When it ends by itself; None: when somebody releases it.
    until: datetime | None = None
    #: When somebody released it, and who.
    released_at: datetime | None = None
    released_by: str | None = None
    #: Of the outage after a restore from a backup: up to when the restored ledger knew. What was said from then on
    #: is taken as of when it was said. None: nothing was restored.
    restored_to: datetime | None = None

    @property
    def end(self) -> datetime | None:
        """When it ended, or is to end; None: nobody knows yet."""
        ends = [at for at in (self.until, self.released_at) if at is not None]
        return min(ends, default=None)

    def covers(self, at: datetime) -> bool:
        """Whether an instant lies in it."""
        return self.since <= at and (self.end is None or at < self.end)

    def is_about(self, case: Case, policy: str, desk: str) -> bool:
        """Whether it is of a case whose policy has that name, or of what that desk does in it."""
        match self.kind:
            case HoldKind.DESK:
                return desk == self.what
            case HoldKind.DISTRICT:
                return self.what in case.division_path
            case HoldKind.POLICY:
                return policy == self.what
        return True


class Guards(msgspec.Struct, frozen=True, kw_only=True):
    """Everything that holds, and the outage windows on record."""

    #: The brake holds: nothing goes up.
    braked: bool = False
    holds: tuple[Hold, ...] = ()
    #: What was said before the ledger was lost is being decided once more, as of then.
    redoing: bool = False
    #: Ids of hand-overs that wait for a broker, longer than the skew of clocks.
    undelivered: frozenset[str] = frozenset()
    #: Id of a hand-over that waited so long → when a broker took it.
    delivered: Mapping[str, datetime] = {}

    def holding(self, case: Case, policy: Policy, milestone: Milestone, now: datetime) -> str | None:
        """What holds a deadline back at `now`: `brake`, `undelivered` or the id of a hold; None: nothing does.

        Only deadlines that take a case up are held; the others tell somebody, and go on.
        """
        if milestone.on_pass is not OnPass.ESCALATE:
            return None
        if self.braked:
            return BRAKE
        holding = (one for one in self._about(case, policy.name, case.lead) if one.covers(now))
        found = next((one.id for one in holding if not self._passed_before(one, milestone)), None)
        if found is None and self._waits_for_broker(case, policy, milestone):
            return UNDELIVERED
        return found

    def _waits_for_broker(self, case: Case, policy: Policy, milestone: Milestone) -> bool:
        """Whether it is the lead's clock, and the lead has not been handed the case through our fault.

        What waits after a restore is as old as the backup: the lost ledger had sent it.
        """
        if milestone.holder is not None or policy.min_in_hand_s == 0 or not self.undelivered or self.redoing:
            return False
        return case.hand_over_id in self.undelivered

    def _passed_before(self, hold: Hold, milestone: Milestone) -> bool:
        """Whether it had passed in the ledger that was lost, which did what followed."""
        return self.redoing and hold.restored_to is not None and milestone.due_at < hold.since

    def window(self, case: Case, policy: str, desk: str, at: datetime) -> Hold | None:
        """The outage window of a desk's work on a case that an instant lies in, the last one; None: none."""
        found = [one for one in self._about(case, policy, desk) if one.covers(at)]
        return max(found, key=lambda one: (one.end is None, one.end or at), default=None)

    def _about(self, case: Case, policy: str, desk: str) -> Iterable[Hold]:
        return (one for one in self.holds if one.is_about(case, policy, desk))


#: Nothing holds, and there was no outage.
NONE = Guards()
