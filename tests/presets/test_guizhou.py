"""Guizhou: a message that was answered on day 20 and is unsolved on day 68; what an inspection makes of it.

Received on Monday 2 March 2026, 09:00. Day 20 is 22 March, day 60 is 1 May, day 68 is 9 May, each at 09:00.
"""

from __future__ import annotations

import hashlib

from router.core.case import Case, State
from router.core.commands import (
    INSPECTION,
    Accept,
    ApproveReturn,
    Close,
    Correct,
    Designate,
    Dispatch,
    DrawInspection,
    Finding,
    IssueRequirements,
    Pull,
    RecordInspection,
    Reply,
    RequestReturn,
    Resolve,
    Sweep,
    Target,
    Task,
    TaskKind,
    Tick,
)
from router.core.counting.coverage import coverage
from router.core.counting.figures import case_facts, sighting_of
from router.core.counting.problems import find_problems
from router.core.telling.pressing import Order
from router.core.telling.seeing import Sight, sight
from tests.city import actor
from tests.presets.conftest import Opening
from tests.presets.stage import Stage, local
from tests.unit.core.calendars import china


def _answered(stage: Opening) -> Stage:
    """A message that the street answered on day 20, in place of solving it."""
    play = stage("guizhou", start="2026-03-02 09:00", channels=("message_board",))
    play.open(channel="message_board", text="小区门口的路一直没有修")
    assert play.case.policy.startswith("guizhou@")
    play.say("2026-03-02 15:00", "willow", Accept)
    play.say("2026-03-22 09:00", "willow", Reply, text="已列入计划")
    assert play.answered("message_board") == ["received", "replied"]
    return play


def test_answered_on_day_20_and_unsolved_on_day_68_it_is_open_and_has_gone_up(stage: Opening) -> None:
    play = _answered(stage)
    # At the very instant the reply is in time; it met nothing but its own node, and moved nothing.
    assert play.running() == {"close": "2026-05-01 09:00"}
    play.until("2026-05-09 09:00")
    assert play.case.is_open
    assert play.case.lead == "lake"
    assert play.story("DeadlineMissed", "Escalated") == [
        "2026-05-01 09:00 DeadlineMissed close by willow",
        "2026-05-01 09:00 Escalated street > district: willow > lake (deadline)",
    ]
    assert play.due("close@district") == "2026-05-11 09:00"


def test_a_message_nobody_answers_is_the_superiors_on_day_20(stage: Opening) -> None:
    play = stage("guizhou", start="2026-03-02 09:00")
    play.open(channel="message_board")
    play.until("2026-03-22 09:00:01")
    assert play.story("DeadlineMissed") == ["2026-03-22 09:00 DeadlineMissed reply by willow"]
    assert play.told("lake") == ["supervised"]


def test_the_top_tier_pulls_it_at_once_past_the_tiers_between(stage: Opening) -> None:
    play = _answered(stage)
    # On day 30 it is still with the street: two tiers are passed over, and nobody is blamed.
    assert play.say("2026-04-01 09:00", "lake", Pull) == "not_permitted"
    assert play.say("2026-04-01 09:01", "cloud", Pull, text="直接提级办理") is None
    assert play.case.lead == "cloud"
    assert play.case.escalations == 0
    assert play.story("DeadlineMissed", "Escalated") == []
    assert "willow" in play.case.assists
    assert play.told("willow") == ["assigned", "taken"]
    assert play.due("close") == "2026-05-01 09:00"


def test_whoever_pulls_an_unanswered_message_owes_its_answer_on_day_20(stage: Opening) -> None:
    play = stage("guizhou", start="2026-03-02 09:00")
    play.open(channel="message_board", text="三次反映，未解决")
    play.say("2026-03-05 09:00", "cloud", Pull, text="直接提级办理")
    assert play.due("reply") == "2026-03-22 09:00"
    play.until("2026-03-22 09:00:01")
    assert play.story("DeadlineMissed") == ["2026-03-22 09:00 DeadlineMissed reply by cloud"]
    assert play.case.lead == "cloud"


def test_only_an_inspection_that_saw_it_solved_closes_it(stage: Opening) -> None:
    play = _answered(stage)
    play.say("2026-04-10 09:00", "willow", Resolve, text="已修复")
    assert play.case.state is State.RESOLVED
    assert play.say("2026-04-10 10:00", "supervision:wang", Close) == "gate_open"
    play.say("2026-04-11 09:00", "supervision-1", RecordInspection, passed=False, text="现场仍未修")
    assert play.story("Reopened") == ["2026-04-11 09:00 Reopened gate by willow"]
    assert play.due("close") == "2026-05-01 09:00"
    play.say("2026-04-20 09:00", "willow", Resolve, text="已修复，附照片", evidence=("照片-7",))
    play.say("2026-04-21 09:00", "supervision-1", RecordInspection, passed=True)
    assert play.story("Closed") == ["2026-04-21 09:00 Closed (gate inspection)"]
    # A week later somebody looks again, and it is as it was.
    play.say("2026-04-28 09:00", "supervision-1", RecordInspection, passed=False, text="又坏了")
    assert play.story("Reopened")[-1] == "2026-04-28 09:00 Reopened recheck by willow"
    assert (play.case.state, play.case.lead) == (State.DISPATCHED, "willow")


def test_what_an_order_requires_is_ticked_before_it_closes(stage: Opening) -> None:
    play = _answered(stage)
    wanted = ("修复路面", "公示修复计划")
    play.say("2026-04-01 09:00", "supervision-1", IssueRequirements, requirements=wanted)
    play.say("2026-04-05 09:00", "willow", Resolve)
    play.say("2026-04-06 09:00", "supervision-1", RecordInspection, passed=True)
    assert play.case.is_open
    assert play.say("2026-04-06 09:01", "willow", Tick, requirement=1) == "not_permitted"
    play.say("2026-04-06 09:02", "supervision-1", Tick, requirement=1)
    assert play.case.is_open
    play.say("2026-04-06 09:03", "supervision-1", Tick, requirement=2)
    assert play.story("Closed") == ["2026-04-06 09:03 Closed (gate inspection)"]


def test_handed_over_in_person_is_a_dispatch_with_a_receipt(stage: Opening) -> None:
    play = stage("guizhou", start="2026-03-02 09:00")
    play.open(channel="message_board", desk="nobody")
    assert play.case.lead == "willow:triage"
    assert play.say("2026-03-02 10:00", "dispatcher:li", Dispatch, desk="plane", in_person=True) == "receipt"
    assert play.say("2026-03-02 10:01", "dispatcher:li", Dispatch, desk="plane", receipt="交办-3") == "receipt"
    said = {"desk": "plane", "in_person": True, "receipt": "交办-3"}
    assert play.say("2026-03-02 10:02", "dispatcher:li", Dispatch, **said) is None
    # Whoever signed the receipt has signed for the case.
    assert play.case.state is State.ACCEPTED
    assert play.story("Dispatched", "Accepted") == [
        "2026-03-02 09:00 Dispatched to willow:triage (triage:unknown_desk)",
        "2026-03-02 10:02 Dispatched to plane (dispatched)",
        "2026-03-02 10:02 Accepted by plane",
    ]


def test_passing_the_buck_is_counted_capped_and_ends_with_a_designation(stage: Opening) -> None:
    play = stage("guizhou", start="2026-03-02 09:00")
    play.open(channel="message_board")
    play.say("2026-03-02 10:00", "willow", RequestReturn, reason="not_our_place", suggested_desk="plane")
    play.say("2026-03-02 11:00", "dispatch", ApproveReturn)
    assert (play.case.lead, play.case.returns) == ("plane", 1)
    # The window runs from when this desk got it.
    play.say("2026-03-04 11:00", "plane", RequestReturn, reason="not_our_place", suggested_desk="willow")
    assert play.refused is None
    play.say("2026-03-04 12:00", "dispatch", ApproveReturn)
    # Two are the cap: the tier above has it, and must say whose it is.
    assert (play.case.lead, play.case.returns) == ("lake", 2)
    assert play.say("2026-03-04 13:00", "lake", RequestReturn, reason="not_our_place") == "return_cap"
    assert play.say("2026-03-04 14:00", "lake", Designate, desk="willow") is None
    assert play.say("2026-03-04 15:00", "willow", RequestReturn, reason="not_our_place") == "return_designated"
    # Nothing of it moved the date.
    assert play.due("close") == "2026-05-01 09:00"


# -- The inspection ---------------------------------------------------------------------------------------------


def _inspect(play: Stage, at: str, task: Task) -> Case:
    """Supervision sends somebody out."""
    who = actor("supervision-1")
    return play.open(at, channel=INSPECTION, source=INSPECTION, actor=who, category=None, division=(), task=task)


def _children(play: Stage, parent: str) -> list[Case]:
    found = (case for case in play.on.ledger.all_cases() if case.inspections.parent == parent)
    return sorted(found, key=lambda case: (case.opened_at, case.lead))


def test_the_pulled_case_is_inspected_under_a_clock_of_its_own_that_the_inspected_never_see(
    stage: Opening,
) -> None:
    play = _answered(stage)
    message = play.case.id
    play.say("2026-05-09 09:00", "cloud", Pull)
    play.told("willow")
    looked_at = (Target(desk="willow", case=message),)
    visit = _inspect(
        play, "2026-05-09 10:00", Task(kind=TaskKind.VISIT, targets=looked_at, due_at=china(2026, 5, 12, 18))
    )
    # Three days for the inspection; the message has its own dates still.
    assert (visit.lead, play.running()) == ("supervision-1", {"inspection": "2026-05-12 18:00"})
    tree = play.on.rulebook().tree
    assert [sight(tree, code, visit) for code in ("willow", "lake", "supervision-1")] == [
        Sight.HIDDEN,
        Sight.HIDDEN,
        Sight.SHOWN,
    ]
    assert play.say("2026-05-10 09:00", "willow", Accept) == "unknown_case"
    assert play.told("willow") == []
    # Nobody looked in time: the next level of supervision has it.
    play.until("2026-05-12 18:00:01")
    assert play.story("DeadlineMissed") == ["2026-05-12 18:00 DeadlineMissed inspection by supervision-1"]
    play.say(
        "2026-05-13 09:00",
        play.case.lead,
        RecordInspection,
        passed=False,
        text="路面未修，回复不实",
        findings=(Finding(text="路灯不亮", category="lamp", desk="plane"),),
    )
    assert play.refused is None
    # What was found is a case of its own, brought by nobody's complaint; the message hears the result.
    (found,) = _children(play, visit.id)
    assert (found.lead, found.origin, found.policy.partition("@")[0]) == ("plane", "proactive", "guizhou")
    assert local(found.opened_at) == "2026-05-13 09:00"
    assert play.story("InspectionRecorded", case_id=message) == ["2026-05-13 09:00 InspectionRecorded"]


def test_a_draw_can_be_drawn_again_by_anybody_and_by_nobody_before_it_is_done(stage: Opening) -> None:
    play = stage("guizhou", start="2026-05-09 09:00")
    seed = "2026-05-08 双色球 03 11 14 22 27 30 + 08"
    streets = ("willow", "plane", "bridge")
    draw = _inspect(
        play,
        "2026-05-09 09:00",
        Task(
            kind=TaskKind.DRAW,
            targets=tuple(Target(desk=one) for one in streets),
            due_at=china(2026, 5, 16, 18),
            count=1,
            seed_hash=hashlib.sha256(seed.encode()).hexdigest(),
        ),
    )
    other = "2026-05-08 双色球 03 11 14 22 27 30 + 09"
    assert play.say("2026-05-09 10:00", "supervision-1", DrawInspection, seed=other) == "seed_mismatch"
    assert play.say("2026-05-09 10:01", "supervision-1", DrawInspection, seed=seed) is None
    # By hand: the smallest of three SHA-256 of seed, desk and case, a line each.
    lots = {one: hashlib.sha256(f"{seed}\n{one}\n".encode()).hexdigest() for one in streets}
    drawn = min(streets, key=lambda one: lots[one])
    (visit,) = _children(play, draw.id)
    task = visit.inspections.task
    assert task is not None
    assert [one.desk for one in task.targets] == [drawn]
    tree = play.on.rulebook().tree
    for one in streets:
        assert play.told(one) == []
        assert (sight(tree, one, play.case), sight(tree, one, visit)) == (Sight.HIDDEN, Sight.HIDDEN)
    assert "DrawRevealed" not in " ".join(play.story())
    play.say("2026-05-12 15:00", "supervision-1", RecordInspection, passed=True, case_id=visit.id)
    assert [one[17:] for one in play.story("DrawRevealed", "Closed")] == [
        "DrawRevealed",
        "Closed (gate inspection)",
    ]
    # Done, the inspected desk is told the result and the others are not.
    assert {one: play.told(one) for one in streets} == {
        one: (["inspected"] if one == drawn else []) for one in streets
    }


def test_what_is_wrong_at_one_street_is_looked_for_at_its_siblings(stage: Opening) -> None:
    play = _answered(stage)
    said = ("逐条排查承诺事项", "公示完成时间")
    assert play.say("2026-04-09 09:00", "willow", Sweep, checklist=said) == "not_permitted"
    assert play.say("2026-04-09 09:01", "supervision-1", Sweep, checklist=said, category="lamp") is None
    (sibling,) = _children(play, play.case.id)
    assert (sibling.lead, sibling.origin) == ("plane", "proactive")
    play.say("2026-04-10 09:00", "plane", Resolve, case_id=sibling.id)
    play.say("2026-04-10 10:00", "supervision-1", RecordInspection, passed=True, case_id=sibling.id)
    for number in (1, 2):
        assert play.case_of(sibling.id).is_open
        play.say(f"2026-04-10 11:0{number}", "supervision-1", Tick, requirement=number, case_id=sibling.id)
    assert not play.case_of(sibling.id).is_open


def _counted(case: Case) -> int:
    facts = case_facts(case, district="lake", decided_by="other")
    return sum(one.resolved_before_complaint for one in find_problems([sighting_of(facts)]))


def test_a_month_later_somebody_looks_again_and_credit_is_withdrawn_when_it_recurs(stage: Opening) -> None:
    play = stage("guizhou", start="2026-03-02 09:00")
    play.open(channel="visit", raised_by="worker", text="入户发现井盖松动")
    play.say("2026-03-03 09:00", "willow", Resolve)
    play.say("2026-03-04 09:00", "supervision-1", RecordInspection, passed=True)
    assert (play.case.state, _counted(play.case)) == (State.CLOSED, 1)
    (look,) = _children(play, play.case.id)
    # 30 days after 4 March.
    assert (look.lead, local(look.milestones[0].due_at)) == ("supervision-1", "2026-04-03 09:00")
    play.say("2026-04-02 09:00", "supervision-1", RecordInspection, passed=False, case_id=look.id)
    assert play.story("Reopened") == ["2026-04-02 09:00 Reopened recheck by willow"]
    assert _counted(play.case) == 0
    play.say("2026-04-03 09:00", "willow", Resolve)
    play.say("2026-04-04 09:00", "supervision-1", RecordInspection, passed=True)
    assert _counted(play.case) == 0


def _listed(play: Stage) -> list[str]:
    """Texts of the open cases, as a list has them."""
    order = Order(play.on.rulebook(), play.time)
    return [case.text for case in sorted(play.on.ledger.all_cases(open_only=True), key=order.of)]


def test_many_households_are_one_case_that_comes_before_others(stage: Opening) -> None:
    play = stage("guizhou", start="2026-03-02 09:00")
    few = play.open(channel="message_board", text="一户停水")
    some = play.open("2026-03-02 21:00", channel="message_board", affected=10, text="一栋楼停水")
    many = play.open("2026-03-04 20:00", channel="message_board", affected=240, text="全小区停水")
    assert coverage([few, some, many]).cases == 3
    # Due on 22 March 09:00, 22 March 21:00 and 24 March 20:00; the second stands a day earlier, the third three.
    assert _listed(play) == ["全小区停水", "一栋楼停水", "一户停水"]
    assert [told.priority for told in play.bodies("willow")] == ["normal", "high", "highest"]
    # More households are found, or it turns out that they were fewer.
    play.say("2026-03-05 09:00", "dispatcher:li", Correct, affected=4, case_id=many.id)
    play.say("2026-03-05 09:01", "dispatcher:li", Correct, affected=100, case_id=few.id)
    assert _listed(play) == ["一户停水", "一栋楼停水", "全小区停水"]
    assert [(told.reason, told.priority) for told in play.bodies("willow")] == [
        ("affected", "normal"),
        ("affected", "highest"),
    ]
    # Not one deadline has moved, and they are as many cases as before.
    assert [play.case_of(one.id).due_at for one in (few, many)] == [china(2026, 5, 1, 9), china(2026, 5, 3, 20)]
    assert len(list(play.on.ledger.all_cases())) == 3


def test_a_message_that_is_overdue_does_not_disappear_under_those_of_many_households(stage: Opening) -> None:
    play = stage("guizhou", start="2026-03-02 09:00")
    old = play.open(channel="message_board", text="一户停水")
    play.say("2026-03-02 15:00", "willow", Reply, text="已列入计划")
    # Answers to these are owed on 10 May, 09:00, and on 12 May, 09:00.
    for at in ("2026-04-20 09:00", "2026-04-22 09:00"):
        play.open(at, channel="message_board", affected=500, text=f"全小区停水 {at}")
    # The first went up on 1 May, 09:00, and the district has ten days: until 11 May, 09:00.
    play.until("2026-05-02 09:00")
    gone_up = play.case_of(old.id)
    assert (gone_up.lead, gone_up.next_due_at) == ("lake", china(2026, 5, 11, 9))
    assert _listed(play) == ["全小区停水 2026-04-20 09:00", "一户停水", "全小区停水 2026-04-22 09:00"]
