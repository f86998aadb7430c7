"""The second list of a policy (督办层级): levels that rise beside the ladder while a case is not solved.

The law of the file: the level only rises, one at a time, and never ends: after the last each further budget tells
its audience once more. Whoever works on the case keeps it; a level is nobody's miss. A level with an officer rises
by that officer's word alone: proposed and confirmed are two events, and silence repeats the proposal.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

import msgspec

from router.core.case import Case, State
from router.core.commands import Actor, ActorRole, ConfirmLevel
from router.core.events import (
    ALIVE,
    LevelProposed,
    LevelRaised,
    LevelRepeated,
    LevelsEnded,
    LevelsStarted,
    Milestone,
    MilestoneStatus,
)
from router.core.policies.instants import next_budget
from router.core.policies.own_clocks import LEVEL
from router.core.policies.policy import Level, LevelStart, OnPass, Policy, Satisfies, Track
from router.core.refusals import Refusal, refuse
from router.core.rules import Rules
from router.core.step import Draft
from router.core.telling import notices
from router.core.telling.hiding import hidden_from, hides
from router.core.telling.kept import supervision_for
from router.core.territory.tree import Tree


def start(draft: Draft, rules: Rules, at: LevelStart) -> None:
    """Let the first level's clock run, where the policy's list starts with this and has not started yet."""
    policy = rules.policy(draft.case.policy)
    if not policy.levels or policy.levels_start is not at:
        return
    if draft.case.level or any(m.on_pass is OnPass.RAISE for m in draft.case.milestones):
        return
    draft.add(LevelsStarted(milestone=_clock(draft.case, rules, policy, 0, draft.at)))


def take_back(draft: Draft, rules: Rules) -> None:
    """A miss was none: a list that began with it ends, unless the case has risen on it or missed another date."""
    case = draft.case
    if case.level or rules.policy(case.policy).levels_start is not LevelStart.MISSED or _has_missed(case):
        return
    if _runs(case):
        draft.add(LevelsEnded())


def _runs(case: Case) -> bool:
    return any(m.on_pass is OnPass.RAISE and m.status in ALIVE for m in case.milestones)


def _has_missed(case: Case) -> bool:
    return any(m.track is Track.STATUTORY and m.status is MilestoneStatus.MISSED for m in case.milestones)


def go_on(draft: Draft, rules: Rules) -> None:
    """Another policy is in force for the case: its list, should it have one and no clock run for it, goes on.

    It never falls: the next level is the one after those it has reached. One that begins with a missed date begins
    for a case that has missed one before.
    """
    case, policy = draft.case, rules.policy(draft.case.policy)
    if not policy.levels or _runs(case):
        return
    if not (case.level or _has_missed(case) or policy.levels_start is LevelStart.RECEIVED):
        return
    clock = _clock(case, rules, policy, min(case.level, len(policy.levels) - 1), draft.at)
    if case.state is State.SUSPENDED:
        clock = msgspec.structs.replace(clock, status=MilestoneStatus.PAUSED)
    draft.add(LevelsStarted(milestone=clock))


def rise(draft: Draft, rules: Rules, passed: Milestone) -> None:
    """A clock of the list has passed: the next level, its proposal, or the last level's notice once more."""
    policy = rules.policy(draft.case.policy)
    if not policy.levels:
        draft.add(LevelsEnded())
        return
    index = min(draft.case.level, len(policy.levels) - 1)
    level = policy.levels[index]
    audience = _audience(draft.case, rules, level)
    if draft.case.level >= len(policy.levels):
        again = _clock(draft.case, rules, policy, index, passed.due_at)
        draft.add(LevelRepeated(number=index + 1, level=level.name, audience=audience, next=again))
    elif level.officer:
        again = _clock(draft.case, rules, policy, index, passed.due_at)
        officer = level.officer if _may_confirm(draft.case, rules, level.officer) else ""
        draft.add(
            LevelProposed(number=index + 1, level=level.name, officer=officer, audience=audience, next=again)
        )
    else:
        _raise(draft, rules, index, passed.due_at, None)
        return
    _tell(draft, audience, level, passed.due_at)


def confirm(draft: Draft, command: ConfirmLevel, rules: Rules) -> Refusal | None:
    """确认: the named officer's word, and nobody else's.

    Where the report is kept from that one, anybody's of supervision that may see it.
    """
    case, policy = draft.case, rules.policy(draft.case.policy)
    if not case.proposed_level or case.proposed_level != command.level:
        return refuse("no_level_proposed", level=command.level)
    index = next((i for i, level in enumerate(policy.levels) if level.name == command.level), None)
    if index != case.level:  # another list is in force since, and the case has stood before that level
        return refuse("no_level_proposed", level=command.level)
    officer = policy.levels[index].officer
    if command.actor.id != officer and _may_confirm(case, rules, officer):
        return refuse("not_the_officer", level=command.level, officer=officer)
    _raise(draft, rules, index, draft.at, command.actor.id, command.text)
    return None


def _may_confirm(case: Case, rules: Rules, officer: str) -> bool:
    return not hidden_from(rules, case, Actor(ActorRole.SUPERVISION, officer))


def _raise(draft: Draft, rules: Rules, index: int, at: datetime, confirmed_by: str | None, text: str = "") -> None:
    policy = rules.policy(draft.case.policy)
    level = policy.levels[index]
    audience = _audience(draft.case, rules, level)
    following = min(index + 1, len(policy.levels) - 1)
    draft.add(
        LevelRaised(
            number=index + 1,
            level=level.name,
            audience=audience,
            actions=level.actions,
            confirmed_by=confirmed_by,
            next=_clock(draft.case, rules, policy, following, at),
        ),
        text=text,
    )
    _tell(draft, audience, level, at)


def _clock(case: Case, rules: Rules, policy: Policy, index: int, since: datetime) -> Milestone:
    level = policy.levels[index]
    deadline = next_budget(level.after, since, rules.calendar(policy))
    if deadline is None:
        raise ValueError(f"the level {level.name} has no clock")
    return Milestone(
        name=f"{LEVEL}{level.name}",
        due_at=deadline.at,
        satisfied_by=Satisfies.CLOSED,
        on_pass=OnPass.RAISE,
        to="supervision",
        track=Track.INTERNAL,
        provisional=deadline.provisional,
        since=since,
        budget=level.after,
        # Not the lead's: it runs on whoever leads.
        holder=next(iter(_audience(case, rules, level)), None) or rules.follow_up_desk or case.lead,
    )


def _audience(case: Case, rules: Rules, level: Level) -> tuple[str, ...]:
    """Codes of the desks a level is put before; of a confidential case those alone that have a part in it.

    Where the case is kept from all of them, the lowest supervision that may see it stands in; where there is none,
    the audience of the next level that has one, else the nearest desk above the lead, else the lead.
    """
    codes = _standing(rules.tree, level.audience)
    if not case.is_restricted or not codes:
        return codes
    told = tuple(code for code in codes if not hides(rules.tree, case, code))
    return told or _instead(case, rules, level)


def _standing(tree: Tree, codes: Iterable[str]) -> tuple[str, ...]:
    desks = (tree.standing(code) for code in codes)
    return tuple(dict.fromkeys(desk.code for desk in desks if desk is not None))


def _instead(case: Case, rules: Rules, level: Level) -> tuple[str, ...]:
    """Who is told of a level when the case is kept from its whole audience."""
    tree, levels = rules.tree, rules.policy(case.policy).levels
    other = supervision_for(tree, case.kept)
    if other is not None:
        return (other.code,)
    for later in levels[levels.index(level) + 1 :]:
        if told := tuple(code for code in _standing(tree, later.audience) if not hides(tree, case, code)):
            return told
    above = (desk.code for desk in tree.chain(case.lead)[1:] if tree.standing(desk.code) is desk)
    return (next((code for code in above if not hides(tree, case, code)), case.lead),)


def _tell(draft: Draft, audience: tuple[str, ...], level: Level, due_at: datetime) -> None:
    for desk in audience:
        notices.supervise(draft, desk, f"{LEVEL}{level.name}", due_at, draft.case.lead)
