"""Counting again by another calendar: what moves, how far, what is kept. Instants were worked out by hand."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

import msgspec
from hypothesis import given, settings, strategies as st

from router.core import events as e
from router.core.calendars.calendar import Calendar
from router.core.commands import (
    ApproveExtension,
    Correct,
    Escalate,
    FollowUp,
    FollowUpResult,
    Recompute,
    Reply,
    RequestExtension,
    RequestReturn,
    Resolve,
)
from router.core.guards import Guards
from router.core.history import advance
from router.core.policies.policy import ExtensionRule, Gate, GateKind, Satisfies, Track, WorkingTime
from router.core.rules import Rules
from router.core.timing.recomputing import recomputed
from tests.city import CLOSE, Play, ladder, milestone, policy, rules, working_days
from tests.unit.core.calendars import CN, china
from tests.unit.core.histories import HISTORIES, History, live

#: 2027 as no notice has it: New Year on Friday 1 to Sunday 3 January, made up on Saturday 9 January.
KNOWN = msgspec.structs.replace(
    CN,
    coverage_end=date(2027, 12, 31),
    days_off=CN.days_off | {date(2027, 1, 1)},
    make_up_days=CN.make_up_days | {date(2027, 1, 9)},
)
WORKING = policy(
    calendar="cn",
    milestones=(milestone("close", working_days(5), Satisfies.CLOSED),),
    ladder=ladder(budget=working_days(2)),
)


def by(calendar: Calendar, **changes: Any) -> Rules:
    return rules(msgspec.structs.replace(WORKING, **changes), calendars=(calendar,))


def opened(*at: int, in_force: Rules | None = None) -> Play:
    play = Play(in_force or by(CN), start=china(*at))
    play.open()
    return play


def recompute(play: Play, calendar: Calendar, **changes: Any) -> Play:
    play.rules = by(calendar, **changes)
    play.say("system:calendar", Recompute)
    return play


def due(play: Play, name: str = "close") -> datetime:
    found = play.case.milestone(name)
    assert found is not None
    return found.due_at


def test_a_deadline_in_january_is_provisional_until_the_calendar_knows_the_month() -> None:
    play = opened(2026, 12, 28, 10)  # a Monday: 29, 30, 31 December, then 1 and 4 January in a plain week
    assert due(play) == china(2027, 1, 5)
    assert play.case.milestones[0].provisional
    recompute(play, KNOWN)  # 1 January is off: 4 and 5 January instead
    assert due(play) == play.case.due_at == play.case.next_due_at == china(2027, 1, 6)
    assert not play.case.milestones[0].provisional
    assert play.events(e.DeadlineRecomputed) == [
        e.DeadlineRecomputed(
            milestone="close",
            due_at=china(2027, 1, 5),
            moved_to=china(2027, 1, 6),
            provisional=False,
            calendar=KNOWN.version,
        )
    ]
    assert play.told("willow") == ["assigned", "due_changed"]


def test_what_stays_where_it_was_is_certain_now_and_nobody_is_disturbed() -> None:
    play = opened(2027, 1, 11, 10)  # a Monday: to Monday 18 January, holidays or not
    assert play.case.milestones[0].provisional
    recompute(play, KNOWN)
    assert not play.case.milestones[0].provisional
    assert due(play) == china(2027, 1, 19)
    assert play.names()[-1] == "DeadlineRecomputed"
    assert play.told("willow") == ["assigned"]


def test_a_category_that_was_corrected_later_leaves_the_budget_it_was_given() -> None:
    by_type = milestone(
        "close", working_days(5), Satisfies.CLOSED, by_category={"pipe": working_days(1), "lamp": working_days(4)}
    )
    play = opened(2026, 12, 28, 10, in_force=by(CN, milestones=(by_type,)))
    play.say("dispatcher:li", Correct, category="pipe")
    recompute(play, KNOWN, milestones=(by_type,))  # 29, 30, 31 December, 4 January
    assert due(play) == china(2027, 1, 5)


def test_counted_twice_it_moves_once() -> None:
    play = recompute(opened(2026, 12, 28, 10), KNOWN)
    before = len(play.entries)
    recompute(play, KNOWN)
    assert play.refused is None
    assert len(play.entries) == before


def test_the_record_makes_the_same_case_whatever_calendar_comes_later() -> None:
    play = recompute(opened(2026, 12, 28, 10), KNOWN)
    assert advance(None, play.entries) == play.case
    assert play.case.policy == opened(2026, 12, 28, 10).case.policy


def test_a_make_up_day_brings_a_deadline_forward_but_never_nearer_than_the_next_working_day() -> None:
    worked = msgspec.structs.replace(KNOWN, make_up_days=KNOWN.make_up_days | {date(2027, 1, 2), date(2027, 1, 3)})
    play = recompute(opened(2026, 12, 28, 10), worked)  # 29, 30, 31, worked Saturday 2 and Sunday 3 January
    assert due(play) == china(2027, 1, 4)
    late = opened(2026, 12, 28, 10).outage(days=6)  # Sunday 3 January, 10:00: it would end in fourteen hours
    recompute(late, worked)
    assert due(late) == china(2027, 1, 5)  # 24:00 of Monday, where it stood


def test_a_notice_that_changes_in_mid_year_moves_what_is_running() -> None:
    play = Play(by(CN), start=china(2026, 9, 29, 10))
    play.open()  # 30 September, 8, 9, Saturday 10, 12 October
    play.wait_until(china(2026, 10, 12, 20))
    off = msgspec.structs.replace(CN, make_up_days=CN.make_up_days - {date(2026, 10, 10)})
    recompute(play, off)  # 13 October is the fifth day; and it is the next working day
    assert due(play) == china(2026, 10, 14)


def test_what_has_passed_is_missed_and_stays_so() -> None:
    play = opened(2026, 12, 28, 10).outage(days=8)  # Tuesday 5 January, 10:00
    recompute(play, KNOWN)
    assert play.events(e.DeadlineMissed)[0].due_at == china(2027, 1, 5)
    assert play.events(e.DeadlineRecomputed) == []


def test_a_budget_after_a_miss_counts_from_the_missed_deadline() -> None:
    play = opened(2026, 12, 21, 10).wait_until(china(2026, 12, 30))
    assert due(play, "close@district") == china(2026, 12, 31)  # missed Monday 28, 24:00; 29 and 30 December
    play.wait_until(china(2026, 12, 31, 9))
    assert due(play, "close@city") == china(2027, 1, 2)
    recompute(play, KNOWN)
    assert due(play, "close@city") == china(2027, 1, 5)  # 31 December and Monday 4 January
    assert due(play, "close@district") == china(2026, 12, 31)
    assert play.case.due_at == china(2026, 12, 29)


def test_what_our_own_delay_moved_stays_moved() -> None:
    play = opened(2026, 9, 21, 10, in_force=by(CN, min_in_hand_s=40 * 3600))
    play.outage(days=11).notice()  # 2 October: the district hears of it four days after its own deadline
    moved = due(play, "close@district")
    assert play.names()[-1] == "SystemDelayed"
    assert moved == china(2026, 10, 14, 15, 30)  # 8, 9, Saturday 10, 12, 13 October are 35 hours; 5 more
    recompute(
        play, msgspec.structs.replace(CN, days_off=CN.days_off | {date(2026, 12, 25)}), min_in_hand_s=144_000
    )
    assert due(play, "close@district") == moved


def test_a_promise_stays_where_it_was_put_and_requests_are_counted_in_working_hours() -> None:
    changes: dict[str, Any] = {
        "milestones": (
            CLOSE,
            milestone("decide", WorkingTime(4 * 3600), Satisfies.RETURN_DECIDED, track=Track.INTERNAL),
        )
    }
    play = Play(by(CN, **changes), start=china(2026, 12, 31, 16))
    play.open()
    play.say("willow", Reply, text="周五修好", commitment_due_at=china(2027, 1, 8, 18))
    play.say("willow", Escalate, text="需市政协调")
    play.say("willow", RequestReturn, reason="not_our_place")
    silence = china(2027, 1, 1, 11, 30)
    assert {due(play, name) for name in ("escalation_silence", "return_decision")} == {silence}
    recompute(play, KNOWN, **changes)
    assert due(play, "escalation_silence") == due(play, "return_decision") == china(2027, 1, 5)  # a day ahead
    assert due(play, "commitment") == china(2027, 1, 8, 18)


def test_a_clock_that_stood_is_counted_again_when_it_runs_on() -> None:
    words: dict[str, Any] = {
        "milestones": (milestone("word", working_days(5), Satisfies.RESOLVED), CLOSE),
        "gate": Gate(kind=GateKind.FOLLOW_UP),
    }
    play = opened(2026, 12, 28, 10, in_force=by(CN, **words))
    play.say("willow", Resolve)
    recompute(play, KNOWN, **words)
    assert due(play, "word") == china(2027, 1, 5)
    play.say("follow_up:anna", FollowUp, result=FollowUpResult.NOT_ACCEPTED)
    assert due(play, "word") == china(2027, 1, 6)


@given(
    days=st.sets(st.dates(date(2026, 10, 1), date(2026, 12, 31)), max_size=12),
    made_up=st.sets(st.dates(date(2026, 9, 20), date(2026, 12, 31)), max_size=12),
    hours=st.integers(0, 400),
)
def test_no_deadline_that_moves_lies_less_than_a_working_day_ahead(
    days: set[date], made_up: set[date], hours: int
) -> None:
    play = opened(2026, 9, 24, 10)
    other = msgspec.structs.replace(CN, days_off=frozenset(days - made_up), make_up_days=frozenset(made_up))
    play.outage(hours=hours).notice()
    for one in recomputed(play.case, by(other), play.now):
        if one.moves:
            today, end = CN.local(play.now).date().toordinal(), CN.local(one.moved_to).date().toordinal()
            assert any(other.is_working_day(date.fromordinal(day)) for day in range(today + 1, end))


@settings(max_examples=60)
@given(HISTORIES, st.sets(st.dates(date(2026, 9, 21), date(2026, 11, 30)), max_size=15))
def test_whatever_happened_to_a_case_it_is_counted_again_once_and_its_record_still_makes_it(
    told: History, off: set[date]
) -> None:
    play = live(told)
    other = msgspec.structs.replace(CN, days_off=CN.days_off | off, make_up_days=CN.make_up_days - off)
    play.rules = play.rules.counting_by({**play.rules.calendars, "cn": other})
    play.say("system:calendar", Recompute)
    assert advance(None, play.entries) == play.case
    if play.case.is_open:
        assert play.refused is None
        assert recomputed(play.case, play.rules, play.now) == []


def test_an_extended_case_is_counted_again_with_its_extension() -> None:
    extended: dict[str, Any] = {"extension": ExtensionRule(longest=working_days(10))}
    play = opened(2026, 12, 28, 10, in_force=by(CN, **extended))
    play.say("willow", RequestExtension, reason="parts", days=3)
    play.say("lake", ApproveExtension)
    assert due(play) == play.case.extended_due_at == china(2027, 1, 8)  # 5, 6, 7 January after the first date
    recompute(play, KNOWN, **extended)
    assert due(play) == play.case.extended_due_at == china(2027, 1, 9)
    assert advance(None, play.entries) == play.case


def test_what_the_brake_holds_is_not_missed_yet_and_moves() -> None:
    play = opened(2026, 9, 21, 10)
    assert play.case.next_due_at == china(2026, 9, 29, 0)
    play.rules = by(CN).guarded_by(Guards(braked=True))
    play.outage(days=7, hours=22)  # Tuesday 29 September, 08:00
    play.rules = by(msgspec.structs.replace(CN, days_off=CN.days_off | {date(2026, 9, 28)}))
    play.rules = play.rules.guarded_by(Guards(braked=True))
    play.say("system:calendar", Recompute)
    (moved,) = play.events(e.DeadlineRecomputed)
    # The right day is over too by the end of Tuesday: it is kept a working day ahead.
    assert (moved.due_at, moved.moved_to) == (china(2026, 9, 29, 0), china(2026, 10, 1, 0))
    play.rules = play.rules.guarded_by(Guards())
    play.notice()
    assert (play.case.escalations, play.case.lead) == (0, "willow")
