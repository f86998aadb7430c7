"""Help from other offices: a lead whistles (吹哨), the called report in (报到); from above, desks are added.

The lead stays, and there is always exactly one. A called desk holds its own clock: its silence is charged to it
and told to its own superior, never to the desk that called.
"""

from __future__ import annotations

from router.core.case import Case, State
from router.core.commands import AddAssist, Command, RemoveAssist, ReportIn, ReportProgress, Whistle
from router.core.events import AssistAdded, AssistRemoved, ReportedIn, Whistled
from router.core.offices import working
from router.core.offices.returns import receiver
from router.core.offices.working import speaker
from router.core.policies.own_clocks import report_in_of
from router.core.refusals import Refusal, refuse
from router.core.rules import Rules
from router.core.step import Draft
from router.core.telling import messages as m, notices
from router.core.territory.tree import Desk, DeskKind
from router.core.timing.arming import reporting_in
from router.core.timing.ladder import superiors

#: Desks that handle cases. The others sort, dispatch or watch: one that assisted would be out of its own office.
_HANDLES = frozenset(DeskKind) - {DeskKind.TRIAGE, DeskKind.DISPATCHER, DeskKind.SUPERVISION}


def whistle(draft: Draft, command: Whistle, rules: Rules) -> Refusal | None:
    """吹哨: all of the named desks are called, or none. A superior is not called: one escalates to it."""
    case, by = draft.case, speaker(command, draft.case)
    if not command.text.strip():
        return refuse("reason_missing", command="whistle")
    if not command.desks:
        return refuse("nobody_named", command="whistle")
    called: dict[str, Desk] = {}
    for code in command.desks:
        desk = helper(case, rules, code, lead=case.lead)
        if isinstance(desk, Refusal):
            return desk
        if any(above.code == desk.code for above in superiors(case, rules, case.lead)):
            return refuse("superior_called", desk=desk.code)
        if case.together.awaits(desk.code) is not None:
            return refuse("called_already", desk=desk.code)
        called[desk.code] = desk
    for code in called:
        _call(draft, rules, code, by, command.text)
    return None


def _call(draft: Draft, rules: Rules, desk: str, by: str, text: str) -> None:
    case = draft.case
    clock = reporting_in(rules, rules.policy(case.policy), draft.at, desk, case.category)
    draft.add(Whistled(desk=desk, by=by, milestone=clock), text=text)
    draft.tell_desk(desk, notices.ASSIGNED, notices.assigned(rules, "whistled", role="assist"))
    draft.tell_desk(
        desk,
        notices.WHISTLED,
        lambda now: m.Whistled(case_id=now.id, version=now.version, by=by, due_at=clock.due_at, text=text),
    )


def helper(case: Case, rules: Rules, code: str, *, lead: str) -> Desk | Refusal:
    """The desk of that code, or why it cannot help: it is away, must not see the case, or handles none."""
    desk = receiver(rules, case.kept, code)
    if isinstance(desk, Refusal):
        return desk
    if desk.code == lead:
        return refuse("same_desk", desk=desk.code)
    if desk.kind not in _HANDLES:
        return refuse("handles_no_cases", desk=desk.code)
    return desk


def report_in(draft: Draft, command: ReportIn, _rules: Rules) -> Refusal | None:
    """报到: late or not; who comes after its instant has missed it and is there all the same."""
    desk = command.actor.id
    if draft.case.together.awaits(desk) is None:
        return refuse("not_called", desk=desk)
    _arrive(draft, desk, command.text)
    return None


def report_progress(draft: Draft, command: ReportProgress, rules: Rules) -> None:
    """办理进展: a called desk that reports what it did has come, whether it said so or not."""
    desk = _speaks(command)
    if desk is not None and draft.case.together.awaits(desk) is not None:
        _arrive(draft, desk, "")
    lead = rules.tree.desks.get(desk or "")
    waits = draft.case.state is State.DISPATCHED and draft.case.lead == desk
    if waits and lead is not None and lead.kind is DeskKind.GRID:  # it cannot sign, and who feeds back has it
        working.accept(draft, command, rules)
    working.report_progress(draft, command, rules)


def _speaks(command: Command) -> str | None:
    return command.actor.id or None


def _arrive(draft: Draft, desk: str, text: str) -> None:
    working.overtake_named(draft, report_in_of(desk))
    draft.add(ReportedIn(desk=desk), text=text)
    draft.tell_desk(
        draft.case.lead,
        notices.REPORTED_IN,
        lambda case: m.ReportedIn(case_id=case.id, version=case.version, desk=desk, text=text),
    )


def add_assist(draft: Draft, command: AddAssist, rules: Rules) -> Refusal | None:
    """增加协办, from above."""
    desk = helper(draft.case, rules, command.desk, lead=draft.case.lead)
    if isinstance(desk, Refusal):
        return desk
    if desk.code in draft.case.assists:
        return refuse("assists_already", desk=desk.code)
    assist(draft, rules, desk.code, command.actor.id, command.text)
    return None


def assist(draft: Draft, rules: Rules, desk: str, by: str, text: str = "") -> None:
    """Put a desk that helps on record, and tell it."""
    draft.add(AssistAdded(desk=desk, by=by), text=text)
    draft.tell_desk(desk, notices.ASSIGNED, notices.assigned(rules, "assist", role="assist"))


def remove_assist(draft: Draft, command: RemoveAssist, _rules: Rules) -> Refusal | None:
    """取消协办: what the desk has missed stays its."""
    if command.desk not in draft.case.assists:
        return refuse("assists_not", desk=command.desk)
    draft.add(AssistRemoved(desk=command.desk, by=command.actor.id), text=command.text)
    notices.taken(draft, command.desk, "assist_removed")
    return None
