"""Resolved before complaint (未诉先办): the cases of one place and category become problems, problems ratios.

The law of this room: everything depends on event time only. Order of arrival, redelivery and late arrival
change nothing, so one link key can be swept again alone (:func:`sweep`) whenever a case of it changes.

Readings chosen where the definition is silent:

- A redelivered case is one case. Two differing accounts of the same case are a fault of the caller.
- ``explained`` and suspended cases, and ``unsubstantiated`` or ``withdrawn`` ones that rest on the handling
  desk's own word, are in the denominators and keep their problem out of every numerator: none of them says
  that something was put right.
- A case that a re-check found unsolved keeps its problem out of every numerator for good: to put it right the
  second time is no credit, or a street would earn by doing it badly.
- The variants drop or discount whole problems, never single cases: dropping a complaint that was solved on
  the spot would turn the patrol case beside it into a success.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Literal

from msgspec import Struct, field

Origin = Literal["complaint", "proactive"]
LinkKey = tuple[str, str]

#: How long after a resolution a further case still belongs to the same problem. No source; our default.
DEFAULT_WINDOW = timedelta(days=30)
#: A case resolved within this time of its opening was solved on the spot.
ON_THE_SPOT = timedelta(minutes=10)
#: Below this share of cases with a link key the ratio says nothing.
ASSESSABLE_SHARE = 0.8

_NO_PROBLEM = frozenset({"consultation", "suggestion"})
_DENIALS = frozenset({"unsubstantiated", "withdrawn"})
_NOT_PUT_RIGHT = frozenset({"explained"}) | _DENIALS
_NEVER = datetime.max.replace(tzinfo=UTC)


# Sightings and problems refer to texts and instants only and come by the million: the collector skips them.
class Sighting(Struct, frozen=True, gc=False):
    """One case as far as problems are concerned. Instants are aware."""

    case_id: str
    opened_at: datetime
    #: The last verified resolution; None while the case is open, also when it was reopened.
    resolved_at: datetime | None
    origin: Origin
    #: (category group, place key); None when the case has no place, and is then a problem of its own.
    link_key: LinkKey | None
    #: The code of the case's place; None is unknown.
    division: str | None = None
    #: None is unknown, and counts.
    matter_type: str | None = None
    #: None where the source records no outcome: then a resolution is taken for one.
    outcome: str | None = None
    #: Who recorded the outcome: the hotline (from the resident), the handling desk, or somebody else.
    outcome_decided_by: Literal["desk", "hotline", "other"] | None = None
    #: Suspended on record (挂账) now.
    suspended: bool = False
    #: Closed, and found unsolved when somebody looked again (回头看): no credit for it comes back.
    recurred: bool = False
    #: Opened and resolved at intake, with evidence.
    resolved_at_intake: bool = False
    #: The resolution was verified by somebody who neither handled the case nor led the desk that did.
    independently_verified: bool = False

    @property
    def is_inside(self) -> bool:
        """Whether the case takes part: no consultation, no suggestion, not denied by anyone but its desk."""
        if self.matter_type in _NO_PROBLEM:
            return False
        return self.outcome not in _DENIALS or self.outcome_decided_by not in ("hotline", "other")

    @property
    def ended_at(self) -> datetime | None:
        """The resolution, never before the own opening (clock skew); None while open."""
        return None if self.resolved_at is None else max(self.resolved_at, self.opened_at)

    @property
    def is_put_right(self) -> bool:
        """Whether the case ended with the matter solved, and not with a reason why it was not."""
        ended = self.resolved_at is not None and not self.suspended
        return ended and not self.recurred and self.outcome not in _NOT_PUT_RIGHT

    @property
    def is_on_the_spot(self) -> bool:
        """Whether it is resolved, and was so at intake or within :data:`ON_THE_SPOT` of its opening."""
        if self.ended_at is None:
            return False
        return self.resolved_at_intake or self.ended_at - self.opened_at <= ON_THE_SPOT


class Windows(Struct, frozen=True):
    """W: how long a problem stays the same problem after its resolution.

    Raises:
        ValueError: when a window is negative.
    """

    default: timedelta = DEFAULT_WINDOW
    by_group: Mapping[str, timedelta] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for window in (self.default, *self.by_group.values()):
            _check_window(window)

    def of(self, link_key: LinkKey | None) -> timedelta:
        """The window of a key's category group; the default for a case without one."""
        return self.default if link_key is None else self.by_group.get(link_key[0], self.default)


class Problem(Struct, frozen=True, gc=False):
    """One thing that was wrong at one place, with every case that spoke of it."""

    #: Case ids in event order.
    members: tuple[str, ...]
    link_key: LinkKey | None
    #: Origin and division are those of the first member.
    origin: Origin
    division: str | None
    first_seen_at: datetime
    #: The latest resolution of the members; None while any of them is open.
    last_resolved_at: datetime | None
    #: A complaint up to and including this instant would still join; None while any member is open.
    recurs_until: datetime | None
    #: Every member is resolved.
    resolved: bool
    #: Resolved, put right, and no member is a complaint.
    resolved_before_complaint: bool
    #: Every member was solved on the spot.
    on_the_spot: bool
    #: Resolved, and every resolution was verified independently.
    independently_verified: bool

    def is_provisional(self, as_of: datetime) -> bool:
        """Whether a complaint at ``as_of`` would still belong to this resolved problem; False while open."""
        return self.recurs_until is not None and as_of <= self.recurs_until


class Period(Struct, frozen=True):
    """From ``start_at`` up to, not including, ``end_at``; None is without bound."""

    start_at: datetime | None = None
    end_at: datetime | None = None

    def __contains__(self, at: datetime) -> bool:
        return (self.start_at is None or self.start_at <= at) and (self.end_at is None or at < self.end_at)


class Ratio(Struct, frozen=True):
    """A share with both of its parts."""

    numerator: int
    denominator: int

    @property
    def value(self) -> float | None:
        """The quotient, 0 to 1; None when there is nothing to divide by."""
        return self.numerator / self.denominator if self.denominator else None


class Tally(Ratio, frozen=True):
    """Problems resolved before complaint over all problems of the same denominator."""

    #: The part of the numerator that a complaint may still take back.
    provisional: int
    #: The part of the denominator first seen by staff: the numerator can never exceed it.
    proactive_origin: int

    @property
    def matured(self) -> int:
        """The part of the numerator that stands."""
        return self.numerator - self.provisional


class Variant(Struct, frozen=True):
    """The ratio counted in two ways."""

    #: Over the problems first seen in the period.
    cohort: Tally
    #: Over the problems whose last resolution lies in the period.
    flow: Tally


class Share(Struct, frozen=True):
    """What is published about a period, as of an instant."""

    total: Variant
    #: Without the problems all of whose cases were solved on the spot.
    without_on_the_spot: Variant
    #: A problem counts as resolved only where every resolution was verified independently.
    independent_only: Variant
    #: Cases of proactive origin over all cases opened in the period.
    proactive: Ratio
    #: Cases with a link key over the cases that take part, opened in the period.
    linkable: Ratio

    @property
    def is_assessable(self) -> bool:
        """False when too few cases could be linked, or there are none: print "not assessable" instead."""
        return self.linkable.value is not None and self.linkable.value >= ASSESSABLE_SHARE


def find_problems(sightings: Iterable[Sighting], windows: Windows | None = None) -> list[Problem]:
    """Join cases to problems; in order of first sight, then of the first member's id.

    Idempotent and indifferent to the order and the repetition of ``sightings``; O(n log n).

    Raises:
        ValueError: when two sightings of one case differ.
    """
    windows = windows or Windows()
    keyed: defaultdict[LinkKey, list[Sighting]] = defaultdict(list)
    found: list[Problem] = []
    for sighting in _distinct(sightings):
        if sighting.link_key is not None:
            keyed[sighting.link_key].append(sighting)
        elif sighting.is_inside:
            found.append(_problem([sighting], windows.default))
    for link_key, of_one_key in keyed.items():
        found += _sweep_distinct(of_one_key, windows.of(link_key))
    found.sort(key=lambda problem: (problem.first_seen_at, problem.members[0]))
    return found


def sweep(sightings_of_one_key: Iterable[Sighting], window: timedelta = DEFAULT_WINDOW) -> list[Problem]:
    """The problems of one link key, oldest first; the cases that take no part are left out.

    Raises:
        ValueError: when the window is negative, when two sightings of one case differ, when the sightings
            do not share one link key, or have none.
    """
    _check_window(window)
    distinct = _distinct(sightings_of_one_key)
    keys = {sighting.link_key for sighting in distinct}
    if len(keys) > 1 or None in keys:
        raise ValueError("a sweep takes the cases of one link key: a case without a key is its own problem")
    return _sweep_distinct(distinct, window)


def summarise(
    problems: Iterable[Problem], sightings: Iterable[Sighting], period: Period, as_of: datetime
) -> Share:
    """Count what is published about a period; for one division, pass its problems and sightings only.

    ``as_of`` parts what is provisional from what is matured. It cuts nothing: an event after it must not be
    in the input.

    Raises:
        ValueError: when two sightings of one case differ.
    """
    problems = list(problems)
    opened = [sighting for sighting in _distinct(sightings) if sighting.opened_at in period]
    inside = [sighting for sighting in opened if sighting.is_inside]
    return Share(
        total=_variant(problems, period, as_of),
        without_on_the_spot=_variant([p for p in problems if not p.on_the_spot], period, as_of),
        independent_only=_variant(problems, period, as_of, independent_only=True),
        proactive=Ratio(sum(s.origin == "proactive" for s in opened), len(opened)),
        linkable=Ratio(sum(s.link_key is not None for s in inside), len(inside)),
    )


def _variant(
    problems: list[Problem], period: Period, as_of: datetime, *, independent_only: bool = False
) -> Variant:
    seen = [p for p in problems if p.first_seen_at in period]
    ended = [
        p
        for p in problems
        if p.last_resolved_at is not None
        and p.last_resolved_at in period
        and (p.independently_verified or not independent_only)
    ]
    return Variant(
        cohort=_tally(seen, as_of, independent_only=independent_only),
        flow=_tally(ended, as_of, independent_only=independent_only),
    )


def _tally(problems: list[Problem], as_of: datetime, *, independent_only: bool) -> Tally:
    counted = [
        p for p in problems if p.resolved_before_complaint and (p.independently_verified or not independent_only)
    ]
    return Tally(
        numerator=len(counted),
        denominator=len(problems),
        provisional=sum(p.is_provisional(as_of) for p in counted),
        proactive_origin=sum(p.origin == "proactive" for p in problems),
    )


def _check_window(window: timedelta) -> None:
    if window < timedelta(0):
        raise ValueError(f"a window cannot be negative: {window}")


def _distinct(sightings: Iterable[Sighting]) -> list[Sighting]:
    by_id: dict[str, Sighting] = {}
    for sighting in sightings:
        known = by_id.setdefault(sighting.case_id, sighting)
        if known is not sighting and known != sighting:
            raise ValueError(f"two differing accounts of case {sighting.case_id}")
    return list(by_id.values())


def _event_order(sighting: Sighting) -> tuple[datetime, bool, str]:
    return sighting.opened_at, sighting.origin != "complaint", sighting.case_id


def _sweep_distinct(sightings: list[Sighting], window: timedelta) -> list[Problem]:
    # The reach of a problem is the last instant at which a case still joins it; an open member has no end.
    groups: list[list[Sighting]] = []
    reach = _NEVER
    for sighting in sorted((s for s in sightings if s.is_inside), key=_event_order):
        ended_at = sighting.ended_at
        reach_of_this = _NEVER if ended_at is None else ended_at + window
        if groups and sighting.opened_at <= reach:
            groups[-1].append(sighting)
            reach = max(reach, reach_of_this)
        else:
            groups.append([sighting])
            reach = reach_of_this
    return [_problem(members, window) for members in groups]


def _problem(members: list[Sighting], window: timedelta) -> Problem:
    first = members[0]
    ends = [ended_at for member in members if (ended_at := member.ended_at) is not None]
    resolved = len(ends) == len(members)
    last_resolved_at = max(ends) if resolved else None
    return Problem(
        members=tuple(member.case_id for member in members),
        link_key=first.link_key,
        origin=first.origin,
        division=first.division,
        first_seen_at=first.opened_at,
        last_resolved_at=last_resolved_at,
        recurs_until=None if last_resolved_at is None else last_resolved_at + window,
        resolved=resolved,
        resolved_before_complaint=all(m.is_put_right and m.origin == "proactive" for m in members),
        on_the_spot=all(member.is_on_the_spot for member in members),
        independently_verified=resolved and all(member.independently_verified for member in members),
    )
