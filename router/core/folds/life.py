"""How a case changes from its receipt to its closing."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import msgspec

from router.core import events as e
from router.core.case import Case, KeptReport, ReturnRequest, State, Taken
from router.core.commands import FollowUpResult
from router.core.folds import links, together
from router.core.policies.own_clocks import ESCALATION_SILENCE
from router.core.policies.policy import GateKind, Satisfies
from router.core.several.inspected import UNTOUCHED
from router.core.timing import clocks
from router.core.timing.changes import NONE


def take_lead(case: Case, desk: str, entry: e.Entry, *, deciding: e.Milestone | None = None) -> None:
    """A desk gets the case: what the last one asked for, or was asked, is void; but for an extension that somebody
    is `deciding` on.
    """
    if case.lead:
        asked = case.changes.extension_asked
        clocks.void_requests(case)
        if deciding is not None:
            case.changes = msgspec.structs.replace(case.changes, extension_asked=asked)
            clocks.arm(case, deciding)
    case.lead = desk
    case.state = State.DISPATCHED
    case.dispatched_at = entry.event_at
    case.assigned_at = entry.recorded_at
    case.assigned_version = entry.version
    case.accepted_at = None
    case.assists = tuple(assist for assist in case.assists if assist != desk)
    together.leads(case, desk)
    case.return_request = None
    case.escalation_request = None
    case.designation = False
    case.designated = False


def _lose(case: Case, to: str, entry: e.Entry, missed: e.Milestone | None = None) -> None:
    """The lead loses the case: it may still report what it did."""
    if case.lead and case.lead != to:
        lost = Taken(
            desk=case.lead,
            at=entry.event_at,
            milestone=missed.name if missed is not None else None,
            due_at=missed.due_at if missed is not None else None,
            accepted_at=case.accepted_at,
        )
        case.taken = (*case.taken, lost)


def _on_dispatched(case: Case, event: e.Dispatched, entry: e.Entry) -> None:
    _lose(case, event.desk, entry)
    take_lead(case, event.desk, entry)
    _stand_on(case, event.step, event.ladder)
    _place(case, entry, placed=not event.reason.startswith("triage"))
    clocks.rearm(case, event.milestones)


def _place(case: Case, entry: e.Entry, *, placed: bool) -> None:
    """A desk that must act has it; or one of triage, which still has to dispatch it."""
    if placed:
        clocks.satisfy(case, Satisfies.DISPATCHED, entry.event_at)
    elif not case.unplaced:
        case.climbed_unplaced = 0
    case.unplaced = not placed


def _on_accepted(case: Case, event: e.Accepted, entry: e.Entry) -> None:
    case.state = State.ACCEPTED
    case.accepted_at = entry.event_at
    clocks.satisfy(case, Satisfies.ACCEPTED, entry.event_at)
    clocks.rearm(case, event.milestones)


def _on_progress(case: Case, event: e.ProgressReported, entry: e.Entry) -> None:
    together.found(case, event.substantiated)
    clocks.satisfy(case, Satisfies.PROGRESS, entry.event_at)


def _on_replied(case: Case, event: e.Replied, entry: e.Entry) -> None:
    case.answered_at = entry.event_at
    clocks.satisfy(case, Satisfies.REPLIED, entry.event_at)
    clocks.arm(case, event.commitment)


def _on_mitigated(_case: Case, _event: e.Event, _entry: e.Entry) -> None:
    """A barrier put up changes no clock and no state."""


def _on_return_requested(case: Case, event: e.ReturnRequested, entry: e.Entry) -> None:
    case.return_request = ReturnRequest(
        desk=event.desk, reason=event.reason, suggested_desk=event.suggested_desk, at=entry.event_at
    )
    clocks.arm(case, event.milestone)


def _on_return_approved(case: Case, event: e.ReturnApproved, entry: e.Entry) -> None:
    clocks.satisfy(case, Satisfies.RETURN_DECIDED, entry.event_at)
    _lose(case, event.to, entry)
    take_lead(case, event.to, entry)
    case.returns += 1
    case.designation = event.designation
    if not event.designation:  # whoever must designate has still to place it, where nobody has
        _place(case, entry, placed=event.placed)
    _stand_on(case, event.step, event.ladder)
    clocks.rearm(case, event.milestones)


def _on_return_refused(case: Case, _event: e.ReturnRefused, entry: e.Entry) -> None:
    case.return_request = None
    clocks.satisfy(case, Satisfies.RETURN_DECIDED, entry.event_at)


def _on_designated(case: Case, event: e.Designated, entry: e.Entry) -> None:
    clocks.satisfy(case, Satisfies.RETURN_DECIDED, entry.event_at)
    _place(case, entry, placed=True)
    if not event.last_resort:  # whom it climbed past in the same step never had it
        _lose(case, event.desk, entry)
    take_lead(case, event.desk, entry)
    case.designated = True
    _stand_on(case, event.step, event.ladder)
    clocks.rearm(case, event.milestones)


def _stand_on(case: Case, step: int | None, ladder: str | None) -> None:
    if step is not None:
        case.step = step
    if ladder is not None:
        clocks.of_step(case, ladder)


def _on_resolved(case: Case, event: e.Resolved, entry: e.Entry) -> None:
    case.state = State.RESOLVED
    case.resolved_at = case.answered_at = entry.event_at
    case.outcome = event.outcome
    case.on_the_spot = event.on_the_spot
    case.return_request = None
    case.escalation_request = None
    case.late_reports = ()  # whatever was said before is about what this resolution is about
    case.unreachable = ()
    clocks.void_requests(case)
    together.nobody_need_come(case)
    for met in (Satisfies.ACCEPTED, Satisfies.PROGRESS, Satisfies.RESOLVED):  # who resolves has signed and moved
        clocks.satisfy(case, met, entry.event_at)
    clocks.rearm(case, event.milestones)


def _on_nothing_raised(case: Case, event: e.NothingRaised, entry: e.Entry) -> None:
    case.state = State.CLOSED
    case.closed_at = entry.event_at
    case.nothing_raised = True
    case.lead = event.desk


def _on_follow_up_drawn(case: Case, event: e.FollowUpDrawn, _entry: e.Entry) -> None:
    case.to_be_asked = event.drawn


def _on_followed_up(case: Case, event: e.FollowedUp, entry: e.Entry) -> None:
    case.follow_ups += 1
    case.answers = event.answers or case.answers
    if event.result is FollowUpResult.UNREACHABLE:
        case.unreachable = (*case.unreachable, entry.event_at)
        return
    clocks.satisfy(case, Satisfies.FOLLOWED_UP, entry.event_at)


def _on_closed(case: Case, event: e.Closed, entry: e.Entry) -> None:
    case.state = State.CLOSED
    case.closed_at = entry.event_at
    case.satisfied = event.gate == GateKind.FOLLOW_UP
    case.outcome = event.outcome
    case.return_request = None
    case.escalation_request = None
    together.nobody_need_come(case)
    clocks.satisfy(case, Satisfies.FOLLOWED_UP, entry.event_at)
    clocks.satisfy(case, Satisfies.CLOSED, entry.event_at)
    if case.changes is not NONE:
        clocks.void_requests(case)
        if case.changes.is_paused:
            case.changes = case.changes.resumed(entry.event_at)
    clocks.drop_all(case)


def _on_reopened(case: Case, event: e.Reopened, entry: e.Entry) -> None:
    """Back to work: what the desk's word had satisfied, or the closing had dropped, runs on."""
    case.reprocesses += event.reason == "gate"
    case.closed_at = None
    case.resolved_at = None
    case.outcome = None
    case.on_the_spot = case.satisfied = False
    case.unreachable = ()
    if case.inspections is not UNTOUCHED:
        recurred = case.inspections.recurred or event.reason == "recheck"
        case.inspections = msgspec.structs.replace(case.inspections, waits=None, recurred=recurred)
    clocks.revive(case, in_vain=event.reason == "gate")
    if event.not_before is not None:
        clocks.postpone(case, event.not_before)
    _lose(case, event.desk, entry)
    take_lead(case, event.desk, entry)


def _on_missed(case: Case, event: e.DeadlineMissed, _entry: e.Entry) -> None:
    clocks.miss(case, event.milestone, event.due_at, event.charged_to)
    if event.milestone == ESCALATION_SILENCE:  # nobody is above to take it: the request is void
        case.escalation_request = None


def _on_reminded(_case: Case, _event: e.Event, _entry: e.Entry) -> None:
    """Being told changes nothing."""


def _on_supervision(_case: Case, _event: e.Event, _entry: e.Entry) -> None:
    """The order is a fact on record; the lead stays."""


def _on_skipped(case: Case, event: e.Skipped, _entry: e.Entry) -> None:
    case.step = event.step


def _on_escalated(case: Case, event: e.Escalated, entry: e.Entry) -> None:
    case.step = event.to_step
    case.escalations += event.cause is e.Cause.DEADLINE
    case.climbed_unplaced += case.unplaced and event.cause is e.Cause.DEADLINE
    if event.cause is e.Cause.REPEAT:
        links.climbed(case)
    case.escalation_request = None
    clocks.satisfy(case, Satisfies.ESCALATION_DECIDED, entry.event_at)
    missed = clocks.missed(case, event.milestone, event.due_at)
    if event.mode == "transfer":
        clocks.supersede(case, missed)
        hand_up(case, event.to_desk, entry, missed, deciding=event.deciding)
    else:
        case.ordered_at = entry.event_at
        case.order_recorded_at = entry.recorded_at
    clocks.arm(case, event.next, *event.also)


def hand_up(
    case: Case, to: str, entry: e.Entry, missed: e.Milestone | None, *, deciding: e.Milestone | None = None
) -> None:
    """The superior leads; the lower desk stays assist and may still report what it did in time.

    A resolution that waits for its gate is not undone by a deadline: the superior answers for it from now on.
    """
    old, resolved = case.lead, case.state is State.RESOLVED
    if old == to:  # one desk serves several levels: it has the case in hand already
        case.assigned_version = entry.version
        return
    _lose(case, to, entry, missed)
    case.assists = (*(assist for assist in case.assists if assist != old), old)
    take_lead(case, to, entry, deciding=deciding)
    if resolved:
        case.state = State.RESOLVED


def _on_notice_repeated(case: Case, event: e.NoticeRepeated, _entry: e.Entry) -> None:
    clocks.forget_repeats(case, event.milestone)
    clocks.arm(case, event.next)


def _on_escalation_requested(case: Case, event: e.EscalationRequested, _entry: e.Entry) -> None:
    case.escalation_request = event.superior
    clocks.arm(case, event.milestone)


def _on_overtaken(case: Case, event: e.Overtaken, entry: e.Entry) -> None:
    """The deadline counts as met after all; when that ends the matter, the ladder's clock after it is void."""
    clocks.overtake(case, event.milestone, event.due_at, entry.event_at)


def _on_system_delayed(case: Case, event: e.SystemDelayed, _entry: e.Entry) -> None:
    clocks.move(case, event.milestone, event.due_at, event.moved_to)


def _on_recomputed(case: Case, event: e.DeadlineRecomputed, _entry: e.Entry) -> None:
    clocks.recompute(
        case,
        event.milestone,
        event.due_at,
        event.moved_to,
        provisional=event.provisional,
        base_at=event.base_at,
    )


def _on_corrected(case: Case, event: e.Corrected, _entry: e.Entry) -> None:
    case.category = event.category
    case.category_group = event.category_group
    case.division_path = event.division_path
    case.place_key = event.place_key
    case.place = event.place
    case.triaged = event.triaged


def _on_affected_changed(case: Case, event: e.AffectedChanged, _entry: e.Entry) -> None:
    case.affected = event.affected


def _on_restricted(case: Case, event: e.Restricted, _entry: e.Entry) -> None:
    case.subject_desk = event.subject_desk
    case.named_desks = event.named_desks
    case.named_persons = event.named_persons
    case.confidential = event.confidential
    clocks.end(case, lambda m: m.name in event.ended)
    clocks.rearm(case, event.milestones)


def _on_withdrawn(_case: Case, _event: e.Event, _entry: e.Entry) -> None:
    """The closing that follows in the same step ends it."""


def _on_late_report(case: Case, event: e.LateReportKept, entry: e.Entry) -> None:
    kept = KeptReport(
        command=event.command,
        desk=event.desk,
        outcome=event.outcome,
        evidence=event.evidence,
        entry=entry.version,
        text=entry.text,
    )
    case.late_reports = (*case.late_reports, kept)


def _on_refused(_case: Case, _event: e.Event, _entry: e.Entry) -> None:
    """A refusal changes nothing."""


#: How the events of the main path change a case.
FOLDS: dict[type[e.Event], Callable[[Case, Any, e.Entry], None]] = {
    e.Dispatched: _on_dispatched,
    e.NothingRaised: _on_nothing_raised,
    e.Accepted: _on_accepted,
    e.ProgressReported: _on_progress,
    e.Replied: _on_replied,
    e.Mitigated: _on_mitigated,
    e.ReturnRequested: _on_return_requested,
    e.ReturnApproved: _on_return_approved,
    e.ReturnRefused: _on_return_refused,
    e.Designated: _on_designated,
    e.Resolved: _on_resolved,
    e.FollowUpDrawn: _on_follow_up_drawn,
    e.FollowedUp: _on_followed_up,
    e.Closed: _on_closed,
    e.Reopened: _on_reopened,
    e.DeadlineMissed: _on_missed,
    e.Reminded: _on_reminded,
    e.SupervisionOrdered: _on_supervision,
    e.Skipped: _on_skipped,
    e.Escalated: _on_escalated,
    e.NoticeRepeated: _on_notice_repeated,
    e.EscalationRequested: _on_escalation_requested,
    e.Overtaken: _on_overtaken,
    e.SystemDelayed: _on_system_delayed,
    e.DeadlineRecomputed: _on_recomputed,
    e.Corrected: _on_corrected,
    e.AffectedChanged: _on_affected_changed,
    e.Restricted: _on_restricted,
    e.Withdrawn: _on_withdrawn,
    e.LateReportKept: _on_late_report,
    e.Refused: _on_refused,
}
