"""Batch projects (批量项目, docs/behaviour.md, 3.12): the tier above deals with many cases as one.

The project is a case of its own kind, led by the tier above; its members stay cases, each with its lead, its
channel and its own gate. One resolution resolves them; one whose resident refuses leaves and is worked on again.
"""

from __future__ import annotations

from os.path import commonprefix

from router.core.case import Case, State
from router.core.case_id import case_id_of
from router.core.commands import (
    CloseBySample,
    Cluster,
    Enrol,
    Join,
    Leave,
    NoteMember,
    Outcome,
    ResolveWith,
    StartProject,
)
from router.core.events import (
    Clustered,
    Dispatched,
    Joined,
    MemberAccepted,
    MemberAdded,
    MemberLeft,
    Milestone,
    ProjectStarted,
    Received,
    ResolvedWith,
)
from router.core.offices.gate import pass_gate
from router.core.offices.working import resolved
from router.core.permissions import Role, roles_of
from router.core.policies.matching import AppealFacts, choose
from router.core.policies.policy import GateKind, OnPass, Satisfies, Track
from router.core.refusals import Refusal, refuse
from router.core.rules import Rules
from router.core.several import members
from router.core.several.linking import may_from_above, related
from router.core.several.project import PROJECT
from router.core.step import ROUTER, Draft, Step
from router.core.telling import messages as m, notices
from router.core.timing.suspensions import run_on

_AT_WORK = frozenset({State.DISPATCHED, State.ACCEPTED})
#: Milestones of a project. No policy's rule has these names: the dates are the plan's, no budget leads to them.
PLAN, DUE = "project_plan", "project_due"


def cluster(draft: Draft, command: Cluster, rules: Rules) -> Refusal | None:
    """批量立项: grant a project around this case; the project itself is made by what follows."""
    case = draft.case
    ids = tuple(one for one in dict.fromkeys(command.cases) if one != case.id)
    if not ids:
        return refuse("nobody_to_cluster")
    if command.due_at <= draft.at or (command.plan_due_at is not None and command.plan_due_at <= draft.at):
        return refuse("plan_in_the_past")
    found = [draft.beside.get(one) for one in ids]
    others = tuple(one for one in found if one is not None)
    if len(others) < len(ids):
        return refuse("no_other_case", other=next(one for one in ids if one not in draft.beside))
    refusal = may_from_above(command, (case, *others), rules) or _fit((case, *others), command, rules)
    if refusal is not None:
        return refusal
    lead = command.desk or command.actor.id
    if rules.tree.standing(lead) is None:
        return refuse("unknown_desk" if lead not in rules.tree.desks else "inactive_desk", desk=lead)
    project = case_id_of(PROJECT, command.id)
    draft.add(Clustered(project=project, by=command.actor.id, count=len(ids) + 1))
    draft.also(
        lambda now: StartProject(
            id="",
            case_id=project,
            actor=ROUTER,
            founder=now.id,
            by=command.actor.id,
            desk=lead,
            members=tuple(related(one) for one in (now, *others)),
            matter_type=now.matter_type,
            category=now.category,
            category_group=now.category_group,
            division_path=tuple(commonprefix([one.division_path for one in (now, *others)])),
            due_at=command.due_at,
            plan_due_at=command.plan_due_at,
            sample=command.sample,
            text=command.text,
        )
    )
    return None


def _fit(cases: tuple[Case, ...], command: Cluster | Join, rules: Rules) -> Refusal | None:
    """Whether all of them can be dealt with as one."""
    for case in cases:
        if case.is_restricted:
            return refuse("kept_apart")
        if Role.SUPERIOR not in roles_of(command.actor, case, rules):
            return refuse("not_below", case=case.id)
        if case.project is not None or case.member is not None:
            return refuse("in_a_project", case=case.id)
        if case.state not in _AT_WORK:
            return refuse("not_at_work", case=case.id)
    return None


def start(command: StartProject, rules: Rules, draft: Draft) -> Step:
    """立项: receive the project and hand it to its desk."""
    at = draft.at
    desk = rules.tree.desks[command.desk]
    facts = AppealFacts(
        matter_type=command.matter_type,
        category=command.category or "",
        category_group=command.category_group,
        channel=PROJECT,
        origin=PROJECT,
        tier=rules.tree.tiers[rules.tree.tier_of(desk)],
        starred=False,
        vulnerable=False,
    )
    chosen = choose(rules.policies, facts, at, rules.calendars)
    draft.add(
        Received(
            source=PROJECT,
            source_id=command.case_id,
            content_hash="",
            channel=PROJECT,
            origin=PROJECT,
            matter_type=command.matter_type,
            category=command.category,
            category_group=command.category_group,
            division_path=command.division_path,
            place_key=None,
            place=None,
            triaged=False,
            policy=chosen.policy.version,
            policy_reason=chosen.reason,
            due_at=command.due_at,
            given_due_at=command.due_at,
            milestones=(),
        ),
        text=command.text,
    )
    draft.add(Dispatched(desk=command.desk, step=rules.step_of(chosen.policy, desk), reason=PROJECT))
    draft.add(
        ProjectStarted(
            founder=command.founder,
            by=command.by,
            members=command.members,
            due_at=command.due_at,
            sample=command.sample,
            milestones=_plan_dates(command),
        )
    )
    notices.hand_over(draft, rules, PROJECT)
    for one in command.members:
        _enrol(draft, one.case_id, command.by)
    return draft.step()


def stands(_draft: Draft, _command: StartProject, _rules: Rules) -> None:
    """A project that is there is not made again."""


def _plan_dates(command: StartProject) -> tuple[Milestone, ...]:
    due = Milestone(
        name=DUE,
        due_at=command.due_at,
        satisfied_by=Satisfies.CLOSED,
        on_pass=OnPass.ESCALATE,
        to="superior",
        pauses=False,
    )
    if command.plan_due_at is None:
        return (due,)
    plan = Milestone(
        name=PLAN,
        due_at=command.plan_due_at,
        satisfied_by=Satisfies.PLAN_FILED,
        on_pass=OnPass.SUPERVISE,
        to="superior",
        track=Track.INTERNAL,
        pauses=False,
    )
    return plan, due


def _enrol(draft: Draft, member: str, by: str) -> None:
    def enrol(case: Case) -> Enrol:
        due_at = case.project.due_at if case.project is not None else draft.at
        return Enrol(id="", case_id=member, actor=ROUTER, project=case.id, by=by, due_at=due_at)

    draft.also(enrol)


def join(draft: Draft, command: Join, rules: Rules) -> Refusal | None:
    """并入: one more case; whoever says so stands above it."""
    if draft.case.project is None:
        return refuse("no_project", case=draft.case.id)
    other = draft.beside.get(command.other)
    if other is None:
        return refuse("no_other_case", other=command.other)
    refusal = may_from_above(command, (other,), rules) or _fit((other,), command, rules)
    if refusal is not None:
        return refusal
    draft.add(MemberAdded(member=related(other)))
    _enrol(draft, other.id, command.actor.id)
    return None


def leave(draft: Draft, command: Leave, rules: Rules) -> Refusal | None:
    """退出: by the word of somebody above; a resident's refusal has the same effect by itself."""
    if draft.case.member is None:
        return refuse("no_member", case=draft.case.id)
    members.leave(draft, rules, "asked", command.text)
    return None


def enrol(draft: Draft, command: Enrol, _rules: Rules) -> None:
    """并入, on the member's side: its clocks wait until the project is due. One that cannot join says so."""
    case = draft.case
    if case.member is not None and case.member.project == command.project:
        return
    if case.state not in _AT_WORK or case.member is not None:
        members.decline(draft, command.project, "not_open" if case.member is None else "in_another")
        return
    draft.add(Joined(project=command.project, by=command.by, due_at=command.due_at))
    draft.tell_desk(
        case.lead,
        notices.JOINED,
        lambda now: m.Joined(case_id=now.id, version=now.version, project=command.project, due_at=command.due_at),
    )


def note_member(draft: Draft, command: NoteMember, _rules: Rules) -> Refusal | None:
    """What a member says of itself; where all who were asked in a division accept, the others there close too."""
    project = draft.case.project
    one = next((x for x in project.members if x.case_id == command.member), None) if project is not None else None
    if one is None or one.left or command.version <= one.version or (one.accepted and not command.left):
        return None
    if command.left:
        draft.add(MemberLeft(member=command.member, reason=command.reason))
        return None
    draft.add(MemberAccepted(member=command.member))
    if draft.case.project is not None:
        for other in draft.case.project.spoken_for(one.division):
            _close_by_sample(draft, other)
    return None


def _close_by_sample(draft: Draft, member: str) -> None:
    draft.also(lambda case: CloseBySample(id="", case_id=member, actor=ROUTER, project=case.id))


def resolve_with(draft: Draft, command: ResolveWith, rules: Rules) -> None:
    """随同办结: resolve this case by what was done for another one; one that is resolved already stays so."""
    case = draft.case
    belongs = case.member is not None and case.member.project == command.other
    if case.state not in _AT_WORK | {State.SUSPENDED} or (command.project and not belongs):
        return
    if case.state is State.SUSPENDED:
        run_on(draft, rules, "resolved", "")
    draft.add(ResolvedWith(other=command.other, project=command.project, asked=command.asked))
    resolved(
        draft,
        rules,
        case.lead,
        command.outcome,
        command.evidence,
        None,
        command.text,
        sampled=command.asked is not None,
    )


def close_by_sample(draft: Draft, command: CloseBySample, rules: Rules) -> None:
    """抽样归档: by the word of those who were asked; another gate than a follow-up is not passed by that."""
    case = draft.case
    belongs = case.member is not None and case.member.project == command.project
    by_follow_up = rules.policy(case.policy).gate.kind is GateKind.FOLLOW_UP
    if belongs and by_follow_up and case.state is State.RESOLVED:
        pass_gate(draft, rules, "sample", case.outcome or Outcome.SOLVED)
