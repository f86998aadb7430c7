"""Draws (抽查): the hash of the seed before, the seed after, and nobody knows anything until all are looked at."""

import pytest

from router.announcing import announced
from router.core import events as e
from router.core.case import State
from router.core.commands import (
    Accept,
    DrawInspection,
    NoteInspection,
    RecordInspection,
    Resolve,
    Target,
    Task,
    TaskKind,
    Withdraw,
)
from router.core.several.lots import draw, seed_hash
from tests.bureau import Bureau
from tests.city import Play
from tests.unit.core.calendars import china

SEED = "2026-09-21 lottery 03 08 17 22 25 31 + 09"
STREETS = tuple(Target(desk=code) for code in ("willow", "plane", "bridge"))
CANDIDATES = ("willow", "plane", "bridge")
DUE = china(2026, 9, 24, 18)
TERMS = Task(kind=TaskKind.DRAW, targets=STREETS, due_at=DUE, count=2, seed_hash=seed_hash(SEED))


def _drawn() -> tuple[Bureau, Play]:
    bureau = Bureau()
    play = bureau.inspect("supervision-1", "draw-1", TERMS, text="lamps")
    assert bureau.refused is None
    bureau.say(play, "supervision-1", DrawInspection, seed=SEED)
    assert play.refused is None
    return bureau, play


def test_another_seed_than_the_one_whose_hash_is_on_record_draws_nothing() -> None:
    bureau = Bureau()
    play = bureau.inspect("supervision-1", "draw-1", TERMS)
    assert play.case.inspections.task == TERMS
    for seed in ("another seed of enough letters", ""):
        bureau.say(play, "supervision-1", DrawInspection, seed=seed)
        assert play.refused == "seed_mismatch"
    assert not bureau.tasks(TaskKind.VISIT)


def test_a_seed_that_could_be_found_by_trying_is_not_taken() -> None:
    bureau = Bureau()
    terms = Task(kind=TaskKind.DRAW, targets=STREETS, due_at=DUE, count=2, seed_hash=seed_hash("1234"))
    play = bureau.inspect("supervision-1", "draw-1", terms)
    bureau.say(play, "supervision-1", DrawInspection, seed="1234")
    assert play.refused == "seed_mismatch"


def test_each_that_is_drawn_is_a_task_with_the_day_of_the_draw_and_anybody_can_draw_it_again() -> None:
    bureau, play = _drawn()
    expected = draw(SEED, STREETS, 2)
    visits = bureau.tasks(TaskKind.VISIT)
    assert [x.case.inspections.task for x in visits] == [
        Task(kind=TaskKind.VISIT, targets=(one,), due_at=DUE) for one in expected
    ]
    assert [x.case.lead for x in visits] == ["supervision-1"] * 2
    drawn = play.events(e.InspectionDrawn)[0]
    assert (drawn.drawn, drawn.tasks) == (expected, tuple(x.case.id for x in visits))
    bureau.say(play, "supervision-1", DrawInspection, seed=SEED)
    assert play.refused == "drawn_already"


def test_drawn_after_its_day_whoever_goes_has_a_working_day_at_least() -> None:
    bureau = Bureau()
    play = bureau.inspect("supervision-1", "draw-1", TERMS)
    bureau.wait_until(china(2026, 9, 25, 10))  # a Friday; the natural calendar works every day
    bureau.say(play, "supervision-1", DrawInspection, seed=SEED)
    assert [x.case.next_due_at for x in bureau.tasks(TaskKind.VISIT)] == [china(2026, 9, 27)] * 2


def test_for_everybody_who_may_be_drawn_it_does_not_exist() -> None:
    bureau, play = _drawn()
    for one in bureau.tasks():
        for desk in CANDIDATES:
            if one is not play and desk != one.case.inspections.task.targets[0].desk:  # type: ignore[union-attr]
                continue
            bureau.say(one, desk, Accept)
            assert one.refused == "unknown_case"
    assert not [desk for desk in CANDIDATES if bureau.told(desk)]
    for step in play.steps:
        assert announced(step.case, step.entries, "city", bureau.now) == ()


def test_the_seed_is_revealed_and_the_draw_closed_when_everybody_drawn_was_looked_at() -> None:
    bureau, play = _drawn()
    first, second = bureau.tasks(TaskKind.VISIT)
    bureau.say(first, "supervision-1", RecordInspection, passed=True)
    assert (play.case.state, play.events(e.DrawRevealed)) == (State.DISPATCHED, [])
    # One that is done tells whoever was inspected, and nobody else.
    desk = first.case.inspections.task.targets[0].desk  # type: ignore[union-attr]
    assert [code for code in CANDIDATES if bureau.told(code)] == [desk]
    bureau.say(second, "supervision-1", RecordInspection, passed=False)
    assert play.case.state is State.CLOSED
    assert [(x.seed, x.drawn) for x in play.events(e.DrawRevealed)] == [(SEED, draw(SEED, STREETS, 2))]
    last = play.steps[-1]
    seeds = [one for one in announced(last.case, last.entries, "city", bureau.now) if SEED.encode() in one.body]
    assert len(seeds) == 1


def test_a_draw_does_not_wait_for_a_task_that_was_withdrawn() -> None:
    bureau, play = _drawn()
    first, second = bureau.tasks(TaskKind.VISIT)
    bureau.say(first, "supervision:wang", Withdraw)
    bureau.say(second, "supervision-1", RecordInspection, passed=True)
    assert play.case.state is State.CLOSED
    assert [x.passed for x in play.events(e.InspectionRecorded)] == [None, True]


def test_a_draw_that_nobody_makes_goes_up_like_any_case() -> None:
    bureau = Bureau()
    play = bureau.inspect("supervision-1", "draw-1", TERMS)
    bureau.wait_until(china(2026, 9, 24, 19))
    assert play.case.lead == "supervision-2"
    assert not [desk for desk in CANDIDATES if bureau.told(desk)]


@pytest.mark.parametrize("who", ["willow", "lake", "dispatch", "dispatcher:li", "channel:inspection"])
def test_nobody_but_inspectors_draws(who: str) -> None:
    bureau = Bureau()
    play = bureau.inspect("supervision-1", "draw-1", TERMS)
    bureau.say(play, who, DrawInspection, seed=SEED)
    assert play.refused in ("not_permitted", "unknown_case")


def test_a_draw_itself_has_no_result_and_a_visit_draws_nothing() -> None:
    bureau, play = _drawn()
    bureau.say(play, "supervision-1", RecordInspection, passed=True)
    assert play.refused == "is_a_draw"
    visit = bureau.tasks(TaskKind.VISIT)[0]
    bureau.say(visit, "supervision-1", DrawInspection, seed=SEED)
    assert visit.refused == "is_no_draw"


def test_only_the_router_tells_a_draw_of_its_tasks() -> None:
    bureau, play = _drawn()
    bureau.say(play, "supervision-1", NoteInspection, task="X", by="me", passed=True)
    assert play.refused == "not_permitted"
    bureau.say(play, "system:inspection", NoteInspection, task="X", by="me", passed=True)
    assert play.refused == "not_drawn"
    # That a task was withdrawn says nothing of the case that was to be looked at.
    case = bureau.open()
    bureau.say(case, "willow", Resolve)
    bureau.say(case, "system:inspection", NoteInspection, task="X", by="me", passed=None)
    assert (case.refused, case.case.state) == ("not_drawn", State.CLOSED)
