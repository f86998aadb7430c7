"""Inspection tasks: cases of their own, hidden from whoever is inspected until the result is on record."""

from typing import Any

import pytest

from router.announcing import announced
from router.core import events as e
from router.core.case import State
from router.core.commands import (
    Accept,
    Cluster,
    Finding,
    Link,
    RecordInspection,
    ReportProgress,
    Resolve,
    Target,
    Task,
    TaskKind,
    Withdraw,
)
from router.core.counting.what_if import Forecast
from router.core.lifecycle import decide
from router.core.policies.policy import Gate, GateKind
from router.core.refusals import Refusal
from router.core.telling.messages import InspectionOrdered
from tests.bureau import Bureau
from tests.city import Play, actor, policy, rules
from tests.unit.core.calendars import china

DUE = china(2026, 9, 24, 18)


def _at(*desks: str, **more: Any) -> Task:
    targets = tuple(Target(desk=desk) for desk in desks)
    given: dict[str, Any] = {"kind": TaskKind.VISIT, "targets": targets, "due_at": DUE} | more
    return Task(**given)


WILLOW = _at("willow")
BELOW = ("willow", "willow:triage")


def _visit(bureau: Bureau, who: str = "supervision-1", **fields: Any) -> Play:
    play = bureau.inspect(who, "visit-1", WILLOW, text="look at the lamps", **fields)
    assert bureau.refused is None
    return play


def test_it_is_led_by_whoever_inspects_and_has_one_clock_the_day_the_result_is_due() -> None:
    play = _visit(Bureau())
    assert (play.case.lead, play.case.state, play.running()) == ("supervision-1", State.DISPATCHED, ["inspection"])
    assert (play.case.next_due_at, play.case.due_at) == (DUE, None)
    told = [m.payload for m in play.messages if isinstance(m.payload, InspectionOrdered)]
    assert [(one.task, one.text) for one in told] == [(WILLOW, "look at the lamps")]
    assert play.told("supervision-1") == ["assigned", "inspection_ordered"]


def test_for_the_inspected_desk_and_those_below_it_it_does_not_exist() -> None:
    bureau = Bureau()
    play = _visit(bureau)
    for desk in BELOW:
        for kind in (Accept, ReportProgress, Resolve):
            bureau.say(play, desk, kind)
            assert play.refused == "unknown_case"
        assert bureau.told(desk) == []
    bureau.wait_until(china(2026, 9, 30))
    assert not [desk for desk in BELOW if bureau.told(desk)]


def test_nothing_of_it_is_announced_before_it_is_done() -> None:
    bureau = Bureau()
    play = _visit(bureau)
    bureau.say(play, "supervision-1", Accept)
    bureau.wait_until(china(2026, 9, 25))
    for step in play.steps:
        assert announced(step.case, step.entries, "city", bureau.now) == ()
    bureau.say(play, "supervision-2", RecordInspection, passed=True)
    last = play.steps[-1]
    kinds = [type(entry.event).__name__ for entry in last.entries]
    assert kinds == ["InspectionRecorded", "Closed"]
    assert len(announced(last.case, last.entries, "city", bureau.now)) == 2


def test_done_it_is_closed_and_the_inspected_desk_hears_the_result() -> None:
    bureau = Bureau()
    play = _visit(bureau)
    bureau.say(play, "supervision-1", RecordInspection, passed=True, evidence=("photo-1",))
    assert (play.case.state, play.case.next_due_at) == (State.CLOSED, None)
    assert bureau.told("willow") == ["inspected"]


def test_not_done_in_time_it_goes_up_like_any_case_and_never_to_the_inspected() -> None:
    bureau = Bureau()
    play = _visit(bureau)
    bureau.wait_until(china(2026, 9, 24, 19))
    assert play.story("DeadlineMissed", "Escalated") == [
        "Thu 24 18:00 DeadlineMissed inspection by supervision-1",
        "Thu 24 18:00 Escalated supervision-1 > supervision-2: supervision-1 > supervision-2 (deadline)",
    ]
    assert play.case.next_due_at is not None


def test_whoever_was_late_with_it_may_still_say_what_it_saw() -> None:
    bureau = Bureau()
    play = _visit(bureau)
    bureau.wait_until(china(2026, 9, 24, 19))
    assert play.case.lead == "supervision-2"
    bureau.say(play, "supervision-1", RecordInspection, passed=True)
    assert (play.refused, play.case.state) == (None, State.CLOSED)


def test_what_if_another_policy_were_in_force_says_nothing_of_inspections() -> None:
    bureau = Bureau()
    play = _visit(bureau)
    told = Forecast()
    told.add(play.entries, rules(policy(), replay=True), china(2026, 10, 30))
    assert (told.cases, told.unmatched, told.missed) == (0, 0, {})


def test_the_city_inspects_and_no_one_below_it_or_beside() -> None:
    bureau = Bureau()
    assert bureau.inspect("cloud", "1", WILLOW).case.lead == "cloud"
    assert bureau.inspect("supervision:wang", "2", WILLOW).case.lead == "supervision-1"
    assert bureau.inspect("supervision:wang", "3", WILLOW, desk="supervision-3").case.lead == "supervision-3"
    for number, who in enumerate(("lake", "plane", "willow", "dispatch", "channel:inspection", "citizen:app"), 4):
        bureau.inspect(who, str(number), WILLOW)
        assert bureau.refused == "inspects_not"


@pytest.mark.parametrize(
    ("code", "task"),
    [
        ("inspection_in_the_past", _at("willow", due_at=china(2026, 9, 21, 9))),
        ("inspection_targets", _at()),
        ("inspection_targets", _at("willow", "lake")),
        ("inspection_targets", _at("willow", "willow", kind=TaskKind.DRAW, count=1, seed_hash="0" * 64)),
        ("unknown_desk", _at("moon")),
        ("inspects_itself", _at("supervision-1")),
        ("draw_terms", _at("willow", kind=TaskKind.DRAW, count=2, seed_hash="0" * 64)),
        ("draw_terms", _at("willow", kind=TaskKind.DRAW, count=1, seed_hash="seed")),
    ],
)
def test_what_makes_no_sense_is_refused(code: str, task: Task) -> None:
    bureau = Bureau()
    bureau.inspect("supervision-1", "1", task)
    assert bureau.refused == code


def test_it_is_not_solved_returned_or_answered() -> None:
    bureau = Bureau()
    play = _visit(bureau)
    bureau.say(play, "supervision-1", Resolve)
    assert play.refused == "is_inspection"
    bureau.say(play, "supervision-1", ReportProgress)
    assert play.refused is None


def test_the_same_id_again_is_the_same_task_and_with_other_content_a_conflict() -> None:
    bureau = Bureau()
    play = _visit(bureau)
    before = play.case
    _visit(bureau)
    assert play.case == before
    bureau.inspect(
        "supervision-1", "visit-1", Task(kind=TaskKind.VISIT, targets=(Target(desk="plane"),), due_at=DUE)
    )
    assert bureau.refused == "content_conflict"


def test_what_was_found_becomes_cases_of_the_desk_that_must_act() -> None:
    bureau = Bureau()
    play = _visit(bureau)
    found = (
        Finding(text="three lamps dark", category="lamp"),
        Finding(text="a pipe leaks", category="pipe", desk="lake-water"),
    )
    bureau.say(play, "supervision-1", RecordInspection, passed=False, findings=found, text="not in order")
    cases = bureau.children(play)
    assert [(x.case.lead, x.case.text, x.case.category, x.case.origin) for x in cases] == [
        ("willow", "three lamps dark", "lamp", "proactive"),
        ("lake-water", "a pipe leaks", "pipe", "proactive"),
    ]
    assert play.events(e.InspectionRecorded)[0].findings == tuple(x.case.id for x in cases)
    assert [x.case.inspections.parent for x in cases] == [play.case.id] * 2
    assert cases[0].case.division_path == ("cloud", "lake", "willow")
    assert cases[1].case.district == "lake"
    assert bureau.told("willow") == ["inspected", "assigned"]


def test_a_finding_without_words_or_at_a_desk_nobody_knows_is_refused_and_nothing_is_recorded() -> None:
    bureau = Bureau()
    play = _visit(bureau)
    for code, found in (("finding_empty", Finding(text=" ")), ("unknown_desk", Finding(text="x", desk="moon"))):
        bureau.say(play, "supervision-1", RecordInspection, passed=False, findings=(found,))
        assert play.refused == code
    assert play.case.is_open


def test_a_task_on_a_case_that_waits_for_its_inspection_passes_its_gate_or_sends_it_back() -> None:
    for passed, state in ((True, State.CLOSED), (False, State.DISPATCHED)):
        bureau = Bureau(rules(policy(gate=Gate(kind=GateKind.INSPECTION))))
        case = bureau.open()
        bureau.say(case, "willow", Resolve)
        target = Target(desk="willow", case=case.case.id)
        task = bureau.inspect("supervision-1", "1", Task(kind=TaskKind.VISIT, targets=(target,), due_at=DUE))
        assert case.told("willow") == ["assigned"]
        bureau.say(task, "supervision-1", RecordInspection, passed=passed)
        assert case.case.state is state
        recorded = case.events(e.InspectionRecorded)
        assert [(x.by, x.passed, x.task) for x in recorded] == [("supervision-1", passed, task.case.id)]


def test_withdrawn_by_supervision_it_leaves_nothing_with_the_inspected() -> None:
    bureau = Bureau()
    play = _visit(bureau)
    bureau.say(play, "supervision-1", Withdraw)
    assert play.refused == "not_permitted"  # whoever inspects does not drop it alone
    bureau.say(play, "supervision:wang", Withdraw)
    assert play.case.state is State.CLOSED
    assert bureau.told("willow") == []


def test_nobody_learns_of_one_by_linking_it_or_taking_it_into_a_project() -> None:
    bureau = Bureau()
    play, case = _visit(bureau), bureau.open()
    for who in ("lake", "cloud", "dispatcher:li", "supervision:wang"):
        for kind, fields in (
            (Link, {"other": play.case.id}),
            (Cluster, {"cases": (play.case.id,), "due_at": DUE}),
        ):
            step = decide(
                case.case,
                kind(id=f"{who}{kind.__name__}", case_id=case.case.id, actor=actor(who), **fields),
                bureau.rules,
                bureau.now,
                beside={play.case.id: play.case},
            )
            unknown = decide(
                case.case,
                kind(id=f"{who}{kind.__name__}", case_id=case.case.id, actor=actor(who), **fields),
                bureau.rules,
                bureau.now,
            )
            assert isinstance(step, Refusal)
            assert step == unknown


def test_a_channel_cannot_say_where_a_case_comes_from_or_what_is_required() -> None:
    said: list[tuple[dict[str, Any], str]] = [
        ({"parent": "X"}, "not_permitted"),
        ({"checklist": ("walk",)}, "not_permitted"),
        ({"task": WILLOW}, "inspects_not"),
    ]
    for fields, code in said:
        play = Play()
        with pytest.raises(AssertionError, match="open it first"):
            play.open(**fields)
        assert play.refused == code
