"""Several offices on one case through a whole installation: over the broker, with the clock that asks for them."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from router.core import address, commands as c
from router.core.case import State
from router.core.commands import Actor, ActorRole
from router.core.tree import DeskKind
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

ON = ["embedded", pytest.param("servers", marks=[pytest.mark.amqp, pytest.mark.postgres])]


@pytest.fixture(params=ON)
def here(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Town]:
    """A town on SQLite and the embedded broker, and one on PostgreSQL and RabbitMQ."""
    if request.param == "embedded":
        ledger, broker = f"sqlite:///{tmp_path}/ledger.db", "embedded:"
    else:
        ledger, broker = request.getfixturevalue("database_url"), request.getfixturevalue("amqp_url")
    with town(ledger, broker, tree=TREE, policy=POLICY) as built:
        yield built


def _say(here: Town, who: str, kind: type[c.Command], case: str, number: int, **fields: Any) -> None:
    actor = Actor(ActorRole.DESK, who)
    here.say(who, kind(id=f"{who}-{number}", case_id=case, actor=actor, at=here.time, **fields))


def _heard(here: Town, who: str) -> list[str]:
    """The types of what waits in a desk's queue."""
    return [one.type for one in here.waiting(address.desk_queue(who))]


def _case(here: Town, case_id: str) -> Any:
    found = here.on.ledger.case(case_id)
    assert found is not None
    return found


def test_names_watchers_a_whistle_and_a_mediation_over_the_broker(here: Town) -> None:
    case = here.open(1)
    assert _case(here, case).lead == "willow:triage"
    assert _heard(here, "dispatch") == ["case.names_wanted.v1"]
    assert _heard(here, "group") == _heard(here, "petitions") == ["case.assigned.v1"]
    _say(here, "dispatch", c.Dispatch, case, 1, desk="willow")
    assert _heard(here, "dispatch") == ["case.refused.v1"]
    _say(here, "dispatch", c.AssignLeader, case, 2, leader="副市长", tier="city")
    _say(here, "dispatch", c.Dispatch, case, 3, desk="willow", assists=("plane",))
    assert (_case(here, case).lead, _case(here, case).assists) == ("willow", ("plane",))
    assert _heard(here, "willow") == _heard(here, "plane") == ["case.assigned.v1"]

    _say(here, "willow", c.Whistle, case, 1, desks=("lake-water",), text="请来关阀")
    assert sorted(_heard(here, "lake-water")) == ["case.assigned.v1", "case.whistled.v1"]
    here.wait(hours=5)
    assert _heard(here, "lake-water") == ["case.reminded.v1"]
    assert _heard(here, "cloud-water") == ["case.supervised.v1"]
    _say(here, "lake-water", c.ReportIn, case, 1)
    assert _heard(here, "willow") == ["case.reported_in.v1"]

    _say(here, "petitions", c.Mark, case, 1)
    here.wait(days=1)
    assert _heard(here, "group") == ["case.reminded.v1"]
    assert _heard(here, "petitions") == []

    _say(here, "willow", c.Mediate, case, 2)
    assert sorted(_heard(here, "lake-peace")) == ["case.assigned.v1", "case.mediation_wanted.v1"]
    _say(here, "lake-peace", c.EndMediation, case, 1, settled=True, text="双方达成协议")
    assert _heard(here, "willow") == ["case.mediation_ended.v1"]
    assert (_case(here, case).state, _case(here, case).outcome) == (State.CLOSED, c.Outcome.SETTLED)
