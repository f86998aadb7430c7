"""Simulated desks: what they plan about what they hear."""

from datetime import datetime, timedelta

import msgspec
import pytest

from router.cities import demo_city
from router.core import commands as c
from router.core.telling import messages as m
from router.core.territory.tree import Tree
from router.demo.desks import Desks, Planned
from router.demo.people import People
from router.demo.temperaments import DILIGENT, RETURNING, SILENT, STAFF, temperament_of
from router.presets import preset_calendar
from tests.unit.demo.test_city_life import appeals

TREE = Tree(demo_city())
CALENDAR = preset_calendar("cn")
MONDAY = datetime.fromisoformat("2026-11-30T09:00:00+08:00")


def desks(seed: int = 1) -> Desks:
    """All desks; whatever triage finds belongs to the street office of 柳荫."""
    return Desks(TREE, CALENDAR, seed=seed, belongs_to=lambda _case: "liuyin")


def handed(case_id: str, *, version: int = 2, category: str = "litter", reason: str = "territory") -> m.Assigned:
    """A hand-over."""
    return m.Assigned(
        case_id=case_id, version=version, role="lead", step="street", reason=reason, channel="hotline",
        matter_type="complaint", category=category, division_path=("yunxi", "hubin", "liuyin"), place=None,
        text="", opened_at=MONDAY, due_at=None, statutory_due_at=None,
    )  # fmt: skip


def plans(desk: str, count: int = 300) -> list[list[Planned]]:
    """What a desk plans for many cases."""
    all_desks = desks()
    return [all_desks.hear(desk, handed(f"case-{number}"), MONDAY) for number in range(count)]


def share_of(kind: type[c.Command], planned: list[list[Planned]]) -> float:
    """In how many of the cases a command of that kind is planned."""
    return sum(any(isinstance(one.command, kind) for one in plan) for plan in planned) / len(planned)


def test_temperaments_show_in_what_desks_plan() -> None:
    assert temperament_of(TREE.desks["liuyin"]) is DILIGENT
    assert share_of(c.Resolve, plans("liuyin")) > 0.9
    assert temperament_of(TREE.desks["nanshi"]) is RETURNING
    assert 0.3 < share_of(c.RequestReturn, plans("nanshi")) < 0.5
    assert temperament_of(TREE.desks["shuangxi"]) is SILENT
    assert sum(plan == [] for plan in plans("shuangxi")) / 300 > 0.7
    assert temperament_of(TREE.desks["supervision-3"]) is STAFF


def test_desks_work_in_office_hours_and_on_emergencies_at_all_hours() -> None:
    friday_night = MONDAY + timedelta(days=4, hours=13)
    ordinary = [one for plan in plans("liuyin") for one in plan]
    assert all(CALENDAR.is_open(one.at) or CALENDAR.is_open(one.at - timedelta(seconds=1)) for one in ordinary)
    urgent = desks().hear("hubin-water", handed("burst", category="pipe_burst"), friday_night)
    assert min(one.at for one in urgent) < friday_night + timedelta(hours=5)


def test_the_order_of_arrival_decides_nothing() -> None:
    forwards, backwards = desks(), desks()
    first = [forwards.hear("liuyin", handed(f"case-{n}"), MONDAY) for n in range(20)]
    second = [backwards.hear("liuyin", handed(f"case-{n}"), MONDAY) for n in reversed(range(20))]
    assert first == second[::-1]


def test_a_hand_over_that_was_seen_or_is_older_leads_to_nothing() -> None:
    office = desks()
    assert office.hear("liuyin", handed("a", version=5), MONDAY)
    assert office.hear("liuyin", handed("a", version=5), MONDAY) == []
    assert office.hear("liuyin", handed("a", version=3), MONDAY) == []


def test_what_was_taken_away_is_put_aside() -> None:
    office = desks()
    planned = office.hear("liuyin", handed("a"), MONDAY)
    assert all(map(office.still_has, planned))
    office.hear("liuyin", m.Taken(case_id="a", version=4, reason="escalated", to_desk="hubin"), MONDAY)
    assert not any(map(office.still_has, planned))


def test_triage_sends_a_case_where_it_belongs() -> None:
    planned = desks().hear("hubin:triage", handed("a", reason="triage:unknown_category"), MONDAY)
    assert [one.command.desk for one in planned if isinstance(one.command, c.Dispatch)] == ["liuyin"]


def test_the_dispatcher_decides_every_return() -> None:
    office = desks()
    kinds: set[str] = set()
    for number in range(40):
        asked = m.ReturnRequested(
            case_id=f"case-{number}", version=3, desk="nanshi", reason="not_our_matter", suggested_desk=None
        )
        (planned,) = office.hear("dispatch", asked, MONDAY)
        kinds.add(type(planned.command).__name__)
    assert kinds == {"ApproveReturn", "RefuseReturn"}


def test_an_office_without_a_program_types_what_it_does() -> None:
    planned = desks().look("wenchang", [handed("a"), handed("b")], MONDAY)
    assert planned
    assert not any(one.by_broker for one in planned)


def test_follow_up_calls_are_on_three_days_at_different_hours_and_never_at_night() -> None:
    appeal = next(appeal for appeal in appeals() if appeal.command.category == "pipe_burst")
    longest: list[Planned] = []
    for number in range(400):
        resolve = c.Resolve(
            id=f"r-{number}", case_id=appeal.case_id, actor=c.Actor(c.ActorRole.DESK, "hubin-water")
        )
        at = MONDAY + timedelta(minutes=37 * number)
        calls = People(seed=1).after_resolution(appeal, resolve, at)
        assert all(call.at >= at and 8 <= call.at.hour <= 20 for call in calls)
        longest = max(longest, calls, key=len)
    assert len(longest) == 3
    assert len({call.at.date() for call in longest}) == 3
    assert len({call.at.hour for call in longest}) == 3


def test_residents_speak_through_the_channel_that_brought_the_case() -> None:
    people = People(seed=1)
    withdrawn = [planned for appeal in appeals() for planned in people.after_appeal(appeal)]
    assert withdrawn
    assert {planned.command.actor.role for planned in withdrawn} == {c.ActorRole.CHANNEL}
    assert all(isinstance(planned.command, c.Withdraw) for planned in withdrawn)


@pytest.mark.parametrize(
    "payload", [m.Refused(case_id="a", version=1, command="x", command_type="y", code="z", zh="", en="")]
)
def test_what_asks_for_nothing_leads_to_nothing(payload: m.Payload) -> None:
    assert desks().hear("liuyin", payload, MONDAY) == []
    assert desks().hear("liuyin", msgspec.structs.replace(handed("a"), role="assist"), MONDAY) == []
