"""Inspection tasks (检查任务): cases of their own, led by whoever inspects, hidden from whoever is inspected.

A task is opened by supervision or the top tier, or by the router when a draw or a policy's re-check asks for one.
Its one clock is the day its result is due; when that passes, the task goes up like any case.
"""

from __future__ import annotations

from datetime import datetime

import msgspec

from router.core.case import Case
from router.core.commands import INSPECTION, ActorRole, Open, Task, TaskKind
from router.core.events import Dispatched
from router.core.offices import opening
from router.core.offices.routing import Route
from router.core.refusals import Refusal, refuse
from router.core.rules import Rules
from router.core.step import Draft, Step
from router.core.telling import messages as m, notices
from router.core.telling.kept import is_kept, keeps_from, kept_from, on_record
from router.core.territory.tree import Desk, DeskKind
from router.core.timing.arming import inspection_clock

#: Hexadecimal digits of a SHA-256.
_HASH_DIGITS = 64


def open_task(
    case: Case | None, command: Open, task: Task, rules: Rules, at: datetime, now: datetime
) -> Step | Refusal:
    """Send somebody out; nobody inspected hears of it.

    Returns:
        As :func:`router.core.offices.opening.open_case`.
    """
    digest = opening.content_hash(command)
    if case is not None:
        return opening.repeat(case, command, digest)
    inspector = _inspector(command, rules)
    if inspector is None:
        return refuse("inspects_not", actor=f"{command.actor.role}:{command.actor.id}")
    unfit = _unfit(command, task, inspector, rules, at)
    if unfit is not None:
        return unfit
    path = rules.tree.path(inspector.division)
    found = Route(desk=inspector, division_path=path, reason=INSPECTION, triaged=False)
    kept = on_record(rules.tree, kept_from(command))
    received = opening.received(command, rules, found, digest, at, kept)
    alone = task.targets[0].desk if task.kind is not TaskKind.DRAW else None
    received = msgspec.structs.replace(
        received, milestones=(inspection_clock(task.due_at, at),), due_at=None, subject_desk=alone
    )
    draft = Draft(None, command, at=at, now=now, tree=rules.tree)
    draft.add(received, text=command.text)
    step = rules.step_of(rules.policy(received.policy), inspector)
    draft.add(Dispatched(desk=inspector.code, step=step, reason=INSPECTION))
    notices.hand_over(draft, rules, INSPECTION)
    draft.tell_desk(
        inspector.code,
        notices.INSPECTION_ORDERED,
        lambda one: m.InspectionOrdered(
            case_id=one.id, version=one.version, task=task, parent=command.parent, text=command.text
        ),
    )
    return draft.step()


def _inspector(command: Open, rules: Rules) -> Desk | None:
    """Who goes: the desk that says so, the one that is named, else supervision; None: nobody may."""
    tree, actor = rules.tree, command.actor
    if actor.role is ActorRole.DESK:
        own = tree.standing(actor.id)
        return own if own is not None and _inspects(rules, own) else None
    if actor.role not in (ActorRole.SUPERVISION, ActorRole.SYSTEM):
        return None
    named = tree.standing(command.desk) if command.desk is not None else tree.supervision(1)
    return named if named is not None and _inspects(rules, named) else None


def _inspects(rules: Rules, desk: Desk) -> bool:
    handles = desk.kind in (DeskKind.TERRITORIAL, DeskKind.FUNCTIONAL)
    return desk.kind is DeskKind.SUPERVISION or (handles and rules.tree.tier_of(desk) == 0)


def _unfit(command: Open, task: Task, inspector: Desk, rules: Rules, at: datetime) -> Refusal | None:
    if (command.channel, command.source) != (INSPECTION, INSPECTION):
        return refuse("inspection_channel", channel=command.channel)
    if task.due_at <= at:
        return refuse("inspection_in_the_past", due_at=task.due_at.isoformat())
    if is_kept(rules.tree, kept_from(command), inspector.code):
        return refuse("subject_desk", desk=inspector.code)
    draws = task.kind is TaskKind.DRAW
    if len(set(task.targets)) != len(task.targets) or not task.targets or (not draws and len(task.targets) > 1):
        return refuse("inspection_targets", count=len(task.targets))
    for target in task.targets:
        if target.desk not in rules.tree.desks:
            return refuse("unknown_desk", desk=target.desk)
        if keeps_from(rules.tree, target.desk, inspector.code):
            return refuse("inspects_itself", desk=inspector.code, inspected=target.desk)
    if draws and not (1 <= task.count <= len(task.targets) and _is_hash(task.seed_hash)):
        return refuse("draw_terms", count=task.count, candidates=len(task.targets))
    return None


def _is_hash(text: str) -> bool:
    return len(text) == _HASH_DIGITS and set(text) <= set("0123456789abcdef")
