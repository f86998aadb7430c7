"""Corrections (更正): what a case is about, where, and whom it names; it is routed anew and its due date stays."""

from __future__ import annotations

from router.core.case import Case, State
from router.core.commands import Correct, KeepOut
from router.core.events import AffectedChanged, Corrected
from router.core.offices import gate, task_force
from router.core.offices.keeping import once_kept, restrict, send_away
from router.core.offices.placing import dispatch_to, led_away, named, on_its_step
from router.core.offices.routing import Route, Wanted, group_of, is_stranded, route_or_none
from router.core.permissions import Role, roles_of
from router.core.refusals import Refusal, refuse
from router.core.rules import Rules
from router.core.step import Draft
from router.core.telling import notices
from router.core.telling.hiding import not_yet_out
from router.core.telling.kept import NOBODY, KeptFrom, is_kept, supervision_for
from router.core.telling.pressing import priority_of
from router.core.territory.place import place_key
from router.core.timing import suspensions
from router.core.timing.ladder import still_there

#: Where nothing is routed: the work is done, or rests. Who must not have it can turn out there too.
_NOT_AT_WORK = frozenset({State.RESOLVED, State.SUSPENDED, State.CLOSED})
#: What says where and how urgently somebody works on it.
_OF_THE_WORK = ("category", "division", "place", "affected")


def correct(draft: Draft, command: Correct, rules: Rules) -> Refusal | None:
    """Put the facts right; where another category or division leads to another desk, the case goes there.

    A case that has climbed stays up: it goes to the desk of that step above where it belongs now. One from
    which its lead must be kept, or that is led away from the usual route for the first time, goes too.
    """
    if draft.case.state in _NOT_AT_WORK:
        return _keep_from_more(draft, command, rules)
    case = draft.case
    wanted = rules.tree.category_code(command.category)
    category = wanted if wanted is not None else case.category
    division = command.division if command.division is not None else named(rules.tree, case)
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
    leaves = elsewhere or (kept != case.kept and (case.kept == NOBODY or is_kept(rules.tree, kept, case.lead)))
    to = on_its_step(once_kept(draft.case, kept), rules, found)
    if kept != case.kept:
        restrict(draft, rules, kept, to.desk.code if leaves else case.lead)
    to = task_force.waits(draft, rules, to) or to
    if leaves and to.desk.code != case.lead:
        dispatch_to(draft, rules, to, from_desk=case.lead or None)
    send_away(draft, rules, command.actor.id)
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


def _keep_from_more(draft: Draft, command: Correct, rules: Rules) -> Refusal | None:
    """Keep a case that is not at work from others than before: it moves only when its lead must not have it.

    Nobody judges his own case, and a confidential one goes where such a case goes. What is closed stays closed.
    """
    case = draft.case
    given = [part for part in _OF_THE_WORK if getattr(command, part) is not None]
    if given:
        return refuse("names_alone", state=case.state, part=", ".join(given))
    kept = _kept(draft, command, rules)
    if isinstance(kept, Refusal):
        return kept
    if kept == case.kept:
        return refuse("nothing_to_correct", case=case.id)
    found = led_away(rules.tree, case, kept)
    if found is None:
        return refuse("nobody_may_see")
    becomes_confidential = kept.confidential and not case.confidential
    leaves = case.is_open and (becomes_confidential or is_kept(rules.tree, kept, case.lead))
    _keep(draft, rules, kept, found if leaves else None, command.actor.id)
    return None


def keep_out(draft: Draft, command: KeepOut, rules: Rules) -> Refusal | None:
    """Since the tree has changed the case is about others than before: they lose it as if they were named now."""
    case, out = draft.case, not_yet_out(rules.tree, draft.case)
    if not out:
        return refuse("nothing_to_correct", case=case.id)
    leaves = case.lead in out or (is_stranded(rules.tree, case) and still_there(case, rules) in out)
    found = led_away(rules.tree, case, case.kept) if leaves else None
    if leaves and found is None:
        return refuse("nobody_may_see")
    _keep(draft, rules, case.kept, found, command.actor.id)
    return None


def _keep(draft: Draft, rules: Rules, kept: KeptFrom, found: Route | None, by: str) -> None:
    """Put it on record; `found` is where the case goes, None: it stays. A closed one keeps whoever had it."""
    lead = draft.case.lead
    to = on_its_step(once_kept(draft.case, kept), rules, found) if found is not None else None
    moves = to is not None and to.desk.code != lead
    restrict(draft, rules, kept, to.desk.code if to is not None else lead)
    if to is not None and moves:
        _move(draft, rules, to, by)
    if draft.case.is_open:
        send_away(draft, rules, by)


def _move(draft: Draft, rules: Rules, to: Route, by: str) -> None:
    """The case goes where it may be: it rests no longer, and what the desk kept out says of it ends nothing."""
    lead = draft.case.lead
    if draft.case.state is State.RESOLVED:
        gate.back_to_work(draft, rules, "restricted", to=to)
        return
    suspensions.end(draft, rules, "restricted", by)
    dispatch_to(draft, rules, to, from_desk=lead)


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
