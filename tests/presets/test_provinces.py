"""Shandong, Guangdong, a street of Shanghai, Beijing's dispatch: limits in working days, by hand on the calendar.

Days off around them: 25 to 27 September and 1 to 7 October 2026; Sunday 20 September and Saturday 10 October are
worked. In 2018: 22 to 24 September and 1 to 7 October off; 29 and 30 September worked.
"""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from router.core.commands import Accept, ApproveExtension, RequestExtension, RequestReturn, Resolve, Star
from router.core.territory.tree import Category
from tests.city import file
from tests.presets.conftest import Opening


def test_shandong_2020_gives_5_working_days_10_more_on_approval_and_2_to_return(stage: Opening) -> None:
    play = stage("shandong-2020", start="2026-09-23 10:30")
    play.open()
    assert play.case.policy.startswith("shandong-2020@")
    # 24, 28, 29, 30 September and 8 October, to 24:00.
    assert play.due("close") == "2026-10-09 00:00"
    play.say("2026-09-24 09:00", "willow", Accept)
    # The window of 2 working days: 24 and 28 September, to 24:00; at the very end it is in time, then not.
    assert (
        play.say("2026-09-29 00:00:01", "willow", RequestReturn, reason="not_our_matter") == "return_window_passed"
    )
    assert play.say("2026-09-29 09:00", "willow", RequestExtension, reason="complex", days=10) is None
    assert play.due("close") == "2026-10-09 00:00"  # a request stops nothing
    assert play.say("2026-09-30 09:00", "lake", ApproveExtension) is None
    # Ten more working days: 9, 10 (a worked Saturday), 12 to 16, 19, 20, 21 October.
    assert play.due("close") == "2026-10-22 00:00"
    play.until("2026-10-22 00:00")
    assert play.case.lead == "willow"
    play.until("2026-10-22 00:00:01")
    assert play.story("DeadlineMissed", "Escalated")[-2:] == [
        "2026-10-22 00:00 DeadlineMissed close by willow",
        "2026-10-22 00:00 Escalated street > district: willow > lake (deadline)",
    ]
    assert play.due("close@district") == "2026-10-24 00:00"


def test_shandong_2020_refuses_an_eleventh_day(stage: Opening) -> None:
    play = stage("shandong-2020", start="2026-09-23 10:30")
    play.open()
    assert play.say("2026-09-24 09:00", "willow", RequestExtension, reason="complex", days=11) is not None


def test_shandong_2017_gives_15_working_days_and_cards(stage: Opening) -> None:
    play = stage("shandong-2017", "shandong-2020", start="2018-09-17 10:30")
    play.open()
    assert play.case.policy.startswith("shandong-2017@")
    # 18 to 21, 25 to 28, 29 and 30 (worked) September, 8 to 12 October.
    assert play.due("close") == "2018-10-13 00:00"
    assert play.colour("2018-10-10 23:59") is None
    assert play.colour("2018-10-11 00:00") == "yellow"  # one working day before Friday 12 October
    assert play.colour("2018-10-13 00:00") == "yellow"
    assert play.colour("2018-10-13 00:00:01") == "red"  # the first overdue day
    play.say("2018-09-18 09:00", "willow", Accept)
    play.say("2018-10-09 09:00", "willow", RequestExtension, reason="season", days=7)
    play.say("2018-10-10 09:00", "lake", ApproveExtension)
    # Seven more: 15 to 19, 22, 23 October.
    assert play.due("close") == "2018-10-24 00:00"
    assert play.colour("2018-10-13 00:00:01") is None
    assert play.colour("2018-10-22 00:00") == "yellow"


def test_the_day_of_receipt_says_which_of_shandongs_two_rules_holds(stage: Opening) -> None:
    play = stage("shandong-2017", "shandong-2020", start="2019-12-31 23:59")
    assert play.open().policy.startswith("shandong-2017@")
    assert play.open("2020-01-01 00:00").policy.startswith("shandong-2020@")


@pytest.mark.parametrize(
    ("matter", "due"),
    [
        ("consultation", "2026-09-29 00:00"),  # 24, 28 September
        ("help", "2026-10-15 00:00"),  # 24, 28 to 30 September, 8 to 10, 12 to 14 October
        ("suggestion", "2026-10-15 00:00"),
        ("complaint", "2026-10-22 00:00"),  # and 15, 16, 19 to 21 October
        ("report", "2026-10-22 00:00"),
    ],
)
def test_guangdong_counts_by_the_kind_of_matter(stage: Opening, matter: str, due: str) -> None:
    play = stage("guangdong-consultation", "guangdong-help", "guangdong-complaint", start="2026-09-23 10:30")
    play.open(matter_type=matter)
    assert play.due("close") == due
    play.until(due).until(f"{due}:01")
    assert play.story("Escalated") == [f"{due} Escalated street > district: willow > lake (deadline)"]


SHANGHAI = ("shanghai-street-supervised", "shanghai-street-consultation", "shanghai-street-help")


@pytest.mark.parametrize(
    ("facts", "due"),
    [
        ({"matter_type": "consultation"}, "2026-09-25 00:00"),
        ({"matter_type": "complaint", "starred": True}, "2026-09-30 00:00"),
        ({"matter_type": "consultation", "starred": True}, "2026-09-30 00:00"),
        ({"matter_type": "help"}, "2026-10-09 00:00"),
        ({"matter_type": "complaint"}, "2026-10-09 00:00"),
    ],
)
def test_a_street_of_shanghai_has_1_3_or_5_working_days(stage: Opening, facts: dict[str, Any], due: str) -> None:
    play = stage(*SHANGHAI, start="2026-09-23 10:30")
    play.open(**facts)
    assert play.due("close") == due


def test_a_complex_case_of_a_street_of_shanghai_has_15_days_on_approval(stage: Opening) -> None:
    play = stage(*SHANGHAI, start="2026-09-23 10:30")
    play.open(matter_type="help")
    assert play.say("2026-09-24 09:00", "willow", RequestExtension, reason="season", days=10) is not None
    assert play.say("2026-09-24 09:30", "willow", RequestExtension, reason="complex", days=10) is None
    assert play.say("2026-09-24 10:00", "willow", ApproveExtension) == "not_permitted"
    assert play.say("2026-09-24 11:00", "lake", ApproveExtension) is None
    assert play.due("close") == "2026-10-22 00:00"
    play.say("2026-10-21 17:00", "willow", Resolve)
    assert play.story("DeadlineMissed") == []


def test_a_star_gives_a_shanghai_case_the_clock_of_a_supervised_one(stage: Opening) -> None:
    play = stage(*SHANGHAI, start="2026-09-23 10:30")
    play.open(matter_type="help")
    play.say("2026-09-24 09:00", "supervision:office", Star)
    assert play.case.policy.startswith("shanghai-street-supervised@")
    assert play.due("close") == "2026-09-30 00:00"


@pytest.mark.parametrize(
    ("category", "due"),
    [("fire", "2026-09-23 11:30"), ("pipe", "2026-09-23 12:30"), ("lamp", "2026-09-24 10:30")],
)
def test_beijing_dispatches_within_1_2_or_24_hours(stage: Opening, category: str, due: str) -> None:
    whole = file()
    fire = Category(code="fire", name="火情", group="emergency")
    play = stage(
        *("beijing-dispatch-emergency", "beijing-dispatch-supply", "beijing-dispatch-usual"),
        start="2026-09-23 10:30",
        tree=msgspec.structs.replace(whole, categories=(*whole.categories, fire)),
    )
    # A desk nobody knows: triage has to dispatch it.
    play.open(category=category, desk="nobody")
    assert play.due("dispatch") == due
    play.until(due)
    assert play.story("DeadlineMissed") == []
    play.until(f"{due}:01")
    assert [entry[:16] for entry in play.story("SupervisionOrdered")] == [due]
