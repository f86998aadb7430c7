"""The bulletin as one document: what is stored, printed and compared."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from enum import StrEnum

import msgspec

from router.core.bulletin.matters import DistrictMatters
from router.core.bulletin.ranking import Ranking
from router.core.bulletin.risks import Named, Risks
from router.core.bulletin.shares import ShareLine
from router.core.bulletin.summary import Summary
from router.core.counting.problems import DEFAULT_WINDOW

#: Changes when a figure is counted differently or a field means something else.
FORMAT = "case-router/bulletin/1"


class Basis(StrEnum):
    """What the cut-off cuts by."""

    RECORDED = "recorded"  # recording time
    HAPPENED = "happened"  # event time: a replay, whose recording times say nothing


class Kind(StrEnum):
    """What was printed."""

    PRINTED = "printed"  # as known at the cut-off, kept for good
    DRAFT = "draft"  # as known when it was computed, kept nowhere
    REVISED = "revised"  # as a draft, of a week that is over


class Source(msgspec.Struct, frozen=True, kw_only=True):
    """What a bulletin was made from."""

    #: Entries and cases that were read and counted; inspection tasks are not.
    entries: int
    cases: int
    #: When the last of them was recorded; None: there was none.
    last_recorded_at: datetime | None
    #: Version of the tree whose names are used.
    tree: str
    #: Of case-router.
    program: str


class ProblemDays(msgspec.Struct, frozen=True, kw_only=True):
    """How long after its resolution a problem is still the same one."""

    #: Category group; empty: every group that is not named.
    group: str = ""
    name: str = ""
    days: float


class Bulletin(msgspec.Struct, frozen=True, kw_only=True):
    """One week's bulletin."""

    format: str = FORMAT
    kind: Kind
    week: str
    monday: date
    sunday: date
    #: IANA name of the zone the week is in.
    zone: str
    start_at: datetime
    end_at: datetime
    cutoff_at: datetime
    #: Entries recorded later are not in it; None: everything on record is.
    recorded_until: datetime | None
    basis: Basis
    #: Division code and name of the city.
    city: Named
    source: Source
    risks: Risks
    summary: Summary
    shares: tuple[ShareLine, ...]
    matters: tuple[DistrictMatters, ...]
    #: By which the problems were found, those of all other groups first.
    problem_days: tuple[ProblemDays, ...] = (ProblemDays(days=DEFAULT_WINDOW / timedelta(days=1)),)
    #: None: not asked for.
    ranking: Ranking | None


def encode(bulletin: Bulletin) -> bytes:
    """As UTF-8 JSON with sorted keys and a newline at its end: equal documents, equal bytes."""
    return msgspec.json.format(msgspec.json.encode(bulletin, order="sorted"), indent=1) + b"\n"
