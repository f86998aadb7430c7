"""Re-evaluating the policy of a running case: on star, unstar and `replan`.

The case gets the policy that matches now, by the day of its receipt. What it had met and missed stays; what runs
is counted anew from its own anchor, no time of a suspension or an extension is lost, and old timers die.
"""

from __future__ import annotations

from datetime import datetime

import msgspec

from router.core.calendars.calendar import Calendar
from router.core.case import Case, State
from router.core.commands import Replan, Star, Unstar
from router.core.events import ALIVE, Milestone, MilestoneStatus, Replanned, Starred, Unstarred
from router.core.policies.instants import end_of_next_working_day
from router.core.policies.matching import AppealFacts, Chosen, choose
from router.core.policies.policy import Anchor, Policy, Satisfies, Track
from router.core.policies.priority import Priority
from router.core.refusals import Refusal, refuse
from router.core.rules import Rules
from router.core.step import Draft
from router.core.telling import notices
from router.core.telling.pressing import priority_of
from router.core.timing import levels
from router.core.timing.arming import arm, next_step
from router.core.timing.clocks import ENDS
from router.core.timing.rescheduling import budget_of, due_of, ends_the_matter


def star(draft: Draft, command: Star, rules: Rules) -> Refusal | None:
    """加星."""
    if draft.case.starred:
        return refuse("already_starred", case=draft.case.id)
    before = _priority(draft, rules)
    draft.add(Starred(by=command.actor.id), text=command.text)
    _chosen_anew(draft, rules, "starred", before)
    return None


def unstar(draft: Draft, command: Unstar, rules: Rules) -> Refusal | None:
    """取消加星."""
    if not draft.case.starred:
        return refuse("not_starred", case=draft.case.id)
    before = _priority(draft, rules)
    draft.add(Unstarred(by=command.actor.id), text=command.text)
    _chosen_anew(draft, rules, "unstarred", before)
    return None


def replan(draft: Draft, _command: Replan, rules: Rules) -> Refusal | None:
    """重排时限."""
    if rules.policy(draft.case.policy).window is not None:
        return refuse("keeps_clock", policy=draft.case.policy)
    if not _re_evaluate(draft, rules, "replan"):
        return refuse("nothing_to_replan", policy=draft.case.policy)
    return None


def starred_meanwhile(draft: Draft, rules: Rules) -> None:
    """A star that was given or taken while a resolution waited counts once the case is worked on again.

    Nothing else that has changed since its receipt moves it: that is what `replan` is for.
    """
    case = draft.case
    today = chosen_now(case, rules).policy.version
    otherwise = chosen_now(msgspec.structs.replace(case, starred=not case.starred), rules).policy.version
    if otherwise == case.policy != today:
        _re_evaluate(draft, rules, "starred" if case.starred else "unstarred")


def _chosen_anew(draft: Draft, rules: Rules, reason: str, before: Priority) -> None:
    """Re-evaluate the policy; where that stays as it is, the lead hears of another priority all the same."""
    case = draft.case
    if not _re_evaluate(draft, rules, reason) and case.lead and before is not _priority(draft, rules):
        notices.due_changed(draft, reason, rules)


def _priority(draft: Draft, rules: Rules) -> Priority:
    return priority_of(rules.policy(draft.case.policy), draft.case)


def chosen_now(case: Case, rules: Rules) -> Chosen:
    """The policy that the case would get today, were it received when it was."""
    facts = facts_of(case, rules, case.taken[0].desk if case.taken else case.lead)
    return choose(rules.policies, facts, case.opened_at, rules.calendars)


def facts_of(case: Case, rules: Rules, first: str) -> AppealFacts:
    """What a policy may ask of a case on record; `first` is the code of its first lead, empty without one."""
    desk = rules.tree.desks.get(first)
    return AppealFacts(
        matter_type=case.matter_type,
        category=case.category or "",
        category_group=case.category_group,
        channel=case.channel,
        origin=case.origin,
        tier=rules.tree.tiers[rules.tree.tier_of(desk)] if desk is not None else "",
        starred=case.starred,
        vulnerable=case.vulnerable,
    )


def _re_evaluate(draft: Draft, rules: Rules, reason: str) -> bool:
    """Give the case the policy that matches now; returns whether that is another one.

    A resolution that waits for its gate keeps the gate it was made under; what came in while a special channel was
    open keeps its clock.
    """
    case = draft.case
    before = rules.policy(case.policy)
    chosen = chosen_now(case, rules)
    if before.window is not None or case.state is State.RESOLVED or chosen.policy.version == before.version:
        return False
    step = rules.same_step(before, chosen.policy, case.step, case.lead)
    ended, milestones = _clocks(draft, rules, before, chosen.policy, step)
    draft.add(
        Replanned(
            reason=reason,
            policy_before=before.version,
            policy=chosen.policy.version,
            policy_reason=chosen.reason,
            step=step,
            ended=ended,
            milestones=milestones,
            due_at=_statutory(case, ended, milestones),
        )
    )
    levels.go_on(draft, rules)
    notices.due_changed(draft, reason, rules)
    return True


def _clocks(
    draft: Draft, rules: Rules, before: Policy, policy: Policy, step: int
) -> tuple[tuple[str, ...], tuple[Milestone, ...]]:
    """Names of the clocks that end, and those that take their place; what stays as it was is in neither."""
    case = msgspec.structs.replace(draft.case, policy=policy.version)
    bound = {one.name: one for one in case.milestones if one.status in ALIVE and _is_its(before, one)}
    wanted = [
        _counted(draft, rules, case, before, one, bound.get(one.name)) for one in _rules(rules, case, policy)
    ]
    for old in bound.values():
        if "@" in old.name:
            again = _on_the_ladder(rules, policy, old, step)
            wanted.append(_counted(draft, rules, case, before, again, old) if again is not None else old)
    same = {one.name for one in wanted if bound.get(one.name) == one}
    ended = tuple(name for name in bound if name not in same)
    return ended, tuple(one for one in wanted if one.name not in same)


def _is_its(policy: Policy, milestone: Milestone) -> bool:
    """Whether a policy has set the clock; what somebody promised or was asked is nobody's policy."""
    rule = policy.rule(milestone.name)
    return "@" in milestone.name or (rule is not None and rule.satisfied_by is milestone.satisfied_by)


def _rules(rules: Rules, case: Case, policy: Policy) -> list[Milestone]:
    """The milestones of the policy that a case like this one still has to meet."""
    anchors = {
        Anchor.RECEIVED: case.opened_at,
        Anchor.DISPATCHED: case.dispatched_at,
        Anchor.ACCEPTED: case.accepted_at,
    }
    found: list[Milestone] = []
    for anchor, at in anchors.items():
        if at is not None:
            found += _armed(rules, policy, case, anchor, at)
    return [one for one in found if not _is_over(case, one)]


def _armed(rules: Rules, policy: Policy, case: Case, anchor: Anchor, at: datetime) -> tuple[Milestone, ...]:
    return arm(
        rules,
        policy,
        anchor,
        at,
        case.given_due_at,
        case.category,
        kept=case.kept,
        lead=case.lead,
    )


def _is_over(case: Case, milestone: Milestone) -> bool:
    """Whether there is nothing to wait for: it was met or missed, or what it waits for has happened."""
    named = [one for one in case.milestones if one.name == milestone.name]
    if any(one.status in ALIVE for one in named):
        return False
    if any(one.status in (MilestoneStatus.MET, MilestoneStatus.MISSED) for one in named):
        return True
    match milestone.satisfied_by:
        case Satisfies.DISPATCHED:
            return bool(case.lead) and not case.unplaced
        case Satisfies.ACCEPTED:
            return case.accepted_at is not None
        case Satisfies.RESOLVED | Satisfies.CLOSED:
            # It was missed under another name: the ladder's clock runs, and one miss has one consequence.
            ladder = (one for one in case.milestones if one.status in ALIVE and "@" in one.name)
            return any(one.satisfied_by in ENDS for one in ladder)
        case what:
            return any(one.satisfied_by is what and one.status is MilestoneStatus.MET for one in case.milestones)


def _on_the_ladder(rules: Rules, policy: Policy, old: Milestone, step: int) -> Milestone | None:
    """The clock of the step that the case has reached, from the missed deadline; None without a budget."""
    missed_at = old.since if old.since is not None else old.due_at
    missed = msgspec.structs.replace(old, due_at=missed_at)
    return next_step(rules, policy, missed, step, holder=old.holder)


def _counted(
    draft: Draft, rules: Rules, case: Case, before: Policy, fresh: Milestone, old: Milestone | None
) -> Milestone:
    """A clock of the new policy with all suspensions and extensions that are on record."""
    policy = rules.policy(case.policy)
    calendar = rules.calendar(policy)
    not_before = old.not_before if old is not None else None
    if old is None or _counts_otherwise(rules, case, before, policy, old, calendar):
        not_before = max(filter(None, (not_before, end_of_next_working_day(draft.at, calendar))))
    if old is not None and old.since is not None and "@" not in old.name:
        fresh = _from_its_anchor(rules, case, policy, fresh, old)
    counted = msgspec.structs.replace(fresh, not_before=not_before)
    due = due_of(rules, case, counted, case.changes)
    return msgspec.structs.replace(
        counted,
        due_at=due.at,
        base_at=fresh.due_at if due.at != fresh.due_at else None,
        provisional=due.provisional,
        status=_status(case, fresh),
    )


def _from_its_anchor(rules: Rules, case: Case, policy: Policy, fresh: Milestone, old: Milestone) -> Milestone:
    """A clock that had started at an event of its own keeps that start, whoever has got the case since."""
    rule, at = policy.rule(fresh.name), old.since
    if rule is None or rule.anchor is Anchor.RECEIVED or at is None:
        return fresh
    armed = _armed(rules, policy, case, rule.anchor, at)
    return next((one for one in armed if one.name == fresh.name), fresh)


def _counts_otherwise(
    rules: Rules, case: Case, before: Policy, policy: Policy, old: Milestone, calendar: Calendar
) -> bool:
    """Whether the new policy counts a clock of that name in another way."""
    budgets = {budget_of(one, old.name, case.category) for one in (before, policy)}
    return len(budgets) > 1 or rules.calendar(before) != calendar


def _status(case: Case, milestone: Milestone) -> MilestoneStatus:
    stands_still = case.state is State.SUSPENDED and milestone.pauses
    return MilestoneStatus.PAUSED if stands_still else MilestoneStatus.RUNNING


def _statutory(case: Case, ended: tuple[str, ...], milestones: tuple[Milestone, ...]) -> datetime | None:
    """The statutory date as it is now; None when it did not move, or no clock for it runs."""
    kept = (one for one in case.milestones if one.status in ALIVE and one.name not in ended)
    promised = [
        one.due_at
        for one in (*kept, *milestones)
        if one.track is Track.STATUTORY and ends_the_matter(one) and "@" not in one.name
    ]
    before = case.extended_due_at or case.due_at
    return max(promised) if promised and max(promised) != before else None
