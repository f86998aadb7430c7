"""Inspections: somebody from above looks, and the case goes on from what was found.

What a task leads to elsewhere is asked of the router as commands of its own (`Draft.also`): the case that was
looked at hears the result, findings become cases, a draw becomes tasks, and a closed case is looked at again.
"""

from __future__ import annotations

from datetime import datetime

import msgspec

from router.core.case import Case, State
from router.core.case_id import case_id_of
from router.core.commands import (
    INSPECTION,
    DrawInspection,
    NoteInspection,
    Open,
    Outcome,
    RecordInspection,
    Target,
    Task,
    TaskKind,
    Withdraw,
)
from router.core.events import DrawRevealed, InspectionDrawn, InspectionRecorded
from router.core.offices import gate
from router.core.policies.instants import end_of_next_working_day
from router.core.policies.policy import GateKind
from router.core.refusals import Refusal, refuse
from router.core.rules import Rules
from router.core.several.lots import LEAST_SEED, draw, seed_hash
from router.core.several.rechecks import schedule_recheck
from router.core.step import ROUTER, Draft
from router.core.telling import messages as m, notices


def record_inspection(draft: Draft, command: RecordInspection, rules: Rules) -> Refusal | None:
    """检查结果: of a task it ends the task; of any other case see :func:`_looked_at`."""
    task = draft.case.inspections.task
    if task is not None and task.kind is TaskKind.DRAW:
        return refuse("is_a_draw", case=draft.case.id)
    asked = _findings(draft, command, rules)
    if isinstance(asked, Refusal):
        return asked
    recorded = InspectionRecorded(
        by=command.actor.id,
        passed=command.passed,
        evidence=command.evidence,
        number=task.number if task is not None else 0,
        findings=tuple(one.case_id for one in asked),
        reprocess=command.reprocess,
    )
    if task is not None:
        draft.add(recorded, text=command.text)
        gate.close_case(draft, rules, INSPECTION, Outcome.SOLVED)
        _report(draft, task, command.actor.id, command.passed, recorded, command.text)
    else:
        _looked_at(draft, rules, recorded, command.text)
    for one in asked:
        draft.also(one)
    return None


def _looked_at(draft: Draft, rules: Rules, recorded: InspectionRecorded, text: str) -> None:
    """A fail sends a resolved case back to work and opens a closed one again; a pass may close it."""
    state, kind = draft.case.state, rules.policy(draft.case.policy).gate.kind
    draft.add(recorded, text=text)
    passed = bool(recorded.passed)
    _tell(draft, draft.case.lead, passed, text)
    if state is State.RESOLVED and passed and kind is GateKind.INSPECTION:
        gate.pass_gate(draft, rules, kind, draft.case.outcome or Outcome.SOLVED)
    elif state is State.RESOLVED and not passed:
        gate.back_to_work(draft, rules, "gate", reprocess=recorded.reprocess)
    elif state is State.CLOSED and not passed:
        gate.back_to_work(draft, rules, "recheck")


def _tell(draft: Draft, desk: str, passed: bool, text: str) -> None:  # noqa: FBT001 - a result, as recorded
    draft.tell_desk(
        desk,
        notices.INSPECTED,
        lambda now: m.Inspected(case_id=now.id, version=now.version, passed=passed, text=text),
    )


def note_inspection(draft: Draft, command: NoteInspection, rules: Rules) -> Refusal | None:
    """What came of a task: a draw counts who was looked at, a case goes on from the result."""
    known = draft.case.inspections
    recorded = InspectionRecorded(
        by=command.by,
        passed=command.passed,
        evidence=command.evidence,
        task=command.task,
        number=command.number,
        reprocess=command.reprocess,
    )
    if known.task is not None:
        if known.drawn is None or command.task not in known.drawn.waits:
            return refuse("not_drawn", task=command.task)
        draft.add(recorded)
        _reveal(draft, rules)
        return None
    if command.passed is None:
        return refuse("not_drawn", task=command.task)
    closed = draft.case.state is State.CLOSED
    _looked_at(draft, rules, recorded, command.text)
    if closed and command.passed and command.planned_at is not None:
        schedule_recheck(draft, rules, command.number + 1, command.planned_at)
    return None


def _reveal(draft: Draft, rules: Rules) -> None:
    """Everybody drawn was looked at: the draw is over and no secret any more."""
    drawn = draft.case.inspections.drawn
    if drawn is not None and not drawn.waits:
        draft.add(DrawRevealed(seed=drawn.seed, drawn=drawn.targets))
        gate.close_case(draft, rules, INSPECTION, Outcome.SOLVED)


def _report(
    draft: Draft,
    task: Task,
    by: str,
    passed: bool | None,  # noqa: FBT001 - a result, as recorded
    recorded: InspectionRecorded | None = None,
    text: str = "",
) -> None:
    """Tell the case that was looked at, or the desk; and the draw that the task came from."""
    target, parent = task.targets[0], draft.case.inspections.parent
    note = NoteInspection(
        id="",
        case_id="",
        actor=ROUTER,
        task=draft.case.id,
        by=by,
        passed=passed,
        number=task.number,
        planned_at=task.due_at if task.kind is TaskKind.RECHECK else None,
        evidence=recorded.evidence if recorded is not None else (),
        text=text,
        reprocess=recorded.reprocess if recorded is not None else None,
    )
    if passed is not None and target.case is not None:
        draft.also(msgspec.structs.replace(note, case_id=target.case))
    elif passed is not None:
        _tell(draft, target.desk, passed, text)
    if parent is not None and parent != target.case:
        draft.also(msgspec.structs.replace(note, case_id=parent, text="", evidence=(), reprocess=None))


def _findings(draft: Draft, command: RecordInspection, rules: Rules) -> list[Open] | Refusal:
    """The cases that findings become, at the desk that must act."""
    case, found = draft.case, []
    for number, finding in enumerate(command.findings, case.inspections.children + 1):
        code = finding.desk or inspected(case)
        if code not in rules.tree.desks:
            return refuse("unknown_desk", desk=code)
        if not finding.text.strip():
            return refuse("finding_empty", number=number)
        became = child(draft, rules, f"{case.id}/{number}", code, finding.category or case.category, finding.text)
        found.append(_kept_as(case, became))
    return found


def _kept_as(case: Case, found: Open) -> Open:
    """What was found in a matter is kept from whom the matter is; whom a task looks at is told of it."""
    return msgspec.structs.replace(
        found,
        subject_desk=None if case.is_task else case.subject_desk,
        named_desks=case.named_desks,
        named_persons=case.named_persons,
        confidential=case.confidential,
    )


def inspected(case: Case) -> str:
    """Desk code of whom a case is about: a task's target, else the lead."""
    task = case.inspections.task
    return task.targets[0].desk if task is not None else case.lead


def child(
    draft: Draft,
    rules: Rules,
    source_id: str,
    desk: str,
    category: str | None,
    text: str,
    checklist: tuple[str, ...] = (),
) -> Open:
    """A case that comes of an inspection: proactive, at that desk, with `draft`'s as its parent."""
    tree = rules.tree
    return Open(
        id="",
        case_id=case_id_of(INSPECTION, source_id),
        actor=ROUTER,
        at=draft.at,
        source=INSPECTION,
        source_id=source_id,
        channel=INSPECTION,
        category=category,
        division=tree.path(tree.desks[desk].division)[1:],
        desk=desk,
        text=text,
        parent=draft.case.id,
        checklist=checklist,
    )


def draw_inspection(draft: Draft, command: DrawInspection, rules: Rules) -> Refusal | None:
    """抽查: the seed must be the one whose hash is on record; each that is drawn becomes a task of its own."""
    case, known = draft.case, draft.case.inspections
    task = known.task
    if task is None or task.kind is not TaskKind.DRAW:
        return refuse("is_no_draw", case=case.id)
    if known.drawn is not None:
        return refuse("drawn_already", case=case.id)
    if len(command.seed) < LEAST_SEED or seed_hash(command.seed) != task.seed_hash:
        return refuse("seed_mismatch", least=LEAST_SEED)
    drawn = draw(command.seed, task.targets, task.count)
    # Drawn late, whoever goes has a working day at least.
    soonest = end_of_next_working_day(draft.at, rules.calendar(rules.policy(case.policy)))
    due_at = task.due_at if task.due_at > draft.at else soonest
    visits = [_visit(draft, due_at, number, target) for number, target in enumerate(drawn, 1)]
    draft.add(InspectionDrawn(seed=command.seed, drawn=drawn, tasks=tuple(one.case_id for one in visits)))
    for one in visits:
        draft.also(one)
    return None


def _visit(draft: Draft, due_at: datetime, number: int, target: Target) -> Open:
    case = draft.case
    source_id = f"{case.id}/drawn/{number}"
    return Open(
        id="",
        case_id=case_id_of(INSPECTION, source_id),
        actor=ROUTER,
        at=draft.at,
        source=INSPECTION,
        source_id=source_id,
        channel=INSPECTION,
        desk=case.lead,
        text=case.text,
        parent=case.id,
        task=Task(kind=TaskKind.VISIT, targets=(target,), due_at=due_at),
    )


def withdraw(draft: Draft, command: Withdraw, rules: Rules) -> None:
    """撤回; a draw does not wait for a task that was withdrawn."""
    gate.withdraw(draft, command, rules)
    task = draft.case.inspections.task
    if task is not None and draft.case.inspections.parent is not None:
        _report(draft, task, command.actor.id, None)
