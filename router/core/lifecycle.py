"""The life of a case: `decide` says what a command leads to, or why it may not be carried out.

Pure: (case, command, rules, now) in, a step or a refusal out. Deadlines that passed before the command are taken
first, in order, each at its own instant (`settle`): the outcome does not depend on when the clock noticed.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from types import MappingProxyType
from typing import Any

import msgspec

from router.core import commands as c
from router.core.case import Case, State
from router.core.case_id import case_id_of
from router.core.events import CauseNamed, LateReportKept, Refused
from router.core.offices import (
    afterwards,
    correcting,
    dispatching,
    gate,
    mediation,
    opening,
    plans,
    pulling,
    returns,
    task_force,
    whistles,
    working,
)
from router.core.permissions import OF_A_TASK, PERMISSIONS, Kind, Role, roles_of
from router.core.refusals import Refusal, refuse
from router.core.rules import Rules
from router.core.several import inspections, linking, projects, requirements, sweeping, tasks
from router.core.step import FOLLOWS, Draft, Step
from router.core.telling import echoes, notices
from router.core.telling.hiding import hidden_from
from router.core.telling.messages import Refused as RefusedNotice
from router.core.territory.tree import DeskKind
from router.core.timing import (
    deadlines,
    excuses,
    extensions,
    levels,
    recomputing,
    replanning,
    staffing,
    suspensions,
    undoing,
)

Handler = Callable[[Draft, Any, Rules], Refusal | None]

#: Command → its kind in the permission table, and what carries it out.
_HANDLERS: dict[type[c.Command], tuple[Kind, Handler]] = {
    c.Dispatch: (Kind.DISPATCH, dispatching.dispatch),
    c.Accept: (Kind.ACCEPT, working.accept),
    c.ReportProgress: (Kind.PROGRESS, whistles.report_progress),
    c.Reply: (Kind.REPLY, working.reply),
    c.Mitigate: (Kind.MITIGATE, working.mitigate),
    c.Whistle: (Kind.WHISTLE, whistles.whistle),
    c.ReportIn: (Kind.REPORT_IN, whistles.report_in),
    c.AddAssist: (Kind.ADD_ASSIST, whistles.add_assist),
    c.RemoveAssist: (Kind.REMOVE_ASSIST, whistles.remove_assist),
    c.AssignLeader: (Kind.ASSIGN_LEADER, task_force.assign_leader),
    c.Instruct: (Kind.INSTRUCT, task_force.instruct),
    c.FilePlan: (Kind.FILE_PLAN, plans.file_plan),
    c.Review: (Kind.REVIEW, plans.review),
    c.Mark: (Kind.MARK, plans.mark),
    c.Mediate: (Kind.MEDIATE, mediation.mediate),
    c.EndMediation: (Kind.END_MEDIATION, mediation.end_mediation),
    c.RequestReturn: (Kind.RETURN, returns.request_return),
    c.ApproveReturn: (Kind.APPROVE_RETURN, returns.approve_return),
    c.RefuseReturn: (Kind.REFUSE_RETURN, returns.refuse_return),
    c.Designate: (Kind.DESIGNATE, returns.designate),
    c.RequestExtension: (Kind.REQUEST_EXTENSION, extensions.request_extension),
    c.ApproveExtension: (Kind.APPROVE_EXTENSION, extensions.approve_extension),
    c.RefuseExtension: (Kind.REFUSE_EXTENSION, extensions.refuse_extension),
    c.RequestSuspension: (Kind.REQUEST_SUSPENSION, suspensions.request_suspension),
    c.ApproveSuspension: (Kind.APPROVE_SUSPENSION, suspensions.approve_suspension),
    c.RefuseSuspension: (Kind.REFUSE_SUSPENSION, suspensions.refuse_suspension),
    c.Recheck: (Kind.RECHECK, suspensions.recheck),
    c.Resume: (Kind.RESUME, suspensions.resume),
    c.Excuse: (Kind.EXCUSE, excuses.excuse),
    c.Star: (Kind.STAR, replanning.star),
    c.Unstar: (Kind.UNSTAR, replanning.unstar),
    c.Replan: (Kind.REPLAN, replanning.replan),
    c.Resolve: (Kind.RESOLVE, working.resolve),
    c.FollowUp: (Kind.FOLLOW_UP, gate.follow_up),
    c.RecordInspection: (Kind.RECORD_INSPECTION, inspections.record_inspection),
    c.NoteInspection: (Kind.NOTE_INSPECTION, inspections.note_inspection),
    c.DrawInspection: (Kind.DRAW_INSPECTION, inspections.draw_inspection),
    c.Sweep: (Kind.SWEEP, sweeping.sweep),
    c.IssueRequirements: (Kind.ISSUE_REQUIREMENTS, requirements.issue_requirements),
    c.Tick: (Kind.TICK, requirements.tick),
    c.Close: (Kind.CLOSE, gate.close),
    c.Reopen: (Kind.REOPEN, gate.reopen),
    c.Escalate: (Kind.ESCALATE, deadlines.escalate),
    c.AcceptEscalation: (
        Kind.ACCEPT_ESCALATION,
        lambda draft, _command, rules: deadlines.accept_escalation(draft, rules),
    ),
    c.Pull: (Kind.PULL, pulling.pull),
    c.Adopt: (Kind.ADOPT, working.adopt),
    c.Correct: (Kind.CORRECT, correcting.correct),
    c.KeepOut: (Kind.KEEP_OUT, correcting.keep_out),
    c.ConfirmLevel: (Kind.CONFIRM_LEVEL, levels.confirm),
    c.Link: (Kind.LINK, linking.link),
    c.Unlink: (Kind.UNLINK, linking.unlink),
    c.Cluster: (Kind.CLUSTER, projects.cluster),
    c.StartProject: (Kind.START_PROJECT, projects.stands),
    c.Join: (Kind.JOIN, projects.join),
    c.Leave: (Kind.LEAVE, projects.leave),
    c.Enrol: (Kind.ENROL, projects.enrol),
    c.NoteMember: (Kind.NOTE_MEMBER, projects.note_member),
    c.ResolveWith: (Kind.RESOLVE_WITH, projects.resolve_with),
    c.CloseBySample: (Kind.CLOSE_BY_SAMPLE, projects.close_by_sample),
    c.Urge: (Kind.URGE, afterwards.urge),
    c.Redact: (Kind.REDACT, afterwards.redact),
    c.Withdraw: (Kind.WITHDRAW, inspections.withdraw),
    c.PassDeadline: (Kind.PASS_DEADLINE, deadlines.pass_deadline),
    c.Recompute: (Kind.RECOMPUTE, lambda draft, _command, rules: recomputing.recompute(draft, rules)),
    c.CancelDeadlines: (Kind.CANCEL_DEADLINES, undoing.cancel),
    c.UndoEscalation: (Kind.UNDO_ESCALATION, undoing.undo),
    c.Rearm: (Kind.REARM, undoing.rearm),
    c.NoteUnstaffed: (Kind.NOTE_UNSTAFFED, staffing.note_unstaffed),
}


def event_time(command: c.Command, now: datetime, rules: Rules, case: Case | None = None) -> datetime:
    """When a command counts as having happened.

    A report is judged by its receipt; the source's own time counts within the skew, in an outage on record, and
    in a replay. The receipt of a case is the source's: the citizen's clock started when the citizen spoke. What
    was done for another case counts for this one as of the same time. Nothing happens in the future.
    """
    if isinstance(command, c.PassDeadline):
        return command.due_at
    if command.at is None:
        return now
    if isinstance(command, c.ResolveWith) and case is not None:
        return min(max(command.at, _begun(case)), now)
    if rules.replay:
        return command.at
    if isinstance(command, c.Open):
        return min(command.at, now)
    if abs(now - command.at) <= rules.skew or _is_in_outage(command, command.at, rules, case):
        return min(command.at, now)
    return now


def _begun(case: Case) -> datetime:
    """From when on a case can be resolved with another: it is open here, and rests no more."""
    pauses = case.changes.pauses
    return max(case.opened_at, pauses[-1].start) if pauses else case.opened_at


def _is_in_outage(command: c.Command, at: datetime, rules: Rules, case: Case | None) -> bool:
    """Whether a report was made in an outage that is on record for its desk, or for the case."""
    if case is None or not rules.guards.holds:
        return False
    desk = command.actor.id if command.actor.role is c.ActorRole.DESK else case.lead
    return rules.guards.window(case, rules.policy(case.policy).name, desk, at) is not None


def decide(
    case: Case | None,
    command: c.Command,
    rules: Rules,
    now: datetime,
    *,
    beside: Mapping[str, Case] = MappingProxyType({}),
) -> Step | Refusal:
    """What a command leads to.

    Args:
        case: the case as it stands; None when there is none of that id.
        command: with `case_id` filled in.
        rules: in force.
        now: aware instant of recording.
        beside: other cases that the command names (`commands.others`), as they stand; those that exist.

    Returns:
        The step, or the refusal. A deadline of the case that passed before the command is not looked at here:
        see :func:`settle`.
    """
    if _is_reserved(command):
        return refuse("reserved_id", command=command.id)
    at = event_time(command, now, rules, case)
    if isinstance(command, c.Open):
        if command.task is not None:
            return tasks.open_task(case, command, command.task, rules, at, now)
        return opening.open_case(case, command, rules, at, now)
    if isinstance(command, c.StartProject) and case is None and command.actor.role is c.ActorRole.SYSTEM:
        return projects.start(command, rules, Draft(None, command, at=at, now=now, tree=rules.tree))
    if case is None or is_hidden_from(case, command.actor, rules):
        return refuse("unknown_case", case=command.case_id)
    kind, handler = _HANDLERS[type(command)]
    known = {name: one for name, one in beside.items() if _may_be_named(one, command.actor, rules)}
    draft = Draft(case, command, at=at, now=now, tree=rules.tree, beside=known)
    refusal = _permitted(case, command, kind, rules)
    if refusal is not None:
        if refusal.code != "not_lead" or not working.counts_as_in_time(draft, command, rules):
            return refusal
        handler = working.in_time_after_all
    refusal = handler(draft, command, rules)
    if refusal is None and draft.overtook:
        levels.take_back(draft, rules)
    return refusal or draft.step()


def _is_reserved(command: c.Command) -> bool:
    """Whether it has an id that only the router gives, and is not the router's."""
    if command.id.startswith(deadlines.WAKE_UP):
        return not isinstance(command, c.PassDeadline)
    return command.id.startswith(FOLLOWS) and command.actor.role is not c.ActorRole.SYSTEM


def _may_be_named(case: Case, actor: c.Actor, rules: Rules) -> bool:
    """Whether somebody may name a case beside another: an inspection, and what is kept from it, is not there."""
    if actor.role is c.ActorRole.SYSTEM:
        return True
    return not hidden_from(rules, case, actor) and not (case.is_task and case.is_open)


def is_hidden_from(case: Case, actor: c.Actor, rules: Rules) -> bool:
    """For whom a case is about, desks that have no part in one that is kept from most, and other channels.

    For them it does not exist.
    """
    if actor.role in (c.ActorRole.CHANNEL, c.ActorRole.CITIZEN):
        return not roles_of(actor, case, rules)
    if hidden_from(rules, case, actor):
        return True
    return case.is_restricted and actor.role is c.ActorRole.DESK and not roles_of(actor, case, rules)


#: All that a grid worker may do with a case.
_OF_THE_GRID = frozenset({Kind.PROGRESS, Kind.ESCALATE})


def _permitted(case: Case, command: c.Command, kind: Kind, rules: Rules) -> Refusal | None:
    if command.actor.role is c.ActorRole.DESK and kind not in _OF_THE_GRID:
        desk = rules.tree.desks.get(command.actor.id)
        if desk is not None and desk.kind is DeskKind.GRID:
            return refuse("grid")
    if case.is_task and kind not in OF_A_TASK:
        return refuse("is_inspection", command=kind)
    if case.nothing_raised and kind is not Kind.REDACT:
        return refuse("is_visit", command=kind)
    permission = PERMISSIONS[kind]
    roles = roles_of(command.actor, case, rules)
    # Where a case stands is told to those who have to do with it.
    stranger = command.actor.role is c.ActorRole.DESK and not roles
    if case.state not in permission.states and not stranger:
        if case.state is State.CLOSED:
            return refuse("closed", case=case.id)
        return refuse("not_in_state", state=case.state, command=kind)
    if roles & permission.roles:
        return None
    if command.actor.role is c.ActorRole.DESK and Role.LEAD in permission.roles:
        return refuse("not_lead", lead=case.lead, desk=command.actor.id)
    return refuse("not_permitted", actor=f"{command.actor.role}:{command.actor.id}", command=kind)


def settle(case: Case, before: datetime, rules: Rules, now: datetime, *, limit: int | None = None) -> list[Step]:
    """The steps of all deadlines of `case` strictly before `before`, in order, each with its own event time.

    What a source dates before the opening (clock skew) is judged at the opening: a due date in between is missed.

    Args:
        case: as it stands.
        before: usually the event time of what comes next.
        rules: in force.
        now: instant of recording.
        limit: stop after so many; when that many come back, ask again before anything else happens to the case.
    """
    before = max(before, case.opened_at)
    steps: list[Step] = []
    while case.is_open and (limit is None or len(steps) < limit):
        passed = deadlines.first_passed(case, before)
        if passed is None:
            break
        decision = decide(case, deadlines.wake_up(case.id, passed.name, passed.due_at), rules, now)
        if isinstance(decision, Refusal):
            break
        steps.append(decision)
        case = decision.case
        if case.running(passed.name, passed.due_at) is not None:
            raise RuntimeError(f"the deadline {passed.name} of case {case.id} passed and still runs")
    return steps


def note(case: Case, command: c.Command, refusal: Refusal, rules: Rules, now: datetime) -> Step:
    """The step that keeps a refusal on record and tells whoever gave the command.

    A stale or early wake-up leaves no entry: it is counted, not recorded; nor does a command under the id of a
    wake-up, which would stand in that one's place. Whoever must not know of the case hears nothing, not even that
    it was refused: as little as of a case that is not there.
    """
    draft = Draft(case, command, at=event_time(command, now, rules, case), now=now, tree=rules.tree)
    if isinstance(command, c.PassDeadline) or refusal.code == "reserved_id":
        return draft.step(refusal)
    if isinstance(command, c.Resolve) and _may_be_adopted(case, command, refusal, rules):
        kept = LateReportKept(
            command=command.id, desk=command.actor.id, outcome=command.outcome, evidence=command.evidence
        )
        draft.add(kept, text=command.text)
        if command.root_cause:
            draft.add(CauseNamed(desk=command.actor.id), text=command.root_cause)
    data = echoes.on_record(refusal, command, case, rules)
    draft.add(Refused(command=command.id, command_type=tag_of(command), code=refusal.code, data=data))
    if refusal.code != "unknown_case":
        _tell_refused(draft, command, refusal)
    return draft.step(refusal)


def _may_be_adopted(case: Case, command: c.Resolve, refusal: Refusal, rules: Rules) -> bool:
    """Whether a refused resolution is evidence: it comes from a desk that had the case or helps with it."""
    if not case.is_open or refusal.code not in ("not_lead", "not_in_state"):
        return False
    roles = roles_of(command.actor, case, rules)
    return Role.LEAD not in roles and bool(roles & {Role.FORMER, Role.ASSIST})


def _tell_refused(draft: Draft, command: c.Command, refusal: Refusal) -> None:
    def payload(case: Case) -> RefusedNotice:
        return RefusedNotice(
            case_id=case.id,
            version=case.version,
            command=command.id,
            command_type=tag_of(command),
            code=refusal.code,
            zh=refusal.zh,
            en=refusal.en,
            data=refusal.data,
        )

    if command.actor.role is c.ActorRole.DESK:
        draft.tell_desk(command.actor.id, notices.REFUSED, payload)
    elif command.actor.role is c.ActorRole.CHANNEL:
        draft.tell_channel(notices.REFUSED, payload, channel=command.actor.id)


def tag_of(command: c.Command) -> str:
    """The wire type of a command: `case.accept.v1`."""
    return str(command.__struct_config__.tag)


def with_case_id(command: c.Command) -> c.Command:
    """The command with the id of its case: an Open derives it from the source's own id."""
    if isinstance(command, c.Open) and not command.case_id:
        return msgspec.structs.replace(command, case_id=case_id_of(command.source, command.source_id))
    return command
