"""Suspensions (挂账): the clocks stand still until somebody says so; expected instants are counted by hand."""

from typing import Any

import msgspec
import pytest

from router.core import events as e
from router.core.case import Case, State
from router.core.commands import (
    Accept,
    AcceptEscalation,
    ApproveExtension,
    ApproveReturn,
    ApproveSuspension,
    Dispatch,
    Escalate,
    Excuse,
    Mediate,
    Recheck,
    RefuseReturn,
    RefuseSuspension,
    Reopen,
    Reply,
    ReportIn,
    RequestExtension,
    RequestReturn,
    RequestSuspension,
    Resolve,
    Resume,
    Star,
    Whistle,
    Withdraw,
)
from router.core.policies.policy import (
    Anchor,
    Elapsed,
    ExtensionRule,
    Match,
    Mode,
    Policy,
    Satisfies,
    SuspensionRule,
    WorkingTime,
)
from router.core.territory.divisions import merge
from router.core.territory.tree import DeskKind, Tree
from router.core.timing.recomputing import recomputed
from tests.city import ACCEPT, DISPATCH, MONDAY, Play, city, days, desk, milestone, policy, rules, working_days
from tests.unit.core.calendars import china

CLOSE = milestone("close", working_days(5), Satisfies.CLOSED)


def office_days(**changes: Any) -> Policy:
    """Five working days from Monday 21 September; looked at every week, suspended for twenty days at most."""
    plain = policy(
        calendar="cn",
        milestones=(DISPATCH, ACCEPT, CLOSE),
        extension=ExtensionRule(longest=working_days(10)),
        suspension=SuspensionRule(longest=days(20), recheck=days(7)),
    )
    return msgspec.structs.replace(plain, **changes)


def _play(**changes: Any) -> Play:
    play = Play(rules(office_days(**changes)))
    play.open()
    play.say("willow", Accept)
    return play


def _suspended(**changes: Any) -> Play:
    """Suspended on Tuesday 22 September at 10:00."""
    play = _play(**changes)
    play.say("willow", RequestSuspension, reason="road works")
    play.wait_until(china(2026, 9, 22, 10)).say("lake", ApproveSuspension)
    assert play.refused is None
    return play


def _due(play: Play, name: str = "close") -> Any:
    found = play.case.milestone(name)
    assert found is not None
    return found.due_at


def test_a_request_stops_nothing_and_silence_is_no_consent() -> None:
    play = _play()
    play.say("willow", RequestSuspension, reason="road works")
    assert play.told("lake")[-1] == "suspension_requested"
    play.wait_until(china(2026, 9, 24))
    assert [(x.milestone, x.charged_to) for x in play.events(e.DeadlineMissed)] == [
        ("suspension_decision", "lake")
    ]
    assert play.case.state is State.ACCEPTED
    assert _due(play) == china(2026, 9, 29)


def test_suspended_the_clocks_stand_still_and_whoever_approved_looks_again() -> None:
    play = _suspended()
    assert play.case.state is State.SUSPENDED
    # The re-check that was asked for: a week after the request; over after twenty days.
    assert play.running() == ["recheck", "suspension_end"]
    assert (_due(play, "recheck"), _due(play, "suspension_end")) == (
        china(2026, 9, 28, 9),
        china(2026, 10, 12, 10),
    )
    play.wait_until(china(2026, 9, 30))
    assert (play.case.lead, play.case.escalations) == ("willow", 0)


def test_resumed_it_ends_later_by_the_days_that_were_suspended() -> None:
    play = _suspended()
    play.wait_until(china(2026, 9, 24, 15)).say("willow", Resume)
    # 22, 23 and 24 September do not count. Counted: 25, 28, 29, 30 September and 8 October.
    assert _due(play) == china(2026, 10, 9)
    assert (play.case.state, play.running()) == (State.ACCEPTED, ["close"])
    assert (play.case.due_at, play.case.extended_due_at) == (china(2026, 9, 29), china(2026, 10, 9))
    assert play.told("willow")[-1] == "due_changed"


def test_a_case_that_nobody_had_signed_for_comes_back_unsigned() -> None:
    play = Play(rules(office_days()))
    play.open()
    play.say("willow", RequestSuspension, reason="road works")
    play.say("lake", ApproveSuspension)
    play.say("lake", Resume)
    assert play.case.state is State.DISPATCHED


def test_exact_hours_come_back_to_the_minute_and_a_working_day_at_least_is_left() -> None:
    play = _play(milestones=(ACCEPT, milestone("close", Elapsed(100 * 3600), Satisfies.CLOSED)))
    assert _due(play) == china(2026, 9, 25, 13)
    play.say("willow", RequestSuspension, reason="road works")
    play.wait_until(china(2026, 9, 22, 10)).say("lake", ApproveSuspension)
    play.wait_until(china(2026, 9, 23, 11)).say("willow", Resume)
    assert _due(play) == china(2026, 9, 26, 14)  # 25 hours later
    play = _play(milestones=(ACCEPT, milestone("close", Elapsed(26 * 3600), Satisfies.CLOSED)))
    play.say("willow", RequestSuspension, reason="road works")
    play.wait_until(china(2026, 9, 22, 10)).say("lake", ApproveSuspension)
    play.say("willow", Resume)
    assert _due(play) == china(2026, 9, 24)  # not one hour: 24:00 of Wednesday


def test_office_hours_come_back_as_office_hours() -> None:
    play = _play(milestones=(ACCEPT, milestone("close", WorkingTime(30 * 3600), Satisfies.CLOSED)))
    # Seven hours a day from Monday 9:00: 28 until Thursday evening, two more on Friday.
    assert _due(play) == china(2026, 9, 25, 11)
    play.say("willow", RequestSuspension, reason="road works")
    play.wait_until(china(2026, 9, 22, 10)).say("lake", ApproveSuspension)
    play.wait_until(china(2026, 9, 22, 20)).say("willow", Resume)
    # From 10:00 to closing are six hours: one on Friday morning, four after lunch, one on Monday morning.
    assert _due(play) == china(2026, 9, 28, 10)


def test_a_clock_that_never_pauses_runs_on_and_its_passing_ends_the_suspension() -> None:
    safety = milestone("safety", days(3), Satisfies.PROGRESS, pauses=False)
    play = _suspended(milestones=(ACCEPT, CLOSE, safety))
    assert play.running() == ["safety", "recheck", "suspension_end"]
    play.wait_until(china(2026, 9, 24, 10))
    assert play.story("DeadlineMissed", "Resumed", "Escalated") == [
        "Thu 24 09:00 DeadlineMissed safety by willow",
        "Thu 24 09:00 Resumed",
        "Thu 24 09:00 Escalated street > district: willow > lake (deadline)",
    ]
    assert (play.case.lead, play.case.state) == ("lake", State.DISPATCHED)
    # What was suspended comes back to the new lead too: 22 to 24 September are not counted.
    assert _due(play) == china(2026, 10, 9)
    assert play.running() == ["safety@district", "close"]


def test_looked_at_in_time_it_stays_suspended_until_the_next_look() -> None:
    play = _suspended()
    play.wait_until(china(2026, 9, 28, 8)).say("lake", Recheck, text="still dug up")
    assert _due(play, "recheck") == china(2026, 10, 5, 8)
    play.wait_until(china(2026, 10, 5, 7)).say("lake", Recheck, recheck_at=china(2026, 10, 12, 10))
    # The next look would come when the suspension is over anyway.
    assert play.running() == ["suspension_end"]
    assert not play.events(e.DeadlineMissed)


def test_not_looked_at_it_is_the_miss_of_whoever_approved_and_the_next_look_is_set() -> None:
    play = _suspended()
    play.wait_until(china(2026, 9, 28, 10))
    assert [(x.milestone, x.charged_to) for x in play.events(e.DeadlineMissed)] == [("recheck", "lake")]
    assert play.told("cloud") == ["supervised"]
    assert (play.case.state, _due(play, "recheck")) == (State.SUSPENDED, china(2026, 10, 5, 9))


def test_after_the_longest_time_the_clocks_run_again_and_that_is_nobodys_miss() -> None:
    play = _suspended()
    play.wait_until(china(2026, 10, 12, 11))
    assert play.events(e.Resumed)[0].reason == "longest"
    assert "suspension_end" not in [x.milestone for x in play.events(e.DeadlineMissed)]
    assert play.case.state is State.ACCEPTED
    # 22 September to 12 October do not count: 13, 14, 15, 16 and 19 October.
    assert _due(play) == china(2026, 10, 20)


def test_an_extension_asked_for_before_may_be_approved_while_it_is_suspended() -> None:
    play = _play()
    play.say("willow", RequestExtension, reason="parts", days=2)
    play.say("willow", RequestSuspension, reason="road works")
    play.wait_until(china(2026, 9, 22, 10)).say("lake", ApproveSuspension)
    play.say("lake", ApproveExtension)
    assert _due(play) == china(2026, 9, 29)  # it stands still
    play.wait_until(china(2026, 9, 24, 15)).say("willow", Resume)
    # 25, 28, 29, 30 September, 8 October; two more: 9 and 10 October, a worked Saturday.
    assert _due(play) == china(2026, 10, 11)


def test_it_can_be_answered_and_withdrawn_but_not_resolved_meanwhile() -> None:
    play = _suspended()
    play.say("willow", Reply, text="the road is being rebuilt")
    assert play.refused is None
    play.say("willow", Resolve)
    assert play.refused == "not_in_state"
    play.say("channel:hotline", Withdraw)
    assert (play.case.state, play.case.next_due_at, play.case.changes.is_paused) == (State.CLOSED, None, False)


def test_reopened_after_a_withdrawal_the_days_of_the_suspension_are_not_lost() -> None:
    play = _suspended()
    play.wait_until(china(2026, 9, 24, 15)).say("channel:hotline", Withdraw)
    play.say("citizen:hotline", Reopen)
    assert _due(play) == china(2026, 10, 9)
    assert (play.case.due_at, play.case.extended_due_at) == (china(2026, 9, 29), china(2026, 10, 9))


@pytest.mark.parametrize(
    ("code", "said"),
    [
        ("recheck_when", {"recheck_at": china(2026, 10, 11, 9, 1)}),
        ("recheck_when", {"recheck_at": MONDAY}),
        ("request_reason", {"reason": "no mood"}),
    ],
)
def test_what_does_not_fit_is_refused(code: str, said: dict[str, Any]) -> None:
    listed = SuspensionRule(longest=days(20), recheck=days(7), reasons=("road works",))
    play = _play(suspension=listed)
    play.say("willow", RequestSuspension, **({"reason": "road works"} | said))
    assert play.refused == code


def test_cap_late_filing_and_a_policy_without_suspensions() -> None:
    play = _suspended()
    play.say("willow", Resume)
    play.say("willow", RequestSuspension, reason="road works")
    assert play.refused == "suspension_cap"
    play = _play(mode=Mode.SUPERVISE)
    play.wait_until(china(2026, 9, 29, 1)).say("willow", RequestSuspension, reason="road works")
    assert play.refused == "filed_late"
    play = _play(suspension=None)
    play.say("willow", RequestSuspension, reason="road works")
    assert play.refused == "no_suspensions"


def test_refused_the_case_is_worked_on() -> None:
    play = _play()
    play.say("willow", RequestSuspension, reason="road works")
    play.say("lake", RefuseSuspension, text="put up a lamp")
    assert (play.case.state, play.running()) == (State.ACCEPTED, ["close"])
    assert play.told("willow")[-1] == "suspension_decided"


# -- excuses ---------------------------------------------------------------------------------------------------


def _missed() -> Play:
    play = _play()
    play.wait_until(china(2026, 9, 29, 1))
    return play


def test_supervision_takes_a_miss_out_of_the_figures_and_it_stays_on_record() -> None:
    play = _missed()
    play.say("supervision-1", Excuse, milestone="close", due_at=china(2026, 9, 29), text="power cut")
    excused: Case = play.case
    missed = excused.milestone("close")
    assert missed is not None
    assert (missed.status, missed.charged_to, missed.excused) == (e.MilestoneStatus.MISSED, "willow", True)
    assert play.case.lead == "lake"
    assert play.told("willow")[-1] == "excused"
    play.say("supervision-1", Excuse, milestone="close", due_at=china(2026, 9, 29), text="power cut")
    assert play.refused == "already_excused"


@pytest.mark.parametrize("who", ["willow", "lake", "cloud", "dispatch", "citizen:hotline"])
def test_an_excuse_is_supervisions_alone(who: str) -> None:
    play = _missed()
    play.say(who, Excuse, milestone="close", due_at=china(2026, 9, 29), text="power cut")
    assert play.refused in ("not_permitted", "not_lead")


def test_an_excuse_names_a_miss_and_a_reason_and_is_never_ones_own() -> None:
    play = _missed()
    play.say("supervision-1", Excuse, milestone="close", due_at=china(2026, 9, 28), text="power cut")
    assert play.refused == "no_such_miss"
    play.say("supervision-1", Excuse, milestone="close", due_at=china(2026, 9, 29))
    assert play.refused == "reason_missing"
    play = _play()
    play.say("willow", RequestSuspension, reason="road works")
    play.say("supervision-1", ApproveSuspension)
    play.wait_until(china(2026, 9, 28, 10))
    play.say("supervision-1", Excuse, milestone="recheck", due_at=china(2026, 9, 28, 9), text="we were busy")
    assert play.refused == "own_miss"


def test_a_clock_that_starts_as_a_suspension_ends_has_lost_nothing() -> None:
    signing = milestone("accept", days(1), Satisfies.ACCEPTED, anchor=Anchor.DISPATCHED)
    play = _suspended(milestones=(signing, CLOSE))
    play.say("willow", Resume)
    play.say("dispatcher:li", Dispatch, desk="plane")
    assert _due(play, "accept") == china(2026, 9, 23, 10)
    assert recomputed(play.case, play.rules, play.now) == []


def _suspended_after(what: type[Any], **fields: Any) -> Play:
    """As :func:`_suspended`, but the lead has asked for something else too, on Monday at 09:00."""
    play = _play()
    play.say("willow", what, **fields)
    assert play.refused is None
    play.say("willow", RequestSuspension, reason="road works")
    play.wait(hours=1).say("lake", ApproveSuspension)
    assert play.refused is None
    return play


def test_silence_that_takes_a_suspended_case_up_ends_the_suspension() -> None:
    play = _suspended_after(Escalate, text="needs the district")
    play.wait_until(china(2026, 9, 22, 9))
    assert (play.case.lead, play.case.state) == ("lake", State.DISPATCHED)
    assert not play.case.changes.is_paused
    assert "close" in play.running()
    # Suspended on the day of the receipt alone, which is none of the five: 24:00 of Monday 28 September.
    assert _due(play) == china(2026, 9, 29)


def test_the_superior_may_accept_an_escalation_of_a_suspended_case() -> None:
    play = _suspended_after(Escalate, text="needs the district")
    play.say("lake", AcceptEscalation)
    assert (play.refused, play.case.lead, play.case.changes.is_paused) == (None, "lake", False)


def test_a_return_that_was_asked_for_is_decided_though_the_case_was_suspended_meanwhile() -> None:
    play = _suspended_after(RequestReturn, reason="not_our_matter")
    play.say("dispatcher:li", RefuseReturn, text="yours")
    assert (play.refused, play.case.state) == (None, State.SUSPENDED)

    play = _suspended_after(RequestReturn, reason="not_our_matter")
    play.say("dispatcher:li", ApproveReturn, desk="plane")
    assert (play.refused, play.case.lead, play.case.state) == (None, "plane", State.DISPATCHED)
    assert not play.case.changes.is_paused
    assert "close" in play.running()


def test_a_called_desk_misses_nothing_while_the_case_is_suspended_and_may_come() -> None:
    play = _suspended_after(Whistle, desks=("plane",), text="help")
    play.wait(days=3)
    assert play.events(e.DeadlineMissed) == []
    play.say("plane", ReportIn)
    assert play.refused is None
    play.say("willow", Resume)
    assert "report_in:plane" not in play.running()


def test_nobody_mediates_a_suspended_case_and_the_mediator_gets_the_days_back() -> None:
    play = Play(rules(office_days(), tree=city(desk("lake-peace", "lake", DeskKind.MEDIATION))))
    play.open()
    play.say("willow", Mediate)
    play.say("willow", RequestSuspension, reason="road works")
    play.say("lake", ApproveSuspension)
    assert _due(play, "mediation") == china(2026, 10, 22)
    play.wait_until(china(2026, 9, 23, 9)).say("willow", Resume)
    # The 22nd and the 23rd do not count; the 21st was no day of the budget.
    assert _due(play, "mediation") == china(2026, 10, 24)


@pytest.mark.parametrize("by_itself", [False, True])
def test_a_case_whose_office_was_merged_while_it_rested_runs_on_at_who_does_its_work(by_itself: bool) -> None:
    play = _suspended()
    merged = Tree(merge(play.rules.tree.file, "willow", "plane")[0])
    play.rules = rules(office_days(), tree=merged)
    if by_itself:
        play.wait_until(china(2026, 10, 13))
    else:
        play.wait(days=1).say("lake", Resume)
    assert (play.case.state, play.case.lead) == (State.DISPATCHED, "plane")
    assert play.told("plane")[0] == "assigned"
    assert "close" in play.running()


def test_a_star_to_a_policy_without_suspensions_leaves_the_looks_to_whoever_approved_it() -> None:
    plain = policy(suspension=SuspensionRule(longest=days(20), recheck=days(7)))
    play = Play(rules(policy(name="starred", match=Match(starred=True)), plain))
    play.open()
    play.say("willow", RequestSuspension, reason="待改造")
    play.say("lake", ApproveSuspension)
    play.say("dispatch", Star)
    play.wait(days=1)
    play.say("lake", Recheck)
    assert play.refused is None
    recheck = play.case.milestone("recheck")
    assert recheck is not None
    assert recheck.due_at == china(2026, 9, 28)
    play.wait_until(china(2026, 9, 28, 1))
    assert play.running() == ["recheck", "suspension_end"]
