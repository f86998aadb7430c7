"""Holds and outages on record: what waits, what is in time after all, and what the figures can leave out."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from router.core import commands as c, events as e
from router.core.guards import Guards, Hold, HoldKind
from router.core.history import advance
from tests.city import CLOSE, MONDAY, Play, policy, rules
from tests.unit.core.calendars import china

#: Five natural days after Monday 09:00.
DUE_AT = china(2026, 9, 26, 9)


def hold(kind: HoldKind = HoldKind.DESK, what: str = "willow", **more: Any) -> Hold:
    given: dict[str, Any] = {"since": china(2026, 9, 25, 9)}
    return Hold(id="hold-1", kind=kind, what=what, reason="停电", by="li", **(given | more))


def under(*holds: Hold, min_in_hand_s: int = 4 * 3600) -> Play:
    play = Play(rules(policy(milestones=(CLOSE,), min_in_hand_s=min_in_hand_s)))
    play.rules = play.rules.guarded_by(Guards(holds=holds))
    play.open()
    return play


def test_a_hold_is_of_a_desk_a_district_a_policy_or_everything() -> None:
    for kind, what in (
        (HoldKind.DESK, "willow"),
        (HoldKind.DISTRICT, "lake"),
        (HoldKind.DISTRICT, "willow"),
        (HoldKind.POLICY, "plain"),
        (HoldKind.ALL, ""),
    ):
        play = under(hold(kind, what))
        play.wait_until(DUE_AT + timedelta(hours=1))
        assert (play.case.lead, play.running()) == ("willow", ["close"]), kind
    for kind, what in ((HoldKind.DESK, "plane"), (HoldKind.DISTRICT, "canal"), (HoldKind.POLICY, "other")):
        play = under(hold(kind, what))
        play.wait_until(DUE_AT + timedelta(hours=1))
        assert play.case.lead == "lake", kind


def test_what_fell_due_in_it_stays_in_hand_for_four_hours_after_the_release() -> None:
    play = under(hold())
    play.wait_until(china(2026, 9, 27, 8))
    play.rules = play.rules.guarded_by(Guards(holds=(hold(released_at=china(2026, 9, 27, 8)),)))
    play.wait_until(china(2026, 9, 27, 11))
    assert play.case.lead == "willow"
    (delayed,) = play.events(e.SystemDelayed)
    assert (delayed.due_at, delayed.moved_to) == (DUE_AT, china(2026, 9, 27, 12))
    play.wait_until(china(2026, 9, 27, 13))
    assert play.case.lead == "lake"
    # The miss says which outage its deadline first fell into.
    (missed,) = play.events(e.DeadlineMissed)
    assert (missed.due_at, missed.outage) == (china(2026, 9, 27, 12), "hold-1")


def test_a_report_made_in_the_outage_counts_as_of_then_however_late_it_comes() -> None:
    play = under(hold(released_at=china(2026, 9, 27, 8)), min_in_hand_s=0)
    play.outage(days=7)
    play.say("willow", c.Resolve, at=DUE_AT - timedelta(minutes=5))
    assert play.case.closed_at == DUE_AT - timedelta(minutes=5)
    assert play.events(e.DeadlineMissed) == []


def test_a_report_made_before_the_outage_began_counts_as_of_when_it_reached_us() -> None:
    play = under(hold(released_at=china(2026, 9, 27, 8)), min_in_hand_s=0)
    play.outage(days=7)
    play.say("willow", c.ReportProgress, at=china(2026, 9, 25, 8), text="x")
    assert play.case.lead == "lake"


def test_the_outage_of_a_desk_is_nobody_elses() -> None:
    play = under(hold(HoldKind.DESK, "plane", released_at=china(2026, 9, 27, 8)))
    play.outage(days=7)
    play.say("willow", c.Resolve, at=DUE_AT - timedelta(minutes=5))
    assert play.case.lead == "lake"


def test_a_former_leads_report_from_the_outage_overtakes_the_escalation() -> None:
    play = under()
    play.wait_until(DUE_AT + timedelta(hours=1))
    assert play.case.lead == "lake"
    # Recorded afterwards: the street had no power.
    recorded = hold(since=china(2026, 9, 25, 9), until=china(2026, 9, 27, 8))
    play.rules = play.rules.guarded_by(Guards(holds=(recorded,)))
    play.outage(days=1)
    play.say("willow", c.Resolve, at=DUE_AT - timedelta(minutes=5))
    assert [x.milestone for x in play.events(e.Overtaken)] == ["close"]
    assert not play.case.is_open


def test_a_hold_that_ends_by_itself_is_over_then() -> None:
    one = hold(until=china(2026, 9, 26, 12))
    assert one.covers(china(2026, 9, 25, 9))
    assert one.covers(china(2026, 9, 26, 11))
    assert not one.covers(china(2026, 9, 26, 12))
    assert not one.covers(MONDAY)
    early = hold(until=china(2026, 9, 26, 12), released_at=china(2026, 9, 26, 8))
    assert early.end == china(2026, 9, 26, 8)


def test_a_history_replays_to_its_case_without_asking_what_held() -> None:
    play = under(hold())
    play.wait_until(china(2026, 9, 27, 8))
    play.rules = play.rules.guarded_by(Guards(holds=(hold(released_at=china(2026, 9, 27, 8)),)))
    play.wait(days=3)
    assert advance(None, play.entries) == play.case
