"""Policies and calendars as they are written: what is read, and what every mistake is answered with."""

from __future__ import annotations

from datetime import date, time
from pathlib import Path

import pytest

from router.core.calendars.calendar_file import load_calendar
from router.core.policies.policy import (
    Anchor,
    Days,
    DaySet,
    Elapsed,
    Ends,
    Gate,
    GateKind,
    Given,
    Match,
    Mode,
    OnPass,
    Satisfies,
    Step,
    Track,
    WallClock,
)
from router.core.policies.policy_file import load_policy
from router.errors import ConfigurationError

REPLAY = Path(__file__).resolve().parents[3] / "examples" / "replay"

TWO_WORKING_DAYS = Days(count=2, days=DaySet.WORKING, ends=Ends.END_OF_DAY)

FULL = """
name = "water"
title = "供水"
calendar = "cn"
mode = "supervise"
effective_from = 2026-01-01
effective_to = 2026-12-31
min_in_hand = "2wh"

[match]
matter_type = ["complaint", "help"]
category_group = "water"
origin = "complaint"
tier = ["street", "district"]
starred = true

[[milestone]]
name = "dispatch"
within = "30m"
satisfied_by = "dispatched"
track = "internal"
to = "dispatcher"

[[milestone]]
name = "plan"
title = "方案"
within = { at = "21:00", cut_off = "19:00" }
satisfied_by = "plan_filed"
on_pass = "supervise"
to = "supervision"
anchor = "dispatched"

[[milestone]]
name = "close"
within = { days = 5, of = "working", ends = "close_of_business" }

[gate]
kind = "follow_up"
ask = 22
accept_share = 0.9
unreachable_after = 2

[return]
window = "1wd"
reasons = ["not_our_matter"]
cap = 2

[[ladder]]
step = "street"

[[ladder]]
step = "district"
budget = "2wd"

[[ladder]]
step = "city"
budget = "1d"

[[ladder]]
step = "supervision-1"
budget = "8h"
"""

SMALL = """
name = "small"
calendar = "cn"
[[milestone]]
name = "close"
within = "5wd"
[[ladder]]
step = "street"
"""


def test_every_key_of_a_policy_is_read() -> None:
    policy = load_policy(FULL, "water.toml")
    assert (policy.name, policy.title, policy.calendar) == ("water", "供水", "cn")
    assert policy.mode is Mode.SUPERVISE
    assert (policy.effective_from, policy.effective_to) == (date(2026, 1, 1), date(2026, 12, 31))
    assert policy.min_in_hand_s == 7200
    assert policy.match == Match(
        matter_type=("complaint", "help"),
        category_group=("water",),
        origin=("complaint",),
        tier=("street", "district"),
        starred=True,
    )
    assert policy.gate == Gate(kind=GateKind.FOLLOW_UP, ask=22, accept_share=0.9, unreachable_after=2)
    assert policy.return_window == Days(count=1, days=DaySet.WORKING, ends=Ends.END_OF_DAY)
    assert (policy.return_reasons, policy.return_cap) == (("not_our_matter",), 2)
    assert policy.ladder == (
        Step(name="street"),
        Step(name="district", budget=TWO_WORKING_DAYS),
        Step(name="city", budget=Days(count=1, days=DaySet.NATURAL, ends=Ends.SAME_TIME)),
        Step(name="supervision-1", budget=Elapsed(8 * 3600)),
    )


def test_every_key_of_a_milestone_is_read() -> None:
    dispatch, plan, close = load_policy(FULL, "water.toml").milestones
    assert (dispatch.instant, dispatch.satisfied_by) == (Elapsed(1800), Satisfies.DISPATCHED)
    assert (plan.instant, plan.title) == (WallClock(time(21), cut_off=time(19)), "方案")
    assert (plan.on_pass, plan.to, plan.anchor) == (OnPass.SUPERVISE, "supervision", Anchor.DISPATCHED)
    assert close.instant == Days(count=5, days=DaySet.WORKING, ends=Ends.CLOSE_OF_BUSINESS)


def test_a_milestone_escalates_a_miss_of_closing_unless_it_says_otherwise() -> None:
    close = load_policy(SMALL, "small.toml").milestones[0]
    assert (close.satisfied_by, close.on_pass) == (Satisfies.CLOSED, OnPass.ESCALATE)
    assert (close.track, close.to, close.anchor) == (Track.STATUTORY, "lead", Anchor.RECEIVED)


def test_an_internal_date_reminds_and_no_more_unless_it_says_so() -> None:
    assert load_policy(FULL, "water.toml").milestones[0].on_pass is OnPass.REMIND
    louder = FULL.replace('track = "internal"', 'track = "internal"\non_pass = "supervise"')
    assert load_policy(louder, "water.toml").milestones[0].on_pass is OnPass.SUPERVISE


def test_what_a_policy_leaves_out_has_its_default() -> None:
    policy = load_policy(SMALL, "small.toml")
    assert policy.match == Match()
    assert policy.gate == Gate()
    assert policy.mode is Mode.TRANSFER
    assert (policy.return_window, policy.return_cap, policy.min_in_hand_s) == (None, 3, 4 * 3600)


def test_the_case_in_hand_may_be_taken_at_once() -> None:
    for zero in ('"0"', "0"):
        assert load_policy(f"min_in_hand = {zero}\n{SMALL}", "small.toml").min_in_hand_s == 0


def test_hours_in_hand_are_working_hours_however_they_are_written() -> None:
    for four in ("4h", "4wh"):
        assert load_policy(f'min_in_hand = "{four}"\n{SMALL}', "small.toml").min_in_hand_s == 4 * 3600


def test_the_version_follows_the_content() -> None:
    policy = load_policy(SMALL, "small.toml")
    assert policy.version == load_policy(f"# a comment\n{SMALL}", "other.toml").version
    assert policy.version != load_policy(SMALL.replace("5wd", "6wd"), "small.toml").version


def test_an_installation_may_have_other_tiers() -> None:
    text = SMALL.replace('"street"', '"village"') + '[[ladder]]\nstep = "county"\n'
    assert [step.name for step in load_policy(text, "v.toml", tiers=("county", "village")).ladder] == [
        "village",
        "county",
    ]


def test_the_replay_examples_load() -> None:
    single = load_policy((REPLAY / "single_deadline.toml").read_text("utf-8"), "single_deadline.toml")
    assert [step.name for step in single.ladder] == ["street", "district"]
    assert [step.budget for step in single.ladder] == [None, None]
    assert isinstance(single.milestones[0].instant, Given)
    ladder = load_policy((REPLAY / "ladder.toml").read_text("utf-8"), "ladder.toml")
    seven_days = Days(count=7, days=DaySet.NATURAL, ends=Ends.SAME_TIME)
    assert [step.budget for step in ladder.ladder] == [None, *[seven_days] * 7]
    assert ladder.ladder[-1].name == "supervision-5"
    assert {single.calendar, ladder.calendar} == {"utc"}
    assert {single.min_in_hand_s, ladder.min_in_hand_s} == {0}


def wrong(old: str, new: str) -> str:
    assert old in FULL
    return FULL.replace(old, new, 1)


@pytest.mark.parametrize(
    ("text", "place", "reason", "todo"),
    [
        ("name =", "w.toml", "this is no TOML", "Correct that line"),
        (wrong('name = "water"', ""), "w.toml", "the key name is missing", "Add name."),
        (wrong('"water"', '" "'), "w.toml, name", "' ' is no text", "Write name"),
        (wrong('"water"', '"water@1"'), "w.toml, name", "'water@1' is no name", "Write letters"),
        (wrong('name = "plan"', 'name = "a plan"'), "w.toml, milestone 2, name", "'a plan' is no name", "letters"),
        (wrong("calendar =", "calender ="), "w.toml", "the key calender is not known", "Did you mean calendar?"),
        (wrong('"supervise"', '"supervize"'), "w.toml, mode", "'supervize' is not", "Did you mean supervise?"),
        (wrong("2026-01-01", '"2026-01-01"'), "w.toml, effective_from", "is no date", "without quotes"),
        (wrong("2026-01-01", "2026-01-01T00:00:00"), "w.toml, effective_from", "is no date", "without quotes"),
        (wrong("2026-12-31", "2025-12-31"), "w.toml, effective_to", "2025-12-31 is before", "Exchange"),
        (wrong('"2wh"', '"2wd"'), "w.toml, min_in_hand", "no number of hours", '"4wh"'),
        (wrong('"2wh"', '"soon"'), "w.toml, min_in_hand", "allowed:", ""),
        (wrong("[match]", "[[match]]"), "w.toml, match", "is no table", "Write it as [match]"),
        (wrong('"help"]', '"halp"]'), "w.toml, match, matter_type", "'halp' is not allowed", "Did you mean help?"),
        (wrong('origin = "complaint"', 'origin = "x"'), "w.toml, match, origin", "'x'", "Allowed: complaint, pro"),
        (wrong('["street", ', '["streets", '), "w.toml, match, tier", "'streets'", "Did you mean street?"),
        (wrong('"water"\norigin', "[]\norigin"), "w.toml, match, category_group", "no list of texts", "leave"),
        (wrong('"water"\norigin', "[1]\norigin"), "w.toml, match, category_group", "no list of texts", "leave"),
        (wrong("starred = true", 'starred = "yes"'), "w.toml, match, starred", "neither true nor false", "quotes"),
        (wrong("starred", "stared"), "w.toml, match", "the key stared is not known", "Did you mean starred?"),
        (wrong('within = "30m"', ""), "w.toml, milestone 1", "the key within is missing", "Add within."),
        (wrong('"30m"', '"30 min"'), "w.toml, milestone 1, within", "is no budget; allowed:", ""),
        (wrong('ends = "close', 'end = "close'), "w.toml, milestone 3, within", "end is not known here", ""),
        (wrong('"plan_filed"', '"plan"'), "w.toml, milestone 2, satisfied_by", "'plan'", "plan_filed"),
        (wrong('on_pass = "s', 'on_pass = "S'), "w.toml, milestone 2, on_pass", "'Supervise'", "supervise"),
        (wrong('"internal"', '"inner"'), "w.toml, milestone 1, track", "'inner'", "internal"),
        (wrong('anchor = "d', 'anchor = "D'), "w.toml, milestone 2, anchor", "'Dispatched'", "dispatched"),
        (wrong('name = "plan"', 'name = "close"'), "w.toml, milestone 3", "two milestones are named close", "own"),
        (wrong("ask = 22", "ask = 0"), "w.toml, gate, ask", "0 is not allowed", "from 1"),
        (wrong("unreachable_after = 2", "unreachable_after = -1"), "w.toml, gate, unreachable_after", "-1", "0"),
        (wrong('kind = "follow_up"', "report_after = true"), "w.toml, gate", "waits for a gate", "kind"),
        (wrong('kind = "follow_up"', 'reprocess = "one_up"'), "w.toml, gate", "there is none", "kind"),
        (wrong("ask = 22", 'reprocess = "one-up"'), "w.toml, gate, reprocess", "'one-up'", "Did you mean one_up?"),
        (wrong('kind = "follow_up"', "sample = 0.3"), "w.toml, gate", "nobody is asked", "sample"),
        (wrong("ask = 22", "sample = 0"), "w.toml, gate, sample", "0 is no share", "0.9"),
        (wrong("ask = 22", "ask = true"), "w.toml, gate, ask", "True is not allowed", "from 1"),
        (wrong("0.9", "90"), "w.toml, gate, accept_share", "90 is no share", "0.9"),
        (wrong('"follow_up"', '"followup"'), "w.toml, gate, kind", "'followup'", "Did you mean follow_up?"),
        (wrong('window = "1wd"', 'window = "1 day"'), "w.toml, return, window", "is no budget", ""),
        (wrong("cap = 2", "cap = -1"), "w.toml, return, cap", "-1 is not allowed", "from 0"),
        (wrong('step = "city"', 'step = "citi"'), "w.toml, ladder 3, step", "'citi' is no tier", "mean city?"),
        (wrong('step = "district"', 'step = "city"'), "w.toml, ladder 2, step", "after street comes district", ""),
        (wrong('"supervision-1"', '"supervision-2"'), "w.toml, ladder 4, step", "comes supervision-1", "Order"),
        (wrong('"supervision-1"', '"supervision-0"'), "w.toml, ladder 4, step", "is no tier", "Allowed"),
        (wrong('budget = "2wd"', ""), "w.toml, ladder 2, budget", "no deadline ever reaches", "Add budget"),
        (wrong('budget = "2wd"', 'budget = "given"'), "w.toml, ladder 2, budget", "brings no due date", "2wd"),
        (wrong('budget = "2wd"', 'budget = "2 wd."'), "w.toml, ladder 2, budget", "is no budget", ""),
        (SMALL.partition("[[ladder]]")[0], "w.toml, ladder", "a policy needs a ladder", "Add a [[ladder]]"),
        (SMALL + 'budgt = "2wd"', "w.toml, ladder 1", "budgt is not known", "Did you mean budget?"),
        ('name = "x"\ncalendar = "cn"', "w.toml, milestone", "needs at least one milestone", "[[milestone]]"),
        (
            'name = "x"\ncalendar = "cn"\nmilestone = "1h"',
            "w.toml, milestone",
            "no list of tables",
            "[[milestone]]",
        ),
    ],
)
def test_a_wrong_policy_is_refused_with_file_key_and_reason(text: str, place: str, reason: str, todo: str) -> None:
    with pytest.raises(ConfigurationError) as caught:
        load_policy(text, "w.toml")
    assert caught.value.where == place
    assert reason in caught.value.what
    assert todo in caught.value.todo


# --- calendars ------------------------------------------------------------------------------------------

NATIONAL = """
name = "national"
zone = "Asia/Shanghai"
coverage_start = 2026-01-01
coverage_end = 2026-12-31
weekend = ["saturday", "sunday"]
hours = ["09:00-12:00", "13:30-17:30"]
source = "notice"

[[notice]]
year = 2026
source = "notice of 2026"
days_off = ["2026-10-01..2026-10-07", "2026-01-01"]
make_up_days = ["2026-10-10"]
"""

CITY = """
name = "city"
based_on = "national"
hours = ["08:30-12:00", "14:00-18:00"]

[[notice]]
days_off = ["2026-10-10"]
make_up_days = ["2026-10-07"]
"""


def test_every_key_of_a_calendar_is_read() -> None:
    calendar = load_calendar(NATIONAL, "n.toml")
    assert (calendar.name, calendar.zone, calendar.source) == ("national", "Asia/Shanghai", "notice")
    assert (calendar.coverage_start, calendar.coverage_end) == (date(2026, 1, 1), date(2026, 12, 31))
    assert calendar.weekend == (5, 6)
    assert calendar.hours == ((time(9), time(12)), (time(13, 30), time(17, 30)))
    assert len(calendar.days_off) == 8
    assert calendar.make_up_days == {date(2026, 10, 10)}


def test_a_city_takes_over_the_national_days_and_changes_its_own() -> None:
    national = load_calendar(NATIONAL, "n.toml")
    city = load_calendar(CITY, "c.toml", {"national": national})
    assert city.hours[0] == (time(8, 30), time(12))
    assert (city.zone, city.coverage_end) == (national.zone, national.coverage_end)
    assert not city.is_working_day(date(2026, 10, 10))
    assert not city.is_working_day(date(2026, 10, 6))
    assert city.is_working_day(date(2026, 10, 7))


def test_a_calendar_may_be_open_all_day_every_day() -> None:
    calendar = load_calendar(
        'name = "n"\nzone = "UTC"\ncoverage_end = 9999-12-31\nweekend = []\nhours = []', "n.toml"
    )
    assert calendar.always_open


def test_office_hours_may_end_at_24_00() -> None:
    calendar = load_calendar(NATIONAL.replace("13:30-17:30", "20:00-24:00"), "n.toml")
    assert calendar.closing_time is None


def bad(old: str, new: str) -> str:
    assert old in NATIONAL
    return NATIONAL.replace(old, new, 1)


@pytest.mark.parametrize(
    ("text", "place", "reason", "todo"),
    [
        (bad('"national"', '"a/b"'), "c.toml, name", "'a/b' is no name", "Write letters"),
        (bad('zone = "Asia/Shanghai"', ""), "c.toml", "the key zone is missing", "Add zone."),
        (bad("Asia/Shanghai", "Asia/Linyi"), "c.toml, zone", "there is no zone 'Asia/Linyi'", "IANA"),
        (bad("Asia/Shanghai", "Asia"), "c.toml, zone", "there is no zone", "IANA"),
        (bad("Asia/Shanghai", "../etc"), "c.toml, zone", "there is no zone", "IANA"),
        (bad("coverage_end", "coverage_ends"), "c.toml", "coverage_ends is not known", "mean coverage_end?"),
        (bad("coverage_end = 2026-12-31", ""), "c.toml, coverage_end", "is missing", "Add coverage_end"),
        (bad("end = 2026", "end = 2025"), "c.toml, coverage_end", "before coverage_start", "Exchange"),
        (bad('"sunday"', '"sonday"'), "c.toml, weekend", "'sonday' is no day", "Did you mean sunday?"),
        (bad('"09:00-12:00"', '"9-12"'), "c.toml, hours", "no clock time", "09:00-12:00"),
        (bad('"09:00-12:00"', '"09:00-"'), "c.toml, hours", "no clock time", "09:00-12:00"),
        (bad('"09:00-12:00"', '"12:00-09:00"'), "c.toml, hours", "does not follow", "Order them"),
        (bad('"09:00-12:00"', '"09:00-24:00"'), "c.toml, hours", "does not follow", "Order them"),
        (bad('"09:00-12:00"', '"09:00-14:00"'), "c.toml, hours", "does not follow", "Order them"),
        (bad('"2026-01-01"', '"1 January"'), "c.toml, notice 1, days_off", "is no date", "2026-10-10"),
        (bad("01..2026-10-07", "08..2026-10-07"), "c.toml, notice 1, days_off", "ends before", "Exchange"),
        (bad('["2026-10-10"]', '["2026-10-07"]'), "c.toml, notice", "2026-10-07 is both", "one list"),
        (CITY, "c.toml, based_on", "there is no calendar national", "Known: none"),
        (
            bad(
                '["saturday", "sunday"]',
                '["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]',
            ),
            "c.toml, weekend",
            "no day of the week would be worked",
            "Leave at least one",
        ),
    ],
)
def test_a_wrong_calendar_is_refused_with_file_key_and_reason(
    text: str, place: str, reason: str, todo: str
) -> None:
    with pytest.raises(ConfigurationError) as caught:
        load_calendar(text, "c.toml")
    assert caught.value.where == place
    assert reason in caught.value.what
    assert todo in caught.value.todo
