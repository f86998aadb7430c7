"""The ladder: where a case goes when a deadline passes, one step up and never off the top.

Exactly one tier per missed deadline, to the superior, never sideways or below. A step without an active desk is
skipped on record and costs no time. The next budget starts at the missed deadline, not when it was noticed.
"""

from __future__ import annotations

import msgspec

from router.core import messages as m
from router.core import notices
from router.core.arming import next_step
from router.core.case import Case
from router.core.events import Cause, Escalated, Milestone, Skipped
from router.core.policy import Mode
from router.core.routing import keeps_from
from router.core.rules import Rules
from router.core.step import Draft
from router.core.tree import Desk

_SUPERVISION = "supervision-"


class Target(msgspec.Struct, frozen=True, kw_only=True):
    """The next step of a case: its desk, and the steps passed over on the way."""

    #: None: the case stands at the top already.
    desk: Desk | None
    #: Index into the ladder.
    step: int
    skipped: tuple[int, ...] = ()


def climb(case: Case, rules: Rules) -> Target:
    """The next step up that has an active desk."""
    ladder = rules.policy(case.policy).ladder
    skipped: list[int] = []
    for step in range(case.step + 1, len(ladder)):
        desk = _desk_of(case, rules, ladder[step].name)
        if desk is not None:
            return Target(desk=desk, step=step, skipped=tuple(skipped))
        skipped.append(step)
    return Target(desk=None, step=case.step)


def _desk_of(case: Case, rules: Rules, name: str) -> Desk | None:
    """The desk a step's name means for this case; None when there is no active one it may be shown to."""
    tree = rules.tree
    if name.startswith(_SUPERVISION):
        desk = tree.supervision(int(name.removeprefix(_SUPERVISION)))
    else:
        tier = tree.tiers.index(name) if name in tree.tiers else -1
        above = next((d for d in tree.chain(case.lead)[1:] if tree.tier_of(d) == tier), None)
        desk = tree.standing(above.code) if above is not None else None
    if desk is None or keeps_from(tree, case.subject_desk, desk.code):
        return None
    return desk


def hand_up(draft: Draft, rules: Rules, target: Target, *, cause: str, missed: Milestone | None) -> None:
    """Put the escalation on record and tell everybody concerned.

    Args:
        draft: its event time is the missed deadline, or that of the command for other causes.
        rules: in force.
        target: with a desk.
        cause: why it goes up.
        missed: the milestone whose passing takes it; None for other causes: the running clocks go up with it.
    """
    if target.desk is None:
        raise ValueError("there is no step above to hand the case to")
    policy = rules.policy(draft.case.policy)
    for step in target.skipped:
        draft.add(Skipped(step=step, reason="no_active_desk"))
    before, lead = _counted_step(draft.case, target), draft.case.lead
    following = next_step(rules, policy, missed, target.step) if missed is not None else None
    draft.add(
        Escalated(
            from_desk=lead,
            to_desk=target.desk.code,
            from_step=before,
            to_step=target.step,
            from_name=policy.ladder[before].name,
            to_name=policy.ladder[target.step].name,
            cause=Cause(cause),
            mode=policy.mode,
            milestone=missed.name if missed is not None else None,
            due_at=missed.due_at if missed is not None else None,
            next=following,
        )
    )
    _tell(draft, rules, target.desk.code, lead, missed)


def _counted_step(case: Case, target: Target) -> int:
    """The step an escalation counts from: the one before the skipped ones."""
    return target.skipped[0] - 1 if target.skipped else case.step


def _tell(draft: Draft, rules: Rules, superior: str, lead: str, missed: Milestone | None) -> None:
    if rules.policy(draft.case.policy).mode is Mode.TRANSFER:
        notices.hand_over(draft, rules, "escalated", from_desk=lead)
        return
    name, due_at = (missed.name, missed.due_at) if missed is not None else ("", draft.at)
    draft.tell_desk(
        superior,
        notices.SUPERVISED,
        lambda case: m.SupervisionOrdered(
            case_id=case.id, version=case.version, milestone=name, due_at=due_at, lead=lead, text=case.text
        ),
    )
    notices.remind(draft, lead, name, due_at, "missed")
