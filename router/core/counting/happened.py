"""What happened to a case, as counts: each entry adds to the series it stands for, once and for ever.

The law of the file: what an entry adds depends on the entries before it and on nothing after, so counting a case
in parts gives what counting it at once gives, and nothing that is counted is ever taken back.

Readings chosen where the definition is silent:

- A case counts where it was placed when the entry was made: putting its place right later moves nothing.
- Tasks of inspectors are no cases and are not counted.
- Holding time is counted at each closing, for as much as has not been counted before.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Any

import msgspec

from router.core import events as e
from router.core.case import Case
from router.core.commands import Satisfaction
from router.core.counting.counted import UNKNOWN, Counted, Counts, Series, bucket
from router.core.counting.hands import HolderKind
from router.core.counting.holding import charged_desk, holding
from router.core.history import fold_into
from router.core.policies.policy import Track
from router.core.rules import Rules

_MS = timedelta(milliseconds=1)
_REQUESTED, _APPROVED, _REFUSED = "requested", "approved", "refused"


class Happened(msgspec.Struct, frozen=True):
    """A case as its entries leave it, and what they add."""

    case: Case
    counts: Counts
    #: From when on which desk led it (code), in order; empty until somebody did.
    leads: tuple[tuple[datetime, str], ...]


def happened(entries: Sequence[e.Entry], rules: Rules, beyond: int = 0, *, replayed: bool = False) -> Happened:
    """The case, and what its entries from the one of index `beyond` on add.

    Args:
        entries: all of the case, in the order of recording.
        rules: tree and calendars; they know the policies the case has had.
        beyond: how many of them were counted before.
        replayed: the case is history: when it was recorded says nothing of it.

    Raises:
        ValueError: there are no entries, or they are none of one case.
    """
    walk = _Walk(entries, rules, replayed=replayed)
    for index in range(len(entries)):
        walk.take(index, counts=index >= beyond)
    if walk.case is None:
        raise ValueError("a case is made by at least one entry")
    return Happened(walk.case, walk.counts if walk.case.is_matter else Counter(), tuple(walk.leads))


def district_of(case: Case, rules: Rules) -> str:
    """Code of the district the case is about; `unknown` for one that is not known."""
    known = rules.tree.divisions.get(case.district or "")
    return UNKNOWN if known is None or known.unknown else known.code


def category_of(case: Case) -> str:
    """The case's category group; `unknown` without one.

    So it is with a restricted one, which is a number: alone in its category it would say what it is about.
    """
    return UNKNOWN if case.is_restricted else case.category_group or UNKNOWN


def tier_of(desk: str, rules: Rules) -> str:
    """Name of a desk's tier; `unknown` for a desk that is gone."""
    known = rules.tree.desks.get(desk)
    return UNKNOWN if known is None else rules.tree.tiers[rules.tree.tier_of(known)]


class _Walk:
    """A walk along the entries of a case."""

    def __init__(self, entries: Sequence[e.Entry], rules: Rules, *, replayed: bool) -> None:
        self.entries = entries
        self.rules = rules
        self.counts: Counts = Counter()
        self.case: Case | None = None
        self.leads: list[tuple[datetime, str]] = []
        self._replayed = replayed
        #: Milliseconds of each kind of holder that earlier closings have counted.
        self._held: Counter[HolderKind] = Counter()
        self._index = 0

    def take(self, index: int, *, counts: bool) -> None:
        """Fold in one entry, and count it unless it was counted before."""
        entry = self.entries[index]
        self._index = index
        self.case = fold_into(self.case, entry)
        if self.case.lead and (not self.leads or self.leads[-1][1] != self.case.lead):
            self.leads.append((entry.event_at, self.case.lead))
        count = _COUNTS.get(type(entry.event))
        if count is None:
            return
        before = self.counts
        if not counts:
            self.counts = Counter()
        count(self, entry, entry.event)
        if not counts:
            self.counts = before

    @property
    def here(self) -> Case:
        """The case as of the entry at hand."""
        if self.case is None:
            raise LookupError("nothing was received yet")
        return self.case

    def add(self, name: Counted, *labels: str, number: int = 1) -> None:
        self.counts[Series(name, labels)] += number

    @property
    def district(self) -> str:
        return district_of(self.here, self.rules)

    @property
    def place(self) -> tuple[str, str]:
        return self.district, category_of(self.here)

    def tier(self, desk: str) -> str:
        return tier_of(desk, self.rules)

    def charged(self, missed: e.DeadlineMissed) -> str:
        """Code of the desk that answers for a miss, by the account up to its instant; empty: no desk does."""
        known = self.entries[: self._index + 1]
        return charged_desk(holding(known, missed.due_at, replayed=self._replayed), missed)

    def excused(self, event: e.Excused) -> str:
        """Code of the desk whose miss was excused, as it was counted."""
        for entry in self.entries[: self._index]:
            match entry.event:
                case e.DeadlineMissed() as missed if (missed.milestone, missed.due_at) == (
                    event.milestone,
                    event.due_at,
                ):
                    return self.charged(missed)
        return event.desk

    def held_since_last(self, entry: e.Entry) -> Counter[HolderKind]:
        """Milliseconds by kind that no earlier closing has counted."""
        now: Counter[HolderKind] = Counter()
        for span in holding(self.entries[: self._index + 1], entry.event_at, replayed=self._replayed):
            now[span.kind] += span.length // _MS
        grown = now - self._held
        self._held |= now
        return grown


def _received(walk: _Walk, _entry: e.Entry, event: e.Received) -> None:
    origin = "proactive" if event.origin == "proactive" else "complaint"
    walk.add(Counted.OPENED, *walk.place, origin)
    if event.triaged:
        walk.add(Counted.TRIAGED, walk.district)


def _resolved(walk: _Walk, _entry: e.Entry, _event: e.Resolved | e.ResolvedWith) -> None:
    walk.add(Counted.RESOLVED, *walk.place)


def _closed(walk: _Walk, entry: e.Entry, _event: e.Closed) -> None:
    walk.add(Counted.CLOSED, *walk.place)
    for kind, held_ms in walk.held_since_last(entry).items():
        walk.add(Counted.HELD, walk.district, kind, number=held_ms)
    opened_at, closed_at = walk.here.opened_at, entry.event_at
    if closed_at < opened_at:
        return
    took = closed_at - opened_at
    walk.add(Counted.RESOLUTION, *walk.place, bucket(took.total_seconds()))
    walk.add(Counted.RESOLUTION_SUM, *walk.place, number=took // _MS)
    worked_s = _worked_s(walk, opened_at, closed_at)
    walk.add(Counted.WORKING, walk.district, bucket(worked_s))
    walk.add(Counted.WORKING_SUM, walk.district, number=round(worked_s * 1000))


def _worked_s(walk: _Walk, opened_at: datetime, closed_at: datetime) -> float:
    """Office hours from receipt to closing, without suspensions."""
    case = walk.here
    calendar = walk.rules.calendar(walk.rules.policy(case.policy))
    worked_s = calendar.working_seconds(opened_at, closed_at)
    for pause in case.changes.pauses:
        begin, end = max(pause.start, opened_at), min(pause.end or closed_at, closed_at)
        if begin < end:
            worked_s -= calendar.working_seconds(begin, end)
    return max(0.0, worked_s)


def _reopened(walk: _Walk, _entry: e.Entry, event: e.Reopened) -> None:
    walk.add(Counted.REOPENED, *walk.place, "gate" if event.reason == "gate" else "request")


def _withdrawn(walk: _Walk, _entry: e.Entry, _event: e.Withdrawn) -> None:
    walk.add(Counted.WITHDRAWN, walk.district)


def _missed(walk: _Walk, _entry: e.Entry, event: e.DeadlineMissed) -> None:
    track = Track.STATUTORY
    for milestone in walk.here.milestones:
        if (milestone.name, milestone.due_at) == (event.milestone, event.due_at):
            track = milestone.track
    desk = walk.charged(event)
    walk.add(Counted.MISSED, walk.tier(desk), walk.district, track)
    if track is Track.STATUTORY:
        walk.add(Counted.DESK_MISSED, desk or UNKNOWN)


def _excused(walk: _Walk, _entry: e.Entry, event: e.Excused) -> None:
    walk.add(Counted.EXCUSED, walk.tier(walk.excused(event)), walk.district)


def _escalated(walk: _Walk, _entry: e.Entry, event: e.Escalated) -> None:
    walk.add(Counted.ESCALATED, walk.district, event.from_name, event.to_name, event.cause)


def _undone(walk: _Walk, _entry: e.Entry, _event: e.EscalationUndone) -> None:
    walk.add(Counted.TAKEN_BACK, walk.district, "undone")


def _overtaken(walk: _Walk, _entry: e.Entry, _event: e.Overtaken) -> None:
    walk.add(Counted.TAKEN_BACK, walk.district, "overtaken")


def _pulled(walk: _Walk, _entry: e.Entry, _event: e.Pulled) -> None:
    walk.add(Counted.PULLED, walk.district)


def _skipped(walk: _Walk, _entry: e.Entry, event: e.Skipped) -> None:
    policy = walk.rules.policy(walk.here.policy)
    step = policy.ladder[event.step].name if 0 <= event.step < len(policy.ladder) else UNKNOWN
    walk.add(Counted.SKIPPED, walk.district, step)


def _repeated(walk: _Walk, _entry: e.Entry, _event: e.NoticeRepeated) -> None:
    walk.add(Counted.REPEATED, walk.district)


def _designated(walk: _Walk, _entry: e.Entry, _event: e.Designated) -> None:
    walk.add(Counted.DESIGNATED, walk.district)


def _level(fate: str) -> Callable[[_Walk, e.Entry, Any], None]:
    def count(walk: _Walk, _entry: e.Entry, event: e.LevelProposed | e.LevelRaised) -> None:
        walk.add(Counted.LEVEL_STEPS, walk.district, str(min(event.number, 9)), fate)

    return count


def _followed_up(walk: _Walk, _entry: e.Entry, event: e.FollowedUp) -> None:
    answers = event.answers
    said = {
        "unreachable": event.result == "unreachable",
        "valid": answers is not None,
        "contacted": answers is not None and answers.contacted,
        "solved": answers is not None and answers.solved,
        "satisfied": answers is not None and answers.satisfaction is Satisfaction.SATISFIED,
        "basically_satisfied": answers is not None and answers.satisfaction is Satisfaction.BASICALLY,
    }
    for answer, is_so in said.items():
        if is_so:
            walk.add(Counted.FOLLOW_UPS, walk.district, answer)


def _request(name: Counted, fate: str) -> Callable[[_Walk, e.Entry, Any], None]:
    return lambda walk, _entry, _event: walk.add(name, walk.district, fate)


#: What an entry adds; an event that is not here adds nothing.
_COUNTS: dict[type[e.Event], Callable[[_Walk, e.Entry, Any], None]] = {
    e.Received: _received,
    e.Resolved: _resolved,
    e.ResolvedWith: _resolved,
    e.Closed: _closed,
    e.Reopened: _reopened,
    e.Withdrawn: _withdrawn,
    e.DeadlineMissed: _missed,
    e.Excused: _excused,
    e.Escalated: _escalated,
    e.EscalationUndone: _undone,
    e.Overtaken: _overtaken,
    e.Pulled: _pulled,
    e.Skipped: _skipped,
    e.NoticeRepeated: _repeated,
    e.ReturnRequested: _request(Counted.RETURNS, _REQUESTED),
    e.ReturnApproved: _request(Counted.RETURNS, _APPROVED),
    e.ReturnRefused: _request(Counted.RETURNS, _REFUSED),
    e.Designated: _designated,
    e.ExtensionRequested: _request(Counted.EXTENSIONS, _REQUESTED),
    e.ExtensionApproved: _request(Counted.EXTENSIONS, _APPROVED),
    e.ExtensionRefused: _request(Counted.EXTENSIONS, _REFUSED),
    e.SuspensionRequested: _request(Counted.SUSPENSIONS, _REQUESTED),
    e.Suspended: _request(Counted.SUSPENSIONS, _APPROVED),
    e.SuspensionRefused: _request(Counted.SUSPENSIONS, _REFUSED),
    e.LevelProposed: _level("proposed"),
    e.LevelRaised: _level("confirmed"),
    e.FollowedUp: _followed_up,
}
