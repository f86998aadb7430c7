"""The summary of a week (周报汇总): what came, what was done, how it went; every rate with its two parts."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

import msgspec

from router.core.bulletin.week import Week
from router.core.case import Case
from router.core.counting.assessing import ThreeRates
from router.core.counting.coverage import Coverage, coverage
from router.core.counting.figures import CaseFacts
from router.core.counting.problems import Problem, Sighting, Tally, Variant, summarise
from router.core.offices.opening import VISIT


class Part(msgspec.Struct, frozen=True, kw_only=True):
    """A rate as a numerator over a denominator; over nothing it is none."""

    of: int = 0
    part: int = 0


class Flow(msgspec.Struct, frozen=True, kw_only=True):
    """What came and went in one week, of all or of one district."""

    opened: int = 0
    #: Of them, found by the city itself.
    proactive: int = 0
    #: Solved before they were brought (当场解决): counted in the others too.
    on_the_spot: int = 0
    closed: int = 0
    #: Open when the week ended, and of them past their due date as changes have left it.
    open: int = 0
    overdue: int = 0
    #: Due in the week, and closed by then: by the date as first set, and by the date as changes have left it.
    on_time: Part = Part()
    on_time_after_changes: Part = Part()
    #: Of the cases due in the week by the date as first set: with an approved extension, suspension.
    extended: Part = Part()
    suspended: Part = Part()
    #: Of the statutory misses of those cases: taken out of a desk's figures.
    excused: Part = Part()


class DistrictFlow(msgspec.Struct, frozen=True, kw_only=True):
    """One district's week."""

    district: str
    name: str
    flow: Flow


class Counted(msgspec.Struct, frozen=True, kw_only=True):
    """The before-complaint ratio counted in one way."""

    numerator: int
    denominator: int
    #: The part of the numerator that a complaint may still take back.
    provisional: int
    #: The part of the denominator that was first seen by staff.
    proactive_origin: int


class Both(msgspec.Struct, frozen=True, kw_only=True):
    """Over the problems first seen in the week, and over those whose last resolution lies in it."""

    cohort: Counted
    flow: Counted


class BeforeComplaint(msgspec.Struct, frozen=True, kw_only=True):
    """Resolved before complaint (未诉先办), docs/behaviour.md, 5."""

    total: Both
    without_on_the_spot: Both
    independent_only: Both
    #: Cases with a link key over the cases that take part.
    linkable: Part
    #: False: below 80 % the ratio says nothing, and is not printed.
    assessable: bool


class Visits(msgspec.Struct, frozen=True, kw_only=True):
    """Visits to households in one week (走访)."""

    visits: int = 0
    #: Those that brought a matter which was solved there and then, and those at which nothing was raised.
    on_the_spot: int = 0
    nothing_raised: int = 0


class EscalationLine(msgspec.Struct, frozen=True, kw_only=True):
    """Escalations from one step to the next, for one cause; those that were taken back are left out."""

    from_step: str
    to_step: str
    cause: str
    count: int


class Summary(msgspec.Struct, frozen=True, kw_only=True):
    """Everything the summary has."""

    week: Flow
    #: The week before, by the same knowledge.
    before: Flow
    by_district: tuple[DistrictFlow, ...]
    #: Of the week, and of the week before.
    visits: Visits
    visits_before: Visits
    escalations: tuple[EscalationLine, ...]
    #: In the week: taken over by the top tier, steps passed over for want of a desk, escalations taken back.
    pulled: int
    skipped: int
    taken_back: int
    #: Over the cases that were closed or followed up in the week.
    three_rates: ThreeRates
    #: Over the cases that were in hand in the week.
    coverage: Coverage
    before_complaint: BeforeComplaint


def flow_of(cases: Iterable[CaseFacts], week: Week) -> Flow:
    """What came and went; a week without cases has zeros everywhere."""
    period, cases = week.period, list(cases)
    opened = [case for case in cases if case.opened_at in period]
    there = [case for case in cases if case.opened_at < week.end_at]
    still_open = [case for case in there if case.closed_at is None or case.closed_at >= week.end_at]
    due = [case for case in cases if case.due_at is not None and case.due_at in period]
    moved = [msgspec.structs.replace(case, due_at=case.extended_due_at or case.due_at) for case in there]
    late = [case for case in moved if case.due_at is not None and case.due_at < week.end_at and not case.suspended]
    still = {case.case_id for case in still_open}
    return Flow(
        opened=len(opened),
        proactive=sum(case.origin == "proactive" for case in opened),
        on_the_spot=sum(case.resolved_at_intake for case in opened),
        closed=sum(case.judged_at is not None and case.judged_at in period for case in cases),
        open=len(still_open),
        overdue=sum(case.case_id in still for case in late),
        on_time=_met(due),
        on_time_after_changes=_met([case for case in moved if case.due_at is not None and case.due_at in period]),
        extended=Part(of=len(due), part=sum(case.extensions > 0 for case in due)),
        suspended=Part(of=len(due), part=sum(case.suspensions > 0 for case in due)),
        excused=Part(of=sum(case.missed for case in due), part=sum(case.excused for case in due)),
    )


def visits_of(cases: Iterable[Case]) -> Visits:
    """Count those that came of visits; cases of other channels are left out."""
    found = coverage(case for case in cases if case.channel == VISIT)
    return Visits(visits=found.visits, on_the_spot=found.on_the_spot, nothing_raised=found.nothing_raised)


def _met(due: Sequence[CaseFacts]) -> Part:
    return Part(of=len(due), part=sum(case.is_in_time for case in due))


def before_complaint(
    problems: Sequence[Problem], sightings: Sequence[Sighting], week: Week, as_of: datetime
) -> BeforeComplaint:
    """The ratios of the week; `as_of` parts what is provisional from what is matured."""
    share = summarise(problems, sightings, week.period, as_of)
    return BeforeComplaint(
        total=_both(share.total),
        without_on_the_spot=_both(share.without_on_the_spot),
        independent_only=_both(share.independent_only),
        linkable=Part(of=share.linkable.denominator, part=share.linkable.numerator),
        assessable=share.is_assessable,
    )


def _both(variant: Variant) -> Both:
    return Both(cohort=_counted(variant.cohort), flow=_counted(variant.flow))


def _counted(tally: Tally) -> Counted:
    return Counted(
        numerator=tally.numerator,
        denominator=tally.denominator,
        provisional=tally.provisional,
        proactive_origin=tally.proactive_origin,
    )
