"""How the clocks of a case change: extensions, suspensions, excuses, stars, another policy."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

import msgspec

from router.core import events as e
from router.core.case import Case, State
from router.core.policies.policy import Satisfies
from router.core.timing import clocks
from router.core.timing.changes import ExtensionAsked, Pause, SuspensionAsked


def _on_extension_requested(case: Case, event: e.ExtensionRequested, entry: e.Entry) -> None:
    asked = ExtensionAsked(
        desk=event.desk,
        reason=event.reason,
        at=entry.event_at,
        count=event.count,
        days=event.days,
        until=event.until,
    )
    _change(case, extension_asked=asked)
    clocks.rearm(case, (event.milestone,))


def _on_extension_approved(case: Case, event: e.ExtensionApproved, entry: e.Entry) -> None:
    asked = case.changes.extension_asked
    if asked is not None:
        _change(case, extension_asked=None, extensions=(*case.changes.extensions, asked.granted(entry.event_at)))
    clocks.satisfy(case, Satisfies.EXTENSION_DECIDED, entry.event_at)
    clocks.reschedule(case, event.moved)
    clocks.rearm(case, event.again)
    _due(case, event.due_at)


def _on_extension_refused(case: Case, _event: e.ExtensionRefused, entry: e.Entry) -> None:
    _change(case, extension_asked=None)
    clocks.satisfy(case, Satisfies.EXTENSION_DECIDED, entry.event_at)


def _on_suspension_requested(case: Case, event: e.SuspensionRequested, entry: e.Entry) -> None:
    asked = SuspensionAsked(desk=event.desk, reason=event.reason, at=entry.event_at, recheck_at=event.recheck_at)
    _change(case, suspension_asked=asked)
    clocks.arm(case, event.milestone)


def _on_suspended(case: Case, event: e.Suspended, entry: e.Entry) -> None:
    case.state = State.SUSPENDED
    pauses = (*case.changes.pauses, Pause(start=entry.event_at))
    _change(case, suspension_asked=None, pauses=pauses)
    clocks.satisfy(case, Satisfies.SUSPENSION_DECIDED, entry.event_at)
    clocks.pause(case)
    clocks.arm(case, event.recheck, event.end)


def _on_suspension_refused(case: Case, _event: e.SuspensionRefused, entry: e.Entry) -> None:
    _change(case, suspension_asked=None)
    clocks.satisfy(case, Satisfies.SUSPENSION_DECIDED, entry.event_at)


def _on_rechecked(case: Case, event: e.Rechecked, entry: e.Entry) -> None:
    clocks.satisfy(case, Satisfies.RECHECKED, entry.event_at)
    clocks.arm(case, event.next)


def _on_recheck_repeated(case: Case, event: e.RecheckRepeated, _entry: e.Entry) -> None:
    clocks.arm(case, event.next)


def _on_resumed(case: Case, event: e.Resumed, entry: e.Entry) -> None:
    case.state = State.ACCEPTED if case.accepted_at is not None else State.DISPATCHED
    case.changes = case.changes.resumed(entry.event_at)
    clocks.reschedule(case, event.moved)
    clocks.unpause(case, entry.event_at)
    _due(case, event.due_at)


def _on_excused(case: Case, event: e.Excused, _entry: e.Entry) -> None:
    clocks.excuse(case, event.milestone, event.due_at)


def _on_starred(case: Case, _event: e.Starred, _entry: e.Entry) -> None:
    case.starred = True


def _on_unstarred(case: Case, _event: e.Unstarred, _entry: e.Entry) -> None:
    case.starred = False


def _on_replanned(case: Case, event: e.Replanned, _entry: e.Entry) -> None:
    case.policy = event.policy
    case.step = event.step
    clocks.replace(case, event.ended, event.milestones)
    _due(case, event.due_at)


def _change(case: Case, **changes: Any) -> None:
    case.changes = msgspec.structs.replace(case.changes, **changes)


def _due(case: Case, due_at: datetime | None) -> None:
    """The statutory date as changed; the original stays beside it."""
    if due_at is not None:
        case.extended_due_at = due_at


#: How the events about a case's clocks change it.
FOLDS: dict[type[e.Event], Callable[[Case, Any, e.Entry], None]] = {
    e.ExtensionRequested: _on_extension_requested,
    e.ExtensionApproved: _on_extension_approved,
    e.ExtensionRefused: _on_extension_refused,
    e.SuspensionRequested: _on_suspension_requested,
    e.Suspended: _on_suspended,
    e.SuspensionRefused: _on_suspension_refused,
    e.Rechecked: _on_rechecked,
    e.RecheckRepeated: _on_recheck_repeated,
    e.Resumed: _on_resumed,
    e.Excused: _on_excused,
    e.Starred: _on_starred,
    e.Unstarred: _on_unstarred,
    e.Replanned: _on_replanned,
}
