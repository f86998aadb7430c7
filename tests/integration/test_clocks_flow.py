"""Extensions, suspensions and replan through a whole installation: over the broker, with timers that die."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from router.calendars import Source
from router.cli import policy_replan
from router.core import commands as c
from router.core.case import State
from router.core.commands import Actor, ActorRole
from router.core.events import Replanned
from router.core.territory import address
from router.flow import Router
from router.rulebook import PolicySet, install_policies
from tests.town import Town, town
from tests.unit.core.calendars import china

#: Two natural days, three more at most; suspended for ten at most. Then a day for each step.
POLICY = """
name = "two-days"
calendar = "natural"
min_in_hand = "0"
milestone = [{ name = "close", within = "2d", satisfied_by = "closed" }]
extension = { longest = "3d" }
suspension = { longest = "10d", recheck = "4d" }
ladder = [
  { step = "street" }, { step = "district", budget = "1d" }, { step = "city", budget = "1d" },
  { step = "supervision-1", budget = "1d" },
]
"""
LONGER = POLICY.replace('"2d"', '"6d"')

ON = ["embedded", pytest.param("servers", marks=[pytest.mark.amqp, pytest.mark.postgres])]


@pytest.fixture(params=ON)
def here(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Town]:
    """A town on SQLite and the embedded broker, and one on PostgreSQL and RabbitMQ."""
    if request.param == "embedded":
        ledger, broker = f"sqlite:///{tmp_path}/ledger.db", "embedded:"
    else:
        ledger, broker = request.getfixturevalue("database_url"), request.getfixturevalue("amqp_url")
    with town(ledger, broker, policy=POLICY) as built:
        yield built


def _say(here: Town, desk: str, kind: type[c.Command], case: str, number: int, **fields: Any) -> None:
    actor = Actor(ActorRole.DESK, desk)
    here.say(desk, kind(id=f"{desk}-{number}", case_id=case, actor=actor, at=here.time, **fields))


def _heard(here: Town, desk: str) -> list[str]:
    """The types of what waits in a desk's queue."""
    return [one.type for one in here.waiting(address.desk_queue(desk))]


def _case(here: Town, case_id: str) -> Any:
    found = here.on.ledger.case(case_id)
    assert found is not None
    return found


def test_more_time_and_a_suspension_over_the_broker_hold_the_deadline_and_then_let_it_pass(here: Town) -> None:
    case = here.open(1)
    _say(here, "willow", c.RequestExtension, case, 1, reason="parts", days=1)
    assert _heard(here, "lake") == ["case.extension_requested.v1"]
    _say(here, "lake", c.ApproveExtension, case, 1)
    _say(here, "willow", c.RequestSuspension, case, 2, reason="road_works")
    _say(here, "lake", c.ApproveSuspension, case, 2)
    assert _heard(here, "willow") == [
        "case.assigned.v1",
        "case.extension_decided.v1",
        "case.suspension_decided.v1",
    ]
    here.wait(days=3, hours=1)
    assert (_case(here, case).state, _case(here, case).lead) == (State.SUSPENDED, "willow")
    _say(here, "willow", c.Resume, case, 3)
    # Suspended from Monday to Thursday, which do not count: Friday and Saturday 26, and a day more, at 9:00.
    assert _case(here, case).extended_due_at == china(2026, 9, 27, 9)
    here.wait(days=2, hours=22)
    assert _case(here, case).lead == "willow"
    here.wait(hours=2)
    assert _case(here, case).lead == "lake"
    assert _case(here, case).due_at == china(2026, 9, 23, 9)


def test_replan_moves_each_case_once_however_often_it_is_interrupted(
    here: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    cases = [here.open(number) for number in range(1, 6)]
    tree = here.on.rulebook().tree
    install_policies(here.on.ledger, PolicySet(policies=(Source("longer", LONGER),)), tree.tiers, here.time)
    here.on.rulebook.reload()
    forecast = policy_replan.forecast(here.on, lambda _: True)
    assert (forecast.cases, forecast.later, forecast.due_now) == (5, 5, 0)

    monkeypatch.setattr(policy_replan, "_BATCH", 2)
    carry_out, done = Router.carry_out, list[int]()

    def die_in_the_second_batch(router: Router, arrived: Any, *args: Any, **more: Any) -> Any:
        if done:
            raise ConnectionError("killed")
        done.append(len(arrived))
        return carry_out(router, arrived, *args, **more)

    with monkeypatch.context() as patch:
        patch.setattr(Router, "carry_out", die_in_the_second_batch)
        with pytest.raises(ConnectionError):
            policy_replan.move(here.on, lambda _: True)
    assert done == [2]
    assert policy_replan.forecast(here.on, lambda _: True).cases == 3
    assert policy_replan.move(here.on, lambda _: True) == {}
    assert policy_replan.move(here.on, lambda _: True) == {}
    entries = [entry for case in cases for entry in here.on.ledger.entries(case)]
    assert sum(isinstance(entry.event, Replanned) for entry in entries) == 5

    here.wait(days=3)  # the old timers would have passed
    assert {_case(here, case).lead for case in cases} == {"willow"}
    assert {_case(here, case).milestone("close").due_at for case in cases} == {china(2026, 9, 27, 9)}
    here.wait(days=3, hours=1)
    assert {_case(here, case).lead for case in cases} == {"lake"}
