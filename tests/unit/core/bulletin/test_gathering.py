"""What a bulletin counts: by recording time until the cut-off, by event time within the week."""

from __future__ import annotations

from datetime import timedelta
from random import Random
from typing import Any

import msgspec
import pytest

from router.core import commands as c, events as e
from router.core.bulletin.document import encode
from router.core.bulletin.risks import Reason
from router.core.bulletin.standing import EVERYTHING
from router.core.bulletin.week import week_named
from router.core.commands import Answers, FollowUpResult, Satisfaction
from router.core.policies.policy import Gate, GateKind, Mode, Satisfies, SuspensionRule
from router.core.rules import Rules
from tests.bulletins import WEEK, bulletin, opened, solved, two_weeks
from tests.bureau import Bureau
from tests.city import Play, days, milestone, policy, rules
from tests.unit.core.calendars import NATURAL, china

NEXT_WEEK = week_named("2026-W40", NATURAL)


# -- the cut-off


def test_a_case_recorded_after_the_cut_off_is_in_no_figure_though_it_happened_within_the_week() -> None:
    known = opened(1)
    late = Play(rules(skew=timedelta(days=30)), china(2026, 9, 28, 9, 1))
    late.open(source_id="late", at=china(2026, 9, 23, 10))
    assert late.case.opened_at == china(2026, 9, 23, 10)
    assert bulletin([known, late]) == bulletin([known])
    assert bulletin([known, late], known=EVERYTHING).summary.week.opened == 2


def test_recorded_at_the_very_cut_off_is_known() -> None:
    at_nine = Play(rules(skew=timedelta(days=30)), china(2026, 9, 28, 9))
    at_nine.open(at=china(2026, 9, 23, 10))
    assert bulletin([at_nine]).summary.week.opened == 1


def test_what_happens_to_a_case_after_the_cut_off_changes_nothing() -> None:
    play = opened(1).wait_until(WEEK.cutoff_at)
    before = bulletin([play])
    solved(play, days=9)
    assert bulletin([play]) == before


def test_between_the_weeks_end_and_the_cut_off_only_the_list_of_risks_goes_on() -> None:
    play = opened(1, division=("lake", "willow"))
    play.wait_until(china(2026, 9, 28, 8))
    assert bulletin([play]).risks.open == 1
    play.say(play.case.lead, c.Resolve, outcome=c.Outcome.SOLVED)
    found = bulletin([play])
    assert (found.risks.open, found.risks.cases) == (0, ())
    assert (found.summary.week.open, found.summary.week.closed) == (1, 0)


@pytest.mark.parametrize(("hour", "this_week"), [(23, True), (24, False)])
def test_midnight_of_the_calendars_zone_parts_the_weeks(hour: int, this_week: bool) -> None:
    play = Play(start=china(2026, 9, 27) + timedelta(hours=hour))
    play.open()
    counts = [bulletin([play], week=week).summary.week.opened for week in (WEEK, NEXT_WEEK)]
    assert counts == ([1, 0] if this_week else [0, 1])


def test_the_order_in_which_cases_are_read_changes_nothing() -> None:
    plays = two_weeks()
    shuffled = list(plays)
    Random(7).shuffle(shuffled)  # noqa: S311 - not for secrets
    assert encode(bulletin(shuffled)) == encode(bulletin(plays))


# -- the figures


def test_opened_closed_and_on_time_are_those_of_the_week() -> None:
    in_time, late, still = opened(1), opened(2), opened(3)
    solved(in_time, days=4)
    solved(late, days=6)
    still.wait(days=6)
    before = Play(start=china(2026, 9, 16, 9))
    before.open(source_id="before")
    solved(before, days=7)  # due on the 21st at nine, closed on the 23rd
    week = bulletin([in_time, late, still, before]).summary.week
    assert (week.opened, week.closed, week.open, week.overdue) == (3, 3, 1, 1)
    assert (week.on_time.part, week.on_time.of) == (1, 4)


def test_a_case_that_went_back_to_work_within_the_week_is_not_closed() -> None:
    play = solved(opened(1), hours=2)
    play.wait(hours=2)
    play.say("supervision:li", c.Reopen, text="没有解决")
    assert play.refused is None
    found = bulletin([play])
    assert (found.summary.week.closed, found.summary.week.open) == (0, 1)


def test_districts_and_shares_sum_to_the_whole() -> None:
    found = bulletin(two_weeks())
    districts = found.summary.by_district
    for key in ("opened", "closed", "open", "overdue", "proactive"):
        assert sum(getattr(one.flow, key) for one in districts) == getattr(found.summary.week, key)
    assert sum(line.tenths for line in found.shares) == 1000
    assert sum(line.count for line in found.shares) == found.summary.week.opened
    assert sum(one.opened for one in found.matters) == found.summary.week.opened
    assert {one.name for one in districts} >= {"湖滨区", "运河区"}


def test_an_escalation_is_counted_by_step_and_cause_and_one_that_was_taken_back_is_not() -> None:
    up, back = opened(1).wait(days=6), opened(2).wait(days=6)
    passed = back.events(e.Escalated)[0]
    undo = {"milestone": passed.milestone, "due_at": passed.due_at, "desk": "willow", "step": 0}
    back.say("system:", c.UndoEscalation, **undo, by="li", text="误提")
    assert back.refused is None
    summary = bulletin([up, back]).summary
    lines = [(x.from_step, x.to_step, x.cause, x.count) for x in summary.escalations]
    assert lines == [("street", "district", "deadline", 1)]
    assert summary.taken_back == 1


def test_the_three_rates_count_those_who_were_asked_also_where_their_case_went_back_to_work() -> None:
    gated = rules(policy(gate=Gate(kind=GateKind.FOLLOW_UP)))
    pleased, cross = opened(1, gated), opened(2, gated)
    for play, result, solved_it in (
        (pleased, FollowUpResult.ACCEPTED, True),
        (cross, FollowUpResult.NOT_ACCEPTED, False),
    ):
        play.say("willow", c.Resolve, outcome=c.Outcome.SOLVED)
        play.wait(hours=1)
        satisfaction = Satisfaction.SATISFIED if solved_it else Satisfaction.DISSATISFIED
        answers = Answers(contacted=True, solved=solved_it, satisfaction=satisfaction)
        accepted = int(solved_it)
        play.say("follow_up:anna", c.FollowUp, result=result, asked=1, accepted=accepted, answers=answers)
        assert play.refused is None
    rates = bulletin([pleased, cross], gated).summary.three_rates
    assert (rates.valid, rates.contacted, rates.solved, rates.satisfied) == (2, 2, 1, 1)


def test_the_before_complaint_ratio_is_that_of_the_week_with_what_is_provisional() -> None:
    place = c.Place(asset_id="lamp-7")
    seen = solved(opened(1, channel="grid_patrol", place=place), hours=3)
    asked = solved(opened(2, place=c.Place(asset_id="lamp-8")), hours=3)
    found = bulletin([seen, asked]).summary.before_complaint
    assert found.assessable
    total = found.total.cohort
    assert (total.numerator, total.denominator, total.provisional, total.proactive_origin) == (1, 2, 1, 1)


def test_below_four_fifths_with_a_place_the_ratio_is_not_assessable() -> None:
    found = bulletin([opened(1), opened(2, place=c.Place(asset_id="lamp-8"))]).summary.before_complaint
    assert (found.linkable.part, found.linkable.of, found.assessable) == (1, 2, False)


# -- the list of open risks


def reasons(play: Play, in_force: Rules | None = None) -> dict[str, tuple[Reason, ...]]:
    return {risk.case: risk.reasons for risk in bulletin([play], in_force).risks.cases}


def test_the_oldest_risk_comes_first_whatever_the_age_of_the_case() -> None:
    plays = [opened(number, after={"hours": hours}) for number, hours in enumerate((40, 0, 20))]
    for play in plays:
        play.wait_until(WEEK.cutoff_at)
    listed = bulletin(plays).risks.cases
    assert [one.case for one in listed] == [plays[at].case.id for at in (1, 2, 0)]
    assert [one.since for one in listed] == sorted(one.since for one in listed)


def test_a_case_past_its_due_date_is_overdue_and_one_due_tomorrow_is_near_due() -> None:
    overdue, near, far = opened(1), opened(2, after={"days": 3}), opened(3, after={"days": 5})
    for play in (overdue, near, far):
        play.say("willow", c.Accept)
        play.wait_until(WEEK.cutoff_at)
    assert Reason.OVERDUE in reasons(overdue)[overdue.case.id]
    assert reasons(near) == {near.case.id: (Reason.NEAR_DUE,)}  # due on the 29th at nine
    assert reasons(far) == {}


def test_nobody_signed_for_a_working_day_means_stalled_and_a_signature_ends_it() -> None:
    unsigned, signed = opened(1, after={"days": 4}), opened(2, after={"days": 4})  # Friday
    signed.say("willow", c.Accept)
    for play in (unsigned, signed):
        play.wait_until(WEEK.cutoff_at)
    assert Reason.UNSIGNED in reasons(unsigned)[unsigned.case.id]
    assert Reason.UNSIGNED not in reasons(signed).get(signed.case.id, ())


def test_a_case_under_supervision_is_on_the_list_with_since_when() -> None:
    in_force = rules(policy(mode=Mode.SUPERVISE))
    play = opened(1, in_force)
    play.wait_until(WEEK.cutoff_at)
    (risk,) = bulletin([play], in_force).risks.cases
    assert Reason.SUPERVISED in risk.reasons
    assert risk.escalations >= 1


def test_a_starred_case_is_on_the_list_while_nothing_is_wrong_with_it() -> None:
    play = opened(1, after={"days": 6}, starred=True)
    play.say("willow", c.Accept)
    assert reasons(play) == {play.case.id: (Reason.STARRED,)}


def test_a_line_names_desk_place_and_whose_hands_and_nothing_of_the_citizen() -> None:
    play = opened(1, text="张三家门口", contact_ref="contact-1", complainant="ab" * 32)
    play.wait_until(WEEK.cutoff_at)
    found = bulletin([play])
    (risk,) = found.risks.cases
    assert [place.name for place in risk.place] == ["湖滨区", "柳荫街道"]
    assert (risk.desk.code, risk.hands, risk.holder.code) == ("lake", "desk", "lake")
    text = encode(found).decode()
    for secret in ("张三", "contact-1", "ab" * 32):
        assert secret not in text


@pytest.mark.parametrize("about", [{"confidential": True}, {"subject_desk": "willow"}])
def test_a_case_about_an_office_or_a_confidential_one_is_a_number_and_nothing_else(
    about: dict[str, Any],
) -> None:
    play = opened(1, **about)
    play.wait_until(WEEK.cutoff_at)
    found = bulletin([play])
    assert (found.risks.cases, found.risks.withheld, found.risks.open) == ((), 1, 1)
    assert play.case.id not in encode(found).decode()
    # Nor does its category say what it is about.
    (there,) = [one for one in found.matters if one.district == "lake"]
    assert (there.opened, [line.category for line in there.lines]) == (1, [""])
    assert [(one.group, one.count) for one in found.shares] == [("", 1)]


def test_a_case_that_names_an_office_only_after_the_cut_off_is_on_no_list_that_is_printed_then() -> None:
    play = opened(1).wait_until(WEEK.cutoff_at)
    assert len(bulletin([play]).risks.cases) == 1
    play.wait(days=1)
    play.say("dispatcher:li", c.Correct, named_desks=("bridge",))
    assert (play.refused, play.case.is_restricted) == (None, True)
    found = bulletin([play])
    assert (found.risks.cases, found.risks.withheld, found.risks.open) == ((), 1, 1)


def test_a_document_is_read_back_as_it_was() -> None:
    found = bulletin(two_weeks())
    assert msgspec.json.decode(encode(found), type=type(found)) == found


def test_visits_are_counted_with_what_was_solved_there_and_those_at_which_nothing_was_raised() -> None:
    there = opened(1, channel="visit", raised_by="resident", solved_on_the_spot=True, evidence=("photo-1",))
    later = opened(2, channel="visit", raised_by="resident")
    quiet = opened(3, channel="visit", nothing_raised=True, category=None)
    found = bulletin([there, later, quiet, opened(4)])
    visits = found.summary.visits
    assert (visits.visits, visits.on_the_spot, visits.nothing_raised) == (3, 1, 1)
    assert (found.summary.week.opened, found.summary.week.on_the_spot) == (3, 1)


# -- what stands at the week's end, and what is not on the list


def test_a_reopening_on_the_monday_morning_does_not_take_a_closing_out_of_the_week() -> None:
    play = solved(opened(1), days=2)
    play.wait_until(china(2026, 9, 28, 8))
    play.say("supervision:li", c.Reopen, text="没有解决")
    assert play.refused is None
    found = bulletin([play])
    assert (found.summary.week.closed, found.summary.week.open, found.risks.open) == (1, 0, 1)


def test_an_escalation_on_the_monday_morning_belongs_to_the_next_week() -> None:
    play = opened(1, after={"days": 1, "hours": 20})  # due on the Monday at five
    play.wait_until(WEEK.cutoff_at)
    assert play.case.escalations == 1
    assert bulletin([play]).summary.escalations == ()
    assert [x.count for x in bulletin([play], week=NEXT_WEEK).summary.escalations] == [1]


def test_a_suspended_case_is_not_overdue_while_its_clocks_stand_still() -> None:
    in_force = rules(policy(suspension=SuspensionRule(longest=days(30), recheck=days(20))))
    play = opened(1, in_force)
    play.say("willow", c.Accept)
    play.say("willow", c.RequestSuspension, reason="road works")
    play.wait(hours=2).say("lake", c.ApproveSuspension)
    assert (play.refused, play.case.state) == (None, "suspended")
    play.wait_until(WEEK.cutoff_at)
    found = bulletin([play], in_force)
    assert (found.risks.open, found.risks.cases) == (1, ())
    assert found.summary.week.overdue == 0


def test_a_date_that_the_desks_word_has_met_is_not_overdue_while_the_follow_up_goes_on() -> None:
    in_force = rules(
        policy(
            gate=Gate(kind=GateKind.FOLLOW_UP),
            milestones=(milestone("close", days(3), Satisfies.RESOLVED),),
        )
    )
    play = opened(1, in_force)
    play.say("willow", c.Resolve)
    play.wait_until(WEEK.cutoff_at)
    assert play.case.state == "resolved"
    assert reasons(play, in_force) == {}


def test_a_case_that_was_returned_twice_stalls() -> None:
    play = opened(1, after={"days": 5})
    for returner, to in (("willow", "plane"), ("plane", "willow")):
        play.wait(hours=1).say(returner, c.RequestReturn, reason="not_our_place")
        play.say("dispatcher:li", c.ApproveReturn, desk=to)
        assert play.refused is None
    play.say("willow", c.Accept)
    assert reasons(play) == {play.case.id: (Reason.RETURNED,)}


def test_seven_days_without_work_are_silence_and_a_report_ends_it() -> None:
    long = rules(policy(milestones=(milestone("close", days(40), Satisfies.CLOSED),)))
    silent, busy = Play(long, china(2026, 9, 17, 9)), Play(long, china(2026, 9, 17, 9))
    for play in (silent, busy):
        play.open(source_id=str(id(play)))
        play.say("willow", c.Accept)
    busy.wait_until(china(2026, 9, 22, 9)).say("willow", c.ReportProgress, text="在办")
    for play in (silent, busy):
        play.wait_until(WEEK.cutoff_at)
    assert reasons(silent, long) == {silent.case.id: (Reason.SILENT,)}
    assert reasons(busy, long) == {}


def test_coverages_are_over_the_cases_that_were_in_hand_in_the_week() -> None:
    still, done = opened(1), solved(opened(2), hours=1)
    still.say("supervision:li", c.Instruct, leader="mayor", tier="city", text="尽快办理")
    assert still.refused is None
    earlier = Play(start=china(2026, 9, 14, 9))
    earlier.open(source_id="earlier")
    solved(earlier, hours=1)
    found = bulletin([still, done, earlier]).summary.coverage
    assert (found.cases, found.closed, found.instructed) == (2, 1, 1)


def test_what_was_closed_and_nobody_was_asked_about_lowers_the_coverage_of_follow_ups() -> None:
    rates = bulletin([solved(opened(1), hours=1), opened(2)]).summary.three_rates
    assert (rates.valid, rates.resolved) == (0, 1)


def test_an_inspection_is_in_no_figure_and_on_no_list() -> None:
    bureau = Bureau()
    target = c.Target(desk="willow")
    task = c.Task(kind=c.TaskKind.VISIT, targets=(target,), due_at=china(2026, 9, 25))
    inspection = bureau.inspect("supervision-1", "visit-1", task, text="look")
    assert bureau.refused is None
    inspection.wait_until(WEEK.cutoff_at)
    found = bulletin([inspection])
    assert (found.source.cases, found.risks.open, found.risks.withheld, found.summary.week.opened) == (0, 0, 0, 0)
