"""The life of a case: what each command leads to, who may give it when, and what is kept of a refusal."""

from datetime import timedelta
from typing import Any

import pytest

from router.core import events as e
from router.core.case import State
from router.core.commands import (
    Accept,
    Adopt,
    Close,
    Command,
    Correct,
    Dispatch,
    Escalate,
    FollowUp,
    FollowUpResult,
    Mitigate,
    Outcome,
    PassDeadline,
    Place,
    Redact,
    Reopen,
    Reply,
    ReportProgress,
    RequestReturn,
    Resolve,
    Withdraw,
)
from router.core.policies.policy import Anchor, Gate, GateKind, OnPass, Satisfies
from router.core.rules import Rules
from router.core.telling.messages import Answered
from router.core.timing.deadlines import wake_up
from tests.city import (
    ACCEPT,
    CLOSE,
    DISPATCH,
    MONDAY,
    Play,
    actor,
    city,
    days,
    desk,
    ladder,
    milestone,
    policy,
    rules,
)

ASKED = FollowUpResult.ACCEPTED
FOLLOW_UP = milestone("follow_up", days(3), Satisfies.FOLLOWED_UP, anchor=Anchor.RESOLVED)


def _gated(**changes: Any) -> Rules:
    return rules(
        policy(
            gate=Gate(kind=GateKind.FOLLOW_UP, **changes),
            milestones=(DISPATCH, ACCEPT, CLOSE, FOLLOW_UP),
        )
    )


def _at_work(in_force: Rules | None = None, **fields: Any) -> Play:
    play = Play(in_force)
    play.open(**fields)
    play.wait(hours=1).say("willow", Accept)
    return play


def _resolved(in_force: Rules | None = None) -> Play:
    play = _at_work(in_force or _gated())
    play.wait(hours=1).say("willow", Resolve)
    return play


# -- signing, reporting, replying


def test_signing_for_a_case_moves_no_due_date() -> None:
    play = Play()
    before = play.open()
    play.wait(hours=3).say("willow", Accept)
    assert play.case.state is State.ACCEPTED
    assert play.case.due_at == before.due_at
    assert play.case.next_due_at == before.due_at


def test_a_case_is_signed_for_once() -> None:
    play = _at_work()
    play.say("willow", Accept)
    assert play.refused == "not_in_state"


@pytest.mark.parametrize("kind", [ReportProgress, Reply, Mitigate], ids=lambda kind: kind.__name__)
def test_a_word_a_reply_or_a_barrier_solves_nothing_and_stops_no_clock(kind: type[Command]) -> None:
    play = _at_work()
    before = play.case
    play.say("willow", kind, text="已安排")
    assert play.refused is None
    assert (play.case.state, play.case.due_at, play.running()) == (State.ACCEPTED, before.due_at, ["close"])


def test_a_reply_goes_back_to_the_source_channel() -> None:
    play = _at_work()
    play.say("willow", Reply, text="周五前修好")
    assert play.told("hotline") == ["received", "replied"]
    assert play.entries[-1].text == "周五前修好"


def test_a_promise_is_a_milestone_of_its_own_that_moves_no_due_date() -> None:
    play = _at_work()
    play.say("willow", Reply, commitment_due_at=play.now + timedelta(days=2))
    assert play.running() == ["commitment", "close"]
    play.wait(days=3)
    missed = play.events(e.DeadlineMissed)
    assert [m.milestone for m in missed] == ["commitment"]
    assert play.case.lead == "willow"
    assert play.told("lake") == ["supervised"]


def test_a_promise_in_the_past_is_refused() -> None:
    play = _at_work()
    play.say("willow", Reply, commitment_due_at=MONDAY)
    assert play.refused == "promise_in_the_past"


def test_after_the_resolution_nothing_could_meet_a_promise_and_it_is_refused() -> None:
    play = Play(_gated())
    play.open()
    play.say("willow", Resolve)
    play.say("willow", Reply, text="下周补漆", commitment_due_at=play.now + timedelta(days=2))
    assert play.refused == "promise_resolved"
    play.say("willow", Reply, text="已办结")
    assert play.refused is None
    assert play.running() == ["follow_up", "close"]


def test_two_promises_for_one_instant_are_missed_once() -> None:
    play = _at_work()
    for _ in range(2):
        play.say("willow", Reply, commitment_due_at=MONDAY + timedelta(days=2))
    play.wait(days=3)
    assert len(play.events(e.DeadlineMissed)) == 1


def test_a_closed_case_hears_no_more_replies() -> None:
    play = _at_work()
    play.say("willow", Resolve)
    play.say("willow", Reply, text="谢谢")
    assert play.refused == "closed"


# -- resolving and the gate


def test_without_a_gate_a_resolution_closes_the_case() -> None:
    play = _at_work()
    play.say("willow", Resolve, outcome=Outcome.EXPLAINED, evidence=("photo-1",), text="无法解决，已解释")
    assert (play.case.state, play.case.outcome, play.case.next_due_at) == (State.CLOSED, Outcome.EXPLAINED, None)
    assert play.told("hotline")[-2:] == ["resolved", "closed"]


def test_a_desk_may_resolve_what_it_never_signed_for() -> None:
    play = Play()
    play.open()
    play.say("willow", Resolve)
    assert play.case.state is State.CLOSED


def test_with_a_gate_the_desks_word_is_not_enough() -> None:
    play = _resolved()
    assert play.case.state is State.RESOLVED
    assert play.running() == ["follow_up", "close"]


def test_the_handling_desk_can_neither_close_nor_follow_up_its_own_case() -> None:
    play = _resolved()
    for kind, fields in ((Close, {}), (FollowUp, {"result": ASKED})):
        play.say("willow", kind, **fields)
        assert play.refused in ("not_permitted", "not_lead")


def test_nobody_closes_a_case_past_its_gate_by_hand() -> None:
    play = _resolved()
    play.say("follow_up:anna", Close)
    assert play.refused == "gate_open"


def test_an_accepted_follow_up_closes_the_case_and_says_by_which_gate() -> None:
    play = _resolved()
    play.say("follow_up:anna", FollowUp, result=ASKED)
    assert play.case.state is State.CLOSED
    assert play.events(e.Closed)[0].gate == "follow_up"


def test_the_share_that_must_accept_is_counted_exactly() -> None:
    play = _resolved(_gated(ask=20, accept_share=0.55))
    play.say("follow_up:anna", FollowUp, result=ASKED, asked=20, accepted=11)
    assert play.case.state is State.CLOSED


def test_too_few_acceptances_send_the_case_back() -> None:
    play = _resolved(_gated(ask=20, accept_share=0.55))
    play.say("follow_up:anna", FollowUp, result=ASKED, asked=20, accepted=10)
    assert (play.case.state, play.case.reprocesses) == (State.DISPATCHED, 1)


def test_asking_too_few_is_no_failure_of_the_desk() -> None:
    play = _resolved(_gated(ask=22))
    play.say("follow_up:anna", FollowUp, result=ASKED, asked=3, accepted=3)
    assert play.refused == "too_few_asked"
    assert play.case.state is State.RESOLVED


def test_a_failed_gate_runs_the_clock_on_at_its_old_instant() -> None:
    play = _resolved()
    due_at = play.case.due_at
    play.wait(days=1).say("follow_up:anna", FollowUp, result=FollowUpResult.NOT_ACCEPTED)
    assert (play.case.state, play.case.lead) == (State.DISPATCHED, "willow")
    assert play.case.next_due_at == due_at
    assert "reopened" in play.told("hotline")
    assert play.told("willow")[-1] == "assigned"


def test_a_milestone_of_the_desks_word_is_armed_again_at_its_old_instant_when_the_gate_fails() -> None:
    word = milestone("word", days(2), Satisfies.RESOLVED)
    play = _resolved(rules(policy(gate=Gate(kind=GateKind.FOLLOW_UP), milestones=(word, CLOSE))))
    assert play.running() == ["close"]
    play.wait(hours=1).say("follow_up:anna", FollowUp, result=FollowUpResult.NOT_ACCEPTED)
    assert play.running() == ["word", "close"]
    assert play.case.next_due_at == MONDAY + timedelta(days=2)


def test_a_clock_that_ran_out_while_the_residents_were_asked_is_missed_once_at_its_old_instant() -> None:
    word = milestone("word", days(2), Satisfies.RESOLVED)
    play = _resolved(
        rules(policy(gate=Gate(kind=GateKind.FOLLOW_UP), milestones=(word,), ladder=ladder(budget=days(30))))
    )
    play.wait(days=6).say("follow_up:anna", FollowUp, result=FollowUpResult.NOT_ACCEPTED)
    play.wait(days=1)
    missed = [entry for entry in play.entries if isinstance(entry.event, e.DeadlineMissed)]
    assert [entry.event_at for entry in missed] == [MONDAY + timedelta(days=2)]
    assert play.case.lead == "lake"


def test_the_second_failed_gate_takes_the_case_one_tier_up_and_counts_against_nobody() -> None:
    play = _resolved()
    play.say("follow_up:anna", FollowUp, result=FollowUpResult.NOT_ACCEPTED)
    play.say("willow", Resolve)
    play.say("follow_up:anna", FollowUp, result=FollowUpResult.NOT_ACCEPTED)
    escalated = play.events(e.Escalated)
    assert [(x.cause, x.to_desk) for x in escalated] == [(e.Cause.REPEAT, "lake")]
    assert (play.case.lead, play.case.escalations) == ("lake", 0)
    assert play.told("willow")[-1] == "taken"
    assert play.running() == ["close"]


def test_a_resident_nobody_reaches_is_tried_at_three_hours_of_three_days() -> None:
    play = _resolved(_gated())
    tries = (timedelta(hours=1), timedelta(hours=1), timedelta(days=1), timedelta(hours=3), timedelta(days=1))
    closed = []
    for pause in tries:
        play.wait_until(play.now + pause).say("follow_up:anna", FollowUp, result=FollowUpResult.UNREACHABLE)
        closed.append(play.case.state is State.CLOSED)
    # Twice on Monday is one; Tuesday at the hour of one of Monday's is none, later on Tuesday is the second.
    assert closed == [False, False, False, False, True]
    assert play.events(e.Closed)[0].gate == "unreachable"


def test_the_follow_ups_slowness_is_not_the_desks() -> None:
    gate = Gate(kind=GateKind.FOLLOW_UP)
    word = milestone("word", days(5), Satisfies.RESOLVED)
    play = _resolved(rules(policy(gate=gate, milestones=(word, FOLLOW_UP))))
    play.wait(days=4)
    missed = play.events(e.DeadlineMissed)
    assert [(m.milestone, m.charged_to) for m in missed] == [("follow_up", "dispatch")]
    assert (play.case.lead, play.case.step) == ("willow", 0)
    assert "supervised" not in play.told("lake")
    assert play.told("supervision-1") == ["supervised"]


def test_a_due_date_that_passes_while_residents_are_asked_undoes_no_resolution_and_is_not_the_desks() -> None:
    play = _resolved()
    play.wait(days=6)
    missed = [m for m in play.events(e.DeadlineMissed) if m.milestone == "close"]
    assert [m.charged_to for m in missed] == ["dispatch"]
    assert (play.case.state, play.case.lead) == (State.RESOLVED, "lake")
    play.say("follow_up:anna", FollowUp, result=ASKED)
    assert play.case.state is State.CLOSED


def test_who_resolves_has_signed() -> None:
    play = Play(_gated())
    play.open()
    play.say("willow", Resolve)
    assert play.running() == ["follow_up", "close"]


# -- reopening, withdrawing


def test_a_reopened_case_is_back_with_its_desk_on_its_old_clock() -> None:
    play = _at_work()
    due_at = play.case.due_at
    play.say("willow", Resolve)
    play.wait(days=1).say("citizen:hotline", Reopen, text="又坏了")
    assert (play.case.state, play.case.lead, play.case.closed_at) == (State.DISPATCHED, "willow", None)
    assert (play.case.due_at, play.case.next_due_at) == (due_at, due_at)


def test_a_case_closed_in_time_and_reopened_later_gets_one_working_day_and_is_missed_once_after_it() -> None:
    play = _at_work(rules(policy(ladder=ladder(budget=days(60)))))
    play.say("willow", Resolve)
    play.outage(days=20).say("citizen:hotline", Reopen)
    reopened_at = play.now
    assert play.running() == ["close"], "whoever was on time is not late by somebody else's wish"
    (runs_until,) = [m.due_at for m in play.case.milestones if m.name == "close"]
    assert reopened_at < runs_until <= reopened_at + timedelta(days=5)
    play.wait(days=6)
    assert [(x.due_at, x.from_desk) for x in play.events(e.Escalated)] == [(runs_until, "willow")]
    play.say("lake", Resolve)
    play.wait(days=1).say("citizen:hotline", Reopen)
    play.wait(days=1)
    assert len(play.events(e.Escalated)) == 1
    assert play.running() == ["close@district"]


def test_a_clock_that_the_closing_dropped_runs_on_when_the_case_is_reopened() -> None:
    review = milestone("review", days(3), Satisfies.REVIEWED, on_pass=OnPass.SUPERVISE)
    play = _at_work(rules(policy(milestones=(review, CLOSE))))
    play.say("willow", Resolve)
    assert play.case.milestone("review").status is e.MilestoneStatus.DROPPED  # type: ignore[union-attr]
    play.say("citizen:hotline", Reopen)
    assert play.running() == ["review", "close"]


def test_a_case_is_reopened_with_whoever_does_the_work_today() -> None:
    play = _at_work()
    play.say("willow", Resolve)
    play.rules = rules(tree=city(desk("willow", "willow", active=False)))
    play.say("citizen:hotline", Reopen)
    assert play.case.lead == "lake"


def test_the_desk_can_neither_reopen_nor_withdraw_its_case() -> None:
    play = _at_work()
    play.say("willow", Withdraw)
    assert play.refused == "not_permitted"
    play.say("willow", Resolve)
    play.say("willow", Reopen)
    assert play.refused == "not_permitted"


def test_supervision_that_leads_a_case_is_the_handling_desk_like_any_other() -> None:
    play = Play(_gated())
    play.open(confidential=True)
    assert play.case.lead == "supervision-1"
    play.say("supervision-1", Withdraw)
    assert play.refused == "not_permitted"
    play.say("supervision-1", Resolve)
    play.say("supervision-1", FollowUp, result=ASKED)
    assert play.refused == "not_permitted"
    play.say("supervision-2", FollowUp, result=ASKED)
    assert play.case.state is State.CLOSED


def test_a_withdrawn_case_ends_and_its_desk_is_told() -> None:
    play = _at_work()
    play.say("channel:hotline", Withdraw)
    assert (play.case.state, play.case.outcome, play.case.next_due_at) == (State.CLOSED, Outcome.WITHDRAWN, None)
    assert play.told("willow")[-1] == "taken"


@pytest.mark.parametrize("who", ["channel:app", "citizen:app"])
def test_for_another_channel_the_case_does_not_exist(who: str) -> None:
    play = _at_work()
    before = play.told("hotline")
    play.say(who, Withdraw)
    assert play.refused == "unknown_case"
    assert play.told("app") == [], "it hears as little as of a case that is not there"
    assert play.told("hotline") == before, "what another channel said is no matter of this one's"
    assert play.names()[-1] == "Refused"


def test_a_refused_channel_is_told_itself_though_it_brought_the_case_under_another_name() -> None:
    play = Play()
    play.open(channel="app", source="hotline", actor=actor("channel:hotline"))
    play.say("channel:hotline", Reopen)
    assert play.refused == "not_in_state"
    assert play.told("hotline") == ["refused"]
    assert "refused" not in play.told("app")


@pytest.mark.parametrize("kept", [{"confidential": True}, {"subject_desk": "plane"}, {"named_persons": ("li",)}])
def test_a_case_kept_from_most_does_not_exist_for_a_desk_it_does_not_concern(kept: dict[str, Any]) -> None:
    play = Play()
    play.open(**kept)
    play.say("bridge", ReportProgress)
    assert play.refused == "unknown_case"
    assert play.told("bridge") == []


# -- refusals


def test_a_refused_command_stays_on_record_with_its_reason_and_changes_nothing() -> None:
    play = _at_work()
    before = play.case
    play.say("willow", Accept)
    assert play.refused == "not_in_state"
    # Where a case stands is nothing to a desk that has nothing to do with it.
    play.say("plane", Accept)
    assert play.refused == "not_lead"
    play.say("plane", ReportProgress)
    assert play.refused == "not_lead"
    assert play.names()[-3:] == ["Refused", "Refused", "Refused"]
    assert play.case == before
    assert play.told("plane") == ["refused", "refused"]


def test_a_refusal_carries_the_version_of_the_case_it_left_alone() -> None:
    play = _at_work()
    play.say("plane", ReportProgress)
    assert play.entries[-1].version == play.case.version


def test_a_command_for_a_case_that_does_not_exist_is_unknown() -> None:
    play = Play()
    play.give(Accept(id="1", case_id="NOWHERE", actor=actor("willow")))
    assert play.refused == "unknown_case"


def test_no_command_may_take_the_id_of_a_wake_up() -> None:
    play = Play()
    case = play.open()
    entries = len(play.entries)
    assert case.due_at is not None
    for kind in (Accept, ReportProgress):
        play.say("willow", kind, id=wake_up(case.id, "close", case.due_at).id)
        assert play.refused == "reserved_id"
    assert len(play.entries) == entries


def test_history_speaks_for_the_lead_only_in_a_replay() -> None:
    for replay, refused in ((False, "not_permitted"), (True, None)):
        play = Play(rules(replay=replay))
        play.open(at=MONDAY)
        play.say("source:", Resolve, at=MONDAY + timedelta(days=1))
        assert play.refused == refused


def test_a_resolution_of_a_desk_that_never_had_the_case_is_no_evidence() -> None:
    play = _at_work()
    play.say("bridge", Resolve)
    assert play.refused == "not_lead"
    assert not play.case.late_reports


def test_a_report_nobody_made_cannot_be_adopted() -> None:
    play = _at_work()
    play.say("willow", Adopt, report="command-99")
    assert play.refused == "unknown_report"


# -- time


def test_a_source_is_believed_within_the_skew_and_not_beyond() -> None:
    for ago, counts_as in ((timedelta(minutes=15), timedelta(minutes=15)), (timedelta(minutes=16), timedelta())):
        play = Play()
        play.open()
        play.wait(hours=1).say("willow", Accept, at=play.now - ago)
        assert play.case.accepted_at == play.now - counts_as


def test_nothing_happens_in_the_future() -> None:
    play = Play()
    play.open()
    play.say("willow", Accept, at=play.now + timedelta(minutes=5))
    assert play.case.accepted_at == play.now


# -- corrections


def test_a_correction_sends_the_case_where_it_belongs_and_leaves_the_due_date() -> None:
    play = _at_work()
    due_at = play.case.due_at
    play.say("dispatcher:li", Correct, division=("canal", "bridge"))
    assert (play.case.lead, play.case.state, play.case.due_at) == ("bridge", State.DISPATCHED, due_at)
    assert play.told("willow")[-1] == "taken"
    assert play.told("bridge") == ["assigned"]


def test_a_correction_that_changes_nothing_is_refused() -> None:
    play = _at_work()
    for fields in ({}, {"division": ("lake", "willow")}, {"category": "lamp"}):
        play.say("dispatcher:li", Correct, **fields)
        assert play.refused == "nothing_to_correct"


def test_a_better_point_on_the_map_moves_the_case_to_nobody_else() -> None:
    play = _at_work()
    play.say("dispatcher:li", Dispatch, desk="plane")
    play.say("dispatcher:li", Correct, place=Place(asset_id="lamp-9"))
    assert (play.case.lead, play.case.place_key) == ("plane", "asset:lamp-9")


def test_a_correction_takes_an_escalated_case_to_the_same_step_elsewhere() -> None:
    play = _at_work()
    play.wait(days=6)
    assert play.case.lead == "lake"
    play.say("dispatcher:li", Correct, division=("canal", "bridge"))
    assert (play.case.lead, play.case.step) == ("canal", 1)
    play.wait(days=2)
    assert play.case.lead == "cloud"


def test_a_correction_while_a_return_and_an_escalation_are_pending_voids_both() -> None:
    play = _at_work()
    play.say("willow", RequestReturn, reason="not_our_place")
    play.say("willow", Escalate, text="力所不及")
    play.say("dispatcher:li", Correct, division=("canal", "bridge"))
    assert (play.case.return_request, play.case.escalation_request) == (None, None)
    assert play.running() == ["accept", "close"]
    play.wait(days=2)
    assert play.case.lead == "bridge"
    assert {m.milestone for m in play.events(e.DeadlineMissed)} == {"accept"}


def test_a_triaged_case_that_is_put_right_goes_to_its_desk_and_stays_counted_as_triaged() -> None:
    play = Play()
    play.open(division=("lake", None))
    play.say("dispatcher:li", Correct, division=("lake", "plane"))
    assert (play.case.lead, play.case.triaged, play.case.unplaced) == ("plane", True, False)
    assert "dispatch" not in play.running()


def test_a_stale_wake_up_and_an_early_one_are_told_apart_and_change_nothing() -> None:
    play = Play()
    case = play.open()
    entries, messages = len(play.entries), len(play.messages)
    due_at = case.due_at
    assert due_at is not None
    play.give(wake_up(case.id, "close", due_at))
    assert play.refused == "not_due"
    play.give(wake_up(case.id, "close", due_at - timedelta(seconds=1)))
    assert play.refused == "stale_deadline"
    play.give(PassDeadline(id="due:x", case_id=case.id, actor=actor("willow"), milestone="x", due_at=due_at))
    assert play.refused == "not_permitted"
    assert (len(play.entries), len(play.messages)) == (entries, messages)
    assert play.case == case


def _adopted(**in_force: Any) -> Play:
    play = Play(rules(policy(**in_force)))
    play.open()
    play.wait(days=5, minutes=30)
    play.say("willow", Resolve, id="late", text="灯已修好", root_cause="电缆老化")
    play.say("lake", Adopt, report="late")
    assert play.refused is None
    return play


def test_an_adopted_report_tells_the_citizen_its_words_and_keeps_the_cause() -> None:
    play = _adopted()
    answers = [message.payload for message in play.messages if message.channel == "hotline"]
    assert [x.text for x in answers if isinstance(x, Answered) and x.kind == "resolved"] == ["灯已修好"]
    assert [entry.text for entry in play.entries if isinstance(entry.event, e.CauseNamed)] == ["电缆老化"]


def test_a_report_from_before_a_failed_gate_is_not_adopted_again() -> None:
    play = _adopted(gate=Gate(kind=GateKind.FOLLOW_UP))
    play.say("follow_up:anna", FollowUp, result=FollowUpResult.NOT_ACCEPTED, asked=1)
    play.say("lake", Adopt, report="late")
    assert play.refused == "unknown_report"


def test_the_words_of_a_report_that_were_redacted_are_told_to_nobody() -> None:
    play = Play()
    play.open()
    play.wait(days=5, minutes=30)
    play.say("willow", Resolve, id="late", text="灯已修好，电话 1380000")
    (kept,) = play.case.late_reports
    play.say("supervision:chen", Redact, entry=kept.entry, text="含个人信息")
    assert [one.text for one in play.case.late_reports] == [""]
