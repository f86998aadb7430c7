"""The rules in force: tree, policies, calendars and settings that the decisions read, as one immutable bundle."""

from __future__ import annotations

import copy
from collections.abc import Callable, Mapping, Sequence
from datetime import date, timedelta
from functools import cached_property

from router.core.calendars.calendar import Calendar
from router.core.guards import NONE, Guards
from router.core.policies.instants import budgets_of, first_wall_clock
from router.core.policies.policy import Anchor, Instant, MilestoneRule, Policy, Satisfies, WallClock, Watcher
from router.core.territory.tree import Desk, DeskKind, Tree

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

#: How far a source's own clock is believed (docs/behaviour.md, 3.10).
SKEW = timedelta(minutes=15)

#: A step of a ladder above the tiers: `supervision-1` and so on.
SUPERVISION = "supervision-"

#: Milestones with the budget a case has for each, and the earliest wall clock among them.
Armed = tuple[tuple[tuple[MilestoneRule, Instant], ...], WallClock | None]


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
        seed_of: Callable[[date], str | None] = lambda _day: None,
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
            seed_of: day → the seed that decides whose residents are asked; None: there is no key to make one.
        """
        self.tree = tree
        self.policies = tuple(policies)
        self.calendars = calendars
        self.origins = origins
        self.replay = replay
        self.skew = skew
        self.seed_of = seed_of
        #: What holds deadlines back, and the outage windows on record.
        self.guards: Guards = NONE
        self._by_version = {policy.version: policy for policy in (*earlier, *policies)}
        self._first_steps: dict[tuple[str, int], int] = {}
        self._anchored: dict[tuple[str, Anchor, str | None], Armed] = {}
        self._levels = {tier: self.tree.depth - 1 - index for index, tier in enumerate(self.tree.tiers)}

    @cached_property
    def dispatcher(self) -> str | None:
        """Code of the dispatcher's desk (派单席); None: there is none at work."""
        return next((desk.code for desk in self.tree if desk.kind is DeskKind.DISPATCHER and desk.active), None)

    @cached_property
    def follow_up_desk(self) -> str | None:
        """Code of the desk that answers for follow-ups (回访): the dispatcher's, else supervision's, else None."""
        supervision = self.tree.supervision(1)
        return self.dispatcher or (supervision.code if supervision is not None else None)

    def asks(self, rule: MilestoneRule) -> str | None:
        """Code of the desk that answers for a milestone of the follow-up: the one it names, else the usual one."""
        return rule.to if rule.to in self.tree.desks else self.follow_up_desk

    def asking(self, version: str) -> frozenset[str]:
        """Codes of the desks that hold the follow-ups of cases under a policy."""
        rules = self.policy(version).milestones
        named = {self.asks(rule) for rule in rules if rule.satisfied_by is Satisfies.FOLLOWED_UP}
        return frozenset(code for code in named or {self.follow_up_desk} if code is not None)

    def counting_by(self, calendars: Mapping[str, Calendar]) -> Rules:
        """The same rules with other calendars, which need not be in force yet."""
        found = copy.copy(self)
        found.calendars = calendars
        return found

    def seeded_by(self, seed_of: Callable[[date], str | None]) -> Rules:
        """The same rules, with seeds to draw by."""
        found = copy.copy(self)
        found.seed_of = seed_of
        return found

    def guarded_by(self, guards: Guards) -> Rules:
        """The same rules under what holds now."""
        found = copy.copy(self)
        found.guards = guards
        return found

    def watches(self, watcher: Watcher) -> str | None:
        """Code of the desk at work that a watcher is; supervision's stands in for one that is not there."""
        desk = self.tree.standing(watcher.desk) or self.tree.supervision(1)
        return desk.code if desk is not None else None

    def looks(self, policy: Policy, by: str) -> str | None:
        """Code of the desk whose mark or review a milestone's `by` names; None: whoever is the lead's superior."""
        if by == "supervision":
            supervision = self.tree.supervision(1)
            return supervision.code if supervision is not None else None
        if by == "dispatcher":
            return self.dispatcher
        watcher = next((one for one in policy.watchers if one.name == by), None)
        return self.watches(watcher) if watcher is not None else None

    def policy(self, version: str) -> Policy:
        """A policy by version; raises KeyError for one that was never loaded."""
        return self._by_version[version]

    def knows(self, version: str) -> bool:
        """Whether a policy version is loaded."""
        return version in self._by_version

    def anchored(self, policy: Policy, anchor: Anchor, category: str | None = None) -> Armed:
        """The milestones of a policy that start at `anchor` with their budgets, and the earliest wall clock."""
        # Sources bring any words as a category: only those of a table are kept apart.
        listed = category if any(category in rule.by_category for rule in policy.milestones) else None
        key = (policy.version, anchor, listed)
        if key not in self._anchored:
            chosen = budgets_of((rule for rule in policy.milestones if rule.anchor is anchor), listed)
            self._anchored[key] = (chosen, first_wall_clock(budget for _, budget in chosen))
        return self._anchored[key]

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
        """Index of the ladder's step for a desk at `tier`: see :meth:`step_of`."""
        return self._step_at(policy, self.tree.depth - 1 - tier)

    def step_of(self, policy: Policy, desk: Desk) -> int:
        """Index of the ladder's step a desk stands on: the highest that is not above it.

        Returns:
            -1 for a desk below the first step: then the first step is the next one up.
        """
        if desk.kind is DeskKind.SUPERVISION:
            return self._step_at(policy, self.tree.depth - 1 + max(desk.level, 1))
        if desk.kind is DeskKind.GRID:  # one below the office of its own street
            return self._step_at(policy, self.tree.depth - 2 - self.tree.tier_of(desk))
        return self.first_step(policy, self.tree.tier_of(desk))

    def same_step(self, before: Policy, policy: Policy, step: int, lead: str) -> int:
        """Index in the ladder of `policy` of the step that a case stands on in that of `before`."""
        level = self._level_of(self.step_name(before, step, lead))
        return self._step_at(policy, level)

    def step_name(self, policy: Policy, step: int, lead: str) -> str:
        """Name of a step; below the first one the name of the lead's tier."""
        if step >= 0:
            return policy.ladder[step].name
        desk = self.tree.desks.get(lead)
        if desk is not None and desk.kind is DeskKind.GRID:
            return str(desk.kind)
        return self.tree.tiers[self.tree.tier_of(desk) if desk is not None else -1]

    def _step_at(self, policy: Policy, level: int) -> int:
        key = (policy.version, level)
        if key not in self._first_steps:
            reached = [index for index, step in enumerate(policy.ladder) if self._level_of(step.name) <= level]
            self._first_steps[key] = reached[-1] if reached else -1
        return self._first_steps[key]

    def _level_of(self, name: str) -> int:
        """Height of a step: 0 at the lowest tier, one more for each tier and each level of supervision."""
        if name in self._levels:
            return self._levels[name]
        number = name.removeprefix(SUPERVISION)
        return self.tree.depth - 1 + int(number) if number.isdecimal() else self.tree.depth
