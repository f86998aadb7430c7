"""Explaining deadlines: which policy and why, which days count, what follows; instants are typed by hand."""

from __future__ import annotations

from datetime import date, time, timedelta

import msgspec
from hypothesis import given

from router.core import commands as c, events as e
from router.core.counting.explaining import Consequence, DayKind, DayRange, Explanation, explain
from router.core.policies.matching import Mismatch
from router.core.policies.policy import (
    Anchor,
    Colour,
    Days,
    DaySet,
    Ends,
    ExtensionRule,
    Late,
    Match,
    Mode,
    Satisfies,
    SuspensionRule,
    Track,
    WallClock,
)
from router.core.timing.deadlines import turn
from tests.city import ACCEPT, CLOSE, DISPATCH, MONDAY, Play, city, days, desk, ladder, milestone, policy, rules
from tests.unit.core.calendars import china
from tests.unit.core.histories import HISTORIES, History, live

FIVE = Days(count=5, days=DaySet.WORKING, ends=Ends.END_OF_DAY)
TWO = Days(count=2, days=DaySet.WORKING, ends=Ends.END_OF_DAY)


def told(play: Play) -> Explanation:
    return explain(play.case, play.entries, play.rules)


def test_each_policy_before_it_names_the_clause_that_did_not_match() -> None:
    media = policy(name="media", match=Match(channel=("media", "app"), category=("lamp",)))
    early = policy(name="early", effective_to=date(2026, 9, 20))
    stars = policy(name="stars", match=Match(starred=True))
    lamps = policy(name="lamps", match=Match(category=("lamp", "pipe"), tier=("street",)))
    play = Play(rules(early, media, stars, lamps, policy(name="rest")))
    play.open()
    found = told(play)
    assert [one.mismatch for one in found.tried] == [
        Mismatch(key="effective_to", wanted=("2026-09-20",), fact="2026-09-21"),
        Mismatch(key="channel", wanted=("media", "app"), fact="hotline"),
        Mismatch(key="starred", wanted=("true",), fact="false"),
        None,
    ]
    assert found.tried[-1].clauses == (("category", "lamp"), ("tier", "street"))
    assert found.policy == found.policy_today == play.case.policy
    assert found.policy_reason == "lamps: category is lamp, tier is street"


def test_a_case_keeps_its_policy_and_what_it_would_get_today_stands_beside_it() -> None:
    old, new = policy(name="old"), policy(name="new")
    play = Play(rules(old))
    play.open()
    play.rules = rules(new, earlier=(old,))
    found = told(play)
    assert (found.policy, found.policy_today) == (old.version, new.version)
    assert [one.policy for one in found.tried] == [new.version]


def test_the_days_of_the_national_day_week_are_named_with_why_they_do_not_count() -> None:
    close = milestone("close", FIVE, Satisfies.CLOSED)
    play = Play(rules(policy(calendar="cn", milestones=(close,), ladder=ladder(budget=TWO))), start=MONDAY)
    play.now = china(2026, 9, 28, 10)  # a Monday; 1 to 7 October are off, Saturday the 10th is worked
    play.open()
    [found] = told(play).milestones
    assert found.due_at == china(2026, 10, 11)
    assert found.days == (
        DayRange(date(2026, 9, 29), date(2026, 9, 30), DayKind.COUNTED),
        DayRange(date(2026, 10, 1), date(2026, 10, 7), DayKind.HOLIDAY),
        DayRange(date(2026, 10, 8), date(2026, 10, 9), DayKind.COUNTED),
        DayRange(date(2026, 10, 10), date(2026, 10, 10), DayKind.MAKE_UP),
    )
    assert (found.budget, found.since, found.counted_to) == ("5wd", china(2026, 9, 28, 10), None)
    # The ladder's clock starts at the missed 24:00 of Saturday: Sunday is off, Monday and Tuesday count.
    second = told(play).ladder[1]
    assert (second.name, second.due_at) == ("close@district", china(2026, 10, 14))
    assert second.days == (
        DayRange(date(2026, 10, 11), date(2026, 10, 11), DayKind.WEEKEND),
        DayRange(date(2026, 10, 12), date(2026, 10, 13), DayKind.COUNTED),
    )


def test_what_follows_is_what_would_be_decided() -> None:
    play = Play()
    play.open()
    by_name = {one.name: one.consequences for one in told(play).milestones}
    assert by_name["dispatch"] == ()  # met
    assert by_name["accept"] == (Consequence(what="Reminded", to="willow"),)
    up = Consequence(what="Escalated", to="lake", step="district", until=china(2026, 9, 28, 9))
    assert by_name["close"] == (up,)
    assert [(one.name, one.due_at) for one in told(play).ladder] == [
        ("close", china(2026, 9, 26, 9)),
        ("close@district", china(2026, 9, 28, 9)),
        ("close@city", china(2026, 9, 30, 9)),
        ("close@supervision-1", china(2026, 10, 2, 9)),
        ("close@supervision-2", china(2026, 10, 4, 9)),
        ("close@supervision-3", china(2026, 10, 6, 9)),
        ("close@supervision-4", china(2026, 10, 8, 9)),
        ("close@supervision-5", china(2026, 10, 10, 9)),
    ]
    assert [one.what for one in told(play).ladder[-1].consequences] == ["NoticeRepeated"]
    play.wait(days=40)
    ups = [(x.event.to_desk, x.event_at) for x in play.entries if isinstance(x.event, e.Escalated)]
    play = Play()
    play.open()
    ladder_ups = [(one.consequences[-1].to, one.due_at) for one in told(play).ladder[:-1]]
    assert ladder_ups == ups


def test_a_step_without_a_desk_is_named_as_skipped() -> None:
    play = Play(rules(tree=city(desk("canal", "canal", active=False))))
    play.open(division=("canal", "bridge"))
    assert told(play).ladder[0].consequences == (
        Consequence(what="Skipped", step="district"),
        Consequence(what="Escalated", to="cloud", step="city", until=china(2026, 9, 28, 9)),
    )


def test_who_supervises_is_named_and_the_lead_stays() -> None:
    play = Play(rules(policy(mode=Mode.SUPERVISE)))
    play.open()
    assert [one.consequences[-1].to for one in told(play).ladder[:2]] == ["lake", "cloud"]


def test_nothing_is_kept_of_what_was_tried() -> None:
    play = Play()
    play.open()
    before, entries = msgspec.json.encode(play.case), list(play.entries)
    told(play)
    assert (msgspec.json.encode(play.case), play.entries) == (before, entries)


def test_a_clock_that_has_not_started_is_named_with_what_starts_it() -> None:
    asks = milestone("follow_up", days(2), Satisfies.FOLLOWED_UP, anchor=Anchor.RESOLVED)
    play = Play(rules(policy(milestones=(DISPATCH, ACCEPT, CLOSE, asks))))
    play.open()
    assert [(one.name, one.anchor.value, one.budget) for one in told(play).waiting] == [
        ("follow_up", "resolved", "2d")
    ]


def test_a_change_on_record_stands_beside_what_the_budget_comes_to() -> None:
    close = milestone("close", FIVE, Satisfies.CLOSED)
    wide = policy(calendar="cn", milestones=(close,), extension=ExtensionRule(longest=FIVE))
    play = Play(rules(wide))
    play.open()
    play.say("willow", c.RequestExtension, reason="parts", days=2)
    play.say("lake", c.ApproveExtension)
    [found] = [one for one in told(play).milestones if one.name == "close"]
    assert (found.counted_to, found.due_at) == (china(2026, 9, 29), china(2026, 10, 1))
    # Five working days are five working days, whatever was approved after that.
    counted = [(days.first.day, days.last.day) for days in found.days if days.kind is DayKind.COUNTED]
    assert counted == [(22, 25), (28, 28)]
    (change,) = found.changes
    assert (change.what, change.due_at, change.moved_to) == (
        "ExtensionApproved",
        china(2026, 9, 29),
        china(2026, 10, 1),
    )


def test_several_changes_are_told_in_their_order_and_those_of_others_are_not() -> None:
    close = milestone("close", FIVE, Satisfies.CLOSED)
    plan = milestone("plan", msgspec.structs.replace(FIVE, count=9), Satisfies.PLAN_FILED, track=Track.INTERNAL)
    wide = policy(
        calendar="cn",
        milestones=(close, plan),
        extension=ExtensionRule(longest=FIVE, cap=2),
        suspension=SuspensionRule(longest=days(20), recheck=days(7)),
    )
    play = Play(rules(wide))
    play.open()
    play.say("willow", c.RequestExtension, reason="parts", days=1)
    play.say("lake", c.ApproveExtension)
    play.say("willow", c.RequestSuspension, reason="parts")
    play.say("lake", c.ApproveSuspension)
    play.wait(days=1)
    play.say("willow", c.Resume)
    found = {one.name: one for one in told(play).milestones}
    assert [one.what for one in found["close"].changes] == ["ExtensionApproved", "Resumed"]
    assert [one.what for one in found["plan"].changes] == ["Resumed"]


def test_a_late_receipt_is_said_to_be_late() -> None:
    late = Days(count=1, days=DaySet.WORKING, ends=Ends.SAME_TIME, late=Late.NEXT_DAY_OPEN)
    wall = milestone("plan", WallClock(time(20), cut_off=time(19)), Satisfies.PROGRESS)
    both = policy(calendar="cn", milestones=(milestone("close", late, Satisfies.CLOSED), wall))
    for hour, is_late in ((10, False), (18, False), (19, True)):
        play = Play(rules(both), start=china(2026, 9, 21, hour))
        play.open()
        by_name = {one.name: one.late for one in told(play).milestones}
        assert by_name == {"close": hour >= 18, "plan": is_late}, hour


def test_colours_are_told_with_when_they_begin() -> None:
    yellow = Colour(name="yellow", title="黄", day=2)
    red = Colour(name="red")
    play = Play(rules(policy(colours=(yellow, red))))
    play.open()
    assert [(one.name, one.title, one.at, one.after) for one in told(play).colours] == [
        ("yellow", "黄", china(2026, 9, 23), False),
        ("red", "", china(2026, 9, 26, 9), True),
    ]


@given(HISTORIES)
def test_any_case_is_explained_and_its_next_deadline_leads_to_what_was_said(history: History) -> None:
    play = live(history, min_in_hand_s=0)
    play.notice()
    found = told(play)
    assert [one.name for one in found.milestones] == [one.name for one in play.case.milestones]
    following = next((one for one in found.ladder), None)
    running = [m for m in play.case.milestones if m.status is e.MilestoneStatus.RUNNING]
    if following is None or min(running, key=turn).name != following.name or not play.case.is_open:
        return
    before = len(play.entries)
    play.wait_until(following.due_at + timedelta(seconds=1))
    made = [entry.event for entry in play.entries[before:] if entry.event_at == following.due_at]
    names = {one.what for one in following.consequences}
    assert names <= {type(event).__name__ for event in made}
    ups = [event for event in made if isinstance(event, e.Escalated)]
    assert [event.to_desk for event in ups][:1] == [
        one.to for one in following.consequences if one.what == "Escalated"
    ]
