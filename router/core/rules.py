"""The rules in force: tree, policies, calendars and settings that the decisions read, as one immutable bundle."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta

from router.core.calendar import Calendar
from router.core.policy import Policy
from router.core.tree import Tree

COMPLAINT = "complaint"
PROACTIVE = "proactive"
#: Origin depends on who raised it: a worker makes it proactive.
BY_RAISER = "by_raiser"

#: Channel → origin. A channel that is not here is a complaint: in doubt the resident came first.
ORIGINS: Mapping[str, str] = {
    "hotline": COMPLAINT,
    "app": COMPLAINT,
    "message_board": COMPLAINT,
    "petition": COMPLAINT,
    "media": COMPLAINT,
    "upstream": COMPLAINT,
    "grid_patrol": PROACTIVE,
    "inspection": PROACTIVE,
    "sensor": PROACTIVE,
    "council": BY_RAISER,
    "visit": BY_RAISER,
}

#: How far a source's own clock is believed (domain section 3.10).
SKEW = timedelta(minutes=15)

#: Silence after which a voluntary escalation goes through: working seconds (domain section 3.4).
ESCALATION_SILENCE_S = 4 * 3600


class Rules:
    """What is in force. Build a new one when a tree, a policy or a calendar changes."""

    def __init__(
        self,
        tree: Tree,
        policies: Sequence[Policy],
        calendars: Mapping[str, Calendar],
        *,
        earlier: Sequence[Policy] = (),
        origins: Mapping[str, str] = ORIGINS,
        replay: bool = False,
        skew: timedelta = SKEW,
    ) -> None:
        """Bundle them.

        Args:
            tree: the completed tree in force.
            policies: in order of matching; the last is the mandatory default.
            calendars: by name; every policy's calendar is there.
            earlier: versions no longer in force that running cases still keep.
            origins: channel → `complaint`, `proactive` or `by_raiser`.
            replay: history is being replayed: the source's time counts, every desk is staffed.
            skew: how far a source's clock is believed when not replaying.
        """
        self.tree = tree
        self.policies = tuple(policies)
        self.calendars = calendars
        self.origins = origins
        self.replay = replay
        self.skew = skew
        self._by_version = {policy.version: policy for policy in (*earlier, *policies)}
        self._first_steps: dict[tuple[str, int], int] = {}

    def policy(self, version: str) -> Policy:
        """A policy by version; raises KeyError for one that was never loaded."""
        return self._by_version[version]

    def knows(self, version: str) -> bool:
        """Whether a policy version is loaded."""
        return version in self._by_version

    def calendar(self, policy: Policy) -> Calendar:
        """A policy's calendar."""
        return self.calendars[policy.calendar]

    def origin(self, channel: str, raised_by: str | None, *, on_behalf: bool) -> str:
        """`complaint` or `proactive` (来源性质)."""
        kind = self.origins.get(channel, COMPLAINT)
        if on_behalf:
            return COMPLAINT
        if kind == BY_RAISER:
            return PROACTIVE if raised_by == "worker" else COMPLAINT
        return kind

    def first_step(self, policy: Policy, tier: int) -> int:
        """Index of the ladder's step for a desk at `tier`: its own name's, else the first above, else the last."""
        key = (policy.version, tier)
        if key not in self._first_steps:
            self._first_steps[key] = self._find_step(policy, tier)
        return self._first_steps[key]

    def _find_step(self, policy: Policy, tier: int) -> int:
        names = [step.name for step in policy.ladder]
        for above in range(tier, -1, -1):
            if self.tree.tiers[above] in names:
                return names.index(self.tree.tiers[above])
        return len(names) - 1
