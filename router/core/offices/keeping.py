"""Keeping a case from somebody (回避): what that ends, and who does what the one kept out was to do.

The law of the file: whoever is kept out hears nothing of it.
"""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from router.core.case import Case
from router.core.commands import Unlink
from router.core.events import ALIVE, AssistRemoved, Milestone, Restricted, SupervisionOrdered, Unlinked
from router.core.policies.instants import end_of_next_working_day
from router.core.policies.policy import OnPass, Satisfies
from router.core.rules import Rules
from router.core.several import linking, members
from router.core.step import ROUTER, Draft
from router.core.telling import notices
from router.core.telling.kept import NOBODY, KeptFrom, is_kept, supervision_for
from router.core.timing.arming import waits_in_vain, who_asks
from router.core.timing.clocks import ENDS
from router.core.timing.ladder import above
from router.core.timing.undoing import no_earlier

#: Duties of whoever helps: they end with its part in the case.
_OF_HELPERS = frozenset({Satisfies.REPORTED_IN, Satisfies.MEDIATED})


def once_kept(case: Case, kept: KeptFrom) -> Case:
    """The case as it will be once it is kept from these."""
    return msgspec.structs.replace(
        case,
        subject_desk=kept.subject_desk,
        named_desks=kept.named_desks,
        named_persons=kept.named_persons,
        confidential=kept.confidential,
    )


def restrict(draft: Draft, rules: Rules, kept: KeptFrom, lead: str) -> None:
    """Put it on record; what waited for somebody who must not see the case any more waits no longer.

    What that one was to decide or to look at, somebody else is, with a working day for it at least.

    Args:
        draft: of the case.
        rules: in force.
        kept: from whom it is kept from now on.
        lead: code of the desk that leads it after this step.
    """
    case, policy = draft.case, rules.policy(draft.case.policy)
    ended = tuple(
        one.name for one in case.milestones if one.status in ALIVE and waits_in_vain(rules, policy, one, kept)
    )
    anew = tuple(_held_anew(draft, rules, kept, lead, ended)) if kept != NOBODY else ()
    draft.add(
        Restricted(
            subject_desk=kept.subject_desk,
            named_desks=kept.named_desks,
            named_persons=kept.named_persons,
            confidential=kept.confidential,
            ended=ended,
            milestones=anew,
        )
    )
    for one in anew:
        _tell_holder(draft, one, lead)
    if kept == NOBODY:
        return
    for linked in tuple(case.links.standing()):
        draft.add(Unlinked(other=linked.other))
        draft.also(
            Unlink(
                id="",
                case_id=linked.other.case_id,
                actor=ROUTER,
                other=case.id,
                about=linking.related(draft.case),
                quiet=True,
            )
        )
    # The project's history, which is announced, says of it what it says of any member that is asked to leave.
    members.leave(draft, rules, "asked")


def send_away(draft: Draft, rules: Rules, by: str = ROUTER.id) -> None:
    """Nobody assists from whom the case is kept; it hears nothing of that, as of a case that is not there."""
    for code in draft.case.assists:
        if is_kept(rules.tree, draft.case.kept, code):
            draft.add(AssistRemoved(desk=code, by=by))


def _held_anew(
    draft: Draft, rules: Rules, kept: KeptFrom, lead: str, ended: tuple[str, ...]
) -> Iterator[Milestone]:
    """The clocks whose holder must not see the case any more, each with another one.

    What a desk asked for, and whoever lets the case rest or follows it up, ends when it goes to another desk.
    """
    case = draft.case
    ahead = end_of_next_working_day(draft.at, rules.calendar(rules.policy(case.policy)))
    for one in case.milestones:
        stays = lead == case.lead or one.satisfied_by in ENDS
        is_over = one.status not in ALIVE or one.satisfied_by in _OF_HELPERS or one.name in ended
        if one.holder is None or is_over or not stays or not is_kept(rules.tree, kept, one.holder):
            continue
        holder = _instead(once_kept(case, kept), rules, one, lead)
        yield msgspec.structs.replace(no_earlier(one, ahead), holder=holder)


def _instead(case: Case, rules: Rules, milestone: Milestone, lead: str) -> str:
    """Code of the desk that holds a clock in the place of one that is kept out."""
    if milestone.satisfied_by is Satisfies.FOLLOWED_UP:
        return who_asks(rules, case.kept, lead, milestone.holder or lead)
    superior = above(case, rules, lead)
    if superior != lead:
        return superior
    supervision = supervision_for(rules.tree, case.kept)
    return supervision.code if supervision is not None else lead


def _tell_holder(draft: Draft, milestone: Milestone, lead: str) -> None:
    holder = milestone.holder or lead
    if milestone.on_pass is OnPass.ESCALATE and milestone.satisfied_by in ENDS:
        draft.add(SupervisionOrdered(milestone=milestone.name, by=holder))
        notices.supervise(draft, holder, milestone.name, milestone.due_at, lead)
        return
    notices.remind(draft, holder, milestone.name, milestone.due_at, "reminder")
