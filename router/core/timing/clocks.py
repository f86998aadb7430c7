"""The clocks of a case: how its milestones start, are met, missed, superseded, and run on after a reopening.

The law of the file: a clock that has passed never passes again. Only `history` calls what is here.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

import msgspec

from router.core.case import Case
from router.core.events import ALIVE, Milestone, MilestoneStatus, Moved
from router.core.policies.policy import OnPass, Satisfies, Track
from router.core.timing.changes import NONE

#: Duties of one desk towards the case, or of others while it waits for a decision: they end with it.
_PASSING = frozenset(
    {
        Satisfies.DISPATCHED,
        Satisfies.ACCEPTED,
        Satisfies.REPORTED_IN,
        Satisfies.MEDIATED,
        Satisfies.RETURN_DECIDED,
        Satisfies.ESCALATION_DECIDED,
        Satisfies.EXTENSION_DECIDED,
        Satisfies.SUSPENSION_DECIDED,
        Satisfies.RECHECKED,
        Satisfies.RESUMED,
        Satisfies.FOLLOWED_UP,
    }
)
#: Decisions that somebody waits for.
_DECISIONS = (
    Satisfies.RETURN_DECIDED,
    Satisfies.ESCALATION_DECIDED,
    Satisfies.EXTENSION_DECIDED,
    Satisfies.SUSPENSION_DECIDED,
)
#: Its instant has passed; it never passes again, whether that counts or was withdrawn.
_OVER = (MilestoneStatus.MISSED, MilestoneStatus.WITHDRAWN)
#: What ends the matter, in the order it does.
ENDS = {Satisfies.RESOLVED: 1, Satisfies.CLOSED: 2}


def arm(case: Case, *milestones: Milestone | None) -> None:
    """Start clocks; one whose very instant was missed before is over and does not start again."""
    passed = [(m.name, m.due_at) for m in case.milestones if m.status in _OVER or m.overtaken]
    fresh = [m for m in milestones if m is not None and (m.name, m.due_at) not in passed]
    case.milestones = (*case.milestones, *fresh)


def rearm(case: Case, milestones: tuple[Milestone, ...]) -> None:
    """A new lead's clocks take the place of those of the same name that ran for the old one."""
    if milestones:
        names = {milestone.name for milestone in milestones}
        end(case, lambda m: m.name in names)
        arm(case, *milestones)


def end(
    case: Case,
    which: Callable[[Milestone], bool],
    status: MilestoneStatus = MilestoneStatus.SUPERSEDED,
    **changes: Any,
) -> None:
    """Give the clocks that `which` picks among those that run or stand still another status."""
    if any(m.status in ALIVE and which(m) for m in case.milestones):
        case.milestones = tuple(
            msgspec.structs.replace(m, status=status, **changes) if m.status in ALIVE and which(m) else m
            for m in case.milestones
        )


def pause(case: Case) -> None:
    """The running clocks stand still, but for those that never pause."""
    end(case, lambda m: m.pauses and m.status is MilestoneStatus.RUNNING, MilestoneStatus.PAUSED)


def unpause(case: Case, at: datetime) -> None:
    """What stood still runs again, and nobody has to look at a suspension that is over."""
    end(case, lambda m: m.status is MilestoneStatus.PAUSED, MilestoneStatus.RUNNING)
    satisfy(case, Satisfies.RECHECKED, at)
    satisfy(case, Satisfies.RESUMED, at)


def reschedule(case: Case, moves: tuple[Moved, ...], **more: Any) -> None:
    """Clocks end at other instants; what the budget alone had said is kept."""
    for one in moves:
        _change(case, one.milestone, one.due_at, one.moved_to, provisional=one.provisional, **more)


def is_of_lead(m: Milestone) -> bool:
    """Whether a clock is about the lead's work: its own, or that of the superior that supervises it."""
    own = m.holder is None and m.satisfied_by is not Satisfies.REVIEWED
    return own or (m.on_pass is OnPass.ESCALATE and m.satisfied_by in ENDS)


def replace(case: Case, ended: tuple[str, ...], milestones: tuple[Milestone, ...]) -> None:
    """Another policy: its clocks take the place of those named, which are over."""
    names = set(ended)
    end(case, lambda m: m.name in names)
    arm(case, *milestones)


def _change(case: Case, name: str, due_at: datetime, moved_to: datetime, **more: Any) -> None:
    def moved(m: Milestone) -> Milestone:
        base_at = m.base_at if m.base_at is not None else m.due_at
        return msgspec.structs.replace(m, due_at=moved_to, base_at=base_at, **more)

    case.milestones = tuple(
        moved(m) if m.status in ALIVE and m.name == name and m.due_at == due_at else m for m in case.milestones
    )


def satisfy(case: Case, what: Satisfies, at: datetime) -> None:
    """Running milestones that `what` satisfies are met; a milestone is met at its very instant too."""
    end(case, lambda m: m.satisfied_by is what, MilestoneStatus.MET, met_at=at)


def miss(case: Case, name: str, due_at: datetime, charged_to: str) -> None:
    """The running milestone of that name and instant is missed, by that desk."""
    end(case, lambda m: m.name == name and m.due_at == due_at, MilestoneStatus.MISSED, charged_to=charged_to)


def excuse(case: Case, name: str, due_at: datetime) -> None:
    """A miss stays on record and leaves the figures of its desk."""
    found = missed(case, name, due_at)
    if found is not None:
        excused = msgspec.structs.replace(found, excused=True)
        case.milestones = tuple(excused if m is found else m for m in case.milestones)


def move(case: Case, name: str, due_at: datetime, moved_to: datetime) -> None:
    """The running milestone of that name and instant runs until another one, and no less however it is counted."""
    _change(case, name, due_at, moved_to, not_before=moved_to)


def recompute(
    case: Case,
    name: str,
    due_at: datetime,
    moved_to: datetime,
    *,
    provisional: bool,
    base_at: datetime | None = None,
) -> None:
    """The running milestone of that name and instant was counted again; the figures' due date follows its own.

    Nobody is to be late by a date that was never true: when the plain week was all that was known, the date the
    calendar gives now is the first one that anybody could be held to.
    """
    moved = case.running(name, due_at)
    if moved is None:
        return
    as_armed = moved.base_at if moved.base_at is not None else due_at
    again = msgspec.structs.replace(moved, due_at=moved_to, provisional=provisional, base_at=base_at)
    case.milestones = tuple(again if m is moved else m for m in case.milestones)
    if case.changes is not NONE:  # the date as first set is what the budget alone comes to
        if _is_promise(moved) and moved_to != due_at:
            case.extended_due_at = moved_to
        if base_at is not None and case.due_at == as_armed and _is_promise(moved):
            case.due_at = base_at
    elif case.due_at == due_at and moved.since == case.opened_at and _is_promise(moved):
        case.due_at = max(m.due_at for m in case.milestones if m.since == case.opened_at and _is_promise(m))
    if case.extended_due_at == due_at and _is_promise(moved):
        case.extended_due_at = moved_to


def _is_promise(m: Milestone) -> bool:
    return m.track is Track.STATUTORY and m.satisfied_by in ENDS and "@" not in m.name


def missed(case: Case, name: str | None, due_at: datetime | None) -> Milestone | None:
    """The missed milestone of that name and instant; None when there is none."""
    found = (m for m in case.milestones if m.name == name and m.due_at == due_at)
    return next((m for m in found if m.status is MilestoneStatus.MISSED), None)


def cancel(case: Case, name: str, due_at: datetime, moved_to: datetime) -> None:
    """By a decision on record it was no deadline: it ends later, and so does the figures' due date with it."""
    recompute(case, name, due_at, moved_to, provisional=False)
    end(
        case,
        lambda m: m.name == name and m.due_at == moved_to,
        MilestoneStatus.RUNNING,
        not_before=moved_to,
    )


def withdraw(case: Case, name: str, due_at: datetime, moved_to: datetime) -> None:
    """A miss was none; where it was the figures' due date, that is a later one."""
    found = missed(case, name, due_at)
    if found is not None:
        if case.due_at == due_at and _is_promise(found):
            case.due_at = moved_to
        gone = msgspec.structs.replace(found, status=MilestoneStatus.WITHDRAWN, charged_to=None)
        case.milestones = tuple(gone if m is found else m for m in case.milestones)


def end_ladder(case: Case, name: str, since: datetime | None = None) -> None:
    """The clocks of the ladder that started when a milestone was missed are superseded; with `since` the one alone
    that started at that instant.
    """
    end(case, lambda m: is_after(m, name) and (since is None or m.since == since))


def is_after(m: Milestone, name: str) -> bool:
    """Whether it is the ladder's clock after a milestone of that name."""
    return m.name.startswith(f"{name.partition('@')[0]}@")


def of_step(case: Case, name: str) -> None:
    """The lead's running clocks of the ladder are those of the step of that name, at their old instants."""
    others = of_other_steps(case, name)
    case.milestones = tuple(
        msgspec.structs.replace(m, name=f"{m.name.partition('@')[0]}@{name}") if m in others else m
        for m in case.milestones
    )


def of_other_steps(case: Case, name: str) -> tuple[Milestone, ...]:
    """The lead's running clocks of the ladder that are not of the step of that name."""
    ladder = (m for m in case.milestones if m.status in ALIVE and m.holder is None and "@" in m.name)
    return tuple(m for m in ladder if m.name.partition("@")[2] != name)


def forget_repeats(case: Case, name: str) -> None:
    """Of the ladder's own clock that is missed again and again at the last step only the last miss stays.

    The entries keep them all. A case that nobody solves for years must not grow with every notice, nor make each
    one slower than the one before; and nothing asks for the others: no desk lost the case by one of them.
    """
    if "@" not in name:
        return
    again = [m for m in case.milestones if m.name == name and m.status is MilestoneStatus.MISSED]
    if len(again) > 1:
        last = max(again, key=lambda m: m.due_at)
        case.milestones = tuple(m for m in case.milestones if m is last or m not in again)


def void_requests(case: Case) -> None:
    """Nobody has to decide any more on what a desk asked for."""
    end(case, lambda m: m.satisfied_by in _DECISIONS)
    if case.changes.extension_asked is not None or case.changes.suspension_asked is not None:
        case.changes = msgspec.structs.replace(case.changes, extension_asked=None, suspension_asked=None)


def supersede(case: Case, by: Milestone | None) -> None:
    """The lead's running clocks are superseded; not those somebody else holds, nor the promise to the citizen.

    A missed deadline (`by`) replaces its own clock, and those of what comes before it, by the next step's budget:
    a signature that was not given takes the case up, but the day it is to be closed by stays; and an internal
    aim never replaces the statutory date. For any other cause (None) what escalates or counts in the figures
    goes up with the case.
    """

    end(case, lambda m: _gives_way(m, by))


def _gives_way(m: Milestone, by: Milestone | None) -> bool:
    """Whether a clock of the lead ends when the case goes up by another one."""
    if m.holder is not None or m.satisfied_by is Satisfies.TICKED:  # what is required stays required
        return False
    escalates = m.on_pass is OnPass.ESCALATE
    if by is None:
        return m.satisfied_by in _PASSING or not (escalates or m.track is Track.STATUTORY)
    later = ENDS.get(m.satisfied_by, 0) > ENDS.get(by.satisfied_by, 0)
    promised = m.satisfied_by in ENDS and m.track is Track.STATUTORY and by.track is Track.INTERNAL
    return not (escalates and (later or promised))


def foremost(missed: Sequence[Milestone]) -> Milestone:
    """Of deadlines missed at one instant the one that the case goes up by.

    That is the one that ends the matter latest, of two the statutory one.
    """
    return max(missed, key=lambda m: (ENDS.get(m.satisfied_by, 0), m.track is Track.STATUTORY, m.holder is None))


def apart(by: Milestone, beside: Sequence[Milestone]) -> tuple[Milestone, ...]:
    """Of other deadlines missed at the instant of `by` those that its next clock does not stand for."""
    return tuple(m for m in beside if not _gives_way(m, by))


def overtake(case: Case, name: str, due_at: datetime, at: datetime) -> None:
    """A missed deadline is met after all; where that ends the matter, the ladder's clock after it is void."""
    found = missed(case, name, due_at)
    if found is None:
        return
    met = msgspec.structs.replace(found, status=MilestoneStatus.MET, met_at=at, overtaken=True)
    case.milestones = tuple(met if m is found else m for m in case.milestones)
    if found.satisfied_by in ENDS:
        after = f"{name.partition('@')[0]}@"
        end(case, lambda m: m.name.startswith(after), overtaken=True)


def postpone(case: Case, not_before: datetime, which: Callable[[Milestone], bool] = lambda _: True) -> None:
    """The running clocks among those that `which` picks end no earlier than that."""
    for m in case.milestones:
        if m.status is MilestoneStatus.RUNNING and m.due_at < not_before and which(m):
            _change(case, m.name, m.due_at, not_before)

    def is_later(m: Milestone) -> bool:
        return which(m) and (m.not_before or not_before) <= not_before

    end(case, is_later, MilestoneStatus.RUNNING, not_before=not_before)


def drop_all(case: Case) -> None:
    """Nothing of a closed case falls due any more."""
    end(case, lambda _: True, MilestoneStatus.DROPPED)


def revive(case: Case, *, in_vain: bool) -> None:
    """What the desk's word had satisfied, or the closing had dropped, runs on at its old instant.

    A miss that a report had overtaken is one after all where that report was `in_vain`: its gate failed. Where
    somebody wants the case back later it was in time and stays so, for good; the clock after it runs on, for
    whoever has the case.
    """
    end(case, lambda m: m.satisfied_by is Satisfies.FOLLOWED_UP)
    void = {
        m.name.partition("@")[0] for m in case.milestones if m.overtaken and m.status is not MilestoneStatus.MET
    }
    case.milestones = tuple(
        _kept(m, goes_on=m.name.partition("@")[0] in void) if _is_kept(m, in_vain=in_vain) else _revived(m)
        for m in case.milestones
    )


def _is_kept(m: Milestone, *, in_vain: bool) -> bool:
    """Whether it was met by a report in time after all, and stays so."""
    return m.for_good or (m.overtaken and m.status is MilestoneStatus.MET and not in_vain)


def _kept(m: Milestone, *, goes_on: bool) -> Milestone:
    """Met for good where the ladder's clock after it `goes_on`; else it runs like any that was met."""
    if m.for_good or goes_on or m.satisfied_by not in ENDS:
        return msgspec.structs.replace(m, for_good=True)
    return msgspec.structs.replace(
        m, status=MilestoneStatus.RUNNING, met_at=None, overtaken=False, charged_to=None
    )


def _revived(m: Milestone) -> Milestone:
    if m.overtaken:  # the miss that a report had overtaken is one after all, and the clock after it runs
        missed = m.status is MilestoneStatus.MET
        status = MilestoneStatus.MISSED if missed else MilestoneStatus.RUNNING
        return msgspec.structs.replace(m, status=status, met_at=None, overtaken=False)
    undone = m.status is MilestoneStatus.MET and m.satisfied_by in ENDS
    dropped = m.status is MilestoneStatus.DROPPED and m.satisfied_by not in _PASSING
    if undone or dropped:
        return msgspec.structs.replace(m, status=MilestoneStatus.RUNNING, met_at=None)
    return m
