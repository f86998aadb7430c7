"""Placing a case with a desk, and where it belongs when whoever has it must not (docs/behaviour.md, 3.13)."""

from __future__ import annotations

import msgspec

from router.core.case import Case
from router.core.events import Dispatched, Skipped
from router.core.offices.routing import Route, Wanted, route_or_none
from router.core.policies.policy import Anchor, Mode
from router.core.rules import Rules
from router.core.step import Draft
from router.core.telling import notices
from router.core.telling.hiding import bars
from router.core.telling.kept import KeptFrom
from router.core.territory.tree import Desk, Tree
from router.core.timing.arming import arm, signing
from router.core.timing.ladder import desk_at, stand


def dispatch_to(
    draft: Draft, rules: Rules, found: Route, *, from_desk: str | None = None, told: bool = True
) -> None:
    """Put a dispatch on record and tell those concerned; tiers without a desk are skipped, each on record.

    A case that was dispatched before keeps every clock but that of signing for it.
    """
    case, policy = draft.case, rules.policy(draft.case.policy)
    first = not case.lead
    for tier in found.skipped:
        step = rules.first_step(policy, tier)
        if first or step > case.step:
            draft.add(Skipped(step=step, reason="no_active_desk"))
    own = (rules.step_of(policy, found.desk), None)
    step, name = own if first else stand(case, rules, found.desk, draft.actor)
    given, category = case.given_due_at, case.category
    milestones = (
        arm(
            rules,
            policy,
            Anchor.DISPATCHED,
            draft.at,
            given,
            category,
            kept=case.kept,
        )
        if first
        else signing(rules, policy, case, draft.at, to_triage=found.reason.startswith("triage"))
    )
    draft.add(
        Dispatched(
            desk=found.desk.code,
            step=step,
            ladder=name,
            reason=found.reason,
            milestones=milestones,
        )
    )
    if told:
        notices.hand_over(draft, rules, found.reason, from_desk=from_desk)


def away_from(case: Case, rules: Rules, desk: str) -> Route | None:
    """Where a case goes that was to come to `desk`; None: that one may have it, or nobody else may."""
    if not bars(rules.tree, case, desk):
        return None
    found = led_away(rules.tree, case, case.kept)
    return on_its_step(case, rules, found) if found is not None else None


def led_away(tree: Tree, case: Case, kept: KeptFrom) -> Route | None:
    """Where a case belongs by what it says, were it kept from these; None: that is everybody who could have it."""
    return route_or_none(tree, Wanted(division=named(tree, case), desk=None, category=case.category, kept=kept))


def on_its_step(case: Case, rules: Rules, found: Route) -> Route:
    """The route itself, or the desk above it on the step that the case has reached; else it stays where it is."""
    policy = rules.policy(case.policy)
    if not case.lead or policy.mode is Mode.SUPERVISE or rules.step_of(policy, found.desk) >= case.step:
        return found
    above = desk_at(case, rules, policy.ladder[case.step].name, found.desk.code)
    lead = rules.tree.standing(case.lead)
    stays = found.desk if lead is None or bars(rules.tree, case, lead.code) else lead
    return msgspec.structs.replace(found, desk=above if isinstance(above, Desk) else stays, skipped=())


def named(tree: Tree, case: Case) -> tuple[str | None, ...]:
    """The divisions a case names today; unknown ones, and those that are gone since, are not named."""
    known = (tree.divisions.get(code) for code in case.division_path[1:])
    return tuple(None if division is None or division.unknown else division.code for division in known)
