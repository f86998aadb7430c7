"""The gate between a resolution and the closing of a case: follow-up, inspection, or none; and the way back.

A case closes only through its policy's gate. A failed one sends it back to work; with the second it goes up.
"""

from __future__ import annotations

from datetime import date, datetime

from router.core.calendars.calendar import Calendar
from router.core.case import Case, State
from router.core.commands import Close, FollowUp, FollowUpResult, Outcome, Reopen, Reprocess, Withdraw
from router.core.events import Cause, Closed, FollowedUp, GatePassed, MilestoneStatus, Reopened, Withdrawn
from router.core.offices.keeping import send_away
from router.core.offices.placing import away_from, dispatch_to
from router.core.offices.routing import Route
from router.core.policies.instants import end_of_next_working_day
from router.core.policies.policy import GateKind, Mode, OnPass
from router.core.refusals import Refusal, refuse
from router.core.rules import Rules
from router.core.several import members
from router.core.several.rechecks import schedule_recheck
from router.core.step import Draft
from router.core.telling import notices
from router.core.telling.hiding import hides
from router.core.telling.kept import UNKNOWN, is_code, is_kept
from router.core.timing.ladder import climb, hand_up, still_there
from router.core.timing.recomputing import recompute
from router.core.timing.replanning import starred_meanwhile

#: With this many failed gates the tier above reviews finally.
_REPROCESS_CAP = 2

#: A share of people is no exact number in binary: 0.55 of 20 is eleven.
_TOLERANCE = 1e-9


def close_case(draft: Draft, rules: Rules, gate: str, outcome: Outcome, *, told: str = "closed") -> None:
    """归档: put the closing on record and tell the source channel; `gate` says what let it through."""
    draft.add(Closed(gate=gate, outcome=outcome))
    if draft.case.member is not None:
        members.closed(draft, gate)
    notices.answer(draft, told)
    if rules.policy(draft.case.policy).recheck is not None and draft.case.inspections.task is None:
        schedule_recheck(draft, rules, 1, draft.at)


def pass_gate(draft: Draft, rules: Rules, gate: str, outcome: Outcome) -> None:
    """The gate is passed: the case closes, or waits for what is required of it to be ticked."""
    left = draft.case.inspections.open
    if left:
        draft.add(GatePassed(gate=gate, outcome=outcome, open=left, waits_for=issuer(draft.case, rules)))
        return
    close_case(draft, rules, gate, outcome)


def issuer(case: Case, rules: Rules) -> str:
    """Desk code of whoever is to tick what is open: the desk that issued it, supervision for a person."""
    by = next((one.by for one in reversed(case.inspections.requirements) if one.ticked_at is None), "")
    supervision = rules.tree.supervision(1)
    return by if by in rules.tree.desks else supervision.code if supervision is not None else case.lead


def follow_up(draft: Draft, command: FollowUp, rules: Rules) -> Refusal | None:
    """回访: closes what was accepted, sends back what was not; with the second failure the tier above takes it.

    One that asked fewer than the gate wants is refused: the desk does its work again only for the residents' word.
    """
    policy = rules.policy(draft.case.policy)
    gate, outcome = policy.gate, draft.case.outcome or Outcome.SOLVED
    accepted = _accepted(command)
    if draft.case.to_be_asked is False:
        return refuse("not_to_be_asked", case=draft.case.id)
    if gate.kind is GateKind.INSPECTION:
        return refuse("gate_open", gate=gate.kind)
    if command.result is FollowUpResult.ACCEPTED and command.asked < gate.ask:
        return refuse("too_few_asked", wanted=gate.ask, asked=command.asked)
    refused = _no_team(draft.case, command, rules)
    if refused is not None:
        return refused
    missing = _not_there(draft.case, command, rules)
    if command.result is FollowUpResult.ACCEPTED and missing:
        return refuse("not_joint", missing=", ".join(missing))
    if command.answers is not None and command.result is FollowUpResult.UNREACHABLE:
        return refuse("nobody_answered")
    draft.add(
        FollowedUp(
            result=command.result,
            asked=command.asked,
            accepted=accepted,
            answers=command.answers,
            reprocess=command.reprocess,
            team=tuple(dict.fromkeys(command.team)),
        )
    )
    if command.result is FollowUpResult.UNREACHABLE:
        if 0 < gate.unreachable_after <= _tries(draft.case.unreachable, rules.calendar(policy)):
            pass_gate(draft, rules, "unreachable", outcome)
    elif command.result is FollowUpResult.ACCEPTED and accepted + _TOLERANCE >= gate.accept_share * command.asked:
        pass_gate(draft, rules, gate.kind, outcome)
    else:
        back_to_work(draft, rules, "gate", reprocess=command.reprocess)
    return None


def _no_team(case: Case, command: FollowUp, rules: Rules) -> Refusal | None:
    """Why these cannot have asked together. The team stands in an entry: it names desks, and nothing else."""
    for code in command.team:
        if code not in rules.tree.desks:
            return refuse("unknown_desk", desk=code if is_code(code) else UNKNOWN)
        if code == case.lead or hides(rules.tree, case, code):
            return refuse("may_not_ask", desk=code)
    return None


def _not_there(case: Case, command: FollowUp, rules: Rules) -> tuple[str, ...]:
    """Codes of the desks that had to ask too and did not.

    Nobody watches a confidential case; whoever handles one, or must not see it, cannot ask.
    """
    if case.confidential:
        return ()
    policy = rules.policy(case.policy)
    wanted = (rules.watches(one) for one in policy.watchers if one.name in policy.gate.joint)
    codes = (code for code in wanted if code is not None and code != case.lead)
    may = (code for code in codes if not is_kept(rules.tree, case.kept, code))
    return tuple(dict.fromkeys(code for code in may if code not in command.team))


def _accepted(command: FollowUp) -> int:
    """How many accepted; whoever reports acceptance and counts nobody means everybody."""
    if command.result is FollowUpResult.ACCEPTED and not command.accepted:
        return command.asked
    return command.accepted


def _tries(at: tuple[datetime, ...], calendar: Calendar) -> int:
    """How many vain tries count: as many as can be chosen so that each has a day and an hour of its own.

    A matching of days to hours: the first try of a day may have to give way to another one of that day.
    """
    hours: dict[date, set[int]] = {}
    for tried in map(calendar.local, at):
        hours.setdefault(tried.date(), set()).add(tried.hour)
    chosen: dict[int, date] = {}

    def find(day: date, looked: set[int]) -> bool:
        for hour in sorted(hours[day] - looked):
            looked.add(hour)
            if hour not in chosen or find(chosen[hour], looked):
                chosen[hour] = day
                return True
        return False

    return sum(find(day, set()) for day in hours)


def close(draft: Draft, _command: Close, rules: Rules) -> Refusal | None:
    """归档 by hand: where the policy has no gate to pass. Never before what is required is ticked."""
    gate, left = rules.policy(draft.case.policy).gate, draft.case.inspections.open
    if gate.kind is not GateKind.NONE:
        return refuse("gate_open", gate=gate.kind)
    if left:
        return refuse("requirements_open", open=", ".join(map(str, left)))
    close_case(draft, rules, gate.kind, draft.case.outcome or Outcome.SOLVED)
    return None


def reopen(draft: Draft, command: Reopen, rules: Rules) -> None:
    """重办: the resident or the follow-up says it is not solved after all."""
    back_to_work(draft, rules, "request", command.text)


def back_to_work(
    draft: Draft,
    rules: Rules,
    reason: str,
    text: str = "",
    *,
    reprocess: Reprocess | None = None,
    to: Route | None = None,
) -> None:
    """A failed gate blames the resolution: its clock runs on. A later wish gives whoever was on time a day.

    It never comes back to a desk from which the case is kept: then it goes where such a case belongs.

    Args:
        draft: of a case that is resolved or closed.
        rules: in force.
        reason: `gate`, `request`, `recheck`, `review`, `restricted`.
        text: why, in words.
        reprocess: who works on it again after the first failed gate; None: as the policy says.
        to: where it goes; None: to whoever had it, who does that one's work, or who may.
    """
    policy = rules.policy(draft.case.policy)
    calendar = rules.calendar(policy)
    # Whoever was not told of a resolution need not be told that it was none.
    told = reason == "request" or draft.case.state is not State.RESOLVED or not policy.gate.report_after
    lead, desk = draft.case.lead, still_there(draft.case, rules)
    to = to or away_from(draft.case, rules, desk)
    # Nobody is late by a date that was over before he had the case.
    not_before = end_of_next_working_day(draft.at, calendar) if reason != "gate" or to is not None else None
    draft.add(
        Reopened(reason=reason, desk=to.desk.code if to is not None else desk, not_before=not_before), text=text
    )
    send_away(draft, rules)
    members.leave(draft, rules, "refused")
    starred_meanwhile(draft, rules)
    recompute(draft, rules)  # a clock that stood meanwhile may have missed a calendar
    if told:
        notices.answer(draft, "reopened")
    if to is not None:
        dispatch_to(draft, rules, to, from_desk=lead)
        return
    target = climb(draft.case, rules)
    up = (reprocess or policy.gate.reprocess) is Reprocess.ONE_UP or draft.case.reprocesses >= _REPROCESS_CAP
    if reason == "gate" and up and target.desk is not None and not _goes_up_anyway(draft):
        hand_up(draft, rules, target, cause=Cause.REPEAT, missed=None)
        if policy.mode is Mode.TRANSFER:
            return
    notices.hand_over(draft, rules, "reopened")


def _goes_up_anyway(draft: Draft) -> bool:
    """Whether a clock that runs on has passed meanwhile: its miss, the handling desk's own, takes the case up.

    A step for the failed gate before it would charge the desk above with that miss and take the case up twice.
    """
    return any(
        m.status is MilestoneStatus.RUNNING
        and m.on_pass is OnPass.ESCALATE
        and m.holder is None
        and m.due_at < draft.at
        for m in draft.case.milestones
    )


def withdraw(draft: Draft, command: Withdraw, rules: Rules) -> None:
    """撤回: ends the case; the handling desk can never do this."""
    lead = draft.case.lead
    draft.add(Withdrawn(by=command.actor.role), text=command.text)
    close_case(draft, rules, "withdrawn", Outcome.WITHDRAWN, told="withdrawn")
    for desk in (lead, *draft.case.assists) if lead else ():
        notices.taken(draft, desk, "withdrawn")
