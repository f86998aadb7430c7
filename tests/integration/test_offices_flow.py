"""Several offices on one case through a whole installation: over the broker, with the clock that asks for them."""

from collections.abc import Iterator
from typing import Any

import msgspec
import pytest

from router.arrivals import direct
from router.core import commands as c
from router.core.case import State
from router.core.commands import Actor, ActorRole
from router.core.telling import messages as m
from router.core.territory import address
from router.core.territory.tree import DeskKind
from tests.city import desk, file
from tests.town import Town, town

#: Names before the dispatch, a mark of each watcher within a day, closed within five.
POLICY = """
name = "watched"
calendar = "natural"
min_in_hand = "0"
dispatch = { requires = ["leader:city"] }
watcher = [{ name = "first", desk = "group" }, { name = "second", desk = "petitions" }]
milestone = [
  { name = "first_look", within = "1d", satisfied_by = "marked", by = "first", track = "internal" },
  { name = "second_look", within = "1d", satisfied_by = "marked", by = "second", track = "internal" },
  { name = "close", within = "5d", satisfied_by = "closed" },
]
ladder = [{ step = "street" }, { step = "district", budget = "1d" }]
"""
TREE = file(
    desk("group", "cloud", DeskKind.FUNCTIONAL, line="supervising"),
    desk("petitions", "cloud", DeskKind.FUNCTIONAL, line="petitions"),
    desk("lake-peace", "lake", DeskKind.MEDIATION),
)


@pytest.fixture
def here(addresses: tuple[str, str]) -> Iterator[Town]:
    with town(*addresses, tree=TREE, policy=POLICY) as built:
        yield built


def test_names_watchers_a_whistle_and_a_mediation_over_the_broker(here: Town) -> None:
    case = here.open(1)
    assert here.case(case).lead == "willow:triage"
    assert here.heard("dispatch") == ["case.names_wanted.v1"]
    assert here.heard("group") == here.heard("petitions") == ["case.assigned.v1"]
    here.report("dispatch", c.Dispatch, case, 1, desk="willow")
    assert here.heard("dispatch") == ["case.refused.v1"]
    here.report("dispatch", c.AssignLeader, case, 2, leader="副市长", tier="city")
    here.report("dispatch", c.Dispatch, case, 3, desk="willow", assists=("plane",))
    assert (here.case(case).lead, here.case(case).assists) == ("willow", ("plane",))
    assert here.heard("willow") == here.heard("plane") == ["case.assigned.v1"]

    here.report("willow", c.Whistle, case, 1, desks=("lake-water",), text="请来关阀")
    assert sorted(here.heard("lake-water")) == ["case.assigned.v1", "case.whistled.v1"]
    here.wait(hours=5)
    assert here.heard("lake-water") == ["case.reminded.v1"]
    assert here.heard("cloud-water") == ["case.supervised.v1"]
    here.report("lake-water", c.ReportIn, case, 1)
    assert here.heard("willow") == ["case.reported_in.v1"]

    here.report("petitions", c.Mark, case, 1)
    here.wait(days=1)
    assert here.heard("group") == ["case.reminded.v1"]
    assert here.heard("petitions") == []

    here.report("willow", c.Mediate, case, 2)
    assert sorted(here.heard("lake-peace")) == ["case.assigned.v1", "case.mediation_wanted.v1"]
    here.report("lake-peace", c.EndMediation, case, 1, settled=True, text="双方达成协议")
    assert here.heard("willow") == ["case.mediation_ended.v1"]
    assert (here.case(case).state, here.case(case).outcome) == (State.CLOSED, c.Outcome.SETTLED)


# -- After the broker lost its messages


def _hand_overs(here: Town) -> dict[str, list[tuple[str, str, str]]]:
    """Desk → id, role and reason of each hand-over in its queue, which is taken."""
    found: dict[str, list[tuple[str, str, str]]] = {}
    for one in here.on.rulebook().tree:
        for delivery in here.waiting(address.desk_queue(one.code), wait_s=0.3):
            if delivery.type == "case.assigned.v1":
                told = msgspec.json.decode(delivery.body, type=m.Assigned)
                found.setdefault(one.code, []).append((delivery.id, told.role, told.reason))
    return found


def test_recover_hands_the_case_again_to_everybody_who_is_on_it_under_the_same_ids(here: Town) -> None:
    case = here.open(1)
    dispatcher = Actor(ActorRole.DISPATCHER, "li")
    at: dict[str, Any] = {"case_id": case, "actor": dispatcher}
    _give(here, c.AssignLeader(id="l", leader="王副市长", tier="city", **at))
    _give(here, c.Dispatch(id="d", desk="willow", assists=("plane",), **at))
    here.report("willow", c.Accept, case, 1)
    here.report("willow", c.Whistle, case, 2, desks=("lake-water", "bridge"), text="请来关阀")
    here.report("willow", c.Mediate, case, 3)
    _give(here, c.RemoveAssist(id="r1", desk="plane", **at))
    _give(here, c.AddAssist(id="a1", desk="plane", **at))
    _give(here, c.RemoveAssist(id="r2", desk="bridge", **at))
    before = _hand_overs(here)
    assert len({name for told in before.values() for name, _, _ in told}) == sum(map(len, before.values()))

    recovered = here.on.reconciler().recover(here.time)

    after = _hand_overs(here)
    assert set(after) == {"willow", "plane", "lake-water", "lake-peace", "group", "petitions"}
    assert (recovered.made, recovered.confirmed) == (6, 6)
    # The lead's says that it comes again; whoever came back is told of the last time.
    assert after.pop("willow") == [(before.pop("willow")[-1][0], "lead", "resent")]
    assert before.pop("bridge")
    assert after.pop("plane") == before.pop("plane")[1:]
    assert before.pop("willow:triage")
    assert after == before


def _give(here: Town, command: c.Command) -> None:
    assert here.router.carry_out([direct(command, "shell")], here.time)[command.id].refused is None
    here.pump()
