"""Deadlines that pass: what happens then, exactly once each.

A wake-up names the milestone and the instant it was armed at; one that is not running at that instant is stale and
changes nothing. The event time of a miss is the deadline itself, so lateness never adds up.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from router.core.case import Case
from router.core.commands import Actor, ActorRole, Escalate, PassDeadline
from router.core.events import (
    Cause,
    DeadlineMissed,
    EscalationRequested,
    Milestone,
    MilestoneStatus,
    NoticeRepeated,
    Reminded,
    SupervisionOrdered,
    SystemDelayed,
)
from router.core.offices.gate import issuer
from router.core.policies.own_clocks import ESCALATION_SILENCE
from router.core.policies.policy import LevelStart, OnPass, Satisfies, Track
from router.core.refusals import Refusal, refuse
from router.core.rules import Rules
from router.core.step import Draft
from router.core.telling import messages as m, notices
from router.core.telling.hiding import hides
from router.core.territory.tree import Desk
from router.core.timing import awaiting, clocks, levels, suspensions
from router.core.timing.arming import escalation_silence, in_hand_until, next_step
from router.core.timing.charging import charged_to, holder as holder_of, waits_for_tick
from router.core.timing.ladder import above, climb, desk_at, hand_up

SYSTEM = Actor(ActorRole.SYSTEM, "clock")
#: How the ids of wake-ups start; nobody else's command may have such an id.
WAKE_UP = "due:"


def wake_up(case_id: str, milestone: str, due_at: datetime) -> PassDeadline:
    """The command that lets a deadline pass; its id is the deadline's, so it takes effect once."""
    return PassDeadline(
        id=f"{WAKE_UP}{case_id}:{milestone}:{due_at.timestamp():.6f}",
        case_id=case_id,
        actor=SYSTEM,
        milestone=milestone,
        due_at=due_at,
    )


#: Of two deadlines at one instant the one that comes earlier in the life of a case has its turn first.
_IN_LIFE = {what: place for place, what in enumerate(Satisfies)}


def turn(milestone: Milestone) -> tuple[datetime, int, int, str]:
    """When a deadline has its turn: whoever looks, the clock or a command, takes them in this order.

    Of those at one instant the ones that only tell somebody come first, so that it is told before the case moves;
    a superior's silence comes last: what was missed is no wish of the desk's.
    """
    takes_it_up = (milestone.on_pass is OnPass.ESCALATE) + (milestone.name == ESCALATION_SILENCE)
    return milestone.due_at, takes_it_up, _IN_LIFE[milestone.satisfied_by], milestone.name


def first_passed(case: Case, before: datetime) -> Milestone | None:
    """The earliest running milestone strictly before `before`; None when none has passed."""
    passed = [mile for mile in case.milestones if mile.status is MilestoneStatus.RUNNING and mile.due_at < before]
    return min(passed, key=turn, default=None)


def pass_deadline(draft: Draft, command: PassDeadline, rules: Rules) -> Refusal | None:
    """Let a milestone's instant pass. `draft.at` is that instant."""
    milestone = draft.case.running(command.milestone, command.due_at)
    if milestone is None:
        return refuse("stale_deadline", milestone=command.milestone, due_at=command.due_at.isoformat())
    if command.due_at >= draft.now and not rules.replay:
        return refuse("not_due", milestone=command.milestone, due_at=command.due_at.isoformat())
    holding = rules.guards.holding(draft.case, rules.policy(draft.case.policy), milestone, draft.now)
    if holding is not None:
        return refuse("held", milestone=command.milestone, due_at=command.due_at.isoformat(), by=holding)
    if milestone.name == ESCALATION_SILENCE and climb(draft.case, rules).desk is not None:
        return accept_escalation(draft, rules)
    if milestone.satisfied_by is Satisfies.RESUMED:  # a suspension that has lasted as long as it may is no miss
        suspensions.run_on(draft, rules, "longest", "")
        return None
    if milestone.on_pass is OnPass.RAISE:
        levels.rise(draft, rules, milestone)
        return None
    case = draft.case
    if awaiting.waits(case, milestone):
        awaiting.wait_on(draft, rules, milestone)
        return None
    missed = [one for one in _at_once(case, milestone) if not _is_held_for_delay(draft, rules, one)]
    for one in missed:
        draft.add(_miss(case, rules, one))
    if milestone.on_pass is not OnPass.ESCALATE:
        for one in missed:
            _on_pass(draft, rules, one)
    elif milestone.name != ESCALATION_SILENCE:  # a request that nobody is above to take is void, no more
        _take_up(draft, rules, missed)
    if any(one.track is Track.STATUTORY for one in missed):
        levels.start(draft, rules, LevelStart.MISSED)
    return None


def _at_once(case: Case, milestone: Milestone) -> list[Milestone]:
    """What passes together with a deadline that takes the case up: all that do so at its instant, in order.

    None of them finds the case where another has brought it. Those that only tell somebody pass one by one.
    """
    if milestone.on_pass is not OnPass.ESCALATE or milestone.name == ESCALATION_SILENCE:
        return [milestone]
    running = {
        one.name: one
        for one in case.milestones
        if one.status is MilestoneStatus.RUNNING
        and one.due_at == milestone.due_at
        and one.on_pass is OnPass.ESCALATE
        and one.name != ESCALATION_SILENCE
    }
    return sorted(running.values(), key=turn)


def _miss(case: Case, rules: Rules, milestone: Milestone) -> DeadlineMissed:
    return DeadlineMissed(
        milestone=milestone.name,
        due_at=milestone.due_at,
        on_pass=OnPass.NOTHING if milestone.name == ESCALATION_SILENCE else milestone.on_pass,
        charged_to=charged_to(case, rules, milestone),
        own=holder_of(case, rules, milestone) is not None,
        outage=_outage(case, rules, milestone),
    )


def _is_held_for_delay(draft: Draft, rules: Rules, milestone: Milestone) -> bool:
    """A desk that got the case late through our fault keeps it for a while; the delay is in nobody's figures."""
    until = in_hand_until(rules, rules.policy(draft.case.policy), draft.case, milestone)
    after = _after_outage(draft.case, rules, milestone)
    until = max((at for at in (until, after) if at is not None), default=None)
    if until is None or until <= milestone.due_at:
        return False
    draft.add(
        SystemDelayed(
            milestone=milestone.name,
            due_at=milestone.due_at,
            moved_to=until,
            delay_s=int((until - milestone.due_at).total_seconds()),
        )
    )
    return True


def _after_outage(case: Case, rules: Rules, milestone: Milestone) -> datetime | None:
    """Until when a desk whose deadline passed in an outage keeps the case: what it did has yet to reach us."""
    policy = rules.policy(case.policy)
    if milestone.on_pass is not OnPass.ESCALATE or not rules.guards.holds:
        return None
    window = rules.guards.window(case, policy.name, case.lead, milestone.due_at)
    if window is None or window.end is None:
        return None
    return rules.calendar(policy).add_working_seconds(window.end, policy.min_in_hand_s)


def _outage(case: Case, rules: Rules, milestone: Milestone) -> str:
    """Id of the outage that a deadline first fell into; empty: none."""
    first = milestone.base_at if milestone.base_at is not None else milestone.due_at
    window = rules.guards.window(case, rules.policy(case.policy).name, case.lead, first)
    return window.id if window is not None else ""


def _on_pass(draft: Draft, rules: Rules, milestone: Milestone) -> None:
    if milestone.on_pass is OnPass.SUPERVISE:
        _supervise(draft, rules, milestone)
        if milestone.satisfied_by is Satisfies.RECHECKED:
            suspensions.look_again(draft, rules, milestone)
    elif milestone.on_pass is OnPass.REMIND:
        to = receiver(draft.case, rules, milestone)
        draft.add(Reminded(milestone=milestone.name, to=to))
        notices.remind(draft, to, milestone.name, milestone.due_at, "reminder")


def _take_up(draft: Draft, rules: Rules, missed: Sequence[Milestone]) -> None:
    """What was missed at one instant takes the case one tier up, together and once."""
    for one in missed:
        if waits_for_tick(draft.case, one):
            _repeat_notice(draft, rules, one, to=issuer(draft.case, rules))
    up = [one for one in missed if not waits_for_tick(draft.case, one)]
    if not up:
        return
    first = clocks.foremost(up)
    beside = [one for one in up if one is not first]
    target = climb(draft.case, rules)
    if target.desk is not None and not _has_gone_up(draft.case, missed):
        suspensions.end(draft, rules, "escalated")  # it was a clock that never pauses
        hand_up(draft, rules, target, cause=Cause.DEADLINE, missed=first, beside=beside)
        return
    apart = clocks.apart(first, beside)
    _repeat_notice(draft, rules, first, beside=[one for one in beside if one not in apart])
    for one in apart:
        _repeat_notice(draft, rules, one)


def _has_gone_up(case: Case, missed: Sequence[Milestone]) -> bool:
    """Whether the case went up at this very instant: a gate that failed since let another clock of it run again.

    Then whoever has the case is told, and has that clock's next budget; one instant is one step.
    """
    now = {one.name for one in missed}
    at = missed[0].due_at
    before = (m for m in case.milestones if m.status is MilestoneStatus.MISSED and m.due_at == at)
    return any(m.on_pass is OnPass.ESCALATE and m.name not in now for m in before)


def _repeat_notice(
    draft: Draft, rules: Rules, milestone: Milestone, *, to: str | None = None, beside: Sequence[Milestone] = ()
) -> None:
    """At the last level each further budget writes one more notice: the case never falls off the top.

    So it does while only a tick is waited for: nobody loses a case by another's silence, whom the notice is `to`.
    One stands for what was missed `beside` as well.
    """
    case, policy = draft.case, rules.policy(draft.case.policy)
    holder = _supervisor(case, rules) if milestone.holder is not None else None
    again = next_step(rules, policy, milestone, case.step, holder=holder)
    told = (to,) if to is not None else tuple(dict.fromkeys((holder or case.lead, case.lead)))
    to = to or holder or case.lead
    names = tuple(one.name for one in beside)
    draft.add(NoticeRepeated(milestone=milestone.name, due_at=milestone.due_at, to=to, next=again, beside=names))
    for desk in told:
        notices.remind(draft, desk, milestone.name, milestone.due_at, "repeated")


def _supervisor(case: Case, rules: Rules) -> str:
    """Code of the desk on the step that the case has reached, where the lead stays below; else the lead's."""
    name = rules.step_name(rules.policy(case.policy), case.step, case.lead)
    desk = desk_at(case, rules, name, case.lead)
    return desk.code if isinstance(desk, Desk) else case.lead


def _supervise(draft: Draft, rules: Rules, milestone: Milestone) -> None:
    """The superior of whoever holds the milestone is told to supervise; nobody loses the case."""
    lead = holder_of(draft.case, rules, milestone) or draft.case.lead
    by = _supervises(draft.case, rules, milestone, lead)
    draft.add(SupervisionOrdered(milestone=milestone.name, by=by))
    notices.supervise(draft, by, milestone.name, milestone.due_at, lead)
    notices.remind(draft, lead, milestone.name, milestone.due_at, "missed")


def _supervises(case: Case, rules: Rules, milestone: Milestone, holder: str) -> str:
    """Desk code of who is ordered to supervise `holder`: whom the milestone names, else the superior."""
    # Of a follow-up `to` names who asks.
    if milestone.to not in ("lead", "superior") and milestone.satisfied_by is not Satisfies.FOLLOWED_UP:
        named = receiver(case, rules, milestone)
        if named != holder:
            return named
    return above(case, rules, holder)


def receiver(case: Case, rules: Rules, milestone: Milestone) -> str:
    """Desk code of who is told of a milestone."""
    holder = holder_of(case, rules, milestone) or case.lead
    if milestone.to == "superior":
        return above(case, rules, holder)
    standing = rules.tree.standing(milestone.to)
    wanted = standing.code if standing is not None else None
    if milestone.to == "supervision":
        supervision = rules.tree.supervision(1)
        wanted = supervision.code if supervision is not None else None
    # A case that waits to be placed is dispatched by whoever has it.
    if milestone.to == "dispatcher" and not case.unplaced:
        wanted = rules.dispatcher
    if wanted is None or hides(rules.tree, case, wanted):
        return holder
    return wanted


def escalate(draft: Draft, command: Escalate, rules: Rules) -> Refusal | None:
    """申请提级: a request; the superior's silence for four working hours is consent."""
    case = draft.case
    if not command.text.strip():
        return refuse("reason_missing", command="escalate")
    if case.escalation_request is not None:
        return refuse("escalation_pending", case=case.id)
    target = climb(case, rules)
    if target.desk is None:
        return refuse("no_superior", case=case.id)
    desk, superior = case.lead, target.desk.code
    clock = escalation_silence(rules, rules.policy(case.policy), draft.at, superior)
    draft.add(EscalationRequested(desk=desk, superior=superior, milestone=clock), text=command.text)
    draft.tell_desk(
        superior,
        notices.ESCALATION_REQUESTED,
        lambda now: m.EscalationRequested(
            case_id=now.id, version=now.version, desk=desk, due_at=clock.due_at, text=command.text
        ),
    )
    return None


def accept_escalation(draft: Draft, rules: Rules) -> Refusal | None:
    """同意提级, by the superior's word or by its silence."""
    if draft.case.escalation_request is None:
        return refuse("no_escalation_pending", case=draft.case.id)
    target = climb(draft.case, rules)
    if target.desk is None:
        return refuse("no_superior", case=draft.case.id)
    suspensions.end(draft, rules, "escalated")
    hand_up(draft, rules, target, cause=Cause.VOLUNTARY, missed=None)
    return None
