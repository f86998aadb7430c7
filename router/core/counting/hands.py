"""Whose hands a case is in: what its entries say of who has it, one entry after the other.

Pure. `router.core.counting.holding` turns the changes into spans of time.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from enum import StrEnum
from typing import Any

import msgspec

from router.core import events as e
from router.core.policies.own_clocks import ESCALATION_SILENCE, MEDIATION
from router.core.policies.policy import Mode, OnPass, Satisfies
from router.core.rules import SUPERVISION

#: What the tier above may be asked for.
_ESCALATION, _EXTENSION, _SUSPENSION = "escalation", "extension", "suspension"
#: What the clock of such a question waits for → what was asked for.
_ASKED = {
    Satisfies.ESCALATION_DECIDED: _ESCALATION,
    Satisfies.EXTENSION_DECIDED: _EXTENSION,
    Satisfies.SUSPENSION_DECIDED: _SUSPENSION,
}


class HolderKind(StrEnum):
    """Who may hold a case."""

    CHANNEL = "channel"  # 渠道: received at the source and not yet on record
    DISPATCHER = "dispatcher"  # 派单席: it waits to be placed
    DESK = "desk"  # 承办单位
    PING_PONG = "ping_pong"  # 推诿: a return was asked for, and the next desk has not signed yet
    APPROVAL = "approval"  # 审批: a desk has asked and the tier above has not decided; or it lets the case rest
    FOLLOW_UP = "follow_up"  # 回访: resolved, and waits for its gate
    SUPERVISION = "supervision"  # 督办
    SYSTEM = "system"  # 系统: given to somebody who could not know of it yet


class Who(msgspec.Struct, frozen=True):
    """Who has a case."""

    kind: HolderKind
    holder: str = ""
    to: str = ""


class Hands:
    """What is known of a case so far, as far as it says who has it."""

    def __init__(self) -> None:
        self.lead = ""
        self.supervision = False
        self.supervisor = ""
        #: A missed deadline that gave it to a supervisor → who supervised it before; that may be taken back.
        self.supervised_before: dict[tuple[str | None, datetime | None], str] = {}
        self.unplaced = False
        self.returned_by = ""
        self.returned_to = ""
        #: The time for signing of the desk it was sent to.
        self.sign_by: tuple[e.Milestone, ...] = ()
        #: What the tier above was asked for → who is to decide, the oldest first.
        self.asked: dict[str, str] = {}
        #: Who lets the case rest on record; empty: it does not.
        self.suspended_by = ""
        #: Who mediates, and whether that has taken longer than it may.
        self.mediator = ""
        self.overrun = False
        self.resolved = False
        self.follow_up = ""
        #: Who is to tick what is required of a case that has passed its gate; empty: it has not.
        self.ticks = ""

    def note(self, event: e.Event) -> bool:
        """Note an event; returns whether it may change who has the case."""
        note = _NOTES.get(type(event))
        if note is None:
            return False
        note(self, event)
        return True

    @property
    def lead_and_supervisor(self) -> tuple[str, str]:
        """Desk codes of who works on it and of who supervises; a change of them is a hand-over."""
        return self.lead, self.supervisor

    @property
    def holder(self) -> Who:
        """Who has it now."""
        if self.resolved and self.ticks:
            return Who(HolderKind.SUPERVISION, self.ticks)
        if self.resolved:
            return Who(HolderKind.FOLLOW_UP, self.follow_up)
        if self.suspended_by:
            return Who(HolderKind.APPROVAL, self.suspended_by)
        if not self.lead or self.unplaced:
            return Who(HolderKind.DISPATCHER, self.lead)
        if self.returned_by:
            return Who(HolderKind.PING_PONG, self.returned_by, self.returned_to)
        if self.asked:
            return Who(HolderKind.APPROVAL, next(iter(self.asked.values())))
        if self.supervisor or self.supervision:
            return Who(HolderKind.SUPERVISION, self.supervisor or self.lead)
        if self.overrun:
            return Who(HolderKind.DESK, self.mediator)
        return Who(HolderKind.DESK, self.lead)

    def gets(self, desk: str) -> None:
        """A desk becomes lead: what the last one had asked for is void."""
        self.asked.clear()
        self.unplaced = False
        self.suspended_by = ""
        if desk != self.lead:
            self.supervision, self.supervisor = False, ""
        self.lead = desk
        if desk == self.mediator:
            self.stop_mediating()

    def stop_mediating(self) -> None:
        """Nobody mediates any more."""
        self.mediator, self.overrun = "", False

    def forget_return(self) -> None:
        """Whoever has it, has it in hand."""
        self.returned_by = self.returned_to = ""

    def sent_on(self, desk: str, signing: tuple[e.Milestone, ...]) -> None:
        """What was returned went to another desk, which has its own time to sign for it."""
        self.returned_to, self.sign_by = desk, signing


#: Why a case goes to supervision as soon as it is opened.
_TO_SUPERVISION = frozenset({"confidential", "named_person"})


def _dispatched(hands: Hands, event: e.Dispatched) -> None:
    hands.gets(event.desk)
    hands.unplaced = event.reason.startswith("triage")
    if hands.returned_by:  # sent on before the request was decided, or by the triage desk it went back to
        hands.sent_on(event.desk, event.milestones)
    hands.supervision = event.reason in _TO_SUPERVISION


def _signed(hands: Hands, event: Any) -> None:
    """A sign of life of the desk that leads; one that has asked to give it back has not changed its mind."""
    if event.desk == hands.lead and hands.returned_to:
        hands.forget_return()


def _return_requested(hands: Hands, event: e.ReturnRequested) -> None:
    hands.returned_by, hands.returned_to = event.desk, ""


def _return_refused(hands: Hands, _event: e.ReturnRefused) -> None:
    hands.forget_return()


def _return_approved(hands: Hands, event: e.ReturnApproved) -> None:
    hands.gets(event.to)
    hands.returned_by = event.desk
    hands.sent_on(event.to, event.milestones)
    hands.unplaced = not (event.placed or event.designation)


def _designated(hands: Hands, event: e.Designated) -> None:
    hands.gets(event.desk)
    hands.forget_return()


def _resolved(hands: Hands, event: e.Resolved) -> None:
    hands.resolved, hands.ticks = True, ""
    hands.stop_mediating()
    hands.asked.clear()
    hands.suspended_by = ""
    hands.forget_return()
    followed_up = (m for m in event.milestones if m.satisfied_by is Satisfies.FOLLOWED_UP)
    hands.follow_up = next((m.holder or "" for m in followed_up), "")


def _gate_passed(hands: Hands, event: e.GatePassed) -> None:
    hands.ticks = event.waits_for


def _reopened(hands: Hands, event: e.Reopened) -> None:
    hands.resolved = False
    hands.gets(event.desk)
    hands.forget_return()


def _missed(hands: Hands, event: e.DeadlineMissed) -> None:
    if event.milestone == ESCALATION_SILENCE:
        hands.asked.pop(_ESCALATION, None)
    if event.milestone == MEDIATION and hands.mediator:
        hands.overrun = True
    if hands.returned_to and any((m.name, m.due_at) == (event.milestone, event.due_at) for m in hands.sign_by):
        hands.forget_return()  # whoever lets its time for signing pass has the case


def _mediated(hands: Hands, event: e.MediationStarted) -> None:
    hands.mediator = event.desk


def _mediation_ended(hands: Hands, _event: e.MediationEnded) -> None:
    hands.stop_mediating()


def _assist_removed(hands: Hands, event: e.AssistRemoved) -> None:
    if event.desk == hands.mediator:
        hands.stop_mediating()


def _escalated(hands: Hands, event: e.Escalated) -> None:
    hands.asked.pop(_ESCALATION, None)
    if event.mode == Mode.SUPERVISE:
        hands.supervised_before[event.milestone, event.due_at] = hands.supervisor
        hands.supervisor = event.to_desk
        return
    if event.to_desk != hands.lead:
        hands.gets(event.to_desk)
        hands.forget_return()
    hands.supervision = event.to_name.startswith(SUPERVISION)


def _undone(hands: Hands, event: e.EscalationUndone) -> None:
    if event.returned:
        hands.gets(event.desk)
        hands.supervision = event.step_name.startswith(SUPERVISION)
        hands.supervisor = hands.supervised_before.get((event.milestone, event.due_at), "")


def _pulled(hands: Hands, event: e.Pulled) -> None:
    hands.gets(event.to_desk)
    hands.forget_return()


def _escalation_requested(hands: Hands, event: e.EscalationRequested) -> None:
    hands.asked[_ESCALATION] = event.superior


def _extension_requested(hands: Hands, event: e.ExtensionRequested) -> None:
    hands.asked[_EXTENSION] = event.milestone.holder or hands.lead


def _extension_decided(hands: Hands, _event: e.Event) -> None:
    hands.asked.pop(_EXTENSION, None)


def _suspension_requested(hands: Hands, event: e.SuspensionRequested) -> None:
    hands.asked[_SUSPENSION] = event.milestone.holder or hands.lead


def _suspension_refused(hands: Hands, _event: e.SuspensionRefused) -> None:
    hands.asked.pop(_SUSPENSION, None)


def _suspended(hands: Hands, event: e.Suspended) -> None:
    hands.asked.pop(_SUSPENSION, None)
    hands.suspended_by = event.end.holder or event.by


def _restricted(hands: Hands, event: e.Restricted) -> None:
    for one in event.milestones:
        holder = one.holder or hands.lead
        asked = _ASKED.get(one.satisfied_by)
        if asked in hands.asked:
            hands.asked[asked] = holder
        elif one.satisfied_by is Satisfies.RESUMED:
            hands.suspended_by = holder
        elif one.satisfied_by is Satisfies.FOLLOWED_UP:
            hands.follow_up = holder
        elif one.on_pass is OnPass.ESCALATE and hands.supervisor:
            hands.supervisor = holder


def _resumed(hands: Hands, _event: e.Resumed) -> None:
    hands.suspended_by = ""


#: What an entry changes of who holds a case. An event that is not here changes nothing of that.
_NOTES: dict[type[e.Event], Callable[[Hands, Any], None]] = {
    e.Dispatched: _dispatched,
    e.Accepted: _signed,
    e.ProgressReported: _signed,
    e.Replied: _signed,
    e.Mitigated: _signed,
    e.PlanFiled: _signed,
    e.ReturnRequested: _return_requested,
    e.ReturnRefused: _return_refused,
    e.ReturnApproved: _return_approved,
    e.Designated: _designated,
    e.Resolved: _resolved,
    e.GatePassed: _gate_passed,
    e.Reopened: _reopened,
    e.DeadlineMissed: _missed,
    e.AssistRemoved: _assist_removed,
    e.MediationStarted: _mediated,
    e.MediationEnded: _mediation_ended,
    e.Escalated: _escalated,
    e.EscalationUndone: _undone,
    e.Pulled: _pulled,
    e.EscalationRequested: _escalation_requested,
    e.ExtensionRequested: _extension_requested,
    e.ExtensionApproved: _extension_decided,
    e.ExtensionRefused: _extension_decided,
    e.SuspensionRequested: _suspension_requested,
    e.SuspensionRefused: _suspension_refused,
    e.Suspended: _suspended,
    e.Resumed: _resumed,
    e.Restricted: _restricted,
}
