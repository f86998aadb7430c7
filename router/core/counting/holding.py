"""Holding time: whose every second of a case was, from its receipt to its closing (docs/behaviour.md, 4.1).

Pure: entries in, spans out. The law of the file: the spans of a case follow each other without gap or overlap
while it is open, so that the parts sum to the whole, to the microsecond. While a case is closed nobody holds it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

import msgspec

from router.core import events as e
from router.core.counting.hands import Hands, HolderKind, Who


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


#: Whose time is no office's: nobody there could have met a deadline.
_NOBODYS = frozenset({HolderKind.CHANNEL, HolderKind.SYSTEM, HolderKind.PING_PONG})


def charge(spans: Sequence[Span], missed: e.DeadlineMissed) -> Who | None:
    """Who answers for a miss: whose own duty it was, else whose time it was. None: nobody ever held the case.

    This is what every figure counts a miss by. An entry that names nobody is of a date that was over before we had
    the case: it was the channel's.
    """
    if not missed.charged_to:
        return Who(HolderKind.CHANNEL, spans[0].holder if spans and spans[0].kind is HolderKind.CHANNEL else "")
    span = charged(spans, missed.due_at)
    if missed.own and (span is None or span.holder != missed.charged_to):
        return Who(HolderKind.DESK, missed.charged_to)
    return Who(span.kind, span.holder) if span is not None else None


def charged_desk(spans: Sequence[Span], missed: e.DeadlineMissed) -> str:
    """Code of the desk that answers for a miss; empty: it is no desk's."""
    who = charge(spans, missed)
    return "" if who is None or who.kind in _NOBODYS else who.holder


def standing_misses(entries: Iterable[e.Entry]) -> list[e.DeadlineMissed]:
    """The misses of a case that count: not those withdrawn, nor those that were in time after all."""
    found: dict[tuple[str, datetime], e.DeadlineMissed] = {}
    overtaken: dict[tuple[str, datetime], e.DeadlineMissed] = {}
    for entry in entries:
        match entry.event:
            case e.DeadlineMissed() as missed:
                found[missed.milestone, missed.due_at] = missed
            case e.EscalationUndone(milestone=first, beside=beside, due_at=due_at):
                for name in (first, *beside):
                    found.pop((name, due_at), None)
            case e.Overtaken(milestone=name, due_at=due_at) if (name, due_at) in found:
                overtaken[name, due_at] = found.pop((name, due_at))
            case e.Reopened(reason=reason):  # the report was in vain, or it was in time for good
                found |= overtaken if reason == "gate" else {}
                overtaken.clear()
    return sorted(found.values(), key=lambda missed: missed.due_at)


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
        self._now: Who | None = None
        #: Since when; nothing that comes later begins earlier.
        self._since: datetime | None = None
        #: Where the present stretch between a receipt or reopening and a closing begins; None while it is closed.
        self._opened_at: datetime | None = None
        self._hands = Hands()

    def take(self, entry: e.Entry) -> None:
        """Note one entry."""
        event = entry.event
        if isinstance(event, e.Received):
            self._open(entry.event_at)
            self._hand(Who(HolderKind.CHANNEL, event.channel), entry.event_at)
            self._hand(self._hands.holder, self._known_at(entry))
            return
        if isinstance(event, e.Closed | e.NothingRaised):
            self._close(entry.event_at)
            return
        if isinstance(event, e.Reopened):
            self._open(entry.event_at)
        before = self._hands.lead_and_supervisor
        if not self._hands.note(event) or self._opened_at is None:
            return
        if self._hands.lead_and_supervisor != before or isinstance(event, e.Reopened):
            # Whoever has it now hears of it when it is on record.
            self._hand(Who(HolderKind.SYSTEM), entry.event_at)
            self._hand(self._hands.holder, self._known_at(entry))
        else:
            self._hand(self._hands.holder, entry.event_at)

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

    def _hand(self, who: Who | None, at: datetime) -> None:
        """From `at` on it is `who`'s; what reaches us out of order counts from the last change."""
        at = max(at, self._since or at)
        if self._now is not None and self._since is not None and at > self._since:
            self._add(self._now, self._since, at)
        self._now, self._since = who, at

    def _add(self, who: Who, begin: datetime, end: datetime) -> None:
        last = self.spans[-1] if self.spans else None
        if last is not None and last.end == begin and (last.kind, last.holder, last.to) == _fields(who):
            begin = self.spans.pop().begin
        self.spans.append(Span(kind=who.kind, holder=who.holder, to=who.to, begin=begin, end=end))

    def _cut(self, at: datetime) -> None:
        while self.spans and self.spans[-1].end > at:
            last = self.spans.pop()
            if last.begin < at:
                self.spans.append(msgspec.structs.replace(last, end=at))

    def _known_at(self, entry: e.Entry) -> datetime:
        return entry.event_at if self._replayed else entry.recorded_at


def _fields(who: Who) -> tuple[HolderKind, str, str]:
    return who.kind, who.holder, who.to
