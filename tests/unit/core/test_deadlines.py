"""Deadlines that pass: who is told, whose miss it is, and that each has its effect once."""

from datetime import timedelta

import pytest

from router.core import events as e
from router.core.lifecycle import settle
from router.core.policies.policy import Elapsed, OnPass, Satisfies, Track
from router.core.territory.tree import DeskKind, Tree
from router.core.timing.deadlines import first_passed, receiver, wake_up
from tests.city import CLOSE, MONDAY, Play, city, days, desk as a_desk, milestone, policy, rules


def _told_on_pass(on_pass: OnPass, to: str, tree: Tree | None = None, **fields: object) -> Play:
    early = milestone("early", days(1), Satisfies.RESOLVED, track=Track.INTERNAL, on_pass=on_pass, to=to)
    play = Play(rules(policy(milestones=(early, CLOSE)), tree=tree))
    play.open(**fields)  # type: ignore[arg-type]
    play.wait(days=1, hours=1)
    return play


@pytest.mark.parametrize(
    ("to", "desk"),
    [
        ("lead", "willow"),
        ("superior", "lake"),
        ("supervision", "supervision-1"),
        ("dispatcher", "dispatch"),
        ("lake-water", "lake-water"),
        ("nobody", "willow"),
    ],
)
def test_a_reminder_goes_to_whom_the_milestone_names(to: str, desk: str) -> None:
    play = _told_on_pass(OnPass.REMIND, to)
    assert play.events(e.Reminded)[0].to == desk
    assert "reminded" in play.told(desk)
    assert (play.case.lead, play.running()) == ("willow", ["close"])


@pytest.mark.parametrize(("to", "subject"), [("lake-water", "lake-water"), ("dispatcher", "dispatch")])
def test_a_reminder_of_a_report_never_goes_to_the_office_it_is_about(to: str, subject: str) -> None:
    play = _told_on_pass(OnPass.REMIND, to, subject_desk=subject)
    assert play.events(e.Reminded)[0].to == play.case.lead
    assert play.told(subject) == []


def test_a_supervised_miss_leaves_the_lead_and_orders_the_superior() -> None:
    play = _told_on_pass(OnPass.SUPERVISE, "superior")
    assert play.events(e.SupervisionOrdered)[0].by == "lake"
    assert play.told("lake") == ["supervised"]
    assert play.told("willow") == ["assigned", "reminded"]


@pytest.mark.parametrize(
    ("to", "desk"),
    [
        ("lead", "lake"),  # nobody supervises itself
        ("supervision", "supervision-1"),
        ("dispatcher", "dispatch"),
        ("cloud-water", "cloud-water"),
        ("nobody", "lake"),
    ],
)
def test_a_supervision_order_goes_to_whom_the_milestone_names(to: str, desk: str) -> None:
    play = _told_on_pass(OnPass.SUPERVISE, to)
    assert play.events(e.SupervisionOrdered)[0].by == desk
    assert play.told(desk)[-1] == "supervised"
    assert play.told("willow") == ["assigned", "reminded"]


def test_a_supervision_order_of_a_report_never_goes_to_the_office_it_is_about() -> None:
    play = _told_on_pass(OnPass.SUPERVISE, "lake-water", subject_desk="lake-water")
    assert play.told("lake-water") == []
    assert play.events(e.SupervisionOrdered)[0].by != "lake-water"


def test_what_is_for_a_desk_that_was_merged_goes_to_whoever_does_its_work() -> None:
    merged = city(a_desk("old", "lake", DeskKind.FUNCTIONAL, line="parks", redirect="plane"))
    play = _told_on_pass(OnPass.REMIND, "old", merged)
    assert play.events(e.Reminded)[0].to == "plane"


def test_a_miss_without_consequence_is_still_on_record() -> None:
    play = _told_on_pass(OnPass.NOTHING, "lead")
    assert play.names()[-1] == "DeadlineMissed"
    assert play.told("willow") == ["assigned"]


def test_a_deadline_has_not_passed_at_its_very_instant() -> None:
    play = Play()
    case = play.open()
    assert case.due_at is not None
    assert first_passed(case, MONDAY + timedelta(days=1)) is None
    late = MONDAY + timedelta(days=1, microseconds=1)
    passed = first_passed(case, late)
    assert passed is not None
    assert passed.name == "accept"
    assert settle(case, late, play.rules, late)[0].entries[0].event_at == MONDAY + timedelta(days=1)


def test_of_two_deadlines_at_one_instant_the_one_that_tells_comes_before_the_one_that_moves() -> None:
    tell = milestone("zz_tell", days(5), Satisfies.RESOLVED, on_pass=OnPass.REMIND)
    play = Play(rules(policy(milestones=(CLOSE, tell))))
    play.open()
    play.wait(days=6)
    assert [m.milestone for m in play.events(e.DeadlineMissed)] == ["zz_tell", "close"]
    assert play.events(e.Reminded)[0].to == "willow"


def test_two_closing_clocks_at_one_instant_are_one_escalation() -> None:
    word = milestone("word", days(5), Satisfies.RESOLVED)
    play = Play(rules(policy(milestones=(CLOSE, word))))
    play.open()
    play.wait(days=6)
    assert len(play.events(e.Escalated)) == 1


def test_a_wake_up_has_the_id_of_its_deadline_so_that_it_takes_effect_once() -> None:
    assert wake_up("C", "close", MONDAY) == wake_up("C", "close", MONDAY)
    assert wake_up("C", "close", MONDAY).id != wake_up("C", "close", MONDAY + timedelta(microseconds=1)).id
    assert wake_up("C", "close", MONDAY).id != wake_up("D", "close", MONDAY).id


def test_a_wake_up_twice_is_one_escalation() -> None:
    play = Play()
    case = play.open()
    assert case.due_at is not None
    play.wait(days=2).outage(days=4)
    for _ in range(2):
        play.give(wake_up(case.id, "close", case.due_at))
    assert len(play.events(e.Escalated)) == 1


def test_a_deadline_that_passes_and_runs_on_is_an_error_not_a_loop(monkeypatch: pytest.MonkeyPatch) -> None:
    play = Play()
    case = play.open()
    monkeypatch.setattr("router.core.timing.clocks.miss", lambda *_: None)
    with pytest.raises(RuntimeError, match="still runs"):
        settle(case, MONDAY + timedelta(days=2), play.rules, MONDAY + timedelta(days=2))


def test_a_milestone_of_minutes_is_taken_within_the_hour() -> None:
    quick = milestone("quick", Elapsed(600), Satisfies.ACCEPTED)
    play = Play(rules(policy(milestones=(quick, CLOSE))))
    play.open()
    play.wait(minutes=11)
    assert play.case.lead == "lake"


def test_who_receives_is_asked_without_a_step() -> None:
    play = Play()
    case = play.open()
    close = case.milestone("close")
    assert close is not None
    assert receiver(case, play.rules, close) == "willow"
