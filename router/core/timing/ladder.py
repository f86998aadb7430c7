"""The ladder: where a case goes when a deadline passes, one step up and never off the top.

Exactly one tier per missed deadline, to the superior, never sideways or below. A step without an active desk is
skipped on record and costs no time. The next budget starts at the missed deadline, not when it was noticed.
"""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from router.core.case import Case, State
from router.core.commands import Actor, ActorRole
from router.core.events import Cause, Designated, Escalated, Milestone, Skipped
from router.core.offices.naming import lacks
from router.core.policies.policy import Mode, Satisfies
from router.core.rules import SUPERVISION, Rules
from router.core.step import Draft
from router.core.telling import notices
from router.core.telling.hiding import bars, hides
from router.core.territory.tree import Desk
from router.core.timing import clocks
from router.core.timing.arming import further_steps, next_step, request_decision, signing

#: Tiers that a case nobody has placed climbs before the last resort must take it (docs/behaviour.md, 3.9).
_TIERS_UNPLACED = 2


class Target(msgspec.Struct, frozen=True, kw_only=True):
    """The next step of a case: its desk, and the steps passed over on the way."""

    #: None: the case stands at the top already.
    desk: Desk | None
    #: Index into the ladder.
    step: int
    #: Index of each step passed over, and why.
    skipped: tuple[tuple[int, str], ...] = ()


def climb(case: Case, rules: Rules) -> Target:
    """The next step up that has an active desk."""
    ladder = rules.policy(case.policy).ladder
    skipped: list[tuple[int, str]] = []
    for step in range(case.step + 1, len(ladder)):
        desk = desk_at(case, rules, ladder[step].name, case.lead)
        if isinstance(desk, Desk):
            return Target(desk=desk, step=step, skipped=tuple(skipped))
        skipped.append((step, desk))
    return Target(desk=None, step=case.step)


def stand(case: Case, rules: Rules, desk: Desk, by: Actor) -> tuple[int, str | None]:
    """Index of the step that a case stands on when somebody hands it to a desk: the desk's own, so that the next
    miss goes to its superior; and the step's name where the lead's clocks of the ladder are of that one then.

    Where a superior supervises, the step is that superior's, and is never below the one that was reached. Nor is
    it where the router moves the case: whoever does the work of a desk that is gone stands where that one stood. A
    restricted case stays on the ladder that it was led to: it goes back there, past desks that have no part in it.
    """
    policy = rules.policy(case.policy)
    step = rules.step_of(policy, desk)
    if policy.mode is Mode.SUPERVISE or by.role is ActorRole.SYSTEM or case.is_restricted:
        return max(case.step, step), None
    name = rules.step_name(policy, step, desk.code)
    return step, name if clocks.of_other_steps(case, name) else None


def still_there(case: Case, rules: Rules) -> str:
    """The lead, or who does its work today, or the nearest above it: the office may have closed meanwhile."""
    desk = rules.tree.standing(case.lead) or rules.tree.above(case.lead)
    return desk.code if desk is not None else case.lead


def desk_at(case: Case, rules: Rules, name: str, below: str) -> Desk | str:
    """The desk that a step's name means above desk `below`; why not, when none may have the case."""
    tree = rules.tree
    if name.startswith(SUPERVISION):
        desk = tree.supervision(int(name.removeprefix(SUPERVISION)))
    else:
        tier = tree.tiers.index(name) if name in tree.tiers else -1
        above = next((d for d in superiors(case, rules, below) if tree.tier_of(d) == tier), None)
        desk = tree.standing(above.code) if above is not None else None
        # Whoever does the work above as well does not escalate to itself.
        desk = None if desk is not None and desk.code == below else desk
    if desk is None:
        return "no_active_desk"
    return "subject_desk" if bars(tree, case, desk.code) else desk


def superiors(case: Case, rules: Rules, below: str) -> tuple[Desk, ...]:
    """The desks above desk `below` as named, nearest first.

    A desk that is gone from the tree names nobody any more: then those that govern the case's place, as far as
    they stand above the step it has reached.
    """
    tree = rules.tree
    if below in tree.desks:
        return tree.chain(below)[1:]
    policy = rules.policy(case.policy)
    governing = (tree.territorial(division) for division in reversed(case.division_path))
    nearest = next((desk for desk in governing if desk is not None), None)
    if nearest is None:
        return ()
    return tuple(desk for desk in tree.chain(nearest.code) if rules.step_of(policy, desk) > case.step)


def above(case: Case, rules: Rules, desk: str) -> str:
    """Code of the nearest superior of `desk` that may see the case; its own at the top."""
    for superior in superiors(case, rules, desk):
        found = rules.tree.standing(superior.code)
        if found is not None and found.code != desk and not hides(rules.tree, case, found.code):
            return found.code
    return desk


def hand_up(
    draft: Draft,
    rules: Rules,
    target: Target,
    *,
    cause: str,
    missed: Milestone | None,
    beside: Sequence[Milestone] = (),
) -> None:
    """Put the escalation on record and tell everybody concerned.

    Args:
        draft: its event time is the missed deadline, or that of the command for other causes.
        rules: in force.
        target: with a desk.
        cause: why it goes up.
        missed: the milestone whose passing takes it; None for other causes: the running clocks go up with it.
        beside: other milestones that were missed at the same instant.
    """
    if target.desk is None:
        raise ValueError("there is no step above to hand the case to")
    policy = rules.policy(draft.case.policy)
    before, lead = draft.case.step, draft.case.lead
    for step, reason in target.skipped:
        draft.add(Skipped(step=step, reason=reason))
    supervisor = target.desk.code if policy.mode is Mode.SUPERVISE else None
    following = next_step(rules, policy, missed, target.step, holder=supervisor) if missed is not None else None
    apart = clocks.apart(missed, beside) if missed is not None else ()
    also = further_steps(rules, policy, following, apart, target.step, holder=supervisor)
    goes_up = cause == Cause.DEADLINE and supervisor is None
    deciding = _deciding(draft, rules, target.desk.code) if goes_up else None
    draft.add(
        Escalated(
            from_desk=lead,
            to_desk=target.desk.code,
            from_step=before,
            to_step=target.step,
            from_name=rules.step_name(policy, before, lead),
            to_name=policy.ladder[target.step].name,
            cause=Cause(cause),
            mode=policy.mode,
            milestone=missed.name if missed is not None else None,
            due_at=missed.due_at if missed is not None else None,
            next=following,
            beside=tuple(one.name for one in beside),
            also=also,
            deciding=deciding,
        )
    )
    if cause == Cause.DEADLINE and _to_last_resort(draft, rules, target.desk.code):
        notices.hand_over(draft, rules, "last_resort", from_desk=lead)
        _order(draft, target.desk.code, draft.case.lead, missed)
        return
    _tell(draft, rules, target.desk.code, lead, missed)
    if deciding is not None:
        notices.extension_waits(draft, deciding)


def _deciding(draft: Draft, rules: Rules, new_lead: str) -> Milestone | None:
    """The clock of who decides on an extension that was asked for in time, now that the case goes up; None: nobody
    asked, or nobody is above who could.
    """
    case, policy = draft.case, rules.policy(draft.case.policy)
    decider = above(case, rules, new_lead)
    if case.changes.extension_asked is None or policy.extension is None or new_lead in (decider, case.lead):
        return None
    within = policy.extension.decide_within
    return request_decision(rules, policy, draft.at, decider, within, Satisfies.EXTENSION_DECIDED)


def _to_last_resort(draft: Draft, rules: Rules, by: str) -> bool:
    """Whether the case is with the desk that must take what nobody takes: it has climbed two tiers unplaced.

    It keeps the step it has climbed to. What waits for a leader's name, and what only supervision may see, stays.
    """
    case = draft.case
    if not case.unplaced or case.climbed_unplaced < _TIERS_UNPLACED or case.state is State.RESOLVED:
        return False
    if case.is_restricted or lacks(case, rules):
        return False
    desk = rules.tree.last_resort(case.division_path[-1])
    if desk is None or desk.code == case.lead:
        return False
    signs = signing(rules, rules.policy(case.policy), case, draft.at)
    draft.add(Designated(desk=desk.code, by=by, step=case.step, milestones=signs, last_resort=True))
    return True


def _order(draft: Draft, superior: str, lead: str, missed: Milestone | None) -> None:
    name, due_at = (missed.name, missed.due_at) if missed is not None else ("", draft.at)
    notices.supervise(draft, superior, name, due_at, lead)


def _tell(draft: Draft, rules: Rules, superior: str, lead: str, missed: Milestone | None) -> None:
    if rules.policy(draft.case.policy).mode is Mode.TRANSFER:
        notices.hand_over(draft, rules, "escalated", from_desk=lead)
        return
    name, due_at = (missed.name, missed.due_at) if missed is not None else ("", draft.at)
    _order(draft, superior, lead, missed)
    notices.remind(draft, lead, name, due_at, "missed")
