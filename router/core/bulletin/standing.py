"""How one case stood at an instant, by what was on record at another: a fold of the entries that count."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from itertools import takewhile

import msgspec

from router.core import events as e
from router.core.case import Case
from router.core.counting.figures import CaseFacts
from router.core.counting.hands import Hands, Who
from router.core.counting.problem_counts import case_by_gate, gate_after, sighting_by_gate
from router.core.counting.problems import Sighting
from router.core.events import Entry
from router.core.history import advance

#: What says nothing of anybody working on a case: the clock's own doing, refusals, and the source's word.
_NO_SIGN_OF_WORK = (
    e.Refused,
    e.DeadlineMissed,
    e.Reminded,
    e.NoticeRepeated,
    e.Skipped,
    e.SystemDelayed,
    e.DeadlineRecomputed,
    e.SupervisionOrdered,
    e.Urged,
    e.LevelsStarted,
    e.LevelProposed,
    e.LevelRepeated,
    e.LevelRaised,
)


class Known(msgspec.Struct, frozen=True):
    """What counts as known."""

    #: Entries recorded later are not looked at; None: everything on record is.
    recorded_until: datetime | None

    def of(self, entries: Sequence[Entry]) -> list[Entry]:
        """What could be read of a case at that instant: its history up to the first entry recorded later."""
        until = self.recorded_until
        if until is None or not entries or entries[-1].recorded_at <= until:
            return list(entries)
        return list(takewhile(lambda entry: entry.recorded_at <= until, entries))


#: Everything on record.
EVERYTHING = Known(None)


class Standing(msgspec.Struct, frozen=True, kw_only=True):
    """A case as it stood, and what of its history the state does not keep."""

    case: Case
    #: In whose hands it was.
    who: Who
    #: When somebody last worked on it; the receipt when nobody has.
    worked_at: datetime
    #: What let it through when it was closed last; empty: it is open.
    gate: str
    #: Those it was folded from.
    entries: tuple[Entry, ...]

    def facts(self) -> CaseFacts:
        """As the figures see it."""
        return case_by_gate(self.case, self.gate, self.case.district)

    def sighting(self, facts: CaseFacts) -> Sighting:
        """As the problem sweep sees it."""
        return sighting_by_gate(facts, self.gate)


def standing(entries: Sequence[Entry], happened_by: datetime) -> Standing | None:
    """The case of what had happened up to and including an instant; None: it was not there yet.

    What happened later is left out wherever it stands in the history: a report that reached us late counts at its
    own time, and so does everything that was recorded before it.
    """
    counting = tuple(entry for entry in entries if entry.event_at <= happened_by)
    if not counting or not isinstance(counting[0].event, e.Received):
        return None
    case = advance(None, counting)
    hands = Hands()
    worked_at, gate = counting[0].event_at, ""
    for entry in counting:
        event = entry.event
        hands.note(event)
        gate = gate_after(gate, event)
        if not isinstance(event, _NO_SIGN_OF_WORK):
            worked_at = max(worked_at, entry.event_at)
    return Standing(case=case, who=hands.holder, worked_at=worked_at, gate=gate, entries=counting)


def escalations(entries: Sequence[Entry]) -> Iterator[tuple[Entry, e.Escalated]]:
    """The escalations of a case that nobody took back."""
    undone = {(x.event.milestone, x.event.due_at) for x in entries if isinstance(x.event, e.EscalationUndone)}
    for entry in entries:
        event = entry.event
        if isinstance(event, e.Escalated) and (event.milestone, event.due_at) not in undone:
            yield entry, event
