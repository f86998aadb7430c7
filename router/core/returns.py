"""Returns (退单): a request within its window; the case stays the returner's until the dispatcher decides.

The due date never moves. At the cap the tier above designates; further requests are refused.
"""

from __future__ import annotations

from router.core import messages as m
from router.core import notices
from router.core.arming import return_deadline, return_decision
from router.core.commands import ApproveReturn, Designate, Dispatch, RefuseReturn, RequestReturn
from router.core.events import Designated, Dispatched, ReturnApproved, ReturnRefused, ReturnRequested
from router.core.instants import format_instant
from router.core.refusals import Refusal, refuse
from router.core.routing import keeps_from
from router.core.rules import Rules
from router.core.step import Draft
from router.core.tree import Desk, DeskKind, Tree
from router.core.working import speaker


def request_return(draft: Draft, command: RequestReturn, rules: Rules) -> Refusal | None:
    """退单申请: to the dispatcher, who has a clock of its own; the returner's runs on."""
    case, policy = draft.case, rules.policy(draft.case.policy)
    if case.return_request is not None:
        return refuse("return_pending", case=case.id)
    if case.returns >= policy.return_cap:
        return refuse("return_cap", cap=policy.return_cap)
    if policy.return_reasons and command.reason not in policy.return_reasons:
        return refuse("return_reason", reason=command.reason)
    until = return_deadline(rules, policy, case)
    if until is not None and draft.at > until:
        window = format_instant(policy.return_window) if policy.return_window is not None else ""
        return refuse("return_window_passed", window=window, until=until.isoformat())
    desk, decider = speaker(command, case), _dispatcher(rules.tree)
    draft.add(
        ReturnRequested(
            desk=desk,
            reason=command.reason,
            suggested_desk=command.suggested_desk,
            milestone=return_decision(rules, policy, draft.at, decider),
        ),
        text=command.text,
    )
    draft.tell_desk(
        decider,
        notices.RETURN_REQUESTED,
        lambda now: m.ReturnRequested(
            case_id=now.id,
            version=now.version,
            desk=desk,
            reason=command.reason,
            suggested_desk=command.suggested_desk,
            text=command.text,
        ),
    )
    return None


def _dispatcher(tree: Tree) -> str:
    """Desk code of the dispatcher (派单席); a completed tree has one at the city."""
    return next(desk.code for desk in tree if desk.kind is DeskKind.DISPATCHER and desk.active)


def approve_return(draft: Draft, command: ApproveReturn, rules: Rules) -> Refusal | None:
    """同意退单: to the named desk, else the suggested one, else triage; at the cap to the tier above."""
    case = draft.case
    if case.return_request is None:
        return refuse("no_return_pending", case=case.id)
    old, policy = case.lead, rules.policy(case.policy)
    if case.returns + 1 >= policy.return_cap:
        superior = rules.tree.superior(rules.tree.desks[old])
        if superior is not None:
            draft.add(ReturnApproved(desk=old, to=superior.code, designation=True))
            _tell_decided(draft, rules, old, "designate")
            return None
    code = command.desk or case.return_request.suggested_desk
    desk = _receiver(rules, case.subject_desk, code) if code else rules.tree.triage(case.division_path[-1])
    if isinstance(desk, Refusal):
        return desk
    if desk is None:
        return refuse("unknown_desk", desk=code)
    draft.add(ReturnApproved(desk=old, to=desk.code))
    _tell_decided(draft, rules, old, "returned")
    return None


def _receiver(rules: Rules, subject: str | None, code: str) -> Desk | Refusal:
    """The active desk of that code, or why it cannot have the case."""
    if code not in rules.tree.desks:
        return refuse("unknown_desk", desk=code)
    desk = rules.tree.standing(code)
    if desk is None:
        return refuse("inactive_desk", desk=code)
    if keeps_from(rules.tree, subject, desk.code):
        return refuse("subject_desk", desk=desk.code)
    return desk


def _tell_decided(draft: Draft, rules: Rules, old: str, reason: str) -> None:
    draft.tell_desk(
        old,
        notices.RETURN_DECIDED,
        lambda now: m.ReturnDecided(case_id=now.id, version=now.version, approved=True, to_desk=now.lead),
    )
    notices.hand_over(draft, rules, reason, from_desk=old)


def refuse_return(draft: Draft, command: RefuseReturn, _rules: Rules) -> Refusal | None:
    """不同意退单: the case stays where it is."""
    case = draft.case
    if case.return_request is None:
        return refuse("no_return_pending", case=case.id)
    desk = case.return_request.desk
    draft.add(ReturnRefused(desk=desk), text=command.text)
    draft.tell_desk(
        desk,
        notices.RETURN_DECIDED,
        lambda now: m.ReturnDecided(case_id=now.id, version=now.version, approved=False),
    )
    return None


def designate(draft: Draft, command: Designate, rules: Rules) -> Refusal | None:
    """指定承办: the desk must take it; no further return."""
    desk = _receiver(rules, draft.case.subject_desk, command.desk)
    if isinstance(desk, Refusal):
        return desk
    old = draft.case.lead
    draft.add(Designated(desk=desk.code, by=command.actor.id))
    notices.hand_over(draft, rules, "designated", from_desk=old)
    return None


def dispatch(draft: Draft, command: Dispatch, rules: Rules) -> Refusal | None:
    """派单 by hand: from triage or the dispatcher to the desk that must act. The clock does not move."""
    desk = _receiver(rules, draft.case.subject_desk, command.desk)
    if isinstance(desk, Refusal):
        return desk
    policy, old = rules.policy(draft.case.policy), draft.case.lead
    step = max(draft.case.step, rules.first_step(policy, rules.tree.tier_of(desk)))
    draft.add(Dispatched(desk=desk.code, step=step, reason="dispatched"))
    notices.hand_over(draft, rules, "dispatched", from_desk=old or None)
    return None
