"""Sweeps (举一反三): what was found at one desk is looked for at its siblings, by the same checklist."""

from router.core import events as e
from router.core.case import State
from router.core.commands import RecordInspection, Resolve, Sweep, Target, Task, TaskKind, Tick
from router.core.several.sweeping import siblings
from tests.bureau import Bureau
from tests.city import city
from tests.unit.core.calendars import china

WILLOW = Task(kind=TaskKind.VISIT, targets=(Target(desk="willow"),), due_at=china(2026, 9, 24, 18))
LIST = ("walk every street", "mend what is dark")


def test_siblings_are_the_other_desks_at_work_of_one_superior_kind_and_line() -> None:
    tree = city()
    assert siblings(tree, "willow") == ("plane",)
    assert siblings(tree, "bridge") == ()  # the mine is closed
    assert siblings(tree, "lake") == ("canal",)
    assert siblings(tree, "lake-water") == ()
    assert siblings(tree, "nobody") == ()


def test_each_sibling_gets_a_case_of_its_own_that_closes_when_the_whole_list_is_ticked() -> None:
    bureau = Bureau()
    task = bureau.inspect("supervision-1", "1", WILLOW)
    bureau.say(task, "supervision-1", RecordInspection, passed=False)
    bureau.say(task, "supervision-1", Sweep, checklist=LIST, category="lamp", text="dark lamps at willow")
    assert task.refused is None
    (case,) = bureau.children(task)
    assert (case.case.lead, case.case.origin, case.case.text) == ("plane", "proactive", "dark lamps at willow")
    assert [x.text for x in case.entries if isinstance(x.event, e.RequirementIssued)] == list(LIST)
    assert [(x.desks, x.cases) for x in task.events(e.Swept)] == [(("plane",), (case.case.id,))]
    assert case.told("plane") == ["assigned", "required"]
    bureau.say(case, "plane", Resolve)
    assert not case.events(e.Closed)
    for number in (1, 2):
        bureau.say(case, "supervision-1", Tick, requirement=number)
    assert case.case.state is State.CLOSED


def test_of_a_case_the_siblings_of_its_lead_or_whoever_is_named_get_it() -> None:
    bureau = Bureau()
    case = bureau.open()
    bureau.say(case, "supervision-1", Sweep, checklist=LIST)
    assert [x.case.lead for x in bureau.children(case)] == ["plane"]
    bureau.say(case, "cloud", Sweep, checklist=LIST, desks=("bridge", "canal", "bridge"))
    assert [x.case.lead for x in bureau.children(case)] == ["plane", "bridge", "canal"]


def test_nobody_below_sweeps_and_what_cannot_be_is_refused() -> None:
    bureau = Bureau()
    case = bureau.open()
    for who in ("willow", "lake", "dispatcher:li"):
        bureau.say(case, who, Sweep, checklist=LIST)
        assert case.refused == "not_permitted"
    for code, more in (
        ("unknown_desk", {"desks": ("moon",)}),
        ("inactive_desk", {"desks": ("mine",)}),
        ("nothing_required", {"checklist": ()}),
    ):
        bureau.say(case, "supervision-1", Sweep, **({"checklist": LIST} | more))
        assert case.refused == code
    lonely = bureau.open(source_id="2", division=("canal", "bridge"))
    bureau.say(lonely, "supervision-1", Sweep, checklist=LIST)
    assert lonely.refused == "no_siblings"
