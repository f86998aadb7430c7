"""Who is told of what a step means, and from when it may ring; instants worked out by hand from the calendar."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, time, timedelta
from typing import Any

import msgspec
import pytest

from router.core import commands as c
from router.core.policies.policy import Elapsed, Level, LevelStart, Policy, Satisfies, Track
from router.core.policies.priority import Priority
from router.core.rules import Rules
from router.core.telling.pressing import Haste
from router.core.telling.ringing import Notice, Ring, listed, next_digest, notices_of
from tests.city import DISPATCH, Play, days, ladder, milestone, policy, rules
from tests.unit.core.calendars import CN, NATURAL, china

_AT = time(8, 30)
#: Closed within an hour, then by the district within another.
HOURLY = policy(
    calendar="cn",
    min_in_hand_s=0,
    milestones=(milestone("close", Elapsed(3600), Satisfies.CLOSED),),
    ladder=ladder("street", "district", budget=Elapsed(3600)),
)


def told(in_force: Rules, start: datetime, **opening: Any) -> list[Notice]:
    """What people are told of a case that nobody touches for three hours."""
    play = Play(in_force, start)
    play.open(**opening)
    play.wait(hours=3)
    return [one for step in play.steps for one in notices_of(in_force, step, step.entries[0].recorded_at, _AT)]


def of(policies: Policy, start: datetime) -> list[Notice]:
    """As :func:`told`, of a case in the willow street."""
    return told(rules(policies), start)


@pytest.mark.parametrize(
    ("opened", "rings"),
    [
        (china(2026, 9, 21, 9), china(2026, 9, 21, 10, 0, 1)),  # Monday morning: at once
        (china(2026, 9, 21, 11, 10), china(2026, 9, 21, 13, 30)),  # over lunch: when the office opens again
        (china(2026, 9, 21, 16, 30), china(2026, 9, 22, 9)),  # an hour later it has just closed
        (china(2026, 9, 19, 22), china(2026, 9, 20, 9)),  # Saturday night: the Sunday is worked
        (china(2026, 9, 30, 17), china(2026, 10, 8, 9)),  # the evening before National Day
    ],
)
def test_what_comes_at_night_rings_when_the_office_opens(opened: datetime, rings: datetime) -> None:
    first = of(HOURLY, opened)[0]
    assert (first.kind, first.ring, first.ring_at) == ("escalated", Ring.HOURS, rings)


@pytest.mark.parametrize("loud", [{"urgent": True}, {"calendar": "natural"}])
def test_an_emergency_and_a_calendar_that_never_closes_ring_at_night(loud: dict[str, Any]) -> None:
    first = of(msgspec.structs.replace(HOURLY, **loud), china(2026, 9, 21, 22))[0]
    assert (first.ring, first.ring_at) == (Ring.NOW, china(2026, 9, 21, 23, 0, 1))


def test_whoever_gets_a_case_loses_it_or_hears_of_it_again_is_told() -> None:
    kinds = [(one.recipient, one.kind, one.milestone) for one in of(HOURLY, china(2026, 9, 21, 9))]
    assert kinds == [
        ("lake", "escalated", ""),
        ("willow", "taken", ""),
        ("lake", "repeated", "close@district"),
    ]


def test_a_first_dispatch_a_reply_and_a_history_that_is_replayed_tell_nobody() -> None:
    play = Play(rules(HOURLY))
    play.open()
    play.say("willow", c.Reply, text="on Monday")
    assert [n for step in play.steps for n in notices_of(play.rules, step, play.now, _AT)] == []
    assert told(rules(HOURLY, replay=True), china(2026, 9, 21, 9)) == []


def test_the_office_a_report_is_about_is_told_nothing() -> None:
    found = told(rules(HOURLY), china(2026, 9, 21, 9), subject_desk="willow")
    assert found != []
    assert "willow" not in {one.recipient for one in found}


def levelled(officer: str) -> Policy:
    """One level an hour after the receipt."""
    level = Level(name="media", after=Elapsed(3600), audience=("supervision-2",), officer=officer)
    return policy(
        calendar="cn",
        milestones=(milestone("close", days(9), Satisfies.CLOSED),),
        levels=(level,),
        levels_start=LevelStart.RECEIVED,
    )


def test_a_level_that_rises_by_itself_is_told_once_a_day() -> None:
    first = of(levelled(""), china(2026, 9, 21, 9))[0]
    assert (first.recipient, first.kind, first.milestone) == ("supervision-2", "level", "media")
    assert (first.ring, first.ring_at) == (Ring.DIGEST, china(2026, 9, 22, 8, 30))


def test_a_level_that_waits_for_its_officer_is_no_digest() -> None:
    first = of(levelled("director"), china(2026, 9, 21, 9))[0]
    assert (first.ring, first.ring_at) == (Ring.HOURS, china(2026, 9, 21, 10, 0, 1))


@pytest.mark.parametrize(
    ("now", "digest"),
    [
        (china(2026, 9, 22, 8, 30), china(2026, 9, 22, 8, 30)),
        (china(2026, 9, 22, 8, 30, 1), china(2026, 9, 23, 8, 30)),
        (china(2026, 9, 19, 10), china(2026, 9, 20, 8, 30)),  # Saturday; Sunday is worked
        (china(2026, 9, 30, 9), china(2026, 10, 8, 8, 30)),
    ],
)
def test_the_daily_list_comes_at_its_clock_time_on_a_worked_day(now: datetime, digest: datetime) -> None:
    assert next_digest(CN, now, _AT) == digest


def test_without_days_off_it_comes_every_day() -> None:
    assert next_digest(NATURAL, china(2026, 10, 1, 9), _AT) == china(2026, 10, 2, 8, 30)


def notice(case: str, kind: str, *, hour: int, ring: Ring = Ring.HOURS) -> Notice:
    """Of a deadline at that hour."""
    at = china(2026, 9, 21, hour)
    return Notice(
        recipient="willow",
        case_id=case,
        kind=kind,
        milestone="close",
        due_at=at,
        ring=ring,
        calendar="cn",
        created_at=at,
        ring_at=at,
    )


def test_a_list_has_the_newest_of_each_case_and_emergencies_first() -> None:
    made: Sequence[Notice] = [
        notice("a", "reminder", hour=9),
        notice("b", "missed", hour=11),
        notice("c", "reminder", hour=12, ring=Ring.NOW),
        notice("a", "missed", hour=10),
    ]
    assert [(one.case_id, one.kind, one.count) for one in listed(made)] == [
        ("c", "reminder", 1),
        ("a", "missed", 2),
        ("b", "missed", 1),
    ]


def test_a_list_has_what_comes_first_on_top_under_emergencies() -> None:
    made = [
        notice("plain", "missed", hour=9),
        notice("high", "reminder", hour=12),
        notice("loud", "reminder", hour=13, ring=Ring.NOW),
    ]
    haste = {"high": Haste(Priority.HIGH, timedelta(hours=4))}
    assert [(one.case_id, one.priority) for one in listed(made, haste)] == [
        ("loud", Priority.NORMAL),
        ("high", Priority.HIGH),
        ("plain", Priority.NORMAL),
    ]


def test_a_reminder_goes_to_whom_the_milestone_names() -> None:
    asked = policy(calendar="cn", milestones=(DISPATCH, milestone("close", days(9), Satisfies.CLOSED)))
    found = told(rules(asked), china(2026, 9, 21, 9), division=("lake", "nowhere"))
    assert [(one.kind, one.milestone) for one in found] == [("reminder", "dispatch")]
    assert DISPATCH.track is Track.INTERNAL


def test_people_hear_that_an_escalation_was_undone_on_both_sides() -> None:
    in_force = rules(msgspec.structs.replace(HOURLY, calendar="natural"))
    play = Play(in_force, china(2026, 9, 21, 9))
    play.open()
    play.wait(minutes=90)
    play.say(
        "system:undo",
        c.UndoEscalation,
        milestone="close",
        due_at=china(2026, 9, 21, 10),
        desk="willow",
        step=0,
        by="li",
        text="error",
    )
    found = notices_of(in_force, play.steps[-1], play.now, _AT)
    assert [(one.recipient, one.kind) for one in found] == [("willow", "undone"), ("lake", "undone")]
