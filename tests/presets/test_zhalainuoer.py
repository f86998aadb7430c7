"""Zhalainuoer: citizens blow the whistle under 13 types; grid workers, a weekly council, visits, recurring water.

The text gives the number of types and classes and not their names: those here are made up. Days off around it: 25
to 27 September and 1 to 7 October 2026.
"""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from router.bulletin.printing import Press, read
from router.core.bulletin.document import encode
from router.core.bulletin.week import week_named
from router.core.case import Case, State
from router.core.commands import (
    Accept,
    AcceptEscalation,
    Command,
    Contact,
    Correct,
    Escalate,
    Link,
    Mitigate,
    Place,
    RecordInspection,
    Reopen,
    Reply,
    ReportProgress,
    RequestReturn,
    Resolve,
    Whistle,
)
from router.core.counting.coverage import coverage
from router.core.counting.happened import happened
from router.core.counting.problem_counts import sighting_in
from router.core.counting.register import Wanted, line_of, oldest_first
from router.core.counting.standing import standing_of
from router.core.telling.masking import masked
from router.core.territory.division_checks import check
from router.core.territory.tree import Category, DeskKind, TreeFile
from tests.city import desk, file
from tests.presets.conftest import Opening
from tests.presets.stage import Stage, local

FAMILY = ("zhalainuoer-council", "zhalainuoer-water", "zhalainuoer")
GRID = "willow-grid-3"

#: The 7 classes of the city, and which of the app's 13 types each takes; type 13 is mapped to none.
CLASSES = {
    "environment": ("app-1", "app-2"),
    "roads": ("app-3", "app-4", "app-5"),
    "water": ("app-6", "app-7"),
    "heating": ("app-8",),
    "order": ("app-9", "app-10"),
    "property": ("app-11",),
    "services": ("app-12",),
}


def _tree() -> TreeFile:
    classes = tuple(Category(code=code, name=code, group=code, also=types) for code, types in CLASSES.items())
    tree = file(desk(GRID, "willow", DeskKind.GRID))
    return msgspec.structs.replace(tree, categories=classes)


def _stage(stage: Opening, start: str = "2026-09-21 09:00", **settings: Any) -> Stage:
    return stage(*FAMILY, start=start, tree=_tree(), **settings)


# -- 13 types, 7 classes ----------------------------------------------------------------------------------------


def test_each_mapped_type_becomes_its_class_and_what_nobody_has_mapped_is_triaged(stage: Opening) -> None:
    play = _stage(stage)
    found = {}
    for number in range(1, 14):
        case = play.open(channel="app", category=f"app-{number}", source_id=f"whistle-{number}")
        found[f"app-{number}"] = (case.category, case.lead)
    mapped = {given: (code, "willow") for code, types in CLASSES.items() for given in types}
    assert found == mapped | {"app-13": ("app-13", "willow:triage")}
    assert play.story("Dispatched") == ["2026-09-21 09:00 Dispatched to willow:triage (triage:unknown_category)"]
    # A dispatcher who knows what it is says so in either taxonomy.
    play.say("2026-09-21 10:00", "dispatcher:li", Correct, category="app-8")
    assert (play.case.category, play.case.lead) == ("heating", "willow")


def test_what_the_citizen_chose_stays_on_record(stage: Opening) -> None:
    play = _stage(stage)
    play.open(channel="app", category="app-4")
    received = msgspec.to_builtins(play.entries()[0].event)
    assert (received["category"], received["category_given"]) == ("roads", "app-4")
    play.open(channel="app", category="roads")
    assert "category_given" not in msgspec.to_builtins(play.entries()[0].event)


def test_a_type_that_means_two_classes_is_a_fault_of_the_tree() -> None:
    whole = _tree()
    twice = Category(code="lighting", name="路灯", group="roads", also=("app-3", "water"))
    faults = check(msgspec.structs.replace(whole, categories=(*whole.categories, twice)))
    assert [(one.code, one.en) for one in faults] == [
        ("two-meanings", "category lighting maps app-3, which means roads already"),
        ("two-meanings", "category lighting maps water, which means water already"),
    ]


# -- The grid worker --------------------------------------------------------------------------------------------


def test_the_whistle_is_heard_at_once_and_the_grid_worker_feeds_back(stage: Opening) -> None:
    play = _stage(stage, channels=("app",))
    play.open(channel="app", category="app-3", desk=GRID, text="井盖松动")
    assert (play.told(GRID), play.answered("app")) == (["assigned"], ["received"])
    assert play.due("accept") == "2026-09-21 14:30"  # four working hours: three before noon, one from 13:30 on
    assert play.say("2026-09-21 09:20", GRID, ReportProgress, text="已到现场，井盖松动") is None
    assert play.case.state is State.ACCEPTED


def test_or_hands_it_up_one_tier_with_a_reason(stage: Opening) -> None:
    play = _stage(stage)
    play.open(channel="app", category="app-3", desk=GRID)
    assert play.say("2026-09-21 09:20", GRID, Escalate) == "reason_missing"
    assert play.say("2026-09-21 09:21", GRID, Escalate, text="需要街道派人焊接") is None
    assert play.say("2026-09-21 09:30", "willow", AcceptEscalation) is None
    assert play.story("Escalated") == [
        "2026-09-21 09:30 Escalated grid > street: willow-grid-3 > willow (voluntary)"
    ]


@pytest.mark.parametrize(
    ("kind", "fields"),
    [
        (Accept, {}),
        (Reply, {"text": "x"}),
        (Mitigate, {}),
        (Resolve, {}),
        (RequestReturn, {"reason": "not_our_place"}),
        (Whistle, {"desks": ("plane",), "text": "x"}),
    ],
    ids=lambda one: getattr(one, "__name__", ""),
)
def test_and_does_nothing_else(stage: Opening, kind: type[Command], fields: dict[str, Any]) -> None:
    play = _stage(stage)
    play.open(channel="app", category="app-3", desk=GRID)
    assert play.say("2026-09-21 09:20", GRID, kind, **fields) == "grid"


# -- The weekly council -----------------------------------------------------------------------------------------


def _item(play: Stage, number: str, **more: Any) -> Case:
    """An item of the council of Thursday 24 September, 19:00."""
    return play.open(channel="council", raised_by="resident", category="roads", source_id=number, **more)


def test_an_item_of_the_council_is_resolved_there(stage: Opening) -> None:
    play = _stage(stage, start="2026-09-24 19:00")
    there = _item(play, "38-1", solved_on_the_spot=True, evidence=("纪要-38-1",))
    assert there.policy.startswith("zhalainuoer-council@")
    assert (there.state, there.on_the_spot) == (State.CLOSED, True)


def test_or_is_handed_up_there_which_is_nobodys_miss(stage: Opening) -> None:
    play = _stage(stage, start="2026-09-24 19:00")
    _item(play, "38-2")
    assert play.say("2026-09-24 20:00", "willow", Escalate, text="议事会议定：须区级立项") is None
    assert play.say("2026-09-25 09:00", "lake", AcceptEscalation) is None
    assert play.story("DeadlineMissed", "Escalated") == [
        "2026-09-25 09:00 Escalated street > district: willow > lake (voluntary)"
    ]
    # The district owes it to the next council all the same.
    assert play.running() == {"council": "2026-10-01 19:00"}


def test_and_what_is_neither_by_the_next_council_goes_up_by_itself(stage: Opening) -> None:
    play = _stage(stage, start="2026-09-24 19:00")
    _item(play, "38-3")
    resolved = _item(play, "38-4")
    unsolved = _item(play, "38-5").id
    assert play.running() == {"council": "2026-10-01 19:00"}
    # At the next council itself, a week later to the minute, it is resolved in time; National Day or not.
    assert play.say("2026-10-01 19:00", "willow", Resolve, case_id=resolved.id, text="本次议事会办结") is None
    assert play.case_of(unsolved).lead == "willow"
    play.until("2026-10-08 19:00:01")
    assert play.story("DeadlineMissed", case_id=resolved.id) == []
    assert play.story("DeadlineMissed", "Escalated", case_id=unsolved) == [
        "2026-10-01 19:00 DeadlineMissed council by willow",
        "2026-10-01 19:00 Escalated street > district: willow > lake (deadline)",
        "2026-10-08 19:00 DeadlineMissed council@district by lake",
        "2026-10-08 19:00 Escalated district > city: lake > cloud (deadline)",
    ]


# -- Visits -----------------------------------------------------------------------------------------------------


def test_37_of_104_matters_of_visits_were_solved_on_the_spot_and_are_counted_apart(stage: Opening) -> None:
    play = _stage(stage)
    cases = []
    for number in range(1, 105):
        solved: dict[str, Any] = (
            {"solved_on_the_spot": True, "evidence": (f"照片-{number}",)} if number <= 37 else {}
        )
        said: dict[str, Any] = {"raised_by": "resident", "category": "services", "source_id": f"入户-{number}"}
        cases.append(play.open(channel="visit", **said, **solved))
    found = coverage(cases)
    assert (found.cases, found.on_the_spot, found.closed) == (104, 37, 37)
    # Said to be solved without evidence, it is a case like any other.
    bare = play.open(channel="visit", raised_by="resident", category="services", solved_on_the_spot=True)
    assert (bare.state, bare.on_the_spot, bare.lead) == (State.DISPATCHED, False, "willow")


def test_a_visit_at_which_nothing_was_raised_is_a_record_that_counts_and_no_case(stage: Opening) -> None:
    play = _stage(stage)
    said: dict[str, Any] = {
        "channel": "visit",
        "raised_by": "worker",
        "source_id": "入户-7",
        "text": "家中一切都好",
    }
    quiet = play.open(nothing_raised=True, **said)
    assert play.story() == [
        f"{local(quiet.opened_at)} Received",
        f"{local(quiet.opened_at)} NothingRaised by willow",
    ]
    assert (quiet.is_open, quiet.next_due_at, quiet.due_at, play.told("willow")) == (False, None, None, [])
    # The same visit handed in again is the same record.
    assert play.open(nothing_raised=True, **said).version == quiet.version
    raised = play.open(channel="visit", raised_by="resident", category="services", source_id="入户-8")
    found = coverage([quiet, raised])
    assert (found.visits, found.nothing_raised, found.cases, found.closed) == (2, 1, 1, 0)
    entries, rules = play.entries(quiet.id), play.on.rulebook()
    assert sighting_in(happened(entries, rules), entries, rules) is None
    assert standing_of(happened(entries, rules), rules) is None
    assert not happened(entries, rules).counts
    # Nobody has anything to do with it.
    assert play.say("2026-09-22 10:00", "willow", Resolve, case_id=quiet.id) == "is_visit"
    assert play.say("2026-09-22 10:01", "citizen:visit", Reopen, case_id=quiet.id) == "is_visit"


def test_nothing_raised_is_said_of_a_visit_alone(stage: Opening) -> None:
    play = _stage(stage)
    with pytest.raises(AssertionError):  # there is no case to give back
        play.open(channel="app", nothing_raised=True)
    assert play.refused == "no_visit"


# -- Recurring water --------------------------------------------------------------------------------------------


def _tasks(play: Stage, parent: str) -> list[Case]:
    found = (case for case in play.on.ledger.all_cases() if case.inspections.parent == parent)
    return sorted(found, key=lambda case: (case.opened_at, case.id))


def test_a_case_for_the_root_cause_holds_the_recurrences_and_is_looked_at_again_by_season(stage: Opening) -> None:
    play = _stage(stage, start="2026-03-09 09:00")
    place = Place(asset_id="井-7")
    again = [
        play.open(f"2026-03-{day:02} 10:00", channel="app", category="app-6", place=place, source_id=f"{day}")
        for day in (9, 16, 30)
    ]
    assert {one.policy.partition("@")[0] for one in again} == {"zhalainuoer"}
    root = play.open("2026-03-30 11:00", channel="grid_patrol", category="water", place=place, source_id="root")
    assert root.policy.startswith("zhalainuoer-water@")
    for one in again:
        assert play.say("2026-03-30 11:30", "dispatcher:li", Link, other=one.id, text="同一处反复积水") is None
    assert {one.other.case_id for one in play.case.links.standing()} == {one.id for one in again}
    assert [one.other.case_id for one in play.case_of(again[0].id).links.standing()] == [root.id]

    play.say("2026-05-20 15:00", "willow", Resolve, root_cause="管径过小", evidence=("竣工-7",))
    assert play.case.state is State.CLOSED
    looks = _tasks(play, root.id)
    # May has begun: the next of April, August, November ends with August.
    assert [(one.lead, local(one.next_due_at)) for one in looks if one.next_due_at is not None] == [
        ("supervision-1", "2026-09-01 00:00")
    ]
    # Whoever handled it hears nothing of that.
    assert play.told("willow").count("assigned") == 4
    play.say("2026-08-28 09:00", "supervision-1", RecordInspection, passed=True, case_id=looks[0].id)
    assert play.case.state is State.CLOSED
    looks = _tasks(play, root.id)
    assert [local(one.next_due_at) for one in looks if one.next_due_at is not None] == ["2026-12-01 00:00"]
    # In the first frost it stands there again: the root was not it.
    text = "又积水结冰"
    play.say("2026-11-20 09:00", "supervision-1", RecordInspection, passed=False, text=text, case_id=looks[1].id)
    assert play.story("Reopened") == ["2026-11-20 09:00 Reopened recheck by willow"]
    assert play.case.is_open


# -- The weekly list, summary and bulletin; the register of a household -------------------------------------------


def test_the_weekly_bulletin_lists_what_is_open_and_sums_up_what_citizens_whistled_about(stage: Opening) -> None:
    play = _stage(stage)
    play.open("2026-09-21 09:00", channel="app", category="app-3", source_id="1", text="井盖松动，找张三")
    play.open("2026-09-21 10:00", channel="app", category="app-6", source_id="2")
    quick = play.open("2026-09-22 10:00", channel="app", category="app-4", source_id="3")
    assert play.say("2026-09-23 10:00", "willow", Resolve, case_id=quick.id) is None
    said = {"raised_by": "resident", "solved_on_the_spot": True, "evidence": ("photo-1",)}
    play.open("2026-09-24 10:00", channel="visit", category="services", source_id="4", **said)
    play.until("2026-09-28 09:05")
    press = Press(play.on.ledger, play.on.rulebook, "li")
    found = read(press.printed(week_named("2026-W39", play.on.rulebook().calendars["cn"]), play.time))
    week, visits = found.summary.week, found.summary.visits
    assert (week.opened, week.closed, week.open, week.on_the_spot) == (4, 2, 2, 1)
    assert (visits.visits, visits.on_the_spot, visits.nothing_raised) == (1, 1, 0)
    # 25 to 27 September are days off: nothing is overdue on the 28th, but nobody has signed since the 21st.
    assert [(one.category.code, one.desk.code) for one in found.risks.cases] == [
        ("roads", "willow"),
        ("water", "willow"),
    ]
    assert [(line.group, line.count, line.tenths) for line in found.shares] == [
        ("roads", 2, 500),
        ("services", 1, 250),
        ("water", 1, 250),
    ]
    assert "张三" not in encode(found).decode()


def test_a_households_register_has_its_cases_of_every_channel_masked(stage: Opening) -> None:
    play = _stage(stage)
    home = Place(address_id="户-33")
    who = Contact(name="李四光", phone="13912345678")
    whistle = play.open(channel="app", category="app-11", place=home, contact=who, source_id="1")
    visit = play.open("2026-09-22 10:00", channel="visit", raised_by="resident", place=home, source_id="2")
    play.open("2026-09-22 11:00", channel="app", category="app-11", place=Place(address_id="户-34"), source_id="3")
    wanted = Wanted(places=frozenset({"address:户-33"}))
    found = [case for case in play.on.ledger.all_cases() if wanted.takes(case)]
    assert {case.id for case in found} == {whistle.id, visit.id}
    assert play.case_of(whistle.id).contact_ref is not None
    shown = masked(who)
    lines = oldest_first(
        line_of(case, play.entries(case.id), play.on.rulebook().tree, shown, whole=False) for case in found
    )
    assert [(line.case, line.channel, line.name, line.phone) for line in lines] == [
        (whistle.id, "app", "李**", "139****5678"),
        (visit.id, "visit", "李**", "139****5678"),
    ]
