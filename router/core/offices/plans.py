"""Plans, their reviews, and the marks of watchers (方案, 审核, 督查记录).

Whoever reviews or watches is never the handling desk: its slowness is its own, and one watcher's silence hides the
case from no other.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from datetime import datetime

import msgspec

from router.core.case import Case, State
from router.core.commands import Actor, ActorRole, FilePlan, Mark, Review
from router.core.events import Marked, Milestone, MilestoneStatus, PlanFiled, Reviewed
from router.core.offices import gate
from router.core.offices.working import overtake_named, speaker
from router.core.permissions import Role, roles_of
from router.core.policies.instants import end_of_next_working_day
from router.core.policies.policy import MilestoneRule, Policy, Satisfies, Watcher
from router.core.refusals import Refusal, refuse
from router.core.rules import Rules
from router.core.step import Draft
from router.core.telling import messages as m, notices
from router.core.telling.hiding import hides
from router.core.timing.ladder import above

#: What a watcher's mark meets.
_MARKS = (Satisfies.ON_SITE, Satisfies.MARKED)
#: Whose review a milestone waits for → what its actor must be to the case.
_OFFICES = {"superior": Role.SUPERIOR, "supervision": Role.SUPERVISION, "dispatcher": Role.DISPATCHER}


def file_plan(draft: Draft, command: FilePlan, rules: Rules) -> Refusal | None:
    """方案: told to whoever reviews or watches the case, else to the lead's superior."""
    if not command.text.strip() and not command.evidence:
        return refuse("plan_empty", case=draft.case.id)
    desk = speaker(command, draft.case)
    draft.add(PlanFiled(desk=desk, evidence=command.evidence), text=command.text)
    for reader in _readers(draft.case, rules):
        draft.tell_desk(
            reader,
            notices.PLAN_FILED,
            lambda case: m.PlanFiled(
                case_id=case.id, version=case.version, desk=desk, text=command.text, evidence=command.evidence
            ),
        )
    return None


def _readers(case: Case, rules: Rules) -> list[str]:
    policy = rules.policy(case.policy)
    reviewing = (rule for rule in policy.milestones if rule.satisfied_by is Satisfies.REVIEWED)
    found = {rules.looks(policy, rule.by): None for rule in reviewing}
    if not case.confidential:
        found |= {rules.watches(watcher): None for watcher in policy.watchers}
    readers = [code for code in found if code is not None and not hides(rules.tree, case, code)]
    if None in found or not readers:
        readers.append(above(case, rules, case.lead))
    return list(dict.fromkeys(readers))


def review(draft: Draft, command: Review, rules: Rules) -> Refusal | None:
    """审核: a failed one starts the clocks of plan and review anew; a resolved case goes back to work."""
    if not command.passed and not command.text.strip():
        return refuse("reason_missing", command="review")
    policy = rules.policy(draft.case.policy)
    waiting = [rule for rule in policy.milestones if rule.satisfied_by is Satisfies.REVIEWED]
    name = _chosen(draft.case, command.milestone, waiting, _reviews(draft.case, command.actor, rules))
    if isinstance(name, Refusal):
        return name
    overtake_named(draft, name if command.passed else None)
    anew = () if command.passed else _anew(draft.case, policy, rules, draft.at, name)
    draft.add(
        Reviewed(by=command.actor.id, passed=command.passed, milestone=name, milestones=anew), text=command.text
    )
    draft.tell_desk(
        draft.case.lead,
        notices.REVIEWED,
        lambda case: m.Reviewed(
            case_id=case.id, version=case.version, passed=command.passed, milestone=name, text=command.text
        ),
    )
    if not command.passed and draft.case.state is State.RESOLVED:
        gate.back_to_work(draft, rules, "review", command.text)
    return None


def _reviews(case: Case, actor: Actor, rules: Rules) -> Callable[[MilestoneRule], bool]:
    """Whether somebody is who a milestone waits for; one that names nobody takes whoever may review."""
    roles = roles_of(actor, case, rules)
    policy = rules.policy(case.policy)

    def is_named(rule: MilestoneRule) -> bool:
        if rule.by in _OFFICES:
            return _OFFICES[rule.by] in roles
        return not rule.by or (Role.WATCHER in roles and rules.looks(policy, rule.by) == actor.id)

    return is_named


def _anew(case: Case, policy: Policy, rules: Rules, at: datetime, reviewed: str | None) -> tuple[Milestone, ...]:
    """The clocks a failed review starts: a plan within a working day at the least, and a day later its review.

    A case without a plan has none to better; its closing date stays where it is, whoever reviews.
    """
    plans = [rule.name for rule in policy.milestones if rule.satisfied_by is Satisfies.PLAN_FILED]
    filed = list(_latest(case, plans)) if case.together.plan_filed_at is not None else []
    calendar = rules.calendar(policy)
    after = end_of_next_working_day(at, calendar)
    bettered = [_running(one, at, max(one.due_at, after)) for one in filed]
    then = max([at, *(one.due_at for one in bettered)])
    after = end_of_next_working_day(then, calendar)
    again = [_running(one, at, max(one.due_at, after)) for one in _latest(case, [reviewed] if reviewed else [])]
    return (*bettered, *again)


def _latest(case: Case, names: Iterable[str]) -> Iterator[Milestone]:
    return (found for found in map(case.milestone, names) if found is not None)


def _running(milestone: Milestone, since: datetime, due_at: datetime) -> Milestone:
    """The same duty at another instant, which nothing but its own passing moves any more."""
    return msgspec.structs.replace(
        milestone,
        due_at=due_at,
        status=MilestoneStatus.RUNNING,
        met_at=None,
        since=since,
        budget=None,
        base_at=None,
        not_before=due_at,
        provisional=False,
        overtaken=False,
    )


def mark(draft: Draft, command: Mark, rules: Rules) -> Refusal | None:
    """督查记录: meets the milestone that waits for this watcher, and no other's."""
    policy = rules.policy(draft.case.policy)
    watching = watchers_of(command.actor, policy, rules)
    names = [watcher.name for watcher in watching]
    name = _waiting_for_mark(draft.case, command, policy, names)
    if isinstance(name, Refusal):
        return (
            name
            if command.milestone is not None
            else refuse("not_permitted", actor=_named(command), command="mark")
        )
    rule = policy.rule(name) if name is not None else None
    overtake_named(draft, name)
    draft.add(
        Marked(
            watcher=rule.by if rule is not None else names[0],
            desk=command.actor.id,
            milestone=name,
            on_site=command.on_site,
        ),
        text=command.text,
    )
    return None


def _waiting_for_mark(case: Case, command: Mark, policy: Policy, names: list[str]) -> str | Refusal | None:
    """As :func:`_chosen`: whoever was there meets first what waits for that, and nobody else does."""
    rules = {kind: [rule for rule in policy.milestones if rule.satisfied_by is kind] for kind in _MARKS}
    there = {rule.name: rule for rule in rules[Satisfies.ON_SITE]}
    if command.milestone in there and not command.on_site:
        return refuse("not_on_site", milestone=command.milestone)
    if command.on_site and (command.milestone is None or command.milestone in there):
        name = _chosen(case, command.milestone, rules[Satisfies.ON_SITE], lambda rule: rule.by in names)
        if isinstance(name, str) or command.milestone is not None:
            return name
    return _chosen(case, command.milestone, rules[Satisfies.MARKED], lambda rule: rule.by in names)


def watchers_of(actor: Actor, policy: Policy, rules: Rules) -> list[Watcher]:
    """The watchers of a policy that a desk is."""
    if actor.role is not ActorRole.DESK:
        return []
    return [watcher for watcher in policy.watchers if rules.watches(watcher) == actor.id]


def _named(command: Mark) -> str:
    return f"{command.actor.role}:{command.actor.id}"


def _chosen(
    case: Case, wanted: str | None, waiting: list[MilestoneRule], is_named: Callable[[MilestoneRule], bool]
) -> str | Refusal | None:
    """Name of the milestone that somebody's word is for.

    Returns:
        The one asked for; else the next one running that waits for this actor; None: nothing waits for anybody, or
        what waited for this one is over; a refusal when it waits for somebody else.
    """
    rules = {rule.name: rule for rule in waiting}
    if wanted is not None and wanted not in rules:
        return refuse("unknown_milestone", milestone=wanted)
    asked = [rules[wanted]] if wanted is not None else waiting
    mine = [rule for rule in asked if is_named(rule)]
    if asked and not mine:
        return refuse("waits_for_another", milestone=asked[0].name, by=asked[0].by)
    if wanted is not None:
        return wanted
    running = [
        one
        for one in case.milestones
        if one.status is MilestoneStatus.RUNNING and one.name in {rule.name for rule in mine}
    ]
    return min(running, key=lambda one: (one.due_at, one.name)).name if running else None
