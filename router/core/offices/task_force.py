"""The task force (专班) of a case: its leader by name, what leaders said, and the dispatch that waits for both."""

from __future__ import annotations

from collections.abc import Callable

import msgspec

from router.core.case import Case
from router.core.commands import AssignLeader, Instruct
from router.core.events import Instructed, LeaderAssigned
from router.core.offices.naming import lacks
from router.core.offices.routing import Route
from router.core.refusals import Refusal, refuse
from router.core.rules import Rules
from router.core.step import Draft
from router.core.telling import messages as m, notices
from router.core.telling.hiding import bars_account
from router.core.territory.tree import Desk
from router.core.timing.ladder import desk_at


def assign_leader(draft: Draft, command: AssignLeader, rules: Rules) -> Refusal | None:
    """包案: the lead and those who assist stay; the leader answers for the case."""
    refusal = _not_a_leader(draft.case, command, rules)
    if refusal is not None:
        return refusal
    leader = command.leader.strip()
    draft.add(LeaderAssigned(leader=leader, tier=command.tier, by=command.actor.id))
    _tell(
        draft,
        lambda case: m.LeaderAssigned(case_id=case.id, version=case.version, leader=leader, tier=command.tier),
        notices.LEADER_ASSIGNED,
    )
    return None


def instruct(draft: Draft, command: Instruct, rules: Rules) -> Refusal | None:
    """批示: told to the lead and to whoever assists."""
    refusal = _not_a_leader(draft.case, command, rules)
    if refusal is not None:
        return refusal
    if not command.text.strip():
        return refuse("reason_missing", command="instruct")
    leader = command.leader.strip()
    draft.add(Instructed(leader=leader, tier=command.tier, by=command.actor.id), text=command.text)
    _tell(
        draft,
        lambda case: m.Instructed(
            case_id=case.id, version=case.version, leader=leader, tier=command.tier, text=command.text
        ),
        notices.INSTRUCTED,
    )
    return None


def _not_a_leader(case: Case, command: AssignLeader | Instruct, rules: Rules) -> Refusal | None:
    if bars_account(rules.tree, case, command.leader.strip()):
        return refuse("named_person", account=command.leader.strip())
    if not command.leader.strip():
        return refuse("leader_unnamed")
    if command.tier not in rules.tree.tiers:
        return refuse("unknown_tier", tier=command.tier, tiers=", ".join(rules.tree.tiers))
    return None


def _tell(draft: Draft, payload: Callable[[Case], m.LeaderAssigned | m.Instructed], kind: str) -> None:
    case = draft.case
    for desk in dict.fromkeys((case.lead, *case.assists)):
        draft.tell_desk(desk, kind, payload)


def waits(draft: Draft, rules: Rules, found: Route) -> Route | None:
    """Where a case waits for names: with triage, where it would have been dispatched; None: it need not.

    What is led away from an office it is about waits for nobody: its superior has it already.
    """
    case = draft.case
    lacking = lacks(case, rules)
    if not lacking or case.is_restricted:
        return None
    tree = rules.tree
    desk = found.desk if found.triaged else tree.triage(found.division_path[tree.tier_of(found.desk)])
    if desk is None:
        return None
    told = rules.dispatcher
    if told is not None:
        draft.tell_desk(
            told,
            notices.NAMES_WANTED,
            lambda now: m.NamesWanted(case_id=now.id, version=now.version, missing=tuple(lacking.split(", "))),
        )
    return None if found.triaged else msgspec.structs.replace(found, desk=desk, reason="triage:names_missing")


def jointly(case: Case, rules: Rules, found: Route) -> tuple[Route, Desk | None]:
    """联合派单: the desk of the policy's tier leads and the one below assists; else the route as it is, alone."""
    tier = rules.policy(case.policy).dispatch.lead
    if not tier or found.triaged or case.is_restricted:
        return found, None
    above = desk_at(case, rules, tier, found.desk.code)
    if not isinstance(above, Desk):
        return found, None
    return msgspec.structs.replace(found, desk=above, reason="joint"), found.desk
