"""What every event is, and the milestones that events arm."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

import msgspec

from router.core.policies.policy import Instant, OnPass, Satisfies, Track


class MilestoneStatus(StrEnum):
    """Where a milestone stands."""

    RUNNING = "running"
    PAUSED = "paused"  # the case is suspended; it runs on at a later instant
    MET = "met"
    MISSED = "missed"
    SUPERSEDED = "superseded"  # its lead lost the case to the tier above
    WITHDRAWN = "withdrawn"  # taken for missed, and it was none
    DROPPED = "dropped"  # the case closed before its instant; a reopening lets it run on


#: Not over: running, or standing still while the case is suspended.
ALIVE = (MilestoneStatus.RUNNING, MilestoneStatus.PAUSED)


class Milestone(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A milestone of one case, armed at an instant."""

    name: str
    due_at: datetime
    satisfied_by: Satisfies
    on_pass: OnPass
    to: str
    track: Track = Track.STATUTORY
    status: MilestoneStatus = MilestoneStatus.RUNNING
    #: The calendar does not cover the instant yet: it may move when the calendar is imported.
    provisional: bool = False
    #: Desk code of who holds it; None: whoever leads.
    holder: str | None = None
    #: When the satisfying event happened; None unless met.
    met_at: datetime | None = None
    #: What its budget counts from: the event that armed it, or the deadline missed before. None: nothing is
    #: counted, somebody named the instant.
    since: datetime | None = None
    #: The budget, where what it comes to depends on the calendar; None: nothing of the calendar moves it.
    budget: Instant | None = None
    #: Whatever its budget comes to, it ends no earlier: a delay of ours, or a reopening, has moved it there.
    not_before: datetime | None = None
    #: Its instant was taken for missed before an event that counts as in time reached us; for the ladder's clock
    #: after such a one: void for that reason. A failed gate takes both back, any reopening the latter.
    overtaken: bool = False
    #: The case was wanted back after that: it was met all the same, whatever a gate says later.
    for_good: bool = False
    #: When its budget alone ended as it was armed, once a change has moved `due_at`; None: none has.
    base_at: datetime | None = None
    #: Whether it stands still while the case is suspended.
    pauses: bool = True
    #: Desk code the miss is charged to; None unless missed.
    charged_to: str | None = None
    #: The miss is taken out of that desk's figures (申诉剔除).
    excused: bool = False


class Cause(StrEnum):
    """Why a case went up a tier; only `deadline` counts against a desk."""

    DEADLINE = "deadline"
    VOLUNTARY = "voluntary"
    REPEAT = "repeat"
    UNSTAFFED = "unstaffed"


class Event(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, tag_field="event"):
    """Something that has happened to a case."""
