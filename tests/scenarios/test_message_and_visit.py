"""A message and a visit: answered on day 20, unsolved on day 68, pulled, inspected, swept, looked at again.

Received on Monday 2 March 2026, 09:00, under the shipped policy `guizhou`. Day 20 is 22 March, day 60 is 1 May,
day 68 is 9 May; the district has until 11 May. What closed is looked at again 30 days later.
"""

from __future__ import annotations

from router.core import events as e
from router.core.case import Case, State
from router.core.commands import (
    Accept,
    DrawInspection,
    Finding,
    IssueRequirements,
    Pull,
    RecordInspection,
    Reply,
    Resolve,
    Sweep,
    Target,
    Task,
    TaskKind,
    Tick,
)
from router.core.several.lots import draw, seed_hash
from router.presets import preset_policy
from tests.bureau import Bureau
from tests.city import Play, policy, rules
from tests.unit.core.calendars import china

SEED = "2026-05-09 福利彩票 03 08 17 22 25 31 + 09"
LIST = ("巡查本街道全部路面", "修复破损路面")


def _bureau() -> Bureau:
    return Bureau(rules(preset_policy("guizhou"), policy()), start=china(2026, 3, 2, 9))


def _state(play: Play) -> str:
    case: Case = play.case
    return case.state.value


def test_from_the_message_to_the_second_look() -> None:
    bureau = _bureau()
    case = bureau.open(channel="message_board", text="小区门口的路一直没有修")
    bureau.say(case, "willow", Accept)

    # Day 20: a reply in place of a solution. It meets its own date and moves no other.
    bureau.wait_until(china(2026, 3, 22, 9))
    bureau.say(case, "willow", Reply, text="已列入计划")
    assert case.running() == ["close"]

    # Day 68: unsolved. The case is open and has gone up.
    bureau.wait_until(china(2026, 5, 9, 9))
    assert (_state(case), case.case.lead, case.case.escalations) == ("dispatched", "lake", 1)

    # The top tier takes it at once; the district is told, and is charged with nothing more.
    bureau.say(case, "cloud", Pull, text="市级直接办理")
    assert (case.case.lead, case.case.escalations, case.told("lake")[-1]) == ("cloud", 1, "taken")

    # Somebody is sent to look, with a clock of its own. The street hears nothing of it.
    heard = list(bureau.told("willow"))
    visit = Task(
        kind=TaskKind.VISIT,
        targets=(Target(desk="willow", case=case.case.id),),
        due_at=china(2026, 5, 12, 18),
    )
    task = bureau.inspect("supervision-1", "visit-7", visit, text="暗访")
    bureau.say(task, "willow", Accept)
    assert task.refused == "unknown_case"
    assert list(bureau.told("willow")) == heard

    # The road is as it was, and the lamps are dark too: that becomes a case of the street's.
    bureau.wait_until(china(2026, 5, 10, 10))
    found = (Finding(text="路灯不亮三盏", category="lamp"),)
    bureau.say(task, "supervision-1", RecordInspection, passed=False, findings=found, text="路面仍未修")
    (lamps,) = bureau.children(task)
    assert (_state(task), lamps.case.lead, lamps.case.origin) == ("closed", "willow", "proactive")
    assert [(x.by, x.passed) for x in case.events(e.InspectionRecorded)] == [("supervision-1", False)]

    # An order with requirements, and the same checklist for the sibling street.
    bureau.say(case, "supervision-1", IssueRequirements, requirements=("修复路面", "公示修复情况"))
    bureau.say(task, "supervision-1", Sweep, checklist=LIST, text="同类问题自查")
    swept = [one for one in bureau.children(task) if one is not lamps]
    assert [one.case.lead for one in swept] == ["plane"]
    assert swept[0].case.inspections.open == (1, 2)

    # Solved, and seen to be; it closes with the last tick, not before.
    bureau.wait_until(china(2026, 5, 11, 8))
    bureau.say(case, "cloud", Resolve, text="已修复", evidence=("照片-7",))
    bureau.say(case, "supervision-1", RecordInspection, passed=True)
    bureau.say(case, "supervision-1", Tick, requirement=1)
    assert _state(case) == "resolved"
    bureau.say(case, "supervision-1", Tick, requirement=2)
    assert _state(case) == "closed"

    # 30 days later, 10 June, somebody looks again. It was badly done: the case is open again, where it was.
    (again,) = [one for one in bureau.tasks(TaskKind.RECHECK) if one.case.is_open]
    assert again.case.next_due_at == china(2026, 6, 10, 8)
    bureau.wait_until(china(2026, 6, 9, 9))
    bureau.say(again, "supervision-1", RecordInspection, passed=False, text="又破损了")
    assert (_state(case), case.case.lead, case.case.inspections.recurred) == ("dispatched", "cloud", True)
    assert [x.reason for x in case.events(e.Reopened)] == ["recheck"]


def test_which_streets_are_looked_at_is_drawn_so_that_anybody_can_draw_again() -> None:
    bureau = _bureau()
    streets = tuple(Target(desk=code) for code in ("willow", "plane", "bridge"))
    terms = Task(
        kind=TaskKind.DRAW, targets=streets, due_at=china(2026, 3, 9, 18), count=1, seed_hash=seed_hash(SEED)
    )
    round_one = bureau.inspect("supervision-1", "draw-3", terms)
    bureau.wait_until(china(2026, 3, 3, 9))
    bureau.say(round_one, "supervision-1", DrawInspection, seed=SEED)
    (visit,) = bureau.tasks(TaskKind.VISIT)
    assert not [desk for desk in ("willow", "plane", "bridge") if bureau.told(desk)]
    bureau.say(visit, "supervision-1", RecordInspection, passed=True)
    revealed = round_one.events(e.DrawRevealed)[0]
    assert revealed.drawn == draw(revealed.seed, streets, 1)
    assert seed_hash(revealed.seed) == terms.seed_hash
    assert round_one.case.state is State.CLOSED
