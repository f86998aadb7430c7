"""How projects and their members change."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import msgspec

from router.core import events as e
from router.core.case import Case
from router.core.commands import Related
from router.core.several.project import Member, Membership, Project
from router.core.timing import clocks


def _member(one: Related) -> Member:
    return Member(case_id=one.case_id, division=one.division, version=one.version)


def _on_clustered(_case: Case, _event: e.Event, _entry: e.Entry) -> None:
    """It joins like the others: by the project's own word."""


def _on_project_started(case: Case, event: e.ProjectStarted, _entry: e.Entry) -> None:
    case.project = Project(
        members=tuple(_member(one) for one in event.members), due_at=event.due_at, sample=event.sample
    )
    for milestone in event.milestones:
        clocks.arm(case, milestone)


def _on_member_added(case: Case, event: e.MemberAdded, _entry: e.Entry) -> None:
    project = _project(case)
    others = tuple(one for one in project.members if one.case_id != event.member.case_id)
    case.project = msgspec.structs.replace(project, members=(*others, _member(event.member)))


def _on_member_left(case: Case, event: e.MemberLeft, _entry: e.Entry) -> None:
    _change(case, {event.member}, left=True)


def _on_member_accepted(case: Case, event: e.MemberAccepted, _entry: e.Entry) -> None:
    _change(case, {event.member}, accepted=True)


def _on_sample_drawn(case: Case, event: e.SampleDrawn, _entry: e.Entry) -> None:
    _change(case, set(event.asked), asked=True)


def _change(case: Case, members: set[str], **changes: bool) -> None:
    project = _project(case)
    changed = (
        msgspec.structs.replace(one, **changes) if one.case_id in members else one for one in project.members
    )
    case.project = msgspec.structs.replace(project, members=tuple(changed))


def _project(case: Case) -> Project:
    if case.project is None:
        raise ValueError(f"{case.id} is no project")
    return case.project


def _on_joined(case: Case, event: e.Joined, _entry: e.Entry) -> None:
    case.member = Membership(project=event.project, due_at=event.due_at)
    clocks.postpone(case, event.due_at, clocks.is_of_lead)


def _on_left(case: Case, event: e.Left, _entry: e.Entry) -> None:
    if case.member is not None and case.member.project == event.project:
        case.member = None
    if event.not_before is not None:
        clocks.reschedule(case, event.moved, not_before=event.not_before)


def _on_awaited(case: Case, event: e.ProjectAwaited, _entry: e.Entry) -> None:
    for one in event.moved:
        clocks.reschedule(case, (one,), not_before=one.moved_to)


def _on_resolved_with(case: Case, event: e.ResolvedWith, _entry: e.Entry) -> None:
    if event.project:
        due_at = case.member.due_at if case.member is not None else None
        case.member = Membership(project=event.other, asked=event.asked is True, due_at=due_at)


#: How such events change a case.
FOLDS: dict[type[e.Event], Callable[[Case, Any, e.Entry], None]] = {
    e.Clustered: _on_clustered,
    e.ProjectStarted: _on_project_started,
    e.MemberAdded: _on_member_added,
    e.MemberLeft: _on_member_left,
    e.MemberAccepted: _on_member_accepted,
    e.SampleDrawn: _on_sample_drawn,
    e.Joined: _on_joined,
    e.Left: _on_left,
    e.ProjectAwaited: _on_awaited,
    e.ResolvedWith: _on_resolved_with,
}
