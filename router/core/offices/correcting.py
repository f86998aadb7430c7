"""Corrections (更正): what a case is about, where, and whom it names; it is routed anew and its due date stays."""

from __future__ import annotations

import msgspec

from router.core.case import Case
from router.core.commands import Correct, Unlink
from router.core.events import AffectedChanged, AssistRemoved, Corrected, Restricted, Unlinked
from router.core.offices import task_force
from router.core.offices.opening import dispatch_to
from router.core.offices.routing import Route, Wanted, group_of, route_or_none
from router.core.permissions import Role, roles_of
from router.core.policies.policy import Mode
from router.core.refusals import Refusal, refuse
from router.core.rules import Rules
from router.core.several import linking, members
from router.core.step import ROUTER, Draft
from router.core.telling import notices
from router.core.telling.hiding import bars
from router.core.telling.kept import NOBODY, KeptFrom, is_kept, supervision_for
from router.core.telling.pressing import priority_of
from router.core.territory.place import place_key
from router.core.territory.tree import Desk, Tree
from router.core.timing.arming import waits_in_vain
from router.core.timing.clocks import ALIVE
from router.core.timing.ladder import desk_at


def correct(draft: Draft, command: Correct, rules: Rules) -> Refusal | None:
    """Put the facts right; where another category or division leads to another desk, the case goes there.

    A case that has climbed keeps its step: it goes to the desk of that step above where it belongs now. One from
    which its lead must be kept, or that is led away from the usual route for the first time, goes too.
    """
    case = draft.case
    wanted = rules.tree.category_code(command.category)
    category = wanted if wanted is not None else case.category
    division = command.division if command.division is not None else _named(rules.tree, case)
    place = command.place if command.place is not None else case.place
    kept = _kept(draft, command, rules)
    if isinstance(kept, Refusal):
        return kept
    found = route_or_none(rules.tree, Wanted(division=division, desk=None, category=category, kept=kept))
    if found is None:
        return refuse("nobody_may_see")
    elsewhere = (category, found.division_path) != (case.category, case.division_path)
    if not elsewhere and place == case.place and kept == case.kept and not _counts_others(draft, command):
        return refuse("nothing_to_correct", case=case.id)
    if elsewhere or place != case.place:
        draft.add(
            Corrected(
                category=category,
                category_group=group_of(rules.tree, category),
                division_path=found.division_path,
                place_key=place_key(place),
                place=place,
                triaged=case.triaged or found.triaged,
            )
        )
    led_away = kept != case.kept and (case.kept == NOBODY or is_kept(rules.tree, kept, case.lead))
    if kept != case.kept:
        _restrict(draft, rules, kept)
    to = _on_its_step(draft.case, rules, found)
    to = task_force.waits(draft, rules, to) or to
    if (elsewhere or led_away) and to.desk.code != case.lead:
        dispatch_to(draft, rules, to, from_desk=case.lead or None)
    _send_away(draft, rules, command.actor.id)
    if command.affected is not None and _counts_others(draft, command):
        _count(draft, command.affected, rules)
    return None


def _counts_others(draft: Draft, command: Correct) -> bool:
    return command.affected is not None and command.affected != draft.case.affected


def _count(draft: Draft, affected: int, rules: Rules) -> None:
    """Put right how many households it affects; the lead hears of it when that is another priority."""
    policy = rules.policy(draft.case.policy)
    was = priority_of(policy, draft.case)
    draft.add(AffectedChanged(affected=affected, before=draft.case.affected))
    if draft.case.lead and priority_of(policy, draft.case) is not was:
        notices.due_changed(draft, "affected", rules)


def _kept(draft: Draft, command: Correct, rules: Rules) -> KeptFrom | Refusal:
    """From whom the case is kept from now on."""
    was, off = draft.case.kept, set(command.not_named)
    for code in (command.subject_desk, *command.named_desks):
        if code and code not in rules.tree.desks:  # a mistyped one would be kept from nobody
            return refuse("unknown_desk", desk=code)
    subject = command.subject_desk or was.subject_desk
    desks = dict.fromkeys((*was.named_desks, *command.named_desks))
    persons = dict.fromkeys((*was.named_persons, *command.named_persons))
    kept = KeptFrom(
        subject_desk=subject if subject not in off else None,
        named_desks=tuple(code for code in desks if code not in off),
        named_persons=tuple(account for account in persons if account not in off),
        confidential=was.confidential if command.confidential is None else command.confidential,
    )
    taken_off = set(was.desks) - set(kept.desks) or set(was.named_persons) - set(kept.named_persons)
    opened = was.confidential and not kept.confidential
    if (taken_off or opened) and not _takes_off(draft.case, command, rules):
        return refuse("names_stay")
    if kept != was and draft.case.project is not None:
        return refuse("kept_apart")
    return kept


def _takes_off(case: Case, command: Correct, rules: Rules) -> bool:
    """Supervision that may see the case; where none may, whoever else corrects it: a mistake can be mended."""
    if roles_of(command.actor, case, rules) & {Role.SUPERVISION, Role.SOLE_SUPERVISION}:
        return True
    return supervision_for(rules.tree, case.kept) is None


def _restrict(draft: Draft, rules: Rules, kept: KeptFrom) -> None:
    """Put it on record; what waited for somebody who must not see the case any more waits no longer."""
    case, policy = draft.case, rules.policy(draft.case.policy)
    ended = tuple(
        one.name for one in case.milestones if one.status in ALIVE and waits_in_vain(rules, policy, one, kept)
    )
    draft.add(
        Restricted(
            subject_desk=kept.subject_desk,
            named_desks=kept.named_desks,
            named_persons=kept.named_persons,
            confidential=kept.confidential,
            ended=ended,
        )
    )
    if kept == NOBODY:
        return
    for one in tuple(case.links.standing()):
        draft.add(Unlinked(other=one.other))
        draft.also(
            Unlink(
                id="", case_id=one.other.case_id, actor=ROUTER, other=case.id, about=linking.related(draft.case)
            )
        )
    members.leave(draft, "restricted")


def _send_away(draft: Draft, rules: Rules, by: str) -> None:
    """Nobody assists from whom the case is kept; it hears nothing of that, as of a case that is not there."""
    for code in draft.case.assists:
        if is_kept(rules.tree, draft.case.kept, code):
            draft.add(AssistRemoved(desk=code, by=by))


def _on_its_step(case: Case, rules: Rules, found: Route) -> Route:
    """The route itself, or the desk above it on the step that the case has reached; else it stays where it is."""
    policy = rules.policy(case.policy)
    if not case.lead or policy.mode is Mode.SUPERVISE or rules.step_of(policy, found.desk) >= case.step:
        return found
    above = desk_at(case, rules, policy.ladder[case.step].name, found.desk.code)
    lead = rules.tree.desks.get(case.lead, found.desk)
    stays = found.desk if bars(rules.tree, case, lead.code) else lead
    return msgspec.structs.replace(found, desk=above if isinstance(above, Desk) else stays, skipped=())


def _named(tree: Tree, case: Case) -> tuple[str | None, ...]:
    """The divisions a case names today; unknown ones, and those that are gone since, are not named."""
    known = (tree.divisions.get(code) for code in case.division_path[1:])
    return tuple(None if division is None or division.unknown else division.code for division in known)
