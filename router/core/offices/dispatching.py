"""Dispatching by hand (派单): from triage or the dispatcher to the desk that must act, alone or jointly."""

from __future__ import annotations

from router.core.case import Case
from router.core.commands import ActorRole, Dispatch
from router.core.events import Accepted, Dispatched
from router.core.offices.naming import lacks
from router.core.offices.returns import receiver
from router.core.offices.whistles import assist, helper
from router.core.policies.policy import Anchor
from router.core.refusals import Refusal, refuse
from router.core.rules import Rules
from router.core.step import Draft
from router.core.telling import notices
from router.core.territory.tree import Desk, DeskKind
from router.core.timing.arming import arm, signing
from router.core.timing.ladder import stand


def dispatch(draft: Draft, command: Dispatch, rules: Rules) -> Refusal | None:
    """派单 by hand: one desk leads, those named beside it assist (联合派单). The clock does not move."""
    desk = receiver(rules, draft.case.kept, command.desk)
    if isinstance(desk, Refusal):
        return desk
    policy, old = rules.policy(draft.case.policy), draft.case.lead
    if desk.code == old:
        return refuse("same_desk", desk=old)
    lacking = lacks(draft.case, rules)
    if lacking and desk.kind is not DeskKind.TRIAGE:
        sorter = rules.tree.triage(desk.division)
        # The router moves a case because its desk is gone: it goes on waiting, with triage.
        if command.actor.role is not ActorRole.SYSTEM or sorter is None or sorter.code == draft.case.lead:
            return refuse("names_missing", missing=lacking)
        desk = sorter
    beside = _beside(draft.case, command, desk, rules)
    if isinstance(beside, Refusal):
        return beside
    if command.in_person != bool(command.receipt.strip()):
        return refuse("receipt", desk=desk.code)
    step, name = stand(draft.case, rules, desk, command.actor)
    to_triage = desk.kind is DeskKind.TRIAGE
    reason = "triage:dispatched" if to_triage else "dispatched"
    clocks = signing(rules, policy, draft.case, draft.at, to_triage=to_triage)
    draft.add(
        Dispatched(
            desk=desk.code,
            step=step,
            ladder=name,
            reason=reason,
            milestones=clocks,
            receipt=command.receipt.strip(),
        )
    )
    if command.in_person:
        _signed_on_paper(draft, rules)
    notices.hand_over(draft, rules, "dispatched", from_desk=old or None)
    for code in beside:
        assist(draft, rules, code, command.actor.id)
    return None


def _beside(case: Case, command: Dispatch, lead: Desk, rules: Rules) -> list[str] | Refusal:
    """Desks that are to assist and do not yet, or why one of them cannot: then nobody is dispatched to."""
    found = []
    for code in dict.fromkeys(command.assists):
        desk = helper(case, rules, code, lead=lead.code)
        if isinstance(desk, Refusal):
            return desk
        if desk.code not in case.assists:
            found.append(desk.code)
    return found


def _signed_on_paper(draft: Draft, rules: Rules) -> None:
    """Whoever signed the receipt of a hand-over in person has signed for the case: nobody reminds it of that."""
    case = draft.case
    armed = arm(
        rules,
        rules.policy(case.policy),
        Anchor.ACCEPTED,
        draft.at,
        case.given_due_at,
        case.category,
        kept=case.kept,
    )
    draft.add(Accepted(desk=case.lead, milestones=armed))
