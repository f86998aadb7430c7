"""What if: the life of a case told again under other policies, before anybody switches them on.

Pure: entries in, the entries that the other clocks would have made out. Nothing is written.

People do what they did, when they did it, whoever has the case by then; what the old clocks made of it is left out
and what the new ones make of it is put in its place. So the other policy changes where a case stands and what is
missed, never what anybody did about it: nobody can know who would have hurried.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any, TypeVar

import msgspec

from router.core import events as e
from router.core.case import Case, State
from router.core.events import ALIVE
from router.core.history import evolve
from router.core.lifecycle import settle
from router.core.policies.matching import first_match
from router.core.policies.policy import Anchor, Policy
from router.core.rules import Rules
from router.core.step import Draft, Step
from router.core.telling.kept import kept_from
from router.core.timing.arming import (
    arm,
    escalation_silence,
    requirements_clock,
    return_decision,
    signing,
    statutory_due,
)
from router.core.timing.changes import Changes
from router.core.timing.deadlines import first_passed, wake_up
from router.core.timing.ladder import climb, hand_up, stand
from router.core.timing.replanning import facts_of
from router.core.timing.rescheduling import (
    ends_the_matter,
    is_running,
    reminded_again,
    rescheduled,
    statutory_after,
)
from router.core.timing.taking_over import IMPORTER, past_at_receipt
from router.core.timing.undoing import BY_RECEIPT, no_earlier

_Mover = TypeVar("_Mover", e.ExtensionApproved, e.Resumed)
_HandOver = TypeVar("_HandOver", e.Dispatched, e.ReturnApproved, e.Designated)

#: What the clocks made: the other ones make their own of it.
_CLOCKS = (
    e.DeadlineMissed,
    e.Reminded,
    e.SupervisionOrdered,
    e.NoticeRepeated,
    e.Skipped,
    e.SystemDelayed,
    e.DeadlineRecomputed,
    e.Overtaken,
    e.RecheckRepeated,
    # What another policy made of a star or of an order to plan anew is that policy's.
    e.Replanned,
    # Refusals and late reports rest on who led then.
    e.Refused,
    e.LateReportKept,
)


class Forecast:
    """What the policies would have led to, summed over cases."""

    def __init__(self) -> None:
        #: Cases told again.
        self.cases = 0
        #: Of them those that ran elsewhere before. Whatever the policies: no clock of theirs ends before the
        #: working day after the import does.
        self.imported = 0
        #: Cases that no policy of the set is for.
        self.unmatched = 0
        #: `street>district` → escalations for a missed deadline.
        self.by_step: Counter[str] = Counter()
        #: Desk code → how often a case would have been taken from it.
        self.by_desk: Counter[str] = Counter()
        #: Desk code → how often a case would have come up to it.
        self.to_desk: Counter[str] = Counter()
        #: Hour (UTC, its beginning) → escalations in it.
        self.by_hour: Counter[datetime] = Counter()
        #: Milestones passed unmet by name.
        self.missed: Counter[str] = Counter()
        self.reminders = 0
        self.supervision_orders = 0
        #: Notices repeated at the last step: no escalations.
        self.notices = 0
        #: `street>district` → what the record has for the same cases.
        self.on_record: Counter[str] = Counter()

    @property
    def escalations(self) -> int:
        """Escalations for a missed deadline, in all."""
        return self.by_step.total()

    @property
    def busiest_hour(self) -> tuple[datetime, int] | None:
        """The hour with most escalations, the earliest of several; None without any."""
        if not self.by_hour:
            return None
        return min(self.by_hour.items(), key=lambda item: (-item[1], item[0]))

    def add(self, entries: Sequence[e.Entry], rules: Rules, until: datetime) -> None:
        """Tell one case again; `entries` are all of its entries, in order."""
        received = entries[0].event
        if isinstance(received, e.Received) and received.task is not None:
            return  # an inspection has its own date, whatever the policies say
        predicted = tell_again(entries, rules, until)
        if predicted is None:
            self.unmatched += 1
            return
        self.cases += 1
        self.imported += entries[0].actor == IMPORTER and entries[0].recorded_at <= until
        for entry in entries:
            if entry.event_at <= until and isinstance(entry.event, e.Escalated):
                self.on_record.update(_deadline_step(entry.event))
        for entry in predicted:
            self._count(entry)

    def _count(self, entry: e.Entry) -> None:
        match entry.event:
            case e.Escalated() as event:
                self.by_step.update(_deadline_step(event))
                if event.cause is e.Cause.DEADLINE:
                    self.by_desk[event.from_desk] += 1
                    self.to_desk[event.to_desk] += 1
                    self.by_hour[entry.event_at.replace(minute=0, second=0, microsecond=0)] += 1
            case e.DeadlineMissed(milestone=milestone):
                self.missed[milestone] += 1
            case e.Reminded():
                self.reminders += 1
            case e.SupervisionOrdered():
                self.supervision_orders += 1
            case e.NoticeRepeated():
                self.notices += 1
            case _:
                pass


def _deadline_step(event: e.Escalated) -> list[str]:
    return [f"{event.from_name}>{event.to_name}"] if event.cause is e.Cause.DEADLINE else []


def tell_again(entries: Sequence[e.Entry], rules: Rules, until: datetime) -> list[e.Entry] | None:
    """What the clocks of other policies would have made of one case.

    Args:
        entries: of the case, in order; the first receives it.
        rules: the policies to try, with the tree in force. Made for a replay: the times on record count, and
            nobody gets a case late.
        until: aware; what happened after it is left out, and deadlines strictly before it pass.

    Returns:
        The entries of the clocks, in order; None when none of the policies is for the case.
    """
    first, *later = entries
    received = first.event
    if not isinstance(received, e.Received):
        raise ValueError(f"the first entry of a case is Received, not {type(received).__name__}")
    leads = (entry.event.desk for entry in later if isinstance(entry.event, e.Dispatched))
    facts = facts_of(evolve(None, first), rules, next(leads, ""))
    chosen = first_match(rules.policies, facts, first.event_at, rules.calendars)
    if chosen is None:
        return None
    told = _Telling(rules, chosen.policy, until)
    told.receive(first, received, chosen.reason)
    for entry in later:
        if entry.event_at <= until and not isinstance(entry.event, _CLOCKS):
            told.go_on(entry)
    told.pass_deadlines(until)
    return told.predicted


class _Telling:
    """One case on its other way."""

    def __init__(self, rules: Rules, policy: Policy, until: datetime) -> None:
        self.rules = rules
        self.policy = policy
        self._until = until
        self._case: Case | None = None
        #: Id of the command told last.
        self._cause = ""
        #: What the clocks would have put on record.
        self.predicted: list[e.Entry] = []

    @property
    def case(self) -> Case:
        """As it stands."""
        if self._case is None:
            raise LookupError("nothing was received yet")
        return self._case

    def receive(self, entry: e.Entry, received: e.Received, reason: str) -> None:
        """The receipt, under the other policy."""
        clocks = arm(
            self.rules,
            self.policy,
            Anchor.RECEIVED,
            entry.event_at,
            received.given_due_at,
            received.category,
            kept=kept_from(received),
        )
        event = msgspec.structs.replace(
            received,
            policy=self.policy.version,
            policy_reason=reason,
            milestones=clocks,
            due_at=statutory_due(clocks),
        )
        self._cause, self._actor = entry.cause, entry.actor
        self._case = evolve(None, msgspec.structs.replace(entry, event=event))

    def go_on(self, entry: e.Entry) -> None:
        """What somebody did, after the deadlines before it; the entries of one decision belong together."""
        if entry.cause != self._cause:
            self.pass_deadlines(entry.event_at)
        self._cause, self._actor = entry.cause, entry.actor
        event: e.Event | None = entry.event
        retell = _RETOLD.get(type(entry.event))
        if retell is not None:
            event = retell(self, entry.event, entry.event_at)
        if event is not None:
            self._case = evolve(self.case, msgspec.structs.replace(entry, event=event))

    def pass_deadlines(self, before: datetime) -> None:
        """Let every deadline strictly before an instant pass."""
        if first_passed(self.case, max(before, self.case.opened_at)) is None:
            return
        for step in settle(self.case, before, self.rules, self._until):
            self.foresee(step)

    def foresee(self, step: Step) -> None:
        """What the clocks put on record, and the case it makes."""
        self.predicted += step.entries
        self._case = step.case

    def step_of(self, desk: str) -> int:
        """The step of a case that is pulled to a desk: never below the one it has reached."""
        known = self.rules.tree.desks.get(desk)
        reached = self.case.step
        return max(reached, self.rules.step_of(self.policy, known)) if known is not None else reached

    def handed(self, event: _HandOver, desk: str, clocks: tuple[e.Milestone, ...]) -> _HandOver:
        """A hand-over to a desk as it stands on this policy's ladder, with the clocks that it brings."""
        known = self.rules.tree.desks.get(desk)
        if known is None:
            step, ladder = self.case.step, None
        elif not self.case.lead:
            step, ladder = self.rules.step_of(self.policy, known), None
        else:
            step, ladder = stand(self.case, self.rules, known, self._actor)
        return msgspec.structs.replace(event, step=step, ladder=ladder, milestones=clocks)

    def signing(self, at: datetime, *, to_triage: bool = False) -> tuple[e.Milestone, ...]:
        """A further lead's clock for signing; in triage that for placing it too."""
        return signing(self.rules, self.policy, self.case, at, to_triage=to_triage)

    def armed(self, anchor: Anchor, at: datetime) -> tuple[e.Milestone, ...]:
        """The clocks that start at an event."""
        case = self.case
        return arm(
            self.rules,
            self.policy,
            anchor,
            at,
            case.given_due_at,
            case.category,
            kept=case.kept,
        )

    def moved(self, event: _Mover, changes: Changes, which: Callable[[e.Milestone], bool]) -> _Mover:
        """An approval as it moves the clocks that run here."""
        moved = rescheduled(self.rules, self.case, changes, which)
        return msgspec.structs.replace(event, moved=moved, due_at=statutory_after(self.case, moved))

    def hand_up(self, cause: e.Cause, at: datetime) -> None:
        """Somebody took the case up: one step from where it stands now, if there is one."""
        target = climb(self.case, self.rules)
        if target.desk is not None:
            draft = Draft(self.case, wake_up(self.case.id, cause, at), at=at, now=at, tree=self.rules.tree)
            hand_up(draft, self.rules, target, cause=cause, missed=None)
            self._case = draft.step().case


def _dispatched(told: _Telling, event: e.Dispatched, at: datetime) -> e.Event:
    to_triage = event.reason.startswith("triage")
    clocks = told.signing(at, to_triage=to_triage) if told.case.lead else told.armed(Anchor.DISPATCHED, at)
    return told.handed(event, event.desk, clocks)


def _accepted(told: _Telling, event: e.Accepted, at: datetime) -> e.Event:
    return msgspec.structs.replace(event, milestones=told.armed(Anchor.ACCEPTED, at))


def _resolved(told: _Telling, event: e.Resolved, at: datetime) -> e.Event:
    return msgspec.structs.replace(event, milestones=told.armed(Anchor.RESOLVED, at))


def _reopened(told: _Telling, event: e.Reopened, _at: datetime) -> e.Event:
    return msgspec.structs.replace(event, desk=told.case.lead)


def _rearmed(told: _Telling, event: e.ClocksRearmed, at: datetime) -> e.Event | None:
    """A date that was over when the case came: whichever clocks here end with it."""
    if event.reason != BY_RECEIPT:
        return event
    opened = Draft(
        told.case, wake_up(told.case.id, event.reason, at), at=told.case.opened_at, now=at, tree=told.rules.tree
    )
    past_at_receipt(opened, told.rules)
    told.foresee(opened.step())
    return None


def _restricted(told: _Telling, event: e.Restricted, _at: datetime) -> e.Event:
    """What somebody else holds from now on, as far as it runs here, with the time that one was given."""
    alive = {one.name: one for one in told.case.milestones if one.status in ALIVE}
    held = [(alive[one.name], one) for one in event.milestones if one.name in alive]
    anew = [msgspec.structs.replace(no_earlier(x, y.not_before or x.due_at), holder=y.holder) for x, y in held]
    return msgspec.structs.replace(event, milestones=tuple(anew))


def _return_requested(told: _Telling, event: e.ReturnRequested, at: datetime) -> e.Event:
    holder = (event.milestone.holder if event.milestone is not None else None) or told.case.lead
    clock = return_decision(told.rules, told.policy, at, holder, told.case.category)
    return msgspec.structs.replace(event, milestone=clock)


def _return_approved(told: _Telling, event: e.ReturnApproved, at: datetime) -> e.Event:
    clocks = told.signing(at, to_triage=not (event.placed or event.designation))
    return told.handed(event, event.to, clocks)


def _designated(told: _Telling, event: e.Designated, at: datetime) -> e.Event | None:
    if event.last_resort:  # made with an escalation: the other policy's escalations make their own
        return None
    return told.handed(event, event.desk, told.signing(at))


def _escalation_requested(told: _Telling, event: e.EscalationRequested, at: datetime) -> e.Event | None:
    target = climb(told.case, told.rules)
    if target.desk is None:
        return None
    clock = escalation_silence(told.rules, told.policy, at, target.desk.code)
    return msgspec.structs.replace(event, superior=target.desk.code, milestone=clock)


def _escalated(told: _Telling, event: e.Escalated, at: datetime) -> None:
    """Only what somebody wanted: a missed deadline is the clock's, and so is silence that was consent already."""
    asked = told.case.escalation_request is not None
    if event.cause is not e.Cause.DEADLINE and (asked or event.cause is not e.Cause.VOLUNTARY):
        told.hand_up(event.cause, at)


def _pulled(told: _Telling, event: e.Pulled, _at: datetime) -> e.Event:
    return msgspec.structs.replace(
        event, from_desk=told.case.lead, from_step=told.case.step, to_step=told.step_of(event.to_desk)
    )


def _requirement_issued(told: _Telling, event: e.RequirementIssued, at: datetime) -> e.Event:
    """A date that was named stays; days are counted by the other policy's calendar."""
    if event.milestone is None or event.milestone.budget is None:
        return event
    return msgspec.structs.replace(event, milestone=requirements_clock(told.rules, told.policy, at, None))


def _extension_approved(told: _Telling, event: e.ExtensionApproved, at: datetime) -> e.Event | None:
    asked = told.case.changes.extension_asked
    if asked is None:
        return None
    changes = msgspec.structs.replace(
        told.case.changes, extensions=(*told.case.changes.extensions, asked.granted(at))
    )
    moved = told.moved(event, changes, lambda one: is_running(one) and ends_the_matter(one))
    again = reminded_again(told.rules, told.case, changes, moved.moved, at)
    return msgspec.structs.replace(moved, again=again)


#: Why a suspension ends when somebody wants it to.
_WANTED = ("request", "pulled", "restricted")


def _resumed(told: _Telling, event: e.Resumed, at: datetime) -> e.Event | None:
    """Only what somebody wanted: its longest time, or a clock that never pauses, ends a suspension by itself."""
    if told.case.state is not State.SUSPENDED or event.reason not in _WANTED:
        return None
    return told.moved(event, told.case.changes.resumed(at), lambda one: one.status is e.MilestoneStatus.PAUSED)


#: How an event that brings clocks, or a step of the ladder, is told again; None: it does not happen.
_RETOLD: dict[type[e.Event], Callable[[_Telling, Any, datetime], e.Event | None]] = {
    e.ClocksRearmed: _rearmed,
    e.Dispatched: _dispatched,
    e.Accepted: _accepted,
    e.Resolved: _resolved,
    e.Reopened: _reopened,
    e.Restricted: _restricted,
    e.ReturnRequested: _return_requested,
    e.ReturnApproved: _return_approved,
    e.Designated: _designated,
    e.EscalationRequested: _escalation_requested,
    e.Escalated: _escalated,
    e.Pulled: _pulled,
    e.RequirementIssued: _requirement_issued,
    e.ExtensionApproved: _extension_approved,
    e.Resumed: _resumed,
}
