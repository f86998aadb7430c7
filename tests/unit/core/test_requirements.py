"""Requirements (整改要求): a case does not close before each is ticked (销号); dates are counted by hand."""

from typing import Any

import pytest

from router.core import events as e
from router.core.case import State
from router.core.commands import (
    Accept,
    ApproveSuspension,
    Close,
    FollowUp,
    FollowUpResult,
    IssueRequirements,
    RecordInspection,
    Reopen,
    Reprocess,
    RequestSuspension,
    Resolve,
    Resume,
    Tick,
    Withdraw,
)
from router.core.counting.hands import HolderKind
from router.core.counting.holding import holding
from router.core.policies.policy import Anchor, Gate, GateKind, OnPass, Satisfies, SuspensionRule
from router.core.telling.messages import Required, Ticked
from tests.city import ACCEPT, CLOSE, Play, days, milestone, policy, rules
from tests.unit.core.calendars import china

FOLLOW_UP = milestone(
    "follow_up", days(2), Satisfies.FOLLOWED_UP, anchor=Anchor.RESOLVED, on_pass=OnPass.SUPERVISE
)


def _play(**changes: Any) -> Play:
    """Two requirements, to be ticked by Friday 25 September, 18:00."""
    play = Play(rules(policy(milestones=(ACCEPT, CLOSE, FOLLOW_UP), **changes)))
    play.open()
    play.say("willow", Accept)
    wanted = ("renew the cable", "walk the whole street")
    play.say("supervision-1", IssueRequirements, requirements=wanted, due_at=china(2026, 9, 25, 18))
    assert play.refused is None
    return play


def test_the_lead_is_told_what_is_required_and_the_words_stand_beside_the_entries() -> None:
    play = _play()
    told = [m.payload for m in play.messages if isinstance(m.payload, Required)]
    assert [(one.by, one.due_at, one.items) for one in told] == [
        ("supervision-1", china(2026, 9, 25, 18), {"1": "renew the cable", "2": "walk the whole street"})
    ]
    assert [x.text for x in play.entries if isinstance(x.event, e.RequirementIssued)] == [
        "renew the cable",
        "walk the whole street",
    ]
    assert play.case.inspections.open == (1, 2)


def test_resolved_it_waits_and_closes_with_the_last_tick() -> None:
    play = _play()
    play.say("willow", Resolve)
    assert (play.case.state, play.events(e.GatePassed)[0].open) == (State.RESOLVED, (1, 2))
    play.say("follow_up:anna", Close)
    assert play.refused == "requirements_open"
    assert play.refusal is not None
    assert play.refusal.data == {"open": "1, 2"}
    play.say("supervision-1", Tick, requirement=2)
    assert play.case.state is State.RESOLVED
    play.say("supervision-2", Tick, requirement=1)
    assert (play.case.state, play.events(e.Closed)[0].gate) == (State.CLOSED, "none")
    assert [m.payload.left for m in play.messages if isinstance(m.payload, Ticked)] == [(1,), ()]
    assert play.case.next_due_at is None


def test_ticked_before_the_resolution_nothing_waits() -> None:
    play = _play()
    for number in (1, 2):
        play.say("supervision-1", Tick, requirement=number)
    assert "requirements" not in play.running()
    play.say("willow", Resolve)
    assert play.case.state is State.CLOSED


def test_the_residents_word_is_kept_until_everything_is_ticked() -> None:
    play = _play(gate=Gate(kind=GateKind.FOLLOW_UP))
    play.say("willow", Resolve)
    play.say("follow_up:anna", FollowUp, result=FollowUpResult.ACCEPTED, asked=1)
    assert play.refused is None
    assert (play.case.state, play.running()) == (State.RESOLVED, ["requirements", "close"])
    play.say("supervision-1", Tick, requirement=1)
    play.say("supervision-1", Tick, requirement=2)
    assert [(x.gate, x.outcome) for x in play.events(e.Closed)] == [("follow_up", "solved")]


def test_sent_back_to_work_what_was_passed_is_passed_again_or_not() -> None:
    play = _play()
    play.say("willow", Resolve)
    play.say("citizen:hotline", Reopen)
    assert play.case.inspections.waits is None
    for number in (1, 2):
        play.say("supervision-1", Tick, requirement=number)
    assert play.case.state is State.DISPATCHED


@pytest.mark.parametrize("who", ["willow", "lake", "follow_up:anna", "citizen:hotline", "dispatcher:li"])
def test_nobody_but_supervision_and_the_top_tier_requires_or_ticks(who: str) -> None:
    play = _play()
    play.say(who, Tick, requirement=1)
    assert play.refused == "not_permitted"
    play.say(who, IssueRequirements, requirements=("more",))
    assert play.refused == "not_permitted"


def test_the_city_above_the_lead_requires_too() -> None:
    play = _play()
    play.say("cloud", Tick, requirement=1)
    assert play.refused is None


def test_what_is_not_required_is_not_ticked_and_nothing_is_no_requirement() -> None:
    play = _play()
    play.say("supervision-1", Tick, requirement=3)
    assert play.refused == "not_required"
    play.say("supervision-1", Tick, requirement=1)
    play.say("supervision-1", Tick, requirement=1)
    assert play.refused == "not_required"
    for wanted in ((), (" ",)):
        play.say("supervision-1", IssueRequirements, requirements=wanted)
        assert play.refused == "nothing_required"
    play.say("supervision-1", IssueRequirements, requirements=("more",), due_at=play.now)
    assert play.refused == "required_in_the_past"


def test_without_a_date_it_is_five_working_days() -> None:
    play = Play(rules(policy(calendar="cn", milestones=(ACCEPT, milestone("close", days(60), Satisfies.CLOSED)))))
    play.open()
    play.say("supervision-1", IssueRequirements, requirements=("renew the cable",))
    # From Monday 21 September: 22, 23, 24, 25 and 28 September.
    found = play.case.milestone("requirements")
    assert found is not None
    assert found.due_at == china(2026, 9, 29)


def test_a_desk_that_does_not_do_it_in_time_loses_the_case_and_the_requirements_stay() -> None:
    play = _play()
    play.wait_until(china(2026, 9, 25, 19))
    assert play.story("DeadlineMissed", "Escalated")[-2:] == [
        "Fri 25 18:00 DeadlineMissed requirements by willow",
        "Fri 25 18:00 Escalated street > district: willow > lake (deadline)",
    ]
    assert play.case.inspections.open == (1, 2)
    assert play.running() == ["close", "requirements@district"]


def test_a_desk_that_has_done_its_work_loses_nothing_by_the_silence_of_whoever_must_look() -> None:
    play = _play(gate=Gate(kind=GateKind.FOLLOW_UP))
    play.say("willow", Resolve)
    play.wait_until(china(2026, 9, 25, 19))
    missed = [x for x in play.events(e.DeadlineMissed) if x.milestone == "requirements"]
    assert [x.charged_to for x in missed] == ["supervision-1"]
    assert [x.to for x in play.events(e.NoticeRepeated)] == ["supervision-1"]
    assert (play.case.lead, play.case.escalations) == ("willow", 0)
    # The next notice two days later, a step's budget.
    found = [(m.name, m.due_at) for m in play.case.milestones if m.name.startswith("requirements@")]
    assert found == [("requirements@street", china(2026, 9, 27, 18))]


def test_another_deadline_takes_the_case_up_and_the_requirements_keep_their_own() -> None:
    play = Play(rules(policy(milestones=(milestone("accept", days(1), Satisfies.ACCEPTED), CLOSE))))
    play.open()
    play.say("supervision-1", IssueRequirements, requirements=("renew",), due_at=china(2026, 9, 25, 18))
    play.wait(hours=25)
    assert play.case.lead == "lake"
    assert "requirements" in play.running()


def test_withdrawn_it_is_over_whatever_is_required() -> None:
    play = _play()
    play.say("channel:hotline", Withdraw)
    assert (play.case.state, play.case.next_due_at) == (State.CLOSED, None)


def test_a_late_report_does_not_close_what_something_is_required_of() -> None:
    play = _play()
    play.wait_until(china(2026, 9, 26, 9, 5))  # the close was due at 9:00, and took it to the district
    assert play.case.lead != "willow"
    play.say("willow", Resolve, at=china(2026, 9, 26, 8, 59))
    assert play.case.state is not State.CLOSED
    close = [m for m in play.case.milestones if m.name == "close"]
    assert [m.status.value for m in close] == ["missed"]


@pytest.mark.parametrize("kind", [GateKind.NONE, GateKind.FOLLOW_UP, GateKind.INSPECTION])
def test_an_inspection_that_failed_sends_a_resolved_case_back(kind: GateKind) -> None:
    play = _play(gate=Gate(kind=kind))
    play.say("willow", Resolve)
    play.say("supervision-1", RecordInspection, passed=False, text="dark as before")
    assert (play.case.state, play.case.lead, play.case.reprocesses) == (State.DISPATCHED, "willow", 1)
    assert play.told("willow")[-2:] == ["inspected", "assigned"]


def test_a_named_date_is_moved_by_what_was_suspended_since_it_was_named_alone() -> None:
    play = Play(rules(policy(suspension=SuspensionRule(longest=days(20), recheck=days(7), cap=2))))
    play.open()
    for asked in (False, True):
        if asked:  # by Friday 2 October 09:00; it is Thursday 24 September
            at = china(2026, 10, 2, 9)
            play.say("supervision-2", IssueRequirements, requirements=("renew it",), due_at=at)
        play.say("willow", RequestSuspension, reason="road works")
        play.say("lake", ApproveSuspension)
        play.wait(hours=30 if asked else 72).say("willow", Resume)
        assert play.refused is None
    found = play.case.milestone("requirements")
    assert found is not None
    assert found.due_at == china(2026, 10, 3, 15)


def test_while_only_a_tick_is_missing_its_silence_is_the_issuers_and_nobody_elses() -> None:
    play = Play(rules(policy(milestones=(CLOSE, FOLLOW_UP), gate=Gate(kind=GateKind.FOLLOW_UP))))
    play.open()
    play.say("supervision-2", IssueRequirements, requirements=("renew it",), due_at=china(2026, 10, 30))
    play.say("willow", Resolve)
    play.wait(hours=1).say("follow_up:anna", FollowUp, result=FollowUpResult.ACCEPTED, asked=30)
    play.wait(days=6)
    assert play.story("DeadlineMissed") == ["Sat 26 09:00 DeadlineMissed close by supervision-2"]
    spans = holding(play.entries, play.now)
    assert [(one.kind, one.holder) for one in spans if one.length] == [
        (HolderKind.FOLLOW_UP, "dispatch"),
        (HolderKind.SUPERVISION, "supervision-2"),
        (HolderKind.SYSTEM, ""),
        (HolderKind.SUPERVISION, "supervision-2"),
    ]


@pytest.mark.parametrize(
    ("again", "lead"), [(None, "willow"), (Reprocess.SAME_DESK, "willow"), (Reprocess.ONE_UP, "lake")]
)
def test_whoever_inspects_says_who_works_on_it_again_if_the_gate_fails(again: Reprocess | None, lead: str) -> None:
    play = Play(rules(policy(gate=Gate(kind=GateKind.INSPECTION))))
    play.open()
    play.say("willow", Accept)
    play.say("willow", Resolve)
    play.say("supervision-1", RecordInspection, passed=False, reprocess=again)
    assert (play.case.state, play.case.lead) == (State.DISPATCHED, lead)
    assert [one.reprocess for one in play.events(e.InspectionRecorded)] == [again]
