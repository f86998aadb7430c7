"""Ringing: what the people at a desk are told of, beside what its program gets, and when that may ring.

A message of a step is for a program, one a case. People get lists: at most one a desk every so often
(`router.sla.notifier`). At night (outside the office hours of the case's calendar) only emergencies ring, and
policies whose calendar never closes; levels of supervision that rise by themselves come as one list a day.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from types import MappingProxyType

import msgspec

from router.core.calendars.calendar import Calendar
from router.core.policies.own_clocks import LEVEL
from router.core.policies.policy import Policy
from router.core.rules import Rules
from router.core.step import Step
from router.core.telling import messages as m
from router.core.telling.pressing import Haste
from router.core.telling.told import NoticeLine

#: Cases one list names at most; the rest is a count.
MOST_LINES = 100

#: Clock time of the daily list unless the settings say otherwise: our default.
DIGEST_AT = time(8, 30)

_A_MOMENT = timedelta(microseconds=1)
_ONE_DAY = timedelta(days=1)


class Ring(StrEnum):
    """When a notice may ring."""

    NOW = "now"  # day and night: emergencies, calendars that never close
    HOURS = "hours"  # in office hours
    DIGEST = "digest"  # once a day


class Notice(msgspec.Struct, frozen=True, kw_only=True):
    """What the people at one desk are to be told of one case."""

    #: Desk code.
    recipient: str
    case_id: str
    #: `reminder`, `missed`, `repeated`, `supervised`, `level`, `escalated`, `taken`, `urged`, `unstaffed`,
    #: `undone`, `withdrawn`.
    kind: str
    #: Name of the milestone or, for `level`, of the level; empty when it is not about one.
    milestone: str
    #: The instant it is about; None: the case has no deadline.
    due_at: datetime | None
    ring: Ring
    #: Name of the calendar whose office hours count.
    calendar: str
    created_at: datetime
    #: From when it may ring.
    ring_at: datetime


class NoticeBatch(msgspec.Struct, frozen=True, kw_only=True):
    """What the people at one desk are to be told now, claimed by whoever sends it."""

    #: Desk code.
    recipient: str
    claimed_at: datetime
    #: Numbers of the rows, in order: the same rows are the same message.
    rows: tuple[int, ...]
    notices: tuple[Notice, ...]


class Heard(msgspec.Struct, frozen=True, kw_only=True):
    """A notice as the ledger has it."""

    notice: Notice
    #: None: it waits, or the desk has no queue.
    sent_at: datetime | None = None


def notices_of(rules: Rules, step: Step, now: datetime, digest_at: time) -> tuple[Notice, ...]:
    """What a step tells people.

    Args:
        rules: in force, with the policy of the case.
        step: what it tells programs has passed the wall of docs/behaviour.md, 3.13, already.
        now: instant of recording.
        digest_at: clock time of the daily list, in the calendar's zone.
    """
    if rules.replay:  # history is told to nobody
        return ()
    told = [
        (one.desk, found)
        for one in step.messages
        if type(one.payload) in _FOR_PEOPLE and one.desk and (found := _told(one.payload)) is not None
    ]
    if not told:
        return ()
    policy = rules.policy(step.case.policy)
    calendar = rules.calendar(policy)
    return tuple(_notice(policy, calendar, step, desk, found, now, digest_at) for desk, found in told)


#: What may be for people; asked of every message there is.
_FOR_PEOPLE = frozenset({m.Reminded, m.SupervisionOrdered, m.Assigned, m.Taken, m.Urged, m.Unstaffed})

#: Why a case comes or goes when a deadline has passed.
_BY_ESCALATION = frozenset({"escalated", "last_resort"})

#: Why it comes back, or goes, when an escalation is taken back.
UNDONE = "escalation_undone"

#: Kind, milestone, instant.
_Told = tuple[str, str, datetime | None]


def _told(payload: m.AnyPayload) -> _Told | None:
    """What of a message is for people; None: nothing."""
    if isinstance(payload, m.Reminded):
        return payload.reason, payload.milestone, payload.due_at
    if isinstance(payload, m.SupervisionOrdered):
        level = payload.milestone.startswith(LEVEL)
        name = payload.milestone.removeprefix(LEVEL) if level else payload.milestone
        return "level" if level else "supervised", name, payload.due_at
    if isinstance(payload, m.Assigned) and payload.reason in _BY_ESCALATION:
        return "escalated", "", payload.due_at
    if isinstance(payload, m.Taken) and payload.reason in _BY_ESCALATION:
        return "taken", "", None
    if isinstance(payload, m.Assigned | m.Taken) and payload.reason == UNDONE:
        return "undone", "", None
    if isinstance(payload, m.Urged | m.Unstaffed):
        return "urged" if isinstance(payload, m.Urged) else "unstaffed", "", None
    return None


def _notice(
    policy: Policy, calendar: Calendar, step: Step, desk: str, told: _Told, now: datetime, digest_at: time
) -> Notice:
    kind, milestone, due_at = told
    ring = _ring(policy, calendar, kind, milestone)
    return Notice(
        recipient=desk,
        case_id=step.case.id,
        kind=kind,
        milestone=milestone,
        due_at=due_at,
        ring=ring,
        calendar=calendar.name,
        created_at=now,
        ring_at=may_ring_at(calendar, ring, now, digest_at),
    )


def _ring(policy: Policy, calendar: Calendar, kind: str, milestone: str) -> Ring:
    # A level with an officer waits for that officer's word: it is no digest.
    if kind == "level" and not any(one.name == milestone and one.officer for one in policy.levels):
        return Ring.DIGEST
    return Ring.NOW if policy.urgent or calendar.always_open else Ring.HOURS


def may_ring_at(calendar: Calendar, ring: Ring, now: datetime, digest_at: time) -> datetime:
    """From when a notice made at `now` may ring."""
    if ring is Ring.DIGEST:
        return next_digest(calendar, now, digest_at)
    if ring is Ring.NOW or calendar.is_open(now):
        return now
    # The first instant of working time after now.
    return calendar.add_working_seconds(now, _A_MOMENT.total_seconds()) - _A_MOMENT


def next_digest(calendar: Calendar, now: datetime, digest_at: time) -> datetime:
    """The next instant of the daily list, on a worked day; `now` itself when it is that instant."""
    day: date = calendar.local(now).date()
    if calendar.instant(day, digest_at) < now:
        day += _ONE_DAY
    if not calendar.is_working_day(day):
        day = calendar.next_working_day(day)
    return calendar.instant(day, digest_at)


def listed(notices: Iterable[Notice], haste: Mapping[str, Haste] = MappingProxyType({})) -> Iterator[NoticeLine]:
    """A line for each case, with the newest that is told of it: emergencies first, then by instant.

    Args:
        notices: of one desk, in the order in which they were made.
        haste: case id → its priority, and how much earlier than its instant it stands.
    """
    newest: dict[str, Notice] = {}
    counts: dict[str, int] = {}
    for one in notices:
        newest[one.case_id] = one
        counts[one.case_id] = counts.get(one.case_id, 0) + 1
    for one in sorted(newest.values(), key=lambda one: _first(one, haste.get(one.case_id, Haste()))):
        yield NoticeLine(
            case_id=one.case_id,
            kind=one.kind,
            milestone=one.milestone,
            due_at=one.due_at,
            told_at=one.created_at,
            count=counts[one.case_id],
            priority=haste.get(one.case_id, Haste()).priority,
        )


def _first(notice: Notice, haste: Haste) -> tuple[bool, datetime, str]:
    return notice.ring is not Ring.NOW, (notice.due_at or notice.created_at) - haste.ahead, notice.case_id
