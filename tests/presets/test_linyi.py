"""Linyi: beside the tiers a case rises through five levels of supervision while it is not solved.

Received on Monday 21 September 2026, 09:00. Days off: 25 to 27 September and 1 to 7 October; Saturday 10 October
is worked. Closed by 24:00 of 22, 23, 24, 28, 29 September.
"""

from __future__ import annotations

from router.core.case import State
from router.core.commands import (
    Accept,
    Cluster,
    ConfirmLevel,
    EndMediation,
    FilePlan,
    Mediate,
    Outcome,
    Place,
    Reopen,
    Resolve,
    Urge,
)
from router.core.counting.figures import case_facts, sighting_of
from router.core.counting.problems import find_problems
from router.core.telling.citizen import code_of
from router.core.territory.tree import DeskKind
from tests.city import desk, file
from tests.presets.conftest import Opening
from tests.presets.stage import local
from tests.unit.core.calendars import china

LEVELS = ("LevelsStarted", "LevelProposed", "LevelRaised", "LevelRepeated")


def test_the_level_rises_by_itself_three_times_then_waits_for_an_officer_and_never_ends(stage: Opening) -> None:
    play = stage("linyi", start="2026-09-21 09:00")
    play.open(text="路灯不亮")
    assert play.due("close") == "2026-09-30 00:00"
    assert play.case.level == 0
    play.until("2026-10-21 09:00")
    # 30 Sept and 8 Oct; 9 and 10; 12 and 13; 14 and 15; then the proposal again after each two working days.
    assert play.story(*LEVELS) == [
        "2026-09-30 00:00 LevelsStarted",
        "2026-10-09 00:00 LevelRaised 1 hotline",
        "2026-10-11 00:00 LevelRaised 2 media",
        "2026-10-14 00:00 LevelRaised 3 government",
        "2026-10-16 00:00 LevelProposed 4 congress to officer.congress",
        "2026-10-20 00:00 LevelProposed 4 congress to officer.congress",
    ]
    assert play.case.level == 3
    assert [play.told(f"supervision-{n}")[:1] for n in (1, 2, 3, 5)] == [
        ["supervised"],
        ["supervised"],
        ["supervised"],
        [],
    ]
    assert play.told("supervision-4") == ["supervised", "supervised"]
    # The tiers go on beside it: one tier a miss, and nothing beyond the city on this list.
    assert play.story("Escalated") == [
        "2026-09-30 00:00 Escalated street > district: willow > lake (deadline)",
        "2026-10-09 00:00 Escalated district > city: lake > cloud (deadline)",
    ]
    assert play.case.lead == "cloud"
    # No level is anybody's miss.
    assert {line.split()[3] for line in play.story("DeadlineMissed")} == {
        "accept",
        "close",
        "close@district",
        "close@city",
    }


def test_levels_four_and_five_rise_by_their_own_officers_word_alone(stage: Opening) -> None:
    play = stage("linyi", start="2026-09-21 09:00")
    play.open()
    early = play.say("2026-10-15 17:00", "supervision:officer.congress", ConfirmLevel, level="congress")
    assert early == "no_level_proposed"
    other = play.say("2026-10-16 09:00", "supervision:officer.discipline", ConfirmLevel, level="congress")
    assert other == "not_the_officer"
    assert play.data["officer"] == "officer.congress"
    assert play.say("2026-10-16 09:30", "supervision-4", ConfirmLevel, level="congress") == "not_the_officer"
    assert play.say("2026-10-16 10:00", "supervision:officer.congress", ConfirmLevel, level="congress") is None
    assert play.case.level == 4
    # Two working days from the officer's word: 19 and 20 October, to 24:00.
    assert play.due("level:discipline") == "2026-10-21 00:00"
    play.say("2026-10-21 09:00", "supervision:officer.discipline", ConfirmLevel, level="discipline")
    assert play.case.level == 5
    play.until("2026-10-28 00:00:01")
    assert play.story(*LEVELS)[-4:] == [
        "2026-10-21 00:00 LevelProposed 5 discipline to officer.discipline",
        "2026-10-21 09:00 LevelRaised 5 discipline by officer.discipline",
        "2026-10-24 00:00 LevelRepeated 5 discipline",
        "2026-10-28 00:00 LevelRepeated 5 discipline",
    ]
    assert play.case.level == 5


def test_a_solved_case_rises_no_more_and_a_reopened_one_keeps_its_level(stage: Opening) -> None:
    play = stage("linyi", start="2026-09-21 09:00")
    play.open()
    play.say("2026-10-09 10:00", "cloud", Accept)
    play.say("2026-10-09 11:00", "cloud", Resolve)
    play.until("2026-11-09 11:00")
    assert play.case.level == 1
    assert play.running() == {}
    play.say("2026-11-09 12:00", "citizen:hotline", Reopen, text="又不亮了")
    assert play.case.level == 1
    # Whoever was on time gets a working day; the list's clock too ends no earlier.
    assert play.due("level:media") == "2026-11-11 00:00"
    play.until("2026-11-11 00:00:01")
    assert play.story(*LEVELS)[-1] == "2026-11-11 00:00 LevelRaised 2 media"


def test_a_case_closed_in_time_never_starts_the_list(stage: Opening) -> None:
    play = stage("linyi", start="2026-09-21 09:00")
    play.open()
    play.say("2026-09-29 17:00", "willow", Resolve)
    assert play.story(*LEVELS) == []


def test_one_appeal_on_three_channels_is_three_cases_dealt_with_once_and_each_is_answered(stage: Opening) -> None:
    channels = ("hotline", "app", "message_board")
    play = stage("linyi", start="2026-09-21 09:00", channels=channels)
    # Three people write down the same appeal, each in words of their own; the one platform knows it by its key.
    said = ("路灯不亮", "灯坏了！", "天黑后没有灯")
    lamp = Place(asset_id="灯杆-7")
    cases = [
        play.open(channel=channel, text=text, appeal="诉求-2026-0921-7", place=lamp, source_id=f"{channel}-1").id
        for channel, text in zip(channels, said, strict=True)
    ]
    assert len(set(cases)) == 3
    linked = [{one.other.case_id for one in play.case_of(case).links.standing()} for case in cases]
    assert linked == [{cases[1], cases[2]}, {cases[0]}, {cases[0]}]
    # One problem, at one desk, which is done with it in one word; each channel hears of its own case.
    facts = [case_facts(play.case_of(case), district="lake", decided_by="hotline") for case in cases]
    assert [len(one.members) for one in find_problems(map(sighting_of, facts))] == [3]
    assert {play.case_of(case).lead for case in cases} == {"willow"}
    play.say("2026-09-22 10:00", "willow", Resolve, case_id=cases[1], text="已换灯")
    assert {play.case_of(case).state for case in cases} == {State.CLOSED}
    for channel in channels:
        assert play.answered(channel) == ["received", "resolved", "closed"]


def test_one_street_light_becomes_79_villages_as_a_project_of_the_tier_above(stage: Opening) -> None:
    play = stage("linyi", start="2026-09-21 09:00", channels=("hotline",))
    villages = [play.open(text="路灯不亮", source_id=f"village-{number}").id for number in range(79)]
    plan = {"due_at": china(2026, 10, 30, 18), "plan_due_at": china(2026, 10, 12, 18), "text": "全线更换"}
    first, others = villages[0], tuple(villages[1:])
    assert play.say("2026-09-21 10:00", "willow", Cluster, case_id=first, cases=others, **plan) == "not_permitted"
    assert play.say("2026-09-21 10:01", "lake", Cluster, case_id=first, cases=others, **plan) is None
    (project,) = [case for case in play.on.ledger.all_cases() if case.channel == "project"]
    assert project.lead == "lake"
    # The villages' own dates wait for the project's: nothing falls due on 29 September, 24:00.
    play.until("2026-09-30 09:00")
    assert [play.story("DeadlineMissed", case_id=one) for one in villages] == [[]] * 79
    play.say("2026-10-09 09:00", "lake", FilePlan, case_id=project.id, text="国庆后更换全线路灯")
    play.answered("hotline")
    play.say("2026-10-28 17:00", "lake", Resolve, case_id=project.id, text="79个村已更换")
    assert play.refused is None
    # One resolution resolves all of them, and each is answered.
    assert {play.case_of(one).state for one in (*villages, project.id)} == {State.CLOSED}
    assert play.answered("hotline").count("closed") == 79


def test_a_quarrel_that_is_settled_ends_as_settled(stage: Opening) -> None:
    tree = file(desk("lake-peace", "lake", DeskKind.MEDIATION))
    play = stage("linyi", start="2026-09-21 09:00", tree=tree)
    play.open(text="楼上漏水，邻里纠纷")
    assert play.say("2026-09-21 10:00", "willow", Mediate, text="双方对赔偿有争议") is None
    assert play.told("lake-peace") == ["assigned", "mediation_wanted"]
    # Its budget is its own; the date of the case does not move.
    assert play.due("mediation") == "2026-10-22 00:00"  # 30 natural days, to 24:00
    assert play.due("close") == "2026-09-30 00:00"
    play.say("2026-09-25 15:00", "lake-peace", EndMediation, settled=True, evidence=("协议-9",))
    assert (play.case.state, play.case.outcome) == (State.CLOSED, Outcome.SETTLED)


def test_a_citizen_urges_once_a_day_and_that_makes_no_second_case(stage: Opening) -> None:
    play = stage("linyi", start="2026-09-21 09:00")
    play.open()
    assert play.say("2026-09-21 10:00", "citizen:hotline", Urge, text="怎么还没修") is None
    assert play.say("2026-09-21 23:59", "citizen:hotline", Urge) == "urged_today"
    assert play.say("2026-09-22 00:00", "citizen:hotline", Urge) is None
    assert play.told("willow") == ["assigned", "urged", "urged"]
    assert len(list(play.on.ledger.all_cases())) == 1
    assert play.due("close") == "2026-09-30 00:00"


def test_25_channels_have_one_intake_and_each_a_key_of_its_own(stage: Opening) -> None:
    play = stage("linyi", start="2026-09-21 09:00")
    channels = [f"channel-{number:02}" for number in range(1, 26)]
    # All of them number their appeals from 1: a key is a channel's own.
    first = [play.open(channel=one, source_id="1", text=f"路灯不亮 {one}").id for one in channels]
    assert len(set(first)) == 25
    assert {play.case_of(one).lead for one in first} == {"willow"}
    # What a channel brings again, under its own key, is the same case.
    for channel, case in zip(channels, first, strict=True):
        assert play.open(channel=channel, source_id="1", text=f"路灯不亮 {channel}").id == case
    assert len(list(play.on.ledger.all_cases())) == 25
    # Other words under that key are no second case either: the channel is told that its key is taken.
    play.open(channel=channels[0], source_id="1", text="井盖松动")
    assert (play.refused, len(list(play.on.ledger.all_cases()))) == ("content_conflict", 25)


def test_levels_one_to_three_come_as_daily_lists_and_a_proposal_at_once(stage: Opening) -> None:
    play = stage("linyi", start="2026-09-21 09:00")
    play.open()
    play.until("2026-10-16 00:01")
    told = play.on.ledger.notices(china(2026, 9, 21))
    found = {
        (one.notice.recipient, one.notice.milestone, one.notice.ring.value, local(one.notice.ring_at))
        for one in told
        if one.notice.kind == "level"
    }
    # Raised at 24:00, told at 08:30 of the next worked day: the 9th, Sunday the 11th is off, the 14th.
    assert found == {
        ("supervision-1", "hotline", "digest", "2026-10-09 08:30"),
        ("supervision-2", "media", "digest", "2026-10-12 08:30"),
        ("supervision-3", "government", "digest", "2026-10-14 08:30"),
        # An officer must confirm the fourth: that waits for no digest, only for the office to open.
        ("supervision-4", "congress", "hours", "2026-10-16 09:00"),
    }


def test_the_receipt_brings_the_code_by_which_a_citizen_sees_stage_and_due(stage: Opening) -> None:
    play = stage("linyi", start="2026-09-21 09:00", channels=("hotline",))
    play.open(text="路灯不亮")
    (receipt,) = play.heard("hotline")
    code = code_of(play.on.ledger.keyed_hash, play.case.id)
    assert (receipt.kind, receipt.code, receipt.due_at) == ("received", code, china(2026, 9, 30))
