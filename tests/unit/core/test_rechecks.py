"""Re-checks (回头看): a closed case is looked at again, and opens again when it was not solved. Dates by hand."""

from datetime import datetime

import pytest

from router.core import events as e
from router.core.case import Case, State
from router.core.commands import Close, Outcome, RecordInspection, Reopen, Resolve, TaskKind
from router.core.counting.figures import case_facts, sighting_of
from router.core.counting.problems import find_problems
from router.core.policies.policy import RecheckRule
from tests.bureau import Bureau
from tests.city import MONDAY, Play, days, policy, rules
from tests.unit.core.calendars import china

EVERY = RecheckRule(every=days(90), times=2, outcomes=("explained",))


def _explained(rule: RecheckRule | None = EVERY, outcome: Outcome = Outcome.EXPLAINED) -> tuple[Bureau, Play]:
    bureau = Bureau(rules(policy(recheck=rule)))
    play = bureau.open()
    bureau.say(play, "willow", Resolve, outcome=outcome)
    assert play.case.state is State.CLOSED
    return bureau, play


def _dues(bureau: Bureau) -> list[datetime | None]:
    return [x.case.next_due_at for x in bureau.tasks(TaskKind.RECHECK)]


def test_closed_as_explained_it_is_looked_at_again_by_supervision_and_has_no_clock_itself() -> None:
    bureau, play = _explained()
    assert play.case.next_due_at is None
    # 90 days after Monday 21 September: 9 days of September, 31 + 30 of October and November, 20 of December.
    assert _dues(bureau) == [china(2026, 12, 20, 9)]
    task = bureau.tasks()[0]
    assert (task.case.lead, task.case.inspections.parent) == ("supervision-1", play.case.id)
    assert task.case.inspections.task is not None
    assert task.case.inspections.task.number == 1
    # Whoever handled it learns nothing: no entry on the case, no message, no case in its name.
    assert play.names()[-1] == "Closed"
    assert bureau.told("willow") == ["assigned"]
    assert play.steps[-1].follow_ons[0].case_id == task.case.id


def test_solved_or_under_a_policy_that_says_nothing_it_is_not() -> None:
    assert _explained(outcome=Outcome.SOLVED)[0].tasks() == []
    assert _explained(None)[0].tasks() == []


def test_still_as_it_was_said_it_stays_closed_and_the_next_look_counts_from_the_day_of_the_last() -> None:
    bureau, play = _explained()
    bureau.wait_until(china(2026, 12, 1))
    bureau.say(bureau.tasks()[0], "supervision-1", RecordInspection, passed=True)
    assert play.case.state is State.CLOSED
    assert [(x.number, x.passed) for x in play.events(e.InspectionRecorded)] == [(1, True)]
    # From 20 December: 11 days of December, 31 of January, 28 of February, 20 of March.
    assert _dues(bureau) == [None, china(2027, 3, 20, 9)]
    bureau.wait_until(china(2027, 3, 1))
    bureau.say(bureau.tasks()[1], "supervision-1", RecordInspection, passed=True)
    assert len(bureau.tasks()) == 2  # twice, and no more


def test_a_look_that_comes_very_late_sets_no_day_that_has_passed() -> None:
    bureau, _ = _explained()
    bureau.wait_until(china(2027, 6, 1, 12))
    task = bureau.tasks()[0]
    bureau.say(task, "supervision:wang", RecordInspection, passed=True)
    assert _dues(bureau)[1] == china(2027, 8, 30, 12)  # 90 days from then


def test_not_solved_it_opens_again_at_the_desk_that_had_it_and_nobodys_reprocess_is_counted() -> None:
    bureau, play = _explained()
    bureau.wait_until(china(2026, 12, 1, 10))
    bureau.say(bureau.tasks()[0], "supervision-1", RecordInspection, passed=False, text="dark as ever")
    assert (play.case.state, play.case.lead, play.case.reprocesses) == (State.DISPATCHED, "willow", 0)
    assert [(x.reason, x.not_before) for x in play.events(e.Reopened)] == [("recheck", china(2026, 12, 3))]
    assert bureau.told("willow")[-2:] == ["inspected", "assigned"]
    assert play.case.next_due_at == china(2026, 12, 3)
    # Closed again it is looked at again, from the first.
    bureau.say(play, "willow", Resolve, outcome=Outcome.EXPLAINED)
    assert len(bureau.tasks()) == 2


def test_by_its_season_it_is_looked_at_by_the_end_of_each_of_its_months() -> None:
    season = RecheckRule(months=(6, 9), times=3, outcomes=("solved",))
    bureau, _ = _explained(season, Outcome.SOLVED)
    # September has begun already: the next of them is June.
    assert _dues(bureau) == [china(2027, 7, 1)]
    bureau.wait_until(china(2027, 6, 20))
    bureau.say(bureau.tasks()[0], "supervision-1", RecordInspection, passed=True)
    assert _dues(bureau)[1] == china(2027, 10, 1)
    bureau.wait_until(china(2027, 9, 20))
    bureau.say(bureau.tasks()[1], "supervision-1", RecordInspection, passed=True)
    assert _dues(bureau)[2] == china(2028, 7, 1)


def test_whoever_handled_it_does_not_look_at_its_own_work() -> None:
    bureau = Bureau(rules(policy(recheck=EVERY)))
    play = bureau.open(confidential=True)
    assert play.case.lead == "supervision-1"
    bureau.say(play, "supervision-1", Resolve, outcome=Outcome.EXPLAINED)
    assert bureau.tasks()[0].case.lead == "supervision-2"


def test_opened_again_meanwhile_the_look_is_put_on_record_and_changes_nothing() -> None:
    bureau, play = _explained()
    bureau.say(play, "citizen:hotline", Reopen)
    task = bureau.tasks()[0]
    bureau.say(task, "supervision-1", RecordInspection, passed=False)
    assert (play.case.state, len(play.events(e.Reopened))) == (State.DISPATCHED, 1)


def _counted(case: Case) -> int:
    facts = case_facts(case, district="lake", decided_by="desk")
    return sum(problem.resolved_before_complaint for problem in find_problems([sighting_of(facts)]))


def test_credit_for_a_case_solved_before_a_complaint_is_withdrawn_for_good_when_it_recurs() -> None:
    rule = RecheckRule(every=days(20), outcomes=("solved",))
    bureau = Bureau(rules(policy(recheck=rule)))
    play = bureau.open(channel="grid_patrol")
    bureau.say(play, "willow", Resolve)
    assert _counted(play.case) == 1
    bureau.wait_until(MONDAY.replace(month=10))
    bureau.say(bureau.tasks()[0], "supervision-1", RecordInspection, passed=False)
    assert _counted(play.case) == 0
    bureau.say(play, "willow", Resolve)
    assert (play.case.state, _counted(play.case)) == (State.CLOSED, 0)


@pytest.mark.parametrize("who", ["willow", "lake"])
def test_a_failed_look_is_nobodys_word_below(who: str) -> None:
    bureau, play = _explained()
    bureau.say(play, who, RecordInspection, passed=False)
    assert play.refused == "not_permitted"
    bureau.say(play, who, Close)
    assert play.refused == "closed"
