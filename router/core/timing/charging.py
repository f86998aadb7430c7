"""Whose a missed deadline is: whoever held its clock up to its instant, and not to whom the case went then."""

from __future__ import annotations

from datetime import datetime

from router.core.case import Case, State
from router.core.events import Milestone, MilestoneStatus
from router.core.offices.gate import issuer
from router.core.policies.own_clocks import MEDIATION
from router.core.policies.policy import Satisfies
from router.core.rules import Rules
from router.core.timing.arming import who_asks
from router.core.timing.ladder import above


def charged_to(case: Case, rules: Rules, milestone: Milestone) -> str:
    """Desk code that a miss is charged to: who holds the milestone, else who holds up the case at its instant."""
    return holder(case, rules, milestone) or _in_hand(case, rules, milestone.due_at)


def holder(case: Case, rules: Rules, milestone: Milestone) -> str | None:
    """Desk code of who holds a milestone; None: the lead.

    A review is never the lead's own, nor is the tick of what it has done.
    """
    if waits_for_tick(case, milestone):
        return issuer(case, rules)
    if milestone.holder is None and milestone.satisfied_by is Satisfies.REVIEWED:
        return above(case, rules, case.lead)
    if milestone.holder is not None and milestone.satisfied_by is Satisfies.FOLLOWED_UP:
        return who_asks(rules, case.kept, case.lead, milestone.holder)  # the case may have come to it since
    return milestone.holder


def waits_for_tick(case: Case, milestone: Milestone) -> bool:
    """Whether the desk has done its work, and whoever required it has not looked."""
    return milestone.satisfied_by is Satisfies.TICKED and case.state is State.RESOLVED


def _in_hand(case: Case, rules: Rules, at: datetime) -> str:
    """Code of the desk that held up a case until `at`: its lead; while residents are asked, or a tick is waited
    for, whoever answers for that.
    """
    resolved = case.state is State.RESOLVED and (case.resolved_at is None or case.resolved_at < at)
    if resolved and case.inspections.waits is not None:
        return issuer(case, rules)
    if resolved and rules.follow_up_desk is not None:
        return _asks(case, rules, rules.follow_up_desk)
    mediation, clock = case.together.mediation, case.milestone(MEDIATION)
    overrun = clock is not None and clock.status is MilestoneStatus.MISSED and clock.due_at < at
    if mediation is not None and overrun:
        return mediation.desk  # it has had the case beyond its own time
    return lead_at(case, at)


def _asks(case: Case, rules: Rules, usual: str) -> str:
    """Code of the desk that a resolution waits for: who holds its follow-up, else who usually asks."""
    asked = [m.holder for m in case.milestones if m.satisfied_by is Satisfies.FOLLOWED_UP]
    return who_asks(rules, case.kept, case.lead, asked[-1] if asked and asked[-1] is not None else usual)


def lead_at(case: Case, at: datetime) -> str:
    """Code of the desk that led up to `at`: one that got the case at that very instant, or since, did not."""
    return next((lost.desk for lost in case.taken if lost.at >= at), case.lead)
