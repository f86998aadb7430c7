"""Huzhou: media leads by the wall clock, on natural days; the district leads, the street assists.

Saturday 26 September 2026 lies in a holiday, Sunday 20 September is worked: neither makes a difference here.
"""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest

from router.core.commands import FilePlan, ReportProgress, Resolve
from tests.presets.conftest import Opening


@pytest.mark.parametrize(
    ("received", "viewing", "plan", "report"),
    [
        # A Saturday off, a minute before the hour and at it.
        ("2026-09-26 18:59", "2026-09-26 20:00", "2026-09-26 21:00", "2026-09-27 23:59"),
        ("2026-09-26 19:00", "2026-09-27 20:00", "2026-09-27 21:00", "2026-09-28 23:59"),
        # In the night, and on an ordinary Tuesday.
        ("2026-09-26 23:59", "2026-09-27 20:00", "2026-09-27 21:00", "2026-09-28 23:59"),
        ("2026-09-27 00:00", "2026-09-27 20:00", "2026-09-27 21:00", "2026-09-28 23:59"),
        ("2026-09-22 08:00", "2026-09-22 20:00", "2026-09-22 21:00", "2026-09-23 23:59"),
        # Over the end of a year.
        ("2026-12-31 18:59", "2026-12-31 20:00", "2026-12-31 21:00", "2027-01-01 23:59"),
        ("2026-12-31 19:00", "2027-01-01 20:00", "2027-01-01 21:00", "2027-01-02 23:59"),
    ],
)
def test_before_19_it_is_this_evening_from_19_on_all_of_it_is_a_day_later(
    stage: Opening, received: str, viewing: str, plan: str, report: str
) -> None:
    play = stage("huzhou", start=received)
    play.open(channel="media", text="媒体反映：工地噪声")
    assert play.case.policy.startswith("huzhou@")
    assert play.running() == {"viewing": viewing, "plan": plan, "report": report}


def test_the_desks_are_told_at_once_and_the_district_leads(stage: Opening) -> None:
    play = stage("huzhou", start="2026-09-26 18:59")
    play.open(channel="media")
    assert (play.case.lead, play.case.assists) == ("lake", ("willow",))
    assert (play.told("lake"), play.told("willow")) == (["assigned"], ["assigned"])
    assert play.story("Dispatched", "AssistAdded") == [
        "2026-09-26 18:59 Dispatched to lake (joint)",
        "2026-09-26 18:59 AssistAdded by willow",
    ]


def test_what_is_done_in_time_is_viewed_planned_and_reported(stage: Opening) -> None:
    play = stage("huzhou", start="2026-09-26 18:59")
    play.open(channel="media")
    # At the very instant it is in time.
    play.say("2026-09-26 20:00", "willow", ReportProgress, text="联合会商")
    play.say("2026-09-26 21:00", "lake", FilePlan, text="夜间停工，设隔声屏")
    play.say("2026-09-27 23:59", "lake", Resolve, text="整改报告", evidence=("报告-1",))
    assert play.story("DeadlineMissed", "Closed") == ["2026-09-27 23:59 Closed (gate none)"]


def test_what_is_not_done_goes_to_the_city_from_the_report_on(stage: Opening) -> None:
    play = stage("huzhou", start="2026-09-26 18:59")
    play.open(channel="media")
    play.until("2026-09-26 20:59")
    # The city is told to supervise; the case stays with the district.
    assert play.told("cloud") == ["supervised"]
    play.until("2026-09-27 23:59")
    assert play.story("Escalated") == []
    assert play.say("2026-09-27 23:59:01", "willow", Resolve) == "not_lead"
    play.until("2026-09-30 00:00")
    assert play.story("DeadlineMissed", "SupervisionOrdered", "Escalated") == [
        "2026-09-26 20:00 DeadlineMissed viewing by lake",
        "2026-09-26 20:00 SupervisionOrdered",
        "2026-09-26 21:00 DeadlineMissed plan by lake",
        "2026-09-26 21:00 SupervisionOrdered",
        "2026-09-27 23:59 DeadlineMissed report by lake",
        "2026-09-27 23:59 Escalated district > city: lake > cloud (deadline)",
        "2026-09-28 23:59 DeadlineMissed report@city by cloud",
        "2026-09-28 23:59 Escalated city > supervision-1: cloud > supervision-1 (deadline)",
        "2026-09-29 23:59 DeadlineMissed report@supervision-1 by supervision-1",
    ]
    assert play.told("lake") == ["assigned", "reminded", "reminded", "taken"]


def _week_before(day: str) -> str:
    return (date.fromisoformat(day) - timedelta(days=7)).isoformat()


@pytest.mark.parametrize(
    ("lead", "division"), [("cloud", ()), ("lake", ("lake",))], ids=["of the city", "of a district"]
)
def test_business_councils_of_two_levels_are_a_channel(
    stage: Opening, lead: str, division: tuple[str, ...]
) -> None:
    play = stage("huzhou", start="2026-09-23 15:00")  # a Wednesday
    # What an enterprise raises is a complaint, what an official brings along is not; both go to that level.
    raised = play.open(channel="council", raised_by="resident", desk=lead, division=division, source_id="1")
    brought = play.open(channel="council", raised_by="worker", desk=lead, division=division, source_id="2")
    assert (raised.origin, brought.origin) == ("complaint", "proactive")
    assert (raised.lead, brought.lead) == (lead, lead)
    # Council items have no wall clock: they fall under the policy after this one.
    assert raised.policy.startswith("default@")
    assert play.due("close") == "2026-10-09 00:00"  # 24, 28, 29, 30 September and 8 October, to 24:00


def test_every_wednesday_two_levels_hear_enterprises_and_what_became_of_last_weeks_words(stage: Opening) -> None:
    play = stage("huzhou", start="2026-09-16 14:00")
    brought: dict[str, list[str]] = {}
    heard: dict[str, list[str]] = {}
    # The last of them lies in National Day week: a Wednesday all the same.
    for day in ("2026-09-16", "2026-09-23", "2026-09-30", "2026-10-07"):
        play.until(f"{day} 14:00")
        assert play.time.weekday() == 2
        # First each council hears what became of what it was told a week before.
        for last in brought.get(_week_before(day), []):
            heard.setdefault(day, []).append(f"{play.case_of(last).lead} {play.case_of(last).state}")
        for lead, division in (("cloud", ()), ("lake", ("lake",))):
            told: dict[str, Any] = {
                "channel": "council",
                "raised_by": "resident",
                "desk": lead,
                "division": division,
            }
            found = play.open(source_id=f"{day}/{lead}", text="企业反映：用电增容", **told)
            assert (found.lead, found.origin) == (lead, "complaint")
            brought.setdefault(day, []).append(found.id)
        # The district solves what it is told within the week; the city leaves its own lying.
        play.say(f"{day} 15:00", "lake", Resolve, case_id=brought[day][1], text="已增容")
    # Five working days: 17, 18, 20 (a Sunday that is worked), 21, 22 September have passed a week later;
    # of 24, 28, 29, 30 September and 8 October not all have.
    assert heard == {
        "2026-09-23": ["supervision-1 dispatched", "lake closed"],
        "2026-09-30": ["cloud dispatched", "lake closed"],
        "2026-10-07": ["cloud dispatched", "lake closed"],
    }
