"""Linking cases (关联), and what many complaints about one matter lead to (docs/behaviour.md, 3.12).

A decision is about one case. What it means for another one is a command of the router's own to that case, which is
stored with the decision (`Draft.also`): both have the link on record, one a moment after the other.
"""

from __future__ import annotations

import hashlib
import unicodedata
from collections.abc import Sequence
from datetime import datetime, timedelta

from router.core.case import Case, State
from router.core.commands import Actor, ActorRole, Command, Link, Related, Unlink
from router.core.events import Cause, ClusterProposed, Linked, Unlinked
from router.core.permissions import FROM_ABOVE, HANDLES, roles_of
from router.core.refusals import Refusal, refuse
from router.core.rules import COMPLAINT, Rules
from router.core.step import FOLLOWS, ROUTER, Draft
from router.core.telling import messages as m, notices
from router.core.telling.hiding import hides
from router.core.timing.ladder import above, climb, hand_up

#: How far apart the same words of the same person may come and be one appeal: our default.
SAME_APPEAL_WITHIN = timedelta(days=7)

#: So many complaints about one thing in one place within an hour are one trouble, not bad work of one desk.
_BURST, _WITHIN = 10, timedelta(hours=1)

_AT_WORK = frozenset({State.DISPATCHED, State.ACCEPTED})


def related(case: Case) -> Related:
    """What another case may know of this one."""
    return Related(
        case_id=case.id,
        version=case.version,
        origin=case.origin,
        opened_at=case.opened_at,
        category=case.category,
        division=case.division_path[-1] if case.division_path else "",
        complainant=case.complainant,
        is_open=case.is_open and case.state is not State.RESOLVED,
        answered_at=case.answered_at,
    )


def appeals_of(case: Case) -> tuple[str, ...]:
    """What makes an appeal the same by whatever channel it comes.

    That is the platform's own key of it, and beside that who complains, in what words, where, about what. Of the
    words letters and digits count, in whatever width and case: one channel types a full stop, another none.

    Returns:
        Texts to be hashed under the installation's key; none: nobody can tell, or it is linked to nothing.
    """
    if case.is_restricted or not case.is_matter:
        return ()
    declared = ("\0".join(("declared", case.appeal)),) if case.appeal else ()
    said = unicodedata.normalize("NFKC", case.text).casefold()
    words = "".join(letter for letter in said if letter.isalnum())
    if not words or case.complainant is None:
        return declared
    return *declared, "\0".join(("appeal", case.complainant, words, case.place_key or "", case.category or ""))


def same_appeal(new: Case, first: Case) -> tuple[Link, Link]:
    """The links between two cases that are one appeal: for each case its own."""
    return _same(new, first), _same(first, new)


def _same(case: Case, other: Case) -> Link:
    said = hashlib.sha256(f"same\0{case.id}\0{other.id}".encode()).hexdigest()[:32]
    return Link(
        id=FOLLOWS + said,
        case_id=case.id,
        actor=ROUTER,
        other=other.id,
        same_appeal=True,
        about=related(other),
    )


def link(draft: Draft, command: Link, rules: Rules) -> Refusal | None:
    """关联: put it on record here, and have it put on record there."""
    other = _other(draft, command, rules)
    if isinstance(other, Refusal):
        return other
    known = draft.case.links.about(other.case_id)
    if known is not None and known.stands:
        return None if _is_router(command.actor) else refuse("linked_already", other=other.case_id)
    if known is not None and other.version <= known.other.version and _is_router(command.actor):
        return None  # it was taken back since
    counted = _counts(draft.case, other)
    draft.add(Linked(other=other, same_appeal=command.same_appeal, counted=counted), text=command.text)
    _tell(draft, "linked", other.case_id)
    if not _is_router(command.actor):
        draft.also(
            lambda case: Link(
                id="", case_id=other.case_id, actor=ROUTER, other=case.id, text=command.text, about=related(case)
            )
        )
    if counted:
        _again(draft, rules)
    return None


def unlink(draft: Draft, command: Unlink, rules: Rules) -> Refusal | None:
    """取消关联: here, and there."""
    other = _other(draft, command, rules)
    if isinstance(other, Refusal):
        return other
    known = draft.case.links.about(other.case_id)
    if _is_router(command.actor):
        if known is not None and other.version <= known.other.version:
            return None
    elif known is None or not known.stands:
        return refuse("not_linked", other=other.case_id)
    # The router's word may come before the link's own: then this one stands for both.
    draft.add(Unlinked(other=other), text=command.text)
    if not (command.quiet and _is_router(command.actor)):  # whoever has this case may be whom the other is about
        _tell(draft, "unlinked", other.case_id)
    if not _is_router(command.actor):
        draft.also(
            lambda case: Unlink(
                id="", case_id=other.case_id, actor=ROUTER, other=case.id, text=command.text, about=related(case)
            )
        )
    return None


def _is_router(actor: Actor) -> bool:
    return actor.role is ActorRole.SYSTEM


def _other(draft: Draft, command: Link | Unlink, rules: Rules) -> Related | Refusal:
    """The other case, if whoever speaks may say that of both.

    A case that is kept from somebody is linked to none: who may not know of one would learn of it from the other.
    """
    if command.other == draft.case.id:
        return refuse("linked_to_itself")
    if _is_router(command.actor):
        return command.about or refuse("no_other_case", other=command.other)
    other = draft.beside.get(command.other)
    if other is None:  # it is not there, or not for whoever speaks (`router.core.lifecycle`)
        return refuse("no_other_case", other=command.other)
    if any(one.is_restricted for one in (draft.case, other)):
        return refuse("kept_apart")
    refusal = may_from_above(command, (draft.case, other), rules)
    return refusal or related(other)


def may_from_above(command: Command, cases: tuple[Case, ...], rules: Rules) -> Refusal | None:
    """What is never the handling desk's: of no case that it is about."""
    for case in cases:
        roles = roles_of(command.actor, case, rules)
        if roles & HANDLES or not roles & frozenset(FROM_ABOVE):
            return refuse("not_from_above", case=case.id)
    return None


def _tell(draft: Draft, what: str, other: str) -> None:
    """The lead hears of it; a case that waits undispatched has none."""
    if draft.case.lead and draft.case.is_open:
        draft.tell_desk(
            draft.case.lead,
            what,
            lambda case: (m.Linked if what == "linked" else m.Unlinked)(
                case_id=case.id, version=case.version, other=other
            ),
        )


def _counts(case: Case, other: Related) -> bool:
    """Whether it is one more complaint: of somebody else, or of the same person after an answer."""
    known = [related(case), *(one.other for one in case.links.standing() if one.other.case_id != other.case_id)]
    return _complaints([*known, other]) > _complaints(known)


def _complaints(cases: Sequence[Related]) -> int:
    """How many complaints these cases are: one of each person, and one more after each answer to anybody.

    *Reading:* of whom nobody knows who complained cannot be told from the others, and counts against nobody.
    """
    answers = [one.answered_at for one in cases if one.answered_at is not None]
    last: dict[str, datetime] = {}
    count = 0
    for one in sorted(cases, key=lambda one: (one.opened_at, one.case_id)):
        who = one.complainant
        if one.origin != COMPLAINT or who is None:
            continue
        if who not in last or any(last[who] <= answered < one.opened_at for answered in answers):
            count += 1
            last[who] = one.opened_at
    return count


def _again(draft: Draft, rules: Rules) -> None:
    """Complained about again: at the policy's number of complaints the case goes up, once on each step.

    Of several cases about one matter the first that was open then goes up, and the others do not.
    """
    case = draft.case
    rule = rules.policy(case.policy).repeat
    if rule is None or case.state not in _AT_WORK or not _is_first(case):
        return
    burst = _burst(case)
    if burst > _BURST:
        _propose(draft, rules, burst)
        return
    own = case.origin == COMPLAINT and not case.links.climbed
    if case.links.complaints + own < rule.escalate_at:
        return
    target = climb(case, rules)
    if target.desk is not None:
        hand_up(draft, rules, target, cause=Cause.REPEAT, missed=None)


def _is_first(case: Case) -> bool:
    """Whether it is the first of those that somebody works on: one that waits for its gate holds up no other."""
    others = (one.other for one in case.links.standing() if one.other.is_open)
    return all((case.opened_at, case.id) < (other.opened_at, other.case_id) for other in others)


def _burst(case: Case) -> int:
    """Complaints about one category and place within the hour before the newest of them."""
    about = [related(case), *(one.other for one in case.links.standing())]
    same = [
        one.opened_at
        for one in about
        if one.origin == COMPLAINT and (one.category, one.division) == (about[0].category, about[0].division)
    ]
    newest = max(same, default=case.opened_at)
    return sum(newest - at <= _WITHIN for at in same)


def _propose(draft: Draft, rules: Rules, count: int) -> None:
    case = draft.case
    if case.links.proposed:
        return
    wanted = rules.dispatcher
    to = above(case, rules, case.lead) if wanted is None or hides(rules.tree, case, wanted) else wanted
    division = case.division_path[-1] if case.division_path else ""
    draft.add(ClusterProposed(to=to, category=case.category, division=division, count=count))
    draft.tell_desk(
        to,
        notices.CLUSTER_PROPOSED,
        lambda now: m.ClusterProposed(
            case_id=now.id,
            version=now.version,
            category=now.category,
            division=division,
            count=count,
            cases=tuple(one.other.case_id for one in now.links.standing()),
        ),
    )
