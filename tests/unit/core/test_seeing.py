"""Who sees which cases: one's own and those of all below; what is kept from most is a number, or nothing."""

from __future__ import annotations

from router.core.case import Case
from router.core.commands import Designate, Pull, RecordInspection, Target, Task, TaskKind, Whistle
from router.core.telling.seeing import Below, Sight, sight
from tests.bureau import Bureau
from tests.city import Play, city
from tests.unit.core.calendars import china

TREE = city()


def _seen(case: Case, *desks: str) -> list[Sight]:
    return [sight(TREE, desk, case) for desk in desks]


def test_a_department_is_below_its_district_and_the_same_line_above_it() -> None:
    play = Play()
    play.open(category="pipe")
    assert play.case.lead == "lake-water"
    assert _seen(play.case, "lake-water", "lake", "cloud-water", "cloud") == [Sight.SHOWN] * 4
    assert _seen(play.case, "willow", "canal", "cloud-transport") == [Sight.HIDDEN] * 3


def test_whoever_a_case_was_taken_from_goes_on_seeing_it() -> None:
    play = Play()
    play.open()
    play.say("cloud", Pull)
    assert play.case.lead == "cloud"
    assert _seen(play.case, "willow", "lake", "plane") == [Sight.SHOWN, Sight.SHOWN, Sight.HIDDEN]


def test_a_confidential_case_is_a_number_above_whoever_leads_it_and_nothing_above_whoever_helps() -> None:
    play = Play()
    play.open(confidential=True)
    assert play.case.lead == "supervision-1"
    play.say("supervision-1", Whistle, desks=("willow",), text="请协助核实")
    assert _seen(play.case, "supervision-1", "willow", "lake", "plane") == [
        Sight.SHOWN,
        Sight.SHOWN,
        Sight.HIDDEN,
        Sight.HIDDEN,
    ]
    play.say("supervision:wang", Designate, desk="plane")
    assert _seen(play.case, "plane", "lake", "cloud", "canal") == [
        Sight.SHOWN,
        Sight.COUNTED,
        Sight.COUNTED,
        Sight.HIDDEN,
    ]


def test_an_inspection_is_not_even_a_number_until_it_is_done() -> None:
    bureau = Bureau()
    task = Task(kind=TaskKind.VISIT, targets=(Target(desk="lake"),), due_at=china(2026, 9, 24, 18))
    visit = bureau.inspect("cloud-water", "1", task)
    assert bureau.refused is None
    assert _seen(visit.case, "cloud-water", "cloud", "lake") == [Sight.SHOWN, Sight.HIDDEN, Sight.HIDDEN]
    bureau.say(visit, "cloud-water", RecordInspection, passed=True)  # done, it is no secret any more
    assert _seen(visit.case, "cloud-water", "cloud") == [Sight.SHOWN, Sight.SHOWN]


def test_what_is_only_counted_is_counted_while_the_rest_is_read() -> None:
    cases = []
    for number, more in enumerate(({}, {"subject_desk": "willow"}, {"subject_desk": "plane"}, {}), 1):
        play = Play()
        play.open(source_id=str(number), **more)
        cases.append(play.case)
    below = Below(TREE, "cloud")
    assert [case.source_id for case in below.of(cases)] == ["1", "4"]
    assert below.counted == 2
