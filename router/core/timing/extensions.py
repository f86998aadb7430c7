"""Extensions (延期): asked for before the case is due, decided by the tier above, whose silence is no consent.

A request stops nothing. What was missed while it waited stays missed; an approval moves the clocks that run then.
"""

from __future__ import annotations

import msgspec

from router.core.case import Case
from router.core.commands import ApproveExtension, RefuseExtension, RequestExtension
from router.core.events import ExtensionApproved, ExtensionRefused, ExtensionRequested, Milestone
from router.core.offices.working import speaker
from router.core.policies.policy import ExtensionRule, Satisfies
from router.core.refusals import Refusal, refuse
from router.core.rules import Rules
from router.core.step import Draft
from router.core.telling import messages as m, notices
from router.core.timing.arming import request_decision
from router.core.timing.changes import Changes, Extension, ExtensionAsked
from router.core.timing.ladder import above
from router.core.timing.rescheduling import (
    due_of,
    is_running,
    missed_clock,
    own_clock,
    reminded_again,
    rescheduled,
    statutory_after,
)


def request_extension(draft: Draft, command: RequestExtension, rules: Rules) -> Refusal | None:
    """延期申请: to the tier above, which has a clock of its own; the lead's runs on."""
    case, policy = draft.case, rules.policy(draft.case.policy)
    rule, desk = policy.extension, speaker(command, draft.case)
    asked = own_clock(draft)
    if rule is None:
        return refuse("no_extensions", policy=policy.name)
    if asked is None:
        return not_in_time(draft)
    unfit = _unfit(case, command, rule, rules, asked)
    if unfit is not None:
        return unfit
    wanted = ExtensionAsked(
        desk=desk,
        reason=command.reason,
        at=draft.at,
        count=command.days or 0,
        days=rule.longest.days,
        until=command.until,
    )
    refusal = _too_long(case, rules, asked, wanted.granted(draft.at), rule)
    if refusal is not None:
        return refusal
    decider = above(case, rules, case.lead)
    clock = request_decision(rules, policy, draft.at, decider, rule.decide_within, Satisfies.EXTENSION_DECIDED)
    draft.add(
        ExtensionRequested(
            desk=desk,
            reason=wanted.reason,
            milestone=clock,
            count=wanted.count,
            days=wanted.days,
            until=wanted.until,
        ),
        text=command.text,
    )
    draft.tell_desk(
        decider,
        notices.EXTENSION_REQUESTED,
        lambda now: m.ExtensionRequested(
            case_id=now.id,
            version=now.version,
            desk=desk,
            reason=wanted.reason,
            days=command.days,
            until=wanted.until,
            due_at=asked.due_at,
            decide_by=clock.due_at,
            text=command.text,
        ),
    )
    return None


def not_in_time(draft: Draft) -> Refusal:
    """Why a request about a clock that does not run is refused: it was missed, or there is none."""
    missed = missed_clock(draft)
    if missed is None:
        return refuse("no_clock", case=draft.case.id)
    return refuse("filed_late", milestone=missed.name, due_at=missed.due_at.isoformat())


def _unfit(
    case: Case, command: RequestExtension, rule: ExtensionRule, rules: Rules, asked: Milestone
) -> Refusal | None:
    asked_before = case.changes.extension_asked  # what a desk below had asked for gives way to the lead's own
    if asked_before is not None and asked_before.desk == speaker(command, case):
        return refuse("extension_pending", case=case.id)
    if len(case.changes.extensions) >= rule.cap:
        return refuse("extension_cap", cap=rule.cap)
    if rule.reasons and command.reason not in rule.reasons:
        return refuse("request_reason", reason=command.reason, reasons=", ".join(rule.reasons))
    if (command.days is None) == (command.until is None):
        return refuse("extension_how_long", case=case.id)
    if (command.days is not None and command.days < 1) or (
        command.until is not None and command.until <= asked.due_at
    ):
        return refuse("extension_too_short", due_at=asked.due_at.isoformat())
    if above(case, rules, case.lead) == case.lead:
        return refuse("nobody_above", desk=case.lead)
    return None


def _too_long(
    case: Case, rules: Rules, asked: Milestone, granted: Extension, rule: ExtensionRule
) -> Refusal | None:
    longest = Extension(at=granted.at, count=rule.longest.count, days=rule.longest.days)
    latest = due_of(rules, case, asked, msgspec.structs.replace(case.changes, extensions=(longest,)))
    wanted = due_of(rules, case, asked, _with(case.changes, granted))
    if wanted.at <= latest.at:
        return None
    return refuse("extension_too_long", latest=latest.at.isoformat(), days=rule.longest.count)


def _with(changes: Changes, granted: Extension) -> Changes:
    return msgspec.structs.replace(changes, extensions=(*changes.extensions, granted))


def approve_extension(draft: Draft, command: ApproveExtension, rules: Rules) -> Refusal | None:
    """同意延期: every clock that ends the matter and runs now ends later."""
    case = draft.case
    asked = case.changes.extension_asked
    if asked is None:
        return refuse("no_extension_pending", case=case.id)
    changes = _with(case.changes, asked.granted(draft.at))
    moved = rescheduled(rules, case, changes, is_running)
    draft.add(
        ExtensionApproved(
            desk=asked.desk,
            by=command.actor.id,
            moved=moved,
            due_at=statutory_after(case, moved),
            again=reminded_again(rules, case, changes, moved, draft.at),
        ),
        text=command.text,
    )
    _decided(draft, asked.desk, approved=True, text=command.text)
    if case.lead != asked.desk:  # it went up meanwhile
        notices.due_changed(draft, "extended", rules)
    notices.answer(draft, "extended")
    return None


def refuse_extension(draft: Draft, command: RefuseExtension, _rules: Rules) -> Refusal | None:
    """不同意延期: nothing moves."""
    asked = draft.case.changes.extension_asked
    if asked is None:
        return refuse("no_extension_pending", case=draft.case.id)
    draft.add(ExtensionRefused(desk=asked.desk, by=command.actor.id), text=command.text)
    _decided(draft, asked.desk, approved=False, text=command.text)
    return None


def _decided(draft: Draft, desk: str, *, approved: bool, text: str) -> None:
    draft.tell_desk(
        desk,
        notices.EXTENSION_DECIDED,
        lambda now: m.ExtensionDecided(
            case_id=now.id, version=now.version, approved=approved, due_at=notices.due_of_lead(now), text=text
        ),
    )
