"""Who may give which command in which state, as one table; the diagram in docs/state-machine.md is drawn from it.

A role is what an actor is *to this case*: the same desk leads one case and is the superior of another.
"""

from __future__ import annotations

from enum import StrEnum

import msgspec

from router.core.case import Case, State
from router.core.commands import Actor, ActorRole
from router.core.rules import Rules
from router.core.telling.kept import is_all_of_supervision
from router.core.territory.tree import Desk, DeskKind
from router.core.timing.arming import asks_for_the_offices
from router.core.timing.ladder import superiors


class Role(StrEnum):
    """What an actor is to a case."""

    LEAD = "lead"
    SORTER = "sorter"  # a lead that only hands the case on: triage, a dispatcher, or of a case nobody has placed
    DESIGNATOR = "designator"  # a lead that must designate: the cap of returns is reached
    ASSIST = "assist"
    MEDIATOR = "mediator"  # an assist that mediates
    INSPECTOR = "inspector"  # who leads an inspection task, or was late with it and assists
    WATCHER = "watcher"  # a desk that the case's policy names, where it does not handle the case
    SUPERIOR = "superior"  # any desk above the lead
    CITY = "city"  # a superior at the top of the tree
    FORMER = "former"  # a desk the case was taken from
    DISPATCHER = "dispatcher"
    FOLLOW_UP = "follow_up"
    SUPERVISION = "supervision"
    SOLE_SUPERVISION = "sole_supervision"  # supervision that handles a report which no other of it may see
    CHANNEL = "channel"
    CITIZEN = "citizen"
    SYSTEM = "system"


class Kind(StrEnum):
    """Every command of the life of a case; the wire name is `case.<value>.v1`."""

    OPEN = "open"
    DISPATCH = "dispatch"
    ACCEPT = "accept"
    PROGRESS = "progress"
    REPLY = "reply"
    MITIGATE = "mitigate"
    WHISTLE = "whistle"
    REPORT_IN = "report_in"
    ADD_ASSIST = "add_assist"
    REMOVE_ASSIST = "remove_assist"
    ASSIGN_LEADER = "assign_leader"
    INSTRUCT = "instruct"
    FILE_PLAN = "file_plan"
    REVIEW = "review"
    MARK = "mark"
    MEDIATE = "mediate"
    END_MEDIATION = "end_mediation"
    RETURN = "return"
    APPROVE_RETURN = "approve_return"
    REFUSE_RETURN = "refuse_return"
    DESIGNATE = "designate"
    REQUEST_EXTENSION = "request_extension"
    APPROVE_EXTENSION = "approve_extension"
    REFUSE_EXTENSION = "refuse_extension"
    REQUEST_SUSPENSION = "request_suspension"
    APPROVE_SUSPENSION = "approve_suspension"
    REFUSE_SUSPENSION = "refuse_suspension"
    RECHECK = "recheck"
    RESUME = "resume"
    EXCUSE = "excuse"
    STAR = "star"
    UNSTAR = "unstar"
    REPLAN = "replan"
    RESOLVE = "resolve"
    FOLLOW_UP = "follow_up"
    RECORD_INSPECTION = "record_inspection"
    NOTE_INSPECTION = "note_inspection"
    DRAW_INSPECTION = "draw_inspection"
    SWEEP = "sweep"
    ISSUE_REQUIREMENTS = "issue_requirements"
    TICK = "tick"
    CLOSE = "close"
    REOPEN = "reopen"
    ESCALATE = "escalate"
    ACCEPT_ESCALATION = "accept_escalation"
    PULL = "pull"
    ADOPT = "adopt"
    CORRECT = "correct"
    KEEP_OUT = "keep_out"
    CONFIRM_LEVEL = "confirm_level"
    LINK = "link"
    UNLINK = "unlink"
    CLUSTER = "cluster"
    JOIN = "join"
    LEAVE = "leave"
    START_PROJECT = "start_project"
    ENROL = "enrol"
    NOTE_MEMBER = "note_member"
    RESOLVE_WITH = "resolve_with"
    CLOSE_BY_SAMPLE = "close_by_sample"
    URGE = "urge"
    REDACT = "redact"
    WITHDRAW = "withdraw"
    PASS_DEADLINE = "pass_deadline"  # noqa: S105 - a deadline that passed, no password
    RECOMPUTE = "recompute"
    CANCEL_DEADLINES = "cancel_deadlines"
    UNDO_ESCALATION = "undo_escalation"
    REARM = "rearm"
    NOTE_UNSTAFFED = "note_unstaffed"


class Permission(msgspec.Struct, frozen=True):
    """Roles that may give a command, and the states it is possible in."""

    roles: frozenset[Role]
    states: frozenset[State]


_AT_WORK = frozenset({State.DISPATCHED, State.ACCEPTED})
_OPEN = frozenset({State.RECEIVED, State.DISPATCHED, State.ACCEPTED, State.RESOLVED, State.SUSPENDED})
_SUSPENDED = frozenset({State.SUSPENDED})
_DISPATCHED = _AT_WORK | _SUSPENDED | {State.RESOLVED}
_ALL = frozenset(State)
#: Those who say which offices have to do with a case; never the one that handles it.
#: Those who inspect.
_INSPECTORS = (Role.SUPERVISION, Role.CITY)
FROM_ABOVE = (Role.DISPATCHER, Role.SUPERIOR, Role.SUPERVISION)
#: What a desk is that has work with a case.
HANDLES = frozenset({Role.LEAD, Role.ASSIST})


def _may(states: frozenset[State], *roles: Role) -> Permission:
    return Permission(frozenset(roles), states)


#: Command → who may give it, when. `open` is absent: it makes the case.
PERMISSIONS: dict[Kind, Permission] = {
    Kind.DISPATCH: _may(
        frozenset({State.RECEIVED, State.DISPATCHED, State.ACCEPTED}),
        Role.DISPATCHER,
        Role.SUPERIOR,
        Role.SORTER,
        Role.SYSTEM,
    ),
    Kind.ACCEPT: _may(frozenset({State.DISPATCHED}), Role.LEAD),
    Kind.PROGRESS: _may(_AT_WORK, Role.LEAD, Role.ASSIST),
    Kind.REPLY: _may(_OPEN, Role.LEAD),
    Kind.MITIGATE: _may(_AT_WORK, Role.LEAD, Role.ASSIST),
    Kind.WHISTLE: _may(_AT_WORK, Role.LEAD),
    Kind.REPORT_IN: _may(_AT_WORK | _SUSPENDED, Role.ASSIST),
    Kind.ADD_ASSIST: _may(_AT_WORK, *FROM_ABOVE),
    Kind.REMOVE_ASSIST: _may(_AT_WORK, *FROM_ABOVE),
    Kind.ASSIGN_LEADER: _may(_OPEN, *FROM_ABOVE),
    Kind.INSTRUCT: _may(_OPEN, *FROM_ABOVE),
    Kind.FILE_PLAN: _may(_AT_WORK, Role.LEAD),
    Kind.REVIEW: _may(_AT_WORK | {State.RESOLVED}, *FROM_ABOVE, Role.WATCHER),
    Kind.MARK: _may(_OPEN, Role.WATCHER),
    Kind.MEDIATE: _may(_AT_WORK, Role.LEAD, *FROM_ABOVE),
    Kind.END_MEDIATION: _may(_AT_WORK, Role.MEDIATOR),
    Kind.RETURN: _may(_AT_WORK, Role.LEAD),
    Kind.APPROVE_RETURN: _may(_AT_WORK | _SUSPENDED, Role.DISPATCHER, Role.SUPERIOR),
    Kind.REFUSE_RETURN: _may(_AT_WORK | _SUSPENDED, Role.DISPATCHER, Role.SUPERIOR),
    Kind.DESIGNATE: _may(_AT_WORK, Role.SUPERIOR, Role.SUPERVISION, Role.DESIGNATOR),
    Kind.REQUEST_EXTENSION: _may(_AT_WORK, Role.LEAD),
    Kind.APPROVE_EXTENSION: _may(_AT_WORK | _SUSPENDED, Role.SUPERIOR),
    Kind.REFUSE_EXTENSION: _may(_AT_WORK | _SUSPENDED, Role.SUPERIOR),
    Kind.REQUEST_SUSPENSION: _may(_AT_WORK, Role.LEAD),
    Kind.APPROVE_SUSPENSION: _may(_AT_WORK, Role.SUPERIOR),
    Kind.REFUSE_SUSPENSION: _may(_AT_WORK, Role.SUPERIOR),
    Kind.RECHECK: _may(_SUSPENDED, Role.SUPERIOR, Role.SUPERVISION),
    Kind.RESUME: _may(_SUSPENDED, Role.LEAD, Role.SUPERIOR, Role.SUPERVISION),
    Kind.EXCUSE: _may(_ALL, Role.SUPERVISION),
    Kind.STAR: _may(_OPEN, Role.DISPATCHER, Role.SUPERVISION, Role.CITY),
    Kind.UNSTAR: _may(_OPEN, Role.DISPATCHER, Role.SUPERVISION, Role.CITY),
    Kind.REPLAN: _may(_AT_WORK | _SUSPENDED, Role.SYSTEM),
    Kind.RESOLVE: _may(_AT_WORK, Role.LEAD),
    Kind.FOLLOW_UP: _may(frozenset({State.RESOLVED}), Role.FOLLOW_UP, Role.SUPERVISION),
    Kind.RECORD_INSPECTION: _may(_DISPATCHED | {State.CLOSED}, Role.INSPECTOR, *_INSPECTORS),
    Kind.NOTE_INSPECTION: _may(_DISPATCHED | {State.CLOSED}, Role.SYSTEM),
    Kind.DRAW_INSPECTION: _may(_AT_WORK, Role.INSPECTOR, *_INSPECTORS),
    Kind.SWEEP: _may(_DISPATCHED | {State.CLOSED}, Role.INSPECTOR, *_INSPECTORS),
    Kind.ISSUE_REQUIREMENTS: _may(_DISPATCHED, *_INSPECTORS),
    Kind.TICK: _may(_DISPATCHED, *_INSPECTORS),
    Kind.CLOSE: _may(frozenset({State.RESOLVED}), Role.FOLLOW_UP, Role.SUPERVISION, Role.DISPATCHER),
    Kind.REOPEN: _may(
        frozenset({State.RESOLVED, State.CLOSED}), Role.CITIZEN, Role.CHANNEL, Role.SUPERVISION, Role.FOLLOW_UP
    ),
    Kind.ESCALATE: _may(_AT_WORK, Role.LEAD),
    Kind.ACCEPT_ESCALATION: _may(_AT_WORK | _SUSPENDED, Role.SUPERIOR),
    Kind.PULL: _may(_DISPATCHED, *_INSPECTORS),
    Kind.ADOPT: _may(_AT_WORK, Role.LEAD),
    Kind.CORRECT: _may(
        _ALL, Role.DISPATCHER, Role.SUPERIOR, Role.CHANNEL, Role.SUPERVISION, Role.SOLE_SUPERVISION
    ),
    Kind.KEEP_OUT: _may(_OPEN, Role.SYSTEM),
    Kind.CONFIRM_LEVEL: _may(_OPEN, Role.SUPERVISION, Role.SOLE_SUPERVISION),
    Kind.LINK: _may(_ALL, *FROM_ABOVE, Role.SYSTEM),
    Kind.UNLINK: _may(_ALL, *FROM_ABOVE, Role.SYSTEM),
    Kind.CLUSTER: _may(_AT_WORK, Role.SUPERIOR),
    Kind.JOIN: _may(_AT_WORK, Role.LEAD, Role.SUPERIOR),
    Kind.LEAVE: _may(_OPEN, *FROM_ABOVE),
    Kind.START_PROJECT: _may(_ALL, Role.SYSTEM),
    Kind.ENROL: _may(_ALL, Role.SYSTEM),
    Kind.NOTE_MEMBER: _may(_ALL, Role.SYSTEM),
    Kind.RESOLVE_WITH: _may(_ALL, Role.SYSTEM),
    Kind.CLOSE_BY_SAMPLE: _may(_ALL, Role.SYSTEM),
    Kind.URGE: _may(_OPEN, Role.CITIZEN, Role.CHANNEL),
    Kind.REDACT: _may(_ALL, Role.DISPATCHER, Role.SUPERVISION),
    Kind.WITHDRAW: _may(_OPEN, Role.CITIZEN, Role.CHANNEL, Role.SUPERVISION),
    Kind.PASS_DEADLINE: _may(_ALL, Role.SYSTEM),
    Kind.RECOMPUTE: _may(_OPEN, Role.SYSTEM),
    Kind.CANCEL_DEADLINES: _may(_OPEN, Role.SYSTEM),
    Kind.UNDO_ESCALATION: _may(_ALL, Role.SYSTEM),
    Kind.REARM: _may(_OPEN, Role.SYSTEM),
    Kind.NOTE_UNSTAFFED: _may(_AT_WORK, Role.SYSTEM),
}

#: What can be done with an inspection task: it is no matter that a desk solves, returns or answers.
OF_A_TASK = frozenset(
    {
        Kind.ACCEPT,
        Kind.PROGRESS,
        Kind.INSTRUCT,
        Kind.ASSIGN_LEADER,
        Kind.RECORD_INSPECTION,
        Kind.NOTE_INSPECTION,
        Kind.DRAW_INSPECTION,
        Kind.SWEEP,
        Kind.WITHDRAW,
        Kind.PASS_DEADLINE,
        Kind.RECOMPUTE,
    }
)

_OF_ACTOR = {
    ActorRole.DISPATCHER: Role.DISPATCHER,
    ActorRole.FOLLOW_UP: Role.FOLLOW_UP,
    ActorRole.SUPERVISION: Role.SUPERVISION,
    ActorRole.SYSTEM: Role.SYSTEM,
}

#: Their ids name a channel, which speaks for its own cases alone, also in a citizen's name.
_THROUGH_A_CHANNEL = {ActorRole.CHANNEL: Role.CHANNEL, ActorRole.CITIZEN: Role.CITIZEN}

#: History being replayed speaks for whoever had the word then.
_SOURCE = frozenset({Role.LEAD, Role.CHANNEL, Role.FOLLOW_UP, Role.DISPATCHER})

#: Desks that hand cases on and handle none.
_HANDS_ON = frozenset({DeskKind.TRIAGE, DeskKind.DISPATCHER})
_OFFICES = {DeskKind.DISPATCHER: Role.DISPATCHER, DeskKind.SUPERVISION: Role.SUPERVISION}


def roles_of(actor: Actor, case: Case, rules: Rules) -> frozenset[Role]:
    """What an actor is to a case; empty for a stranger."""
    if actor.role is ActorRole.SOURCE:
        return _SOURCE if rules.replay else frozenset()
    if actor.role in _THROUGH_A_CHANNEL:
        if actor.id not in (case.channel, case.source):
            return frozenset()
        asks = actor.role is ActorRole.CHANNEL and asks_for_the_offices(rules, case) == ""
        return frozenset({_THROUGH_A_CHANNEL[actor.role], *([Role.FOLLOW_UP] if asks else [])})
    if actor.role is not ActorRole.DESK:
        return frozenset({_OF_ACTOR[actor.role]})
    return _roles_of_desk(actor.id, case, rules)


def _roles_of_desk(code: str, case: Case, rules: Rules) -> frozenset[Role]:
    desk = rules.tree.desks.get(code)
    roles = _at_work(code, desk, case)
    # Whoever handles a case neither follows it up nor withdraws it, in whatever office it sits.
    if not roles and desk is not None:
        if desk.kind in _OFFICES:
            roles.add(_OFFICES[desk.kind])
        watchers = () if case.confidential else rules.policy(case.policy).watchers
        if any(rules.watches(watcher) == code for watcher in watchers):
            roles.add(Role.WATCHER)
    elif case.is_restricted and is_all_of_supervision(rules.tree, case.kept, code):
        roles.add(Role.SOLE_SUPERVISION)
    if _is_above(code, case, rules):
        roles.add(Role.SUPERIOR)
        if asks_for_the_offices(rules, case) == code:
            roles.add(Role.FOLLOW_UP)
        if desk is not None and rules.tree.tier_of(desk) == 0:
            roles.add(Role.CITY)
    if any(taken.desk == code for taken in case.taken):
        roles.add(Role.FORMER)
    return frozenset(roles)


def _at_work(code: str, desk: Desk | None, case: Case) -> set[Role]:
    inspects = {Role.INSPECTOR} if case.is_task else set()
    if code != case.lead:
        mediation = case.together.mediation
        mediates = {Role.MEDIATOR} if mediation is not None and mediation.desk == code else set()
        return {Role.ASSIST} | inspects | mediates if code in case.assists else set()
    roles = {Role.LEAD} | inspects
    if case.unplaced or (desk is not None and desk.kind in _HANDS_ON):
        roles.add(Role.SORTER)
    if case.designation:
        roles.add(Role.DESIGNATOR)
    return roles


def _is_above(code: str, case: Case, rules: Rules) -> bool:
    """Whether a desk is one of the lead's superiors, or does the work of one since a merger."""
    tree, lead = rules.tree, case.lead
    for above in superiors(case, rules, lead):
        if above.code == code:
            return True
        heir = tree.standing(above.code) if above.redirect is not None else None
        if heir is not None and heir.code == code != lead:
            return True
    return False
