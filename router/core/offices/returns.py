"""Returns (退单): a request within its window; the case stays the returner's until the dispatcher decides.

The due date never moves. At the cap the tier above designates; further requests are refused.
"""

from __future__ import annotations

from router.core.case import Case
from router.core.commands import ApproveReturn, Designate, RefuseReturn, RequestReturn
from router.core.events import Designated, ReturnApproved, ReturnRefused, ReturnRequested
from router.core.offices.naming import lacks
from router.core.offices.routing import Wanted, route
from router.core.offices.working import speaker
from router.core.policies.notation import format_instant
from router.core.refusals import Refusal, refuse
from router.core.rules import Rules
from router.core.step import Draft
from router.core.telling import messages as m, notices
from router.core.telling.echoes import suggestion
from router.core.telling.kept import KeptFrom, is_kept
from router.core.territory.tree import Desk, DeskKind
from router.core.timing import suspensions
from router.core.timing.arming import return_deadline, return_decision, signing
from router.core.timing.ladder import stand, superiors


def request_return(draft: Draft, command: RequestReturn, rules: Rules) -> Refusal | None:
    """退单申请: to the dispatcher, who has a clock of its own; the returner's runs on."""
    case, policy = draft.case, rules.policy(draft.case.policy)
    if case.return_request is not None:
        return refuse("return_pending", case=case.id)
    if case.designated:
        return refuse("return_designated", case=case.id)
    if case.returns >= policy.return_cap:
        return refuse("return_cap", cap=policy.return_cap)
    if policy.return_reasons and command.reason not in policy.return_reasons:
        return refuse("return_reason", reason=command.reason, reasons=", ".join(policy.return_reasons))
    until = return_deadline(rules, policy, case)
    if until is not None and draft.at > until:
        window = format_instant(policy.return_window) if policy.return_window is not None else ""
        return refuse("return_window_passed", window=window, until=until.isoformat())
    desk, decider = speaker(command, case), _decider(rules, case)
    suggested = suggestion(command.suggested_desk, rules)
    draft.add(
        ReturnRequested(
            desk=desk,
            reason=command.reason,
            suggested_desk=suggested,
            milestone=return_decision(rules, policy, draft.at, decider, case.category),
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
            suggested_desk=suggested,
            text=command.text,
        ),
    )
    return None


def _decider(rules: Rules, case: Case) -> str:
    """Code of the desk that decides on a return: the dispatcher's; where that one may not, the tier above."""
    tree = rules.tree
    above = (tree.standing(desk.code) for desk in superiors(case, rules, case.lead))
    for code in (rules.dispatcher, *(desk.code for desk in above if desk is not None)):
        if code is not None and code != case.lead and not is_kept(tree, case.kept, code):
            return code
    return case.lead


def approve_return(draft: Draft, command: ApproveReturn, rules: Rules) -> Refusal | None:
    """同意退单: to the named desk, else the suggested one, else triage; at the cap to the tier above."""
    case = draft.case
    if case.return_request is None:
        return refuse("no_return_pending", case=case.id)
    policy = rules.policy(case.policy)
    superior = rules.tree.above(case.lead)
    capped = case.returns + 1 >= policy.return_cap and superior is not None
    if capped and superior is not None and not is_kept(rules.tree, case.kept, superior.code):
        _give_back(draft, rules, superior, designation=True)
        return None
    code = command.desk or case.return_request.suggested_desk
    desk = receiver(rules, case.kept, code) if code else _sorter(rules, case)
    if isinstance(desk, Refusal):
        return desk
    if desk.code == case.lead:
        return refuse("same_desk", desk=desk.code)
    lacking = lacks(case, rules)
    if lacking and desk.kind is not DeskKind.TRIAGE:
        return refuse("names_missing", missing=lacking)
    _give_back(draft, rules, desk)
    return None


def _sorter(rules: Rules, case: Case) -> Desk:
    """The triage desk of the case's place, or who takes its part when that one must not have it."""
    desk = rules.tree.triage(case.division_path[-1])
    if desk is None or case.confidential or is_kept(rules.tree, case.kept, desk.code):
        wanted = Wanted(division=(), desk=None, category=None, kept=case.kept)
        return route(rules.tree, wanted).desk
    return desk


def _give_back(draft: Draft, rules: Rules, desk: Desk, *, designation: bool = False) -> None:
    suspensions.end(draft, rules, "returned")
    case, old = draft.case, draft.case.lead
    policy = rules.policy(case.policy)
    step, name = stand(case, rules, desk, draft.actor)
    placed = designation or desk.kind is not DeskKind.TRIAGE
    draft.add(
        ReturnApproved(
            desk=old,
            to=desk.code,
            designation=designation,
            placed=placed and not designation,
            step=step,
            ladder=name,
            milestones=signing(rules, policy, case, draft.at, to_triage=not placed),
        )
    )
    draft.tell_desk(
        old,
        notices.RETURN_DECIDED,
        lambda now: m.ReturnDecided(case_id=now.id, version=now.version, approved=True, to_desk=now.lead),
    )
    notices.hand_over(draft, rules, "designate" if designation else "returned", from_desk=old)


def receiver(rules: Rules, kept: KeptFrom, code: str) -> Desk | Refusal:
    """The active desk of that code, or why it cannot have the case."""
    if code not in rules.tree.desks:
        return refuse("unknown_desk", desk=code)
    desk = rules.tree.standing(code)
    if desk is None:
        return refuse("inactive_desk", desk=code)
    if is_kept(rules.tree, kept, desk.code):
        return refuse("subject_desk", desk=desk.code)
    return desk


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
    desk = receiver(rules, draft.case.kept, command.desk)
    if isinstance(desk, Refusal):
        return desk
    lacking = lacks(draft.case, rules)
    if lacking:
        return refuse("names_missing", missing=lacking)
    case, old, policy = draft.case, draft.case.lead, rules.policy(draft.case.policy)
    step, name = stand(case, rules, desk, draft.actor)
    draft.add(
        Designated(
            desk=desk.code,
            by=command.actor.id,
            step=step,
            ladder=name,
            milestones=signing(rules, policy, case, draft.at),
        )
    )
    notices.hand_over(draft, rules, "designated", from_desk=old)
    return None
