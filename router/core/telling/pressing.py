"""What comes first in a list of cases (先办哪件): by deadlines, with the head start that a priority gives.

The law of the file: a case stands where its next deadline puts it, moved ahead by what its policy gives its
priority. An overdue case has the longest head start that any policy in force gives. So a priority puts no case
before an overdue one that its own deadline does not put there, and no case waits for ever under later ones.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import msgspec

from router.core.case import Case, State
from router.core.policies.policy import Policy
from router.core.policies.priority import Priority
from router.core.rules import Rules

_NEVER = datetime.max.replace(tzinfo=UTC)
_AT_WORK = (State.RECEIVED, State.DISPATCHED, State.ACCEPTED)

#: Nothing is known of the case, or its policy says nothing.
_NO_HASTE = timedelta(0)

#: Standing, next deadline, households, id: the smallest comes first.
Standing = tuple[datetime, datetime, int, str]


class Haste(msgspec.Struct, frozen=True):
    """The priority of a case, and how much earlier than its instant it stands in a list."""

    priority: Priority = Priority.NORMAL
    ahead: timedelta = _NO_HASTE


class Grounds(msgspec.Struct, frozen=True, kw_only=True):
    """The priority of a case, and what gives it."""

    priority: Priority = Priority.NORMAL
    #: `base`, `starred`, `affected`: all that give that much; empty: the policy says nothing of priorities.
    by: tuple[str, ...] = ()
    #: Households of the case, and from how many on they give that much; None: their number does not.
    affected: int
    households_from: int | None = None


def grounds_of(policy: Policy, case: Case) -> Grounds:
    """The priority of a case under its policy, from what it is now; nobody stores it."""
    rule = policy.priority
    if rule is None:
        return Grounds(affected=case.affected)
    given = {
        "base": rule.base,
        "starred": rule.starred if case.starred else Priority.NORMAL,
        "affected": rule.given_by_households(case.affected),
    }
    highest = max(given.values(), key=lambda one: one.rank)
    by = tuple(what for what, one in given.items() if one is highest and (what == "base" or one.rank > 0))
    least = {Priority.HIGH: rule.high_from, Priority.HIGHEST: rule.highest_from}.get(highest)
    return Grounds(
        priority=highest,
        by=by,
        affected=case.affected,
        households_from=least if "affected" in by else None,
    )


def priority_of(policy: Policy, case: Case) -> Priority:
    """As :func:`grounds_of`, without the reasons."""
    return grounds_of(policy, case).priority


def is_overdue(case: Case, now: datetime) -> bool:
    """Whether a deadline has passed, or the statutory date while somebody still works on it."""
    next_due = case.next_due_at
    if next_due is not None and next_due < now:
        return True
    due = case.extended_due_at or case.due_at
    return case.state in _AT_WORK and due is not None and due < now


class Order:
    """The order of lists that people read, as of one moment."""

    def __init__(self, rules: Rules, now: datetime, policy_of: Callable[[str], Policy] | None = None) -> None:
        """Order by the rules in force.

        Args:
            rules: the policies in force say how long the longest head start is.
            now: aware instant of the reading.
            policy_of: version → policy; the rules' own unless cases of earlier versions are ordered too.
        """
        self._policy_of = policy_of if policy_of is not None else rules.policy
        self._now = now
        given = (one.priority.highest_ahead_s for one in rules.policies if one.priority is not None)
        self._longest = timedelta(seconds=max(given, default=0))

    def of(self, case: Case) -> Standing:
        """Where a case stands in a list of cases."""
        at = case.next_due_at
        if at is None and is_overdue(case, self._now):
            at = case.extended_due_at or case.due_at  # nothing runs any more, and it is late all the same
        at = at or _NEVER
        return at - self.haste(case).ahead, at, -case.affected, case.id

    def haste(self, case: Case) -> Haste:
        """The priority of a case, and the head start that it has."""
        policy = self._policy_of(case.policy)
        priority = priority_of(policy, case)
        if is_overdue(case, self._now):
            return Haste(priority, self._longest)
        if policy.priority is None:
            return Haste(priority)
        return Haste(priority, min(timedelta(seconds=policy.priority.ahead_s(priority)), self._longest))
