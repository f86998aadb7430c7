"""Catching up: repairing the engine does not repair the past. What passed while nothing ran is taken, in order.

The clock would do the same, deadline by deadline; but it would stop at the brake, and nobody would have been told
beforehand how many cases go up.
"""

from __future__ import annotations

from collections import Counter
from datetime import datetime

import msgspec

from router.core.case import Case
from router.core.commands import Actor, ActorRole, Command, Rearm
from router.core.events import Milestone, MilestoneStatus
from router.core.timing.deadlines import first_passed, turn, wake_up
from router.core.timing.undoing import may_have_none
from router.flow import Router, RulesInForce
from router.ledger.guard_port import Brake
from router.ledger.port import Ledger
from router.sla.taking_back import Progress, carry_out, nobody

_AUDIT = Actor(ActorRole.SYSTEM, "audit")


class Kind(msgspec.Struct, frozen=True, kw_only=True):
    """Deadlines that are alike."""

    milestone: str
    #: What happens when they pass: `escalate`, `remind`, `supervise`, `nothing`.
    on_pass: str
    count: int
    #: The earliest of them.
    oldest_at: datetime


class Survey(msgspec.Struct, frozen=True, kw_only=True):
    """What passed while nothing ran."""

    open_cases: int
    #: Cases with a passed deadline; of each deadline that follows from one of these nothing is known yet.
    overdue_cases: int
    #: The most frequent first.
    kinds: tuple[Kind, ...]
    #: Cases without a next deadline, though their policy sets one.
    without: int

    @property
    def deadlines(self) -> int:
        """Deadlines that would fall due now."""
        return sum(kind.count for kind in self.kinds)


def survey(ledger: Ledger, rulebook: RulesInForce, now: datetime) -> Survey:
    """Look at every open case; writes nothing."""
    counts, oldest = Counter[tuple[str, str]](), dict[tuple[str, str], datetime]()
    open_cases = overdue = without = 0
    for case in ledger.all_cases(open_only=True):
        open_cases += 1
        passed = _passed(case, now)
        overdue += bool(passed)
        without += _lacks(case, rulebook)
        for one in passed:
            key = (one.name, one.on_pass.value)
            counts[key] += 1
            oldest[key] = min(one.due_at, oldest.get(key, one.due_at))
    kinds = (
        Kind(milestone=key[0], on_pass=key[1], count=count, oldest_at=oldest[key])
        for key, count in counts.most_common()
    )
    return Survey(open_cases=open_cases, overdue_cases=overdue, kinds=tuple(kinds), without=without)


def _passed(case: Case, now: datetime) -> list[Milestone]:
    return [one for one in case.milestones if one.status is MilestoneStatus.RUNNING and one.due_at < now]


def _lacks(case: Case, rulebook: RulesInForce) -> bool:
    if case.next_due_at is not None:
        return False
    return not may_have_none(case, rulebook({case.policy}).policy(case.policy))


class CaughtUp(msgspec.Struct, frozen=True, kw_only=True):
    """What was done."""

    #: Number under which `escalation undo --batch` finds what went up.
    batch: int
    #: Deadlines that were taken, each at its own instant, those among them that followed from others.
    taken: int
    rearmed: int
    #: Cases whose deadline something still holds back.
    held: int


def catch_up(
    ledger: Ledger,
    rulebook: RulesInForce,
    router: Router,
    *,
    by: str,
    reason: str,
    now: datetime,
    progress: Progress = nobody,
) -> CaughtUp:
    """Take everything that has passed by `now`, the oldest first; then nothing of it stands in the brake's way.

    Interrupted or run again it goes on where it was: a deadline passes once.

    Raises:
        UnreachableError: the ledger does not answer; what was taken is taken.
    """
    ledger.let_through(
        Brake(
            cause="catch_up",
            braked_at=now,
            due=ledger.count_held(now),
            threshold=0,
            skew_s=0.0,
            holds=False,
            ended_how="released",
            ended_at=now,
            ended_by=by,
            reason=reason,
        )
    )
    (batch, *_) = ledger.brakes(1)
    lacking = [case for case in ledger.all_cases(open_only=True) if _lacks(case, rulebook)]
    rearming: list[Command] = [
        Rearm(id=f"rearm/{case.id}/{case.version}", case_id=case.id, actor=_AUDIT) for case in lacking
    ]
    rearmed = carry_out(router, rearming, now).accepted
    taken = held = 0
    while True:
        found = [
            (first, case.id) for case in ledger.all_cases(open_only=True) if (first := first_passed(case, now))
        ]
        found.sort(key=lambda one: (turn(one[0]), one[1]))
        before = taken
        done = carry_out(
            router,
            (wake_up(case_id, one.name, one.due_at) for one, case_id in found),
            now,
            lambda so_far, before=before: progress(before + so_far),  # type: ignore[misc]
        )
        taken += done.accepted
        held = done.refused.get("held", 0)
        if not done.accepted:
            return CaughtUp(batch=batch.seq, taken=taken, rearmed=rearmed, held=held)
