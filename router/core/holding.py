"""Holding time: whose every second of a case was, from its receipt to its closing (docs/behaviour.md, 4.1).

Pure: entries in, spans out. The law of the file: the spans of a case follow each other without gap or overlap
while it is open, so that the parts sum to the whole, to the microsecond. While a case is closed nobody holds it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

import msgspec

from router.core import events as e
from router.core.clocks import ESCALATION_SILENCE
from router.core.policy import Mode, Satisfies
from router.core.rules import SUPERVISION
from router.core.together import MEDIATION

#: What the tier above may be asked for.
_ESCALATION, _EXTENSION, _SUSPENSION = "escalation", "extension", "suspension"


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


class Span(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Somebody's time: from just after `begin` up to and including `end`."""

    kind: HolderKind
    #: Desk code; the channel's name; for ping-pong the desk that asked. Empty where nobody has a name.
    holder: str
    begin: datetime
    end: datetime
    #: Of ping-pong: the desk it was sent to; empty while the request waits.
    to: str = ""

    @property
    def length(self) -> timedelta:
        """How long it is; never zero."""
        return self.end - self.begin


class _Who(msgspec.Struct, frozen=True):
    kind: HolderKind
    holder: str = ""
    to: str = ""


def holding(entries: Iterable[e.Entry], as_of: datetime, *, replayed: bool = False) -> tuple[Span, ...]:
    """The account of one case.

    Args:
        entries: of the case, in the order of recording. What happened after `as_of` is left out.
        as_of: aware; where an open case's account ends.
        replayed: the case is history that was put on record long afterwards: recording times say nothing of it.

    Returns:
        Spans in order; none for a case that ended when it began, or that begins after `as_of`.
    """
    account = _Account(replayed=replayed)
    for entry in entries:
        if entry.event_at <= as_of:
            account.take(entry)
    account.end(as_of)
    return tuple(account.spans)


def charged(spans: Sequence[Span], missed_at: datetime) -> Span | None:
    """Whose time it was when a deadline was missed: the span that ends with the instant, not the one it begins.

    A deadline that had passed before the receipt is the first holder's; one that passed while the case was closed
    is the last one's before that. None: nobody ever held the case.
    """
    before = [span for span in spans if span.begin < missed_at]
    return before[-1] if before else next(iter(spans), None)


def totals(spans: Iterable[Span]) -> dict[tuple[HolderKind, str], timedelta]:
    """Time by kind and holder, the longest first."""
    found: dict[tuple[HolderKind, str], timedelta] = {}
    for span in spans:
        key = (span.kind, span.holder)
        found[key] = found.get(key, timedelta()) + span.length
    return dict(sorted(found.items(), key=lambda item: (-item[1], item[0])))


class _Account:
    """An account being written: what is known of the case, and the spans so far."""

    def __init__(self, *, replayed: bool) -> None:
        self._replayed = replayed
        self.spans: list[Span] = []
        #: Who has it now; None while nobody has.
        self._now: _Who | None = None
        #: Since when; nothing that comes later begins earlier.
        self._since: datetime | None = None
        #: Where the present stretch between a receipt or reopening and a closing begins; None while it is closed.
        self._opened_at: datetime | None = None
        # What the entries say.
        self.lead = ""
        self.supervision = False
        self.supervisor = ""
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

    def take(self, entry: e.Entry) -> None:
        """Note one entry."""
        event = entry.event
        if isinstance(event, e.Received):
            self._open(entry.event_at)
            self._hand(_Who(HolderKind.CHANNEL, event.channel), entry.event_at)
            self._hand(self._holder(), self._known_at(entry))
            return
        if isinstance(event, e.Closed):
            self._close(entry.event_at)
            return
        if isinstance(event, e.Reopened):
            self._open(entry.event_at)
        note = _NOTES.get(type(event))
        if note is None:
            return
        before = self._in_hand()
        note(self, event)
        if self._opened_at is None:
            return
        if self._in_hand() != before or isinstance(event, e.Reopened):
            # Whoever has it now hears of it when it is on record.
            self._hand(_Who(HolderKind.SYSTEM), entry.event_at)
            self._hand(self._holder(), self._known_at(entry))
        else:
            self._hand(self._holder(), entry.event_at)

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

    def end(self, as_of: datetime) -> None:
        """Where the account ends."""
        if self._now is not None:
            self._hand(None, as_of)
        self._cut(as_of)

    # -- spans

    def _open(self, at: datetime) -> None:
        if self._opened_at is None:
            self._since = self._opened_at = max(at, self._since or at)

    def _close(self, at: datetime) -> None:
        """A closing that counts as earlier than what is on record already ends the account there."""
        if self._opened_at is not None:
            at = max(at, self._opened_at)
            self._hand(None, at)
            self._cut(at)
            self._since, self._opened_at = at, None

    def _hand(self, who: _Who | None, at: datetime) -> None:
        """From `at` on it is `who`'s; what reaches us out of order counts from the last change."""
        at = max(at, self._since or at)
        if self._now is not None and self._since is not None and at > self._since:
            self._add(self._now, self._since, at)
        self._now, self._since = who, at

    def _add(self, who: _Who, begin: datetime, end: datetime) -> None:
        last = self.spans[-1] if self.spans else None
        if last is not None and last.end == begin and (last.kind, last.holder, last.to) == _fields(who):
            begin = self.spans.pop().begin
        self.spans.append(Span(kind=who.kind, holder=who.holder, to=who.to, begin=begin, end=end))

    def _cut(self, at: datetime) -> None:
        while self.spans and self.spans[-1].end > at:
            last = self.spans.pop()
            if last.begin < at:
                self.spans.append(msgspec.structs.replace(last, end=at))

    # -- who

    def _known_at(self, entry: e.Entry) -> datetime:
        return entry.event_at if self._replayed else entry.recorded_at

    def _in_hand(self) -> tuple[str, str]:
        return self.lead, self.supervisor

    def _holder(self) -> _Who:
        if self.resolved:
            return _Who(HolderKind.FOLLOW_UP, self.follow_up)
        if self.suspended_by:
            return _Who(HolderKind.APPROVAL, self.suspended_by)
        if not self.lead or self.unplaced:
            return _Who(HolderKind.DISPATCHER, self.lead)
        if self.returned_by:
            return _Who(HolderKind.PING_PONG, self.returned_by, self.returned_to)
        if self.asked:
            return _Who(HolderKind.APPROVAL, next(iter(self.asked.values())))
        if self.supervisor or self.supervision:
            return _Who(HolderKind.SUPERVISION, self.supervisor or self.lead)
        if self.overrun:
            return _Who(HolderKind.DESK, self.mediator)
        return _Who(HolderKind.DESK, self.lead)


def _fields(who: _Who) -> tuple[HolderKind, str, str]:
    return who.kind, who.holder, who.to


def _dispatched(account: _Account, event: e.Dispatched) -> None:
    account.gets(event.desk)
    account.unplaced = event.reason.startswith("triage")
    if account.returned_by:  # sent on before the request was decided, or by the triage desk it went back to
        account.sent_on(event.desk, event.milestones)
    account.supervision = event.reason == "confidential"


def _signed(account: _Account, event: Any) -> None:
    """A sign of life of the desk that leads; one that has asked to give it back has not changed its mind."""
    if event.desk == account.lead and account.returned_to:
        account.forget_return()


def _return_requested(account: _Account, event: e.ReturnRequested) -> None:
    account.returned_by, account.returned_to = event.desk, ""


def _return_refused(account: _Account, _event: e.ReturnRefused) -> None:
    account.forget_return()


def _return_approved(account: _Account, event: e.ReturnApproved) -> None:
    account.gets(event.to)
    account.returned_by = event.desk
    account.sent_on(event.to, event.milestones)
    account.unplaced = not (event.placed or event.designation)


def _designated(account: _Account, event: e.Designated) -> None:
    account.gets(event.desk)
    account.forget_return()


def _resolved(account: _Account, event: e.Resolved) -> None:
    account.resolved = True
    account.stop_mediating()
    account.asked.clear()
    account.suspended_by = ""
    account.forget_return()
    followed_up = (m for m in event.milestones if m.satisfied_by is Satisfies.FOLLOWED_UP)
    account.follow_up = next((m.holder or "" for m in followed_up), "")


def _reopened(account: _Account, event: e.Reopened) -> None:
    account.resolved = False
    account.gets(event.desk)
    account.forget_return()


def _missed(account: _Account, event: e.DeadlineMissed) -> None:
    if event.milestone == ESCALATION_SILENCE:
        account.asked.pop(_ESCALATION, None)
    if event.milestone == MEDIATION and account.mediator:
        account.overrun = True
    if account.returned_to and any((m.name, m.due_at) == (event.milestone, event.due_at) for m in account.sign_by):
        account.forget_return()  # whoever lets its time for signing pass has the case


def _mediated(account: _Account, event: e.MediationStarted) -> None:
    account.mediator = event.desk


def _mediation_ended(account: _Account, _event: e.MediationEnded) -> None:
    account.stop_mediating()


def _assist_removed(account: _Account, event: e.AssistRemoved) -> None:
    if event.desk == account.mediator:
        account.stop_mediating()


def _escalated(account: _Account, event: e.Escalated) -> None:
    account.asked.pop(_ESCALATION, None)
    if event.mode == Mode.SUPERVISE:
        account.supervisor = event.to_desk
        return
    if event.to_desk != account.lead:
        account.gets(event.to_desk)
        account.forget_return()
    account.supervision = event.to_name.startswith(SUPERVISION)


def _escalation_requested(account: _Account, event: e.EscalationRequested) -> None:
    account.asked[_ESCALATION] = event.superior


def _extension_requested(account: _Account, event: e.ExtensionRequested) -> None:
    account.asked[_EXTENSION] = event.milestone.holder or account.lead


def _extension_decided(account: _Account, _event: e.Event) -> None:
    account.asked.pop(_EXTENSION, None)


def _suspension_requested(account: _Account, event: e.SuspensionRequested) -> None:
    account.asked[_SUSPENSION] = event.milestone.holder or account.lead


def _suspension_refused(account: _Account, _event: e.SuspensionRefused) -> None:
    account.asked.pop(_SUSPENSION, None)


def _suspended(account: _Account, event: e.Suspended) -> None:
    account.asked.pop(_SUSPENSION, None)
    account.suspended_by = event.end.holder or event.by


def _resumed(account: _Account, _event: e.Resumed) -> None:
    account.suspended_by = ""


#: What an entry changes of who holds a case. An event that is not here changes nothing of that.
_NOTES: dict[type[e.Event], Callable[[_Account, Any], None]] = {
    e.Dispatched: _dispatched,
    e.Accepted: _signed,
    e.ProgressReported: _signed,
    e.Replied: _signed,
    e.Mitigated: _signed,
    e.ReturnRequested: _return_requested,
    e.ReturnRefused: _return_refused,
    e.ReturnApproved: _return_approved,
    e.Designated: _designated,
    e.Resolved: _resolved,
    e.Reopened: _reopened,
    e.DeadlineMissed: _missed,
    e.AssistRemoved: _assist_removed,
    e.MediationStarted: _mediated,
    e.MediationEnded: _mediation_ended,
    e.Escalated: _escalated,
    e.EscalationRequested: _escalation_requested,
    e.ExtensionRequested: _extension_requested,
    e.ExtensionApproved: _extension_decided,
    e.ExtensionRefused: _extension_decided,
    e.SuspensionRequested: _suspension_requested,
    e.SuspensionRefused: _suspension_refused,
    e.Suspended: _suspended,
    e.Resumed: _resumed,
}
